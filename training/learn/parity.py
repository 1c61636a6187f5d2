"""Proves that tables answer as the estimator they were exported from, or refuses them.

Asked are the training rows and rows made to hurt: every edge, the doubles on both sides of it, values far outside,
missing values and codes nobody has seen, mixed at random.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Protocol

import numpy as np
import numpy.typing as npt

from scoring.model.logistic import FloatArray
from scoring.model.tables import BLOCK, Bins, ScoreTables
from training.errors import ExportRefused

LIMIT = 1e-12
"""Largest difference in log-odds that passes."""

N_ROWS = 100_000


class Estimator(Protocol):
    """What was fitted."""

    def log_odds(self, rows: FloatArray) -> FloatArray:
        """Answer, shape (n_rows,)."""


def check_parity(
    estimator: Estimator,
    tables: ScoreTables,
    rows: FloatArray,
    *,
    n_rows: int = N_ROWS,
    seed: int = 0,
    limit: float = LIMIT,
) -> float:
    """Return the largest difference in log-odds over ``n_rows`` rows.

    Parameters
    ----------
    rows : ndarray of shape (n, n_features)
        Encoded training rows; the rest, at least half, is made.

    Raises
    ------
    ExportRefused
        If the difference exceeds the limit.
    """
    real = rows[: n_rows // 2]
    hurtful = hurtful_blocks(tables.bins, rows, n_rows - len(real), seed)
    differences = [np.abs(estimator.log_odds(block) - tables.log_odds(block)) for block in chain([real], hurtful)]
    worst = float(np.concatenate(differences).max())  # NaN stays NaN, and is no pass
    if not worst <= limit:
        raise ExportRefused(worst, limit, n_rows)
    return worst


def hurtful_blocks(bins: tuple[Bins, ...], rows: FloatArray, n_rows: int, seed: int) -> Iterator[FloatArray]:
    """Make rows of edges, their neighbours, extremes, gaps and real values, block by block.

    Yields
    ------
    ndarray of shape (n_block, n_features)
        Up to 16,384 rows, column-major: what is held of all rows is two bytes a value.
    """
    draw = np.random.default_rng(seed)
    pools, places = [], np.empty((n_rows, len(bins)), np.uint16, order="F")
    for j, each in enumerate(bins):
        pools.append(_pool(each, rows[draw.integers(0, len(rows), 512), j]))
        places[:, j] = draw.integers(0, len(pools[j]), n_rows)
    for start in range(0, n_rows, BLOCK):
        yield _taken(pools, places[start : start + BLOCK])


def _taken(pools: list[FloatArray], places: npt.NDArray[np.uint16]) -> FloatArray:
    block = np.empty(places.shape, order="F")
    for j, pool in enumerate(pools):
        block[:, j] = pool[places[:, j]]
    return block


def _pool(bins: Bins, real: FloatArray) -> FloatArray:
    """Return what a column is drawn from: as many special values as real ones, at most 10,513 together."""
    special = _special(bins)
    return np.concatenate([real, np.tile(special, -(-512 // len(special)))])


def _special(bins: Bins) -> FloatArray:
    if bins.n_categories:
        return np.array([np.nan, *range(bins.n_categories)])
    edges = bins.edges
    near = [edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)]
    return np.concatenate([*near, [np.nan, -1e300, 1e300, 0.0, -0.0]])
