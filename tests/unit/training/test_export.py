"""The exported tables are the estimator: on rows it knows, on rows made to hurt, with gaps and with what nobody has
seen.
"""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_info

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from scoring.model.tables import Bins, ScoreTables
from tests.training_data import FEATURES, FULL, encoded
from training.data.rows import TrainingRows
from training.errors import ExportRefused
from training.learn import boosting
from training.learn.boosting import Boosting
from training.learn.candidates import BENCHMARK_MODEL, LADDER, Candidate, export
from training.learn.parity import check_parity, hurtful_blocks
from training.learn.purify import purified

SMALL = Boosting("small", "pairwise", n_trees=40)


def examples(rows: FloatArray, churned: FloatArray) -> TrainingRows:
    return TrainingRows(rows, churned, np.arange(len(churned)))


def shortened(candidate: Candidate) -> Candidate:
    """Return a rung with fewer trees, unless the tests run at full size; its trees are as large as ever."""
    return candidate if FULL or not isinstance(candidate, Boosting) else replace(candidate, n_trees=60)


@pytest.mark.parametrize("candidate", LADDER, ids=lambda c: c.name)
def test_every_rung_is_exact_to_1e_12(candidate: Candidate) -> None:
    rows, churned = encoded()
    candidate = shortened(candidate)

    _, worst = export(candidate, examples(rows, churned), FEATURES, seed=1, n_rows=5_000)

    assert worst <= 1e-12


def test_parity_holds_on_a_hundred_thousand_rows() -> None:
    rows, churned = encoded(2_000)

    _, worst = export(SMALL, examples(rows, churned), FEATURES, seed=1)

    assert worst <= 1e-12


def test_the_referee_cannot_become_tables() -> None:
    rows, churned = encoded()

    with pytest.raises(ValueError, match="only models of at most 3"):
        replace(SMALL, interactions=None, max_leaves=31).fit(rows, churned, FEATURES, seed=1).tables()
    assert BENCHMARK_MODEL.interactions is None


def test_a_column_that_is_entirely_missing_does_not_crash_and_says_nothing() -> None:
    rows, churned = encoded()
    rows[:, 0] = np.nan

    tables, _ = export(SMALL, examples(rows, churned), FEATURES, seed=1, n_rows=1_000)

    assert not tables.main[0].any()
    assert not any(0 in pair for pair in tables.pairs)


def test_a_category_no_training_row_has_is_as_good_as_unknown() -> None:
    rows, churned = encoded()
    tables, _ = export(SMALL, examples(rows, churned), FEATURES, seed=1, n_rows=1_000)

    unseen = np.repeat(rows[:1], 3, axis=0)
    unseen[:, 1] = [3.0, np.nan, 99.0]  # "rare" never occurs in the training rows

    assert np.ptp(tables.log_odds(unseen)) < 1e-12


def test_codes_keep_their_meaning_when_lower_ones_are_absent() -> None:
    rows, churned = encoded()
    keep = rows[:, 1] != 0.0  # scikit-learn would renumber 1, 2 to 0, 1
    fitted = SMALL.fit(rows[keep], churned[keep], FEATURES, seed=1)

    assert np.abs(fitted.log_odds(rows) - fitted.tables().log_odds(rows)).max() <= 1e-12


def test_a_monotonic_feature_never_lowers_the_risk() -> None:
    rows, churned = encoded(2_000)
    additive = replace(SMALL, interactions="no_interactions")

    tables = additive.fit(rows, churned, FEATURES, seed=1).tables()

    assert (np.diff(tables.main[3][:-1]) >= -1e-12).all()


def test_tables_that_are_off_by_a_hair_are_refused() -> None:
    rows, churned = encoded()
    fitted = SMALL.fit(rows, churned, FEATURES, seed=1)
    tables = fitted.tables()
    wrong = replace(tables, bias=tables.bias + 1e-9)

    with pytest.raises(ExportRefused, match="differ by up to 1e-09"):
        check_parity(fitted, wrong, rows, n_rows=1_000)


