"""Spoilt requests of HTTP over the network, by every protocol: each is answered in kind, and nothing else breaks.

It takes a third of ``FAIRLEAD_FUZZ_SECONDS``. What is spoilt: paths, queries, headers, kinds, lengths, chunks, bodies;
what it is made of are requests that are understood, for half of them with a token that counts.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import os
import struct
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import h11
import pytest
from google.protobuf.json_format import MessageToJson, Parse, ParseError, SerializeToJsonError
from google.protobuf.message_factory import GetMessageClass
from google.rpc.status_pb2 import Status

from gateway.grpc.standard_services import HEALTH, REFLECTION
from serving.settings import OperationSettings
from tests.api import connected
from tests.fuzzing.asking import FORBIDDEN
from tests.fuzzing.callers import INSIDER, NOBODY, STRANGER
from tests.fuzzing.drawing import TENANT, one_of
from tests.fuzzing.seeds import seeds_of
from tests.fuzzing.spoiling import noise, spoilt
from tests.identities import security
from tests.methods import METHODS
from tests.scoring_models import write_model
from tests.web import REPS, Carried, ask, rest_of, web_serving

pytestmark = pytest.mark.long

SECONDS = float(os.environ.get("FAIRLEAD_FUZZ_SECONDS", "5"))
AT_ONCE = 8
HEARD_S = 5.0
"""What has no answer by then waits for what a spoilt length promised: it is left."""
SPAWNING = ("RuleSet", "Process")
"""Methods that start a process for each readable call, some tenths of a second: left to others."""
CALLABLE = sorted(
    name
    for name, method in METHODS.items()
    if method.containing_service not in (HEALTH, REFLECTION)
    and not method.client_streaming
    and not method.server_streaming
    and not name.endswith((*SPAWNING, "WaitOperation"))
)
_ALLOWED = {200, 304, 400, 401, 403, 404, 405, 408, 409, 411, 413, 415, 416, 421, 429, 431, 499, 501, 504, 505}
"""Statuses of HTTP that a spoilt request may be answered with: the store is well, and the server is not leaving."""
_HEADS = (
    b"Host: evil.example", b"Origin: https://evil.example", b"Transfer-Encoding: chunked", b"Content-Length: 3",
    b"Content-Length: -1", b"Content-Encoding: gzip", b"Content-Encoding: br", b"Expect: 100-continue",
    b"Range: bytes=0-1", b'If-Match: "1"', b"If-None-Match: *", b'Idempotency-Key: ""', b"Connect-Timeout-Ms: 1",
    b"Grpc-Timeout: 1n", b"Connect-Timeout-Ms: 99999999999", b"Upgrade: h2c", b"X-Forwarded-For: 1.2.3.4",
    b"Fairlead-Unknown-Fields: ignore", b"Authorization: Bearer x", b"Last-Event-ID: x", b"A" * 70_000,
    b"Connection: Upgrade, HTTP2-Settings", b"\xff\xfe: \x00", b"X-Name: \xcf\xff",
)  # fmt: skip


def written(random: Random) -> tuple[bytes, Carried]:
    """Return a request, spoilt more or less."""
    name, how = one_of(random, CALLABLE), one_of(random, list(Carried))
    message: Any = GetMessageClass(METHODS[name].input_type).FromString(one_of(random, list(seeds_of(name))))
    verb, path, body, kind = _made(name, message, how)
    if random.random() < 0.6:
        body = spoilt(random, body)
    target = path.encode()
    if random.random() < 0.2:
        target = b"/" + spoilt(random, target[1:]).replace(b" ", b"+").replace(b"\n", b"").replace(b"\r", b"")
    if random.random() < 0.1:
        kind = one_of(random, ["text/plain", "application/json; charset=latin-1", "", noise(random).decode("latin-1")])
    caller = one_of(random, [INSIDER, INSIDER, STRANGER, NOBODY])
    heads = [b"Host: localhost", *(f"{key}: {value}".encode() for key, value in caller.metadata)]
    heads += (
        [b"Content-Type: " + kind.encode("latin-1", "replace").replace(b"\r", b"").replace(b"\n", b"")] if kind else []
    )
    if random.random() < 0.1:
        body = gzip.compress(body)[: -random.randrange(3) or None]
        heads.append(b"Content-Encoding: gzip")
    if random.random() < 0.15:
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:]) if part) + b"0\r\n\r\n"
        heads.append(b"Transfer-Encoding: chunked")
    elif body or verb == "POST":
        heads.append(b"Content-Length: %d" % len(body))
    for _ in range(random.randrange(3) if random.random() < 0.2 else 0):
        heads.insert(random.randrange(len(heads) + 1), one_of(random, _HEADS))
    verb = one_of(random, ["PUT", "HEAD", "OPTIONS", "TRACE", "G\0T"]) if random.random() < 0.05 else verb
    head = b"\r\n".join([b"%s %s HTTP/1.1" % (verb.encode(), target), *heads, b"Connection: close"])
    return head + b"\r\n\r\n" + body, how


def _made(name: str, message: Any, how: Carried) -> tuple[str, str, bytes, str]:
    try:
        if how is Carried.REST:
            return rest_of(name, message)
        written_out = MessageToJson(message).encode() if how is Carried.CONNECT_JSON else b""
    except SerializeToJsonError:  # a mask that names a key of a map
        written_out = b"{}"
    packed, path = message.SerializeToString(), f"/{name}"
    if how in (Carried.CONNECT_JSON, Carried.REST):
        return "POST", path, written_out, "application/json"
    if how is Carried.CONNECT_PROTO:
        return "POST", path, packed, "application/proto"
    return "POST", path, b"\0" + struct.pack(">I", len(packed)) + packed, "application/grpc-web+proto"


async def answered(address: str, data: bytes) -> tuple[int, dict[str, str], bytes] | None:
    """Send it and return status, headers and body of the answer; None where the connection was closed, or left."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    heard = bytearray()
    with suppress(ConnectionError, TimeoutError):
        writer.write(data)
        async with asyncio.timeout(HEARD_S):
            while part := await reader.read(65_536):
                heard += part
    writer.close()
    if not heard:
        return None
    client = h11.Connection(h11.CLIENT)
    verb = data.partition(b" ")[0].replace(b"\0", b"E")
    client.send(h11.Request(method=verb, target="/", headers=[("Host", "x")]))
    client.send(h11.EndOfMessage())
    client.receive_data(bytes(heard))
    client.receive_data(b"")
    status, headers, body = 0, dict[str, str](), bytearray()
    while not isinstance(event := client.next_event(), h11.EndOfMessage | h11.ConnectionClosed):
        if isinstance(event, h11.Response):
            status, headers = event.status_code, {k.decode(): v.decode("latin-1") for k, v in event.headers}
        elif isinstance(event, h11.Data):
            body += event.data
    return status, headers, bytes(body)


