"""The cuts of a population, by which a profile's value tiers divide it: for who writes profiles, not for serving."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from scoring.health.tiers import N_POINTS


def rank_points(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Give each customer of a population 1 to 5 points by rank; who ties shares the middle of their ranks.

    Parameters
    ----------
    values : ndarray of shape (n_customers,)
        Finite.

    Examples
    --------
    >>> rank_points(np.array([1.0, 1.0, 1.0, 1.0, 9.0])).tolist()
    [3, 3, 3, 3, 5]
    """
    ordered = np.sort(values)
    below, through = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    middle = (below + through) / (2 * len(values))
    return np.minimum(np.floor(N_POINTS * middle).astype(np.int64) + 1, N_POINTS)


def cuts_of(values: npt.NDArray[np.float64]) -> tuple[float, ...]:
    """Return the four cuts by which every customer of a population gets their `rank_points`.

    Examples
    --------
    >>> cuts_of(np.arange(10.0))
    (1.0, 3.0, 5.0, 7.0)
    """
    points = rank_points(values)
    lowest = math.nextafter(float(values.min()), -math.inf)
    return tuple(float(values[points <= n].max(initial=lowest)) for n in range(1, N_POINTS))
