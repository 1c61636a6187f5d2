"""What it costs to ask who calls: RouteWorkItem on an open server and on guarded ones, in turn, in one run.

Run as ``python -m benchmarks.guarded``.
"""

from __future__ import annotations

import random
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from click.testing import CliRunner
from rich.console import Console
from rich.table import Table

from benchmarks import load, world
from benchmarks.serving import ROUNDS, ROUTE, server
from fairlead.v1 import routing_pb2 as routing
from gate.cli import PUBLIC, token

IN_FLIGHT = (1, 64)


def guarded(folder: Path) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the settings of a server that asks for tokens, and what a caller shows it."""
    CliRunner().invoke(token, ["keys", str(folder)], catch_exceptions=False)
    minted = (
        CliRunner().invoke(token, ["mint", str(folder), "--role", "manager"], catch_exceptions=False).output.strip()
    )
    settings = {"FAIRLEAD_JWKS": str(folder / PUBLIC), "FAIRLEAD_TOKEN_ISSUER": "fairlead-token"}
    return {**settings, "FAIRLEAD_TOKEN_AUDIENCE": "fairlead"}, [("authorization", f"Bearer {minted}")]


def main() -> None:
    """Print calls a second and latencies of each server."""
    table = Table("in flight", "callers", "calls/s", "p50 ms", "p99 ms", "of the open server's calls/s")
    table.title = f"RouteWorkItem, {load.generator()}, medians of {ROUNDS} rounds in turn"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        asking, shown = guarded(Path(folder))
        limits = {"FAIRLEAD_PRINCIPAL_CALLS_PER_S": "1000000", "FAIRLEAD_TENANT_CALLS_PER_S": "1000000"}
        kinds = {"anybody": {}, "by token": asking, "by token, with rates": {**asking, **limits}}
        addresses = {kind: running.enter_context(server(settings=chosen))[0] for kind, chosen in kinds.items()}
        regions = [world.build(address, shown=shown) for address in addresses.values()]
        lead = world.lead(random.Random(1), regions[0])
        request = routing.RouteWorkItemRequest(parent=world.PARENT, work_item=lead).SerializeToString()
        for in_flight in IN_FLIGHT:
            rounds = [
                {kind: load.put(address, ROUTE, request, in_flight, shown=shown) for kind, address in addresses.items()}
                for _ in range(ROUNDS)
            ]
            assert not any(one.failed for one_round in rounds for one in one_round.values()), "calls failed"
            for kind in kinds:
                rate, p50, p99 = (
                    median(getattr(one_round[kind], figure) for one_round in rounds)
                    for figure in ("calls_per_s", "p50_ms", "p99_ms")
                )
                share = median(one_round[kind].calls_per_s / one_round["anybody"].calls_per_s for one_round in rounds)
                table.add_row(str(in_flight), kind, f"{rate:,.0f}", f"{p50:.2f}", f"{p99:.2f}", f"{share:.2f}")
    Console(width=120, file=sys.stdout).print(table)


if __name__ == "__main__":
    main()
