"""Looks for columns that know the future: too good to be true, alone or in pairs.

Each column is cut into bins, the share that left in a bin is learnt on four fifths of the customers and judged on the
fifth, so that a column with a value per customer gains nothing by memory. What then ranks customers almost perfectly
is a copy of the outcome or was written after it [1]_. On four public sets of customers no feature alone exceeds .79
and no two .90; Telco's leaking "Churn Score" has .94.

References
----------
.. [1] S. Kaufman, S. Rosset, C. Perlich and O. Stitelman, "Leakage in Data Mining: Formulation, Detection, and
   Avoidance", ACM TKDD 6(4), 2012.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.model.logistic import FloatArray
from training.data.pairs import promising
from training.data.rows import IntArray
from training.measures import roc_auc
from training.sentences import Sentence

ALONE = 0.9
"""Single-feature AUC that is implausible."""

TOGETHER = 0.95
"""AUC of two features that is implausible where neither is alone."""

GAIN = 0.15
"""What the pair must add to the better of the two: that much interaction is made, not met."""

_PIECES = 5
PAIR_BINS = 12
"""Bins of a column in a pair, beside the one for what is not known."""


@dataclass(frozen=True)
class Leak:
    """A suspicion with its evidence.

    Parameters
    ----------
    columns
        One or two names; empty: it concerns the rows.
    evidence
        In words, with the figure.
    auc
        What the columns alone reach, in [.5, 1]; NaN where no ranking is meant.
    """

    columns: tuple[str, ...]
    evidence: str
    auc: float = float("nan")


def suspected(
    names: Sequence[str], encoded: Sequence[FloatArray], churned: FloatArray, pieces: IntArray
) -> Iterator[Leak]:
    """Yield the columns, and pairs of columns (`training.data.pairs` says which), that rank customers too well.

    Parameters
    ----------
    encoded
        One array of shape (n_rows,) per name, NaN where not known.
    pieces
        Which fifth a row belongs to, 0 to 4, shape (n_rows,); rows of one customer share it.
    """
    alone = [single_auc(x, churned, pieces) for x in encoded]
    clean = []
    for place, (name, auc) in enumerate(zip(names, alone, strict=True)):
        if auc >= ALONE:
            yield Leak((name,), Sentence("alone it ranks customers with an AUC of {auc:.4f}", auc=auc), auc)
        else:
            clean.append(place)
    coarse = [binned(encoded[place], PAIR_BINS) for place in clean]
    for first, second in promising(coarse, [alone[place] for place in clean], churned):
        a, b = clean[first], clean[second]
        auc = _cross_auc(coarse[first] * (PAIR_BINS + 1) + coarse[second], churned, pieces)
        if auc >= TOGETHER and auc >= max(alone[a], alone[b]) + GAIN:
            evidence = Sentence("together they rank customers with an AUC of {auc:.4f}", auc=auc)
            yield Leak((names[a], names[b]), evidence, auc)


def single_auc(x: FloatArray, churned: FloatArray, pieces: IntArray) -> float:
    """Return the cross-fitted AUC of one column, missing values being a bin of their own."""
    return _cross_auc(binned(x), churned, pieces)


def binned(x: FloatArray, n_bins: int = 32) -> IntArray:
    """Cut at quantiles; few distinct values keep a bin each, and the last bin is for what is missing."""
    values = x[~np.isnan(x)]
    distinct = np.unique(values)
    if distinct.size <= n_bins:
        cuts = distinct[:-1]
    else:
        cuts = np.unique(np.quantile(values, np.linspace(0, 1, n_bins + 1)[1:-1], method="lower"))
    bins = np.searchsorted(cuts, x, side="left")
    bins[np.isnan(x)] = n_bins
    return bins.astype(np.int64)


def _cross_auc(bins: IntArray, churned: FloatArray, pieces: IntArray) -> float:
    """Learn each bin's share on the other pieces, rank this one by it."""
    n_bins = int(bins.max()) + 1
    count = np.bincount(pieces * n_bins + bins, minlength=_PIECES * n_bins).reshape(_PIECES, n_bins)
    left = np.bincount(pieces * n_bins + bins, churned, _PIECES * n_bins).reshape(_PIECES, n_bins)
    elsewhere, left_elsewhere = count.sum(0) - count, left.sum(0) - left
    share = (left_elsewhere + churned.mean()) / (elsewhere + 1.0)
    aucs = [roc_auc(churned[pieces == k], share[k][bins[pieces == k]]) for k in range(_PIECES)]
    return float(np.nanmean(aucs))
