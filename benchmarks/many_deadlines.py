"""A million open deadlines: what their timers take, how they are followed, fire, and are listed of one rep.

Run as ``python -m benchmarks.many_deadlines [ITEMS]``, 100,000 work items if nothing is said, of which each has ten
deadlines with a step. They are imported with their owners, the log is followed, the timers are thrown away and made
again, and those of one minute fire. One rep has ten deadlines, and as many in a tenant of a thousand: what listing
them takes is compared in pairs, by the use case of ``ListDeadlines``. Its time is simulated. It ends with 1 where one
of ``PROMISES`` does not hold.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.compare import interval
from router.adapters.redis.repositories import Stores
from router.assignment.commands import ImportedItem
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.deadlines.queries import DeadlineQueries
from router.imports.service import Imports
from router.model.decision import Decision
from router.model.workforce import Member, Pool, Record, Rep
from router.model.workitem import Kind, WorkItem
from router.process.language.check import check_process
from router.process.revisions.cache import ProcessCache
from router.process.revisions.codec import dumps as dump_process
from router.process.revisions.publication import ProcessPublication
from router.rules.check import check
from router.rules.codec import dumps
from router.timers.runner import turn
from router.timers.timer import digest
from rules.revisions import Publication
from store.clock import SimulatedClock, simulate
from store.embedded.server import EmbeddedServer

TENANT, SMALL = "default", "small"
ITEMS, FEW_ITEMS = 100_000, 100
EACH = 10
"""Deadlines of a work item."""
OF_ONE_MINUTE = 10_000
MINUTE_S = 60
BATCH = 500
HOUR_MS = 3_600_000
START_MS = 1_800_000_000_000
FEW = "few"
"""The rep who has one work item."""
REPS = [f"rep-{number}" for number in range(100)]
PAIRS, CALLS = 14, 20
LIMIT = 1.25
"""What listing ten deadlines of a million may take, in what it takes to list ten of a thousand."""
MOST_BYTES = 256
MOST_GROWTH_BYTES = 64 * 1024 * 1024
RULES = "fields: {}\nrules: []\ndefault: {route: {pool: everyone}}\n"
_LINE = "{{id: d{0}, within: {1}h, clock: wall, until: completion, steps: [{{at: 100%, do: remind}}]}}"
PROCESS = "process: sales\nkinds: [LEAD]\nstages:\n  - id: new\n    deadlines:\n" + "".join(
    f"      - {_LINE.format(number, 24 if number == 0 else 100 + number)}\n" for number in range(EACH)
)


class Followed(NamedTuple):
    """How a log was followed: ``processor_s`` and what the process takes more at its peak are without the store's."""

    seconds: float
    processor_s: float
    grown_bytes: int
    timers: str


class Measured(NamedTuple):
    """All that is told; ``listed_ms`` of a rep with ten deadlines, in the large tenant and in the small one."""

    items: int
    imported_s: float
    bytes_per_timer: float
    timers: int
    first: Followed
    again: Followed
    due: int
    fired: int
    fired_s: float
    listed_ms: tuple[float, float]
    ratios: list[float]
    page_ms: float


class Promise(NamedTuple):
    """What must hold, in words, and whether it does."""

    text: str
    holds: bool


def promises(found: Measured) -> list[Promise]:
    """Return what was promised of deadlines."""
    _, high = interval(found.ratios)
    return [
        Promise("each deadline has a timer", found.timers == found.items * EACH),
        Promise("a timer takes at most 256 bytes in the store", found.bytes_per_timer <= MOST_BYTES),
        Promise("the follower grows by at most 64 MiB", found.first.grown_bytes <= MOST_GROWTH_BYTES),
        Promise("thrown away and made again it is the same set", found.first.timers == found.again.timers),
        Promise("all that is due in one minute fires", found.fired == found.due),
        Promise("it fires within the minute", found.fired_s <= MINUTE_S),
        Promise(f"ten of so many are listed as fast as ten of a thousand, within {LIMIT}", high <= LIMIT),
    ]


