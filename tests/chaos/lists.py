"""Lists of what falls due, beside a desk's leads: whoever is hired gets that of their day, once.

Lists are of days, and a round lasts some seconds. So the log of the desk begins yesterday, with a process that has
deadlines, and everybody works around the clock: the list of the day has been due since midnight for whoever is new.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha1
from random import Random

from failures import StoreUnavailable
from router.adapters.redis import publications
from router.adapters.redis.processes import RedisProcesses
from router.adapters.redis.workforce import RedisWorkforce
from router.model.calendars import MIDNIGHT, Calendar, Hours, TenantSettings, WeeklyHours
from router.model.errors import StaleRevision
from router.model.events import Digested, Event
from router.model.workforce import Record, Rep
from store.clients import client_for, close
from tests.api import Api
from tests.contract.staging import process_publication

PROCESS = """
process: lists
kinds: [RESCUE]
stages:
  - id: new
    deadlines: [{id: call, within: 1d, clock: wall, from: arrival, until: completion}]
  - {id: saved, closes: CONVERTED}
"""
_ALWAYS = Calendar("always", "UTC", tuple(WeeklyHours(day, Hours(0, MIDNIGHT)) for day in range(7)))
_AROUND_THE_CLOCK = TenantSettings(calendar=_ALWAYS.id)
_AGO_S = 26 * 3600
_CLOCK = "redis.call('TIME')"
_AT_ONCE = 5
_PAUSE_S = (1.0, 2.5)


class Newcomers:
    """Whoever hires.

    Parameters
    ----------
    api
        A server, with the desk's tenant; they are hired past it, several in one revision.
    random
        Chooses when.
    """

    def __init__(self, api: Api, random: Random) -> None:
        self._api = api
        self._random = random
        self._hired = 0

    async def begin(self) -> None:
        """Have the log begin yesterday: nothing may stand in it yet."""
        client = client_for(self._api.redis_url)
        with _ago(_AGO_S):
            await RedisProcesses(client).publish_process(self._api.tenant, None, process_publication(PROCESS))
        await close(client)

    async def arrange(self) -> None:
        """Have everybody work around the clock."""
        await self._write({("calendar", _ALWAYS.id): _ALWAYS, ("tenant", "settings"): _AROUND_THE_CLOCK})

    async def run(self, stopped: asyncio.Event) -> None:
        """Hire until told to stop."""
        while not stopped.is_set():
            self._hired += 1
            reps = [Rep(f"new-{self._hired}-{number}") for number in range(_AT_ONCE)]
            with suppress(StoreUnavailable, StaleRevision):
                await self._write({("rep", rep.id): rep for rep in reps})
            await asyncio.sleep(self._random.uniform(*_PAUSE_S))

    async def _write(self, changed: Mapping[tuple[str, str], Record]) -> None:
        client = client_for(self._api.redis_url)
        try:
            workforce, tenant = RedisWorkforce(client), self._api.tenant
            present = await workforce.read(tenant)
            await workforce.write(tenant, present.revision, dict(changed), event_hash=present.event_hash)
        finally:
            await close(client)


@contextmanager
def _ago(seconds: float) -> Iterator[None]:
    """Have what is published meanwhile be published so long ago."""
    script = publications._publish
    assert _CLOCK in script.source
    script.source = script.source.replace(_CLOCK, f"{{{int(time.time() - seconds)}, 0}}")
    script.sha1 = sha1(script.source.encode(), usedforsecurity=False).hexdigest()
    try:
        yield
    finally:
        script.forget()


@dataclass(slots=True)
class ListFacts:
    """What the log shows of lists.

    Attributes
    ----------
    made
        How many were.
    violations
        What must not be, in words.
    """

    made: int = 0
    violations: list[str] = field(default_factory=list)


def list_facts(events: Iterable[Event]) -> ListFacts:
    """Return what the log shows of lists: each is made once."""
    facts, last = ListFacts(), dict[tuple[str, str], int]()
    for event in events:
        if isinstance(event, Digested):
            facts.made += 1
            made = event.made
            if made.due_ms <= last.get((made.rep, made.kind), -1):
                said = f"event {event.number}: list {made.kind} of {made.rep}"
                facts.violations.append(f"{said}, due at {made.due_ms}, is made again")
            last[made.rep, made.kind] = made.due_ms
    return facts
