"""Texts as values: each in the one way that it can be read, or in none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest

from missing_words import SPELLINGS, is_missing, trimmed
from tables.cells import IdSpellings
from tables.dates import orders_of, read_dates
from tables.errors import UnreadableTable
from tables.forms import ColumnForm, ColumnKind, Survey
from tables.numbers import COMMA, POINT, figure
from tables.options import DAY_FIRST, MONTH_FIRST, SERIAL, YEAR_FIRST, ReadOptions, read_mapping, zone_of
from tables.report import ColumnReport, ReadReport, RowPlace
from tables.tidying import without_missing
from tables.words import entries, truth


@pytest.mark.parametrize(
    ("text", "by_point", "by_comma"),
    [
        ("60", 60.0, 60.0), ("-0.5", -0.5, None), ("0,5", None, 0.5), ("1.000", 1.0, 1000.0),
        ("1,234", 1234.0, 1.234),
        ("1,020.50", 1020.5, None), ("1.020,50", None, 1020.5), ("1.234.567", None, 1234567.0),
        ("1,234,567", 1234567.0, None),
        ("1'250", 1250.0, 1250.0), ("1 250", 1250.0, 1250.0), ("1\u202f250,5", None, 1250.5), ("0.123", 0.123, None),
        ("€ 70", 70.0, 70.0), ("$36.25", 36.25, None), ("36,25 EUR", None, 36.25), ("¥1,250.00", 1250.0, None),
        ("70 %", 70.0, 70.0),
        ("(5.50)", -5.5, None), ("70-", -70.0, -70.0), ("−3", -3.0, -3.0), ("-$5", -5.0, -5.0), ("７０", 70.0, 70.0),
        ("5,-", None, 5.0), ("5.-", 5.0, None), ("1'200.-", 1200.0, None), ("7.--", 7.0, None), ("5,–", None, 5.0),
        ("1.200,- €", None, 1200.0), ("CHF 5.—", 5.0, None), ("-5.-", -5.0, None), ("70- €", -70.0, -70.0),
        ("￥1.234", 1.234, 1234.0), ("￥2.500", 2.5, 2500.0), ("１．５００", 1.5, 1500.0), ("１，５００", 1500.0, 1.5),
        ("１，５", None, 1.5), ("−1.500", -1.5, -1500.0), ("–3", -3.0, -3.0), ("（5）", -5.0, -5.0),
        ("7,00,000", 700000.0, None), ("12,34,567.8", 1234567.8, None), ("7万", 70000.0, 70000.0),
        ("1.5亿元", 150000000.0, None),
        ("1e3", 1000.0, 1000.0), ("1.5E-2", 0.015, None), (".5", 0.5, None), ("5.", 5.0, None),
    ],
)  # fmt: skip
def test_a_number_is_what_it_is_by_each_decimal_sign(text: str, by_point: float | None, by_comma: float | None) -> None:
    read = figure(text)

    assert read is not None
    assert (read.value(POINT), read.value(COMMA)) == (by_point, by_comma)


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "1_0", "0x46", "inf", "nan", "1e400", "--5",
     "(-5)", "(5", "5)", "$5€", "1.2.3", "1.00.000",
     "5,00,00", "7 CR", "7DR", "5—", "5.---", ".-", "5²", "½", "1 2", "1'25", "twelve", "2024-05-01",
     "1:30", "+-5", "5--"],
)  # fmt: skip
def test_what_is_no_number_is_none(text: str) -> None:
    assert figure(text) is None


def survey(texts: list[str], kind: ColumnKind | None = ColumnKind.NUMBER) -> Survey:
    seen = Survey("amount", kind)
    seen.see(without_missing(pa.array(texts)))
    return seen


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["1.000", "2.5"], POINT), (["1.000", "2,5"], COMMA), (["1", "22"], POINT), (["1.000", "0.123"], POINT),
        (["1,000", "1,000,000"], POINT), (["1.000", "1.000.000"], COMMA), (["N/A", "1.5"], POINT),
    ],
)  # fmt: skip
def test_a_column_tells_its_decimal_sign(texts: list[str], decimal: str) -> None:
    assert survey(texts).form(ReadOptions()).written == decimal


def test_a_column_that_does_not_tell_is_refused_with_both_readings_and_taken_as_said() -> None:
    with pytest.raises(
        UnreadableTable, match=r"found '1\.000', which is 1 by a decimal point and 1000 by a decimal comma"
    ):
        survey(["1.000", "20"]).form(ReadOptions())

    assert survey(["1.000", "20"]).form(ReadOptions(decimal=",")).written == COMMA


@pytest.mark.parametrize(
    "text",
    [
        "￥1.234",
        "￥2.500",
        "１．５００",
        "１，５００",
        "−1.500",
        "－１.500",
        "1．500",
        "$1，500",
        "（1.500）",
        "–1.500",
    ],
)
@pytest.mark.parametrize("kind", [ColumnKind.NUMBER, None])
def test_glyphs_of_other_widths_leave_the_same_doubt(text: str, kind: ColumnKind | None) -> None:
    with pytest.raises(UnreadableTable, match="say --decimal"):
        survey([text], kind).form(ReadOptions())

    assert survey([text], kind).form(ReadOptions(decimal=".")).kind is ColumnKind.NUMBER


def test_a_column_that_tells_both_decimal_signs_is_refused_where_it_makes_a_difference() -> None:
    with pytest.raises(
        UnreadableTable, match=r"found '1,234', .* and both '12\.5' and '12,5' beside it; say --decimal"
    ):
        survey(["12,5", "12.5", "1,234"]).form(ReadOptions())

    assert survey(["12,5", "12.5", "13.5"]).form(ReadOptions()).written == POINT


@pytest.mark.parametrize("texts", [["$5", "€5"], ["5 %", "5"]])
def test_two_currencies_or_percents_among_numbers_are_refused(texts: list[str]) -> None:
    with pytest.raises(UnreadableTable, match="allowed: one currency, or percents throughout"):
        survey(texts).form(ReadOptions())


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "2.5"] * 10, ColumnKind.NUMBER), (["1"] * 19 + ["#DIV/0!"], ColumnKind.NUMBER),
        (["1"] * 8 + ["x"] * 2, ColumnKind.TEXT),
        (["2024-05-01"] * 3, ColumnKind.DATE), (["007", "12"], ColumnKind.TEXT),
        (["East", "West"], ColumnKind.TEXT), (["", "-"], ColumnKind.TEXT),
    ],
)  # fmt: skip
def test_a_column_is_what_nearly_all_of_it_is(texts: list[str], kind: ColumnKind) -> None:
    assert survey(texts, None).form(ReadOptions()).kind is kind


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("2024-05-01", {YEAR_FIRST}), ("2024/5/1", {YEAR_FIRST}), ("2024年5月1日", {YEAR_FIRST}),
        ("20240501", {YEAR_FIRST}),
        ("01.05.2024", {DAY_FIRST, MONTH_FIRST}), ("13.05.2024", {DAY_FIRST}), ("5/13/2024", {MONTH_FIRST}),
        ("45413", {SERIAL}),
        ("5-May-2024", {YEAR_FIRST, DAY_FIRST, MONTH_FIRST}), ("May 5, 2024", {YEAR_FIRST, DAY_FIRST, MONTH_FIRST}),
        ("2024-02-30", set()), ("31/11/2024", set()), ("1.5.24", set()), ("East", set()), ("12", set()),
        ("2024-05-01 25:00", set()),
    ],
)  # fmt: skip
def test_a_date_is_what_it_is_in_each_order(text: str, orders: set[str]) -> None:
    assert set(orders_of(text)) == orders


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-01", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024-05-01 08:30", datetime(2024, 5, 1, 0, 30, tzinfo=UTC)),
        ("2024-05-01T08:30:00.250+0000", datetime(2024, 5, 1, 8, 30, 0, 250_000, tzinfo=UTC)),
        ("2024-05-01T08:30:00Z", datetime(2024, 5, 1, 8, 30, tzinfo=UTC)),
        ("2024/5/1 8:30 PM", datetime(2024, 5, 1, 12, 30, tzinfo=UTC)),
        ("2024年5月1日 8时30分", datetime(2024, 5, 1, 0, 30, tzinfo=UTC)),
        ("2024/5/1 下午 3:30", datetime(2024, 5, 1, 7, 30, tzinfo=UTC)),
        ("2024年5月1日 上午12:05", datetime(2024, 4, 30, 16, 5, tzinfo=UTC)),
        ("2024-05-01T08:30:00+02:00", datetime(2024, 5, 1, 8, 30, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_times_without_a_zone_are_of_the_one_that_is_given(text: str, moment: datetime) -> None:
    (read,) = read_dates(pa.array([text]), YEAR_FIRST, zone_of("Asia/Shanghai")).to_pylist()

    assert read == moment


def test_a_column_tells_whether_day_or_month_stands_first() -> None:
    assert survey(["01.02.2024", "13.02.2024"], ColumnKind.DATE).form(ReadOptions()).written == DAY_FIRST
    assert survey(["01/02/2024", "02/13/2024"], ColumnKind.DATE).form(ReadOptions()).written == MONTH_FIRST
    with pytest.raises(UnreadableTable, match="2024-02-01 if the day stands first and 2024-01-02 if the month does"):
        survey(["01.02.2024"], ColumnKind.DATE).form(ReadOptions())


def test_a_month_may_stand_between_points() -> None:
    assert orders_of("3.Sep.2024") == orders_of("3. Sep 2024")


@pytest.mark.parametrize(
    ("texts", "example"),
    [(["01.05.2024", "05/13/2024"], r"01\.05\.2024"), (["13.05.2024", "05/06/2024 09:00 AM"], "05/06/2024 09:00 AM")],
)
def test_dates_written_otherwise_tell_nothing_of_the_order(texts: list[str], example: str) -> None:
    with pytest.raises(UnreadableTable, match=f"found '{example}', which is .* and no value written alike tells"):
        survey(texts, ColumnKind.DATE).form(ReadOptions())


def test_a_column_that_proves_both_orders_is_refused_and_read_by_the_one_that_is_said() -> None:
    texts = ["13.05.2024", "05/14/2024", "2024-05-15", "05.05.2024"]
    with pytest.raises(UnreadableTable, match=r"'13\.05\.2024', where the day .* '05/14/2024', where the month does"):
        survey(texts, ColumnKind.DATE).form(ReadOptions())

    form = survey(texts, ColumnKind.DATE).form(ReadOptions(date_format=DAY_FIRST))

    assert [moment and moment.day for moment in form.read(pa.array(texts)).to_pylist()] == [13, None, 15, 5]


@pytest.mark.parametrize(
    ("text", "month"),
    [("1. Mai 2024", 5), ("1. März 2024", 3), ("3-Dez-2024", 12), ("2 Sept. 2024", 9), ("Oct. 5, 2024", 10),
     ("1 marraskuu 2024", None), ("2 Decoy 2024", None), ("2 Marzo 2024", None), ("2 Mayo 2024", None)],
)  # fmt: skip
def test_a_month_is_a_whole_name_or_its_usual_abbreviation(text: str, month: int | None) -> None:
    assert {moment.month for moment in orders_of(text).values()} == ({month} if month else set())


def test_days_of_a_sheet_may_end_in_a_zero() -> None:
    assert (
        read_dates(pa.array(["45413.0", "45413"]), SERIAL, zone_of("Asia/Shanghai")).to_pylist()
        == [datetime(2024, 5, 1, tzinfo=UTC)] * 2
    )


@pytest.mark.parametrize(
    ("text", "way_out"),
    [("01.05.24", "say --date-format %d.%m.%y"), ("5/1/24", "%d/%m/%y"), ("45413.5", "say --date-format serial"),
     ("1714521600", "with a pattern such as")],
)  # fmt: skip
def test_dates_that_cannot_be_read_are_refused_with_a_format(text: str, way_out: str) -> None:
    column = ColumnReport("d", "d", "dates, year first", 5, 0, 5, RowPlace(2, text))

    with pytest.raises(UnreadableTable) as refused:
        ReadReport("f.csv", "csv", columns=[column]).check(0.01)

    assert way_out in str(refused.value)
    assert "100%" not in str(refused.value)


def test_days_of_a_sheet_among_other_dates_are_to_be_mended_for_no_option_reads_both() -> None:
    column = ColumnReport("d", "d", "dates, year first", 9, 0, 4, RowPlace(2, "45413"))

    with pytest.raises(UnreadableTable, match="'45413'; mend them, or say --allow-unreadable 45%"):
        ReadReport("f.csv", "csv", columns=[column]).check(0.01)


def test_a_format_that_is_said_is_the_only_one() -> None:
    form = survey(["01.02.24", "2024-01-01"], ColumnKind.DATE).form(ReadOptions(date_format="%d.%m.%y"))

    assert form.read(pa.array(["01.02.24", "2024-01-01"])).to_pylist() == [datetime(2024, 2, 1, tzinfo=UTC), None]


@pytest.mark.parametrize("text", [" N/A ", "null", "NaN", "-", "?", "\u3000", "\u200b", "None", "UNKNOWN", "无"])
def test_words_for_not_known_are_null_wherever_they_stand(text: str) -> None:
    assert is_missing(text)
    assert without_missing(pa.array([text, "East", " West\u200b", '="0012"'])).to_pylist() == [
        None,
        "East",
        "West",
        "0012",
    ]


def test_what_only_looks_like_it_is_known() -> None:
    texts = ["0", "no", "NAN-1", "nothing", "n", "=", '="', "--x"]

    assert without_missing(pa.array(texts)).to_pylist() == texts
    assert all(trimmed(word) == word for word in SPELLINGS)


def test_lists_part_at_what_is_in_no_name() -> None:
    assert entries("制造业，汽车、电子; Acme, Inc.|IT/Telecom\n金融；") == [
        "制造业",
        "汽车",
        "电子",
        "Acme, Inc.",
        "IT/Telecom",
        "金融",
    ]


@pytest.mark.parametrize(
    ("text", "read"), [("是", True), ("ＹＥＳ", True), ("Nein", False), ("1.0", True), ("True.", None)]
)
def test_yes_and_no_in_several_languages(text: str, read: bool | None) -> None:
    assert truth(text) is read


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ({"encoding": "latin-9000"}, "--encoding: found 'latin-9000'"),
        ({"encoding": "hex"}, "--encoding: found 'hex'"),
        ({"delimiter": ";;"}, "--delimiter: found ';;'; allowed: one character"), ({"decimal": "'"}, "--decimal"),
        ({"date_format": "day"}, "--date-format: found 'day'"), ({"timezone": "Mars"}, "--timezone: found 'Mars'"),
        ({"timezone": "../etc/passwd"}, "--timezone"), ({"allow_unreadable": 1.5}, "--allow-unreadable: found 1.5"),
    ],
)  # fmt: skip
def test_an_option_that_is_not_allowed_is_named(option: dict[str, object], complaint: str) -> None:
    with pytest.raises(UnreadableTable) as refused:
        ReadOptions(**option)  # type: ignore[arg-type]

    assert complaint in str(refused.value)


def test_a_mapping_is_written_once_and_read_again(tmp_path: Path) -> None:
    options = ReadOptions(
        encoding="cp1252", delimiter=";", decimal=",", columns={"Umsatz": "spend"}, allow_unreadable=0.05
    )
    (tmp_path / "mapping.yaml").write_text(options.to_yaml(), encoding="utf-8")

    read = read_mapping(tmp_path / "mapping.yaml")

    assert read == options
    assert ReadOptions(decimal=".").over(read).decimal == "."
    assert ReadOptions(decimal=".").over(read).encoding == "cp1252"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("separator: ;", "found 'separator'; allowed: allow_unreadable, columns"), ("[1]", "found list"),
     ("a: [", "cannot be read"),
     ("columns: {a: 1}", "columns: found {'a': 1}"), ("decimal: 5", "decimal: found 5; allowed: a text")],
)  # fmt: skip
def test_what_a_mapping_may_not_hold_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "mapping.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(UnreadableTable) as refused:
        read_mapping(tmp_path / "mapping.yaml")

    assert complaint in str(refused.value)


@pytest.mark.parametrize("text", ["1.38E+10", "6.22202e+18", "1.38e+10", "1.38E10", "1,4E10", "1E+18"])
def test_an_id_that_lost_its_digits_is_none(text: str) -> None:
    assert ColumnForm(ColumnKind.ID).read(pa.array([text, "1E5", "12E3", "E1.5"])).to_pylist() == [
        None, "1E5", "12E3", "E1.5",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [ColumnKind.ID, ColumnKind.TEXT, ColumnKind.NUMBER, ColumnKind.CATEGORY])
@pytest.mark.parametrize(
    "text",
    ["#REF!", "########", "##", "#DIV/0!", "#WERT!", "#BEZUG!", "#NAME?", "#NOME?", "#¡REF!", "#¿NOMBRE?", "#NÚM!",
     "#ДЕЛ/0!", "#ИМЯ?", "#DZIEL/0!", "#ÜBERLAUF!", "#SPILL!", "#GETTING_DATA", "Err:502"],
)  # fmt: skip
def test_an_error_of_a_sheet_is_no_value_of_any_column(text: str, kind: ColumnKind) -> None:
    assert ColumnForm(kind, POINT).read(pa.array([text, "12"])).null_count == 1


def test_a_text_with_a_hash_is_a_text() -> None:
    texts = ["#1", "# 5", "#sale", "C#", "A#REF!", "#", "#Hash!"]

    assert ColumnForm(ColumnKind.TEXT).read(pa.array(texts)).to_pylist() == texts


@pytest.mark.parametrize("text", ["\u202a1\u202c", "\u200e1", "\u2066 1\u2069\u00a0"])
def test_marks_of_direction_are_no_part_of_a_text(text: str) -> None:
    assert without_missing(pa.array([text, "2"])).to_pylist() == ["1", "2"]
    assert without_missing(pa.array(["\u202aNA\u202c"])).to_pylist() == [None]


@pytest.mark.parametrize("text", ["n.a.", "N.A.", "(null)", "(NULL)", "—", "–", "#NV", "#N/D"])
def test_words_of_other_programs_for_not_known(text: str) -> None:
    assert without_missing(pa.array([text, f" {text}"])).to_pylist() == [None, None]


@pytest.mark.parametrize(
    ("ids", "note"),
    [
        (["12.0", "7"], "both as '7' and as '12.0'"), (["0012", "12"], "both as '12' and as '0012'"),
        (["0012", "1234"], ""), (["12.0", "13.0"], ""), (["0012", "A1"], ""), (["1.5", "12"], ""),
    ],
)  # fmt: skip
def test_ids_in_two_spellings_are_named(ids: list[str], note: str) -> None:
    for order in (ids, ids[::-1]):
        seen = IdSpellings()
        for text in order:
            seen.see(pa.array([text]))
        assert note in seen.note
        assert bool(note) == bool(seen.note)
