"""Noting something about a work item: it is read, looked at, and noted if nothing has happened to it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from router.assignment.commands import Refusal
from router.assignment.customers import customer_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import StoredItem, WorkItemQueries
from router.deadlines.lives import ItemLives
from router.deadlines.ports import NoteCommand, Notes
from router.model.errors import Conflict, NotPossible, RequestIdReused
from router.model.events import Event, Note, Noted
from router.model.opening import NOTE
from router.model.sealing import seal_texts
from router.model.workitem import fingerprint_of
from router.process.life.lives import Life, lives_of

_TRIES = 8
"""Rounds before a request gives up because the work item changes faster than one can write."""


class NotedItem(NamedTuple):
    """A work item of which something is to be noted: as it stands, its events, its lives, and the store's time."""

    name: str
    stored: StoredItem
    events: list[Event]
    lives: list[Life]
    now_ms: int

    @property
    def life(self) -> Life:
        """The life that it has now, or had last."""
        return self.lives[-1]

    def life_at(self, noted: Noted) -> Life:
        """The life in which it was when a note was made: an earlier one, if it was reopened since."""
        return next((life for life in reversed(self.lives) if life.begun.event <= noted.number), self.life)


Looks = Callable[[NotedItem], NoteCommand]
"""Says what is to be noted, or raises."""


class Noting:
    """What the use cases share that note something.

    Parameters
    ----------
    store, queries
        Work items as they stand, and the log.
    notes
        Where notes are kept.
    planners
        Rules, which say whose customer a work item is of.
    """

    def __init__(self, store: Assignments, queries: WorkItemQueries, notes: Notes, planners: PlannerCache) -> None:
        self._store = store
        self._queries = queries
        self._notes = notes
        self._planners = planners

    async def read(self, tenant: str, item_id: str) -> NotedItem:
        """Return a work item as it stands.

        Raises
        ------
        NotFound
            If there is none.
        """
        stored = await self._queries.item(tenant, item_id)
        record = stored.record
        events = await ItemLives(tenant, self._store, self._planners).events(record.item_id, record.event)
        now_ms = await self._store.now_us(tenant) // 1000
        return NotedItem(f"tenants/{tenant}/workItems/{record.item_id}", stored, events, lives_of(events), now_ms)

    async def note(
        self,
        tenant: str,
        item_id: str,
        looks: Looks,
        *,
        request_id: str = "",
        asked: tuple[str | int, ...] = (),
        preview: bool = False,
    ) -> tuple[NotedItem, Noted]:
        """Note something about a work item; return it as it stands, and the note: of a repeated request the earlier.

        Parameters
        ----------
        asked
            What the request says, beside the work item's id.

        Raises
        ------
        NotFound
            If there is no such work item.
        NotPossible
            If it is closed; and whatever ``looks`` raises.
        RequestIdReused
            If the request id was used for other content.
        Conflict
            If it changes faster than one can write.
        """
        fingerprint = fingerprint_of(request_id, "note", item_id, *asked)
        for _ in range(_TRIES):
            item = await self.read(tenant, item_id)
            is_repeated = bool(request_id) and await self._store.has_done(tenant, request_id, fingerprint)
            if is_repeated:
                item = await self.read(tenant, item_id)  # as it stands behind that
            command = NoteCommand(item.stored.record.item_id, 0, Note.RESUMED) if is_repeated else looks(item)
            command = replace(command, request_id=request_id, fingerprint=fingerprint)
            if noted := await self.write(tenant, item, command, preview=preview):
                return item, noted
        raise Conflict(item.name, "changes faster than one can write: try again")

    async def pausable(self, tenant: str, item: NotedItem, noted: Noted) -> tuple[str, ...]:
        """Return the deadlines that ran as a note was made, and stand still while their work item is paused.

        A note that is only previewed has no number: all is before it.
        """
        before = [event for event in item.events if not noted.number or event.number < noted.number]
        return await ItemLives(tenant, self._store, self._planners).pausable(noted.kind, before, noted.at_ms)

    async def write(self, tenant: str, item: NotedItem, command: NoteCommand, *, preview: bool = False) -> Noted | None:
        """Write a note about a work item as it was read; None: something has happened to it since.

        Raises
        ------
        NotPossible, RequestIdReused, Conflict
            As ``note``.
        """
        match await self._notes.note(tenant, await self._sealed(tenant, command, item), preview=preview):
            case Noted() as noted:
                return noted
            case Refusal.REQUEST_ID_REUSED:
                raise RequestIdReused(command.request_id)
            case Refusal.CLOSED:
                raise NotPossible(item.name, f"is {item.stored.record.state}")
            case Refusal.LOST:
                raise Conflict(item.name, "was noted before, by an event that somebody deleted")
        return None

    async def _sealed(self, tenant: str, command: NoteCommand, item: NotedItem) -> NoteCommand:
        if not command.text:
            return command
        texts, openings = seal_texts(NOTE, {"text": command.text})
        planner = await self._planners.current(tenant)
        customer = customer_of(planner.rule_set.known_customer, item.stored.item)
        return replace(command, text=texts["text"], openings=openings, customer=customer)
