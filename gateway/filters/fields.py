"""The fields that a list may be filtered by: what each may be compared with, and how its values are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic

from google.protobuf.timestamp_pb2 import Timestamp

from failures import InvalidInput, shown
from gateway.fields import reference as id_of
from gateway.filters.criteria import ANYTHING, Conjunction, Criterion, FieldCriterion, Record, Span
from gateway.filters.syntax import Written, parse, refused

_EQUAL = ("=", "!=")
_SET = ":*"


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A kind of values.

    Parameters
    ----------
    comparators
        What they may be compared by; ``:*`` asks whether there is one.
    read
        Makes of a written value and the tenant what a field is compared with; a ValueError says what is allowed.
    """

    comparators: tuple[str, ...]
    read: Callable[[str, str], Any]


def text(normal: Callable[[str], str] = str) -> FieldKind:
    """Texts; two are equal if their normal forms are."""
    return FieldKind((*_EQUAL, _SET), lambda written, _: normal(written))


def texts() -> FieldKind:
    """Lists of texts: does one hold a text?"""
    return FieldKind((":",), lambda written, _: written)


def reference(collection: str, normal: Callable[[str], str] = str) -> FieldKind:
    """Names of resources of the tenant, in full or the id alone; records have the id."""

    def read(written: str, tenant: str) -> str:
        try:
            return normal(id_of(written, collection, tenant, ""))
        except InvalidInput as error:
            raise ValueError(f"an id, or tenants/{tenant}/{collection}/{{id}}") from error

    return FieldKind((*_EQUAL, _SET), read)


def one_of(names: Iterable[str], prefix: str) -> FieldKind:
    """Values of an enum, with or without the prefix that all of them have in the contract."""
    allowed = [str(name) for name in names]

    def read(written: str, _: str) -> str:
        name = written.removeprefix(prefix)
        if name not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}{nearest_of(name.upper(), allowed)}")
        return name

    return FieldKind(_EQUAL, read)


def instant() -> FieldKind:
    """Instants as RFC 3339 writes them; records have nanoseconds since 1970."""

    def read(written: str, _: str) -> int:
        stamp = Timestamp()
        try:
            stamp.FromJsonString(written)
        except ValueError as error:
            raise ValueError("an instant with its zone, as RFC 3339 writes it: 2026-11-28T09:00:00Z") from error
        return stamp.ToNanoseconds()

    return FieldKind(("=", "!=", "<", "<=", ">", ">="), read)


@dataclass(frozen=True, slots=True)
class Field(Generic[Record]):
    """A field: what its values are, and how it is read off a record."""

    kind: FieldKind
    of: Callable[[Record], Any]


@dataclass(frozen=True, slots=True)
class Filter(Generic[Record]):
    """A filter that was read; ``text`` is as it came, without the blanks around it."""

    text: str
    criterion: Criterion[Record]

    def holds(self, record: Record) -> bool:
        """Say whether a record is to be kept."""
        return self.criterion.holds(record)

    def span(self, field: str) -> Span:
        """Return where an instant must lie, in nanoseconds since 1970."""
        return self.criterion.span(field)

    def only(self, field: str) -> str:
        """Return the id that a field must have; empty where there may be several, or none."""
        return self.criterion.only(field) or ""

    @property
    def fields(self) -> frozenset[str]:
        """The fields that it compares."""
        return frozenset(self.criterion.fields())


class FilterFields(Generic[Record]):
    """The fields of one kind of record.

    Parameters
    ----------
    fields
        By name.
    """

    def __init__(self, fields: Mapping[str, Field[Record]]) -> None:
        self._fields = fields

    def read(self, text: str, tenant: str) -> Filter[Record]:
        """Read a filter; an empty one keeps everything.

        Raises
        ------
        InvalidInput
            Naming the character, what stands there and what is allowed.
        """
        text = text.strip()
        return Filter(text, parse(text, lambda written: self._comparison(written, tenant)) if text else Conjunction())

    def _comparison(self, written: Written, tenant: str) -> FieldCriterion[Record]:
        name = written.field
        field = self._fields.get(name)
        if field is None:
            hint = nearest_of(name, self._fields)
            raise refused(written.place, f"no field {shown(name)}; allowed: {', '.join(self._fields)}{hint}")
        if written.comparator == ":" and written.value == "*":
            if {":", _SET} & {*field.kind.comparators}:
                return FieldCriterion(name, ":", ANYTHING, field.of)
        elif written.comparator in field.kind.comparators:
            return FieldCriterion(name, written.comparator, _value(field.kind, written, tenant), field.of)
        asked = f"{written.comparator}*" if written.value == "*" else written.comparator
        raise refused(written.place, f"{name} is compared by {asked}; allowed: {', '.join(field.kind.comparators)}")


def _value(kind: FieldKind, written: Written, tenant: str) -> Any:
    try:
        return kind.read(written.value, tenant)
    except ValueError as error:
        fault = f"{written.field} is compared with {shown(written.value)}; allowed: {error}"
        raise refused(written.value_place, fault) from error


def nearest_of(name: str, names: Iterable[str]) -> str:
    """Say behind a refusal which of some names is nearest to one that is none of them; nothing where none is near."""
    nearest = get_close_matches(name, list(names), n=1)
    return f"; the nearest is {nearest[0]}" if nearest else ""
