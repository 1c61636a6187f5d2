"""Tests beside rules that say when: who is on duty then, what becomes of the work item, by when contact is due."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from router.assignment.rule_tests import run_tests
from router.cli.calendar_files import read_calendars
from router.model.calendars import Absence, Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.workforce import Member, Pool, WorkforceRecords
from router.rpc.calendar_messages import calendar
from router.rules.check import check, check_tests

THREE_OFFICES = Path("examples/three_offices/calendars.yaml")

RULES = """
fields: {severity: {type: string}}
arrival: {field: arrived}
rules:
  - id: night
    when: {field: arrived.hour, op: gte, value: 22}
    route: {pool: east, hours: wait, fallback: west}
  - id: urgent
    when: {field: severity, op: eq, value: P1}
    route: {pool: east, hours: ignore, contact_within: 30m}
  - id: asked
    when: {field: severity, op: eq, value: P2}
    route: {pool: east, contact_within: {by: severity, P2: 2h, else: 1d}, fallback: [west, {hours: ignore}, wait]}
default: {route: {pool: east}}
workforce:
  time_zone: Asia/Shanghai
  calendar: office
  calendars:
    office: {weekly: {mon-fri: 09:00-18:00}, exceptions: {2026-10-10: 09:00-18:00, 2026-10-12: []}}
    munich: {time_zone: Europe/Berlin, weekly: {mon-fri: [09:00-12:00, 13:00-18:00]}}
    guard: {weekly: {fri-mon: 22:00-06:00, tue: 18:00-24:00}}
  absences:
    ann: [{start: 2026-10-14, end: 2026-10-15T12:00}]
  reps: {ann: {}, bo: {}, cy: {}}
  pools: {east: [ann, bo], west: {members: {cy: 2}, calendar: munich}}
