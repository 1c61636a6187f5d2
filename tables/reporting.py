"""Making the report of a table while it is read: of each column its values, of the rows those in error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tables.cells import IdSpellings
from tables.files import ENDINGS
from tables.forms import ColumnKind, shown
from tables.parquet import ParquetFile
from tables.plans import ColumnPlan
from tables.rejected import rejected_file, removed, write_rejected
from tables.report import MOST_SHOWN, ColumnReport, ReadReport, RowPlace
from tables.strays import Strays
from tables.text import Batch, TextFile
from tables.workbook import WorkbookFile

Source = TextFile | WorkbookFile | ParquetFile


class Reporting:
    """Counts what becomes of a table's columns and rows; `settle` finds the lines, and makes the report whole.

    Parameters
    ----------
    file, source
        What is read.
    plans, missing
        Its columns, and those asked for that are not there.
    """

    def __init__(self, file: Path, source: Source, plans: Sequence[ColumnPlan], missing: list[str]) -> None:
        self.report = _report(file, source, plans, missing)
        self._source = source
        self._columns = dict(zip((plan.name for plan in plans), self.report.columns, strict=True))
        self._unreadable: dict[str, tuple[int, str]] = {}
        self._ids: dict[str, IdSpellings] = {}
        self._nameless: dict[str, int] = {}
        self._rejected: list[tuple[int, str]] = []

    def note_values(self, plan: ColumnPlan, known: pa.Array, values: pa.Array, batch: Batch) -> None:
        """Count a column's values in a batch: what stands there and is known, and what was made of it."""
        report = self._columns[plan.name]
        report.n_values += len(known)
        report.n_missing += known.null_count
        if plan.form.kind is ColumnKind.ID:
            self._ids.setdefault(plan.name, IdSpellings()).see(known)
            if known.null_count and plan.name not in self._nameless:
                self._nameless[plan.name] = int(batch.records[pc.index(known.is_null(), True).as_py()])
        if values.null_count > known.null_count:
            lost = pc.and_(known.is_valid(), values.is_null())
            report.n_unreadable += values.null_count - known.null_count
            place = pc.index(lost, True).as_py()
            self._unreadable.setdefault(plan.name, (int(batch.records[place]), shown(known[place])))

    def note_unnamed(self, batch: Batch, unnamed: Mapping[str, int]) -> None:
        """Take out columns without a name, and name those that hold something."""
        for column, place in unnamed.items():
            name = _without_name(place)
            if batch.columns.pop(column).is_valid().true_count and name not in self.report.ignored:
                self.report.ignored.append(name)

    def note_rows(self, count: int) -> None:
        """Count rows that were read."""
        self.report.n_rows += count

    def reject(self, problems: Mapping[int, str]) -> None:
        """Count rows as in error that were read, by their numbers."""
        self._rejected += problems.items()
        self.report.n_rejected += len(problems)
        self.report.n_rows -= len(problems)

    def settle(self, strays: Strays, rejects_to: Path | None) -> None:
        """Turn the numbers of rows into lines of the file, and write those in error beside it."""
        rejected = [*self._rejected, *strays.rejected]
        wanted = {*(record for record, _ in rejected), *strays.unsure}
        wanted |= {*(record for record, _ in self._unreadable.values()), *self._nameless.values()}
        found = self._source.found_again(list(wanted))
        names, report = all_names(self._source), self.report
        n_before = len(strays.rejected)
        report.footers += strays.settle({record: cells for record, (_, cells) in found.items()}, names)
        report.n_blank += strays.n_blank
        report.n_rejected += len(strays.rejected)
        problems = _by_row([*rejected, *strays.rejected[n_before:]])
        for column in report.columns:
            self._finish(column, {record: line for record, (line, _) in found.items()})
        report.rejected = [RowPlace(found[record][0], problem) for record, problem in problems[:MOST_SHOWN]]
        if problems and rejects_to is not None:
            rows = ((problem, *found[record]) for record, problem in problems)
            report.rejected_to = str(write_rejected(rejects_to, names, rows))
        elif rejects_to is not None and removed(target := rejected_file(rejects_to)):
            report.removed = str(target)

    def _finish(self, column: ColumnReport, lines: Mapping[int, int]) -> None:
        if column.name in self._nameless:
            line = lines[self._nameless[column.name]]
            column.notes.append(f"{column.n_missing:,} of {column.n_values:,} rows have no id; first line {line}")
        if column.name in self._ids and (note := self._ids[column.name].note):
            column.notes.append(note)
        if column.name in self._unreadable:
            record, value = self._unreadable[column.name]
            column.first = RowPlace(lines[record], value)


def _by_row(rejected: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return what is wrong with each row, in the file's order."""
    problems: dict[int, str] = {}
    for record, problem in rejected:
        problems[record] = f"{problems[record]}; {problem}" if record in problems else problem
    return sorted(problems.items())


def _report(file: Path, source: Source, plans: Sequence[ColumnPlan], missing: list[str]) -> ReadReport:
    used = {plan.column for plan in plans}
    report = ReadReport(
        str(file), _format(file), sheet=source.sheet if isinstance(source, WorkbookFile) else "",
        columns=[ColumnReport(plan.name, plan.column, str(plan.form)) for plan in plans], missing=missing,
        ignored=[name for name in source.names if name not in used],
    )  # fmt: skip
    if isinstance(source, TextFile):
        report.encoding, report.delimiter, report.titles = (
            source.dialect.encoding,
            source.dialect.delimiter,
            list(source.dialect.titles),
        )
    if isinstance(source, ParquetFile):
        report.ignored += [f"{name} ({kind})" for name, kind in source.unreadable.items()]
    if isinstance(source, WorkbookFile):
        report.titles = list(source.titles)
        report.ignored += map(_without_name, source.unnamed)
    return report


def _without_name(place: int) -> str:
    return f"column {place + 1}, without a name"


def _format(file: Path) -> str:
    return next(ending.lstrip(".") for ending in ENDINGS if file.name.lower().endswith(ending))


def all_names(source: Source) -> list[str]:
    """Return the names of a file's columns, empty where one has none."""
    if isinstance(source, TextFile):
        return list(source.dialect.names)
    return source.schema.names if isinstance(source, ParquetFile) else list(source.columns)
