"""The operations of an OpenAPI document: each method by its path, and by its name over Connect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from google.protobuf.descriptor import MethodDescriptor

from gateway.http.carrier import UNKNOWN_FIELDS
from gateway.http.openapi.errors import named, statuses_of
from gateway.http.openapi.schemas import Json, Schemas
from gateway.http.query import query_fields
from gateway.http.routes import ANY, HttpRoute
from gateway.http.transcoding import etag_holder, is_text
from gateway.payloads import FORM, JSON, MAX_LEADS

Examples = Mapping[str, Mapping[str, Any]]
"""By the full name of a method: its request and its answer, as JSON has them."""

_FIRST_SENTENCE = re.compile(r"[.:;](\s|$)")
_EVENTS = "Sends server-sent events: the data of each is a message, its id the token by which to go on behind it."
PARAMETERS: Mapping[str, Json] = {
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Stands for `requestId`: sent again with the same key a call is the same call. Best a UUID.",
        "schema": {"type": "string", "maxLength": 128},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "Stands for the `etag`, in quotes: only what is still so is changed.",
        "schema": {"type": "string", "examples": ['"17"']},
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "An etag in quotes, or several with commas: what is still so is not sent again.",
        "schema": {"type": "string", "examples": ['"17"']},
    },
    "Last-Event-ID": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "The id of the last event that was dealt with: the stream goes on behind it.",
        "schema": {"type": "string"},
    },
    "Unknown-Fields": {
        "name": UNKNOWN_FIELDS,
        "in": "header",
        "description": "Leaves out fields that this version does not know; without it they are refused.",
        "schema": {"type": "string", "enum": ["ignore"]},
    },
}
_LEAD: Json = {"type": "object", "additionalProperties": True}
_RAW_BODY: Json = {
    "required": True,
    "content": {
        FORM: {"schema": _LEAD},
        JSON: {"schema": {"oneOf": [_LEAD, {"type": "array", "items": _LEAD, "minItems": 1, "maxItems": MAX_LEADS}]}},
    },
}
"""Of what is taken as it comes."""


class OperationWriter:
    """Writes operations.

    Parameters
    ----------
    comments
        By the full name of what they are about.
    """

    def __init__(self, schemas: Schemas, comments: Mapping[str, str], examples: Examples) -> None:
        self._schemas = schemas
        self._comments = comments
        self._examples = examples
        self._ids = set[str]()

    def rest(self, route: HttpRoute) -> Json:
        """Write the operation of a path."""
        method = route.method
        said = self._said(method)
        parameters = [*self._path_parameters(route), *([] if route.has_body else self._query_parameters(route))]
        parameters += [{"$ref": f"#/components/parameters/{name}"} for name in _headers(route)]
        operation: Json = {
            "operationId": self._id(f"{method.containing_service.name}_{method.name}"),
            "tags": [method.containing_service.name],
            "summary": _summary(said),
            "description": f"{said}\n\n{_EVENTS}" if method.server_streaming else said,
            "parameters": parameters,
        }
        if route.has_body:
            example = {**self._example(method, "request")}
            example.pop(_json_name(method, route.variable), None)
            operation["requestBody"] = (
                _RAW_BODY if route.raw_body else self._body(method, self._schemas.of(method.input_type), example)
            )
        operation["responses"] = {**self._answers(route), **named(statuses_of(method, self._comments), connect=False)}
        return operation

    def connect(self, method: MethodDescriptor, rest: str) -> Json:
        """Write the operation of a method's name; ``rest`` is the operation that says more."""
        request: Any = method.input_type
        schema = self._schemas.of(request)
        if required := self._schemas.must_have(request):
            schema["required"] = required
        return {
            "operationId": self._id(f"{method.containing_service.name}_{method.name}_Connect"),
            "tags": [f"{method.containing_service.name} by Connect"],
            "summary": _summary(self._said(method)),
            "description": f"As `{rest}`.",
            "parameters": [{"$ref": "#/components/parameters/Unknown-Fields"}],
            "requestBody": {**self._body(method, schema, self._example(method, "request")), "required": True},
            "responses": {
                "200": self._answer(method),
                **named(statuses_of(method, self._comments), connect=True),
            },
        }

    def _id(self, name: str) -> str:
        """Return an id that no other operation has; some methods have several paths."""
        n, chosen = 1, name
        while chosen in self._ids:
            n, chosen = n + 1, f"{name}_{n + 1}"
        self._ids.add(chosen)
        return chosen

    def _said(self, method: Any) -> str:
        return self._schemas.comment(method.full_name, method.output_type.fields, method.input_type.fields)

    def _example(self, method: Any, which: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._examples.get(method.full_name, {}).get(which, {})
        return found

    def _body(self, method: Any, schema: Json, example: Mapping[str, Any]) -> Json:
        must = {**self._schemas.components[method.input_type.full_name], **schema}.get("required", ())
        return {"required": bool(must), "content": {"application/json": _content(schema, example)}}

    def _answer(self, method: MethodDescriptor) -> Json:
        schema = self._schemas.of(method.output_type)
        content = _content(schema, self._example(method, "response"))
        return {"description": _summary(self._comment_of(method.output_type)), "content": {"application/json": content}}

    def _comment_of(self, kind: Any) -> str:
        return self._schemas.comment(kind.full_name) or kind.name

    def _answers(self, route: HttpRoute) -> Json:
        method: Any = route.method
        if method.server_streaming:
            content = {"schema": {"type": "string"}, "x-event": self._schemas.of(method.output_type)}
            return {"200": {"description": "Events.", "content": {"text/event-stream": content}}}
        answer = self._answer(method)
        if not _has_etag(method.output_type):
            return {"200": answer}
        answer["headers"] = {"ETag": {"$ref": "#/components/headers/ETag"}}
        unchanged = {HTTPStatus.NOT_MODIFIED.value: {"description": "It is as `If-None-Match` says."}}
        return {"200": answer, **({str(code): said for code, said in unchanged.items()} if route.verb == "GET" else {})}

    def _path_parameters(self, route: HttpRoute) -> Iterator[Json]:
        field = _json_name(route.method, route.variable)
        said = self._field_said(route, route.variable) if route.variable else ""
        value = str(self._example(route.method, "request").get(field, "")).split("/")
        example = value if len(value) == route.ends - route.begins else []
        for n, name in path_names(route):
            parameter = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            if said:
                parameter["description"] = f"Its id, as in `{field}`: {_summary(said)}"
            if example:
                parameter["example"] = example[n - route.begins]
            yield parameter

    def _field_said(self, route: HttpRoute, name: str) -> str:
        request: Any = route.method.input_type
        return self._schemas.comment(f"{request.full_name}.{name}", request.fields).removeprefix("Required.").strip()

    def _query_parameters(self, route: HttpRoute) -> Iterator[Json]:
        example: Any = self._example(route.method, "request")
        for path in dict.fromkeys(query_fields(route.method.input_type).values()):
            last: Any = path[-1]
            if last.name == route.variable and len(path) == 1:
                continue
            schema = self._schemas.of_field(last)
            names: list[str] = [field.json_name for field in path]  # type: ignore[attr-defined]
            parameter: Json = {"name": ".".join(names), "in": "query", "schema": schema}
            parameter |= {"description": said} if (said := schema.pop("description", "")) else {}
            parameter |= {"required": True} if len(path) == 1 and self._schemas.is_required(last) else {}
            parameter |= {"example": example[names[0]]} if len(names) == 1 and names[0] in example else {}
            yield parameter


def path_of(route: HttpRoute) -> str:
    """Return a route's path as OpenAPI writes it.

    Examples
    --------
    >>> from google.longrunning import operations_pb2
    >>> from gateway.http.routes import routes_of
    >>> path_of(routes_of([operations_pb2.DESCRIPTOR.services_by_name["Operations"]])[0])
    '/v1/tenants/{tenant}/operations'
    """
    segments = list(route.segments)
    for n, name in path_names(route):
        segments[n] = f"{{{name}}}"
    return f"/{'/'.join(segments)}{':' if route.action else ''}{route.action}"


def path_names(route: HttpRoute) -> list[tuple[int, str]]:
    """Return the place and the name of each segment that may be anything: it is one of what the word before it says."""
    return [(n, _singular(route.segments[n - 1])) for n, segment in enumerate(route.segments) if segment == ANY]


def _singular(word: str) -> str:
    """Return one of many.

    Examples
    --------
    >>> [_singular(word) for word in ("reps", "territories", "processes", "workItems", "absences")]
    ['rep', 'territory', 'process', 'workItem', 'absence']
    """
    for ending, one in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if word.endswith(ending):
            return word.removesuffix(ending) + one
    return word


def _summary(said: str) -> str:
    return _FIRST_SENTENCE.split(said, maxsplit=1)[0]


def _content(schema: Json, example: Mapping[str, Any]) -> Json:
    return {"schema": schema, **({"example": dict(example)} if example else {})}


def _json_name(method: MethodDescriptor, name: str) -> str:
    fields: Any = method.input_type.fields_by_name
    return str(fields[name].json_name) if name in fields else ""


def _has_etag(kind: Any) -> bool:
    return is_text(kind.fields_by_name.get("etag"))


def _headers(route: HttpRoute) -> Iterator[str]:
    """Yield the headers by which a call may say more."""
    request: Any = route.method.input_type
    if is_text(request.fields_by_name.get("request_id")):
        yield "Idempotency-Key"
    within = etag_holder(request)
    if route.verb != "GET" and (within or _has_etag(request)):
        yield "If-Match"
    if route.verb == "GET" and _has_etag(route.method.output_type) and not route.method.server_streaming:
        yield "If-None-Match"
    if route.method.server_streaming and is_text(request.fields_by_name.get("resume_token")):
        yield "Last-Event-ID"
    if route.has_body and not route.raw_body:
        yield "Unknown-Fields"
