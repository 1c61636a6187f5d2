"""The server that is measured: Fairlead as it is, and beside it a method that does nothing with the same messages.

``python -m benchmarks.server`` prints its address as one line and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import grpc
import uvloop

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from gateway.calls.call import Call
from gateway.calls.pipeline import Pipeline
from gateway.grpc.server import GrpcServer
from router.adapters.redis.library import script
from router.history import monitor
from serving.lifecycle import settle_garbage
from serving.settings import Settings
from serving.wiring import Service
from store.embedded.server import EmbeddedServer

EMPTY = "fairlead.benchmarks.Empty"
FACTS = "fairlead.benchmarks.Facts"


def empty_handler(grpc_server: GrpcServer) -> grpc.GenericRpcHandler[Any, Any]:
    """Return a method that answers every RouteWorkItemRequest with the same decision."""
    name = "tenants/default/reps/rep-3"
    answer = decisions.Decision(
        name="tenants/default/decisions/123456",
        work_item="tenants/default/workItems/~dqmhpuuk7fd3itxzjodq6t3ciy",
        outcome=decisions.Decision.OUTCOME_ASSIGNED,
        rep=name,
        pool="tenants/default/pools/pool-1",
        epoch=1,
        rule_set_revision=1,
        matched_rules=["rule-17"],
        candidates=[decisions.Candidate(rep=name, verdict=decisions.Candidate.VERDICT_CHOSEN, entitlement=0.1)],
        cause=decisions.Decision.CAUSE_ROUTED,
        workforce_revision=3,
        steps=["pool pool-1"],
        charge=1.0,
        trace_hash="0" * 40,
    )
    answer.decide_time.GetCurrentTime()

    async def route(_: Any, __: Call) -> decisions.Decision:
        return answer

    method = routing.DESCRIPTOR.services_by_name["RoutingService"].methods_by_name["RouteWorkItem"]
    handler = grpc_server.handler(route, method)
    return grpc.method_handlers_generic_handler(EMPTY, {"RouteWorkItem": handler})


def facts_handler(service: Service) -> grpc.GenericRpcHandler[Any, Any]:
    """Return a method that says, as JSON, what is switched on in the server that runs."""

    async def facts(_: bytes, __: object) -> bytes:
        planner = await service._planners.current("default")
        memo = planner.memo
        told = {
            "durability": service.durability.level.name,
            "rules by": type(planner.engine).__name__,
            "monitor looks every s": monitor.LOOK_S,
            "plans remembered": 1 - memo.missed / max(memo.asked, 1),
            "log is chained": "sha1hex(log.link" in script("bind").source,
        }
        return json.dumps(told).encode()

    return grpc.method_handlers_generic_handler(FACTS, {"Tell": grpc.unary_unary_rpc_method_handler(facts)})


async def serve(settings: Settings, redis_url: str) -> None:
    """Serve until the standard input ends."""
    service = Service(settings, redis_url)
    service.server.add_generic_rpc_handlers(
        (empty_handler(GrpcServer(service.server, Pipeline())), facts_handler(service))
    )
    address = await service.start("127.0.0.1:0")
    settle_garbage()
    print(address, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await service.drain()


def main() -> None:
    """Serve on an embedded store in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read(os.environ, listen="127.0.0.1:0", data=Path(folder))
        embedded = EmbeddedServer(settings.data, settings.fsync)
        embedded.start()
        try:
            uvloop.run(serve(settings, embedded.url))
        finally:
            embedded.stop()


if __name__ == "__main__":
    main()
