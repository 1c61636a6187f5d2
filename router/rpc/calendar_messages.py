"""Between messages and values: calendars, absences, what holds for a tenant."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from failures import shown
from fairlead.v1 import calendars_pb2 as calendars
from gateway import fields
from router.model.calendars import (
    MIDNIGHT,
    MOST_REOPEN_DAYS,
    REOPEN_DAYS,
    SETTINGS_ID,
    Absence,
    Calendar,
    CalendarException,
    Hours,
    TenantSettings,
    WeeklyHours,
    time_text,
)
from router.model.errors import InvalidInput
from router.model.instants import written
from router.rpc.workforce_messages import calendar_name, calendar_named, display_name, instant_ms
from router.workforce.covers import Hindrance
from router.workforce.service import Saved
from router.workforce.spans import overlap_of_day, overlap_of_week

MAX_WEEKLY = 200
MAX_EXCEPTIONS = 4_000
MAX_HOURS_OF_DAY = 24
MAX_REASON = 256
MAX_SOURCE = 256
CALENDAR_FIELDS = ("display_name", "time_zone", "weekly", "exceptions", "official_until")
ABSENCE_FIELDS = ("start_time", "end_time", "reason", "substitute")
KEPT_REASONS: dict[Hindrance, Any] = {each: calendars.KeptWorkItem.Reason.Value(f"REASON_{each}") for each in Hindrance}
TENANT_FIELDS = ("time_zone", "calendar", "reopen_days")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)


def calendar(
    message: calendars.Calendar, calendar_id: str, present: Calendar | None, paths: Collection[str]
) -> Calendar:
    """Read a calendar: the fields in ``paths`` from the message, the others from the present one.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    before = present or Calendar(calendar_id, time_zone="")
    read = Calendar(
        id=calendar_id,
        time_zone=message.time_zone if "time_zone" in paths else before.time_zone,
        weekly=_weekly(message.weekly) if "weekly" in paths else before.weekly,
        exceptions=_exceptions(message.exceptions) if "exceptions" in paths else before.exceptions,
        display_name=display_name(message, "calendar") if "display_name" in paths else before.display_name,
        official_until=_official_until(message) if "official_until" in paths else before.official_until,
    )
    _check_zone(read.time_zone, "calendar.time_zone")
    return read


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _check_zone(zone: str, field: str) -> None:
    if zone not in _zones():
        raise InvalidInput.of(field, f"{shown(zone)}: must be a zone of the IANA list, such as Asia/Shanghai")


def _weekly(messages: Sequence[calendars.WeeklyHours]) -> tuple[WeeklyHours, ...]:
    if len(messages) > MAX_WEEKLY:
        raise InvalidInput.of("calendar.weekly", f"{len(messages)} spans: at most {MAX_WEEKLY}")
    weekly = []
    for place, message in enumerate(messages):
        at = f"calendar.weekly[{place}]"
        if not 1 <= message.day <= 7:
            raise InvalidInput.of(f"{at}.day", f"{message.day}: must be MONDAY to SUNDAY, 1 to 7")
        weekly.append(WeeklyHours(message.day - 1, _hours(message, at)))
    if overlap := overlap_of_week(weekly):
        first, second = (weekly[place] for place in overlap)
        fault = f"{_span(second)} overlaps {_span(first)}: spans may meet, and not overlap"
        raise InvalidInput.of(f"calendar.weekly[{overlap[1]}]", fault)
    return tuple(weekly)


def _hours(message: Any, at: str) -> Hours:
    start, end = _minute(message.start, f"{at}.start"), _minute(message.end, f"{at}.end")
    if start == MIDNIGHT:
        raise InvalidInput.of(
            f"{at}.start", "'24:00': must be 00:00 to 23:59; a day ends at 24:00, and begins at 00:00"
        )
    if start == end:
        raise InvalidInput.of(
            f"{at}.end", f"{shown(message.end)}: must not be the start; a whole day is 00:00 to 24:00"
        )
    return Hours(start, end)


def _minute(text: str, field: str) -> int:
    """Read a time of day; its minutes behind midnight."""
    if not _TIME.fullmatch(text):
        raise InvalidInput.of(field, f"{shown(text)}: must be HH:MM, 00:00 to 23:59, or 24:00 where a span ends")
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _exceptions(messages: Sequence[calendars.CalendarException]) -> tuple[CalendarException, ...]:
    if len(messages) > MAX_EXCEPTIONS:
        raise InvalidInput.of("calendar.exceptions", f"{len(messages)} dates: at most {MAX_EXCEPTIONS}")
    places: dict[str, int] = {}
    exceptions = []
    for place, message in enumerate(messages):
        at = f"calendar.exceptions[{place}]"
        if _date(message.date, f"{at}.date") in places:
            first = f"calendar.exceptions[{places[message.date]}]"
            raise InvalidInput.of(f"{at}.date", f"{shown(message.date)}: stands here twice, first in {first}")
        places[message.date] = place
        hours, source = _hours_of_day(message.hours, at), fields.text(message.source, MAX_SOURCE, f"{at}.source")
        exceptions.append(CalendarException(message.date, hours, display_name(message, at), source))
    return tuple(sorted(exceptions, key=lambda exception: exception.date))


