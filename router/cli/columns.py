"""Which column of a file means what: as the user says, by the names that are known, or by a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from failures import Failure
from router.cli.failing import InputFailed
from tables.names import key_of
from tables.reading import Table
from tables.workbook import WorkbookFile

Read = TypeVar("Read")


def by_name(columns: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Turn field → names into name → field."""
    return {name: field for field, names in columns.items() for name in names}


def columns_of(table: Table, known: Mapping[str, str]) -> dict[str, str]:
    """Return the file's name of each field, in the file's order.

    Parameters
    ----------
    known
        Field by a name that its column may have; what the options of the file say goes before.

    Raises
    ------
    InputFailed
        If two columns mean the same.
    """
    said = {key_of(column): field for column, field in table.options.columns.items()}
    fields = {key_of(name): field for name, field in known.items()}
    columns: dict[str, str] = {}
    for name in table.names:
        field = said.get(key_of(name)) or fields.get(key_of(name), name)
        if field in columns:
            raise InputFailed(
                f"{table.file}:1: columns {columns[field]} and {name} both mean {field}; allowed: one of them"
            )
        columns[field] = name
    return columns


def of_sheets(table: Table) -> str:
    """Say which sheet was read where a workbook has others, for a refusal that another may answer."""
    source = table.source
    if not isinstance(source, WorkbookFile) or not source.other_sheets:
        return ""
    return f" (read from sheet {source.sheet!r}; there are {', '.join(source.other_sheets)}: see --sheet)"


def in_words(read: Callable[[], Read]) -> Read:
    """Turn what a file is refused for into what a command says of it."""
    try:
        return read()
    except Failure as error:
        raise InputFailed(str(error)) from error
