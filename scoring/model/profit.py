"""From which risk on it pays to rescue a customer, and which assumptions say so."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scoring.errors import InvalidInput, Violation

MOST = 1e12
"""No customer is worth more, in whatever currency."""


@dataclass(frozen=True)
class ProfitAssumptions:
    """What rescuing a customer costs and brings, in any one currency.

    Parameters
    ----------
    value
        What a customer who is kept is worth, above ``incentive``, up to 1e12.
    incentive
        What the offer costs for each who accepts it, ≥ 0.
    contact_cost
        What contacting one customer costs, ≥ 0.
    acceptance
        The share of those about to leave who accept the offer and stay, on average, in (0, 1).

    Raises
    ------
    InvalidInput
        If one is out of its range, or contacting costs nothing, or could never pay.

    Examples
    --------
    >>> round(ProfitAssumptions().break_even, 4)  # (10 + 1) / (.3 · (200 - 10) + 10)
    0.1642
    """

    value: float = 200.0
    incentive: float = 10.0
    contact_cost: float = 1.0
    acceptance: float = 0.3

    def __post_init__(self) -> None:
        if faults := list(self._out_of_range()) or list(self._pointless()):
            raise InvalidInput(faults)

    @property
    def break_even(self) -> float:
        """The risk from which on contacting a customer is expected to pay, in (0, 1)."""
        gain = self.acceptance * (self.value - self.incentive)
        return (self.incentive + self.contact_cost) / (gain + self.incentive)

    @property
    def formula(self) -> str:
        """How the risk comes of them.

        Examples
        --------
        >>> ProfitAssumptions().formula
        '(10 + 1) / (0.3 × (200 − 10) + 10)'
        """
        incentive, contact = f"{self.incentive:g}", f"{self.contact_cost:g}"
        return f"({incentive} + {contact}) / ({self.acceptance:g} × ({self.value:g} − {incentive}) + {incentive})"

    def _out_of_range(self) -> Iterator[Violation]:
        if not 0 <= self.incentive <= MOST:
            yield Violation(
                "profit_assumptions.incentive", f"{self.incentive:g}: must be 0 or more, in the currency of value"
            )
        if not 0 <= self.contact_cost <= MOST:
            yield Violation(
                "profit_assumptions.contact_cost", f"{self.contact_cost:g}: must be 0 or more, in the currency of value"
            )
        if not 0 < self.acceptance < 1:
            yield Violation(
                "profit_assumptions.acceptance", f"{self.acceptance:g}: must be a share between 0 and 1, ends excluded"
            )
        if not self.incentive < self.value <= MOST:
            yield Violation(
                "profit_assumptions.value",
                f"{self.value:g}: must be above incentive, {self.incentive:g}, and up to {MOST:g}",
            )

    def _pointless(self) -> Iterator[Violation]:
        gain = self.acceptance * (self.value - self.incentive)
        if self.incentive + self.contact_cost == 0:
            yield Violation(
                "profit_assumptions.contact_cost",
                "0, as is incentive: must be above 0, or everybody were to be contacted",
            )
        elif self.contact_cost >= gain or self.break_even >= 1:
            yield Violation(
                "profit_assumptions.contact_cost",
                f"{self.contact_cost:g}: never pays; must be below acceptance × (value − incentive), {gain:g}",
            )


def assumptions_of(report: Mapping[str, Any]) -> ProfitAssumptions | None:
    """Return the assumptions that a version's report tells; None: it tells none.

    Examples
    --------
    >>> campaign = {"lifetime_value": 200.0, "incentive": 10.0, "contact": 1.0, "accept_a": 6.0, "accept_b": 14.0}
    >>> assumptions_of({"profit": {"campaign": campaign}}) == ProfitAssumptions()
    True
    >>> assumptions_of({})
    """
    match report.get("profit"):
        case {
            "campaign": {
                "lifetime_value": int() | float() as value,
                "incentive": int() | float() as incentive,
                "contact": int() | float() as contact,
                "accept_a": int() | float() as a,
                "accept_b": int() | float() as b,
            }
        } if a > 0 and b > 0 and math.isfinite(a + b):
            try:
                return ProfitAssumptions(value, incentive, contact, a / (a + b))
            except InvalidInput:
                return None
    return None


@dataclass(frozen=True, slots=True)
class AtRisk:
    """From which risk on customers are at risk by a version, and the assumptions that its report tells, if any."""

    threshold: float
    assumptions: ProfitAssumptions | None

    def changed_from(self, before: AtRisk) -> dict[str, tuple[float, float]]:
        """Return the assumptions that are others than before, by name: each as it was, and as it is.

        Nothing where one of the two does not tell them. What looks alike when it is written is alike: a report holds
        the acceptance as a quotient.
        """
        if self.assumptions is None or before.assumptions is None:
            return {}
        was, now = asdict(before.assumptions), asdict(self.assumptions)
        return {name: (was[name], now[name]) for name in now if f"{was[name]:g}" != f"{now[name]:g}"}


def moved_in_words(now: AtRisk, before: AtRisk) -> str:
    """Say that customers are at risk from another risk on, and which assumptions are others; empty: it is the same.

    Examples
    --------
    >>> usual, rich = ProfitAssumptions(), ProfitAssumptions(value=500.0, contact_cost=2.0)
    >>> moved_in_words(AtRisk(usual.break_even, usual), AtRisk(rich.break_even, rich))
    'at risk from 16.4 % on instead of 7.6 %: value 200 instead of 500, contact cost 1 instead of 2'
    >>> moved_in_words(AtRisk(0.3, None), AtRisk(0.25, usual))
    'at risk from 30.0 % on instead of 25.0 %'
    >>> moved_in_words(AtRisk(0.3, None), AtRisk(0.3, None))
    ''
    """
    changed = now.changed_from(before)
    if not changed and now.threshold == before.threshold:
        return ""
    text = f"at risk from {100 * now.threshold:.1f} % on instead of {100 * before.threshold:.1f} %"
    whys = (f"{name.replace('_', ' ')} {new:g} instead of {old:g}" for name, (old, new) in changed.items())
    return f"{text}: {', '.join(whys)}" if changed else text


def at_risk_in_words(threshold: float, assumptions: ProfitAssumptions | None) -> str:
    """Say from which risk on a customer counts as at risk, and which assumptions give it.

    Examples
    --------
    >>> print(at_risk_in_words(0.1642, ProfitAssumptions()))
    at risk from 16.4 % on: there, contacting a customer is expected to pay
      if one who is kept is worth 200, the offer costs 10, a contact 1, and 30 % accept:
      (10 + 1) / (0.3 × (200 − 10) + 10)
    >>> at_risk_in_words(0.25, None)
    'at risk from 25.0 % on: there, contacting a customer is expected to pay'
    """
    text = f"at risk from {100 * threshold:.1f} % on: there, contacting a customer is expected to pay"
    if assumptions is None:
        return text
    worth, offer, contact = f"{assumptions.value:g}", f"{assumptions.incentive:g}", f"{assumptions.contact_cost:g}"
    share = f"{100 * assumptions.acceptance:g} %"
    costs = f"the offer costs {offer}, a contact {contact}, and {share} accept"
    return f"{text}\n  if one who is kept is worth {worth}, {costs}:\n  {assumptions.formula}"
