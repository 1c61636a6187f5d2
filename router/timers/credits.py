"""Credits for leave: what falls due of the ledgers of pools that have an absence policy, and the making of it.

When a rep's leave ends they are credited for what the pool was charged meanwhile; some time later what is left of that
is taken back. Both follow from the absences, the policy and the ledger, and each is made once: the ledger says up to
when a rep's leaves are credited, and which event's credit is outstanding. So an absence that is edited or deleted after
its end changes nothing that was credited, and absences that overlap are one leave. What a pool was charged within a
leave stands in the log, which is complete for that time once the store's clock has passed it.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from failures import StoreUnavailable, StoreUnsuitable
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.model.decision import Decision, DecisionEffect, Way
from router.model.dispatch import Answer
from router.model.errors import StaleRevision
from router.model.events import Credited, Event, LeaveCredit, OfferAnswered, RulesPublished, WorkforceChanged
from router.model.records import CreditState, LedgerState
from router.model.workforce import Pool
from router.timers.due import Due
from router.timers.ports import Timers
from router.timers.timer import CREDIT, EXPIRE, LEDGERS, Timer, is_of_ledger

_log = logging.getLogger(__name__)
_PAGE = 200
_POOL = "pool/"
"""What the name of a pool's record begins with."""


class Credits:
    """The credits of one tenant; parameters as for ``router.timers.follower.TimerFollower``."""

    def __init__(self, tenant: str, store: Assignments, planners: PlannerCache, timers: Timers) -> None:
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._timers = timers
        self.skipped = 0
        """How many steps could not be made, for what they follow from cannot be read, each as often as it was tried."""

    async def due(self, roster: Roster, pools: Iterable[str]) -> dict[str, list[Timer]]:
        """Return what falls due of the ledgers of some pools; nothing of a pool that is no more."""
        timers = dict[str, list[Timer]]()
        for pool_id in pools:
            pool = roster.pools.get(pool_id)
            timers[f"{LEDGERS}/{pool_id}"] = list(_due(roster, pool, await self._ledger(pool_id))) if pool else []
        return timers

    async def make_due(self, due: Due) -> int:
        """Make the steps that are due by the store's clock; return how many were made.

        A step whose timer does not follow from the workforce any more waits for the follower, who removes it.
        """
        steps, made = due.of(is_of_ledger), 0
        planner = await self._planners.newest(self._tenant) if steps else None
        with suppress(StaleRevision):  # then the follower reads on, and they are made by the new revision
            for timer in steps:
                made += planner is not None and await self._made(planner, timer, due.now_ms)
        return made

    async def _made(self, planner: Planner, timer: Timer, now_ms: int) -> bool:
        """Make a step; one that cannot be made keeps no other from being made."""
        try:
            return await self._make(planner, timer, now_ms)
        except (StaleRevision, StoreUnavailable, StoreUnsuitable):
            raise
        except Exception as error:  # whatever it is: nobody else's steps stop for one
            self.skipped += 1
            _log.error("tenants/%s: %s of %s is passed over: %r", self._tenant, timer.name, timer.item_id, error)
            return False

    async def _make(self, planner: Planner, timer: Timer, now_ms: int) -> bool:
        pool_id, rep = timer.item_id.partition("/")[2], timer.name.partition("/")[2]
        stands = (await self._ledger(pool_id)).credited.get(rep, CreditState())
        if timer.entry:
            step = end_of_credit(planner.roster, pool_id, rep, stands)
        else:
            step = leave_to_credit(planner.roster, pool_id, rep, stands, now_ms)
            if step is not None:
                step = replace(step, charged=as_stored(await self._charged(planner, step)))
        return step is not None and await self._timers.credit(self._tenant, planner.revisions, timer, step)

    async def _ledger(self, pool_id: str) -> LedgerState:
        return await self._store.ledger(self._tenant, pool_id)

    async def _time_of(self, event: int) -> int:
        events = await self._store.events(self._tenant, after=event - 1, count=1)
        return events[0].at_ms if events else 0

    async def _charged(self, planner: Planner, step: LeaveCredit) -> int:
        """Sum up what the log says that a pool was charged within a leave, while the rep was a member.

        What entered apart was the taker's alone: nobody missed it.
        """
        charged, is_member, name = 0, None, f"{_POOL}{step.pool}"
        async for event in self._between(step.since_ms, step.until_ms):
            if isinstance(event, WorkforceChanged) and name in event.names:
                is_member = None
            if isinstance(event, Decision) and event.pool == step.pool and event.way is not Way.APART:
                if is_member is None:
                    is_member = await self._was_member(planner, event.head.workforce_revision, step)
                charged += event.charge * is_member
            elif isinstance(event, OfferAnswered) and event.pool == step.pool:
                charged += await self._charged_by(planner, event, step)
        return charged

    async def _charged_by(self, planner: Planner, event: OfferAnswered, step: LeaveCredit) -> int:
        """Return what a pool is charged by what became of an offer: no more, if it is not accepted and was made within
        the leave; what was charged before it was nothing that they missed.
        """
        if event.answer is Answer.ACCEPTED:
            return event.charge if event.enters_ledger and await self._was_member(planner, event.workforce, step) else 0
        (offer,) = await self._store.decisions(self._tenant, [event.offer])
        if offer.at_ms < step.since_ms:
            return 0
        was_member = await self._was_member(planner, offer.head.workforce_revision, step)
        return -event.charge if event.charge and was_member else 0

    async def _was_member(self, planner: Planner, workforce: int, step: LeaveCredit) -> bool:
        """Say whether a rep belonged to the pool by a revision of the workforce."""
        then = await self._planners.at(self._tenant, planner.rule_set_revision, workforce)
        return then.roster.is_member(step.rep, step.pool)

    async def _between(self, since_ms: int, until_ms: int) -> AsyncIterator[Event]:
        """Yield the events of a time, its end not included."""
        after = await self._last_before(since_ms)
        while events := await self._store.events(self._tenant, after=after, count=_PAGE):
            for event in events:
                if event.at_ms >= until_ms:
                    return
                yield event
            after = events[-1].number

    async def _last_before(self, at_ms: int) -> int:
        """Return the last event before an instant; 0 for none."""
        low, high = 0, (await self._timers.timer_status(self._tenant)).events
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if await self._time_of(middle) < at_ms else (low, middle - 1)
        return low


