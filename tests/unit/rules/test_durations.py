"""Durations and tables of them: what is written is what is meant, and what is wrong is told at its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.document import read
from rules.duration_tables import DurationCompiler
from rules.durations import MAX_AMOUNTS, Duration, DurationCase, DurationTable, as_duration
from rules.field_values import FieldValues
from rules.fields import FieldType
from rules.normal_form import Ignorable
from rules.report import Report

FIELDS = {
    "severity": FieldType.STRING,
    "n": FieldType.NUMBER,
    "vip": FieldType.BOOL,
    "tags": FieldType.LIST,
    "since": FieldType.DATE,
    "phone": FieldType.STRING,
    "came.weekday": FieldType.STRING,
}
DURATIONS = st.sampled_from(list(MAX_AMOUNTS)).flatmap(
    lambda unit: st.builds(Duration, st.integers(1, MAX_AMOUNTS[unit]), st.just(unit))
)
WEEKDAYS = ("mon", "tue")


def compiled(written: str) -> tuple[DurationTable, list[tuple[int, int, str, str]]]:
    """Compile ``within: …``; return what is made of it, and what is wrong: line, column, path and message."""
    document = read(f"within: {written}")
    assert document.problem is None
    tree: Any = document.tree
    report, ignoring = Report(document), {"severity": frozenset({Ignorable.CASE})}
    values = FieldValues(FIELDS, report, {"", "n/a"}, ignoring, {"came.weekday": WEEKDAYS})
    table = DurationCompiler(values, report, {"phone"}).compile(tree["within"], ("within",))
    return table, [(p.line, p.column, p.path, p.message) for p in report.problems]


def good(written: str) -> DurationTable:
    table, problems = compiled(written)
    assert problems == []
    return table


@given(DURATIONS)
def test_a_duration_that_is_written_is_read_as_it_was(duration: Duration) -> None:
    assert as_duration(str(duration)) == duration
    assert good(str(duration)) == DurationTable(duration)


@given(st.text("0123456789smhdc １.-+", max_size=8) | st.integers() | st.none())
def test_whatever_is_no_duration_is_none(written: object) -> None:
    duration = as_duration(written)

    assert duration is None or str(duration) == written


@pytest.mark.parametrize("unit", list(MAX_AMOUNTS))
def test_a_duration_has_a_longest_and_a_shortest(unit: str) -> None:
    longest = MAX_AMOUNTS[unit]

    assert [as_duration(f"{amount}{unit}") is None for amount in (0, 1, longest, longest + 1)] == [
        *(True, False),
        *(False, True),
    ]


KEYS: dict[str, st.SearchStrategy[Any]] = {
    "severity": st.text("abc", min_size=1, max_size=3).filter(lambda text: text not in ("by", "else")),
    "n": st.integers(-20, 20) | st.integers(-20, 20).map(lambda n: n / 4),
    "vip": st.booleans(),
}


@given(st.data())
def test_a_table_means_what_a_plain_reading_of_it_does(data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(list(KEYS)))
    cases = data.draw(st.dictionaries(KEYS[field], DURATIONS, max_size=5))
    otherwise = data.draw(DURATIONS)
    met = data.draw(st.none() | KEYS[field])
    as_written = {str(key).lower(): duration for key, duration in cases.items()}

    table = good("{" + ", ".join([f"by: {field}", *_entries(as_written), f"else: {otherwise}"]) + "}")

    plain = otherwise if met is None else as_written.get(str(met).lower(), otherwise)
    numbers = {float(key): duration for key, duration in cases.items()} if field == "n" else {}
    plain = numbers.get(met, otherwise) if field == "n" and met is not None else plain
    assert table.of({} if met is None else {field: met}) == plain


def _entries(cases: dict[str, Duration]) -> list[str]:
    return [f"{key}: {duration}" for key, duration in cases.items()]


def test_keys_are_read_as_the_values_of_their_field_are() -> None:
    hour, day = Duration(1, "h"), Duration(1, "d")

    assert good("{by: vip, true: 1h, else: 1d}").cases == (DurationCase(True, hour),)
    assert good("{by: n, 1: 1h, 2.50: 1d, else: 1d}").cases == (DurationCase(1, hour), DurationCase(2.5, day))
    assert good('{"by": "n", "0x10": "1h", "else": "1d"}').cases == (DurationCase(16, hour),)
    assert good("{by: severity, P1: 1h, else: 1d}").cases == (DurationCase("p1", hour),)
    assert good("{by: severity, 1: 1h, true: 1d, else: 1d}").cases == (
        DurationCase("1", hour),
        DurationCase("true", day),
    )


def test_a_table_of_all_values_needs_nothing_else() -> None:
    assert good("{by: vip, true: 1h, false: 1d}").of({}) is None
    assert good("{by: came.weekday, mon: 1h, tue: 1d}").of({"came.weekday": "tue"}) == Duration(1, "d")


ALLOWED = "a duration such as 45s, 30m, 4h, 2d (working days) or 15cd (calendar days), up to 2000h, 366d or 366cd"


@pytest.mark.parametrize(
    ("written", "column", "path", "message"),
    [
        ("1h30m", 9, "within", f"found '1h30m'; {ALLOWED} is expected"),
        ("30", 9, "within", f"found 30; {ALLOWED} is expected"),
        ("３０m", 9, "within", f"found '３０m'; {ALLOWED} is expected; '30m' was probably meant"),
        ("[1h]", 9, "within", f"found ['1h']; {ALLOWED} is expected"),
        ("{P1: 1h}", 9, "within", f"found {{P1: …}}; {ALLOWED} or a table {{by: FIELD, …}} is expected"),
        (
            "{by: severty, else: 1h}",
            14,
            "within.by",
            "found 'severty'; allowed are string, number and bool fields: severity, n, vip, came.weekday; "
            "'severity' was probably meant",
        ),
        (
            "{by: tags, else: 1h}",
            14,
            "within.by",
            "found 'tags'; allowed are string, number and bool fields: severity, n, vip, came.weekday",
        ),
        (
            "{by: phone, else: 1h}",
            14,
            "within.by",
            "phone is personal: what is due would tell of it when it is erased",
        ),
        ("{by: severity, P1: soon, else: 1h}", 28, "within.P1", f"found 'soon'; {ALLOWED} is expected"),
        ("{by: severity, P1: 1h, else: 0h}", 38, "within.else", f"found '0h'; {ALLOWED} is expected"),
        (
            "{by: severity, P1: 1h}",
            9,
            "within",
            "else is missing: how long where severity has another value, or none",
        ),
        ("{by: vip, true: 1h}", 9, "within", "else is missing: how long where vip has another value, or none"),
        (
            "{by: came.weekday, mon: 1h, sun: 1h, else: 1h}",
            37,
            "within.sun",
            "found 'sun'; allowed in came.weekday are mon, tue, wed, thu, fri, sat, sun",
        ),
        ("{by: vip, yes: 1h, else: 1h}", 19, "within.yes", "found 'yes'; true or false is expected"),
        ("{by: n, one: 1h, else: 1h}", 17, "within.one", "found 'one'; a number between -10^15 and 10^15 is expected"),
        ("{by: n, 1e99: 1h, else: 1h}", 17, "within.1e99", "found '1e99'; a number between"),
        ("{by: severity, P1: 1h, p1: 2h, else: 1h}", 32, "within.p1", "'p1' and 'P1', in line 1, are one value of sev"),
        ("{by: n, 1: 1h, 1.0: 2h, else: 1h}", 24, "within.1.0", "'1.0' and '1', in line 1, are one value of n"),
        ("{by: severity, N/A: 1h, else: 1h}", 24, "within.N/A", "found 'n/a', a word for missing"),
        ("{by: severity, '“P1”': 1h, else: 1h}", 24, "within.“P1”", "'p1' was probably meant"),
    ],
)
def test_what_is_no_duration_and_no_table_of_them_is_told_at_its_place(
    written: str, column: int, path: str, message: str
) -> None:
    _, problems = compiled(written)

    assert [(line, at, where) for line, at, where, _ in problems] == [(1, column, path)], problems
    assert message in problems[0][3]


def test_a_table_has_no_more_values_than_a_list_may() -> None:
    _, problems = compiled("{by: n, else: 1h, " + ", ".join(f"{n}: 1h" for n in range(201)) + "}")

    assert [message for *_, message in problems] == ["201 values in the table; at most 200 are allowed"]
