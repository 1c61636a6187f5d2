"""What strangers send: too long, too slow, ambiguous, in somebody else's name. Nobody is held up, nothing believed."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from threading import get_ident
from typing import Any
from urllib.parse import urlencode

import grpc
import h11
import pytest

from fairlead.v1 import workforce_pb2 as workforce
from gateway.http import deadlines
from gateway.http.bodies import QUICK_BYTES, aside
from gateway.http_settings import HttpSettings
from serving.wiring import MAX_MESSAGE_BYTES
from tests.integration.gateway.grpc.test_server import Notes
from tests.integration.gateway.http.conftest import Door
from tests.web import REPS, Carried, Pairs, Reply, ask, call, connection, received, watching, web_serving

PRESENCE = "/fairlead.v1.WorkforceService/SetRepPresence"
ROUTE = "/fairlead.v1.RoutingService/RouteWorkItem"
JSON = ("content-type", "application/json")
HEAD = f"POST {REPS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


async def sent(address: str, data: bytes) -> bytes:
    """Send bytes, and return all that is answered until the other side closes."""
    async with connection(address) as (reader, writer):
        writer.write(data)
        return await reader.read()


async def test_a_body_that_inflates_too_far_is_cut_and_refused(door: Door) -> None:
    bomb = gzip.compress(b" " * (MAX_MESSAGE_BYTES + 1))
    assert len(bomb) < 20_000

    reply = await ask(door.addresses.http, "POST", REPS, [JSON, ("content-encoding", "gzip")], bomb)

    assert (reply.status, json.loads(reply.body)["code"]) == (429, "resource_exhausted")


async def test_a_body_that_promises_to_be_too_long_is_not_waited_for(door: Door) -> None:
    head = f"{HEAD}Content-Length: {MAX_MESSAGE_BYTES + 1}\r\n\r\n"

    answer = await sent(door.addresses.http, head.encode())

    assert answer.startswith(b"HTTP/1.1 429 ")
    assert b"16,777,217 bytes: at most 16,777,216 are read" in answer


async def test_who_may_not_call_is_told_before_a_byte_of_the_body_has_come(guarded: Door) -> None:
    answer = await sent(guarded.addresses.http, f"{HEAD}Content-Length: 100\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_body_that_is_read_aside_is_answered_as_one_that_is_not(door: Door) -> None:
    blanks, rest = b" " * QUICK_BYTES, f"/v1/{door.api.parent}/reps/ann:setPresence"
    wrong, right = blanks + b'{"untilTme": ""}', blanks + b'{"presence": "PRESENCE_AWAY"}'
    named = json.dumps({"name": f"{door.api.parent}/reps/ann", "presence": "PRESENCE_AVAILABLE"}).encode()

    refused = [await ask(door.addresses.http, "POST", path, [JSON], wrong) for path in (PRESENCE, rest)]
    taken = await ask(door.addresses.http, "POST", PRESENCE, [JSON], blanks + named)
    taken_by_path = await ask(door.addresses.http, "POST", rest, [JSON], right)

    assert [reply.status for reply in refused] == [400, 400]
    assert all("the nearest is untilTime" in json.loads(reply.body)["message"] for reply in refused)
    assert json.loads(taken.body)["presence"] == "PRESENCE_AVAILABLE"
    assert json.loads(taken_by_path.body)["presence"] == "PRESENCE_AWAY"


async def test_what_takes_long_to_read_is_read_beside_other_calls() -> None:
    assert await aside(QUICK_BYTES, get_ident) == get_ident()
    assert await aside(QUICK_BYTES + 1, get_ident) != get_ident()


@pytest.mark.parametrize(
    ("name", "data"),
    [("HEAD_S", b""), ("HEAD_S", HEAD[:40].encode()), ("BODY_S", f'{HEAD}Content-Length: 9\r\n\r\n{{"p'.encode())],
    ids=["nothing", "half a head", "half a body"],
)
async def test_who_sends_too_slowly_is_left(
    door: Door, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes
) -> None:
    monkeypatch.setattr(deadlines, name, 0.05)

    assert await sent(door.addresses.http, data) == b""


async def test_a_second_request_gets_its_own_time(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    client = h11.Connection(h11.CLIENT)
    request = h11.Request(method="GET", target="/healthz", headers=[("Host", "127.0.0.1")])
    async with connection(door.addresses.http) as (reader, writer):
        writer.write((client.send(request) or b"") + (client.send(h11.EndOfMessage()) or b""))
        assert (await received(client, reader)).body == b"ok\n"
        monkeypatch.setattr(deadlines, "HEAD_S", 0.05)
        writer.write(b"GET /heal")
        assert await reader.read() == b""


async def test_a_request_that_comes_with_the_one_before_gets_its_own_time_for_its_body(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "LINGER_S", 0.02)
    body = b'{"parent": "tenants/default"}'
    async with connection(door.addresses.http) as (reader, writer):
        first = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        writer.write(first + f"{HEAD}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        await reader.readuntil(b"ok\n")
        await asyncio.sleep(0.1)
        writer.write(body)
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 200 ")


AMBIGUOUS = {
    "two lengths": "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "a length that is no number": "Content-Length: +2\r\n\r\n{}",
    "a coding that nobody knows": "Transfer-Encoding: xchunked\r\n\r\n{}",
    "chunked, not at last": "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "two hosts": "Host: localhost\r\nContent-Length: 2\r\n\r\n{}",
    "a blank before the colon": "Content-Length : 2\r\n\r\n{}",
    "a chunk whose length is no number": "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("what", AMBIGUOUS)
async def test_what_could_be_read_in_two_ways_is_not_read_at_all(door: Door, what: str) -> None:
    answer = await sent(door.addresses.http, (HEAD + AMBIGUOUS[what]).encode())

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(("said", "status"), [("ignore", 200), ("", 200), ("ignroe", 400), ("IGNORE", 400)])
async def test_what_a_header_says_of_unknown_fields_is_known_or_refused(door: Door, said: str, status: int) -> None:
    headers = [("Content-Type", "application/json"), ("Fairlead-Unknown-Fields", said)]
    body = json.dumps({"parent": door.api.parent} | ({"colour": "red"} if said == "ignore" else {})).encode()
    path = f"/v1/{door.api.parent}/workItems:submit"
    lead = json.dumps({"workItem": {"kind": "KIND_LEAD"}} | ({"colour": "red"} if said == "ignore" else {})).encode()

    replies = [await ask(door.addresses.http, "POST", *each) for each in ((REPS, headers, body), (path, headers, lead))]

    assert [reply.status for reply in replies] == [status] * 2
    assert all(b"must be ignore, or absent" in reply.body for reply in replies) == (status == 400)


async def test_what_is_no_http_behind_a_request_ends_its_call_and_is_logged_as_no_fault(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    head = "Host: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    body = json.dumps({"parent": door.api.parent})
    listed = f"POST {REPS} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}"
    watched = f"GET /v1/{door.api.parent}/workItems:watch HTTP/1.1\r\n{head}\r\n"
    answers = []
    for request in [watched, *[listed] * 30]:
        async with connection(door.addresses.http) as (reader, writer):
            writer.write(request.encode())
            begun = await reader.readuntil(b"\r\n\r\n") if request is watched else b""
            await asyncio.sleep(0)  # its call is under way
            writer.write(b"and more")
            answers.append(begun + await reader.read())

    assert {answer[:12] for answer in answers} <= {b"HTTP/1.1 200", b"HTTP/1.1 400"}
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("path", ["/fairlead.v1.WorkforceService/ListReps", "/v1/tenants/default/reps", "/healthz"])
async def test_a_header_that_is_no_text_is_refused_by_what_is_wrong_with_it(door: Door, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
    async with connection(door.addresses.http) as (reader, writer):
        writer.write(head.encode() + b"X-Name: \xcf\xff\r\nConnection: close\r\n\r\n{}")
        answer = await reader.read()

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"a header is neither ASCII nor UTF-8" in answer


async def test_a_head_of_a_hundred_thousand_bytes_is_not_looked_at(door: Door) -> None:
    head = f"{HEAD}X-Long: {'x' * 100_000}\r\nContent-Length: 2\r\n\r\n{{}}"

    answer = await sent(door.addresses.http, head.encode())

    assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))  # as it comes at once, or in parts


async def test_a_length_beside_chunks_smuggles_no_second_request(door: Door) -> None:
    inner = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    head = f"{HEAD}Content-Length: {len(inner) + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"

    answer = await sent(door.addresses.http, head.encode() + inner)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1, "what follows such a request is not taken for another"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[2001:db8::1]:80", ""])
async def test_where_nobody_is_asked_a_stranger_s_name_leads_nowhere(door: Door, host: str) -> None:
    reply = await ask(door.addresses.http, "POST", REPS, [JSON, ("Host", host)], b"{}")

    assert (reply.status, json.loads(reply.body)["code"]) == (421, "permission_denied")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]:9", "localhost:80"])
async def test_names_of_this_machine_are_answered(door: Door, host: str) -> None:
    assert (await ask(door.addresses.http, "GET", "/readyz", [("Host", host)])).status == 200


async def test_where_callers_are_known_any_name_is_answered(guarded: Door) -> None:
    assert (await ask(guarded.addresses.http, "GET", "/readyz", [("Host", "crm.acme.example")])).status == 200


PAGE = "https://crm.acme.example"


async def from_page(address: str, origin: str, verb: str = "POST", **more: str) -> Reply:
    headers: Pairs = [JSON, ("Origin", origin), *((name.replace("_", "-"), value) for name, value in more.items())]
    return await ask(address, verb, REPS, headers, b'{"parent": "tenants/default"}' if verb == "POST" else b"")


@pytest.mark.parametrize("origin", [PAGE, "null", "http://127.0.0.1", "https://crm.acme.example.evil"])
async def test_pages_of_others_are_refused(door: Door, origin: str) -> None:
    for verb in ("POST", "OPTIONS"):
        reply = await from_page(door.addresses.http, origin, verb, Access_Control_Request_Method="POST")
        assert (reply.status, "access-control-allow-origin" in reply.headers) == (403, False)


async def test_pages_of_this_address_and_of_those_that_are_named_are_answered(store: Any) -> None:
    async with web_serving(store.url, HttpSettings("127.0.0.1:0", frozenset([PAGE]))) as addresses:
        own = await from_page(addresses.http, f"http://{addresses.http}")
        named = await from_page(addresses.http, PAGE)
        asked = await from_page(addresses.http, PAGE, "OPTIONS", Access_Control_Request_Method="POST")
        other = await from_page(addresses.http, "https://other.example")

    assert (own.status, own.headers.get("access-control-allow-origin")) == (200, None)
    assert (named.status, named.headers["access-control-allow-origin"], named.headers["vary"]) == (200, PAGE, "Origin")
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, "GET, POST, PUT, PATCH, DELETE")
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked.headers
    assert other.status == 403


async def test_what_is_called_wrongly_is_told_how_it_is_called(door: Door) -> None:
    address = door.addresses.http
    replies = {
        "nowhere": await ask(address, "GET", "/index.html"),
        "no method": await ask(address, "POST", "/fairlead.v1.WorkforceService/Nothing", [JSON], b"{}"),
        "a stream": await ask(address, "POST", "/fairlead.v1.ScoringService/BatchScoreCustomers", [JSON], b"{}"),
        "a form": await ask(address, "POST", REPS, [("content-type", "application/x-www-form-urlencoded")], b"a=b"),
        "changed by GET": await ask(address, "GET", f"{ROUTE}?message=%7B%7D&encoding=json"),
        "changed health": await ask(address, "POST", "/healthz", [JSON], b"{}"),
    }

    assert {what: reply.status for what, reply in replies.items()} == {
        "nowhere": 404, "no method": 404, "a stream": 501, "a form": 415, "changed by GET": 405, "changed health": 405,
    }  # fmt: skip
    assert "POST /package.Service/Method" in json.loads(replies["nowhere"].body)["message"]
    assert "over gRPC" in json.loads(replies["a stream"].body)["message"]


async def test_what_changes_nothing_can_be_asked_by_get(door: Door) -> None:
    query = urlencode({"message": json.dumps({"parent": door.api.parent}), "encoding": "json"})
    reply = await ask(door.addresses.http, "GET", f"{REPS}?{query}")

    assert [rep["name"] for rep in json.loads(reply.body)["reps"]] == [f"{door.api.parent}/reps/ann"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000, b'{"parent": 1}'])
async def test_json_that_is_no_request_is_refused(door: Door, body: bytes) -> None:
    reply = await ask(door.addresses.http, "POST", REPS, [JSON], body)

    assert (reply.status, json.loads(reply.body)["code"]) == (400, "invalid_argument")


async def test_who_goes_away_ends_their_call(store: Any, tenant: str) -> None:
    notes = Notes()
    async with web_serving(store.url, observers=[notes]) as addresses:
        async with connection(addresses.http) as (reader, writer):
            writer.write(watching(tenant))
            await reader.readuntil(b"resumeToken")
            assert notes.ended_ == []
        await notes.told.wait()

    assert notes.ended_ == [("WatchWorkItems", grpc.StatusCode.CANCELLED)]


async def test_more_calls_than_may_be_are_turned_away_unread_and_those_under_way_answered(
    store: Any, tenant: str
) -> None:
    request, body = workforce.ListRepsRequest(parent=f"tenants/{tenant}"), f'{{"parent": "tenants/{tenant}"}}'.encode()
    notes = Notes()
    async with web_serving(store.url, observers=[notes], max_calls=1) as addresses:
        async with connection(addresses.http) as (reader, writer):
            writer.write(f"{HEAD}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            while not notes.began_:  # noqa: ASYNC110 (it is told before it waits)
                await asyncio.sleep(0)
            refused = [await call(addresses.http, REPS[1:], request, how) for how in Carried]
            writer.write(body)
            answer = await reader.read()
        answered = [await call(addresses.http, REPS[1:], request, how) for how in Carried]

    assert {each.code for each in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
    assert {tuple(kind for kind, _ in each.details) for each in refused} == {
        ("google.rpc.ErrorInfo", "google.rpc.RetryInfo")
    }
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert {each.code for each in answered} == {grpc.StatusCode.OK}
