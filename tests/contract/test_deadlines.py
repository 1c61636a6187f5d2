"""Deadlines: each step that is due fires once and in order, none behind what stopped it; on both stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from router.activities.next_dates import NextDates
from router.activities.service import ActivityService, RecordRequest
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.snapshots import RedisSnapshots
from router.assignment.commands import UpdateRequest
from router.assignment.updating import Updating
from router.backlog.lifts import ever_lifts, lifts_of
from router.backlog.wakes import Wakes
from router.deadlines.lives import ItemLives
from router.deadlines.notices import ChangedProcess, Notice
from router.deadlines.noting import Noting
from router.deadlines.pausing import PauseRequest, Pausing, ToldPause
from router.history.monitor import Monitor
from router.history.replay import Replay
from router.history.timer_check import TimerCheck
from router.model.activities import Activity, ActivityKind, Direction
from router.model.decision import Cause, Decision, StepOfDeadline, Way
from router.model.errors import InvalidInput, NotPossible, RequestIdReused
from router.model.events import Digested, Event, Fired
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State
from router.offers.lapses import Lapses
from router.rules.check import check
from router.rules.codec import dumps
from router.timers.covers import Covers
from router.timers.follower import TimerFollower
from router.wording.languages import Language
from router.wording.process_changes import publication_told
from rules.revisions import Publication
from telemetry.metrics import Metrics
from tests.contract.staging import process_publication
from tests.contract.test_caps import HOUR_MS, MINUTE_MS, START_MS, World, world
from tests.contract.test_stages import advance, publish, record_of, reopened, routed

__all__ = ["world"]  # a fixture

DEADLINE = """
      - id: first-response
        within: 1h
        clock: wall
        from: assigned
        until: attempt
        steps:
          - {at: 50%, do: remind}
          - {at: 100%, do: notify, to: manager}
          - {at: 200%, do: reassign}
"""
SALES = f"""
process: sales
kinds: [LEAD]
stages:
  - id: new
    title: {{en: New, zh: 新线索}}
    guide: {{en: Ask what they need., zh: 先问需求。}}
    deadlines: {DEADLINE}
  - id: qualified
  - {{id: won, closes: CONVERTED}}
"""
REMIND, NOTIFY, REASSIGN = 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS


class Timed:
    """A firm with a process, whose timers are kept."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.activities = ActivityService(world.activities, world.queries, world.planners)
        self.pausing = Pausing(Noting(world.store, world.queries, world.notes, world.planners))

        self.notices = list[Notice]()

    async def tell(self, _: str, notice: Notice) -> None:
        """Keep what people are told."""
        self.notices.append(notice)

    def told(self) -> list[tuple[str, ...]]:
        """Return who was told, of each that was not asked for before."""
        told = [notice.recipients.told for notice in self.notices]
        self.notices.clear()
        return told

    def follower(self, *_: object) -> TimerFollower:
        world = self.world
        schedules = (Wakes(lifts_of, ever_lifts), NextDates(), Covers(), Lapses())
        return TimerFollower(
            world.tenant, world.store, world.planners, world.presences, world.timers, schedules, self, world.notes
        )

    async def at(self, ms: int) -> list[Event]:
        """Have it be so long behind the start, and everything that is due be done; return what happened by that.

        Lists of what falls due are left out, see ``tests.contract.test_digests``.
        """
        return [event for event in await self.all_at(ms) if not isinstance(event, Digested)]

    async def all_at(self, ms: int) -> list[Event]:
        """Do the same; return all that happened by that."""
        await self.world.clock.set(START_MS + ms)
        before = await self.world.store.events(self.world.tenant, count=1, newest_first=True)
        has_more = True
        while has_more:
            follower = self.follower()
            await follower.catch_up()
            has_more = bool(await follower.make_due() + await self.world.timers.fire(self.world.tenant))
        events: list[Event] = await self.world.store.events(self.world.tenant, after=before[0].number)
        return events

    async def call(self, decision: Decision, rep: str, at_ms: int) -> None:
        activity = Activity(ActivityKind.CALL, Direction.OUTBOUND, rep, START_MS + at_ms)
        await self.activities.record(self.world.tenant, RecordRequest(decision.item_id, activity, by_owner=True))

    async def hear(self, decision: Decision, at_ms: int) -> None:
        """Have the customer write."""
        activity = Activity(ActivityKind.MESSAGE, Direction.INBOUND, "", START_MS + at_ms)
        await self.activities.record(self.world.tenant, RecordRequest(decision.item_id, activity, by_owner=False))

    async def pause(self, decision: Decision, until_ms: int = 0) -> ToldPause:
        until_ms = until_ms and START_MS + until_ms
        return await self.pausing.pause(self.world.tenant, PauseRequest(decision.item_id, "waiting", until_ms))

    async def differences(self) -> list[str]:
        world = self.world
        check = TimerCheck(world.store, world.timers, self.follower)
        replay = Replay(world.store, world.presences, world.planners, check, processes=world.processes)
        return [difference async for difference in replay.differences(world.tenant)]


