"""Lists of what falls due: when those of each rep are made, and the making of them.

Each is made once: the store remembers, by rep and kind, for when the last one was. The next follows from that and from
the hours of the rep, so an edit of the workforce at the very instant loses none. Of what is late by more than one the
last alone is made. Before there was any, what falls due begins with the first process that has deadlines: where there
is none, or nobody's hours are known, nobody is told anything and nothing is written.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

from failures import StoreUnavailable, StoreUnsuitable
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.assignment.stored_items import StoredItems
from router.deadlines.digest_lists import DigestLists, managers_of
from router.deadlines.digest_times import last_digest, next_digest
from router.deadlines.lives import has_deadlines
from router.model.decision import DecisionEffect
from router.model.digests import DigestKind
from router.model.errors import StaleRevision
from router.model.events import Digested, Event, ProcessPublished, RulesPublished, WorkforceChanged
from router.model.workforce import Pool
from router.process.revisions.cache import PublishedProcesses
from router.timers.due import Due
from router.timers.ports import Timers
from router.timers.timer import DIGESTS, Timer, is_of_digest
from router.workforce.open_hours import OpenHours

_log = logging.getLogger(__name__)
_BEHIND = 10**15
"""In place of an entry: of what is due at once timers stand in the order of their entries, and lists are slow."""
_MOST_AT_ONCE = 20
"""Lists made in a turn: then whatever else is due has its own."""
_PAGE = 1000
_REP = "rep/"
"""What the name of a rep's record begins with."""


class Digests:
    """The lists of one tenant; parameters as for ``router.timers.follower.TimerFollower``."""

    def __init__(
        self, tenant: str, store: Assignments, planners: PlannerCache, timers: Timers, items: StoredItems
    ) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._timers = timers
        self._lists = DigestLists(tenant, store, planners, items)
        self._since: tuple[int, int] = (0, 0)
        self._failed = 0

    @property
    def skipped(self) -> int:
        """How many lists, and work items in them, were passed over, each as often as it was tried."""
        return self._failed + self._lists.skipped

    async def due(
        self, roster: Roster, published: PublishedProcesses, reps: Collection[str] | None = None
    ) -> AsyncIterator[dict[str, list[Timer]]]:
        """Yield what falls due of lists, of some reps or of all, page by page; nothing of who is no more."""
        wanted = sorted(roster.reps if reps is None else reps)
        made = (await self._timers.digests(self._tenant, None if reps is None else wanted)).due_ms
        since_ms = await self._since_ms(published)
        for start in range(0, len(wanted), _PAGE):
            some = wanted[start : start + _PAGE]
            is_due = has_lists(roster, published)
            yield {f"{DIGESTS}/{rep}": list(_due(rep, roster, made, since_ms)) if is_due else [] for rep in some}

    async def make_due(self, due: Due) -> int:
        """Make up to ``_MOST_AT_ONCE`` lists that are due by the store's clock; return how many were made.

        One whose timer does not follow from the workforce any more waits for the follower, who removes it. Where none
        of the first can be made, the next are.
        """
        lists, made = due.of(is_of_digest), 0
        if not lists:
            return 0
        planner, published = await self._planners.newest(self._tenant), await self._planners.processes(self._tenant)
        since_ms = await self._since_ms(published)
        with suppress(StaleRevision):  # then the follower reads on, and they are made by the new revision
            for start in range(0, len(lists), _MOST_AT_ONCE):
                timers = lists[start : start + _MOST_AT_ONCE]
                last = (await self._timers.digests(self._tenant, [rep_of(timer) for timer in timers])).due_ms
                for timer in timers:
                    after_ms = last.get((rep_of(timer), DigestKind(timer.name)), since_ms)
                    made += await self._made(planner, published, timer, after_ms, due.now_ms)
                if made:
                    break
        return made

    async def _made(
        self, planner: Planner, published: PublishedProcesses, timer: Timer, after_ms: int, now_ms: int
    ) -> bool:
        """Make a list; one that cannot be made keeps no other from being made."""
        rep, kind = rep_of(timer), DigestKind(timer.name)
        hours = hours_of(rep, planner.roster) if kind in kinds_of(rep, planner.roster) else None
        due = last_digest(kind, hours, after_ms, now_ms) if hours else None
        if due is None:
            return False
        try:
            made = await self._lists.made(planner, published, rep, kind, due, now_ms)
            return await self._timers.make_digest(self._tenant, planner.revisions, timer, made)
        except (StaleRevision, StoreUnavailable, StoreUnsuitable):
            raise
        except Exception as error:  # whatever it is: nobody else's lists stop for one
            self._failed += 1
            _log.error("tenants/%s: the list %s of %s is passed over: %r", self._tenant, kind, rep, error)
            return False

    async def _since_ms(self, published: PublishedProcesses) -> int:
        """Return when the first process with deadlines was published, in milliseconds since 1970; 0: none was."""
        first = next((process.event for process in published.revisions if has_deadlines(process)), 0)
        if first and self._since[0] != first:
            events = await self._store.events(self._tenant, after=first - 1, count=1)
            self._since = (first, events[0].at_ms if events else 0)
        return self._since[1] if first else 0


