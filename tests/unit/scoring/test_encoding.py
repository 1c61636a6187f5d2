"""Values from outside become numbers: the same by row and by column, and nothing goes unremarked."""

import datetime as dt
import decimal
import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model.columns import FLAG_KINDS, encode_columns
from scoring.model.encoding import FeatureEncoder, FlagKind, RowEncoder
from scoring.model.schema import Feature, FeatureSchema
from tests.scoring_models import CUSTOMER, SCHEMA

NUMBER = Feature(name="n", type="number", low=0.0, high=100.0, missing=("NA", "-", "77"))
CATEGORY = Feature(name="c", type="category", categories=("DSL", "Fiber", "1"), missing=("none",))
BOOL = Feature(name="b", type="bool", categories=("No", "Yes"))


@pytest.mark.parametrize(
    ("feature", "value", "number", "flag"),
    [
        (NUMBER, 3, 3.0, None),
        (NUMBER, " 29.85 ", 29.85, None),
        (NUMBER, True, 1.0, None),
        (NUMBER, -1, -1.0, FlagKind.OUT_OF_RANGE),
        (NUMBER, 100.5, 100.5, FlagKind.OUT_OF_RANGE),
        (NUMBER, None, None, FlagKind.MISSING),
        (NUMBER, math.nan, None, FlagKind.MISSING),
        (NUMBER, "  ", None, FlagKind.MISSING),
        (NUMBER, "NA", None, FlagKind.MISSING),
        (NUMBER, 77, None, FlagKind.MISSING),
        (NUMBER, "77.0", None, FlagKind.MISSING),
        (NUMBER, "many", None, FlagKind.UNREADABLE),
        (NUMBER, math.inf, None, FlagKind.UNREADABLE),
        (NUMBER, 10**400, None, FlagKind.UNREADABLE),
        (NUMBER, [1], None, FlagKind.UNREADABLE),
        (CATEGORY, "Fiber", 1.0, None),
        (CATEGORY, " DSL", 0.0, None),
        (CATEGORY, 1.0, 2.0, None),
        (CATEGORY, 1, 2.0, None),
        (CATEGORY, "fiber", None, FlagKind.UNKNOWN_CATEGORY),
        (CATEGORY, "none", None, FlagKind.MISSING),
        (CATEGORY, "", None, FlagKind.MISSING),
        (BOOL, True, 1.0, None),
        (BOOL, "Yes", 1.0, None),
        (BOOL, "TRUE", 1.0, None),
        (BOOL, 0, 0.0, None),
        (BOOL, "perhaps", None, FlagKind.UNKNOWN_CATEGORY),
    ],
)
def test_a_value_is_encoded_and_remarked_upon(
    feature: Feature, value: object, number: float | None, flag: FlagKind | None
) -> None:
    encoded, kind = FeatureEncoder(feature)(value)

    assert (None if math.isnan(encoded) else encoded) == number
    assert kind == flag


def test_a_flag_names_the_feature_and_what_was_found() -> None:
    _, flags = RowEncoder(SCHEMA)({**CUSTOMER, "contract": "Weekly" * 20, "logins_30d": None})

    assert [(flag.feature, flag.kind.value, flag.value) for flag in flags] == [
        ("logins_30d", "MISSING", ""),
        ("contract", "UNKNOWN_CATEGORY", ("Weekly" * 20)[:64]),
    ]


COLUMNS = st.one_of(
    st.lists(st.none() | st.floats(), max_size=12).map(lambda v: pa.array(v, pa.float64())),
    st.lists(st.none() | st.floats(width=32), max_size=12).map(lambda v: pa.array(v, pa.float32())),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=12).map(lambda v: pa.array(v, pa.int64())),
    st.lists(st.none() | st.integers(70, 80), max_size=12).map(lambda v: pa.array(v, pa.int8())),
    st.lists(st.none() | st.from_regex(r"\A-?[0-9]{1,15}(\.[0-9]{1,15})?\Z"), max_size=12).map(
        lambda v: pa.array(v, pa.string())
    ),
    st.lists(st.none() | st.booleans(), max_size=12).map(lambda v: pa.array(v, pa.bool_())),
    st.lists(
        st.none() | st.sampled_from(["Yes", "No", "NA", "", "1", "1.0", "DSL", "3e1", " 7", "inf", "x", "1_0"]),
        max_size=12,
    ).map(lambda v: pa.array(v, pa.string())),
    st.lists(st.none() | st.sampled_from(["Yes", "DSL", "4"]), max_size=12).map(
        lambda v: pa.array(v, pa.string()).dictionary_encode()
    ),
    st.lists(st.none() | st.decimals(-999, 999, places=2), max_size=12).map(lambda v: pa.array(v, pa.decimal128(6, 2))),
    st.lists(st.none() | st.dates(), max_size=12).map(lambda v: pa.array(v, pa.date32())),
)


