"""Audits every tenant while a service runs: do the counters follow from the log, is everybody within the bound, is
nothing overdue? What does not hold is logged as an error and counted.

Of the services on one store one audits a tenant at a time. It costs one read of the counters and of the events since
the last look.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from background.leadership import LeaderLease, Leadership
from background.rounds import Rounds
from router.assignment.caps import amounts_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.fairness.report import report
from router.history.cap_counts import CapCounts
from router.history.codec import read_content
from router.history.ports import Snapshots
from router.history.reconciliation import Movement, count_differences
from router.model.decision import Cause, DecisionEffect, Outcome, Way
from router.model.dispatch import Answer
from router.model.errors import NotPossible
from router.model.events import Fired, OfferAnswered
from router.model.records import Snapshot
from router.model.workforce import Pool
from router.workforce.ports import Revisions

LOOK_S = 5.0
"""Seconds between two looks."""
_HOLD_S = 20.0
_PAGE = 200
"""Events read at a time; calls that are being answered wait while they are looked at, for some milliseconds."""
ROLE = "auditing"
"""Held by a process of every service that has the store."""

_log = logging.getLogger(__name__)

Decided = tuple[Outcome, Cause, bool]
"""Outcome and cause of a decision, and whether somebody at capacity could not have it."""
STEP = "a step of a deadline"
Happened = Counter[Decided | Answer | str]
"""How often what was decided, what became of offers, and ``STEP`` fired."""
Overdue = Callable[[str], Awaitable[Sequence[str]]]
"""By tenant: each thing that is overdue, in words."""


class MonitorObserver(Protocol):
    """Is told of what the monitor sees."""

    def decided(self, tenant: str, outcome: str, cause: str, at_capacity: bool, times: int) -> None:
        """How many decisions were of a kind; of each decision once."""

    def answered(self, tenant: str, answer: str, times: int) -> None:
        """How many offers ended so; each once."""

    def stepped(self, tenant: str, times: int) -> None:
        """How many steps of deadlines fired; each once. Those that gave work items to others are decisions."""

    def offered(self, tenant: str, offers: int) -> None:
        """How many offers reps are to answer."""

    def stands(self, tenant: str, pool: str, distance: float, bound: float) -> None:
        """How far a pool's worst-off rep is from a fair share, and may be, in leads."""

    def audited(self, tenant: str, events: int, violations: int) -> None:
        """How far the log was audited, and how much was found wrong."""


