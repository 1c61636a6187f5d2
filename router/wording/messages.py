"""What people are told by messages, in words: from what there is to tell to a title and a few lines.

Nothing is kept of it: whoever sends a message composes it then, so that it is in the words and in the language of the
channel, and what was erased meanwhile is in none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from router.deadlines.given import GivenItem, SetAway, TakenOffer
from router.deadlines.notices import AskedCustomer, ChangedProcess, Notice, ReachedDate
from router.deadlines.reached import BadAnswer, DecidedStage, GivingStep, Reached
from router.model.decision import Cause, Outcome
from router.model.digests import DigestEntry
from router.model.events import Digested
from router.process.definition.deadlines import GIVING, Act, Deadline
from router.process.definition.processes import Process
from router.process.definition.words import NO_WORDS, Bilingual
from router.process.due.standings import WHOLE
from router.wording.instants import when
from router.wording.languages import Language
from router.wording.message_phrases import MESSAGE_LINES, MESSAGE_REASONS, MESSAGE_TITLES, MessageType
from router.wording.own_titles import own_title
from router.wording.phrases import PARTS
from router.wording.process_changes import publication_told
from router.wording.process_phrases import UNTIL

MOST_LISTED = 20
"""Entries of a list that stand in a message; of more it says how many there are."""
NO_OWN_TITLES: Mapping[str, str] = {}
_UTC = "UTC"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Message(NamedTuple):
    """What somebody is told.

    Parameters
    ----------
    title, lines
        In words.
    item_id
        The work item that it is about; empty: none, or several.
    type
        What it tells.
    ignores_quiet_hours
        Whether it is sent although its channel is quiet.
    """

    title: str
    lines: tuple[str, ...]
    item_id: str
    type: MessageType
    ignores_quiet_hours: bool = False


class MessageKind(NamedTuple):
    """What is known of a message before it is put in words; fields as in ``Message``."""

    type: MessageType
    item_id: str
    ignores_quiet_hours: bool


class _Telling(NamedTuple):
    """What all sentences of a message need: fields as the parameters of ``message``; ``now`` is when it is told."""

    notice: Notice
    rep: str
    language: Language
    zone: tzinfo
    called: Callable[[str], str]
    titled: Callable[[str], str]
    itemed: Callable[[str], str]
    now: datetime
    own: Mapping[str, str]

    def line(self, key: str, **facts: object) -> str:
        """Say a line."""
        said = self.said(facts)
        if own := self.own.get(f"line {key}"):
            return own_title(own, self.language, said)
        return MESSAGE_LINES[key].say(self.language, **said)

    def said(self, facts: Mapping[str, object]) -> Mapping[str, object]:
        """Return what is filled in, with the work item as it is called."""
        return {**facts, "item": self.itemed(str(facts["item"]))} if "item" in facts else facts

    def when(self, at_ms: int) -> str:
        """Say when something is; by UTC it says so: those are nobody's clocks, but those of who set no zone."""
        at = _instant(at_ms)
        said = when(at, self.now, self.zone, self.language)
        return f"{said} {_UTC}" if at.astimezone(self.zone).tzname() == _UTC else said

    def is_past(self, at_ms: int) -> bool:
        """Say whether an instant is over as it is told."""
        return _instant(at_ms) <= self.now

    def name(self, rep: str) -> str:
        """Say what a rep is called; of nobody that it is nobody."""
        return self.called(rep) or rep if rep else PARTS["nobody alone"].say(self.language)

    def words(self, title: Bilingual, name: str) -> str:
        """Say what something is called: by its title, or else its id."""
        return getattr(title, self.language) or name

    def stage(self, process: Process, stage: str) -> str:
        """Say what a stage is called."""
        there = process.standing.get(stage)
        return self.words(there.title if there else NO_WORDS, self.titled(stage))

    def deadline(self, deadline: Deadline) -> str:
        """Say what a deadline is called."""
        return self.words(deadline.title, deadline.id)

    def listed(self, reps: Iterable[str]) -> str:
        """Name reps."""
        return PARTS["enumerated"].say(self.language).join(map(self.name, reps))


