"""What customers answer: recorded if they might be asked, see ``router.process.stages.satisfaction``. The use case.

Who asks is another system: this one says when, see ``router.deadlines.surveying``, and when nobody is to be asked, by
refusing what was answered then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from router.assignment.customers import customer_of
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import StoredItem, WorkItemQueries
from router.deadlines.complaints import Complaints
from router.deadlines.noting import NotedItem, Noting
from router.deadlines.ports import NoteCommand
from router.model.errors import Conflict, NotPossible
from router.model.events import Note, Noted
from router.model.workitem import CLOSED_STATES, Kind, fingerprint_of
from router.process.stages.satisfaction import APART_DAYS, next_nps_ms

_TRIES = 8
"""Rounds before a request gives up because the work item changes faster than one can write."""


@dataclass(frozen=True, slots=True)
class SatisfactionRequest:
    """An answer of a customer, to be recorded.

    Parameters
    ----------
    note
        What they were asked: ``CSAT`` or ``NPS``.
    value
        What they said, on its scale.
    comment
        What they said with it; it may hold anything.
    """

    item_id: str
    note: Note
    value: int
    comment: str = ""
    request_id: str = ""
    actor: str = ""


class Satisfied:
    """The use case.

    Parameters
    ----------
    store, queries
        Work items as they stand, and the log.
    planners
        Rules, which say whose customer a work item is of, and processes, which say what is a complaint.
    noting
        Writes it.
    """

    def __init__(self, store: Assignments, queries: WorkItemQueries, planners: PlannerCache, noting: Noting) -> None:
        self._store = store
        self._queries = queries
        self._planners = planners
        self._noting = noting
        self._complaints = Complaints(store, planners)

    async def record(self, tenant: str, request: SatisfactionRequest, *, preview: bool = False) -> StoredItem:
        """Record an answer; return the work item as it stands then.

        Raises
        ------
        NotFound
            If there is no such work item.
        NotPossible
            If the customer was not to be asked, or nobody can say who they are.
        RequestIdReused
            If the request id was used for other content.
        Conflict
            If it changes faster than one can write.
        """
        said = (request.note, request.value, request.comment)
        fingerprint = fingerprint_of(request.request_id, "satisfaction", request.item_id, *said)
        try:
            return await self._record(tenant, request, fingerprint, preview=preview)
        except NotPossible:  # for what this very request wrote meanwhile, where it was sent twice at once
            if not await self._is_done(tenant, request, fingerprint):
                raise
        return await self._queries.item(tenant, request.item_id)

    async def _is_done(self, tenant: str, request: SatisfactionRequest, fingerprint: str) -> bool:
        return bool(request.request_id) and await self._store.has_done(tenant, request.request_id, fingerprint)

    async def _record(
        self, tenant: str, request: SatisfactionRequest, fingerprint: str, *, preview: bool
    ) -> StoredItem:
        """Go round until it is written."""
        for _ in range(_TRIES):
            item = await self._noting.read(tenant, request.item_id)
            if await self._is_done(tenant, request, fingerprint):
                return await self._queries.item(tenant, request.item_id)
            command = await self._command(tenant, item, request)
            command = replace(command, request_id=request.request_id, fingerprint=fingerprint)
            if noted := await self._noting.write(tenant, item, command, preview=preview):
                return _answered(item.stored, noted) if preview else await self._queries.item(tenant, request.item_id)
        raise Conflict(item.name, "changes faster than one can write: try again")

    async def _command(self, tenant: str, item: NotedItem, request: SatisfactionRequest) -> NoteCommand:
        record = item.stored.record
        command = NoteCommand(
            record.item_id, record.event, request.note, "", request.value, request.comment, request.actor
        )
        if request.note is Note.CSAT:
            _check_csat(item)
            return command
        planner = await self._planners.newest(tenant)
        customer, before = _customer(tenant, planner, item), 0
        if complaint := await self._complaints.open_of(tenant, planner, customer):
            named = f"tenants/{tenant}/workItems/{complaint}"
            raise NotPossible(item.name, f"its customer has a complaint open, {named}: no nps before that is closed")
        if before := await self._store.last_nps(tenant, customer):
            await self._check_apart(tenant, item, before, planner.roster.records.settings.time_zone)
        return replace(command, customer=customer, nps_before=before, rules=planner.rule_set_revision)

    async def _check_apart(self, tenant: str, item: NotedItem, before: int, time_zone: str) -> None:
        """Refuse an answer of who gave one not long ago; who was asked since then answers that."""
        events = await self._store.events(tenant, after=before - 1, before=before + 1)
        is_asked = bool(events) and isinstance(events[0], Noted) and events[0].note is Note.SURVEYED
        again_ms = next_nps_ms(events[0].at_ms, time_zone) if events and not is_asked else 0
        if item.now_ms < again_ms:
            again = datetime.fromtimestamp(again_ms / 1000, ZoneInfo(time_zone)).isoformat(timespec="seconds")
            raise NotPossible(
                item.name,
                f"its customer gave an nps within the last {APART_DAYS} days: they may be asked from {again} on",
            )


def _check_csat(item: NotedItem) -> None:
    """Refuse to ask how it went of what is no ticket, has not ended yet, or was asked of already."""
    record = item.stored.record
    if record.kind is not Kind.TICKET:
        raise NotPossible(item.name, f"is a {record.kind}: csat is asked of a {Kind.TICKET}, nps of any customer")
    if record.satisfaction.csat:
        said = f"has a csat of {record.satisfaction.csat}"
        raise NotPossible(item.name, f"{said}: it is asked once of a ticket, also if that is reopened")
    if record.state not in CLOSED_STATES and len(item.lives) == 1:
        raise NotPossible(item.name, f"is {record.state}: csat is asked once it is closed")


def _customer(tenant: str, planner: Planner, item: NotedItem) -> str:
    """Return whose work item it is.

    Raises
    ------
    NotPossible
        If nobody can say.
    """
    known_customer = planner.rule_set.known_customer
    if known_customer is None:
        fault = "names no customer, whom an nps is of: declare known_customer: {id: FIELD}"
        raise NotPossible(f"tenants/{tenant}/ruleSets/active", fault)
    customer = customer_of(known_customer, item.stored.item)
    if not customer:
        raise NotPossible(item.name, f"names no customer, whom an nps is of: it has no {known_customer.id}")
    return customer


def _answered(stored: StoredItem, noted: Noted) -> StoredItem:
    """Return a work item as it would stand behind an answer."""
    satisfaction = stored.record.satisfaction.with_answer(noted.note.lower(), noted.value, noted.at_ms)
    return replace(stored, record=replace(stored.record, satisfaction=satisfaction))
