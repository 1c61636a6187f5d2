"""From a file to batches of typed columns, with an account of what was read.

A first pass tells what the file is and how each column is written (`open_table`, `Table.survey`); a second reads, by
what the first found (`Reading`). What was found is small and can be written down, so that others read by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tables.dialect import Dialect
from tables.errors import UnreadableTable
from tables.files import ENDINGS, WORKBOOKS
from tables.forms import ARROW, ColumnForm, ColumnKind, Survey, shown
from tables.names import found_among
from tables.numbers import POINT
from tables.options import ReadOptions
from tables.parquet import ParquetFile, is_text
from tables.pieces import Piece
from tables.plans import ColumnPlan
from tables.records import Offsets
from tables.report import ReadReport
from tables.reporting import Reporting, Source, all_names
from tables.strays import Strays
from tables.text import Batch, TextFile
from tables.workbook import WorkbookFile

ENOUGH_ROWS = 16_384
"""Rows whose values tell how a column is written, unless later ones tell otherwise."""
_SAMPLE_BYTES = 1 << 20


class Table:
    """A file whose form is known, and whose rows are still to be read.

    Parameters
    ----------
    source
        What reads its kind of file.
    days
        The zone in which a date alone is its midnight.
    """

    def __init__(self, file: Path, options: ReadOptions, source: Source, days: str = "UTC") -> None:
        self.file = file
        self.options = options
        self.source = source
        self.days = days

    @property
    def names(self) -> list[str]:
        """The names of its columns; those without one, or of a type that cannot be read, are not among them."""
        return self.source.names

    def told(self) -> ReadOptions:
        """Return what the file told of itself, as options."""
        if isinstance(self.source, TextFile):
            return ReadOptions(encoding=self.source.dialect.encoding, delimiter=self.source.dialect.delimiter)
        return ReadOptions(sheet=self.source.sheet) if isinstance(self.source, WorkbookFile) else ReadOptions()

    def found(self, wanted: Iterable[str]) -> dict[str, str]:
        """Return for each wanted name that of the file's column, up to case, width and blanks, where there is one.

        Raises
        ------
        UnreadableTable
            If two columns could be meant, or the column is of a type that cannot be read.
        """
        found = found_among(self.names, wanted, self.options.columns)
        if isinstance(self.source, ParquetFile):
            for name in found_among(self.source.unreadable, [name for name in wanted if name not in found]).values():
                raise UnreadableTable.of(
                    f"{self.file}: column {name}",
                    f"is {self.source.unreadable[name]}; allowed: texts, numbers, truths, instants, lists of texts",
                )
        return found

    def survey(
        self, wanted: Mapping[str, ColumnKind | None], columns: Mapping[str, str] | None = None, *,
        missing: Mapping[str, Sequence[str]] | None = None, whole: bool = False,
    ) -> Reading:  # fmt: skip
        """Find out how the columns are written.

        Parameters
        ----------
        wanted
            What each column has to hold; None: whatever nearly all of it is.
        columns
            The file's name of each, as `found` told; those without one are reported missing.
        missing
            By wanted name: words that mean "not known" in the column, beside those that always do.
        whole
            Whether to look at every row; otherwise at the first 16,384, and what follows is watched while it is read.

        Raises
        ------
        UnreadableTable
            If a column's values allow two readings and no option says which.
        """
        columns = self.found(wanted) if columns is None else columns
        surveys = {name: self._begun(columns[name], kind) for name, kind in wanted.items() if name in columns}
        if isinstance(self.source, TextFile):
            self.source.check_quotes()
            self.source.check_alone()
        words = {name: tuple((missing or {}).get(name, ())) for name in surveys}
        seen_all = self._look(surveys, words, None if whole else ENOUGH_ROWS)
        with _of_file(self.file):
            forms = {name: survey.form(self.options) for name, survey in surveys.items()}
        plans = tuple(ColumnPlan(name, surveys[name].column, form, words[name]) for name, form in forms.items())
        absent = [name for name in wanted if name not in columns]
        watched = {} if seen_all else {name: survey for name, survey in surveys.items() if not survey.is_settled}
        return Reading(self, plans, absent, watched)

    def _begun(self, column: str, kind: ColumnKind | None) -> Survey:
        """Begin the survey of a column; what its type in the file tells is known before any value."""
        survey = Survey(column, kind, self.days)
        if isinstance(self.source, ParquetFile) and (typed := self.source.typed(column)) is not None:
            survey.see(typed)
        return survey

    def _look(self, surveys: Mapping[str, Survey], words: Mapping[str, tuple[str, ...]], enough: int | None) -> bool:
        """Show surveys the rows; return whether they saw all. Of Parquet, those alone that its types do not tell."""
        n_rows = 0
        if isinstance(self.source, ParquetFile):
            surveys = {name: survey for name, survey in surveys.items() if survey.needs_values}
        telling = _first_named(self)
        columns = [*telling, *(survey.column for survey in surveys.values())]
        numbers = {survey.column for survey in surveys.values() if survey.kind in (ColumnKind.NUMBER, None)}
        for sampled in self._sample(columns, numbers) if surveys else ():
            batch = Strays(telling).without(sampled)
            for name, survey in surveys.items():
                plan = ColumnPlan(name, survey.column, ColumnForm(ColumnKind.TEXT), words[name])
                survey.see(plan.known(batch.columns[survey.column]))
            n_rows += len(sampled)
            if enough is not None and n_rows >= enough:
                return False
        return True

    def _sample(self, columns: Sequence[str], numbers: Collection[str]) -> Iterator[Batch]:
        names = list(dict.fromkeys(columns))
        if isinstance(self.source, TextFile):
            return self.source.batches(names, block_bytes=_SAMPLE_BYTES)
        if isinstance(self.source, ParquetFile):
            return self.source.batches(names, n_rows=ENOUGH_ROWS)
        return self.source.batches(names, numbers)

    def batches(
        self, columns: Sequence[str], types: Mapping[str, pa.DataType], piece: Piece | range | None = None,
        numbers: Collection[str] = (),
    ) -> Iterator[Batch]:  # fmt: skip
        """Read rows as they stand in the file; ``types`` as such, as far as they are; ``numbers`` are those columns."""
        names, categories = (
            list(dict.fromkeys(columns)),
            [name for name, kind in types.items() if kind == ARROW[ColumnKind.CATEGORY]],
        )
        if isinstance(self.source, TextFile):
            assert not isinstance(piece, range)
            return self.source.batches(names, piece, types=types)
        if isinstance(self.source, ParquetFile):
            assert not isinstance(piece, Piece)
            return self.source.batches(names, piece, categories)
        return self.source.batches(names, numbers)


@dataclass
class Reading:
    """A table that is being read by what its survey found.

    Parameters
    ----------
    plans
        Its columns, in the order asked for.
    missing
        Columns asked for that are not there.
    watched
        Of the columns whose rows were not all seen: what may still tell that they are written otherwise.
    rejects_rows
        Whether a row with a value that nothing can be made of is one in error; else that value is missing.
    rejects_to
        The file beside which rows in error are written; None: they are counted alone.
    has_strays
        Whether rows may be lines of totals, or the header again; an earlier pass knows.
    """

    table: Table
    plans: tuple[ColumnPlan, ...]
    missing: list[str] = field(default_factory=list)
    watched: Mapping[str, Survey] = field(default_factory=dict)
    rejects_rows: bool = False
    rejects_to: Path | None = None
    has_strays: bool = True

    def __post_init__(self) -> None:
        self._reporting = Reporting(self.table.file, self.table.source, self.plans, self.missing)
        self.records: Offsets | range = range(0)  # of the batch that was read last
        self._strays = Strays(
            _telling(self.table, self.plans) if self.has_strays else [], sees_blank=_sees_blank(self.table, self.plans)
        )
        self._is_written_otherwise = False
        self._blank: Offsets | None = None

    def read(self) -> pa.Table:
        """Read all rows into one table.

        Raises
        ------
        UnreadableTable
            If more of it than is allowed could not be read.
        """
        try:
            return pa.Table.from_batches(list(self.batches()), schema=self.schema)
        except UnreadableTable:
            if not self._is_written_otherwise:
                raise
            kinds: dict[str, ColumnKind | None] = {plan.name: plan.form.kind for plan in self.plans}
            again = self.table.survey(kinds, {plan.name: plan.column for plan in self.plans}, whole=True)
            kept = {name: getattr(self, name) for name in ("missing", "rejects_rows", "rejects_to")}
            self.__dict__.update(again.__dict__ | kept)
            self.report.missing = self.missing
            return pa.Table.from_batches(list(self.batches()), schema=self.schema)

    def rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Read row by row: each with its number, by which `lines` finds it again, and its values, those missing left
        out.
        """
        for rows in self.batches():
            columns = {name: values.to_pylist() for name, values in zip(rows.schema.names, rows.columns, strict=True)}
            for place, record in enumerate(np.asarray(self.records).tolist()):
                yield record, {name: value for name, values in columns.items() if (value := values[place]) is not None}

    @property
    def report(self) -> ReadReport:
        """The account, whole once all was read."""
        return self._reporting.report

    def reject(self, record: int, problem: str) -> None:
        """Count a row as one in error that was given out by `rows`."""
        self._reporting.reject({record: problem})

    def found_again(self, records: Sequence[int]) -> dict[int, tuple[int, list[str]]]:
        """Return rows as they stand in the file: the line of each, from 1, and its cells."""
        return self.table.source.found_again(records)

    @property
    def names(self) -> list[str]:
        """The names of all columns of the file, empty where one has none."""
        return all_names(self.table.source)

    def lines(self, records: Sequence[int]) -> dict[int, int]:
        """Return the lines of the file, from 1, on which rows stand."""
        return {record: line for record, (line, _) in self.table.source.found_again(records).items()}

    @property
    def schema(self) -> pa.Schema:
        """The columns' names and types."""
        return pa.schema([(plan.name, ARROW[plan.form.kind]) for plan in self.plans])

    @property
    def types(self) -> dict[str, pa.DataType]:
        """The columns that need not come as strings: categories, and plain numbers; whole ones while no decimal sign
        has been seen.
        """
        once = Counter(plan.column for plan in self.plans)
        plain = {
            plan.column: plan
            for plan in self.plans
            if plan.form == ColumnForm(ColumnKind.NUMBER, POINT)
            and once[plan.column] == 1
            and plan.column not in _first_named(self.table)
        }
        numbers = {column: pa.int64() if plan.name in self.watched else pa.float64() for column, plan in plain.items()}
        return numbers | {
            plan.column: ARROW[plan.form.kind] for plan in self.plans if plan.form.kind is ColumnKind.CATEGORY
        }

    def batches(self, piece: Piece | range | None = None, *, check: bool = True) -> Iterator[pa.RecordBatch]:
        """Read the rows, and count on the way; the account is complete when they are at an end.

        Parameters
        ----------
        piece
            A stretch of a text file, or row groups of a Parquet file; None: all of it.
        check
            Whether to refuse what holds too much that cannot be read.

        Raises
        ------
        UnreadableTable
            At the end, if more of it than is allowed could not be read, or a column is written otherwise than its
            first rows are.
        """
        columns, schema = [*_first_named(self.table), *(plan.column for plan in self.plans)], self.schema
        self._blank = None
        unnamed = source.unnamed if check and isinstance(source := self.table.source, TextFile) else {}
        numbers = {plan.column for plan in self.plans if plan.form.kind is ColumnKind.NUMBER}
        for batch in self.table.batches([*columns, *unnamed], self.types, piece, numbers):
            self._reporting.note_unnamed(batch, unnamed)
            self._note_bad(batch)
            kept = self._strays.without(batch, partial(self._blank_rows, piece))
            values = [self._values(plan, kept) for plan in self.plans]
            yield self._sound(pa.RecordBatch.from_arrays(values, schema=schema), kept)
        if check:
            self._finish()

    def _finish(self) -> None:
        for plan in self.plans:
            survey = self.watched.get(plan.name)
            if survey is None:
                continue
            with _of_file(self.table.file):
                form = survey.form(self.table.options)
            if form != plan.form:
                self._is_written_otherwise = True
                raise UnreadableTable.of(
                    f"{self.table.file}: column {plan.column}",
                    "is not written throughout as its first rows are; say --decimal or --date-format",
                )
        self._reporting.settle(self._strays, self.rejects_to)
        self.report.check(self.table.options.allow_unreadable)

    def _note_bad(self, batch: Batch) -> None:
        source = self.table.source
        for row in batch.bad:
            problem = row.problem or f"{row.n_cells} cells, the header has {len(all_names(source))}"
            if row.problem:
                self._strays.rejected.append((row.record, problem))
            elif not row.text.strip():
                self._strays.n_blank += 1
            elif not isinstance(source, TextFile) or source.is_footer(row):
                self._strays.below.append((row.record, row.text.strip(), problem))
            else:
                self._strays.rejected.append((row.record, problem))

    def _blank_rows(self, piece: Piece | range | None) -> Offsets | None:
        """Number the rows of a text that hold nothing in any column; None: what is read of a row tells."""
        if self._blank is None and isinstance(source := self.table.source, TextFile):
            assert not isinstance(piece, range)
            self._blank = source.blank(piece)
        return self._blank

    def _values(self, plan: ColumnPlan, batch: Batch) -> pa.Array:
        known = plan.known(batch.columns[plan.column])
        if plan.name in self.watched:
            self.watched[plan.name].see(known)
        values = plan.form.read(known)
        self._reporting.note_values(plan, known, values, batch)
        return values

    def _sound(self, rows: pa.RecordBatch, batch: Batch) -> pa.RecordBatch:
        """Leave out rows with a value that nothing could be made of, where they count as rows in error."""
        self._reporting.note_rows(len(rows))
        self.records = batch.records
        problems = self._problems(rows, batch) if self.rejects_rows else {}
        if not problems:
            return rows
        kept = np.delete(np.arange(len(rows)), list(problems))
        self._reporting.reject({int(batch.records[place]): problem for place, problem in problems.items()})
        self.records = np.asarray(batch.records)[kept]
        return rows.take(pa.array(kept))

    def _problems(self, rows: pa.RecordBatch, batch: Batch) -> dict[int, str]:
        """Say of which rows, by place, some value could not be read."""
        problems: dict[int, str] = {}
        for plan, values in zip(self.plans, rows.columns, strict=True):
            known = plan.known(batch.columns[plan.column])
            if values.null_count > known.null_count:
                lost = pc.and_(known.is_valid(), values.is_null()).to_numpy(zero_copy_only=False)
                for place in np.flatnonzero(lost).tolist():
                    problem = f"column {plan.column}: found {shown(known[place])!r}; allowed: {plan.form.allowed}"
                    problems[place] = f"{problems[place]}; {problem}" if place in problems else problem
        return problems

    @property
    def has_texts(self) -> bool:
        """Whether texts have to become values of another kind, which may fail."""
        if not isinstance(self.table.source, ParquetFile):
            return True
        types = {plan.column: self.table.source.schema.field(plan.column).type for plan in self.plans}
        texts = (ColumnKind.TEXT, ColumnKind.CATEGORY)
        return any(plan.form.kind not in texts and is_text(types[plan.column]) for plan in self.plans)

    def document(self) -> dict[str, Any]:
        """Write down how the file is read, as JSON; `taken_up` reads by it."""
        source = self.table.source
        return {
            "columns": [asdict(plan) for plan in self.plans],
            "dialect": asdict(source.dialect) if isinstance(source, TextFile) else None,
            "sheet": source.sheet if isinstance(source, WorkbookFile) else "",
            "timezone": self.table.options.timezone,
            "has_strays": bool(self.report.footers or self.report.n_rejected),
        }


