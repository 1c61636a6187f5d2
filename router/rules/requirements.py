"""Does a rep meet a requirement? The plain answer, rep by rep: what explanations use, and what the index is compared
with.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import ge, gt, le, lt

from router.model.workforce import Rep, Territories
from router.rules.route import Requirement
from rules.fields import Fact, FactValue
from rules.normal_form import NOTHING, Ignored, normal_value

_ORDER: dict[str, Callable[[float, float], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


def meets(
    requirement: Requirement,
    rep: Rep,
    fact: Fact,
    territories: Territories,
    widened: int = 0,
    ignored: Ignored = NOTHING,
) -> bool:
    """Say whether a rep meets a requirement of a work item.

    Parameters
    ----------
    requirement
        The rep's attribute, an operator, and a field of the work item or a fixed value.
    rep, fact, territories
        Who, for what, and the tree of regions.
    widened
        How many levels ``covers`` is widened by: a rep of any territory inside the one that lies so many levels
        around the work item's counts as well. 0 for requirements that are not widened.
    ignored
        What does not count in the field of the work item, and therefore in the rep's attribute and in the names of
        territories.

    Notes
    -----
    Nothing is asked where the work item lacks the field; a rep who lacks the attribute meets nothing. A single
    value counts as a list of one for the list operators. Values of different types are never equal, nor unequal,
    nor in any order.

    Examples
    --------
    >>> rep = Rep("r1", attributes={"skills": ("CRM", "ERP")})
    >>> meets(Requirement("skills", "has", value="ERP"), rep, {}, Territories())
    True

    """
    wanted = requirement.value if requirement.item is None else fact.get(requirement.item)
    if wanted is None:
        return True
    actual = normal_value(rep.attributes.get(requirement.rep), ignored)
    if actual is None:
        return False
    if requirement.op == "covers":
        return _covers(_entries(actual), str(wanted), territories.ignoring(ignored), widened)
    if requirement.op in ("has", "has_any"):
        return not _entries(actual).isdisjoint(_entries(wanted))
    if requirement.op == "has_all":
        return _entries(actual).issuperset(_entries(wanted))
    return _compare(requirement.op, actual, wanted)


def _entries(value: FactValue) -> frozenset[object]:
    # with its type, because True == 1 in Python
    return frozenset((_type(entry), entry) for entry in (value if isinstance(value, tuple) else (value,)))


def _covers(served: frozenset[object], region: str, territories: Territories, widened: int) -> bool:
    around = territories.around(region)
    accepted = set(around)
    if widened:
        accepted.update(territories.within(around[min(widened, len(around) - 1)]))
    return any((str, territory) in served for territory in accepted)


def _compare(op: str, actual: FactValue, wanted: FactValue) -> bool:
    if _type(actual) is not _type(wanted):
        return False
    if op == "eq":
        return actual == wanted
    if op == "ne":
        return actual != wanted
    if isinstance(actual, str | bool | tuple) or isinstance(wanted, str | bool | tuple):
        return False
    return _ORDER[op](actual, wanted)


def _type(value: object) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)
