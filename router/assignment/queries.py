"""Looking up: work items, decisions and their reasons, as they stand. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from router.assignment.comparison import KnownItem, known_item
from router.assignment.explanation import Explanation, explain
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.model.decision import Decision, Outcome
from router.model.errors import NotFound
from router.model.events import Completed
from router.model.identity import normal_name
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, State, WorkItem


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A work item as it stands: its record, its content, the latest decision, and when it first came."""

    record: ItemRecord
    item: WorkItem
    decision: Decision
    created_ms: int


async def found(store: Assignments, tenant: str, item_id: str) -> ItemRecord | None:
    """Return where a work item stands, by its id in any spelling of source and external id."""
    record = await store.item(tenant, item_id)
    if record is None and (normal := normal_name(item_id)) != item_id:
        return await store.item(tenant, normal)
    return record


def _numbers(record: ItemRecord) -> set[int]:
    """Return the events that say what a work item is, besides its record."""
    return {record.content, record.decision, record.first}


def _stored(record: ItemRecord, decisions: Mapping[int, Decision]) -> StoredItem:
    content, first = decisions[record.content], decisions[record.first]
    return StoredItem(record, content.head.item, decisions[record.decision], first.at_ms)


class WorkItemQueries:
    """The use cases that read.

    Parameters
    ----------
    store
        Work items and the log.
    planners
        What past decisions were made from.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners

    async def item(self, tenant: str, item_id: str) -> StoredItem:
        """Return a work item as it stands.

        Raises
        ------
        NotFound
            If there is none.
        """
        record = await found(self._store, tenant, item_id)
        if record is None:
            raise NotFound("work item", f"tenants/{tenant}/workItems/{item_id}")
        return _stored(record, {number: await self.decision(tenant, number) for number in _numbers(record)})

    async def items(
        self, tenant: str, *, after: int, count: int, owner: str | None = None, state: State | None = None
    ) -> tuple[list[StoredItem], int | None]:
        """Return up to ``count`` work items that first came after an event, oldest first, and the event to go
        on after, if there may be more: however few there are, it looks at ``count`` of an owner's, else at 20 times as
        many events.
        """
        if owner:
            return await self._owned(tenant, owner, state, after, count)
        matches: list[StoredItem] = []
        looked_at = 0
        while len(matches) < count and looked_at < 20 * count:
            events = await self._store.events(tenant, after=after, count=count)
            if not events:
                return matches, None
            firsts = [event.item_id for event in events if isinstance(event, Decision) and not event.previous]
            arrived = {stored.record.first: stored for stored in await self._stored(tenant, firsts)}
            for event in events:
                after, looked_at = event.number, looked_at + 1
                stored = arrived.get(after)
                if stored and owner in (None, stored.record.owner) and state in (None, stored.record.state):
                    matches.append(stored)
                if len(matches) == count:
                    break
        return matches, after

    async def _owned(
        self, tenant: str, owner: str, state: State | None, after: int, count: int
    ) -> tuple[list[StoredItem], int | None]:
        """Do the same for one owner, by the index, which tells open from closed, and not in which way closed."""
        if state not in (None, State.ASSIGNED, *CLOSED_STATES):
            return [], None  # what waits, or was given to nobody, has no owner
        sides = [is_open for is_open in (True, False) if state is None or is_open is (state is State.ASSIGNED)]
        pages = [await self._store.owned(tenant, owner, is_open=side, after=after, count=count + 1) for side in sides]
        places = sorted({place for page in pages for place in page})  # one that was closed meanwhile is on both sides
        stored = await self._stored(tenant, [item_id for _, item_id in places[:count]])
        matches = [item for item in stored if item.record.owner == owner and state in (None, item.record.state)]
        return matches, places[count - 1][0] if len(places) > count else None

    async def _stored(self, tenant: str, item_ids: Sequence[str]) -> list[StoredItem]:
        """Return work items as they stand, in two round trips however many; who is gone meanwhile is left out."""
        records = [record for record in await self._store.items(tenant, item_ids) if record is not None]
        numbers = sorted({number for record in records for number in _numbers(record)})
        decisions = dict(zip(numbers, await self._store.decisions(tenant, numbers), strict=True))
        return [_stored(record, decisions) for record in records]

    async def decision(self, tenant: str, number: int) -> Decision:
        """Return one decision.

        Raises
        ------
        NotFound
            If there is none of that number.
        """
        events = await self._store.events(tenant, after=number - 1, count=1) if number > 0 else []
        if not events or events[0].number != number or not isinstance(events[0], Decision):
            raise NotFound("decision", f"tenants/{tenant}/decisions/{number}")
        return events[0]

    async def decisions(
        self, tenant: str, *, before: int | None, count: int, item_id: str | None = None
    ) -> tuple[list[Decision], int | None]:
        """Return decisions, if it is given those below an event, newest first; and the one to go on below, if there
        may be more.
        """
        if item_id is not None:
            return await self._decisions_about(tenant, item_id, before, count)
        matches: list[Decision] = []
        while len(matches) < count:
            events = await self._store.events(tenant, before=before, count=count, newest_first=True)
            if not events:
                return matches, None
            for event in events:
                before = event.number
                if isinstance(event, Decision):
                    matches.append(event)
                if len(matches) == count:
                    break
        return matches, before if before is not None and before > 1 else None

    async def _decisions_about(
        self, tenant: str, item_id: str, before: int | None, count: int
    ) -> tuple[list[Decision], int | None]:
        """Follow a work item's events backwards."""
        record = await found(self._store, tenant, item_id)
        number = record.event if record else 0
        matches: list[Decision] = []
        while number and len(matches) < count:
            (event,) = await self._store.events(tenant, after=number - 1, count=1)
            assert isinstance(event, Decision | Completed)
            if isinstance(event, Decision) and (before is None or number < before):
                matches.append(event)
            number = event.previous
        return matches, matches[-1].number if number and matches else None

    async def explained(self, tenant: str, decision: Decision, *, full: bool) -> Explanation | None:
        """Explain a decision where its answer needs it: in full, or where nobody was found.

        Raises
        ------
        CorruptHistory
            As ``explanation``.
        """
        if full or decision.outcome in (Outcome.WAITING, Outcome.UNROUTED):
            return await self.explanation(tenant, decision)
        return None

    async def explanation(self, tenant: str, decision: Decision) -> Explanation:
        """Recompute a decision's full trace.

        Raises
        ------
        CorruptHistory
            If it does not follow from the stored facts.
        """
        head = decision.head
        return explain(decision, await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision))

    async def roster(self, tenant: str, decision: Decision) -> Roster:
        """Return the workforce that a decision was made from."""
        head = decision.head
        return (await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision)).roster

    async def known(self, tenant: str, answers: Sequence[tuple[WorkItem, Decision]]) -> list[KnownItem | None]:
        """Say how work items stand that are sent again, and what was sent otherwise, in one round trip.

        None of one whose record is gone.

        Parameters
        ----------
        answers
            What was sent, and the decision that made its owner.
        """
        planner = await self._planners.current(tenant)
        records = await self._store.items(tenant, [decision.item_id for _, decision in answers])
        return [
            known_item(planner, sent, decision, record) if record else None
            for (sent, decision), record in zip(answers, records, strict=True)
        ]