@pytest.fixture
async def firm(world: World) -> Timed:
    reps = (Rep("ann", manager="mo"), Rep("bo", manager="mo"), Rep("mo"))
    await world.save(*reps, pool=Pool("east", (Member("ann", 2), Member("bo", 1))))
    await publish(world, SALES)
    return Timed(world)


def steps(events: list[Event]) -> list[tuple[str, int]]:
    return [(event.name, event.step) for event in events if isinstance(event, Fired)]


async def test_the_owner_is_reminded_the_manager_told_and_the_work_item_given_to_somebody_else(firm: Timed) -> None:
    lead = await routed(firm.world)
    name = f"{lead.number}/new/first-response"

    assert await firm.at(REMIND - 1) == []
    assert steps(await firm.at(REMIND)) == [(f"due/{name}", 1)]
    assert await firm.differences() == []
    assert steps(await firm.at(NOTIFY)) == [(f"due/{name}", 2)]
    assert await firm.at(REASSIGN - 1) == []
    (moved,) = await firm.at(REASSIGN)

    assert isinstance(moved, Decision)
    assert (moved.rep, moved.freed, moved.head.cause, moved.way) == ("bo", "ann", Cause.ESCALATED, Way.GREEDY)
    assert moved.head.escalates == StepOfDeadline(f"act/{name}", 1)
    assert steps(await firm.at(REASSIGN + REMIND)) == [(f"due/{moved.number}/new/first-response", 1)]
    assert await firm.differences() == []


async def test_nobody_is_reminded_behind_the_call_that_stopped_it(firm: Timed) -> None:
    lead = await routed(firm.world)
    await firm.at(REMIND - 2)
    await firm.world.clock.set(START_MS + REMIND + 5)
    await firm.call(lead, "ann", REMIND - 1)

    assert await firm.world.timers.fire(firm.world.tenant) == 1  # it was due before anybody read of the call

    assert await firm.at(3 * HOUR_MS) == []
    assert await firm.differences() == []


async def test_a_note_stops_what_waits_for_one_and_nothing_else(firm: Timed) -> None:
    of_note = DEADLINE.replace("first-response", "report").replace("until: attempt", "until: note")
    await publish(firm.world, SALES.replace(DEADLINE, DEADLINE + of_note[1:]))
    lead = await routed(firm.world)
    await firm.at(REMIND - 2)
    note = Activity(ActivityKind.NOTE, Direction.INTERNAL, "ann", START_MS + REMIND - 2)
    await firm.activities.record(firm.world.tenant, RecordRequest(lead.item_id, note, by_owner=True))

    assert steps(await firm.at(REMIND)) == [(f"due/{lead.number}/new/first-response", 1)]
    assert await firm.differences() == []


async def test_of_what_is_told_late_the_last_is_told_alone_and_who_gives_waits_a_while_behind_it(firm: Timed) -> None:
    await routed(firm.world)

    assert [step for _, step in steps(await firm.at(3 * HOUR_MS))] == [2]
    assert await firm.at(3 * HOUR_MS + 15 * MINUTE_MS - 1) == []
    (moved,) = await firm.at(3 * HOUR_MS + 15 * MINUTE_MS)
    assert isinstance(moved, Decision)


async def test_what_nobody_else_can_have_stays_and_is_told_once(firm: Timed) -> None:
    lead = await routed(firm.world)
    for at_ms in (NOTIFY, REASSIGN, REASSIGN + NOTIFY, 2 * REASSIGN - 1):
        await firm.at(at_ms)

    events = await firm.at(2 * REASSIGN)

    assert [(name[:4], step) for name, step in steps(events)] == [("act/", 1)]
    assert (await record_of(firm.world, lead)).owner == "bo"
    assert await firm.at(9 * HOUR_MS) == []
    assert await firm.differences() == []


