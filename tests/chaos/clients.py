"""Clients that want things of the service all at once, repeat themselves, and write down every answer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from hashlib import sha1
from random import Random
from typing import Any
from uuid import UUID

import grpc

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import queue_pb2 as queue
from fairlead.v1 import routing_pb2 as routing
from tests.api import Api, last
from tests.chaos.history import UNKNOWN, Reply, Try
from tests.chaos.offers import MANY, OFFERED

TIMEOUT_S = 2.0
_PATIENCE = 40
"""Tries of one wish, at most."""
_GIVES_UP = 0.05
"""How often a client goes away after a lost answer and never asks again."""
_WINDOW = 12
"""Work items that clients are busy with at a time."""
_REMEMBERED = 200
_UNNAMED = 0.25
"""How often a call has no request id: nobody can repeat it but the service, over a connection that broke."""
_OFTEN, _TIMES, _ONCE = 6, 21, 6
"""Work items of a batch: so many are in it so often, more than the store is given at once; others are in it once."""
_STATUSES = {code.value[0]: code.name for code in grpc.StatusCode}

Wish = Callable[[Api], Awaitable[Any]]


class Leads:
    """What the clients of a round know together.

    Parameters
    ----------
    random
        Chooses for all of them.
    reps
        Whom work items can be given to.
    name
        What their work items are called.
    """

    def __init__(self, random: Random, reps: list[str], name: str) -> None:
        self.random = random
        self.reps = reps
        self.items: deque[str] = deque(maxlen=_WINDOW)
        self.open: deque[tuple[str, int]] = deque(maxlen=_REMEMBERED)
        self.offered: deque[str] = deque(maxlen=_WINDOW)
        self.asked: deque[tuple[str, str, str, int, Wish]] = deque(maxlen=_REMEMBERED)
        self._name = name
        self._made = 0

    def new(self) -> str:
        """Return a work item that nobody asked about before, and everybody will."""
        self.items.append(self.own())
        return self.items[-1]

    def own(self) -> str:
        """Return a work item that nobody else will ask about before it has an owner."""
        self._made += 1
        return f"crm~{self._name}-{self._made}"

    def some(self) -> str:
        """Return one of those that everybody asks about."""
        return self.random.choice(self.items) if self.items else self.new()

    def request_id(self) -> str:
        """Return a new one."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def request_id_or_none(self) -> str:
        """Return a new one, or nothing."""
        return "" if self.random.random() < _UNNAMED else self.request_id()


