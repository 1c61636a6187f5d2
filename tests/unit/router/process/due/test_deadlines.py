"""What falls due, when, and how it stands: the first walk of a lead, and what each start and end means."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from router.assignment.roster import Roster
from router.model.activities import ActivityEvidence, ActivityKind
from router.model.calendars import Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.workforce import Pool, Record, RecordChange, Rep, WorkforceRecords
from router.model.workitem import Kind, State
from router.process.definition.deadlines import Act, ClockOwner, Deadline, DeadlineStep, RecipientRole, Since, Until
from router.process.definition.processes import Process, Stage
from router.process.due.clocks import DeadlineClocks, RevisionInForce
from router.process.due.standings import WHOLE, DeadlineStanding, DeadlineState, standings
from router.process.life.lives import Done, Life, Occurrence, Spell, StageEntry
from rules.durations import Duration, DurationCase, DurationTable, as_duration

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_SIX = (Hours(9 * 60, 18 * 60),)
OFFICE = Calendar(
    "cn-office",
    "Asia/Shanghai",
    tuple(WeeklyHours(day, *NINE_TO_SIX) for day in range(5)),
    (CalendarException("2026-09-20", NINE_TO_SIX), CalendarException("2026-09-25")),
)
MORNINGS = Calendar("mornings", "Asia/Shanghai", tuple(WeeklyHours(day, Hours(9 * 60, 13 * 60)) for day in range(7)))
ATTEMPT, CONTACT, CUSTOMER, ANY = ActivityEvidence
CALLED, WROTE_IN = (ATTEMPT, CONTACT, ANY), (CONTACT, CUSTOMER, ANY)
FIRST_RESPONSE = Deadline(
    "first-response",
    DurationTable(Duration(1, "h")),
    ClockOwner.OWNER,
    Since.ASSIGNED,
    Until.ATTEMPT,
    (
        DeadlineStep(Fraction(1, 2), Act.REMIND),
        DeadlineStep(Fraction(1), Act.NOTIFY, (RecipientRole.MANAGER,)),
        DeadlineStep(Fraction(2), Act.REASSIGN),
    ),
)


def ms(text: str) -> int:
    """Return an instant of September 2026 by the clocks of Shanghai: ``18T17:20``."""
    return int(datetime.fromisoformat(f"2026-09-{text}").replace(tzinfo=SHANGHAI).timestamp()) * 1000


def shown(at_ms: int | None) -> str:
    return "" if at_ms is None else f"{datetime.fromtimestamp(at_ms / 1000, SHANGHAI):%dT%H:%M}"


def roster(**calendars: str) -> Roster:
    """Return reps by whose calendar each works; all others work by the tenant's, the office."""
    records = [
        *((RecordChange(1, "rep", rep, Rep(rep, calendar=calendar))) for rep, calendar in calendars.items()),
        *(RecordChange(1, "calendar", each.id, each) for each in (OFFICE, MORNINGS)),
        RecordChange(1, "pool", "early", Pool("early", calendar="mornings")),
        RecordChange(1, "tenant", "settings", TenantSettings(time_zone="Asia/Shanghai", calendar="cn-office")),
    ]
    return Roster(WorkforceRecords().after(records, 1))


TEAM = roster(wang="", li="", zhao="mornings", chen="cn-office")
USUAL = DeadlineClocks(TEAM.hours, "Asia/Shanghai")


def process(*deadlines: Deadline, whole: tuple[Deadline, ...] = ()) -> Process:
    stages = (Stage("new", deadlines=deadlines), Stage("qualified"), Stage("won", closes=State.CONVERTED))
    return Process("sales", frozenset({Kind.LEAD}), stages, deadlines=whole)


def life(*spells: Spell, **more: object) -> Life:
    first = spells[0]
    return Life(Occurrence(first.event, first.since_ms), spells)._replace(**more)  # type: ignore[arg-type]


def spells(*changes: tuple[str, str]) -> tuple[Spell, ...]:
    """Return who has it since when: events 1, 11, 21, …"""
    until = [ms(text) for _, text in changes[1:]]
    return tuple(
        Spell(place * 10 + 1, rep, "", ms(text), until_ms, 1 if until_ms else 0)
        for place, ((rep, text), until_ms) in enumerate(zip(changes, [*until, None], strict=True))
    )


