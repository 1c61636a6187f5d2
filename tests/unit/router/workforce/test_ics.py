"""Days of .ics files: as people's feeds write them, as they must not be written, and as nobody would write them."""

from __future__ import annotations

import socket
import sys
from contextlib import suppress
from datetime import date
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.calendars import CalendarException, WeeklyHours
from router.model.errors import InvalidInput, NotPossible
from router.workforce.ics import MAX_DAYS, ics_days, ics_notes
from router.workforce.ics_file import MAX_BYTES, MAX_EVENTS
from tests.wall_clocks import spans

WEEK = tuple(WeeklyHours(day, hours) for day in range(5) for hours in spans("09:00-18:00"))
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def event(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def file(*parts: str) -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", "")).encode()


def read(*parts: str, zone: str = "Asia/Shanghai") -> tuple[CalendarException, ...]:
    return ics_days(file(*parts), zone, WEEK, FIRST, LAST)


def days(*lines: str, zone: str = "Asia/Shanghai") -> list[str]:
    return [exception.date for exception in read(event(*lines), zone=zone)]


def test_a_chinese_feed_has_days_off_and_makeup_workdays() -> None:
    feed = (
        "X-WR-TIMEZONE:Asia/Shanghai",
        event("SUMMARY:国庆节 休", "DTSTART;VALUE=DATE:20261001", "DTEND;VALUE=DATE:20261003"),
        event("SUMMARY:国庆节（班）", "DTSTART;VALUE=DATE:20261010", "DTEND;VALUE=DATE:20261011"),
        event("SUMMARY:春节 补班 第1天/共2天", "DTSTART;VALUE=DATE:20260214", "TRANSP:TRANSPARENT"),
    )

    assert read(*feed) == (
        CalendarException("2026-02-14", spans("09:00-18:00"), "春节 补班 第1天/共2天"),
        CalendarException("2026-10-01", (), "国庆节 休"),
        CalendarException("2026-10-02", (), "国庆节 休"),
        CalendarException("2026-10-10", spans("09:00-18:00"), "国庆节（班）"),
    )


def test_apples_marks_tell_days_off_from_workdays_and_from_festivals() -> None:
    feed = (
        "X-WR-CALNAME:中国大陆节假日",
        event("SUMMARY:国庆节", "DTSTART;VALUE=DATE:20261001", "X-APPLE-SPECIAL-DAY:WORK-HOLIDAY"),
        event("SUMMARY:国庆节", "DTSTART;VALUE=DATE:20261010", "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY"),
        event("SUMMARY:小寒", "DTSTART;VALUE=DATE:20260105", "X-APPLE-UNIVERSAL-ID:1"),
        event("SUMMARY:情人节", "DTSTART;VALUE=DATE:20260214", "X-APPLE-UNIVERSAL-ID:2"),
    )

    assert read(*feed) == (
        CalendarException("2026-10-01", (), "国庆节", "ics:中国大陆节假日"),
        CalendarException("2026-10-10", spans("09:00-18:00"), "国庆节", "ics:中国大陆节假日"),
    )
    assert ics_notes(file(*feed)) == (
        "2 events change no day, without X-APPLE-SPECIAL-DAY: 小寒, 情人节",
        "not read, by the number of events that have it: X-APPLE-UNIVERSAL-ID (2)",
    )


def test_a_mark_that_says_nothing_of_work_leaves_the_title_to_tell() -> None:
    marked = event("SUMMARY:国庆节补班", "DTSTART;VALUE=DATE:20261010", "X-APPLE-SPECIAL-DAY:TRUE")

    assert [bool(day.hours) for day in read(marked)] == [True]
    assert ics_notes(file(marked)) == ()


@pytest.mark.parametrize(
    ("title", "is_work"),
    [
        ("上班", True), ("国庆节补班", True), ("补班：春节", True), ("班", True), ("[班] 国庆", True), ("春节班", True),
        ("調整上班（補班）", True), ("劳动节调休", True), ("Special Working Day", True),
        ("休", False), ("国庆节放假", False), ("国庆节（休）", False), ("休息日（由 2026-01-04 调休）", False),
        ("调休放假", False), ("春节假期", False), ("不上班", False), ("颱風停班", False), ("Non-working day", False),
        ("National Day", False), ("新人培训班", False), ("", False),
    ],
)  # fmt: skip
def test_words_of_the_title_tell_workdays_from_days_off(title: str, is_work: bool) -> None:
    (exception,) = read(event(f"SUMMARY:{title}", "DTSTART;VALUE=DATE:20261010"))

    assert bool(exception.hours) == is_work


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("DTSTART;VALUE=DATE:20261001",), ["2026-10-01"]),
        (("DTSTART;VALUE=DATE:20261001", "DTEND;VALUE=DATE:20261001"), ["2026-10-01"]),
        (("DTSTART;VALUE=DATE:20261001", "DURATION:P2D"), ["2026-10-01", "2026-10-02"]),
        (("DTSTART;TZID=Asia/Shanghai:20261001T000000", "DTEND;TZID=Asia/Shanghai:20261002T000000"), ["2026-10-01"]),
        (("DTSTART;TZID=China Standard Time:20261001T000000", "DURATION:PT24H"), ["2026-10-01"]),
        (("DTSTART:20261001T000000", "DTEND:20261001T235959"), ["2026-10-01"]),
        (("DTSTART:20260930T160000Z", "DTEND:20261001T160000Z"), ["2026-10-01"]),
        (("DTSTART;VALUE=DATE:20251231", "DTEND;VALUE=DATE:20260102"), ["2026-01-01"]),
        (("DTSTART:20200101T100000", "DTEND:20200101T110000"), []),  # years ago
        (("DTSTART;VALUE=DATE:20261001", "STATUS:CANCELLED"), []),
        (("DTSTART;VALUE=DATE:19700501", "RRULE:FREQ=YEARLY"), ["2026-05-01", "2027-05-01"]),
        (("DTSTART;VALUE=DATE:20260904", "RRULE:FREQ=MONTHLY;BYDAY=1FR;COUNT=4", "EXDATE;VALUE=DATE:20261106"),
         ["2026-09-04", "2026-10-02", "2026-12-04"]),
        (("DTSTART;VALUE=DATE:20260101", "RDATE;VALUE=DATE:20260301,20260401", "EXDATE:20260301"),
         ["2026-01-01", "2026-04-01"]),
        (("DTSTART:20251231T160000Z", "DTEND:20260101T160000Z", "RRULE:FREQ=YEARLY;UNTIL=20261231T160000Z"),
         ["2026-01-01", "2027-01-01"]),
        (("DTSTART:20251231T160000Z", "DTEND:20260101T160000Z", "RRULE:FREQ=YEARLY;UNTIL=20261231T155959Z"),
         ["2026-01-01"]),
        (("DTSTART:20260101T000000", "DURATION:P1D", "RRULE:FREQ=YEARLY;UNTIL=20261231T160000Z"),
         ["2026-01-01", "2027-01-01"]),
        (("DTSTART:20260101T000000", "DURATION:P1D", "RRULE:FREQ=YEARLY;UNTIL=20261231T155959Z"), ["2026-01-01"]),
        (("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY;UNTIL=20260102"), ["2026-01-01", "2026-01-02"]),
    ],
)  # fmt: skip
def test_whole_days_however_they_are_written(lines: tuple[str, ...], expected: list[str]) -> None:
    assert days(*lines) == expected


