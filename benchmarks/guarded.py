"""What it costs to ask who calls: the check alone, and RouteWorkItem on an open server and on guarded ones, in turn.

Run as ``python -m benchmarks.guarded``.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, cast

from click.testing import CliRunner
from rich.console import Console
from rich.table import Table

from benchmarks import load, world
from benchmarks.serving import ROUNDS, ROUTE, server
from fairlead.v1 import routing_pb2 as routing
from gateway.calls.call import Call, Method
from gateway.cli import PUBLIC, token
from gateway.settings import Security

IN_FLIGHT = (1, 64)


def guarded(folder: Path) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the settings of a server that asks for tokens, and what a caller shows it."""
    CliRunner().invoke(token, ["keys", str(folder)], catch_exceptions=False)
    minted = (
        CliRunner().invoke(token, ["mint", str(folder), "--role", "manager"], catch_exceptions=False).output.strip()
    )
    settings = {"FAIRLEAD_JWKS": str(folder / PUBLIC), "FAIRLEAD_TOKEN_ISSUER": "fairlead-token"}
    return {**settings, "FAIRLEAD_TOKEN_AUDIENCE": "fairlead"}, [("authorization", f"Bearer {minted}")]


def processor_s(pid: int) -> float:
    """Return what a process has had of the processor, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(
    address: str, pid: int, request: bytes, in_flight: int, shown: list[tuple[str, str]]
) -> tuple[float, float]:
    """Return calls a second and processor time per call in µs; a busy machine disturbs the second less."""
    before = processor_s(pid)
    rates = load.put(address, ROUTE, request, in_flight, shown=shown)
    assert not rates.failed, "calls failed"
    calls = rates.calls_per_s * (load.SECONDS + load.WARM_UP_S)
    return rates.calls_per_s, (processor_s(pid) - before) / calls * 1e6


class CallStandIn:
    """Stands for gRPC's context, where the authorizer alone is measured."""

    def __init__(self, metadata: list[tuple[str, str]]) -> None:
        self._metadata = tuple(metadata)

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        """Return what the caller shows."""
        return self._metadata


async def alone(settings: Mapping[str, str], shown: list[tuple[str, str]]) -> float:
    """Return the processor time of letting one call in, in µs."""
    authorizer, context = Security.read(settings).authorizer(), CallStandIn(shown)
    method = Method.of(routing.DESCRIPTOR.services_by_name["RoutingService"].methods_by_name["RouteWorkItem"])
    request, n_calls = routing.RouteWorkItemRequest(parent=world.PARENT), 100_000
    start = time.process_time()
    for _ in range(n_calls):
        call = Call(method, request, cast(Any, context))
        if authorizer is not None:
            await authorizer.admit(call)
            authorizer.enter(call)
    return (time.process_time() - start) / n_calls * 1e6


def main() -> None:
    """Print what the authorizer costs alone, and calls a second and processor time per call of each server."""
    console = Console(width=120, file=sys.stdout)
    table = Table("in flight", "callers", "calls/s", "server's processor time, µs a call", "against the open server")
    table.title = f"RouteWorkItem, {load.generator()}, medians of {ROUNDS} rounds in turn"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        asking, shown = guarded(Path(folder))
        limits = {"FAIRLEAD_PRINCIPAL_CALLS_PER_S": "1000000", "FAIRLEAD_TENANT_CALLS_PER_S": "1000000"}
        kinds: dict[str, dict[str, str]] = {
            "anybody": {},
            "by token": asking,
            "by token, with rates": {**asking, **limits},
        }
        for kind, chosen in kinds.items():
            console.print(f"the authorizer alone, callers: {kind}: {asyncio.run(alone(chosen, shown)):.1f} µs a call")
        servers = {kind: running.enter_context(server(settings=chosen)) for kind, chosen in kinds.items()}
        regions = [world.build(address, shown=shown) for address, _ in servers.values()]
        lead = world.lead(random.Random(1), regions[0])
        request = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=lead).SerializeToString()
        for in_flight in IN_FLIGHT:
            rounds = [
                {kind: measured(a, p.pid, request, in_flight, shown) for kind, (a, p) in servers.items()}
                for _ in range(ROUNDS)
            ]
            for kind in kinds:
                rate, cost = (median(one[kind][figure] for one in rounds) for figure in (0, 1))
                more = median(one[kind][1] - one["anybody"][1] for one in rounds)
                table.add_row(str(in_flight), kind, f"{rate:,.0f}", f"{cost:,.0f}", f"{more:+.0f} µs")
    console.print(table)


if __name__ == "__main__":
    main()
