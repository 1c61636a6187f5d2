from dataclasses import replace

import numpy as np
import pytest

from scoring.model.logistic import probabilities
from scoring.model.schema import Feature
from training.data.leaks import Leak
from training.evaluate.evaluation import Judged, difference, draws, intervals, profit_interval
from training.evaluate.gates import Evidence, gates_of, segments_of
from training.evaluate.profit import Campaign
from training.measures import roc_auc

N = 2_000
DRAW = np.random.default_rng(0)
Z = DRAW.normal(-1, 1.5, N)
CHURNED = (DRAW.random(N) < probabilities(Z)).astype(float)
GOOD = Judged(CHURNED, probabilities(Z), np.arange(N), np.zeros(N, np.int64))
RULE = GOOD.with_predictions(np.full(N, 0.3))


def evidence(**changes: object) -> Evidence:
    base = Evidence(
        judged=GOOD, rule=RULE, champion=GOOD, segments={}, leaks=(), certificate=None, parity=1e-14, seed=1
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def closed(evidence: Evidence) -> set[str]:
    return {gate.name for gate in gates_of(evidence) if not gate.passed}


def test_a_model_as_good_as_the_champion_passes_everywhere() -> None:
    assert closed(evidence()) == set()
    assert closed(evidence(champion=None)) == set()


@pytest.mark.long
def test_each_fault_closes_its_gate() -> None:
    noisy = GOOD.with_predictions(probabilities(Z + DRAW.normal(0, 2, N)))
    exaggerated = GOOD.with_predictions(probabilities(2 * Z))
    few = Judged(CHURNED[:200], GOOD.p_churn[:200], np.arange(200), np.zeros(200, np.int64))

    assert {"log_loss", "roc_auc", "lift_10"} <= closed(evidence(judged=noisy))
    assert {"calibration_error", "calibration_slope", "log_loss"} <= closed(evidence(judged=exaggerated))
    assert closed(evidence(rule=GOOD)) == {"beats_simple_rule"}
    assert closed(evidence(leaks=(Leak(("x",), "knows"),))) == {"leaks"}
    assert closed(evidence(judged=few, rule=few.with_predictions(np.full(200, 0.3)), champion=None)) >= {
        "enough_churned"
    }
    shifted = GOOD.with_predictions(probabilities(Z - 2))
    assert "score_stability" in closed(evidence(judged=shifted))


@pytest.mark.long
def test_a_red_certificate_closes_its_gate() -> None:
    red = {"green": False, "n_changed": 5, "differences": ["mutating events changes orders"]}

    assert closed(evidence(certificate=red)) == {"leak_certificate"}
    assert closed(evidence(certificate={**red, "green": True})) == set()


def test_a_segment_that_loses_closes_the_gate() -> None:
    inside = np.arange(N) < 600
    p = GOOD.p_churn.copy()
    p[inside] = DRAW.permutation(p[inside])

    assert "segments" in closed(evidence(judged=GOOD.with_predictions(p), segments={"region = west": inside}))


def test_small_segments_are_not_measured() -> None:
    rows = np.zeros((N, 1))
    rows[:150, 0] = 1.0
    feature = Feature(name="region", type="category", categories=("east", "west"))

    assert list(segments_of(rows, CHURNED, [feature])) == ["region = east"]


def test_a_draw_in_which_all_left_says_nothing_of_profit() -> None:
    few = Judged(np.array([1.0, 1.0, 0.0]), np.array([0.9, 0.5, 0.1]), np.arange(3), np.zeros(3, np.int64))

    interval = profit_interval(few, Campaign(), seed=1, n_draws=20)  # of three, in three draws of ten all left

    assert 0 < interval.low <= interval.value <= interval.high


def test_intervals_hold_the_figure_and_shrink_with_more_customers() -> None:
    few = Judged(CHURNED[:400], GOOD.p_churn[:400], np.arange(400), np.zeros(400, np.int64))

    wide, narrow = (intervals(each, seed=1, n_draws=100)["roc_auc"] for each in (few, GOOD))

    assert narrow.low < narrow.value < narrow.high
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_a_draw_takes_customers_whole() -> None:
    customers = np.arange(50) // 5

    for weight in draws(customers, seed=1, n_draws=10):
        assert all(len(set(weight[customers == c])) == 1 for c in range(10))


def test_comparing_on_the_same_draws_is_sharper_than_apart() -> None:
    near = GOOD.with_predictions(probabilities(Z + DRAW.normal(0, 0.1, N)))

    gap = difference(roc_auc, near, GOOD, seed=1, n_draws=100)
    apart = intervals(GOOD, seed=1, n_draws=100)["roc_auc"]

    assert gap.high - gap.low < 0.3 * (apart.high - apart.low)