def message(
    notice: Notice,
    rep: str,
    language: Language,
    zone: tzinfo,
    called: Callable[[str], str] = str,
    titled: Callable[[str], str] = str,
    itemed: Callable[[str], str] = str,
    now_ms: int | None = None,
    own: Mapping[str, str] = NO_OWN_TITLES,
) -> Message:
    """Put in words what somebody is told.

    Parameters
    ----------
    notice
        As ``router.deadlines.notices.Notices.at`` returns it: it knows what ``of`` leaves out.
    rep
        Who is told, by id; empty: whoever reads a channel.
    zone
        By whose clocks times are said: the tenant's.
    called
        What a rep is called, by id.
    titled
        What a stage is called whose process does not say.
    itemed
        What a work item is called, by id: what another opened by that one's.
    now_ms
        When it is told, in milliseconds since 1970; None: as it happened.
    own
        The tenant's own titles in that language, by key of ``MESSAGE_TITLES``, in which nothing stands but what
        ``TITLE_NAMES`` says; what else is in it is left out.
    """
    now = _instant(notice.at_ms if now_ms is None else now_ms)
    telling = _Telling(notice, rep, language, zone, called, titled, itemed, now, own)
    kind = kind_of(notice, rep)
    title, lines = _composed(telling, kind)
    return Message(title, (*lines, *_absent(telling)), kind.item_id, kind.type, kind.ignores_quiet_hours)


def kind_of(notice: Notice, rep: str) -> MessageKind:
    """Return what a message tells somebody, without the words."""
    match notice.about:
        case Reached() as reached:
            loud = reached.step.step.ignores_quiet_hours
            return MessageKind(_type_of_step(reached), reached.fired.item_id, loud)
        case GivenItem() as given:
            loud = given.giving is not None and given.giving.step.step.ignores_quiet_hours
            return MessageKind(_type_of_gift(given, rep), given.decision.item_id, loud)
        case ReachedDate(item_id=item_id, step=step):
            return MessageKind(MessageType.NEXT_DATE if step == 1 else MessageType.NEXT_DATE_MISSED, item_id, False)
        case DecidedStage() as decided:
            verdict = MessageType.APPROVED if decided.is_approved else MessageType.REJECTED
            return MessageKind(verdict, decided.noted.item_id, False)
        case BadAnswer(noted=noted):
            return MessageKind(MessageType(f"bad_{noted.note.lower()}"), noted.item_id, False)
        case AskedCustomer(item_id=item_id, question=question):
            return MessageKind(MessageType(f"survey_{question}"), item_id, False)
        case SetAway(item_id=item_id):
            return MessageKind(MessageType.SET_AWAY, item_id, False)
        case TakenOffer(item_id=item_id):
            return MessageKind(MessageType.OFFER_TAKEN, item_id, False)
        case Digested(made=made):
            return MessageKind(MessageType(f"list_{made.kind}"), "", False)
        case ChangedProcess(process=process, before=before):
            state = "retired" if not process.kinds else "changed" if before else "new"
            return MessageKind(MessageType(f"process_{state}"), "", False)


def _type_of_step(reached: Reached) -> MessageType:
    if reached.ask:
        return MessageType.APPROVAL_ASKED if reached.fired.step == 1 else MessageType.APPROVAL_LATE
    act = reached.step.step.act
    if act in GIVING:
        return MessageType.NOT_REASSIGNED
    return MessageType.REMINDER if act is Act.REMIND else MessageType.ESCALATION


def _type_of_gift(given: GivenItem, rep: str) -> MessageType:
    if rep and rep == given.owner:
        return MessageType.GIVEN
    return MessageType.TAKEN if rep and rep == given.before else MessageType.MOVED


