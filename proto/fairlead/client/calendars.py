"""When people work: calendars, absences, what holds for a tenant, and who is away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from google.protobuf.empty_pb2 import Empty

from fairlead.client.calls import PAGE, Calls, new_id, stamp
from fairlead.v1 import calendars_pb2 as calendars


class CalendarCalls(Calls):
    """WorkforceService, of calendars, absences, tenants and presences. Instants are ``datetime`` with a zone."""

    def upsert_calendar(
        self, calendar: calendars.Calendar, *, mask: Sequence[str] = ("*",), validate_only: bool = False
    ) -> calendars.Calendar:
        """Create a calendar, or replace the masked fields of it, all by default; its name may be an id alone."""
        request = calendars.UpdateCalendarRequest(allow_missing=True, request_id=new_id(), validate_only=validate_only)
        request.calendar.CopyFrom(calendar)
        request.calendar.name = self._name("calendars", calendar.name)
        request.update_mask.paths.extend(mask)
        return self._connection.call("WorkforceService/UpdateCalendar", request, calendars.Calendar)

    def get_calendar(self, calendar: str) -> calendars.Calendar:
        """Get a calendar."""
        request = calendars.GetCalendarRequest(name=self._name("calendars", calendar))
        return self._connection.call("WorkforceService/GetCalendar", request, calendars.Calendar)

    def list_calendars(self) -> Iterator[calendars.Calendar]:
        """List calendars by id."""
        request = calendars.ListCalendarsRequest(parent=self.parent, page_size=PAGE)
        for page in self._connection.pages("WorkforceService/ListCalendars", request, calendars.ListCalendarsResponse):
            yield from page.calendars

    def import_country(
        self, calendar: str, country: str, years: Sequence[int], subdivision: str = "", *, validate_only: bool = False
    ) -> calendars.Calendar:
        """Bring a country's days off and make-up workdays into a calendar that is there."""
        days = calendars.CountryDays(country=country, subdivision=subdivision, years=years)
        return self._import(calendars.ImportCalendarRequest(country=days, validate_only=validate_only), calendar)

    def import_ics(
        self, calendar: str, content: bytes, years: Sequence[int], *, validate_only: bool = False
    ) -> calendars.Calendar:
        """Bring the whole days of an .ics file into a calendar that is there."""
        days = calendars.IcsDays(content=content, years=years)
        return self._import(calendars.ImportCalendarRequest(ics=days, validate_only=validate_only), calendar)

    def _import(self, request: calendars.ImportCalendarRequest, calendar: str) -> calendars.Calendar:
        request.name, request.request_id = self._name("calendars", calendar), new_id()
        return self._connection.call("WorkforceService/ImportCalendar", request, calendars.Calendar)

    def delete_calendar(self, calendar: str) -> None:
        """Delete a calendar that nobody uses."""
        request = calendars.DeleteCalendarRequest(name=self._name("calendars", calendar), request_id=new_id())
        self._connection.call("WorkforceService/DeleteCalendar", request, Empty)

    def upsert_absence(
        self,
        rep: str,
        absence: str,
        start: datetime,
        end: datetime,
        reason: str = "",
        *,
        substitute: str = "",
        validate_only: bool = False,
    ) -> calendars.Absence:
        """Enter that a rep is on leave, or replace an absence of that id; a substitute has what they have open."""
        request = calendars.UpdateAbsenceRequest(allow_missing=True, request_id=new_id(), validate_only=validate_only)
        request.absence.CopyFrom(
            calendars.Absence(
                name=f"{self._name('reps', rep)}/absences/{absence}",
                start_time=stamp(start),
                end_time=stamp(end),
                reason=reason,
                substitute=self._name("reps", substitute) if substitute else "",
            )
        )
        request.update_mask.paths.append("*")
        return self._connection.call("WorkforceService/UpdateAbsence", request, calendars.Absence)

    def list_absences(self, rep: str = "-") -> Iterator[calendars.Absence]:
        """List the absences of a rep, or of all, by rep and id."""
        request = calendars.ListAbsencesRequest(parent=self._name("reps", rep), page_size=PAGE)
        for page in self._connection.pages("WorkforceService/ListAbsences", request, calendars.ListAbsencesResponse):
            yield from page.absences

    def get_absence(self, rep: str, absence: str) -> calendars.Absence:
        """Get an absence, with what of the rep's is not with whom it would be by their leaves."""
        request = calendars.GetAbsenceRequest(name=f"{self._name('reps', rep)}/absences/{absence}")
        return self._connection.call("WorkforceService/GetAbsence", request, calendars.Absence)

    def delete_absence(self, rep: str, absence: str) -> None:
        """Delete an absence."""
        name = f"{self._name('reps', rep)}/absences/{absence}"
        request = calendars.DeleteAbsenceRequest(name=name, request_id=new_id())
        self._connection.call("WorkforceService/DeleteAbsence", request, Empty)

    def get_tenant(self) -> calendars.Tenant:
        """Get what holds for the whole tenant."""
        request = calendars.GetTenantRequest(name=self.parent)
        return self._connection.call("WorkforceService/GetTenant", request, calendars.Tenant)

    def update_tenant(
        self, *, time_zone: str | None = None, calendar: str | None = None, reopen_days: int | None = None
    ) -> calendars.Tenant:
        """Change the zone of the tenant's clocks, the calendar of whoever has none (an empty one takes it away), or for
        how many days what is closed may be reopened.
        """
        request = calendars.UpdateTenantRequest(request_id=new_id())
        request.tenant.name = self.parent
        if time_zone is not None:
            request.tenant.time_zone = time_zone
            request.update_mask.paths.append("time_zone")
        if calendar is not None:
            request.tenant.calendar = calendar
            request.update_mask.paths.append("calendar")
        if reopen_days is not None:
            request.tenant.reopen_days = reopen_days
            request.update_mask.paths.append("reopen_days")
        return self._connection.call("WorkforceService/UpdateTenant", request, calendars.Tenant)

    def set_away(self, rep: str, until: datetime | None = None) -> calendars.RepPresence:
        """Say that a rep is away, at once; without an instant until `set_available`."""
        request = calendars.SetRepPresenceRequest(presence=calendars.PRESENCE_AWAY)
        if until is not None:
            request.until_time.CopyFrom(stamp(until))
        return self._set_presence(request, rep)

    def set_available(self, rep: str) -> calendars.RepPresence:
        """Say that a rep is back."""
        return self._set_presence(calendars.SetRepPresenceRequest(presence=calendars.PRESENCE_AVAILABLE), rep)

    def _set_presence(self, request: calendars.SetRepPresenceRequest, rep: str) -> calendars.RepPresence:
        request.name, request.request_id = self._name("reps", rep), new_id()
        return self._connection.call("WorkforceService/SetRepPresence", request, calendars.RepPresence)

    def list_away(self) -> Iterator[calendars.RepPresence]:
        """List by id who is away; one whose ``until_time`` is over is there again."""
        request = calendars.ListRepPresencesRequest(parent=self.parent, page_size=PAGE)
        for page in self._connection.pages(
            "WorkforceService/ListRepPresences", request, calendars.ListRepPresencesResponse
        ):
            yield from page.rep_presences
