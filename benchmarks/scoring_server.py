"""The scoring server that is measured, and beside it a method that does nothing with the same messages.

``python -m benchmarks.scoring_server REGISTRY`` prints its port as one line and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
import uvloop

from benchmarks.scoring_model import request
from fairlead.v1 import scoring_pb2
from gateway.calls.call import Call
from gateway.calls.pipeline import Pipeline
from gateway.grpc.server import GrpcServer
from scoring.customers import CustomerScorer
from scoring.memory import LastScore
from scoring.registry.champions import Champions
from scoring.rpc import add_to
from scoring.rpc.scoring import ScoringServicer
from scoring.services import registries
from serving.lifecycle import settle_garbage


class Notes:
    """Remembers scores in a dictionary, as the service does until they are written."""

    def __init__(self) -> None:
        self.noted: dict[tuple[str, str], LastScore] = {}

    def note(self, tenant: str, score: LastScore) -> None:
        """Take a note."""
        self.noted[tenant, score.customer] = score

    async def keep(self, tenant: str, scores: Sequence[LastScore]) -> None:
        """Take notes."""
        for score in scores:
            self.note(tenant, score)


EMPTY = "fairlead.benchmarks.Empty"


async def serve(folder: Path) -> None:
    """Serve until the standard input ends."""
    stand = registries(str(folder))
    champions = Champions(stand, "benchmark")
    champions.start()
    scorer = CustomerScorer(lambda: None)
    server = grpc.aio.server()
    grpc_server = GrpcServer(server, Pipeline())
    memory = Notes()
    add_to(grpc_server, champions, scorer, memory, stand)
    answer = await ScoringServicer(champions, scorer, memory).ScoreCustomer(request(0), None)  # type: ignore[arg-type]
    server.add_generic_rpc_handlers((_empty_handler(grpc_server, answer),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    settle_garbage()
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop(None)
    champions.stop()


def _empty_handler(grpc_server: GrpcServer, answer: scoring_pb2.Score) -> grpc.GenericRpcHandler[Any, Any]:
    async def score(_: Any, __: Call) -> scoring_pb2.Score:
        return answer

    method = scoring_pb2.DESCRIPTOR.services_by_name["ScoringService"].methods_by_name["ScoreCustomer"]
    handler = grpc_server.handler(score, method)
    return grpc.method_handlers_generic_handler(EMPTY, {"ScoreCustomer": handler})


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
