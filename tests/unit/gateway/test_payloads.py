"""What others post, by name: whatever they nest, each value has one, and nothing that was sent is lost or doubled."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failures import Failure, InvalidInput
from gateway.errors import RequestTooLarge
from gateway.payloads import FORM, JSON, MAX_LEADS, MAX_PAYLOAD_BYTES, payload_fields

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="."), min_size=1, max_size=8)
SCALARS = st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.booleans(), st.integers(-9, 9))
PAIRS = st.lists(st.tuples(NAMES, SCALARS.map(str)), min_size=1, max_size=8)


def as_json(value: Any) -> list[Any]:
    return [dict(each) for each in payload_fields(JSON, json.dumps(value).encode())]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"a": 1, "b": {"c": "x", "d": {"e": True}}}, {"a": 1, "b.c": "x", "b.d.e": True}),
        ({"data": [{"name": "city", "values": ["上海"]}]}, {"data.city": "上海"}),
        ({"data": [{"key": "n", "value": 1}, {"key": "n", "value": 2}]}, {"data.n": [1, 2]}),
        ({"data": [{"name": "n", "value": {"x": 1}}]}, {"data.n.x": 1}),
        ({"tags": ["a", None, "b"], "none": None, "no": []}, {"tags": ["a", "b"]}),
        ({"rows": [{"t": 1}, "x"]}, {"rows.0.t": 1, "rows.1": "x"}),
        ({"rows": [{"name": "n", "value": 1}, {"t": 2}]}, {"rows.0.name": "n", "rows.0.value": 1, "rows.1.t": 2}),
        ({"a": {"b": 1}, "a.b": 2}, {"a.b": [1, 2]}),
        ({"id": 7311234567890123456, "low": -(2**53) - 1}, {"id": "7311234567890123456", "low": "-9007199254740993"}),
    ],
)
def test_each_value_has_one_name(sent: Any, fields: dict[str, Any]) -> None:
    assert as_json(sent) == [fields]
    assert as_json([sent, sent]) == [fields] * 2


@given(PAIRS, st.sampled_from(["utf-8", "UTF8", "gbk", "gb18030", ""]))
def test_what_a_form_says_is_read_in_its_charset(pairs: list[tuple[str, str]], charset: str) -> None:
    encoding = "gb18030" if charset.startswith("gb") else "utf-8"
    body = urlencode(pairs, encoding=encoding).encode()
    kind = f"{FORM}; charset={charset}" if charset else FORM

    (fields,) = payload_fields(kind, body)

    by_name: dict[str, list[str]] = {}
    for name, value in pairs:
        by_name.setdefault(name, []).append(value)
    assert fields == {name: values[0] if len(values) == 1 else values for name, values in by_name.items()}


def test_a_form_may_come_unescaped() -> None:
    assert payload_fields(FORM, "name=张伟&tel=138".encode()) == [{"name": "张伟", "tel": "138"}]


@given(st.recursive(SCALARS, lambda inside: st.lists(inside, max_size=4) | st.dictionaries(NAMES, inside, max_size=4)))
def test_no_value_is_lost_or_doubled(value: Any) -> None:
    (fields,) = as_json({"all": value})

    def leaves(each: Any) -> list[Any]:
        if isinstance(each, dict):
            if isinstance(each.get("name"), str) and ("value" in each or "values" in each):
                return []  # names and values are told apart elsewhere
            return [leaf for inner in each.values() for leaf in leaves(inner)]
        return [leaf for inner in each for leaf in leaves(inner)] if isinstance(each, list) else [each]

    found = [leaf for each in fields.values() for leaf in (each if isinstance(each, list) else [each])]
    assert sorted(map(repr, found)) == sorted(map(repr, leaves(value)))


@pytest.mark.parametrize(
    ("kind", "body", "fault"),
    [
        ("multipart/form-data; boundary=x", b"--x", "new URLSearchParams"),
        ("text/plain", b"{}", "application/json in UTF-8"),
        ("", b"a=1", "application/x-www-form-urlencoded in UTF-8 or GBK"),
        (f"{JSON}; charset=gbk", b"{}", "application/json in UTF-8"),
        (FORM, b"a=%ff", "the form is not in utf-8"),
        (FORM, b"a=%81%20&x", "the form is not in utf-8"),
        (JSON, b"{", "no JSON"),
        (JSON, b'{"a": NaN}', "NaN"),
        (JSON, b'{"a": 1, "a": 2}', "twice"),
        (JSON, b"[]", "must be 1 to 1,000 objects"),
        (JSON, b"7", "found 7 at place 0: must be an object"),
        (JSON, b'[{}, "x"]', "found 'x' at place 1: must be an object"),
        (JSON, json.dumps([{}] * (MAX_LEADS + 1)).encode(), "a list of 1,001"),
        (JSON, json.dumps({"a": "x" * 70_000}).encode(), "a lead of over 65,536 bytes"),
        (JSON, json.dumps({f"f{n}": 1 for n in range(1_001)}).encode(), "a lead of 1,001 fields"),
        (FORM, b"&".join(b"f%d=1" % n for n in range(1_001)), "over 1,000 fields"),
        (JSON, json.dumps({"k" * 40_000: {"a": 1, "b": 2}}).encode(), "a lead of over 65,536 bytes"),
    ],
)
def test_what_is_neither_is_refused_by_what_is_wrong_with_it(kind: str, body: bytes, fault: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        payload_fields(kind, body)

    assert fault in str(refused.value)


def test_what_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(RequestTooLarge):
        payload_fields("nonsense", b"x" * (MAX_PAYLOAD_BYTES + 1))


@given(st.sampled_from([FORM, JSON, f"{FORM}; charset=gbk"]), st.binary(max_size=200))
def test_nothing_but_a_failure_comes_of_any_bytes(kind: str, body: bytes) -> None:
    with suppress(Failure):
        payload_fields(kind, body)
