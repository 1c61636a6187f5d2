"""What happened to a work item, as far as deadlines ask: who had it when, which stages it entered, what was done. Pure.

A work item that is reopened has another life from then on: what was done before counts for the one before, by when it
occurred and not by when somebody recorded it. What the customer wrote that nobody answered until then is of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from router.model.activities import ActivityEvidence, ActivityKind
from router.model.decision import Cause, Decision, EnteredStage, Outcome, StepOfDeadline
from router.model.dispatch import Answer
from router.model.events import (
    ANSWERS,
    SURVEYS,
    ActivityRecorded,
    Completed,
    Content,
    Event,
    Fired,
    Note,
    Noted,
    OfferAnswered,
    Updated,
)
from router.model.evidence import is_note
from router.process.definition.tasks import CHILD_DUE, NPS
from router.process.life.asks import Ask, asked_after
from router.process.life.occurrences import Occurrence as Occurrence

_WRITTEN = frozenset({ActivityKind.MESSAGE, ActivityKind.EMAIL})


class Spell(NamedTuple):
    """Who had a work item, from an instant until another, in milliseconds since 1970.

    Parameters
    ----------
    event
        The decision by which they got it.
    rep
        Empty: nobody.
    pool
        Of which they had it, or which looked for somebody.
    until_ms
        None: it lasts, or lasted until the work item was closed.
    workforce
        The revision that was in force when it ended; 0: it lasts, or no event tells.
    """

    event: int
    rep: str
    pool: str
    since_ms: int
    until_ms: int | None = None
    workforce: int = 0


class StageEntry(NamedTuple):
    """The entry into a stage: which, by which event, and when, in milliseconds since 1970."""

    stage: str
    event: int
    at_ms: int


class Done(NamedTuple):
    """An activity that is evidence: by which event, and when it occurred, in milliseconds since 1970."""

    event: int
    kind: ActivityKind
    evidence: tuple[ActivityEvidence, ...]
    occur_ms: int

    @property
    def place(self) -> tuple[int, int]:
        """Return by what activities stand in the order of time: of one instant that recorded first."""
        return self.occur_ms, self.event

    @property
    def is_answer(self) -> bool:
        """Say whether it answers the customer: one of ours went out, or two talked."""
        talked = ActivityEvidence.CONTACT in self.evidence and self.kind not in _WRITTEN
        return talked or ActivityEvidence.ATTEMPT in self.evidence

    @property
    def is_question(self) -> bool:
        """Say whether the customer waits for an answer from then on."""
        return ActivityEvidence.CUSTOMER in self.evidence and not self.is_answer


class Pause(NamedTuple):
    """A pause of a work item's deadlines: by which event, from when until when, in milliseconds since 1970, and why.

    It is over at the end that was set for it, when somebody ends it, and as soon as the customer is heard from.
    ``by`` is the event that ended it before its end; 0: none did.
    """

    event: int
    since_ms: int
    until_ms: int
    reason: str
    by: int = 0

    def is_before(self, done: Done) -> bool:
        """Say whether something occurred once it had begun: of what is of the same millisecond, recorded behind it."""
        return done.occur_ms >= self.since_ms and done.event > self.event


class Migration(NamedTuple):
    """By which event a work item goes on by another revision of its process, which that is, and in which stage."""

    event: int
    revision: int
    stage: str


class AttributesSince(NamedTuple):
    """What a work item has: by which event, and when, in milliseconds since 1970."""

    event: int
    at_ms: int
    attributes: Mapping[str, Any]


class CustomerAnswer(NamedTuple):
    """What the customer answered: by which event, when, in milliseconds since 1970, what they were asked, ``csat`` or
    ``nps``, and what they said.
    """

    event: int
    at_ms: int
    name: str
    value: int


class SurveyDecision(NamedTuple):
    """That the customer is to be asked, ``csat`` or ``nps``, or why not: by which event.

    ``spared`` is the reason, as ``router.process.stages.surveys`` writes it; empty: they are to be asked.
    """

    event: int
    name: str
    spared: str = ""


class StepDone(NamedTuple):
    """A step of a deadline that was done: by which event, when, in milliseconds since 1970, and which it was."""

    event: int
    at_ms: int
    which: StepOfDeadline


class Life(NamedTuple):
    """A work item from when it came, or was reopened, until it was closed.

    Parameters
    ----------
    begun
        By which event, and when.
    spells
        In the order of time, one following the other; the last goes on.
    entries
        Into stages, in the order of time; the first stage of its process is entered without one.
    done
        What is evidence, in the order in which it was recorded: what occurred from when it began until it was
        reopened, of the first what was before it came too; and what the customer wrote before that nobody had
        answered as it began.
    closed
        By which event, and when; None: it is open.
    steps
        Those of deadlines that were done, in the order of time; who is told and who gets it, both.
    moved
        The decisions that gave it to somebody else because a step of a deadline was due.
    pauses
        In the order of time; none overlaps another.
    asks
        What was asked whether it may be entered, in the order of time; the last alone may still be open.
    revision
        Of the processes, by which it began in one, 0: in none; None: that follows from when it came.
    migrations
        To other revisions, in the order of time.
    attributes
        What it has, in the order of time, from when it began on: dates of it are due dates of deadlines.
    answers
        What the customer answered, until it was reopened.
    surveys
        What they were to be asked, or spared, until then.
    came
        By which event the work item came, and when: the beginning of its first life; None: this is that.
    proved
        What was done about it since it came, in the lives before.
    notes
        What a person wrote down about it, or said among us: evidence of nothing.
    had_notes
        Whether there was such a note since it came, in the lives before.
    """

    begun: Occurrence
    spells: tuple[Spell, ...]
    entries: tuple[StageEntry, ...] = ()
    done: tuple[Done, ...] = ()
    closed: Occurrence | None = None
    steps: tuple[StepDone, ...] = ()
    moved: tuple[int, ...] = ()
    pauses: tuple[Pause, ...] = ()
    asks: tuple[Ask, ...] = ()
    revision: int | None = None
    migrations: tuple[Migration, ...] = ()
    attributes: tuple[AttributesSince, ...] = ()
    answers: tuple[CustomerAnswer, ...] = ()
    surveys: tuple[SurveyDecision, ...] = ()
    came: Occurrence | None = None
    proved: frozenset[ActivityEvidence] = frozenset()
    notes: tuple[Occurrence, ...] = ()
    had_notes: bool = False

    @property
    def owner(self) -> str:
        """Who has it, or had it when it was closed; empty: nobody."""
        return self.spells[-1].rep


def reps_in_stage(life: Life) -> tuple[str, ...]:
    """Return who has had a work item since it entered its stage, its owner too: each once, in the order of time.

    Examples
    --------
    >>> spells = Spell(1, "ann", "east", 0, 5), Spell(2, "bo", "east", 5, 9), Spell(4, "cy", "east", 9)
    >>> reps_in_stage(Life(Occurrence(1, 0), spells, (StageEntry("quote", 3, 7),)))
    ('bo', 'cy')
    """
    entered = life.entries[-1].event if life.entries else 0
    ends = [*(spell.event for spell in life.spells[1:]), None]
    here = [spell.rep for spell, end in zip(life.spells, ends, strict=True) if end is None or end > entered]
    return tuple(dict.fromkeys(filter(None, here)))


def lives_of(events: Iterable[Event]) -> list[Life]:
    """Return the lives of a work item, the earliest first.

    Parameters
    ----------
    events
        All of it, the oldest first.
    """
    lives, done, notes = list[Life](), list[Done](), list[Occurrence]()
    for event in events:
        if isinstance(event, ActivityRecorded):
            if event.evidence:
                done.append(Done(event.number, event.activity.kind, event.evidence, event.activity.occur_ms))
            elif event.activity.rep and is_note(event.activity.kind, event.activity.direction):
                notes.append(Occurrence(event.number, event.activity.occur_ms))
        elif isinstance(event, Decision) and (not lives or event.head.cause is Cause.REOPENED):
            lives.append(_born(event))
        elif lives:
            lives[-1] = _with_event(lives[-1], event)
    if not lives:
        return []
    bounds = pairwise([None, *(life.begun.at_ms for life in lives[1:]), None])
    full = [
        life._replace(done=in_answer(_done_in(*each, done)), notes=_notes_in(*each, notes))
        for life, each in zip(lives, bounds, strict=True)
    ]
    return [_heard(_behind(full[:place], life)) for place, life in enumerate(full)]


def _behind(before: Sequence[Life], life: Life) -> Life:
    """Return a life with what it is to know of those before it."""
    if not before:
        return life
    came = before[0].begun
    proved = {one for each in before for done in each.done if done.occur_ms >= came.at_ms for one in done.evidence}
    had_notes = any(note.at_ms >= came.at_ms for each in before for note in each.notes)
    return life._replace(came=came, proved=frozenset(proved), had_notes=had_notes)


def _heard(life: Life) -> Life:
    """Return a life whose pauses are over as soon as the customer is heard from."""
    return life._replace(pauses=tuple(_ended_by_customer(pause, life.done) for pause in life.pauses))


def _ended_by_customer(pause: Pause, done: Sequence[Done]) -> Pause:
    heard = [
        (each.occur_ms, each.event)
        for each in done
        if ActivityEvidence.CUSTOMER in each.evidence and pause.is_before(each) and each.occur_ms < pause.until_ms
    ]
    if not heard:
        return pause
    at_ms, event = min(heard)
    return pause._replace(until_ms=at_ms, by=event)


def _done_in(since_ms: int | None, until_ms: int | None, done: Sequence[Done]) -> tuple[Done, ...]:
    """Return what is done in a life from an instant until another, None: from or for ever, with what it takes over."""
    here = [each for each in done if until_ms is None or each.occur_ms < until_ms]
    if since_ms is None:
        return tuple(here)
    before = [each for each in done if each.occur_ms < since_ms]
    answered = max((each.place for each in before if each.is_answer), default=(0, 0))
    return tuple(each for each in here if each.occur_ms >= since_ms or (each.is_question and each.place > answered))


def _notes_in(since_ms: int | None, until_ms: int | None, notes: Sequence[Occurrence]) -> tuple[Occurrence, ...]:
    """Return the notes of a life, from an instant until another, None: from or for ever."""
    return tuple(
        note
        for note in notes
        if (since_ms is None or note.at_ms >= since_ms) and (until_ms is None or note.at_ms < until_ms)
    )


def in_answer(done: Sequence[Done]) -> tuple[Done, ...]:
    """Return what is done in a life, what the customer wrote as contact only if one of ours had turned to them by then.

    It went both ways only then; else a second message would answer the first.
    """
    answered = min((each.place for each in done if each.is_answer), default=None)
    return tuple(
        each._replace(evidence=tuple(one for one in each.evidence if one is not ActivityEvidence.CONTACT))
        if each.is_question and (answered is None or each.place < answered)
        else each
        for each in done
    )


def _born(decision: Decision) -> Life:
    begun = Occurrence(decision.number, decision.since_ms)
    born = _knowing(Life(begun, (_spell(decision),)), decision, decision.since_ms)
    return _entering(born, decision.head.entered, begun)


def _knowing(life: Life, content: Content, at_ms: int) -> Life:
    """Return a life in which a work item has what an event says of it."""
    item = content.head.item
    due = {CHILD_DUE: item.opened_by.due} if item.opened_by and item.opened_by.due else {}
    attributes = {**item.attributes, **due}
    if life.attributes and life.attributes[-1].attributes == attributes:
        return life
    return life._replace(attributes=(*life.attributes, AttributesSince(content.number, at_ms, attributes)))


def _entering(life: Life, entered: EnteredStage | None, entry: Occurrence) -> Life:
    """Return a life that enters a stage; None: it enters none."""
    if entered is None:
        return life
    entries = (*life.entries, StageEntry(entered.stage, *entry)) if entered.revision else life.entries
    return life._replace(entries=entries, revision=life.revision if life.migrations else entered.revision)


def _spell(decision: Decision) -> Spell:
    """Return the spell that a decision begins: of what is offered nobody's."""
    rep = decision.rep if decision.outcome is Outcome.ASSIGNED else ""
    return Spell(decision.number, rep, decision.pool, decision.since_ms)


