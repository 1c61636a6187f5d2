"""That a customer is to be asked, or is spared, as it falls due: noted once, and listed until they answer.

Fairlead says when and whom; another system asks, and brings the answer, see ``router.deadlines.satisfaction``.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from router.assignment.customers import customer_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import WorkItemQueries
from router.deadlines.complaints import Complaints
from router.deadlines.noting import NotedItem, Noting
from router.deadlines.ports import NoteCommand, Notes
from router.model.events import Event, Note, Noted
from router.process.definition.tasks import NPS
from router.process.stages.places import place_of
from router.process.stages.satisfaction import next_nps_ms
from router.process.stages.surveys import PlannedSurvey, SpareReason, planned_surveys


class Surveying:
    """The use case of whoever keeps the timers: ask the customer of a work item, or spare them.

    Parameters
    ----------
    store, planners
        Work items as they stand, rules, which say whose they are, and processes.
    notes
        Where it is noted.
    """

    def __init__(self, store: Assignments, planners: PlannerCache, notes: Notes) -> None:
        self._store = store
        self._planners = planners
        self._noting = Noting(store, WorkItemQueries(store, planners), notes, planners)
        self._complaints = Complaints(store, planners)

    async def settle(self, tenant: str, item_id: str, name: str, closed: int) -> bool | None:
        """Note that a customer is to be asked, or why not. False: something happened meanwhile, and it is to be tried
        again; None: nothing is due.

        Parameters
        ----------
        name
            What: ``csat`` or ``nps``.
        closed
            The event that ended the work item.

        Raises
        ------
        CorruptHistory
            If somebody altered what is to be read.
        """
        item = await self._noting.read(tenant, item_id)
        place = place_of(await self._planners.processes(tenant), item.stored.record)
        planned = [
            (each.name, each.event) for each in _due(planned_surveys(place, item.stored.record, item.events), item)
        ]
        if (name, closed) not in planned:
            return None
        return await self._noting.write(tenant, item, await self._command(tenant, item, name)) is not None

    async def _command(self, tenant: str, item: NotedItem, name: str) -> NoteCommand:
        record = item.stored.record
        asked = NoteCommand(record.item_id, record.event, Note.SURVEYED, name)
        if name != NPS:
            return asked
        planner = await self._planners.newest(tenant)
        rules = planner.rule_set_revision
        customer = customer_of(planner.rule_set.known_customer, item.stored.item)
        if not customer:
            return NoteCommand(record.item_id, record.event, Note.SPARED, SpareReason.UNKNOWN, rules=rules)
        if complaint := await self._complaints.open_of(tenant, planner, customer):
            why = f"{SpareReason.COMPLAINT}/{complaint}"
            return NoteCommand(record.item_id, record.event, Note.SPARED, why, rules=rules)
        before = await self._store.last_nps(tenant, customer)
        events = await self._store.events(tenant, after=before - 1, before=before + 1) if before else []
        if events and item.now_ms < next_nps_ms(events[0].at_ms, planner.roster.records.settings.time_zone):
            return NoteCommand(record.item_id, record.event, Note.SPARED, SpareReason.RECENT, rules=rules)
        return NoteCommand(
            record.item_id, record.event, Note.SURVEYED, name, customer=customer, nps_before=before, rules=rules
        )


def _due(planned: list[PlannedSurvey], item: NotedItem) -> list[PlannedSurvey]:
    return [each for each in planned if each.at_ms <= item.now_ms]


EXTERNAL_ID = "external_id"
"""What says who the customer is of a work item that is one itself."""


class PendingSurvey(NamedTuple):
    """A customer who is to be asked, and has not answered: by which note, who, and the field that says so; both empty:
    nobody can say.
    """

    noted: Noted
    customer: str
    field: str


class SurveyPage(NamedTuple):
    """Who is to be asked, the newest first; ``before`` is the event to go on before, None: there is no more."""

    pending: list[PendingSurvey]
    before: int | None


class SurveyQueries:
    """Looks up who is to be asked. Writes nothing.

    Parameters
    ----------
    store, planners
        The index of what is asked, and the rules, which say whose a work item is.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners

    async def pending(self, tenant: str, *, before: int | None = None, count: int, since_ms: int = 0) -> SurveyPage:
        """Return up to ``count`` of what is asked since an instant, before an event, and not answered."""
        entries = await self._store.surveyed(tenant, before=before, count=count)
        noted = [each for each in await asyncio.gather(*(self._note(tenant, number) for number, _ in entries)) if each]
        asked = [each for each in noted if each.at_ms >= since_ms]
        is_last = len(entries) < count or len(asked) < len(noted)
        return SurveyPage(await self._with_customers(tenant, asked), None if is_last else entries[-1][0])

    async def _note(self, tenant: str, number: int) -> Noted | None:
        events: list[Event] = await self._store.events(tenant, after=number - 1, before=number + 1)
        return events[0] if events and isinstance(events[0], Noted) else None

    async def _with_customers(self, tenant: str, asked: list[Noted]) -> list[PendingSurvey]:
        known = (await self._planners.newest(tenant)).rule_set.known_customer
        records = await self._store.items(tenant, [each.item_id for each in asked]) if asked else []
        numbers = [record.content for record in records if record]
        contents = {each.number: each for each in (await self._store.contents(tenant, numbers) if numbers else ())}
        found = list[PendingSurvey]()
        for noted, record in zip(asked, records, strict=True):
            content = contents.get(record.content) if record else None
            customer = customer_of(known, content.head.item) if content else ""
            is_named = known and content and content.head.item.attributes.get(known.id) == customer
            field = (known.id if known and is_named else EXTERNAL_ID) if customer else ""
            found.append(PendingSurvey(noted, customer, field))
        return found
