"""A store of several servers: a primary that sentinels replace, and a cluster that spreads tenants."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import grpc
import pytest
from redis.crc import key_slot

from store import diagnostics
from store.clients import client_for
from store.durability import DurabilityRequirement
from tests.api import ASSIGNED, EVERYONE, Api, connected, differences
from tests.conftest import serving
from tests.patience import patient_client, until
from tests.topologies import SLOTS, Cluster, Watched

pytestmark = pytest.mark.long


@pytest.fixture
def losing_primary(short_path: Path, tenant: str) -> Iterator[Watched]:
    """Yield a primary, its replica and their sentinel for one test alone."""
    with ExitStack() as servers:
        yield Watched(short_path / tenant, servers)


@pytest.fixture
def losing_node(short_path: Path, tenant: str) -> Iterator[Cluster]:
    """Yield a cluster of three nodes for one test alone."""
    with ExitStack() as servers:
        yield Cluster(short_path / tenant, servers)


async def settle(api: Api) -> None:
    """Arrange three reps, a pool and rules."""
    for rep in ("ann", "bob", "eve"):
        await api.hire(rep, capacity={"LEAD": 100_000})
    await api.pool("everyone", ["ann", "bob", "eve"])
    await api.publish(EVERYONE)


# ------------------------------------------------------------------------------------------------------------ sentinels


async def test_a_failover_under_load_loses_nothing_that_was_acknowledged(losing_primary: Watched, tenant: str) -> None:
    given: dict[str, str] = {}
    lost = asyncio.Event()

    async def send(api: Api, sender: int) -> None:
        for number in count():
            try:
                decision = await api.route(f"L-{sender}-{number}")
            except grpc.aio.AioRpcError:  # not acknowledged: the replica may have it, or not
                if lost.is_set():
                    return
                continue
            given[f"L-{sender}-{number}"] = decision.rep
            if len(given) == 100:
                losing_primary.lose_primary()
                lost.set()

    replicated = DurabilityRequirement.read("replicas:1")
    async with serving(losing_primary.url, durability=replicated) as address, connected(address, tenant) as api:
        await settle(api)
        await asyncio.gather(*(send(api, sender) for sender in range(8)))
    until(losing_primary.has_failed_over)
    async with serving(losing_primary.url) as address, connected(address, tenant) as api:
        with patient_client(address, tenant) as client:
            after = await asyncio.to_thread(client.route, {}, source="crm", external_id="after")
        kept = {name: (await api.route(name)).rep for name in given}

    assert len(given) >= 100
    assert after.outcome == ASSIGNED
    assert kept == given
    assert losing_primary.replica.tells("replication", "role") == "master"
    assert await differences(losing_primary.url, tenant) == []


# -------------------------------------------------------------------------------------------------------------- cluster


def tenant_on(node: int, name: str = "company") -> str:
    """Return a tenant whose slot is one of a node's."""
    names = (f"{name}-{n}" for n in range(1000))
    return next(each for each in names if key_slot(each.encode()) * 3 // SLOTS == node)


async def test_a_cluster_spreads_tenants_and_keeps_each_together(cluster: Cluster) -> None:
    tenants = [tenant_on(node) for node in range(3)]
    async with serving(cluster.url) as address:
        for tenant in tenants:
            async with connected(address, tenant) as api:
                await settle(api)
                first = await api.route("L-1", request_id="r-1")
                await asyncio.gather(*(api.route(f"L-{n}") for n in range(2, 40)))
                await api.reassign(first.work_item)
                await api.complete(first.work_item)

    for tenant, keys in zip(tenants, cluster.keys(), strict=True):
        assert keys
        assert {key.partition("{")[2].partition("}")[0] for key in keys} & set(tenants) == {tenant}
        assert await differences(cluster.url, tenant) == []


async def test_in_a_cluster_each_tenant_s_node_says_when_a_lead_came(cluster: Cluster) -> None:
    async with serving(cluster.url) as address:
        for node in range(3):
            async with connected(address, tenant_on(node, "arrival"), cluster.url) as api:
                await settle(api)
                await api.adopt({**EVERYONE, "arrival": {"field": "arrived"}})

                decision = await api.route("L-1")

                stamp = (await api.item(decision.work_item)).attributes["arrived"]
                assert datetime.fromisoformat(str(stamp)) <= decision.decide_time.ToDatetime(UTC)


async def test_the_doctor_asks_every_node_of_a_cluster(cluster: Cluster) -> None:
    facts = await diagnostics.ask(cluster.url)

    assert len(facts) == 3
    assert {fact.settings["appendonly"] for fact in facts} == {"no"}


@pytest.mark.long
async def test_a_node_that_is_lost_fails_its_tenants_alone(losing_node: Cluster) -> None:
    staying, losing = tenant_on(0), tenant_on(1)
    for node in losing_node.nodes:
        node.ask("CONFIG", "SET", "cluster-require-full-coverage", "no")
    async with (
        serving(losing_node.url) as address,
        connected(address, staying) as here,
        connected(address, losing) as there,
    ):
        await settle(here)
        await settle(there)
        losing_node.nodes[1].stop()

        with pytest.raises(grpc.aio.AioRpcError, match="UNAVAILABLE"):
            await there.route("L-1")
        with pytest.raises(grpc.aio.AioRpcError, match="UNAVAILABLE"):
            await there.submit("L-2")
        assert (await here.route("L-1")).outcome == ASSIGNED


# ----------------------------------------------------------------------------------------------------------------- URLs


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis+sentinel:///leads", "names no server"),
        ("redis+sentinel://127.0.0.1:26379", "names no primary"),
        ("redis+cluster://127.0.0.1:99999", "a port of 1 to 65535"),
        ("redis+cluster://one,two:x", "is no host:port"),
        ("redis+cluster://one?decode=1", "allowed is sentinel_password"),
    ],
)
def test_a_url_that_cannot_be_read_says_what_is_allowed(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        client_for(url)
