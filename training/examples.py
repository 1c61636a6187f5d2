"""What a model learns from: encoded rows with their outcome, whose they are and when they were seen. Values only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.logistic import FloatArray

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Examples:
    """Customers with known outcome.

    Parameters
    ----------
    rows
        Encoded features, shape (n_rows, n_features), NaN where missing.
    churned
        Outcome, 1.0 left and 0.0 stayed, shape (n_rows,).
    customers
        Whose row it is, codes of shape (n_rows,): rows of one customer never straddle a fold.
    times
        Order of the moments at which rows were taken, shape (n_rows,); None: all at one moment.

    Examples
    --------
    >>> examples = Examples(np.zeros((3, 1)), np.array([0.0, 1.0, 0.0]), np.arange(3))
    >>> len(examples), len(examples.take(np.array([0, 2]))), examples.n_churned
    (3, 2, 1)
    """

    rows: FloatArray
    churned: FloatArray
    customers: IntArray
    times: IntArray | None = None

    def __len__(self) -> int:
        return len(self.churned)

    @property
    def n_churned(self) -> int:
        """How many left."""
        return int(self.churned.sum())

    def take(self, places: IntArray) -> Examples:
        """Return the rows at these places, in their order."""
        times = None if self.times is None else self.times[places]
        return Examples(self.rows[places], self.churned[places], self.customers[places], times)
