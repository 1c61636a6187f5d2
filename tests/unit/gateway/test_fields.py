"""Fields of requests are read alike, whichever service they are sent to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from functools import partial
from itertools import product

import pytest
from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from failures import InvalidInput
from fairlead.v1 import models_pb2, operations_pb2, routing_pb2
from gateway import fields
from resource_names import tenant_of
from scoring.names import model_of


def fault(read: Callable[[], object]) -> tuple[str, str]:
    """Return the one field that is refused, and why."""
    with pytest.raises(InvalidInput) as refusal:
        read()
    (violation,) = refusal.value.violations
    return violation.field, violation.description


REQUESTS = (
    routing_pb2.RouteWorkItemRequest,
    models_pb2.PromoteModelRequest,
    models_pb2.TrainModelRequest,
    operations_pb2.RedriveOperationRequest,
)


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_id_is_short_and_holds_no_control_characters(kind: Callable[..., object]) -> None:
    assert fields.request_id(kind()) == ""
    assert fields.request_id(kind(request_id="r" * 128)) == "r" * 128
    assert fault(lambda: fields.request_id(kind(request_id="a\nb"))) == (
        "request_id", r"'a\nb': must not hold control characters",
    )  # fmt: skip
    assert fault(lambda: fields.request_id(kind(request_id="r" * 129))) == (
        "request_id", "129 characters: at most 128",
    )  # fmt: skip


def test_a_page_holds_fifty_unless_more_are_wanted_and_a_thousand_at_most() -> None:
    assert [fields.page_size(size) for size in (0, 1, 1000, 5000)] == [50, 1, 1000, 1000]
    assert fault(lambda: fields.page_size(-1)) == ("page_size", "-1: must be 0 to 1000")


def test_a_page_begins_where_the_last_one_said() -> None:
    assert fields.page_place(fields.page_token("models/churn/versions/v1")) == "models/churn/versions/v1"
    assert fields.page_number(fields.page_token(7)) == 7
    assert (fields.page_token(0), fields.page_place(""), fields.page_number("")) == ("", "", 0)


@pytest.mark.parametrize("token", ["%", "moon", "a", fields.page_token("-1"), fields.page_token("1" * 16)])
def test_a_page_token_that_no_server_wrote_is_refused(token: str) -> None:
    assert fault(lambda: fields.page_number(token)) == (
        "page_token", f"{token!r}: must be the next_page_token of an earlier page",
    )  # fmt: skip


def test_a_long_value_is_shown_cut() -> None:
    field, description = fault(lambda: tenant_of("t" * 500, "parent"))

    assert field == "parent"
    assert description.startswith("'" + "t" * 78 + "…: must be tenants/{tenant}")


@pytest.mark.parametrize("tenant", ["华东", "हिन्दी", "acme.cn-1"])
def test_who_may_route_may_also_have_models(tenant: str) -> None:
    assert tenant_of(f"tenants/{tenant}") == tenant
    assert model_of(f"tenants/{tenant}/models/churn", "name") == (tenant, "churn")


@pytest.mark.parametrize("tenant", ["", "*", "a b", "½", "\u0301a", "x" * 65])
def test_what_is_no_tenant_is_none_for_models_either(tenant: str) -> None:
    assert fault(lambda: tenant_of(f"tenants/{tenant}"))[0] == "parent"
    assert fault(lambda: model_of(f"tenants/{tenant}/models/churn", "name"))[0] == "name"


def test_an_instant_lies_in_the_years_that_a_date_can_say() -> None:
    assert fields.instant(Timestamp(seconds=1), "as_of_time").isoformat() == "1970-01-01T00:00:01+00:00"
    assert fault(lambda: fields.instant(Timestamp(seconds=10**15), "as_of_time"))[0] == "as_of_time"
    assert fields.timestamp(1_500_000) == Timestamp(seconds=1, nanos=500_000_000)


SECONDS = st.integers(-62_135_596_801, 253_402_300_800) | st.integers(-(2**63), 2**63 - 1)


@given(SECONDS, st.integers(-(10**9), 2 * 10**9) | st.sampled_from([0, 999, 1000, 999_999_999, 10**9, -1]))
def test_an_instant_is_what_protobuf_makes_of_it(seconds: int, nanos: int) -> None:
    stamp = Timestamp(seconds=seconds, nanos=nanos)
    try:
        expected = stamp.ToDatetime(UTC)
    except (ValueError, OverflowError):
        is_of_nanos = not 0 <= nanos < 10**9
        told = (
            f"nanos {nanos}: must be 0 to 999999999" if is_of_nanos else f"{seconds} s: must lie in the years 1 to 9999"
        )
        assert fault(lambda: fields.instant(stamp, "as_of_time")) == ("as_of_time", told)
    else:
        assert fields.instant(stamp, "as_of_time") == expected


def test_a_page_token_goes_on_with_the_filter_that_it_is_of_and_with_no_other() -> None:
    plain, filtered = fields.page_token(17), fields.page_token(17, "rep = bo")

    assert (fields.page_number(plain), fields.page_number(filtered, "rep = bo"), fields.page_number("")) == (17, 17, 0)
    assert fields.page_token(None, "rep = bo") == ""
    assert fields.page_number("", "rep = bo") == 0
    for token, filter_text in ((plain, "rep = bo"), (filtered, ""), (filtered, "rep = li")):
        field, description = fault(partial(fields.page_number, token, filter_text))
        assert field == "page_token"
        assert "is of a list with another filter" in description
        where = partial(fields.page_number, token, filter_text, of="rep or date")
        assert "is of a list with another rep or date" in fault(where)[1]


def test_a_page_token_may_hold_any_text_and_is_of_its_filter_then_too() -> None:
    for place, filter_text in product(('[1,"crm~L-1"]', "~", "a~0123456789abcde"), ("", "~", "rep")):
        token = fields.page_token(place, filter_text)
        assert fields.page_key(token, bool, filter_text) == place
        assert fault(partial(fields.page_key, token, bool, filter_text + "x"))[0] == "page_token"


def test_a_token_that_nobody_wrote_is_told_from_one_of_another_filter() -> None:
    for token in ("_w==", "17", fields.page_token("x~1")):
        assert "must be the next_page_token of an earlier page" in fault(partial(fields.page_number, token))[1]


def test_a_page_takes_messages_until_the_next_is_too_much_and_one_however_large() -> None:
    large = Struct(fields={"text": Value(string_value="x" * 1_000_000)})
    page, crowded = fields.PageRoom(), fields.PageRoom()

    assert [page.takes(large) for _ in range(5)] == [True, True, True, False, False]
    assert crowded.takes(Struct(fields={"text": Value(string_value="x" * 9_000_000)}))
    assert not crowded.takes(Struct())
