"""Whose work items there are, by customer: as they come, become another's, and are erased."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from router.assignment.commands import UpdateRequest
from router.assignment.updating import Updating
from router.deadlines.noting import Noting
from router.deadlines.satisfaction import SatisfactionRequest, Satisfied
from router.erasure.ports import Counts
from router.model.errors import NotPossible
from router.model.events import Note
from tests.contract.test_sealing import BY_CLIENT, PHONE, WITHOUT_CUSTOMERS, World, redis, world

__all__ = ["redis", "world"]


async def theirs(world: World, customer: str, **given: Any) -> list[str]:
    return [item_id for _, item_id in await world.store.of_customer(world.tenant, customer, **given)]


async def becomes(world: World, item_id: str, **attributes: Any) -> None:
    updating = Updating(world.store, world.planners, world.queries, world.customer_scores)
    paths = frozenset(f"attributes.{name}" for name in attributes)
    given = {name: value for name, value in attributes.items() if value is not None}
    await updating.update(world.tenant, UpdateRequest(item_id, given, 0, 0, paths))


async def test_a_customer_has_their_work_items_in_the_order_in_which_they_came(world: World) -> None:
    await world.route("L-0", customer="C-1")
    await world.route("L-1", customer="C-1", phone=PHONE)
    await world.route("L-2", customer="C-1")
    await world.route("L-9", customer="C-2", phone=PHONE)
    await world.route("L-8", region="far")

    places = await world.store.of_customer(world.tenant, "C-1")

    assert [item_id for _, item_id in places] == ["crm~L-0", "crm~L-1", "crm~L-2"]
    assert [number for number, _ in places] == [
        (await world.queries.item(world.tenant, item_id)).record.first for _, item_id in places
    ]
    assert await theirs(world, "C-1", after=places[0][0], count=1) == ["crm~L-1"]
    assert (await theirs(world, "C-2"), await theirs(world, "")) == (["crm~L-9"], [])
    assert await world.replay() == ([], set())


async def test_the_latest_come_first_where_they_are_asked_for_so_and_those_before_one_alone(world: World) -> None:
    for number in range(4):
        await world.route(f"L-{number}", customer="C-1")
    (first, _), *_, (last, _) = await world.store.of_customer(world.tenant, "C-1")

    assert await theirs(world, "C-1", newest_first=True, count=3) == ["crm~L-3", "crm~L-2", "crm~L-1"]
    assert await theirs(world, "C-1", before=last) == ["crm~L-0", "crm~L-1", "crm~L-2"]
    assert await theirs(world, "C-1", after=first, before=last, newest_first=True) == ["crm~L-2", "crm~L-1"]


async def test_what_becomes_another_s_is_theirs_and_is_still_found_to_be_erased(world: World) -> None:
    await world.route("L-1", customer="C-1", phone=PHONE)
    await world.route("L-2", customer="C-1", phone="110")

    await becomes(world, "crm~L-1", customer="C-2")
    await becomes(world, "crm~L-2", customer=None)

    assert (await theirs(world, "C-1"), await theirs(world, "C-2")) == ([], ["crm~L-1"])
    assert await world.values.items_of(world.tenant, "C-1") == ["crm~L-1", "crm~L-2"]
    assert await world.replay() == ([], set())
    assert (await world.erase(customer="C-1")).items == 2
    assert await theirs(world, "C-2") == ["crm~L-1"]
    assert (await world.replay())[0] == []


async def test_whoever_was_erased_may_be_asked_again_once_they_are_known_again(world: World) -> None:
    noting = Noting(world.store, world.queries, world.notes, world.planners)
    satisfied = Satisfied(world.store, world.queries, world.planners, noting)
    await world.route("L-1", customer="C-1", phone=PHONE)
    await satisfied.record(world.tenant, SatisfactionRequest("crm~L-1", Note.NPS, 0))
    with pytest.raises(NotPossible, match="within the last 90 days"):
        await satisfied.record(world.tenant, SatisfactionRequest("crm~L-1", Note.NPS, 3))
    await world.erase(customer="C-1")
    await becomes(world, "crm~L-1", customer="C-1")

    await satisfied.record(world.tenant, SatisfactionRequest("crm~L-1", Note.NPS, 9))

    assert (await world.replay())[0] == []


async def test_what_is_erased_is_nobody_s_and_what_held_nothing_personal_stays_theirs(world: World) -> None:
    await world.route("L-1", customer="C-1", phone=PHONE)
    await world.route("L-2", customer="C-1")

    counts = await world.erase(customer="C-1")

    assert counts == Counts(items=2, values=1)
    assert await theirs(world, "C-1") == ["crm~L-2"]
    assert (await world.replay())[0] == []


async def test_what_came_by_rules_that_named_nobody_is_in_the_index_of_nobody(world: World) -> None:
    await world.publish(WITHOUT_CUSTOMERS)
    await world.route("L-1", customer="C-1", phone=PHONE)
    await world.publish(BY_CLIENT)
    await world.route("L-2", client="C-1", customer="C-2")

    assert (await theirs(world, "C-1"), await theirs(world, "C-2")) == (["crm~L-2"], [])
    assert await world.replay() == ([], set())


async def test_a_replay_names_what_the_store_has_not_got(world: World) -> None:
    await world.route("L-1", customer="C-1")
    (place,) = await world.store.of_customer(world.tenant, "C-1")

    class Forgetful:
        """A store that lost whose work items there are."""

        def __getattr__(self, name: str) -> Any:
            return getattr(world.store, name)

        async def of_customer(self, *_: object, **__: object) -> list[tuple[int, str]]:
            return []

    lost = replace(world, store=Forgetful())

    assert await lost.replay() == ([f"work items of a customer: log says {[place]} …, store [] …"], set())