class Client:
    """One of many.

    Parameters
    ----------
    apis
        The servers.
    leads
        What it shares with the others.
    history
        Where it writes.
    now
        A clock in seconds.
    """

    def __init__(self, apis: list[Api], leads: Leads, history: list[Try], now: Callable[[], float]) -> None:
        self._apis = apis
        self._leads = leads
        self._history = history
        self._now = now
        self._random = Random(leads.random.random())

    async def run(self, stopped: asyncio.Event) -> None:
        """Ask for one thing after the other."""
        kinds = [
            self._route, self._batch, self._submit, self._ask_again, self._reassign, self._complete, self._get,
            self._answer,
        ]  # fmt: skip
        while not stopped.is_set():
            (kind,) = self._random.choices(kinds, weights=[37, 1, 7, 10, 15, 20, 10, 15])
            await kind()
            await asyncio.sleep(self._random.uniform(0, 0.01))

    async def _route(self) -> None:
        item_id = self._leads.new() if self._random.random() < 0.6 else self._leads.some()
        request_id = self._leads.request_id_or_none()
        await self._wish("route", item_id, request_id, 0, _routing(item_id, request_id))

    async def _batch(self) -> None:
        """Route some many times over, by one request id each, and others once, without one; all in one call."""
        often = [(self._leads.own(), self._leads.request_id()) for _ in range(_OFTEN)]
        asked = often * _TIMES + [(self._leads.own(), "") for _ in range(_ONCE)]
        self._random.shuffle(asked)

        def wish(api: Api) -> Awaitable[Any]:
            return api.route_batch(
                [api.wish(_external_id(item), request_id=request, **_handing(item)) for item, request in asked]
            )

        began, status, results = await self._told(wish)
        calls = [
            Try("batch", item_id, request_id, began, self._now(), *_told_of_one(status, result))
            for (item_id, request_id), result in zip(asked, results or [None] * len(asked), strict=True)
        ]
        self._history += calls
        self._leads.open.extend(dict.fromkeys(_assigned(calls)))
        self._leads.offered.extend(dict.fromkeys(_offered(calls)))

    async def _submit(self) -> None:
        item_id, request_id = self._leads.new(), self._leads.request_id()
        external_id = _external_id(item_id)
        await self._wish(
            "submit",
            item_id,
            request_id,
            0,
            lambda api: api.submit(external_id, request_id=request_id, **_handing(item_id)),
        )

    async def _reassign(self) -> None:
        item_id, expected = self._some_known()
        rep = self._random.choice(["", self._random.choice(self._leads.reps)])
        request_id = self._leads.request_id_or_none()
        fields = {"rep": rep, "etag": str(expected or ""), "request_id": request_id}

        def wish(api: Api) -> Awaitable[Any]:
            named = {**fields, "rep": api.rep_name(rep) if rep else ""}
            return api.reassign(f"{api.parent}/workItems/{item_id}", **named)

        await self._wish("reassign", item_id, request_id, expected, wish)

    async def _complete(self) -> None:
        item_id, expected = self._leads.open.popleft() if self._leads.open else self._some_known()
        expected, request_id = self._random.choice([0, expected]), self._leads.request_id()
        fields = {"etag": str(expected or ""), "request_id": request_id}

        def wish(api: Api) -> Awaitable[Any]:
            name = f"{api.parent}/workItems/{item_id}"
            return api.complete(name, resolution=routing.CompleteWorkItemRequest.RESOLUTION_CONVERTED, **fields)

        await self._wish("complete", item_id, request_id, expected, wish)

    async def _answer(self) -> None:
        """Accept or decline what stands offered, or did: by whom it is made to, and of what many have by somebody."""
        if not self._leads.offered:
            return
        item_id = self._random.choice(self._leads.offered)
        began, status, item = await self._told(lambda api: api.item(f"{api.parent}/workItems/{item_id}"))
        answer = answer_of(item) if item is not None else None
        self._history.append(Try("get", item_id, "", began, self._now(), status, answer))
        if item is None or not item.HasField("offer"):
            return
        request_id, stranger = self._leads.request_id(), self._random.choice(self._leads.reps)
        rep = stranger if self._random.random() < 0.1 else last(item.offer.rep) or stranger
        word = "decline" if item.offer.rep and self._random.random() < 0.4 else "accept"
        fields = {"offer": item.offer.number, "request_id": request_id}

        def wish(api: Api) -> Awaitable[Any]:
            answered = api.decline if word == "decline" else api.accept
            return answered(f"{api.parent}/workItems/{item_id}", rep=api.rep_name(rep), **fields)

        await self._wish(word, item_id, request_id, item.offer.number, wish)

    async def _get(self) -> None:
        item_id = self._leads.some()
        await self._try("get", item_id, "", 0, lambda api: api.item(f"{api.parent}/workItems/{item_id}"))

    async def _ask_again(self) -> None:
        """Repeat what was asked long ago, or at this very moment by somebody else, at both servers at once."""
        if self._leads.asked:
            method, item_id, request_id, expected, wish = self._random.choice(self._leads.asked)
            tries = (self._try(method, item_id, request_id, expected, wish, api) for api in self._apis)
            await asyncio.gather(*tries)

    def _some_known(self) -> tuple[str, int]:
        if self._leads.open and self._random.random() < 0.5:
            return self._random.choice(self._leads.open)
        return self._leads.some(), 0

    async def _wish(self, method: str, item_id: str, request_id: str, expected: int, wish: Wish) -> None:
        """Try until it is answered; what has no request id cannot be told from another wish, and is tried once."""
        if request_id:
            self._leads.asked.append((method, item_id, request_id, expected, wish))
        for tried in range(_PATIENCE if request_id else 1):
            call = await self._try(method, item_id, request_id, expected, wish)
            self._leads.open.extend(_assigned([call]))
            self._leads.offered.extend(_offered([call]))
            if call.status not in UNKNOWN or self._random.random() < _GIVES_UP:
                return
            await asyncio.sleep(self._random.uniform(0, min(0.05 * 2**tried, 0.5)))

    async def _try(
        self, method: str, item_id: str, request_id: str, expected: int, wish: Wish, api: Api | None = None
    ) -> Try:
        began, status, told = await self._told(wish, api)
        answer = answer_of(told) if told is not None else None
        call = Try(method, item_id, request_id, began, self._now(), status, answer, expected)
        self._history.append(call)
        return call

    async def _told(self, wish: Wish, api: Api | None = None) -> tuple[float, str, Any]:
        """Return when it was asked, the status, and what came back; None: a failure."""
        began = self._now()
        try:
            told = await asyncio.wait_for(wish(api or self._random.choice(self._apis)), TIMEOUT_S)
        except grpc.aio.AioRpcError as error:
            return began, error.code().name, None
        except TimeoutError:
            return began, "CANCELLED", None
        return began, "OK", told