def test_an_edge_moved_by_one_bit_is_refused() -> None:
    rows, churned = encoded()
    fitted = SMALL.fit(rows, churned, FEATURES, seed=1)
    tables = fitted.tables()
    moved = tables.bins[0].edges.copy()
    moved[len(moved) // 2] = np.nextafter(moved[len(moved) // 2], np.inf)

    with pytest.raises(ExportRefused):
        check_parity(fitted, replace(tables, bins=(Bins(edges=moved), *tables.bins[1:])), rows, n_rows=20_000)


def test_nan_never_passes_for_parity() -> None:
    class Broken:
        def log_odds(self, rows: FloatArray) -> FloatArray:
            return np.full(len(rows), np.nan)

    tables = ScoreTables(0.0, (Bins(),), (np.zeros(2),), {})

    with pytest.raises(ExportRefused):
        check_parity(Broken(), tables, np.zeros((10, 1)), n_rows=100)


def test_rows_made_to_hurt_hold_every_edge_and_both_its_neighbours() -> None:
    bins = (Bins(edges=np.array([1.0, 2.0])),)

    values = {x for block in hurtful_blocks(bins, np.zeros((5, 1)), 20_000, seed=0) for x in block[:, 0].tolist()}

    assert {1.0, np.nextafter(1.0, 2.0), np.nextafter(1.0, 0.0), 2.0, 1e300} <= values


def test_purifying_keeps_every_score_and_empties_the_pairs_of_main_effects() -> None:
    rows, churned = encoded()
    raw = SMALL.fit(rows, churned, FEATURES, seed=1).tables()

    pure = purified(raw, rows)

    assert np.abs(pure.log_odds(rows) - raw.log_odds(rows)).max() <= 1e-12
    weights = [np.bincount(b.many(rows[:, j]), minlength=b.n_bins) / len(rows) for j, b in enumerate(pure.bins)]
    for (a, b), table in pure.pairs.items():
        assert np.abs(table @ weights[b]).max() < 1e-12
        assert np.abs(weights[a] @ table).max() < 1e-12
    assert all(abs(float(w @ table)) < 1e-12 for w, table in zip(weights, pure.main, strict=True))


def test_fitting_runs_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    class Spy(HistGradientBoostingClassifier):  # type: ignore[misc]
        def fit(self, rows: FloatArray, churned: FloatArray) -> object:
            seen.extend(pool["num_threads"] for pool in threadpool_info())
            return super().fit(rows, churned)

    monkeypatch.setattr(boosting, "HistGradientBoostingClassifier", Spy)
    rows, churned = encoded()

    SMALL.fit(rows, churned, FEATURES, seed=1)

    assert seen
    assert set(seen) == {1}


def test_nothing_is_resampled_or_reweighted() -> None:
    rows, churned = encoded(4_000)
    rare = np.flatnonzero((churned == 0) | (np.arange(len(churned)) % 10 == 0))

    for candidate in (*LADDER[:3], BENCHMARK_MODEL):
        scores = candidate.fit(rows[rare], churned[rare], FEATURES, seed=1).log_odds(rows[rare])
        mean = (1 / (1 + np.exp(-scores))).mean()
        assert mean == pytest.approx(churned[rare].mean(), rel=0.05), candidate.name


def test_the_same_seed_gives_the_same_bits() -> None:
    rows, churned = encoded()

    first, second = (SMALL.fit(rows, churned, FEATURES, seed=5).tables() for _ in range(2))

    assert first.bias == second.bias
    assert all(a.tobytes() == b.tobytes() for a, b in zip(first.main, second.main, strict=True))
    assert first.pairs.keys() == second.pairs.keys()


def test_a_feature_of_one_value_is_fine() -> None:
    rows, churned = encoded()
    constant = np.column_stack([rows, np.ones(len(rows))])
    features = (*FEATURES, Feature(name="same", type="number"))

    for candidate in map(shortened, LADDER[:3]):
        _, worst = export(candidate, examples(constant, churned), features, seed=1, n_rows=1_000)
        assert worst <= 1e-12
