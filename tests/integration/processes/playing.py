"""Logs of real work, played through the product: routed, called about, paused and closed on a simulated clock, which is
moved from instant to instant, so that all that falls due in between is told at its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from fairlead.v1 import activities_pb2, deadlines_pb2, processes_pb2, routing_pb2
from router.activities.service import RecordRequest
from router.assignment.commands import RouteRequest
from router.deadlines.pausing import PauseRequest
from router.model.activities import Activity, ActivityKind, Direction
from router.model.calendars import Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.events import Fired
from router.model.workforce import Member, Pool, Record, Rep
from router.model.workitem import Kind, State, WorkItem
from router.process.definition.deadlines import Since, Until
from router.rpc.deadline_messages import deadline_message
from router.workforce.edits import Edit
from tests.api import Api
from tests.integration.processes.test_logs_of_work import (
    LONGEST_MS,
    MADE_UP,
    OFF,
    OFFICE,
    RESTING,
    ZONE,
    Log,
    days,
)
from tests.plain_deadlines import Case, Wanted, outcomes, tellings
from tests.simulation.firm import TENANT
from tests.simulation.run import kind_of
from tests.simulation.system import System

SHARES = (0.5, 1.0)
"""After which shares of its time somebody is told of a deadline."""
CLOCKS = ("wall", "pool")
"""Around the clock, and from nine to six with 调休."""
CONNECTED_MS = 60_000
DAY_MS = 86_400_000
ALL_OVER_MS = 200 * DAY_MS
"""How long behind a log whatever it left open is overdue."""
DEEDS = ("came", "heard", "resumed", "attempt", "contact", "paused", "closed")
"""What is done about a case, in the order in which it is at one instant."""
RULES = "fields: {}\nrules: []\ndefault: {route: {pool: desk, hours: ignore, fallback: [wait]}}"
_WAITING = "waiting-for-customer"
_PAGE = 1000


class Deed(NamedTuple):
    """Something that is done about a case, a place in ``DEEDS``; ``until_ms`` is of a pause."""

    at_ms: int
    what: int
    case: int
    until_ms: int = 0


class Stood(NamedTuple):
    """How a deadline stood when all was over, and when somebody was told of it."""

    deadline: str
    start_ms: int
    state: str
    told_ms: Sequence[int]


class Desk(Protocol):
    """Where the work is done."""

    async def route(self, case: int) -> str: ...
    async def record(self, item: str, *, is_ours: bool, lasted_ms: int) -> object: ...
    async def pause(self, item: str, until_ms: int) -> object: ...
    async def resume(self, item: str) -> object: ...
    async def close(self, item: str) -> object: ...
    async def deadlines(self, item: str) -> Sequence[deadlines_pb2.Deadline]: ...


class InProcess:
    """The use cases on the stores of a system."""

    def __init__(self, system: System) -> None:
        self._server = system.servers[1]

    async def route(self, case: int) -> str:
        item = WorkItem(Kind.LEAD, "log", str(case))
        return (await self._server.router.route(TENANT, RouteRequest(item))).item_id

    async def record(self, item: str, *, is_ours: bool, lasted_ms: int) -> object:
        kind = ActivityKind.CALL if is_ours else ActivityKind.MESSAGE
        activity = Activity(kind, Direction.OUTBOUND if is_ours else Direction.INBOUND, "", 0, lasted_ms)
        return await self._server.activities.record(TENANT, RecordRequest(item, activity, by_owner=is_ours))

    async def pause(self, item: str, until_ms: int) -> object:
        return await self._server.pausing.pause(TENANT, PauseRequest(item, _WAITING, until_ms))

    async def resume(self, item: str) -> object:
        return await self._server.pausing.resume(TENANT, item)

    async def close(self, item: str) -> object:
        return await self._server.router.complete(TENANT, item, State.CLOSED)

    async def deadlines(self, item: str) -> Sequence[deadlines_pb2.Deadline]:
        listed, more = await self._server.deadlines.of_item(TENANT, item, count=_PAGE)
        assert more is None
        return [deadline_message(TENANT, each) for each in listed]


class ThroughApi:
    """A service, by its calls."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def route(self, case: int) -> str:
        return (await self._api.route(str(case), source="log")).work_item

    async def record(self, item: str, *, is_ours: bool, lasted_ms: int) -> object:
        made = activities_pb2.Activity
        activity = made(
            kind=made.KIND_CALL if is_ours else made.KIND_MESSAGE,
            direction=made.DIRECTION_OUTBOUND if is_ours else made.DIRECTION_INBOUND,
        )
        activity.duration.FromMilliseconds(lasted_ms)
        request = activities_pb2.RecordActivityRequest(name=item, activity=activity, automatic=not is_ours)
        return await self._api.routing.RecordActivity(request)

    async def pause(self, item: str, until_ms: int) -> object:
        request = routing_pb2.PauseWorkItemRequest(name=item, reason=_WAITING)
        request.until_time.FromMilliseconds(until_ms)
        return await self._api.routing.PauseWorkItem(request)

    async def resume(self, item: str) -> object:
        return await self._api.routing.ResumeWorkItem(routing_pb2.ResumeWorkItemRequest(name=item))

    async def close(self, item: str) -> object:
        return await self._api.complete(item, resolution=routing_pb2.CompleteWorkItemRequest.RESOLUTION_CLOSED)

    async def deadlines(self, item: str) -> Sequence[deadlines_pb2.Deadline]:
        request = processes_pb2.ListDeadlinesRequest(parent=item, page_size=_PAGE)
        answer: Any = await self._api.processes.ListDeadlines(request)
        assert not answer.next_page_token
        return list(answer.deadlines)


