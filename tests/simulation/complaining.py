"""Complaints: how severe each is, which earlier one it repeats, what its customer may be asked, and who calls them
where the answer is bad; worked out from the log alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from router.model.decision import Cause, Decision
from router.model.dispatch import Answer
from router.model.events import Event, Note, Noted, OfferAnswered, Updated
from router.model.workitem import Kind
from tests.simulation.agenda import DAY_MS
from tests.simulation.complaint import AGAIN_DAYS, APART_DAYS, CALLS, raised, severity_of
from tests.simulation.lives import Lives
from tests.simulation.promise import Finding, Promise


@dataclass(slots=True)
class PlainComplaint:
    """A complaint: when it came, what it is by now, and whether it repeats another; whether its customer said how it
    went.
    """

    item_id: str
    came_ms: int
    attributes: Mapping[str, Any]
    repeats: str
    is_rated: bool = False

    @property
    def customer(self) -> str:
        """Whose it is."""
        return str(self.attributes["customer"])


@dataclass(slots=True)
class PlainCall:
    """A call that an answer asks for, and who is not to make it; empty until it is opened: which it is."""

    ticket: str
    entry: str
    recused: frozenset[str]
    item_id: str = ""


class Complaining:
    """Follows the log beside the code that takes complaints.

    Parameters
    ----------
    lives
        What happened; they are to take in an event behind this.
    """

    def __init__(self, lives: Lives) -> None:
        self._lives = lives
        self.all: dict[str, PlainComplaint] = {}
        """In the order in which they came."""
        self._calls: dict[int, PlainCall] = {}
        """By the answer that asks for it."""
        self._called: dict[str, PlainCall] = {}
        """By its id."""
        self._nps_ms: dict[str, int] = {}

    def has(self, item_id: str) -> bool:
        """Say whether something is a complaint, or a call that one led to."""
        return item_id in self.all or item_id in self._called

    def may_be_asked(self, item_id: str, asked: Note, now_ms: int) -> bool:
        """Say whether the customer of a complaint may be asked something about it."""
        complaint = self.all[item_id]
        if asked is Note.CSAT:
            has_ended = len(self._lives.of[item_id]) > 1 or not self._lives.open(item_id)
            return has_ended and not complaint.is_rated
        theirs = [each.item_id for each in self.all.values() if each.customer == complaint.customer]
        last_ms = self._nps_ms.get(complaint.customer)
        is_long_ago = last_ms is None or now_ms >= last_ms + APART_DAYS * DAY_MS
        return is_long_ago and not any(map(self._lives.open, theirs))

    def before(self, event: Event) -> Iterator[Finding]:
        """Yield what an event shows, as things stood before it."""
        match event:
            case Decision(item_id=item_id):
                if event.kind is Kind.TICKET and item_id not in self.all:
                    yield from self._came(event)
                if event.head.cause is Cause.OPENED:
                    yield from self._opened(event)
                if event.rep:
                    yield from self._given(event, event.rep)
            case OfferAnswered(answer=Answer.ACCEPTED):
                yield from self._given(event, event.rep)
            case Updated(item_id=item_id) if item_id in self.all:
                yield from self._changed(event)
            case Noted(note=Note.CSAT | Note.NPS):
                yield from self._answered(event)

    def undone(self) -> Iterator[Finding]:
        """Yield which calls nobody opened."""
        for number, call in self._calls.items():
            if not call.item_id:
                yield Finding(Promise.CALLED, False, f"{call.ticket}: no {call.entry} was opened by event {number}")

    def _came(self, decision: Decision) -> Iterator[Finding]:
        item, what = decision.head.item, f"decision {decision.number}: {decision.item_id}"
        attributes, since_ms = item.attributes, decision.at_ms - AGAIN_DAYS * DAY_MS
        known = attributes["customer"], attributes["class"]
        alike = [
            each.item_id
            for each in self.all.values()
            if (each.customer, each.attributes["class"]) == known and each.came_ms >= since_ms
        ]
        repeated = alike[-1] if alike else ""
        told = item.repeats.item_id if item.repeats else ""
        yield Finding(Promise.REPEATS, told == repeated, f"{what} repeats {told}, and not {repeated}", bool(alike))
        severity = severity_of(attributes["impact"], attributes["urgency"])
        severe, promise = (raised(severity), Promise.REPEATS) if repeated else (severity, Promise.SEVERITY)
        yield Finding(promise, attributes.get("severity") == severe, f"{what} is {attributes} and not {severe}")
        self.all[decision.item_id] = PlainComplaint(decision.item_id, decision.at_ms, attributes, repeated)

    def _changed(self, event: Updated) -> Iterator[Finding]:
        complaint, after = self.all[event.item_id], event.head.item.attributes
        before, complaint.attributes = complaint.attributes, after
        if any(before.get(name) != after.get(name) for name in ("impact", "urgency")):
            severity = severity_of(after["impact"], after["urgency"])
            severe = raised(severity) if complaint.repeats else severity
            what = f"event {event.number}: {event.item_id} is {after} and not {severe}"
            yield Finding(Promise.SEVERITY, after.get("severity") == severe, what, before.get("severity") != severe)

    def _answered(self, event: Noted) -> Iterator[Finding]:
        complaint, what = self.all.get(event.item_id), f"event {event.number}: {event.note} of {event.item_id}"
        if complaint is None:
            yield Finding(Promise.ASKED, False, f"{what}, which is no complaint")
            return
        may = self.may_be_asked(event.item_id, event.note, event.at_ms)
        yield Finding(Promise.ASKED, may, f"{what}, who was not to be asked", False)
        if event.note is Note.CSAT:
            complaint.is_rated = True
        else:
            self._nps_ms[complaint.customer] = event.at_ms
        entry, at_most = CALLS[event.note]
        if event.value <= at_most:
            had_it = frozenset(spell.rep for life in self._lives.of[event.item_id] for spell in life.spells)
            self._calls[event.number] = PlainCall(event.item_id, entry, had_it - {""})

    def _opened(self, decision: Decision) -> Iterator[Finding]:
        opened_by = decision.head.item.opened_by
        if opened_by is None:
            return  # what is held to stages says so
        call = self._calls.get(opened_by.event)
        if call or opened_by.parent in self.all:
            fits = call is not None and not call.item_id
            same = call is not None and (call.ticket, call.entry) == (opened_by.parent, opened_by.entry)
            what = f"decision {decision.number}: {opened_by.entry} of {opened_by.parent} by event {opened_by.event}"
            yield Finding(Promise.CALLED, fits and same, what)
        if call:
            call.item_id = decision.item_id
            self._called[decision.item_id] = call

    def _given(self, event: Decision | OfferAnswered, rep: str) -> Iterator[Finding]:
        if call := self._called.get(event.item_id):
            what = f"event {event.number}: {rep} is to call about {call.ticket}, which they had"
            yield Finding(Promise.CALLED, rep not in call.recused, what, bool(call.recused))
