"""One round, straight down: arrange, let clients call while faults fall, heal, wait for rest, judge.

Judged is a system that stands still: servers and workers are frozen meanwhile, or the log would grow under the
judge's hands.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import grpc

from fairlead.v1 import workforce_pb2 as workforce
from router.adapters.redis.clients import client_for, close
from router.adapters.redis.stores import Stores
from router.adapters.working import WorkSettings, routing_queue
from router.audit import Audit
from router.books import Books
from router.decision import Decision
from router.events import Completed, Event
from router.verification import Verification
from tests.api import Api, connected
from tests.chaos.altered import in_force
from tests.chaos.checks import Evidence, violations
from tests.chaos.clients import Client, Leads
from tests.chaos.faults import Faults
from tests.chaos.history import Call
from tests.chaos.lenders import QUEUE, Lender, Lendings
from tests.chaos.plan import Event as Fall
from tests.chaos.plan import Fault, plan
from tests.chaos.system import PATIENCE_S, System, until
from tests.chaos.watcher import Watcher
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.jobs import State

CLIENTS = 8
WATCHERS = 2
LENDERS = 3
CAP = 5
REPS = [f"rep-{number}" for number in range(6)]
RULES = {"fields": {}, "default": {"route": {"pool": "everyone", "fallback": ["wait"]}}}
_PAGE = 1000


@dataclass(slots=True)
class Tally:
    """What a round, or a run, adds up to."""

    faults: Counter[Fault] = field(default_factory=Counter)
    missed: Counter[Fault] = field(default_factory=Counter)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    events: int = 0
    violations: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another."""
        self.faults += other.faults
        self.missed += other.missed
        self.calls += other.calls
        self.events += other.events
        self.violations += other.violations


@dataclass(frozen=True, slots=True)
class Round:
    """What one round is.

    Parameters
    ----------
    seed, number
        Make its plan.
    seconds
        How long clients call.
    faults
        What may fall.
    places
        The fail points there are.
    watchers_drop
        Whether watchers drop what they know already.
    patience_s
        How long to wait for rest; with less than the usual it may fail to come.
    falls
        What falls, all of it; absent: what the plan says, within ``seconds``.
    """

    seed: int
    number: int
    seconds: float
    faults: Sequence[Fault]
    places: list[str]
    watchers_drop: bool = True
    patience_s: float = PATIENCE_S
    falls: Sequence[Fall] = ()

    @property
    def tenant(self) -> str:
        """A tenant of its own."""
        return f"round-{self.number}"

    async def play(self, system: System) -> Tally:
        """Play it and judge."""
        random, tally, history = Random(f"{self.seed}/{self.number}/clients"), Tally(), list[Call]()
        await system.store.ask("FLUSHALL")
        async with AsyncExitStack() as stack:
            apis = [
                await stack.enter_async_context(connected(address, self.tenant, system.store.url))
                for address in system.addresses
            ]
            await arrange(apis[0])
            watchers = [
                Watcher(apis, Random(random.random()), history, time.monotonic, drops_known=self.watchers_drop)
                for _ in range(WATCHERS)
            ]
            lendings = Lendings()
            async with _running(watcher.run() for watcher in watchers), self._lending(system, random, lendings):
                await self._trouble(system, apis, random, history, tally)
                judge = await stack.enter_async_context(_judge(system, self.tenant))
                restless = await judge.rest(watchers, self.patience_s)
            try:
                tally.violations += await judge.verdict(history, [] if restless else watchers)
                tally.violations += restless if self.patience_s == PATIENCE_S else []
                tally.events = judge.last_event
            finally:
                system.thaw()
        tally.violations += lendings.violations()
        tally.calls = Counter((call.method, call.status) for call in history)
        tally.violations += system.unasked_deaths()
        return tally

    @asynccontextmanager
    async def _lending(self, system: System, random: Random, lendings: Lendings) -> AsyncIterator[None]:
        """Let workers of a queue of their own come late."""
        client = client_for(system.line.url)
        with in_force(system.edits):
            queue = RedisQueue(client, QUEUE)
        lenders = [
            Lender(queue, self.tenant, lendings, Random(random.random()), time.monotonic) for _ in range(LENDERS)
        ]
        stopped = asyncio.Event()
        lending = [asyncio.create_task(lender.run(stopped)) for lender in lenders]
        try:
            yield
        finally:
            stopped.set()
            await asyncio.gather(*lending)
            await close(client)

    async def _trouble(
        self, system: System, apis: list[Api], random: Random, history: list[Call], tally: Tally
    ) -> None:
        """Let clients call while faults fall."""
        stopped, leads = asyncio.Event(), Leads(random, REPS)
        clients = [Client(apis, leads, history, time.monotonic) for _ in range(CLIENTS)]
        calling = [asyncio.create_task(client.run(stopped)) for client in clients]
        try:
            await self._let_fall(Faults(system, self.places), tally)
        finally:
            stopped.set()
            await asyncio.gather(*calling)

    async def _let_fall(self, faults: Faults, tally: Tally) -> None:
        until_s, falling = time.monotonic() + self.seconds, set[asyncio.Task[None]]()

        async def fall(event: Fall) -> None:
            (tally.faults if await faults.inject(event) else tally.missed)[event.fault] += 1

        for event in self.falls or plan(self.seed, self.number, self.faults):
            if not self.falls and time.monotonic() + event.after_s > until_s:
                break
            await asyncio.sleep(event.after_s)
            falling.add(asyncio.create_task(fall(event)))
        await asyncio.gather(*falling)
        await asyncio.sleep(max(0.0, until_s - time.monotonic()))


