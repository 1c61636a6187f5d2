"""The OpenAPI document of services, written from the contract.

References
----------
https://spec.openapis.org/oas/v3.1.1.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor

from gateway.http.openapi.errors import responses
from gateway.http.openapi.operations import PARAMETERS, Examples, OperationWriter, path_of
from gateway.http.openapi.schemas import Json, Schemas
from gateway.http.routes import HttpRoute, routes_of

_ABOUT = """\
Routes leads, tickets and customers to the people who look after them, fairly and with reasons.

Each method is called by its path, and by its name over [Connect](https://connectrpc.com/docs/protocol); gRPC and
gRPC-Web have the same methods. Messages are written as [ProtoJSON](https://protobuf.dev/programming-guides/json/):
64-bit numbers are texts, instants `2026-12-01T08:00:00Z`, durations `3.5s`, enums are named. A field that the server
does not know is refused. What a path says need not be in the body. Methods that take a stream are for gRPC alone."""
_HEADERS: Json = {
    "ETag": {"description": "The `etag`, in quotes.", "schema": {"type": "string"}},
    "Retry-After": {"description": "When to try again, in seconds.", "schema": {"type": "integer"}},
}
_SECURITY: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "certificate": {"type": "mutualTLS", "description": "A client's certificate, where the server asks for one."},
}


def examples() -> Examples:
    """Return calls as they were made of a server, and what it answered, by the full name of the method."""
    return _kept("examples.json")


def comments() -> Mapping[str, str]:
    """Return what the contract says of each declaration, by its full name."""
    return _kept("comments.json")


def document(services: Iterable[ServiceDescriptor], comments: Mapping[str, str], examples: Examples) -> Json:
    """Write a document.

    Parameters
    ----------
    services
        Those served; methods that take a stream are left out.
    comments
        By the full name of what they are about.

    Raises
    ------
    ValueError
        If a method has no path, or one that says more than routes here can; with the method's name.
    """
    services = list(services)
    routes = routes_of(services)
    requests = [method.input_type for service in services for method in service.methods if not method.client_streaming]
    schemas = Schemas(comments, requests, _implied(routes))
    errors = responses(schemas)
    paths = _paths(routes, OperationWriter(schemas, comments, examples))
    names = [(service.name, schemas.comment(service.full_name)) for service in services]
    tags = [{"name": name, "description": said} for name, said in names]
    tags += [
        {"name": f"{name} by Connect", "description": f"Its methods, by their names: see {name}."} for name, _ in names
    ]
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Fairlead",
            "version": version("fairlead"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"certificate": []}, {}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "responses": errors,
            "parameters": dict(PARAMETERS),
            "headers": _HEADERS,
            "securitySchemes": _SECURITY,
        },
    }


def _kept(name: str) -> dict[str, Any]:
    return dict(json.loads(files("gateway.http.openapi").joinpath(name).read_text("utf-8")))


def _implied(routes: Iterable[HttpRoute]) -> Mapping[str, set[str]]:
    """Return the fields of each request that its path says, as JSON names them."""
    implied = dict[str, set[str]]()
    for route in routes:
        if route.variable:
            kind: Any = route.method.input_type
            implied.setdefault(kind.full_name, set()).add(kind.fields_by_name[route.variable].json_name)
    return implied


def _paths(routes: Iterable[HttpRoute], operations: OperationWriter) -> Json:
    paths: Json = {}
    by_name: Json = {}
    for route in routes:
        paths.setdefault(path_of(route), {})[route.verb.lower()] = operations.rest(route)
        name = f"/{route.method.containing_service.full_name}/{route.method.name}"
        if not route.method.server_streaming and name not in by_name:
            by_name[name] = {"post": operations.connect(route.method, f"{route.verb} {path_of(route)}")}
    return {**paths, **by_name}