def test_days_of_another_zone_are_those_of_the_calendar_s_zone() -> None:
    new_year = ("DTSTART;TZID=Pacific/Kiritimati:20200101T000000", "DURATION:P1D", "RRULE:FREQ=YEARLY")
    late = ("DTSTART:20191231T160000Z", "DTEND:20200101T155900Z", "RRULE:FREQ=YEARLY")

    assert days(*new_year, zone="Pacific/Honolulu") == ["2026-12-31", "2027-12-31"]
    assert days(*late) == ["2026-01-01", "2027-01-01"]


def test_a_title_is_kept_short_and_on_one_line() -> None:
    (exception,) = read(event("SUMMARY: National\\n Day\x07 " + "x" * 500, "DTSTART:20261001"))

    assert exception.display_name == "National Day " + "x" * 115


def test_a_day_that_was_moved_or_cancelled_is_not_where_it_was() -> None:
    weekly = event("UID:1", "DTSTART;VALUE=DATE:20260105", "RRULE:FREQ=WEEKLY;COUNT=4")
    moved = event("UID:1", "RECURRENCE-ID;VALUE=DATE:20260112", "DTSTART;VALUE=DATE:20260113")
    cancelled = event("UID:1", "RECURRENCE-ID;VALUE=DATE:20260119", "DTSTART;VALUE=DATE:20260119", "STATUS:CANCELLED")

    assert [day.date for day in read(weekly, moved, cancelled)] == ["2026-01-05", "2026-01-13", "2026-01-26"]


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (("SUMMARY:lunch", "DTSTART:20261001T120000", "DTEND:20261001T130000"),
         "event 1 ('lunch'): lasts from 2026-10-01 12:00 to 2026-10-01 13:00; allowed are whole days"),
        (("DTSTART:20261001T000000Z", "DTEND:20261002T000000Z"), "lasts from 2026-10-01 08:00 to 2026-10-02 08:00"),
        (("DTSTART:20261001T000000",), "allowed are whole days"),
        (("DTSTART;VALUE=DATE:20261001", "DTEND:20261002T000000"), "allowed are two of a kind"),
        (("DTSTART;VALUE=DATE:20261002", "DTEND;VALUE=DATE:20261001"), "ends before it starts"),
        (("DTSTART;TZID=Nowhere/Else:20261001T000000",), "'Nowhere/Else'; allowed is a zone such as"),
        (("SUMMARY:no day",), "has no DTSTART"),
        (("DTSTART:20261001", "DTSTART:20261002"), "DTSTART stands there 2 times"),
        (("DTSTART:20261301",), "'20261301', which is no date"),
        (("DTSTART:PT1H",), "'PT1H'; allowed are dates"),
        (("DTSTART:20261001", "DURATION:20261001"), "allowed is one such as P1D"),
        (("DTSTART:20261001", "RRULE:FREQ=SECONDLY"), "RRULE has FREQ=SECONDLY"),
        (("DTSTART:20261001", "RRULE:FREQ=DAILY;INTERVAL=0"), "RRULE has INTERVAL=0"),
        (("DTSTART:20261001", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "RRULE stands there 2 times"),
        (("DTSTART:20261001", "RRULE:nonsense"), "event 1"),
        (("DTSTART:20261001", "RRULE:FREQ=DAILY;UNTIL=P1D"), "allowed is a date or a time"),
        (("DTSTART:20261001", "EXRULE:FREQ=DAILY"), "allowed is EXDATE"),
        (("DTSTART:20261001", "RRULE:FREQ=DAILY", "EXDATE:20261002T160000Z"), "a time, where DTSTART is a date"),
        (("DTSTART:20261001", "RDATE;VALUE=PERIOD:20261001T000000/P1D"), "allowed are dates"),
        (("UID:1", "DTSTART:20261001", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261001"), "RANGE"),
        (("DTSTART:20261001", "RECURRENCE-ID:20261001"), "without UID"),
        (("DTSTART:20261001", "RECURRENCE-ID:20261001", "STATUS:CANCELLED"), "without UID"),
        (("SUMMARY:休（班）", "DTSTART:20261001"), "both 休 and 班"),
    ],
)  # fmt: skip
def test_what_is_no_whole_days_is_refused_by_name(lines: tuple[str, ...], fault: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(event(*lines))

    assert fault in str(refused.value)


def test_a_date_that_is_off_and_worked_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"2026-10-10 is off by '国庆' and worked by '上班'; allowed is one"):
        read(event("SUMMARY:国庆", "DTSTART:20261010"), event("SUMMARY:上班", "DTSTART:20261010"))


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (b"", "found 0 calendars"),
        (file() + file(), "found 2 calendars"),
        (b"BEGIN:VCALENDAR\r\n", "one calendar, from BEGIN:VCALENDAR to END:VCALENDAR"),
        (file("END:VEVENT"), "line 3 ends 'VEVENT', which has not begun there"),
        (file("no colon"), "line 3 is none of an .ics file: 'no colon'"),
        (file("X-WR-TIMEZONE:Mars/Base"), "'Mars/Base'; allowed is a zone"),
        ("BEGIN:VCALENDAR".encode("utf-16"), "line 1 holds the byte 0xff, which is not UTF-8"),
        (file(event("SUMMARY:国庆节")).decode().encode("gb18030"), "line 4 holds the byte 0xb9, which is not UTF-8"),
        (
            b"<!DOCTYPE html>\r\n<html></html>",
            "line 1 is none of an .ics file: '<!DOCTYPE html>'; expected: an .ics file",
        ),
        (b" " * (MAX_BYTES + 1), f"at most {MAX_BYTES}"),
        (file("\r\n".join(["BEGIN:VEVENT\r\nEND:VEVENT"] * (MAX_EVENTS + 1))), f"5001 events: at most {MAX_EVENTS}"),
        (b"BEGIN:VEVENT\r\n" * 20_000, "found 0 calendars"),
    ],
)
def test_what_is_no_file_of_one_calendar_is_refused(source: bytes, fault: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ics_days(source, "Asia/Shanghai", WEEK, FIRST, LAST)

    assert fault in str(refused.value)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(("DTSTART:19700101", "RRULE:FREQ=DAILY;COUNT=10000"), marks=pytest.mark.long),
        ("DTSTART:20250101", "DURATION:P30000D", "RRULE:FREQ=DAILY"),
        ("DTSTART:20250101", "DURATION:P30000D", "RDATE:" + ",".join(["20250101", "20250102"])),
    ],
)
def test_a_file_that_makes_look_at_too_many_days_is_refused_before_it_is_done(lines: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match=f"over {MAX_DAYS} days would have to be looked at"):
        read(*[event(*lines)] * 1000)


