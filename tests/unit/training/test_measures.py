import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

from scoring.model.logistic import FloatArray
from training import measures

scored = st.lists(st.tuples(st.booleans(), st.integers(0, 8), st.integers(0, 3)), min_size=4, max_size=60).filter(
    lambda rows: {True, False} <= {left for left, _, weight in rows if weight}
)


def columns(rows: list[tuple[bool, int, int]]) -> tuple[FloatArray, FloatArray, FloatArray]:
    left, score, weight = zip(*rows, strict=True)
    return np.array(left, float), np.array(score) / 8, np.array(weight, float)


@settings(deadline=None)  # the first call imports
@given(scored)
def test_rankings_equal_scikit_learns_with_ties_and_weights(rows: list[tuple[bool, int, int]]) -> None:
    churned, p, weight = columns(rows)

    ours = measures.roc_auc(churned, p, weight), measures.pr_auc(churned, p, weight)

    theirs = (
        metrics.roc_auc_score(churned, p, sample_weight=weight),
        metrics.average_precision_score(churned, p, sample_weight=weight),
    )
    assert ours == pytest.approx(theirs)


@settings(deadline=None)
@given(scored)
def test_a_weight_is_a_number_of_copies(rows: list[tuple[bool, int, int]]) -> None:
    churned, p, weight = columns(rows)
    copies = np.repeat(np.arange(len(p)), weight.astype(int))

    for name, measure in measures.MEASURES.items():
        if name != "ece":  # a copy may fall on either side of a bin's edge
            assert measure(churned, p, weight) == pytest.approx(measure(churned[copies], p[copies], None)), name


def test_losses_equal_scikit_learns() -> None:
    draw = np.random.default_rng(0)
    churned, p = (draw.random(500) < 0.3).astype(float), draw.random(500)

    assert measures.log_loss(churned, p) == pytest.approx(metrics.log_loss(churned, p))
    assert measures.brier(churned, p) == pytest.approx(metrics.brier_score_loss(churned, p))


def test_calibration_error_ignores_the_order_of_ties() -> None:
    churned = np.array([1.0] * 50 + [0.0] * 50)
    p = np.repeat([0.5], 100)

    assert measures.ece(churned, p) == measures.ece(churned[::-1], p) == 0.0


def test_calibration_error_of_honest_probabilities_is_small_and_of_exaggerated_ones_is_not() -> None:
    draw = np.random.default_rng(1)
    p = draw.random(20_000)
    churned = (draw.random(20_000) < p).astype(float)

    assert measures.ece(churned, p) < 0.02
    assert measures.ece(churned, np.clip(1.6 * p - 0.3, 0, 1)) > 0.08
    assert measures.calibration_slope(churned, p) == pytest.approx(1, abs=0.05)


def test_lift_shares_ties_at_the_border() -> None:
    churned = np.array([1.0, 0.0] * 10)

    assert measures.lift_10(churned, np.zeros(20)) == pytest.approx(1.0)


def test_stability_index_sees_a_shift() -> None:
    draw = np.random.default_rng(2)
    before = draw.normal(0, 1, 5_000)

    assert measures.psi(before, draw.normal(0, 1, 5_000)) < 0.02
    assert measures.psi(before, draw.normal(1, 1, 5_000)) > 0.5


@pytest.mark.parametrize(("stretch", "shift"), [(0.4, -1), (1.0, 5), (2.5, 0), (1.0, -5)])
def test_a_calibration_slope_is_that_of_the_likeliest_line(stretch: float, shift: float) -> None:
    draw = np.random.default_rng(3)
    z = draw.normal(shift, 1.5, 3_000)
    churned = (draw.random(3_000) < 1 / (1 + np.exp(-z))).astype(float)

    line = measures.logistic_line(stretch * z, churned)

    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit((stretch * z)[:, None], churned)
    assert line == pytest.approx((model.coef_[0, 0], model.intercept_[0]), abs=1e-5)


def test_the_slope_of_separable_outcomes_is_steep_and_finite() -> None:
    z = np.array([-2.0, -1.0, 1.0, 2.0])

    slope, intercept = measures.logistic_line(z, (z > 0).astype(float))

    assert 10 < slope < 100
    assert intercept == pytest.approx(0, abs=1e-6)
