"""Entries of lists that may be several: a comma or slash may stand inside a name, so that nothing is split at one, and
whoever meant two is told so. Unsaid, a list that excludes reps would exclude nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fairlead.wording import counted
from router.cli.labels import label
from router.wording.languages import Language
from rules.fields import FieldType
from tables.words import is_doubtful


def doubtful_columns(
    rows: Iterable[Mapping[str, Any]], fields: Mapping[str, FieldType], columns: Mapping[str, str]
) -> Iterator[str]:
    """Name the columns of lists that hold such entries, each once.

    Parameters
    ----------
    rows
        By field, what each holds.
    fields
        As the rule set declares them.
    columns
        The file's name of each field.

    Examples
    --------
    >>> list(doubtful_columns([{"tags": ["a/b", "c"]}, {"tags": ["d,e"]}], {"tags": FieldType.LIST}, {"tags": "标签"}))
    ["column 标签: 2 entries with a comma, slash or bracket are one each, the first 'a/b'; separate entries by ;"]
    """
    lists = [field for field, kind in fields.items() if kind is FieldType.LIST and field in columns]
    found: dict[str, list[str]] = {}
    for row in rows:
        for field in lists:
            if several := [entry for entry in row.get(field, ()) if is_doubtful(entry)]:
                found.setdefault(field, []).extend(several)
    for field, entries in found.items():
        many = counted(len(entries), "entry", "entries")
        are = "are one each, the first" if len(entries) > 1 else "is one:"
        held = f"{many} with a comma, slash or bracket {are} {entries[0]!r}"
        yield f"column {columns[field]}: {held}; separate entries by ;"


def doubtful_values(values: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Name the entries of attributes that somebody typed."""
    for field, value in values.items():
        for entry in filter(is_doubtful, value if isinstance(value, list) else ()):
            yield label("one entry", language, field=field, entry=repr(entry))
