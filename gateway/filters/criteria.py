"""What has to hold of a record: comparisons of fields, joined by AND, OR and NOT. Pure.

A criterion also tells what a store with an index can use: in which span a field must lie, and which value it must have.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

Record = TypeVar("Record")
_Of = TypeVar("_Of", contravariant=True)


class Span(NamedTuple):
    """From ``start`` to just before ``end``; by default everything."""

    start: float = -math.inf
    end: float = math.inf


EVERYWHERE = Span()
ANYTHING = object()
"""What ``field:*`` wants: the field is set."""
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Criterion(Protocol[_Of]):
    """Something that holds of a record, or does not."""

    def holds(self, record: _Of, /) -> bool:
        """Say whether it does."""

    def span(self, field: str, /) -> Span:
        """Return where a field of whole numbers must lie for it to hold; where all of it may hold, everywhere."""

    def only(self, field: str, /) -> Any:
        """Return the one value that a field must have for it to hold; None where there may be several."""

    def fields(self) -> Iterator[str]:
        """Yield the fields that it compares."""


@dataclass(frozen=True, slots=True)
class FieldCriterion(Generic[Record]):
    """A field of a record, read by ``of``, compared with what is ``wanted``."""

    field: str
    comparator: str
    wanted: Any
    of: Callable[[Record], Any]

    def holds(self, record: Record) -> bool:
        """Compare."""
        found = self.of(record)
        if self.comparator == ":":
            return bool(found) if self.wanted is ANYTHING else self.wanted in found
        return bool(_COMPARISONS[self.comparator](found, self.wanted))

    def span(self, field: str) -> Span:
        """Return what the comparison leaves of the field, if it is the one."""
        if field != self.field or not isinstance(self.wanted, int):
            return EVERYWHERE
        after = self.wanted + 1
        ends = {"=": Span(self.wanted, after), "<": Span(end=self.wanted), "<=": Span(end=after)}
        starts = {">": Span(start=after), ">=": Span(start=self.wanted)}
        return (ends | starts).get(self.comparator, EVERYWHERE)

    def only(self, field: str) -> Any:
        """Return what the field must equal, if it is the one."""
        return self.wanted if field == self.field and self.comparator == "=" else None

    def fields(self) -> Iterator[str]:
        """Yield the field."""
        yield self.field


@dataclass(frozen=True, slots=True)
class Conjunction(Generic[Record]):
    """Holds where all parts do; of no parts, always."""

    parts: Sequence[Criterion[Record]] = ()

    def holds(self, record: Record) -> bool:
        """Ask all."""
        return all(part.holds(record) for part in self.parts)

    def span(self, field: str) -> Span:
        """Return what all leave."""
        spans = [part.span(field) for part in self.parts]
        return Span(max((s.start for s in spans), default=-math.inf), min((s.end for s in spans), default=math.inf))

    def only(self, field: str) -> Any:
        """Return what any insists on: where two insist on different values, nothing holds, whichever is looked at."""
        values = (part.only(field) for part in self.parts)
        return next((value for value in values if value is not None), None)

    def fields(self) -> Iterator[str]:
        """Yield those of all parts."""
        return (name for part in self.parts for name in part.fields())


@dataclass(frozen=True, slots=True)
class Disjunction(Generic[Record]):
    """Holds where any part does."""

    parts: Sequence[Criterion[Record]]

    def holds(self, record: Record) -> bool:
        """Ask one after the other."""
        return any(part.holds(record) for part in self.parts)

    def span(self, field: str) -> Span:
        """Return the least span around all."""
        spans = [part.span(field) for part in self.parts]
        return Span(min(span.start for span in spans), max(span.end for span in spans))

    def only(self, _field: str) -> Any:
        """Insist on nothing."""
        return None

    def fields(self) -> Iterator[str]:
        """Yield those of all parts."""
        return (name for part in self.parts for name in part.fields())


@dataclass(frozen=True, slots=True)
class Negation(Generic[Record]):
    """Holds where its part does not."""

    part: Criterion[Record]

    def holds(self, record: Record) -> bool:
        """Ask, and say the opposite."""
        return not self.part.holds(record)

    def span(self, _field: str) -> Span:
        """Leave everything."""
        return EVERYWHERE

    def only(self, _field: str) -> Any:
        """Insist on nothing."""
        return None

    def fields(self) -> Iterator[str]:
        """Yield those of the part."""
        return self.part.fields()
