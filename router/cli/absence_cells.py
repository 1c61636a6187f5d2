"""A pool's absence policy in a cell of a file: ``forfeit``, or ``credit:UNITS:SECONDSs:SHARE``."""

from __future__ import annotations

from fairlead.v1 import workforce_pb2 as workforce

ALLOWED = "forfeit, or credit:UNITS:TTL:SHARE, such as credit:5:2592000s:0.25"


def absence_policy(cell: str) -> workforce.AbsencePolicy:
    """Read a cell; an empty one means ``forfeit``.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> absence_policy("credit:5:2592000s:0.25").credit.share
    0.25
    """
    policy, _, rest = cell.strip().partition(":")
    if policy in ("", "forfeit") and not rest:
        return workforce.AbsencePolicy(forfeit=workforce.AbsencePolicy.Forfeit())
    if policy != "credit":
        raise ValueError(cell)
    units, ttl, share = rest.split(":")
    credit = workforce.AbsencePolicy.Credit(max_units=float(units), share=float(share))
    credit.ttl_duration.FromJsonString(ttl)
    return workforce.AbsencePolicy(credit=credit)


def cell_of(policy: workforce.AbsencePolicy) -> str:
    """Write a cell.

    Examples
    --------
    >>> cell_of(absence_policy("credit:5:2592000s:0.25"))
    'credit:5:2592000s:0.25'
    >>> cell_of(absence_policy(""))
    'forfeit'
    """
    if policy.WhichOneof("policy") != "credit":
        return "forfeit"
    credit = policy.credit
    return f"credit:{credit.max_units:.15g}:{credit.ttl_duration.ToJsonString()}:{credit.share:.15g}"
