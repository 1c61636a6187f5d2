"""What does it cost to offer a lead and have it accepted, beside giving it to somebody at once?

``python -m benchmarks.offers``: two servers of this tree that are set alike, but that the one's pool pushes its work
and the other's offers it. They are driven in turn by one client, in an order that changes from round to round: the one
with ``RouteWorkItem`` for each lead, the other with ``RouteWorkItem`` and ``AcceptWorkItem``. One pair is both in one
round. Printed is the median of the pairs' ratios with its 95 % interval, which assumes no distribution, once of the
time that a lead takes and once of the processor time of server and store together. It ends with 1 where an interval
lies above the limit, or reaches beyond it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

import click
import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from rich.console import Console
from rich.progress import track
from rich.table import Table

import serving  # noqa: F401 (before all that imports gRPC: it settles what gRPC reads from the environment)
from benchmarks import world
from benchmarks.compare import ROOT, SERVICE, MeasuredServer, interval
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import dispatch_pb2 as dispatch
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1 import workforce_pb2_grpc

LIMIT = 2.2
"""What an offer and its acceptance may cost, in pushes."""
IN_FLIGHT = (1, 64)
OFFERS_OPEN = 100
"""So many that nobody who is eligible is left out for the offers that they have."""
PUSH, OFFER = "push", "offer and acceptance"


@dataclass(frozen=True, slots=True)
class Taken:
    """What one round gave, by lead: all in microseconds, the last two of processor time."""

    time_us: float
    server_us: float
    store_us: float

    @property
    def processor_us(self) -> float:
        """Of server and store together."""
        return self.server_us + self.store_us


def offering(server: MeasuredServer) -> None:
    """Have a server's pool offer its work."""
    policy = dispatch.DispatchPolicy(mode=dispatch.DISPATCH_OFFER, offers_open=OFFERS_OPEN)
    pool = workforce.Pool(name=f"{world.PARENT}/pools/everyone", dispatch=policy)
    with grpc.insecure_channel(server.address) as channel:
        request = workforce.UpdatePoolRequest(pool=pool, update_mask=FieldMask(paths=["dispatch"]))
        workforce_pb2_grpc.WorkforceServiceStub(channel).UpdatePool(request)


def put(server: MeasuredServer, name: str, in_flight: int, seconds: float) -> Taken:
    """Let a server work, and see what a lead takes."""
    before = server.processor_s()
    began = time.perf_counter()
    leads = asyncio.run(_leads(server, name, in_flight, began + seconds))
    took_s = time.perf_counter() - began
    server_s, store_s = (now - then for now, then in zip(server.processor_s(), before, strict=True))
    return Taken(took_s / leads * 1e6, server_s / leads * 1e6, store_s / leads * 1e6)


async def _leads(server: MeasuredServer, name: str, in_flight: int, until: float) -> int:
    """Have leads be owned, so many at once; return how many were."""
    item, done = world.lead(random.Random(1), server.n_regions), 0
    wish = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=item).SerializeToString()
    async with grpc.aio.insecure_channel(server.address) as channel:
        route = channel.unary_unary(f"{SERVICE}RouteWorkItem", bytes, decisions.Decision.FromString)
        accept = channel.unary_unary(f"{SERVICE}AcceptWorkItem", routing.AcceptWorkItemRequest.SerializeToString, bytes)

        async def again() -> None:
            nonlocal done
            while time.perf_counter() < until:
                decision = await route(wish)
                if name is OFFER:
                    assert decision.outcome == decisions.Decision.OUTCOME_OFFERED, decision
                    number = int(decision.name.rpartition("/")[2])
                    await accept(routing.AcceptWorkItemRequest(name=decision.work_item, rep=decision.rep, offer=number))
                done += 1

        await asyncio.gather(*[again() for _ in range(in_flight)])
    return done


def verdict(low: float, high: float) -> str:
    """Say whether an interval of ratios is within the limit.

    Examples
    --------
    >>> verdict(1.9, 2.1), verdict(2.1, 2.3), verdict(2.3, 2.4)
    ('within 2.2', 'not shown', 'above 2.2')
    """
    return f"within {LIMIT}" if high <= LIMIT else f"above {LIMIT}" if low > LIMIT else "not shown"


def rows_of(taken: dict[str, list[Taken]]) -> list[list[str]]:
    """Return what is shown of one number of leads in flight: of time, and of processor time."""
    return [_row(taken, label, field) for label, field in (("time", "time_us"), ("processor", "processor_us"))]


def _row(taken: dict[str, list[Taken]], label: str, field: str) -> list[str]:
    pushes, offers = taken[PUSH], taken[OFFER]
    ratios = [getattr(offer, field) / getattr(push, field) for push, offer in zip(pushes, offers, strict=True)]
    low, high = interval(ratios)
    figures = [
        f"{_median(pushes, name):,.0f} → {_median(offers, name):,.0f}" for name in (field, "server_us", "store_us")
    ]
    return [label, figures[0], f"{median(ratios):.3f}", f"{low:.3f} … {high:.3f}", verdict(low, high), *figures[1:]]


def _median(taken: Sequence[Taken], name: str) -> float:
    return float(median(getattr(one, name) for one in taken))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pairs", type=click.IntRange(6), default=10, show_default=True, help="Rounds; each gives a pair.")
@click.option("--seconds", type=click.FloatRange(0.1), default=4.0, show_default=True, help="Of each round.")
def main(pairs: int, seconds: float) -> None:
    """Compare a pool that offers its work, and reps who accept, with one that pushes it."""
    console, shown = Console(width=150), list[str]()
    with ExitStack() as running:
        servers = {name: MeasuredServer(ROOT) for name in (PUSH, OFFER)}
        for server in servers.values():
            running.callback(server.stop)
        offering(servers[OFFER])
        console.print(f"{pairs} pairs of {seconds:g} s, load by an asyncio client, 100 rules, 100 reps")
        for in_flight in IN_FLIGHT:
            taken: dict[str, list[Taken]] = {name: [] for name in servers}
            for name, server in servers.items():
                put(server, name, in_flight, 1.0)  # while it warms up
            for number in track(range(pairs), description=f"{in_flight} in flight", console=console, transient=True):
                for name in random.Random(number).sample(list(servers), len(servers)):
                    taken[name].append(put(servers[name], name, in_flight, seconds))
            columns = (
                "of a lead",
                f"µs, {PUSH} → {OFFER}",
                "ratio",
                "95 % interval",
                f"limit {LIMIT}",
                "server",
                "store",
            )
            table = Table(*columns, title=f"{in_flight} in flight")
            for row in rows_of(taken):
                table.add_row(*row)
                shown.append(row[4])
            console.print(table)
    sys.exit(0 if set(shown) == {f"within {LIMIT}"} else 1)


if __name__ == "__main__":
    main()
