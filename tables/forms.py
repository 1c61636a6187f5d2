"""What a column holds, and how it is written: told by all its values, or said by whoever asks.

A `Survey` looks at a column's texts, batch after batch; `Survey.form` then says how they are to be read, or refuses
with an example of each reading. A `Form` is small and can be written down: workers elsewhere read by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from tables.dates import DAY_FIRST, MONTH_FIRST, SERIAL, Dates, orders_of, read_dates, zone_of
from tables.errors import UnreadableTable
from tables.missing import without_missing
from tables.numbers import COMMA, POINT, Decimals, figure, read_numbers
from tables.options import ReadOptions
from tables.words import read_lists, read_truths

FEWEST_UNREADABLE = 3
"""Values of a column that are never too many to be left out."""


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    NUMBER = "number"
    BOOL = "yes or no"
    DATE = "date"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Form:
    """How a column's texts become values.

    Parameters
    ----------
    kind
        What they become: text, float64, bool, timestamp in UTC, list of texts.
    written
        Of numbers the decimal sign, of dates the order of their parts or a format.
    zone
        Of dates that name none.
    """

    kind: Kind
    written: str = ""
    zone: str = "UTC"

    def read(self, texts: pa.Array) -> pa.Array:
        """Read texts, trimmed and null where missing; null where nothing can be made of one."""
        if self.kind is Kind.NUMBER:
            return read_numbers(texts, self.written)
        if self.kind is Kind.DATE:
            return read_dates(texts, self.written, zone_of(self.zone))
        return {Kind.BOOL: read_truths, Kind.LIST: read_lists, Kind.TEXT: _as_they_are}[self.kind](texts)

    def __str__(self) -> str:
        if self.kind is Kind.NUMBER:
            return "numbers, decimal comma" if self.written == COMMA else "numbers"
        if self.kind is Kind.DATE:
            return f"dates, {_ORDER_WORDS.get(self.written, self.written)}, {self.zone} where no zone stands"
        return {Kind.BOOL: "yes or no", Kind.LIST: "lists", Kind.TEXT: "texts"}[self.kind]


_ORDER_WORDS = {"YMD": "year first", "DMY": "day first", "MDY": "month first", SERIAL: "Excel's count of days"}


def _as_they_are(texts: pa.Array) -> pa.Array:
    """Leave texts as they are; a spreadsheet's error is none."""
    return pc.if_else(pc.match_substring_regex(texts, r"^#[A-Z0-9/]+[!?]$"), pa.scalar(None, pa.string()), texts)


@dataclass(slots=True)
class Survey:
    """What was seen of a column.

    Parameters
    ----------
    column
        Its name in the file.
    kind
        What it has to hold; None: whatever nearly all of it is.
    """

    column: str
    kind: Kind | None = None
    n_values: int = 0
    decimals: Decimals = field(default_factory=Decimals)
    dates: Dates = field(default_factory=Dates)

    def see(self, texts: pa.Array) -> None:
        """Look at a batch of texts as they stand in the file."""
        known = without_missing(texts).drop_null()
        self.n_values += len(known)
        if self.kind in (Kind.NUMBER, None):
            self.decimals.see(known)
        if self.kind is Kind.DATE or (self.kind is None and 2 * self.decimals.n_numbers < self.n_values):
            self.dates.see(known)

    @property
    def is_settled(self) -> bool:
        """Whether nothing that may follow can change how the column is read."""
        if self.kind is Kind.NUMBER:
            return bool(self.decimals.only[POINT][0] or self.decimals.only[COMMA][0])
        if self.kind is Kind.DATE:
            return bool(self.dates.only) and not self.dates.either
        return self.kind is not None

    def form(self, options: ReadOptions) -> Form:
        """Say how the column is to be read.

        Raises
        ------
        UnreadableTable
            If its values allow two readings and no option says which.
        """
        kind = self.kind or self._likeliest(options)
        if kind is Kind.NUMBER:
            self._check_marks()
            return Form(kind, options.decimal or self.decimals.decimal() or self._refuse_numbers())
        if kind is Kind.DATE:
            return Form(kind, options.date_format or self.dates.order() or self._refuse_dates(), options.timezone)
        return Form(kind)

    def _likeliest(self, options: ReadOptions) -> Kind:
        allowed = max(FEWEST_UNREADABLE - 1, options.allow_unreadable * self.n_values)
        if self.n_values and not self.decimals.leading_zero and self.n_values - self.decimals.n_numbers <= self._short(allowed):
            return Kind.NUMBER
        if self.n_values and self.n_values - self.dates.n_dates <= self._short(allowed):
            return Kind.DATE
        return Kind.TEXT

    def _short(self, allowed: float) -> float:
        """Of few values, most have to be readable: three texts are not numbers because two may be unreadable."""
        return min(allowed, self.n_values // 10)

    def _check_marks(self) -> None:
        marks = {mark: text for mark, text in self.decimals.marks.items() if mark}
        mixed = len(marks) > 1 or ("%" in marks and "" in self.decimals.marks)
        if mixed:
            examples = list(self.decimals.marks.values())
            raise UnreadableTable.of(
                self.column, f"found {examples[0]!r} and {examples[1]!r}; allowed: one currency, or percents throughout"
            )

    def _refuse_numbers(self) -> str:
        text = self.decimals.either
        read = figure(text)
        assert read is not None
        raise UnreadableTable.of(
            self.column,
            f"found {text!r}, which is {read.by_point:g} by a decimal point and {read.by_comma:g} by a decimal comma, and no value "
            "that tells; say --decimal . or --decimal ,",
        )

    def _refuse_dates(self) -> str:
        orders = orders_of(self.dates.either)
        raise UnreadableTable.of(
            self.column,
            f"found {self.dates.either!r}, which is {orders[DAY_FIRST]:%Y-%m-%d} if the day stands first and "
            f"{orders[MONTH_FIRST]:%Y-%m-%d} if the month does, and no value that tells; say --date-format DMY or --date-format MDY",
        )

