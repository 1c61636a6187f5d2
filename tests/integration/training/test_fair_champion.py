"""A champion is compared on rows that it has not learnt from, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from scoring.model.artefact import Artefact
from tests.training_data import customers, real, with_column
from training.data.columns import Columns
from training.data.preparing import prepare
from training.data.reading import read_table
from training.learn.boosting import Boosting
from training.learn.candidates import LADDER
from training.plan import Trained, TrainingPlan
from training.report.document import report_of
from training.report.publishing import Origin, publish
from training.strategies import train

pytestmark = pytest.mark.long

AGAINST_CHAMPION = ("log_loss", "roc_auc", "lift_10", "segments", "score_stability")
SIMPLE = TrainingPlan(ladder=LADDER[:1], benchmark_model=None)
SMALL = TrainingPlan(ladder=LADDER[2:3], benchmark_model=None)
EAGER = TrainingPlan(
    ladder=(Boosting("pairwise small", "pairwise", learning_rate=0.3, n_trees=60, min_rows=2),), benchmark_model=None
)
"""Remembers the rows that it learnt from: asked about them, it seems better than it is."""


def learnt(table: pa.Table, columns: Columns, plan: TrainingPlan, champion: Artefact | None = None) -> Trained:
    return train(prepare(table, columns), plan, champion=champion)


def written(trained: Trained, folder: Path) -> Artefact:
    origin = Origin("churn", "churned", "0" * 64, {}, datetime(2026, 3, 2, tzinfo=UTC))
    return publish(trained, origin, folder)[0]


def failed(trained: Trained) -> dict[str, str]:
    return {gate.name: gate.detail for gate in trained.gates if not gate.passed}


@pytest.mark.long
def test_a_new_column_is_no_reason_to_keep_the_champion(tmp_path: Path) -> None:
    useless = ("RowNumber", "CustomerId", "Surname")
    bank, _ = read_table(real("bank_churn.csv"), Columns("Exited"))
    before = learnt(bank, Columns("Exited", drop=(*useless, "CreditScore", "Tenure")), SMALL)
    champion = written(before, tmp_path)

    challenger = learnt(bank, Columns("Exited", drop=useless), SMALL, champion)

    shown, own = report_of(challenger)["champion"], report_of(before)["cv"]
    assert {name: shown[name] for name in own} == own
    assert not failed(challenger)


def test_a_champion_whose_columns_are_gone_is_compared_with_nothing(tmp_path: Path) -> None:
    champion = written(learnt(customers(), Columns("Churn"), SIMPLE), tmp_path)

    challenger = learnt(customers().drop_columns(["calls", "plan"]), Columns("Churn"), SIMPLE, champion)

    assert set(failed(challenger)) >= set(AGAINST_CHAMPION)
    assert "plan, calls" in failed(challenger)["log_loss"]
    assert "override" in failed(challenger)["log_loss"]
    assert report_of(challenger)["champion"].keys() == {"version", "how"}


def test_a_champion_of_an_unknown_recipe_is_compared_with_nothing(tmp_path: Path) -> None:
    own = replace(SIMPLE, ladder=[replace(LADDER[0], name="our own")])  # type: ignore[type-var]
    champion = written(learnt(customers(), Columns("Churn"), own), tmp_path)

    challenger = learnt(customers(), Columns("Churn"), SIMPLE, champion)

    assert set(failed(challenger)) >= set(AGAINST_CHAMPION)
    assert "'our own'" in failed(challenger)["log_loss"]


def test_a_model_made_without_a_report_of_its_champion_can_still_be_published(tmp_path: Path) -> None:
    champion = written(learnt(customers(), Columns("Churn"), SIMPLE), tmp_path)
    challenger = learnt(customers().drop_columns(["calls"]), Columns("Churn"), SIMPLE, champion)

    page = publish(challenger, Origin("churn", "churned", "0" * 64, {}, datetime.now(UTC)), tmp_path)[1] / "report.html"

    assert "could not be judged fairly" in page.read_text()


@pytest.mark.long
@pytest.mark.parametrize("drop", [(), ("calls",)])
def test_a_champion_that_has_seen_the_last_block_of_time_is_judged_as_if_it_had_not(
    drop: tuple[str, ...], tmp_path: Path
) -> None:
    table = customers(1_500)
    taken = np.datetime64("2024-01-01") + np.arange(1_500) // 150 * 30
    timed = with_column(table, "as_of", taken.astype("datetime64[us]"))
    knows_all = written(learnt(table, Columns("Churn", drop=drop), EAGER), tmp_path)
    honest = learnt(timed, Columns("Churn", drop=drop, time="as_of"), EAGER)

    challenger = learnt(timed, Columns("Churn", time="as_of"), EAGER, knows_all)

    shown, own = report_of(challenger)["champion"], report_of(honest)["test"]
    assert {name: shown[name] for name in own} == own
