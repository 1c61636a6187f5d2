"""The served model: a sum of tables over bins of one, two or three features.

A boosting model whose trees see at most three features each is exactly such a sum [1]_, so scoring is looking up and
adding. What must stay true:

- one row (`Kernel`, plain Python) and many rows (`ScoreTables.log_odds`, numpy) give the same bits: the same bins,
  the same order of additions — bias, mains in the order of the features, pairs in sorted order, then triples in theirs
  — and the same exponential (`scoring.model.logistic`);
- what is not known is NaN and falls in a bin of its own, the last one, as does an unknown category.

References
----------
.. [1] Y. Lou, R. Caruana, J. Gehrke and G. Hooker, "Accurate Intelligible Models with Pairwise Interactions", KDD 2013.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from scoring.model.calibration import Calibration, Identity
from scoring.model.logistic import FloatArray, probability

BLOCK = 16_384
"""Rows scored at a time: the working set of a block stays in the processor's cache."""

Places = tuple[int, ...]
"""Which features a table is of, by their places in the schema, rising."""


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

    @property
    def ends(self) -> list[float]:
        """The last value of each bin of what is known; x falls in the first bin that does not end before it."""
        return [math.nextafter(code, 0) for code in range(1, self.n_categories + 1)] or self.edges.tolist()

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
    """An additive model of features, pairs and triples, in log-odds.

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
    triples
        Tables of three features (a, b, c) with a < b < c, float64 of shape (n_bins_a, n_bins_b, n_bins_c).

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
    triples: Mapping[tuple[int, int, int], FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", dict(sorted(self.pairs.items())))
        object.__setattr__(self, "triples", dict(sorted(self.triples.items())))
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
        for kind, order, tables in (("pairs", 2, self.pairs), ("triples", 3, self.triples)):
            for places, table in tables.items():
                name = f"{kind}[{', '.join(map(str, places))}]"
                if len(places) != order or not rising(places, len(self.bins)):
                    raise ValueError(f"{name}: {order} places must rise and lie within {len(self.bins)} features")
                yield name, table, tuple(self.bins[place].n_bins for place in places)

    @classmethod
    def of(
        cls, parts: Mapping[Places, FloatArray], bins: Sequence[Bins], calibration: Calibration | None = None
    ) -> ScoreTables:
        """Put tables together that are named by their places, the bias by none; mains that are absent are zeros."""
        return cls(
            float(parts[()]),
            tuple(bins),
            tuple(parts.get((j,), np.zeros(each.n_bins)) for j, each in enumerate(bins)),
            {(a, b): parts[a, b] for a, b in _of_order(2, parts)},
            calibration or Identity(),
            {(a, b, c): parts[a, b, c] for a, b, c in _of_order(3, parts)},
        )

    @property
    def parts(self) -> Mapping[Places, FloatArray]:
        """Return all tables by their places, the bias by none."""
        mains: dict[Places, FloatArray] = {(j,): table for j, table in enumerate(self.main)}
        return {(): np.array(self.bias), **mains, **self.interactions}

    @property
    def interactions(self) -> Mapping[Places, FloatArray]:
        """Return the tables of several features, in the order in which they are added."""
        return dict(chain(self.pairs.items(), self.triples.items()))

    @property
    def n_cells(self) -> int:
        """How many numbers all its tables hold."""
        return sum(table.size for table in (*self.main, *self.interactions.values()))

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
        """Split log-odds by feature: half of a pair to each of its two, a third of a triple to each of its three.

        Returns
        -------
        ndarray of shape (n_rows, n_features)
            Adds up, with the bias, to the log-odds within 1e-12.
        """
        binned = self.binned(rows)
        shares = np.column_stack([table[binned[:, j]] for j, table in enumerate(self.main)])
        for places, table in self.interactions.items():
            share = table[tuple(binned[:, place] for place in places)] * (1.0 / len(places))
            for place in places:
                shares[:, place] += share
        return shares

    def _check_width(self, rows: FloatArray) -> None:
        if rows.ndim != 2 or rows.shape[1] != len(self.bins):
            raise ValueError(f"rows must be of shape (n_rows, {len(self.bins)}), not {rows.shape}")

    def _add_up(self, binned: Sequence[npt.NDArray[np.intp]], n_rows: int) -> FloatArray:
        scores = np.full(n_rows, self.bias)
        for j, table in enumerate(self.main):
            scores += table.take(binned[j])
        for places, table in self.interactions.items():
            cells = binned[places[0]]
            for place, width in zip(places[1:], table.shape[1:], strict=True):
                cells = cells * width + binned[place]
            scores += table.ravel().take(cells)
        return scores


def _of_order(order: int, parts: Mapping[Places, FloatArray]) -> list[Places]:
    return [places for places in parts if len(places) == order]


def rising(places: Places, n_features: int) -> bool:
    """Tell whether these places rise strictly and lie within so many features."""
    return all(low < high for low, high in pairwise((-1, *places, n_features)))


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
        self.calibrated: Callable[[float], float] = (
            probability if tables.calibration == Identity() else tables.calibration.one
        )
        self._n_features = n = len(tables.bins)
        self._ends = [bins.ends for bins in tables.bins]
        self._bins: list[tuple[list[float] | None, int]] = [
            (None if bins.n_categories else ends, bins.n_bins - 1)
            for bins, ends in zip(tables.bins, self._ends, strict=True)
        ]
        interactions, n_pairs = tables.interactions, len(tables.pairs)
        cells = [np.array([tables.bias]), *tables.main, *(table.ravel() for table in interactions.values())]
        self._cells = np.concatenate(cells)
        # A term's cell: start + row of the table × its width + column. Bias and mains have no row: bin n is always 0.
        self._starts = np.cumsum([0, *(table.size for table in cells[:-1])])
        self._rows = np.array([n] * (1 + n) + [places[-2] for places in interactions], np.intp)
        self._widths = np.array([0] * (1 + n) + [table.shape[-1] for table in interactions.values()], np.intp)
        self._columns = np.array([n, *range(n), *(places[-1] for places in interactions)], np.intp)
        # A triple's cell is further on by its first bin × the size of a slab: one row for each bin of the second.
        self._first_triple = 1 + n + n_pairs
        self._slabs = np.array([places[0] for places in tables.triples], np.intp)
        self._slab_sizes = np.array([table[0].size for table in tables.triples.values()], np.intp)
        # A feature's share: its main, then its part of every pair and triple it is in, in their order.
        parts = [(term, len(places), j) for term, places in enumerate(interactions, start=1 + n) for j in places]
        self._shared = np.array([*range(1, 1 + n), *(term for term, _, _ in parts)], np.intp)
        self._shares = np.array([1.0] * n + [1.0 / size for _, size, _ in parts])
        self._owners = np.array([*range(n), *(owner for _, _, owner in parts)], np.intp)

    def binned(self, row: Sequence[float]) -> list[int]:
        """Return the bin of each encoded value; ``row`` is as long as there are features."""
        return [
            last if x != x else bisect_left(edges, x) if edges is not None else int(x) if 0 <= x < last else last
            for x, (edges, last) in zip(row, self._bins, strict=True)
        ]

    def binned_whole(self, row: Sequence[float]) -> list[int]:
        """Return what `binned` does, faster, for a row in which all is known, and categories are of the schema."""
        return list(map(bisect_left, self._ends, row))

    def terms(self, bins: Sequence[int]) -> FloatArray:
        """Look up what is to be added: the bias, the mains in the features' order, then pairs and triples in theirs."""
        padded = np.array([*bins, 0])
        cells = padded.take(self._rows)
        cells *= self._widths
        cells += self._starts
        cells += padded.take(self._columns)
        if self._slabs.size:
            cells[self._first_triple :] += padded.take(self._slabs) * self._slab_sizes
        return self._cells.take(cells)

    def log_odds(self, terms: FloatArray) -> float:
        """Add up one row's terms, one after the other."""
        total: float = terms.cumsum().item(-1)
        return total

    def probability(self, row: Sequence[float]) -> float:
        """Score one encoded row, calibrated: the same bits as `ScoreTables.probabilities`."""
        return self.calibrated(self.log_odds(self.terms(self.binned(row))))

    def contributions(self, terms: FloatArray) -> list[float]:
        """Split one row's log-odds by feature, as `ScoreTables.contributions` does."""
        shares = terms.take(self._shared)
        shares *= self._shares
        sums: list[float] = np.bincount(self._owners, shares, self._n_features).tolist()
        return sums
