"""How good probabilities of leaving are: ranking, sharpness, calibration, and what the riskiest tenth holds.

All take a weight per row, so that a bootstrap draw is a vector of counts and never a copy of the data. Tied scores
count as a random order among themselves would, on average.

References
----------
J. Davis and M. Goadrich, "The Relationship Between Precision-Recall and ROC Curves", ICML 2006 (average precision).
M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", AAAI
2015 (ECE).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scoring.model.logistic import FloatArray, log_odds, probabilities

N_BINS = 10
"""Bins of equal count in which calibration is measured."""

_TINY = 1e-15


def roc_auc(churned: FloatArray, p_churn: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the chance that a customer who left is ranked above one who stayed, in [0, 1]; NaN without both kinds.

    Examples
    --------
    >>> roc_auc(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    left, stayed = _tied(churned, p_churn, weight)
    below = np.cumsum(stayed) - 0.5 * stayed
    pairs = left.sum() * stayed.sum()
    return float(left @ below / pairs) if pairs > 0 else float("nan")


def pr_auc(churned: FloatArray, p_churn: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the average precision over the ranks of those who left, in [0, 1]; NaN if nobody left.

    Examples
    --------
    >>> round(pr_auc(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8])), 4)
    0.8333
    """
    left, stayed = (each[::-1] for each in _tied(churned, p_churn, weight))
    if not left.sum() > 0:
        return float("nan")
    caught = np.cumsum(left)
    precision = caught / np.maximum(caught + np.cumsum(stayed), _TINY)
    return float(left @ precision / left.sum())


def log_losses(churned: FloatArray, p_churn: FloatArray) -> FloatArray:
    """Return each row's surprise in nats, shape (n_rows,); probabilities are kept 1e-15 away from 0 and 1."""
    p = np.clip(p_churn, _TINY, 1 - _TINY)
    losses: FloatArray = -np.log(np.where(churned > 0, p, 1 - p))
    return losses


