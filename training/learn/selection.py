"""Walks the ladder: every candidate is judged on the same rows it has not learnt from, and the simplest good one is
taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from training.data.rows import IntArray, TrainingRows
from training.data.splitting import Fold
from training.learn.calibrating import cross_fitted, temperature
from training.learn.candidates import Candidate, export
from training.measures import log_losses
from training.progress import ProgressListener

FOLD_PARITY_ROWS = 2_000
"""Rows on which a fold's export is checked; what is shipped is checked on 100,000."""


@dataclass(frozen=True, eq=False)
class JudgedCandidate:
    """What a candidate said about the judged rows.

    Parameters
    ----------
    scores
        Log-odds of its exported tables, shape (n_judged,), in the order of the judged rows.
    losses
        Surprise of each, in nats, shape (n_judged,), after a temperature that has not seen its fold: calibration comes
        anyway, so a candidate is not turned down for what it will cure.
    """

    candidate: Candidate
    scores: FloatArray
    losses: FloatArray

    @property
    def log_loss(self) -> float:
        """Mean surprise in nats."""
        return float(self.losses.mean())


def judged_rows(folds: Sequence[Fold]) -> IntArray:
    """Return the places of all judged rows, fold after fold."""
    return np.concatenate([fold.judge for fold in folds])


def try_candidate(
    candidate: Candidate,
    rows: TrainingRows,
    folds: Sequence[Fold],
    features: Sequence[Feature],
    seed: int,
    progress: ProgressListener,
) -> JudgedCandidate:
    """Fit, export and judge a candidate in every fold: what is judged is what would be shipped."""
    scores = []
    for fold in folds:
        tables, _ = export(candidate, rows.take(fold.learn), features, seed=seed, n_rows=FOLD_PARITY_ROWS)
        scores.append(tables.log_odds(rows.encoded[fold.judge]))
        progress.advance()
    joined = np.concatenate(scores)
    churned = rows.churned[judged_rows(folds)]
    pieces = np.repeat(np.arange(len(folds)), [len(fold.judge) for fold in folds])
    return JudgedCandidate(candidate, joined, log_losses(churned, cross_fitted(temperature, joined, churned, pieces)))


def simplest_good(trials: Sequence[JudgedCandidate], customers: IntArray) -> JudgedCandidate:
    """Return the first trial whose log-loss is within one standard error of the best [1]_.

    The error is that of the paired difference, row by row and added up by customer: the same customers are hard for
    every candidate, and what they share says nothing about which candidate is better.

    Parameters
    ----------
    trials
        Simplest first, over the same rows.
    customers : ndarray of shape (n_judged,)
        Whose rows they are.

    References
    ----------
    .. [1] L. Breiman, J. Friedman, R. Olshen and C. Stone, "Classification and Regression Trees", 1984, §3.4.3.
    """
    best = min(trials, key=lambda trial: trial.log_loss)
    return next(
        trial
        for trial in trials
        if trial.log_loss - best.log_loss <= standard_error(trial.losses - best.losses, customers)
    )


def standard_error(differences: FloatArray, customers: IntArray) -> float:
    """Return the standard error of the mean of rows that come in customers.

    Examples
    --------
    >>> standard_error(np.array([1.0, -1.0, 1.0, -1.0]), np.arange(4))
    0.5
    """
    _, where = np.unique(customers, return_inverse=True)
    sums = np.bincount(where, differences - differences.mean())
    return float(np.sqrt((sums**2).sum()) / len(differences))