def _with_event(life: Life, event: Event) -> Life:
    life = life._replace(asks=asked_after(life.asks, event))
    if isinstance(event, Completed):
        life = life._replace(closed=Occurrence(event.number, event.at_ms))
    elif isinstance(event, OfferAnswered) and event.answer is Answer.ACCEPTED:
        life = _handed(life, Spell(event.offer, event.rep, event.pool, event.at_ms), event.workforce)
    elif isinstance(event, Updated):
        if event.head.escalates:
            life = _stepped(life, StepDone(event.number, event.at_ms, event.head.escalates))
        life = _entering(_knowing(life, event, event.at_ms), event.entered, Occurrence(event.number, event.at_ms))
    elif isinstance(event, Noted):
        life = _noted(life, event)
    elif isinstance(event, Fired) and event.workforce:
        life = _stepped(life, StepDone(event.number, event.at_ms, StepOfDeadline(event.name, event.step)))
    elif isinstance(event, Decision):
        life = _decided(_knowing(life, event, event.at_ms), event)
    return life


def _noted(life: Life, noted: Noted) -> Life:
    """Return a life behind a note: one pause ends where another begins."""
    if noted.note in (Note.PAUSED, Note.RESUMED) and life.pauses and life.pauses[-1].until_ms > noted.at_ms:
        ended = life.pauses[-1]._replace(until_ms=noted.at_ms, by=noted.number)
        life = life._replace(pauses=(*life.pauses[:-1], ended))
    if noted.note is Note.MIGRATED:
        return life._replace(migrations=(*life.migrations, Migration(noted.number, noted.value, noted.subject)))
    if noted.note in SURVEYS:
        return life._replace(surveys=(*life.surveys, _survey(noted)))
    if noted.note in ANSWERS:
        answered = CustomerAnswer(noted.number, noted.at_ms, noted.note.lower(), noted.value)
        return life._replace(answers=(*life.answers, answered))
    if noted.note is Note.PAUSED:
        pause = Pause(noted.number, noted.at_ms, noted.value, noted.subject)
        life = life._replace(pauses=(*life.pauses, pause))
    return life


