"""Tables of three features: which are kept, what they learn, and the laws that pairs obey too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.model.calibration import Sigmoid
from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from scoring.model.tables import ScoreTables
from tests.scoring_models import random_rows, random_tables
from training.data.columns import Columns
from training.data.preparing import prepare
from training.data.rows import TrainingRows
from training.learn.boosting import Boosting
from training.learn.candidates import TRIPLES, export
from training.learn.purify import purified
from training.learn.triples import MAX_CELLS, MAX_TRIPLES, strongest
from training.measures import roc_auc
from training.plan import TrainingPlan
from training.report.publishing import Origin, publish
from training.report.shapes import strongest_triples
from training.strategies import train

FEATURES = (
    Feature(name="a", type="number"),
    Feature(name="b", type="number"),
    Feature(name="c", type="bool"),
    Feature(name="calls", type="number", monotonic=1),
    Feature(name="plan", type="category", categories=("basic", "gold", "pro")),
)
FEW = replace(TRIPLES, n_trees=80)


def customers(n_rows: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return customers who leave if an odd number of a, b and c is high: no two of them say anything."""
    draw = np.random.default_rng(seed)
    rows = np.column_stack([
        draw.normal(0, 1, n_rows),
        draw.normal(0, 1, n_rows),
        draw.integers(0, 2, n_rows),
        draw.poisson(2, n_rows),
        draw.integers(0, 3, n_rows),
    ]).astype(float)  # fmt: skip
    odd = np.sign(rows[:, 0]) * np.sign(rows[:, 1]) * (2 * rows[:, 2] - 1)
    p = 1 / (1 + np.exp(-(-0.5 + 1.5 * odd + 0.2 * rows[:, 3] * (rows[:, 4] == 1))))
    churned = (draw.random(n_rows) < p).astype(float)
    rows[draw.random(rows.shape) < 0.03] = np.nan
    return rows, churned


def exported(n_rows: int = 1_500) -> tuple[ScoreTables, FloatArray]:
    rows, churned = customers(n_rows)
    return export(FEW, TrainingRows(rows, churned, np.arange(n_rows)), FEATURES, seed=1, n_rows=5_000)[0], rows


def test_triples_learn_what_no_pair_says() -> None:
    tables, _ = exported()
    rows, churned = customers(2_000, seed=1)
    pairs = replace(FEW, interactions="pairwise").fit(*customers(1_500), FEATURES, seed=1)

    assert (0, 1, 2) in tables.triples
    assert roc_auc(churned, tables.log_odds(rows)) > roc_auc(churned, pairs.log_odds(rows)) + 0.1


def test_what_is_exported_is_pure_along_every_feature_of_every_table() -> None:
    tables, rows = exported()

    assert_pure(tables, rows)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), n_features=st.integers(1, 6))
def test_purifying_any_tables_keeps_every_score_and_the_calibration(seed: int, n_features: int) -> None:
    rng = np.random.default_rng(seed)
    raw = replace(random_tables(rng, n_features, share_of_triples=0.5), calibration=Sigmoid(a=0.5, b=1.0))
    rows = random_rows(rng, raw, 300)

    pure = purified(raw, rows)

    assert np.abs(pure.log_odds(rows) - raw.log_odds(rows)).max() <= 1e-12
    assert pure.calibration == raw.calibration
    assert pure.triples.keys() == raw.triples.keys()
    assert_pure(pure, rows)
    assert_equal(purified(pure, rows), pure)


def assert_pure(tables: ScoreTables, rows: FloatArray) -> None:
    """Require that every table is zero on average over each of its features, whatever the others are."""
    weights = [np.bincount(b.many(rows[:, j]), minlength=b.n_bins) / len(rows) for j, b in enumerate(tables.bins)]
    for places, table in tables.parts.items():
        for axis, place in enumerate(places):
            assert np.abs(np.tensordot(table, weights[place], (axis, 0))).max() < 1e-12, places


def assert_equal(first: ScoreTables, second: ScoreTables) -> None:
    assert first.parts.keys() == second.parts.keys()
    assert all(np.abs(table - second.parts[places]).max() < 1e-12 for places, table in first.parts.items())


def test_shares_of_triples_add_up_to_the_score() -> None:
    tables, rows = exported()

    assert np.abs(tables.bias + tables.contributions(rows).sum(1) - tables.log_odds(rows)).max() < 1e-12


def test_no_triple_lowers_the_risk_where_it_must_not_fall() -> None:
    tables, rows = exported()
    calls = np.repeat(rows[:200], 13, axis=0)
    calls[:, 3] = np.tile(np.arange(13.0), 200)

    risks = tables.log_odds(calls).reshape(200, 13)

    assert any(3 in triple for triple in tables.triples)
    assert (np.diff(risks) >= -1e-12).all()


