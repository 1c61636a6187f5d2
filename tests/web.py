"""Calls over HTTP/1.1, written by hand as their protocols say: none of the server's own code, or of its library's."""

from __future__ import annotations

import asyncio
import json
import ssl
import struct
from base64 import b64decode
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlencode

import grpc
import h11
from google.protobuf.json_format import MessageToDict, MessageToJson, Parse
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.status_pb2 import Status

from gateway.calls.call import Observer
from gateway.grpc.standard_services import HEALTH, REFLECTION
from gateway.http.routes import HttpRoute, routes_of
from gateway.http_settings import HttpSettings
from serving.wiring import Service
from tests.conftest import settings
from tests.methods import METHODS, SERVICES
from tests.patience import patient

Pairs = Sequence[tuple[str, str]]
REPS = "/fairlead.v1.WorkforceService/ListReps"
ROUTES: dict[str, list[HttpRoute]] = defaultdict(list)
"""By service and method."""
for _route in routes_of(service for service in SERVICES if service not in (HEALTH, REFLECTION)):
    ROUTES["/".join(_route.method.full_name.rsplit(".", 1))].append(_route)
LOOPBACK = HttpSettings("127.0.0.1:0")


class Carried(StrEnum):
    """The ways by which a method can be called over HTTP."""

    CONNECT_JSON = "connect json"
    CONNECT_PROTO = "connect protobuf"
    GRPC_WEB = "grpc-web"
    REST = "rest"


class Addresses(NamedTuple):
    """Where a service is reached."""

    grpc: str
    http: str