class Bench:
    """A tenant with work items in a process.

    Parameters
    ----------
    stores
        A store whose time is simulated.
    """

    def __init__(self, stores: Stores, tenant: str) -> None:
        self.stores = stores
        self.tenant = tenant
        processes = ProcessCache(stores.processes)
        self.planners = PlannerCache(stores.workforce, stores.rule_sets, stores.rule_sets, processes=processes)
        queries = WorkItemQueries(stores.assignments, self.planners)
        self.imports = Imports(stores.assignments, self.planners, queries, stores.customer_scores)
        self.deadlines = DeadlineQueries(stores.assignments, queries, self.planners)

    async def arrange(self) -> None:
        """Enter reps, rules and the process."""
        rule_set, process = check(RULES).rule_set, check_process(PROCESS).process
        assert rule_set is not None
        assert process is not None
        await self.stores.rule_sets.publish(self.tenant, None, Publication(0, RULES, dumps(rule_set), "", 1, 0, 0))
        reps = [*REPS, FEW]
        records: dict[tuple[str, str], Record] = {("rep", rep): Rep(rep) for rep in reps}
        records["pool", "everyone"] = Pool("everyone", tuple(map(Member, reps)))
        await self.stores.workforce.write(self.tenant, 0, records)
        publication = ProcessPublication(0, process.id, (Kind.LEAD,), ("new",), PROCESS, dump_process(process))
        await self.stores.processes.publish_process(self.tenant, None, publication)

    async def fill(self, items: int) -> tuple[int, float]:
        """Import so many; return of how many the first deadline is due in one minute, and seconds."""
        start, early = time.perf_counter(), min(OF_ONE_MINUTE, items // 2)
        for first in track(range(0, items, BATCH), f"work items of {self.tenant}"):
            answers = await self.imports.enter(self.tenant, [*_book(first, min(first + BATCH, items), early)])
            assert all(isinstance(answer, Decision) for answer in answers)
        return early, time.perf_counter() - start

    async def follow(self) -> Followed:
        """Follow the log from where it was followed to."""
        start, used_s, peak = time.perf_counter(), time.process_time(), _peak_bytes()
        await self.stores.timer_follower(self.planners, self.tenant).catch_up()
        seconds, processor_s = time.perf_counter() - start, time.process_time() - used_s
        return Followed(seconds, processor_s, _peak_bytes() - peak, await self.digest())

    async def digest(self) -> str:
        """Return the digest of all timers."""
        timers, start = [], 0
        while page := await self.stores.timers.timers(self.tenant, start):
            timers += page
            start += len(page)
        return f"{len(timers)} {digest(timers)}"

    async def fire_all(self) -> tuple[int, float]:
        """Fire and follow as a service does, until nothing is due; return how many fired, in how many s."""
        start, fired = time.perf_counter(), 0
        follower = self.stores.timer_follower(self.planners, self.tenant)
        while removed := (await turn(self.tenant, follower, self.stores.timers)).removed:
            fired += removed
        return fired, time.perf_counter() - start

    async def listed_ms(self, rep: str, expected: int) -> float:
        """Return how long it takes to list the deadlines of a rep, in milliseconds."""
        start = time.perf_counter()
        page = await self.deadlines.running(self.tenant, rep=rep, count=50)
        assert sum(len(item.deadlines) for item in page.items) == expected
        return (time.perf_counter() - start) * 1e3


def _book(first: int, last: int, early: int) -> Iterator[ImportedItem]:
    """Yield work items; the first deadline of some is due in an hour, within a minute."""
    for number in range(first, last):
        before_ms = 23 * HOUR_MS - number * 1000 * MINUTE_S // early if number < early else 0
        owner = FEW if number == FEW_ITEMS - 1 else REPS[number % len(REPS)]
        yield ImportedItem(WorkItem(Kind.LEAD, "crm", f"L-{number}"), owner, START_MS - before_ms)


@asynccontextmanager
async def opened() -> AsyncIterator[Stores]:
    """Yield a private store whose time is simulated."""
    simulate()
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder), fsync="no")
        server.start()
        stores = Stores.connect(server.url)
        try:
            await SimulatedClock(stores.redis).set(START_MS * 1000, 0)
            yield stores
        finally:
            await stores.close()
            server.stop()


