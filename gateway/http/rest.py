"""Methods by the paths that the contract gives them: ``POST /v1/tenants/default/workItems:route``.

Answers are messages in JSON, errors ``google.rpc.Status``; ``ETag``, ``If-Match``, ``If-None-Match`` and
``Idempotency-Key`` stand for fields. What is a stream over gRPC comes as server-sent events: each has as its id what
``Last-Event-ID`` has to say for the stream to go on behind it.

References
----------
https://html.spec.whatwg.org/multipage/server-sent-events.html.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from http import HTTPStatus
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from failures import InvalidInput
from gateway.calls.call import Call, Method
from gateway.calls.pipeline import Pipeline
from gateway.http.answers import JSON, Receive, Scope, Send, send_bytes, send_status, status_with
from gateway.http.bodies import Gone, aside, read_body, watched
from gateway.http.carrier import HttpCarrier, ignores
from gateway.http.events import EventStream
from gateway.http.json_messages import read_json, write_json
from gateway.http.query import read_query
from gateway.http.routes import Match, RouteTable, routes_of
from gateway.http.transcoding import request_of, with_headers

PAUSE_S = 15.0
"""After so long without an event a comment is sent, in seconds: proxies end what is silent for a minute."""
_JSON_TYPES = ("application/json", "application/json; charset=utf-8")
_RESUMES_BY = "resume_token"
"""The field by which a stream goes on."""


class RestHost:
    """Serves methods by their paths; an ASGI application.

    Parameters
    ----------
    pipeline
        The way of their calls.
    most_bytes
        How long a request may be, inflated.
    """

    def __init__(self, pipeline: Pipeline, most_bytes: int) -> None:
        self._pipeline = pipeline
        self._most_bytes = most_bytes
        self._methods = dict[str, Callable[..., Any]]()
        self._table = RouteTable(())

    def serve(self, servicer: object, service: ServiceDescriptor) -> None:
        """Serve all methods of a service that have a path."""
        self._methods |= {method.full_name: getattr(servicer, method.name) for method in service.methods}
        self._table.add(routes_of([service]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path, verb = scope["raw_path"], scope["method"]
        match = self._table.match("GET" if verb == "HEAD" else verb, path)
        if match is None:
            return await self._nowhere(path, verb, send)
        carrier, descriptor = HttpCarrier(scope), match.route.method
        call = carrier.call = self._pipeline.begin(Method.of(descriptor), None, carrier)
        try:
            await self._answer(match, call, carrier, scope, receive, send)
        except Gone:
            call.code = grpc.StatusCode.CANCELLED
        finally:
            self._pipeline.end(call)
        return None

    async def _nowhere(self, path: bytes, verb: str, send: Send) -> None:
        shown = path[:200].decode("latin-1")
        if verbs := self._table.allowed(path):
            refusal = status_with(grpc.StatusCode.UNIMPLEMENTED, f"{shown} takes {' and '.join(verbs)}, and no {verb}")
            allow = (b"allow", ", ".join(verbs).encode())
            return await send_status(send, refusal, HTTPStatus.METHOD_NOT_ALLOWED, [allow])
        refusal = status_with(grpc.StatusCode.NOT_FOUND, f"no method has the path {shown}")
        return await send_status(send, refusal)

    async def _answer(
        self, match: Match, call: Call, carrier: HttpCarrier, scope: Scope, receive: Receive, send: Send
    ) -> None:
        pipeline, descriptor = self._pipeline, match.route.method
        method = self._methods[descriptor.full_name]
        try:
            pipeline.arrive(call)
            await pipeline.admit(call)
            carrier.check_size(self._most_bytes)
            body = await read_body(receive, carrier.headers.get("content-encoding", ""), self._most_bytes)
            reading = partial(_request, match, carrier, scope["query_string"], body)
            call.request = request = await aside(len(body), reading)
            if inspect.isasyncgenfunction(method):
                return await self._stream(method, call, request, receive, send)
            async with watched(receive):
                message = await pipeline.answer(method, call, request, many=False)
        except Gone:
            raise
        except BaseException as error:
            return await send_status(send, pipeline.failed(call, error))
        return await _send_message(send, message, carrier, scope["method"])

    async def _stream(self, method: Any, call: Call, request: Message, receive: Receive, send: Send) -> None:
        """Send events until the stream ends or its client goes; how it failed is the last, if one came before."""
        async with EventStream(send, PAUSE_S) as stream:
            try:
                answers = self._pipeline.answers(method, call, request, many=False)
                async with watched(receive), aclosing(answers) as several:
                    async for some in several:
                        await stream.write(b"".join([each.written(_event) for each in some]))
            except Gone:
                raise
            except BaseException as error:
                status = self._pipeline.failed(call, error)
                if not stream.has_begun:
                    return await send_status(send, status)
                return await stream.write(b"event: error\ndata: " + write_json(status) + b"\n\n", is_last=True)
            return await stream.write(b"", is_last=True)


def _request(match: Match, carrier: HttpCarrier, query: bytes, body: bytes) -> Message:
    """Return the request of a call."""
    headers = carrier.headers
    content_type = headers.get("content-type", "")
    if body and not match.route.raw_body and content_type.lower() not in _JSON_TYPES:
        found = content_type[:80] or "none"
        raise InvalidInput.of("Content-Type", f"found {found}: a body is application/json")
    reader = partial(read_json, ignore_unknown=ignores(carrier.unknown_fields))
    request: Any = request_of(match, read_query(query), body, reader, content_type)
    if (last := headers.get("last-event-id")) and _resumes(match.route.method):
        request.resume_token = last  # a browser goes on of itself, by the address that it began with
    return with_headers(request, headers.get("idempotency-key"), headers.get("if-match"))


def _resumes(method: MethodDescriptor) -> bool:
    return method.server_streaming and _RESUMES_BY in method.input_type.fields_by_name


async def _send_message(send: Send, message: Any, carrier: HttpCarrier, verb: str) -> None:
    """Send an answer; one that the client has already by its etag is not sent again."""
    etag = f'"{message.etag}"' if getattr(message, "etag", "") else ""
    headers = [JSON, *([(b"etag", etag.encode())] if etag else [])]
    held = carrier.headers.get("if-none-match", "")
    if etag and verb in ("GET", "HEAD") and etag in (each.strip().removeprefix("W/") for each in held.split(",")):
        return await send_bytes(send, HTTPStatus.NOT_MODIFIED, headers=headers[1:])
    return await send_bytes(send, HTTPStatus.OK, write_json(message), headers)


def _event(message: Any) -> bytes:
    token = getattr(message, _RESUMES_BY, "")
    return (f"id: {token}\n".encode() if token else b"") + b"data: " + write_json(message) + b"\n\n"
