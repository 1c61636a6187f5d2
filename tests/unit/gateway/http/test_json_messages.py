"""Messages as JSON: what is written is read back, and what is mistyped, ambiguous or odd is named, with its path."""

from __future__ import annotations

import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given
from hypothesis import strategies as st

from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import rules_pb2 as rules
from gateway.calls.status import status_of
from gateway.errors import UnreadableJson
from gateway.http.json_messages import read_json, write_json
from tests.fuzzing.drawing import message
from tests.methods import METHODS

KINDS = sorted({kind.full_name: kind for m in METHODS.values() for kind in (m.input_type, m.output_type)}.items())


def faults(body: bytes | str, kind: Any = routing.RouteWorkItemRequest, **chosen: bool) -> dict[str, str]:
    """Read what cannot be read, and return what was wrong by field."""
    with pytest.raises(UnreadableJson) as raised:
        read_json(body if isinstance(body, bytes) else body.encode(), kind, **chosen)
    return {violation.field: violation.description for violation in raised.value.violations}


@given(st.integers(0, len(KINDS) - 1), st.randoms(use_true_random=False))
def test_what_is_written_is_read_back(number: int, random: Random) -> None:
    kind = GetMessageClass(KINDS[number][1])
    drawn = message(random, kind)
    try:
        plainly = json_format.MessageToJson(drawn)
    except (json_format.Error, ValueError, TypeError):
        return  # an Any of nothing, or an instant that no calendar has: not to be written by anybody

    assert read_json(plainly.encode(), kind) == json_format.Parse(plainly, kind())
    assert read_json(write_json(drawn), kind) == json_format.Parse(write_json(drawn), kind())


