"""What a choice turned on: claims, and how that of the owner compares with another's."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.v1 import decisions_pb2 as decisions

_EQUAL = 1e-6
"""Lead units: the ledger counts in whole ones of this size."""


def claim_of(candidate: decisions.Candidate) -> float:
    """Return what the ledger compares: the deficit with this work item's entitlement, in lead units."""
    return candidate.deficit_before + candidate.entitlement


def signed(amount: float) -> str:
    """Write a deficit with its sign; what rounds to nothing has a plus.

    Examples
    --------
    >>> signed(-0.001), signed(-0.5)
    ('+0.00', '-0.50')
    """
    return f"{round(amount, 2) + 0.0:+.2f}"


def grouped(number: str) -> str:
    """Write a number with its thousands apart, as both languages do; whatever is no number stays as it is.

    Examples
    --------
    >>> grouped("1000000"), grouped("12500.5"), grouped("999"), grouped("east")
    ('1,000,000', '12,500.5', '999', 'east')
    """
    whole, point, fraction = number.partition(".")
    return f"{int(whole):,}{point}{fraction}" if whole.isdecimal() else number


def first_two(
    candidates: Sequence[decisions.Candidate],
) -> tuple[decisions.Candidate | None, decisions.Candidate | None]:
    """Return the chosen one, and whoever had the largest claim of the others."""
    chosen = next((c for c in candidates if c.verdict == decisions.Candidate.VERDICT_CHOSEN), None)
    others = [c for c in candidates if c.verdict == decisions.Candidate.VERDICT_ELIGIBLE]
    return chosen, max(others, key=claim_of, default=None)


def relation(chosen: decisions.Candidate, rival: decisions.Candidate) -> str:
    """Say what told two apart: ``largest``, ``equal`` or ``band``."""
    lead = claim_of(chosen) - claim_of(rival)
    if lead > _EQUAL:
        return "largest"
    return "equal" if lead >= -_EQUAL and chosen.score == rival.score else "band"


def decided_by(candidates: Sequence[decisions.Candidate]) -> str:
    """Say what made the choice: as ``relation``, or ``only``; empty if nobody was chosen in a pool."""
    chosen, rival = first_two(candidates)
    if chosen is None:
        return ""
    return "only" if rival is None else relation(chosen, rival)
