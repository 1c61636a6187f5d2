"""Processes that are published anew beside a desk's leads, and open work items that go on by each new revision.

What would move is asked first; then both servers are told at once to move it, while some of it is closed. Whoever dies
meanwhile is asked again, so that each is moved once, nothing that the preview did not list, and in the end all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import grpc

from failures import StoreUnavailable
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import routing_pb2 as routing
from router.adapters.redis.processes import RedisProcesses
from router.model.events import Event, Note, Noted
from store.clients import client_for, close
from tests.api import Api, last
from tests.contract.staging import process_publication

NAME = "moves"
PROCESS = """
process: moves
kinds: [RENEWAL]
stages:
  - id: new
    deadlines: [{id: sign, within: %dm, clock: wall, from: arrival, until: completion}]
  - {id: signed, closes: CONVERTED}
"""
_SIZE, _CLOSED = 6, 3
_TIMEOUT_S = 2.0
_PAUSE_S = 0.05
_REST_S = 0.4
_PAGE = 1000


class Movers:
    """Whoever publishes, and has work items go on by that.

    Parameters
    ----------
    apis
        The servers, with the desk's tenant.
    random
        Chooses whom to ask.
    """

    def __init__(self, apis: Sequence[Api], random: Random) -> None:
        self._apis = apis
        self._random = random
        self._made = 0
        self.listed: dict[int, set[str]] = {}
        """By revision: what previews said that would move."""
        self.left: list[str] = []
        """What still would move once it was said that all did, in words."""

    async def run(self, stopped: asyncio.Event) -> None:
        """Publish, preview and migrate until told to stop."""
        client = client_for(self._apis[0].redis_url)
        try:
            await self._answered(partial(self._publish, RedisProcesses(client)), stopped)
            while not stopped.is_set():
                ids = await self._route(stopped)
                revision = await self._answered(partial(self._publish, RedisProcesses(client)), stopped)
                listed = await self._answered(partial(_all, preview=True), stopped)
                if listed is None:
                    return
                self.listed.setdefault(revision, set()).update(listed)
                moves = (self._answered(partial(_moved, api), stopped) for api in self._apis)
                moved, *_ = await asyncio.gather(*moves, *(self._closed(item_id) for item_id in ids[:_CLOSED]))
                left = await self._answered(partial(_all, preview=True), stopped)
                if moved is not None and left:
                    self.left.append(f"revision {revision}: {sorted(left)[:3]} were not moved")
                await asyncio.sleep(_REST_S)
        finally:
            await close(client)

    async def _publish(self, store: RedisProcesses, api: Api) -> int:
        """Publish the next revision, past the servers, which would try it first; return its number."""
        self._made += 1
        return (
            await store.publish_process(api.tenant, None, process_publication(PROCESS % (60 + self._made)))
        ).revision

    async def _route(self, stopped: asyncio.Event) -> list[str]:
        """Have some come."""
        self._made += 1
        ids = [f"M-{self._made}-{number}" for number in range(_SIZE)]
        for external_id in ids:
            await self._answered(partial(_come, external_id=external_id), stopped)
        return [f"crm~{external_id}" for external_id in ids]

    async def _closed(self, item_id: str) -> None:
        """Close one, whatever comes back."""
        api = self._random.choice(self._apis)
        with suppress(grpc.aio.AioRpcError, TimeoutError):
            await asyncio.wait_for(api.complete(f"{api.parent}/workItems/{item_id}"), _TIMEOUT_S)

    async def _answered(self, wish: Callable[[Api], Awaitable[Any]], stopped: asyncio.Event) -> Any:
        """Ask until there is an answer; None: whoever asks was told to stop."""
        while not stopped.is_set():
            with suppress(grpc.aio.AioRpcError, TimeoutError, StoreUnavailable):
                return await asyncio.wait_for(wish(self._random.choice(self._apis)), _TIMEOUT_S)
            await asyncio.sleep(_PAUSE_S)
        return None


def _come(api: Api, external_id: str) -> Any:
    return api.route(external_id, kind=routing.WorkItem.KIND_RENEWAL)


def _moved(api: Api, _: Api) -> Awaitable[set[str]]:
    """Have all go on, by a server that is given."""
    return _all(api, preview=False)


async def _all(api: Api, *, preview: bool) -> set[str]:
    """Have all go on by the active revision; return which did."""
    found, token = set[str](), ""
    while True:
        request = processes.MigrateWorkItemsRequest(
            name=f"{api.parent}/processes/{NAME}", preview=preview, page_size=_PAGE, page_token=token
        )
        page = await api.processes.MigrateWorkItems(request)
        found |= {last(each.work_item) for each in page.migrations if not each.fault}
        token = page.next_page_token
        if not token:
            return found


@dataclass(slots=True)
class MoveFacts:
    """What the log shows of what was migrated.

    Attributes
    ----------
    moved
        How much was.
    violations
        What must not be, in words.
    """

    moved: int = 0
    violations: list[str] = field(default_factory=list)


def move_facts(movers: Movers, events: Iterable[Event]) -> MoveFacts:
    """Hold what was said that would move against the log."""
    facts = MoveFacts(violations=list(movers.left))
    before = dict[str, int]()
    for event in events:
        if not isinstance(event, Noted) or event.note is not Note.MIGRATED:
            continue
        facts.moved += 1
        said, revision = f"event {event.number}: {event.item_id} goes on by revision {event.value}", event.value
        if event.item_id not in movers.listed.get(revision, ()):
            facts.violations.append(f"{said}, which no preview listed")
        if before.get(event.item_id, 0) >= revision:
            facts.violations.append(f"{said} again")
        before[event.item_id] = revision
    return facts
