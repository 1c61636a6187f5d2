"""What a column holds, and how it is written: told by all its values, or said by whoever asks.

A `Survey` looks at a column's texts, batch after batch; `Survey.form` then says how they are to be read, or refuses
with an example of each reading. A `Form` is small and can be written down: workers elsewhere read by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tables.cells import with_all_digits, without_errors
from tables.dates import MAY_BE, Dates, orders_of, read_dates
from tables.errors import UnreadableTable
from tables.numbers import ANY_WAY, COMMA, MAY_BE_WIDE, POINT, Decimals, figure, plain_numbers, read_numbers
from tables.options import DAY_FIRST, MONTH_FIRST, SERIAL, ReadOptions, zone_of
from tables.tidying import in_dictionary, without_missing
from tables.words import read_lists, read_truths

NEARLY_ALL = 0.9
"""Share of a column's values that makes it one of numbers, or of dates. What else stands in it, `ReadReport` judges."""


class ColumnKind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    CATEGORY = "category"
    ID = "id"
    NUMBER = "number"
    BOOL = "yes or no"
    DATE = "date"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class ColumnForm:
    """How a column's texts become values.

    Parameters
    ----------
    kind
        What they become: text (of an id, too), float64, bool, timestamp in UTC, list of texts.
    written
        Of numbers the decimal sign, of dates the order of their parts or a format.
    zone
        Of dates that name none.
    days
        In which a date alone is its midnight.
    """

    kind: ColumnKind
    written: str = ""
    zone: str = "UTC"
    days: str = "UTC"

    def read(self, values: pa.Array) -> pa.Array:
        """Read texts, or values that have a type of their own; null where one is, or nothing can be made of it."""
        return _on_calendars(self._read(values)) if self.kind is ColumnKind.DATE else self._read(values)

    def _read(self, values: pa.Array) -> pa.Array:
        if self.kind is ColumnKind.CATEGORY:
            return _as_category(values)
        if pa.types.is_dictionary(values.type) and self.kind in (ColumnKind.TEXT, ColumnKind.ID):
            return in_dictionary(self._made_of, values).cast(pa.string())
        if pa.types.is_dictionary(values.type):
            values = values.cast(pa.string())
        if not pa.types.is_string(values.type):
            return self._converted(values)
        if self.kind is ColumnKind.NUMBER and self.written == POINT and (numbers := plain_numbers(values)) is not None:
            return numbers
        return self._made_of(values)

    def _made_of(self, known: pa.Array) -> pa.Array:
        if self.kind is ColumnKind.NUMBER:
            return read_numbers(known, self.written)
        if self.kind is ColumnKind.DATE:
            return read_dates(known, self.written, zone_of(self.zone), zone_of(self.days))
        readers = {
            ColumnKind.BOOL: read_truths,
            ColumnKind.LIST: read_lists,
            ColumnKind.TEXT: without_errors,
            ColumnKind.ID: with_all_digits,
        }
        return readers[self.kind](known)

    def _converted(self, values: pa.Array) -> pa.Array:
        wanted = ARROW[self.kind]
        if values.type == wanted:
            return _finite(values) if self.kind is ColumnKind.NUMBER else values
        if self.kind is ColumnKind.ID and pa.types.is_floating(values.type):
            values = _whole(values)
        if self.kind is ColumnKind.NUMBER and (pa.types.is_integer(values.type) or pa.types.is_boolean(values.type)):
            return pc.cast(values.cast(pa.int64()), wanted, safe=False)
        return self._made_of(without_missing(_texts_of(values)))

    @property
    def allowed(self) -> str:
        """What a value has to be, in words."""
        if self.kind is ColumnKind.NUMBER:
            return "a number such as 60 or 1250,5" if self.written == COMMA else "a number such as 60 or 1250.5"
        if self.kind is ColumnKind.DATE:
            return f"a date, {_ORDER_WORDS.get(self.written, self.written)}"
        truths = "true or false, yes or no, 是 or 否, 1 or 0"
        return {ColumnKind.BOOL: truths, ColumnKind.ID: "an id with all its digits"}.get(
            self.kind, "a text, and no error of a sheet"
        )

    def __str__(self) -> str:
        if self.kind is ColumnKind.NUMBER:
            return "numbers, decimal comma" if self.written == COMMA else "numbers"
        if self.kind is ColumnKind.DATE:
            return f"dates, {_ORDER_WORDS.get(self.written, self.written)}, {self.zone} where no zone stands"
        return {
            ColumnKind.BOOL: "yes or no",
            ColumnKind.LIST: "lists",
            ColumnKind.TEXT: "texts",
            ColumnKind.CATEGORY: "texts",
            ColumnKind.ID: "ids",
        }[self.kind]


