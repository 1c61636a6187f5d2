"""Where nobody says as of when a customer is scored, it is the one clock that says so, simulated or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fairlead.v1 import scoring_pb2, scoring_pb2_grpc
from router.adapters.redis.keys import Keys
from router.adapters.redis.repositories import Stores
from scoring.registry.adapters.storage import LocalStorage
from scoring.registry.registry import Registry
from serving.settings import OperationSettings
from store.clock import SimulatedClock
from store.embedded.server import EmbeddedServer
from tests.api import Api, connected
from tests.conftest import serving
from tests.scoring_models import CUSTOMER, NOON, write_model
from workqueue.adapters.redis.queue import RedisQueue

MONDAY = datetime(2031, 3, 3, 9, tzinfo=UTC)


@pytest.fixture
async def monday(own_store: EmbeddedServer, tmp_path: Path, tenant: str) -> AsyncIterator[Api]:
    """Yield a service whose time is simulated and stands, with a champion and a table to rescore."""
    write_model(tmp_path / "models", "v1")
    Registry(LocalStorage(tmp_path / "models"), lambda: NOON).promote("churn", "v1", actor="test")
    (tmp_path / "data" / f"@{tenant}").mkdir(parents=True)
    pq.write_table(pa.table({"customer": ["C-1"]}), tmp_path / "data" / f"@{tenant}" / "table.parquet")
    folders = OperationSettings(rescoring_data=str(tmp_path / "data"), rescoring_out=str(tmp_path / "out"), workers=0)
    chosen: dict[str, Any] = {"simulated_clock": True, "models": str(tmp_path / "models"), "operations": folders}
    async with (
        serving(own_store.url, **chosen) as address,
        connected(address, tenant, own_store.url) as api,
    ):
        stores = Stores.connect(own_store.url)
        await SimulatedClock(stores.redis).set(round(MONDAY.timestamp() * 1e6), 0)
        await stores.close()
        yield api


async def test_a_customer_is_scored_as_of_the_simulated_time(monday: Api) -> None:
    scoring: Any = scoring_pb2_grpc.ScoringServiceStub(monday.channel)
    request = scoring_pb2.ScoreCustomerRequest(parent=monday.parent)
    request.customer.id = "C-1"
    request.customer.features.update(CUSTOMER)
    stores = Stores.connect(monday.redis_url)

    await scoring.ScoreCustomer(request)
    while (noted := await stores.redis.get(Keys(monday.tenant).customer("C-1"))) is None:
        pass
    await stores.close()

    assert int(noted.split()[0]) == round(MONDAY.timestamp() * 1000)


async def test_customers_are_rescored_as_of_the_simulated_time(monday: Api) -> None:
    scoring: Any = scoring_pb2_grpc.ScoringServiceStub(monday.channel)
    request = scoring_pb2.RescoreCustomersRequest(parent=monday.parent, data_path="table.parquet", out_path="scored")
    stores = Stores.connect(monday.redis_url)

    await scoring.RescoreCustomers(request)
    payloads = [payload async for _, payload in RedisQueue(stores.redis, "rescore").payloads(monday.tenant)]
    await stores.close()

    assert [MONDAY.isoformat().encode() in payload for payload in payloads] == [True]
