"""What a person may say about a file where it does not tell; and the mapping that keeps it for next month's.

A mapping is YAML: the same names as the options, and ``columns`` with what each column is called in the file::

    encoding: cp1252
    delimiter: ";"
    decimal: ","
    columns: {Kundennummer: external_id, Umsatz: value}
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from tables.errors import UnreadableTable

YEAR_FIRST, DAY_FIRST, MONTH_FIRST, SERIAL = "YMD", "DMY", "MDY", "serial"
ORDERS = (YEAR_FIRST, DAY_FIRST, MONTH_FIRST, SERIAL)
"""Which part of a date stands first; Excel counts days."""

_NOT_OF_FILES = ("idna", "punycode", "unicode_escape", "unicode-escape", "raw_unicode_escape", "raw-unicode-escape")
"""Codecs of texts inside other texts."""

MOST_UNREADABLE = 0.01
"""Share of a column's values, or of a file's rows, that may be left out because nothing can be made of them."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file; what is empty, the file tells.

    Parameters
    ----------
    encoding
        A codec of Python's, e.g. ``cp1252``.
    delimiter
        Between cells: one character of ASCII, or ``tab``.
    decimal
        ``.`` or ``,``.
    date_format
        ``DMY``, ``MDY``, ``YMD``, ``serial`` or a format of ``strptime``.
    timezone
        Of times that name none.
    sheet
        Of a workbook; the first visible one that holds anything.
    columns
        Name by the name in the file.
    allow_unreadable
        Share in [0, 1]; fewer than three of a column never count.
    """

    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    date_format: str = ""
    timezone: str = "UTC"
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    allow_unreadable: float = MOST_UNREADABLE

    def __post_init__(self) -> None:
        if self.delimiter.lower() in ("tab", r"\t"):
            object.__setattr__(self, "delimiter", "\t")
        for name, problem in self._problems().items():
            raise UnreadableTable.of(f"--{name.replace('_', '-')}", problem)

    def _problems(self) -> dict[str, str]:
        checks = {
            "encoding": (
                not self.encoding or _is_text_codec(self.encoding),
                self.encoding,
                "utf-8, gb18030, cp1252, shift_jis …",
            ),
            "delimiter": (
                len(self.delimiter) <= 1 and self.delimiter.isascii() and self.delimiter not in ('"', "\n", "\r", "\0"),
                self.delimiter,
                "one character of ASCII, e.g. ';', or tab",
            ),
            "decimal": (self.decimal in ("", ".", ","), self.decimal, "'.' or ','"),
            "date_format": (
                self.date_format in ("", *ORDERS) or "%" in self.date_format,
                self.date_format,
                "YMD, DMY, MDY, serial or e.g. %d.%m.%y",
            ),
            "timezone": (_is_zone(self.timezone), self.timezone, "a zone such as UTC, Asia/Shanghai or Europe/Berlin"),
            "allow_unreadable": (0 <= self.allow_unreadable <= 1, self.allow_unreadable, "a share from 0 % to 100 %"),
        }
        return {
            name: f"found {value!r}; allowed: {allowed}" for name, (good, value, allowed) in checks.items() if not good
        }

    def over(self, below: ReadOptions) -> ReadOptions:
        """Put these options over others: what is not given here stays as it is there."""
        return replace(below, **{**self.document(), "columns": {**below.columns, **self.columns}})

    def document(self) -> dict[str, Any]:
        """Return what is not at its default, as JSON."""
        usual = ReadOptions()
        given = {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != getattr(usual, f.name)}
        return {**given, "columns": dict(self.columns)} if self.columns else given

    def to_yaml(self) -> str:
        """Write what is not at its default, as a mapping."""
        return yaml.safe_dump(self.document(), allow_unicode=True, sort_keys=False)


def read_mapping(file: Path) -> ReadOptions:
    """Read a mapping.

    Raises
    ------
    UnreadableTable
        Naming the key that is not known, or the value that is not allowed.
    """
    try:
        document = yaml.safe_load(file.read_bytes()) or {}
    except (OSError, yaml.YAMLError, ValueError) as error:
        raise UnreadableTable.of(str(file), f"cannot be read: {str(error).splitlines()[0]}") from error
    known = {f.name for f in fields(ReadOptions)}
    if not isinstance(document, dict) or (unknown := [key for key in document if key not in known]):
        what = repr(unknown[0]) if isinstance(document, dict) else type(document).__name__
        raise UnreadableTable.of(str(file), f"found {what}; allowed: {', '.join(sorted(known))}")
    return ReadOptions(**_checked(file, document))


def _checked(file: Path, document: dict[str, Any]) -> dict[str, Any]:
    for key, value in document.items():
        if key == "columns":
            fits = isinstance(value, dict) and all(isinstance(text, str) for pair in value.items() for text in pair)
        else:
            fits = isinstance(value, float | int if key == "allow_unreadable" else str)
        if not fits:
            allowed = "names by names, as texts" if key == "columns" else "a text"
            raise UnreadableTable.of(f"{file}: {key}", f"found {value!r}; allowed: {allowed}")
    return document


def zone_of(name: str) -> tzinfo:
    """Return the zone of a name such as ``UTC`` or ``Asia/Shanghai``.

    Raises
    ------
    ValueError
        If there is none.
    """
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"found {name!r}; allowed: a zone such as UTC, Asia/Shanghai or Europe/Berlin") from error


def _is_text_codec(name: str) -> bool:
    try:
        codec = codecs.lookup(name)
        "a".encode(name)
    except (LookupError, ValueError):  # of no such name, or of one that codes nothing
        return False
    return codec.name not in _NOT_OF_FILES


def _is_zone(name: str) -> bool:
    try:
        zone_of(name)
    except ValueError:
        return False
    return True
