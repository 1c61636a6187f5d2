"""A query is read as JSON would be, field by field; what is no field or no value is refused by name."""

from __future__ import annotations

import math
from typing import Any

import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given
from hypothesis import strategies as st

from failures import InvalidInput
from fairlead.v1 import decisions_pb2
from gateway.http.query import MOST_FAULTS, fill, query_fields, read_query
from tests.unit.gateway.http.made_contract import made

EVERYTHING: type[Message] = GetMessageClass(made(None).methods[0].input_type)


def _filled(*pairs: tuple[str, str]) -> Any:
    message = EVERYTHING()
    fill(message, pairs)
    return message


def _faults(*pairs: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        _filled(*pairs)
    return {each.field: each.description for each in refused.value.violations}


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("a_string", "a b", "a b"),
        ("aString", "", ""),
        ("aBool", "true", True),
        ("aBool", "false", False),
        ("aInt32", "-2147483648", -(2**31)),
        ("aInt64", "9223372036854775807", 2**63 - 1),
        ("aSint64", "-9223372036854775808", -(2**63)),
        ("aUint64", "18446744073709551615", 2**64 - 1),
        ("aFixed32", "4294967295", 2**32 - 1),
        ("aSfixed32", "-1", -1),
        ("aDouble", "1.5e3", 1500.0),
        ("aDouble", "-Infinity", -math.inf),
        ("aFloat", "0.5", 0.5),
        ("aBytes", "_-8=", b"\xff\xef"),
        ("aBytes", "/+8", b"\xff\xef"),
        ("aColour", "COLOUR_RED", 1),
        ("aColour", "1", 1),
        ("aColour", "7", 7),
    ],
)
def test_a_value_is_read_as_json_has_it(name: str, written: str, value: object) -> None:
    field = "a_string" if name == "a_string" else "a_" + name[1:].lower()

    assert getattr(_filled((name, written)), field) == value