def process_of(log: Log) -> str:
    """Write the deadlines of a log as a process: each of them by both clocks."""
    written = list[str]()
    for name, within, since, until in log.deadlines:
        for clock, hours in zip(CLOCKS, within, strict=True):
            pauses = f"pauses: {str(name == RESTING).lower()}"
            steps = "steps: [{at: 50%, do: remind}, {at: 100%, do: notify, to: manager}]"
            what = f"id: {name}-{clock}, within: {hours}h, clock: {clock}, from: {since}, until: {until}"
            written.append(f"      - {{{what}, {pauses}, {steps}}}")
    stages = "stages:\n  - id: open\n    deadlines:\n"
    return f"process: log\nkinds: [LEAD]\n{stages}" + "\n".join(written) + "\n  - {id: over, closes: CLOSED}\n"


def office_records() -> list[Record]:
    """Return a desk of three and who leads it, in an office that is open from nine to six with 调休."""
    nine_to_six = Hours(9 * 60, 18 * 60)
    exceptions = [CalendarException(day.isoformat()) for day in days(OFF)]
    exceptions += [CalendarException(day.isoformat(), (nine_to_six,)) for day in days(MADE_UP)]
    weekly = tuple(WeeklyHours(day, nine_to_six) for day in range(5))
    reps = [Rep(rep, manager="mo") for rep in ("ann", "bo", "cy")]
    desk = Pool("desk", tuple(Member(rep.id) for rep in reps), calendar="office", managers=("mo",))
    calendar = Calendar("office", ZONE, weekly, tuple(exceptions))
    return [calendar, TenantSettings(time_zone=ZONE, calendar="office"), Rep("mo"), *reps, desk]


def deeds(log: Log, cases: Sequence[Case]) -> list[Deed]:
    """Return what is done about cases, in the order of time."""
    return sorted(deed for number, case in enumerate(cases) for deed in _of_case(log, number, case))


def _of_case(log: Log, number: int, case: Case) -> Iterator[Deed]:
    place = {what: rank for rank, what in enumerate(DEEDS)}
    yield Deed(case.begun_ms, place["came"], number)
    yield from (Deed(at_ms, place[what], number) for at_ms, what in case.done)
    if case.closed_ms is not None:
        yield Deed(case.closed_ms, place["closed"], number)
    for since_ms, until_ms in case.waited:
        latest_ms = since_ms + LONGEST_MS
        if case.closed_ms is None or since_ms < case.closed_ms:
            yield Deed(since_ms, place["paused"], number, latest_ms)
            if until_ms < latest_ms and (case.closed_ms is None or until_ms < case.closed_ms):
                yield Deed(until_ms, place["heard" if log.heard else "resumed"], number)


