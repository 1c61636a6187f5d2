"""Timers: what one takes in the store, how fast a log is followed, and what firing many at once does to routing.

Run as ``python -m benchmarks.timers [TIMERS]``, 100,000 if nothing is said. Every timer arises from a decision that a
lead waits, by following the log. Those of one minute then fire while leads are routed. Its time is simulated. It ends
with 1 where one of ``PROMISES`` does not hold.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from router.adapters.redis.repositories import Stores
from router.assignment.commands import RouteRequest
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.model.calendars import Absence
from router.model.workforce import Member, Pool, Record, Rep
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from router.rules.codec import dumps
from router.timers.runner import turn
from router.timers.timer import Timer, digest
from rules.revisions import Publication
from store.clock import SimulatedClock, simulate
from store.embedded.server import EmbeddedServer

TENANT = "default"
TIMERS = 100_000
OF_ONE_MINUTE = 10_000
MINUTE_S = 60
BATCH = 64
START_MS = 1_800_000_000_000
BACK_MS = START_MS + 86_400_000
"""When the first of those come back from leave for whom leads wait; one comes each second of a minute."""
MOST_BYTES = 256
MOST_GROWTH_BYTES = 64 * 1024 * 1024
LEAST_SHARE = 0.25
RULES = """
fields: {lane: {type: string}}
rules:
  - id: now
    when: {field: lane, op: eq, value: now}
    route: {pool: there}
default: {route: {pool: gone, require: [{rep: lane, op: has, item: lane}], fallback: [wait]}}
"""


class Followed(NamedTuple):
    """How a log was followed; ``processor_s`` is without the store's."""

    events: int
    seconds: float
    processor_s: float
    grown_bytes: int
    """What the process takes more at its peak."""
    timers: str
    """Digest of the set."""

    @property
    def events_per_s(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def processor_us(self) -> float:
        """Microseconds of the processor an event."""
        return self.processor_s / self.events * 1e6


class Measured(NamedTuple):
    """All that is told."""

    timers: int
    bytes_per_timer: float
    first: Followed
    again: Followed
    fired: int
    fired_s: float
    routed_share: float
    """How many leads a second beside the firing, of those without it."""


class Promise(NamedTuple):
    """What must hold, in words, and whether it does."""

    text: str
    holds: Callable[[Measured], bool]


PROMISES = (
    Promise("a timer takes at most 256 bytes in the store", lambda found: found.bytes_per_timer <= MOST_BYTES),
    Promise("the follower grows by at most 64 MiB", lambda found: found.first.grown_bytes <= MOST_GROWTH_BYTES),
    Promise("thrown away and made again it is the same set", lambda found: found.first.timers == found.again.timers),
    Promise("all that is due in one minute fires", lambda found: found.fired == min(found.timers, OF_ONE_MINUTE)),
    Promise("it fires within the minute", lambda found: found.fired_s <= MINUTE_S),
    Promise("routing beside it keeps a quarter of its pace", lambda found: found.routed_share >= LEAST_SHARE),
)
"""What was promised of timers."""


class Bench:
    """A tenant in which leads wait.

    Parameters
    ----------
    stores
        An empty store whose time is simulated.
    """

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.clock = SimulatedClock(stores.redis)
        self.planners = PlannerCache(stores.workforce, stores.rule_sets, stores.rule_sets)
        queries = WorkItemQueries(stores.assignments, self.planners)
        self.router = Router(stores.assignments, self.planners, queries, stores.customer_scores)

    async def arrange(self) -> None:
        """Enter who is there, and who is on leave."""
        await self.clock.set(START_MS * 1000, 0)
        rule_set = check(RULES).rule_set
        assert rule_set is not None
        await self.stores.rule_sets.publish(TENANT, None, Publication(0, RULES, dumps(rule_set), "", 1, 0, 0))
        lanes = [f"lane-{second}" for second in range(MINUTE_S)] + ["later"]
        reps = [Rep(lane, attributes={"lane": lane}, capacity={"LEAD": 0}) for lane in lanes]
        leave = [Absence(f"{rep.id}/1", START_MS, BACK_MS + 1000 * second) for second, rep in enumerate(reps)]
        leave[-1] = Absence("later/1", START_MS, BACK_MS + 86_400_000)
        records: dict[tuple[str, str], Record] = {
            ("rep", "there"): Rep("there"),
            ("pool", "there"): Pool("there", (Member("there"),)),
            ("pool", "gone"): Pool("gone", tuple(Member(lane) for lane in lanes)),
        }
        records |= {("rep", rep.id): rep for rep in reps} | {("absence", each.id): each for each in leave}
        await self.stores.workforce.write(TENANT, 0, records)

    async def fill(self, timers: int) -> None:
        """Have so many leads wait, those of one minute among the others."""
        every = max(timers // OF_ONE_MINUTE, 1)
        for start in track(range(0, timers, BATCH), "leads that wait"):
            numbers = range(start, min(start + BATCH, timers))
            lanes = [f"lane-{n // every % MINUTE_S}" if n % every == 0 else "later" for n in numbers]
            await self.route([(f"L-{number}", lane) for number, lane in zip(numbers, lanes, strict=True)])

    async def route(self, leads: Sequence[tuple[str, str]]) -> None:
        """Route leads: external id and lane."""
        items = [WorkItem(Kind.LEAD, "crm", external_id, {"lane": lane}) for external_id, lane in leads]
        await self.router.route_many(TENANT, [RouteRequest(item) for item in items])

    async def follow(self) -> Followed:
        """Follow the log from where it was followed to."""
        status = await self.stores.timers.timer_status(TENANT)
        start, used_s, peak = time.perf_counter(), time.process_time(), _peak_bytes()
        await self.stores.timer_follower(self.planners, TENANT).catch_up()
        seconds, processor_s = time.perf_counter() - start, time.process_time() - used_s
        grown = _peak_bytes() - peak
        timers = digest([timer async for timer in self.timers()])
        return Followed(status.events - status.followed, seconds, processor_s, grown, timers)

    async def timers(self) -> AsyncIterator[Timer]:
        """Yield all timers."""
        start = 0
        while page := await self.stores.timers.timers(TENANT, start):
            for timer in page:
                yield timer
            start += len(page)

    async def used_bytes(self) -> int:
        """Return what the store takes."""
        info = await self.stores.redis.info("memory")
        return int(info["used_memory"])

    async def routed_until(self, over: asyncio.Event) -> float:
        """Route until told to stop; return how many leads a second."""
        start, routed = time.perf_counter(), 0
        while not over.is_set():
            await self.route([(f"N-{start}-{routed + n}", "now") for n in range(BATCH)])
            routed += BATCH
        return routed / (time.perf_counter() - start)

    async def fire_all(self) -> tuple[int, float]:
        """Fire and follow as a service does, until nothing is due; return how many fired, in how many s."""
        start, fired = time.perf_counter(), 0
        follower = self.stores.timer_follower(self.planners, TENANT)
        while removed := (await turn(TENANT, follower, self.stores.timers)).removed:
            fired += removed
        return fired, time.perf_counter() - start


@asynccontextmanager
async def opened() -> AsyncIterator[Bench]:
    """Yield a bench on a private store."""
    simulate()
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), fsync="no")
        server.start()
        stores = Stores.connect(server.url)
        try:
            bench = Bench(stores)
            await bench.arrange()
            yield bench
        finally:
            await stores.close()
            server.stop()