def has_lists(roster: Roster, published: PublishedProcesses) -> bool:
    """Say whether any list is made: something has deadlines, and somebody's hours are known."""
    return roster.availability.has_hours and any(map(has_deadlines, published.revisions))


def kinds_of(rep: str, roster: Roster) -> Sequence[DigestKind]:
    """Return which lists are made for a rep: none for who does not work here, nor at any known hours."""
    if rep not in roster.reps or not roster.reps[rep].active or hours_of(rep, roster) is None:
        return ()
    leads = rep in _managers(roster)
    return [kind for kind in DigestKind if leads or kind is not DigestKind.TOMORROW]


def hours_of(rep: str, roster: Roster) -> OpenHours | None:
    """Return by whose hours a rep's working days are: their own, else those of the first pool with a calendar that they
    belong to or lead, else the tenant's; None: nobody knows.
    """
    return roster.availability.hours_of(rep, _pools_with_hours(roster).get(rep))


def concerns_lists(events: Iterable[Event | DecisionEffect]) -> bool:
    """Say whether all lists may fall due at other times because of some events."""
    return any(isinstance(event, RulesPublished | WorkforceChanged | ProcessPublished) for event in events)


def listed_reps(events: Iterable[Event | DecisionEffect]) -> set[str]:
    """Return whose lists were made, or who may be no more."""
    reps = set[str]()
    for event in events:
        match event:
            case Digested(made=made):
                reps.add(made.rep)
            case WorkforceChanged(names=names):
                reps.update(name.removeprefix(_REP) for name in names if name.startswith(_REP))
            case _:
                pass
    return reps


def rep_of(timer: Timer) -> str:
    """Return whose list a timer is of."""
    return timer.item_id.partition("/")[2]


@lru_cache(maxsize=16)
def _managers(roster: Roster) -> frozenset[str]:
    return frozenset(managers_of(roster))


@lru_cache(maxsize=16)
def _pools_with_hours(roster: Roster) -> Mapping[str, Pool]:
    """Return by rep the first pool with a calendar that they belong to or lead."""
    found = dict[str, Pool]()
    for pool in sorted(roster.pools.values(), key=lambda pool: pool.id):
        for rep in (*(member.rep for member in pool.members), *pool.managers) if pool.calendar else ():
            found.setdefault(rep, pool)
    return found


def _due(rep: str, roster: Roster, made: Mapping[tuple[str, DigestKind], int], since_ms: int) -> Iterator[Timer]:
    """Yield the timers of a rep's next lists."""
    hours = hours_of(rep, roster)
    for kind in kinds_of(rep, roster):
        due = next_digest(kind, hours, made.get((rep, kind), since_ms)) if hours else None
        if due:
            yield Timer(f"{DIGESTS}/{rep}", kind, _BEHIND, 1, due.due_ms)
