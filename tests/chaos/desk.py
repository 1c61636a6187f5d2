"""A desk beside the clients, a tenant of its own whose leads go through a process within seconds: what it promises.

Leads are called or left alone, so that their deadlines remind, tell and give them to somebody else; a call is sent to
both servers at once, known by its own id or by its request's; leads ask to enter a stage, which is answered at both
servers at once; entering it opens a child. Nobody writes down what was answered: what must hold follows from the log.
Beside them books are imported, see ``book``, reps complained of, see ``complaints``, processes published anew, see
``moves``, and people hired, see ``lists``.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import grpc

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from router.model.activities import ActivityEvidence
from router.model.decision import Cause, Decision
from router.model.events import ActivityRecorded, Completed, Event, Fired, Note, Noted, Updated
from tests.api import Api
from tests.chaos import book, complaints, lists, moves
from tests.chaos.processes import until
from tests.chaos.told import Robots

BOSS, REPS = "boss", ("ann", "bob", "eve")
PEOPLE = (BOSS, *REPS)
RULES = {
    "fields": {**book.FIELDS, **complaints.FIELDS},
    "rules": [book.RULE, *complaints.RULES],
    "default": {"route": {"pool": "desk", "fallback": ["wait"]}},
}
PROCESS = """
process: desk
kinds: [LEAD]
stages:
  - id: new
    deadlines:
      - id: first-response
        within: 1s
        clock: wall
        from: assigned
        until: attempt
        steps: [{at: 50%, do: remind}, {at: 100%, do: notify, to: manager}, {at: 200%, do: reassign}]
  - {id: quote, approve: {by: boss, within: 2s}, open: [{id: check, pool: desk, within: 2s}]}
  - {id: won, closes: CONVERTED}
