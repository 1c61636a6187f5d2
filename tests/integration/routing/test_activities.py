"""Activities through a server: recorded once, counted as evidence, on the agenda, told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2
from fairlead.v1.caps_pb2 import Cap, ListCapUsesRequest
from router.adapters.queue import WorkSettings
from tests.api import ASSIGNED, UNROUTED, Api, connected, differences, violated_fields
from tests.conftest import serving
from tests.identities import bearer, security
from tests.integration.gateway.auth.test_who_may import showing
from tests.integration.routing.arranging import everyone, refused
from tests.integration.routing.test_caps import capped

Activity = activities.Activity
CALL: dict[str, Any] = {"kind": Activity.KIND_CALL, "direction": Activity.DIRECTION_OUTBOUND}
NOTE: dict[str, Any] = {"kind": Activity.KIND_NOTE}
ATTEMPT = [Activity.EVIDENCE_ATTEMPT, Activity.EVIDENCE_ANY]
UNWORKED = Cap(id="in-hand", measure="MEASURE_UNWORKED", limit=1)


def stamp(moment: datetime) -> Timestamp:
    written = Timestamp()
    written.FromDatetime(moment)
    return written


def soon(**later: int) -> Timestamp:
    return stamp(datetime.now(UTC) + timedelta(**later))


async def record(api: Api, item: str, activity: dict[str, Any], **fields: Any) -> activities.Activity:
    request = activities.RecordActivityRequest(name=item, activity=Activity(**activity), **fields)
    recorded: activities.Activity = await api.routing.RecordActivity(request)
    return recorded


async def work(api: Api, rep: str) -> list[routing.OpenWork]:
    return [*(await api.routing.ListMyWork(routing.ListMyWorkRequest(rep=api.rep_name(rep)))).work]


async def agenda(api: Api, rep: str, **fields: Any) -> activities.ListAgendaResponse:
    answer: activities.ListAgendaResponse = await api.routing.ListAgenda(
        activities.ListAgendaRequest(rep=api.rep_name(rep), **fields)
    )
    return answer


async def timeline(api: Api, item: str, **fields: Any) -> routing.GetTimelineResponse:
    answer: routing.GetTimelineResponse = await api.routing.GetTimeline(routing.GetTimelineRequest(name=item, **fields))
    return answer


async def reminded(api: Api, item: str) -> None:
    """Wait until the owner is reminded."""
    for _ in count():
        if (await timeline(api, item)).entries[-1].WhichOneof("event") == "reminder":
            return
        await asyncio.sleep(0.02)


async def test_where_nobody_is_asked_who_they_are_an_activity_counts_as_the_owners(api: Api) -> None:
    await everyone(api, "ann")
    item = (await api.route("L-1")).work_item

    recorded = await record(api, item, {**CALL, "duration": Duration(seconds=45), "outcome": "talked"})

    assert recorded.name.startswith(f"{item}/activities/")
    assert (recorded.rep, recorded.outcome, recorded.duration.seconds) == (api.rep_name("ann"), "talked", 45)
    assert [*recorded.evidence] == [
        Activity.EVIDENCE_ATTEMPT, Activity.EVIDENCE_CONTACT, Activity.EVIDENCE_ANY,
    ]  # fmt: skip
    assert recorded.occur_time == recorded.record_time
    assert [entry.worked for entry in await work(api, "ann")] == [True]
    assert await differences(api.redis_url, api.tenant) == []


async def test_an_attempt_makes_room_under_a_cap_of_unworked_and_a_note_does_not(api: Api) -> None:
    await everyone(api, "ann")
    await capped(api, UNWORKED)
    first, full = await api.route("L-1"), await api.route("L-2")

    await record(api, first.work_item, NOTE)
    still_full = await api.route("L-3")
    await record(api, first.work_item, CALL)
    has_room = await api.route("L-4")
    await record(api, first.work_item, CALL)
    full_again = await api.route("L-5")

    outcomes = [decision.outcome for decision in (first, full, still_full, has_room, full_again)]
    assert outcomes == [ASSIGNED, UNROUTED, UNROUTED, ASSIGNED, UNROUTED]
    assert await differences(api.redis_url, api.tenant) == []


async def test_who_gets_it_next_has_not_worked_on_it_and_whoever_lets_it_go_has_room_as_before(api: Api) -> None:
    await everyone(api, "ann", "bo")
    await capped(api, UNWORKED)
    item = await api.reassign((await api.route("L-1")).work_item, rep="")
    owner = item.rep.rpartition("/")[2]
    await record(api, item.work_item, CALL)

    await api.complete(item.work_item)

    assert await work(api, owner) == []
    assert await differences(api.redis_url, api.tenant) == []
    second = (await api.route("L-2")).work_item
    await record(api, second, CALL)
    moved = await api.reassign(second, rep="")
    assert [entry.worked for entry in await work(api, moved.rep.rpartition("/")[2])] == [False]
    assert await differences(api.redis_url, api.tenant) == []


async def test_an_attempt_from_before_the_owner_had_it_leaves_it_unworked(api: Api) -> None:
    await everyone(api, "ann")
    item = (await api.route("L-1")).work_item

    recorded = await record(api, item, {**CALL, "occur_time": soon(hours=-1)})

    assert [*recorded.evidence] == ATTEMPT
    assert [entry.worked for entry in await work(api, "ann")] == [False]
    assert await differences(api.redis_url, api.tenant) == []


async def test_a_next_date_is_on_the_agenda_until_the_next_activity_of_a_person(api: Api) -> None:
    await everyone(api, "ann")
    item = (await api.route("L-1")).work_item
    other = (await api.route("L-2")).work_item
    await record(api, other, {**CALL, "next_time": soon(days=40), "next_step": "later"})

    set_ = await record(api, item, {**CALL, "next_time": soon(seconds=1), "occur_time": soon(hours=-1)})
    await reminded(api, item)
    (date,) = (await agenda(api, "ann")).next_dates
    await record(api, item, NOTE)
    stays = (await agenda(api, "ann")).next_dates
    await record(api, item, CALL)

    assert (date.work_item, date.activity) == (item, set_.name)
    assert date.status == activities.NextDate.STATUS_OVERDUE
    assert date.words.startswith("Overdue: it was to be followed up ")
    assert len(stays) == 1
    assert [*(await agenda(api, "ann")).next_dates] == []
    assert [entry.next_date.next_step for entry in await work(api, "ann")] == ["", "later"]
    assert await differences(api.redis_url, api.tenant) == []


async def test_the_agenda_of_a_day_has_what_falls_due_then_in_order_and_page_by_page(api: Api) -> None:
    await everyone(api, "ann")
    day = (datetime.now(UTC) + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    names = [(await api.route(f"L-{number}")).work_item for number in range(4)]
    for name, hours in zip(names, (2, 1, 24, -48), strict=True):
        await record(api, name, {**CALL, "next_time": stamp(day + timedelta(hours=hours)), "next_step": name[-3:]})

    first = await agenda(api, "ann", date=f"{day:%Y-%m-%d}", page_size=1, language_code="zh")
    rest = await agenda(api, "ann", date=f"{day:%Y-%m-%d}", page_size=1, page_token=first.next_page_token)

    assert (first.date, first.time_zone) == (f"{day:%Y-%m-%d}", "UTC")
    assert [date.work_item for date in (*first.next_dates, *rest.next_dates)] == [names[1], names[0]]
    assert (bool(first.next_page_token), rest.next_page_token) == (True, "")
    assert first.next_dates[0].words.startswith("下次跟进时间：")
    error = await refused(agenda(api, "ann", date="2096-01-01", page_token=first.next_page_token))
    assert violated_fields(error) == ["page_token"]


async def test_the_owner_is_reminded_at_the_date_and_the_timeline_tells_it(api: Api) -> None:
    await everyone(api, "ann")
    item = (await api.route("L-1")).work_item
    await record(api, item, {**CALL, "next_time": soon(seconds=1)})

    await reminded(api, item)
    (date,) = (await agenda(api, "ann")).next_dates
    await api.complete(item)
    entries = (await timeline(api, item, language_code="zh")).entries

    assert (date.reminders, date.status) == (1, activities.NextDate.STATUS_OVERDUE)
    assert [entry.WhichOneof("event") for entry in entries] == ["decision", "activity", "reminder", "closed"]
    assert [entry.words for entry in entries][2:] == ["已到跟进时间：提醒归属人。", "该工作项已关闭。"]
    assert [*(await agenda(api, "ann")).next_dates] == []
    assert await differences(api.redis_url, api.tenant) == []


async def test_a_timeline_goes_back_page_by_page(api: Api) -> None:
    await everyone(api, "ann", "bo")
    item = (await api.route("L-1")).work_item
    for _ in range(3):
        await record(api, item, NOTE)
    await api.reassign(item)

    last = await timeline(api, item, page_size=2)
    middle = await timeline(api, item, page_size=2, page_token=last.next_page_token)
    first = await timeline(api, item, page_size=2, page_token=middle.next_page_token)

    numbers = [int(entry.id) for page in (first, middle, last) for entry in page.entries]
    assert numbers == sorted(numbers)
    assert [len(page.entries) for page in (first, middle, last)] == [1, 2, 2]
    assert first.next_page_token == ""
    assert last.entries[-1].words == last.entries[-1].decision.explanation != ""


async def test_the_same_again_is_the_same_activity_and_other_content_is_refused(api: Api) -> None:
    await everyone(api, "ann")
    item = (await api.route("L-1")).work_item
    call = {**CALL, "external_id": "call-1", "note": "said\nmuch"}

    first = await record(api, item, call)
    again = await record(api, item, call)
    by_request = [await record(api, item, NOTE, request_id="r") for _ in range(2)]
    other = await refused(record(api, item, {**call, "note": "said little"}))
    reused = await refused(record(api, item, CALL, request_id="r"))

    assert first == again
    assert by_request[0] == by_request[1]
    assert [error.code() for error in (other, reused)] == [grpc.StatusCode.ALREADY_EXISTS] * 2
    assert "activity.external_id" in (other.details() or "")
    assert len((await timeline(api, item)).entries) == 3


async def test_a_preview_writes_nothing(api: Api) -> None:
    await everyone(api, "ann")
    item = (await api.route("L-1")).work_item

    told = await record(api, item, {**CALL, "note": "n", "next_time": soon(days=1)}, validate_only=True)

    assert (told.name, told.note, [*told.evidence]) == ("", "n", ATTEMPT)
    assert [entry.worked for entry in await work(api, "ann")] == [False]
    assert len((await timeline(api, item)).entries) == 1


@pytest.mark.parametrize(
    ("activity", "field", "allowed"),
    [
        ({**CALL, "next_time": Timestamp(seconds=9)}, "activity.next_time", "must be later than now, 20"),
        (
            {**CALL, "next_time": Timestamp(seconds=253_402_300_799)},
            "activity.next_time",
            "at most three years ahead, 20",
        ),
        ({}, "activity", "is missing"),
        ({"kind": 0, "note": "x"}, "activity.kind", "0: must be one of KIND_CALL, KIND_VISIT"),
        ({"kind": 99}, "activity.kind", "99: must be one of KIND_CALL"),
        ({"kind": 1}, "activity.direction", "0: must be one of DIRECTION_OUTBOUND"),
        ({**CALL, "duration": Duration(seconds=-1)}, "activity.duration", "-1 s: must be 0 to 86400 s"),
        ({**CALL, "duration": Duration(seconds=90_000)}, "activity.duration", "90000 s: must be 0 to 86400 s"),
        ({**CALL, "occur_time": Timestamp(seconds=4_000_000_000)}, "activity.occur_time", "must be at most now, 20"),
        ({**CALL, "occur_time": Timestamp(seconds=-5)}, "activity.occur_time", "must be later than 1970-01-01"),
        ({**CALL, "next_step": "call"}, "activity.next_step", "only with activity.next_time"),
        ({**CALL, "note": "x" * 4001}, "activity.note", "4001 characters: at most 4000"),
        ({**CALL, "note": "a\0b"}, "activity.note", "must not hold control characters"),
        ({**CALL, "outcome": "x" * 129}, "activity.outcome", "129 characters: at most 128"),
        (
            {**CALL, "occur_time": Timestamp(seconds=9), "next_time": Timestamp(seconds=9)},
            "activity.next_time",
            "1970-01-01T00:00:09Z: must be later than activity.occur_time",
        ),
    ],
)
async def test_bad_input_is_refused_by_field_with_what_is_allowed(
    api: Api, activity: dict[str, Any], field: str, allowed: str
) -> None:
    await everyone(api, "ann")
    item = (await api.route("L-1")).work_item

    error = await refused(record(api, item, activity))

    assert (error.code(), violated_fields(error)) == (grpc.StatusCode.INVALID_ARGUMENT, [field])
    assert allowed in (error.details() or "")


async def test_what_is_not_there_or_closed_or_no_day_is_refused(api: Api) -> None:
    await everyone(api, "ann")
    item = (await api.route("L-1")).work_item
    await api.complete(item)

    closed = await refused(record(api, item, {**CALL, "next_time": soon(days=1)}))
    nobody = await refused(record(api, item, {**CALL, "rep": "nobody"}))
    nothing = await refused(record(api, f"{api.parent}/workItems/crm~none", CALL))
    no_rep = await refused(agenda(api, "nobody"))
    no_day = await refused(agenda(api, "ann", date="2026-02-30"))

    codes = [error.code().name for error in (closed, nobody, nothing, no_rep, no_day)]
    assert codes == ["FAILED_PRECONDITION", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "INVALID_ARGUMENT"]
    assert "'2026-02-30': must be a date such as 2026-11-28" in (no_day.details() or "")
    assert [*(await record(api, item, CALL)).evidence] == ATTEMPT  # they may call whom they lost


async def test_a_watch_brings_activities(api: Api) -> None:
    await everyone(api, "ann")
    item = (await api.route("L-1")).work_item
    stream = api.routing.WatchWorkItems(routing.WatchWorkItemsRequest(parent=api.parent))
    await stream.read()

    recorded = await record(api, item, CALL)
    change = (await stream.read()).change
    stream.cancel()

    assert (change.work_item, change.WhichOneof("event"), change.activity.name) == (item, "activity", recorded.name)


@pytest.fixture
async def asked(store: Any, tmp_path: Path, tenant: str) -> AsyncIterator[Api]:
    """Yield a manager's view of a tenant where callers are asked who they are, with a lead of ann's."""
    async with (
        serving(store.url, security=security(tmp_path), work=WorkSettings(workers=0)) as address,
        connected(address, tenant, store.url) as api,
    ):
        manager = showing(api, tenant, bearer("mo", ["manager"], [tenant]))
        await everyone(manager, "ann", "bo")
        yield manager


async def unworked_units(api: Api) -> float:
    """Return how much of the cap on what nobody has worked on is used."""
    (use,) = (await api.workforce.ListCapUses(ListCapUsesRequest(parent=api.parent))).cap_uses
    used: float = use.used
    return used


async def test_with_the_crms_token_a_call_with_rep_is_an_attempt_and_one_without_is_not(asked: Api) -> None:
    item = (await asked.route("L-1")).work_item
    owner = (await asked.item(item)).owner
    rep = workforce_pb2.Rep(name=owner, caps=[UNWORKED])
    await asked.workforce.UpdateRep(workforce_pb2.UpdateRepRequest(rep=rep, update_mask={"paths": ["caps"]}))
    crm = showing(asked, asked.tenant, bearer("crm", ["service"], [asked.tenant]))

    without = await record(crm, item, CALL)
    note = await record(crm, item, {**NOTE, "rep": owner})
    unworked = [entry.worked for entry in await work(asked, owner.rpartition("/")[2])], await unworked_units(asked)
    with_rep = await record(crm, item, {**CALL, "rep": owner})

    assert (without.rep, [*without.evidence], [*note.evidence]) == ("", [], [])
    assert unworked == ([False], 1)
    assert await unworked_units(asked) == 0
    assert [*with_rep.evidence] == ATTEMPT
    assert [entry.worked for entry in await work(asked, owner.rpartition("/")[2])] == [True]
    assert await differences(asked.redis_url, asked.tenant) == []


async def test_what_is_said_to_be_automatic_is_nobodys_whoever_sends_it_and_has_no_rep(asked: Api) -> None:
    item = (await asked.route("L-1")).work_item
    owner = (await asked.item(item)).owner

    recorded = await record(asked, item, CALL, automatic=True)
    with pytest.raises(grpc.aio.AioRpcError) as wrong:
        await record(asked, item, {**CALL, "rep": owner}, automatic=True)

    assert (recorded.rep, [*recorded.evidence]) == ("", [])
    assert wrong.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violated_fields(wrong.value) == ["activity.rep"]


async def test_a_rep_records_for_their_own_as_themselves_and_sees_their_own(asked: Api) -> None:
    item = (await asked.route("L-1")).work_item
    owner = (await asked.item(item)).owner.rpartition("/")[2]
    other = "bo" if owner == "ann" else "ann"
    mine, theirs = (
        showing(asked, asked.tenant, bearer(rep, ["rep"], [asked.tenant], rep=rep)) for rep in (owner, other)
    )

    recorded = await record(mine, item, CALL)

    assert (recorded.rep, recorded.actor) == (asked.rep_name(owner), owner)
    assert [entry.work_item.name for entry in await work(mine, owner)] == [item]
    assert len((await timeline(mine, item)).entries) == 2
    for call in (
        record(mine, item, {**CALL, "rep": other}),
        record(theirs, item, CALL),
        timeline(theirs, item),
        agenda(theirs, owner),
        work(theirs, owner),
    ):
        assert (await refused(call)).code() is grpc.StatusCode.PERMISSION_DENIED


async def test_who_may_not_see_personal_fields_is_told_without_them(asked: Api) -> None:
    item = (await asked.route("L-1")).work_item
    owner = (await asked.item(item)).owner.rpartition("/")[2]
    await record(asked, item, {
        **CALL, "note": "N-4711", "outcome": "O-4711", "external_id": "E-4711", "next_time": soon(hours=1),
        "next_step": "S-4711",
    })  # fmt: skip
    operator = showing(asked, asked.tenant, bearer("op", ["operator"], [asked.tenant]))

    hidden = [await timeline(operator, item), await agenda(operator, owner), await work(operator, owner)]
    shown = [await timeline(asked, item), await agenda(asked, owner)]

    assert "4711" not in str(hidden)
    assert "called the customer" in str(hidden)
    assert {"N-4711", "O-4711", "E-4711", "S-4711"} <= {*_words(str(shown))}


def _words(text: str) -> list[str]:
    return text.replace('"', " ").split()
