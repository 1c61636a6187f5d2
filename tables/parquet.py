"""Parquet: columns with types of their own, brought to the few kinds that are read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tables.errors import UnreadableTable
from tables.forms import shown
from tables.names import checked_names
from tables.text import Batch
from tables.tidying import in_dictionary, is_ascii, without_missing

BATCH_ROWS, BATCH_VALUES = 65_536, 1 << 20
"""At most, in one batch: more rows cost less, and fewer values stay where the processor has them at hand."""
_FEW_BYTES = 2
"""A value, below which a column of texts is read as a dictionary."""
_DAY_US = 86_400_000_000
_UNIT_US = {"D": _DAY_US, "s": 1_000_000, "ms": 1_000}
_FARTHEST_US = 1 << 62
_AS_THEY_ARE = (pa.int64(), pa.bool_(), pa.timestamp("us", tz="UTC"))
_DICTIONARY = pa.dictionary(pa.int32(), pa.string())


class ParquetFile:
    """A Parquet file that is a table.

    Parameters
    ----------
    zone
        Of instants that name none.
    days
        In which a date alone is its midnight.

    Raises
    ------
    UnreadableTable
        If it is none, or two columns share a name.
    """

    def __init__(self, file: Path, zone: str = "UTC", days: str = "UTC") -> None:
        self.file = file
        self._zone = zone
        self._days = days
        self._zones: dict[str, str] = {}
        try:
            self.schema = pq.read_schema(file, memory_map=True)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableTable.of(str(file), f"cannot be read: {str(error).splitlines()[0]}") from error
        checked_names(self.schema.names)
        self.names = [name for name in self.schema.names if readable(self.schema.field(name).type)]
        self.unreadable = {
            name: str(self.schema.field(name).type) for name in self.schema.names if name not in self.names
        }

    def found_again(self, records: Sequence[int]) -> dict[int, tuple[int, list[str]]]:
        """Return the places of rows, from 1, and their values as texts."""
        found: dict[int, tuple[int, list[str]]] = {}
        wanted, at = sorted(records, reverse=True), 0
        with pq.ParquetFile(self.file, memory_map=True) as file:
            for rows in file.iter_batches(_at_once(len(self.schema)), use_threads=False) if wanted else ():
                while wanted and wanted[-1] < at + len(rows):
                    record = wanted.pop()
                    found[record] = record + 1, [shown(values[record - at]) for values in rows.columns]
                at += len(rows)
        return found

    @property
    def metadata(self) -> dict[bytes, bytes]:
        """What is said of the file as a whole."""
        return pq.read_metadata(self.file).metadata or {}

    def rows_of_groups(self) -> list[int]:
        """Count the rows of each row group."""
        meta = pq.read_metadata(self.file)
        return [meta.row_group(place).num_rows for place in range(meta.num_row_groups)]

    def _of_few_texts(self) -> list[str]:
        """Name the columns of texts of which so few differ that the file holds little more than their numbers."""
        meta = pq.read_metadata(self.file)
        if not meta.num_row_groups:
            return []
        chunks = [meta.row_group(0).column(place) for place in range(meta.num_columns)]
        few = {
            chunk.path_in_schema for chunk in chunks if chunk.total_uncompressed_size < _FEW_BYTES * chunk.num_values
        }
        return [field.name for field in self.schema if is_text(field.type) and field.name in few]

    def typed(self, column: str) -> pa.Array | None:
        """Return no values, of the type that those of a column have when they are read; None: they are texts."""
        values = plain(pa.array([], self.schema.field(column).type), self._zone)
        return None if pa.types.is_string(values.type) or pa.types.is_dictionary(values.type) else values

    def _zone_of(self, column: str) -> str:
        """Return the zone of a column's instants: where none has a time of day, they are dates of a calendar."""
        kind = self.schema.field(column).type
        if pa.types.is_date(getattr(kind, "value_type", kind)):  # or of a dictionary's
            return self._days
        if self._zone == self._days or not pa.types.is_timestamp(kind) or kind.tz is not None:
            return self._zone
        if column not in self._zones:
            with pq.ParquetFile(self.file, memory_map=True) as file:
                parts = (rows.column(0) for rows in file.iter_batches(columns=[column], use_threads=False))
                self._zones[column] = self._days if all(map(_are_days, parts)) else self._zone
        return self._zones[column]

    def batches(
        self,
        columns: Sequence[str],
        groups: range | None = None,
        categories: Sequence[str] = (),
        n_rows: int = BATCH_ROWS,
    ) -> Iterator[Batch]:
        """Read rows in order, at most ``n_rows`` at once: of all row groups, or of some; texts of ``categories`` as
        dictionaries.
        """
        texts = [name for name in categories if is_text(self.schema.field(name).type)]
        at, dictionaries = 0, [*texts, *self._of_few_texts()]
        tidy = {name: _Tidy(name, self._zone_of(name)) for name in columns}
        try:
            with pq.ParquetFile(self.file, memory_map=True, read_dictionary=dictionaries) as file:
                chosen = list(range(file.num_row_groups) if groups is None else groups)
                for rows in file.iter_batches(
                    min(n_rows, _at_once(len(columns))), row_groups=chosen, columns=list(columns), use_threads=False
                ):
                    values = {
                        name: tidy[name].plain(array)
                        for name, array in zip(rows.schema.names, rows.columns, strict=True)
                    }
                    records = range(at, at + rows.num_rows)
                    at = records.stop
                    yield Batch(values, records, at)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableTable.of(
                str(self.file), f"cannot be read behind row {at:,}: {str(error).splitlines()[0]}"
            ) from error


