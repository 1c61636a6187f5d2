"""The account of what was read: what the file was taken for, what became of its columns and rows.

It is made for every file, printed by ``fairlead inspect``, and part of what reports and operations tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from tables.errors import UnreadableTable
from tables.names import NearNames

FEWEST_UNREADABLE = 3
"""Values of a column, or rows, of which fewer are never too many to be left out."""
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where something stands: a line (of a workbook or Parquet file, a row), from 1, and what stands there."""

    line: int
    value: str

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 60 else self.value[:59] + "…"
        return f"line {self.line}, {shown!r}"


@dataclass(slots=True)
class ColumnReport:
    """What became of a column's values.

    Parameters
    ----------
    name
        What it was read as.
    column
        Its name in the file.
    form
        How its values were read, in words.
    first
        The first value that nothing could be made of.
    notes
        What else is to be known of it.
    """

    name: str
    column: str
    form: str
    n_values: int = 0
    n_missing: int = 0
    n_unreadable: int = 0
    first: RowPlace | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def unreadable_share(self) -> float:
        """Of the values that are not missing, in [0, 1]."""
        return self.n_unreadable / max(1, self.n_values - self.n_missing)

    def add(self, other: ColumnReport) -> None:
        """Count another part of the same column."""
        self.n_values += other.n_values
        self.n_unreadable += other.n_unreadable
        self.n_missing += other.n_missing
        self.notes += [note for note in other.notes if note not in self.notes]
        self.first = min(filter(None, (self.first, other.first)), key=lambda place: place.line, default=None)


@dataclass(slots=True)
class ReadReport:
    """The account.

    Parameters
    ----------
    n_rows
        Rows that were read; those in error, footers and blank ones are not among them.
    ignored
        Columns that nobody asked for.
    missing
        Columns that were asked for and are not there.
    titles, footers
        Lines above and below the rows that belong to the report and not to the table.
    n_rejected
        Rows in error.
    rejected
        The first of them, each with what is wrong with it.
    rejected_to
        The file that they were written to; empty: none.
    removed
        The file that an earlier reading wrote its own to, and that was taken away because there are none any more.
    """

    file: str
    format: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    n_rows: int = 0
    columns: list[ColumnReport] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    footers: list[str] = field(default_factory=list)
    n_blank: int = 0
    n_rejected: int = 0
    rejected: list[RowPlace] = field(default_factory=list)
    rejected_to: str = ""
    removed: str = ""

    def check(self, allowed: float) -> None:
        """Refuse what holds too much that nothing can be made of.

        Parameters
        ----------
        allowed
            Share in [0, 1]; fewer than three of a kind never count.

        Raises
        ------
        UnreadableTable
            With the first place.
        """
        for column in self.columns:
            if column.n_unreadable >= FEWEST_UNREADABLE and column.unreadable_share > allowed:
                raise UnreadableTable.of(
                    f"{self.file}: column {column.column}",
                    f"{column.n_unreadable:,} of {column.n_values - column.n_missing:,} values are no {column.form}, "
                    f"first {column.first}; {_ways_out(column)}",
                )
        share = self.n_rejected / max(1, self.n_rows + self.n_rejected)
        if (
            self.n_rejected
            and allowed < 1
            and (not self.n_rows or (self.n_rejected >= FEWEST_UNREADABLE and share > allowed))
        ):
            count = f"{self.n_rejected:,} of {self.n_rows + self.n_rejected:,} rows are in error"
            places = "".join(f"\n{self.file}:{place.line}: {place.value}" for place in self.rejected)
            raise UnreadableTable.of(
                self.file, f"{count}; mend them, or say --allow-unreadable {_percent(share)}:{places}"
            )

    def add(self, other: ReadReport) -> None:
        """Count another part of the same file."""
        self.n_rows += other.n_rows
        self.n_blank += other.n_blank
        self.n_rejected += other.n_rejected
        self.rejected = sorted([*self.rejected, *other.rejected], key=lambda place: place.line)[:MOST_SHOWN]
        self.footers += other.footers
        for ours, theirs in zip(self.columns, other.columns, strict=True):
            ours.add(theirs)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self) | {
            "columns": [asdict(column) | {"unreadable_share": column.unreadable_share} for column in self.columns]
        }

    def lines(self) -> Iterator[str]:
        """Say it in words."""
        written = [
            self.format,
            self.encoding,
            f"delimiter {self.delimiter!r}" if self.delimiter else "",
            self.sheet and f"sheet {self.sheet}",
        ]
        yield f"{self.file}: {', '.join(filter(None, written))}; {self.n_rows:,} row{'s' * (self.n_rows != 1)}"
        for column in self.columns:
            if column.n_unreadable:
                values, are = ("value", "is") if column.n_unreadable == 1 else ("values", "are")
                share = f"{column.n_unreadable:,} {values} ({column.unreadable_share:.1%})"
                yield f"  column {column.column}: {share} {are} no {column.form}: missing; first {column.first}"
            yield from (f"  column {column.column}: {note}" for note in column.notes)
        for what, names in (
            ("columns not used", self.ignored),
            ("columns not there", self.missing),
            ("lines above the rows", self.titles),
            ("lines below the table", self.footers),
        ):
            if names:
                yield f"  {what}: {', '.join(names[:MOST_SHOWN])}{' …' if len(names) > MOST_SHOWN else ''}"
        near = NearNames(self.missing)
        for name in self.ignored:
            if meant := near.meant(name):
                yield f"  column {name} is not used: should it be called {meant}, which is not there?"
        if self.n_blank:
            yield f"  blank rows left out: {self.n_blank:,}"
        for place in self.rejected:
            yield f"  row in error: line {place.line}, {place.value}"
        if self.n_rejected > len(self.rejected):
            yield f"  … and {self.n_rejected - len(self.rejected):,} more rows in error"
        if self.rejected_to:
            yield f"  rows in error are in {self.rejected_to}"
        if self.removed:
            yield f"  no rows in error any more: {self.removed}, of an earlier run, is taken away"


def _ways_out(column: ColumnReport) -> str:
    """Say what can be done about a column of which too much cannot be read."""
    from tables.dates import advice  # with it comes pyarrow, which those who only pass reports on do without

    ways = ["mend them"]
    if column.form.startswith("dates") and column.first:
        ways += [f"say {say}" for say in advice(column.first.value, of_most=column.unreadable_share > 0.5)]
    if column.unreadable_share < 1 or len(ways) == 1:
        ways.append(f"say --allow-unreadable {_percent(column.unreadable_share)}")
    return f"{', '.join(ways[:-1])}, or {ways[-1]}"


def _percent(share: float) -> str:
    return f"{min(100, int(share * 100) + 1)}%"
