import numpy as np

from scoring.model.calibration import Identity, Sigmoid, Steps, Temperature
from scoring.model.logistic import FloatArray, probabilities
from training.data.rows import IntArray
from training.learn.calibrating import calibrate, sigmoid, steps, temperature
from training.measures import ece, log_loss


def world(n: int, seed: int = 0) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return honest log-odds, outcomes and pieces."""
    draw = np.random.default_rng(seed)
    z = draw.normal(-1, 1.5, n)
    return z, (draw.random(n) < probabilities(z)).astype(float), draw.integers(0, 5, n)


def test_exaggeration_is_found_and_undone() -> None:
    z, churned, pieces = world(6_000)

    calibrated = calibrate(3 * z, churned, pieces)

    assert not isinstance(calibrated.calibration, Identity)
    assert calibrated.ece["identity"] > 0.05
    assert ece(churned, calibrated.p_churn) < 0.02


def test_a_shift_is_found_and_undone_by_a_line() -> None:
    z, churned, _ = world(6_000)

    line = sigmoid(z + 2, churned)

    assert isinstance(line, Sigmoid)
    assert abs(line.a - 1) < 0.1
    assert abs(line.b + 2) < 0.2


def test_a_temperature_is_recovered() -> None:
    z, churned, _ = world(20_000)

    recovered = temperature(2.5 * z, churned)

    assert isinstance(recovered, Temperature)
    assert abs(recovered.t - 2.5) < 0.15


def test_nothing_is_kept_that_makes_the_losses_worse() -> None:
    for seed in range(5):
        z, churned, pieces = world(800, seed)

        calibrated = calibrate(z, churned, pieces)

        assert log_loss(churned, calibrated.p_churn) <= log_loss(churned, probabilities(z))


def test_steps_are_tried_only_with_a_thousand_who_left() -> None:
    z, churned, pieces = world(2_000)
    few = calibrate(z, churned, pieces)
    z, churned, pieces = world(6_000)
    many = calibrate(z, churned, pieces)

    assert "steps" not in few.ece
    assert "steps" in many.ece


def test_steps_rise_and_never_claim_certainty() -> None:
    z, churned, _ = world(5_000)

    calibration = steps(z, churned)

    assert isinstance(calibration, Steps)
    assert 0 < calibration.values[0] < calibration.values[-1] < 1


def test_a_score_that_is_upside_down_is_left_alone() -> None:
    z, churned, _ = world(2_000)

    assert isinstance(sigmoid(-z, churned), Identity)
