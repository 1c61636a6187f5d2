"""What happened to each lead and to each child that one opened, taken down from the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from router.model.activities import ActivityEvidence
from router.model.decision import Cause, Decision, Outcome
from router.model.dispatch import Answer
from router.model.events import ActivityRecorded, Completed, Event, Fired, Note, Noted, OfferAnswered, Updated
from router.model.workforce import WorkforceRecords
from router.model.workitem import Kind
from tests.simulation import complaint
from tests.simulation.process import FIRST, GIVE, TELL, WHOLE
from tests.simulation.truth import Truth


class Place(NamedTuple):
    """When something happened, in milliseconds since 1970, and by which event."""

    at_ms: int
    event: int


class PlainSpell(NamedTuple):
    """Who had it, empty: nobody, of which pool, since when; until when, and the workforce as that was then."""

    rep: str
    pool: str
    since: Place
    until_ms: int | None = None
    records: WorkforceRecords | None = None


class PlainStay(NamedTuple):
    """A stage that it was in, and what ended that."""

    stage: str
    since: Place
    left: Place | None = None


class PlainPause(NamedTuple):
    """From when until when it rests, and why; ``event`` began it."""

    since_ms: int
    until_ms: int
    reason: str
    event: int


@dataclass(slots=True)
class PlainAsk:
    """What was asked whether it may be entered: when, whose it was, by whom; what became of it."""

    since: Place
    stage: str
    rep: str
    actor: str
    answered: Place | None = None
    is_approved: bool = False
    over: Place | None = None


@dataclass(slots=True)
class PlainLife:
    """A lead, or a child, from when it came or came back until it is closed.

    Attributes
    ----------
    attempts, heard
        When somebody tried to reach the customer, and when the customer was heard from.
    steps
        What was done of deadlines: by the name of a timer the steps, and when.
    moved
        Events by which a deadline gave it to somebody else.
    """

    item_id: str
    is_child: bool
    begun: Place
    spells: list[PlainSpell]
    stays: list[PlainStay]
    attempts: list[Place] = field(default_factory=list)
    heard: list[Place] = field(default_factory=list)
    pauses: list[PlainPause] = field(default_factory=list)
    asks: list[PlainAsk] = field(default_factory=list)
    closed: Place | None = None
    steps: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    moved: list[Place] = field(default_factory=list)
    events: list[Place] = field(default_factory=list)
    """All of the work item until now, earlier lives included."""
    next_ms: float = float("inf")
    """When another life began."""
    first: Place | None = None
    """When the first life began; None: it is that."""
    route: frozenset[str] = frozenset()
    """The pools that its route tried last."""
    severities: list[tuple[int, str]] = field(default_factory=list)
    """How severe a complaint is, by the event that says so; of all its lives."""
    offered: str = ""
    """The pool by which it is offered; empty: it is not."""

    @property
    def pools(self) -> frozenset[str]:
        """The pools that it is in: of whoever has it, or which offers it, or for which it waits."""
        if self.owner or self.offered:
            return frozenset({self.spells[-1].pool if self.owner else self.offered})
        return self.route

    @property
    def came(self) -> Place:
        """When it first came."""
        return self.first or self.begun

    def severity_at(self, event: int | None) -> str:
        """Return how severe a complaint was as an event happened, None: is by now; empty: it is no complaint."""
        return ([""] + [severity for number, severity in self.severities if event is None or number <= event])[-1]

    @property
    def owner(self) -> str:
        """Who has it, or had it last; empty: nobody."""
        return self.spells[-1].rep

    @property
    def stage(self) -> PlainStay:
        """Where it is."""
        return self.stays[-1]

    def places(self) -> Iterator[PlainStay]:
        """Yield all in which something may fall due: the whole process, and each stage."""
        if not self.is_child:
            yield PlainStay(WHOLE, self.begun)
        yield from self.stays

    def rests(self) -> list[PlainPause]:
        """Return its pauses, each over as soon as the customer was heard from."""
        return [self._until_heard(pause) for pause in self.pauses]

    def _until_heard(self, pause: PlainPause) -> PlainPause:
        heard = [
            at_ms for at_ms, event in self.heard if event > pause.event and pause.since_ms <= at_ms < pause.until_ms
        ]
        return pause._replace(until_ms=min(heard, default=pause.until_ms))


class Lives:
    """Follows the log.

    Parameters
    ----------
    truth
        Says how the workforce was.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self.of: dict[str, list[PlainLife]] = {}
        """By work item, the earliest first."""

    def open(self, item_id: str) -> PlainLife | None:
        """Return the life that a work item is in; None: it is in no process, or closed."""
        lives = self.of.get(item_id)
        return lives[-1] if lives and lives[-1].closed is None else None

    def enter(self, event: Event) -> PlainLife | None:
        """Take in an event; return the life that it is of, None: it is of none."""
        item_id = getattr(event, "item_id", None)
        if isinstance(event, Decision):
            self._begin(event)
        lives = self.of.get(item_id or "")
        if not lives:
            return None
        life = lives[-1]
        if isinstance(event, Decision | Updated):
            _severe(life, event)
        place = Place(event.at_ms, event.number)
        life.events.append(place)
        match event:
            case Decision() if event.number != life.begun.event:
                self._decided(life, event)
            case OfferAnswered():
                self._answered(life, event)
            case Completed():
                life.closed = place
                _over(life, place)
            case ActivityRecorded():
                occurred = Place(event.activity.occur_ms, event.number)
                for each in lives:
                    each.attempts += [occurred] if ActivityEvidence.ATTEMPT in event.evidence else []
                    each.heard += [occurred] if ActivityEvidence.CUSTOMER in event.evidence else []
            case Updated(entered=entered) if entered:
                life.stays[-1] = life.stays[-1]._replace(left=place)
                life.stays.append(PlainStay(entered.stage, place))
                _over(life, place)
            case Fired(name=name, step=step) if is_of_deadline(name):
                life.steps.setdefault(name, []).append((step, event.at_ms))
            case Noted():
                _noted(life, event)
            case _:
                pass
        return life

    def _begin(self, decision: Decision) -> None:
        item, cause = decision.head.item, decision.head.cause
        is_child = item.opened_by is not None
        lives = self.of.get(decision.item_id, [])
        is_new = not lives and (is_child or item.kind in (Kind.LEAD, Kind.TICKET))
        if not is_new and cause is not Cause.REOPENED:
            return
        if not is_new and not lives:
            return
        place = Place(decision.at_ms, decision.number)
        first = complaint.FIRST if item.kind is Kind.TICKET else FIRST
        stage = decision.head.entered.stage if decision.head.entered else first
        life = PlainLife(decision.item_id, is_child, place, [_spell(decision)], [PlainStay(stage, place)])
        if lives:
            lives[-1].next_ms = decision.at_ms
            life.attempts, life.heard = list(lives[-1].attempts), list(lives[-1].heard)
            life.events = list(lives[-1].events)
            life.first = lives[0].begun
            life.severities = lives[0].severities
        _tried(life, decision)
        self.of[decision.item_id] = [*lives, life]

    def _decided(self, life: PlainLife, decision: Decision) -> None:
        if step := decision.head.escalates:
            life.steps.setdefault(step.name, []).append((step.step, decision.at_ms))
            life.moved.append(Place(decision.at_ms, decision.number))
        if decision.outcome in (Outcome.ASSIGNED, Outcome.OFFERED) or not life.owner:
            self._hand(life, _spell(decision))
            _tried(life, decision)

    def _answered(self, life: PlainLife, event: OfferAnswered) -> None:
        if not event.stays_open:
            life.offered = ""
        if event.answer is Answer.ACCEPTED:
            self._hand(life, PlainSpell(event.rep, event.pool, Place(event.at_ms, event.offer)))

    def _hand(self, life: PlainLife, spell: PlainSpell) -> None:
        ended = life.spells[-1]._replace(until_ms=spell.since.at_ms, records=self._truth.records)
        life.spells[-1:] = [ended, spell]


