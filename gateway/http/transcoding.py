"""A request of a method, out of what HTTP brings: a path, and either a query or a body; and two headers beside them.

A field that is said twice must be said alike: what stands in the path, and what headers stand for, may stand in the
message too, as long as it is the same.

References
----------
AIP-127 and AIP-154, https://google.aip.dev; RFC 9110, 13.1.1 (If-Match); draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from failures import InvalidInput, Violation, shown
from gateway.http.query import MOST_FAULTS, Pairs, fill
from gateway.http.routes import Match

ReadJson = Callable[[bytes, type[Message]], Message]
"""Reads a message's JSON; raises InvalidInput."""

_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_ETAG = re.compile(r'(?:W/)?"([^"]*)"')


def request_of(match: Match, query: Pairs, body: bytes, read_json: ReadJson, content_type: str = "") -> Message:
    """Make the request of a call.

    Parameters
    ----------
    query
        Its names and values, decoded.
    body
        Empty where there is none, which is the same as an empty message.
    content_type
        Of the body; it counts where a field is the body as it came.

    Raises
    ------
    InvalidInput
        If the path is not readable, a field is not known or not readable, is given twice, or says something else than
        the path; if there is a body where a query belongs, or a query where a body does.
    """
    route = match.route
    value = match.value
    kind: type[Message] = GetMessageClass(route.method.input_type)
    if route.has_body:
        if query:
            fault = f"is in the query; {route.verb} takes it in the body"
            raise InvalidInput([Violation(name[:80], fault) for name, _ in query[:MOST_FAULTS]])
        message = kind()
        if route.raw_body:
            payload: Any = getattr(message, route.raw_body)
            payload.content_type, payload.data = content_type, body
        elif body:
            message = read_json(body, kind)
    else:
        if body:
            raise InvalidInput.of("", f"a body of {len(body)} bytes: {route.verb} takes none; fields go into the query")
        message = kind()
        fill(message, query)
    if route.variable:
        _agree(message, route.variable, value, f"the path says {shown(value)}")
    return message


def with_headers(message: Message, idempotency_key: str | None, if_match: str | None) -> Message:
    """Return a request with what two headers say: ``Idempotency-Key`` is its ``request_id``, ``If-Match`` its ``etag``.

    Of an update the etag is that of the resource that it brings. A key may be quoted, as the draft has it, or bare, as
    most clients send it; an etag must be quoted, and may be weak, for a proxy that compresses answers makes it so.

    Parameters
    ----------
    idempotency_key, if_match
        As they were sent; None where they were not.

    Raises
    ------
    InvalidInput
        If a header is not readable, the request has no such field, or says something else in it.
    """
    if idempotency_key is None and if_match is None:
        return message
    changed = type(message)()
    changed.CopyFrom(message)
    if idempotency_key is not None:
        _check_has(message, "Idempotency-Key", "request_id")
        _agree(changed, "request_id", _key(idempotency_key), "the header Idempotency-Key says another")
    if if_match is not None:
        within = etag_holder(message.DESCRIPTOR)
        holder: Any = getattr(changed, within) if within else changed
        _check_has(holder, "If-Match", "etag")
        field = f"{within}.etag" if within else "etag"
        _agree(holder, "etag", _etag(if_match), "the header If-Match says another", field)
    return changed


def _agree(message: Any, name: str, value: str, other: str, shown_as: str = "") -> None:
    """Put a text in a field; one that is there already has to be the same."""
    said = getattr(message, name)
    if said not in ("", value):
        fault = f"{shown(said)}: {other}; leave it out, or say the same"
        raise InvalidInput.of(shown_as or name, fault)
    setattr(message, name, value)


def _check_has(message: Message, header: str, field: str) -> None:
    if not is_text(message.DESCRIPTOR.fields_by_name.get(field)):
        raise InvalidInput.of(header, f"{message.DESCRIPTOR.name} has no {field}, which it stands for: leave it out")


def is_text(field: FieldDescriptor | None) -> bool:
    """Say whether a field is there, and a single text."""
    return field is not None and field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated


def etag_holder(request: Any) -> str:
    """Return the field of an update whose etag is meant; empty for the request itself."""
    if not request.name.startswith("Update"):
        return ""
    inside = (field for field in request.fields if field.message_type and not field.is_repeated)
    return next((field.name for field in inside if "etag" in field.message_type.fields_by_name), "")


def _key(header: str) -> str:
    quoted = _QUOTED.fullmatch(header)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else header
    if not key:
        raise InvalidInput.of("Idempotency-Key", "it is empty; best it is a UUID")
    return key


def _etag(header: str) -> str:
    etag = _ETAG.fullmatch(header.strip())
    if etag is None or not etag[1]:
        raise InvalidInput.of("If-Match", f'{shown(header)}: must be one etag in quotes, e.g. "17"')
    return etag[1]
