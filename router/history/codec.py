"""How what is kept for ever is written down: the events of the log, and what the log holds digests of.

An event's type names its format, ``decision.3``; what was written before there were formats has none and is format 1.
Here is a reader for each, so that every log ever written can be read. ``scripts/log.lua`` writes events: the facts are
the time, in milliseconds, and behind it an array; what the store is given to keep unread, the head, is written here.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha1
from typing import Any

import msgpack
from pydantic import TypeAdapter

from packing import pack
from router.model.activities import TEXTS, Activity, ActivityEvidence, ActivityKind, Direction, NextChange
from router.model.calendars import Calendar
from router.model.decision import (
    Block,
    Cause,
    ChosenDeficit,
    Decision,
    DecisionEffect,
    DecisionInputs,
    EnteredStage,
    ObservedState,
    Outcome,
    StepOfDeadline,
    Way,
)
from router.model.digests import DigestEntry, DigestKind, MadeDigest
from router.model.dispatch import Answer
from router.model.errors import CorruptHistory
from router.model.events import (
    ActivityRecorded,
    Completed,
    Credited,
    Digested,
    Erased,
    Event,
    Fired,
    LeaveCredit,
    Note,
    Noted,
    OfferAnswered,
    PresenceChanged,
    ProcessPublished,
    Rewritten,
    RulesPublished,
    Settled,
    Updated,
    Withdrawal,
    WorkforceChanged,
)
from router.model.workforce import KINDS, Member, Pool, Record, RecordChange, WorkforceRecords
from router.model.workitem import Kind, State, WorkItem
from router.process.revisions.publication import ProcessPublication
from rules.revisions import Publication

_KINDS = {str(kind): kind for kind in Kind}
_OUTCOMES = {str(outcome): outcome for outcome in Outcome}
_CAUSES = {str(cause): cause for cause in Cause}
# a look-up is ten times faster than the enum's own, and it happens per call
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, msgpack.UnpackException)


def pack_head(head: DecisionInputs, content: bytes) -> bytes:
    """Write what a decision is made from; ``content`` is the packed work item."""
    if head.pool:
        return _WHOLE_HEAD + pack(content) + _packed_behind(head[1:])
    if head.entered is None and head.escalates is None:
        return _HEAD + pack(content) + _packed_behind(head[1:_USUAL])
    return _OF_PROCESS + pack(content) + _packed_behind(head[1:_ROUTED])


@lru_cache(1024)
def _packed_behind(places: tuple[Any, ...]) -> bytes:
    """Write what stands behind the work item, which is the same for many: places of an array."""
    return b"".join(map(pack, places))


_USUAL, _ROUTED = map(DecisionInputs._fields.index, ("entered", "pool"))
"""How many places are written of most: those behind where one of them says something."""
_ARRAY_16 = 0xDC


def _array(places: int) -> bytes:
    """Return what a msgpack array of up to 255 places begins with: a byte, where they are few enough."""
    return bytes([0x90 + places] if places < 16 else [_ARRAY_16, 0, places])


_HEAD, _OF_PROCESS, _WHOLE_HEAD = map(_array, (_USUAL, _ROUTED, len(DecisionInputs._fields)))


def read_head(packed: bytes) -> DecisionInputs:
    """Read what ``pack_head`` wrote."""
    content, cause, *rest = msgpack.unpackb(packed, use_list=False)
    head = DecisionInputs(WorkItem.unpack(content), _CAUSES[cause], *rest)
    if head.entered is not None:
        head = head._replace(entered=_entered(*head.entered))
    return head if head.escalates is None else head._replace(escalates=_escalates(*head.escalates))


def _escalates(name: str, step: int) -> StepOfDeadline:
    if not (isinstance(name, str) and isinstance(step, int)):
        raise TypeError("a step of a deadline is told by a name, and its number")
    return StepOfDeadline(name, step)


def _entered(revision: int, stage: str) -> EnteredStage:
    if not (isinstance(revision, int) and isinstance(stage, str)):
        raise TypeError("a stage is entered by the number of a revision, and its id")
    return EnteredStage(revision, stage)


_LENGTH_BYTES = {0xC4: 1, 0xC5: 2, 0xC6: 4}
"""How many bytes tell the length of msgpack bytes that begin with one."""


def _apart(head: bytes) -> tuple[bytes, bytes]:
    """Return the packed work item of a head, and what stands behind it, as an array."""
    is_whole = head[0] == _ARRAY_16
    length = len(_WHOLE_HEAD) + 1 if is_whole else 2
    start = length + _LENGTH_BYTES[head[length - 1]]
    end = start + int.from_bytes(head[length:start], "big")
    places = head[2] if is_whole else head[0] - 0x90
    return head[start:end], _array(places - 1) + head[end:]


@lru_cache(1024)
def _read_behind(packed: bytes) -> tuple[Cause, int, int, str]:
    """Read cause, revisions and who was named from what stands behind the work item, which is the same for many."""
    behind = msgpack.unpackb(packed, use_list=False)
    cause, rule_set_revision, workforce_revision, _, _, _, named, *_ = behind
    return _CAUSES[cause], rule_set_revision, workforce_revision, named


def read_decision(number: int, facts: bytes, head: DecisionInputs) -> Decision:
    """Read a decision of the newest format, as the store answers it."""
    at_ms, fields = _facts(facts)
    return _decision(number, at_ms, fields, head)


def read_item_id(number: int, form: bytes, facts: bytes) -> str:
    """Return the work item that an event is about, without reading the rest; empty for one about something else.

    Raises
    ------
    CorruptHistory
        As ``read_event``.
    """
    take_apart, make = _reader(number, form)
    if make not in (_decision_event, _completed, _updated, _activity, _fired, _offer_answered, _noted):
        return ""
    try:
        item_id: str = take_apart(facts)[1][0]
    except _UNREADABLE as error:
        raise _unreadable(number, error) from error
    return item_id


def read_event(number: int, form: bytes, facts: bytes, head: bytes) -> Event:
    """Read an event, by the reader of its type and format.

    Raises
    ------
    CorruptHistory
        If this version has no reader for it, or somebody altered it: then nobody is told more than that.
    """
    take_apart, make = _reader(number, form)
    try:
        return make(number, *take_apart(facts), head)
    except _UNREADABLE as error:
        raise _unreadable(number, error) from error


def read_effect(
    number: int, form: bytes, facts: bytes, head: bytes, whole: Outcome | None = None
) -> Event | DecisionEffect:
    """Read an event, of a decision only what it changed; one of the outcome ``whole`` as ``read_event`` does.

    Raises
    ------
    CorruptHistory
        As ``read_event``, where what it changed cannot be read.
    """
    take_apart, make = _reader(number, form)
    if make is not _decision_event:
        return read_event(number, form, facts, head)
    try:
        at_ms, fields = take_apart(facts)
        make_it = _decision_event if fields[_OUTCOME] == whole else _effect
        return make_it(number, at_ms, fields, head)
    except _UNREADABLE as error:
        raise _unreadable(number, error) from error


def read_content(number: int, packed: bytes) -> WorkItem:
    """Read the work item that an event holds.

    Raises
    ------
    CorruptHistory
        As ``read_event``.
    """
    try:
        return WorkItem.unpack(packed)
    except _UNREADABLE as error:
        raise _unreadable(number, error) from error


_OUTCOME = 2
"""Its place in the facts of a decision, whatever its format."""


def _effect(number: int, at_ms: int, fields: list[Any], head: bytes) -> DecisionEffect:
    item_id, kind, outcome, rep, pool, _, charge, seen, _, _, previous, freed = fields
    met_full = any(attempt[1] for attempt in seen if len(attempt) > 1)
    content, behind = _apart(head)
    return DecisionEffect(
        number,
        item_id,
        _KINDS[kind],
        _OUTCOMES[outcome],
        rep,
        pool,
        charge,
        met_full,
        at_ms,
        previous,
        freed,
        *_read_behind(behind),
        content,
    )


def _reader(number: int, form: bytes) -> tuple[_TakeApart, _Make]:
    if reader := _READERS.get(form):
        return reader
    name = form.decode("utf-8", "replace")[:40]
    formats = ", ".join(sorted(kind.decode() for kind in _READERS))
    raise CorruptHistory(f"event {number}", f"it is of the format {name!r}; this version of Fairlead reads {formats}")


def _unreadable(number: int, error: Exception) -> CorruptHistory:
    return CorruptHistory(f"event {number}", f"it cannot be read: {type(error).__name__}")


_TIME_BYTES = {0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9}
"""How long a msgpack integer is that begins with a byte, which is not of its value; any other byte is its value."""


def _facts(facts: bytes) -> tuple[int, list[Any]]:
    """Return the time of an event and its fields."""
    behind = _TIME_BYTES.get(facts[0], 1)
    at_ms = int.from_bytes(facts[1:behind], "big") if behind > 1 else facts[0]
    return at_ms, msgpack.unpackb(facts[behind:])


def _first(facts: bytes) -> tuple[int, list[Any]]:
    """Do the same for an event of format 1, where the time is the first field."""
    at_ms, *fields = msgpack.unpackb(facts)
    return at_ms, fields


def _decision(number: int, at_ms: int, fields: list[Any], head: DecisionInputs) -> Decision:
    item_id, kind, outcome, rep, pool, epoch, charge, seen, stand, trace_hash, previous, freed = fields
    if not isinstance(item_id, str):
        raise TypeError("a work item's id is a text")
    return Decision(
        number,
        item_id,
        _KINDS[kind],
        _OUTCOMES[outcome],
        rep,
        pool,
        epoch,
        charge,
        tuple([_observed(*attempt) for attempt in seen]),
        ChosenDeficit(*stand) if stand else None,
        trace_hash,
        previous,
        at_ms,
        head,
        freed,
    )


def _observed(deficits: list[int], full: list[list[int]], blocked: Sequence[list[Any]] = ()) -> ObservedState:
    return ObservedState(
        tuple(deficits),
        tuple([(k, units) for k, units in full]) if full else (),
        tuple([(k, Block(code), detail, amount, *lifts) for k, code, detail, amount, *lifts in blocked])
        if blocked
        else (),
    )


def _decision_event(number: int, at_ms: int, fields: list[Any], head: bytes) -> Decision:
    return _decision(number, at_ms, fields, read_head(head))


def _completed(number: int, at_ms: int, fields: list[Any], _: bytes) -> Completed:
    item_id, kind, state, rep, pool, epoch, previous, actor, *withdrawn = fields
    why = _withdrawal(*withdrawn) if withdrawn else None
    return Completed(number, item_id, Kind(kind), State(state), rep, pool, epoch, previous, at_ms, actor, why)


def _withdrawal(parent: str, event: int) -> Withdrawal:
    if not (isinstance(parent, str) and isinstance(event, int)):
        raise TypeError("a child is withdrawn by the id of its parent, and an event")
    return Withdrawal(parent, event)


def pack_texts(texts: Mapping[str, Any]) -> bytes:
    """Write the texts of an activity, sealed as they are."""
    return pack([texts[name] for name in TEXTS])


def _activity(number: int, at_ms: int, fields: list[Any], head: bytes) -> ActivityRecorded:
    item_id, kind, owner, pool, previous, *about, evidence, is_first, change, actor = fields
    activity_kind, direction, rep, duration_ms, occur_ms, next_ms = about
    texts = dict(zip(TEXTS, msgpack.unpackb(head), strict=True))
    if not isinstance(item_id, str):
        raise TypeError("a work item's id is a text")
    activity = Activity(
        ActivityKind(activity_kind), Direction(direction), rep, occur_ms, duration_ms, next_ms=next_ms, **texts
    )
    return ActivityRecorded(
        number, item_id, Kind(kind), owner, pool, previous, activity, tuple(map(ActivityEvidence, evidence)),
        bool(is_first), NextChange(change), at_ms, actor,
    )  # fmt: skip


def pack_update(head: DecisionInputs, before: WorkItem) -> bytes:
    """Write the head of an update: what the work item is, and of what changed how it was."""
    return pack([pack_head(head, head.item.pack()), before.pack()])


def read_update_head(packed: bytes) -> tuple[DecisionInputs, WorkItem]:
    """Read what ``pack_update`` wrote."""
    head, before = msgpack.unpackb(packed)
    return read_head(head), WorkItem.unpack(before)


def _updated(number: int, at_ms: int, fields: list[Any], head: bytes) -> Updated:
    item_id, kind, rep, pool, epoch, previous, changed, is_decided, actor, *entered = fields
    if not isinstance(item_id, str):
        raise TypeError("a work item's id is a text")
    return Updated(
        number, item_id, Kind(kind), rep, pool, epoch, previous, *read_update_head(head), tuple(changed),
        bool(is_decided), at_ms, actor, entered=_entered(*entered) if any(entered) else None,
    )  # fmt: skip


def _noted(number: int, at_ms: int, fields: list[Any], head: bytes) -> Noted:
    item_id, kind, rep, pool, previous, note, subject, value, actor = fields
    if not isinstance(item_id, str):
        raise TypeError("a work item's id is a text")
    text = msgpack.unpackb(head) if head else ""
    return Noted(number, item_id, Kind(kind), rep, pool, previous, Note(note), subject, value, at_ms, actor, text)


def _offer_answered(number: int, at_ms: int, fields: list[Any], head: bytes) -> OfferAnswered:
    item_id, kind, answer, offer, rep, pool, epoch, charge, way, previous, entitled, *rest = fields
    lapses, set_away, stays_open, workforce, actor, because = rest
    if not isinstance(item_id, str):
        raise TypeError("a work item's id is a text")
    return OfferAnswered(
        number, item_id, Kind(kind), Answer(answer), offer, rep, pool, epoch, charge, Way(way) if way else None,
        tuple(zip(entitled[::2], entitled[1::2], strict=True)), lapses, bool(set_away), bool(stays_open), workforce,
        previous, at_ms, actor, because, msgpack.unpackb(head) if head else "",
    )  # fmt: skip


def _workforce_changed(number: int, at_ms: int, fields: list[Any], _: bytes) -> WorkforceChanged:
    revision, names, digest_, actor = fields
    return WorkforceChanged(number, revision, tuple(names), digest_, at_ms, actor)


def _rules_published(number: int, at_ms: int, fields: list[Any], _: bytes) -> RulesPublished:
    revision, rollback_of, digest_, actor = fields
    return RulesPublished(number, revision, rollback_of, digest_, at_ms, actor)


def _process_published(number: int, at_ms: int, fields: list[Any], _: bytes) -> ProcessPublished:
    revision, rollback_of, digest_, actor, process, kinds = fields
    return ProcessPublished(number, revision, rollback_of, digest_, process, tuple(map(Kind, kinds)), at_ms, actor)


def _settled(number: int, at_ms: int, fields: list[Any], _: bytes) -> Settled:
    pool, leavers, members = fields
    return Settled(number, pool, tuple(leavers), tuple(Member(*member) for member in members), at_ms)


_GONE = -2
"""Until when a rep is away who was deleted."""


def _presence_changed(number: int, at_ms: int, fields: list[Any], _: bytes) -> PresenceChanged:
    rep, until_ms, actor = fields
    return PresenceChanged(number, rep, until_ms if until_ms >= 0 else None, at_ms, actor, is_gone=until_ms == _GONE)


def _erased(number: int, at_ms: int, fields: list[Any], _: bytes) -> Erased:
    item_ids, values, submissions, scores, actor, *previous = fields
    return Erased(number, tuple(item_ids), values, submissions, scores, at_ms, actor, *map(tuple, previous))


def _fired(number: int, at_ms: int, fields: list[Any], _: bytes) -> Fired:
    item_id, name, entry, step, due_ms, *behind = fields
    return Fired(number, item_id, name, entry, step, due_ms, at_ms, *behind)


def _credited(number: int, at_ms: int, fields: list[Any], _: bytes) -> Credited:
    pool, rep, *numbers, members = fields
    entry, since_ms, until_ms, expire_ms, charged, most, amount, workforce = numbers
    credit = LeaveCredit(
        pool, rep, entry, since_ms, until_ms, expire_ms, charged, most, tuple(Member(*member) for member in members)
    )
    return Credited(number, credit, amount, workforce, at_ms)


def _digested(number: int, at_ms: int, fields: list[Any], _: bytes) -> Digested:
    rep, kind, due_ms, workforce, previous, before, total, entries = fields
    made = MadeDigest(rep, DigestKind(kind), due_ms, total, tuple(DigestEntry(*entry) for entry in entries))
    return Digested(number, made, workforce, previous, before, at_ms)


_SHA1_BYTES = 20
REWRITTEN = b"rewritten.2"


def pack_rewritten(rewritten: Rewritten) -> bytes:
    """Write the facts of what a rewritten log begins with."""
    ends = pack([rewritten.events, rewritten.last_link, rewritten.earlier])
    return pack(rewritten.at_ms) + ends


def read_rewritten(facts: bytes) -> Rewritten:
    """Read what ``pack_rewritten`` wrote.

    Raises
    ------
    CorruptHistory
        If somebody altered it.
    """
    try:
        at_ms, (events, last_link, *rest) = _facts(facts)
        earlier = tuple((number, link) for number, link in (rest[0] if rest else ()))
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise CorruptHistory("event 0", f"it cannot be read: {type(error).__name__}") from error
    return Rewritten(events, last_link, at_ms, earlier)


_TakeApart = Callable[[bytes], tuple[int, list[Any]]]
_Make = Callable[[int, int, list[Any], bytes], Event]
_READERS: Mapping[bytes, tuple[_TakeApart, _Make]] = {
    b"decision": (_first, _decision_event),
    b"decision.2": (_facts, _decision_event),
    b"decision.3": (_facts, _decision_event),
    b"completed": (_first, _completed),
    b"completed.2": (_facts, _completed),
    b"completed.3": (_facts, _completed),
    b"workforce": (_first, _workforce_changed),
    b"workforce.2": (_facts, _workforce_changed),
    b"rules": (_first, _rules_published),
    b"rules.2": (_facts, _rules_published),
    b"process.1": (_facts, _process_published),
    b"settled": (_first, _settled),
    b"settled.2": (_facts, _settled),
    b"credited.1": (_facts, _credited),
    b"digest.1": (_facts, _digested),
    b"activity.1": (_facts, _activity),
    b"updated.1": (_facts, _updated),
    b"updated.2": (_facts, _updated),
    b"offer.1": (_facts, _offer_answered),
    b"erased.2": (_facts, _erased),
    b"erased.3": (_facts, _erased),
    b"fired.1": (_facts, _fired),
    b"fired.2": (_facts, _fired),
    b"fired.3": (_facts, _fired),
    b"noted.1": (_facts, _noted),
    b"presence.1": (_facts, _presence_changed),
}
"""By an event's type as it is stored: what takes its facts apart, and what makes the event."""

