"""Deliveries under load: are changes told as fast as they come, while the receiver misbehaves and is killed?

Run as ``python -m benchmarks.live_deliveries``. Leads are routed in batches and closed one by one through the API, so
many changes a second for so long; meanwhile a subscription is told of them by ``fairlead serve``. Its receiver, a
process of its own, does something wrong with some of them, see ``benchmarks.misbehaving``, and is killed for a while in
the middle. Then it waits until all is taken, and holds what was taken against the log. Load, servers, store and
receiver share this machine: the table says what each takes of a processor.

It ends with 1 where a change was lost, came out of order or with another id or body, or where a server's memory grew
too much. How fast it was is told, not judged: see whether what was reached is what was asked for.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import click

import serving as _serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)

import uvloop  # isort: skip
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from benchmarks.compare import processor_s
from benchmarks.misbehaving import Ended, MisbehavingProcess
from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.secrets import write_new_key
from router.adapters.redis.repositories import Stores
from router.history.watch import Change, is_change
from store.embedded.server import EmbeddedServer
from tests.api import EVERYONE, Api, connected
from tests.chaos.crm import told_in_order
from tests.served import Served

TENANT, NAME = "default", "crm"
TICK_S = 0.1
"""Between two batches."""
TICKS_AT_ONCE = 10
LOOK_S = 0.25
KILLED_S = 3.0
FIRST_RETRY_S = 1
PATIENCE_S = 120.0
"""How long what is left may take, before it counts as lost."""
MOST_GROWTH_MIB = 150
_STATUS_MIB = 1024
_FEWEST = 2
"""Of ages that a quantile can be told of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for.

    Parameters
    ----------
    changes_per_s
        Of which half are routings, and half closings.
    seconds
        Of load.
    servers
        1: it answers calls and delivers. 2: one does either.
    wrong
        Share of changes that are first answered wrongly.
    """

    changes_per_s: int
    seconds: float
    servers: int
    wrong: float

    @property
    def changes(self) -> int:
        """How many come in all."""
        return int(self.changes_per_s * self.seconds)


@dataclass(slots=True)
class Watched:
    """What was seen while changes came, and until all were taken.

    Parameters
    ----------
    made, made_s
        Changes that were answered, and the seconds that they took.
    taken_meanwhile
        How many were taken in these seconds.
    waiting
        By the second since the load began: how many were made and not taken.
    drained_s
        Seconds behind the last change until all was taken; None: patience ended first.
    processor_s
        By process: of processor time, in these seconds.
    mib
        By server: its memory as the load began, and the most that it had.
    """

    made: int = 0
    made_s: float = 0.0
    taken_meanwhile: int = 0
    waiting: list[tuple[float, int]] = field(default_factory=list)
    drained_s: float | None = None
    processor_s: dict[str, float] = field(default_factory=dict)
    mib: dict[str, tuple[float, float]] = field(default_factory=dict)

    def most_waiting(self, until_s: float) -> int:
        """Return how many waited at most until so many seconds into the load."""
        return max((number for at_s, number in self.waiting if at_s < until_s), default=0)


class Run:
    """One measurement under way.

    Parameters
    ----------
    asked
        What is to be reached.
    api
        Of the server that is called.
    receiver
        Who is told.
    processes
        By name, whose processor time is told; those of servers begin with ``server``.
    """

    def __init__(self, asked: Asked, api: Api, receiver: MisbehavingProcess, processes: Mapping[str, int]) -> None:
        self._asked = asked
        self._api = api
        self._receiver = receiver
        self._processes = processes
        self._before = 0
        self.watched = Watched()

    async def measure(self, progress: Progress) -> Watched:
        """Make changes, and wait until all are taken."""
        watched, bars = self.watched, [progress.add_task(each, total=self._asked.changes) for each in ("made", "taken")]
        self._before, used_s = await self._receiver.taken(), self._used_s()
        watched.mib = {name: (mib(pid, "VmRSS"), 0.0) for name, pid in self._servers()}
        began, killing = time.perf_counter(), asyncio.create_task(self._kill())
        loading = asyncio.create_task(self._load(began))
        while not loading.done():
            await self._look(began, progress, bars)
            await asyncio.wait([loading], timeout=LOOK_S)
        await loading
        watched.made_s = time.perf_counter() - began
        watched.taken_meanwhile = await self._look(began, progress, bars)
        watched.processor_s = {name: now - used_s[name] for name, now in self._used_s().items()}
        await killing
        ended = time.perf_counter()
        while time.perf_counter() - ended < PATIENCE_S:
            if await self._look(began, progress, bars) >= watched.made:
                watched.drained_s = time.perf_counter() - ended
                break
            await asyncio.sleep(LOOK_S)
        watched.mib = {name: (watched.mib[name][0], mib(pid, "VmHWM")) for name, pid in self._servers()}
        return watched

    def _servers(self) -> Iterator[tuple[str, int]]:
        return ((name, pid) for name, pid in self._processes.items() if name.startswith("server"))

    def _used_s(self) -> dict[str, float]:
        return {"load": time.process_time(), **{name: processor_s(pid) for name, pid in self._processes.items()}}

    async def _look(self, began: float, progress: Progress, bars: list[TaskID]) -> int:
        taken = await self._receiver.taken() - self._before
        self.watched.waiting.append((time.perf_counter() - began, self.watched.made - taken))
        for bar, number in zip(bars, (self.watched.made, taken), strict=True):
            progress.update(bar, completed=number)
        return taken

    async def _kill(self) -> None:
        await asyncio.sleep(self._asked.seconds / 2)
        await self._receiver.kill()
        await asyncio.sleep(KILLED_S)
        await self._receiver.start()

    async def _load(self, began: float) -> None:
        """Begin with a batch at each tick, for as long as is asked for; no sooner than there is room among calls."""
        room, ticks = asyncio.Semaphore(TICKS_AT_ONCE), set[asyncio.Task[None]]()
        for number in range(int(self._asked.seconds / TICK_S)):
            await asyncio.sleep(began + number * TICK_S - time.perf_counter())
            await room.acquire()
            if time.perf_counter() - began > self._asked.seconds:
                break
            ticks.add(task := asyncio.create_task(self._tick(number)))
            task.add_done_callback(lambda _: room.release())
        await asyncio.gather(*ticks)

    async def _tick(self, number: int) -> None:
        """Route leads in a batch, and close them one by one."""
        n_leads = round(self._asked.changes_per_s * TICK_S / 2)
        results = await self._api.route_batch([self._api.wish(f"{number}-{each}") for each in range(n_leads)])
        self.watched.made += len(results)
        await asyncio.gather(*(self._close(result.decision.work_item) for result in results))

    async def _close(self, name: str) -> None:
        await self._api.complete(name)
        self.watched.made += 1


def mib(pid: int, what: str) -> float:
    """Return a figure of a process's memory, such as ``VmRSS``, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / _STATUS_MIB


