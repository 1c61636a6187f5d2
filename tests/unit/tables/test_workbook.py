"""Workbooks: numbers are numbers whatever stands beside them; what is hidden or merged is not guessed at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tables.errors import UnreadableTable
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import Reading, open_table


def book_of(rows: Iterable[list[Any]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    return book


def reading(book: openpyxl.Workbook, folder: Path, kinds: dict[str, ColumnKind | None]) -> Reading:
    book.save(folder / "any.xlsx")
    return open_table(folder / "any.xlsx").survey(kinds)


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        (["2,5", "3,5", 45.125, 3.25, -0.5, 7], [2.5, 3.5, 45.125, 3.25, -0.5, 7.0]),
        (["2.5", "3.5", 45.125, 7], [2.5, 3.5, 45.125, 7.0]),
        (["€ 2,50", 45.125], [2.5, 45.125]),
    ],
)
def test_a_number_is_itself_beside_texts(tmp_path: Path, cells: list[object], read: list[float]) -> None:
    book = book_of([["id", "spend"], *([f"C{place}", cell] for place, cell in enumerate(cells))])

    begun = reading(book, tmp_path, {"id": ColumnKind.ID, "spend": ColumnKind.NUMBER})

    assert begun.read()["spend"].to_pylist() == read


def test_a_number_does_not_tell_how_texts_beside_it_are_written(tmp_path: Path) -> None:
    book = book_of([["id", "spend"], ["a", "1.234"], ["b", 12.5]])

    with pytest.raises(UnreadableTable, match="--decimal"):
        reading(book, tmp_path, {"id": ColumnKind.ID, "spend": ColumnKind.NUMBER}).read()


def test_a_number_beside_words_is_written_as_it_shows(tmp_path: Path) -> None:
    book = book_of([["id", "version"], ["a", "beta"], ["b", 2.5]])

    assert reading(book, tmp_path, {"version": ColumnKind.TEXT}).read()["version"].to_pylist() == ["beta", "2.5"]


def test_a_long_number_has_lost_digits_and_is_no_id(tmp_path: Path) -> None:
    book = book_of([["id", "v"], [6222021234567890123, 1], [1234567890123456, 2], [123456789012345, 3], ["0012", 4]])

    begun = reading(book, tmp_path, {"id": ColumnKind.ID, "v": ColumnKind.NUMBER})

    assert begun.read()["id"].to_pylist() == [None, None, "123456789012345", "0012"]
    assert begun.report.columns[0].n_unreadable == 2


def test_a_hidden_sheet_is_read_only_where_it_is_named(tmp_path: Path) -> None:
    book = book_of([["id"], ["seen"]])
    hidden = book.create_sheet("Old", 0)
    for row in (["id"], ["hidden"]):
        hidden.append(row)
    hidden.sheet_state = "hidden"

    assert reading(book, tmp_path, {"id": ColumnKind.ID}).read()["id"].to_pylist() == ["seen"]


@pytest.mark.parametrize("cells", ["A2:A3", "B1:C1"])
def test_merged_cells_are_refused_with_their_place(tmp_path: Path, cells: str) -> None:
    book = book_of([["id", "v", "w"], ["a", 1, 2], ["b", 3, 4]])
    assert book.active is not None
    book.active.merge_cells(cells)

    with pytest.raises(UnreadableTable, match="cells are merged, row"):
        reading(book, tmp_path, {"id": ColumnKind.ID})


def test_a_merged_title_above_the_header_is_a_title(tmp_path: Path) -> None:
    book = book_of([["Customers", None], ["id", "v"], ["a", 1]])
    assert book.active is not None
    book.active.merge_cells("A1:B1")

    assert reading(book, tmp_path, {"id": ColumnKind.ID}).read()["id"].to_pylist() == ["a"]


@pytest.mark.long
def test_a_column_is_of_dates_or_of_times_throughout_however_long_it_is(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["id", "since"])
    for place in range(32_770):
        sheet.append([f"C{place}", datetime(2024, 5, 1, 12 if place == 32_769 else 0)])
    book.save(tmp_path / "any.xlsx")

    begun = open_table(tmp_path / "any.xlsx", ReadOptions(timezone="Asia/Shanghai")).survey({"since": ColumnKind.DATE})

    since = begun.read()["since"]
    assert [since[place].as_py().isoformat() for place in (0, 32_769)] == [
        "2024-04-30T16:00:00+00:00",
        "2024-05-01T04:00:00+00:00",
    ]


ROWS: list[list[object]] = [["id", "region", "amount"], *([f"c{n}", "East", n] for n in range(5))]


@pytest.mark.parametrize(
    "other",
    [
        [[], ["Region", "Total"], ["East", 5], ["West", 7]],
        [[], [], ["name", "phone", "mail"], ["Ann", "030", "a@b"]],
        [[], ["id", "region", "target"], ["c1", "East", 50], ["c2", "East", 60]],
        [["id", "region", "target"], ["c1", "East", 50]],
    ],
)
def test_another_table_below_is_in_error_row_by_row(tmp_path: Path, other: list[list[object]]) -> None:
    reading = surveyed(tmp_path, [*ROWS, *other])

    assert reading.read()["id"].to_pylist() == [f"c{n}" for n in range(5)]
    n_blank = sum(not row for row in other)
    first = len(ROWS) + n_blank + 1
    assert [place.line for place in reading.report.rejected] == list(range(first, len(ROWS) + len(other) + 1))
    assert reading.report.n_blank == n_blank


@pytest.mark.parametrize(
    "more",
    [
        [[], ["c5", "West", 5], ["c6", "West", None]],
        [[], ["c5", "West", None]],
        [["Ann", "West", "much"]],
        [[], ["c5", "East", None], ["c6", "East", None]],
    ],
)
def test_rows_below_a_blank_one_are_rows(tmp_path: Path, more: list[list[object]]) -> None:
    reading = surveyed(tmp_path, [*ROWS, *more])

    assert reading.read().num_rows == 5 + sum(map(bool, more))
    assert not reading.report.rejected


def surveyed(tmp_path: Path, rows: list[list[object]]) -> Reading:
    """Return the reading of a workbook with some rows; however much is in error, it is read."""
    book_of(rows).save(tmp_path / "any.xlsx")
    table = open_table(tmp_path / "any.xlsx", ReadOptions(allow_unreadable=1.0))
    return table.survey(dict.fromkeys(table.names))


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ([46000, 46001.25], [datetime(2025, 12, 9, tzinfo=UTC), datetime(2025, 12, 10, 6, tzinfo=UTC)]),
        ([20260105, 20260106], [datetime(2026, 1, day, tzinfo=UTC) for day in (5, 6)]),
    ],
)
def test_a_sheets_count_of_days_is_read_unasked_where_dates_are_wanted(
    tmp_path: Path, cells: list[object], read: list[datetime]
) -> None:
    (rows,) = reading(book_of([["d"], *([cell] for cell in cells)]), tmp_path, {"d": ColumnKind.DATE}).batches()

    assert rows["d"].to_pylist() == read


@pytest.mark.parametrize("word", ["-", "n/a", "k.A.", "2,5 EUR"])
def test_a_number_is_itself_beside_words_too(tmp_path: Path, word: str) -> None:
    rows: list[list[object]] = [
        ["id", "value"],
        *([f"A{n}", n + 0.125] for n in range(39)),
        ["B1", "2,5"],
        ["B2", word],
    ]

    values = reading(book_of(rows), tmp_path, {"value": None}).read()["value"].to_pylist()

    assert values[:39] == [n + 0.125 for n in range(39)]
    assert values[39] == 2.5


@pytest.mark.parametrize("word", ["-", "1.234 EUR"])
def test_a_number_beside_words_tells_nothing_of_texts(tmp_path: Path, word: str) -> None:
    rows: list[list[object]] = [["id", "value"], ["A1", 5.5], ["A2", "1.234"], ["A3", word]]

    with pytest.raises(UnreadableTable, match=r"say --decimal \. or --decimal ,"):
        reading(book_of(rows), tmp_path, {"value": None})


@pytest.mark.parametrize(
    ("cells", "kind", "read"),
    [
        ([38.5, "38/40"], None, ["38.5", "38/40"]),
        ([4.5, "4.10"], ColumnKind.TEXT, ["4.5", "4.10"]),
        ([4711.5, "4711-12"], ColumnKind.ID, ["4711.5", "4711-12"]),
        ([3.5, "3;4"], ColumnKind.LIST, [["3.5"], ["3", "4"]]),
        ([1.5, "2.5米"], ColumnKind.CATEGORY, ["1.5", "2.5米"]),
    ],
)
def test_a_number_in_a_column_of_texts_is_written_as_it_shows(
    tmp_path: Path, cells: list[object], kind: ColumnKind | None, read: list[object]
) -> None:
    rows: list[list[object]] = [["id", "size"], *([f"A{n}", cell] for n, cell in enumerate(cells))]

    assert reading(book_of(rows), tmp_path, {"size": kind}).read()["size"].to_pylist() == read


def test_a_word_among_instants_moves_none_of_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "d"], ["1", datetime(2024, 5, 1, 10)], ["2", datetime(2024, 5, 2)], ["3", "n/a"]]
    book_of(rows).save(tmp_path / "any.xlsx")
    table = open_table(tmp_path / "any.xlsx", ReadOptions(timezone="Asia/Shanghai"))

    days = table.survey({"d": ColumnKind.DATE}).read()["d"].to_pylist()

    assert [day and day.isoformat() for day in days] == ["2024-05-01T02:00:00+00:00", "2024-05-01T16:00:00+00:00", None]