"""
FRIDAY = "2026-10-09T10:00"


def failures(*tests: str) -> list[str]:
    checked = check(RULES + "tests:\n" + "".join(f"  - {{name: t, {test}}}\n" for test in tests))
    assert checked.problems == ()
    assert checked.rule_set is not None
    assert checked.workforce is not None
    return [result.message for result in run_tests(checked.rule_set, checked.tests, checked.workforce)]


def expecting(at: str, severity: str = "P3", **expect: Any) -> str:
    expected = ", ".join(f"{key}: {value}" for key, value in expect.items())
    return f"item: {{severity: {severity}}}, at: {at}, expect: {{{expected}}}"


@pytest.mark.parametrize(
    ("at", "eligible"),
    [
        (FRIDAY, "[ann, bo]"),
        ("2026-10-09T02:00Z", "[ann, bo]"),
        ("2026-10-09 18:00:00", "[]"),
        ("2026-10-10T10:00+08:00", "[ann, bo]"),  # 调休: that Saturday is a workday
        ("2026-10-12T10:00", "[]"),
        ("2026-10-14T10:00", "[bo]"),
        ("2026-10-15T12:00", "[ann, bo]"),
    ],
)
def test_who_is_eligible_is_on_duty_then(at: str, eligible: str) -> None:
    assert failures(expecting(at, eligible=eligible)) == [""]


def test_at_no_time_everybody_works() -> None:
    assert failures("item: {severity: P3}, expect: {eligible: [ann, bo], outcome: ASSIGNED}") == [""]


def test_nobody_on_duty_at_22_waits() -> None:
    assert failures(expecting("2026-10-09T22:00", rule="night", eligible="[]", outcome="WAITING")) == [""]


@pytest.mark.parametrize(
    ("severity", "at", "outcome"),
    [
        ("P3", "2026-10-09T20:00", "UNROUTED"),
        ("P1", "2026-10-09T20:00", "ASSIGNED"),  # hours: ignore
        ("P2", "2026-10-09T20:00", "ASSIGNED"),  # it is afternoon in Munich
        ("P2", "2026-10-11T12:00", "ASSIGNED"),  # {hours: ignore} in Munich's step
        ("P3", "2026-10-11T12:00", "UNROUTED"),
    ],
)
def test_the_outcome_is_that_of_the_route_at_that_time(severity: str, at: str, outcome: str) -> None:
    assert failures(expecting(at, severity, outcome=outcome)) == [""]


@pytest.mark.parametrize(
    ("severity", "at", "due"),
    [
        ("P1", FRIDAY, "2026-10-09T10:30"),
        ("P1", "2026-10-09T20:00", "2026-10-10T09:30+08:00"),  # the owner is not on duty, and has until morning
        ("P2", "2026-10-09T17:00", "2026-10-10T10:00"),
        ("P2", "2026-10-09T19:00", "2026-10-09T21:00"),  # cy's hours in Munich: 13:00 to 15:00 there
    ],
)
def test_contact_is_due_in_the_hours_of_whoever_gets_it(severity: str, at: str, due: str) -> None:
    assert failures(expecting(at, severity, contact_due=due)) == [""]


def test_what_came_instead_is_told_with_who_and_when() -> None:
    later, nobody, never = (
        expecting(FRIDAY, "P1", contact_due="2026-10-09T11:00"),
        expecting("2026-10-12T10:00", "P3", contact_due="2026-10-09T11:00"),
        expecting(FRIDAY, "P3", contact_due="2026-10-09T11:00"),
    )

    assert failures(later, nobody, never) == [
        "expected contact_due 2026-10-09T11:00, came 2026-10-09T10:30:00+08:00 for ann, "
        "2026-10-09T10:30:00+08:00 for bo",
        "expected contact_due 2026-10-09T11:00, and nobody could get it",
        "expected contact_due 2026-10-09T11:00, came none for ann, none for bo",
    ]
    assert failures(expecting("2026-10-09T20:00", outcome="WAITING")) == ["expected outcome WAITING, came UNROUTED"]


def test_a_test_that_says_only_when_the_item_comes_is_decided_then() -> None:
    came, decided = "arrival: 2026-10-09T22:00:00+08:00", "at: 2026-10-13T10:00"

    assert failures(
        f"item: {{severity: P3}}, {came}, expect: {{rule: night, eligible: []}}",
        f"item: {{severity: P3}}, {came}, {decided}, expect: {{rule: night, eligible: [ann, bo]}}",
    ) == ["", ""]


def test_hours_are_read_as_they_are_written() -> None:
    workforce = check(RULES).workforce

    assert workforce is not None
    assert workforce.settings == TenantSettings(time_zone="Asia/Shanghai", calendar="office")
    day, night, evening = Hours(9 * 60, 18 * 60), Hours(22 * 60, 6 * 60), Hours(18 * 60, 24 * 60)
    assert workforce.calendars["office"] == Calendar(
        "office",
        "Asia/Shanghai",
        tuple(WeeklyHours(weekday, day) for weekday in range(5)),
        (CalendarException("2026-10-10", (day,)), CalendarException("2026-10-12")),
    )
    munich = Hours(9 * 60, 12 * 60), Hours(13 * 60, 18 * 60)
    assert workforce.calendars["munich"].weekly[:2] == tuple(WeeklyHours(0, hours) for hours in munich)
    assert workforce.calendars["guard"].weekly == (
        *(WeeklyHours(weekday, night) for weekday in (4, 5, 6, 0)),
        WeeklyHours(1, evening),
    )
    (leave,) = workforce.absences.values()
    assert leave == Absence("ann/0", 1_791_907_200_000, 1_792_036_800_000)
    assert workforce.pools["west"] == Pool("west", (Member("cy", 2_000),), calendar="munich")


@pytest.mark.parametrize(
    ("workforce", "path", "message"),
    [
        ("{time_zone: Asia/Shangai}", "workforce.time_zone", "found 'Asia/Shangai'; allowed is a zone such as"),
        ("{calendar: x}", "workforce.calendar", "there is no calendar 'x' among the workforce's calendars: none"),
        ("{reps: {a: {calendar: 5}}}", "workforce.reps.a.calendar", "there is no calendar 5"),
        ("{pools: {p: {members: [], calendar: x}}}", "workforce.pools.p.calendar", "there is no calendar 'x'"),
        ("{pools: {p: {members: [], c: x}}}", "workforce.pools.p.c", "unknown key 'c'; allowed are members, calendar"),
        ("{pools: {p: {members: [a]}}}", "workforce.pools.p.members[0]", "there is no rep 'a'"),
        ("{absences: {a: []}}", "workforce.absences.a", "there is no rep 'a' among the workforce's reps"),
        (
            "{reps: {a: {}}, absences: {a: [{start: 2026-10-14, end: soon}]}}",
            "workforce.absences.a[0].end",
            "found 'soon'; a time such as 2026-10-10T10:00+08:00",
        ),
        (
            "{reps: {a: {}}, absences: {a: [{start: 2026-10-14, end: 2026-10-14}]}}",
            "workforce.absences.a[0].end",
            "found '2026-10-14'; it must lie behind 2026-10-14",
        ),
        (
            "{reps: {a: {}}, absences: {a: [{start: 2026-10-14, end: 2026-10-15, why: ill}]}}",
            "workforce.absences.a[0].why",
            "unknown key 'why'; allowed are start, end",
        ),
        (
            "{calendars: {c: {zone: UTC}}}",
            "workforce.calendars.c.zone",
            "allowed are name, time_zone, weekly, exceptions",
        ),
        ("{calendars: {c: {time_zone: Mars}}}", "workforce.calendars.c.time_zone", "found 'Mars'; allowed is a zone"),
        (
            "{calendars: {c: {weekly: {monday: []}}}}",
            "workforce.calendars.c.weekly.monday",
            "found 'monday'; allowed are mon, tue, wed, thu, fri, sat, sun, or from one to another as mon-fri",
        ),
        (
            "{calendars: {c: {weekly: {mon: 9-18}}}}",
            "workforce.calendars.c.weekly.mon",
            "found '9-18'; allowed are hours such as 09:00-18:00 or [09:00-12:00, 13:00-24:00], "
            "00:00-24:00 for a whole day, [] for none",
        ),
        (
            "{calendars: {c: {weekly: {mon: 09:00-09:00}}}}",
            "workforce.calendars.c.weekly.mon",
            "found '09:00-09:00'; allowed are hours such as 09:00-18:00 or [09:00-12:00, 13:00-24:00], "
            "00:00-24:00 for a whole day, [] for none",
        ),
        (
            "{calendars: {c: {weekly: {mon: [09:00-12:00, 13:00-25:00]}}}}",
            "workforce.calendars.c.weekly.mon[1]",
            "found '13:00-25:00'",
        ),
        (
            "{calendars: {c: {weekly: {mon-tue: 22:00-06:00, wed: 05:00-12:00}}}}",
            "workforce.calendars.c.weekly.wed",
            "wed 05:00-12:00 overlaps tue 22:00-06:00: spans may meet, and not overlap",
        ),
        (
            "{calendars: {c: {exceptions: {2026-05-01: {hours: [09:00-12:00, 11:00-13:00]}}}}}",
            "workforce.calendars.c.exceptions.2026-05-01.hours[1]",
            "11:00-13:00 overlaps 09:00-12:00",
        ),
        ("{calendars: {c: {official_until: soon}}}", "workforce.calendars.c.official_until", "found 'soon'; a date"),
        (
            "{calendars: {c: {exceptions: {may 1st: []}}}}",
            "workforce.calendars.c.exceptions.may 1st",
            "found 'may 1st'; a date such as 2026-10-10 is expected",
        ),
    ],
)
def test_hours_that_cannot_be_read_are_told_at_their_place(workforce: str, path: str, message: str) -> None:
    (problem,) = check_tests(f"workforce: {workforce}").problems

    assert (problem.line, problem.path) == (1, path)
    assert message in problem.message


@pytest.mark.parametrize(
    ("test", "path", "message"),
    [
        ("at: tomorrow, expect: {rule: a}", "tests[0].at", "found 'tomorrow'; a time such as 2026-10-10T10:00+08:00"),
        ("at: 2026-13-10, expect: {rule: a}", "tests[0].at", "found '2026-13-10'"),
        ("at: 9999-12-31, expect: {rule: a}", "tests[0].at", "found '9999-12-31'"),
        ("at: 0001-01-01T00:00+08:00, expect: {rule: a}", "tests[0].at", "found '0001-01-01T00:00+08:00'"),
        ("at: 2026-10-10, expect: {contact_due: 5pm}", "tests[0].expect.contact_due", "found '5pm'; a time such as"),
        ("expect: {contact_due: 2026-10-10}", "tests[0].expect.contact_due", "nothing is due at no time: say at"),
        (
            "expect: {outcome: waits}",
            "tests[0].expect.outcome",
            "found 'waits'; allowed are 'ASSIGNED', 'WAITING' or 'UNROUTED'",
        ),
    ],
)
def test_times_that_cannot_be_read_are_told_at_their_place(test: str, path: str, message: str) -> None:
    (problem,) = check_tests(f"tests: [{{name: t, item: {{}}, {test}}}]").problems

    assert problem.path == path
    assert message in problem.message


def test_tests_that_bring_nobody_run_by_the_hours_there_are() -> None:
    checked, there = check(RULES.partition("workforce:")[0]), check(RULES).workforce
    tests = check_tests(f"tests: [{{name: t, {expecting('2026-10-14T10:00', eligible='[bo]')}}}]").tests

    assert checked.rule_set is not None
    assert there is not None
    assert [result.passed for result in run_tests(checked.rule_set, tests, there)] == [True]
    assert [result.passed for result in run_tests(checked.rule_set, tests, WorkforceRecords())] == [False]


def test_a_file_of_calendars_and_tests_beside_rules_have_one_form() -> None:
    text = THREE_OFFICES.read_text("utf-8")

    beside = check_tests("workforce:\n" + indent(text, "  ")).workforce
    file = read_calendars(text.encode())

    assert beside is not None
    assert file.problems == ()
    whole = {each.message.name: calendar(each.message, each.message.name, None, each.mask) for each in file.calendars}
    assert dict(beside.calendars) == whole
    assert whole["munich"].exceptions[1].display_name == "Silvester"