async def measure(items: int) -> Measured:
    """Fill, follow, throw away, follow again, list, and fire."""
    async with opened() as stores:
        large, small = Bench(stores, TENANT), Bench(stores, SMALL)
        for bench, count in ((small, FEW_ITEMS), (large, items)):
            await bench.arrange()
            due, imported_s = await bench.fill(count)
            before = await _used_bytes(stores)
            first = await bench.follow()
        timers = int(first.timers.split()[0])
        per_timer = (await _used_bytes(stores) - before) / timers
        await stores.timers.forget_timers(TENANT)
        again = await large.follow()
        pairs = [await _pair(large, small, number) for number in track(range(PAIRS + 1), "ListDeadlines")][1:]
        page_ms = await large.listed_ms(REPS[7], 50 * EACH) if items >= 50 * len(REPS) else 0.0
        await SimulatedClock(stores.redis).set((START_MS + HOUR_MS + 1000 * MINUTE_S) * 1000, 0)
        fired, fired_s = await large.fire_all()
    ratios, medians = [one / other for one, other in pairs], tuple(map(median, zip(*pairs, strict=True)))
    return Measured(
        items,
        imported_s,
        per_timer,
        timers,
        first,
        again,
        due,
        fired,
        fired_s,
        (medians[0], medians[1]),
        ratios,
        page_ms,
    )


async def _pair(large: Bench, small: Bench, number: int) -> tuple[float, float]:
    """List ten deadlines in each tenant, call by call in turn; which comes first changes from pair to pair."""
    taken = {large: 0.0, small: 0.0}
    for _ in range(CALLS):
        for bench in (large, small) if number % 2 else (small, large):
            taken[bench] += await bench.listed_ms(FEW, EACH) / CALLS
    return taken[large], taken[small]


async def _used_bytes(stores: Stores) -> int:
    return int((await stores.redis.info("memory"))["used_memory"])


def _peak_bytes() -> int:
    return 1024 * getrusage(RUSAGE_SELF).ru_maxrss


def table_of(found: Measured) -> Table:
    """Return what is printed."""
    deadlines, (low, high) = found.items * EACH, interval(found.ratios)
    table = Table(
        "", "", title=f"{found.items:,} work items × {EACH} = {deadlines:,} open deadlines", show_header=False
    )
    table.add_row("work items imported a second", f"{found.items / found.imported_s:,.0f}")
    table.add_row("timers", f"{found.timers:,}")
    table.add_row("bytes a timer in the store", f"{found.bytes_per_timer:.0f}")
    table.add_row("MiB that the follower grew by", f"{found.first.grown_bytes / 2**20:.0f}")
    for name, followed in (("following", found.first), ("following again", found.again)):
        spent_us = followed.processor_s / found.items * 1e6
        rate = found.items / followed.seconds
        table.add_row(f"work items a second, {name}", f"{rate:,.0f}, {spent_us:,.0f} µs of the processor each")
    table.add_row("due in one minute, fired, seconds", f"{found.due:,}, {found.fired:,}, {found.fired_s:.1f}")
    table.add_row("ten deadlines of one rep, ms", f"{found.listed_ms[0]:.2f} of {deadlines:,}")
    table.add_row("", f"{found.listed_ms[1]:.2f} of {FEW_ITEMS * EACH:,}")
    table.add_row("ratio, 95 % interval", f"{median(found.ratios):.3f}, {low:.3f} … {high:.3f}; limit {LIMIT}")
    table.add_row(f"{50 * EACH} of one rep, ms", f"{found.page_ms:.1f}")
    for promise in promises(found):
        table.add_row(promise.text, "yes" if promise.holds else "NO")
    return table


def main() -> int:
    """Print the table; return 1 where a promise does not hold."""
    found = asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS))
    Console(width=130).print(table_of(found))
    return int(not all(promise.holds for promise in promises(found)))


if __name__ == "__main__":
    sys.exit(main())
