"""A promotion every second while customers are scored: nothing fails, and no answer mixes two models.

Some thousand requests by default; ``FAIRLEAD_FULL=1`` asks 100,000 times.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from fairlead.v1 import scoring_pb2
from gateway.grpc.server import GrpcServer
from scoring.customers import CustomerScorer
from scoring.registry.champions import Champions
from scoring.rpc import add_to
from scoring.services import registries
from tests.scoring_models import CUSTOMER, NOON, ScoreBook, small_tables, write_model
from tests.training_data import FULL

N_REQUESTS = 100_000 if FULL else 2_000
CONCURRENCY = 16
VERSIONS = ("v1", "v2", "v3")


# over fifty lines because clients, promoter and judge share one clock
@pytest.mark.timeout(900)
async def test_no_answer_fails_or_mixes_two_models(tmp_path: Path) -> None:
    expected = {}
    for shift, version in enumerate(VERSIONS):
        tables = replace(small_tables(), bias=float(shift))
        write_model(tmp_path, version, tables=tables)
        expected[f"models/churn/versions/{version}"] = tables
    stand = registries(str(tmp_path))
    registry = stand("")
    registry.promote("churn", "v1", actor="test")
    champions = Champions(stand, "churn")
    champions.start()
    server = grpc.aio.server()
    add_to(GrpcServer(server), champions, CustomerScorer(lambda: None), ScoreBook(), stand)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    message = scoring_pb2.ScoreCustomerRequest(parent="tenants/default", customer={"id": "c"})
    message.customer.features.update(CUSTOMER)
    message.customer.as_of_time.FromDatetime(NOON)
    seen: dict[str, set[float]] = {}
    done, promotions, asked = asyncio.Event(), 0, 0

    async def promote() -> None:
        nonlocal promotions
        while not done.is_set():
            promotions += 1
            await asyncio.to_thread(registry.promote, "churn", VERSIONS[promotions % 3], actor="test")
            try:
                await asyncio.wait_for(done.wait(), 1.0)
            except TimeoutError:
                continue

    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        score = channel.unary_unary(
            "/fairlead.v1.ScoringService/ScoreCustomer",
            scoring_pb2.ScoreCustomerRequest.SerializeToString,
            scoring_pb2.Score.FromString,
        )

        async def ask() -> None:
            nonlocal asked
            while asked < N_REQUESTS or promotions < 3 or len(seen) < 2:
                asked += 1
                answer = await score(message)
                assert answer.churn.base_log_odds == expected[answer.model_version].bias
                seen.setdefault(answer.model_version, set()).add(answer.churn.log_odds)

        promoting = asyncio.create_task(promote())
        try:
            await asyncio.gather(*(ask() for _ in range(CONCURRENCY)))
        finally:
            done.set()
            await promoting
    await server.stop(None)
    champions.stop()

    assert all(len(found) == 1 for found in seen.values())
    assert len(seen) >= 2
    assert asked >= N_REQUESTS
