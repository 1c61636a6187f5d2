"""A book that is imported through the service: an operation, once, with a result for each, and gone from the queue."""

from __future__ import annotations

from typing import Any

import grpc
from google.longrunning import operations_pb2 as longrunning
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.adapters.redis.import_pages import RedisImportPages
from router.adapters.redis.repositories import Stores
from store.embedded.server import EmbeddedServer
from tests.api import Api, differences, last
from tests.integration.routing.arranging import everyone, refused

THEN = Timestamp(seconds=1_700_000_000)


def book(api: Api, *numbers: int, owner: str = "ann", **fields: Any) -> list[routing.ImportedWorkItem]:
    return [
        routing.ImportedWorkItem(
            work_item=routing.WorkItem(kind=routing.WorkItem.KIND_LEAD, source="old", external_id=f"L-{number}"),
            owner=f"{api.parent}/reps/{owner}",
            **{"assigned_time": THEN, **fields},
        )
        for number in numbers
    ]


async def begin(api: Api, *items: routing.ImportedWorkItem, **fields: Any) -> longrunning.Operation:
    request = routing.ImportWorkItemsRequest(parent=api.parent, items=items, **fields)
    operation: longrunning.Operation = await api.routing.ImportWorkItems(request)
    return operation


async def outcome(api: Api, *items: routing.ImportedWorkItem, **fields: Any) -> routing.ImportWorkItemsResponse:
    """Import, and wait for the end."""
    begun = await begin(api, *items, **fields)
    stub = longrunning_stub(api)
    ended = await stub(longrunning.WaitOperationRequest(name=begun.name))
    response = routing.ImportWorkItemsResponse()
    assert ended.response.Unpack(response), ended
    return response


def longrunning_stub(api: Api) -> Any:
    return api.channel.unary_unary(
        "/google.longrunning.Operations/WaitOperation",
        request_serializer=longrunning.WaitOperationRequest.SerializeToString,
        response_deserializer=longrunning.Operation.FromString,
    )


async def test_each_is_imported_or_refused_by_name_and_the_replay_is_clean(api: Api, store: EmbeddedServer) -> None:
    await everyone(api, "ann", "bob")
    await api.route("L-0", source="old")
    before = await api.report("everyone")

    response = await outcome(api, *book(api, *range(150)), *book(api, 200, owner="eve"))

    after = await api.report("everyone")
    assert response.imported_count == 149
    assert [(each.index, last(each.work_item), each.error.code) for each in response.refused] == [
        (0, "old~L-0", grpc.StatusCode.ALREADY_EXISTS.value[0]),
        (150, "old~L-200", grpc.StatusCode.NOT_FOUND.value[0]),
    ]
    assert dict(after.observed.per_rep) == dict(before.observed.per_rep)
    assert after.received_by[f"{api.parent}/reps/ann"].apart == 149
    assert (after.decisions, after.bound) == (before.decisions, before.bound)
    assert await differences(store.url, api.tenant) == []


async def test_its_decision_says_who_since_when_and_in_which_way(api: Api) -> None:
    await everyone(api, "ann")
    await outcome(api, *book(api, 1))

    item = await api.item(f"{api.parent}/workItems/old~L-1")
    decision = await api.decision(item.decision)

    assert (item.state, last(item.owner), item.epoch) == (routing.WorkItem.STATE_ASSIGNED, "ann", 1)
    assert (decision.cause, decision.way) == (decisions.Decision.CAUSE_IMPORTED, decisions.Decision.WAY_APART)
    assert decision.assigned_time == THEN
    assert list(decision.sentences) == ["Imported as ann's.", "It entered the ledger apart: nobody's deficit moved."]


async def test_asked_for_twice_it_is_one_operation_and_repeated_it_is_there_once(
    api: Api, store: EmbeddedServer
) -> None:
    await everyone(api, "ann")
    first = await begin(api, *book(api, 1, 2), request_id="book")
    again = await begin(api, *book(api, 1, 2), request_id="book")
    other = await refused(begin(api, *book(api, 3), request_id="book"))

    response = await outcome(api, *book(api, 1, 2))

    stores = Stores.connect(store.url)
    waiting = await RedisImportPages(stores.redis).imports(api.tenant)
    await stores.close()
    assert first.name == again.name
    assert other.code() == grpc.StatusCode.ALREADY_EXISTS
    assert (response.imported_count, len(response.refused)) == (2, 0)
    assert not any(waiting.values())


async def test_what_no_rules_are_needed_to_judge_is_refused_at_once_by_place(api: Api) -> None:
    await everyone(api, "ann")
    wrong = [
        *book(api, 1),
        routing.ImportedWorkItem(work_item=book(api, 2)[0].work_item, assigned_time=THEN),
        routing.ImportedWorkItem(work_item=book(api, 3)[0].work_item, owner="ann"),
        routing.ImportedWorkItem(
            work_item=routing.WorkItem(kind=routing.WorkItem.KIND_LEAD), owner="ann", assigned_time=THEN
        ),
    ]

    error = await refused(begin(api, *wrong))
    nothing = await refused(begin(api))

    assert error.code() == nothing.code() == grpc.StatusCode.INVALID_ARGUMENT
    for place, field in ((1, "owner"), (2, "assigned_time"), (3, "work_item.external_id")):
        assert f"items[{place}].{field}" in (error.details() or "")
    assert "must be 1 to 10,000" in (nothing.details() or "")


async def test_a_check_writes_nothing(api: Api) -> None:
    await everyone(api, "ann")

    checked = await begin(api, *book(api, 1), validate_only=True)

    assert checked.done
    assert (await refused(api.item(f"{api.parent}/workItems/old~L-1"))).code() == grpc.StatusCode.NOT_FOUND


async def test_without_rules_there_is_nothing_to_import_by(api: Api) -> None:
    assert (await refused(begin(api, *book(api, 1)))).code() == grpc.StatusCode.FAILED_PRECONDITION
