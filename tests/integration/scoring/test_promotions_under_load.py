"""A promotion every second while customers are scored: nothing fails, and no answer mixes two models.

Some thousand requests by default; ``FAIRLEAD_FULL=1`` asks 100,000 times.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import grpc
import pytest

from fairlead.v1 import scoring_pb2
from gateway.calls.pipeline import Pipeline
from gateway.grpc.server import GrpcServer
from scoring.customers import CustomerScorer
from scoring.registry.champions import Champions
from scoring.registry.registry import Registries, Registry
from scoring.rpc import add_to
from scoring.services import registries
from tests.scoring_models import CUSTOMER, NOON, ScoreBook, small_tables, write_model
from tests.training_data import FULL

N_REQUESTS = 100_000 if FULL else 2_000
CONCURRENCY = 16
VERSIONS = ("v1", "v2", "v3")


class Load:
    """Clients who score one customer, and what they were answered.

    Parameters
    ----------
    expected
        The intercept of each version, by name.
    """

    def __init__(self, expected: Mapping[str, float]) -> None:
        self.request = scoring_pb2.ScoreCustomerRequest(parent="tenants/default", customer={"id": "c"})
        self.request.customer.features.update(CUSTOMER)
        self.request.customer.as_of_time.FromDatetime(NOON)
        self.expected = expected
        self.log_odds: defaultdict[str, set[float]] = defaultdict(set)
        self.n_requests = 0

    async def score(self, channel: grpc.aio.Channel, promotions: Promotions) -> None:
        """Score until there was enough of everything."""
        score = channel.unary_unary(
            "/fairlead.v1.ScoringService/ScoreCustomer",
            scoring_pb2.ScoreCustomerRequest.SerializeToString,
            scoring_pb2.Score.FromString,
        )
        while self.n_requests < N_REQUESTS or promotions.count < 3 or len(self.log_odds) < 2:
            self.n_requests += 1
            answer = await score(self.request)
            assert answer.churn.base_log_odds == self.expected[answer.model_version]
            self.log_odds[answer.model_version].add(answer.churn.log_odds)


class Promotions:
    """A promotion every second, of one version after the other."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._done = asyncio.Event()
        self.count = 0

    async def go_on(self) -> None:
        while not self._done.is_set():
            self.count += 1
            await asyncio.to_thread(self._registry.promote, "churn", VERSIONS[self.count % 3], actor="test")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._done.wait(), 1.0)

    def end(self) -> None:
        self._done.set()


def written(folder: Path) -> dict[str, float]:
    """Write the versions, which differ in their intercept."""
    for shift, version in enumerate(VERSIONS):
        write_model(folder, version, tables=replace(small_tables(), bias=float(shift)))
    return {f"models/churn/versions/{version}": float(shift) for shift, version in enumerate(VERSIONS)}


@asynccontextmanager
async def served(stand: Registries) -> AsyncIterator[grpc.aio.Channel]:
    champions = Champions(stand, "churn")
    champions.start()
    server = grpc.aio.server()
    add_to(GrpcServer(server, Pipeline()), champions, CustomerScorer(lambda: None), ScoreBook(), stand)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(None)
    champions.stop()


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_no_answer_fails_or_mixes_two_models(tmp_path: Path) -> None:
    load, stand = Load(written(tmp_path)), registries(str(tmp_path))
    stand("").promote("churn", "v1", actor="test")
    promotions = Promotions(stand(""))

    async with served(stand) as channel:
        promoting = asyncio.create_task(promotions.go_on())
        try:
            await asyncio.gather(*(load.score(channel, promotions) for _ in range(CONCURRENCY)))
        finally:
            promotions.end()
            await promoting

    assert all(len(log_odds) == 1 for log_odds in load.log_odds.values())
    assert len(load.log_odds) >= 2
    assert load.n_requests >= N_REQUESTS
