"""Personal values, sealed: what an event says in their place, and how that is opened again.

The log's chain is over its events, so nothing in them can ever be erased. Of a personal value they hold a commitment
alone, a keyed hash; the value lies beside the log with the key that it was hashed with, a random one for each. Whoever
has both can check that the value is the one that was meant. Once they are erased, the hash says nothing: without the
key not even a guess can be tried.

References
----------
M. Bellare, R. Canetti and H. Krawczyk, "Keying Hash Functions for Message Authentication", CRYPTO 1996.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import msgpack

from packing import pack
from router.model.decision import Decision, DecisionInputs
from router.model.errors import CorruptHistory
from router.model.workitem import EXTERNAL_ID, Repetition, WorkItem, canonical

SALT_BYTES = 16
NOTE = "note"
_ATTRIBUTE = "attributes."
_COMMITMENT = 1
"""Its type among msgpack's extensions."""

Sealed = msgpack.ExtType
Openings = Mapping[bytes, bytes]
"""What opens sealed values: by commitment, msgpack ``[salt, value]``."""
NO_OPENINGS: Openings = {}


class Personal(NamedTuple):
    """What is personal of a work item: attributes by name, and whether its external id is.

    The note that somebody writes beside a change always is: it may hold anything.
    """

    fields: frozenset[str] = frozenset()
    external_id: bool = False

    @classmethod
    def of(cls, names: Collection[str]) -> Personal:
        """Read what an operator declared: names of fields, ``external_id`` among them or not."""
        return cls(frozenset(names), EXTERNAL_ID in names)

    def with_fields(self, names: Collection[str]) -> Personal:
        """Add what a rule set declares."""
        return self._replace(fields=self.fields.union(names))

    def without(self, names: Collection[str]) -> Personal:
        """Leave some fields out."""
        return self._replace(fields=self.fields.difference(names))


NOT_PERSONAL = Personal()


def _new_salt() -> bytes:
    return os.urandom(SALT_BYTES)


def seal(
    head: DecisionInputs, personal: Personal, salt: Callable[[], bytes] = _new_salt
) -> tuple[DecisionInputs, Openings]:
    """Return what is stored of a head in its event, and beside it; the very same head where nothing is personal.

    What is sealed already stays as it is.

    Parameters
    ----------
    salt
        Returns 16 bytes that nobody can guess, anew for each value.

    Examples
    --------
    >>> from router.model.decision import Cause
    >>> from router.model.workitem import Kind
    >>> head = DecisionInputs(WorkItem(Kind.LEAD, attributes={"phone": "139", "city": "x"}), Cause.ROUTED, 1, 1, (), ())
    >>> stored, openings = seal(head, Personal(frozenset({"phone"})), lambda: b"0123456789abcdef")
    >>> stored.item.attributes["city"], stored.item.attributes["phone"].data.hex()[:16], len(openings)
    ('x', 'e1d546580ae98c77', 1)
    """
    plain, head = plain_fields(head, personal), _untold(head, personal)
    item = head.item
    if not plain:
        return head, NO_OPENINGS
    named, hides_id, hides_note = plain & item.attributes.keys(), EXTERNAL_ID in plain, NOTE in plain
    openings: dict[bytes, bytes] = {}

    def sealed(field: str, value: Any) -> Any:
        key = salt()
        commitment = _commitment(field, value, key)
        openings[commitment] = pack([key, canonical(value)])
        return Sealed(_COMMITMENT, commitment)

    attributes = item.attributes
    if named:
        attributes = {**attributes, **{name: sealed(_ATTRIBUTE + name, attributes[name]) for name in sorted(named)}}
    external_id = sealed(EXTERNAL_ID, item.external_id) if hides_id else item.external_id
    note = sealed(NOTE, head.note) if hides_note else head.note
    return head._replace(item=item._replace(attributes=attributes, external_id=external_id), note=note), openings


def plain_fields(head: DecisionInputs, personal: Personal) -> frozenset[str]:
    """Return what is personal and stands in a head as it came: names of attributes, ``external_id``, ``note``."""
    item = head.item
    named = [name for name in personal.fields & item.attributes.keys() if _is_plain(item.attributes[name])]
    hides_id = personal.external_id and _is_plain(item.external_id or None)
    return frozenset([*named, *[EXTERNAL_ID] * hides_id, *[NOTE] * _is_plain(head.note or None)])


def _untold(head: DecisionInputs, personal: Personal) -> DecisionInputs:
    """Return a head that does not say how severe its work item became by repeating another, where that is personal."""
    repeats = head.item.repeats
    if repeats is None or repeats.field not in personal.fields:
        return head
    return head._replace(item=head.item._replace(repeats=Repetition(repeats.item_id)))


