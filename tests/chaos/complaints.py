"""Complaints about reps, beside a desk's leads: whoever one is about never gets it, whatever is done to it.

Each pool hands its work out in another way. Its reps go on leave for fractions of a second, one of them standing in,
so that what is theirs moves and comes back, and what nobody may have waits. A complaint's id says whom it is about. In
the end both servers are told at once how it went, by the customer, who says that once.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from fairlead.v1 import routing_pb2 as routing
from router.adapters.redis.workforce import RedisWorkforce
from router.model.calendars import Absence
from router.model.decision import Decision
from router.model.dispatch import Answer, Dispatch, DispatchMode
from router.model.events import Event, Note, Noted, OfferAnswered
from router.model.workforce import Member, Pool, Record, Rep
from store.clients import client_for, close
from tests.api import Api

REPS = ("kim", "lee", "max")
POOLS = {
    "pushed": None,
    "asked": Dispatch(DispatchMode.OFFER, 600, offers_open=5),
    "told": Dispatch(DispatchMode.BROADCAST, 600),
}
RULES = [
    {
        "id": pool,
        "when": {"field": "shelf", "op": "eq", "value": pool},
        "route": {"pool": pool, "exclude": ["about"], "fallback": ["wait"]},
    }
    for pool in POOLS
]
FIELDS = {"about": {"type": "string"}}
_SPELT = (str, str.upper, "tenants/any/reps/{}".format)
_BUSY, _DEEDS = 2, 8
_PAUSE_S = (0.05, 0.25)
_THERE_MS, _ON_LEAVE_MS, _AHEAD_MS = (500, 1_500), (200, 900), 60_000

Told = Callable[[Callable[[Api], Any]], Awaitable[None]]


class Complaints:
    """Whoever complains, and whoever sees to it.

    Parameters
    ----------
    told, told_all
        Asks a server once, whatever comes back; or all at once.
    random
        Chooses.
    """

    def __init__(self, told: Told, told_all: Told, random: Random) -> None:
        self._told = told
        self._told_all = told_all
        self._random = random
        self._made = 0

    async def arrange(self, api: Api) -> None:
        """Hire reps who are often on leave, in one revision."""
        client = client_for(api.redis_url)
        workforce = RedisWorkforce(client)
        present = await workforce.read(api.tenant)
        members = tuple(Member(rep) for rep in REPS)
        records: list[tuple[str, Record]] = [("rep", Rep(rep)) for rep in REPS]
        records += [("pool", Pool(pool, members, dispatch=dispatch)) for pool, dispatch in POOLS.items()]
        records += [("absence", absence) for rep in REPS for absence in self._absences(rep)]
        changed = {(kind, record.id): record for kind, record in records}
        await workforce.write(api.tenant, present.revision, changed, event_hash=present.event_hash)
        await close(client)

    def _absences(self, rep: str) -> Iterable[Absence]:
        begin_ms = round(time.time() * 1000)
        end_ms = begin_ms + _AHEAD_MS
        while (begin_ms := begin_ms + self._random.randint(*_THERE_MS)) < end_ms:
            lasts_ms, others = self._random.randint(*_ON_LEAVE_MS), [other for other in REPS if other != rep]
            substitute = self._random.choice(others)
            yield Absence(f"{rep}/{begin_ms}", begin_ms, begin_ms + lasts_ms, substitute=substitute)
            begin_ms += lasts_ms

    async def run(self, stopped: asyncio.Event) -> None:
        """Complain until told to stop."""
        await asyncio.gather(*(self._complain(stopped) for _ in range(_BUSY)))

    async def _complain(self, stopped: asyncio.Event) -> None:
        deeds = (self._answer, self._answer, self._name, self._move, self._close, self._reopen, self._reopen)
        while not stopped.is_set():
            self._made += 1
            about, pool = self._random.choice(REPS), self._random.choice([*POOLS])
            external_id, spelt = f"C-{about}-{self._made}", self._random.choice(_SPELT)(about)
            kind = routing.WorkItem.KIND_TICKET
            await self._told(lambda api: api.route(external_id, kind=kind, shelf=pool, about=spelt))  # noqa: B023
            for _ in range(_DEEDS):
                await asyncio.sleep(self._random.uniform(*_PAUSE_S))
                deed = self._random.choice(deeds)
                await self._told(lambda api: deed(api, f"{api.parent}/workItems/crm~{external_id}", about))  # noqa: B023

            await self._told(lambda api: api.complete(f"{api.parent}/workItems/crm~{external_id}"))  # noqa: B023
            await self._told_all(partial(_rate, item_id=f"crm~{external_id}"))

    async def _answer(self, api: Api, name: str, _: str) -> None:
        """Have somebody accept what is offered, or decline it: whoever it is about, too."""
        item, rep = await api.item(name), api.rep_name(self._random.choice(REPS))
        if self._random.random() < 0.8:
            accept = routing.AcceptWorkItemRequest(name=name, rep=rep, offer=item.offer.number)
            await api.routing.AcceptWorkItem(accept)
        else:
            decline = routing.DeclineWorkItemRequest(name=name, rep=rep, offer=item.offer.number)
            await api.routing.DeclineWorkItem(decline)

    async def _name(self, api: Api, name: str, about: str) -> None:
        """Have a person name who it is about."""
        await api.routing.ReassignWorkItem(routing.ReassignWorkItemRequest(name=name, rep=api.rep_name(about)))

    async def _move(self, api: Api, name: str, _: str) -> None:
        await api.routing.ReassignWorkItem(routing.ReassignWorkItemRequest(name=name))

    async def _close(self, api: Api, name: str, _: str) -> None:
        await api.complete(name)

    async def _reopen(self, api: Api, name: str, _: str) -> None:
        await api.routing.ReopenWorkItem(routing.ReopenWorkItemRequest(name=name))


def _rate(api: Api, item_id: str) -> Any:
    name = f"{api.parent}/workItems/{item_id}"
    return api.routing.RecordSatisfaction(routing.RecordSatisfactionRequest(name=name, csat=4))


@dataclass(slots=True)
class ComplaintFacts:
    """What the log shows of complaints.

    Attributes
    ----------
    got
        How often somebody got one, or was offered it, by the way.
    rated
        How often a customer said how it went.
    violations
        What must not be, in words.
    """

    got: Counter[str] = field(default_factory=Counter)
    rated: int = 0
    violations: list[str] = field(default_factory=list)


def complaint_facts(events: Iterable[Event]) -> ComplaintFacts:
    """Return what the log shows of complaints: an offer to many is nobody's until one accepts it."""
    facts, rated = ComplaintFacts(), set[str]()
    for event in events:
        match event:
            case Noted(note=Note.CSAT, item_id=item_id):
                facts.rated += 1
                if item_id in rated:
                    facts.violations.append(f"event {event.number}: how {item_id} went is recorded again")
                rated.add(item_id)
                continue
            case Decision(rep=rep, item_id=item_id) if rep:
                way = f"{event.head.cause} {event.outcome}"
            case OfferAnswered(answer=Answer.ACCEPTED, rep=rep, item_id=item_id):
                way = "ACCEPTED"
            case _:
                continue
        if item_id.startswith("crm~C-"):
            facts.got[way] += 1
            if item_id.split("-")[1] == rep:
                facts.violations.append(f"event {event.number}: {item_id} is {rep}'s, whom it is about: {way}")
    return facts
