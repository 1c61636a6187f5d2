"""What a model learns from: encoded rows with their outcome, whose they are and when they were seen. Values only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.model.logistic import FloatArray

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Customers with known outcome.

    Parameters
    ----------
    encoded
        Features, shape (n_rows, n_features), NaN where missing.
    churned
        Outcome, 1.0 left and 0.0 stayed, shape (n_rows,).
    customers
        Whose row it is, codes of shape (n_rows,): rows of one customer never straddle a fold.
    times
        Order of the moments at which rows were taken, shape (n_rows,); None: all at one moment.
    together
        What shares a fold though it is of several customers, codes of shape (n_rows,), equal for rows of one customer;
        None: nothing.

    Examples
    --------
    >>> rows = TrainingRows(np.zeros((3, 1)), np.array([0.0, 1.0, 0.0]), np.arange(3))
    >>> len(rows), len(rows.take(np.array([0, 2]))), rows.n_churned
    (3, 2, 1)
    """

    encoded: FloatArray
    churned: FloatArray
    customers: IntArray
    times: IntArray | None = None
    together: IntArray | None = None

    def __len__(self) -> int:
        return len(self.churned)

    @property
    def n_churned(self) -> int:
        """How many left."""
        return int(self.churned.sum())

    def take(self, places: IntArray) -> TrainingRows:
        """Return the rows at these places, in their order."""
        times = None if self.times is None else self.times[places]
        together = None if self.together is None else self.together[places]
        return TrainingRows(self.encoded[places], self.churned[places], self.customers[places], times, together)
