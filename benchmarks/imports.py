"""A book of work items that have their owners: how long its import takes, and that nobody's deficit moves.

A real service, whose private store has every write on disk before it is answered, routes a few leads and then imports
the book, in operations of 10,000. At the end ``fairlead log replay`` makes every decision again.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from benchmarks import world
from fairlead.client import FairleadClient
from fairlead.v1 import routing_pb2 as routing

ITEMS = 50_000
ROUTED = 2_000
PART = 10_000
MOST_S = 60.0
"""Seconds that ``ITEMS`` may take, or fewer; more may take longer by as much as they are more."""
_FAIRLEAD = str(Path(sys.executable).parent / "fairlead")
_READY = "listening on "


@contextmanager
def service(data: Path) -> Iterator[str]:
    """Run a service; yield its address."""
    log = data.parent / "serve.log"
    with log.open("wb") as stream:
        command = [_FAIRLEAD, "serve", "--listen", "127.0.0.1:0", "--data", str(data)]
        process = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=stream)
    try:
        while _READY not in (text := log.read_text("utf-8")):
            assert process.poll() is None, text
            time.sleep(0.05)
        yield text.partition(_READY)[2].partition(";")[0]
    finally:
        process.terminate()
        process.wait()


def leads(count: int, source: str, n_regions: int) -> list[routing.WorkItem]:
    """Make leads of a source."""
    draw, made = random.Random(7), []
    for number in range(count):
        lead = world.lead(draw, n_regions)
        lead.source, lead.external_id = source, str(number)
        made.append(lead)
    return made


def deficits(client: FairleadClient) -> Mapping[str, Mapping[str, float]]:
    """Return everybody's distance from a fair share, by pool."""
    return {pool.name: dict(client.fairness(pool.name).observed.per_rep) for pool in client.list_pools()}


def imported(client: FairleadClient, items: list[routing.WorkItem]) -> tuple[int, int]:
    """Import leads for everybody in turn; return how many were imported and refused."""
    owners, then = [rep.name for rep in client.list_reps()], datetime.now(UTC) - timedelta(days=30)
    done = refused = 0
    for start in range(0, len(items), PART):
        part = items[start : start + PART]
        book = (client.imported(item, owners[place % len(owners)], then) for place, item in enumerate(part))
        operation = client.import_work_items(book)
        answer = client.operations.result(operation.name, routing.ImportWorkItemsResponse)
        done, refused = done + answer.imported_count, refused + len(answer.refused)
    return done, refused


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("items", type=click.IntRange(1), default=ITEMS)
def main(items: int) -> None:
    """Import a book of ITEMS work items, 50,000 where none are said, and replay the log.

    Exits with 1 where it takes more than a minute (for each 50,000, if there are more), an item is refused, a deficit
    moved, or the replay finds a difference.
    """
    with tempfile.TemporaryDirectory(prefix="fl-") as folder:
        data = Path(folder) / "data"
        with service(data) as address, FairleadClient(address, timeout_s=300) as client:
            n_regions = world.build(address)
            assert len([*client.route_many(leads(ROUTED, "routed", n_regions))]) == ROUTED
            before, book, begin = deficits(client), leads(items, "book", n_regions), time.perf_counter()
            done, refused = imported(client, book)
            seconds, after = time.perf_counter() - begin, deficits(client)
        replay = subprocess.run([_FAIRLEAD, "log", "replay", "--data", str(data)], check=False)
    moved = sum(before[pool][rep] != after[pool][rep] for pool in before for rep in before[pool])
    print(f"{done:,} of {items:,} imported in {seconds:.1f} s, {done / seconds:,.0f} a second; {refused:,} refused")
    print(f"deficits that moved: {moved} of {sum(map(len, before.values()))}")
    may_take_s = MOST_S * max(1.0, items / ITEMS)
    print(f"within {may_take_s:,.0f} s: {'yes' if seconds <= may_take_s else 'no'}")
    sys.exit(done != items or moved > 0 or replay.returncode != 0 or seconds > may_take_s)


if __name__ == "__main__":
    main()
