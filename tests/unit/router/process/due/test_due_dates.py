"""What is due by a date of its work item: the renewals of a walk, days off, moved dates, dates that return."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from router.assignment.roster import Roster
from router.model.activities import ActivityEvidence, ActivityKind
from router.model.calendars import Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.decision import Cause, Decision, DecisionInputs, Outcome
from router.model.events import Updated
from router.model.workforce import RecordChange, Rep, WorkforceRecords
from router.model.workitem import Kind, State, WorkItem
from router.process.definition.deadlines import (
    Act,
    AfterDue,
    BeforeDue,
    ClockOwner,
    Deadline,
    DeadlineStep,
    DueDate,
    OnClosed,
    Until,
)
from router.process.definition.processes import Process, Stage
from router.process.due.clocks import DeadlineClocks
from router.process.due.due_dates import moment_of
from router.process.due.due_steps import due_steps
from router.process.due.standings import DeadlineStanding, DeadlineState, standings
from router.process.life.lives import AttributesSince, Done, Life, Occurrence, Spell, StageEntry, lives_of
from rules.durations import Duration, DurationCase, DurationTable, as_duration

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPLIT = (Hours(9 * 60, 12 * 60), Hours(13 * 60, 18 * 60))
OFFICE = Calendar(
    "cn-office",
    "Asia/Shanghai",
    tuple(WeeklyHours(day, span) for day in range(5) for span in SPLIT),
    (CalendarException("2026-10-10", SPLIT), *(CalendarException(f"2026-10-0{day}") for day in range(1, 8))),
)
NIGHTS = Calendar("nights", "Asia/Shanghai", tuple(WeeklyHours(day, Hours(22 * 60, 6 * 60)) for day in range(5)))
TEAM = Roster(
    WorkforceRecords().after(
        [
            *(RecordChange(1, "calendar", each.id, each) for each in (OFFICE, NIGHTS, Calendar("never", "UTC"))),
            RecordChange(1, "rep", "lin", Rep("lin")),
            RecordChange(1, "rep", "owl", Rep("owl", calendar="nights")),
            RecordChange(1, "rep", "nobody", Rep("nobody", calendar="never")),
            RecordChange(1, "tenant", "settings", TenantSettings(time_zone="Asia/Shanghai", calendar="cn-office")),
        ],
        1,
    )
)
CLOCKS = DeadlineClocks(TEAM.hours, "Asia/Shanghai")
CONTACTED = (ActivityEvidence.ATTEMPT, ActivityEvidence.CONTACT, ActivityEvidence.ANY)


def ms(text: str) -> int:
    """Return an instant by the clocks of Shanghai: ``2026-09-18T17:20``."""
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp()) * 1000


def shown(at_ms: int | None) -> str:
    return "" if at_ms is None else f"{datetime.fromtimestamp(at_ms / 1000, SHANGHAI):%Y-%m-%dT%H:%M}"


def table(text: str) -> DurationTable | None:
    return DurationTable(as_duration(text)) if text else None


def dated(before: str = "", on_closed: OnClosed = OnClosed.BEFORE, **more: object) -> Deadline:
    deadline = Deadline("renewal", DurationTable(None), dated=DueDate(("end",), table(before), on_closed))
    return replace(deadline, **more)  # type: ignore[arg-type]


def process(*deadlines: Deadline) -> Process:
    stages = (Stage("new", deadlines=deadlines), Stage("next"), Stage("won", closes=State.CONVERTED))
    return Process("renewals", frozenset({Kind.LEAD}), stages)


def life(end: object, since: str = "2026-09-01T10:00", rep: str = "lin", **more: object) -> Life:
    begun = Occurrence(1, ms(since))
    known = (AttributesSince(*begun, {"end": end}),)
    return Life(begun, (Spell(1, rep, "", begun.at_ms),), attributes=known)._replace(**more)  # type: ignore[arg-type]


def of(deadline: Deadline, a_life: Life, fact: Mapping[str, str] = {}) -> list[DeadlineStanding]:
    return standings(process(deadline), a_life, fact, CLOCKS)


def due(deadline: Deadline, a_life: Life) -> str:
    return shown(of(deadline, a_life)[0].due_ms)


def called(event: int, at: str) -> Done:
    return Done(event, ActivityKind.CALL, CONTACTED, ms(at))


@pytest.mark.parametrize(
    ("before", "at"), [("90d", "2026-09-16T09:00"), ("60d", "2026-10-16T09:00"), ("30cd", "2026-11-13T09:00")]
)
def test_a_renewal_is_due_as_its_day_opens_and_on_a_sunday_the_friday_before(before: str, at: str) -> None:
    assert due(dated(before), life("2026-12-15")) == at


@pytest.mark.parametrize(
    ("end", "before", "on_closed", "clock", "rep", "at"),
    [
        ("2026-11-15", "", "after", "owner", "lin", "2026-11-16T09:00"),
        ("2026-11-15", "", "as_is", "owner", "lin", "2026-11-15T00:00"),
        ("2026-11-16", "", "as_is", "owner", "lin", "2026-11-16T09:00"),
        ("2026-11-15", "", "before", "wall", "lin", "2026-11-15T00:00"),
        ("2026-10-10", "", "after", "owner", "lin", "2026-10-10T09:00"),  # a Saturday that makes up for a holiday
        ("2026-10-04", "", "before", "owner", "lin", "2026-09-30T09:00"),
        ("2026-10-04", "", "after", "owner", "lin", "2026-10-08T09:00"),
        ("2026-11-14", "", "before", "owner", "owl", "2026-11-13T22:00"),  # what began on Friday is Friday's
        ("2026-11-16", "15h", "before", "owner", "lin", "2026-11-13T09:00"),
        ("2026-11-16T17:30:00+08:00", "", "before", "owner", "lin", "2026-11-16T17:30"),
        ("2026-11-16T18:00:00+08:00", "", "before", "owner", "lin", "2026-11-16T18:00"),
        ("2026-11-16T12:30:00+08:00", "", "before", "owner", "lin", "2026-11-16T09:00"),
        ("2026-11-16T12:30:00+08:00", "", "after", "owner", "lin", "2026-11-16T13:00"),
        ("2026-11-16T08:30:00+08:00", "", "before", "owner", "lin", "2026-11-13T09:00"),
        ("2026-11-16T20:00:00+08:00", "1d", "after", "owner", "lin", "2026-11-16T09:00"),
        ("2026-11-16T20:00:00+08:00", "1d", "as_is", "owner", "lin", "2026-11-15T20:00"),
        ("2026-11-16T00:00:00Z", "", "before", "owner", "lin", "2026-11-16T09:00"),  # to rules that is the day
        ("2026-11-16", "", "before", "owner", "nobody", ""),
    ],
)
def test_where_nobody_works_it_moves_as_it_says(
    end: str, before: str, on_closed: str, clock: str, rep: str, at: str
) -> None:
    assert due(dated(before, OnClosed(on_closed), clock=ClockOwner(clock)), life(end, rep=rep)) == at


FARTHEST = ("9999-12-31T23:00:00-08:00", "0001-01-01T00:00:00+08:00")  # of which UTC has no day


@pytest.mark.parametrize("end", [None, "", "soon", 20261215, "1066-10-14", "9999-01-01", ["2026-12-15"], *FARTHEST])
def test_what_has_no_date_has_no_deadline(end: object) -> None:
    assert of(dated("30d"), life(end)) == []
    assert moment_of(end) is None


def test_how_long_before_may_depend_on_the_work_item_and_where_there_is_no_saying_there_is_no_deadline() -> None:
    by_tier = DurationTable(None, "tier", (DurationCase("A", Duration(90, "d")),))
    one = dated(dated=DueDate(("end",), by_tier))

    assert [shown(each.due_ms) for each in of(one, life("2026-12-15"), {"tier": "A"})] == ["2026-09-16T09:00"]
    assert of(one, life("2026-12-15"), {"tier": "B"}) == []


def test_of_several_fields_the_first_that_holds_a_date_counts() -> None:
    one = dated("30d", dated=DueDate(("notice", "end"), table("30d")))

    def at(**attributes: object) -> list[str]:
        since = AttributesSince(1, ms("2026-09-01T10:00"), attributes)
        return [shown(each.due_ms) for each in of(one, life("", attributes=(since,)))]

    assert at(end="2026-12-15") == ["2026-11-13T09:00"]
    assert at(end="2026-12-15", notice="soon") == ["2026-11-13T09:00"]
    assert at(end="2026-12-15", notice="2026-12-01") == ["2026-10-30T09:00"]
    assert at(notice="2026-12-01") == ["2026-10-30T09:00"]
    assert at() == []


def test_another_date_is_due_anew_and_the_one_before_it_stays_as_it_was() -> None:
    known = tuple(
        AttributesSince(event, ms(at), {"end": end})
        for event, at, end in [
            (1, "2026-09-01T10:00", "2026-09-10"), (4, "2026-09-20T10:00", "2026-09-10"),
            (5, "2026-09-21T10:00", "2026-12-15"), (6, "2026-09-22T10:00", None), (7, "2026-09-23T10:00", "2027-01-08"),
        ]
    )  # fmt: skip

    stands = of(dated(until=Until.CONTACT), life("", attributes=known))

    now_ms = ms("2026-10-01T00:00")
    assert [(each.entry, shown(each.start_ms), shown(each.due_ms), each.state(now_ms)) for each in stands] == [
        (1, "2026-09-01T10:00", "2026-09-10T09:00", DeadlineState.MISSED),
        (5, "2026-09-21T10:00", "2026-12-15T09:00", DeadlineState.ENDED),
        (7, "2026-09-23T10:00", "2027-01-08T09:00", DeadlineState.OPEN),
    ]


def test_a_date_that_comes_with_the_stage_or_before_it_begins_with_it_and_ends_with_it() -> None:
    known = (
        AttributesSince(1, ms("2026-09-01T10:00"), {}),
        AttributesSince(3, ms("2026-09-02T10:00"), {"end": "x"}),
        AttributesSince(5, ms("2026-09-03T10:00"), {"end": "2026-12-15"}),
    )
    entered = (StageEntry("next", 5, ms("2026-09-03T10:00")), StageEntry("new", 8, ms("2026-09-04T10:00")))
    left = (*entered, StageEntry("won", 9, ms("2026-09-05T10:00")))

    (one,) = of(dated(), life("", attributes=known, entries=left, closed=Occurrence(9, ms("2026-09-05T10:00"))))

    assert (one.entry, shown(one.start_ms), one.state(ms("2027-01-01T00:00"))) == (
        8, "2026-09-04T10:00", DeadlineState.MET,
    )  # fmt: skip


def test_what_is_late_as_it_begins_is_overdue_and_its_steps_are_due_then() -> None:
    steps = (DeadlineStep(BeforeDue(Duration(2, "d")), Act.REMIND), DeadlineStep(Fraction(1), Act.REASSIGN))
    late = life("2026-10-15", since="2026-09-21T10:00")

    (one,) = of(dated("30d", steps=steps), late)

    assert (shown(one.due_ms), one.state(ms("2026-09-21T10:00"))) == ("2026-09-15T09:00", DeadlineState.OVERDUE)
    assert [*map(shown, one.steps)] == ["2026-09-21T10:00"] * 2
    (step,) = due_steps([one], late)
    assert step.name == "due/1/new/renewal"


def test_who_has_it_as_it_falls_due_says_by_whose_hours_and_nobody_is_late_before_they_got_it() -> None:
    handed = {
        at: life(
            "2026-11-16", spells=(Spell(1, "owl", "", ms("2026-09-01T10:00"), ms(at)), Spell(9, "lin", "", ms(at)))
        )
        for at in ("2026-11-16T08:00", "2026-11-16T10:00", "2026-11-16T22:00")
    }

    assert [due(dated(), each) for each in handed.values()] == [
        "2026-11-16T09:00", "2026-11-16T10:00", "2026-11-16T22:00",
    ]  # fmt: skip


def test_steps_of_what_is_due_by_a_date_count_from_when_it_is() -> None:
    steps = (
        DeadlineStep(BeforeDue(Duration(2, "d")), Act.REMIND),
        DeadlineStep(Fraction(1), Act.REMIND),
        DeadlineStep(AfterDue(Duration(1, "d")), Act.NOTIFY),
    )

    (one,) = of(dated("60d", steps=steps), life("2026-12-15"))

    assert [*map(shown, one.steps)] == ["2026-10-14T09:00", "2026-10-16T09:00", "2026-10-16T18:00"]


def test_what_returns_each_year_is_due_again_as_soon_as_it_is_done_and_early_calls_are_of_no_year() -> None:
    yearly = dated(dated=DueDate(("end",), table("10d"), yearly=True), until=Until.CONTACT)
    calls = ("2026-06-01T10:00", "2027-02-20T10:00", "2027-02-25T10:00", "2029-03-01T10:00", "2029-09-10T10:00")
    done = tuple(called(20 + place, at) for place, at in enumerate(calls))

    stands = of(yearly, life("2024-02-29", since="2026-04-01T10:00", done=done))

    now_ms = ms("2030-01-01T00:00")
    assert [(each.entry, shown(each.due_ms), each.end and each.end.event, each.state(now_ms)) for each in stands] == [
        (1, "2027-02-18T09:00", 21, DeadlineState.MISSED),
        (21, "2028-02-18T09:00", 23, DeadlineState.MISSED),
        (23, "2030-02-18T09:00", 24, DeadlineState.MET),
        (24, "2031-02-18T09:00", None, DeadlineState.OPEN),
    ]


@pytest.mark.parametrize(
    ("end", "at"),
    [
        ("2026-12-15", "2026-12-15"),
        ("2026-09-01", "2026-09-01"),
        ("2020-08-31", "2027-08-31"),
        ("1965-05-05", "2027-05-05"),
        ("1970-01-01", "2027-01-01"),
        ("1921-12-31", "2026-12-31"),
    ],
)
def test_the_first_year_is_that_in_which_the_date_is_still_to_come(end: str, at: str) -> None:
    yearly = dated(dated=DueDate(("end",), yearly=True), until=Until.CONTACT)

    assert due(yearly, life(end)) == f"{at}T09:00"
    assert due(yearly, life(f"{end}T10:30:00+08:00")) == f"{at}T10:30"


def test_a_date_is_known_from_what_came_and_what_was_updated() -> None:
    def head(end: str) -> DecisionInputs:
        return DecisionInputs(WorkItem(Kind.LEAD, attributes={"end": end}), Cause.ROUTED, 1, 1, (), ())

    came = Decision(1, "w", Kind.LEAD, Outcome.ASSIGNED, "lin", "", 1, 0, (), None, "", 0, 100, head("2026-12-15"))
    same = Updated(2, "w", Kind.LEAD, "lin", "", 1, 1, head("2026-12-15"), WorkItem(Kind.LEAD), ("value",), False, 200)
    other = replace(same, number=3, head=head("2027-12-15"), at_ms=300)

    (one,) = lives_of([came, same, other])

    assert [(each.event, each.at_ms, each.attributes["end"]) for each in one.attributes] == [
        (1, 100, "2026-12-15"), (3, 300, "2027-12-15"),
    ]  # fmt: skip


def test_a_date_reads_as_rules_read_it() -> None:
    assert moment_of("2026-12-15") == date(2026, 12, 15)
    assert moment_of("2026-12-15T00:00:00.5Z") == int(datetime(2026, 12, 15, tzinfo=UTC).timestamp()) * 1000 + 500
