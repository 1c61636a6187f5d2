"""Whom a step of a deadline tells. Pure.

Who is on leave is passed over to whoever is above them, as is who is inactive. Where nobody above is there either, who
is on leave is told themselves: better late than nobody. Who is inactive is told of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from router.assignment.roster import Roster
from router.process.definition.deadlines import GIVING, DeadlineStep, NamedChannel, RecipientRole


class Recipients(NamedTuple):
    """Who is told, in the order of the process, and who would have been and is on leave, or inactive; reps by id, each
    once. ``channels`` are told beside them, by id, whoever reads them.
    """

    told: tuple[str, ...]
    on_leave: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


def recipients(step: DeadlineStep, owner: str, pool: str, roster: Roster, at_ms: int) -> Recipients:
    """Return whom a step tells at an instant, in milliseconds since 1970.

    Parameters
    ----------
    owner, pool
        Who has the work item, and of which pool; empty: nobody, and the pool's managers stand for them.
    """
    wanted = (RecipientRole.MANAGER,) if step.act in GIVING else step.to
    people = [who for who in wanted if not isinstance(who, NamedChannel)]
    found = (_there(rep, pool, roster, at_ms) for who in people for rep in named_reps(who, owner, pool, roster))
    channels = tuple(who.channel for who in wanted if isinstance(who, NamedChannel))
    return recipients_of(found, roster)._replace(channels=channels)


def keepers(owner: str, pool: str, roster: Roster) -> list[str]:
    """Return who may keep a work item that was given away often enough: all above its owner, the nearest first."""
    managers = named_reps(RecipientRole.MANAGER, owner, pool, roster)
    return list(dict.fromkeys(rep for each in managers for rep in _upwards(each, pool, roster)))


def recipients_of(found: Iterable[tuple[str | None, Iterable[str]]], roster: Roster) -> Recipients:
    """Return who is told of those that were looked for: each who was found, if anybody, and who was passed over."""
    told, passed_over = dict[str, None](), dict[str, None]()
    for rep, others in found:
        if rep is not None:
            told[rep] = None
        passed_over.update(dict.fromkeys(others))
    on_leave = tuple(rep for rep in passed_over if roster.reps[rep].active)
    return Recipients(tuple(told), on_leave, tuple(rep for rep in passed_over if not roster.reps[rep].active))


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
    return recipients_of([_there(rep, "", roster, at_ms)], roster)


def joined(several: Iterable[Recipients]) -> Recipients:
    """Return all whom any of these tell, each once.

    Examples
    --------
    >>> joined([Recipients(("ann",), ("bo",)), Recipients(("cy", "ann"))])
    Recipients(told=('ann', 'cy'), on_leave=('bo',), inactive=(), channels=())
    """
    parts = [tuple(dict.fromkeys(name for names in part for name in names)) for part in zip(*several, strict=True)]
    return Recipients(*parts) if parts else Recipients(())


def recipients_of_gift(
    given_to: str, before: str, pool: str, roster: Roster, at_ms: int, *, with_managers: bool
) -> Recipients:
    """Return who is told at an instant that a work item was given to somebody, or taken from who had it.

    Whoever had it is told if they are there, and nobody in their place; whoever gets it as ``recipients``.

    Parameters
    ----------
    given_to, before
        Who has it now, and had it; empty: nobody.
    with_managers
        Whether whoever is above who had it is told too.
    """
    found = [_there(given_to, pool, roster, at_ms)] if given_to in roster.reps else []
    if before in roster.reps and is_there(before, roster, at_ms):
        found.append((before, []))
    if with_managers:
        found += [_there(rep, pool, roster, at_ms) for rep in named_reps(RecipientRole.MANAGER, before, pool, roster)]
    return recipients_of(found, roster)


def _there(rep: str, pool: str, roster: Roster, at_ms: int) -> tuple[str | None, list[str]]:
    """Return the first of a rep and those above them who is there, else the first on leave, and who is passed over.

    None: all are inactive.
    """
    line = list(_upwards(rep, pool, roster))
    found = next((each for each in line if is_there(each, roster, at_ms)), None)
    if found is None:
        found = next((each for each in line if roster.reps[each].active), None)
    return found, line[: line.index(found)] if found is not None else line


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