def _survey(noted: Noted) -> SurveyDecision:
    """Return what was decided of a survey: none is spared but of an NPS."""
    if noted.note is Note.SPARED:
        return SurveyDecision(noted.number, NPS, noted.subject)
    return SurveyDecision(noted.number, noted.subject)


def _stepped(life: Life, step: StepDone) -> Life:
    return life._replace(steps=(*life.steps, step))


def _decided(life: Life, decision: Decision) -> Life:
    """Return a life behind a decision that is not its first: what nobody else could take stays with its owner."""
    is_found = decision.outcome in (Outcome.ASSIGNED, Outcome.OFFERED)
    if decision.head.escalates and decision.head.cause is Cause.ESCALATED:
        life = _stepped(life, StepDone(decision.number, decision.at_ms, decision.head.escalates))
        life = life._replace(moved=(*life.moved, decision.number))
    if not is_found and life.owner:
        return life
    return _handed(life, _spell(decision), decision.head.workforce_revision)


def _handed(life: Life, spell: Spell, workforce: int) -> Life:
    """Return a life in which a spell ended and another begins; ``workforce`` 0: nobody looked at it then."""
    ended = life.spells[-1]._replace(until_ms=spell.since_ms, workforce=workforce)
    return life._replace(spells=(*life.spells[:-1], ended, spell))


def as_migrated(life: Life, migration: Migration) -> Life:
    """Return a life as whoever migrated it sees it: the stage that it was in is the one that it was migrated to."""
    before = [entry for entry in life.entries if entry.event < migration.event]
    behind = life.entries[len(before) :]
    last = before.pop() if before else StageEntry("", *life.begun)
    return life._replace(entries=(*before, last._replace(stage=migration.stage), *behind))
