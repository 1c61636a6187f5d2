"""Fits what turns log-odds into honest probabilities, and keeps it only if it helps.

Judged is always a customer whose outcome the calibration has not seen: fitted on four fifths, measured on the fifth,
five times. What is shipped is then fitted on all of them. References stand in `scoring.model.calibration`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.isotonic import isotonic_regression

from scoring.model.calibration import Calibration, Identity, Sigmoid, Steps, Temperature
from scoring.model.logistic import FloatArray, probabilities
from training.data.rows import IntArray
from training.measures import ece, log_loss, logistic_line

MIN_FOR_STEPS = 1_000
"""Customers who left, from which steps are tried: below, they overfit (SCORING: isotonic needs 1,000 positives)."""


@dataclass(frozen=True, eq=False)
class Calibrated:
    """The calibration to ship, and what it does.

    Parameters
    ----------
    p_churn
        Probabilities of the rows it was chosen on, each by a calibration that has not seen it, shape (n_rows,).
    ece
        Expected calibration error by method, cross-fitted: ``identity`` and those tried.
    """

    calibration: Calibration
    p_churn: FloatArray
    ece: Mapping[str, float]


def calibrate(scores: FloatArray, churned: FloatArray, pieces: IntArray) -> Calibrated:
    """Choose and fit a calibration.

    Parameters
    ----------
    scores : ndarray of shape (n_rows,)
        Log-odds of rows the model has not learnt from.
    pieces : ndarray of shape (n_rows,)
        Which fifth a row belongs to.

    Returns
    -------
    Calibrated
        The method of least ECE, provided its log-loss is no worse than that of doing nothing.
    """
    tried = {name: cross_fitted(fit, scores, churned, pieces) for name, fit in _methods(churned).items()}
    plain = log_loss(churned, tried["identity"])
    errors = {name: ece(churned, p) for name, p in tried.items()}
    sound = [name for name, p in tried.items() if log_loss(churned, p) <= plain]
    best = min(sound, key=lambda name: errors[name])
    return Calibrated(_methods(churned)[best](scores, churned), tried[best], errors)


def _methods(churned: FloatArray) -> dict[str, Callable[[FloatArray, FloatArray], Calibration]]:
    methods: dict[str, Callable[[FloatArray, FloatArray], Calibration]] = {
        "identity": lambda *_: Identity(),
        "temperature": temperature,
        "sigmoid": sigmoid,
    }
    return methods | {"steps": steps} if churned.sum() >= MIN_FOR_STEPS else methods


def cross_fitted(
    fit: Callable[[FloatArray, FloatArray], Calibration], scores: FloatArray, churned: FloatArray, pieces: IntArray
) -> FloatArray:
    """Return probabilities of shape (n_rows,), each piece's by a calibration fitted on the others; of one piece
    alone, plain.
    """
    if len(np.unique(pieces)) < 2:
        return Identity().many(scores)
    p_churn = np.empty(len(scores))
    for piece in np.unique(pieces):
        here = pieces == piece
        p_churn[here] = fit(scores[~here], churned[~here]).many(scores[here])
    return p_churn


def temperature(scores: FloatArray, churned: FloatArray) -> Calibration:
    """Fit σ(z / t) by golden-section search of the log-loss over t in [1/8, 8].

    Examples
    --------
    >>> z = np.repeat([-4.0, 4.0], 100)
    >>> y = np.concatenate([np.repeat([1.0, 0.0], [12, 88]), np.repeat([1.0, 0.0], [88, 12])])
    >>> round(temperature(z, y).t, 2)
    2.01
    """
    low, high, ratio = np.log(1 / 8), np.log(8.0), (np.sqrt(5) - 1) / 2
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        losses = [log_loss(churned, probabilities(scores / np.exp(x))) for x in (left, right)]
        low, high = (low, right) if losses[0] <= losses[1] else (left, high)
    return Temperature(t=float(np.exp(0.5 * (low + high))))


def sigmoid(scores: FloatArray, churned: FloatArray) -> Calibration:
    """Fit σ(a z + b) by maximum likelihood; a falling line is refused and nothing is done."""
    a, b = logistic_line(scores, churned)
    return Sigmoid(a=a, b=b) if a > 0 else Identity()


def steps(scores: FloatArray, churned: FloatArray) -> Calibration:
    """Fit a rising step function (isotonic regression), kept half a customer away from 0 and 1.

    Examples
    --------
    >>> steps(np.array([-1.0, 0.0, 0.5, 1.0]), np.array([0.0, 1.0, 0.0, 1.0]))
    Steps(kind='steps', edges=(-1.0, 0.5), values=(0.125, 0.5, 0.875))
    """
    z, where, counts = np.unique(scores, return_inverse=True, return_counts=True)
    share = np.bincount(where, churned, len(z)) / counts
    levels = isotonic_regression(share, sample_weight=counts.astype(float))
    ends = np.flatnonzero(levels[1:] != levels[:-1])
    room = 0.5 / len(scores)
    values = np.clip(levels[np.append(ends, len(z) - 1)], room, 1 - room)
    return Steps(edges=tuple(z[ends].tolist()), values=tuple(values.tolist()))
