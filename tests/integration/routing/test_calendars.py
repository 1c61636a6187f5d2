"""Calendars, absences, what holds for a tenant and who is away are kept, through a running server."""

from __future__ import annotations

import grpc
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import workforce_pb2 as workforce
from tests.api import Api, last
from tests.conftest import ON_EVERY_STORE
from tests.integration.routing.arranging import everyone, refused

pytestmark = ON_EVERY_STORE

Code = grpc.StatusCode
WEEKDAYS = [calendars.WeeklyHours(day=day, start="09:00", end="18:00") for day in (1, 2, 3, 4, 5)]
LEAVE = calendars.Absence(start_time=Timestamp(seconds=2_000_000_000), end_time=Timestamp(seconds=2_000_086_400))


async def opened(api: Api, display_name: str = "") -> calendars.Calendar:
    """Create a calendar of nine to six."""
    calendar = calendars.Calendar(time_zone="Asia/Shanghai", weekly=WEEKDAYS, display_name=display_name)
    request = calendars.CreateCalendarRequest(parent=api.parent, calendar_id="shanghai", calendar=calendar)
    made: calendars.Calendar = await api.workforce.CreateCalendar(request)
    return made


async def test_a_calendar_is_kept_changed_and_deleted(api: Api) -> None:
    made = await opened(api, display_name="上海")
    name = f"{api.parent}/calendars/shanghai"

    changed = await api.workforce.UpdateCalendar(
        calendars.UpdateCalendarRequest(
            calendar=calendars.Calendar(name=name, official_until="2026-12-31", etag=made.etag)
        )
    )
    stale = await refused(
        api.workforce.DeleteCalendar(calendars.DeleteCalendarRequest(name=name, etag=made.etag, request_id="d"))
    )
    await api.workforce.DeleteCalendar(calendars.DeleteCalendarRequest(name=name, etag=changed.etag, request_id="d"))
    await api.workforce.DeleteCalendar(calendars.DeleteCalendarRequest(name=name, etag=changed.etag, request_id="d"))
    gone = await refused(api.workforce.GetCalendar(calendars.GetCalendarRequest(name=name)))

    assert (changed.display_name, list(changed.weekly), changed.official_until) == ("上海", WEEKDAYS, "2026-12-31")
    assert (stale.code(), gone.code()) == (Code.ABORTED, Code.NOT_FOUND)


async def test_a_countrys_days_are_brought_into_a_calendar_with_its_hours(api: Api) -> None:
    await opened(api)
    days = calendars.CountryDays(country="CN", years=[2026, 2027])
    request = calendars.ImportCalendarRequest(name=f"{api.parent}/calendars/shanghai", country=days)

    calendar = await api.workforce.ImportCalendar(request)

    by_date = {exception.date: exception for exception in calendar.exceptions}
    assert [(each.start, each.end) for each in by_date["2026-10-10"].hours] == [("09:00", "18:00")]
    assert not by_date["2026-10-01"].hours
    assert calendar.official_until == "2026-12-31"
    request.country.country = "XX"
    error = await refused(api.workforce.ImportCalendar(request))
    assert "country.country" in str(error.details())


async def test_a_country_imported_again_takes_back_what_it_no_longer_has_and_nothing_else(api: Api) -> None:
    await opened(api)
    name = f"{api.parent}/calendars/shanghai"
    days = calendars.CountryDays(country="DE", subdivision="BY", years=[2026])
    request = calendars.ImportCalendarRequest(name=name, country=days)
    german = await api.workforce.ImportCalendar(request)
    by_hand = calendars.CalendarException(date="2026-03-02", display_name="company's day")
    other_year = calendars.CalendarException(date="2025-06-19", source="country:DE")
    german.exceptions.extend([by_hand, other_year])
    await api.workforce.UpdateCalendar(calendars.UpdateCalendarRequest(calendar=german))

    request.country.subdivision = "HH"
    corrected = await api.workforce.ImportCalendar(request)

    before, after = ({day.date: day for day in each.exceptions} for each in (german, corrected))
    assert before["2026-11-01"].source == "country:DE"
    assert "2026-11-01" not in after  # All Saints' Day, which Bavaria has and Hamburg has not
    assert (after["2026-03-02"], after["2025-06-19"]) == (by_hand, other_year)
    assert after["2026-10-31"].source == "country:DE"  # Reformation Day


async def test_the_whole_days_of_an_ics_file_are_brought_into_a_calendar(api: Api) -> None:
    await opened(api)
    event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:{}\nSUMMARY:{}\nEND:VEVENT"
    events = [event.format(*each) for each in (("20261001", "国庆节"), ("20261010", "补班"), ("20271001", "国庆节"))]
    content = "\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR"]).encode()
    request = calendars.ImportCalendarRequest(name=f"{api.parent}/calendars/shanghai")
    request.ics.CopyFrom(calendars.IcsDays(content=content, years=[2026]))

    calendar = await api.workforce.ImportCalendar(request)

    assert [(day.date, day.display_name, len(day.hours)) for day in calendar.exceptions] == [
        ("2026-10-01", "国庆节", 0),
        ("2026-10-10", "补班", 1),
    ]
    request.ics.content = b"BEGIN:VCALENDAR"
    error = await refused(api.workforce.ImportCalendar(request))
    assert (error.code(), "ics.content" in str(error.details())) == (Code.INVALID_ARGUMENT, True)


