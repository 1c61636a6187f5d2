"""The file of a log of events: every column that a definition names, read as what it is used for."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import open_table
from tables.report import ReadReport
from training.errors import InvalidInput
from training.snapshots.definition import Condition, Definition

AS_NUMBER = "\0"
"""What the name of a column begins with that is read as numbers, beside the same column as texts."""


def read_event_file(file: Path, definition: Definition, options: ReadOptions) -> tuple[pa.Table, ReadReport]:
    """Read the columns that a definition names; say what was read.

    Raises
    ------
    InvalidInput
        If a column is absent, or too much of the file cannot be read.
    """
    kinds = kinds_of(definition)
    table = open_table(file, options)
    found = table.found(dict.fromkeys(name.removeprefix(AS_NUMBER) for name in kinds))
    absent = sorted({name.removeprefix(AS_NUMBER) for name in kinds} - set(found))
    if absent:
        raise InvalidInput.of(absent[0], f"there is no such column; found are {', '.join(table.names)}")
    columns = {name: found[name.removeprefix(AS_NUMBER)] for name in kinds}
    reading = table.survey(dict(kinds), columns)
    return reading.read(), reading.report


def kinds_of(definition: Definition) -> dict[str, ColumnKind]:
    """Return what each column has to hold; a column of both texts and numbers stands there twice."""
    declared = definition.events
    kinds = {declared.customer: ColumnKind.ID, declared.occurred: ColumnKind.DATE}
    kinds |= {declared.recorded: ColumnKind.DATE} if declared.recorded else {}
    kinds |= {name: ColumnKind.TEXT for name in sorted(_texts(definition)) if name not in kinds}
    return kinds | {AS_NUMBER + name: ColumnKind.NUMBER for name in sorted(_numbers(definition))}


def _texts(definition: Definition) -> set[str]:
    """Return the columns of which texts are compared or told apart."""
    conditions = _conditions(definition)
    compared = {each.column for each in conditions if each.above is None and each.below is None}
    return compared | {feature.of for feature in definition.features if feature.aggregation == "distinct"}


def _numbers(definition: Definition) -> set[str]:
    """Return the columns of which numbers are compared or added up."""
    compared = {each.column for each in _conditions(definition) if each.above is not None or each.below is not None}
    added = {feature.of for feature in definition.features if feature.aggregation != "distinct"}
    parts = {part for parts in definition.events.products.values() for part in parts}
    return (compared | added | {definition.label.of} | parts) - set(definition.events.products) - {""}


def _conditions(definition: Definition) -> list[Condition]:
    return [
        *definition.events.where,
        *definition.label.where,
        *(condition for feature in definition.features for condition in feature.where),
    ]
