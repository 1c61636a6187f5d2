"""The OpenAPI document: what it says of a service, and that it says so of every method of the contract."""

from __future__ import annotations

import json
from functools import cache
from math import isfinite
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from jsonschema import Draft202012Validator

from gateway.grpc.standard_services import HEALTH, REFLECTION
from gateway.http.json_messages import read_json, write_json
from gateway.http.openapi.document import comments, document, examples
from gateway.http.query import read_query
from gateway.http.routes import RouteTable, routes_of
from gateway.http.transcoding import request_of
from tests.fuzzing.drawing import message
from tests.methods import METHODS, SERVICES
from tests.unit.gateway.http.made_contract import made

OURS = [service for service in SERVICES if service not in (HEALTH, REFLECTION)]
SAID = {
    "made.Made.Ask": "Asks for `a_word`: once. Fails as Beg, or with NOT_FOUND.",
    "made.Made.Beg": "Fails with ABORTED.",
    "made.Everything": "Is asked.",
    "made.Everything.name": "Required. Names `inner_part`.",
    "made.Everything.a_string": "Required. A text.",
    "made.Everything.a_int64": "Output only. A number.",
    "made.Everything.Colour": "Is a colour.",
    "made.Everything.Colour.COLOUR_RED": "Like blood.",
    "made.Everything.choice": "Which one.",
}


@cache
def whole() -> dict[str, Any]:
    return document(OURS, comments(), examples())


def test_a_method_is_told_by_its_path_and_by_its_name() -> None:
    told = document([made({"post": "/v1/{name=tenants/*/territories/*}:ask", "body": "*"})], SAID, {})

    rest = told["paths"]["/v1/tenants/{tenant}/territories/{territory}:ask"]["post"]
    connect = told["paths"]["/made.Made/Ask"]["post"]
    assert list(told["paths"]) == ["/v1/tenants/{tenant}/territories/{territory}:ask", "/made.Made/Ask"]
    assert [(each["name"], each["in"]) for each in rest["parameters"][:2]] == [
        ("tenant", "path"),
        ("territory", "path"),
    ]
    assert rest["summary"] == "Asks for `aWord`"
    assert {"400", "404", "409", "default"} <= {*rest["responses"]}
    assert connect["requestBody"]["content"]["application/json"]["schema"]["required"] == ["name", "aString"]
    assert told["components"]["schemas"]["made.Everything"]["required"] == ["aString"]
    assert rest["operationId"] != connect["operationId"]


def test_a_query_is_told_by_its_names() -> None:
    told = document([made({"get": "/v1/{name=tenants/*}/things"})], SAID, {})

    parameters = {each.get("name"): each for each in told["paths"]["/v1/tenants/{tenant}/things"]["get"]["parameters"]}
    assert {"tenant", "aString", "manyString", "innerPart.lastPart.anInstant", "aTimestamp"} <= {*parameters}
    assert "name" not in parameters
    assert parameters["aString"]["required"]
    assert parameters["manyString"]["schema"] == {"type": "array", "items": {"type": "string"}}


def test_fields_and_enums_are_told_in_the_form_and_with_the_names_of_json() -> None:
    told = document([made({"post": "/v1/things", "body": "*"})], SAID, {})

    schemas = told["components"]["schemas"]
    fields = schemas["made.Everything"]["properties"]
    assert schemas["made.Everything"]["description"].startswith(
        "Is asked.\n\nAt most one of `thisOne`, `thatOne`. Which one."
    )
    assert not schemas["made.Everything"]["additionalProperties"]
    assert fields["name"] == {"type": "string", "description": "Required. Names `innerPart`."}
    assert (fields["aInt64"]["type"], fields["aInt64"]["readOnly"]) == ("string", True)
    assert (fields["aInt32"]["type"], fields["aUint32"]["minimum"]) == ("integer", 0)
    assert fields["aTimestamp"] == {"type": "string", "format": "date-time"}
    assert fields["aDoublevalue"]["type"] == ["number", "null"]
    assert fields["aColour"] == {"$ref": "#/components/schemas/made.Everything.Colour"}
    assert schemas["made.Everything.Colour"]["enum"] == ["COLOUR_UNSPECIFIED", "COLOUR_RED"]
    assert "- `COLOUR_RED`: Like blood." in schemas["made.Everything.Colour"]["description"]


def test_a_stream_is_told_as_events_and_one_of_requests_not_at_all() -> None:
    events = document([made({"get": "/v1/{name=tenants/*}:watch"}, streams="server")], {}, {})["paths"]
    none = document([made(None, streams="client server")], {}, {})["paths"]

    (operation,) = (item["get"] for item in events.values())
    content = operation["responses"]["200"]["content"]["text/event-stream"]
    assert content["x-event"] == {"$ref": "#/components/schemas/made.Inner"}
    assert none == {}


