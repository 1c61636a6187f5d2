"""The judge of a round: waits until nothing is left to do, and holds what clients were told against the store.

Judged is a system that stands still: servers and workers are frozen meanwhile, or the log would grow under the
judge's hands.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from failures import StoreUnavailable
from notifications.adapters.redis.outbox import RedisOutbox
from notifications.adapters.redis.webhooks import RedisDeliveries
from router.adapters.queue import WorkSettings, routing_queue
from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.deadlines.notices import Notices
from router.history.replay import Replay
from router.history.tamper_check import TamperCheck
from router.history.timer_check import TimerCheck
from router.history.watch import is_change
from router.model.decision import Decision
from router.model.events import Event
from router.process.revisions.cache import ProcessCache
from serving.imports import KIND as IMPORT
from tests.chaos.book import BookFacts
from tests.chaos.checks import Change, Evidence, Room, violations
from tests.chaos.complaints import ComplaintFacts
from tests.chaos.crm import NAME as CRM
from tests.chaos.crm import CrmFacts
from tests.chaos.desk import PEOPLE, DeskFacts, desk_of
from tests.chaos.facts import Facts
from tests.chaos.history import Try
from tests.chaos.lenders import QUEUE, Lendings
from tests.chaos.lists import ListFacts
from tests.chaos.moves import MoveFacts
from tests.chaos.offers import OpenOffers
from tests.chaos.plan import Fault
from tests.chaos.processes import until
from tests.chaos.system import System
from tests.chaos.terms import Terms
from tests.chaos.told import HARMLESS, Told, ToldFacts, all_put, due_of, parents_of, told_facts
from tests.chaos.watcher import Watcher
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.jobs import JobState

_PAGE = 1000


class Judge:
    """Looks into the store of a tenant.

    Parameters
    ----------
    system
        What is judged.
    tenant
        Whose part of it.
    caps
        Open units each of their reps may have.
    terms
        Their leave, and their caps beside that.
    """

    def __init__(
        self,
        system: System,
        tenant: str,
        caps: Mapping[str, int],
        terms: Terms,
        stores: Stores,
        planners: PlannerCache,
    ) -> None:
        self._system = system
        self._tenant = tenant
        self._caps = caps
        self._terms = terms
        self._stores = stores
        self._planners = planners
        self._queue = routing_queue(stores.redis, WorkSettings(), 3600)
        self._imports = RedisQueue(stores.redis, IMPORT)
        self._outbox, self._deliveries = RedisOutbox(stores.redis), RedisDeliveries(stores.redis)
        self._told_before_rest: int | None = None
        self.evidence = Evidence([], [], {}, [], caps, terms)
        """What was judged by."""

    async def rest(self, watchers: Sequence[Watcher], patience_s: float) -> list[str]:
        """Wait until nothing is left to do, and freeze it so; return what never came to rest."""

        async def at_rest() -> bool:
            self._system.revive()
            if not await self._is_at_rest(watchers):
                return False
            self._system.freeze()
            if await self._is_at_rest(watchers):
                return True
            self._system.thaw()
            return False

        try:
            await until(at_rest, "rest", patience_s)
        except TimeoutError as error:
            self._system.freeze()
            return [f"{error}: {await self._queue.stats(self._tenant)}"]
        return []

    async def _is_at_rest(self, watchers: Sequence[Watcher]) -> bool:
        with suppress(StoreUnavailable):  # on a busy machine sentinels take a slow primary for lost
            stats = [await self._queue.stats(self._tenant), await self._imports.stats(desk_of(self._tenant))]
            moving = sum(each.counts[JobState.READY] + each.counts[JobState.LEASED] for each in stats)
            if moving or await self._could_be_woken() or not await self._all_told(watchers):
                return False
            return await self._all_delivered() and await self._all_heard()
        return False

    async def _all_heard(self) -> bool:
        """Say whether people heard of all that was for them before rest was waited for: there is always more."""
        desk = desk_of(self._tenant)
        if self._told_before_rest is None:
            self._told_before_rest = await self._outbox.last_told(desk)
        waiting = [each for rep in PEOPLE for each in (await self._outbox.waiting(desk, rep)).entries]
        return all(each.event > self._told_before_rest for each in waiting)

    async def _all_delivered(self) -> bool:
        """Say whether whoever is told outside has all there is; where nobody is, they have."""
        place = await self._deliveries.place(self._tenant, CRM)
        changes = await self.changes() if place else []
        return not place or (not place.parked and (not changes or place.event >= changes[-1].number))

    async def subscribed_changes(self) -> list[Event]:
        """Read what whoever is told outside is to be told of; a store that does not answer just now is asked again."""
        found: list[list[Event]] = []

        async def looked() -> bool:
            with suppress(StoreUnavailable):
                is_told = await self._deliveries.place(self._tenant, CRM)
                found.append(await self.changes() if is_told else [])
            return bool(found)

        await until(looked, "what the outside is told")
        return found[0]

    async def miscounted(self) -> list[str]:
        """Say whether what is counted as parked of who is told outside is another number than what is parked."""
        found: list[list[str]] = []

        async def looked() -> bool:
            with suppress(StoreUnavailable):
                place = await self._deliveries.place(self._tenant, CRM)
                chains = await self._deliveries.parked(self._tenant, CRM)
                kept, counted = sum(len(chain.changes) for chain in chains), place.parked if place else 0
                found.append([] if kept == counted else [f"{CRM}: {counted} changes are counted as parked, {kept} are"])
            return bool(found)

        await until(looked, "what is parked")
        return found[0]

    async def changes(self) -> list[Event]:
        """Read what happened to work items."""
        return [event for event in await self.events() if is_change(event)]

    async def _could_be_woken(self) -> bool:
        """Say whether anybody could take something that waits, or be offered it."""
        waiting = await self._stores.assignments.waiting(self._tenant)
        if not waiting:
            return False
        now_ms, offers, room = int(time.time() * 1000), OpenOffers(self._terms), Room(self._terms)
        routes = dict[str, str]()
        for event in await self.events():
            list(offers.enter(event))
            if isinstance(event, Change):
                room.enter(event)
            if isinstance(event, Decision):
                routes[event.item_id] = event.head.steps[0].removeprefix("pool ")
        free = {rep for rep, cap in self._caps.items() if room.fits(rep, now_ms, cap) and offers.is_there(rep, now_ms)}
        records = await self._stores.assignments.items(self._tenant, [item_id for _, item_id in waiting])
        return any(offers.takers(routes[record.item_id], record.refused, free, now_ms) for record in records if record)

    async def _all_told(self, watchers: Sequence[Watcher]) -> bool:
        changes = [event.number for event in await self.events() if isinstance(event, Change)]
        return not changes or all(watcher.reached >= changes[-1] for watcher in watchers)

    async def events(self, tenant: str = "") -> list[Event]:
        """Read the log; ``tenant``: another's."""
        events: list[Event] = []
        while page := await self._stores.assignments.events(
            tenant or self._tenant, after=events[-1].number if events else 0, count=_PAGE
        ):
            events += page
        return events

    async def verdict(self, history: Sequence[Try], watchers: Sequence[Watcher]) -> list[str]:
        """Return every violation; a store that does not answer just now is asked again."""
        found: list[list[str]] = []

        async def judged() -> bool:
            with suppress(StoreUnavailable):
                found.append(await self._verdict(history, watchers))
            return bool(found)

        await until(judged, "a verdict")
        return found[0]

    async def _verdict(self, history: Sequence[Try], watchers: Sequence[Watcher]) -> list[str]:
        events = await self.events()
        states = {item_id: await self._state(item_id) for item_id in {call.item_id for call in history} - {""}}
        self.evidence = Evidence(
            history, events, states, [watcher.seen for watcher in watchers], self._caps, self._terms
        )
        found = list(violations(self.evidence))
        stores = self._stores
        check = TimerCheck(stores.assignments, stores.timers, partial(stores.timer_follower, self._planners))
        replay = Replay(stores.assignments, stores.presences, self._planners, check, stores.processes)
        found += await self._replayed(replay)
        audit = TamperCheck(
            *(stores.assignments, stores.assignments, stores.workforce, stores.rule_sets, stores.rule_sets),
            stores.processes,
        )
        found += [f"audit: {text}" async for text in audit.faults(self._tenant)]
        return found

    async def _replayed(self, replay: Replay) -> list[str]:
        """Return what the log is said to differ in; where a guard is missing it may be none that can be replayed."""
        try:
            return [f"verify: {text}" async for text in replay.differences(self._tenant)]
        except (LookupError, AssertionError, ValueError) as error:
            return [f"verify: the log cannot be replayed: {error!r}"]

    async def desk(self) -> list[Event]:
        """Read the log of the desk; a store that does not answer just now is asked again."""
        found: list[list[Event]] = []

        async def looked() -> bool:
            with suppress(StoreUnavailable):
                found.append(await self.events(desk_of(self._tenant)))
            return bool(found)

        await until(looked, "the log of a desk")
        return found[0]

    async def told(
        self, log: Sequence[Event], heard: Mapping[Told, int], replies: Mapping[str, int], faults: Collection[Fault]
    ) -> ToldFacts:
        """Return what people of the desk were told; a store that does not answer just now is asked again."""
        desk, found = desk_of(self._tenant), list[ToldFacts]()
        notices = Notices(desk, self._stores.assignments, self._planners)

        async def looked() -> bool:
            with suppress(StoreUnavailable):
                due = await due_of(notices, log, (await self._stores.timers.followed(desk)).event)
                outbox = await all_put(self._outbox, desk)
                may_repeat = not HARMLESS.issuperset(faults)
                found.append(told_facts(due, outbox, heard, replies, parents_of(log), may_repeat=may_repeat))
            return bool(found)

        await until(looked, "what people were told")
        return found[0]

    async def facts(
        self,
        faults: Counter[Fault],
        replies: Counter[str],
        lendings: Lendings,
        watchers: Sequence[Watcher],
        beside: tuple[DeskFacts, BookFacts, ComplaintFacts, MoveFacts, ListFacts, CrmFacts, ToldFacts],
    ) -> Facts:
        """Return what is known of the round; a store that does not answer just now is asked again."""
        totals = Counter[str]()

        async def counted() -> bool:
            with suppress(StoreUnavailable):
                for queue in (self._queue, RedisQueue(self._stores.redis, QUEUE)):
                    totals.update((await queue.stats(self._tenant)).totals)
            return bool(totals)

        await until(counted, "what queues count")
        told_again = sum(watcher.told_again for watcher in watchers)
        return Facts(
            self.evidence,
            faults,
            replies,
            lendings,
            totals["submitted"],
            totals["expired"],
            told_again,
            *beside,
        )

    async def _state(self, item_id: str) -> str:
        record = await self._stores.assignments.item(self._tenant, item_id)
        if record:
            return str(record.state)
        job = await self._queue.find(self._tenant, item_id)
        return str(job.state) if job else ""


@asynccontextmanager
async def judge_of(system: System, tenant: str, caps: Mapping[str, int], terms: Terms) -> AsyncIterator[Judge]:
    """Open a way to the store, past what the service uses."""
    stores = Stores.connect(system.store.direct_url)
    planners = PlannerCache(
        stores.workforce, stores.rule_sets, stores.rule_sets, processes=ProcessCache(stores.processes)
    )
    try:
        yield Judge(system, tenant, caps, terms, stores, planners)
    finally:
        planners.close()
        await stores.close()
