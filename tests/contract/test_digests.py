"""Lists of what falls due: each is told once, of what is somebody's and of what is their people's; on both stores."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from fairlead.v1 import processes_pb2 as processes
from fairlead.v1.deadlines_pb2 import Digest
from gateway.errors import PermissionDenied
from router.activities.service import RecordRequest
from router.assignment.planner import Planner
from router.cli.words import last
from router.deadlines.digest_lists import DigestLists
from router.deadlines.digest_queries import DigestQueries
from router.deadlines.notices import Notice
from router.history.digest_check import digest_differences, digest_faults
from router.history.projection import StateProjection
from router.model.activities import Activity, ActivityKind, Direction
from router.model.calendars import Absence, Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.decision import Outcome
from router.model.digests import DigestKind, MadeDigest
from router.model.dispatch import Dispatch, DispatchMode
from router.model.errors import CorruptHistory, InvalidInput, NotFound, StaleRevision
from router.model.events import Digested, Event
from router.model.workforce import Member, Pool, Rep
from router.timers.digests import rep_of
from router.timers.timer import DIGESTS
from tests.contract.test_caps import DAY_MS, HOUR_MS, START_MS, World, world
from tests.contract.test_deadlines import Timed
from tests.contract.test_listed_deadlines import Caller, servicer
from tests.contract.test_stages import publish, routed

__all__ = ["world"]  # a fixture

OFFICE = Calendar(
    "office",
    "Asia/Shanghai",
    tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5)),
    tuple(CalendarException(f"2030-01-0{day}", ()) for day in (3, 4)),
)
"""It is Tuesday, 8:00, as a test begins, and closed from Wednesday, 18:00, to Monday, 9:00."""
SALES = """
process: sales
kinds: [LEAD]
stages:
  - id: new
    deadlines:
      - {id: answer, within: 60h, clock: wall, from: assigned, until: attempt}
      - {id: plan, within: 1d, clock: owner, from: assigned, until: contact}
  - {id: won, closes: CONVERTED}