def _composed(telling: _Telling, kind: MessageKind) -> tuple[str, Iterator[str]]:
    match telling.notice.about:
        case Reached() as reached if reached.ask:
            return _approval(telling, reached, kind)
        case Reached() as reached:
            return _reached(telling, reached, kind)
        case GivenItem() as given:
            return _given(telling, given, kind)
        case ReachedDate() as date:
            return _title(telling, kind, item=date.item_id, owner=telling.name(date.owner)), _of_date(telling, date)
        case DecidedStage() as decided:
            stage = telling.stage(decided.process, decided.stage.id)
            return _title(telling, kind, item=kind.item_id, stage=stage), _of_decided(telling, decided)
        case BadAnswer() as answer:
            return _title(telling, kind, item=kind.item_id, value=answer.noted.value), _of_answer(telling, answer)
        case AskedCustomer():
            return _title(telling, kind, item=kind.item_id), iter([telling.line("others ask")])
        case SetAway(lapses=lapses, item_id=item_id):
            lines = telling.line("lapsed", lapses=lapses, item=item_id), telling.line("come back")
            return _title(telling, kind), iter(lines)
        case TakenOffer(item_id=item_id, rep=rep):
            return _title(telling, kind, item=item_id, rep=telling.name(rep)), iter([telling.line("nothing to do")])
        case Digested() as digested:
            return _title(telling, kind, count=digested.made.total), _of_list(telling, digested)
        case ChangedProcess(process=process) as changed:
            name = telling.words(process.title, process.id)
            return _title(telling, kind, process=name), _of_publication(telling, changed)


def _title(telling: _Telling, kind: MessageKind, how: str = "", **facts: object) -> str:
    """Say a title; ``how`` it is told, where there are several ways."""
    key, said = " ".join(filter(None, [kind.type, how])), telling.said(facts)
    if own := telling.own.get(key):
        return own_title(own, telling.language, said)
    return MESSAGE_TITLES[key].say(telling.language, **said)


def _reached(telling: _Telling, reached: Reached, kind: MessageKind) -> tuple[str, Iterator[str]]:
    due_ms, item, owner = telling.notice.due_ms, reached.fired.item_id, telling.name(reached.owner)
    deadline = telling.deadline(reached.step.deadline)
    if kind.type is MessageType.NOT_REASSIGNED:
        title = _title(telling, kind, item=item, owner=owner)
    elif due_ms is None:
        title = _title(telling, kind, "undated", item=item, deadline=deadline, owner=owner)
    else:
        how = "overdue" if telling.is_past(due_ms) else ""
        title = _title(telling, kind, how, item=item, deadline=deadline, owner=owner, when=telling.when(due_ms))
    return title, _of_step(telling, reached, kind)


def _of_step(telling: _Telling, reached: Reached, kind: MessageKind) -> Iterator[str]:
    until = UNTIL[reached.step.deadline.until].say(telling.language)
    if kind.type is MessageType.NOT_REASSIGNED:
        yield telling.line("nobody else", deadline=telling.deadline(reached.step.deadline))
    yield from _whose(telling, reached.owner)
    if reached.step.stage != WHOLE:
        yield telling.line("stage", stage=telling.stage(reached.process, reached.step.stage))
    if telling.notice.due_ms is not None:
        yield telling.line("due", when=telling.when(telling.notice.due_ms))
    if telling.rep and telling.rep == reached.owner:
        yield telling.line("do it", until=until)
    elif reached.owner:
        yield telling.line("see to it", until=until, owner=telling.name(reached.owner))
    else:
        yield telling.line("give it", until=until)


def _whose(telling: _Telling, owner: str) -> Iterator[str]:
    yield telling.line("owner", owner=telling.name(owner)) if owner else telling.line("no owner")


def _approval(telling: _Telling, reached: Reached, kind: MessageKind) -> tuple[str, Iterator[str]]:
    stage = telling.stage(reached.process, reached.step.stage)
    return _title(telling, kind, item=reached.fired.item_id, stage=stage), _of_approval(telling, reached, kind)


def _of_approval(telling: _Telling, reached: Reached, kind: MessageKind) -> Iterator[str]:
    if reached.ask and reached.ask.rep:
        yield telling.line("asked by", owner=telling.name(reached.ask.rep))
    if telling.notice.due_ms is not None:
        yield telling.line("due", when=telling.when(telling.notice.due_ms))
    yield telling.line("decide" if kind.type is MessageType.APPROVAL_ASKED else "decide late")


