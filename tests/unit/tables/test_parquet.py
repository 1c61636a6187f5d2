"""Parquet: its types tell what its columns are; its texts are read as those of any file."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tables.errors import UnreadableTable
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.parquet import BATCH_ROWS
from tables.reading import Reading, open_table


def reading(file: Path, *groups: pa.Table) -> Reading:
    """Write a table of row groups; begin to read what its columns are by themselves."""
    with pq.ParquetWriter(file, groups[0].schema) as writer:
        for group in groups:
            writer.write_table(group)
    table = open_table(file)
    return table.survey(dict.fromkeys(table.names))


def kinds(begun: Reading) -> dict[str, ColumnKind]:
    return {plan.name: plan.form.kind for plan in begun.plans}


def test_types_tell_what_columns_are_even_without_a_row(tmp_path: Path) -> None:
    types = {"n": pa.int32(), "x": pa.float32(), "b": pa.bool_(), "d": pa.date32(), "l": pa.list_(pa.string())}
    nothing = pa.schema(types).empty_table()

    begun = reading(tmp_path / "nothing.parquet", nothing)

    assert kinds(begun) == {
        "n": ColumnKind.NUMBER, "x": ColumnKind.NUMBER, "b": ColumnKind.BOOL, "d": ColumnKind.DATE, "l": ColumnKind.LIST
    }  # fmt: skip
    assert begun.read().num_rows == 0


@pytest.mark.parametrize("encode", [False, True])
def test_texts_that_are_numbers_or_dates_are_read_as_such_in_a_dictionary_too(tmp_path: Path, encode: bool) -> None:
    columns = {"n": ["1.5", "2.5"] * 50, "d": ["2024-05-01", "2024-06-01"] * 50}
    rows = pa.table({name: pa.array(texts) for name, texts in columns.items()})
    rows = pa.table({name: rows[name].dictionary_encode() for name in columns}) if encode else rows

    begun = reading(tmp_path / "texts.parquet", rows)

    assert kinds(begun) == {"n": ColumnKind.NUMBER, "d": ColumnKind.DATE}
    assert begun.read()["n"].to_pylist() == [1.5, 2.5] * 50


def test_each_row_group_has_its_own_dictionary_and_each_is_tidied(tmp_path: Path) -> None:
    texts = [["East", "West"], [" East ", "N/A"], ["East", "#DIV/0!"], ["East", "West"]]
    groups = [pa.table({"id": [*range(400)], "region": pa.array(pair * 200).dictionary_encode()}) for pair in texts]

    begun = reading(tmp_path / "regions.parquet", *groups)
    read = [value for rows in begun.batches(check=False) for value in rows["region"].to_pylist()]

    assert read == ["East", "West"] * 200 + ["East", None] * 400 + ["East", "West"] * 200
    assert (begun.report.columns[1].n_missing, begun.report.columns[1].n_unreadable) == (200, 200)


def test_of_numbers_what_is_infinite_is_not_understood_and_what_is_none_is_missing(tmp_path: Path) -> None:
    begun = reading(
        tmp_path / "numbers.parquet", pa.table({"id": [*range(5)], "x": [1.0, None, float("inf"), float("nan"), 2.0]})
    )

    values = begun.read()["x"].to_pylist()

    report = begun.report.columns[1]
    assert values == [1.0, None, None, None, 2.0]
    assert (report.n_missing, report.n_unreadable) == (2, 1)


def test_numbers_with_nulls_are_the_same_numbers(tmp_path: Path) -> None:
    values = [1.0, None, 3.0]

    assert (
        reading(tmp_path / "numbers.parquet", pa.table({"id": [*range(3)], "x": values})).read()["x"].to_pylist()
        == values
    )


def test_the_last_row_of_all_is_one_of_totals_and_one_before_it_in_error(tmp_path: Path) -> None:
    names = [f"C{place:06d}" for place in range(2 * BATCH_ROWS)]
    names[BATCH_ROWS - 1] = names[-1] = "Total"
    amounts = [None if name == "Total" else 1 for name in names]

    begun = reading(tmp_path / "totals.parquet", pa.table({"name": names, "amount": pa.array(amounts, pa.int64())}))
    rows = begun.read()

    assert (rows.num_rows, begun.report.footers) == (len(names) - 2, ["Total"])
    assert [place.line for place in begun.report.rejected] == [BATCH_ROWS]


def test_a_list_that_is_asked_for_as_a_category_ends_in_no_traceback(tmp_path: Path) -> None:
    pq.write_table(pa.table({"tags": pa.array([["a"], ["b", "c"]])}), tmp_path / "lists.parquet")

    reading = open_table(tmp_path / "lists.parquet").survey({"tags": ColumnKind.CATEGORY})

    assert reading.read().num_rows == 2


def test_a_row_that_has_nothing_where_one_looks_is_a_row_all_the_same(tmp_path: Path) -> None:
    table = pa.table({"name": ["a", "b", "c"], "tenure": [5, None, 7], "plan": ["Pro", None, "Basic"]})
    pq.write_table(table, tmp_path / "customers.parquet")
    opened = open_table(tmp_path / "customers.parquet")

    begun = opened.survey({"tenure": ColumnKind.NUMBER, "plan": ColumnKind.CATEGORY})

    assert begun.read().to_pylist() == table.select(["tenure", "plan"]).to_pylist()
    assert begun.report.n_blank == 0


@pytest.mark.parametrize(
    ("ids", "read"),
    [
        (pa.array([2**63 + 1, 2**63 + 2], pa.uint64()), ["9223372036854775809", "9223372036854775810"]),
        (
            pa.array([Decimal("123456789012345678901234567890"), Decimal(2)], pa.decimal128(38, 0)),
            ["123456789012345678901234567890", "2"],
        ),
        (pa.array([2.0**53 - 1, 12.0]), ["9007199254740991", "12"]),
        (pa.array([2.0**53 + 2, 12.0]), [None, "12"]),
    ],
)
def test_ids_keep_all_their_digits_or_are_none(tmp_path: Path, ids: pa.Array, read: list[str | None]) -> None:
    pq.write_table(pa.table({"id": ids}), tmp_path / "ids.parquet")

    begun = open_table(tmp_path / "ids.parquet").survey({"id": ColumnKind.ID})

    assert begun.read()["id"].to_pylist() == read
    assert begun.report.columns[0].n_unreadable == read.count(None)


@pytest.mark.parametrize(
    "moments",
    [
        pa.array([2**62, 1_714_521_600_000], pa.timestamp("ms")),
        pa.array([2**31 - 1, 19_844], pa.date32()),
    ],
)
def test_an_instant_beyond_any_calendar_is_not_understood(tmp_path: Path, moments: pa.Array) -> None:
    pq.write_table(pa.table({"id": ["a", "b"], "since": moments}), tmp_path / "since.parquet")

    begun = open_table(tmp_path / "since.parquet").survey({"id": ColumnKind.ID, "since": ColumnKind.DATE})

    values = begun.read()["since"].to_pylist()
    assert values == [None, datetime(2024, 5, 1, tzinfo=UTC)]
    assert begun.report.columns[1].n_unreadable == 1


@pytest.mark.parametrize("is_dictionary", [False, True])
def test_a_text_that_is_no_utf_8_is_refused_with_its_column(tmp_path: Path, is_dictionary: bool) -> None:
    texts = pa.array([b"Bonn", b"K\xf6ln"]).view(pa.string())
    values = texts.dictionary_encode() if is_dictionary else texts
    pq.write_table(pa.table({"id": ["a", "b"], "city": values}), tmp_path / "cities.parquet")

    with pytest.raises(UnreadableTable, match=r"column city: .*UTF8"):
        open_table(tmp_path / "cities.parquet").survey({"city": ColumnKind.TEXT}).read()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_instants_without_a_zone_are_dates_of_a_calendar_where_none_has_a_time_of_day(
    tmp_path: Path, zone: str
) -> None:
    file, midnight, morning = tmp_path / "days.parquet", datetime(2024, 5, 1), datetime(2024, 5, 1, 8)
    pq.write_table(pa.table({"day": [midnight, midnight], "at": [midnight, morning]}), file)
    table = open_table(file, ReadOptions(timezone=zone))

    read = table.survey({"day": None, "at": None}).read().to_pylist()[0]

    assert read["day"] == datetime(2024, 5, 1, tzinfo=UTC)
    assert read["at"] == datetime(2024, 5, 1, tzinfo=ZoneInfo(zone))


def test_doubles_that_are_broken_or_rounded_are_no_ids(tmp_path: Path) -> None:
    file, ids = tmp_path / "ids.parquet", pa.array([1e17 + 16, 2.0, 3.5, 9e99])
    pq.write_table(pa.table({"id": ids}), file)

    with pytest.raises(UnreadableTable, match=r"column id: 3 of 4 values are no ids"):
        open_table(file).survey({"id": ColumnKind.ID}).read()