class Play:
    """A log through a desk.

    Parameters
    ----------
    system
        Whose clock it is, and whose timers fire.
    """

    def __init__(self, system: System, desk: Desk, log: Log) -> None:
        self._system = system
        self._desk = desk
        self._log = log
        self._items = dict[int, str]()
        self.fired = Counter[tuple[str, str, int, int]]()
        """How often each step was: by work item, timer, entry and step."""

    async def play(self, cases: Sequence[Case]) -> None:
        """Do all that was done about cases, until all of it is over."""
        what = deeds(self._log, cases)
        await self._system.stores.move(what[0].at_ms - DAY_MS)
        edits = [Edit(kind_of(each), each.id, lambda _, made=each: made, create=True) for each in office_records()]  # type: ignore[misc]
        await self._system.servers[0].workforce.save(TENANT, edits)
        await self._system.publish(RULES)
        await self._system.publish_process(process_of(self._log))
        for deed in what:
            await self._reach(deed.at_ms)
            await self._do(deed)
            await self._system.settle()
        await self._reach(what[-1].at_ms + ALL_OVER_MS)
        for event in await self._system.news():
            if isinstance(event, Fired):
                self.fired[event.item_id, event.name, event.entry, event.step] += 1

    async def _reach(self, at_ms: int) -> None:
        """Let time pass, and all come due that does, each at its own instant."""
        while (due_ms := await self._system.next_due()) and due_ms <= at_ms:
            await self._system.stores.move(due_ms)
            await self._system.settle()
        await self._system.stores.move(at_ms)

    async def _do(self, deed: Deed) -> None:
        desk, item = self._desk, self._items.get(deed.case, "")
        match DEEDS[deed.what]:
            case "came":
                self._items[deed.case] = await desk.route(deed.case)
            case "heard":
                await desk.record(item, is_ours=False, lasted_ms=0)
            case "resumed":
                await desk.resume(item)
            case "attempt":
                await desk.record(item, is_ours=True, lasted_ms=0)
            case "contact":
                await desk.record(item, is_ours=True, lasted_ms=CONNECTED_MS)
            case "paused":
                await desk.pause(item, deed.until_ms)
            case "closed":
                await desk.close(item)

    async def stood(self, case: int) -> list[Stood]:
        """Return how the deadlines of a case stood when all was over, by name and start."""
        stood = list[Stood]()
        for each in await self._desk.deadlines(self._items[case]):
            state = deadlines_pb2.Deadline.State.Name(each.state).removeprefix("STATE_")
            told = [step.fire_time.ToMilliseconds() for step in each.steps if step.HasField("fire_time")]
            start_ms = each.start_time.ToMilliseconds()
            stood.append(Stood(each.deadline, start_ms, "MISSED" if state == "OVERDUE" else state, told))
        return sorted(stood)


def expected(log: Log, case: Case) -> list[Stood]:
    """Return what the plain lines make of a case: what was contact was an attempt of ours, too."""
    done = [*case.done, *((at_ms, "attempt") for at_ms, what in case.done if what == "contact")]
    case, stood = case._replace(done=done), list[Stood]()
    for place, clock in enumerate(CLOCKS):
        office = OFFICE if clock == "pool" else None
        wanted = {
            f"{name}-{clock}": Wanted(
                within[place],
                "closed" if until is Until.COMPLETION else str(until),
                since is Since.LAST_OUTBOUND,
                name == RESTING,
            )
            for name, within, since, until in log.deadlines
        }
        told = {(name, start_ms): times for name, start_ms, times in tellings(case, wanted, office, SHARES)}
        stood += (
            Stood(name, start_ms, state, told[name, start_ms])
            for name, start_ms, state in outcomes(case, wanted, office)
        )
    return sorted(stood)