_FORMS: Mapping[str, TypeAdapter[Any]] = {kind: TypeAdapter(made) for kind, made in KINDS.items()}
_LATER = {
    "tenant": ("reopen_days",),
    "rep": ("calendar", "manager", "caps", "channels"),
    "pool": ("calendar", "leave_buffer_ms", "managers", "caps", "absence_policy", "dispatch"),
    "absence": ("substitute",),
}
"""Fields that records of before format 4, 5 or 7 did not have: where they are empty they are left out, so that the text
of an older record is what it was, and so is its digest in the log."""


def record_text(kind: str, record: Record | None) -> str:
    """Write a record as JSON; nothing for one that was deleted."""
    if record is None:
        return ""
    left_out: dict[str, Any] = {name: True for name in _LATER.get(kind, ()) if not getattr(record, name)}
    if isinstance(record, Pool):
        left_out["members"] = {place: {"ramp"} for place, member in enumerate(record.members) if not member.ramp}
    if isinstance(record, Calendar):
        left_out["exceptions"] = {place: {"source"} for place, day in enumerate(record.exceptions) if not day.source}
    return _FORMS[kind].dump_json(record, exclude=left_out).decode()


def record_from(kind: str, text: str | bytes) -> Any:
    """Read what ``record_text`` wrote; None for nothing."""
    return _FORMS[kind].validate_json(text) if text else None


