"""The log's changes as subscriptions are sent them: JSON of the contract, without what a role does not see."""

from __future__ import annotations

import asyncio
from collections.abc import Set as AbstractSet

from google.protobuf.json_format import MessageToJson

from background.tasks import share
from fairlead.v1 import routing_pb2 as routing
from gateway.calls.masking import hide_from
from gateway.fields import timestamp
from notifications.webhooks.parking import LoggedChange
from notifications.webhooks.ports import FeedPage, TracedChange
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments, LogFollower
from router.history.watch import Change, is_change
from router.rpc.changes import FIELDS, ChangeMessages

_LONGEST_WAIT_S = 2.0
"""Shorter than a connection to the store may be silent."""


class LogChanges:
    """``notifications.webhooks.ports.ChangeFeed`` over the log.

    Parameters
    ----------
    store
        The log, and the clock.
    follower
        Says when it has grown; those who wait for the same event share the question.
    planners
        Know what a tenant's rules declare personal.
    messages
        Write what happened.
    always
        Fields that are personal whatever rules say.
    """

    def __init__(
        self,
        store: Assignments,
        follower: LogFollower,
        planners: PlannerCache,
        messages: ChangeMessages,
        always: AbstractSet[str],
    ) -> None:
        self._store = store
        self._follower = follower
        self._planners = planners
        self._messages = messages
        self._always = always
        self._questions: dict[tuple[str, int], asyncio.Task[bool]] = {}
        self._declared: dict[str, asyncio.Task[AbstractSet[str]]] = {}

    async def now_ms(self, tenant: str) -> int:
        """Return the time by the tenant's clock, in milliseconds since 1970."""
        return await self._store.now_us(tenant) // 1000

    async def last(self, tenant: str) -> int:
        """Return the number of the last event; 0: there is none."""
        newest = await self._store.events(tenant, count=1, newest_first=True)
        return newest[0].number if newest else 0

    async def page(self, tenant: str, after: int, count: int) -> FeedPage:
        """Read up to so many events behind a number."""
        events = await self._store.events(tenant, after=after, count=count)
        changes = [_traced(event) for event in events if is_change(event)]
        return FeedPage(events[-1].number if events else after, changes)

    async def again(self, tenant: str, event: int) -> TracedChange | None:
        """Return the change of a number once more; None: the log has not got it."""
        events = await self._store.events(tenant, after=event - 1, before=event + 1, count=1)
        found = events[0] if events else None
        return _traced(found) if found and is_change(found) else None

    async def grown(self, tenant: str, after: int, wait_s: float) -> bool:
        """Wait until the log has an event behind a number; False where time ran out first."""
        key = tenant, after
        question = self._questions.get(key)
        if question is None:
            question = asyncio.create_task(self._follower.grown(tenant, after, _LONGEST_WAIT_S))
            self._questions[key] = question
            question.add_done_callback(lambda _: self._questions.pop(key, None))
            share(question)
        done, _ = await asyncio.wait([question], timeout=wait_s)
        return bool(done) and question.result()

    async def body(self, tenant: str, traced: TracedChange, role: str, *, gap: bool) -> bytes:
        """Return what is sent of a change: JSON, without what a caller of a role does not see.

        Raises
        ------
        CorruptHistory
            If what is to be read for it was altered.
        """
        message = await self._messages.message(tenant, traced.content)
        hide_from(role, message, await self._personal(tenant))
        message.gap = gap
        return _json(message)

    async def sample(self, tenant: str) -> bytes:
        """Return the body of a change that never was, of the work item ``test``."""
        message = routing.WorkItemChange(
            id="0", work_item=f"tenants/{tenant}/workItems/test", closed=routing.WorkItem.STATE_CLOSED
        )
        message.change_time.CopyFrom(timestamp(await self._store.now_us(tenant)))
        return _json(message)

    async def close(self) -> None:
        """Wait for nothing any more."""
        questions = list(self._questions.values())
        for question in questions:
            question.cancel()
        await asyncio.gather(*questions, return_exceptions=True)

    async def _personal(self, tenant: str) -> AbstractSet[str]:
        """Return what is personal by now, however long ago an event was read; those who come together ask once."""
        asked = self._declared.get(tenant)
        if asked is None:
            asked = self._declared[tenant] = asyncio.create_task(self._ask_personal(tenant))
            share(asked)
        return self._always | await asyncio.shield(asked)

    async def _ask_personal(self, tenant: str) -> AbstractSet[str]:
        del self._declared[tenant]  # whoever comes from here on may mean a later instant
        return await self._planners.personal(tenant)


def _traced(event: Change) -> TracedChange:
    return TracedChange(LoggedChange(event.number, event.item_id, FIELDS[type(event)], event.at_ms), event)


def _json(message: routing.WorkItemChange) -> bytes:
    return MessageToJson(message, indent=None, ensure_ascii=False).encode()