async def test_who_has_just_done_something_keeps_it_for_a_while(firm: Timed) -> None:
    source = SALES.replace("until: attempt", "until: contact")
    await publish(firm.world, source.replace("within: 1h", "within: 2h"))
    lead = await routed(firm.world)
    await firm.at(REASSIGN)
    await firm.at(2 * REASSIGN - 1)
    await firm.call(lead, "ann", 2 * REASSIGN - 1 - 5 * MINUTE_MS)  # one that does not stop it

    assert await firm.at(2 * REASSIGN) == []
    (moved,) = await firm.at(2 * REASSIGN - 1 + 10 * MINUTE_MS)
    assert isinstance(moved, Decision)


async def test_a_stage_that_is_left_takes_its_deadlines_along(firm: Timed) -> None:
    lead = await routed(firm.world)
    other = await routed(firm.world)
    await firm.at(REMIND - 1)

    await advance(firm.world, lead, "qualified")

    fired: list[Any] = await firm.at(NOTIFY)
    assert {event.item_id for event in fired} == {other.item_id}
    await firm.world.close(other)
    assert await firm.at(REASSIGN) == []
    assert await firm.world.timers.timers(firm.world.tenant) == []


RESOLUTION = (
    SALES.replace("first-response", "resolution")
    .replace("from: assigned", "from: arrival")
    .replace("until: attempt", "until: completion")
)


async def test_a_pause_ends_when_somebody_ends_it_at_its_end_and_as_soon_as_the_customer_is_heard_from(
    firm: Timed,
) -> None:
    await publish(firm.world, RESOLUTION)
    ended, over, heard = [await routed(firm.world) for _ in range(3)]
    await firm.at(10 * MINUTE_MS)
    for lead in (ended, heard):
        assert (await firm.pause(lead)).deadlines == ("resolution",)
    await firm.pause(over, 30 * MINUTE_MS)
    await firm.at(20 * MINUTE_MS)
    assert (await firm.pausing.resume(firm.world.tenant, ended.item_id)).deadlines == ("resolution",)
    await firm.at(36 * MINUTE_MS)
    await firm.hear(heard, 35 * MINUTE_MS)

    events = [await firm.at(at * MINUTE_MS) for at in (40, 50, 55)]

    assert [[event.item_id for event in each if isinstance(event, Fired)] for each in events] == [
        [ended.item_id], [over.item_id], [heard.item_id],
    ]  # fmt: skip
    assert await firm.differences() == []


async def test_a_pause_holds_that_begins_in_the_millisecond_of_a_message_and_behind_it(firm: Timed) -> None:
    await publish(firm.world, RESOLUTION)
    lead = await routed(firm.world)
    await firm.at(10 * MINUTE_MS)
    await firm.hear(lead, 10 * MINUTE_MS)

    assert (await firm.pause(lead, 20 * MINUTE_MS)).is_soon
    assert await firm.at(40 * MINUTE_MS - 1) == []
    assert steps(await firm.at(40 * MINUTE_MS)) == [(f"due/{lead.number}/new/resolution", 1)]
    assert await firm.differences() == []


async def test_a_pause_soon_behind_the_customer_is_told_apart_and_first_responses_do_not_pause(firm: Timed) -> None:
    lead = await routed(firm.world)
    await firm.at(2 * MINUTE_MS)
    await firm.hear(lead, MINUTE_MS)

    told = await firm.pause(lead)
    assert (told.is_soon, told.deadlines) == (True, ())
    assert steps(await firm.at(REMIND)) == [(f"due/{lead.number}/new/first-response", 1)]
    assert not (await firm.pause(lead)).is_soon
    with pytest.raises(InvalidInput, match="until_time"):
        await firm.pause(lead, REMIND)
    await firm.world.close(lead)
    with pytest.raises(NotPossible, match="CLOSED"):
        await firm.pause(lead)


async def test_what_is_not_paused_cannot_be_resumed_but_a_repeated_request_is_answered(firm: Timed) -> None:
    lead = await routed(firm.world)
    with pytest.raises(NotPossible, match="not paused"):
        await firm.pausing.resume(firm.world.tenant, lead.item_id)
    request = PauseRequest(lead.item_id, "waiting", request_id="r-1")
    first = await firm.pausing.pause(firm.world.tenant, request)

    assert await firm.pausing.pause(firm.world.tenant, request) == first
    resumed = [await firm.pausing.resume(firm.world.tenant, lead.item_id, request_id="r-2") for _ in range(2)]
    assert resumed[0].pause.event == resumed[1].pause.event == first.pause.event
    with pytest.raises(RequestIdReused):
        await firm.pausing.pause(firm.world.tenant, replace(request, reason="other"))