@pytest.mark.parametrize("n_features", [1, 2])
def test_of_fewer_than_three_features_there_is_no_triple(n_features: int) -> None:
    rows, churned = customers(400)
    few = TrainingRows(rows[:, :n_features], churned, np.arange(400))

    tables, worst = export(FEW, few, FEATURES[:n_features], seed=1, n_rows=1_000)

    assert not tables.triples
    assert worst <= 1e-12


def tree(*splits: tuple[int, float]) -> SimpleNamespace:
    """Return a tree of one path: each split's column and gain, its right child always a leaf."""
    leaf = {"is_leaf": True, "feature_idx": 0, "gain": 0.0, "left": 0, "right": 0}
    nodes = [
        {"is_leaf": False, "feature_idx": column, "gain": gain, "left": i + 1, "right": len(splits)}
        for i, (column, gain) in enumerate(splits)
    ]
    return SimpleNamespace(nodes=[*nodes, leaf])


def test_a_triple_is_worth_what_was_gained_once_its_three_were_seen() -> None:
    trees = [
        tree((4, 99.0), (0, 99.0), (2, 5.0)),
        tree((1, 9.0), (0, 9.0), (2, 3.0)),
        tree((2, 1.0), (1, 1.0), (0, 4.0)),
    ]
    room_for_one = [1, 1, MAX_CELLS, 1, 1]

    assert strongest(trees, [10] * 5) == [(0, 1, 2), (0, 2, 4)]
    assert strongest(trees, room_for_one) == [(0, 1, 2)]


def test_two_features_met_again_are_no_triple() -> None:
    assert strongest([tree((0, 9.0), (1, 9.0), (0, 9.0))], [10, 10]) == []


def test_no_more_triples_are_kept_than_are_soon_looked_up() -> None:
    trees = [tree((0, 1.0), (1, 1.0), (place, 1.0 + place)) for place in range(2, 2 + 2 * MAX_TRIPLES)]

    kept = strongest(trees, [2] * (2 + 2 * MAX_TRIPLES))

    assert kept == [(0, 1, place) for place in range(2 + MAX_TRIPLES, 2 + 2 * MAX_TRIPLES)]


def test_tables_of_triples_stay_small() -> None:
    draw = np.random.default_rng(3)
    rows = draw.normal(size=(1_500, 8))
    churned = (rows[:, 0] * rows[:, 1] * rows[:, 2] + rows[:, 3] * rows[:, 4] * rows[:, 5] > 0).astype(float)
    features = [Feature(name=f"n{j}", type="number") for j in range(8)]

    tables = FEW.fit(rows, churned, features, seed=1).tables()

    assert 0 < sum(table.size for table in tables.triples.values()) <= MAX_CELLS


def test_the_same_seed_gives_the_same_triples_to_the_bit() -> None:
    rows, churned = customers(600)

    first, second = (FEW.fit(rows, churned, FEATURES, seed=5).tables() for _ in range(2))

    assert {k: t.tobytes() for k, t in first.parts.items()} == {k: t.tobytes() for k, t in second.parts.items()}


def test_pairs_alone_keep_to_pairs() -> None:
    rows, churned = customers(600)

    assert not Boosting("pairs", "pairwise", n_trees=40).fit(rows, churned, FEATURES, seed=1).tables().triples


def test_the_report_names_the_strongest_triples() -> None:
    tables, rows = exported()

    listed = list(strongest_triples(tables, FEATURES, rows))

    assert listed[0][0] == "a × b × c"
    assert [strength for _, strength in listed] == sorted((strength for _, strength in listed), reverse=True)


@pytest.mark.long
def test_a_model_of_triples_is_published_as_a_server_reads_it(tmp_path: Path) -> None:
    rows, churned = customers(900)
    table = pa.table({
        **{f.name: rows[:, j] for j, f in enumerate(FEATURES[:4])},
        "left": np.where(churned, "yes", "no"),
    })  # fmt: skip
    trained = train(prepare(table, Columns("left")), TrainingPlan(ladder=(FEW,), benchmark_model=None))

    loaded, folder, report = publish(trained, Origin("churn", "left", "0" * 64, {}, datetime.now(UTC)), tmp_path)

    assert loaded.tables.triples.keys() == trained.tables.triples.keys() != set()
    assert report["export"]["triples"] == len(loaded.tables.triples)
    assert "Strongest triples" in (folder / "report.html").read_text()
