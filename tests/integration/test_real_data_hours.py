"""A sales team's leads through a running server for four weeks of a simulated clock: with hours, leave and caps.

What must hold is reckoned from the log anew, by zones and times of day, and by nothing of what plans or counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import caps_pb2 as caps
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from router.adapters.redis.repositories import Stores
from router.model.decision import Cause, Decision
from router.model.events import Completed, Event
from tests.api import Api, connected, differences, last
from tests.integration.test_clock import moves, url_of
from tests.integration.test_real_data import BATCH, SalesCrm
from tests.served import Served

pytestmark = pytest.mark.long

ZONES = {
    "Central": ZoneInfo("America/Chicago"),
    "East": ZoneInfo("America/New_York"),
    "West": ZoneInfo("America/Los_Angeles"),
}
"""By office. Their clocks change within these four weeks, in the second of them."""
HOURS = ((time(9), time(12)), (time(13), time(18)))
"""Of each working day."""
FIRST = date(2017, 3, 6)
"""A Monday."""
DAYS = 26
CALLS = (time(8), time(15), time(20))
"""When leads come each working day, in UTC: in the night, and when some offices work or all do."""
THREE_DAYS = timedelta(days=3)
OPEN_FOR = timedelta(days=5)
"""After so long a lead is closed."""
PAGE = 1000


class Most(NamedTuple):
    """The most that anybody ever got in a day, had open, and got in three days that ended then."""

    daily: int
    open: int
    rolling: int


LIMITS = Most(20, 75, 45)
"""What a rep may get and have."""


class Leave(NamedTuple):
    """When a rep is not there."""

    start: datetime
    end: datetime


class Team:
    """Who works when: by their names, the offices' zones and leave of two days each, in turn.

    Parameters
    ----------
    crm
        Its tables.
    """

    def __init__(self, crm: SalesCrm) -> None:
        names = [row["sales_agent"] for row in crm.agents]
        self.zones = {rep_of(name): ZONES[crm.office_of[name]] for name in names}
        self.offices = {rep_of(name): crm.office_of[name] for name in names}
        self.leave = {rep: Leave(*leave_of(place, zone)) for place, (rep, zone) in enumerate(self.zones.items())}

    async def arrange(self, api: Api) -> None:
        """Give everybody hired their hours, leave and caps."""
        for office, zone in ZONES.items():
            request = calendars.CreateCalendarRequest(
                parent=api.parent, calendar_id=office, calendar=calendar_of(zone.key)
            )
            await api.workforce.CreateCalendar(request)
        for rep, office in self.offices.items():
            record = await api.workforce.GetRep(workforce.GetRepRequest(name=api.rep_name(rep)))
            record.calendar = office
            record.caps.extend(three_caps())
            await api.workforce.UpdateRep(workforce.UpdateRepRequest(rep=record))
            absence = calendars.Absence()
            absence.start_time.FromDatetime(self.leave[rep].start)
            absence.end_time.FromDatetime(self.leave[rep].end)
            await api.workforce.CreateAbsence(
                calendars.CreateAbsenceRequest(parent=api.rep_name(rep), absence_id="spring", absence=absence)
            )

    def is_there(self, rep: str, at: datetime) -> bool:
        """Say whether a rep works at an instant."""
        local = at.astimezone(self.zones[rep])
        works = local.weekday() < 5 and any(start <= local.time() < end for start, end in HOURS)
        return works and not self.leave[rep].start <= at < self.leave[rep].end


def rep_of(name: str) -> str:
    """Return a rep's id."""
    return name.replace(" ", "-")