EXAMPLES = examples()


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_an_example_shows_is_a_request_and_an_answer(name: str) -> None:
    service, _, method = name.rpartition(".")
    described = METHODS[f"{service}/{method}"]

    read_json(json.dumps(EXAMPLES[name]["request"]).encode(), GetMessageClass(described.input_type))
    read_json(json.dumps(EXAMPLES[name]["response"]).encode(), GetMessageClass(described.output_type))


def test_what_people_call_first_has_an_example() -> None:
    first = ("RoutingService.RouteWorkItem", "DecisionService.ListDecisions", "WorkforceService.CreateRep")

    assert {f"fairlead.v1.{name}" for name in first} <= {*EXAMPLES}


@pytest.mark.long
def test_the_document_is_one_of_openapi() -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator  # takes long to import

    OpenAPIV31SpecValidator(whole()).validate()


@pytest.mark.long
def test_every_method_is_told_by_each_of_its_paths_and_with_a_comment() -> None:
    operations = [(verb, path) for path, item in whole()["paths"].items() for verb in item]
    methods = [method for service in OURS for method in service.methods]
    routes = routes_of(OURS)

    n_unary = sum(not method.client_streaming and not method.server_streaming for method in methods)
    assert len(operations) == len(routes) + n_unary
    assert all(item["description"] for item in operations_of(whole()))
    ids = [item["operationId"] for item in operations_of(whole())]
    assert len({*ids}) == len(ids)
    ours = {name: schema for name, schema in whole()["components"]["schemas"].items() if name.startswith("fairlead.")}
    assert all(schema["description"] for schema in ours.values())
    fields = [
        (name, field, said) for name, schema in ours.items() for field, said in schema.get("properties", {}).items()
    ]
    assert [(name, field) for name, field, said in fields if "description" not in said] == []


def operations_of(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for item in told["paths"].values() for operation in item.values()]


@pytest.mark.long
def test_what_an_operation_shows_calls_its_method_with_what_was_recorded() -> None:
    table, n_called = RouteTable(routes_of(OURS)), 0
    for path, item in whole()["paths"].items():
        for verb, operation in item.items():
            called = path
            given = [each for each in operation.get("parameters", ()) if "example" in each]
            for each in given:
                called = called.replace(f"{{{each['name']}}}", each["example"]) if each["in"] == "path" else called
            match = table.match(verb.upper(), called.encode())
            if match is None or match.route.method.full_name not in EXAMPLES or "{" in called:
                continue
            query = [(each["name"], each["example"]) for each in given if each["in"] == "query"]
            shown = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
            body = json.dumps(shown).encode() if shown else b""
            request = request_of(match, read_query(urlencode(query).encode()), body, read_json)
            full = json.dumps(EXAMPLES[match.route.method.full_name]["request"]).encode()
            assert request == read_json(full, type(request)), operation["operationId"]
            n_called += 1

    assert n_called == len(EXAMPLES)


@pytest.mark.long
def test_whatever_is_written_is_of_its_schema() -> None:
    random = Random(16)
    schemas = whole()["components"]
    kinds = {kind.full_name: kind for each in METHODS.values() for kind in (each.input_type, each.output_type)}
    for name, kind in kinds.items():
        if name not in schemas["schemas"]:
            continue
        validator = Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": _without_required(schemas)}
        )
        for _ in range(5):
            drawn = message(random, GetMessageClass(kind))
            _make_plain(drawn)
            written = json.loads(write_json(drawn))
            assert [error.message for error in validator.iter_errors(written)] == [], (name, written)


def _without_required(schemas: dict[str, Any]) -> dict[str, Any]:
    """Return schemas of messages that need not be whole: what is drawn is not."""
    bare = {name: {k: v for k, v in each.items() if k != "required"} for name, each in schemas["schemas"].items()}
    return {**schemas, "schemas": bare}


def _make_plain(drawn: Any) -> None:
    """Take out what only a later version, or nobody, writes: enums without names, numbers without end, anything."""
    for field, value in drawn.ListFields():
        kind = field.message_type
        of_map = kind is not None and kind.GetOptions().map_entry
        held = kind.fields_by_name["value"] if of_map else field
        values = list(value.values()) if of_map else list(value) if field.is_repeated else [value]
        if _is_odd(held, values):
            drawn.ClearField(field.name)
        elif held.message_type is not None:
            for inner in values:
                _make_plain(inner)


_NOBODYS = (
    "google.protobuf.Any",
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
    "google.protobuf.FieldMask",
    "google.protobuf.Struct",
)


def _is_odd(field: FieldDescriptor, values: list[Any]) -> bool:
    if field.message_type is not None:
        return field.message_type.full_name in _NOBODYS
    if field.enum_type is not None:
        return any(each not in field.enum_type.values_by_number for each in values)
    is_number = field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)
    return is_number and not all(isfinite(each) for each in values)