def taken_up(file: Path, document: Mapping[str, Any]) -> Reading:
    """Read a file by what `Reading.document` wrote down."""
    source: Source
    if document["dialect"] is not None:
        said: dict[str, Any] = document["dialect"]
        said = said | {name: tuple(said[name]) for name in ("names", "titles", "wrapped")}
        source = TextFile(file, ReadOptions(), Dialect(**said))
    elif file.name.lower().endswith(".parquet"):
        source = ParquetFile(file, document["timezone"])
    else:
        source = WorkbookFile(file, document["sheet"], document["timezone"])
    plans = tuple(map(ColumnPlan.written, document["columns"]))
    return Reading(Table(file, ReadOptions(), source), plans, has_strays=document["has_strays"])


def _first_named(table: Table) -> list[str]:
    return table.names[:1] if isinstance(table.source, TextFile | WorkbookFile) else []


def _telling(table: Table, plans: Sequence[ColumnPlan]) -> list[str]:
    """Name the columns that tell whether a row is one: the first, if it is read, and those of ids."""
    read = [plan.column for plan in plans]
    ids = [plan.column for plan in plans if plan.form.kind is ColumnKind.ID]
    return list(dict.fromkeys([*_first_named(table), *(name for name in table.names[:1] if name in read), *ids]))


