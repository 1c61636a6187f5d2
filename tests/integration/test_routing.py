"""Routing as a client sees it: every method, on every store, one idea at a time."""

from __future__ import annotations

import grpc
import pytest

from tests.api import ASSIGNED, EVERYONE, Api, last
from tests.conftest import ON_EVERY_STORE

pytestmark = ON_EVERY_STORE


async def test_a_lead_gets_an_owner(api: Api) -> None:
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.publish(EVERYONE)

    decision = await api.route("L-1")

    assert decision.outcome == ASSIGNED
    assert last(decision.rep) == "ann"
    assert last(decision.pool) == "everyone"


async def test_without_published_rules_nothing_can_be_routed(api: Api) -> None:
    await api.hire("ann")

    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await api.route("L-1")

    assert failed.value.code() == grpc.StatusCode.FAILED_PRECONDITION