def done(event: int, text: str, *evidence: ActivityEvidence, kind: ActivityKind = ActivityKind.CALL) -> Done:
    return Done(event, kind, evidence, ms(text))


def of(deadline: Deadline, a_life: Life, clocks: DeadlineClocks = USUAL) -> list[DeadlineStanding]:
    return standings(process(deadline), a_life, {}, clocks)


def ended(standing: DeadlineStanding) -> tuple[str, bool]:
    assert standing.end is not None
    return shown(standing.end.at_ms), standing.end.is_done


def deadline(within: str, since: Since, until: Until, clock: ClockOwner = ClockOwner.OWNER) -> Deadline:
    return Deadline("one", DurationTable(as_duration(within)), clock, since, until)


def test_the_first_walk_of_a_lead_falls_due_when_clocks_on_the_wall_say() -> None:
    idle = life(*spells(("wang", "18T17:20")))

    (routed,) = of(FIRST_RESPONSE, idle)

    assert (shown(routed.due_ms), [*map(shown, routed.steps)]) == ("20T09:20", ["18T17:50", "20T09:20", "20T10:20"])
    states = [routed.state(ms(text)) for text in ("18T17:50", "20T09:19", "20T09:20")]
    assert states == [DeadlineState.OPEN, DeadlineState.OPEN, DeadlineState.OVERDUE]


def test_the_first_walk_of_a_lead_is_missed_by_one_and_met_by_the_next_after_25_minutes() -> None:
    called = done(12, "20T10:45", *CALLED)
    moved = life(*spells(("wang", "18T17:20"), ("li", "20T10:20")), done=(called,))

    missed, met = of(FIRST_RESPONSE, moved)

    assert (missed.owner, missed.state(ms("21T00:00")), missed.entry) == ("wang", DeadlineState.MISSED, 1)
    assert (met.owner, met.state(ms("21T00:00")), met.entry) == ("li", DeadlineState.MET, 11)
    assert (shown(met.due_ms), ended(met)) == ("20T11:20", ("20T10:45", True))


def test_a_deadline_whose_owner_changed_before_it_was_due_is_neither_met_nor_missed() -> None:
    first, _ = of(FIRST_RESPONSE, life(*spells(("wang", "18T10:00"), ("li", "18T10:30"))))

    assert (first.state(ms("21T00:00")), ended(first)) == (DeadlineState.ENDED, ("18T10:30", False))
    assert first.end is not None
    assert first.end.event == 11


def test_what_is_done_as_it_falls_due_is_in_time_and_a_moment_later_is_late() -> None:
    base = life(*spells(("wang", "18T10:00")))

    states = [
        standing.state(ms("19T00:00"))
        for late_ms in (0, 1)
        for standing in of(
            FIRST_RESPONSE,
            base._replace(done=(Done(2, ActivityKind.CALL, CALLED, ms("18T11:00") + late_ms),)),
        )
    ]

    assert states == [DeadlineState.MET, DeadlineState.MISSED]


@pytest.mark.parametrize("text", ["18T09:59", "17T12:00"])
def test_evidence_from_before_the_start_ends_nothing(text: str) -> None:
    early = life(*spells(("wang", "18T10:00")), done=(done(2, text, *CALLED),))

    assert of(FIRST_RESPONSE, early)[0].end is None


def test_a_stage_that_the_process_has_no_more_takes_no_deadline_of_the_whole_away() -> None:
    whole = deadline("8h", Since.ARRIVAL, Until.COMPLETION)
    gone = life(*spells(("wang", "21T09:00")), entries=(StageEntry("gone", 2, ms("21T10:00")),))

    stands = standings(process(whole=(whole,)), gone, {}, USUAL)

    assert [each.deadline.id for each in stands] == [whole.id]


def test_evidence_counts_by_when_it_occurred_however_late_it_is_recorded() -> None:
    late, early = done(8, "18T12:00", *CALLED), done(9, "18T10:40", *CALLED)

    (standing,) = of(FIRST_RESPONSE, life(*spells(("wang", "18T10:00")), done=(late, early)))

    assert (standing.state(ms("18T17:00")), ended(standing)) == (DeadlineState.MET, ("18T10:40", True))


