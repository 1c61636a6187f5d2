"""Cells that are longer than the csv module takes by itself are read; what is longer than any may be is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from service import main
from tables.errors import UnreadableTable
from tables.forms import ColumnKind
from tables.lengths import LONGEST_BYTES
from tables.reading import open_table

SHORT = "a,x,note\n" * 3


def written(folder: Path, cell: str, quote: str = "") -> Path:
    file = folder / "leads.csv"
    file.write_text(f"id,region,more\n{SHORT}b,{quote}{cell}{quote},note\n{SHORT}")
    return file


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("length", [131_073, (1 << 21) + 1])
def test_a_long_cell_is_read_and_found_again(length: int, quote: str, tmp_path: Path) -> None:
    file = written(tmp_path, "z" * length, quote)

    reading = open_table(file).survey({"id": ColumnKind.ID, "region": ColumnKind.TEXT})

    assert [len(row["region"]) for _, row in reading.rows()] == [1, 1, 1, length, 1, 1, 1]
    assert reading.lines([3, 4]) == {3: 5, 4: 6}
    assert CliRunner().invoke(main, ["inspect", str(file)]).exit_code == 0


@pytest.mark.long
def test_a_row_that_is_too_long_is_refused_by_line_and_column(tmp_path: Path) -> None:
    file = written(tmp_path, "z" * (3 * LONGEST_BYTES))
    table = open_table(file)
    said = "is too long to be read; allowed: rows of up to 8,388,608 bytes"

    for read in (lambda: table.survey({"region": ColumnKind.TEXT}), lambda: list(table.source.pieces())):  # type: ignore[union-attr]
        with pytest.raises(UnreadableTable) as refused:
            read()
        assert str(refused.value) == f"{file}: line 5, column region: {said}"


@pytest.mark.parametrize(("header", "before", "column"), [("id,region", "b,x,", 3), ("id,,region", "b,", 2)])
def test_a_column_without_a_name_is_told_by_its_place_from_1(
    header: str, before: str, column: int, tmp_path: Path
) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(f"{header}\n{before}{'z' * (3 * LONGEST_BYTES)}\n")

    with pytest.raises(UnreadableTable, match=f"line 2, column {column}: is too long to be read"):
        list(open_table(file).source.pieces())  # type: ignore[union-attr]


@pytest.mark.long
def test_so_is_one_in_quotes(tmp_path: Path) -> None:
    file = written(tmp_path, "z" * (2 * LONGEST_BYTES + 200_000), '"')

    with pytest.raises(UnreadableTable, match="line 5, column region: is too long to be read"):
        open_table(file).survey({"region": ColumnKind.TEXT})