def _told_of_one(status: str, result: Any) -> tuple[str, Reply | None]:
    """Return the status and the answer of one request of a batch that ended with a status."""
    if result is None:
        return status, None
    if result.HasField("decision"):
        return status, answer_of(result.decision)
    return _STATUSES[result.error.code], None


def _assigned(calls: list[Try]) -> list[tuple[str, int]]:
    """Return which work items have an owner by what calls were answered, and since which event."""
    return [(call.item_id, call.answer.event) for call in calls if call.answer and call.answer.state == "ASSIGNED"]


def _offered(calls: list[Try]) -> list[str]:
    """Return which work items stand offered, or wait to be, by what calls were answered."""
    states = ("OFFERED", "KNOWN_OFFER", "WAITING", "QUEUED")
    return [call.item_id for call in calls if call.answer and call.answer.state in states and _handing(call.item_id)]


def _external_id(item_id: str) -> str:
    return item_id.partition("~")[2]


def _routing(item_id: str, request_id: str) -> Wish:
    return lambda api: api.route(_external_id(item_id), request_id=request_id, **_handing(item_id))


def _handing(item_id: str) -> dict[str, Any]:
    """Return what an item says of how it is handed out: every third is offered, and of the others every fourth to many.

    Examples
    --------
    >>> [_handing(f"crm~L-{number}") for number in (1, 3, 4)]
    [{}, {'handing': 'offered'}, {'handing': 'many'}]
    """
    number = int(item_id.rpartition("-")[2])
    return {"handing": OFFERED} if number % 3 == 0 else {"handing": MANY} if number % 4 == 0 else {}


def answer_of(told: Any) -> Reply:
    """Read an answer; what is told anew each time, as things stand then, is no part of it."""
    is_known = isinstance(told, decisions.Decision) and told.HasField("known_work_item")
    if is_known:
        told.ClearField("known_work_item")
    mark = sha1(told.SerializeToString(deterministic=True)).hexdigest()[:12]
    match told:
        case decisions.Decision():
            outcome = decisions.Decision.Outcome.Name(told.outcome).removeprefix("OUTCOME_")
            if is_known and told.outcome == decisions.Decision.OUTCOME_OFFERED:
                outcome = "KNOWN_OFFER"
            return Reply(int(last(told.name)), outcome, last(told.rep), told.epoch, mark)
        case queue.Submission():
            return Reply(0, "SUBMITTED", "", 0, mark)
        case _:
            state = routing.WorkItem.State.Name(told.state).removeprefix("STATE_")
            return Reply(int(told.etag or 0), state, last(told.owner), told.epoch, mark)
