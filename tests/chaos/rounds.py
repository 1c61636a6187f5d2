"""One round, straight down: arrange, let clients call while faults fall, heal, wait for rest, judge.

Every third round of a store that is alone begins with another past, which is lost with all of the store's data while
clients call: one server is asked meanwhile, the other stands still and wakes up with what it remembers.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, NamedTuple

import grpc

from failures import StoreUnavailable
from store.clients import client_for, close
from tests.api import Api, connected
from tests.chaos.altered import in_force
from tests.chaos.book import book_facts
from tests.chaos.checks import without_a_log
from tests.chaos.clients import Client, Leads
from tests.chaos.complaints import complaint_facts
from tests.chaos.crm import Crm, CrmFacts
from tests.chaos.desk import PEOPLE, Desk, desk_facts, desk_of
from tests.chaos.faults import Faults
from tests.chaos.history import PATIENCE_S, Try, long_enough
from tests.chaos.judge import judge_of
from tests.chaos.leaver import Leaver
from tests.chaos.lenders import QUEUE, Lender, Lendings
from tests.chaos.lists import list_facts
from tests.chaos.moves import move_facts
from tests.chaos.offers import DISPATCHES
from tests.chaos.plan import Event as Fall
from tests.chaos.plan import Fault, plan
from tests.chaos.processes import until
from tests.chaos.promises import count
from tests.chaos.publisher import Publisher
from tests.chaos.stores import Lone
from tests.chaos.system import System
from tests.chaos.tally import Tally
from tests.chaos.terms import Terms, drawn
from tests.chaos.told import Robots
from tests.chaos.watcher import Watcher
from workqueue.adapters.redis.queue import RedisQueue

CLIENTS = 8
WATCHERS = 2
LENDERS = 3
CAP = 5
REPS = 6
RULES = {
    "fields": {"handing": {"type": "string"}},
    "rules": [
        {
            "id": pool,
            "when": {"field": "handing", "op": "eq", "value": pool},
            "route": {"pool": pool, "fallback": ["wait"]},
        }
        for pool in DISPATCHES
    ],
    "default": {"route": {"pool": "everyone", "fallback": ["wait"]}},
}
_PAST_S = 0.5
_EACH = 3
"""Of so many rounds one begins with a loss."""


class Outside(NamedTuple):
    """Who is told outside: a system, and people."""

    crm: Crm
    robots: Robots


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
        The places inside scripts at which the store can be stopped.
    watchers_drop
        Whether watchers drop what they know already.
    patience_s
        How long to wait for rest.
    may_be_restless
        Whether it is no violation that rest does not come so soon.
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
    may_be_restless: bool = False
    falls: Sequence[Fall] = ()

    @property
    def tenant(self) -> str:
        """A tenant of its own."""
        return f"round-{self.number}"

    async def play(self, system: System) -> Tally:
        """Play it and judge."""
        random, tally = Random(f"{self.seed}/{self.number}/clients"), Tally(rounds=1)
        await system.store.ask("FLUSHALL")
        await system.ready()
        async with AsyncExitStack() as stack:
            apis = [
                await stack.enter_async_context(connected(address, self.tenant, system.store.direct_url))
                for address in system.addresses
            ]
            if Fault.STORE_EMPTIED in self.faults and self.number % _EACH == 0 and isinstance(system.store, Lone):
                terms = await self._arranged_after_a_loss(system, system.store, apis, random, tally)
            else:
                terms = await self._arranged(apis[0], "rep", random)
            desks = [
                await stack.enter_async_context(connected(address, desk_of(self.tenant), system.store.direct_url))
                for address in system.addresses
            ]
            crm, robots = Crm(Random(random.random())), Robots(PEOPLE, Random(random.random()))
            for receiver in (crm.receiver, robots.receiver):
                await stack.enter_async_context(receiver)
            await until(partial(crm.subscribe, apis[0]), "a subscription")
            await self._live(system, apis, desks, terms, random, tally, Outside(crm, robots))
        tally.violations += [*system.unasked_deaths(), *system.crashes()]
        return tally

    async def _arranged(self, api: Api, name: str, random: Random) -> Terms:
        """Hire reps of a name on terms of their own."""
        reps = [f"{name}-{number}" for number in range(REPS)]
        terms = drawn(random, reps, int(time.time() * 1000), self.seconds, DISPATCHES)
        await arrange(api, terms)
        return terms

    async def _arranged_after_a_loss(
        self, system: System, store: Lone, apis: list[Api], random: Random, tally: Tally
    ) -> Terms:
        """Let clients call until the store has lost everything; what they were told has no log to be held against."""
        history, sleeper = list[Try](), system.servers[0]
        leads = Leads(random, [*(await self._arranged(apis[0], "past", random)).leave], "past")
        async with _calling(apis, leads, history):
            await asyncio.sleep(_PAST_S)
            sleeper.send(signal.SIGSTOP)
            await store.emptied()
            await asyncio.sleep(_PAST_S)
        await system.ready()
        terms = await self._arranged(apis[1], "rep", random)
        sleeper.send(signal.SIGCONT)
        tally.faults[Fault.STORE_EMPTIED] += 1
        tally.unjudged += len(history)
        tally.calls += Counter((call.method, call.status) for call in history)
        tally.violations += without_a_log(history)
        return terms

    async def _live(
        self,
        system: System,
        apis: list[Api],
        desks: list[Api],
        terms: Terms,
        random: Random,
        tally: Tally,
        outside: Outside,
    ) -> None:
        desk = Desk(desks, Random(random.random()), outside.robots)
        await desk.arrange(_is_done)
        reps, history = [*terms.leave], list[Try]()
        lendings, publisher = Lendings(), Publisher(apis[0], RULES, Random(random.random()))
        system.replies()  # what was answered until now is no matter of this round
        watchers = [
            Watcher(apis, Random(random.random()), history, time.monotonic, drops_known=self.watchers_drop)
            for _ in range(WATCHERS)
        ]
        async with judge_of(system, self.tenant, dict.fromkeys(reps, CAP), terms) as judge:
            leaving = self._leaver(system, reps, Random(random.random()))
            async with _running(watcher.run() for watcher in watchers), self._lending(system, random, lendings):
                async with (
                    leaving as leaver,
                    _calling(apis, Leads(random, reps, "L"), history, publisher.run, leaver.run, desk.run),
                ):
                    faults = Faults(system, self.places, self.tenant, partial(long_enough, history))
                    await self._let_fall(faults, system.topology.pause_s, tally)
                restless = await judge.rest(watchers, self.patience_s)
            try:
                tally.violations += await judge.verdict(history, [] if restless else watchers)
                tally.violations += await judge.miscounted()
                log, replies = await judge.desk(), system.replies()
                moved, listed = move_facts(desk.movers, log), list_facts(log)
                taken = outside.crm.facts(await judge.subscribed_changes()) if not restless else CrmFacts()
                told = await judge.told(log, outside.robots.heard, replies, tally.faults)
                beside = desk_facts(log), book_facts(desk.books, log), complaint_facts(log), moved, listed, taken, told
                tally.violations += [text for facts in beside for text in facts.violations]
                count(tally, await judge.facts(tally.faults, replies, lendings, watchers, beside))
            finally:
                system.thaw()
        tally.violations += [] if self.may_be_restless else restless
        tally.violations += lendings.violations()
        tally.events, tally.items = len(judge.evidence.events), len(judge.evidence.states)
        tally.calls += Counter((call.method, call.status) for call in history)

    @asynccontextmanager
    async def _lending(self, system: System, random: Random, lendings: Lendings) -> AsyncIterator[None]:
        """Let workers of a queue of their own come late."""
        client = client_for(system.store.url, replicas=system.store.replicas)
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

    @asynccontextmanager
    async def _leaver(self, system: System, reps: list[str], random: Random) -> AsyncIterator[Leaver]:
        """Yield who lets reps leave and come back."""
        client = client_for(system.store.url, replicas=system.store.replicas)
        try:
            yield Leaver(client, self.tenant, reps, random)
        finally:
            await close(client)

    async def _let_fall(self, faults: Faults, pause_s: tuple[float, float], tally: Tally) -> None:
        until_s, falling = time.monotonic() + self.seconds, set[asyncio.Task[None]]()
        may_fall = [fault for fault in self.faults if fault is not Fault.STORE_EMPTIED]

        async def fall(event: Fall) -> None:
            (tally.faults if await faults.inject(event) else tally.missed)[event.fault] += 1

        for event in self.falls or plan(self.seed, self.number, may_fall, pause_s):
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


@asynccontextmanager
async def _calling(
    apis: list[Api], leads: Leads, history: list[Try], *others: Callable[[asyncio.Event], Coroutine[Any, Any, None]]
) -> AsyncIterator[None]:
    """Let clients call meanwhile, and others do what they do."""
    stopped = asyncio.Event()
    clients = [Client(apis, leads, history, time.monotonic) for _ in range(CLIENTS)]
    calling = [asyncio.create_task(run(stopped)) for run in (*(client.run for client in clients), *others)]
    try:
        yield
    finally:
        stopped.set()
        await asyncio.gather(*calling)


async def arrange(api: Api, terms: Terms) -> None:
    """Hire reps on terms, and let whoever cannot be taken wait; server and store may still be starting."""
    reps = [*terms.leave]
    for rep in reps:
        await until(partial(_is_done, partial(api.hire, rep, capacity={"LEAD": CAP})), f"{rep} to be hired")
    for pool in ("everyone", *DISPATCHES):
        await until(partial(_is_done, partial(api.pool, pool, reps)), "a pool")
    client = client_for(api.redis_url)
    await until(partial(_is_done, partial(terms.agree, client, api.tenant)), "terms")
    await close(client)
    await until(partial(_is_done, partial(api.adopt, RULES)), "rules")


async def _is_done(change: Callable[[], Awaitable[object]]) -> bool:
    """Say whether a change is made, or was by a try that was told otherwise."""
    try:
        await change()
    except grpc.aio.AioRpcError as error:
        if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ALREADY_EXISTS):
            raise
        return error.code() is grpc.StatusCode.ALREADY_EXISTS
    except StoreUnavailable:
        return False
    return True