def credited_pools(events: Iterable[Event | DecisionEffect]) -> set[str]:
    """Return the pools in which somebody was credited, or lost a credit."""
    return {event.credit.pool for event in events if isinstance(event, Credited)}


def concerned_pools(roster: Roster, events: Sequence[Event | DecisionEffect]) -> set[str]:
    """Return the pools of whose ledgers something else may fall due because of some events."""
    pools = credited_pools(events)
    for event in events:
        names = event.names if isinstance(event, WorkforceChanged) else ()
        pools.update(name.removeprefix(_POOL) for name in names if name.startswith(_POOL))
    is_changed = any(isinstance(event, WorkforceChanged | RulesPublished) for event in events)
    return pools | {pool.id for pool in roster.pools.values() if pool.absence_policy and is_changed}


def leave_to_credit(roster: Roster, pool_id: str, rep: str, stands: CreditState, now_ms: int) -> LeaveCredit | None:
    """Return the step at the end of the first leave that is over, and not the credit for it; ``charged`` is left open.

    Where the credits for all of them would be over by now, it is the last one's: they are done with by one step.
    """
    ended = [end for _, end in roster.availability.leaves(rep) if stands.until_ms < end <= now_ms]
    steps = [end_of_leave(roster, pool_id, rep, stands, end) for end in ended]
    in_time = [step for step in steps if step and step.expire_ms > now_ms]
    return (in_time or steps[-1:] or [None])[0]


def end_of_leave(
    roster: Roster, pool_id: str, rep: str, stands: CreditState, until_ms: int, charged: int = 0
) -> LeaveCredit | None:
    """Return the step at the end of a leave; None where no leave ends then, or nobody is credited for it.

    Parameters
    ----------
    stands
        How the rep stands in the pool's ledger.
    until_ms
        When the leave ends.
    charged
        What the pool was charged within the step's time while they were a member, in micro-units.
    """
    pool = roster.pools.get(pool_id)
    start_ms = {end: start for start, end in roster.availability.leaves(rep)}.get(until_ms)
    if pool is None or pool.absence_policy is None or start_ms is None or not roster.is_member(rep, pool_id):
        return None
    policy, since_ms = pool.absence_policy, max(start_ms, stands.until_ms)
    members = roster.members_at(pool, until_ms)
    expire_ms, charged = until_ms + policy.ttl_ms, as_stored(charged)
    return LeaveCredit(pool_id, rep, 0, since_ms, until_ms, expire_ms, charged, policy.max_units, members)


def as_stored(amount: int) -> int:
    """Return a sum as the store's script reads it, whose numbers are exact to 2^53: a thousand of the largest are more.

    Examples
    --------
    >>> as_stored(3_000_000), as_stored(2**53 + 1) - 2**53
    (3000000, 0)
    """
    return int(float(amount))


def end_of_credit(roster: Roster, pool_id: str, rep: str, stands: CreditState) -> LeaveCredit | None:
    """Return the step at the end of the credit that a rep has outstanding; None where there is none."""
    pool = roster.pools.get(pool_id)
    if pool is None or not stands.entry or not roster.is_member(rep, pool_id):
        return None
    expire_ms = _expire_ms(pool, stands)
    members = roster.members_at(pool, expire_ms)
    return LeaveCredit(pool_id, rep, stands.entry, stands.until_ms, stands.until_ms, expire_ms, 0, 0, members)


def _expire_ms(pool: Pool, stands: CreditState) -> int:
    """Return when a credit ends: in its time, and at once where the pool credits no leave any more.

    Then whoever is chosen does not use their credit up either, and would be taken back what they were served for it.
    """
    return stands.expire_ms if pool.absence_policy else stands.until_ms


def _due(roster: Roster, pool: Pool, ledger: LedgerState) -> Iterator[Timer]:
    """Yield the timers of a pool's ledger: of each member the next leave's end, and the end of their credit."""
    item_id = f"{LEDGERS}/{pool.id}"
    for member in pool.members:
        stands = ledger.credited.get(member.rep, CreditState())
        if stands.entry:
            yield Timer(item_id, f"{EXPIRE}/{member.rep}", stands.entry, 1, _expire_ms(pool, stands))
        leaves = roster.availability.leaves(member.rep) if pool.absence_policy else ()
        end_ms = next((end for _, end in leaves if end > stands.until_ms), None)
        if end_ms is not None:
            yield Timer(item_id, f"{CREDIT}/{member.rep}", 0, 1, end_ms)