def _of_decided(telling: _Telling, decided: DecidedStage) -> Iterator[str]:
    yield telling.line("decided by", rep=telling.name(decided.noted.subject))
    if decided.is_approved:
        return
    on_reject = decided.stage.approve.on_reject if decided.stage.approve else ""
    yield (
        telling.line("goes on", stage=telling.stage(decided.process, on_reject)) if on_reject else telling.line("stays")
    )
    yield telling.line("reason")


def _of_date(telling: _Telling, date: ReachedDate) -> Iterator[str]:
    if date.step == 1:
        yield telling.line("follow up")
    else:
        key = "follow up late" if date.owner else "follow up nobody"
        yield telling.line(key, owner=telling.name(date.owner))


def _given(telling: _Telling, given: GivenItem, kind: MessageKind) -> tuple[str, Iterator[str]]:
    before, owner, how = telling.name(given.before), telling.name(given.owner), ""
    if kind.type is MessageType.MOVED:
        how = "to nobody" if not given.owner else "from nobody" if not given.before else ""
    title = _title(telling, kind, how, item=given.decision.item_id, before=before, owner=owner)
    return title, _of_gift(telling, given, kind)


def _of_gift(telling: _Telling, given: GivenItem, kind: MessageKind) -> Iterator[str]:
    if kind.type is MessageType.GIVEN and given.before:
        yield telling.line("before", before=telling.name(given.before))
    if kind.type is not MessageType.GIVEN:
        yield _became(telling, given)
    head = given.decision.head
    deadline = _deadline_of(telling, given.giving)
    key = "ESCALATED kept" if head.cause is Cause.ESCALATED and head.named else str(head.cause)
    if deadline or head.cause is not Cause.ESCALATED:
        yield MESSAGE_REASONS[key].say(telling.language, deadline=deadline, covered=telling.name(head.covered))
    if kind.type is MessageType.GIVEN:
        yield telling.line("take over")


def _became(telling: _Telling, given: GivenItem) -> str:
    """Say where a work item is now."""
    if given.owner:
        return telling.line("now", owner=telling.name(given.owner))
    return telling.line("offered" if given.decision.outcome is Outcome.OFFERED else "waits")


def _deadline_of(telling: _Telling, giving: GivingStep | None) -> str:
    return telling.deadline(giving.step.deadline) if giving else ""


def _of_answer(telling: _Telling, answer: BadAnswer) -> Iterator[str]:
    yield telling.line("last owner", owner=telling.name(answer.owner)) if answer.owner else telling.line("no owner")
    if task := answer.follow_up.open:
        yield telling.line("opened", child=telling.words(task.title, task.id))
    yield telling.line("find out")


def _of_list(telling: _Telling, digested: Digested) -> Iterator[str]:
    made = digested.made
    shown = made.entries[:MOST_LISTED]
    yield from (_entry(telling, entry) for entry in shown)
    if more := made.total - len(shown):
        yield telling.line("more", count=more)


def _entry(telling: _Telling, entry: DigestEntry) -> str:
    titles, due = telling.notice.titles.get(entry), telling.when(entry.due_ms)
    if not entry.deadline:
        return telling.line("entry next", item=entry.item_id, when=due)
    deadline = telling.words(titles.deadline if titles else NO_WORDS, entry.deadline)
    if not entry.stage:
        return telling.line("entry whole", item=entry.item_id, deadline=deadline, when=due)
    stage = telling.words(titles.stage if titles else NO_WORDS, telling.titled(entry.stage))
    if stage == deadline:  # what another work item opened
        return telling.line("entry whole", item=entry.item_id, deadline=deadline, when=due)
    return telling.line("entry", item=entry.item_id, deadline=deadline, stage=stage, when=due)


def _of_publication(telling: _Telling, changed: ChangedProcess) -> Iterator[str]:
    yield publication_told(changed.before, changed.process, telling.language)
    if changed.process.kinds:
        yield telling.line("from now")


def _absent(telling: _Telling) -> Iterator[str]:
    """Say who would have been told and is not there."""
    told = telling.notice.recipients
    for key, reps in (("on leave", told.on_leave), ("inactive", told.inactive)):
        if reps:
            yield telling.line(key, reps=telling.listed(reps))


def _instant(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)
