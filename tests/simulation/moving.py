"""What moves because a person says so of many, or because it is another by now: worked out from the log alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from failures import Failure
from router.model.decision import Cause, Decision, EnteredStage, Outcome
from router.model.dispatch import Answer
from router.model.events import Completed, Event, OfferAnswered, Updated
from tests.simulation.promise import Finding, Promise

ON_CHANGE = {"large": (), "cn": ("region",), "eu": ("region", "industry"), "us": ("region",), "service": ()}
"""By rule: the attributes at whose change a work item is routed anew."""
NOTE = "many "
"""How notes begin of what is moved with others."""


class Place(NamedTuple):
    """Where an open work item stands: its owner and pool, or that which offers it; empty: it waits."""

    state: str
    owner: str = ""
    pool: str = ""


class Sent(NamedTuple):
    """Many that were to be moved at once: to whom, and what was answered of each."""

    rep: str
    answers: Mapping[str, Decision | Failure]


class Moving:
    """Follows the log beside the code that moves."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        """Open work items."""
        self.created_ms: dict[str, int] = {}
        """When each first came, in the order of that."""
        self._had: defaultdict[str, list[str]] = defaultdict(list)
        """Who had an open work item before its owner, since it entered its stage."""
        self._sent: dict[str, Sent] = {}
        self._moved: defaultdict[str, list[Decision]] = defaultdict(list)
        self._updated: dict[str, Updated] = {}

    def enter(self, event: Event) -> Iterator[Finding]:
        """Take in an event; yield what it shows."""
        match event:
            case Decision():
                yield from self._decided(event)
            case OfferAnswered(answer=Answer.ACCEPTED):
                self.places[event.item_id] = Place("ASSIGNED", event.rep, event.pool)
            case OfferAnswered(stays_open=False):
                self.places[event.item_id] = Place("QUEUED")
            case Completed():
                self._had[event.item_id] += [event.rep] if event.rep else []
                is_open = self.places.pop(event.item_id, None) is not None
                yield Finding(Promise.KEPT, is_open, f"event {event.number} closes {event.item_id}, not open", False)
            case Updated():
                yield self._changed(event)
                self._begin(event.item_id, event.entered)
            case _:
                pass

    def send(self, note: str, rep: str, answers: Mapping[str, Decision | Failure]) -> None:
        """Note what was answered of many that were to be moved."""
        self._sent[note] = Sent(rep, answers)

    def verdicts(self) -> Iterator[Finding]:
        """Yield whether what the log has of many that were moved is what was answered, once the log was read."""
        for note, (rep, answers) in self._sent.items():
            done = self._moved.pop(note, [])
            times = Counter(decision.item_id for decision in done)
            twice = [item_id for item_id, count in times.items() if count > 1]
            others = times.keys() - answers.keys()
            yield Finding(Promise.MANY, not twice and not others, f"{note}: {twice[:3]} twice, {sorted(others)[:3]}")
            told = {decision.item_id: decision for decision in done}
            for item_id, answer in answers.items():
                yield Finding(Promise.MANY, self._is_as_told(rep, answer, told.get(item_id)), f"{note}: {item_id}")
        for note, decisions in self._moved.items():
            yield Finding(Promise.MANY, False, f"{note}: nobody asked for {decisions[0].item_id}")
        self._sent.clear()
        self._moved.clear()

    @staticmethod
    def _is_as_told(rep: str, answer: Decision | Failure, decision: Decision | None) -> bool:
        if isinstance(answer, Failure):
            return decision is None
        same = decision is not None and (decision.number, decision.rep) == (answer.number, answer.rep)
        return same and (not rep or answer.rep == rep)

    def found(self, holds: Mapping[str, Any], rep: str, since_ms: int) -> list[str]:
        """Return what a filter holds for: of an owner, a pool or a state, that came since an instant; not the rep's."""
        return [
            item_id
            for item_id, created_ms in self.created_ms.items()
            if (place := self.places.get(item_id))
            and all(getattr(place, field) == value for field, value in holds.items())
            and created_ms >= since_ms
            and (not rep or place.owner != rep)
        ]

    def _decided(self, decision: Decision) -> Iterator[Finding]:
        item_id, name = decision.item_id, f"decision {decision.number} of {decision.item_id}"
        place, cause = self.places.get(item_id, Place("")), decision.head.cause
        self.created_ms.setdefault(item_id, decision.at_ms)
        if decision.head.note.startswith(NOTE):
            self._moved[decision.head.note].append(decision)
        self._begin(item_id, decision.head.entered)
        yield from self._follows(decision, name)
        if decision.outcome not in (Outcome.ASSIGNED, Outcome.OFFERED):
            if not place.owner and place.state != "OFFERED":
                self.places[item_id] = Place("QUEUED")
            return
        yield Finding(Promise.ONE_OWNER, decision.freed == place.owner, f"{name}: {decision.freed}, {place}")
        self._had[item_id] += [place.owner] if place.owner else []
        if place.owner and cause in (Cause.UPDATED, Cause.REASSIGNED):
            again = decision.rep in self._had[item_id]
            promise = Promise.ON_CHANGE if cause is Cause.UPDATED else Promise.ONE_OWNER
            yield Finding(promise, not again, f"{name}: {decision.rep} had it")
        if decision.outcome is Outcome.ASSIGNED:
            self.places[item_id] = Place("ASSIGNED", decision.rep, decision.pool)
        else:
            self.places[item_id] = Place("OFFERED", "", _pool_of(decision))

    def _begin(self, item_id: str, entered: EnteredStage | None) -> None:
        """Forget who had a work item before it entered a stage: they may get it again there."""
        if entered:
            self._had.pop(item_id, None)

    def _changed(self, event: Updated) -> Finding:
        """Hold whether an update is decided anew to what the routes say that it had, and has by now."""
        after = event.head.item.attributes
        before = {**after, **event.before.attributes}
        fields = {field for rule in (rule_of(before), rule_of(after)) for field in ON_CHANGE[rule]}
        asked = any(before.get(field) != after.get(field) for field in fields)
        is_owned = bool(self.places.get(event.item_id, Place("")).owner)
        self._updated[event.item_id] = event
        holds = event.is_decided is (asked or not is_owned)
        return Finding(Promise.ON_CHANGE, holds, f"event {event.number} of {event.item_id}: {event.changed}", is_owned)

    def _follows(self, decision: Decision, name: str) -> Iterator[Finding]:
        """See that a decision follows an update where, and only where, that is decided anew."""
        event, is_for_it = self._updated.pop(decision.item_id, None), decision.head.cause is Cause.UPDATED
        if event or is_for_it:
            follows = event is not None and event.is_decided and decision.number == event.number + 1
            told = f"{name}: behind {event and event.number}"
            yield Finding(Promise.ON_CHANGE, follows is is_for_it, told, is_for_it)

    def undecided(self) -> Iterator[Finding]:
        """Yield, once the log was read, whether no update is left that was to be decided anew."""
        for event in self._updated.values():
            yield Finding(Promise.ON_CHANGE, not event.is_decided, f"nothing follows event {event.number}", False)
        self._updated.clear()


def rule_of(attributes: Mapping[str, Any]) -> str:
    """Return the rule that applies to a work item."""
    return "large" if attributes["potential"] >= 8 else str(attributes["region"])


def _pool_of(decision: Decision) -> str:
    label = decision.head.steps[len(decision.seen) - 1]
    return label.partition(",")[0].removeprefix("pool ")


def same_answers(one: Sequence[Decision | Failure], other: Sequence[Decision | Failure]) -> bool:
    """Say whether what is sent again is answered as it was, wherever that did anything."""
    return all(
        isinstance(second, Decision) and first.number == second.number
        for first, second in zip(one, other, strict=True)
        if isinstance(first, Decision)
    )
