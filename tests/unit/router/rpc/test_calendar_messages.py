"""Calendars, absences and tenants as the contract has them, and what of them is refused."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from failures import InvalidInput
from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import workforce_pb2 as workforce
from router.model.calendars import Absence, Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.rpc import calendar_messages as read
from router.workforce.service import Saved

NINE, SIX = 9 * 60, 18 * 60
SHANGHAI = Calendar(
    "shanghai",
    "Asia/Shanghai",
    (WeeklyHours(0, Hours(NINE, 12 * 60)), WeeklyHours(0, Hours(12 * 60, 24 * 60)), WeeklyHours(6, Hours(SIX, 0))),
    (CalendarException("2026-10-01", (), "国庆节"), CalendarException("2026-10-10", (Hours(NINE, SIX),), "调休")),
    "Shanghai",
    "2026-12-31",
)


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        ("Calendar", "name display_name time_zone weekly exceptions official_until etag"),
        ("WeeklyHours", "day start end"),
        ("CalendarException", "date hours display_name"),
        ("HoursOfDay", "start end"),
        ("Absence", "name start_time end_time reason etag"),
        ("Tenant", "name time_zone calendar etag"),
        ("SetRepPresenceRequest", "name presence until_time request_id"),
        ("RepPresence", "name presence until_time"),
    ],
)
def test_messages_have_the_fields_that_were_promised(message: str, fields: str) -> None:
    kind, promised = calendars.DESCRIPTOR.message_types_by_name[message], fields.split()

    assert [field.name for field in kind.fields][: len(promised)] == promised  # what came later stands behind


def test_the_contract_has_the_methods_and_forms_that_were_promised() -> None:
    service = workforce.DESCRIPTOR.services_by_name["WorkforceService"].methods_by_name
    standard = {f"{way}{kind}" for way in ("Create", "Get", "Update", "Delete") for kind in ("Calendar", "Absence")}
    others = {"ListCalendars", "ListAbsences", "ImportCalendar", "GetTenant", "UpdateTenant", "SetRepPresence"}
    weekly = calendars.DESCRIPTOR.message_types_by_name["WeeklyHours"].fields_by_name

    assert standard | others | {"ListRepPresences"} <= set(service)
    assert weekly["day"].enum_type.full_name == "google.type.DayOfWeek"
    assert service["SetRepPresence"].output_type.name == "RepPresence"
    assert (calendars.PRESENCE_UNSPECIFIED, calendars.PRESENCE_AVAILABLE, calendars.PRESENCE_AWAY) == (0, 1, 2)
    assert {"calendar", "manager"} <= set(workforce.Rep.DESCRIPTOR.fields_by_name)
    assert {"calendar", "leave_buffer_duration", "managers"} <= set(workforce.Pool.DESCRIPTOR.fields_by_name)
    assert [field.name for field in workforce.WeightStep.DESCRIPTOR.fields] == ["start_time", "weight"]


def test_a_calendar_comes_back_as_it_was() -> None:
    message = read.calendar_message("acme", Saved(SHANGHAI, "7"))

    again = read.calendar(message, "shanghai", None, read.CALENDAR_FIELDS)

    assert (message.name, message.etag, message.weekly[1].end) == ("tenants/acme/calendars/shanghai", "7", "24:00")
    assert again == SHANGHAI


def test_only_masked_fields_of_a_calendar_change() -> None:
    message = calendars.Calendar(display_name="浦东", time_zone="UTC")

    assert read.calendar(message, "shanghai", SHANGHAI, {"display_name"}).time_zone == "Asia/Shanghai"


def _weekly(*spans: tuple[int, str, str]) -> dict[str, Any]:
    return {"weekly": [calendars.WeeklyHours(day=day, start=start, end=end) for day, start, end in spans]}


def _dates(*dates: str, **hours: Any) -> dict[str, Any]:
    return {"exceptions": [calendars.CalendarException(date=date, **hours) for date in dates]}


def _hours(*spans: tuple[str, str]) -> list[calendars.HoursOfDay]:
    return [calendars.HoursOfDay(start=start, end=end) for start, end in spans]


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"time_zone": "Asia/Shanghia"}, "time_zone", "'Asia/Shanghia': must be a zone of the IANA list"),
        ({"time_zone": "../etc/passwd"}, "time_zone", "must be a zone"),
        ({"time_zone": ""}, "time_zone", "must be a zone"),
        (_weekly((0, "09:00", "18:00")), "weekly[0].day", "0: must be MONDAY to SUNDAY"),
        (_weekly((8, "09:00", "18:00")), "weekly[0].day", "8: must be"),
        (_weekly((1, "9:00", "18:00")), "weekly[0].start", "'9:00': must be HH:MM"),
        (_weekly((1, "09:00", "24:01")), "weekly[0].end", "'24:01': must be HH:MM"),
        (_weekly((1, "24:00", "09:00")), "weekly[0].start", "a day ends at 24:00"),
        (
            _weekly((1, "09:00", "09:00")),
            "weekly[0].end",
            "'09:00': must not be the start; a whole day is 00:00 to 24:00",
        ),
        (_weekly((1, "00:00", "00:00")), "weekly[0].end", "a whole day is 00:00 to 24:00"),
        (_weekly((1, "09:00", "13:00"), (1, "12:59", "18:00")), "weekly[1]", "Monday 12:59-18:00 overlaps"),
        (_weekly((1, "05:00", "12:00"), (7, "22:00", "06:00")), "weekly[0]", "Monday 05:00-12:00 overlaps Sunday"),
        (_weekly(*[(1, "09:00", "09:01")] * 201), "weekly", "201 spans: at most 200"),
        (_dates("2026-02-29"), "exceptions[0].date", "'2026-02-29': must be a date, such as 2026-10-10"),
        (_dates("20261010"), "exceptions[0].date", "must be a date"),
        (_dates("2026-10-10", "2026-10-10"), "exceptions[1].date", "twice, first in calendar.exceptions[0]"),
        (_dates(*["2026-10-10"] * 4001), "exceptions", "4001 dates: at most 4000"),
        (
            _dates("2026-10-10", hours=_hours(("09:00", "12:00"), ("11:00", "13:00"))),
            "exceptions[0].hours[1]",
            "11:00-13:00 overlaps 09:00-12:00",
        ),
        ({"official_until": "2026-12"}, "official_until", "'2026-12': must be a date"),
        ({"display_name": "x" * 257}, "display_name", "257 characters: at most 256"),
    ],
)
def test_what_cannot_be_a_calendar_is_refused_by_name_and_value(fields: dict[str, Any], field: str, says: str) -> None:
    message = calendars.Calendar(**{"time_zone": "UTC", **fields})

    with pytest.raises(InvalidInput) as refused:
        read.calendar(message, "c", None, read.CALENDAR_FIELDS)

    (violation,) = refused.value.violations
    assert violation.field == f"calendar.{field}"
    assert says in violation.description


def test_an_absence_comes_back_as_it_was() -> None:
    absence = Absence("li-na/spring", 1_700_000_000_001, 1_800_000_000_000, "探亲", "bo")

    message = read.absence_message("acme", Saved(absence, "3"))

    assert message.name == "tenants/acme/reps/li-na/absences/spring"
    assert read.absence(message, absence.id, None, read.ABSENCE_FIELDS, "acme") == absence


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"end_time": Timestamp(seconds=9)}, "start_time", "is absent: must be an instant"),
        ({"start_time": Timestamp(seconds=9)}, "end_time", "is absent"),
        (
            {"start_time": Timestamp(seconds=9), "end_time": Timestamp(seconds=9)},
            "end_time",
            "1970-01-01T00:00:09Z: must be after start_time, 1970-01-01T00:00:09Z",
        ),
        ({"start_time": Timestamp(seconds=1 << 50), "end_time": Timestamp(seconds=9)}, "start_time", "years 1 to 9999"),
        (
            {"start_time": Timestamp(seconds=8), "end_time": Timestamp(seconds=9), "reason": "x" * 257},
            "reason",
            "at most 256",
        ),
        (
            {
                "start_time": Timestamp(seconds=8),
                "end_time": Timestamp(seconds=9),
                "substitute": "tenants/other/reps/bo",
            },
            "substitute",
            "must belong to tenants/acme",
        ),
    ],
)
def test_what_cannot_be_an_absence_is_refused_by_name(fields: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read.absence(calendars.Absence(**fields), "ann/a", None, read.ABSENCE_FIELDS, "acme")

    (violation,) = refused.value.violations
    assert violation.field == f"absence.{field}"
    assert says in violation.description


def test_a_tenant_names_its_calendar_by_name_or_id() -> None:
    named = calendars.Tenant(time_zone="Asia/Shanghai", calendar="tenants/acme/calendars/shanghai")

    record = read.settings(named, None, read.TENANT_FIELDS, "acme")

    assert record == TenantSettings(time_zone="Asia/Shanghai", calendar="shanghai")
    assert read.settings_message("acme", Saved(record, "2")).calendar == named.calendar
    with pytest.raises(InvalidInput, match="must belong to tenants/acme"):
        read.settings(calendars.Tenant(calendar="tenants/b/calendars/c"), None, read.TENANT_FIELDS, "acme")