def leave_of(place: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return two days from a noon on, by the place of who has them."""
    start = datetime.combine(FIRST + timedelta(days=place % 24), time(12), zone)
    return start.astimezone(UTC), (start + timedelta(days=2)).astimezone(UTC)


def calendar_of(zone: str) -> calendars.Calendar:
    """Return the hours of an office."""
    weekly = [
        calendars.WeeklyHours(day=day, start=f"{start:%H:%M}", end=f"{end:%H:%M}")
        for day in range(1, 6)
        for start, end in HOURS
    ]
    return calendars.Calendar(time_zone=zone, weekly=weekly)


def three_caps() -> list[caps.Cap]:
    """Return the caps of a rep."""
    rolling = caps.Cap(id="days", measure=caps.Cap.MEASURE_COUNT, window=caps.Cap.WINDOW_ROLLING, limit=LIMITS.rolling)
    rolling.rolling_duration.FromTimedelta(THREE_DAYS)
    return [
        caps.Cap(id="day", measure=caps.Cap.MEASURE_COUNT, window=caps.Cap.WINDOW_DAY, limit=LIMITS.daily),
        caps.Cap(id="open", measure=caps.Cap.MEASURE_OPEN, limit=LIMITS.open),
        rolling,
    ]


def waiting_at_last(rules: Mapping[str, list[dict[str, dict[str, object]]]]) -> Mapping[str, object]:
    """Return rules by which a lead waits if nobody of everybody can take it."""
    for rule in rules["rules"]:
        rule["route"]["fallback"] = ["everyone", "wait"]
    return {**rules, "default": {"route": {"pool": "everyone", "fallback": ["wait"]}}}


def calls() -> Iterator[datetime]:
    """Yield when leads come."""
    days = (FIRST + timedelta(days=number) for number in range(DAYS))
    yield from (datetime.combine(day, at, UTC) for day in days if day.weekday() < 5 for at in CALLS)


# ------------------------------------------------------------------------------------------ reckoned from the log alone


def not_there(team: Team, decisions: Iterable[Decision]) -> Iterator[str]:
    """Yield decisions for somebody who does not work then."""
    for decision in decisions:
        if not team.is_there(decision.rep, instant(decision)):
            yield f"{decision.rep} got work at {instant(decision).astimezone(team.zones[decision.rep])}"


def most(team: Team, events: Iterable[Event]) -> Most:
    """Reckon what anybody ever had."""
    daily, open_now, got = Counter[tuple[str, date]](), Counter[str](), defaultdict[str, list[datetime]](list)
    highest = Most(0, 0, 0)
    for event in events:
        match event:
            case Completed(rep=rep):
                open_now[rep] -= 1
            case Decision(rep=rep) if rep:
                at = instant(event)
                day = rep, at.astimezone(team.zones[rep]).date()
                daily[day] += 1
                open_now[rep] += 1
                got[rep].append(at)
                lately = sum(at - THREE_DAYS < before for before in got[rep])
                highest = Most(*map(max, highest, (daily[day], open_now[rep], lately)))
    return highest


def instant(event: Decision) -> datetime:
    """Return when it was decided."""
    return datetime.fromtimestamp(event.at_ms / 1000, UTC)


# ------------------------------------------------------------------------------------------------------- the four weeks


@pytest.fixture(scope="module")
def crm(shared_data: Path) -> SalesCrm:
    return SalesCrm(shared_data / "crm_sales")


@asynccontextmanager
async def simulated(data: Path, tenant: str) -> AsyncIterator[Api]:
    """Yield a tenant on a service whose clock is simulated and stands."""
    served = Served(data, options=("--simulated-clock",))
    try:
        served.ready()
        await moves(data, "rate", "0")
        await moves(data, "set", f"{FIRST}T00:00")
        async with connected(served.address, tenant, url_of(data)) as api:
            yield api
    finally:
        served.close()


async def work_on(api: Api, data: Path, leads: Sequence[routing.RouteWorkItemRequest]) -> None:
    """Have the leads come in equal parts, each closed some days after it got its owner."""
    instants, owned = list(calls()), dict[str, datetime]()
    size = -(-len(leads) // len(instants))
    assert size <= BATCH
    for number, now in enumerate(instants):
        await moves(data, "set", f"{now:%Y-%m-%dT%H:%M}")
        for item in [item for item, since in owned.items() if now - since >= OPEN_FOR]:
            if (await api.item(item)).owner:
                await api.complete(item)
                del owned[item]
        results = await api.route_batch(leads[number * size : (number + 1) * size])
        owned |= {result.decision.work_item: now for result in results}
    await moves(data, "advance", "4d")


async def log_of(api: Api) -> list[Event]:
    """Return all events."""
    stores, events = Stores.connect(api.redis_url), list[Event]()
    while page := await stores.assignments.events(api.tenant, after=events[-1].number if events else 0, count=PAGE):
        events += page
    await stores.close()
    return events


def blocks_seen(decisions: Iterable[Decision]) -> Counter[str]:
    """Count how often the store saw no room for somebody, by the reason."""
    return Counter(blocked[1] for decision in decisions for state in decision.seen for blocked in state.blocked)


async def test_nobody_of_a_sales_team_gets_leads_outside_their_hours_or_above_a_cap(
    crm: SalesCrm, short_path: Path, tenant: str
) -> None:
    data, team = short_path / "sales", Team(crm)
    async with simulated(data, tenant) as api:
        await crm.hire(api)
        await team.arrange(api)
        await api.publish(waiting_at_last(crm.rules()))
        await work_on(api, data, [crm.wish(api, row) for row in crm.pipeline])
        events = await log_of(api)
        decisions = [event for event in events if isinstance(event, Decision)]
        assigned = [decision for decision in decisions if decision.rep]

        assert len({decision.item_id for decision in decisions}) == len(crm.pipeline)
        assert [*not_there(team, assigned)] == []
        assert most(team, events) == LIMITS, "each is reached, and none is exceeded"
        assert blocks_seen(decisions)["REACHED_CAP"] > len(crm.pipeline) // 10
        assert sum(decision.head.cause is Cause.WOKEN for decision in assigned) > len(crm.pipeline) // 10
        for pool in {decision.pool for decision in assigned}:
            report = await api.report(last(pool))
            assert report.observed.worst_ever <= report.bound, pool
        assert await differences(api.redis_url, tenant) == []