@pytest.mark.long
def test_days_that_are_moved_are_counted_for_each_event_that_they_may_be_of() -> None:
    moved = event("UID:1", "DTSTART:20250101", "RECURRENCE-ID:20250102")
    event_of_the_same_name = event("UID:1", "DTSTART:20250101")

    with pytest.raises(InvalidInput, match=f"over {MAX_DAYS} days would have to be looked at"):
        read(*[moved] * 1000, *[event_of_the_same_name] * 1000)


def test_zones_that_a_file_defines_are_not_believed_by_later_files() -> None:
    own = ("BEGIN:VTIMEZONE", "TZID:Own", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100",
           "TZOFFSETTO:+0200", "RRULE:FREQ=SECONDLY", "END:STANDARD", "END:VTIMEZONE")  # fmt: skip

    assert read(*own) == ()
    for parts in (own, ()):
        with pytest.raises(InvalidInput, match="'Own'; allowed is a zone"):
            read(*parts, event("DTSTART;TZID=Own:20261001T000000"))


def test_no_address_in_a_file_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    def connected(*_: object) -> NoReturn:
        raise AssertionError("somebody opens a connection")

    monkeypatch.setattr(socket, "socket", connected)

    links = ("URL:http://127.0.0.1/x", "ATTACH:file:///etc/passwd", "IMAGE;VALUE=URI:http://127.0.0.1/x")
    assert days(*links, "DTSTART:20261001") == ["2026-10-01"]


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icalendar.parser", None)

    with pytest.raises(NotPossible, match=r"icalendar is missing: install fairlead\[ical\]"):
        read()


