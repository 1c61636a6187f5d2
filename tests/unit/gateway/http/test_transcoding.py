"""What HTTP says of a request, in path, query, body and headers, is the request that gRPC would have brought."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given
from hypothesis import strategies as st

from failures import InvalidInput
from fairlead.v1 import decisions_pb2, deliveries_pb2, routing_pb2, scoring_pb2, workforce_pb2
from gateway.http.query import read_query
from gateway.http.routes import ANY, HttpRoute, Match, RouteTable, routes_of
from gateway.http.transcoding import request_of, with_headers
from tests.methods import SERVICES
from tests.unit.gateway.http.made_contract import made

OURS = routes_of(service for service in SERVICES if service.full_name.startswith(("fairlead.", "google.")))
EVERYTHING = routes_of([made({"get": "/v1/{name=parts/*}/everything"})])
TABLE = RouteTable([*OURS, *EVERYTHING])
ASKED = [route for route in (*OURS, *EVERYTHING * 20) if not route.has_body]


def read_plainly(data: bytes, kind: type[Message]) -> Message:
    try:
        return json_format.Parse(data, kind())
    except json_format.ParseError as error:
        raise InvalidInput.of("", str(error)) from None


def _request(verb: str, path: str, query: str = "", body: bytes = b"") -> Any:
    return request_of(_match(verb, path), read_query(query.encode()), body, read_plainly)


def _match(verb: str, path: str) -> Match:
    match = TABLE.match(verb, path.encode())
    assert match is not None, path
    return match


def _refused(act: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        act()
    return {each.field: each.description for each in refused.value.violations}


# Written plainly: a message as path and query

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_IDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1, max_size=6)
_NAN = st.just(float("nan"))  # the others look alike when written
_INTS = {32: st.integers(-(2**31), 2**31 - 1), 64: st.integers(-(2**63), 2**63 - 1)}
_UINTS = {32: st.integers(0, 2**32 - 1), 64: st.integers(0, 2**64 - 1)}
_SCALARS: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_STRING: _TEXTS,
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=4),
    FieldDescriptor.TYPE_DOUBLE: st.floats(allow_nan=False) | _NAN,
    FieldDescriptor.TYPE_FLOAT: st.floats(width=32, allow_nan=False) | _NAN,
    FieldDescriptor.TYPE_ENUM: st.integers(-3, 9),
    FieldDescriptor.TYPE_INT32: _INTS[32],
    FieldDescriptor.TYPE_SINT32: _INTS[32],
    FieldDescriptor.TYPE_SFIXED32: _INTS[32],
    FieldDescriptor.TYPE_INT64: _INTS[64],
    FieldDescriptor.TYPE_SINT64: _INTS[64],
    FieldDescriptor.TYPE_SFIXED64: _INTS[64],
    FieldDescriptor.TYPE_UINT32: _UINTS[32],
    FieldDescriptor.TYPE_FIXED32: _UINTS[32],
    FieldDescriptor.TYPE_UINT64: _UINTS[64],
    FieldDescriptor.TYPE_FIXED64: _UINTS[64],
}


@st.composite
def asked(draw: st.DrawFn) -> tuple[HttpRoute, str, Message]:
    """Draw a route without a body, a path that leads to it, and a request that says what the path says."""
    route = draw(st.sampled_from(ASKED))
    segments = [draw(_IDS) if segment == ANY else segment for segment in route.segments]
    path = (
        "/" + "/".join(quote(segment, safe="") for segment in segments) + (f":{route.action}" if route.action else "")
    )
    message = GetMessageClass(route.method.input_type)()
    _fill(draw, message)
    if route.variable:
        setattr(message, route.variable, "/".join(segments[route.begins : route.ends]))
    return route, path, message


def _fill(draw: st.DrawFn, message: Any) -> None:
    fields = tuple(message.DESCRIPTOR.fields)
    for field in draw(st.lists(st.sampled_from(fields), max_size=6, unique_by=lambda field: field.name)):
        kind = field.message_type and field.message_type.full_name
        if field.is_repeated:
            getattr(message, field.name).extend(draw(st.lists(_SCALARS[field.type], max_size=3)))
        elif kind is None:
            setattr(message, field.name, draw(_SCALARS[field.type]))
        elif kind == "google.protobuf.Timestamp":
            part = getattr(message, field.name)
            part.seconds = draw(st.integers(-62135596800, 253402300799))
            part.nanos = draw(st.integers(0, 999_999_999))
        elif kind == "google.protobuf.Duration":
            getattr(message, field.name).FromNanoseconds(draw(st.integers(-(10**20), 10**20)))
        elif kind == "google.protobuf.FieldMask":
            paths = draw(st.lists(st.from_regex(r"[a-z]{1,5}(_[a-z]{1,3})?", fullmatch=True), max_size=3))
            getattr(message, field.name).paths.extend(paths)
            getattr(message, field.name).SetInParent()
        elif kind.startswith("google.protobuf."):
            part = getattr(message, field.name)
            part.value = draw(_SCALARS[part.DESCRIPTOR.fields_by_name["value"].type])
            part.SetInParent()
        else:
            part = type(getattr(message, field.name))()
            _fill(draw, part)
            if part.ByteSize():
                getattr(message, field.name).CopyFrom(part)


def _written(message: Message, spelt: Callable[[Any], str], before: str = "") -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        name = before + spelt(field)
        if field.is_repeated:
            yield from ((name, _text(field, each)) for each in value)
        elif field.message_type is None:
            yield name, _text(field, value)
        elif hasattr(value, "ToJsonString"):
            yield name, value.ToJsonString()
        elif field.message_type.full_name.startswith("google.protobuf."):
            yield name, _text(value.DESCRIPTOR.fields_by_name["value"], value.value)
        else:
            yield from _written(value, spelt, f"{name}.")


def _text(field: FieldDescriptor, value: Any) -> str:
    if field.type == FieldDescriptor.TYPE_BOOL:
        return str(value).lower()
    if field.type == FieldDescriptor.TYPE_BYTES:
        return urlsafe_b64encode(value).decode()
    if field.type == FieldDescriptor.TYPE_ENUM:
        named = field.enum_type.values_by_number.get(value)
        return named.name if named else str(value)
    if isinstance(value, float):
        return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(value), repr(value))
    return str(value)


@given(asked(), st.booleans())
def test_what_is_written_as_path_and_query_is_read_back(
    given: tuple[HttpRoute, str, Message], is_as_json: bool
) -> None:
    route, path, message = given
    spelt = (lambda field: field.json_name) if is_as_json else (lambda field: field.name)
    query = "&".join(f"{name}={quote(value)}" for name, value in _written(message, spelt) if name != route.variable)

    read = _request(route.verb, path, query)

    assert _match(route.verb, path).route == route
    assert read.SerializeToString(deterministic=True) == message.SerializeToString(deterministic=True)


# By hand


def test_a_decision_is_asked_for_by_path_and_query() -> None:
    request = _request("GET", "/v1/tenants/default/decisions/7", "view=DECISION_VIEW_FULL&languageCode=zh-CN")

    assert request == decisions_pb2.GetDecisionRequest(
        name="tenants/default/decisions/7", view=decisions_pb2.DECISION_VIEW_FULL, language_code="zh-CN"
    )


def test_a_work_item_is_routed_by_path_and_body() -> None:
    request = _request(
        "POST", "/v1/tenants/default/workItems:route", body=b'{"workItem": {"source": "crm"}, "requestId": "r"}'
    )

    assert isinstance(request, routing_pb2.RouteWorkItemRequest)
    assert (request.parent, request.work_item.source, request.request_id) == ("tenants/default", "crm", "r")


def test_a_body_that_is_not_there_is_an_empty_message() -> None:
    assert _request("POST", "/v1/tenants/default/subscriptions/s:pause").name == "tenants/default/subscriptions/s"
    assert _request("PATCH", "/v1/reps") == workforce_pb2.UpdateRepRequest()


def test_what_the_path_says_may_be_said_again_and_not_otherwise() -> None:
    path = "/v1/tenants/default/workItems:route"
    other = b'{"parent": "tenants/other"}'

    assert _request("POST", path, body=b'{"parent": "tenants/default"}').parent == "tenants/default"
    assert _request("GET", "/v1/tenants/t/reps", "parent=tenants/t").parent == "tenants/t"
    assert _refused(lambda: _request("POST", path, body=other)) == {
        "parent": "'tenants/other': the path says 'tenants/default'; leave it out, or say the same"
    }
    assert set(_refused(lambda: _request("GET", "/v1/tenants/t/reps", "parent=tenants/u"))) == {"parent"}


def test_a_query_beside_a_body_and_a_body_beside_a_query_are_refused() -> None:
    path = "/v1/tenants/default/workItems:route"

    assert _refused(lambda: _request("POST", path, "validateOnly=true&requestId=r", b"{}")) == {
        "validateOnly": "is in the query; POST takes it in the body",
        "requestId": "is in the query; POST takes it in the body",
    }
    assert _refused(lambda: _request("DELETE", "/v1/tenants/default/reps/li", body=b"{}")) == {
        "": "a body of 2 bytes: DELETE takes none; fields go into the query"
    }
    assert len(_refused(lambda: _request("POST", path, "&".join(f"a{i}" for i in range(99)), b"{}"))) == 10


def test_what_the_reader_of_json_refuses_is_refused() -> None:
    assert "nobody" in _refused(lambda: _request("PATCH", "/v1/reps", body=b'{"nobody": 1}'))[""]


def test_an_id_that_cannot_be_read_is_refused_before_the_body() -> None:
    assert set(_refused(lambda: _request("POST", "/v1/tenants/a%2Fb/workItems:route", body=b"{"))) == {"parent"}


@pytest.mark.parametrize(
    ("header", "request_id"),
    [
        ('"8e03978e-40d5"', "8e03978e-40d5"),
        ("8e03978e-40d5", "8e03978e-40d5"),
        (r'"a\"b\\c"', r"a\"b\\c".replace("\\\\", "\\").replace('\\"', '"')),
        ('"a', '"a'),
        (r'"a\b"', r'"a\b"'),
    ],
)
def test_an_idempotency_key_is_the_request_id(header: str, request_id: str) -> None:
    assert with_headers(routing_pb2.RouteWorkItemRequest(), header, None).request_id == request_id  # type: ignore[attr-defined]


@pytest.mark.parametrize("header", ['"17"', 'W/"17"', ' "17" '])
@pytest.mark.parametrize(
    ("request_", "etag"),
    [
        (workforce_pb2.DeleteRepRequest(name="n"), lambda request: request.etag),
        (workforce_pb2.UpdateRepRequest(), lambda request: request.rep.etag),
        (routing_pb2.UpdateWorkItemRequest(), lambda request: request.work_item.etag),
        (deliveries_pb2.UpdateTemplatesRequest(), lambda request: request.templates.etag),
    ],
)
def test_if_match_is_the_etag_that_is_meant(request_: Message, etag: Callable[[Any], str], header: str) -> None:
    before = request_.SerializeToString()

    assert etag(with_headers(request_, None, header)) == "17"
    assert request_.SerializeToString() == before


def test_without_headers_a_request_is_what_it_was() -> None:
    request = workforce_pb2.DeleteRepRequest(name="n", etag="1", request_id="r")

    assert with_headers(request, None, None) == request
    assert with_headers(request, "r", '"1"') == request


@pytest.mark.parametrize(
    ("request_", "headers", "field", "fault"),
    [
        (
            workforce_pb2.DeleteRepRequest(request_id="a"),
            ("b", None),
            "request_id",
            "'a': the header Idempotency-Key says",
        ),
        (workforce_pb2.DeleteRepRequest(etag="1"), (None, '"2"'), "etag", "'1': the header If-Match says another"),
        (
            workforce_pb2.UpdateRepRequest(rep=workforce_pb2.Rep(etag="1")),
            (None, '"2"'),
            "rep.etag",
            "'1': the header If-Match says another",
        ),
        (workforce_pb2.DeleteRepRequest(), ("", None), "Idempotency-Key", "it is empty"),
        (workforce_pb2.DeleteRepRequest(), ('""', None), "Idempotency-Key", "it is empty"),
        (workforce_pb2.GetRepRequest(), ("a", None), "Idempotency-Key", "GetRepRequest has no request_id"),
        (scoring_pb2.ScoreCustomerRequest(), ("a", None), "Idempotency-Key", "ScoreCustomerRequest has no request_id"),
        (workforce_pb2.CreateRepRequest(), (None, '"1"'), "If-Match", "CreateRepRequest has no etag"),
        (workforce_pb2.DeleteRepRequest(), (None, "*"), "If-Match", "'*': must be one etag in quotes"),
        (workforce_pb2.DeleteRepRequest(), (None, "17"), "If-Match", "'17': must be one etag in quotes"),
        (workforce_pb2.DeleteRepRequest(), (None, '"1", "2"'), "If-Match", "must be one etag in quotes"),
        (workforce_pb2.DeleteRepRequest(), (None, '""'), "If-Match", "must be one etag in quotes"),
        (workforce_pb2.DeleteRepRequest(), (None, ""), "If-Match", "must be one etag in quotes"),
    ],
)
def test_a_header_that_cannot_be_read_or_contradicts_is_refused(
    request_: Message, headers: tuple[str | None, str | None], field: str, fault: str
) -> None:
    [(named, told)] = _refused(lambda: with_headers(request_, *headers)).items()

    assert named == field
    assert fault in told
