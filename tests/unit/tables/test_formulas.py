"""Workbooks with formulas that have no value: named and counted, never passed by as empty cells."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from tables.errors import UnreadableTable
from tables.forms import ColumnKind
from tables.formulas import UNCALCULATED, without_value
from tables.options import ReadOptions
from tables.reading import Reading, open_table

N_ROWS = 400
PART, CELL = "xl/worksheets/sheet3.xml", b'<c r="C9" t="n"><v>7.125</v></c>'


def workbook(tmp_path: Path, odd: dict[str, object]) -> Path:
    """Write a sheet of names and amounts behind another sheet, some of its cells odd."""
    book = openpyxl.Workbook()
    book.create_sheet("Notes").append(["left", "alone"])
    sheet = book.create_sheet("Leads")
    sheet.append(["id", "region", "amount"])
    for number in range(N_ROWS):
        sheet.append([f"c{number}", "East", number + 0.125])
    for cell, value in odd.items():
        sheet[cell] = value
    file = tmp_path / "leads.xlsx"
    book.save(file)
    return file


def surveyed(file: Path) -> Reading:
    """Return the sheet's reading with its form."""
    wanted = {"id": ColumnKind.ID, "region": ColumnKind.TEXT, "amount": ColumnKind.NUMBER}
    return open_table(file, ReadOptions(sheet="Leads")).survey(wanted)


@pytest.mark.parametrize("odd", ["#DIV/0!", "#VALUE!", "=D9*2"])
def test_errors_and_formulas_without_a_value_are_counted_with_their_place(tmp_path: Path, odd: str) -> None:
    reading = surveyed(workbook(tmp_path, {"C9": odd}))

    amounts = reading.read()["amount"].to_pylist()
    (column,) = [column for column in reading.report.columns if column.name == "amount"]

    assert amounts[7] is None
    assert [amount for amount in amounts if amount is not None] == [n + 0.125 for n in range(N_ROWS) if n != 7]
    assert column.n_unreadable == 1
    assert column.first is not None
    assert (column.first.line, column.first.value) == (9, UNCALCULATED if odd.startswith("=") else odd)


def test_a_column_that_nothing_has_calculated_is_refused(tmp_path: Path) -> None:
    file = workbook(tmp_path, {f"C{row}": f"=D{row}*2" for row in range(2, N_ROWS + 2)})

    with pytest.raises(UnreadableTable, match=rf"amount.*{UNCALCULATED}"):
        surveyed(file).read()


def test_errors_are_no_names_and_no_texts(tmp_path: Path) -> None:
    reading = surveyed(workbook(tmp_path, {"A4": "#REF!", "B5": "=D5"}))

    read = reading.read()

    assert read["id"].to_pylist()[2] is None
    assert read["region"].to_pylist()[3] is None
    assert [column.n_unreadable for column in reading.report.columns] == [1, 1, 0]


def test_a_formula_in_the_last_row_and_column_stands_where_it_is(tmp_path: Path) -> None:
    file = workbook(tmp_path, {f"C{N_ROWS + 3}": "=D5"})

    assert without_value(file, "Leads") == {(N_ROWS + 2, 2): UNCALCULATED}
    assert without_value(file, "Notes") == {}


def test_a_formula_that_makes_an_empty_text_has_a_value(tmp_path: Path) -> None:
    file = workbook(tmp_path, {})
    rewritten(
        file, "xl/worksheets/sheet3.xml", b'<c r="C9" t="n"><v>7.125</v></c>', b'<c r="C9" t="str"><f>A1</f><v></v></c>'
    )

    assert without_value(file, "Leads") == {}


def test_the_cells_of_any_writer_are_found(tmp_path: Path) -> None:
    file = workbook(tmp_path, {})
    rewritten(file, PART, CELL, b"<c t='e'><v>#NUM!</v></c>")

    assert without_value(file, "Leads") == {(8, 2): "#NUM!"}


def test_an_open_document_tells_its_errors(tmp_path: Path) -> None:
    file = tmp_path / "leads.ods"
    cells = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>id</text:p></table:table-cell>'
        '<table:table-cell office:value-type="string"><text:p>amount</text:p></table:table-cell></table:table-row>'
        '<table:table-row table:number-rows-repeated="3"><table:table-cell office:value-type="string">'
        '<text:p>a</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="2">'
        "<text:p>2</text:p></table:table-cell></table:table-row>"
        '<table:table-row><table:table-cell office:value-type="string"><text:p>b</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell></table:table-row>'
    )
    document = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="Leads">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", document)
        parts.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )

    reading = open_table(file, ReadOptions(allow_unreadable=0.5)).survey({"amount": ColumnKind.NUMBER})

    assert reading.read()["amount"].to_pylist() == [2, 2, 2, None]
    assert reading.report.columns[0].n_unreadable == 1
    assert without_value(file, "Leads") == {(4, 1): "#DIV/0!"}


def rewritten(file: Path, part: str, before: bytes, after: bytes) -> None:
    """Put other bytes into a part of a workbook."""
    with zipfile.ZipFile(file) as parts:
        texts = {name: parts.read(name) for name in parts.namelist()}
    assert before in texts[part]
    texts[part] = texts[part].replace(before, after)
    with zipfile.ZipFile(file, "w") as parts:
        for name, text in texts.items():
            parts.writestr(name, text)