ARROW = {
    ColumnKind.TEXT: pa.string(),
    ColumnKind.CATEGORY: pa.dictionary(pa.int32(), pa.string()),
    ColumnKind.ID: pa.string(),
    ColumnKind.NUMBER: pa.float64(),
    ColumnKind.BOOL: pa.bool_(),
    ColumnKind.DATE: pa.timestamp("us", tz="UTC"),
    ColumnKind.LIST: pa.list_(pa.string()),
}
_FIRST_US, _END_US = (int(np.datetime64(year, "us").astype(np.int64)) for year in ("0001-01-01", "10000-01-01"))
"""Of the instants that a calendar holds, microseconds since 1970."""
_KINDS = {ARROW[kind]: kind for kind in ColumnKind if kind is not ColumnKind.ID} | {pa.int64(): ColumnKind.NUMBER}


def _on_calendars(instants: pa.Array) -> pa.Array:
    """Leave instants of the years 1 to 9999 as they are; of others, nothing can be made."""
    counts = instants.cast(pa.int64())
    bounds = pc.min_max(counts)
    if not bounds["min"].is_valid or (bounds["min"].as_py() >= _FIRST_US and bounds["max"].as_py() < _END_US):
        return instants
    held = pc.and_(pc.greater_equal(counts, _FIRST_US), pc.less(counts, _END_US))
    return pc.if_else(held, instants, pa.scalar(None, instants.type))


def _whole(numbers: pa.Array) -> pa.Array:
    """Leave those numbers that are ids: whole ones that no other id is rounded to."""
    sure = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), float(2**53)))
    return pc.if_else(sure, numbers, pa.scalar(None, pa.float64()))


def _finite(values: pa.Array) -> pa.Array:
    finite = pc.is_finite(values) if values.null_count else None
    if np.isfinite(values.to_numpy()).all() if finite is None else pc.all(finite).as_py() is not False:
        return values
    return pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))


def _as_category(values: pa.Array) -> pa.Array:
    if not pa.types.is_dictionary(values.type):
        values = (values if pa.types.is_string(values.type) else without_missing(_texts_of(values))).dictionary_encode()
    values = in_dictionary(without_errors, values)
    wanted = ARROW[ColumnKind.CATEGORY]
    return values if values.type == wanted else values.cast(wanted)


def _texts_of(values: pa.Array) -> pa.Array:
    """Write values that have a type of their own as the texts they would have in a file."""
    if pa.types.is_integer(values.type) or pa.types.is_boolean(values.type):
        return values.cast(pa.string())
    if pa.types.is_timestamp(values.type):
        values = _on_calendars(values)
    return pa.array([None if value is None else text_of(value) for value in values.to_pylist()], pa.string())


def shown(value: pa.Scalar) -> str:
    """Write a value of a column for a person to read, an instant that no calendar holds among them."""
    try:
        return text_of(value.as_py())
    except (OverflowError, ValueError):
        return "an instant that no calendar holds"


def text_of(value: object) -> str:
    """Write a value as the text it would have in a file.

    Examples
    --------
    >>> text_of(12.0), text_of(True), text_of(["a", "b"]), text_of(9222021234567892.0), text_of(None)
    ('12', 'true', 'a;b', '9.222021234567892e+15', '')
    """
    if value is None or isinstance(value, bool):
        return "" if value is None else "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value)) if abs(value) < 2**53 else np.format_float_scientific(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


_TELLING = f"{ANY_WAY}|{MAY_BE_WIDE}|{MAY_BE}"
"""How texts are written that may be numbers or dates."""
_ORDER_WORDS = {"YMD": "year first", "DMY": "day first", "MDY": "month first", SERIAL: "Excel's count of days"}


