"""The served model: a sum of tables over bins of one or two features.

A boosting model whose trees see at most two features each is exactly such a sum [1]_, so scoring is looking up and
adding. What must stay true:

- one row (`Kernel`, plain Python) and many rows (`ScoreTables.log_odds`, numpy) give the same bits: the same bins,
  the same order of additions — bias, mains in the order of the features, pairs in sorted order — and the same
  exponential (`scoring.model.logistic`);
- what is not known is NaN and falls in a bin of its own, the last one, as does an unknown category.

References
----------
.. [1] Y. Lou, R. Caruana, J. Gehrke and G. Hooker, "Accurate Intelligible Models with Pairwise Interactions", KDD 2013.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scoring.model.calibration import Calibration, Identity
from scoring.model.logistic import FloatArray

BLOCK = 16_384
"""Rows scored at a time: the working set of a block stays in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Bins:
    """How one feature falls into bins; the last bin takes what is missing or unknown.

    Parameters
    ----------
    edges
        For numbers: shape (n_edges,), strictly rising; x falls in bin i where edges[i - 1] < x ≤ edges[i].
    n_categories
        For codes 0 … n - 1: how many. 0 means the feature is a number.

    Examples
    --------
    >>> Bins(edges=np.array([10.0, 20.0])).n_bins, Bins(n_categories=3).n_bins
    (4, 4)
    >>> Bins(edges=np.array([10.0, 20.0])).many(np.array([10.0, 10.5, 99.0, np.nan])).tolist()
    [0, 1, 2, 3]
    >>> Bins(n_categories=3).many(np.array([0.0, 2.0, 3.0, np.nan])).tolist()
    [0, 2, 3, 3]
    """

    edges: FloatArray = field(default_factory=lambda: np.empty(0))
    n_categories: int = 0

    def __post_init__(self) -> None:
        if self.edges.dtype != np.float64 or self.edges.ndim != 1:
            raise ValueError(f"edges must be float64 of one dimension, not {self.edges.dtype} of {self.edges.ndim}")
        if not np.isfinite(self.edges).all() or (np.diff(self.edges) <= 0).any():
            raise ValueError("edges must be finite and strictly rising")
        if self.n_categories < 0 or (self.n_categories and self.edges.size):
            raise ValueError("a feature has edges or categories, not both")

    @property
    def n_bins(self) -> int:
        """How many bins it has, with the last one."""
        return (self.n_categories or self.edges.size + 1) + 1

    def one(self, x: float) -> int:
        """Return the bin of one encoded value, NaN if missing or unknown."""
        if x != x:
            return self.n_bins - 1
        if self.n_categories:
            return int(x) if 0 <= x < self.n_categories else self.n_categories
        return int(np.searchsorted(self.edges, x, side="left"))

    def many(self, x: FloatArray) -> npt.NDArray[np.intp]:
        """Return the bins of encoded values, shape (n_rows,)."""
        if self.n_categories:
            in_range = (x >= 0) & (x < self.n_categories)
            return np.where(in_range, x, self.n_categories).astype(np.intp)
        bins = np.searchsorted(self.edges, x, side="left")
        bins[np.isnan(x)] = self.n_bins - 1
        return bins


@dataclass(frozen=True, eq=False)
class ScoreTables:
    """A pairwise additive model, in log-odds.

    Parameters
    ----------
    bias
        Log-odds before any feature is looked at.
    bins
        One per feature, in the schema's order.
    main
        One table per feature, float64 of shape (n_bins_j,).
    pairs
        Tables of two features (a, b) with a < b, float64 of shape (n_bins_a, n_bins_b).
    calibration
        What turns log-odds into probabilities.

    Raises
    ------
    ValueError
        If shapes or types do not fit, or a number is not finite.

    Examples
    --------
    >>> tenure, contract = Bins(edges=np.array([12.0])), Bins(n_categories=2)
    >>> model = ScoreTables(-1.0, (tenure, contract), (np.array([0.5, -0.5, 0.0]), np.array([0.25, -0.25, 0.0])), {})
    >>> model.log_odds(np.array([[6.0, 0.0], [24.0, np.nan]])).tolist()
    [-0.25, -1.5]
    """

    bias: float
    bins: tuple[Bins, ...]
    main: tuple[FloatArray, ...]
    pairs: Mapping[tuple[int, int], FloatArray]
    calibration: Calibration = field(default_factory=Identity)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", {key: self.pairs[key] for key in sorted(self.pairs)})
        for name, table, shape in self._expected():
            if table.dtype != np.float64 or table.shape != shape:
                raise ValueError(f"{name} must be float64 of shape {shape}, not {table.dtype} of {table.shape}")
            if not np.isfinite(table).all():
                raise ValueError(f"{name} has a number that is not finite")
        if not np.isfinite(self.bias):
            raise ValueError("bias is not finite")

    def _expected(self) -> Iterator[tuple[str, FloatArray, tuple[int, ...]]]:
        if len(self.main) != len(self.bins):
            raise ValueError(f"{len(self.bins)} features need as many main tables, not {len(self.main)}")
        for j, table in enumerate(self.main):
            yield f"main[{j}]", table, (self.bins[j].n_bins,)
        for (a, b), table in self.pairs.items():
            if not 0 <= a < b < len(self.bins):
                raise ValueError(f"pairs[{a}, {b}]: places must rise and lie within {len(self.bins)} features")
            yield f"pairs[{a}, {b}]", table, (self.bins[a].n_bins, self.bins[b].n_bins)

    def log_odds(self, rows: FloatArray) -> FloatArray:
        """Score many rows.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_features)
            Encoded values, NaN where missing or unknown. Column-major is read faster.

        Returns
        -------
        ndarray of shape (n_rows,)
            Log-odds before calibration, the same bits as `Kernel.log_odds` of each row.
        """
        self._check_width(rows)
        scores = np.empty(len(rows))
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            binned = [bins.many(block[:, j]) for j, bins in enumerate(self.bins)]
            scores[start : start + BLOCK] = self._add_up(binned, len(block))
        return scores

    def probabilities(self, rows: FloatArray) -> FloatArray:
        """Score many rows, calibrated: shape (n_rows,), in [0, 1]."""
        scores = self.log_odds(rows)
        for start in range(0, len(scores), BLOCK):
            scores[start : start + BLOCK] = self.calibration.many(scores[start : start + BLOCK])
        return scores

    def binned(self, rows: FloatArray) -> npt.NDArray[np.intp]:
        """Return the bin of every value, shape (n_rows, n_features)."""
        self._check_width(rows)
        return np.column_stack([bins.many(rows[:, j]) for j, bins in enumerate(self.bins)])

    def contributions(self, rows: FloatArray) -> FloatArray:
        """Split log-odds by feature, half of a pair to each of its two.

        Returns
        -------
        ndarray of shape (n_rows, n_features)
            Adds up, with the bias, to the log-odds within 1e-12.
        """
        binned = self.binned(rows)
        shares = np.column_stack([table[binned[:, j]] for j, table in enumerate(self.main)])
        for (a, b), table in self.pairs.items():
            half = 0.5 * table[binned[:, a], binned[:, b]]
            shares[:, a] += half
            shares[:, b] += half
        return shares

    def _check_width(self, rows: FloatArray) -> None:
        if rows.ndim != 2 or rows.shape[1] != len(self.bins):
            raise ValueError(f"rows must be of shape (n_rows, {len(self.bins)}), not {rows.shape}")

    def _add_up(self, binned: Sequence[npt.NDArray[np.intp]], n_rows: int) -> FloatArray:
        scores = np.full(n_rows, self.bias)
        for j, table in enumerate(self.main):
            scores += table.take(binned[j])
        for (a, b), table in self.pairs.items():
            scores += table.ravel().take(binned[a] * table.shape[1] + binned[b])
        return scores