async def alone(bench: Bench) -> float:
    """Return how many leads a second are routed while nothing fires."""
    over = asyncio.Event()
    routing = asyncio.create_task(bench.routed_until(over))
    await asyncio.sleep(3)
    over.set()
    return await routing


async def measure(timers: int) -> Measured:
    """Fill, follow, throw away, follow again, and fire beside routing."""
    async with opened() as bench:
        await bench.fill(timers)
        before = await bench.used_bytes()
        first = await bench.follow()
        per_timer = (await bench.used_bytes() - before) / timers
        await bench.stores.timers.forget_timers(TENANT)
        again = await bench.follow()
        routed_alone = await alone(bench)
        await bench.clock.set((BACK_MS + 1000 * MINUTE_S) * 1000, 0)
        over = asyncio.Event()
        routing = asyncio.create_task(bench.routed_until(over))
        fired, seconds = await bench.fire_all()
        over.set()
        routed_beside = await routing
    return Measured(timers, per_timer, first, again, fired, seconds, routed_beside / routed_alone)


def table_of(found: Measured) -> Table:
    """Return what is printed."""
    table = Table("", "", title=f"{found.timers:,} timers", show_header=False)
    table.add_row("bytes a timer in the store", f"{found.bytes_per_timer:.0f}")
    table.add_row("MiB that the follower grew by", f"{found.first.grown_bytes / 2**20:.0f}")
    table.add_row("events a second of the follower", f"{found.first.events_per_s:,.0f}")
    table.add_row("µs of its processor time an event", f"{found.first.processor_us:.0f}")
    table.add_row("digest of the set", found.first.timers)
    table.add_row("digest after it was thrown away", found.again.timers)
    table.add_row("due in one minute and fired beside routing", f"{found.fired:,}")
    table.add_row("share of the minute that it took", f"{found.fired_s / MINUTE_S:.0%}")
    table.add_row("routing beside it, of routing alone", f"{found.routed_share:.0%}")
    for promise in PROMISES:
        table.add_row(promise.text, "yes" if promise.holds(found) else "NO")
    return table


def _peak_bytes() -> int:
    return 1024 * getrusage(RUSAGE_SELF).ru_maxrss


def main() -> int:
    """Print the table; return 1 where a promise does not hold."""
    found = asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else TIMERS))
    Console(width=110).print(table_of(found))
    return int(not all(promise.holds(found) for promise in PROMISES))


if __name__ == "__main__":
    sys.exit(main())
