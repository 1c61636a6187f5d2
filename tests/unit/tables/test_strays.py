"""Lines of a table that are none of its rows: totals and other footers, the header again, a cut-off line."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tables.files import CHUNK_BYTES
from tables.forms import ColumnKind
from tables.reading import Reading, open_table

HEADER = "id,region,potential\n"
LEADS = "K1,East,7\nK2,West,3\n"
WORDS = (
    "Total", "TOTALS", "Grand Total", "Grand Totals (2 records)", "Subtotal", "Sub-Total", "Sum", "Summe", "Gesamt",
    "Gesamtsumme", "Zwischensumme", "Somme", "Suma", "Итого", "合计", "总计", "小计", "合計", "総計", "小計", "Average",
    "Durchschnitt", "Total:", " Summe : ", "合计（2 条）",
)  # fmt: skip


def read(folder: Path, content: str, *columns: str) -> tuple[list[str], Reading]:
    file = folder / "any.csv"
    file.write_text(content, encoding="utf-8")
    table = open_table(file)
    reading = table.survey(dict.fromkeys(columns or table.names))
    return [str(row[reading.plans[0].name]) for row in reading.read().to_pylist()], reading


def problems(reading: Reading) -> list[tuple[int, str]]:
    return [(place.line, place.value.partition(";")[0]) for place in reading.report.rejected]


@pytest.mark.parametrize("word", WORDS)
def test_a_line_of_totals_below_the_table_is_left_out_and_named(tmp_path: Path, word: str) -> None:
    for below in (f"{word},,10\n", f"{word},10\n", f"{word}\n", f"{word},,10\n,,\n\n", f"{word},,10\nAverage,,5\n"):
        ids, reading = read(tmp_path, HEADER + LEADS + below)

        assert ids == ["K1", "K2"]
        assert reading.report.footers[0].startswith(word.strip())
        assert not reading.report.n_rejected


@pytest.mark.parametrize("word", WORDS)
def test_one_that_stands_elsewhere_or_leaves_nothing_empty_is_in_error(tmp_path: Path, word: str) -> None:
    for content, line in (
        (f"{HEADER}K1,East,7\n{word},,7\nK2,West,3\n", 3),
        (f"{HEADER}K1,East,7\n{word},East,7\nK2,West,3\n", 3),
        (f"{HEADER}{LEADS}{word},2,10\n", 4),
        (f"{HEADER}{LEADS}{word},West,\n", 4),
        (f"id,potential\nK1,7\nK2,3\n{word},10\n", 4),
    ):
        ids, reading = read(tmp_path, content)

        assert ids == ["K1", "K2"]
        assert not reading.report.footers
        assert problems(reading) == [(line, f"{word.strip()!r} calls it a line of totals")]


def test_all_cells_of_a_line_tell_whether_it_is_one_of_totals_not_only_those_that_are_read(tmp_path: Path) -> None:
    ids, reading = read(tmp_path, f"{HEADER}{LEADS}Total,,10\n", "id", "potential")

    assert (ids, reading.report.footers) == (["K1", "K2"], ["Total"])


def test_a_column_of_ids_tells_as_the_first_does(tmp_path: Path) -> None:
    file = tmp_path / "any.csv"
    file.write_text("day,customer,amount\n2024-03-01,A,1\n2024-03-02,Total,99999\n2024-03-02,B,2\n,Total,3\n")
    reading = open_table(file).survey({"customer": ColumnKind.ID, "amount": ColumnKind.NUMBER})

    assert reading.read().to_pylist() == [{"customer": "A", "amount": 1.0}, {"customer": "B", "amount": 2.0}]
    assert reading.report.footers == ["Total"]
    assert [place.line for place in reading.report.rejected] == [3]


def test_a_company_with_such_a_word_in_its_name_is_a_company(tmp_path: Path) -> None:
    names = ["Total Energies", "Totally", "Summer Ltd", "Average Joe", "合计科技", "Total Wine & More"]

    ids, reading = read(tmp_path, "company,region\n" + "".join(f"{name},\n" for name in names))

    assert ids == names
    assert not reading.report.footers


@pytest.mark.parametrize("short", ["Total Energies,West", "Total,West", "Total,80", "Confidential", "合计"])
def test_a_short_line_with_rows_behind_it_is_in_error_whatever_it_says(tmp_path: Path, short: str) -> None:
    ids, reading = read(tmp_path, f"{HEADER}K1,East,7\n{short}\nK4,West,9\n")

    assert ids == ["K1", "K4"]
    assert not reading.report.footers
    assert problems(reading) == [(3, f"{short.count(',') + 1} cells, the header has 3")]


@pytest.mark.parametrize("cut", ["Total Energies,West", "Confidential Systems,West", "Total,West"])
def test_a_last_line_that_was_cut_off_is_in_error(tmp_path: Path, cut: str) -> None:
    ids, reading = read(tmp_path, f"{HEADER}{LEADS}{cut}\n")

    assert ids == ["K1", "K2"]
    assert problems(reading) == [(4, "2 cells, the header has 3")]


@pytest.mark.parametrize("again", [HEADER, "ID,Region,Potential\n", " id , region,potential\n"])
def test_the_header_again_is_in_error(tmp_path: Path, again: str) -> None:
    ids, reading = read(tmp_path, f"{HEADER}{LEADS}{again}K3,id,1\nid,East,2\n")

    assert ids == ["K1", "K2", "K3", "id"]
    assert problems(reading) == [(4, "the header again")]
    assert [column.form for column in reading.report.columns] == ["texts", "texts", "numbers"]


def test_rows_of_a_workbook_are_judged_alike(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ["id", "region", "potential"], ["K1", "East", 7], ["id", "region", "potential"], ["Subtotal", None, 7],
        ["K2", "West", 3], ["K3", "West", 3], ["Total", None, 10], ["Generated by CRM 7"],
    ):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "any.xlsx")
    table = open_table(tmp_path / "any.xlsx")
    reading = table.survey(dict.fromkeys(table.names))

    assert reading.read()["id"].to_pylist() == ["K1", "K2", "K3"]
    assert reading.report.footers == ["Total", "Generated by CRM 7"]
    assert [line for line, _ in problems(reading)] == [3, 4]


def test_totals_are_judged_by_what_follows_in_later_batches(tmp_path: Path) -> None:
    n_rows = CHUNK_BYTES // 4_000 + 1
    many = f"1,{'East' * 1_000},1\n" * n_rows

    _, reading = read(tmp_path, f"{HEADER}{LEADS}Total,,3\n{many}Total,,4\n,,\n")

    assert (reading.report.n_rows, reading.report.footers, reading.report.n_blank) == (n_rows + 2, ["Total"], 1)
    assert [line for line, _ in problems(reading)] == [4]


@pytest.mark.parametrize(
    "line",
    ["Generated by Salesforce on 2024-05-01,,", "Confidential Information - do not share,,", "3 rows,,", "Total: 300,,",
     "Stand: 01.05.2024,,", "备注：内部使用,,", "Gesamtergebnis,,300", "Total (EUR),,300", "총합계,,300"],
)  # fmt: skip
def test_a_footer_that_is_padded_to_all_columns_is_one(tmp_path: Path, line: str) -> None:
    ids, reading = read(tmp_path, f"{HEADER}{LEADS}{line}\nGenerated by X,,\n")

    assert ids == ["K1", "K2"]
    assert reading.report.footers == [line.split(",", maxsplit=1)[0], "Generated by X"]
    assert not problems(reading)


def test_one_with_rows_behind_it_is_in_error_and_one_with_values_is_a_row(tmp_path: Path) -> None:
    ids, reading = read(tmp_path, f"{HEADER}Generated by X,,\n{LEADS}Generated by Y,East,3\n")

    assert ids == ["K1", "K2", "Generated by Y"]
    assert problems(reading) == [(2, "'Generated by X' is what exports write below a table")]
