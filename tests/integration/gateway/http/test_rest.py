"""Methods by their paths: fields in paths, queries, bodies, headers; streams as events; errors in words and codes."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import h11
import pytest
from google.protobuf.json_format import Parse

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from gateway.http import rest
from tests.identities import bearer
from tests.integration.gateway.grpc.test_server import Notes
from tests.integration.gateway.http.conftest import Door
from tests.web import Reply, ask, connection, web_serving

JSON = ("Content-Type", "application/json")


def lead(external_id: str) -> bytes:
    return json.dumps({"workItem": {"kind": "KIND_LEAD", "source": "crm", "externalId": external_id}}).encode()


async def route(door: Door, external_id: str, *headers: tuple[str, str]) -> Reply:
    path = f"/v1/{door.api.parent}/workItems:route"
    return await ask(door.addresses.http, "POST", path, [JSON, *headers], lead(external_id))


async def test_a_lead_is_routed_by_its_path_and_its_decision_is_read_by_another(door: Door) -> None:
    routed = json.loads((await route(door, "L-1")).body)
    path = f"/v1/{routed['name']}?view=DECISION_VIEW_FULL&languageCode=zh"

    full = Parse((await ask(door.addresses.http, "GET", path)).body, decisions.Decision())

    wanted = decisions.GetDecisionRequest(name=routed["name"], view=decisions.DECISION_VIEW_FULL, language_code="zh")
    assert routed["rep"] == f"{door.api.parent}/reps/ann"
    assert full == await door.api.decisions.GetDecision(wanted)


async def test_a_key_makes_a_call_repeatable(door: Door) -> None:
    first, again = [await route(door, "L-1", ("Idempotency-Key", "k-1")) for _ in range(2)]
    other = await route(door, "L-2", ("Idempotency-Key", "k-1"))

    assert first.body == again.body
    assert (other.status, json.loads(other.body)["details"][0]["reason"]) == (409, "REQUEST_ID_REUSED")


async def test_what_a_client_has_is_not_sent_again_and_only_what_it_has_is_changed(door: Door) -> None:
    address, rep = door.addresses.http, f"/v1/{door.api.parent}/reps/ann"
    read = await ask(address, "GET", rep)
    etag = read.headers["etag"]

    same = await ask(address, "GET", rep, [("If-None-Match", f'"other", {etag}')])
    head = await ask(address, "HEAD", rep)
    stale = await ask(address, "DELETE", rep, [("If-Match", '"stale"')])
    still = await ask(address, "GET", rep)

    assert etag == f'"{json.loads(read.body)["etag"]}"'
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", etag)
    assert (head.status, head.body) == (200, b"")
    assert (stale.status, json.loads(stale.body)["details"][0]["reason"]) == (409, "STALE_ETAG")
    assert still.status == 200


async def test_what_is_output_only_cannot_be_set(door: Door) -> None:
    said = {
        "kind": "KIND_LEAD", "source": "crm", "externalId": "L-1", "owner": f"{door.api.parent}/reps/mallory",
        "state": "STATE_CONVERTED", "epoch": 99, "pool": f"{door.api.parent}/pools/other", "etag": "99",
        "createTime": "2020-01-01T00:00:00Z", "name": "tenants/other/workItems/x",
    }  # fmt: skip
    path = f"/v1/{door.api.parent}/workItems:route"

    reply = await ask(door.addresses.http, "POST", path, [JSON], json.dumps({"workItem": said}).encode())
    item = await door.api.item(f"{door.api.parent}/workItems/crm~L-1")

    assert (reply.status, item.owner) == (200, f"{door.api.parent}/reps/ann")
    assert (item.pool, item.epoch, item.state) == (
        f"{door.api.parent}/pools/everyone",
        1,
        routing.WorkItem.STATE_ASSIGNED,
    )
    assert item.create_time.ToDatetime().year > 2020


async def test_errors_are_statuses_in_words_and_with_codes_of_http(door: Door) -> None:
    address, tenant = door.addresses.http, f"/v1/{door.api.parent}"
    replies = {
        "nobody": await ask(address, "GET", f"{tenant}/reps/nobody"),
        "nowhere": await ask(address, "GET", f"{tenant}/nothing"),
        "verb": await ask(address, "PUT", f"{tenant}/reps/ann", [JSON], b"{}"),
        "query": await ask(address, "GET", f"{tenant}/reps?pageSise=3"),
        "text": await ask(address, "POST", f"{tenant}/workItems:route", [("Content-Type", "text/plain")], lead("L-1")),
        "field": await ask(address, "POST", f"{tenant}/workItems:route", [JSON], b'{"workItm": {}}'),
        "twice": await ask(address, "POST", f"{tenant}/workItems:route", [JSON], b'{"parent": "tenants/other"}'),
    }
    found = {what: json.loads(reply.body) for what, reply in replies.items()}

    assert {what: (reply.status, found[what]["code"]) for what, reply in replies.items()} == {
        "nobody": (404, 5), "nowhere": (404, 5), "verb": (405, 12), "query": (400, 3), "text": (400, 3),
        "field": (400, 3), "twice": (400, 3),
    }  # fmt: skip
    assert replies["verb"].headers["allow"] == "DELETE, GET"
    assert found["nobody"]["details"][0]["@type"] == "type.googleapis.com/google.rpc.ErrorInfo"
    assert "the nearest is pageSize" in found["query"]["message"]
    assert "the nearest is workItem" in found["field"]["message"]
    assert "a body is application/json" in found["text"]["message"]


async def test_a_token_in_a_url_is_not_believed(guarded: Door) -> None:
    (_, shown), *_ = bearer("mei", ["manager"], ["mine"])
    token = shown.removeprefix("Bearer ")
    names = ("access_token", "token", "authorization")

    replies = [await ask(guarded.addresses.http, "GET", f"/v1/tenants/mine/reps?{name}={token}") for name in names]

    assert [reply.status for reply in replies] == [401] * 3
    assert not any(token.encode() in reply.body for reply in replies)


async def test_who_is_not_known_is_told_how_to_show_it(guarded: Door) -> None:
    reply = await ask(guarded.addresses.http, "GET", "/v1/tenants/mine/reps")

    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_body_may_be_in_gzip_and_in_nothing_else(door: Door) -> None:
    path, body = f"/v1/{door.api.parent}/workItems:route", gzip.compress(lead("L-1"))
    sent = {
        "gzip": (body, "gzip"),
        "a bomb": (gzip.compress(b" " * (16 << 20) + lead("L-2")), "gzip"),
        "half": (body[:-9], "gzip"),
        "none": (lead("L-3"), "gzip"),
        "br": (lead("L-4"), "br"),
    }

    found = {
        what: (await ask(door.addresses.http, "POST", path, [JSON, ("Content-Encoding", how)], data)).status
        for what, (data, how) in sent.items()
    }

    assert found == {"gzip": 200, "a bomb": 429, "half": 400, "none": 400, "br": 400}


@asynccontextmanager
async def events(address: str, path: str, *headers: str) -> AsyncIterator[Any]:
    """Watch by events: yields what returns the next one, its id and data."""
    sent = [("Host", "127.0.0.1"), *((name, value) for name, _, value in (each.partition(": ") for each in headers))]
    client, text = h11.Connection(h11.CLIENT), bytearray()
    async with connection(address) as (reader, writer):
        writer.write(client.send(h11.Request(method="GET", target=path, headers=sent)) or b"")
        client.send(h11.EndOfMessage())

        async def next_event() -> tuple[str, Any]:
            while b"\n\n" not in text:
                received = client.next_event()
                if received is h11.NEED_DATA:
                    client.receive_data(await reader.read(65_536))
                elif isinstance(received, h11.Response):
                    assert (b"content-type", b"text/event-stream; charset=utf-8") in received.headers.raw_items(), (
                        received
                    )
                elif isinstance(received, h11.Data):
                    text.extend(received.data)
            one, _, rest = bytes(text).partition(b"\n\n")
            text[:] = rest
            said = dict(line.split(": ", 1) for line in one.decode().splitlines())
            return said.get("id", said.get("event", "")), json.loads(said["data"])

        yield next_event


async def test_changes_come_as_events_and_a_watch_goes_on_behind_the_last(door: Door) -> None:
    path = f"/v1/{door.api.parent}/workItems:watch"
    async with events(door.addresses.http, path) as watched:
        begun, first = await watched()
        await door.api.route("L-1")
        one, change = await watched()
    await door.api.route("L-2")
    async with events(door.addresses.http, path, f"Last-Event-ID: {one}") as watched:
        again, _ = await watched()
        _, second = await watched()

    assert (begun, first["resumeToken"], "change" in first) == (first["resumeToken"], begun, False)
    assert change["change"]["workItem"] == f"{door.api.parent}/workItems/crm~L-1"
    assert again == one
    assert second["change"]["workItem"] == f"{door.api.parent}/workItems/crm~L-2"


async def test_a_watch_that_cannot_begin_is_an_error_and_one_that_ends_says_why(store: Any, tenant: str) -> None:
    path = f"/v1/tenants/{tenant}/workItems:watch"
    async with web_serving(store.url) as addresses:
        wrong = await ask(addresses.http, "GET", path, [("Last-Event-ID", "nonsense")])
        watching = await asyncio.create_task(_last_event_as_it_stops(addresses.http, path))
    name, said = await watching

    assert (wrong.status, json.loads(wrong.body)["code"]) == (400, 3)
    assert (name, said["code"]) == ("error", 14)


async def _last_event_as_it_stops(address: str, path: str) -> asyncio.Task[tuple[str, Any]]:
    """Begin to watch, and return what waits for the event behind the first."""
    begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def watch() -> tuple[str, Any]:
        async with events(address, path) as watched:
            await watched()
            begun.set_result(None)
            event: tuple[str, Any] = await watched()
            return event

    task = asyncio.create_task(watch())
    await begun
    return task


async def test_who_goes_away_ends_their_call(store: Any, tenant: str) -> None:
    notes = Notes()
    async with web_serving(store.url, observers=[notes]) as addresses:
        async with events(addresses.http, f"/v1/tenants/{tenant}/workItems:watch") as watched:
            await watched()
        await notes.told.wait()

    assert notes.ended_ == [("WatchWorkItems", grpc.StatusCode.CANCELLED)]


async def test_while_nothing_happens_a_comment_keeps_the_connection_and_nothing_is_missed(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "PAUSE_S", 0.02)
    async with connection(door.addresses.http) as (reader, writer):
        writer.write(f"GET /v1/{door.api.parent}/workItems:watch HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        for _ in range(3):
            await reader.readuntil(b"\r\n:\n\n\r\n")
        await door.api.route("L-1")
        change = await reader.readuntil(b"crm~L-1")

    assert b'"resumeToken":' in change