def records_packed(records: Iterable[tuple[str, str]]) -> bytes:
    """Pack names, ``{kind}/{id}``, and texts of records: what a revision of the workforce is sent and hashed as."""
    return pack([list(record) for record in records])


def pack_records(records: WorkforceRecords) -> bytes:
    """Write all records of a revision, behind a digest of them."""
    made = [
        (f"{kind}/{record_id}", records.changed[kind, record_id], record_text(kind, record))
        for kind in KINDS
        for record_id, record in records.of(kind).items()
    ]
    content = pack([records.revision, made])
    return sha1(content, usedforsecurity=False).digest() + zlib.compress(content)


def read_records(packed: bytes) -> WorkforceRecords:
    """Read what ``pack_records`` wrote.

    Raises
    ------
    ValueError
        If somebody altered it.
    """
    try:
        content = zlib.decompress(packed[_SHA1_BYTES:])
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if sha1(content, usedforsecurity=False).digest() != packed[:_SHA1_BYTES]:
        raise ValueError("its digest is another")
    revision, made = msgpack.unpackb(content)
    named = ((name.split("/", 1), changed, text) for name, changed, text in made)
    changes = (RecordChange(at, kind, record_id, record_from(kind, text)) for (kind, record_id), at, text in named)
    return WorkforceRecords().after(changes, revision)