async def test_a_legal_term_runs_through_a_reopening_and_a_first_response_is_not_owed_again(firm: Timed) -> None:
    steps_of = "clock: wall, from: arrival, steps: [{at: 100%, do: remind}]"
    law = f"{{id: law, within: 3h, statutory: true, until: completion, {steps_of}}}"
    response = f"{{id: response, within: 1h, until: attempt, {steps_of}}}"
    stages = "stages: [{id: new}, {id: won, closes: CONVERTED}]"
    source = f"process: sales\nkinds: [LEAD]\ndeadlines: [{law}, {response}]\n{stages}"
    await publish(firm.world, source)
    lead = await routed(firm.world)
    await firm.at(30 * MINUTE_MS)
    await firm.call(lead, lead.rep, 20 * MINUTE_MS)
    await firm.world.router.complete(firm.world.tenant, lead.item_id, State.CLOSED)
    await firm.at(HOUR_MS)
    again = await reopened(firm.world, lead)

    assert await firm.at(3 * HOUR_MS - 1) == []
    assert steps(await firm.at(3 * HOUR_MS)) == [(f"due/{again.number}//law", 1)]
    assert await firm.at(9 * HOUR_MS) == []
    assert await firm.differences() == []


async def test_a_request_repeated_behind_a_reopening_is_answered_with_the_pause_that_it_was_of(firm: Timed) -> None:
    lead = await routed(firm.world)
    await firm.at(2 * MINUTE_MS)
    await firm.hear(lead, MINUTE_MS)
    request = PauseRequest(lead.item_id, "waiting", request_id="r-1")
    paused = await firm.pausing.pause(firm.world.tenant, request)
    resumed = await firm.pausing.resume(firm.world.tenant, lead.item_id, request_id="r-2")
    await firm.world.router.complete(firm.world.tenant, lead.item_id, State.CLOSED)
    await reopened(firm.world, lead)

    assert await firm.pausing.resume(firm.world.tenant, lead.item_id, request_id="r-2") == resumed
    assert await firm.pausing.pause(firm.world.tenant, request) == paused
    assert paused.is_soon


async def test_each_step_is_told_once_to_whom_it_concerns(firm: Timed) -> None:
    await routed(firm.world)
    await firm.at(1)
    firm.told()

    moved = ("bo", "ann", "mo")  # who has it now, who had it, and who leads them
    for at_ms, who in ((REMIND, [("ann",)]), (NOTIFY, [("mo",)]), (REASSIGN, [moved]), (REASSIGN + REMIND, [("bo",)])):
        await firm.at(at_ms)
        assert firm.told() == who


async def test_a_publication_is_told_to_all_who_work_in_a_pool_with_what_is_otherwise(firm: Timed) -> None:
    await firm.at(1)
    firm.notices.clear()

    await publish(firm.world, SALES.replace("within: 1h", "within: 2h").replace("qualified", "checked"))
    await firm.at(2)

    (notice,) = firm.notices
    assert isinstance(notice.about, ChangedProcess)
    assert notice.recipients.told == ("ann", "bo")
    said = [(each.kind.value, each.stage, each.deadline) for each in notice.about.differences]
    assert said == [("CHANGED", "new", "first-response"), ("ADDED", "checked", ""), ("REMOVED", "qualified", "")]
    first = '"first-response: turn to the customer within {} h after its owner got it, around the clock"'
    stage = f"stage new: {first.format(1)} is now {first.format(2)}"
    told = publication_told(notice.about.before, notice.about.process, Language.EN)
    assert told == f"Process sales, revision 2: {stage}; stage checked is new; stage qualified is no more."


async def test_who_is_to_follow_up_is_reminded_then_and_a_working_day_later_the_manager_is(firm: Timed) -> None:
    lead = await routed(firm.world, Kind.TICKET)
    activity = Activity(ActivityKind.CALL, Direction.OUTBOUND, "ann", 0, next_ms=START_MS + HOUR_MS)
    await firm.activities.record(firm.world.tenant, RecordRequest(lead.item_id, activity))
    await firm.at(1)
    firm.told()

    await firm.at(HOUR_MS)
    assert firm.told() == [("ann",)]
    await firm.at(25 * HOUR_MS)
    assert firm.told() == [("mo",)]


async def test_steps_that_fired_are_counted_in_the_metrics(firm: Timed) -> None:
    world, figures = firm.world, Metrics()
    if not isinstance(world.store, RedisAssignments):
        return  # the twin has no counters beside its log

    def counted(name: str, **labels: str) -> float | None:
        return figures.registry.get_sample_value(name, {"tenant": world.tenant, **labels})

    async def in_time(_: str) -> list[str]:
        return []

    monitor = Monitor(world.tenant, world.store, RedisSnapshots(world.store._redis), world.planners, in_time, figures)
    await monitor.look()
    await routed(world)
    await firm.at(REMIND)
    await firm.at(NOTIFY)
    await firm.at(REASSIGN)

    assert await monitor.look() == []
    assert counted("fairlead_deadline_steps_total") == 2.0
    assert counted("fairlead_decisions_total", outcome="ASSIGNED", cause="ESCALATED") == 1.0


