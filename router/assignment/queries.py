"""Looking up: work items, decisions and their reasons, as they stand. Writes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from router.assignment.awaited import Awaited, awaited
from router.assignment.children import ChildStanding, children_of, openings_by
from router.assignment.comparison import KnownItem, known_item
from router.assignment.contact import ContactTime, contact_due
from router.assignment.expected_contact import expected_contact
from router.assignment.expiry import expires_ms
from router.assignment.explanation import Explanation, explain, plan_again, replay
from router.assignment.jobs import handlers_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.assignment.stored_items import events_of
from router.model.decision import Cause, Decision, Outcome
from router.model.dispatch import DispatchClock, OpenOffer
from router.model.errors import CorruptHistory, NotFound
from router.model.events import Content, Noted, OfferAnswered, Updated, previous_of
from router.model.identity import normal_name
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, State, WorkItem
from router.process.definition.words import NO_WORDS, Bilingual
from router.process.life.lives import lives_of, reps_in_stage
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.children import opens
from router.process.stages.places import StagePlace, place_of, pool_of

Record = TypeVar("Record")
_LOOKS_BACK = 200
"""Events before a decision in which what woke it is looked for."""
_PAGE = 1000
"""Open offers that are asked for at once."""
_LOOKS = 20
"""Events that a call looks at, at most, for each record that it is to return."""


def _everything(_: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Wanted(Generic[Record]):
    """What a list keeps: records that a test ``holds`` for, of a time from ``from_ms`` to just before ``until_ms``.

    The test says all; the times, in milliseconds since 1970, say besides where to look.
    """

    holds: Callable[[Record], bool] = _everything
    from_ms: float = 0
    until_ms: float = math.inf


ALL: Wanted[Any] = Wanted()


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A work item as it stands: its record, its content, the latest decision, when it first came, its priority by the
    rules that read it last, and where it stands in its process; None: it is in none.
    """

    record: ItemRecord
    item: WorkItem
    decision: Decision
    created_ms: int
    priority: int
    expires_ms: int = 0
    """When its offer lapses, by the calendars as they are now; 0: it stands in none, or that never does."""
    place: StagePlace | None = None
    updated_by: int = 0
    """The event by which it was updated just now; 0: it was not, or that was only tried."""

    @property
    def routed_to(self) -> str:
        """The pool that its process routes it to; empty: the rules say who gets it."""
        return pool_of(self.record, self.decision.head.pool, self.place)


async def found(store: Assignments, tenant: str, item_id: str) -> ItemRecord | None:
    """Return where a work item stands, by its id in any spelling of source and external id."""
    record = await store.item(tenant, item_id)
    if record is None and (normal := normal_name(item_id)) != item_id:
        return await store.item(tenant, normal)
    return record


async def existing(store: Assignments, tenant: str, item_id: str) -> ItemRecord:
    """Return where a work item stands that there is to be, by its id as ``found`` takes it.

    Raises
    ------
    NotFound
        If there is none.
    """
    record = await found(store, tenant, item_id)
    if record is None:
        raise NotFound("work item", f"tenants/{tenant}/workItems/{item_id}")
    return record


def _numbers(record: ItemRecord) -> set[int]:
    """Return the events that say what a work item is, besides its record."""
    return {record.content, record.decision, record.first}


def _placed(published: PublishedProcesses, roster: Roster | None, stored: StoredItem) -> StoredItem:
    """Return a work item with where it stands in its process, and, by a roster, when its offer lapses."""
    place, offer = place_of(published, stored.record), stored.record.offer
    expiry_ms = expires_ms(roster, offer) if roster and offer else 0
    return replace(stored, place=place, expires_ms=expiry_ms) if place or expiry_ms else stored


