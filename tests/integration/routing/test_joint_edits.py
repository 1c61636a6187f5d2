"""Reps, pools and territories change together, as one revision or not at all."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from fairlead.v1 import workforce_pb2 as workforce
from tests.api import Api, differences, last, struct, violated_fields
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import everyone, refused

pytestmark = ON_EVERY_STORE

Code = grpc.StatusCode


def rep(rep_id: str, **attributes: Any) -> workforce.Rep:
    return workforce.Rep(name=rep_id, attributes=struct(attributes))


def asking(api: Api, **given: Any) -> workforce.ApplyWorkforceRequest:
    masks: dict[str, Any] = {
        name: {"paths": given.pop(name)} for name in ("rep_mask", "pool_mask", "territory_mask") if name in given
    }
    return workforce.ApplyWorkforceRequest(parent=api.parent, **given, **masks)


async def applied(api: Api, **given: Any) -> workforce.ApplyWorkforceResponse:
    answer: workforce.ApplyWorkforceResponse = await api.workforce.ApplyWorkforce(asking(api, **given))
    return answer


def told(answer: workforce.ApplyWorkforceResponse) -> list[tuple[str, str, list[str]]]:
    """Return what an answer says: id, action, and each field with what it was and is."""
    return [
        (
            last(change.name),
            workforce.WorkforceChange.Action.Name(change.action).removeprefix("ACTION_"),
            [f"{f.field}: {plain(f, 'before')} → {plain(f, 'after')}" for f in change.fields],
        )
        for change in answer.changes
    ]


def plain(change: workforce.FieldChange, side: str) -> Any:
    if not change.HasField(side):
        return None
    value = getattr(change, side)
    kind = value.WhichOneof("kind")
    return list(value.list_value) if kind == "list_value" else getattr(value, kind)


def memberships(**reps: dict[str, float | None]) -> list[workforce.RepMemberships]:
    return [
        workforce.RepMemberships(
            rep=name, pools=[workforce.RepMembership(pool=pool, weight=weight) for pool, weight in pools.items()]
        )
        for name, pools in reps.items()
    ]


async def test_all_kinds_change_as_one_revision(api: Api) -> None:
    answer = await applied(
        api,
        territories=[workforce.Territory(name="上海", parent="华东"), workforce.Territory(name="华东")],
        reps=[rep("ann", regions=["上海"]), rep("bo")],
        pools=[workforce.Pool(name="east", band=1.5, members=[workforce.PoolMember(rep="ann", weight=2)])],
    )

    assert answer.revision == 1
    assert told(answer) == [
        ("ann", "CREATED", ["attributes.regions: None → ['上海']", "active: None → True"]),
        ("bo", "CREATED", ["active: None → True"]),
        ("east", "CREATED", ["members.ann: None → 2.0", "band: None → 1.5"]),
        ("上海", "CREATED", ["parent: None → 华东"]),
        ("华东", "CREATED", []),
    ]


async def test_where_one_record_is_at_fault_nothing_changes(api: Api) -> None:
    wrong = [workforce.Pool(name="east", members=[workforce.PoolMember(rep="nobody")])]

    error = await refused(api.workforce.ApplyWorkforce(asking(api, reps=[rep("ann")], pools=wrong)))

    assert error.code() == Code.INVALID_ARGUMENT
    assert violated_fields(error) == ["pools[0].members[0].rep"]
    assert not (await api.workforce.ListReps(workforce.ListRepsRequest(parent=api.parent))).reps


async def test_a_mask_changes_single_entries_and_clears_those_that_are_not_given(api: Api) -> None:
    await api.hire("ann", capacity={"LEAD": 4, "TICKET": 2}, regions=["east"], level=2)

    answer = await applied(
        api,
        reps=[workforce.Rep(name="ann", capacity={"LEAD": 5}, attributes=struct({"level": 9}))],
        rep_mask=["capacity.LEAD", "capacity.TICKET", "attributes.regions"],
    )

    (change,) = told(answer)
    assert change == (
        "ann",
        "UPDATED",
        ["attributes.regions: ['east'] → None", "capacity.LEAD: 4.0 → 5.0", "capacity.TICKET: 2.0 → None"],
    )


@pytest.mark.parametrize("path", ["capacity.LEADS", "regions", "attributes.", "active.x"])
async def test_a_mask_that_names_no_field_is_refused(api: Api, path: str) -> None:
    error = await refused(api.workforce.ApplyWorkforce(asking(api, reps=[rep("ann")], rep_mask=[path])))

    assert (error.code(), violated_fields(error)) == (Code.INVALID_ARGUMENT, ["rep_mask"])


async def test_true_and_one_are_different(api: Api) -> None:
    await api.hire("ann", vip=True)

    answer = await applied(api, reps=[rep("ann", vip=1)])

    assert told(answer) == [("ann", "UPDATED", ["attributes.vip: True → 1.0"])]


async def test_what_changes_nothing_makes_no_revision(api: Api) -> None:
    first = await applied(api, reps=[rep("ann", regions=["east"])], request_id="a")

    again = await applied(api, reps=[rep("ann", regions=["east"])], request_id="b")

    assert (again.revision, list(again.changes)) == (first.revision, [])


async def test_a_preview_writes_nothing(api: Api) -> None:
    answer = await applied(api, reps=[rep("ann")], validate_only=True)

    assert (told(answer)[0][:2], answer.revision) == (("ann", "CREATED"), 0)
    assert not (await api.workforce.ListReps(workforce.ListRepsRequest(parent=api.parent))).reps


async def test_an_edit_of_another_revision_is_refused(api: Api) -> None:
    seen = await applied(api, reps=[rep("ann")], validate_only=True)
    await api.hire("bo")

    error = await refused(api.workforce.ApplyWorkforce(asking(api, reps=[rep("ann")], etag=seen.etag)))

    assert error.code() == Code.ABORTED


async def test_a_repeated_request_is_told_what_it_changed_then(api: Api) -> None:
    await api.hire("ann", level=1)
    first = await applied(api, reps=[rep("ann", level=2)], request_id="r-1")
    await applied(api, reps=[rep("ann", level=3)], request_id="r-2")

    again = await applied(api, reps=[rep("ann", level=2)], request_id="r-1")

    assert again == first
    assert told(again) == [("ann", "UPDATED", ["attributes.level: 1.0 → 2.0"])]


async def test_a_request_that_is_repeated_at_once_is_told_what_it_changed(api: Api) -> None:
    first = await applied(api, reps=[rep("ann", level=2)], request_id="r-1")

    assert await applied(api, reps=[rep("ann", level=2)], request_id="r-1") == first


async def test_pruning_deactivates_reps_and_deletes_pools_and_territories_that_are_not_listed(api: Api) -> None:
    await everyone(api, "ann", "bo")
    await api.pool("east", {"bo": 1})
    await api.territory("华东")
    await api.territory("上海", "华东")

    answer = await applied(
        api,
        reps=[rep("ann")],
        pools=[workforce.Pool(name="everyone", band=1)],
        territories=[workforce.Territory(name="上海")],
        territory_mask=["parent"],
        prune=True,
    )

    assert told(answer) == [
        ("bo", "UPDATED", ["active: True → False"]),
        ("east", "DELETED", ["members.bo: 1.0 → None"]),
        ("everyone", "UPDATED", ["band: None → 1.0"]),
        ("上海", "UPDATED", ["parent: 华东 → None"]),
        ("华东", "DELETED", []),
    ]
    assert [last(change.name) for change in answer.changes if change.pruned] == ["bo", "east", "华东"]


async def test_pruning_leaves_kinds_alone_of_which_none_is_listed(api: Api) -> None:
    await everyone(api, "ann", "bo")

    answer = await applied(api, reps=[rep("ann")], memberships=memberships(ann={}), prune=True)

    assert told(answer) == [
        ("bo", "UPDATED", ["active: True → False"]),
        ("everyone", "UPDATED", ["members.ann: 1.0 → None"]),
    ]


async def test_a_territory_around_others_is_not_pruned(api: Api) -> None:
    await api.territory("华东")
    await api.territory("上海", "华东")

    wrong = asking(api, territories=[workforce.Territory(name="上海")], prune=True)
    error = await refused(api.workforce.ApplyWorkforce(wrong))

    assert (error.code(), violated_fields(error)) == (Code.INVALID_ARGUMENT, ["territories[0].parent"])


async def test_memberships_say_all_pools_of_a_rep_and_keep_weights(api: Api) -> None:
    await everyone(api, "ann", "bo")
    await api.pool("east", {"ann": 3, "bo": 1})

    answer = await applied(api, memberships=memberships(ann={"east": None, "south": None}))

    assert told(answer) == [
        ("everyone", "UPDATED", ["members.ann: 1.0 → None"]),
        ("south", "CREATED", ["members.ann: None → 1.0"]),
    ]


async def test_memberships_and_lists_of_members_do_not_stand_side_by_side(api: Api) -> None:
    await api.hire("ann")
    pools = [workforce.Pool(name="east", members=[workforce.PoolMember(rep="ann")])]

    wrong = asking(api, pools=pools, memberships=memberships(ann={"east": 1}))
    error = await refused(api.workforce.ApplyWorkforce(wrong))

    assert (error.code(), violated_fields(error)) == (Code.INVALID_ARGUMENT, ["memberships"])


async def test_a_member_whom_nobody_knows_is_named(api: Api) -> None:
    wrong = asking(api, reps=[rep("ann")], memberships=memberships(ann={}, nobody={"east": 1}))

    error = await refused(api.workforce.ApplyWorkforce(wrong))

    assert violated_fields(error) == ["memberships[1].rep"]


async def test_decisions_after_a_joint_edit_replay(api: Api) -> None:
    await everyone(api, "ann", "bo")
    await api.route("L-1")
    await applied(api, reps=[rep("cy")], memberships=memberships(cy={"everyone": 2}, ann={}))
    await api.route("L-2")

    assert await differences(api.redis_url, api.tenant) == []