def _sees_blank(table: Table, plans: Sequence[ColumnPlan]) -> bool:
    """Tell whether what is read shows that a row is blank: texts have their first column read for it."""
    return not isinstance(table.source, ParquetFile) or {plan.column for plan in plans} >= set(all_names(table.source))


def _source(file: Path, options: ReadOptions, days: str) -> Source:
    if file.name.lower().endswith(".parquet"):
        return ParquetFile(file, options.timezone, days)
    if file.name.lower().endswith(WORKBOOKS):
        return WorkbookFile(file, options.sheet, options.timezone, days)
    return TextFile(file, options)


@contextmanager
def _of_file(file: Path) -> Iterator[None]:
    """Name the file in whatever is refused of it."""
    try:
        yield
    except UnreadableTable as refusal:
        (violation,) = refusal.violations
        if violation.field.startswith(str(file)):
            raise
        raise UnreadableTable.of(f"{file}: {violation.field}", violation.description) from None


def open_table(file: Path, options: ReadOptions | None = None, *, days: str = "UTC") -> Table:
    """Open a table: ``.csv``, ``.tsv`` or ``.txt``, also packed as ``.gz``; ``.parquet``; or a workbook.

    Parameters
    ----------
    days
        The zone in which a date alone is its midnight: UTC where one is the same in every zone.

    Raises
    ------
    UnreadableTable
        If there is no such file, or it cannot be told what it is.
    """
    options = options or ReadOptions()
    name = file.name.lower()
    if file.is_dir():
        raise UnreadableTable.of(str(file), "is a folder; allowed: a file")
    if not file.is_file():
        raise UnreadableTable.of(str(file), "there is no such file")
    if not name.endswith(ENDINGS):
        raise UnreadableTable.of(str(file), f"allowed: a name that ends in {', '.join(ENDINGS)}")
    try:
        with _of_file(file):
            return Table(file, options, _source(file, options, days), days)
    except (OSError, EOFError) as error:
        raise UnreadableTable.of(str(file), f"cannot be read: {error}") from error