def test_what_was_used_by_an_earlier_owners_hours_stays_used_and_the_rest_runs_by_the_new_ones() -> None:
    resolution = deadline("6h", Since.ARRIVAL, Until.COMPLETION)
    used_four = spells(("wang", "21T09:00"), ("zhao", "21T13:00"))  # zhao's mornings end at that moment

    (standing,) = of(resolution, life(*used_four))

    assert shown(standing.due_ms) == "22T11:00"


def test_used_is_a_share_where_working_days_differ_in_length() -> None:
    one_day = deadline("1d", Since.ARRIVAL, Until.COMPLETION)
    a_third = spells(("wang", "21T09:00"), ("zhao", "21T12:00"))  # 3 of 9 hours; two thirds of 4 are 2 h 40 min

    (standing,) = of(one_day, life(*a_third))

    assert shown(standing.due_ms) == "22T10:40"


def test_what_was_used_is_measured_by_the_clocks_of_the_time() -> None:
    used_three = life(*spells(("wang", "21T12:00"), ("li", "21T15:00")))  # of wang's mornings it were one
    resolution = deadline("6h", Since.ARRIVAL, Until.COMPLETION)
    closed_since = USUAL._replace(present=roster(wang="mornings", li="").hours, past={1: TEAM.hours})

    assert [shown(each.due_ms) for each in of(resolution, used_three, closed_since)] == ["21T18:00"]


def test_what_is_missed_stays_so_whoever_gets_it_a_week_later() -> None:
    new_york = Calendar("us-office", "America/New_York", OFFICE.weekly)
    changes: list[tuple[str, str, Record | None]] = [
        ("calendar", "us-office", new_york),
        ("rep", "ann", Rep("ann", calendar="us-office")),
    ]
    there = USUAL._replace(present=Roster(TEAM.records.with_changes(2, changes)).hours)
    october_ms = 31 * 86_400_000  # on 31 October clocks go back in New York: the day has 25 hours there
    begun_ms, later_ms = ms("30T20:00") + october_ms, ms("30T20:00") + october_ms + 7 * 86_400_000
    called_late = (Done(2, ActivityKind.CALL, CALLED, begun_ms + 24 * 3_600_000 + 1_800_000),)
    a_day = deadline("1cd", Since.ENTERED, Until.ATTEMPT)
    alone, handed = Spell(1, "wang", "", begun_ms), Spell(11, "ann", "", later_ms)

    kept, moved = (
        of(a_day, life(*each, done=called_late), there)[0]
        for each in ((alone,), (alone._replace(until_ms=later_ms, workforce=1), handed))
    )

    assert (kept.state(later_ms), kept.due_ms) == (DeadlineState.MISSED, begun_ms + 24 * 3_600_000)
    assert moved == kept


def test_what_is_met_stays_due_when_it_was_whoever_gets_it_later() -> None:
    met = (done(2, "18T10:30", *CALLED),)
    eight_hours = deadline("8h", Since.ENTERED, Until.ATTEMPT)

    kept, handed = (
        of(eight_hours, life(*spells(("wang", "18T10:00"), *later), done=met))[0]
        for later in ([], [("zhao", "18T15:00")])
    )

    assert (shown(kept.due_ms), handed) == ("18T18:00", kept)


def test_a_calendar_changed_behind_the_end_of_a_deadline_rewrites_nothing_and_one_before_it_counts() -> None:
    called = life(*spells(("wang", "18T17:00")), done=(done(2, "20T12:30", *CALLED),))
    in_mornings = roster(wang="mornings").hours
    since = {
        text: USUAL._replace(
            present=in_mornings,
            past={1: TEAM.hours, 2: in_mornings},
            changes=(RevisionInForce(0, 1), RevisionInForce(ms(text), 2)),
        )
        for text in ("20T13:00", "20T12:00")
    }

    four_hours = deadline("4h", Since.ENTERED, Until.ATTEMPT)

    dues = {text: shown(of(four_hours, called, clocks)[0].due_ms) for text, clocks in since.items()}
    still_open = of(four_hours, called._replace(done=()), since["20T13:00"])[0]
    assert dues == {"20T13:00": "20T12:00", "20T12:00": "19T13:00"}
    assert shown(still_open.due_ms) == "19T13:00"


