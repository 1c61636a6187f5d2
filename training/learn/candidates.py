"""The ladder of candidates, simplest first; and how one of them becomes tables.

Rungs may be added; a rung must be able to say what it learnt as tables over bins of at most three features. The
benchmark model at the end may not, so it is never shipped: it tells what being explainable costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from scoring.model.tables import ScoreTables
from training.data.rows import TrainingRows
from training.learn.boosting import Boosting
from training.learn.parity import N_ROWS, check_parity
from training.learn.purify import purified
from training.learn.steps import StepLogistic


class Fitted(Protocol):
    """What a candidate became by learning."""

    def log_odds(self, rows: FloatArray) -> FloatArray:
        """Return what the estimator answers, shape (n_rows,)."""

    def tables(self) -> ScoreTables:
        """Return the same as tables, exactly."""


class Candidate(Protocol):
    """A way to learn."""

    @property
    def name(self) -> str:
        """As it stands in reports."""

    def fit(self, rows: FloatArray, churned: FloatArray, features: Sequence[Feature], *, seed: int) -> Fitted:
        """Learn from encoded rows, shape (n_rows, n_features), and outcomes, shape (n_rows,)."""


PAIRWISE = Boosting("pairwise small", "pairwise")

TRIPLES = replace(
    PAIRWISE,
    name="triples",
    interactions="triples",
    learning_rate=0.06,
    n_trees=400,
    max_leaves=16,
    min_rows=10,
    l2=3.0,
    max_bins=12,
)

LADDER: tuple[Candidate, ...] = (
    StepLogistic(),
    replace(PAIRWISE, name="additive", interactions="no_interactions"),
    PAIRWISE,
    replace(
        PAIRWISE,
        name="pairwise medium",
        learning_rate=0.06,
        n_trees=400,
        max_leaves=16,
        min_rows=10,
        l2=3.0,
        max_bins=128,
    ),
    replace(
        PAIRWISE,
        name="pairwise large",
        learning_rate=0.1,
        n_trees=600,
        min_rows=5,
        l2=1.0,
        feature_share=0.25,
        max_bins=64,
    ),
    replace(
        PAIRWISE,
        name="pairwise extra",
        learning_rate=0.1,
        n_trees=1_000,
        max_leaves=16,
        min_rows=3,
        l2=0.3,
    ),
    TRIPLES,
)

BENCHMARK_MODEL = Boosting("full boosting (benchmark)", None)


def export(
    candidate: Candidate, rows: TrainingRows, features: Sequence[Feature], *, seed: int, n_rows: int = N_ROWS
) -> tuple[ScoreTables, float]:
    """Fit a candidate and return its tables, purified, with the largest difference found to the estimator.

    Raises
    ------
    ExportRefused
        If the tables do not answer as the estimator.
    """
    fitted = candidate.fit(rows.encoded, rows.churned, features, seed=seed)
    tables = purified(fitted.tables(), rows.encoded)
    return tables, check_parity(fitted, tables, rows.encoded, n_rows=n_rows, seed=seed)