"""
AT_9, AT_14, AT_16 = HOUR_MS, 6 * HOUR_MS, 8 * HOUR_MS
"""From when a day began here, at 8:00."""


class Listing(Timed):
    """A firm with office hours, in which ann has a manager and east another."""

    async def write(self, *records: Any) -> None:
        """Write records as one revision."""
        world, kinds = self.world, {Calendar: "calendar", Rep: "rep", Pool: "pool", Absence: "absence"}
        before = await world.workforce.read(world.tenant)
        changes = {
            ("tenant", "settings") if isinstance(each, TenantSettings) else (kinds[type(each)], each.id): each
            for each in records
        }
        await world.workforce.write(world.tenant, before.revision, changes, event_hash=before.event_hash)

    async def lists_at(self, ms: int) -> list[tuple[str, str, list[str]]]:
        """Have it be so long behind the start; return which lists were made by that, and what is in them."""
        return [_short(event) for event in await self.all_at(ms) if isinstance(event, Digested)]


def _short(event: Digested) -> tuple[str, str, list[str]]:
    return event.made.rep, str(event.made.kind), [f"{each.item_id[4:]} {each.deadline}" for each in event.made.entries]


@pytest.fixture
async def firm(world: World) -> Listing:
    reps = (Rep("ann", manager="mo"), Rep("mo"), Rep("lee"))
    await world.save(*reps, pool=Pool("east", (Member("ann", 1),), managers=("lee",)))
    listing = Listing(world)
    await listing.write(OFFICE, TenantSettings(calendar="office"))
    await publish(world, SALES)
    return listing


async def test_a_working_day_begins_with_what_falls_due_on_it_and_is_overdue(firm: Listing) -> None:
    await routed(firm.world)  # to be answered by Thursday, 20:00, and planned by Tuesday, 18:00

    assert await firm.lists_at(AT_9 - 1) == []
    assert await firm.lists_at(AT_9) == [("ann", "day", ["L-1 plan"]), ("lee", "day", []), ("mo", "day", [])]
    assert [(notice.recipients.told, notice.about.made.rep) for notice in told(firm)] == [(("ann",), "ann")]
    await firm.at(6 * DAY_MS + AT_9 - 1)
    assert (await firm.lists_at(6 * DAY_MS + AT_9))[0] == ("ann", "day", ["L-1 plan", "L-1 answer"])
    assert await firm.differences() == []


async def test_the_list_of_the_day_goes_through_the_port_once_at_the_start_of_a_reps_day(firm: Listing) -> None:
    await routed(firm.world)
    for at_ms in (0, AT_9, AT_9, AT_9 + 1, AT_14):
        await firm.all_at(at_ms)

    (notice,) = told(firm)

    assert (notice.about.made.kind, notice.recipients.told) == (DigestKind.DAY, ("ann",))
    assert (notice.about.made.due_ms, notice.at_ms) == (START_MS + AT_9, START_MS + AT_9)


async def test_a_next_date_is_in_the_list_of_its_day_alone(firm: Listing) -> None:
    lead = await routed(firm.world)
    at_noon = Activity(ActivityKind.CALL, Direction.OUTBOUND, "ann", START_MS, next_ms=START_MS + 4 * HOUR_MS)
    await firm.activities.record(firm.world.tenant, RecordRequest(lead.item_id, at_noon, by_owner=True))
    today = await firm.lists_at(AT_9)
    later = at_noon._replace(next_ms=START_MS + 2 * DAY_MS)
    await firm.activities.record(firm.world.tenant, RecordRequest(lead.item_id, later, by_owner=True))
    await firm.at(DAY_MS)

    assert today[0] == ("ann", "day", ["L-1 ", "L-1 plan"])
    assert (await firm.lists_at(DAY_MS + AT_9))[0] == ("ann", "day", ["L-1 plan"])


async def test_before_holidays_owners_and_managers_get_what_falls_due_in_them(firm: Listing) -> None:
    first, other = await routed(firm.world), await routed(firm.world)
    came_by = Activity(ActivityKind.MEETING, Direction.INBOUND, "ann", START_MS)  # which is a contact, and no attempt
    await firm.activities.record(firm.world.tenant, RecordRequest(first.item_id, came_by, by_owner=True))
    await firm.hear(other, 0)  # which is neither while nobody answered
    await firm.call(other, "ann", 0)
    await firm.at(DAY_MS + AT_14 - 1)

    lists = await firm.lists_at(DAY_MS + AT_14)

    assert lists == [(rep, "holidays", ["L-2 plan", "L-1 answer"]) for rep in ("ann", "lee", "mo")]
    assert await firm.differences() == []


async def test_in_the_afternoon_managers_get_what_will_be_late_as_the_next_working_day_ends(firm: Listing) -> None:
    await firm.at(AT_14)
    await routed(firm.world)  # to be planned by Wednesday, 14:00
    await firm.at(AT_16 - 1)

    assert await firm.lists_at(AT_16) == [("lee", "tomorrow", ["L-1 plan"]), ("mo", "tomorrow", ["L-1 plan"])]
    assert await firm.lists_at(DAY_MS + AT_16) != []
    assert await firm.lists_at(2 * DAY_MS + AT_16) == []  # on holidays nobody is told
    assert await firm.differences() == []


async def test_what_is_offered_or_waits_is_in_the_list_of_who_leads_its_pool(firm: Listing) -> None:
    await publish(firm.world, SALES.replace("from: assigned", "from: arrival"))
    east = Pool("east", (Member("ann", 1),), managers=("lee",))
    await firm.write(replace(east, dispatch=Dispatch(DispatchMode.OFFER, DAY_MS, offers_open=1)))
    await firm.at(AT_14)
    offered, waiting = await routed(firm.world), await routed(firm.world)

    assert (offered.outcome, waiting.outcome) == (Outcome.OFFERED, Outcome.WAITING)
    assert ("lee", "tomorrow", ["L-1 plan", "L-2 plan"]) in await firm.lists_at(AT_16)


async def test_of_lists_that_are_late_the_last_is_made_alone(firm: Listing) -> None:
    await firm.at(0)

    lists = await firm.lists_at(7 * DAY_MS + AT_14)

    assert sorted({(rep, kind) for rep, kind, _ in lists}) == sorted((rep, kind) for rep, kind, _ in lists)
    assert {kind for _, kind, _ in lists} == {"day", "tomorrow", "holidays"}
    assert await firm.differences() == []


async def test_an_edit_at_that_instant_loses_no_list_and_makes_none_twice(firm: Listing) -> None:
    await firm.at(0)
    await firm.world.clock.set(START_MS + AT_9)
    follower = firm.follower()
    await firm.write(Rep("bo"))
    await follower.make_due()  # by a revision that nobody has taken in: it may make them or not
    await firm.write(replace(Rep("bo"), active=False))

    made = [event.made.rep for event in await _all(firm) if isinstance(event, Digested)]
    made += [rep for rep, _, _ in await firm.lists_at(AT_9)]

    assert sorted(made) == ["ann", "lee", "mo"]
    assert await firm.lists_at(AT_9) == []
    assert await firm.differences() == []


async def test_a_list_is_made_by_one_of_two_who_make_it(firm: Listing) -> None:
    await firm.at(0)
    await firm.world.clock.set(START_MS + AT_9)
    world, planner = firm.world, await firm.world.planners.newest(firm.world.tenant)
    due = [timer for timer in await world.timers.timers(world.tenant) if timer.due_ms == START_MS + AT_9]
    made = [(timer, MadeDigest(rep_of(timer), DigestKind(timer.name), timer.due_ms, 0, ())) for timer in due]

    done = [await world.timers.make_digest(world.tenant, planner.revisions, *each) for each in [*made, *made]]

    assert done == [True, True, True, False, False, False]
    again = {f"{DIGESTS}/{rep}": [timer for timer in due if rep_of(timer) == rep] for rep in ("ann", "lee", "mo")}
    position = await world.timers.followed(world.tenant)
    assert await world.timers.set_timers(world.tenant, position, position, again)  # as who has not heard of it would
    assert [await world.timers.make_digest(world.tenant, planner.revisions, *each) for each in made] == [False] * 3
    await firm.at(AT_9)
    await firm.write(Rep("bo"))
    with pytest.raises(StaleRevision):
        await world.timers.make_digest(world.tenant, planner.revisions, *made[0])
    assert await firm.differences() == []


async def test_lists_that_cannot_be_made_keep_no_other_waiting(firm: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    await routed(firm.world)
    made = DigestLists.made

    async def made_but_for_ann(self: DigestLists, planner: Planner, *given: Any) -> Any:
        if given[1] == "ann":
            raise CorruptHistory("crm~L-1", "somebody altered it")
        return await made(self, planner, *given)

    monkeypatch.setattr("router.timers.digests._MOST_AT_ONCE", 1)
    monkeypatch.setattr(DigestLists, "made", made_but_for_ann)

    assert [rep for rep, *_ in await firm.lists_at(AT_9)] == ["lee", "mo"]

    monkeypatch.setattr(DigestLists, "made", made)
    assert [rep for rep, *_ in await firm.lists_at(AT_9)] == ["ann"]


async def test_timers_that_are_thrown_away_make_no_list_twice(firm: Listing) -> None:
    await firm.at(AT_9)
    before = await firm.world.timers.timers(firm.world.tenant)

    await firm.world.timers.forget_timers(firm.world.tenant)

    assert await firm.lists_at(AT_9) == []
    assert await firm.world.timers.timers(firm.world.tenant) == before


async def test_who_is_on_leave_has_their_list_told_to_who_is_above_them(firm: Listing) -> None:
    await routed(firm.world)
    await firm.write(Absence("ann/1", START_MS, START_MS + DAY_MS))

    await firm.lists_at(AT_9)

    (notice,) = told(firm)
    assert (notice.recipients.told, notice.recipients.on_leave) == (("mo",), ("ann",))


async def test_where_no_hours_are_known_or_nothing_has_deadlines_there_is_no_list(firm: Listing) -> None:
    await firm.write(TenantSettings())

    assert await firm.lists_at(8 * DAY_MS) == []
    assert await firm.world.timers.timers(firm.world.tenant) == []
    assert await firm.differences() == []


async def test_a_list_that_was_not_due_or_is_not_in_its_place_is_found(firm: Listing) -> None:
    await firm.at(AT_9)
    (first, *_) = [event for event in await _all(firm) if isinstance(event, Digested)]
    projection, roster = StateProjection(), (await firm.world.planners.newest(firm.world.tenant)).roster
    projection.workforce = first.workforce
    assert digest_faults(projection, first, roster) == []

    later = replace(first, made=first.made._replace(due_ms=first.made.due_ms + 1), at_ms=first.at_ms + 1)
    projection.enter_digested(first)

    name = f"event {first.number}: list day of {first.made.rep}"
    assert digest_faults(projection, later, roster) == [
        f"{name}: it was not due",
        f"{name}: does not name the one before it",
    ]
    again = replace(first, previous=first.number, before=first.number)
    assert digest_faults(projection, again, roster) == [f"{name}: it was made before"]
    book = await firm.world.timers.digests(firm.world.tenant)
    assert len(list(digest_differences(projection.digests, book))) == 5  # ann's are the same, and she was the first


async def test_lists_that_were_made_are_listed_newest_first_with_who_was_told(firm: Listing) -> None:
    await routed(firm.world)
    await firm.write(Absence("ann/1", START_MS + DAY_MS, START_MS + 2 * DAY_MS))
    await firm.at(AT_9)
    await firm.at(AT_16)
    await firm.at(DAY_MS + AT_9)
    world = firm.world
    queries, asked = DigestQueries(world.store, world.timers, world.planners), f"tenants/{world.tenant}"
    answers = servicer(world)

    async def listed(caller: str = "", **fields: Any) -> processes.ListDigestsResponse:
        request = processes.ListDigestsRequest(parent=asked, **fields)
        return await answers.ListDigests(request, cast(Any, Caller(caller)))

    everything = await listed()
    pages = [await listed(page_size=3)]
    while token := pages[-1].next_page_token:
        pages.append(await listed(page_size=3, page_token=token))
    mine, hers = await listed("ann"), await listed(rep=f"{asked}/reps/ann", page_size=1)

    names = [(last(each.rep), Digest.Kind.Name(each.kind)[5:], each.total_entries) for each in everything.digests]
    assert names[:3] == [("mo", "DAY", 0), ("lee", "DAY", 0), ("ann", "DAY", 1)]
    assert names[3:5] == [("mo", "TOMORROW", 1), ("lee", "TOMORROW", 1)]
    assert [each for page in pages for each in page.digests] == list(everything.digests)
    assert len(everything.digests) == 8
    assert [last(each.rep) for each in mine.digests] == ["ann", "ann"]
    assert (list(hers.digests), bool(hers.next_page_token)) == (list(mine.digests)[:1], True)
    (of_day,) = hers.digests
    assert (list(map(last, of_day.told)), list(map(last, of_day.on_leave))) == (["mo"], ["ann"])
    assert (last(of_day.entries[0].work_item), of_day.entries[0].deadline) == ("crm~L-1", "plan")
    with pytest.raises(PermissionDenied):
        await listed("ann", rep=f"{asked}/reps/mo")
    with pytest.raises(NotFound):
        await listed(rep=f"{asked}/reps/none")
    hers_last = (await world.timers.digests(world.tenant)).last["ann"]
    with pytest.raises(InvalidInput):
        await queries.made(world.tenant, rep="mo", before=hers_last + 1, count=1)
    with pytest.raises(InvalidInput, match="names no list"):
        await queries.made(world.tenant, before=1_000_000, count=1)


async def test_of_nobody_the_last_of_all_is_known_alone(firm: Listing) -> None:
    await firm.at(AT_9)
    world = firm.world
    everybody = await world.timers.digests(world.tenant)

    assert await world.timers.digests(world.tenant, []) == ({}, {"*": everybody.last["*"]})
    assert await world.timers.digests(world.tenant, None) == everybody
    of_ann = await world.timers.digests(world.tenant, ["ann", "none"])
    assert of_ann.due_ms == {("ann", DigestKind.DAY): START_MS + AT_9}
    assert of_ann.last == {"ann": everybody.last["ann"], "*": everybody.last["*"]}


async def test_who_has_no_calendar_works_by_that_of_a_pool_that_they_belong_to_or_lead(firm: Listing) -> None:
    early = replace(OFFICE, id="early", weekly=tuple(WeeklyHours(day, Hours(480 + 15, 1020)) for day in range(5)))
    await firm.write(early, replace(Pool("east", (Member("ann", 1),), managers=("lee",)), calendar="early"))

    assert [rep for rep, _, _ in await firm.lists_at(AT_9 - 1)] == ["ann", "lee"]
    assert [rep for rep, _, _ in await firm.lists_at(AT_9)] == ["mo"]
    assert await firm.differences() == []


def told(firm: Listing) -> list[Any]:
    """Return the notices of lists that were not asked for before."""
    found: list[Notice] = [notice for notice in firm.notices if isinstance(notice.about, Digested)]
    firm.notices.clear()
    return found


async def _all(firm: Listing) -> list[Event]:
    events: list[Event] = await firm.world.store.events(firm.world.tenant, count=1000)
    return events
