"""What is routed: a work item, its identity and its states. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from hashlib import blake2b
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

import msgpack

from packing import pack
from resource_names import check_id

MAX_PRIORITY = 1_000
"""What is most urgent; 0: none was given."""
MAX_VALUE = 10_000_000
"""Largest value of a work item in lead units.

Keeps every sum of the ledger an exact double (10^13 micro-units, 1,000 members).
"""


class Kind(StrEnum):
    """What it is; capacity is counted per kind."""

    LEAD = "LEAD"
    CUSTOMER = "CUSTOMER"
    TICKET = "TICKET"
    RESCUE = "RESCUE"
    TASK = "TASK"
    RENEWAL = "RENEWAL"


_KINDS = {str(kind): kind for kind in Kind}
"""Ten times faster than the enum's own look-up, and it happens per call."""


class State(StrEnum):
    """Where it stands."""

    RECEIVED = "RECEIVED"
    QUEUED = "QUEUED"
    OFFERED = "OFFERED"
    ASSIGNED = "ASSIGNED"
    UNROUTED = "UNROUTED"
    CONVERTED = "CONVERTED"
    DISQUALIFIED = "DISQUALIFIED"
    CLOSED = "CLOSED"


REOPENED = "REOPENED"
"""What happens to a closed work item that is reopened: it stands as if it had just come, and is decided about."""
CLOSED_STATES = frozenset({State.CONVERTED, State.DISQUALIFIED, State.CLOSED})
_DECIDED = {
    "ASSIGNED": State.ASSIGNED,
    "OFFERED": State.OFFERED,
    "WAITING": State.QUEUED,
    "UNROUTED": State.UNROUTED,
}
_CLOSED = {str(state): state for state in CLOSED_STATES}
TRANSITIONS: Mapping[State, Mapping[str, State]] = {
    State.RECEIVED: _DECIDED,
    State.QUEUED: _DECIDED | _CLOSED,
    State.UNROUTED: _DECIDED | _CLOSED,
    State.OFFERED: {
        "ACCEPTED": State.ASSIGNED,
        "DECLINED": State.QUEUED,
        "LAPSED": State.QUEUED,
        "RESCINDED": State.QUEUED,
        "WAITING": State.OFFERED,
        "UNROUTED": State.OFFERED,
    },
    State.ASSIGNED: {
        "ASSIGNED": State.ASSIGNED,
        "OFFERED": State.OFFERED,
        "WAITING": State.ASSIGNED,
        "UNROUTED": State.ASSIGNED,
    }
    | _CLOSED,
    **{state: {REOPENED: State.RECEIVED} for state in CLOSED_STATES},
}
"""The states, by what happens: the outcome of a decision, what became of an offer, the closing state that somebody asks
for, or the reopening. Whatever else happens to what is offered rescinds the offer first, in the same step: but what
nobody else could take stays with whom it is offered to, or owned by.

What is not in it cannot happen. A work item that nobody else could take stays with its owner. The store's scripts are
given this table.
"""
EXTERNAL_ID = "external_id"
"""What an operator calls the external id to declare it personal."""
_NO_ATTRIBUTES: Mapping[str, Any] = MappingProxyType({})
_random = Random()  # noqa: S311 (an id must be new, not secret)
"""Seeded by the system once, which takes a microsecond or more for each number."""


class OpenedBy(NamedTuple):
    """By what a work item was opened: another one, its parent, entered a stage that opens some.

    Parameters
    ----------
    parent
        The id of the parent.
    event
        The one by which the parent entered the stage.
    entry
        The id of what the stage opens.
    number
        From 1, where that opens several.
    pool
        Of which it is to get its owner, whatever the rules say.
    due
        The date on which it falls due, e.g. ``2026-11-10``; empty: the stage says within how long.
    excluded
        Who never gets it, by id, each with what of the stage's ``exclude`` meant them as it was opened.
    """

    parent: str
    event: int
    entry: str
    number: int
    pool: str
    due: str = ""
    excluded: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def packable(self) -> tuple[Any, ...]:
        """Return what is written of it: whom it excludes only where it does anybody."""
        return tuple(self) if self.excluded else tuple(self[:-1])

    @classmethod
    def read(cls, parent: str, event: int, entry: str, number: int, pool: str, due: str, *excluded: Any) -> OpenedBy:
        """Read what ``packable`` returned."""
        whom = tuple((name, tuple(reps)) for name, reps in excluded[0]) if excluded else ()
        return cls(parent, event, entry, number, pool, due, whom)


