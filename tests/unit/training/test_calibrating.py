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

    found = calibrate(3 * z, churned, pieces)

    assert not isinstance(found.calibration, Identity)
    assert found.ece["identity"] > 0.05
    assert ece(churned, found.p_churn) < 0.02


def test_a_shift_is_found_and_undone_by_a_line() -> None:
    z, churned, _ = world(6_000)

    found = sigmoid(z + 2, churned)

    assert isinstance(found, Sigmoid)
    assert abs(found.a - 1) < 0.1
    assert abs(found.b + 2) < 0.2


def test_a_temperature_is_recovered() -> None:
    z, churned, _ = world(20_000)

    found = temperature(2.5 * z, churned)

    assert isinstance(found, Temperature)
    assert abs(found.t - 2.5) < 0.15


def test_nothing_is_kept_that_makes_the_losses_worse() -> None:
    for seed in range(5):
        z, churned, pieces = world(800, seed)

        found = calibrate(z, churned, pieces)

        assert log_loss(churned, found.p_churn) <= log_loss(churned, probabilities(z))


def test_steps_are_tried_only_with_a_thousand_who_left() -> None:
    z, churned, pieces = world(2_000)
    few = calibrate(z, churned, pieces)
    z, churned, pieces = world(6_000)
    many = calibrate(z, churned, pieces)

    assert "steps" not in few.ece
    assert "steps" in many.ece


def test_steps_rise_and_never_claim_certainty() -> None:
    z, churned, _ = world(5_000)

    found = steps(z, churned)

    assert isinstance(found, Steps)
    assert 0 < found.values[0] < found.values[-1] < 1


def test_a_score_that_is_upside_down_is_left_alone() -> None:
    z, churned, _ = world(2_000)

    assert isinstance(sigmoid(-z, churned), Identity)
