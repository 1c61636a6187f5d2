import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from training.evaluate.profit import Campaign, expected_maximum_profit, hull, profit_curve


def best_profit(churned: np.ndarray, score: np.ndarray, plan: Campaign, accepts: float) -> float:
    """Try every share to contact, as the definition says."""
    order = np.argsort(-score, kind="stable")
    each = np.where(
        churned[order] > 0,
        accepts * (plan.lifetime_value - plan.incentive) - plan.contact,
        -(plan.contact + plan.incentive),
    )
    return max(0.0, float(np.cumsum(each).max())) / len(churned)


def test_equals_the_definition_integrated_numerically() -> None:
    draw = np.random.default_rng(3)
    score = draw.random(80)
    churned = (draw.random(80) < score * 0.5).astype(float)
    plan = Campaign()

    profit = expected_maximum_profit(churned, score, plan).per_customer

    expected, _ = quad(
        lambda g: best_profit(churned, score, plan, g) * beta.pdf(g, plan.accept_a, plan.accept_b), 0, 1, limit=400
    )
    assert profit == pytest.approx(expected, rel=1e-4)


def test_a_useless_score_earns_less_than_a_perfect_one() -> None:
    churned = np.array([1.0] * 20 + [0.0] * 80)

    perfect = expected_maximum_profit(churned, churned)
    useless = expected_maximum_profit(churned, np.zeros(100))

    assert perfect.per_customer > useless.per_customer >= 0
    assert perfect.share == pytest.approx(0.2, abs=1e-3)


def test_nobody_is_contacted_if_it_never_pays() -> None:
    churned = np.array([1.0, 0.0, 0.0, 1.0])

    best = expected_maximum_profit(churned, churned, Campaign(lifetime_value=11.0, contact=50.0))

    assert (best.per_customer, best.share) == (0.0, 0.0)


def test_the_hull_is_convex_and_above_the_curve() -> None:
    draw = np.random.default_rng(4)
    score = draw.integers(0, 20, 300) / 20
    churned = (draw.random(300) < score).astype(float)

    left, stayed = hull(churned, score)

    slopes = np.diff(left) / np.maximum(np.diff(stayed), 1e-12)
    assert (np.diff(slopes) <= 1e-9).all()


def test_the_curve_ends_with_everybody_contacted() -> None:
    share, profit = profit_curve(np.array([1.0, 0.0, 0.0]), np.array([0.5, 0.4, 0.3]), Campaign())

    assert share[-1] == 1.0
    assert profit[-1] == pytest.approx((0.3 * 190 - 1 - 22) / 3)