TOKENS = st.sampled_from(
    [
        "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE",
        "DTSTART", "DTEND", "RRULE", "EXRULE", "RDATE", "EXDATE", "DURATION", "RECURRENCE-ID", "STATUS", "UID:1",
        "SUMMARY:班", "X-WR-TIMEZONE:", ":", ";", "=", ",", "\r\n", "\r\n ", '"', "\\", "VALUE=DATE", "TZID=", "RANGE=",
        "FREQ=", "DAILY", "YEARLY", "WEEKLY", "COUNT=", "UNTIL=", "INTERVAL=", "BYDAY=", "BYMONTH=", "BYMONTHDAY=",
        "BYSETPOS=", "WKST=", "MO", "-1SU", "0", "-1", "1", "99999999999999999999", "00010101", "99991231", "20261001",
        "20261001T000000", "20261001T235959Z", "P1D", "-P1D", "P999999999999D", "PT1H", "Asia/Shanghai",
        "../../etc/passwd", "China Standard Time",
    ]
)  # fmt: skip


@given(st.lists(TOKENS | st.text(max_size=8), max_size=60).map("".join))
def test_of_any_text_nothing_comes_but_days_or_what_is_wrong(text: str) -> None:
    answered(text.encode("utf-8", "replace"))


@given(st.lists(st.lists(TOKENS, min_size=1, max_size=9).map("".join), max_size=8))
def test_of_any_event_nothing_comes_but_days_or_what_is_wrong(lines: list[str]) -> None:
    answered(file(event("DTSTART:20261001", *lines)))


@given(st.binary(max_size=200))
def test_of_any_bytes_nothing_comes_but_what_is_wrong(source: bytes) -> None:
    assert answered(source) == ()


def answered(source: bytes) -> tuple[CalendarException, ...]:
    """Return the days of a file, none where it is refused; any other exception is one too many."""
    with suppress(InvalidInput):
        return ics_days(source, "Asia/Shanghai", WEEK, FIRST, LAST)
    return ()