def test_a_spell_that_no_event_tells_the_workforce_of_ran_by_that_in_force_as_it_ended() -> None:
    offered = Spell(1, "", "", ms("21T12:00"), ms("21T15:00"))
    accepted = life(offered, Spell(2, "li", "", ms("21T15:00")))
    no_morning = roster(li="").records.with_changes(2, [("tenant", "settings", TenantSettings(calendar="mornings"))])
    clocks = USUAL._replace(present=Roster(no_morning).hours, past={1: TEAM.hours}, changes=(RevisionInForce(0, 1),))

    (standing,) = of(deadline("6h", Since.ARRIVAL, Until.COMPLETION), accepted, clocks)

    assert shown(standing.due_ms) == "22T12:00"  # three hours were used


@pytest.mark.parametrize(("text", "revision"), [("17T00:00", 3), ("18T00:00", 3), ("18T23:59", 3), ("19T00:00", 4)])
def test_the_workforce_in_force_is_that_of_the_newest_change_until_then_else_the_first(
    text: str, revision: int
) -> None:
    clocks = USUAL._replace(changes=(RevisionInForce(ms("18T00:00"), 3), RevisionInForce(ms("19T00:00"), 4)))

    assert (clocks.in_force(ms(text)), USUAL.in_force(ms(text))) == (revision, 0)


def test_while_nobody_owns_it_time_runs_by_its_pools_hours_else_the_tenants() -> None:
    resolution = deadline("2h", Since.ARRIVAL, Until.COMPLETION)
    of_pool = life(Spell(1, "", "early", ms("18T12:00")))
    of_nobody = life(Spell(1, "", "", ms("18T17:00")))

    assert [shown(of(resolution, each)[0].due_ms) for each in (of_pool, of_nobody)] == ["19T10:00", "20T10:00"]


@pytest.mark.parametrize(
    ("within", "clock", "due"),
    [
        ("2h", ClockOwner.WALL, "18T19:00"),
        ("1d", ClockOwner.WALL, "19T17:00"),
        ("1d", ClockOwner.OWNER, "20T17:00"),
        ("2cd", ClockOwner.OWNER, "20T17:00"),
        ("2h", ClockOwner.POOL, "19T11:00"),
    ],
)
def test_a_deadline_runs_by_the_clock_that_it_names(within: str, clock: ClockOwner, due: str) -> None:
    owned = life(Spell(1, "chen", "early", ms("18T17:00")))

    (standing,) = of(deadline(within, Since.ARRIVAL, Until.COMPLETION, clock), owned)

    assert shown(standing.due_ms) == due


def test_how_long_it_is_follows_from_the_work_item_and_where_there_is_no_saying_there_is_no_deadline() -> None:
    table = DurationTable(None, "severity", (DurationCase("P1", Duration(30, "m")),))
    one = process(Deadline("one", table, since=Since.ARRIVAL))
    owned = life(*spells(("wang", "18T10:00")))

    assert [shown(each.due_ms) for each in standings(one, owned, {"severity": "P1"}, USUAL)] == ["18T10:30"]
    assert standings(one, owned, {}, USUAL) == []


def test_a_stage_that_is_entered_again_begins_its_deadlines_anew_under_another_entry() -> None:
    again = life(
        *spells(("wang", "18T10:00"), ("li", "18T16:00")),
        done=(done(4, "18T10:10", *WROTE_IN, kind=ActivityKind.EMAIL),),
        entries=(StageEntry("qualified", 5, ms("18T10:30")), StageEntry("new", 7, ms("18T12:00"))),
    )

    entries = {
        since: [each.entry for each in of(deadline("1h", since, Until.COMPLETION), again)]
        for since in (Since.ARRIVAL, Since.ENTERED, Since.ASSIGNED, Since.LAST_INBOUND)
    }

    assert entries == {
        Since.ARRIVAL: [1, 7], Since.ENTERED: [1, 7], Since.ASSIGNED: [1, 7, 11], Since.LAST_INBOUND: [4, 7]
    }  # fmt: skip


def test_no_step_of_a_stages_deadline_is_due_before_the_stage_was_entered() -> None:
    steps = tuple(DeadlineStep(share, Act.REMIND) for share in (Fraction(1, 2), Fraction(2)))
    resolution = deadline("2h", Since.ARRIVAL, Until.COMPLETION)
    entered = life(*spells(("wang", "18T10:00")), entries=(StageEntry("new", 5, ms("18T12:30")),))

    _, again = of(replace(resolution, steps=steps), entered)

    assert (shown(again.due_ms), [*map(shown, again.steps)]) == ("18T12:00", ["18T12:30", "18T14:00"])