"""
_BUSY = 4
"""Who look after a lead each, one after the other."""
_TIMEOUT_S = 2.0
_CALLED = 0.7
"""How many leads are called."""
_CALL_S = (0.3, 0.7)
"""When: as they are to be reminded."""
_TOLD = 2
"""How many steps of a first response tell somebody."""


def desk_of(tenant: str) -> str:
    """Return the tenant of the desk beside one."""
    return f"{tenant}-desk"


class Desk:
    """Those who work there.

    Parameters
    ----------
    apis
        The servers, with the desk's tenant.
    random
        Chooses for all of them.
    robots
        Tell ``PEOPLE``.
    """

    def __init__(self, apis: Sequence[Api], random: Random, robots: Robots) -> None:
        self._robots = robots
        self._apis = apis
        self._random = random
        self._made = 0
        self.books = book.Books(apis, REPS, Random(random.random()))
        """Whoever imports beside them."""
        self._complaints = complaints.Complaints(self._told, self._told_all, Random(random.random()))
        self.movers = moves.Movers(apis, Random(random.random()))
        """Whoever migrates beside them."""
        self._newcomers = lists.Newcomers(apis[0], Random(random.random()))

    async def arrange(self, done: Callable[[Callable[[], Any]], Any]) -> None:
        """Hire them, and publish rules and the process; ``done`` says whether a change is made by now."""
        api = self._apis[0]
        await until(partial(done, self._newcomers.begin), "yesterday's process")
        await self._robots.arrange(api, done)
        for rep in PEOPLE:
            hired = workforce.Rep(active=True, channels=[rep], manager="" if rep == BOSS else api.rep_name(BOSS))
            request = workforce.CreateRepRequest(parent=api.parent, rep_id=rep, rep=hired)
            await until(partial(done, partial(api.workforce.CreateRep, request)), f"{rep} to be hired")
        for pool in ("desk", book.POOL):
            await until(partial(done, partial(api.pool, pool, REPS)), "a pool")
        await until(partial(done, partial(self._complaints.arrange, api)), "those who hear complaints")
        await until(partial(done, self._newcomers.arrange), "hours")
        await until(partial(done, partial(api.adopt, RULES)), "rules")
        await until(partial(done, partial(api.publish_process, PROCESS)), "a process")

    async def run(self, stopped: asyncio.Event) -> None:
        """Look after leads, import and complain until told to stop."""
        others = self.books, self._complaints, self.movers, self._newcomers
        beside = (each.run(stopped) for each in others)
        await asyncio.gather(*beside, *(self._look_after_leads(stopped) for _ in range(_BUSY)))

    async def _look_after_leads(self, stopped: asyncio.Event) -> None:
        while not stopped.is_set():
            self._made += 1
            external_id = f"D-{self._made}"
            item_id = f"crm~{external_id}"
            await self._told(partial(_route, external_id=external_id))
            await asyncio.sleep(self._random.uniform(*_CALL_S))
            if self._random.random() < _CALLED:
                call = partial(_call, item_id=item_id, by_request=self._random.random() < 0.5)
                await self._told_all(call)
            await self._told(partial(_advance, item_id=item_id, stage="quote"))
            await self._told_all(partial(_approve, item_id=item_id))
            if self._random.random() < 0.5:
                await self._told(partial(_advance, item_id=item_id, stage="won"))

    async def _told_all(self, wish: Callable[[Api], Any]) -> None:
        """Ask every server at once."""
        await asyncio.gather(*(self._told(wish, api) for api in self._apis))

    async def _told(self, wish: Callable[[Api], Any], api: Api | None = None) -> None:
        """Ask once; whatever comes back, or does not."""
        with suppress(grpc.aio.AioRpcError, TimeoutError):
            await asyncio.wait_for(wish(api or self._random.choice(self._apis)), _TIMEOUT_S)


def _route(api: Api, external_id: str) -> Any:
    return api.route(external_id)


def _name(api: Api, item_id: str) -> str:
    return f"{api.parent}/workItems/{item_id}"


def _call(api: Api, item_id: str, *, by_request: bool) -> Any:
    kind, direction = activities.Activity.KIND_CALL, activities.Activity.DIRECTION_OUTBOUND
    call = activities.Activity(kind=kind, direction=direction, external_id="" if by_request else f"call to {item_id}")
    request_id = f"call to {item_id}" if by_request else ""
    return api.routing.RecordActivity(
        activities.RecordActivityRequest(name=_name(api, item_id), activity=call, request_id=request_id)
    )


def _advance(api: Api, item_id: str, stage: str) -> Any:
    return api.routing.AdvanceWorkItem(routing.AdvanceWorkItemRequest(name=_name(api, item_id), stage=stage))


def _approve(api: Api, item_id: str) -> Any:
    rep = api.rep_name(BOSS)
    return api.routing.ApproveWorkItem(routing.ApproveWorkItemRequest(name=_name(api, item_id), rep=rep))


@dataclass(slots=True)
class DeskFacts:
    """What the log of a desk shows.

    Attributes
    ----------
    steps, late
        Steps that were done, and those behind another of their deadline.
    stops
        Calls, entries into stages and completions that ended a deadline while steps of it were left.
    calls
        Activities that were recorded.
    answers
        What was approved or rejected.
    children
        What was opened.
    violations
        What must not be, in words.
    """

    steps: int = 0
    late: int = 0
    stops: int = 0
    calls: int = 0
    answers: int = 0
    children: int = 0
    violations: list[str] = field(default_factory=list)


class _Followed:
    """Takes in a log."""

    def __init__(self) -> None:
        self.facts = DeskFacts()
        self._done = Counter[tuple[str, str]]()
        self._started: dict[str, int] = {}
        self._stopped: dict[tuple[str, int], int] = {}
        self._called: set[str] = set()
        self._answered: set[tuple[str, int]] = set()
        self._approved: set[str] = set()
        self._children: set[tuple[str, int, str, int]] = set()

    def enter(self, event: Event) -> Iterator[str]:
        """Take in an event; yield what must not be."""
        match event:
            case Fired(name=name) if name.startswith(("due/", "act/")):
                yield from self._step(event, event.item_id, name, event.step)
            case Decision():
                if step := event.head.escalates:
                    yield from self._step(event, event.item_id, step.name, step.step)
                if event.rep:
                    self._started[event.item_id] = event.number
                if event.head.cause is Cause.OPENED:
                    yield from self._opened(event)
            case ActivityRecorded():
                yield from self._call(event)
            case Updated(entered=entered) if entered:
                if entered.stage == "quote" and event.item_id not in self._approved:
                    yield f"event {event.number}: {event.item_id} enters quote, which nobody approved"
                self._stop(event)
            case Completed():
                self._stop(event)
            case Noted(note=Note.APPROVED | Note.REJECTED):
                yield from self._answer(event)

    def _stop(self, event: ActivityRecorded | Updated | Completed) -> None:
        """Enter what ends the deadline of who has it."""
        started = self._started.get(event.item_id)
        if started is not None and (event.item_id, started) not in self._stopped:
            self._stopped[event.item_id, started] = event.number
            self.facts.stops += self._done[event.item_id, f"due/{started}/new/first-response"] < _TOLD

    def _call(self, event: ActivityRecorded) -> Iterator[str]:
        self.facts.calls += 1
        if event.item_id in self._called:
            yield f"event {event.number}: the call to {event.item_id} is recorded again"
        self._called.add(event.item_id)
        if ActivityEvidence.ATTEMPT in event.evidence:
            self._stop(event)

    def _answer(self, event: Noted) -> Iterator[str]:
        self.facts.answers += 1
        if (event.item_id, event.value) in self._answered:
            yield f"event {event.number}: what event {event.value} asked of {event.item_id} is answered again"
        self._answered.add((event.item_id, event.value))
        if event.note is Note.APPROVED:
            self._approved.add(event.item_id)

    def _step(self, event: Event, item_id: str, name: str, step: int) -> Iterator[str]:
        said = f"event {event.number}: step {name} {step} of {item_id}"
        done, self.facts.steps = self._done[item_id, name], self.facts.steps + 1
        self.facts.late += step > 1
        if step <= done:
            yield f"{said} is done behind step {done}"
        self._done[item_id, name] = max(step, done)
        _, entry, stage, _ = name.split("/")
        stopped = self._stopped.get((item_id, int(entry))) if stage == "new" else None
        if stopped:
            yield f"{said} is done behind event {stopped}, which stopped it"

    def _opened(self, decision: Decision) -> Iterator[str]:
        opened_by = decision.head.item.opened_by
        assert opened_by is not None
        self.facts.children += 1
        place = opened_by.parent, opened_by.event, opened_by.entry, opened_by.number
        if place in self._children:
            yield f"event {decision.number}: {opened_by.entry} of {opened_by.parent} is opened again"
        self._children.add(place)


def desk_facts(events: Iterable[Event]) -> DeskFacts:
    """Return what the log of a desk shows."""
    followed = _Followed()
    for event in events:
        followed.facts.violations += followed.enter(event)
    return followed.facts
