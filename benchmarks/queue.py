"""Many work items submitted while workers are killed every few seconds: is every one accounted for, and how fast?

Run as ``python -m benchmarks.queue [ITEMS]``. A real service takes them in, real
``fairlead work`` processes route them, one of which gets kill -9 every five seconds and is replaced. At the end each
item is owned, waiting, unrouted or a dead letter; ``fairlead log replay`` makes every decision again, and
``fairlead log verify`` proves that nobody altered the log.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import world
from fairlead.client import FairleadClient, FairleadError
from fairlead.v1 import queue_pb2 as queues
from fairlead.v1 import routing_pb2 as routing

ITEMS = 100_000
WORKERS = 2
KILL_S = 5.0
LEASE_S = 2
BATCH = 500
_FAIRLEAD = str(Path(sys.executable).parent / "fairlead")
_READY = "listening on "


@dataclass
class Crew:
    """Worker processes, of which one is killed now and then and replaced.

    Parameters
    ----------
    data
        The data folder of the service.
    """

    data: Path
    killed: int = 0
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _over: Event = field(default_factory=Event)

    def run(self) -> None:
        """Work until told to stop."""
        draw = random.Random(3)
        self._processes = [self._hire() for _ in range(WORKERS)]
        while not self._over.wait(KILL_S):
            place = draw.randrange(WORKERS)
            self._processes[place].kill()
            self._processes[place].wait()
            self._processes[place] = self._hire()
            self.killed += 1
        for process in self._processes:
            process.terminate()
            process.wait()

    def stop(self) -> None:
        """Ask the workers to finish."""
        self._over.set()

    def _hire(self) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "FAIRLEAD_LEASE_S": str(LEASE_S), "OMP_NUM_THREADS": "1"}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # whoever starts so often must not compile everything each time
        environ["PYTHONPYCACHEPREFIX"] = str(self.data.parent / "bytecode")
        command = [_FAIRLEAD, "work", "--data", str(self.data)]
        return subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)


@contextmanager
def crew(data: Path) -> Iterator[Crew]:
    """Have workers for as long as it lasts."""
    hired = Crew(data)
    thread = Thread(target=hired.run)
    thread.start()
    try:
        yield hired
    finally:
        hired.stop()
        thread.join()


@contextmanager
def service(data: Path) -> Iterator[str]:
    """Run a service that takes in and leaves the work to others; yield its address."""
    environ = {**os.environ, "FAIRLEAD_WORKERS": "0", "OMP_NUM_THREADS": "1"}
    command = [_FAIRLEAD, "serve", "--listen", "127.0.0.1:0", "--data", str(data)]
    with (data.parent / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stderr=log)
    try:
        while _READY not in (text := (data.parent / "serve.log").read_text("utf-8")):
            assert process.poll() is None, text
            time.sleep(0.05)
        yield text.partition(_READY)[2].partition(";")[0]
    finally:
        process.terminate()
        process.wait()


def submit(address: str, items: int, n_regions: int, ids: set[str]) -> None:
    """Submit so many, each with a natural key; note the names of what was taken in."""
    draw = random.Random(5)

    def leads() -> Iterator[routing.WorkItem]:
        for number in range(items):
            lead = world.lead(draw, n_regions)
            lead.source, lead.external_id = "crm", str(number)
            yield lead

    with FairleadClient(address, timeout_s=60) as client:
        for submission in client.submit_many(leads(), batch_size=BATCH):
            if isinstance(submission, FairleadError):
                raise submission
            ids.add(submission.work_item)


def followed(client: FairleadClient, items: int, progress: Progress) -> tuple[queues.Queue, list[float]]:
    """Wait until every item is routed or dead; return the last counts and the waits seen, in seconds."""
    task, waits_s = progress.add_task("routed", total=items), list[float]()
    while True:
        counts = client.queue()
        waits_s.append(counts.next_wait_duration.ToTimedelta().total_seconds())
        progress.update(task, completed=counts.done_total)
        if counts.done_total + counts.dead_count >= items:
            return counts, waits_s
        time.sleep(0.25)


def accounted(client: FairleadClient, ids: set[str], console: Console) -> bool:
    """Say what became of each item: exactly one decision, or a dead letter."""
    decided = Counter(decision.work_item for decision in client.list_decisions())
    dead = {submission.work_item for submission in client.list_submissions("DEAD")}
    twice, lost, unasked = sum(n > 1 for n in decided.values()), ids - set(decided) - dead, set(decided) - ids
    console.print(
        f"{len(ids):,} submitted: {len(decided):,} decided, {len(dead):,} dead letters, {len(lost):,} lost, "
        f"{twice:,} decided twice, {len(unasked):,} decided unasked"
    )
    return not (lost or twice or unasked)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("items", default=ITEMS, type=click.IntRange(1), metavar=f"[ITEMS={ITEMS}]")
def main(items: int) -> None:
    """Submit ITEMS while workers are killed; exit with 0 if each is accounted for and the log verifies."""
    console = Console(width=120)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="fl-") as folder:
        data, ids = Path(folder) / "data", set[str]()
        with service(data) as address, FairleadClient(address, timeout_s=60) as client:
            n_regions, begin = world.build(address), time.perf_counter()
            submitting = Thread(target=submit, args=(address, items, n_regions, ids))
            with crew(data) as hired, Progress(*columns, console=console, transient=True) as progress:
                submitting.start()
                counts, waits_s = followed(client, items, progress)
                seconds = time.perf_counter() - begin
            submitting.join()
            show(console, counts, waits_s, seconds, hired.killed)
            complete = accounted(client, ids, console)
        verified = [
            subprocess.run([_FAIRLEAD, *command, "--data", str(data)], check=False).returncode == 0
            for command in (["log", "replay"], ["log", "verify"])
        ]
    sys.exit(0 if complete and all(verified) else 1)


def show(console: Console, counts: queues.Queue, waits_s: list[float], seconds: float, killed: int) -> None:
    """Print pace and age."""
    table = Table("items", "seconds", "items/s", "workers killed", "leases lost", "median wait s", "longest wait s")
    middle, longest = sorted(waits_s)[len(waits_s) // 2], max(waits_s)
    row = [f"{counts.done_total:,}", f"{seconds:.0f}", f"{counts.done_total / seconds:,.0f}", str(killed)]
    table.add_row(*row, f"{counts.expired_total:,}", f"{middle:.1f}", f"{longest:.1f}")
    table.title = f"{WORKERS} workers, one killed every {KILL_S:g} s, leases of {LEASE_S} s"
    console.print(table)


if __name__ == "__main__":
    main()
