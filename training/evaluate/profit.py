"""What a retention campaign guided by the scores would earn: EMPC, the expected maximum profit of churn models [1]_.

A campaign contacts the riskiest share η. A contacted customer who would have left accepts the offer with probability
γ and stays; nobody knows γ, so it is drawn from a Beta distribution and the best η is taken for each γ. The optimum
lies on the convex hull of the ROC curve, and the integral over each of its segments is an incomplete beta function.

References
----------
.. [1] T. Verbraken, W. Verbeke and B. Baesens, "A Novel Profit Maximizing Metric for Measuring Classification
   Performance of Customer Churn Prediction Models", IEEE TKDE 25(5), 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import betainc
from sklearn.isotonic import isotonic_regression

from scoring.model.logistic import FloatArray
from scoring.model.profit import ProfitAssumptions

STRENGTH = 20.0
"""Sum of a Beta distribution's parameters: how sure the mean accept rate is, as if of so many customers."""


@dataclass(frozen=True)
class Campaign:
    """What keeping a customer costs and brings, in one currency.

    Parameters
    ----------
    lifetime_value
        Of a customer who is kept, > 0.
    incentive
        Cost of the offer to who accepts it, ≥ 0.
    contact
        Cost of contacting one customer, ≥ 0.
    accept_a, accept_b
        Parameters of the Beta distribution of the accept rate; 6 and 14 have the mean .3.
    """

    lifetime_value: float = 200.0
    incentive: float = 10.0
    contact: float = 1.0
    accept_a: float = 6.0
    accept_b: float = 14.0

    @classmethod
    def of(cls, assumptions: ProfitAssumptions) -> Self:
        """Spread the accept rate around its mean.

        Examples
        --------
        >>> Campaign.of(ProfitAssumptions()) == Campaign()
        True
        """
        accept_a = STRENGTH * assumptions.acceptance
        money = assumptions.value, assumptions.incentive, assumptions.contact_cost
        return cls(*money, accept_a, STRENGTH - accept_a)


@dataclass(frozen=True)
class ExpectedProfit:
    """Expected maximum profit per customer of the base, and the share of the base to contact, in [0, 1]."""

    per_customer: float
    share: float


def expected_maximum_profit(
    churned: FloatArray, p_churn: FloatArray, campaign: Campaign | None = None
) -> ExpectedProfit:
    """Integrate the best campaign's profit over the accept rate.

    Parameters
    ----------
    churned, p_churn : ndarray of shape (n_customers,)
        Outcome and score; only the order of the scores counts.

    Examples
    --------
    >>> perfect = expected_maximum_profit(np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.9, 0.1, 0.1, 0.1]))
    >>> round(perfect.per_customer, 2), round(perfect.share, 4)  # .25 · (.3 · (200 - 10) - 1)
    (14.0, 0.25)
    """
    plan = campaign or Campaign()
    found_0, found_1 = hull(churned, p_churn)
    share_0 = float(churned.mean())
    # Profit per customer at a hull point is gain·γ - cost; gain and cost rise along the hull.
    gain = (plan.lifetime_value - plan.incentive) * share_0 * found_0
    cost = plan.contact * share_0 * found_0 + (plan.contact + plan.incentive) * (1 - share_0) * found_1
    turns = np.clip(np.diff(cost) / np.maximum(np.diff(gain), 1e-300), 0, 1)
    limits = np.concatenate([[0.0], np.maximum.accumulate(turns), [1.0]])
    mass = np.diff(betainc(plan.accept_a, plan.accept_b, limits))
    mean = plan.accept_a / (plan.accept_a + plan.accept_b)
    moment = mean * np.diff(betainc(plan.accept_a + 1, plan.accept_b, limits))
    contacted = share_0 * found_0 + (1 - share_0) * found_1
    return ExpectedProfit(float(gain @ moment - cost @ mass), float(contacted @ mass))


def hull(churned: FloatArray, p_churn: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the convex hull of the ROC curve: shares of those who left and of those who stayed, each rising from 0
    to 1.

    The blocks of an isotonic regression of the outcome on the score are the hull's segments.

    Examples
    --------
    >>> [share.tolist() for share in hull(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.8, 0.7, 0.1]))]
    [[0.0, 0.5, 1.0, 1.0], [0.0, 0.0, 0.5, 1.0]]
    """
    scores, where, counts = np.unique(-p_churn, return_inverse=True, return_counts=True)
    left = np.bincount(where, churned, len(scores))
    levels = isotonic_regression(left / counts, sample_weight=counts.astype(float), increasing=False)
    ends = np.flatnonzero(np.r_[levels[1:] != levels[:-1], True])
    reached, seen = np.cumsum(left)[ends], np.cumsum(counts)[ends]
    stayed = seen - reached
    return np.r_[0.0, reached / reached[-1]], np.r_[0.0, stayed / stayed[-1]]


def profit_curve(churned: FloatArray, p_churn: FloatArray, campaign: Campaign) -> tuple[FloatArray, FloatArray]:
    """Return shares contacted and profit per customer of the base at the mean accept rate, riskiest first.

    Examples
    --------
    >>> share, profit = profit_curve(np.array([1.0, 0.0]), np.array([0.9, 0.1]), Campaign())
    >>> share.tolist(), profit.round(2).tolist()  # (.3 · 190 - 1) / 2, then 11 / 2 less
    ([0.0, 0.5, 1.0], [0.0, 28.0, 22.5])
    """
    order = np.argsort(-p_churn, kind="stable")
    accepts = campaign.accept_a / (campaign.accept_a + campaign.accept_b)
    kept = accepts * (campaign.lifetime_value - campaign.incentive) - campaign.contact
    wasted = campaign.incentive + campaign.contact
    each = np.where(churned[order] > 0, kept, -wasted)
    n = len(churned)
    return np.arange(n + 1) / n, np.r_[0.0, np.cumsum(each)] / n
