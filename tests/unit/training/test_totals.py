"""Parts of one amount are found by name and value, never by the outcome, and are added up to the bit."""

import numpy as np
import pyarrow as pa
import pytest

from tests.training_data import customers, with_column
from training.data.columns import Columns
from training.data.inference import Column, read_column
from training.data.preparing import prepare
from training.data.totals import money_in, totals_among

CHURN = Columns("Churn")
DAY, NIGHT = [10.0, 2.0, 0.0, 8.0], [1.0, 5.0, 3.0, 2.0]


def columns(**values: list[float]) -> list[Column]:
    return [read_column(name, pa.chunked_array([pa.array(numbers)])) for name, numbers in values.items()]


def billed(n: int = 600) -> pa.Table:
    draw = np.random.default_rng(5)
    table = customers(n)
    for name in ("Day charge", "Eve charge", "Night charge"):
        table = with_column(table, name, [f"{x:.2f}" for x in draw.gamma(2.0, 10.0, n)])
    return table


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Total intl charge", "charge"),
        ("nightCharges", "charge"),
        ("shipping_fees", "fee"),
        ("国际费用", "费用"),
        ("avg_charge", ""),
        ("weekly_spend", ""),
        ("spend_90d", ""),
        ("近30天消费", ""),
        ("charged off", ""),
        ("minutes", ""),
    ],
)
def test_money_is_known_by_its_name(name: str, word: str) -> None:
    assert money_in(name) == word


def test_parts_of_a_bill_are_found() -> None:
    (total,) = totals_among(columns(day_charge=DAY, night_charge=NIGHT, day_minutes=DAY))

    assert (total.name, total.total_of) == ("charge in total", ("day_charge", "night_charge"))
    assert (total.wording_en, total.wording_zh) == ("charge in total", "费用合计")


@pytest.mark.parametrize(
    "values",
    [
        {"day_charge": DAY},
        {"day_charge": DAY, "night_fee": NIGHT},
        {"day_charge": DAY, "night_charge": [-1.0, 5.0, 3.0, 2.0]},
        {"day_charge": DAY, "night_charge": NIGHT, "whole_charge": [11.0, 7.0, 3.0, 10.0]},
    ],
    ids=["alone", "another word", "negative", "with its total"],
)
def test_what_is_no_part_is_not_added(values: dict[str, list[float]]) -> None:
    assert list(totals_among(columns(**values))) == []


def test_a_total_is_prepared_like_any_feature_though_its_parts_are_copies_of_others() -> None:
    table = billed()
    minutes = [f"{float(x) * 7:.2f}" for x in table["Day charge"].to_pylist()]
    table = with_column(table, "Day minutes", minutes).select(
        [*customers().column_names, "Day minutes", "Day charge", "Eve charge", "Night charge"]
    )

    prepared = prepare(table, CHURN)

    total = prepared.schema.features[-1]
    assert total.total_of == ("Day charge", "Eve charge", "Night charge")
    assert "Day charge" not in prepared.schema.names
    expected = np.sum([np.array(table[name].to_pylist(), float) for name in total.total_of], axis=0)
    assert prepared.rows.encoded[:, -1].tolist() == pytest.approx(expected.tolist())
    assert (total.low, total.high) == (prepared.rows.encoded[:, -1].min(), prepared.rows.encoded[:, -1].max())


def test_the_outcome_has_no_say() -> None:
    table = billed()
    flipped = ["No" if left == "Yes" else "Yes" for left in table["Churn"].to_pylist()]

    schemas = [prepare(one, CHURN).schema for one in (table, with_column(table.drop("Churn"), "Churn", flipped))]

    assert schemas[0] == schemas[1]


def test_a_total_that_the_table_brings_along_is_not_made_again() -> None:
    table = billed()
    parts = [np.array(table[name].to_pylist(), float) for name in ("Day charge", "Eve charge", "Night charge")]
    whole = np.sum(parts, axis=0)
    table = with_column(table, "monthly bill", [str(x) for x in whole])

    assert not any(feature.total_of for feature in prepare(table, CHURN).schema.features)


def test_a_total_in_a_given_schema_is_read_as_it_says() -> None:
    schema = prepare(billed(), CHURN).schema

    again = prepare(billed(), Columns("Churn", schema=schema))

    assert again.schema == schema
    assert np.array_equal(again.rows.encoded, prepare(billed(), CHURN).rows.encoded, equal_nan=True)