@dataclass
class Reply:
    """What HTTP answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Ended:
    """How a call ended: its answers, its code, and what was said beside it."""

    code: grpc.StatusCode
    message: str = ""
    details: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[Message] = field(default_factory=list)


@asynccontextmanager
async def web_serving(
    redis_url: str, http: HttpSettings = LOOPBACK, observers: Sequence[Observer] = (), **chosen: Any
) -> AsyncIterator[Addresses]:
    """Run a service that has a door for HTTP, and yield both addresses."""
    service = Service(settings(redis_url, http=http, **chosen), patient(redis_url), observers, upgrade_patience_s=0)
    try:
        grpc_address = await service.start("127.0.0.1:0")
        yield Addresses(grpc_address, service.http_address)
    finally:
        await service.drain()


@asynccontextmanager
async def connection(
    address: str, encrypted: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect, and let go."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port), ssl=encrypted)
    try:
        yield reader, writer
    finally:
        writer.close()


async def ask(
    address: str, verb: str, path: str, headers: Pairs = (), body: bytes = b"", encrypted: ssl.SSLContext | None = None
) -> Reply:
    """Send one request and return the answer."""
    named = {name.lower() for name, _ in headers}
    usual = [("Host", address)] if "host" not in named else []
    usual += [("Content-Length", str(len(body)))] if (body or verb == "POST") and "content-length" not in named else []
    client = h11.Connection(h11.CLIENT)
    request = h11.Request(method=verb, target=path, headers=[*usual, ("Connection", "close"), *headers])
    written = b"".join(filter(None, (client.send(each) for each in (request, h11.Data(data=body), h11.EndOfMessage()))))
    async with connection(address, encrypted) as (reader, writer):
        writer.write(written)
        return await received(client, reader)


async def received(client: h11.Connection, reader: asyncio.StreamReader) -> Reply:
    """Return an answer to what a client has sent."""
    reply, body = Reply(0, {}, b""), bytearray()
    while True:
        event = client.next_event()
        if event is h11.NEED_DATA:
            if not (data := await reader.read(65_536)):
                raise ConnectionError("closed before the answer ended")
            client.receive_data(data)
        elif isinstance(event, h11.Response):
            reply.status = event.status_code
            reply.headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            reply.body = bytes(body)
            return reply


async def call(address: str, name: str, request: Message, how: Carried, headers: Pairs = (), **chosen: Any) -> Ended:
    """Call a method in one of the ways, and return how it ended."""
    if how is Carried.REST:
        return await _call_rest(address, name, request, headers, **chosen)
    kind, is_json = METHODS[name].output_type, how is Carried.CONNECT_JSON
    data = MessageToJson(request).encode() if is_json else request.SerializeToString()
    is_stream = METHODS[name].server_streaming
    if how is Carried.GRPC_WEB:
        sent = [("content-type", "application/grpc-web+proto"), *headers]
        reply = await ask(address, "POST", f"/{name}", sent, _framed(data), **chosen)
        return _read_web(reply, GetMessageClass(kind))
    sent = [("content-type", f"application/{'connect+' * is_stream}{'json' if is_json else 'proto'}"), *headers]
    reply = await ask(address, "POST", f"/{name}", sent, _framed(data) if is_stream else data, **chosen)
    if is_stream and reply.status == 200:
        return _read_stream(reply, GetMessageClass(kind), is_json=is_json)
    if reply.status != 200:
        return _read_error(json.loads(reply.body))
    return Ended(grpc.StatusCode.OK, answers=[_message(GetMessageClass(kind), reply.body, is_json=is_json)])


async def streamed(
    address: str, name: str, request: Message, how: Carried, headers: Pairs = ()
) -> AsyncIterator[Message]:
    """Call a method that answers with a stream by Connect or gRPC-Web; yield its answers as they come."""
    kind, is_json = GetMessageClass(METHODS[name].output_type), how is Carried.CONNECT_JSON
    data = MessageToJson(request).encode() if is_json else request.SerializeToString()
    media = {
        Carried.CONNECT_JSON: "connect+json",
        Carried.CONNECT_PROTO: "connect+proto",
        Carried.GRPC_WEB: "grpc-web+proto",
    }[how]
    client, body = h11.Connection(h11.CLIENT), bytearray()
    framed = _framed(data)
    sent = [("Host", address), ("Content-Type", f"application/{media}"), ("Content-Length", str(len(framed))), *headers]
    head = h11.Request(method="POST", target=f"/{name}", headers=sent)
    async with connection(address) as (reader, writer):
        writer.write(b"".join(filter(None, (client.send(head), client.send(h11.Data(data=framed))))))
        client.send(h11.EndOfMessage())
        while True:
            event = client.next_event()
            if event is h11.NEED_DATA:
                client.receive_data(await reader.read(65_536))
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return
            while len(body) >= 5 and len(body) >= 5 + int.from_bytes(body[1:5], "big"):
                flags, ends = body[0], 5 + int.from_bytes(body[1:5], "big")
                if flags & 0x82:  # the end, or trailers
                    return
                yield _message(kind, bytes(body[5:ends]), is_json=is_json)
                del body[:ends]


def watching(tenant: str) -> bytes:
    """Write a request that watches a tenant."""
    body = json.dumps({"parent": f"tenants/{tenant}"}).encode()
    framed = _framed(body)
    head = (
        "POST /fairlead.v1.RoutingService/WatchWorkItems HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/connect+json\r\nContent-Length: {len(framed)}\r\n\r\n"
    )
    return head.encode() + framed


def _framed(data: bytes) -> bytes:
    return struct.pack(">BI", 0, len(data)) + data


def frames(body: bytes) -> list[tuple[int, bytes]]:
    """Split a body into its frames: flags and bytes."""
    found, start = [], 0
    while start < len(body):
        flags, length = struct.unpack(">BI", body[start : start + 5])
        found.append((flags, body[start + 5 : start + 5 + length]))
        start += 5 + length
    return found


def _message(kind: type[Message], data: bytes, *, is_json: bool) -> Message:
    return Parse(data, kind()) if is_json else kind.FromString(data)


def _read_stream(reply: Reply, kind: type[Message], *, is_json: bool) -> Ended:
    """Read a stream of Connect's: its last frame says how it ended."""
    *some, (flags, end) = frames(reply.body)
    assert flags == 2
    ended = _read_error(json.loads(end).get("error"))
    ended.answers = [_message(kind, data, is_json=is_json) for _, data in some]
    return ended


def _read_error(error: Mapping[str, Any] | None) -> Ended:
    if not error:
        return Ended(grpc.StatusCode.OK)
    code = {"canceled": "CANCELLED"}.get(error["code"], error["code"].upper())
    details = [(each["type"], b64decode(each["value"] + "===")) for each in error.get("details", ())]
    return Ended(grpc.StatusCode[code], error.get("message", ""), details)