def log_loss(churned: FloatArray, p_churn: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the mean surprise in nats, ≥ 0.

    Examples
    --------
    >>> round(log_loss(np.array([0.0, 1.0]), np.array([0.5, 0.5])), 4)
    0.6931
    """
    return float(np.average(log_losses(churned, p_churn), weights=weight))


def brier(churned: FloatArray, p_churn: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the mean squared error of the probabilities, in [0, 1].

    Examples
    --------
    >>> brier(np.array([0.0, 1.0]), np.array([0.5, 1.0]))
    0.125
    """
    return float(np.average((p_churn - churned) ** 2, weights=weight))


def ece(churned: FloatArray, p_churn: FloatArray, weight: FloatArray | None = None) -> float:
    """Return the expected calibration error over 10 bins of equal count, in [0, 1].

    Examples
    --------
    >>> ece(np.array([0.0, 1.0] * 10), np.full(20, 0.4)).__round__(3)
    0.1
    """
    predicted, observed, share = reliability(churned, p_churn, weight)
    return float(share @ np.abs(predicted - observed))


def reliability(
    churned: FloatArray, p_churn: FloatArray, weight: FloatArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return, for each of up to 10 bins of equal count, mean probability, share that left, and share of the rows.

    Equal probabilities stay in one bin, so that a step table is not judged by the order of the file.
    """
    weights = np.ones(len(churned)) if weight is None else weight
    order = np.argsort(p_churn, kind="stable")
    p, y, w = p_churn[order], churned[order], weights[order]
    rank = np.cumsum(w) - 0.5 * w
    first_of_tie = np.searchsorted(p, p, side="left")
    last_of_tie = np.searchsorted(p, p, side="right") - 1
    middle = 0.5 * (rank[first_of_tie] + rank[last_of_tie]) / max(w.sum(), _TINY)
    bins = np.minimum((middle * N_BINS).astype(np.int64), N_BINS - 1)
    count = np.bincount(bins, w, N_BINS)
    used = count > 0
    predicted = np.bincount(bins, w * p, N_BINS)[used] / count[used]
    observed = np.bincount(bins, w * y, N_BINS)[used] / count[used]
    return predicted, observed, count[used] / count.sum()


def lift_10(churned: FloatArray, p_churn: FloatArray, weight: FloatArray | None = None) -> float:
    """Return how many times the average the riskiest tenth leaves, 0 to 10; NaN if nobody left.

    Examples
    --------
    >>> lift_10(np.array([1.0] + [0.0] * 9), np.arange(10.0)[::-1])
    10.0
    """
    left, stayed = (each[::-1] for each in _tied(churned, p_churn, weight))
    everyone = left + stayed
    if not left.sum() > 0:
        return float("nan")
    room = np.clip(0.1 * everyone.sum() - (np.cumsum(everyone) - everyone), 0, everyone)
    caught = left @ (room / np.maximum(everyone, _TINY))
    return float(10 * caught / left.sum())


def brier_skill(churned: FloatArray, p_churn: FloatArray) -> float:
    """Return the Brier score's gain over always saying the average, ≤ 1."""
    average = np.full(len(churned), churned.mean())
    return 1 - brier(churned, p_churn) / brier(churned, average)


def calibration_slope(churned: FloatArray, p_churn: FloatArray) -> float:
    """Return the slope of a logistic regression of the outcome on the predicted log-odds; 1 is perfect, below 1 too
    extreme.

    Examples
    --------
    >>> p = np.repeat([0.2, 0.8], 100)
    >>> y = np.concatenate([np.repeat([1.0, 0.0], [20, 80]), np.repeat([1.0, 0.0], [80, 20])])
    >>> round(calibration_slope(y, p), 6)
    1.0
    """
    clipped = np.clip(p_churn, 1e-6, 1 - 1e-6)
    slope, _ = logistic_line(np.log(clipped) - np.log1p(-clipped), churned)
    return slope


def logistic_line(z: FloatArray, churned: FloatArray) -> tuple[float, float]:
    """Return slope and intercept of the likeliest p = σ(a z + b); without any spread the slope is 0.

    Newton's method from a flat line, where the curvature is greatest: from a steep one it oversteps and never comes
    back. A floor under the curvature makes separable data stop instead of running away.
    """
    if z.std() < 1e-9:
        return 0.0, 0.0
    design = np.column_stack([z, np.ones_like(z)])
    theta = np.zeros(2)
    for _ in range(50):
        p = probabilities(design @ theta)
        curvature = design.T @ (design * (p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (churned - p))
        theta += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    return float(theta[0]), float(theta[1])


def psi(reference: FloatArray, current: FloatArray, n_bins: int = N_BINS) -> float:
    """Return the population stability index of two samples over the reference's bins of equal count, ≥ 0.

    Examples
    --------
    >>> psi(np.arange(100.0), np.arange(100.0))
    0.0
    """
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, n_bins + 1)[1:-1]))
    shares = [
        (np.bincount(np.searchsorted(edges, x, side="left"), minlength=edges.size + 1) + 0.5)
        / (len(x) + 0.5 * (edges.size + 1))
        for x in (reference, current)
    ]
    return float((shares[1] - shares[0]) @ np.log(shares[1] / shares[0]))


def prior_log_odds(churned: FloatArray) -> float:
    """Return the log-odds of the share that left, which must lie strictly between 0 and 1."""
    return log_odds(float(churned.mean()))


Measure = Callable[[FloatArray, FloatArray, FloatArray | None], float]
MEASURES: dict[str, Measure] = {
    "roc_auc": roc_auc,
    "pr_auc": pr_auc,
    "log_loss": log_loss,
    "brier": brier,
    "ece": ece,
    "lift_10": lift_10,
}
"""What every report holds, by the name it has there."""


def _tied(churned: FloatArray, p_churn: FloatArray, weight: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Return, per distinct score from low to high, the weight of those who left and of those who stayed."""
    weights = np.ones(len(churned)) if weight is None else weight
    order = np.argsort(p_churn, kind="stable")
    p, left = p_churn[order], (weights * churned)[order]
    starts = np.flatnonzero(np.r_[True, p[1:] != p[:-1]])
    total = np.add.reduceat(weights[order], starts)
    left_by_score = np.add.reduceat(left, starts)
    return left_by_score, total - left_by_score
