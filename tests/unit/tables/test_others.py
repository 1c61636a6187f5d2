"""A second table below the first, in a text: refused with its line; rows behind an empty line stay rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tables.errors import UnreadableTable
from tables.options import ReadOptions
from tables.reading import open_table

ROWS = [["id", "region", "amount"], *(["c1", "East", "1,50"], ["c2", "East", "7"], ["c3", "West", "8"])]
EMPTY = ["", "", ""]


def written(folder: Path, rows: list[list[str]], delimiter: str = ";", quoting: int = csv.QUOTE_MINIMAL) -> Path:
    file = folder / "any.csv"
    with file.open("w", newline="") as lines:
        csv.writer(lines, delimiter=delimiter, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return file


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize(
    "other",
    [
        [EMPTY, ["Region", "Total", ""], ["East", "5", ""], ["West", "7", ""]],
        [EMPTY, EMPTY, ["name", "phone", "mail"], ["Ann", "030", "a@b"]],
        [EMPTY, ["id", "region", "target"], ["c1", "East", "50"], ["c2", "East", "60"]],
    ],
)
def test_a_second_table_is_refused_with_its_line(
    tmp_path: Path, delimiter: str, quoting: int, other: list[list[str]]
) -> None:
    file = written(tmp_path, [*ROWS, *other], delimiter, quoting)
    table = open_table(file, ReadOptions(decimal=","))

    with pytest.raises(UnreadableTable) as refused:
        table.survey(dict.fromkeys(table.names))

    line = len(ROWS) + sum(row == EMPTY for row in other) + 1
    assert f"{file}: line {line}: is of another table; allowed: one table in a file" in str(refused.value)


@pytest.mark.parametrize(
    "more",
    [
        [EMPTY, ["c4", "West", "5"], ["c5", "West", ""]],
        [EMPTY, ["c4", "West", ""]],
        [["Ann", "West", "2"]],
        [["id", "region", "2"], ["c4", "East", "50"]],
        [EMPTY, ["c4", "East", ""], EMPTY, ["c5", "East", ""]],
        [EMPTY, ["Ann", "Mid", "3"], ["Bob", "Mid", "4"]],
    ],
)
def test_rows_behind_an_empty_line_are_rows(tmp_path: Path, more: list[list[str]]) -> None:
    table = open_table(written(tmp_path, [*ROWS, *more]), ReadOptions(decimal=","))

    reading = table.survey(dict.fromkeys(table.names))

    assert reading.read().num_rows == 3 + sum(row != EMPTY for row in more)
    assert reading.report.n_blank == sum(row == EMPTY for row in more)


def test_lines_are_counted_with_breaks_inside_quotes(tmp_path: Path) -> None:
    rows = [*ROWS, ["c4", "a\nb", "5"], EMPTY, ["Region", "Total", ""], ["East", "5", ""]]
    table = open_table(written(tmp_path, rows), ReadOptions(decimal=","))

    with pytest.raises(UnreadableTable, match="line 8: is of another table"):
        table.survey(dict.fromkeys(table.names))