@asynccontextmanager
async def _running(tasks: Iterable[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    running = [asyncio.create_task(task) for task in tasks]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def arrange(api: Api) -> None:
    """Hire reps with a cap, and let whoever cannot be taken wait; a server may still be starting."""

    async def listens() -> bool:
        try:
            await api.workforce.ListReps(workforce.ListRepsRequest(parent=api.parent), timeout=2)
        except grpc.aio.AioRpcError:
            return False
        return True

    await until(listens, "a server")
    for rep in REPS:
        await api.hire(rep, capacity={"LEAD": CAP})
    await api.pool("everyone", REPS)
    await api.adopt(RULES)


class Judge:
    """Looks into the store of a tenant."""

    def __init__(self, system: System, tenant: str, stores: Stores, books: Books) -> None:
        self._system = system
        self._tenant = tenant
        self._stores = stores
        self._books = books
        self._queue = routing_queue(stores.redis, WorkSettings(), 3600)
        self.last_event = 0

    async def rest(self, watchers: Sequence[Watcher], patience_s: float) -> list[str]:
        """Wait until nothing is left to do, and freeze it so; return what never came to rest."""

        async def at_rest() -> bool:
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
        counts = (await self._queue.stats(self._tenant)).counts
        moving = counts[State.READY] + counts[State.LEASED]
        return not moving and not await self._could_be_woken() and await self._all_told(watchers)

    async def _could_be_woken(self) -> bool:
        if not await self._stores.assignments.waiting(self._tenant, count=1):
            return False
        loads = await self._stores.assignments.loads(self._tenant)
        return sum(loads.values()) < CAP * len(REPS)

    async def _all_told(self, watchers: Sequence[Watcher]) -> bool:
        changes = [event.number for event in await self.events() if isinstance(event, Decision | Completed)]
        return not changes or all(watcher.reached >= changes[-1] for watcher in watchers)

    async def events(self) -> list[Event]:
        """Read the log."""
        events: list[Event] = []
        while page := await self._stores.assignments.events(
            self._tenant, after=events[-1].number if events else 0, count=_PAGE
        ):
            events += page
        return events

    async def verdict(self, history: Sequence[Call], watchers: Sequence[Watcher]) -> list[str]:
        """Return every violation."""
        events = await self.events()
        self.last_event = events[-1].number if events else 0
        states = {item_id: await self._state(item_id) for item_id in {call.item_id for call in history} - {""}}
        caps = dict.fromkeys(REPS, CAP)
        found = list(violations(Evidence(history, events, states, [watcher.seen for watcher in watchers], caps)))
        found += [f"verify: {text}" async for text in Verification(self._stores.assignments, self._books).differences(
            self._tenant)]  # fmt: skip
        audit = Audit(
            self._stores.assignments, self._stores.assignments, self._stores.workforce, self._stores.rule_sets
        )
        found += [f"audit: {text}" async for text in audit.faults(self._tenant)]
        return found

    async def _state(self, item_id: str) -> str:
        record = await self._stores.assignments.item(self._tenant, item_id)
        if record:
            return str(record.state)
        job = await self._queue.find(self._tenant, item_id)
        return str(job.state) if job else ""


@asynccontextmanager
async def _judge(system: System, tenant: str) -> AsyncIterator[Judge]:
    stores = Stores.connect(system.store.url)
    books = Books(stores.workforce, stores.rule_sets, stores.rule_sets)
    try:
        yield Judge(system, tenant, stores, books)
    finally:
        books.close()
        await stores.close()
