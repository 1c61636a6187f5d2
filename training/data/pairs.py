"""Which pairs of columns are looked at: all of up to a hundred columns, and of more the most promising.

The pairs of 2,000 columns are two million, and to try each would take hours. So of more than `MAX_PAIRS`, half are
those among the columns that rank customers best alone, and half those whose product says most beyond what either says
alone: each column is cut at its middle, into its outer and inner half, and into known and not known, and the products
of these signs are held against the outcome, all at once as a product of matrices [1]_. A pair that tells only together,
and only through something finer than such cuts, may be missed; how many pairs were looked at stands in the report.

References
----------
.. [1] Y. Lou, R. Caruana, J. Gehrke and G. Hooker, "Accurate Intelligible Models with Pairwise Interactions", KDD 2013,
   §4 (FAST: ranking all pairs by cuts in two).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from scoring.model.logistic import FloatArray
from training.data.rows import IntArray

MAX_PAIRS = 4_950
"""Pairs that are looked at: all of 100 columns."""

N_ALONE = 70
"""Of more columns, those best alone whose pairs are all looked at: 2,415, about half."""

N_WITNESSES = 1_000
"""Customers who left, and who stayed, by whom products are judged: so few that their sums are exact in single
precision, and the same on every machine."""

N_BLOCK = 256
"""Columns multiplied with all others at a time."""

_RARE = 0.1
"""Least spread a sign is taken to have: what hardly anybody has says much by chance."""

SignArray = npt.NDArray[np.float32]
Pair = tuple[int, int]


def n_pairs(n_columns: int) -> int:
    """Return how many pairs so many columns have.

    Examples
    --------
    >>> n_pairs(100), n_pairs(2_000)
    (4950, 1999000)
    """
    return n_columns * (n_columns - 1) // 2


def promising(coarse: Sequence[IntArray], alone: Sequence[float], churned: FloatArray) -> list[Pair]:
    """Return the pairs to look at, in rising order; all if they are no more than `MAX_PAIRS`.

    Parameters
    ----------
    coarse
        For each column the rows' bins from low to high, the last for what is not known, each of shape (n_rows,).
    alone
        For each column how well it ranks customers, the larger the better.
    """
    if n_pairs(len(coarse)) <= MAX_PAIRS:
        return list(combinations(range(len(coarse)), 2))
    best = sorted(np.argsort(-np.asarray(alone), kind="stable")[:N_ALONE].tolist())
    found = set(combinations(best, 2))
    for pair in _by_product(coarse, churned):
        if len(found) == MAX_PAIRS:
            break
        found.add(pair)
    return sorted(found)


def _by_product(coarse: Sequence[IntArray], churned: FloatArray) -> list[Pair]:
    """Return the pairs whose products say most, the strongest first, at most `MAX_PAIRS`."""
    rows = _witnesses(churned)
    left = churned[rows] > 0
    weights = np.where(left, (~left).sum(), -left.sum()).astype(np.float32)
    signs = np.stack([_signs(bins[rows], int(bins.max())) for bins in coarse])
    scores, pairs = zip(*_strongest(signs, weights), strict=True)
    score, pair = np.concatenate(scores), np.concatenate(pairs)
    order = np.lexsort((pair[:, 1], pair[:, 0], -score))[:MAX_PAIRS]
    return [(int(a), int(b)) for a, b in pair[order]]


def _witnesses(churned: FloatArray) -> IntArray:
    """Return the places of the customers asked: as many of each outcome, from all over the table."""
    places = [np.flatnonzero(churned == outcome) for outcome in (0.0, 1.0)]
    taken = [np.unique(np.linspace(0, len(each) - 1, N_WITNESSES).astype(np.int64)) for each in places]
    return np.sort(np.concatenate([each[at] for each, at in zip(places, taken, strict=True)]))


def _signs(bins: IntArray, last: int) -> SignArray:
    """Return a column cut in three ways, +1 and -1, 0 where not known: shape (3, n_rows)."""
    known = bins < last
    below = np.cumsum(np.bincount(bins[known], minlength=last))
    cuts = [int(np.abs(below - share * known.sum()).argmin()) for share in (0.5, 0.25, 0.75)] if last else [0, 0, 0]
    halves = np.where(bins > cuts[0], 1, -1) * known
    outer = np.where((bins <= cuts[1]) | (bins > cuts[2]), 1, -1) * known
    return np.stack([halves, outer, np.where(known, 1, -1)]).astype(np.float32)


def _strongest(signs: SignArray, weights: SignArray) -> Iterator[tuple[FloatArray, IntArray]]:
    """Yield, block by block of columns, the scores and places of the strongest pairs."""
    n_columns, n_cuts, n_rows = signs.shape
    flat = signs.reshape(-1, n_rows)
    mean, spread = flat.mean(1, dtype=np.float64), np.maximum(flat.std(1, dtype=np.float64), _RARE)
    weighted = flat * weights
    alone = weighted.sum(1, dtype=np.float64)
    for start in range(0, n_columns, N_BLOCK):
        here = slice(start * n_cuts, (start + N_BLOCK) * n_cuts)
        product = (weighted[here] @ flat.T).astype(np.float64)
        product -= np.outer(alone[here], mean) + np.outer(mean[here], alone)  # what either says alone
        score = np.abs(product) / np.outer(spread[here], spread)
        score = score.reshape(-1, n_cuts, n_columns, n_cuts).max(axis=(1, 3))
        rows, columns = np.triu_indices(len(score), start + 1, n_columns)
        strength = score[rows, columns]
        best = np.argsort(-strength, kind="stable")[:MAX_PAIRS]
        yield strength[best], np.column_stack([rows[best] + start, columns[best]])