def publication_text(publication: Publication) -> str:
    """Write a publication as JSON, without what the store gives it: revision and time."""
    content = asdict(publication)
    del content["revision"], content["at_ms"]
    return json.dumps(content, ensure_ascii=False)


def publication_from(revision: int, at_ms: int, text: bytes) -> Publication:
    """Read what ``publication_text`` wrote."""
    return Publication(revision=revision, at_ms=at_ms, **json.loads(text))


_GIVEN_BY_STORE = ("revision", "event", "at_ms")


def process_text(publication: ProcessPublication) -> str:
    """Write the publication of a process as JSON, without what the store gives it: revision, event and time."""
    content = asdict(publication)
    for name in _GIVEN_BY_STORE:
        del content[name]
    return json.dumps(content, ensure_ascii=False)


def process_from(revision: int, event: int, at_ms: int, text: bytes) -> ProcessPublication:
    """Read what ``process_text`` wrote."""
    content = json.loads(text)
    content |= {"kinds": tuple(map(Kind, content["kinds"])), "stages": tuple(content["stages"])}
    return ProcessPublication(revision=revision, event=event, at_ms=at_ms, **content)


def digest(content: bytes) -> str:
    """Return the SHA-1 that the log keeps of what a change wrote."""
    return sha1(content, usedforsecurity=False).hexdigest()
