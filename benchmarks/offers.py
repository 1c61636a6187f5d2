"""What does it cost to offer a lead and have it accepted, beside giving it to somebody at once?

``python -m benchmarks.offers``: two servers of this tree that are set alike, but that the one's pool pushes its work
and the other's offers it: the one is driven with ``RouteWorkItem`` for each lead, the other with ``RouteWorkItem`` and
``AcceptWorkItem``, see ``benchmarks.beside``. It ends with 1 where an interval lies above the limit, or reaches beyond
it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time

import click
import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from benchmarks import world
from benchmarks.beside import IN_FLIGHT, Way, compare
from benchmarks.compare import SERVICE, MeasuredServer
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import dispatch_pb2 as dispatch
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1 import workforce_pb2_grpc

LIMIT = 2.2
"""What an offer and its acceptance may cost, in pushes."""
OFFERS_OPEN = 100
"""So many that nobody who is eligible is left out for the offers that they have."""


def offering(server: MeasuredServer) -> None:
    """Have a server's pool offer its work."""
    policy = dispatch.DispatchPolicy(mode=dispatch.DISPATCH_OFFER, offers_open=OFFERS_OPEN)
    pool = workforce.Pool(name=f"{world.PARENT}/pools/everyone", dispatch=policy)
    with grpc.insecure_channel(server.address) as channel:
        request = workforce.UpdatePoolRequest(pool=pool, update_mask=FieldMask(paths=["dispatch"]))
        workforce_pb2_grpc.WorkforceServiceStub(channel).UpdatePool(request)


async def pushed(server: MeasuredServer, in_flight: int, until: float) -> int:
    """Have leads be given to somebody at once; return how many were."""
    return await _leads(server, in_flight, until, are_offered=False)


async def offered(server: MeasuredServer, in_flight: int, until: float) -> int:
    """Have leads be offered and accepted; return how many were."""
    return await _leads(server, in_flight, until, are_offered=True)


async def _leads(server: MeasuredServer, in_flight: int, until: float, *, are_offered: bool) -> int:
    item, done = world.lead(random.Random(1), server.n_regions), 0
    wish = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=item).SerializeToString()
    async with grpc.aio.insecure_channel(server.address) as channel:
        route = channel.unary_unary(f"{SERVICE}RouteWorkItem", bytes, decisions.Decision.FromString)
        accept = channel.unary_unary(f"{SERVICE}AcceptWorkItem", routing.AcceptWorkItemRequest.SerializeToString, bytes)

        async def again() -> None:
            nonlocal done
            while time.perf_counter() < until:
                decision = await route(wish)
                if are_offered:
                    assert decision.outcome == decisions.Decision.OUTCOME_OFFERED, decision
                    number = int(decision.name.rpartition("/")[2])
                    await accept(routing.AcceptWorkItemRequest(name=decision.work_item, rep=decision.rep, offer=number))
                done += 1

        await asyncio.gather(*[again() for _ in range(in_flight)])
    return done


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pairs", type=click.IntRange(6), default=10, show_default=True, help="Rounds; each gives a pair.")
@click.option("--seconds", type=click.FloatRange(0.1), default=4.0, show_default=True, help="Of each round.")
@click.option(
    "--in-flight", type=click.IntRange(1), multiple=True, default=IN_FLIGHT, show_default=True, help="Calls at once."
)
def main(pairs: int, seconds: float, in_flight: tuple[int, ...]) -> None:
    """Compare a pool that offers its work, and reps who accept, with one that pushes it."""
    ways = Way("push", lambda _: None, pushed), Way("offer and acceptance", offering, offered)
    sys.exit(0 if compare(ways, LIMIT, pairs, seconds, in_flight) else 1)


if __name__ == "__main__":
    main()
