"""Whom a step of a deadline tells. Pure.

Who is on leave is passed over to whoever is above them. Where nobody above is there either, they are told themselves:
better late than nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from router.assignment.roster import Roster
from router.process.definition.deadlines import GIVING, DeadlineStep, RecipientRole


class Recipients(NamedTuple):
    """Who is told, in the order of the process, and who would have been and is on leave; reps by id, each once."""

    told: tuple[str, ...]
    on_leave: tuple[str, ...] = ()


def recipients(step: DeadlineStep, owner: str, pool: str, roster: Roster, at_ms: int) -> Recipients:
    """Return whom a step tells at an instant, in milliseconds since 1970.

    Parameters
    ----------
    owner, pool
        Who has the work item, and of which pool; empty: nobody, and the pool's managers stand for them.
    """
    wanted = (RecipientRole.MANAGER,) if step.act in GIVING else step.to
    told, on_leave = dict[str, None](), dict[str, None]()
    for who in wanted:
        for rep in named_reps(who, owner, pool, roster):
            there, passed_over = _there(rep, pool, roster, at_ms)
            told[there] = None
            on_leave.update(dict.fromkeys(passed_over))
    return Recipients(tuple(told), tuple(on_leave))


def named_reps(who: RecipientRole | str, owner: str, pool: str, roster: Roster) -> list[str]:
    """Return whom a process names, whether they are there or not; nobody who is not in the workforce."""
    managers = list(roster.pools[pool].managers) if pool in roster.pools else []
    if not isinstance(who, RecipientRole):
        return [who] if who in roster.reps else []
    match who:
        case RecipientRole.POOL_MANAGERS:
            named = managers
        case RecipientRole.OWNER:
            named = [owner] if owner else managers
        case RecipientRole.MANAGER:
            named = rep_above(owner, roster) or managers
        case RecipientRole.MANAGERS_MANAGER:
            above = rep_above(owner, roster) or managers
            named = [rep for each in above for rep in rep_above(each, roster)] or above
    return [rep for rep in named if rep in roster.reps]


def rep_above(rep: str, roster: Roster) -> list[str]:
    """Return who is next above a rep: one, or none."""
    manager = roster.reps[rep].manager if rep in roster.reps else ""
    return [manager] if manager else []


def recipients_of_rep(rep: str, roster: Roster, at_ms: int) -> Recipients:
    """Return who is told at an instant what is for a rep; nobody where they are no more."""
    if rep not in roster.reps:
        return Recipients(())
    there, passed_over = _there(rep, "", roster, at_ms)
    return Recipients((there,), tuple(passed_over) if there != rep else ())


def _there(rep: str, pool: str, roster: Roster, at_ms: int) -> tuple[str, list[str]]:
    """Return the first of a rep and those above them who is there, and who of them is passed over."""
    passed_over = list[str]()
    for each in _upwards(rep, pool, roster):
        if is_there(each, roster, at_ms):
            return each, passed_over
        passed_over.append(each)
    return rep, []


def is_there(rep: str, roster: Roster, at_ms: int) -> bool:
    """Say whether a rep works here, and is not on leave at an instant, in milliseconds since 1970."""
    return roster.reps[rep].active and roster.covers.leave(rep, at_ms) is None


def _upwards(rep: str, pool: str, roster: Roster) -> Iterator[str]:
    """Yield a rep, whoever is above them, and so on, and at last the managers of the pool; each once."""
    seen, waiting = set[str](), [rep]
    managers = list(roster.pools[pool].managers) if pool in roster.pools else []
    while waiting or managers:
        each = waiting.pop() if waiting else managers.pop(0)
        if each in seen or each not in roster.reps:
            continue
        seen.add(each)
        yield each
        waiting = rep_above(each, roster)
