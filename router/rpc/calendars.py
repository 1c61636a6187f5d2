"""WorkforceService: calendars, absences, what holds for a tenant, and who is away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, date
from typing import Any

from google.protobuf.empty_pb2 import Empty

from failures import shown
from fairlead.v1 import calendars_pb2 as calendars
from gateway import fields
from gateway.calls.call import Call
from resource_names import check_id, tenant_of
from router.assignment.ports import StoreClock
from router.model.calendars import SETTINGS_ID, Absence, Calendar
from router.model.errors import InvalidInput, Violation
from router.rpc import calendar_messages as read
from router.rpc.standard_methods import StandardMethods
from router.rpc.workforce_messages import instant_ms, masked
from router.timers.covers import KeptItems
from router.workforce.country_days import CountryDays, country_days
from router.workforce.covers import Substitutes
from router.workforce.edits import Edit
from router.workforce.ics import ics_days, ics_notes, no_days
from router.workforce.imports import with_days
from router.workforce.presence import PresenceService
from router.workforce.service import Saved, WorkforceService

ALL_REPS = "-"
MAX_YEARS = 20
_PRESENCES = (calendars.PRESENCE_AVAILABLE, calendars.PRESENCE_AWAY)


class CalendarMethods:
    """Answers the methods of WorkforceService that say when people work."""

    def __init__(
        self,
        workforce_service: WorkforceService,
        presence_service: PresenceService,
        clock: StoreClock,
        kept_items: KeptItems,
    ) -> None:
        self._kept_items = kept_items
        self._workforce_service = workforce_service
        self._presence_service = presence_service
        self._clock = clock
        self._standard = StandardMethods(workforce_service)

    # -------------------------------------------------------------------------------------------------------- calendars

    async def CreateCalendar(self, request: calendars.CreateCalendarRequest, call: Call) -> calendars.Calendar:
        tenant = tenant_of(request.parent)
        record = read.calendar(request.calendar, request.calendar_id, None, read.CALENDAR_FIELDS)
        change = Edit("calendar", request.calendar_id, lambda _: record, create=True, update=False)
        return read.calendar_message(tenant, await self._standard.save(tenant, change, request, call))

    async def GetCalendar(self, request: calendars.GetCalendarRequest, _: Call) -> calendars.Calendar:
        tenant, calendar_id = fields.name_of(request.name, "calendars")
        return read.calendar_message(tenant, await self._workforce_service.get(tenant, "calendar", calendar_id))

    async def ListCalendars(self, request: calendars.ListCalendarsRequest, _: Call) -> calendars.ListCalendarsResponse:
        listed, token = await self._standard.page("calendar", request, read.calendar_message)
        return calendars.ListCalendarsResponse(calendars=listed, next_page_token=token)

    async def UpdateCalendar(self, request: calendars.UpdateCalendarRequest, call: Call) -> calendars.Calendar:
        tenant, calendar_id = fields.name_of(request.calendar.name, "calendars", "calendar.name")
        paths = masked(request.update_mask.paths, read.CALENDAR_FIELDS, request.calendar)
        change = Edit(
            "calendar",
            calendar_id,
            lambda present: read.calendar(request.calendar, calendar_id, present, paths),
            request.calendar.etag,
            create=request.allow_missing,
        )
        return read.calendar_message(tenant, await self._standard.save(tenant, change, request, call))

    async def DeleteCalendar(self, request: calendars.DeleteCalendarRequest, call: Call) -> Empty:
        return await self._standard.delete("calendar", *fields.name_of(request.name, "calendars"), request, call)

    async def ImportCalendar(self, request: calendars.ImportCalendarRequest, call: Call) -> calendars.Calendar:
        tenant, calendar_id = fields.name_of(request.name, "calendars")
        present = (await self._workforce_service.get(tenant, "calendar", calendar_id)).record
        # beforehand, off the loop: a package is loaded, a file may be long, and nobody shall wait for it
        read_days = await asyncio.to_thread(_days_of, request, present)
        change = Edit(
            "calendar",
            calendar_id,
            lambda now: with_days(now, read_days if now == present else _days_of(request, now)),
            request.etag,
        )
        message = read.calendar_message(tenant, await self._standard.save(tenant, change, request, call))
        message.import_notes.extend(ics_notes(request.ics.content) if request.HasField("ics") else ())
        return message

    # --------------------------------------------------------------------------------------------------------- absences

    async def CreateAbsence(self, request: calendars.CreateAbsenceRequest, call: Call) -> calendars.Absence:
        tenant, rep = fields.name_of(request.parent, "reps", "parent")
        absence_id = f"{rep}/{request.absence_id}"
        record = read.absence(request.absence, absence_id, None, read.ABSENCE_FIELDS, tenant)
        change = Edit("absence", absence_id, lambda _: record, create=True, update=False)
        return read.absence_message(tenant, await self._standard.save(tenant, change, request, call))

    async def GetAbsence(self, request: calendars.GetAbsenceRequest, call: Call) -> calendars.Absence:
        tenant, rep, absence_id = _absence(request.name)
        call.check_own(rep)
        saved = await self._workforce_service.get(tenant, "absence", absence_id)
        message = read.absence_message(tenant, saved)
        message.stand_in = await self._stand_in(tenant, saved)
        for item_id, why in await self._kept_items.of(tenant, rep):
            message.kept_work_items.add(
                work_item=f"tenants/{tenant}/workItems/{item_id}", reason=read.KEPT_REASONS[why]
            )
        return message

    async def _stand_in(self, tenant: str, saved: Saved) -> str:
        """Name who has what is open of whoever is on leave; empty: nobody else."""
        covers = Substitutes(await self._workforce_service.records(tenant))
        assert isinstance(saved.record, Absence)
        rep = covers.stand_in(saved.record, await self._clock.now_us(tenant) // 1000)
        return f"tenants/{tenant}/reps/{rep}" if rep else ""

    async def ListAbsences(self, request: calendars.ListAbsencesRequest, call: Call) -> calendars.ListAbsencesResponse:
        tenant, rep = fields.name_of(request.parent, "reps", "parent")
        call.check_own(rep)
        if rep != ALL_REPS:
            await self._workforce_service.get(tenant, "rep", rep)
        within = "" if rep == ALL_REPS else f"{rep}/"
        listed, token = await self._standard.page("absence", request, read.absence_message, tenant, within)
        return calendars.ListAbsencesResponse(absences=listed, next_page_token=token)

    async def UpdateAbsence(self, request: calendars.UpdateAbsenceRequest, call: Call) -> calendars.Absence:
        tenant, _, absence_id = _absence(request.absence.name, "absence.name")
        paths = masked(request.update_mask.paths, read.ABSENCE_FIELDS, request.absence)
        change = Edit(
            "absence",
            absence_id,
            lambda present: read.absence(request.absence, absence_id, present, paths, tenant),
            request.absence.etag,
            create=request.allow_missing,
        )
        return read.absence_message(tenant, await self._standard.save(tenant, change, request, call))

    async def DeleteAbsence(self, request: calendars.DeleteAbsenceRequest, call: Call) -> Empty:
        tenant, _, absence_id = _absence(request.name)
        return await self._standard.delete("absence", tenant, absence_id, request, call)

    # ----------------------------------------------------------------------------------------------------------- tenant

    async def GetTenant(self, request: calendars.GetTenantRequest, _: Call) -> calendars.Tenant:
        tenant = tenant_of(request.name, "name")
        message = read.settings_message(tenant, await self._workforce_service.settings(tenant))
        message.current_time.CopyFrom(fields.timestamp(await self._clock.now_us(tenant)))
        message.workforce_revision = (await self._workforce_service.records(tenant)).revision
        return message

    async def UpdateTenant(self, request: calendars.UpdateTenantRequest, call: Call) -> calendars.Tenant:
        tenant = tenant_of(request.tenant.name, "tenant.name")
        paths = masked(request.update_mask.paths, read.TENANT_FIELDS, request.tenant)
        change = Edit(
            "tenant",
            SETTINGS_ID,
            lambda present: read.settings(request.tenant, present, paths, tenant),
            request.tenant.etag,
            create=True,
        )
        return read.settings_message(tenant, await self._standard.save(tenant, change, request, call))

    # -------------------------------------------------------------------------------------------------------- presences

    async def SetRepPresence(self, request: calendars.SetRepPresenceRequest, call: Call) -> calendars.RepPresence:
        tenant, rep = fields.name_of(request.name, "reps")
        call.check_own(rep)
        until_ms = _until_ms(request)
        request_id = fields.request_id(request)
        await self._presence_service.set_presence(tenant, rep, until_ms, request_id=request_id, actor=call.actor)
        return _presence_message(tenant, rep, until_ms)

    async def ListRepPresences(
        self, request: calendars.ListRepPresencesRequest, _: Call
    ) -> calendars.ListRepPresencesResponse:
        tenant = tenant_of(request.parent)
        after, count = fields.page_place(request.page_token, _is_id), fields.page_size(request.page_size)
        presences = await self._presence_service.presences(tenant)
        reps = sorted(rep for rep in presences if rep > after)
        return calendars.ListRepPresencesResponse(
            rep_presences=[_presence_message(tenant, rep, presences[rep]) for rep in reps[:count]],
            next_page_token=fields.page_token(reps[count - 1] if len(reps) > count else ""),
        )


def _absence(name: str, field: str = "name") -> tuple[str, str, str]:
    """Read the name of an absence: tenant, rep, and the id among all absences."""
    parts = name.split("/")
    if len(parts) != 6 or parts[4] != "absences" or not parts[5]:
        raise InvalidInput.of(field, f"{shown(name)}: must be tenants/{{tenant}}/reps/{{rep}}/absences/{{absence}}")
    tenant, rep = fields.name_of("/".join(parts[:4]), "reps", field)
    return tenant, rep, f"{rep}/{fields.text(parts[5], fields.MAX_LAST_PART, field)}"


def _days_of(request: calendars.ImportCalendarRequest, calendar: Any) -> CountryDays:
    """Read the days that are to be imported, with the hours of a calendar.

    Raises
    ------
    InvalidInput
        If there is no source, or it is not as it must be.
    NotPossible
        If it is an .ics file, and the extra that reads such files is not installed.
    """
    match request.WhichOneof("source"):
        case "country":
            return _country_days(request.country, calendar)
        case "ics":
            return _ics_days(request.ics, calendar)
    raise InvalidInput.of("country", "is absent: must be a country with years, or ics in its place")


def _country_days(message: calendars.CountryDays, calendar: Calendar) -> CountryDays:
    years = _years(message.years, "country.years")
    return country_days(message.country, years, calendar.weekly, message.subdivision)


def _ics_days(message: calendars.IcsDays, calendar: Calendar) -> CountryDays:
    years = _years(message.years, "ics.years")
    if not all(MINYEAR <= year <= MAXYEAR for year in years):
        raise InvalidInput.of("ics.years", f"{shown(str(years))}: must be {MINYEAR} to {MAXYEAR}")
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    try:
        days = ics_days(message.content, calendar.time_zone, calendar.weekly, first, last)
        if not (asked := tuple(day for day in days if int(day.date[:4]) in years)):
            raise no_days(message.content, years)
    except InvalidInput as error:
        raise InvalidInput([Violation("ics.content", v.description) for v in error.violations]) from None
    return CountryDays(asked, "", frozenset(years))


def _years(years: Sequence[int], field: str) -> list[int]:
    if not 1 <= len(years) <= MAX_YEARS or len(set(years)) < len(years):
        raise InvalidInput.of(field, f"{shown(str(list(years)))}: must be 1 to {MAX_YEARS} years, each once")
    return list(years)


def _until_ms(request: calendars.SetRepPresenceRequest) -> int | None:
    """Read until when a rep is away; 0: until told otherwise, None: they are there."""
    if request.presence not in _PRESENCES:
        allowed = " or ".join(calendars.Presence.Name(presence) for presence in _PRESENCES)
        raise InvalidInput.of("presence", f"{request.presence}: must be {allowed}")
    timed = request.HasField("until_time")
    if request.presence == calendars.PRESENCE_AWAY:
        return instant_ms(request, "until_time", "") if timed else 0
    if timed:
        raise InvalidInput.of(
            "until_time", "stands beside PRESENCE_AVAILABLE: only who is away is away until an instant"
        )
    return None


def _presence_message(tenant: str, rep: str, until_ms: int | None) -> calendars.RepPresence:
    message = calendars.RepPresence(
        name=f"tenants/{tenant}/reps/{rep}",
        presence=calendars.PRESENCE_AVAILABLE if until_ms is None else calendars.PRESENCE_AWAY,
    )
    if until_ms:
        message.until_time.CopyFrom(fields.timestamp(until_ms * 1000))
    return message


def _is_id(text: Any) -> bool:
    return check_id(text) is None