def stored_item(record: ItemRecord, events: Mapping[int, Content]) -> StoredItem:
    """Return a work item as it stands, from the events that say what it is, by number.

    Raises
    ------
    CorruptHistory
        If one of them is not there.
    """
    for number in sorted(_numbers(record) - events.keys()):
        raise CorruptHistory(f"work item {record.item_id}", f"the log has not got event {number} any more")
    content, first, decision = events[record.content], events[record.first], events[record.decision]
    assert isinstance(decision, Decision)
    return StoredItem(record, content.head.item, decision, first.at_ms, content.head.priority)


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
        record = await existing(self._store, tenant, item_id)
        contents = {number: await self._content(tenant, number) for number in sorted(_numbers(record))}
        (stored,) = await self.placed(tenant, [stored_item(record, contents)])
        return stored

    async def placed(
        self, tenant: str, items: Sequence[StoredItem], processes: tuple[int, str] | None = None
    ) -> list[StoredItem]:
        """Return work items with where they stand in their processes, and when their offers lapse.

        Parameters
        ----------
        processes
            The newest revision of the processes, where the store said it with the items.
        """
        if not items:
            return []
        published = await self._planners.processes(tenant, processes)
        roster = await self._roster_of([stored.record.offer for stored in items if stored.record.offer], tenant)
        return [_placed(published, roster, stored) for stored in items]

    async def _roster_of(self, offers: Sequence[OpenOffer], tenant: str) -> Roster | None:
        """Return the workforce by whose clocks offers lapse; None: there is no offer."""
        if not offers:
            return None
        is_timed = any(offer.timeout_ms and offer.clock is not DispatchClock.WALL for offer in offers)
        return (await (self._planners.newest if is_timed else self._planners.current)(tenant)).roster

    async def tried(self, tenant: str, record: ItemRecord) -> tuple[str, ...]:
        """Return who has had a work item since it entered its stage, and is not to get it there once more.

        Raises
        ------
        CorruptHistory
            If the log has not got one of its events.
        """
        if record.stage is None or not record.tried:
            return handlers_of(record)
        return reps_in_stage(lives_of(await events_of(self._store, tenant, record.item_id, record.event))[-1])

    async def children(self, tenant: str, item_id: str) -> list[ChildStanding]:
        """Return what a work item opened, or is about to, since it came, or was reopened; the earliest first."""
        published = await self._planners.processes(tenant)
        record = await found(self._store, tenant, item_id) if any(map(opens, published.revisions)) else None
        standing = await children_of(self._store, tenant, published, record) if record else []
        if not any(child.waits for child in standing):
            return standing
        opens_ms = openings_by(await self._planners.newest(tenant))
        timed = [child._replace(opens_ms=opens_ms(child.planned)) if child.waits else child for child in standing]
        return [child for child in timed if child.opens_ms is not None or not child.waits]

    async def items(
        self, tenant: str, *, after: int, count: int, owner: str | None = None, state: State | None = None,
        wanted: Wanted[StoredItem] = ALL,
    ) -> tuple[list[StoredItem], int | None]:  # fmt: skip
        """Return up to ``count`` work items that first came after an event, oldest first, and the event to go
        on after, if there may be more: however few there are, it looks at ``count`` of an owner's, else at 20 times as
        many events. ``wanted`` is of the time when they first came.
        """
        if not after and wanted.from_ms > 0:
            after = await self._first_since(tenant, wanted.from_ms) - 1
        if owner:
            return await self._owned(tenant, owner, state, after, count, wanted)
        if state is State.OFFERED and owner is None:
            return await self._offered(tenant, after, count, wanted)
        matches: list[StoredItem] = []
        looked_at = 0
        while len(matches) < count and looked_at < _LOOKS * count:
            events = await self._store.events(tenant, after=after, count=count)
            if not events:
                return matches, None
            firsts = [event.item_id for event in events if isinstance(event, Decision) and not event.previous]
            arrived = {stored.record.first: stored for stored in await self._stored(tenant, firsts)}
            for event in events:
                if event.at_ms >= wanted.until_ms:
                    return matches, None
                after, looked_at = event.number, looked_at + 1
                stored = arrived.get(after)
                if stored and owner in (None, stored.record.owner) and _is_wanted(stored, state, wanted):
                    matches.append(stored)
                if len(matches) == count:
                    break
        return matches, after

    async def _owned(
        self, tenant: str, owner: str, state: State | None, after: int, count: int, wanted: Wanted[StoredItem]
    ) -> tuple[list[StoredItem], int | None]:
        """Do the same for one owner, by the index, which tells open from closed, and not in which way closed."""
        if state not in (None, State.ASSIGNED, *CLOSED_STATES):
            return [], None  # what waits, or was given to nobody, has no owner
        sides = [is_open for is_open in (True, False) if state is None or is_open is (state is State.ASSIGNED)]
        pages = [await self._store.owned(tenant, owner, is_open=side, after=after, count=count + 1) for side in sides]
        places = sorted({place for page in pages for place in page})  # one that was closed meanwhile is on both sides
        stored = await self._stored(tenant, [item_id for _, item_id in places[:count]])
        matches = [item for item in stored if item.record.owner == owner and _is_wanted(item, state, wanted)]
        is_over = bool(stored) and stored[-1].created_ms >= wanted.until_ms
        return matches, places[count - 1][0] if len(places) > count and not is_over else None

    async def _offered(
        self, tenant: str, after: int, count: int, wanted: Wanted[StoredItem]
    ) -> tuple[list[StoredItem], int | None]:
        """Do the same for what is offered, by the index of open offers, which are few beside all that ever came."""
        places, last = list[tuple[int, str]](), 0
        while page := await self._store.open_offers(tenant, after=last, count=_PAGE):
            last = page[-1][0]
            records = await self._store.items(tenant, [item_id for _, item_id in page])
            places += [(record.first, record.item_id) for record in records if record and record.first > after]
        places.sort()
        stored = await self._stored(tenant, [item_id for _, item_id in places[:count]])
        matches = [item for item in stored if _is_wanted(item, State.OFFERED, wanted)]
        is_over = bool(stored) and stored[-1].created_ms >= wanted.until_ms
        return matches, places[count - 1][0] if len(places) > count and not is_over else None

    async def of(self, tenant: str, item_ids: Sequence[str]) -> list[StoredItem]:
        """Return work items as they stand, by their ids; who is gone meanwhile is left out."""
        return await self._stored(tenant, item_ids)

    async def _stored(self, tenant: str, item_ids: Sequence[str]) -> list[StoredItem]:
        """Return work items as they stand, in two round trips however many; who is gone meanwhile is left out."""
        records = [record for record in await self._store.items(tenant, item_ids) if record is not None]
        numbers = sorted({number for record in records for number in _numbers(record)})
        events = dict(zip(numbers, await self._store.contents(tenant, numbers), strict=True))
        return await self.placed(tenant, [stored_item(record, events) for record in records])

    async def decision(self, tenant: str, number: int) -> Decision:
        """Return one decision.

        Raises
        ------
        NotFound
            If there is none of that number.
        """
        content = await self._content(tenant, number)
        if not isinstance(content, Decision):
            raise NotFound("decision", f"tenants/{tenant}/decisions/{number}")
        return content

    async def _content(self, tenant: str, number: int) -> Content:
        """Return an event that holds what a work item is."""
        events = await self._store.events(tenant, after=number - 1, count=1) if number > 0 else []
        if not events or events[0].number != number or not isinstance(events[0], Content):
            raise NotFound("decision", f"tenants/{tenant}/decisions/{number}")
        return events[0]

    async def decisions(
        self, tenant: str, *, before: int | None, count: int, item_id: str | None = None,
        wanted: Wanted[Decision] = ALL,
    ) -> tuple[list[Decision], int | None]:  # fmt: skip
        """Return up to ``count`` decisions, if it is given those below an event, newest first; and the one to go on
        below, if there may be more: however few there are, it looks at 20 times as many events, or at all of one work
        item's. ``wanted`` is of the time when they were made.
        """
        if item_id is not None:
            return await self._decisions_about(tenant, item_id, before, count, wanted)
        return await self._newest(tenant, before, count, wanted, Decision)

    async def charges(
        self, tenant: str, *, before: int | None, count: int, wanted: Wanted[Decision | OfferAnswered]
    ) -> tuple[list[Decision | OfferAnswered], int | None]:
        """Return the same of decisions and of what became of offers."""
        kinds: tuple[Any, ...] = (Decision, OfferAnswered)
        return await self._newest(tenant, before, count, wanted, kinds)

    async def counted(
        self, tenant: str, *, before: int | None, count: int, wanted: Wanted[Decision | Noted]
    ) -> tuple[list[Decision | Noted], int | None]:
        """Return the same of decisions and notes."""
        kinds: tuple[Any, ...] = (Decision, Noted)
        return await self._newest(tenant, before, count, wanted, kinds)

    async def _newest(
        self, tenant: str, before: int | None, count: int, wanted: Wanted[Record], kinds: type[Record] | tuple[Any, ...]
    ) -> tuple[list[Record], int | None]:
        if before is None and wanted.until_ms < math.inf:
            before = await self._first_since(tenant, wanted.until_ms)
        matches: list[Record] = []
        looked_at = 0
        while len(matches) < count and looked_at < _LOOKS * count:
            events = await self._store.events(tenant, before=before, count=count, newest_first=True)
            if not events:
                return matches, None
            for event in events:
                if event.at_ms < wanted.from_ms:
                    return matches, None
                before, looked_at = event.number, looked_at + 1
                if isinstance(event, kinds) and wanted.holds(event):
                    matches.append(event)
                if len(matches) == count:
                    break
        return matches, before if before is not None and before > 1 else None

    async def _first_since(self, tenant: str, at_ms: float) -> int:
        """Return the first event of a time or later; where there is none, what the next event will be.

        Looks at as many events as their number has binary digits: time never runs back in a log.
        """
        newest = await self._store.events(tenant, count=1, newest_first=True)
        first, beyond = 1, newest[0].number + 1 if newest else 1
        while first < beyond:
            (event,) = await self._store.events(tenant, after=(first + beyond) // 2 - 1, count=1)
            if event.at_ms < at_ms:
                first = event.number + 1
            else:
                beyond = (first + beyond) // 2
        return first

    async def _decisions_about(
        self, tenant: str, item_id: str, before: int | None, count: int, wanted: Wanted[Decision]
    ) -> tuple[list[Decision], int | None]:
        """Follow a work item's events backwards."""
        record = await found(self._store, tenant, item_id)
        number = record.event if record else 0
        matches: list[Decision] = []
        while record and number and len(matches) < count:
            (event,) = await self._store.history(tenant, record.item_id, number, count=1)
            if isinstance(event, Decision) and (before is None or number < before) and wanted.holds(event):
                matches.append(event)
            number = previous_of(event, record.item_id)
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

    async def entitlements(self, tenant: str, decision: Decision) -> dict[str, int]:
        """Return what each rep who could have had a decision's work item was entitled to of it, in micro-units.

        Raises
        ------
        CorruptHistory
            If it does not follow from the stored facts.
        """
        head = decision.head
        planner = await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision)
        plan = plan_again(decision, planner)
        choice = replay(decision, plan)
        if choice.picked is None:
            return {}
        reps = plan.attempts[choice.step - 1].candidates.reps
        return {reps[k]: share for k, share in zip(choice.eligible, choice.picked.entitlements, strict=True)}

    async def explanation(self, tenant: str, decision: Decision) -> Explanation:
        """Recompute a decision's full trace.

        Raises
        ------
        CorruptHistory
            If it does not follow from the stored facts.
        """
        head = decision.head
        return explain(decision, await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision))

    async def entered_title(self, tenant: str, decision: Decision) -> Bilingual:
        """Return what the stage is called that a decision's work item entered by it; no words: it has no title, or none
        is known any more.
        """
        entered = decision.head.entered
        if entered is None:
            return NO_WORDS
        try:
            process = (await self._planners.processes(tenant)).at(entered.revision)
        except CorruptHistory:  # it goes by its id then
            return NO_WORDS
        return process.standing[entered.stage].title if entered.stage in process.standing else NO_WORDS

    async def update_before(self, tenant: str, decision: Decision) -> Updated | None:
        """Return the update that a decision was made for, if it was."""
        if decision.head.cause is not Cause.UPDATED or not decision.number:
            return None
        (update,) = await self._store.contents(tenant, [decision.previous])
        return update if isinstance(update, Updated) else None

    async def awaited(self, tenant: str, decision: Decision) -> Awaited | None:
        """Return what a decision's work item had waited for; None: it was not woken, or nobody knows."""
        if decision.head.cause is not Cause.WOKEN or not decision.number:
            return None
        head, after = decision.head, max(decision.previous, decision.number - _LOOKS_BACK) - 1
        events = await self._store.events(
            tenant, after=after, before=decision.number, count=_LOOKS_BACK, newest_first=True
        )
        between = [event for event in events if not isinstance(event, Decision) or event.item_id != decision.item_id]
        planner = await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision)
        waited = await self._decision_before(tenant, decision)
        return awaited(decision, waited, between, planner) if waited else None

    async def never_lapses(self, tenant: str, decision: Decision) -> bool:
        """Say whether what a decision offered never lapses although its pool limits it: the working time that the clock
        counts is shorter in three years.
        """
        if decision.outcome is not Outcome.OFFERED:
            return False
        planner = await self._planners.at(tenant, decision.head.rule_set_revision, decision.head.workforce_revision)
        candidates = plan_again(decision, planner).attempts[len(decision.seen) - 1].candidates
        terms = candidates.dispatch
        offer = OpenOffer(decision.number, decision.rep, candidates.pool, terms.timeout_ms, terms.clock, decision.at_ms)
        return bool(terms.timeout_ms) and not expires_ms(planner.roster, offer)

    async def _decision_before(self, tenant: str, decision: Decision) -> Decision | None:
        """Return the decision before one of the same work item."""
        number = decision.previous
        while number:
            (event,) = await self._store.history(tenant, decision.item_id, number, count=1)
            if isinstance(event, Decision):
                return event
            number = previous_of(event, decision.item_id)
        return None

    async def contact_due(self, tenant: str, decision: Decision) -> ContactTime | None:
        """Return by when a decision's owner is to make contact; None: it is not limited."""
        if not decision.rep:
            return None
        head = decision.head
        rule_set = await self._planners.rule_set(tenant, head.rule_set_revision)
        if not rule_set.limits_contact:
            return None  # without a look at the workforce as it was
        return contact_due(decision, await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision))

    async def expected_contact(self, tenant: str, decision: Decision) -> ContactTime | None:
        """Return from when on contact can be expected; None: nobody knows."""
        if not decision.rep and decision.outcome is not Outcome.WAITING:
            return None  # without a look at the workforce as it was
        head = decision.head
        planner = await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision)
        return expected_contact(decision, planner)

    async def roster(self, tenant: str, decision: Decision) -> Roster:
        """Return the workforce that a decision was made from."""
        head = decision.head
        return (await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision)).roster

    async def known(self, tenant: str, answers: Sequence[tuple[WorkItem, Decision]]) -> list[KnownItem | None]:
        """Say how work items stand that are sent again, and what was sent otherwise, in one round trip.

        None of one whose record is gone. It is compared with what each is by now.

        Parameters
        ----------
        answers
            What was sent, and the decision that made its owner.
        """
        planner = await self._planners.current(tenant)
        records = await self._store.items(tenant, [decision.item_id for _, decision in answers])
        numbers = sorted({record.content for record in records if record})
        contents = dict(zip(numbers, await self._store.contents(tenant, numbers), strict=True))
        return [
            known_item(planner, sent, contents[record.content], record) if record else None
            for (sent, _), record in zip(answers, records, strict=True)
        ]


def _is_wanted(stored: StoredItem, state: State | None, wanted: Wanted[StoredItem]) -> bool:
    return state in (None, stored.record.state) and wanted.holds(stored)
