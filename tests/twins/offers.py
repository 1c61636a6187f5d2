"""``router.offers.ports.Offers`` in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgpack

from router.assignment.commands import KnownAs, Moved
from router.history.offer_book import Accepting, after_answer
from router.model.decision import Decision
from router.model.dispatch import Answer
from router.model.errors import NotFound
from router.model.events import OfferAnswered
from router.model.records import ItemRecord
from router.model.workitem import State
from router.offers.ports import AnswerCommand, Answered, AnswerRefusal, Entering, OfMany
from tests.twins.processes import newest_process
from tests.twins.tenants import Tenant, Tenants, opened_in


class MemoryOffers(Tenants):
    """Offers, and what becomes of them."""

    async def answer(
        self, tenant: str, command: AnswerCommand, *, preview: bool = False
    ) -> Answered | AnswerRefusal | KnownAs | OfMany | Moved:
        """Answer an offer; see ``router.offers.ports.Offers``."""
        state = self._tenants[tenant]
        repeated = state.requests.get(command.request_id) if command.request_id else None
        if repeated is not None and repeated[0] != command.fingerprint:
            return AnswerRefusal.REQUEST_ID_REUSED
        if other := state.other_ids.get(command.item_id):
            return KnownAs(other)
        record = state.projection.items.get(command.item_id)
        if record is None:
            raise NotFound("work item", f"tenants/{tenant}/workItems/{command.item_id}")
        if repeated is not None or _has_it(record, command):
            return _told(state, record)
        offer = state.projection.offers.standing.get(command.item_id)
        if offer is None or offer.number != command.offer or command.rep not in offer.holders:
            return AnswerRefusal.NOT_OPEN
        if command.answer is Answer.ACCEPTED and not offer.rep and command.entering is None:
            return OfMany(record.kind, offer.pool, record.content)
        refusal = self._refused(state, record, command)
        if refusal is not None:
            return refusal
        accepting = _accepting(command.entering)
        answered = _answered(state, command, self._time_of(state), accepting)
        if preview:
            return _told(state, _as_told(record, answered))
        enter(state, answered, accepting)
        state.openings[command.item_id].update(command.openings)
        if command.openings and command.customer:
            state.projection.customers.keep_sealed(command.customer, command.item_id)
        if command.request_id:
            state.requests[command.request_id] = (command.fingerprint, answered)
        return _told(state, state.projection.items[command.item_id])

    def _refused(self, state: Tenant, record: ItemRecord, command: AnswerCommand) -> AnswerRefusal | Moved | None:
        """Say why what many were offered cannot be accepted; None: it can, or is not."""
        entering = command.entering
        if entering is None:
            return None
        at_ms = self._time_of(state)
        if entering.planned[:2] != (state.rules, state.workforce):
            return AnswerRefusal.STALE
        if not entering.candidates.stands_at(at_ms):
            return Moved(at_ms)
        has_room = state.projection.has_room(entering.candidates, record.kind, entering.amounts, at_ms)
        return None if has_room else AnswerRefusal.FULL

    async def offered(self, tenant: str, rep: str, count: int) -> Sequence[tuple[int, str]]:
        """Return what is offered to a rep."""
        return self._tenants[tenant].projection.offers.offered(rep)[:count]

    async def holds(self, tenant: str, rep: str, offer: int, item_id: str) -> bool:
        """Say whether a rep may answer an open offer."""
        return (offer, item_id) in self._tenants[tenant].projection.offers.offered(rep)

    async def how_many(self, tenant: str, rep: str) -> int:
        """Return how many offers a rep may answer."""
        return len(self._tenants[tenant].projection.offers.offered(rep))

    async def lapses_of(self, tenant: str, rep: str) -> int:
        """Return how many offers in a row a rep has let lapse."""
        return self._tenants[tenant].projection.offers.lapses.get(rep, 0)

    async def lapses(self, tenant: str) -> Mapping[str, int]:
        """Return how many offers in a row reps have let lapse; see ``router.assignment.ports.Assignments``."""
        return dict(self._tenants[tenant].projection.offers.lapses)


def _told(state: Tenant, record: ItemRecord) -> Answered:
    numbers = {record.content, record.decision, record.first}
    events = [opened_in(state, state.events[number - 1]) for number in numbers]
    decisions = {event.number: event for event in events if isinstance(event, Decision)}
    return Answered(record, decisions, newest_process(state))


def _has_it(record: ItemRecord, command: AnswerCommand) -> bool:
    """Say whether who accepts has it already, by this very offer."""
    is_theirs = record.state is State.ASSIGNED and record.owner == command.rep
    is_by_it = record.decision == command.offer and record.answered > command.offer
    return command.answer is Answer.ACCEPTED and is_theirs and is_by_it


def _accepting(entering: Entering | None) -> Accepting | None:
    return entering and Accepting(entering.candidates, entering.planned.workforce, entering.amounts)


def _answered(state: Tenant, command: AnswerCommand, at_ms: int, accepting: Accepting | None) -> OfferAnswered:
    number = len(state.events) + 1
    answered = state.projection.answered(command.item_id, command.answer, command.rep, number, at_ms, accepting)
    reason: Any = msgpack.unpackb(command.head) if command.head else ""
    workforce = state.workforce if command.answer is Answer.ACCEPTED else 0
    return replace(answered, workforce=workforce, actor=command.actor, reason=reason)


def _as_told(record: ItemRecord, answered: OfferAnswered) -> ItemRecord:
    """Return where a work item would stand, with the events that it has."""
    after = after_answer(record, answered, ())
    return replace(
        after, event=record.event, version=record.version, answered=record.answered,
        refused=() if answered.answer is Answer.ACCEPTED else record.refused,
    )  # fmt: skip


def enter(state: Tenant, answered: OfferAnswered, accepting: Accepting | None = None) -> None:
    """Enter what became of an offer."""
    state.events.append(answered)
    state.projection.enter_answered(answered, accepting)


def enter_answer(
    state: Tenant, item_id: str, answer: Answer, rep: str, at_ms: int, actor: str = "", because: str = ""
) -> OfferAnswered:
    """Enter that an offer lapsed, or was rescinded; return the event."""
    answered = state.projection.answered(item_id, answer, rep, len(state.events) + 1, at_ms)
    answered = replace(answered, actor=actor, because=because)
    enter(state, answered)
    return answered