class Repetition(NamedTuple):
    """Which work item another one repeats, of the same customer, and how severe it became by that.

    Parameters
    ----------
    item_id
        The latest such.
    before, after
        How severe it was, and became; empty: it stayed as it was, or that is personal.
    field
        The attribute that says so; empty likewise.
    """

    item_id: str
    before: str = ""
    after: str = ""
    field: str = ""


class WorkItem(NamedTuple):
    """What came in, as it came in. ``attributes`` holds plain JSON values; the rule set says what they must be.

    ``opened_by`` says of a child by what it was opened; None: it came from outside. ``repeats`` is what was found of an
    earlier one as it came; None: there was none.
    """

    kind: Kind
    source: str = ""
    external_id: str = ""
    attributes: Mapping[str, Any] = _NO_ATTRIBUTES
    value: float = 0.0
    priority: int = 0
    opened_by: OpenedBy | None = None
    repeats: Repetition | None = None

    def pack(self) -> bytes:
        """Return a canonical form: equal content, equal bytes."""
        content = [self.kind, self.source, self.external_id, canonical(self.attributes), self.value, self.priority]
        if self.opened_by is None and self.repeats is None:
            return pack(content)
        opened = self.opened_by and self.opened_by.packable()
        return pack([*content, opened] if self.repeats is None else [*content, opened, self.repeats])

    @classmethod
    def unpack(cls, packed: bytes) -> WorkItem:
        """Read what ``pack`` wrote."""
        kind, source, external_id, attributes, value, priority, *rest = msgpack.unpackb(packed)
        if not isinstance(attributes, dict):
            raise TypeError("a work item's attributes have names")
        if not rest:
            return cls(_KINDS[kind], source, external_id, attributes, value, priority)
        opened, *repeats = rest
        opened_by = OpenedBy.read(*opened) if opened else None
        repetition = Repetition(*repeats[0]) if repeats else None
        return cls(_KINDS[kind], source, external_id, attributes, value, priority, opened_by, repetition)


_AS_THEY_ARE = frozenset({str, float, int, bool, list, tuple, msgpack.ExtType, type(None)})


def canonical(value: Any) -> Any:
    """Bring mappings into one order; whatever else there is stays as it is, sealed values too."""
    # no isinstance of Mapping for each value: it takes longer than all the rest
    if type(value) in _AS_THEY_ARE:
        return value
    return {key: each if type(each := value[key]) in _AS_THEY_ARE else canonical(each) for key in sorted(value)}


def item_id(item: WorkItem, request_id: str, *, hides_external_id: bool = False) -> str:
    """Derive a work item's id, as its natural key is spelt; see ``identity`` for which spellings are one.

    ``source~external_id`` where that is a readable id, and may be read by all, else a hash of the two; a hash of the
    request id where there is no natural key; random where there is neither. A hash begins with ``~``, which no source
    does.

    Examples
    --------
    >>> item_id(WorkItem(Kind.LEAD, "crm", "L-1"), "")
    'crm~L-1'
    >>> item_id(WorkItem(Kind.LEAD, "crm", "张 三"), "")
    '~a6116073f12ddf7a1cde159e83485c3d'
    """
    if item.external_id:
        return natural_id(item.source, item.external_id, hidden=hides_external_id)
    if request_id:
        return _hashed(b"request", request_id)
    return f"~{_random.getrandbits(128):032x}"


def natural_id(source: str, external_id: str, *, hidden: bool = False) -> str:
    """Return what ``item_id`` makes of a natural key."""
    if not hidden and not check_id(source) and not check_id(external_id):
        return f"{source}~{external_id}"
    return _hashed(b"natural", source, external_id)


def child_id(opened_by: OpenedBy) -> str:
    """Return the id of a child: one of each parent, stage entered, entry and number, so that none is opened twice.

    No client's work item has such an id, whatever its source and external id.
    """
    return _hashed(b"child", opened_by.parent, *map(str, opened_by[1:4]))


def _hashed(what: bytes, *parts: str) -> str:
    return "~" + blake2b(pack(parts), digest_size=16, person=what).hexdigest()


def fingerprint_of(request_id: str, *parts: object) -> str:
    """Return a short hash of a request's content, to tell a repeated request from a reused id.

    It is keyed with the id, which a store holds as a hash alone: whoever reads the store cannot try out what the
    content may have been, unless they can guess the id, too.
    """
    return keyed(request_id, blake2b(pack(parts), digest_size=12).hexdigest())


def keyed(request_id: str, fingerprint: str) -> str:
    """Key a hash of a request's content with the request's id.

    Before the hash, for BLAKE2 takes no key as long as an id may be, and needs no HMAC to be keyed so.
    """
    return blake2b(f"{request_id}\0{fingerprint}".encode(), digest_size=12).hexdigest()
