"""A customer's features are read alike in each of the contract's forms, and refused where they stand in two."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from fairlead.v1 import scoring_pb2 as pb
from scoring.errors import InvalidInput
from scoring.model.schema import MAX_FEATURES
from scoring.rpc.features import features_of
from scoring.rpc.messages import customer_of
from tests.golden.write_scores import INPUTS, NUMBERS, STRANGE, TEXTS, answer, servicer
from tests.scoring_models import NOON

SCORING = servicer(None)
NUMBER = st.one_of(st.sampled_from(NUMBERS), st.floats(), st.sampled_from([math.nan, math.inf, -math.inf, -0.0]))
TEXT = st.one_of(st.sampled_from(TEXTS), st.text(max_size=80))
CUSTOMERS = st.dictionaries(st.sampled_from([*INPUTS, *STRANGE]), st.one_of(NUMBER, TEXT, st.booleans(), st.none()))


def a_struct(features: Mapping[str, Any]) -> Struct:
    struct = Struct()
    struct.update(features)
    return struct


def plain(features: Mapping[str, Any]) -> pb.Customer:
    """Write numbers and texts as such, and what is neither into the Struct."""
    customer = pb.Customer(id="c")
    for name, value in features.items():
        if isinstance(value, str):
            customer.text_features[name] = value
        elif isinstance(value, float | int) and not isinstance(value, bool):
            customer.number_features[name] = value
        else:
            customer.features.update({name: value})
    return customer


def asking(customer: pb.Customer) -> pb.ScoreCustomerRequest:
    request = pb.ScoreCustomerRequest(parent="tenants/default", customer=customer, explain_top_k=50)
    request.customer.as_of_time.FromDatetime(NOON)
    return pb.ScoreCustomerRequest.FromString(request.SerializeToString())


async def streamed(*requests: pb.ScoreCustomerRequest) -> list[pb.BatchScoreCustomersResponse]:
    async def sent() -> Any:
        for request in requests:
            yield pb.BatchScoreCustomersRequest(request=request)

    call: Any = None
    return [response async for response in SCORING.BatchScoreCustomers(sent(), call)]


@given(CUSTOMERS)
def test_each_form_is_answered_by_the_same_bits_alone_and_in_a_stream(features: dict[str, Any]) -> None:
    whole, plainly = asking(pb.Customer(id="c", features=a_struct(features))), asking(plain(features))
    before = plainly.SerializeToString(deterministic=True)

    expected = answer(SCORING, whole)
    scores = [
        response.score.SerializeToString(deterministic=True) for response in asyncio.run(streamed(whole, plainly))
    ]

    assert answer(SCORING, plainly) == expected
    assert scores == [expected, expected]
    assert plainly.SerializeToString(deterministic=True) == before  # nothing was added by looking


@given(CUSTOMERS)
def test_plain_features_are_a_mapping(features: dict[str, Any]) -> None:
    read = features_of(plain(features))

    assert {name: repr(value) for name, value in read.items()} == {
        name: repr(float(value) if type(value) is int else value) for name, value in features.items()
    }
    assert len(read) == len(features)
    assert "no such feature" not in read
    assert read.get("no such feature") is None


def test_infinite_and_strange_values_are_flagged_and_not_refused() -> None:
    score = pb.Score.FromString(
        answer(SCORING, asking(plain({"tenure": math.inf, "logins": math.nan, "plan": "nobody's", "tenrue": 3.0})))
    )

    flags = {flag.feature: (pb.ScoreFlag.Kind.Name(flag.kind), flag.value) for flag in score.flags}
    assert flags["tenure"] == ("KIND_UNREADABLE", "inf")
    assert flags["logins"] == ("KIND_MISSING", "nan")
    assert flags["plan"] == ("KIND_UNKNOWN_CATEGORY", "nobody's")


TWICE: list[tuple[dict[str, Any], str]] = [
    ({"number_features": {"age": 40.0}, "text_features": {"age": "40"}}, "customer.text_features"),
    ({"number_features": {"age": 40.0}, "features": a_struct({"age": 40})}, "customer.features"),
    ({"text_features": {"age": "40"}, "features": a_struct({"age": None, "vip": True})}, "customer.features"),
]


@pytest.mark.parametrize(("fields", "named"), TWICE)
def test_a_feature_that_stands_twice_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        features_of(pb.Customer(id="c", **fields))

    (violation,) = refused.value.violations
    assert violation.field == named
    assert violation.description == (
        "'age' stands in another one too; allowed is a name in one of features, number_features and text_features"
    )


def test_the_features_of_all_forms_are_counted_together() -> None:
    numbers = {f"n{i}": 1.0 for i in range(MAX_FEATURES - 2)}
    full = pb.Customer(id="c", number_features=numbers, text_features={"t": "x"}, features=a_struct({"b": True}))
    assert len(features_of(full)) == MAX_FEATURES

    full.features["one more"] = True

    async def now() -> Any:
        return NOON

    with pytest.raises(InvalidInput, match=r"customer\.features: 4097 features: at most 4096"):
        asyncio.run(customer_of(full, now))
