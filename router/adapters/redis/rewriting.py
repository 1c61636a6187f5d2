"""Writing a tenant's log anew, with what is personal sealed: beside the old one, then in its place in one step.

Killed before that step it leaves the old log, and openings that nothing needs yet; behind it, the new one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.format import check_reply
from router.adapters.redis.keys import Keys
from router.adapters.redis.library import script
from router.adapters.redis.upgrade import check_format
from router.assignment.planner_cache import PlannerCache
from router.history.codec import REWRITTEN, pack_rewritten, read_rewritten
from router.history.hash_chain import BEGINNING, StoredEvent, link_of
from router.history.rewrite import SealedEntry, fields_of, sealed_entry, sealed_update
from router.model.errors import Conflict
from router.model.events import Content, Event, ProcessPublished, Rewritten, RulesPublished, Updated, WorkforceChanged
from router.model.sealing import Personal
from store.clients import RedisClient
from store.translation import translated

_PAGE = 500
_CHANGED = "its log has changed meanwhile: stop every server, then try again"
_replace = script("replace_log")


class RewriteReport(NamedTuple):
    """What was written: events, the work items and the values that were sealed, and the last link before and after."""

    events: int = 0
    items: int = 0
    values: int = 0
    link_before: str = ""
    link: str = ""


async def _alone() -> bool:
    return True


class LogRewriter:
    """Writes a log anew.

    Parameters
    ----------
    redis
        Where it is; nobody else may write to it meanwhile.
    planners
        What decisions were made from.
    personal
        What the operator declared personal.
    hold
        Goes on keeping others out, who would write a log anew too; false where it cannot. Asked at every page.
    page
        Events read, and written, at a time.
    """

    def __init__(
        self,
        redis: RedisClient,
        planners: PlannerCache,
        personal: Personal,
        hold: Callable[[], Awaitable[bool]] = _alone,
        page: int = _PAGE,
    ) -> None:
        self._redis = redis
        self._hold = hold
        self._store = RedisAssignments(redis)
        self._planners = planners
        self._personal = personal
        self._page = page

    async def rewrite(self, tenant: str, *, on_event: Callable[[], object] = lambda: None) -> RewriteReport:
        """Write a tenant's log anew, and put it in the place of the old one; an empty log stays as it is.

        Raises
        ------
        Conflict
            If the log grew meanwhile: somebody serves the store; or somebody else writes it anew.
        CorruptHistory
            If an event cannot be read.
        FormatMismatch
            If the store is of another format.
        """
        await check_format(self._redis, tenant)
        newest = await self._store.events(tenant, count=1, newest_first=True)
        if not newest:
            return RewriteReport()
        (last,) = await self._store.entries(tenant, after=newest[0].number - 1, count=1)
        personal = self._personal.with_fields(await self._planners.personal(tenant))
        writing = _Writing(self._redis, Keys(tenant))
        await writing.begin(Rewritten(last.number, last.link, await self._now_ms(), await self._ends(tenant)))
        after = 0
        while entries := await self._store.entries(tenant, after=after, count=self._page):
            if not await self._hold():
                raise Conflict(f"tenants/{tenant}", "somebody else writes its log anew: let them end")
            events = await self._events(tenant, entries)
            sealed = [
                await self._sealed(tenant, entry, event, personal) for entry, event in zip(entries, events, strict=True)
            ]
            await writing.add(sealed, events)
            after = entries[-1].number
            for _ in entries:
                on_event()
        await writing.end(tenant, last)
        return RewriteReport(last.number, len(writing.items), writing.values, last.link, writing.link)

    async def _ends(self, tenant: str) -> tuple[tuple[int, str], ...]:
        """Return where the chains ended that this log took the place of."""
        beginning = await self._store.beginning(tenant)
        return read_rewritten(beginning.facts).ends if beginning else ()

    async def _events(self, tenant: str, entries: Sequence[StoredEvent]) -> Sequence[Event]:
        """Read a page as it reads: the very same events, however the log grows meanwhile."""
        first, last = entries[0].number, entries[-1].number
        events = await self._store.events(tenant, after=first - 1, before=last + 1, count=len(entries))
        if [event.number for event in events] != [entry.number for entry in entries]:
            raise Conflict(f"tenants/{tenant}", _CHANGED)
        return events

    async def _sealed(self, tenant: str, entry: StoredEvent, event: Event, personal: Personal) -> SealedEntry:
        if not isinstance(event, Content):
            return SealedEntry(entry)
        head = event.head
        planner = await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision)
        if isinstance(event, Updated):
            return sealed_update(entry, event, planner, personal)
        return sealed_entry(entry, event, planner, personal)

    async def _now_ms(self) -> int:
        with translated():
            seconds, micros = await self._redis.time()
        return int(seconds) * 1000 + int(micros) // 1000


class _Writing:
    """A log that is being written, beside the one there is."""

    def __init__(self, redis: RedisClient, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._marks = {RulesPublished: "", WorkforceChanged: "", ProcessPublished: ""}
        self.link = ""
        self.items = set[str]()
        self.values = 0

    async def begin(self, rewritten: Rewritten) -> None:
        """Write what stands before the first event, in place of whatever an earlier try left."""
        beginning = StoredEvent(0, REWRITTEN, pack_rewritten(rewritten), b"", "")
        self.link = link_of(beginning, "")
        with translated():
            await self._redis.delete(self._keys.rewriting)
            await self._redis.xadd(self._keys.rewriting, fields_of(beginning, self.link), id=BEGINNING)

    async def add(self, sealed: Sequence[SealedEntry], events: Sequence[Event]) -> None:
        """Write events, and before them what opens them."""
        with translated():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for (entry, openings, item_id, customer), event in zip(sealed, events, strict=True):
                    if openings:
                        pipeline.hset(self._keys.personal(item_id), mapping=dict(openings))
                        self.items.add(item_id)
                        self.values += len(openings)
                    if customer:
                        pipeline.zadd(self._keys.subject(customer), {item_id: 0}, nx=True)
                    self.link = link_of(entry, self.link)
                    pipeline.xadd(self._keys.rewriting, fields_of(entry, self.link), id=f"{entry.number}-0")
                    if isinstance(event, RulesPublished | WorkforceChanged | ProcessPublished):
                        self._marks[type(event)] = self.link
                await pipeline.execute()

    async def end(self, tenant: str, last: StoredEvent) -> None:
        """Put it in the place of the old one."""
        keys = self._keys
        reply = await _replace(
            self._redis,
            [keys.revisions, keys.events, keys.rewriting],
            [last.number, last.link, *self._marks.values()],
        )
        check_reply(tenant, reply)
        if reply[0] == b"CHANGED":
            raise Conflict(f"tenants/{tenant}", _CHANGED)