class Monitor:
    """The monitor of one tenant.

    Parameters
    ----------
    tenant
        Whose counters.
    store, snapshots, planners
        Log, counters, and the pools as they are.
    overdue
        Says what should have been done by now.
    observer
        Is told of what is seen.
    """

    def __init__(
        self,
        tenant: str,
        store: Assignments,
        snapshots: Snapshots,
        planners: PlannerCache,
        overdue: Overdue,
        observer: MonitorObserver | None = None,
    ) -> None:
        self._tenant = tenant
        self._store = store
        self._snapshots = snapshots
        self._planners = planners
        self._overdue = overdue
        self._observer = observer
        self._before: Snapshot | None = None

    async def look(self) -> list[str]:
        """Return what does not hold since the last look; the first one only remembers how things stand.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        pools = await self._pools()
        before, after = self._before, await self._snapshots.take(self._tenant, list(pools), _members(pools))
        decided, differences = await self._compared(before, after, pools) if before else (Happened(), [])
        differences += await self._overdue(self._tenant)
        self._before = after
        self._tell(decided, after, pools, len(differences))
        return differences

    async def _pools(self) -> dict[str, Pool]:
        try:
            return dict((await self._planners.current(self._tenant)).roster.pools)
        except NotPossible:  # no rules yet, so nothing was routed
            return {}

    async def _compared(self, before: Snapshot, after: Snapshot, pools: dict[str, Pool]) -> tuple[Happened, list[str]]:
        """Return what happened between two snapshots, and what does not hold."""
        movement, decided, at = Movement(before), Happened(), before.number
        counts, is_counted = CapCounts({}, before.counts), bool(before.counts or after.counts)
        while at < after.number:
            page = await self._store.effects(self._tenant, after=at, before=after.number + 1, count=_PAGE)
            if not page:
                break
            for event in page:
                movement.follow(event)
                if isinstance(event, DecisionEffect):
                    decided[event.outcome, event.cause, event.met_full] += 1
                    if is_counted:
                        await self._count(counts, event)
                elif isinstance(event, OfferAnswered):
                    decided[event.answer] += 1
                    if is_counted:
                        await self._count_answer(counts, event)
                elif isinstance(event, Fired) and event.workforce:
                    decided[STEP] += 1
            at = page[-1].number
        differences = count_differences(counts.by_field, after.counts)
        return decided, [*movement.violations(after, pools), *differences]

    async def _count(self, counts: CapCounts, effect: DecisionEffect) -> None:
        """Count a decision under the caps that its owner had then."""
        if not effect.rep or (effect.way is Way.APART and effect.named):  # see ``Roster.apart``
            return
        planner = await self._planners.at(self._tenant, effect.rule_set_revision, effect.workforce_revision)
        if caps := planner.roster.caps_of(effect.pool, effect.rep, effect.kind, effect.at_ms):
            amounts = amounts_of(read_content(effect.number, effect.content))
            for cap in caps:
                counts.add(cap, effect.rep, amounts, effect.at_ms)

    async def _count_answer(self, counts: CapCounts, event: OfferAnswered) -> None:
        """Take back what an offer had counted under caps, unless it is accepted; or count what many were offered."""
        is_of_many = event.enters_ledger
        if not event.charge or (event.answer is Answer.ACCEPTED and not is_of_many):
            return
        (offer,) = await self._store.decisions(self._tenant, [event.offer])
        amounts, workforce = amounts_of(offer.head.item), event.workforce or offer.head.workforce_revision
        planner = await self._planners.at(self._tenant, offer.head.rule_set_revision, workforce)
        at_ms = event.at_ms if is_of_many else offer.at_ms
        for cap in planner.roster.caps_of(event.pool, event.rep, event.kind, at_ms):
            if is_of_many:
                counts.add(cap, event.rep, amounts, at_ms)
            else:
                counts.take_back(cap, event.rep, amounts, at_ms)

    def _tell(self, happened: Happened, after: Snapshot, pools: dict[str, Pool], wrong: int) -> None:
        if self._observer is None:
            return
        for what, times in happened.items():
            if isinstance(what, Answer):
                self._observer.answered(self._tenant, what, times)
            elif isinstance(what, str):
                self._observer.stepped(self._tenant, times)
            else:
                self._observer.decided(self._tenant, *what, times)
        self._observer.offered(self._tenant, sum(after.offers.values()))
        for pool, state in after.ledgers.items():
            share = report(pools[pool], state)
            self._observer.stands(self._tenant, pool, share.worst, share.bound)
        self._observer.audited(self._tenant, after.number, wrong)


def _members(pools: Mapping[str, Pool]) -> list[str]:
    return sorted({member.rep for pool in pools.values() for member in pool.members})


class MonitorRunner:
    """Looks at every tenant, again and again.

    Parameters
    ----------
    monitor
        Makes the monitor of a tenant.
    revisions
        Knows the tenants.
    lease
        Says who has the role.
    """

    def __init__(self, monitor: Callable[[str], Monitor], revisions: Revisions, lease: LeaderLease) -> None:
        self._monitor = monitor
        self._revisions = revisions
        self._leadership = Leadership(lease, ROLE, _HOLD_S)
        self._monitors: dict[str, Monitor] = {}
        self._rounds = Rounds(self._look, LOOK_S, "the monitor")

    def start(self) -> None:
        """Begin to look."""
        self._rounds.start()

    async def stop(self) -> None:
        """End."""
        await self._rounds.stop()

    async def _look(self) -> None:
        for tenant in await self._revisions.tenants():
            await self._look_at(tenant)

    async def _look_at(self, tenant: str) -> None:
        if not await self._leadership.leads(tenant):
            self._monitors.pop(tenant, None)
            return
        if tenant not in self._monitors:
            self._monitors[tenant] = self._monitor(tenant)
        for violation in await self._monitors[tenant].look():
            _log.error("tenants/%s: the monitor alarms: %s", tenant, violation)
