"""What is read, what is left out and why."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from scoring.model.schema import Feature, FeatureSchema
from tests.training_data import customers, real, with_column
from training.data.cleaning import Why
from training.data.columns import Columns
from training.data.inference import read_column
from training.data.outcomes import read_outcome
from training.data.preparing import Prepared, prepare
from training.data.reading import read_table
from training.errors import InvalidInput, NotEnoughData

CHURN = Columns("Churn")


def why(prepared: Prepared) -> dict[str, Why]:
    return {drop.column: drop.why for drop in prepared.dropped}


def meaning(*values: object) -> Feature:
    feature = read_column("x", pa.chunked_array([pa.array(values)])).feature
    assert feature is not None
    return feature


def test_blanks_among_numbers_are_missing_and_not_a_category() -> None:
    column = read_column("TotalCharges", pa.chunked_array([["29.85", " ", "1e3", "?"]]))

    assert column.feature is not None
    assert column.feature.type == "number"
    assert column.encoded[:3].tolist()[::2] == [29.85, 1000.0]
    assert np.isnan(column.encoded[[1, 3]]).all()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("Yes", "No"), "bool"),
        (("0", "1"), "bool"),
        ((True, False), "bool"),
        (("True", "False"), "bool"),
        ((1, 2), "number"),
        (("DSL", "Fiber"), "category"),
        (("None", "Basic"), "category"),
    ],
)
def test_types_are_guessed(values: tuple[object, ...], kind: str) -> None:
    assert meaning(*values).type == kind


def test_the_schema_says_range_typical_value_and_unit() -> None:
    feature = read_column("Total day minutes", pa.chunked_array([[1.0, 5.0, 9.0]])).feature

    assert feature is not None
    assert (feature.low, feature.high, feature.typical, feature.unit) == (1.0, 9.0, 5.0, "minutes")


def test_columns_that_teach_nothing_are_dropped_and_reported() -> None:
    n = 600
    table = customers(n)
    table = with_column(table, "empty", [""] * n)
    table = with_column(table, "same", ["x"] * n)
    table = with_column(table, "number", [str(i) for i in range(n)])
    table = with_column(table, "surname", [f"name {i % 300}" for i in range(n)])
    table = with_column(table, "last_seen", [datetime(2024, 1, 1 + i % 28, tzinfo=UTC) for i in range(n)])
    table = with_column(table, "balance_eur", [f"{float(x) * 0.93:.4f}" for x in table["balance"].to_pylist()])
    table = with_column(table, "is_vip", ["T" if x == "Yes" else "F" if x else "" for x in table["vip"].to_pylist()])

    prepared = prepare(table, Columns("Churn", drop=("calls",)))

    assert why(prepared) == {
        "calls": Why.ASKED,
        "empty": Why.ALL_MISSING,
        "same": Why.CONSTANT,
        "number": Why.IDENTIFIER,
        "surname": Why.TOO_MANY_CATEGORIES,
        "last_seen": Why.MOMENT,
        "balance_eur": Why.DUPLICATE_COLUMN,
        "is_vip": Why.DUPLICATE_COLUMN,
    }
    assert prepared.schema.names == ("tenure", "plan", "vip", "balance")
    assert all(drop.evidence for drop in prepared.dropped)


def with_odd(n_odd: int, odd: object = "#DIV/0!", n: int = 600) -> pa.Table:
    """Return customers whose balance is odd in so many rows, the first of them row 12."""
    table = customers(n)
    values = [odd if 11 <= i < 11 + n_odd else text for i, text in enumerate(table["balance"].to_pylist())]
    return table.set_column(4, "balance", pa.array(values))


@pytest.mark.parametrize("n_odd", [1, 2, 6])
@pytest.mark.parametrize("odd", ["#DIV/0!", "inf", "-Infinity", "1e400", "see note"])
def test_a_column_is_what_nearly_all_of_it_is_and_the_rest_is_missing(n_odd: int, odd: str) -> None:
    prepared = prepare(with_odd(n_odd, odd), CHURN)

    place = prepared.schema.names.index("balance")
    assert prepared.schema.features[place].type == "number"
    assert np.isnan(prepared.rows.encoded[:, place]).sum() == n_odd
    (note,) = [note.text for note in prepared.notes if note.about == "balance"]
    expected = (
        f"{n_odd} of 600 values ({n_odd / 600:.1%}) not understood, the first in row 12: '{odd}', and taken as missing"
    )
    assert note == expected


def test_a_column_of_numbers_with_more_than_one_in_a_hundred_of_something_else_is_left_out_and_named() -> None:
    prepared = prepare(with_odd(7), CHURN)

    (drop,) = prepared.dropped
    assert (drop.why, drop.column) == (Why.MIXED, "balance")
    assert drop.evidence.startswith("7 of 600 values (1.2%) not understood, the first in row 12: '#DIV/0!'")


@pytest.mark.parametrize(("n_odd", "is_kept"), [(1, True), (6, True), (7, False), (300, False)])
def test_infinity_among_numbers_with_a_type_makes_no_categories(n_odd: int, is_kept: bool) -> None:
    table = customers()
    spend = np.random.default_rng(1).normal(size=600)
    spend[:n_odd] = np.inf
    prepared = prepare(with_column(table, "spend", spend), CHURN)

    kinds = {feature.name: feature.type for feature in prepared.schema.features}
    assert kinds.get("spend") == ("number" if is_kept else None)
    assert is_kept or why(prepared)["spend"] is Why.MIXED


def test_the_row_that_is_named_is_the_table_s_though_rows_without_outcome_are_left_out() -> None:
    table = with_odd(1)
    outcome = ["" if i < 5 else word for i, word in enumerate(table["Churn"].to_pylist())]

    prepared = prepare(table.set_column(5, "Churn", pa.array(outcome)), CHURN)

    assert "the first in row 12" in next(note.text for note in prepared.notes if note.about == "balance")


def test_a_spreadsheet_s_error_is_no_category() -> None:
    plans = ["#REF!" if i == 3 else ("basic", "pro", "gold")[i % 3] for i in range(90)]
    column = read_column("plan", pa.chunked_array([plans]))

    assert column.feature is not None
    assert column.feature.categories == ("basic", "gold", "pro")
    assert column.odd.tolist() == [3]


@pytest.mark.parametrize("values", [["1", "2", "A", "B"], ["7", "x"], [*map(str, range(1, 20)), "A1", "B2", "C3"]])
def test_codes_of_which_some_are_numbers_stay_categories(values: list[str]) -> None:
    assert meaning(*values * 10).type == "category"


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y", "%Y/%m/%d", "%Y年%m月%d日", "%d %b %Y",
     "%Y-%m", "%b %d, %Y", "%Y-%m-%dT%H:%M:%S.000+0000"],
)  # fmt: skip
def test_dates_written_in_any_form_are_left_out_and_named_and_never_categories(form: str) -> None:
    table = customers()
    dates = [datetime(2020 + i % 4, 1 + i % 12, 1 + i % 3, tzinfo=UTC).strftime(form) for i in range(len(table))]

    prepared = prepare(with_column(table, "signed", dates), CHURN)

    assert why(prepared)["signed"] is Why.MOMENT
    assert "days since it" in next(drop.evidence for drop in prepared.dropped)


@pytest.mark.parametrize(
    ("name", "start", "step"),
    [("joined", 20240501, 1), ("signup_date", 45413, 1), ("signupDate", 45413.0, 1.5), ("created_at", 1714521600, 3600),
     ("注册日期", 45413, 1), ("created_at", 1714521600000, 3600)],
)  # fmt: skip
@pytest.mark.parametrize("as_text", [False, True])
def test_dates_that_are_numbers_are_left_out_and_named(name: str, start: float, step: float, *, as_text: bool) -> None:
    numbers = [start + i % 28 * step for i in range(600)]
    values = [str(number) for number in numbers] if as_text else numbers

    assert why(prepare(with_column(customers(), name, values), CHURN))[name] is Why.MOMENT


@pytest.mark.parametrize(
    ("name", "start"), [("spend", 45413), ("updates", 45413), ("account", 20249901), ("candidates", 1714521600)]
)
def test_numbers_that_may_be_amounts_stay_numbers(name: str, start: int) -> None:
    prepared = prepare(with_column(customers(), name, [start + i % 28 for i in range(600)]), CHURN)

    assert {feature.name: feature.type for feature in prepared.schema.features}[name] == "number"


@pytest.mark.parametrize(
    "values",
    [[f"{i % 9} CR" if i % 3 else f"{i % 9} DR" for i in range(600)],
     ["open" if i % 6 == 0 else str(i % 97) for i in range(600)]],
)  # fmt: skip
def test_numbers_that_are_none_by_their_dress_or_company_are_no_categories(values: list[str]) -> None:
    drops = prepare(with_column(customers(), "balance 2", values), CHURN).dropped

    (drop,) = [drop for drop in drops if drop.column == "balance 2"]
    assert drop.why is Why.MIXED
    assert "mend them" in drop.evidence


@pytest.mark.parametrize("values", [["7,00,000", "8,50,000"], ["7万", "8.5万"], ["7", "n.a."], ["5,-", "6,-"]])
def test_numbers_of_other_countries_are_numbers(values: list[str]) -> None:
    assert meaning(*values * 10).type == "number"


def test_a_category_of_mostly_numbers_is_named() -> None:
    values = ["open" if i % 6 == 0 else str(i % 7) for i in range(600)]

    notes = prepare(with_column(customers(), "months", values), CHURN).notes

    assert "7 of its 8 texts are numbers, and 'open' is none" in next(n.text for n in notes if n.about == "months")


@pytest.mark.parametrize(
    "values", [["10.0.12.5", "10.0.12.6"], ["1-12", "13-24"], ["2024-Q1", "2024-Q2"], ["3.1.2", "3.2"]]
)
def test_what_only_looks_like_a_date_is_a_category(values: list[str]) -> None:
    assert meaning(*values * 10).type == "category"


def test_dates_among_which_something_else_stands_are_left_out_all_the_same() -> None:
    table = customers()
    dates = ["open" if i % 20 == 0 else f"2024-05-{1 + i % 28:02}" for i in range(len(table))]

    assert why(prepare(with_column(table, "signed", dates), CHURN))["signed"] is Why.MOMENT


def test_a_date_that_is_later_than_its_row_is_a_leak_in_whatever_form_it_is_written() -> None:
    table = customers()
    table = with_column(table, "at", [datetime(2024, 5, 1 + i % 20, tzinfo=UTC) for i in range(len(table))])
    ended = [f"{25 + i % 4}.05.2024" if i % 9 == 0 else "" for i in range(len(table))]

    prepared = prepare(with_column(table, "ended", ended), Columns("Churn", time="at"))

    (leak,) = [leak for leak in prepared.leaks if leak.columns == ("ended",)]
    assert "later than the row's own time" in leak.evidence


def test_texts_in_memory_are_the_numbers_that_they_are_in_a_file() -> None:
    amounts = read_column("spend", pa.chunked_array([["$1,020.50", "$36.25", "($5.50)"]]))
    codes = read_column("code", pa.chunked_array([["0101", "0102", "0101"]]))

    assert amounts.encoded.tolist() == [1020.5, 36.25, -5.5]
    assert codes.feature is not None
    assert codes.feature.categories == ("0101", "0102")


@pytest.mark.parametrize(
    ("values", "kind", "encoded"),
    [
        (pa.array([["a", "b"], ["c"], None]), "category", [0.0, 1.0, None]),
        (pa.array(["b", "a", None], pa.string_view()), "category", [1.0, 0.0, None]),
        (pa.array([86_400, 43_200, None], pa.duration("s")), "number", [1.0, 0.5, None]),
        (pa.array([2, 1, None], pa.decimal128(3)), "number", [2.0, 1.0, None]),
    ],
)
def test_types_of_parquet_are_read_as_tables_reads_them(
    values: pa.Array, kind: str, encoded: list[float | None]
) -> None:
    column = read_column("x", pa.chunked_array([values]))

    assert column.feature is not None
    assert column.feature.type == kind
    assert [None if np.isnan(x) else x for x in column.encoded.tolist()] == encoded


def test_an_amount_that_is_different_in_every_row_is_no_identifier_though_some_are_whole() -> None:
    table = customers()
    amounts = [100 + number + (0.5 if number % 10 else 0) for number in range(len(table))]
    table = with_column(table, "paid", amounts)

    assert {"balance", "paid"} <= set(prepare(table, CHURN).schema.names)


def test_a_value_that_is_constant_where_known_may_still_teach() -> None:
    table = customers()
    table = with_column(table, "voucher", ["yes" if i % 3 else "" for i in range(len(table))])

    assert "voucher" in prepare(table, CHURN).schema.names


def test_rows_without_outcome_are_left_out_and_counted() -> None:
    table = customers()
    outcome = ["" if i < 7 else value for i, value in enumerate(table["Churn"].to_pylist())]

    prepared = prepare(table.set_column(5, "Churn", pa.array(outcome)), CHURN)

    assert [(d.why, d.n_rows) for d in prepared.dropped] == [(Why.NO_OUTCOME, 7)]
    assert len(prepared.rows) == len(prepared.raw) == 593


def test_customers_who_happen_to_be_alike_are_kept_when_they_have_names() -> None:
    draw = np.random.default_rng(0)
    n = 3_000
    spent = draw.choice([f"{x:.2f}" for x in draw.gamma(2, 9, 40)], n)
    visits = draw.integers(1, 60, n)
    churned = ["1" if draw.random() < 0.4 + 0.2 * (v < 20) else "0" for v in visits]
    table = pa.table({"who": [f"c{i}" for i in range(n)], "spent": spent, "visits": visits, "gone": churned})

    prepared = prepare(table, Columns("gone", id="who"))

    assert len(prepared.rows) == n
    assert not prepared.leaks


def test_a_given_schema_decides_what_is_read_and_how() -> None:
    schema = FeatureSchema(
        features=(
            Feature(name="tenure", type="number", unit="months", monotonic=-1, high=50.0),
            Feature(name="plan", type="category", categories=("basic", "pro")),
        )
    )

    prepared = prepare(customers(), Columns("Churn", schema=schema))

    tenure = prepared.schema.features[0]
    assert (tenure.monotonic, tenure.unit, tenure.high) == (-1, "months", 50.0)
    assert tenure.typical is not None
    assert prepared.schema.features[1].categories == ("basic", "pro")
    assert why(prepared)["balance"] is Why.NOT_IN_SCHEMA


def test_a_leak_that_the_given_schema_wants_stays_and_is_named() -> None:
    table = customers()
    table = with_column(table, "copy", table["Churn"].to_pylist())
    schema = FeatureSchema(features=(Feature(name="copy", type="bool", categories=("No", "Yes")), *[
        Feature(name="calls", type="number")
    ]))  # fmt: skip

    prepared = prepare(table, Columns("Churn", schema=schema))

    assert [leak.columns for leak in prepared.leaks_inside] == [("copy",)]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (Columns("Chrun"), "there is no such column; found are tenure"),
        (Columns("plan"), "say with --positive"),
        (Columns("Churn", positive="Maybe"), r"'Maybe' is not among its values; found are Yes \d+, No \d+"),
        (Columns("Churn", time="plan"), "neither ISO 8601 nor whole numbers"),
    ],
)
def test_what_cannot_be_read_is_named(columns: Columns, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        prepare(customers(), columns)


@pytest.mark.parametrize(("day", "said"), [("2026-01-02", True), ("2026-01-03", False)])
def test_customers_in_more_than_one_row_of_a_time_are_named(day: str, said: bool) -> None:
    table = customers()
    days = ["2026-01-02"] * 300 + [day] + ["2026-01-04"] * (len(table) - 301)
    table = with_column(table, "id", ["c0" if row == 300 else f"c{row}" for row in range(len(table))])

    told = [note.text for note in prepare(with_column(table, "day", days), Columns("Churn", id="id", time="day")).notes]

    note = "1 customer stands in 2 rows: 'c0'; the rows of a customer share a fold"
    assert (note in told) is said


def test_too_few_who_left_is_said() -> None:
    table = customers()
    hardly = ["Yes" if i < 5 else "No" for i in range(len(table))]

    with pytest.raises(NotEnoughData, match="who left: 5, at least 30"):
        prepare(table.set_column(5, "Churn", pa.array(hardly)), CHURN)


def test_any_two_values_can_be_the_outcome_if_one_is_named() -> None:
    values = pa.chunked_array([["gone", "here", "here", None]])

    outcome = read_outcome(values, "state", "gone").churned

    assert outcome[:3].tolist() == [1.0, 0.0, 0.0]
    assert np.isnan(outcome[3])


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "target", "dropped", "n_features"),
    [
        ("telco_churn.csv", "Churn", {"customerID"}, 19),
        ("bank_churn.csv", "Exited", {"RowNumber", "CustomerId", "Surname"}, 10),
        ("iranian_churn.csv", "Churn", set(), 13),
        ("bigml_churn.csv", "Churn", {f"Total {part} charge" for part in ("day", "eve", "night", "intl")}, 17),
    ],
)
def test_no_leak_is_suspected_in_real_customers(file: str, target: str, dropped: set[str], n_features: int) -> None:
    prepared = prepare(read_table(real(file), Columns(target))[0], Columns(target))

    assert not prepared.leaks
    assert set(why(prepared)) == dropped
    assert len(prepared.schema.names) == n_features