def test_leaving_the_stage_ends_its_deadlines_and_is_what_some_wait_for() -> None:
    left = life(*spells(("wang", "18T10:00")), entries=(StageEntry("qualified", 5, ms("18T10:30")),))

    ends = {until: of(deadline("1h", Since.ENTERED, until), left)[0] for until in (Until.STAGE, Until.ATTEMPT)}

    assert ended(ends[Until.STAGE]) == ("18T10:30", True)
    assert ended(ends[Until.ATTEMPT]) == ("18T10:30", False)


def test_deadlines_of_the_process_run_through_its_stages_and_end_with_the_work_item() -> None:
    resolution = deadline("1d", Since.ENTERED, Until.COMPLETION)
    closed = life(
        *spells(("wang", "18T10:00")),
        entries=(StageEntry("qualified", 5, ms("18T10:30")),),
        closed=Occurrence(9, ms("18T12:00")),
    )

    (standing,) = standings(process(whole=(resolution,)), closed, {}, USUAL)

    assert (standing.stage, shown(standing.start_ms), ended(standing)) == (WHOLE, "18T10:00", ("18T12:00", True))


def test_a_message_of_the_customers_waits_from_the_oldest_until_somebody_answers() -> None:
    mail, call = ActivityKind.EMAIL, ActivityKind.CALL
    talk = (
        done(2, "18T11:00", *WROTE_IN, kind=mail),
        done(3, "18T11:30", *WROTE_IN, kind=mail),
        done(4, "18T11:45", *WROTE_IN, kind=call),  # the customer called, and was talked to
        done(5, "18T16:00", *WROTE_IN, kind=mail),
    )
    next_response = deadline("2h", Since.LAST_INBOUND, Until.ATTEMPT)

    answered, waits = of(next_response, life(*spells(("wang", "18T10:00")), done=talk))

    assert (answered.entry, shown(answered.start_ms), ended(answered)) == (2, "18T11:00", ("18T11:45", True))
    assert (waits.entry, shown(waits.due_ms), waits.end) == (5, "18T18:00", None)


def test_a_message_from_before_a_life_waits_from_its_beginning() -> None:
    asked = done(2, "17T11:00", *WROTE_IN, kind=ActivityKind.EMAIL)
    next_response = deadline("2h", Since.LAST_INBOUND, Until.ATTEMPT)
    reopened = life(Spell(7, "wang", "", ms("18T10:00")), done=(asked,))

    (waits,) = of(next_response, reopened)

    assert (waits.entry, shown(waits.start_ms), shown(waits.due_ms)) == (7, "18T10:00", "18T12:00")


def test_an_update_is_due_again_and_again_from_the_last_of_ours_and_before_one_from_the_entry() -> None:
    update = deadline("1h", Since.LAST_OUTBOUND, Until.ATTEMPT)
    two_calls = (done(2, "18T10:30", *CALLED), done(3, "18T12:00", *CALLED))

    each = of(update, life(*spells(("wang", "18T10:00")), done=two_calls))

    assert [(one.entry, shown(one.due_ms), one.state(ms("18T12:30"))) for one in each] == [
        (1, "18T11:00", DeadlineState.MET),
        (2, "18T11:30", DeadlineState.MISSED),
        (3, "18T13:00", DeadlineState.OPEN),
    ]


def test_a_calendar_without_an_hour_in_it_leaves_a_deadline_without_an_instant() -> None:
    never = Calendar("cn-office", "Asia/Shanghai")
    closed = Roster(TEAM.records.with_changes(2, [("calendar", "cn-office", never)]))

    (standing,) = of(FIRST_RESPONSE, life(*spells(("wang", "18T10:00"))), USUAL._replace(present=closed.hours))

    assert (standing.due_ms, standing.state(ms("30T00:00"))) == (None, DeadlineState.OPEN)