def _hours_of_day(messages: Sequence[calendars.HoursOfDay], at: str) -> tuple[Hours, ...]:
    if len(messages) > MAX_HOURS_OF_DAY:
        raise InvalidInput.of(f"{at}.hours", f"{len(messages)} spans: at most {MAX_HOURS_OF_DAY}")
    hours = [_hours(message, f"{at}.hours[{place}]") for place, message in enumerate(messages)]
    if overlap := overlap_of_day(hours):
        first, second = (_clock(hours[place]) for place in overlap)
        fault = f"{second} overlaps {first}: spans may meet, and not overlap"
        raise InvalidInput.of(f"{at}.hours[{overlap[1]}]", fault)
    return tuple(hours)


def _official_until(message: calendars.Calendar) -> str:
    return message.official_until and _date(message.official_until, "calendar.official_until")


def _date(text: str, field: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise InvalidInput.of(field, f"{shown(text)}: must be a date, such as 2026-10-10")


def _span(weekly: WeeklyHours) -> str:
    return f"{_DAYS[weekly.day]} {_clock(weekly.hours)}"


def _clock(hours: Hours) -> str:
    return f"{time_text(hours.start)}-{time_text(hours.end)}"


def calendar_message(tenant: str, saved: Saved) -> calendars.Calendar:
    """Write a calendar."""
    record = saved.record
    assert isinstance(record, Calendar)
    return calendars.Calendar(
        name=calendar_name(tenant, record.id),
        display_name=record.display_name,
        time_zone=record.time_zone,
        weekly=[
            calendars.WeeklyHours(day=each.day + 1, start=time_text(each.hours.start), end=time_text(each.hours.end))
            for each in record.weekly
        ],
        exceptions=[
            calendars.CalendarException(
                date=each.date,
                hours=[calendars.HoursOfDay(start=time_text(h.start), end=time_text(h.end)) for h in each.hours],
                display_name=each.display_name,
                source=each.source,
            )
            for each in record.exceptions
        ],
        official_until=record.official_until,
        etag=saved.etag,
        workforce_revision=int(saved.etag or 0),
    )


def absence(
    message: calendars.Absence, absence_id: str, present: Absence | None, paths: Collection[str], tenant: str
) -> Absence:
    """Read an absence, as ``calendar`` reads a calendar."""
    before = present or Absence(absence_id, 0, 0)
    start_ms = instant_ms(message, "start_time", "absence") if "start_time" in paths or not present else before.start_ms
    end_ms = instant_ms(message, "end_time", "absence") if "end_time" in paths or not present else before.end_ms
    if end_ms <= start_ms:
        raise InvalidInput.of("absence.end_time", f"{written(end_ms)}: must be after start_time, {written(start_ms)}")
    reason = fields.text(message.reason, MAX_REASON, "absence.reason") if "reason" in paths else before.reason
    substitute = before.substitute
    if "substitute" in paths:
        substitute = (
            fields.reference(message.substitute, "reps", tenant, "absence.substitute") if message.substitute else ""
        )
    return Absence(absence_id, start_ms, end_ms, reason, substitute)


def absence_message(tenant: str, saved: Saved) -> calendars.Absence:
    """Write an absence."""
    record = saved.record
    assert isinstance(record, Absence)
    rep, _, last = record.id.partition("/")
    return calendars.Absence(
        name=f"tenants/{tenant}/reps/{rep}/absences/{last}",
        start_time=fields.timestamp(record.start_ms * 1000),
        end_time=fields.timestamp(record.end_ms * 1000),
        reason=record.reason,
        substitute=f"tenants/{tenant}/reps/{record.substitute}" if record.substitute else "",
        etag=saved.etag,
        workforce_revision=int(saved.etag or 0),
    )


def settings(
    message: calendars.Tenant, present: TenantSettings | None, paths: Collection[str], tenant: str
) -> TenantSettings:
    """Read what holds for a tenant, as ``calendar`` reads a calendar."""
    before = present or TenantSettings()
    zone = (message.time_zone or "UTC") if "time_zone" in paths else before.time_zone
    _check_zone(zone, "tenant.time_zone")
    named = calendar_named(message, tenant, "tenant") if "calendar" in paths else before.calendar
    days = message.reopen_days if "reopen_days" in paths else before.reopen_days
    if not 0 <= days <= MOST_REOPEN_DAYS:
        raise InvalidInput.of("tenant.reopen_days", f"{days}: must be 1 to {MOST_REOPEN_DAYS}, or 0 for {REOPEN_DAYS}")
    return TenantSettings(SETTINGS_ID, zone, named, days)


def settings_message(tenant: str, saved: Saved) -> calendars.Tenant:
    """Write what holds for a tenant."""
    record = saved.record
    assert isinstance(record, TenantSettings)
    return calendars.Tenant(
        name=f"tenants/{tenant}",
        time_zone=record.time_zone,
        calendar=calendar_name(tenant, record.calendar),
        reopen_days=record.reopening_days,
        etag=saved.etag,
        workforce_revision=int(saved.etag or 0),
    )