@pytest.mark.parametrize(
    ("name", "written", "form"),
    [
        ("aTimestamp", "2026-11-28T17:00:00+08:00", "2026-11-28T09:00:00Z"),
        ("aTimestamp", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("aDuration", "-1.5s", "-1.500s"),
        ("aDuration", "0s", "0s"),
        ("aFieldmask", "displayName,attributes.region", "displayName,attributes.region"),
        ("aFieldmask", "", ""),
    ],
)
def test_instants_durations_and_masks_have_their_forms(name: str, written: str, form: str) -> None:
    message = _filled((name, written))
    field = "a_" + name[1:].lower()

    assert message.HasField(field)
    assert getattr(message, field).ToJsonString() == form


def test_what_may_be_absent_is_there_when_it_is_said_be_it_zero() -> None:
    message = _filled(("aInt32value", "0"), ("aBoolvalue", "false"), ("aStringvalue", ""), ("thisOne", ""))

    assert [message.HasField(name) for name in ("a_int32value", "a_boolvalue", "a_stringvalue", "this_one")] == [
        True
    ] * 4
    assert not message.HasField("a_int64value")


def test_dots_lead_inside_and_a_repeated_field_is_named_for_each_value() -> None:
    message = _filled(
        ("innerPart.aWord", "w"),
        ("inner_part.lastPart.an_instant", "2026-11-28T09:00:00Z"),
        ("innerPart.lastPart.aNumber", "7"),
        ("manyString", "b"),
        ("many_string", "a"),
        ("manyColour", "COLOUR_RED"),
        ("manyColour", "0"),
    )

    assert (message.inner_part.a_word, message.inner_part.last_part.a_number) == ("w", 7)
    assert message.inner_part.last_part.an_instant.seconds == 1795856400
    assert (message.many_string, message.many_colour) == (["b", "a"], [1, 0])


@pytest.mark.parametrize(
    ("name", "written", "fault"),
    [
        ("aBool", "True", "'True': must be true or false"),
        ("aBool", "", "'': must be true or false"),
        ("aInt32", "2147483648", "must be a whole number of -2147483648 to 2147483647"),
        ("aInt32", "1.0", "must be a whole number"),
        ("aInt32", "1_0", "must be a whole number"),
        ("aInt32", "+1", "must be a whole number"),
        ("aInt32", " 1", "must be a whole number"),
        ("aInt32", "٣", "must be a whole number"),
        ("aUint64", "-1", "must be a whole number of 0 to 18446744073709551615"),
        ("aInt64", "9" * 5000, "must be a whole number"),
        ("aDouble", "nan", "must be a number, or one of NaN, Infinity, -Infinity"),
        ("aDouble", "1e999", "must be a number"),
        ("aDouble", "0x1", "must be a number"),
        ("aFloat", "3.5e38", "must be a number"),
        ("aBytes", "a", "must be Base64"),
        ("aBytes", "!!!!", "must be Base64"),
        ("aColour", "COLOUR_READ", "must be one of COLOUR_UNSPECIFIED, COLOUR_RED; the nearest is COLOUR_RED"),
        ("aColour", "2147483648", "must be one of"),
        ("aTimestamp", "2026-11-28", "must be an instant, e.g. 2026-11-28T09:00:00Z"),
        ("aTimestamp", "2026-13-28T09:00:00Z", "must be an instant"),
        ("aTimestamp", "2026-11-28T09:00:00+24:00", "must be an instant"),
        ("aTimestamp", "0000-11-28T09:00:00Z", "must be an instant"),
        ("aDuration", "1.5", "must be seconds with an s behind them"),
        ("aDuration", "1_0s", "must be seconds with an s behind them"),
        ("aDuration", "999999999999s", "must be seconds with an s behind them"),
        ("aFieldmask", "display_name", "must be fields as JSON names them"),
        ("aInt32value", "x", "must be a whole number"),
        ("innerPart.lastPart.aNumber", "x", "must be a whole number"),
        ("manyInt32", "1,2", "must be a whole number"),
    ],
)
def test_what_is_no_value_of_a_field_is_refused_with_what_is(name: str, written: str, fault: str) -> None:
    [(field, told)] = _faults((name, written)).items()

    assert field == name
    assert fault in told


def test_what_is_no_field_is_refused_with_the_nearest_name() -> None:
    request = decisions_pb2.ListDecisionsRequest()

    with pytest.raises(InvalidInput) as refused:
        fill(
            request,
            [("pageSze", "5"), ("page_sise", "5"), ("zzzz", ""), ("view", "DECISION_VIEW_ALL"), ("parent.x", "")],
        )

    assert [str(each) for each in refused.value.violations][:3] == [
        "pageSze: ListDecisionsRequest has no such field; the nearest is pageSize",
        "page_sise: ListDecisionsRequest has no such field; the nearest is page_size",
        "zzzz: ListDecisionsRequest has no such field",
    ]
    assert len(refused.value.violations) == 5


def test_a_message_is_no_value_by_itself() -> None:
    assert "the nearest is innerPart.aWord" in _faults(("innerPart.aWor", "x"))["innerPart.aWor"]
    assert set(_faults(("innerPart", "{}"))) == {"innerPart"}


def test_a_field_is_said_once_however_it_is_spelt() -> None:
    assert _faults(("aInt32", "1"), ("a_int32", "1")) == {"a_int32": "'1': it was given before, and takes one value"}
    assert _faults(("thisOne", "a"), ("thatOne", "b")) == {"thatOne": "'b': this_one is given, which excludes it"}


def test_of_many_faults_the_first_are_told_in_short() -> None:
    told = _faults(*((f"{number}{'x' * 1000}", "") for number in range(5000)))

    assert len(told) == MOST_FAULTS
    assert max(map(len, told)) == 80


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"", []),
        (b"&&", []),
        (b"a", [("a", "")]),
        (b"=b", [("", "b")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a=1;b=2", [("a", "1;b=2")]),
        (b"a=x+y%2Bz%26&a=%E6%9D%8E", [("a", "x y+z&"), ("a", "李")]),
        (b"%61%3D=%2525", [("a=", "%25")]),
    ],
)
def test_a_query_is_parted_and_decoded_once(raw: bytes, pairs: list[tuple[str, str]]) -> None:
    assert read_query(raw) == pairs


@pytest.mark.parametrize("raw", [b"a=%", b"%zz=1", b"a=%C0%AF", b"a=%ED%A0%80", b"a=\xff"])
def test_a_query_that_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput, match="the query holds"):
        read_query(raw)


@given(st.binary(max_size=40))
def test_a_query_of_any_bytes_is_read_or_refused(raw: bytes) -> None:
    message = EVERYTHING()
    is_refused = False
    try:
        fill(message, read_query(raw))
    except InvalidInput:
        is_refused = True

    assert is_refused or {name for name, _ in read_query(raw)} <= set(query_fields(message.DESCRIPTOR))