def test_whoever_works_at_no_hour_for_years_leaves_a_deadline_without_an_instant() -> None:
    never = Calendar("never", "Asia/Shanghai")
    changes: list[tuple[str, str, Record | None]] = [
        ("calendar", "never", never),
        ("rep", "wang", Rep("wang", calendar="never")),
    ]
    idle = Roster(TEAM.records.with_changes(2, changes))
    four_years_ms = 4 * 366 * 86_400_000
    handed = (
        Spell(1, "wang", "", ms("18T10:00"), ms("18T10:00") + four_years_ms, 1),
        Spell(11, "li", "", ms("18T10:00") + four_years_ms),
    )

    (standing,) = of(deadline("1h", Since.ARRIVAL, Until.COMPLETION), life(*handed), USUAL._replace(present=idle.hours))

    assert standing.due_ms is None


def test_what_happens_as_a_stage_is_entered_or_it_is_closed_starts_nothing_in_it() -> None:
    update, answer = (
        deadline("1h", Since.LAST_OUTBOUND, Until.ATTEMPT),
        deadline("1h", Since.LAST_INBOUND, Until.ATTEMPT),
    )
    mail = ActivityKind.EMAIL
    talk = (
        done(2, "18T10:00", *CALLED),
        done(3, "18T11:00", *WROTE_IN, kind=mail),
        done(4, "18T12:00", *CALLED),
        done(6, "18T13:00", *CALLED),
        done(7, "18T13:00", *WROTE_IN, kind=mail),
    )
    here = life(*spells(("wang", "18T10:00")), done=talk)
    closed = here._replace(closed=Occurrence(8, ms("18T13:00")))
    moved = here._replace(entries=(StageEntry("new", 5, ms("18T12:00")),))

    assert [shown(each.start_ms) for each in of(update, closed)] == ["18T10:00", "18T12:00"]
    assert [shown(each.start_ms) for each in of(answer, closed)] == ["18T11:00"]
    assert [(shown(each.start_ms), each.entry) for each in of(answer, moved)] == [("18T11:00", 3), ("18T13:00", 7)]


def test_who_has_it_for_no_moment_owes_nothing() -> None:
    at_once = spells(("wang", "18T10:00"), ("li", "18T10:00"))

    assert [each.owner for each in of(FIRST_RESPONSE, life(*at_once))] == ["li"]


def test_closing_a_work_item_leaves_its_stage() -> None:
    closed = life(*spells(("wang", "18T10:00")), closed=Occurrence(9, ms("18T10:30")))

    assert ended(of(deadline("1h", Since.ENTERED, Until.STAGE), closed)[0]) == ("18T10:30", True)


def test_a_note_ends_what_waits_for_one_and_nothing_else() -> None:
    noted = life(*spells(("wang", "18T10:00")), notes=(Occurrence(2, ms("18T10:20")), Occurrence(3, ms("18T10:40"))))
    ends = {
        until: of(deadline("1h", Since.ARRIVAL, until), noted)[0].end for until in Until if until is not Until.ANSWER
    }

    assert ends.pop(Until.NOTE) == (ms("18T10:20"), 2, True)
    assert set(ends.values()) == {None}
    called = life(*spells(("wang", "18T10:00")), done=(done(2, "18T10:20", *CALLED),))
    assert of(deadline("1h", Since.ARRIVAL, Until.NOTE), called)[0].end is None
    again = life(*spells(("wang", "23T09:00")))._replace(came=Occurrence(0, ms("18T10:00")), had_notes=True)
    assert of(deadline("1h", Since.ARRIVAL, Until.NOTE), again) == []


def test_reopening_takes_back_that_it_was_closed_and_no_first_response_and_no_legal_term() -> None:
    law = replace(deadline("15cd", Since.ARRIVAL, Until.COMPLETION, ClockOwner.WALL), statutory=True)
    response = deadline("2h", Since.ARRIVAL, Until.ATTEMPT)
    again = life(*spells(("wang", "23T09:00")))._replace(came=Occurrence(0, ms("18T10:00")))
    called = again._replace(proved=frozenset({ATTEMPT}))

    def starts(one: Deadline, a_life: Life) -> list[str]:
        return [f"{shown(each.start_ms)} {each.entry}" for each in of(one, a_life)]

    assert starts(law, called) == ["18T10:00 1"]  # another standing, under another entry
    assert starts(replace(law, statutory=False), called) == ["23T09:00 1"]
    assert starts(response, again) == ["23T09:00 1"]
    assert starts(response, called) == starts(replace(response, statutory=True), called) == []
    assert starts(replace(response, until=Until.CONTACT), called) == ["23T09:00 1"]