@dataclass(frozen=True, slots=True)
class Judged:
    """What was taken beside what the log has; all are 0 where it is as it is to be."""

    lost: int
    unknown: int
    out_of_order: int
    differing: int

    @classmethod
    def of(cls, ended: Ended, changes: list[Change]) -> Judged:
        """Hold what was taken against the log's changes."""
        logged, told = {change.number for change in changes}, {event for event, _ in ended.taken}
        faults = list(told_in_order(ended.takings(), changes))
        return cls(len(logged - told), len(told - logged), len(faults), ended.differing)


async def measure(asked: Asked, console: Console) -> tuple[Watched, Ended, Judged]:
    """Start everything, measure, and judge."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        receiver = stack.enter_context(MisbehavingProcess(asked.wrong, f"{TENANT}-", f"-{NAME}"))
        store = EmbeddedServer(folder / "store", fsync="no")
        store.start()
        stack.callback(store.stop)
        async with _stores(store.url) as stores:
            first = _server(stack, folder, store.url)
            async with connected(await asyncio.to_thread(first.ready), TENANT, store.url) as api:
                await _arrange(api, receiver)
            names = ["server"] if asked.servers == 1 else ["server, deliveries", "server, calls"]
            servers = [first, *(_server(stack, folder, store.url) for _ in names[1:])]
            info = await stores.redis.info("server")
            processes = dict(zip(names, (each.process.pid for each in servers), strict=True))
            others = {"store": int(info["process_id"]), "receiver": receiver.pid}
            async with connected(await asyncio.to_thread(servers[-1].ready), TENANT, store.url) as api:
                with Progress(console=console, transient=True) as progress:
                    watched = await Run(asked, api, receiver, {**processes, **others}).measure(progress)
            ended = await receiver.ended()
            events = await stores.assignments.events(TENANT, count=4 * asked.changes)
            return watched, ended, Judged.of(ended, [event for event in events if is_change(event)])


@asynccontextmanager
async def _stores(url: str) -> AsyncIterator[Stores]:
    stores = Stores.connect(url)
    try:
        yield stores
    finally:
        await stores.close()


def _server(stack: ExitStack, folder: Path, url: str) -> Served:
    keys = folder / "secrets"
    if not keys.exists():
        write_new_key(keys)
    environ = {
        "FAIRLEAD_REDIS_URL": url,
        "FAIRLEAD_DURABILITY": "memory",
        "FAIRLEAD_SECRETS_KEY_FILE": str(keys),
        "FAIRLEAD_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "FAIRLEAD_DELIVERY_FIRST_RETRY_S": str(FIRST_RETRY_S),
    }
    server = Served(Path(tempfile.mkdtemp(dir=folder)), environ)
    stack.callback(server.close)
    return server


async def _arrange(api: Api, receiver: MisbehavingProcess) -> None:
    """Have one server deliver: it keeps the role when there are two."""
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.adopt(EVERYONE)
    subscription = deliveries.Subscription(url=receiver.url)
    await api.deliveries.CreateSubscription(
        deliveries.CreateSubscriptionRequest(parent=api.parent, subscription_id=NAME, subscription=subscription)
    )
    decision = await api.route("first")
    await api.complete(decision.work_item)
    while await receiver.taken() < 2:  # noqa: ASYNC110 (what is waited for happens in another process)
        await asyncio.sleep(LOOK_S)


def rows_of(asked: Asked, watched: Watched, ended: Ended, judged: Judged) -> Iterator[tuple[str, str]]:
    """Return what is printed."""
    yield "changes a second, asked for", f"{asked.changes_per_s:,}"
    yield "changes a second, reached", f"{watched.made / watched.made_s:,.0f}"
    yield "changes", f"{watched.made:,} in {watched.made_s:.1f} s"
    yield "deliveries a second meanwhile", f"{watched.taken_meanwhile / watched.made_s:,.0f}"
    yield "waiting at most, before the receiver was killed", f"{watched.most_waiting(asked.seconds / 2):,}"
    yield f"waiting at most, it was killed for {KILLED_S:g} s", f"{watched.most_waiting(float('inf')):,}"
    yield "waiting behind the last change", f"{watched.made - watched.taken_meanwhile:,}"
    drained = "never" if watched.drained_s is None else f"{watched.drained_s:.1f}"
    yield "seconds until all was taken then", drained
    for of, lags_s in (("a change", ended.lags_s), ("one first answered wrongly", ended.late_s)):
        yield f"age of {of} as it is taken, s", ages(lags_s)
    yield "taken again", f"{len(ended.taken) - len(ended.lags_s) - len(ended.late_s):,}"
    yield "wrong answers", f"{sum(ended.wrongs.values()):,}"
    for way, number in sorted(ended.wrongs.items()):
        yield f"  {way}", f"{number:,}"
    for name, used_s in watched.processor_s.items():
        yield f"of a processor: {name}", f"{used_s / watched.made_s:.2f}"
    for name, (begin, most) in watched.mib.items():
        yield f"MiB: {name}", f"{begin:.0f} at first, {most:.0f} at most"
    yield "lost", f"{judged.lost:,}"
    yield "told and not in the log", f"{judged.unknown:,}"
    yield "work items told otherwise than logged", f"{judged.out_of_order:,}"
    yield "ids or bodies that differ", f"{judged.differing:,}"


def ages(lags_s: list[float]) -> str:
    """Say how old changes were as they were taken.

    Examples
    --------
    >>> ages([1.0] * 98 + [2.0, 3.0, 9.0])
    'median 1.0, 1 of 100 above 3.0, most 9.0'
    """
    if len(lags_s) < _FEWEST:
        return "-"
    return f"median {median(lags_s):.1f}, 1 of 100 above {quantiles(lags_s, n=100)[98]:.1f}, most {max(lags_s):.1f}"


def is_right(watched: Watched, judged: Judged) -> bool:
    """Say whether all was told as it is to be, and memory was bounded."""
    grown = [most - begin for begin, most in watched.mib.values()]
    return judged == Judged(0, 0, 0, 0) and max(grown) < MOST_GROWTH_MIB


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--changes-per-s", type=click.IntRange(20), default=1_000, show_default=True, help="Asked for.")
@click.option("--seconds", type=click.FloatRange(2 * KILLED_S), default=20.0, show_default=True, help="Of load.")
@click.option("--servers", type=click.IntRange(1, 2), default=2, show_default=True, help="1: it delivers as well.")
@click.option("--wrong", type=click.FloatRange(0, 1), default=0.02, show_default=True, help="Share answered wrongly.")
def main(changes_per_s: int, seconds: float, servers: int, wrong: float) -> None:
    """Make changes at a rate, and see how those who misbehave are told of them."""
    asked, console = Asked(changes_per_s, seconds, servers, wrong), Console(width=110)
    watched, ended, judged = uvloop.run(measure(asked, console))
    table = Table("", "", show_header=False, title=f"deliveries while changes come, {servers} servers")
    for row in rows_of(asked, watched, ended, judged):
        table.add_row(*row)
    console.print(table)
    sys.exit(0 if is_right(watched, judged) else 1)


if __name__ == "__main__":
    main()