async def test_what_has_ended_stays_as_it_was_whatever_calendars_and_severity_are_later(firm: Timed) -> None:
    world = firm.world
    rules = "fields: {severity: {type: string}}\nrules: []\ndefault: {route: {pool: east, hours: ignore}}"
    rule_set = check(rules).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, rules, dumps(rule_set), "", 0, 0, 0))
    source = SALES.replace("1h", "{by: severity, P1: 1h, else: 3h}").replace("wall", "owner")
    await world.processes.publish_process(world.tenant, None, process_publication(source, rule_set))
    over, runs = await routed(world, severity="P1"), await routed(world, severity="P1")
    await firm.at(NOTIFY + MINUTE_MS)
    await firm.call(over, over.rep, NOTIFY + MINUTE_MS)

    async def states(at_ms: int) -> list[str]:
        planner, published = await world.planners.newest(world.tenant), await world.planners.processes(world.tenant)
        lives = ItemLives(world.tenant, world.store, world.planners)
        found = [await lives.all(planner, published, await record_of(world, lead)) for lead in (over, runs)]
        return [each.state(START_MS + at_ms).value for lead in found for life in lead for each in life.stands]

    assert await states(NOTIFY + MINUTE_MS) == ["MISSED", "OVERDUE"]
    await world.keep_hours()  # they begin an hour after the start, so that it would be met, and runs
    assert await states(2 * HOUR_MS - 1) == ["MISSED", "OPEN"]
    updating = Updating(world.store, world.planners, world.queries, world.scores)
    for lead in (over, runs):
        paths = frozenset({"attributes.severity"})
        await updating.update(world.tenant, UpdateRequest(lead.item_id, {"severity": "P3"}, 0, 0, paths))
    assert await states(4 * HOUR_MS - 1) == ["MISSED", "OPEN"]
    assert await states(4 * HOUR_MS) == ["MISSED", "OVERDUE"]
    assert await firm.differences() == []


async def test_what_is_due_by_a_date_moves_with_it_and_its_steps_are_done_around_it_and_again(firm: Timed) -> None:
    world = firm.world
    rules = "fields: {end: {type: date}}\nrules: []\ndefault: {route: {pool: east, hours: ignore}}"
    rule_set = check(rules).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, rules, dumps(rule_set), "", 0, 0, 0))
    steps_around = (
        "[{before: 1h, do: remind}, {every: 30m, at_most: 2, do: notify, to: manager}, {after: 2h, do: reassign}]"
    )
    dated = f"{{id: renewal, of: end, before: 2h, clock: wall, until: contact, steps: {steps_around}}}"
    source = (
        f"process: sales\nkinds: [LEAD]\nstages: [{{id: new, deadlines: [{dated}]}}, {{id: won, closes: CONVERTED}}]"
    )
    await world.processes.publish_process(world.tenant, None, process_publication(source, rule_set))

    def at(ms: int) -> str:
        return datetime.fromtimestamp((START_MS + ms) / 1000, UTC).isoformat()

    lead, without = await routed(world, end=at(10 * HOUR_MS)), await routed(world)
    assert await firm.at(HOUR_MS) == []
    updating = Updating(world.store, world.planners, world.queries, world.scores)
    wish = UpdateRequest(lead.item_id, {"end": at(12 * HOUR_MS)}, 0, 0, frozenset({"attributes.end"}))
    name = f"due/{(await updating.update(world.tenant, wish)).record.event}/new/renewal"

    assert await firm.at(9 * HOUR_MS - 1) == []
    firm.told()
    assert steps(await firm.at(9 * HOUR_MS)) == [(name, 1)]
    assert steps(await firm.at(10 * HOUR_MS)) == [(name, 2)]
    assert steps(await firm.at(10 * HOUR_MS + 30 * MINUTE_MS)) == [(name, 3)]
    assert firm.told() == [("ann",), ("mo",), ("mo",)]
    (given,) = await firm.at(12 * HOUR_MS)
    assert isinstance(given, Decision)
    assert (given.item_id, {given.rep, lead.rep}) == (lead.item_id, {"ann", "bo"})  # the other one has no date
    assert without.item_id not in {each.item_id for each in await firm.at(999 * HOUR_MS) if isinstance(each, Fired)}
    assert await firm.differences() == []
