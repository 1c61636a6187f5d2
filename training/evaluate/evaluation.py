"""Figures with their uncertainty: a bootstrap over customers, the same draws for whoever is compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scoring.model.logistic import FloatArray
from training.data.rows import IntArray
from training.evaluate.profit import Campaign, expected_maximum_profit
from training.measures import MEASURES, ece

N_DRAWS = 1_000
N_PROFIT_DRAWS = 200
"""The hull of each draw costs ten times what a ranking does."""


@dataclass(frozen=True)
class Interval:
    """A figure with the middle 95 % of its bootstrap draws."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Judged:
    """Outcome and predicted probability of rows nobody learnt from, with whose they are and which fold judged them.

    Parameters
    ----------
    churned, p_churn, customers, pieces
        Each of shape (n_rows,).
    """

    churned: FloatArray
    p_churn: FloatArray
    customers: IntArray
    pieces: IntArray

    def with_predictions(self, p_churn: FloatArray) -> Judged:
        """Return the same rows with other probabilities."""
        return Judged(self.churned, p_churn, self.customers, self.pieces)


def figures(judged: Judged) -> dict[str, float]:
    """Return every measure: the mean over folds, but ECE over all rows together.

    Ten bins of one fold hold too few customers each: their ECE measures noise and not the model.
    """
    pieces = [judged.pieces == piece for piece in np.unique(judged.pieces)]
    means = {
        name: float(np.mean([measure(judged.churned[rows], judged.p_churn[rows], None) for rows in pieces]))
        for name, measure in MEASURES.items()
    }
    return means | {"ece": ece(judged.churned, judged.p_churn)}


def intervals(judged: Judged, *, seed: int, n_draws: int = N_DRAWS) -> dict[str, Interval]:
    """Return every measure over all rows together, with its interval."""
    drawn: dict[str, list[float]] = {name: [] for name in MEASURES}
    order = np.argsort(judged.p_churn, kind="stable")
    churned, p_churn = judged.churned[order], judged.p_churn[order]
    for weight in draws(judged.customers[order], seed, n_draws):
        for name, measure in MEASURES.items():
            drawn[name].append(measure(churned, p_churn, weight))
    return {name: _interval(measure(churned, p_churn, None), drawn[name]) for name, measure in MEASURES.items()}


def profit_interval(judged: Judged, campaign: Campaign, *, seed: int, n_draws: int = N_PROFIT_DRAWS) -> Interval:
    """Return the expected maximum profit per customer, with its interval."""
    drawn = []
    for weight in draws(judged.customers, seed, n_draws):
        rows = np.repeat(np.arange(len(weight)), weight.astype(np.int64))
        if 0 < judged.churned[rows].sum() < len(rows):
            drawn.append(expected_maximum_profit(judged.churned[rows], judged.p_churn[rows], campaign).per_customer)
    value = expected_maximum_profit(judged.churned, judged.p_churn, campaign).per_customer
    return _interval(value, drawn)


def difference(
    measure: Callable[[FloatArray, FloatArray, FloatArray | None], float],
    first: Judged,
    second: Judged,
    *,
    seed: int,
    n_draws: int = N_DRAWS,
) -> Interval:
    """Return how much larger a measure is for the first than for the second, on the same rows and draws."""

    def gap(weight: FloatArray | None) -> float:
        return measure(first.churned, first.p_churn, weight) - measure(second.churned, second.p_churn, weight)

    return _interval(gap(None), [gap(weight) for weight in draws(first.customers, seed, n_draws)])


def draws(customers: IntArray, seed: int, n_draws: int) -> Iterator[FloatArray]:
    """Yield, per draw, how often each row is in it: customers are drawn with replacement, with all their rows."""
    draw = np.random.default_rng(seed)
    _, where = np.unique(customers, return_inverse=True)
    n_customers = int(where.max()) + 1
    for _ in range(n_draws):
        counts = np.bincount(draw.integers(0, n_customers, n_customers), minlength=n_customers)
        yield counts[where].astype(float)


def _interval(value: float, drawn: list[float]) -> Interval:
    low, high = np.nanquantile(drawn, [0.025, 0.975]) if drawn else (value, value)
    return Interval(value, float(low), float(high))


def as_document(by_name: Mapping[str, Interval]) -> dict[str, dict[str, float]]:
    """Return intervals as they stand in ``report.json``."""
    return {name: {"value": each.value, "low": each.low, "high": each.high} for name, each in by_name.items()}
