"""Where the time of a deadline went: what an instant belongs to, and for what a deadline was missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from router.assignment.roster import Roster
from router.model.activities import ActivityEvidence, ActivityKind
from router.model.calendars import Absence, Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.workforce import RecordChange, Rep, WorkforceRecords
from router.model.workitem import Kind
from router.process.definition.deadlines import ClockOwner, Deadline, DueDate, Since, Until
from router.process.definition.processes import Process, Stage
from router.process.due.clocks import DeadlineClocks, RevisionInForce
from router.process.due.standings import DeadlineStanding, standings
from router.process.due.time_parts import PartKind, TimeSpent, cause_of_breach, spent, time_parts
from router.process.life.lives import AttributesSince, Done, Life, Occurrence, Pause, Spell, StageEntry
from rules.durations import Duration, DurationTable

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Calendar(
    "cn-office",
    "Asia/Shanghai",
    tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5)),
    (CalendarException("2026-09-20", (Hours(9 * 60, 18 * 60),)),),
)
NEVER = Calendar("cn-office", "Asia/Shanghai")


def at(day: int, time: str) -> int:
    """Return an instant of September 2026."""
    hour, minute = map(int, time.split(":"))
    return int(datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI).timestamp()) * 1000


def roster(calendar: Calendar = OFFICE, *absences: Absence) -> Roster:
    records = [
        RecordChange(1, "calendar", "cn-office", calendar),
        RecordChange(1, "tenant", "settings", TenantSettings(time_zone="Asia/Shanghai", calendar="cn-office")),
        *(RecordChange(1, "rep", rep, Rep(rep)) for rep in ("wang-fang", "li-na")),
        *(RecordChange(1, "absence", absence.id, absence) for absence in absences),
    ]
    return Roster(WorkforceRecords().after(records, 1))


FIRST = Deadline("first-response", DurationTable(Duration(1, "h")), since=Since.ASSIGNED, until=Until.ATTEMPT)
ARRIVAL = Deadline("arrival", DurationTable(Duration(4, "h")), since=Since.ARRIVAL, until=Until.ATTEMPT)
SOLVED = Deadline("resolution", DurationTable(Duration(4, "h")), since=Since.ARRIVAL, until=Until.COMPLETION)


def stands(life: Life, deadline: Deadline, known: Roster) -> list[DeadlineStanding]:
    process = Process("p", frozenset({Kind.LEAD}), (Stage("new", deadlines=(deadline,)), Stage("next")))
    return standings(process, life, {}, clocks(known))


def clocks(known: Roster) -> DeadlineClocks:
    return DeadlineClocks(known.hours, "Asia/Shanghai")


def times(life: Life, standing: DeadlineStanding, now_ms: int, known: Roster) -> list[TimeSpent]:
    parts = time_parts(standing, life, clocks(known), lambda _, rep: known.availability.leaves(rep), now_ms)
    return spent(parts)


def told(found: Sequence[TimeSpent]) -> list[tuple[str, str, str, str]]:
    """Return of what is spent the kind, of whom or why, and how long, by the wall and counted, in hours and minutes."""
    return [
        (
            str(each.whose.kind),
            each.whose.rep or each.whose.pool or each.whose.reason,
            str(timedelta(milliseconds=each.wall_ms)),
            str(timedelta(milliseconds=each.counted_ms)),
        )
        for each in found
    ]


def held(*spells: tuple[int, str], done_ms: int | None = None, pauses: tuple[Pause, ...] = ()) -> Life:
    until: list[int | None] = [*(since_ms for since_ms, _ in spells[1:]), None]
    return Life(
        Occurrence(1, spells[0][0]),
        tuple(Spell(place, rep, "east", *span) for place, ((_, rep), span) in enumerate(
            zip(spells, zip([ms for ms, _ in spells], until, strict=True), strict=True), 1)),
        done=(Done(90, ActivityKind.CALL, (ActivityEvidence.ATTEMPT,), done_ms),) if done_ms else (),
        pauses=pauses,
    )  # fmt: skip


HANDED = held((at(18, "17:20"), "wang-fang"), (at(20, "10:20"), "li-na"), done_ms=at(20, "10:45"))


def test_each_owner_starts_it_anew_and_the_last_tells_of_the_time_since_the_first_got_it() -> None:
    known = roster()

    hers, last = stands(HANDED, FIRST, known)

    assert told(times(HANDED, last, at(30, "09:00"), known)) == [
        ("OUTSIDE_HOURS", "wang-fang", "1 day, 15:00:00", "0:00:00"),
        ("EARLIER_OWNER", "wang-fang", "2:00:00", "0:00:00"),
        ("OWNER", "li-na", "0:25:00", "0:25:00"),
    ]
    first = times(HANDED, hers, at(30, "09:00"), known)
    assert told(first) == [
        ("OUTSIDE_HOURS", "wang-fang", "1 day, 15:00:00", "0:00:00"),
        ("OWNER", "wang-fang", "2:00:00", "2:00:00"),
    ]
    assert cause_of_breach(first) is PartKind.OWNER


def test_what_was_done_before_is_no_time_of_the_owner_who_starts_it_anew() -> None:
    known = roster()
    life = HANDED._replace(done=(HANDED.done[0]._replace(occur_ms=at(18, "17:30")),))

    _, last = stands(life, FIRST, known)

    assert told(times(life, last, at(20, "10:30"), known)) == [("OWNER", "li-na", "0:10:00", "0:10:00")]


def test_nor_is_what_was_before_it_entered_the_stage_again() -> None:
    known = roster()
    life = HANDED._replace(
        done=(), entries=(StageEntry("next", 4, at(18, "17:40")), StageEntry("new", 5, at(20, "09:20")))
    )

    *_, last = stands(life, FIRST, known)

    assert told(times(life, last, at(20, "10:30"), known)) == [
        ("EARLIER_OWNER", "wang-fang", "1:00:00", "0:00:00"),
        ("OWNER", "li-na", "0:10:00", "0:10:00"),
    ]


def test_while_nobody_has_it_time_goes_to_waiting_in_the_hours_of_its_pool() -> None:
    known = roster()
    life = held((at(17, "17:00"), ""), (at(18, "10:00"), "li-na"))

    (standing,) = stands(life, ARRIVAL, known)
    found = times(life, standing, at(18, "11:00"), known)

    assert told(found) == [
        ("OUTSIDE_HOURS", "east", "15:00:00", "0:00:00"),
        ("WAITING", "east", "2:00:00", "2:00:00"),
        ("OWNER", "li-na", "1:00:00", "1:00:00"),
    ]
    assert cause_of_breach(found) is PartKind.WAITING


LEAVE = Absence("wang-fang/1", at(17, "16:00"), at(18, "10:00"))


def test_leave_goes_before_hours_and_a_pause_before_leave() -> None:
    known = roster(OFFICE, LEAVE)
    life = held((at(17, "15:00"), "wang-fang"), pauses=(Pause(5, at(18, "09:30"), at(18, "10:30"), "customer"),))

    (standing,) = stands(life, SOLVED, known)

    assert told(times(life, standing, at(18, "19:00"), known)) == [
        ("PAUSED", "customer", "1:00:00", "0:00:00"),
        ("ON_LEAVE", "wang-fang", "17:30:00", "2:30:00"),
        ("OUTSIDE_HOURS", "wang-fang", "1:00:00", "0:00:00"),
        ("OWNER", "wang-fang", "8:30:00", "8:30:00"),
    ]


def test_a_pause_is_no_part_of_a_deadline_that_does_not_pause() -> None:
    known = roster()
    life = held((at(17, "15:00"), "wang-fang"), pauses=(Pause(5, at(17, "15:30"), at(17, "16:30"), "customer"),))

    (standing,) = stands(life, ARRIVAL, known)

    assert told(times(life, standing, at(17, "17:00"), known)) == [("OWNER", "wang-fang", "2:00:00", "2:00:00")]


@pytest.mark.parametrize(
    ("within", "clock"), [(Duration(4, "h"), ClockOwner.WALL), (Duration(1, "cd"), ClockOwner.OWNER)]
)
def test_where_the_clock_runs_at_any_time_it_may_be_missed_outside_hours(within: Duration, clock: ClockOwner) -> None:
    known = roster()
    life = held((at(17, "17:00"), "wang-fang"))

    (standing,) = stands(life, Deadline("one", DurationTable(within), clock, Since.ARRIVAL), known)
    found = times(life, standing, at(18, "11:00"), known)

    assert told(found) == [
        ("OUTSIDE_HOURS", "wang-fang", "15:00:00", "15:00:00"),
        ("OWNER", "wang-fang", "3:00:00", "3:00:00"),
    ]
    assert cause_of_breach(found) is PartKind.OUTSIDE_HOURS


DATED = Deadline("by", DurationTable(None), dated=DueDate(("end",)), since=Since.ARRIVAL, until=Until.COMPLETION)


@pytest.mark.parametrize(
    ("life", "leave", "cause"),
    [
        (held((at(7, "09:00"), "wang-fang")), False, PartKind.OWNER),
        (held((at(7, "09:00"), "wang-fang"), (at(15, "09:00"), "li-na")), False, PartKind.EARLIER_OWNER),
        (held((at(7, "09:00"), ""), (at(15, "09:00"), "li-na")), False, PartKind.WAITING),
        (held((at(7, "09:00"), "wang-fang")), True, PartKind.OWNER),  # whose leave is 4 of 9 days
        (held((at(17, "18:00"), "wang-fang")), False, PartKind.OUTSIDE_HOURS),
    ],
)
def test_what_is_due_by_a_date_is_missed_outside_hours_only_where_nobody_had_it_within_hours(
    life: Life, leave: bool, cause: PartKind
) -> None:
    away = Absence("wang-fang/1", at(14, "00:00"), at(18, "00:00"))
    known = roster(OFFICE, *[away] * leave)
    known_life = life._replace(attributes=(AttributesSince(1, 0, {"end": "2026-09-18"}),))

    (standing,) = stands(known_life, DATED, known)
    found = times(known_life, standing, at(18, "09:00"), known)

    assert sum(each.counted_ms for each in found) == at(18, "09:00") - life.begun.at_ms
    assert cause_of_breach(found, is_dated=True) is cause


def test_who_had_it_before_others_and_has_it_again_is_its_owner_all_the_time() -> None:
    known = roster()
    life = held((at(17, "10:00"), "wang-fang"), (at(17, "11:00"), "li-na"), (at(17, "13:00"), "wang-fang"))

    (standing,) = stands(life, SOLVED, known)

    assert told(times(life, standing, at(17, "13:30"), known)) == [
        ("EARLIER_OWNER", "li-na", "2:00:00", "2:00:00"),
        ("OWNER", "wang-fang", "1:30:00", "1:30:00"),
    ]


def test_each_had_it_by_the_hours_and_leaves_of_the_workforce_when_that_ended() -> None:
    then, now = roster(OFFICE, LEAVE), roster(NEVER)
    life = held((at(17, "15:00"), "wang-fang"), (at(18, "12:00"), "li-na"), done_ms=at(18, "13:00"))
    spells = (life.spells[0]._replace(workforce=1), life.spells[1])
    life = life._replace(spells=spells)
    known = DeadlineClocks(
        now.hours, "Asia/Shanghai", {1: then.hours}, (RevisionInForce(0, 1), RevisionInForce(at(19, "09:00"), 2))
    )
    by_revision = {1: then, 0: now, 2: now}

    process = Process("p", frozenset({Kind.LEAD}), (Stage("new", deadlines=(ARRIVAL,)),))
    (standing,) = standings(process, life, {}, known)
    parts = time_parts(
        standing, life, known, lambda revision, rep: by_revision[revision].availability.leaves(rep), at(30, "09:00")
    )

    assert told(spent(parts)) == [
        ("ON_LEAVE", "wang-fang", "18:00:00", "3:00:00"),
        ("EARLIER_OWNER", "wang-fang", "3:00:00", "3:00:00"),
        ("OWNER", "li-na", "1:00:00", "1:00:00"),
    ]


def test_what_ends_as_it_starts_took_no_time() -> None:
    known = roster()
    life = held((at(17, "10:00"), "wang-fang"), done_ms=at(17, "10:00"))

    (standing,) = stands(life, ARRIVAL, known)

    assert times(life, standing, at(18, "10:00"), known) == []
    assert cause_of_breach([]) is PartKind.OWNER
