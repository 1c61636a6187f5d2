"""Many leads in one call: each on its own, in order."""

from __future__ import annotations

from collections import Counter
from typing import Any

import grpc

from tests.api import ASSIGNED, EXISTING_OWNER, Api, differences, last
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import everyone

pytestmark = ON_EVERY_STORE

Code = grpc.StatusCode


async def test_a_batch_answers_in_order_and_one_may_fail_alone(api: Api) -> None:
    await everyone(api, "ann", "bob")

    first, second, third = await api.route_batch([api.wish("L-1"), api.wish("L-2", colour="red"), api.wish("L-3")])

    assert first.decision.work_item.endswith("crm~L-1")
    assert second.error.code == Code.INVALID_ARGUMENT.value[0]
    assert third.decision.work_item.endswith("crm~L-3")


async def test_a_batch_of_the_largest_size_is_spread_and_verified(api: Api, store: Any) -> None:
    await everyone(api, "ann", "bob", "eve", "kim")

    results = await api.route_batch([api.wish(f"L-{n}") for n in range(1000)])

    assert Counter(last(result.decision.rep) for result in results) == dict.fromkeys(("ann", "bob", "eve", "kim"), 250)
    assert await differences(store.url, api.tenant) == []


async def test_the_same_lead_twice_in_a_batch_has_one_owner(api: Api) -> None:
    await everyone(api, "ann", "bob")

    results = await api.route_batch([api.wish("L-1"), api.wish("L-1")])

    assert [result.decision.outcome for result in results] == [ASSIGNED, EXISTING_OWNER]
    assert len({result.decision.rep for result in results}) == 1
