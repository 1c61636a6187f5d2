"""The log of events as columns, sorted so that sums are added in one order whatever else is in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from scoring.model.encoding import category_text
from scoring.model.logistic import FloatArray
from training.data.rows import IntArray
from training.snapshots.definition import Condition, Definition
from training.snapshots.definition import EventTable as Declaration
from training.snapshots.event_file import AS_NUMBER

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Words:
    """A column of texts, each stored once.

    Parameters
    ----------
    texts
        The different texts.
    codes
        Which of them, shape (n_events,).
    """

    texts: tuple[str, ...]
    codes: IntArray

    def take(self, places: IntArray | Mask) -> Words:
        """Return the texts at these places."""
        return Words(self.texts, self.codes[places])

    def per_event(self, of_texts: npt.NDArray[np.generic]) -> npt.NDArray[Any]:
        """Spread something computed per different text over the events."""
        spread: npt.NDArray[Any] = of_texts[self.codes]
        return spread


@dataclass(frozen=True, eq=False)
class Events:
    """Events, one per place.

    Parameters
    ----------
    customers
        Names, sorted; all who have an event.
    customer
        Whose event: places in ``customers``, shape (n_events,).
    occurred, recorded
        When it happened, when it became known: microseconds since 1970 in UTC, shape (n_events,).
    texts
        Declared columns as conditions read them.
    numbers
        Declared columns and products as sums read them, shape (n_events,); NaN: no number.
    """

    customers: npt.NDArray[np.object_]
    customer: IntArray
    occurred: IntArray
    recorded: IntArray
    texts: Mapping[str, Words]
    numbers: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, places: IntArray | Mask) -> Events:
        """Return the events at these places; the customers stay."""
        return Events(
            self.customers,
            self.customer[places],
            self.occurred[places],
            self.recorded[places],
            {name: words.take(places) for name, words in self.texts.items()},
            {name: column[places] for name, column in self.numbers.items()},
        )

    def passing(self, conditions: Sequence[Condition]) -> Mask:
        """Tell which events pass all conditions."""
        mask = np.ones(len(self), bool)
        for condition in conditions:
            mask &= _passes(self, condition)
        return mask


def read_events(table: pa.Table, definition: Definition) -> Events:
    """Take in the columns a definition names; events without a customer or time are left out.

    Parameters
    ----------
    table
        As `training.snapshots.event_file.read_event_file` gives it.
    """
    declared = definition.events
    table = table.filter(_readable(table, declared))
    customers, customer = _customers(words_of(table[declared.customer]))
    occurred = moments(table[declared.occurred])
    recorded = moments(table[declared.recorded]) if declared.recorded else occurred
    texts, numbers = _columns(table, definition)
    events = Events(customers, customer, occurred, recorded, texts, numbers)
    return in_order(events.take(events.passing(declared.where)))


def _customers(names: Words) -> tuple[npt.NDArray[np.object_], IntArray]:
    """Return names sorted as texts, and each event's place among them."""
    order = sorted(range(len(names.texts)), key=lambda code: names.texts[code])
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return np.array([names.texts[code] for code in order], object), rank[names.codes]


def in_order(events: Events) -> Events:
    """Sort by customer, then time; ties keep the order of the file."""
    return events.take(np.lexsort((events.occurred, events.customer)).astype(np.int64))


def _columns(table: pa.Table, definition: Definition) -> tuple[dict[str, Words], dict[str, FloatArray]]:
    declared = definition.events
    keys = {declared.customer, declared.occurred, declared.recorded}
    texts = {
        name: words_of(table[name])
        for name in table.column_names
        if not name.startswith(AS_NUMBER) and (name not in keys or pa.types.is_string(table[name].type))
    }
    numbers: dict[str, FloatArray] = {
        name.removeprefix(AS_NUMBER): pc.fill_null(table[name], np.nan).to_numpy()
        for name in table.column_names
        if name.startswith(AS_NUMBER)
    }
    for name, parts in declared.products.items():
        numbers[name] = np.prod([numbers[part] for part in parts], axis=0)
    return texts, numbers


def words_of(values: pa.ChunkedArray) -> Words:
    """Read each value as the text it is known by, empty where there is none."""
    array = values.combine_chunks().dictionary_encode()
    texts = [*(category_text(value) for value in array.dictionary.to_pylist()), ""]
    codes: IntArray = pc.fill_null(array.indices, len(texts) - 1).to_numpy(zero_copy_only=False)
    place: dict[str, int] = {}
    merged = np.array([place.setdefault(text, len(place)) for text in texts], np.int64)
    return Words(tuple(place), merged[codes])


def _readable(table: pa.Table, declared: Declaration) -> pa.ChunkedArray:
    mask = table[declared.customer].is_valid()
    for name in filter(None, (declared.occurred, declared.recorded)):
        mask = pc.and_(mask, table[name].is_valid())
    return mask


def moments(values: pa.ChunkedArray) -> IntArray:
    """Return instants as microseconds since 1970 in UTC, shape (n_events,)."""
    found: IntArray = values.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
    return found


def _passes(events: Events, condition: Condition) -> Mask:
    if condition.above is not None:
        return events.numbers[condition.column] > condition.above
    if condition.below is not None:
        return events.numbers[condition.column] < condition.below
    words = events.texts[condition.column]
    return words.per_event(np.array([_text_passes(text, condition) for text in words.texts], bool))


def _text_passes(value: str, condition: Condition) -> bool:
    if condition.equals is not None:
        return value == condition.equals
    if condition.not_equals is not None:
        return value != condition.not_equals
    if condition.one_of is not None:
        return value in condition.one_of
    if condition.starts_with is not None:
        return value.startswith(condition.starts_with)
    return not value.startswith(condition.not_starts_with or "")