def _is_plain(value: Any) -> bool:
    return value is not None and type(value) is not Sealed


def sealed_fields(item: WorkItem) -> frozenset[str]:
    """Return the names of a stored work item's attributes that are sealed, and ``external_id`` where that is."""
    named = [name for name, value in item.attributes.items() if type(value) is Sealed]
    return frozenset([*named, *[EXTERNAL_ID] * (type(item.external_id) is Sealed)])


def seal_texts(
    kind: str, texts: Mapping[str, str], salt: Callable[[], bytes] = _new_salt
) -> tuple[Mapping[str, Any], Openings]:
    """Return what is stored of texts that may say anything, by name, and beside it; an empty one stays as it is.

    Parameters
    ----------
    kind
        What they are of: a text means another thing elsewhere.
    salt
        As for ``seal``.
    """
    openings: dict[bytes, bytes] = {}
    stored: dict[str, Any] = {}
    for name, text in texts.items():
        key = salt() if text else b""
        commitment = _commitment(f"{kind}.{name}", text, key) if text else b""
        if text:
            openings[commitment] = pack([key, text])
        stored[name] = Sealed(_COMMITMENT, commitment) if text else text
    return stored, openings


def opened_texts(
    number: int, kind: str, stored: Mapping[str, Any], openings: Openings
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return texts as they were written, those that were erased empty, and the names of these.

    Raises
    ------
    CorruptHistory
        If one is not what was sealed.
    """
    texts, erased = dict[str, str](), list[str]()
    for name, text in stored.items():
        packed = openings.get(text.data) if type(text) is Sealed else None
        if type(text) is not Sealed:
            texts[name] = text
        elif packed is None:
            texts[name] = ""
            erased.append(name)
        else:
            texts[name] = _checked(f"event {number}", f"{kind}.{name}", text.data, packed)
    return texts, tuple(erased)


def is_sealed(head: DecisionInputs) -> bool:
    """Say whether anything in a stored head is sealed."""
    item = head.item
    return (
        type(head.note) is Sealed or type(item.external_id) is Sealed or Sealed in map(type, item.attributes.values())
    )


def opened(decision: Decision, openings: Openings) -> Decision:
    """Return a decision with the values that it was made from; what was erased is left out, and named in ``erased``.

    Raises
    ------
    CorruptHistory
        If a value is not the one that was sealed.
    """
    head, erased = opened_head(f"decision {decision.number}", decision.head, openings)
    sealed = sealed_fields(decision.head.item) if erased else frozenset[str]()
    return decision._replace(head=head, erased=erased, sealed=sealed)


def opened_head(what: str, head: DecisionInputs, openings: Openings) -> tuple[DecisionInputs, tuple[str, ...]]:
    """Return a head with the values that were sealed in it, and the fields that are left out because they are erased.

    Raises
    ------
    CorruptHistory
        As ``opened``; ``what`` says of what.
    """
    erased = list[str]()

    def value_of(field: str, value: Any, otherwise: Any) -> Any:
        if type(value) is not Sealed:
            return value
        packed = openings.get(value.data)
        if packed is None:
            erased.append(field)
            return otherwise
        return _checked(what, field, value.data, packed)

    item = head.item
    values = {name: value_of(_ATTRIBUTE + name, value, None) for name, value in item.attributes.items()}
    attributes = {name: value for name, value in values.items() if _ATTRIBUTE + name not in erased}
    external_id = value_of(EXTERNAL_ID, item.external_id, "")
    note = value_of(NOTE, head.note, "")
    opened_item = item._replace(attributes=attributes, external_id=external_id)
    return head._replace(item=opened_item, note=note), tuple(erased)


def erased_attributes(decision: Decision) -> frozenset[str]:
    """Return the names of the attributes that a decision was made from and that are erased."""
    return frozenset([field.removeprefix(_ATTRIBUTE) for field in decision.erased if field.startswith(_ATTRIBUTE)])


def _checked(what: str, field: str, commitment: bytes, packed: bytes) -> Any:
    try:
        salt, value = msgpack.unpackb(packed)
        is_so = hmac.compare_digest(_commitment(field, value, salt), commitment)
    except (ValueError, TypeError, msgpack.UnpackException):
        is_so = False
    if not is_so:
        raise CorruptHistory(what, f"its {field} is not what was sealed: somebody altered it")
    return value


def _commitment(field: str, value: Any, salt: bytes) -> bytes:
    return hmac.digest(salt, pack([field, canonical(value)]), "sha256")