@dataclass(slots=True)
class Survey:
    """What was seen of a column.

    Parameters
    ----------
    column
        Its name in the file.
    kind
        What it has to hold; None: whatever nearly all of it is.
    days
        The zone in which a date alone is its midnight.
    """

    column: str
    kind: ColumnKind | None = None
    days: str = "UTC"
    n_values: int = 0
    decimals: Decimals = field(default_factory=Decimals)
    dates: Dates = field(default_factory=Dates)
    typed: ColumnKind | None = None
    is_dictionary: bool = False

    def see(self, values: pa.Array) -> None:
        """Look at a batch of values as they stand in the file; such as have a type of their own say what they are."""
        if pa.types.is_dictionary(values.type):
            self.is_dictionary = True
            if not values.dictionary.null_count and not self._tells_something(values.dictionary):
                self.n_values += len(values) - values.null_count
                return
            values = values.cast(pa.string())
        if not pa.types.is_string(values.type):
            self.typed = self.typed or _KINDS[values.type]
            if self._counts_days:
                self.dates.see(_texts_of(values.drop_null()))
            return
        known = values.drop_null()
        self.n_values += len(known)
        if self.kind is None and not self._tells_something(known):
            return
        if self.kind in (ColumnKind.NUMBER, None):
            self.decimals.see(known)
        if self.kind is ColumnKind.DATE or (self.kind is None and 2 * self.decimals.n_numbers < self.n_values):
            self.dates.see(known)

    def _tells_something(self, known: pa.Array) -> bool:
        """Tell whether some text may be a number or a date: one fast look, which most columns of texts end with."""
        if self.decimals.n_numbers or self.dates.n_dates or self.dates.n_serials:
            return True
        return pc.any(pc.match_substring_regex(known, _TELLING)).as_py() is True

    @property
    def needs_values(self) -> bool:
        """Whether its values say how the column is read; else its type in the file, or what it has to hold, does."""
        return self._counts_days or (self.typed is None and self.kind in (ColumnKind.NUMBER, ColumnKind.DATE, None))

    @property
    def _counts_days(self) -> bool:
        """Whether it holds numbers where dates are wanted: which they are, a count of days or digits, they tell."""
        return self.kind is ColumnKind.DATE and self.typed is ColumnKind.NUMBER

    @property
    def is_settled(self) -> bool:
        """Whether nothing that may follow changes how the column is read; of a kind that was guessed, this is one."""
        return not self.needs_values or (self.kind is ColumnKind.NUMBER and self.decimals.is_settled)

    def form(self, options: ReadOptions) -> ColumnForm:
        """Say how the column is to be read.

        Raises
        ------
        UnreadableTable
            If its values allow two readings and no option says which.
        """
        kind = self.kind = self.kind or self.typed or self.likeliest
        if kind is ColumnKind.NUMBER:
            self._check_marks()
            return ColumnForm(kind, options.decimal or self.decimals.decimal() or self._refuse_numbers())
        if kind is ColumnKind.DATE:
            order = options.date_format or self.dates.order() or self._refuse_dates()
            return ColumnForm(kind, order, options.timezone, self.days)
        return ColumnForm(kind)

    @property
    def likeliest(self) -> ColumnKind:
        """What nearly all of its texts are."""
        if self.decimals.n_numbers >= NEARLY_ALL * self.n_values > 0 and not self.decimals.leading_zero:
            return ColumnKind.NUMBER
        if self.dates.n_dates >= NEARLY_ALL * self.n_values > 0:
            return ColumnKind.DATE
        return ColumnKind.CATEGORY if self.is_dictionary else ColumnKind.TEXT

    def _check_marks(self) -> None:
        marks = {mark: text for mark, text in self.decimals.marks.items() if mark}
        mixed = len(marks) > 1 or ("%" in marks and "" in self.decimals.marks)
        if mixed:
            examples = list(self.decimals.marks.values())
            raise UnreadableTable.of(
                f"column {self.column}",
                f"found {examples[0]!r} and {examples[1]!r}; allowed: one currency, or percents throughout",
            )

    def _refuse_numbers(self) -> str:
        text, told = self.decimals.either, [first for _, first in self.decimals.only.values() if first]
        read = figure(text)
        assert read is not None
        tells = f"both {told[0]!r} and {told[1]!r} beside it" if told else "no value that tells"
        raise UnreadableTable.of(
            f"column {self.column}",
            f"found {text!r}, which is {read.by_point:.15g} by a decimal point and {read.by_comma:.15g} by a decimal "
            f"comma, and {tells}; say --decimal . or --decimal ,",
        )

    def _refuse_dates(self) -> str:
        only = [self.dates.only[order][1] for order in (DAY_FIRST, MONTH_FIRST) if order in self.dates.only]
        if len(only) > 1:
            raise UnreadableTable.of(
                f"column {self.column}",
                f"found {only[0]!r}, where the day stands first, and {only[1]!r}, where the month does; "
                "mend one of them, or say --date-format DMY or --date-format MDY",
            )
        orders = orders_of(self.dates.either)
        raise UnreadableTable.of(
            f"column {self.column}",
            f"found {self.dates.either!r}, which is {orders[DAY_FIRST]:%Y-%m-%d} if the day stands first and "
            f"{orders[MONTH_FIRST]:%Y-%m-%d} if the month does, and no value written alike tells; "
            "say --date-format DMY or --date-format MDY",
        )