async def test_a_calendar_in_use_stays_and_one_that_is_not_there_cannot_be_named(api: Api) -> None:
    await opened(api)
    await everyone(api, "ann", "bob")
    rep = workforce.Rep(name=api.rep_name("bob"), calendar="shanghai", manager="ann")
    pool = workforce.Pool(name=f"{api.parent}/pools/everyone", managers=["ann"], calendar="shanghai")
    pool.leave_buffer_duration.CopyFrom(Duration(seconds=14_400))

    bob = await api.workforce.UpdateRep(workforce.UpdateRepRequest(rep=rep))
    everybody = await api.workforce.UpdatePool(workforce.UpdatePoolRequest(pool=pool))
    rep.calendar = "night"
    unknown = await refused(api.workforce.UpdateRep(workforce.UpdateRepRequest(rep=rep)))
    request = calendars.DeleteCalendarRequest(name=f"{api.parent}/calendars/shanghai")
    used = await refused(api.workforce.DeleteCalendar(request))
    leads = await refused(api.workforce.DeleteRep(workforce.DeleteRepRequest(name=api.rep_name("ann"))))

    assert (bob.calendar, bob.manager) == (f"{api.parent}/calendars/shanghai", api.rep_name("ann"))
    assert (everybody.leave_buffer_duration.seconds, list(everybody.managers)) == (14_400, [api.rep_name("ann")])
    assert (unknown.code(), used.code(), leads.code()) == (
        Code.INVALID_ARGUMENT,
        Code.FAILED_PRECONDITION,
        Code.FAILED_PRECONDITION,
    )
    assert "pool everyone, rep bob" in str(used.details())


async def test_weights_that_ramp_are_kept_and_shown_when_they_change(api: Api) -> None:
    await everyone(api, "ann")
    steps = [workforce.WeightStep(start_time=Timestamp(seconds=2_000_000_000), weight=0.5)]
    member = workforce.PoolMember(rep="ann", weight=0.25, weight_steps=steps)
    pool = workforce.Pool(name="everyone", members=[member])

    answer = await api.workforce.ApplyWorkforce(workforce.ApplyWorkforceRequest(parent=api.parent, pools=[pool]))
    kept = await api.workforce.GetPool(workforce.GetPoolRequest(name=f"{api.parent}/pools/everyone"))

    assert [change.field for change in answer.changes[0].fields] == ["members.ann", "weight_steps.ann"]
    assert list(kept.members[0].weight_steps) == steps


async def test_absences_are_listed_by_rep_and_go_with_them(api: Api) -> None:
    for rep in ("ann-b", "ann"):
        await api.hire(rep)
        for absence in ("b", "a"):
            request = calendars.CreateAbsenceRequest(parent=api.rep_name(rep), absence_id=absence, absence=LEAVE)
            await api.workforce.CreateAbsence(request)

    everybody = calendars.ListAbsencesRequest(parent=api.rep_name("-"), page_size=3)
    first = await api.workforce.ListAbsences(everybody)
    everybody.page_token = first.next_page_token
    rest = await api.workforce.ListAbsences(everybody)
    ann = await api.workforce.ListAbsences(calendars.ListAbsencesRequest(parent=api.rep_name("ann")))
    await api.dismiss("ann")
    nobody = await refused(api.workforce.ListAbsences(calendars.ListAbsencesRequest(parent=api.rep_name("ann"))))
    left = await api.workforce.ListAbsences(calendars.ListAbsencesRequest(parent=api.rep_name("-")))

    listed = [absence.name.removeprefix(f"{api.parent}/reps/") for absence in (*first.absences, *rest.absences)]
    assert listed == ["ann/absences/a", "ann/absences/b", "ann-b/absences/a", "ann-b/absences/b"]
    assert [last(absence.name) for absence in ann.absences] == ["a", "b"]
    assert (nobody.code(), len(left.absences)) == (Code.NOT_FOUND, 2)


async def test_a_tenant_has_a_zone_and_a_calendar(api: Api) -> None:
    before = await api.workforce.GetTenant(calendars.GetTenantRequest(name=api.parent))
    await opened(api)
    tenant = calendars.Tenant(name=api.parent, time_zone="Asia/Shanghai", calendar="shanghai")

    after = await api.workforce.UpdateTenant(calendars.UpdateTenantRequest(tenant=tenant))
    again = await api.workforce.GetTenant(calendars.GetTenantRequest(name=api.parent))

    assert (before.time_zone, before.calendar, before.etag) == ("UTC", "", "")
    assert again.current_time.seconds >= before.current_time.seconds > 0
    again.ClearField("current_time")  # told by GetTenant alone
    assert (after, after.calendar) == (again, f"{api.parent}/calendars/shanghai")


async def test_who_is_away_is_listed_until_they_are_back(api: Api) -> None:
    await everyone(api, "ann", "bob")
    away = calendars.SetRepPresenceRequest(name=api.rep_name("ann"), presence=calendars.PRESENCE_AWAY)
    listing = calendars.ListRepPresencesRequest(parent=api.parent)

    said = await api.workforce.SetRepPresence(away)
    there = await api.workforce.ListRepPresences(listing)
    away.until_time.CopyFrom(Timestamp(seconds=1))
    over = await refused(api.workforce.SetRepPresence(away))
    back = calendars.SetRepPresenceRequest(name=away.name, presence=calendars.PRESENCE_AVAILABLE)
    await api.workforce.SetRepPresence(back)

    assert list(there.rep_presences) == [said]
    assert not said.HasField("until_time")
    assert over.code() == Code.INVALID_ARGUMENT
    assert not (await api.workforce.ListRepPresences(listing)).rep_presences