def _spell(decision: Decision) -> PlainSpell:
    rep = decision.rep if decision.outcome is Outcome.ASSIGNED else ""
    return PlainSpell(rep, decision.pool, Place(decision.at_ms, decision.number))


def _severe(life: PlainLife, event: Decision | Updated) -> None:
    if severity := event.head.item.attributes.get("severity"):
        life.severities.append((event.number, str(severity)))


def _tried(life: PlainLife, decision: Decision) -> None:
    """Take down which pools a decision tried, and which offers it by that."""
    if life.offered and decision.outcome is not Outcome.OFFERED and not decision.rep:
        return  # it stays offered
    labels = [step.partition(",")[0].removeprefix("pool ") for step in decision.head.steps if step.startswith("pool ")]
    life.route = frozenset(labels)
    life.offered = labels[len(decision.seen) - 1] if decision.outcome is Outcome.OFFERED else ""


def _over(life: PlainLife, place: Place) -> None:
    if life.asks and life.asks[-1].over is None:
        life.asks[-1].over = place


def _noted(life: PlainLife, noted: Noted) -> None:
    place = Place(noted.at_ms, noted.number)
    if noted.note in (Note.PAUSED, Note.RESUMED) and life.pauses and life.pauses[-1].until_ms > noted.at_ms:
        life.pauses[-1] = life.pauses[-1]._replace(until_ms=noted.at_ms)
    match noted.note:
        case Note.PAUSED:
            life.pauses.append(PlainPause(noted.at_ms, noted.value, noted.subject, noted.number))
        case Note.ASKED:
            _over(life, place)
            life.asks.append(PlainAsk(place, noted.subject, noted.rep, noted.actor))
        case Note.APPROVED | Note.REJECTED if life.asks:
            life.asks[-1].answered = place
            life.asks[-1].is_approved = noted.note is Note.APPROVED


def is_of_deadline(name: str) -> bool:
    """Say whether a timer is a step of a deadline."""
    return name.startswith((f"{TELL}/", f"{GIVE}/"))


def tells(name: str) -> bool:
    """Say whether such a step tells somebody, and gives the work item to nobody."""
    return name.startswith(f"{TELL}/")
