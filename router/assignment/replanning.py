"""Planning again: a change goes round until it was decided by what holds.

    plan     by a planner, for the time that the store has, or is likely to have
    bind     the store does it, or says what holds no more
    again    by a newer planner, for the time that the store has, or from where the work item stands by then

What a planner refuses is believed once that planner is known to hold: other rules may read what its rules cannot.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from failures import Failure
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.model.errors import StaleRevision

MOST_ROUNDS = 8
"""Rounds before a change gives up, because rules, workforce, time or a work item change faster than it is decided."""


class Again(NamedTuple):
    """Says that another round is needed.

    Parameters
    ----------
    now_ms
        The instant to plan for, in milliseconds since 1970; 0: the same as before.
    is_outdated
        Whether the planner holds no more.
    """

    now_ms: int = 0
    is_outdated: bool = False


OUTDATED = Again(is_outdated=True)
Answer = TypeVar("Answer")


async def until_it_holds(
    planners: PlannerCache,
    at_ms: int,
    tenant: str,
    go_round: Callable[[Planner, int], Awaitable[Answer | Failure | Again]],
) -> Answer | None:
    """Return what a change came to; None: it is given up.

    Parameters
    ----------
    at_ms
        For when it is planned first, in milliseconds since 1970: the store's time, or what that is likely to be.
    go_round
        Plans and binds once, by a planner and for an instant in milliseconds since 1970. It returns a failure that is
        the planner's word, and raises what is none of its business; and ``StaleRevision`` where the store says so.

    Raises
    ------
    NotPossible
        If no rule set is published.
    Failure
        What the rounds return or raise.
    """
    planner = await planners.current(tenant)
    for _ in range(MOST_ROUNDS):
        try:
            answer = await go_round(planner, at_ms)
        except StaleRevision:
            answer = OUTDATED
        if isinstance(answer, Failure):
            if await planners.holds(tenant, planner):
                raise answer
            answer = OUTDATED
        if not isinstance(answer, Again):
            return answer
        at_ms = answer.now_ms or at_ms
        if answer.is_outdated:
            planner = await planners.renewed(tenant, planner.revisions)
    return None
