"""What the report says where full boosting is ahead of what is shipped."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests.training_data import customers
from training.data.columns import Columns
from training.data.preparing import prepare
from training.learn.candidates import LADDER, PAIRWISE, TRIPLES
from training.learn.selection import JudgedCandidate
from training.plan import TrainingPlan
from training.report.gap import gap_told
from training.report.publishing import Origin, publish
from training.strategies import train

PAIRS = JudgedCandidate(PAIRWISE, np.zeros(4), np.full(4, 0.3))
OF_TRIPLES = JudgedCandidate(TRIPLES, np.zeros(4), np.full(4, 0.299))


def test_a_gap_is_told_with_the_figures_by_which_triples_were_not_taken() -> None:
    assert gap_told(0.976, 0.987, PAIRS, OF_TRIPLES) == (
        "Full boosting is ahead by 0.0110 of ROC-AUC. Tables of three features were tried and not taken: their "
        "log-loss is 0.29900, that of pairwise small, the simplest within one standard error of the best, is 0.30000."
    )


def test_a_gap_that_triples_leave_is_told() -> None:
    assert "Tables of three features are shipped" in gap_told(0.976, 0.987, OF_TRIPLES, OF_TRIPLES)


def test_a_gap_is_told_where_triples_were_not_tried() -> None:
    assert "were not tried" in gap_told(0.976, 0.987, PAIRS, None)


def test_a_small_gap_is_not_spoken_of() -> None:
    assert gap_told(0.980, 0.9849, PAIRS, OF_TRIPLES) == ""
    assert gap_told(0.987, 0.976, PAIRS, OF_TRIPLES) == ""


@pytest.mark.long
def test_the_report_tells_the_gap(tmp_path: Path) -> None:
    trained = train(prepare(customers(), Columns("Churn")), TrainingPlan(ladder=LADDER[:1], benchmark_model=None))
    knowing = trained.judged.with_predictions(0.1 + 0.8 * trained.judged.churned)
    origin = Origin("churn", "Churn", "0" * 64, {}, datetime(2026, 3, 2, tzinfo=UTC))

    _, folder, report = publish(replace(trained, benchmark_model=knowing), origin, tmp_path)

    assert report["gap"].startswith("Full boosting is ahead by 0.")
    assert "features, the last candidate, were not tried" in report["gap"]
    assert report["gap"] in (folder / "report.html").read_text()
    assert "完整提升树的 ROC-AUC 高出 0." in (folder / "report.zh.html").read_text()