@given(COLUMNS, st.sampled_from([NUMBER, CATEGORY, BOOL]), st.integers(0, 6))
def test_a_column_is_encoded_as_its_values_are(column: pa.Array, feature: Feature, cut: int) -> None:
    chunked = pa.chunked_array([column[:cut], column[cut:]], type=column.type)
    encode = FeatureEncoder(feature)

    rows, flags = encode_columns(FeatureSchema(features=(feature,)), {feature.name: chunked}, len(column))

    expected = [encode(value) for value in column.to_pylist()]
    assert [x.hex() for x in rows[:, 0].tolist()] == [x.hex() for x, _ in expected]
    assert [FLAG_KINDS[code] for code in flags[:, 0].tolist()] == [kind for _, kind in expected]


def test_a_column_that_is_not_there_is_missing_everywhere() -> None:
    rows, flags = encode_columns(FeatureSchema(features=(NUMBER,)), {}, 2)

    assert [math.isnan(x) for x in rows[:, 0]] == [True, True]
    assert {FLAG_KINDS[code] for code in flags[:, 0].tolist()} == {FlagKind.MISSING}


def test_odd_types_are_unreadable_numbers_and_not_an_error() -> None:
    encode = FeatureEncoder(NUMBER)

    assert encode(dt.date(2026, 1, 1))[1] == FlagKind.UNREADABLE
    assert encode(decimal.Decimal("3.5")) == (3.5, None)


BILL = Feature(name="bill", type="number", total_of=("day", "night", "abroad"), low=0.0, high=90.0, missing=("NA",))
PARTS = st.lists(
    st.tuples(*[st.none() | st.floats() | st.floats(-1e3, 1e3) | st.just(1.7e308)] * 3), min_size=1, max_size=12
)


@given(PARTS)
def test_a_total_has_the_same_bits_by_row_and_by_column(rows: list[tuple[float | None, ...]]) -> None:
    schema = FeatureSchema(features=(BILL,))
    columns = {name: pa.array([row[j] for row in rows], pa.float64()) for j, name in enumerate(BILL.total_of)}

    together, codes = encode_columns(schema, columns, len(rows))

    one_by_one = [RowEncoder(schema)(dict(zip(BILL.total_of, row, strict=True))) for row in rows]
    assert [x.hex() for x in together[:, 0].tolist()] == [row[0].hex() for row, _ in one_by_one]
    flags = [flags_of_row[0].kind if flags_of_row else None for _, flags_of_row in one_by_one]
    assert [FLAG_KINDS[code] for code in codes[:, 0].tolist()] == flags


@pytest.mark.parametrize(
    ("parts", "total", "flag"),
    [
        ({"day": 30, "night": "2.5", "abroad": 0}, 32.5, None),
        ({"day": 60, "night": 40, "abroad": 0}, 100.0, FlagKind.OUT_OF_RANGE),
        ({"day": 60, "night": "NA", "abroad": "much"}, None, FlagKind.MISSING),
        ({"day": 60, "night": "much"}, None, FlagKind.UNREADABLE),
        ({}, None, FlagKind.MISSING),
    ],
)
def test_a_total_says_what_is_wrong_with_its_parts(
    parts: dict[str, object], total: float | None, flag: FlagKind | None
) -> None:
    (encoded,), flags = RowEncoder(FeatureSchema(features=(BILL,)))(parts)

    assert (None if math.isnan(encoded) else encoded) == total
    assert [(raised.feature, raised.kind) for raised in flags] == ([("bill", flag)] if flag else [])


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([{"type": "bool"}], "only a number can be a total"),
        ([{"total_of": ("day",)}], "names two columns or more"),
        ([{"total_of": ("day", "day")}], "a column stands twice"),
        ([{"total_of": ("day", "bill")}], "names the total itself"),
        ([{"actionable": True}], "it neither ages nor is actionable"),
        ([{}, {"name": "tenure", "total_of": ()}], "totals must stand behind the others"),
        ([{"name": "day", "total_of": (), "actionable": True}, {}], "'day' is part of a total"),
    ],
)
def test_a_total_that_could_mislead_is_refused(features: list[dict[str, object]], message: str) -> None:
    total = {"name": "bill", "type": "number", "total_of": ("day", "night")}

    with pytest.raises(ValueError, match=message):
        FeatureSchema(features=tuple(Feature.model_validate({**total, **change}) for change in features))