class Kernel:
    """The same model for one row at a time, where numpy's overhead per call counts: few calls, each over all tables.

    All cells lie in one flat array, the bias first, so that one call looks up everything that is to be added. `cumsum`
    and `bincount` add one after the other, as `ScoreTables` does; `sum` would not.

    Examples
    --------
    >>> model = ScoreTables(-1.0, (Bins(edges=np.array([12.0])),), (np.array([0.5, -0.5, 0.0]),), {})
    >>> kernel = Kernel(model)
    >>> terms = kernel.terms(kernel.binned([6.0]))
    >>> kernel.log_odds(terms), kernel.contributions(terms)
    (-0.5, [0.5])
    """

    def __init__(self, tables: ScoreTables) -> None:
        self.bias = tables.bias
        self.calibration = tables.calibration
        self._n_features = n = len(tables.bins)
        self._bins: list[tuple[list[float] | None, int]] = [
            (None if bins.n_categories else bins.edges.tolist(), bins.n_bins - 1) for bins in tables.bins
        ]
        pairs = list(tables.pairs)
        cells = [np.array([tables.bias]), *tables.main, *(tables.pairs[pair].ravel() for pair in pairs)]
        self._cells = np.concatenate(cells)
        # A term's cell: start + row of the table × its width + column. Bias and mains have no row: bin n is always 0.
        self._starts = np.cumsum([0, *(table.size for table in cells[:-1])])
        self._rows = np.array([n] * (1 + n) + [a for a, _ in pairs], np.intp)
        self._widths = np.array([0] * (1 + n) + [tables.bins[b].n_bins for _, b in pairs], np.intp)
        self._columns = np.array([n, *range(n), *(b for _, b in pairs)], np.intp)
        # A feature's share: its main, then half of every pair it is in, in the pairs' order.
        twice = [place for place in range(1 + n, 1 + n + len(pairs)) for _ in range(2)]
        self._shared = np.array([*range(1, 1 + n), *twice], np.intp)
        self._shares = np.array([1.0] * n + [0.5] * len(twice))
        self._owners = np.array([*range(n), *(place for pair in pairs for place in pair)], np.intp)

    def binned(self, row: Sequence[float]) -> list[int]:
        """Return the bin of each encoded value; ``row`` is as long as there are features."""
        return [
            last if x != x else bisect_left(edges, x) if edges is not None else int(x) if 0 <= x < last else last
            for x, (edges, last) in zip(row, self._bins, strict=True)
        ]

    def terms(self, bins: Sequence[int]) -> FloatArray:
        """Look up what is to be added: the bias, the mains in the features' order, then the pairs in theirs."""
        padded = np.array([*bins, 0])
        cells = padded.take(self._rows)
        cells *= self._widths
        cells += self._starts
        cells += padded.take(self._columns)
        return self._cells.take(cells)

    def log_odds(self, terms: FloatArray) -> float:
        """Add up one row's terms, one after the other."""
        total: float = terms.cumsum().item(-1)
        return total

    def probability(self, row: Sequence[float]) -> float:
        """Score one encoded row, calibrated: the same bits as `ScoreTables.probabilities`."""
        return self.calibration.one(self.log_odds(self.terms(self.binned(row))))

    def contributions(self, terms: FloatArray) -> list[float]:
        """Split one row's log-odds by feature, half of a pair to each of its two."""
        shares = terms.take(self._shared)
        shares *= self._shares
        sums: list[float] = np.bincount(self._owners, shares, self._n_features).tolist()
        return sums
