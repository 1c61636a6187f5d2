"""A work item as a register: what each answer says about its owner and epoch, and what may follow what.

The log says what happened to an item; clients say when they asked and when they knew. An event that no answer names
was done by somebody who heard nothing (a lost answer, a queue's worker, the waking): it stands beside the calls as an
operation without an end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from router.model.decision import Decision
from router.model.dispatch import Answer as OfferAnswer
from router.model.events import Completed, OfferAnswered
from tests.chaos.history import Try, Wish, wishes
from tests.chaos.linearizability import Operation, Undecided, is_linearizable

Change = Decision | OfferAnswered | Completed
_TELLING = ("get", "existing", "known offer")
"""Answers that tell how a work item stands, and change nothing."""
_NAMES = {"batch": "route", "accept": "get", "decline": "get"}
"""What calls are as operations: an answer to an offer is one that the log tells, and says how the work item stands."""
CLOSED = frozenset({"CONVERTED", "DISQUALIFIED", "CLOSED"})


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of a work item: the last event that changed it (0: there is none), state, owner and epoch."""

    event: int = 0
    state: str = ""
    owner: str = ""
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """What was asked, and what the answer says about the item afterwards; ``expected`` as in ``Try``."""

    name: str
    told: Item
    expected: int = 0


def step(item: Item, action: Action) -> Item | None:
    """Return the item after an action; None: it cannot have been answered so."""
    told = action.told
    if action.expected and item.event != action.expected:
        return None
    match action.name:
        case "get":
            return item if told == item else None
        case "existing":
            return item if (told.owner, told.epoch) == (item.owner, item.epoch) and item.owner else None
        case "known offer":
            return item if told == item else None
        case "accept":
            return told if item.state == "OFFERED" and told.epoch == item.epoch + 1 else None
        case "undone":
            return told if item.state == "OFFERED" and told.epoch == item.epoch else None
        case "complete":
            fits = item.event and item.state not in CLOSED and (told.owner, told.epoch) == (item.owner, item.epoch)
            return told if fits else None
    if item.state in CLOSED or (action.name == "route" and item.owner) or told.event <= item.event:
        return None
    if told.state == "OFFERED":
        return told if told.epoch == item.epoch else None
    if told.owner:
        moves = told.epoch == item.epoch + 1 and told.owner != item.owner
        return told if moves else None
    if told.epoch != item.epoch:
        return None
    return item if item.owner or item.state == "OFFERED" else told  # nobody else could take it: it stays as it is


def faults(calls: Iterable[Try], events: Iterable[Change]) -> Iterator[str]:
    """Yield the work items whose answers fit no order, in words."""
    by_item: dict[str, list[Wish]] = defaultdict(list)
    for wish in wishes(call for call in calls if call.item_id):
        by_item[wish.item_id].append(wish)
    done: dict[str, list[Change]] = defaultdict(list)
    for event in events:
        if isinstance(event, OfferAnswered) and event.answer is OfferAnswer.RESCINDED:
            continue  # it is part of what rescinds it
        done[event.item_id].append(event)
    for item_id in {*by_item, *done}:
        try:
            fits = is_linearizable(operations(by_item[item_id], done[item_id]), Item(), step)
        except Undecided as error:
            yield f"work item {item_id}: cannot be judged: {error}"
            continue
        if not fits:
            yield f"work item {item_id}: its answers fit no order: {_shown(by_item[item_id])}"


def operations(asked: Sequence[Wish], events: Sequence[Change]) -> list[Operation[Action]]:
    """Return what happened to one work item."""
    answered = [_answered(wish) for wish in asked if wish.answer and wish.method != "submit"]
    named = {operation.action.told.event for operation in answered if operation.action.name not in _TELLING}
    unheard = [wish for wish in asked if wish.answer is None or wish.method in ("submit", "accept", "decline")]
    began = min((wish.began for wish in unheard), default=-inf)
    return answered + [_unheard(event, began) for event in events if event.number not in named]


def _answered(wish: Wish) -> Operation[Action]:
    answer = wish.answer
    assert answer is not None
    if answer.state == "EXISTING_OWNER":
        return Operation(wish.began, wish.ended, Action("existing", Item(0, "", answer.owner, answer.epoch)))
    if answer.state == "RECEIVED":
        return Operation(wish.began, wish.ended, Action("get", Item()))  # a submission that nobody routed yet
    if answer.state == "KNOWN_OFFER":
        return Operation(wish.began, wish.ended, Action("known offer", Item(answer.event, "OFFERED", "", answer.epoch)))
    state = "QUEUED" if answer.state == "WAITING" else answer.state
    told = Item(answer.event, state, "" if state == "OFFERED" else answer.owner, answer.epoch)
    method = _NAMES.get(wish.method, wish.method)
    return Operation(wish.began, wish.ended, Action(method, told, 0 if method == "get" else wish.expected))


def _unheard(event: Change, began: float) -> Operation[Action]:
    if isinstance(event, OfferAnswered):
        if event.answer is OfferAnswer.ACCEPTED:
            return Operation(began, inf, Action("accept", Item(event.number, "ASSIGNED", event.rep, event.epoch)))
        is_asked = event.answer is OfferAnswer.DECLINED
        told = Item(event.number, "QUEUED", "", event.epoch)
        return Operation(began if is_asked else -inf, inf, Action("undone", told))
    if isinstance(event, Completed):
        return Operation(began, inf, Action("complete", Item(event.number, event.state, event.rep, event.epoch)))
    name = "reassign" if event.head.cause in ("REASSIGNED", "OVERRIDE") else "route"
    state = "QUEUED" if event.outcome == "WAITING" else str(event.outcome)
    return Operation(
        -inf if event.head.cause == "WOKEN" else began,
        inf,
        Action(name, Item(event.number, state, "" if state == "OFFERED" else event.rep, event.epoch)),
    )


def _shown(asked: Sequence[Wish]) -> str:
    ordered = sorted(asked, key=lambda wish: wish.began)
    return "; ".join(
        f"{wish.method} [{wish.began:.3f}, {wish.ended:.3f}] expecting {wish.expected} → {wish.answer}"
        for wish in ordered
    )