class _Tidy:
    """Brings the values of a column to the kind that is read; a dictionary that batch after batch has, once.

    Parameters
    ----------
    column
        Its name.
    zone
        Of instants that name none.
    """

    def __init__(self, column: str, zone: str) -> None:
        self._column = column
        self._zone = zone
        self._known: pa.Array | None = None  # a dictionary in which there is nothing to tidy

    def plain(self, values: pa.Array) -> pa.Array:
        """Bring values to the kind that is read."""
        if values.type != _DICTIONARY:
            return plain(_whole(self._column, values), self._zone)
        if self._known is not None and values.dictionary.equals(self._known):
            return values
        _whole(self._column, values.dictionary)
        read = plain(values, self._zone)
        if read.dictionary.equals(values.dictionary):
            self._known = values.dictionary
        return read


def _whole(name: str, values: pa.Array) -> pa.Array:
    """Return values whose texts are UTF-8.

    Raises
    ------
    pa.ArrowInvalid
        Naming the column.
    """
    if is_text(values.type) and not (pa.types.is_string(values.type) and is_ascii(values)):
        try:
            values.validate(full=True)
        except pa.ArrowInvalid as error:
            raise pa.ArrowInvalid(f"column {name}: {error}") from error
    return values


def _at_once(n_columns: int) -> int:
    """Return how many rows of so many columns are read at once: a power of two, as what works on them has it.

    Examples
    --------
    >>> _at_once(10), _at_once(31), _at_once(2_000)
    (65536, 32768, 512)
    """
    n_rows = min(BATCH_ROWS, max(1, BATCH_VALUES // max(1, n_columns)))
    return 1 << (n_rows.bit_length() - 1)


def readable(kind: pa.DataType) -> bool:
    """Tell whether values of a type are read: texts, numbers, truths, instants, lengths of time, lists of texts."""
    if pa.types.is_dictionary(kind):
        return readable(kind.value_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return bool(is_text(kind.value_type))
    types = pa.types
    tests = (is_text, types.is_integer, types.is_floating, types.is_decimal, types.is_boolean, types.is_null)
    instants = (types.is_timestamp, types.is_date, types.is_duration)
    return any(test(kind) for test in (*tests, *instants))


def is_text(kind: pa.DataType) -> bool:
    """Tell whether values of a type are texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def plain(values: pa.Array, zone: str = "UTC") -> pa.Array:
    """Bring values to string, int64, float64, bool, timestamp in UTC or list of strings; a length of time to days.

    Integers that int64 cannot hold are texts, and a float that is not a number is missing.
    """
    kind = values.type
    if kind == pa.float64():
        return _without_nan(values)
    if kind in _AS_THEY_ARE:
        return values
    if pa.types.is_dictionary(kind) and is_text(kind.value_type):
        return in_dictionary(without_missing, values if kind == _DICTIONARY else values.cast(_DICTIONARY))
    if pa.types.is_dictionary(kind):
        return plain(values.cast(kind.value_type), zone)
    if pa.types.is_null(kind) or is_text(kind):
        return without_missing(values if pa.types.is_string(kind) else values.cast(pa.string()))
    if pa.types.is_uint64(kind) or (pa.types.is_decimal(kind) and kind.scale <= 0):
        return values.cast(pa.string())  # with all digits: they may be ids
    if pa.types.is_integer(kind):
        return values.cast(pa.int64())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _without_nan(pc.cast(values, pa.float64(), safe=False))
    if pa.types.is_duration(kind):
        microseconds = values.cast(pa.duration("us"), safe=False).cast(pa.int64())
        return pc.divide(pc.cast(microseconds, pa.float64(), safe=False), float(_DAY_US))
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return in_utc(_microseconds(values), zone)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return values.cast(pa.list_(pa.string()))
    return values


def _microseconds(values: pa.Array) -> pa.Array:
    """Count instants in microseconds; those too far away become ones that no calendar holds."""
    zoned = values.type.tz if pa.types.is_timestamp(values.type) else None
    wanted = pa.timestamp("us", tz=zoned)
    try:
        return pc.cast(values, options=pc.CastOptions(wanted, allow_time_truncate=True))
    except pa.ArrowInvalid:
        is_days = pa.types.is_date32(values.type)
        unit_us = _UNIT_US["D" if is_days else getattr(values.type, "unit", "ms")]
        counts, most = values.cast(pa.int32() if is_days else pa.int64()).cast(pa.int64()), _FARTHEST_US // unit_us
        near = pc.min_element_wise(pc.max_element_wise(counts, -most, skip_nulls=False), most, skip_nulls=False)
        return pc.multiply(near, unit_us).cast(wanted)


def _are_days(instants: pa.Array) -> bool:
    """Tell whether no instant has a time of day."""
    counts = _microseconds(instants).cast(pa.int64()).drop_null().to_numpy()
    return not (counts % _DAY_US).any()


def _without_nan(values: pa.Array) -> pa.Array:
    """Put null where a float is not a number, by which some libraries write what is missing."""
    if not math.isnan(pc.sum(values).as_py() or 0.0):  # one fast look: a sum with such a value is none either
        return values
    return pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)


def in_utc(moments: pa.Array, zone: str) -> pa.Array:
    """Turn instants into those of UTC; of a zone if they name none."""
    if moments.type.tz is None:
        moments = pc.assume_timezone(moments, zone, ambiguous="earliest", nonexistent="earliest")
    return moments.cast(pa.timestamp("us", tz="UTC"))