SCALARS = st.none() | st.text() | st.floats() | st.integers()
NAMES = st.sampled_from(["parent", "workItem", "attributes", "kind", "x"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=8)


@given(st.one_of(st.binary(), st.text().map(str.encode), VALUES.map(lambda value: json.dumps(value).encode())))
def test_whatever_comes_it_is_a_message_or_said_to_be_none(body: bytes) -> None:
    with suppress(UnreadableJson):
        assert isinstance(read_json(body, routing.RouteWorkItemRequest), routing.RouteWorkItemRequest)


def test_every_field_that_is_not_known_is_named_with_its_path_and_the_nearest() -> None:
    found = faults('{"parnt": "t", "workItem": {"attribute": {}, "kind": "KIND_LED", "attributes": {"whatever": 1}}}')

    assert list(found) == ["parnt", "work_item.attribute", "work_item.kind"]
    assert "RouteWorkItemRequest has no such field; the nearest is parent" in found["parnt"]
    assert "this server speaks fairlead.v1 as of Fairlead " in found["parnt"]
    assert found["work_item.kind"].endswith("the nearest is KIND_LEAD")


def test_of_very_many_twenty_are_named() -> None:
    assert len(faults(json.dumps({f"x{n}": 1 for n in range(1000)}))) == 20


def test_who_asks_for_it_has_unknown_fields_left_out_and_nothing_else() -> None:
    body = b'{"parnt": 1, "parent": "t", "workItem": {"attributes": {"a": 1}, "new": [{}], "kind": "KIND_NEW"}}'
    read: Any = read_json(body, routing.RouteWorkItemRequest, ignore_unknown=True)

    assert (read.parent, dict(read.work_item.attributes), read.work_item.kind) == ("t", {"a": 1}, 0)
    assert faults('{"parnt": 1, "parent": 2}', ignore_unknown=True) == {"parent": "found 2: must be a text"}


def test_both_spellings_are_read_but_not_both_at_once() -> None:
    body = b'{"work_item": {"external_id": "a"}, "requestId": "r"}'
    read: Any = read_json(body, routing.RouteWorkItemRequest)

    assert (read.work_item.external_id, read.request_id) == ("a", "r")
    assert "under two names" in faults('{"requestId": "a", "request_id": "b"}')["request_id"]


ODD = {
    "nothing": (b"", "", "no JSON: line 1, column 1"),
    "a list": (b"[]", "", "must be a JSON object"),
    "null": (b"null", "", "must be a JSON object"),
    "half": (b'{"parent": ', "", "no JSON"),
    "twice": (b'{"parent": "a", "parent": "b"}', "", "'parent' twice in one object"),
    "twice, deep": (b'{"workItem": {"attributes": {"a": 1, "a": 2}}}', "", "'a' twice"),
    "no number": (b'{"workItem": {"value": NaN}}', "", "NaN is no number of JSON"),
    "a number like no other": (b'{"workItem": {"attributes": {"a": 1e999}}}', "", "1e999, which is larger than any"),
    "a number of 400 digits": (b'{"workItem": {"attributes": {"a": ' + b"9" * 400 + b"}}}", "", "larger than any"),
    "very many values": (b'{"x": [' + b"0," * 500_000 + b"0]}", "", "over 500,000 values"),
    "a mark before it": (b"\xef\xbb\xbf{}", "", "BOM"),
    "no UTF-8": (b'{"parent": "\xff"}', "", "byte 12 is not UTF-8"),
    "half a character": (b'{"parent": "\\ud800"}', "parent", "surrogate"),
    "half a character for a name": (b'{"\\ud800": 1}', "\\ud800", "no such field"),
    "a name without end": (b'{"' + b"x" * 1_000_000 + b'": 1}', "x" * 80, "no such field"),
    "a value without end": (b'{"workItem": {"kind": "' + b"x" * 1_000_000 + b'"}}', "work_item.kind", "KIND_LEAD"),
    "deep": (b"[" * 1_000_000, "", "nested over 32 deep"),
    "deep attributes": (b'{"workItem":{"attributes":' + b'{"a":' * 40 + b"1" + b"}" * 42, "", "nested over 32 deep"),
    "a number of 5,000 digits": (b'{"workItem": {"value": ' + b"9" * 5000 + b"}}", "", "larger than any"),
    "a number as text": (b'{"parent": 1}', "parent", "found 1: must be a text"),
    "a text as truth": (b'{"validateOnly": "true"}', "validate_only", "must be true or false"),
    "a fraction": (b'{"workItem": {"priority": 1.5}}', "work_item.priority", "a whole number of -"),
    "a number with a line in it": (b'{"workItem": {"priority": "1_0"}}', "work_item.priority", "a whole number of -"),
    "digits of elsewhere": ('{"workItem": {"priority": "５"}}'.encode(), "work_item.priority", "a whole number of -"),
    "more than a field holds": (b'{"workItem": {"priority": 3e9}}', "work_item.priority", "to 2147483647"),
    "truth as a number": (b'{"workItem": {"value": true}}', "work_item.value", "a number"),
    "no object": (b'{"workItem": 5}', "work_item", "must be an object, as of fairlead.v1.WorkItem"),
    "no attributes": (b'{"workItem": {"attributes": [1]}}', "work_item.attributes", "as of google.protobuf.Struct"),
    "no instant": (b'{"workItem": {"createTime": "yesterday"}}', "work_item.create_time", "an instant"),
    "no kind": (b'{"workItem": {"kind": {}}}', "work_item.kind", "one of KIND_UNSPECIFIED"),
    "a kind in small letters": (b'{"workItem": {"kind": "kind_lead"}}', "work_item.kind", "the nearest is KIND_LEAD"),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_what_is_odd_is_named(what: str) -> None:
    body, field, text = ODD[what]
    found = faults(body)

    assert list(found) == [field]
    assert text in found[field]
    assert status_of(UnreadableJson.of(field, found[field])).details  # it can be told


def test_bytes_with_holes_are_none_and_both_alphabets_are_read() -> None:
    assert faults('{"content": "!!"}', calendars.IcsDays) == {"content": "found '!!': must be Base64"}
    assert read_json(b'{"content": "-_+/"}', calendars.IcsDays) == calendars.IcsDays(content=b"\xfb\xff\xbf")


def test_of_fields_that_exclude_one_another_one_is_read_and_null_is_none() -> None:
    kind = routing.RecordSatisfactionRequest
    read: Any = read_json(b'{"csat": null, "nps": 3}', kind)

    assert read.WhichOneof("answer") == "nps"
    assert faults('{"csat": 0, "nps": 3}', kind) == {"nps": "found beside csat, which excludes it: say one of them"}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = faults(
        '{"validateOnly": 1, "workItem": {"priority": "high", "createTime": "now", "values": 3}, "view": "ALL"}'
    )

    assert list(found) == [
        "validate_only", "work_item.priority", "work_item.create_time", "work_item.values", "view",
    ]  # fmt: skip


def test_no_request_of_ours_holds_a_message_of_any_kind() -> None:
    seen, more = set[str](), [method.input_type for method in METHODS.values()]
    while more:
        kind = more.pop()
        if kind.full_name not in seen:
            seen.add(kind.full_name)
            more += [field.message_type for field in kind.fields if field.message_type]

    assert "google.protobuf.Struct" in seen
    assert "google.protobuf.Any" not in seen


def test_a_list_that_is_none_and_what_is_wrong_within_one_are_named() -> None:
    kind = routing.BatchRouteWorkItemsRequest

    assert faults('{"requests": {}}', kind) == {"requests": "found {}: must be a list"}
    assert list(faults('{"requests": [{}, {"workItm": {}}]}', kind)) == ["requests[1].workItm"]
    assert list(faults('{"requests": [{}, {"workItem": {"priority": 1.5}}]}', kind)) == [
        "requests[1].work_item.priority"
    ]


def test_what_has_no_value_is_written_all_the_same() -> None:
    written = json.loads(write_json(rules.RuleSet()))

    assert written["name"] == ""
    assert b"\\u" not in write_json(rules.RuleSet(name="规则"))
