"""What a text file is, and what of it is no row."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

from tables.errors import UnreadableTable
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import Reading, open_table
from tables.records import Records, pieces_of


def reading(folder: Path, content: str | bytes, **options: str | float) -> Reading:
    file = folder / "any.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    table = open_table(file, ReadOptions(**options))  # type: ignore[arg-type]
    return table.survey(dict.fromkeys(table.names))


def rows(folder: Path, content: str | bytes, **options: str | float) -> list[dict[str, object]]:
    found: list[dict[str, object]] = reading(folder, content, **options).read().to_pylist()
    return found


@pytest.mark.parametrize(
    "content",
    [
        "id;region\nA;East\nB;West\n",
        "sep=;\nid;region\nA;East\nB;West\n",
        "\ufeffid\tregion\r\nA\tEast\r\nB\tWest",
        "id|region\rA|East\rB|West\r",
        'Leads of May\n\nid,region\n"A","East"\n"B","West"\n',
        " id , region\nA,East \n B,\u3000West\n",
        "id,region,,\nA,East,,\nB,West,,\n\n\n",
        '\n\nid,region\nA,East\n\n,\nB,West\nGrand Totals (2 records),,,\n"Confidential Information"\n',
    ],
)
def test_the_same_rows_in_any_dress(tmp_path: Path, content: str) -> None:
    assert [(row["id"], row["region"]) for row in rows(tmp_path, content)] == [("A", "East"), ("B", "West")]


def test_a_packed_file_is_what_it_unpacks_to(tmp_path: Path) -> None:
    file = tmp_path / "any.csv.gz"
    file.write_bytes(gzip.compress("客户,分\nA,1\n".encode("gb18030")))

    assert open_table(file).survey({"客户": ColumnKind.ID, "分": ColumnKind.NUMBER}).read().to_pylist() == [
        {"客户": "A", "分": 1.0}
    ]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "found no header line"),
        (b"\n \n", "found no header line"),
        ("a,b,a\n1,2,3\n", "a: is the name of columns 1 and 3"),
        ("a,b\n1,2,3\n4,5,6\n7,8,9\n", "line 1: the header has 2 names, most lines have 3 cells"),
        ('a,b\n"5" pipe,x\n', "line 2: a quote opens a cell and does not close it"),
        ('a,b\n1,2\n3,"x\n4,y\n', "line 3: a quote opens a cell and does not close it"),
        (b"a,b\n1,\x002\n", "byte 6 is 0x00"),
        ("a;b,c\n1;2,3\n4;5,6\n", "delimiter: could be ',' or ';'"),
        ("id~region~v\nA~East~7\nB~West~8\n", "delimiter: could be '~', which makes 3 columns; say --delimiter '~'"),
        ("id，region\nA，East\nB，West\n", "delimiter: could be '，', which makes 2 columns; say another in the file"),
        ("id\x01v\nA\x017\n", "delimiter: could be '\\x01', which makes 2 columns; say --delimiter '\\x01'"),
        ("sep=§\nid§v\nA§7\n", "line 1: found sep=§; allowed: one character of ASCII"),
        ("name\nAcme, Inc\nBig, Ltd\nFoo, AG\n", "line 1: 'name' could be a title, or the name of the only column"),
        ("Company name\nAcme, Inc\nBig\nFoo, AG\n", "line 1: 'Company name' could be a title, or the name"),
        ("名称\n上海,汽车\n北京,金融\n", "--delimiter ',' if it is a title, --delimiter ';' if it is a name"),
        ("amount paid\n1,5\n2,5\n3,75\n", "line 1: 'amount paid' could be a title, or the name of the only column"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_place(tmp_path: Path, content: str | bytes, complaint: str) -> None:
    with pytest.raises(UnreadableTable) as refused:
        rows(tmp_path, content)

    assert complaint in str(refused.value)
    assert str(tmp_path / "any.csv") in str(refused.value)


def test_a_title_and_one_column_are_read_by_what_is_said(tmp_path: Path) -> None:
    content = "name\nAcme, Inc\nBig, Ltd\nFoo, AG\n"

    assert rows(tmp_path, content, delimiter=";") == [{"name": "Acme, Inc"}, {"name": "Big, Ltd"}, {"name": "Foo, AG"}]
    assert rows(tmp_path, content, delimiter=",") == [{"Acme": "Big", "Inc": "Ltd"}, {"Acme": "Foo", "Inc": "AG"}]


@pytest.mark.parametrize(
    "content",
    [
        "when\n08:30\n09:30\n", "first-name\nAnna-Lena\nEva-Maria\n", "name\nAcme\nBig, Ltd\n", "tags\na；b\nc\n",
        'name\n"Acme, Inc"\n"Big, Ltd"\n', "Order #\n#1001\n#1002\n",
    ],
)  # fmt: skip
def test_one_column_is_one_whatever_its_values_hold(tmp_path: Path, content: str) -> None:
    name, *values = content.replace('"', "").splitlines()

    assert [str(row[name]) for row in rows(tmp_path, content)] == values


@pytest.mark.parametrize(
    "title", ["Leads of May\n", "Leads\n\n", "线索报表\n", "Leads of May\nof Berlin\n", "Leads\n\nof May\n"]
)
@pytest.mark.parametrize("table", ["id,region\nA,East\nB,West\n", "id,region,v\nA,East,7\nB,West,8\n"])
def test_a_title_is_left_out_and_named(tmp_path: Path, title: str, table: str) -> None:
    read = reading(tmp_path, title + table)

    assert [row["region"] for row in read.read().to_pylist()] == ["East", "West"]
    assert read.report.titles == [line for line in title.splitlines() if line]


def test_a_quote_inside_a_cell_without_quotes_is_a_character(tmp_path: Path) -> None:
    content = 'a,b\n5" pipe,"say ""hi"", twice"\n3",x\n'

    assert rows(tmp_path, content) == [{"a": '5" pipe', "b": 'say "hi", twice'}, {"a": '3"', "b": "x"}]


def test_rows_with_other_numbers_of_cells_are_named_with_their_lines(tmp_path: Path) -> None:
    content = "a,b\n" + "".join(f"x{n},y\n" for n in range(400)) + '\n"two\nlines",y\nshort\nlong,er,row\n'

    read = reading(tmp_path, content)

    assert len(read.read()) == 401
    assert [(place.line, place.value) for place in read.report.rejected] == [
        (405, "1 cells, the header has 2"), (406, "3 cells, the header has 2"),
    ]  # fmt: skip


def test_blank_rows_are_counted_and_are_no_rows(tmp_path: Path) -> None:
    read = reading(tmp_path, "a,b\nx,y\n,\n , \nz,w\n\n\n")

    assert len(read.read()) == 2
    assert read.report.n_blank == 2


def test_records_are_the_same_however_the_bytes_are_cut() -> None:
    draw = np.random.default_rng(3)
    cells = ["plain", '"quoted"', '"a\nb"', '"a ""b"", c"', 'in"side', "", '"\r\n"']
    body = "".join(",".join(draw.choice(cells, 3)) + draw.choice(["\n", "\r\n", "\n\n"]) for _ in range(200)).encode()
    whole = [int(end) for ends in Records(",").ends([body]) for end in ends]

    for size in (1, 2, 3, 7, 64):
        chunks = [body[place : place + size] for place in range(0, len(body), size)]
        assert [int(end) for ends in Records(",").ends(chunks) for end in ends] == whole
    assert len(whole) == 200
    pieces = list(pieces_of([body], ",", 0, rows=30))
    assert sum(piece.n_rows for piece in pieces) == 200
    assert [piece.start for piece in pieces[1:]] == [piece.stop for piece in pieces[:-1]]


def test_a_late_value_of_another_form_is_read_again_or_refused(tmp_path: Path) -> None:
    whole = "".join(f"C{n};{n}\n" for n in range(20_000))

    assert reading(tmp_path, f"id;amount\n{whole}D;12,5\n").read()["amount"][-1].as_py() == 12.5
    with pytest.raises(UnreadableTable, match="is 1 by a decimal point and 1000 by a decimal comma"):
        reading(tmp_path, f"id;amount\n{whole}D;1.000\n").read()


def test_columns_are_found_up_to_case_width_and_blanks(tmp_path: Path) -> None:
    file = tmp_path / "any.csv"
    file.write_text(" Customer_ID ,ＴＥＮＵＲＥ,spend per month\nA,1,2\n")
    table = open_table(file, ReadOptions(columns={"spend per month": "spend"}))

    assert table.found(["customer id", "tenure", "spend", "churn"]) == {
        "customer id": "Customer_ID", "tenure": "ＴＥＮＵＲＥ", "spend": "spend per month",
    }  # fmt: skip


def test_types_of_parquet_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    file = tmp_path / "any.parquet"
    table = pa.table(
        {
            "id": pa.array(["A", "B"], pa.string_view()),
            "tags": pa.array([["a"], ["b", "c"]]),
            "place": pa.array([{"x": 1}, {"x": 2}]),
            "held": pa.array([86_400_000_000, None], pa.duration("us")),
            "many": pa.array([[1], [2]]),
        }
    )
    pa.parquet.write_table(table, file)
    opened = open_table(file)

    read = opened.survey(dict.fromkeys(opened.names))

    assert read.read().to_pylist() == [
        {"id": "A", "tags": ["a"], "held": 1.0}, {"id": "B", "tags": ["b", "c"], "held": None},
    ]  # fmt: skip
    assert [name.partition(" ")[0] for name in read.report.ignored] == ["place", "many"]
    with pytest.raises(UnreadableTable, match=r"column place: is struct<x: int64>; allowed: texts, numbers"):
        opened.found(["place"])


def test_texts_of_parquet_that_repeat_are_read_as_others(tmp_path: Path) -> None:
    file = tmp_path / "any.parquet"
    texts = ["12", "N/A", " 7 ", "3.5", ""] * 400
    pa.parquet.write_table(pa.table({"tenure": texts, "plan": ["Pro", "-", " Basic", "#REF!", "Pro"] * 400}), file)

    read = open_table(file).survey({"tenure": ColumnKind.NUMBER, "plan": ColumnKind.TEXT})

    with pytest.raises(UnreadableTable, match="column plan: 400 of 1,600 values are no texts, first line 4, '#REF!'"):
        read.read()
    assert [(column.n_missing, column.n_unreadable) for column in read.report.columns] == [(400, 0), (0, 400)]
    assert read.report.n_blank == 400


@pytest.mark.parametrize("written", ["\t", "tab", "TAB", r"\t"])
def test_a_tab_is_said_in_any_of_its_ways(written: str) -> None:
    assert ReadOptions(delimiter=written).delimiter == "\t"


@pytest.mark.parametrize("delimiter", ["§", "，", "||", '"', "\0"])
def test_a_delimiter_that_cannot_be_is_refused(delimiter: str) -> None:
    with pytest.raises(UnreadableTable, match="--delimiter"):
        ReadOptions(delimiter=delimiter)


@pytest.mark.parametrize(
    "encoding", ["idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "rot_13"]
)
def test_an_encoding_that_is_none_of_files_is_refused(encoding: str) -> None:
    with pytest.raises(UnreadableTable, match="--encoding"):
        ReadOptions(encoding=encoding)


@pytest.mark.parametrize(
    "content",
    [
        'id, region, potential\nK1, "East", 7\nK2, "West", 8\n',
        '"id", "region", "potential"\n"K1", "East", "7"\n"K2", "West", "8"\n',
        "'id','region','potential'\n'K1','East','7'\n'K2','West','8'\n",
        "id,region,potential\n'K1','East',7\n'K2','West',8\n'Total',,15\n",
        "id,region,potential\nK1, \"East\",' 7 '\nK2,West,'8'\n",
    ],
)
def test_quotes_behind_a_blank_and_single_ones_throughout_are_no_part_of_a_value(tmp_path: Path, content: str) -> None:
    assert rows(tmp_path, content) == [
        {"id": "K1", "region": "East", "potential": 7.0}, {"id": "K2", "region": "West", "potential": 8.0},
    ]  # fmt: skip


def test_what_means_not_known_does_so_in_single_quotes_too(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\n'x',1\n'N/A',2\n'',3\nNULL,4\n") == [
        {"a": "x", "b": 1.0}, {"a": None, "b": 2.0}, {"a": None, "b": 3.0}, {"a": None, "b": 4.0},
    ]  # fmt: skip


def test_quotes_inside_a_text_or_around_some_values_stay(tmp_path: Path) -> None:
    content = "a,b,c\n'n Roll,O'Neil,5\" pipe\n'Rock',x, \"one\" or \"two\"\nRock 'n',y,z\n"

    assert rows(tmp_path, content) == [
        {"a": "'n Roll", "b": "O'Neil", "c": '5" pipe'},
        {"a": "'Rock'", "b": "x", "c": '"one" or "two"'},
        {"a": "Rock 'n'", "b": "y", "c": "z"},
    ]


def test_a_column_without_a_name_that_holds_something_is_named(tmp_path: Path) -> None:
    read = reading(tmp_path, "id,,v,,\nA,,1,,\nB,x,2,N/A,\n")

    assert read.read().to_pylist() == [{"id": "A", "v": 1.0}, {"id": "B", "v": 2.0}]
    assert read.report.ignored == ["column 2, without a name"]
    assert "  columns not used: column 2, without a name" in read.report.lines()


@pytest.mark.parametrize("units", [",[EUR],[months]", "[-],(EUR),(%)", ",,（元）"])
def test_a_line_of_units_below_the_header_is_no_row(tmp_path: Path, units: str) -> None:
    read = reading(tmp_path, f"id,spend,tenure\n{units}\nA,1,x\nB,2\n")

    assert read.read().to_pylist() == [{"id": "A", "spend": 1.0, "tenure": "x"}]
    assert read.report.titles == [f"units {', '.join(filter(None, units.split(',')))}"]
    assert read.report.rejected[0].line == 4


def test_numbers_in_brackets_are_no_units(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\n(5.50),(1.25)\n3,4\n") == [{"a": -5.5, "b": -1.25}, {"a": 3.0, "b": 4.0}]


def test_a_workbook_names_such_columns_and_units_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["id", None, "spend", None], [None, None, "[EUR]", None], ["A", "x", 1, None], ["B", None, 2, None]):
        book.active.append(row)
    book.save(tmp_path / "any.xlsx")
    table = open_table(tmp_path / "any.xlsx")
    read = table.survey(dict.fromkeys(table.names))

    assert read.read().to_pylist() == [{"id": "A", "spend": 1.0}, {"id": "B", "spend": 2.0}]
    assert (read.report.titles, read.report.ignored) == (["units [EUR]"], ["column 2, without a name"])
    assert read.lines([0]) == {0: 3}


def test_rows_without_an_id_are_counted_with_the_first_line_and_ids_in_two_spellings_are_named(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,spend\n12,1\n12.0,2\n,3\nNA,4\n", encoding="utf-8")
    read = open_table(tmp_path / "in.csv").survey({"id": ColumnKind.ID, "spend": ColumnKind.NUMBER})

    assert read.read()["id"].to_pylist() == ["12", "12.0", None, None]
    assert list(read.report.lines())[1:] == [
        "  column id: 2 of 4 rows have no id; first line 4",
        "  column id: ids are written both as '12' and as '12.0': taken for different ones",
    ]


def test_a_row_that_holds_something_in_another_column_is_no_blank_one(tmp_path: Path) -> None:
    file = tmp_path / "any.csv"
    file.write_text("id,name,tenure,\n1,a,5,\n,b,,\n,,,\n,,,x\n4,d,7,\n")
    begun = open_table(file).survey({"tenure": None})

    assert begun.read()["tenure"].to_pylist() == [5.0, None, None, 7.0]
    assert begun.report.n_blank == 1


def test_a_column_that_turns_out_to_be_written_otherwise_hides_none_that_is_not_there(tmp_path: Path) -> None:
    lines = [f"customer {place};{place % 9}" for place in range(100_000)]
    (tmp_path / "in.csv").write_text("\n".join(["id;spend", *lines, "last;1,5"]), encoding="utf-8")
    kinds: dict[str, ColumnKind | None] = {"id": ColumnKind.ID, "spend": ColumnKind.NUMBER, "gone": ColumnKind.TEXT}
    begun = open_table(tmp_path / "in.csv").survey(kinds)

    assert begun.read()["spend"][100_000].as_py() == 1.5
    assert begun.report.missing == ["gone"]


@pytest.mark.parametrize("last", ["3;Kurz, Udo;7;x", "Stand: 1.5., 12 Uhr"])
def test_commas_of_texts_are_weaker_than_what_stands_between_all_cells(tmp_path: Path, last: str) -> None:
    file = tmp_path / "any.csv"
    file.write_text(f"Kunde;Name, Vorname;Umsatz\n1;Meier, Hans;5\n2;Huber, Eva;6\n{last}\n", encoding="utf-8")

    assert open_table(file).names == ["Kunde", "Name, Vorname", "Umsatz"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('"id,value"\n"1,5"\n"2,6"\n', "each line stands in quotes as a whole, with ',' inside"),
        ("Report:,Sales,\nid,region,value\n1,E,5\n", "line 1: names 2 of 3 columns, and line 2 could name all"),
        ("<html><body>\n<table>\n</table>\n", "is a page of the web"),
        ("\n<!DOCTYPE html>\n<p>1,2</p>\n", "is a page of the web"),
    ],
)
def test_what_is_no_table_of_cells_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "any.csv").write_text(content, encoding="utf-8")

    with pytest.raises(UnreadableTable, match=complaint):
        open_table(tmp_path / "any.csv")


def test_names_with_commas_in_quotes_are_one_column(tmp_path: Path) -> None:
    (tmp_path / "any.csv").write_text('"Name, Vorname"\n"Meier, Hans"\n"Huber, Eva"\n', encoding="utf-8")

    assert open_table(tmp_path / "any.csv").names == ["Name, Vorname"]


@pytest.mark.parametrize("rule", ["|----|---|", "|:---|--:|", "|====|===|"])
def test_a_line_drawn_below_the_names_is_no_row(tmp_path: Path, rule: str) -> None:
    (tmp_path / "any.csv").write_text(f"|id|v|\n{rule}\n|1|2|\n|2|3|\n", encoding="utf-8")
    table = open_table(tmp_path / "any.csv")

    assert table.survey(dict.fromkeys(table.names)).read()["v"].to_pylist() == [2, 3]


def test_what_stands_in_some_cells_is_no_delimiter(tmp_path: Path) -> None:
    file = tmp_path / "any.csv"
    file.write_text("id, tags, more\n1, a;b, x\n2, c;d, y\n", encoding="utf-8")

    assert open_table(file).names == ["id", "tags", "more"]
