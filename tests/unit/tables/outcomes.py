"""One direct reading of a file, and what else was got of it, in terms that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from click import ClickException

from failures import Failure
from tables.errors import UnreadableTable
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import Table, open_table
from tables.report import ReadReport

Row = dict[str, Any]
Kinds = Mapping[str, ColumnKind | None]


@dataclass(frozen=True)
class Outcome:
    """What came of a reading: a refusal, or rows without what is missing, and the account."""

    refusal: str = ""
    rows: list[Row] = field(default_factory=list)
    account: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldCase:
    """A file, how it is to be read, and what its columns would be taken for; no columns if it cannot be opened."""

    file: Path
    options: ReadOptions
    kinds: Mapping[str, ColumnKind]

    @property
    def names(self) -> list[str]:
        """What its columns are called, at least two."""
        return [*self.kinds, "first", "second"] if len(self.kinds) < 2 else list(self.kinds)

    def meaning(self, **columns: str) -> ReadOptions:
        """Say of columns, named as in ``kinds``, what they mean."""
        origin = {meaning: column for column, meaning in self.options.columns.items()}
        said = {origin.get(column, column): meaning for meaning, column in columns.items()}
        return replace(self.options, columns={**self.options.columns, **said})


def field_case(file: Path, options: ReadOptions) -> FieldCase:
    """Look at a file."""
    try:
        table = open_table(file, options)
    except UnreadableTable:
        return FieldCase(file, options, {})
    return FieldCase(file, options, {options.columns.get(name, name): _kind(table, name) for name in table.names})


def _kind(table: Table, name: str) -> ColumnKind:
    try:
        (plan,) = table.survey({name: None}, {name: name}, whole=True).plans
    except UnreadableTable as refusal:
        return ColumnKind.DATE if "--date-format" in str(refusal) else ColumnKind.NUMBER
    return plan.form.kind


def directly(
    file: Path,
    options: ReadOptions,
    asked: Kinds,
    called: Mapping[str, str] | None = None,
    *,
    rejects_rows: bool = False,
) -> Outcome:
    """Read a file by ``tables`` alone; ``called`` says what the columns are to be found by, if not by their names."""
    try:
        table = open_table(file, options)
        names = {name: (called or {}).get(name, name) for name in asked}
        found = table.found(dict.fromkeys(names.values()))
        columns = {name: found[by] for name, by in names.items() if by in found}
        reading = table.survey(asked, columns, whole=True)
        reading.rejects_rows = rejects_rows
        return Outcome("", present(reading.read().to_pylist()), account_of(reading.report))
    except UnreadableTable as refusal:
        return Outcome(str(refusal))


def present(rows: Iterable[Row]) -> list[Row]:
    """Leave what is missing out of rows."""
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def account_of(report: ReadReport) -> dict[str, Any]:
    """Return the account, whatever the order in which columns were asked for and where rows in error were written."""
    document = report.document()
    document["columns"] = sorted(document["columns"], key=lambda column: column["name"])
    return {name: value for name, value in document.items() if name != "rejected_to"}


def outcome(read: Callable[[], tuple[Iterable[Row], ReadReport]]) -> Outcome:
    """Turn what an entry returns or raises into an outcome."""
    try:
        rows, report = read()
        return Outcome("", present(rows), account_of(report))
    except Failure as refusal:
        return Outcome(str(refusal))
    except ClickException as refusal:
        return Outcome(refusal.message)


def differences(got: Outcome, expected: Outcome, own: int = 0) -> list[str]:
    """Say what a way got otherwise.

    Parameters
    ----------
    own
        Rows that it leaves out by rules of its own; what is said of them is not compared.
    """
    lacks_columns = any(f"found {what}" in got.refusal for what in ("are", "no column"))
    if lacks_columns and (expected.account.get("missing") or "a quote opens a cell" in expected.refusal):
        return []  # of a file of one column a way says so before it looks at the cells
    if own and got.refusal:
        if not expected.refusal:
            return [] if "allowed: " in got.refusal or "rows are in error" in got.refusal else [got.refusal]
        return [line for line in expected.refusal.splitlines() if line not in got.refusal]
    if got.refusal or expected.refusal:
        return [] if got.refusal == expected.refusal else [f"{got.refusal!r} and not {expected.refusal!r}"]
    account = dict(expected.account)
    if own:
        account |= {"n_rows": account["n_rows"] - own, "n_rejected": account["n_rejected"] + own}
        account["rejected"] = got.account["rejected"]
    told = [f"{key}: {got.account[key]} and not {value}" for key, value in account.items() if got.account[key] != value]
    pairs = zip(got.rows, expected.rows, strict=False)
    otherwise = [f"{ours} and not {theirs}" for ours, theirs in pairs if repr(ours) != repr(theirs)]
    counts = [f"{len(got.rows)} rows and not {len(expected.rows)}"] if len(got.rows) != len(expected.rows) else []
    return [*told, *counts, *otherwise][:3]
