"""Answering offers: the use case.

Whoever accepts or declines what is offered to them makes one call of the store. What many are offered enters the ledger
only then, so it has to be known what room whoever accepts has now: that takes another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from packing import pack
from router.assignment.caps import amounts_of
from router.assignment.commands import KnownAs, Moved
from router.assignment.customers import customer_of
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import StoredItem, WorkItemQueries, found, stored_item
from router.model.decision import Decision, Outcome
from router.model.dispatch import Answer
from router.model.errors import Conflict, NotFound, NotPossible, OfferNotOpen, RequestIdReused
from router.model.events import Event, OfferAnswered, previous_of
from router.model.identity import normal_name
from router.model.opening import OFFER
from router.model.records import ItemRecord
from router.model.sealing import seal_texts
from router.model.workitem import fingerprint_of
from router.offers.ports import AnswerCommand, Answered, AnswerRefusal, Entering, Offers, OfMany

_TRIES = 8
"""Rounds before an acceptance gives up because rules, workforce or time change faster than it can be planned."""
MOST = 100
"""Offers that a rep is told of at once."""
MOST_READ = 1_000
"""Events of a work item that are read, about, to say what became of an offer."""
_BECAME = {
    Answer.ACCEPTED: "{rep} accepted it",
    Answer.DECLINED: "{rep} declined it",
    Answer.LAPSED: "it lapsed",
    Answer.RESCINDED: "it was rescinded",
}


class AnswerRequest(NamedTuple):
    """A wish to answer an offer."""

    item_id: str
    answer: Answer
    rep: str
    offer: int
    reason: str = ""
    request_id: str = ""
    actor: str = ""


class AwayByLapses(NamedTuple):
    """That a rep is away for so many offers in a row that they let lapse; the last of them of a work item, and when."""

    lapses: int
    item_id: str
    at_ms: int


class OfferedWork(NamedTuple):
    """What is offered to a rep, the oldest first; why they are away, if it is for lapses; how many more there are."""

    items: Sequence[StoredItem]
    away: AwayByLapses | None
    more: int = 0


class OfferService:
    """Answers offers.

    Parameters
    ----------
    offers
        Where.
    store
        Work items and the log.
    queries
        Work items as they stand.
    planners
        Who reps are, and what room they have.
    """

    def __init__(self, offers: Offers, store: Assignments, queries: WorkItemQueries, planners: PlannerCache) -> None:
        self._offers = offers
        self._store = store
        self._queries = queries
        self._planners = planners

    async def answer(self, tenant: str, request: AnswerRequest, *, preview: bool = False) -> StoredItem:
        """Answer an offer; return the work item as it stands then.

        Raises
        ------
        NotFound
            If there is no such work item, or no such rep.
        OfferNotOpen
            If the offer was answered, or is somebody else's: it says what became of it.
        NotPossible
            If what many were offered is accepted by who is inactive, at capacity or at a cap.
        RequestIdReused, StoreUnavailable
            As ``router.assignment.service.Router.route``.
        Conflict
            If rules, workforce or time change faster than it can be accepted.
        """
        command, told_ms = await self._command(tenant, request), 0
        for _ in range(_TRIES):
            answer = await self._told(tenant, command, preview=preview)
            if isinstance(answer, Answered):
                found_item = stored_item(answer.record, answer.decisions)
                (stored,) = await self._queries.placed(tenant, [found_item], answer.processes)
                return stored
            if isinstance(answer, KnownAs):
                command = command._replace(item_id=answer.item_id)
            elif isinstance(answer, OfMany):
                at_ms = told_ms or self._store.expected_ms(tenant)
                command = command._replace(entering=await self._entering(tenant, request.rep, answer, at_ms))
            elif isinstance(answer, Moved):
                command, told_ms = command._replace(entering=None), answer.now_ms
            elif answer is AnswerRefusal.STALE:
                command = command._replace(entering=None)
                await self._planners.newest(tenant)
            else:
                raise await self._failure(tenant, request, command.item_id, answer)
        name = f"tenants/{tenant}/workItems/{request.item_id}"
        raise Conflict(name, "rules, workforce or time change faster than it can be accepted: try again")

    async def work(self, tenant: str, rep: str) -> OfferedWork:
        """Return what is offered to a rep, ``MOST`` at most."""
        numbers = {item_id: number for number, item_id in await self._offers.offered(tenant, rep, MOST)}
        items = [item for item in await self._queries.of(tenant, [*numbers]) if _is_open(item.record, numbers)]
        more = max(0, await self._offers.how_many(tenant, rep) - MOST) if len(numbers) == MOST else 0
        return OfferedWork(items, await self._away(tenant, rep), more)

    async def _away(self, tenant: str, rep: str) -> AwayByLapses | None:
        """Say why a rep is away, if it is for lapses; None also where the log has lost the event that tells."""
        number = -await self._offers.lapses_of(tenant, rep)
        if number <= 0:
            return None
        for event in await self._store.events(tenant, after=number - 1, count=1):
            if isinstance(event, OfferAnswered) and event.number == number:
                return AwayByLapses(event.lapses, event.item_id, event.at_ms)
        return None

    async def whose(self, tenant: str, record: ItemRecord, rep: str) -> str:
        """Return whose a work item is for a rep who asks: who owns it, or may answer its offer; empty: nobody."""
        offer = record.offer
        if offer is None or offer.rep or not rep:
            return record.owner or (offer.rep if offer else "")
        return rep if await self._offers.holds(tenant, rep, offer.number, record.item_id) else ""

    async def _told(
        self, tenant: str, command: AnswerCommand, *, preview: bool
    ) -> Answered | AnswerRefusal | KnownAs | OfMany | Moved:
        try:
            return await self._offers.answer(tenant, command, preview=preview)
        except NotFound:
            if (normal := normal_name(command.item_id)) == command.item_id:
                raise
            return await self._offers.answer(tenant, command._replace(item_id=normal), preview=preview)

    async def _command(self, tenant: str, request: AnswerRequest) -> AnswerCommand:
        item_id, answer, rep, offer, reason, request_id, actor = request
        fingerprint = fingerprint_of(request_id, "answer", item_id, answer, rep, offer, reason) if request_id else ""
        command = AnswerCommand(item_id, answer, rep, offer, request_id, fingerprint, actor)
        if not reason:
            return command
        stored = await self._queries.item(tenant, item_id)
        planner = await self._planners.current(tenant)
        texts, openings = seal_texts(OFFER, {"reason": reason})
        head: Any = pack(texts["reason"])
        return command._replace(
            item_id=stored.record.item_id,
            head=head,
            openings=openings,
            customer=customer_of(planner.rule_set.known_customer, stored.item),
        )

    async def _entering(self, tenant: str, rep: str, offer: OfMany, at_ms: int) -> Entering:
        """Return what room a rep has at an instant for what many were offered."""
        planner = await self._planners.current(tenant)
        (content,) = await self._store.decisions(tenant, [offer.content])
        candidates = planner.roster.accepting(rep, offer.pool, offer.kind, at_ms)
        if not candidates.reps and not await self._planners.holds(tenant, planner):
            planner = await self._planners.renewed(tenant, planner.revisions)
            candidates = planner.roster.accepting(rep, offer.pool, offer.kind, at_ms)
        if not candidates.reps:
            if rep not in planner.roster.reps:
                raise NotFound("rep", f"tenants/{tenant}/reps/{rep}")
            raise NotPossible(f"tenants/{tenant}/reps/{rep}", "is inactive")
        return Entering(candidates, planner.revisions, amounts_of(content.head.item))

    async def _failure(self, tenant: str, request: AnswerRequest, item_id: str, refusal: AnswerRefusal) -> Exception:
        if refusal is AnswerRefusal.REQUEST_ID_REUSED:
            return RequestIdReused(request.request_id)
        if refusal is AnswerRefusal.FULL:
            return NotPossible(f"tenants/{tenant}/reps/{request.rep}", "has no room: at capacity, or at a cap")
        if request.rep not in (await self._planners.newest(tenant)).roster.reps:
            return NotFound("rep", f"tenants/{tenant}/reps/{request.rep}")
        record = await found(self._store, tenant, item_id)
        assert record is not None  # nothing is ever removed
        events, is_made = await self._since(tenant, record, request.offer)
        said = became(record, events, request.rep, request.offer, is_made=is_made)
        return OfferNotOpen(f"tenants/{tenant}/workItems/{record.item_id}", said)

    async def _since(self, tenant: str, record: ItemRecord, offer: int) -> tuple[list[Event], bool]:
        """Return a work item's events since an offer of it, newest first, and whether there was such an offer.

        Of an offer of long ago not all are read: nobody waits for what became of it, and a history may be long.
        """
        events, last = list[Event](), record.event
        if offer > last or not await self._was_made(tenant, record.item_id, offer):
            return events, False
        while last > offer and len(events) < MOST_READ:
            page = await self._store.history(tenant, record.item_id, last)
            if not page:
                break
            events += page
            last = previous_of(page[-1], record.item_id)
        return events, True

    async def _was_made(self, tenant: str, item_id: str, offer: int) -> bool:
        """Say whether an event is an offer of a work item."""
        return any(
            isinstance(event, Decision)
            and event.number == offer
            and event.item_id == item_id
            and event.outcome is Outcome.OFFERED
            for event in await self._store.events(tenant, after=offer - 1, count=1)
        )


def _is_open(record: ItemRecord, numbers: Mapping[str, int]) -> bool:
    """Say whether a work item stands in the offer of these that was made of it: it may have been answered meanwhile."""
    return record.offer is not None and record.offer.number == numbers.get(record.item_id)


def became(record: ItemRecord, events: Iterable[Event], rep: str, offer: int, *, is_made: bool = False) -> str:
    """Say why somebody cannot answer an offer.

    Parameters
    ----------
    events
        The work item's, newest first, as far as they were read.
    is_made
        Whether there was such an offer.
    """
    answers = [event for event in events if isinstance(event, OfferAnswered) and event.offer == offer]
    for event in answers:
        if not event.stays_open or event.rep == rep:
            return f"offer {offer} is not open to {rep}: {_BECAME[event.answer].format(rep=event.rep)}{_now(record)}"
    if record.offer and record.offer.number == offer:
        return f"offer {offer} is not open to {rep}: it is made to {record.offer.rep or 'others'}"
    if is_made:
        return f"offer {offer} is not open to {rep}: that was long ago{_now(record)}"
    return f"there is no offer {offer} of it{_now(record)}"


def _now(record: ItemRecord) -> str:
    """Say whose a work item is by now."""
    if record.owner:
        return f"; it is {record.owner}'s"
    if record.offer:
        return f"; it is offered to {record.offer.rep or 'many'} now, by offer {record.offer.number}"
    return f"; it is {record.state}"
