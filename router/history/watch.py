"""Watching the changes of work items: from any event on, in order, at least once.

A step of a deadline that is reached changes nothing of a work item by itself; what is done for it is an event of its
own. It is told all the same, and so is that a customer is to be asked: others act on both.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TypeGuard

from background.tasks import share
from router.assignment.ports import Assignments, LogFollower
from router.model.decision import Decision
from router.model.errors import CorruptHistory, Stopping
from router.model.events import ActivityRecorded, Completed, Event, Fired, Note, Noted, OfferAnswered, Updated

Change = Decision | OfferAnswered | Completed | Updated | ActivityRecorded | Fired | Noted
"""What happens to a work item; of timers and notes see ``is_change``."""
_PAGE = 100
_WAIT_S = 2.0
"""Seconds between two questions to the store while nothing happens."""


def is_change(event: Event) -> TypeGuard[Change]:
    """Say whether an event is told to those who watch: of timers steps of deadlines, of notes surveys to send."""
    match event:
        case Fired(workforce=workforce):
            return workforce > 0
        case Noted(note=note):
            return note is Note.SURVEYED
    return isinstance(event, Change)


class WatchService:
    """The use case: watch a tenant.

    Parameters
    ----------
    store
        Has the log.
    follower
        Says when it has grown; those who wait for the same event share the question.
    """

    def __init__(self, store: Assignments, follower: LogFollower) -> None:
        self._store = store
        self._follower = follower
        self._questions: dict[tuple[str, int], asyncio.Task[bool]] = {}
        self._stopped = asyncio.Event()

    async def begin(self, tenant: str, after: int | None) -> int:
        """Return behind which event a watch begins: the one it names, or the last one there is.

        Raises
        ------
        CorruptHistory
            If the log ends before it.
        """
        newest = await self._store.events(tenant, count=1, newest_first=True)
        last = newest[0].number if newest else 0
        if after is not None and after > last:
            fault = f"the token is of event {after}, the last one is {last}: the store has lost events; begin anew"
            raise CorruptHistory(f"tenants/{tenant}", fault)
        return last if after is None else after

    async def changes(self, tenant: str, after: int) -> AsyncIterator[Change]:
        """Yield what happens to work items behind an event, for ever.

        Raises
        ------
        Stopping
            If the service ends.
        """
        while True:
            events = await self._store.events(tenant, after=after, count=_PAGE)
            for event in events:
                after = event.number
                if is_change(event):
                    yield event
            if not events:
                await self._growth(tenant, after)

    async def _growth(self, tenant: str, after: int) -> None:
        key = tenant, after
        question = self._questions.get(key)
        if question is None:
            question = self._questions[key] = asyncio.create_task(self._follower.grown(tenant, after, _WAIT_S))
            question.add_done_callback(lambda _: self._questions.pop(key, None))
            share(question)
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait((question, stopped), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
        if self._stopped.is_set():
            raise Stopping
        question.result()

    async def stop(self) -> None:
        """End every watch."""
        self._stopped.set()
        questions = list(self._questions.values())
        for question in questions:
            question.cancel()
        await asyncio.gather(*questions, return_exceptions=True)