def _read_web(reply: Reply, kind: type[Message]) -> Ended:
    """Read an answer of gRPC-Web: its last frame holds the trailers, unless the headers do."""
    assert reply.status == 200, reply
    some, trailers = [], reply.headers
    for flags, data in frames(reply.body):
        if flags & 0x80:
            lines = (line.partition(":") for line in data.decode().splitlines() if line)
            trailers = {name.strip().lower(): value.strip() for name, _, value in lines}
        else:
            some.append(kind.FromString(data))
    code = next(code for code in grpc.StatusCode if code.value[0] == int(trailers["grpc-status"]))
    status = Status.FromString(b64decode(trailers.get("grpc-status-details-bin", "") + "==="))
    details = [(each.type_url.rpartition("/")[2], each.value) for each in status.details]
    return Ended(code, unquote(trailers.get("grpc-message", "")), details, some)


def rest_of(name: str, request: Message) -> tuple[str, str, bytes, str]:
    """Write a request as its method's path has it: verb, path with query, body, and its kind."""
    for route in ROUTES[name]:
        if not route.variable or len(_value(request, route)) == route.ends - route.begins:
            break
    inside = [quote(segment, safe="") for segment in _value(request, route)] if route.variable else []
    path = "/".join(["", *route.segments[: route.begins], *inside, *route.segments[route.ends :]])
    path += f":{route.action}" * bool(route.action)
    if route.raw_body:
        payload: Any = getattr(request, route.raw_body)
        return route.verb, path, payload.data, payload.content_type
    if route.has_body:
        return route.verb, path, MessageToJson(request).encode(), "application/json"
    said = MessageToDict(request)
    said.pop(route.method.input_type.fields_by_name[route.variable].json_name if route.variable else "", None)
    query = urlencode(list(_flat(said)))
    return route.verb, f"{path}?{query}" if query else path, b"", ""


def _value(request: Message, route: HttpRoute) -> list[str]:
    return str(getattr(request, route.variable)).split("/")


def _flat(said: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        for each in [value] if not isinstance(value, dict | list) else value if isinstance(value, list) else ():
            yield f"{before}{name}", json.dumps(each) if isinstance(each, bool) else str(each)


async def _call_rest(address: str, name: str, request: Message, headers: Pairs, **chosen: Any) -> Ended:
    verb, path, body, kind_of_body = rest_of(name, request)
    sent = [*([("content-type", kind_of_body)] if body else []), *headers]
    kind = GetMessageClass(METHODS[name].output_type)
    reply = await ask(address, verb, path, sent, body, **chosen)
    if reply.status != 200:
        return _read_status(reply)
    return Ended(grpc.StatusCode.OK, answers=[_message(kind, reply.body, is_json=True)])


def _read_status(reply: Reply) -> Ended:
    status = Parse(reply.body, Status())
    code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
    details = [(each.type_url.rpartition("/")[2], each.value) for each in status.details]
    return Ended(code, status.message, details)


async def call_grpc(channel: Any, name: str, request: Message, headers: Pairs = ()) -> Ended:
    """Call a method over gRPC, and return how it ended; of a stream what comes until it ends."""
    kind, answers = GetMessageClass(METHODS[name].output_type), list[Message]()
    data = request.SerializeToString()
    try:
        if METHODS[name].server_streaming:
            async for answer in channel.unary_stream(f"/{name}")(data, metadata=headers):
                answers.append(kind.FromString(answer))
        else:
            answers.append(kind.FromString(await channel.unary_unary(f"/{name}")(data, metadata=headers)))
    except grpc.aio.AioRpcError as error:
        trailing: Any = error.trailing_metadata() or ()
        status = Status.FromString(dict(trailing).get("grpc-status-details-bin", b""))
        details = [(each.type_url.rpartition("/")[2], each.value) for each in status.details]
        return Ended(error.code(), error.details() or "", details, answers)
    return Ended(grpc.StatusCode.OK, answers=answers)
