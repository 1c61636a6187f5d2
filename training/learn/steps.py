"""Logistic regression with smooth steps: the simplest candidate, a table per feature by construction.

A number is cut at quantiles. Its columns are the mean of its bin (a straight line) and one step per edge; the ridge
penalty on the steps is a penalty on differences of neighbouring bins, so the curve is a spline of degree 0 that bends
only where the data insist (P-splines [1]_). Texts get one column per category. Everything is constant within a bin,
hence exact as tables.

Newton's method takes the cube of the number of columns. Where there are many, and more of them than rows, the penalised
weights are a combination of the rows [2]_: they are looked for among as many coordinates as there are rows, and the
time grows with the columns only.

References
----------
.. [1] P. H. C. Eilers and B. D. Marx, "Flexible smoothing with B-splines and penalties", Statistical Science 11(2),
   1996.
.. [2] T. Hastie and R. Tibshirani, "Efficient quadratic regularization for expression arrays", Biostatistics 5(3),
   2004.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from scoring.model.tables import Bins, ScoreTables

WIDE = 2_000
"""Columns of the regression above which the rows' coordinates are used, if there are fewer rows than columns."""

CELLS = 40_000_000
"""Numbers of the regression's matrix that are held at a time when answering: 320 MB."""


@dataclass(frozen=True)
class StepLogistic:
    """Settings of the logistic candidate.

    Parameters
    ----------
    n_bins
        Bins of equal count for a number, at least 2.
    strength
        Inverse of the ridge penalty, > 0.
    step
        Height of one step's column beside a standardised line: the smaller, the smoother the curve.
    """

    name: str = "logistic with steps"
    n_bins: int = 24
    strength: float = 1.0
    step: float = 0.3

    def fit(self, rows: FloatArray, churned: FloatArray, features: Sequence[Feature], *, seed: int) -> FittedSteps:
        """Fit; ``seed`` has no effect, nothing here is drawn."""
        del seed
        bins = tuple(_bins(rows[:, j], feature, self.n_bins) for j, feature in enumerate(features))
        bases = tuple(_basis(rows[:, j], each, self.step) for j, each in enumerate(bins))
        design = np.hstack(
            [basis[each.many(rows[:, j])] for j, (each, basis) in enumerate(zip(bins, bases, strict=True))]
        )
        with threadpool_limits(1):
            weights, intercept = self._regressed(design, churned)
        return FittedSteps(weights, intercept, bins, bases)

    def _regressed(self, design: FloatArray, churned: FloatArray) -> tuple[FloatArray, float]:
        """Return the weights, shape (1, n_columns), and the intercept."""
        n_rows, n_columns = design.shape
        model = LogisticRegression(C=self.strength, solver="newton-cholesky", tol=1e-8, max_iter=200)
        if n_columns <= max(n_rows, WIDE):
            model.fit(design, churned)
            return model.coef_, float(model.intercept_[0])
        directions, rows = np.linalg.qr(design.T)
        model.fit(rows.T, churned)
        return model.coef_ @ directions.T, float(model.intercept_[0])


def _bins(x: FloatArray, feature: Feature, n_bins: int) -> Bins:
    if feature.n_categories:
        return Bins(n_categories=feature.n_categories)
    values = x[~np.isnan(x)]
    if not values.size:
        return Bins()
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, n_bins + 1)[1:-1], method="lower"))
    return Bins(edges=cuts[cuts < values.max()])


def _basis(x: FloatArray, bins: Bins, step: float) -> FloatArray:
    """Return the columns of each bin, shape (n_bins, n_columns)."""
    if bins.n_categories:
        return np.eye(bins.n_bins)
    n_known = bins.n_bins - 1
    basis = np.zeros((bins.n_bins, bins.edges.size + 2))
    basis[:n_known, 0] = _line(x, bins)
    basis[:n_known, 1:-1] = step * np.tri(n_known, n_known - 1, -1)
    basis[n_known, -1] = 1.0
    return basis


def _line(x: FloatArray, bins: Bins) -> FloatArray:
    """Return the mean of each known bin, standardised over the rows, shape (n_bins - 1,)."""
    values = x[~np.isnan(x)]
    if not values.size:
        return np.zeros(bins.n_bins - 1)
    where = bins.many(values)
    count = np.maximum(np.bincount(where, minlength=bins.n_bins - 1), 1)
    spread = values.std() or 1.0
    means: FloatArray = (np.bincount(where, values, bins.n_bins - 1) / count - values.mean()) / spread
    return means


@dataclass(frozen=True, eq=False)
class FittedSteps:
    """What was fitted: weights of shape (1, n_columns), an intercept, and the bins and columns it saw."""

    weights: FloatArray
    intercept: float
    bins: tuple[Bins, ...]
    bases: tuple[FloatArray, ...]

    def log_odds(self, rows: FloatArray) -> FloatArray:
        """Return the regression's answer, shape (n_rows,), column by column and not by table."""
        step = max(1, CELLS // self.weights.shape[1])
        blocks = [self._log_odds(rows[start : start + step]) for start in range(0, len(rows), step)]
        return np.concatenate(blocks)

    def _log_odds(self, rows: FloatArray) -> FloatArray:
        columns = zip(self.bins, self.bases, strict=True)
        design = np.hstack([basis[each.many(rows[:, j])] for j, (each, basis) in enumerate(columns)])
        scores: FloatArray = (design @ self.weights.T).ravel() + self.intercept
        return scores

    def tables(self) -> ScoreTables:
        """Multiply each feature's columns out into its table."""
        ends = np.cumsum([basis.shape[1] for basis in self.bases])
        weights = np.split(self.weights[0], ends[:-1])
        main = tuple(basis @ weight for basis, weight in zip(self.bases, weights, strict=True))
        return ScoreTables(self.intercept, self.bins, main, {})