def code_of(status: int, headers: dict[str, str], body: bytes) -> str:
    """Return how a call ended, in the words of gRPC; what is no call, by its status."""
    if "grpc-status" in headers and headers["grpc-status"] != "0":
        return f"gRPC {headers['grpc-status']}"
    if headers.get("content-type", "").startswith("application/json") and status not in (200, 304) and body:
        told = json.loads(body)
        if "details" in told and isinstance(told.get("code"), int):
            with suppress(ParseError):
                Parse(body, Status())
            return f"status {told['code']}"
        return str(told["code"]).upper()
    return str(status)


FORBIDDEN_CODES = FORBIDDEN | {f"{what} {code}" for what in ("gRPC", "status") for code in (2, 13, 14, 15)}


@pytest.mark.timeout(SECONDS + 300)
async def test_whatever_http_brings_is_answered_in_kind(
    store: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seed = SystemRandom().randrange(2**31)
    print(f"seed {seed}")
    random, ended, wrong = Random(seed), Counter[str](), list[str]()
    models, data = tmp_path / "models", tmp_path / "data"
    write_model(models, "v1")
    data.mkdir()
    operations = OperationSettings(training_data=str(data))
    serving = web_serving(store.url, security=security(tmp_path), models=str(models), operations=operations)
    caplog.set_level(logging.ERROR)

    async with serving as addresses, connected(addresses.grpc, TENANT, store.url):
        over = time.monotonic() + SECONDS / 3

        async def again() -> None:
            while time.monotonic() < over:
                request, how = written(random)
                reply = await answered(addresses.http, request)
                if reply is None:
                    ended["left"] += 1
                    continue
                code = code_of(*reply)
                ended[code] += 1
                if reply[0] not in _ALLOWED or code in FORBIDDEN_CODES:
                    wrong.append(f"{how}: {reply[0]} {code} {reply[2][:200]!r} of {request[:2_000]!r}")

        await asyncio.gather(*[again() for _ in range(AT_ONCE)])
        listed = await ask(addresses.http, "POST", REPS, [("Content-Type", "application/json"), *_shown()], _whose())

    assert wrong[:3] == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert listed.status == 200
    assert len(ended) > 5, ended
    print(sum(ended.values()), dict(ended.most_common()))


def _shown() -> Sequence[tuple[str, str]]:
    return [each for each in INSIDER.metadata if each[0] == "authorization"]


def _whose() -> bytes:
    return json.dumps({"parent": f"tenants/{TENANT}"}).encode()
