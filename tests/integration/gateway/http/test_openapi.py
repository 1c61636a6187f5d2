"""The description of the API as it is served, and the calls in it as a server answers them."""

from __future__ import annotations

import json
import re

import pytest

from gateway.http.openapi.document import examples
from store.embedded.server import EmbeddedServer
from tests.http_examples import recorded
from tests.integration.gateway.http.conftest import Door
from tests.web import ROUTES, ask


@pytest.mark.long  # it takes a moment to be written
async def test_whoever_asks_gets_the_description_and_not_again_what_they_have(guarded: Door) -> None:
    address = guarded.addresses.http
    first = await ask(address, "GET", "/openapi.json")
    etag = ("If-None-Match", f'"other", W/{first.headers["etag"]}')
    again, head = await ask(address, "GET", "/openapi.json", [etag]), await ask(address, "HEAD", "/openapi.json")
    changed = await ask(address, "POST", "/openapi.json")

    told = json.loads(first.body)
    served = {path for path in told["paths"] if path.startswith("/fairlead.v1.")}
    assert (first.status, first.headers["content-type"], told["openapi"]) == (200, "application/json", "3.1.1")
    assert {path.removeprefix("/") for path in served} <= {*ROUTES}
    assert "/fairlead.v1.ScoringService/ScoreCustomer" in told["paths"]
    assert (again.status, again.body, head.status, head.body) == (304, b"", 200, b"")
    assert (changed.status, changed.headers["allow"]) == (405, "GET, HEAD")


async def test_the_page_and_what_it_is_made_of_are_read_and_nothing_else(guarded: Door) -> None:
    address = guarded.addresses.http
    page = await ask(address, "GET", "/docs")
    parts = re.findall(r'(?:src|href)="(docs/[^"]+)"', page.body.decode())
    replies = [await ask(address, "GET", f"/{part}") for part in parts]
    outside = [await ask(address, "GET", f"/docs/{name}") for name in ("README.md", "../host.py", "%2e%2e/host.py", "")]

    assert {reply.headers["content-type"].partition(";")[0] for reply in [page, *replies]} == {
        "text/html", "text/css", "text/javascript", "image/png",
    }  # fmt: skip
    assert all("default-src 'none'" in reply.headers["content-security-policy"] for reply in [page, *replies])
    assert [reply.status for reply in [page, *replies, *outside]] == [200] * 5 + [404] * 4


@pytest.mark.long
async def test_a_server_answers_what_the_description_shows(own_store: EmbeddedServer) -> None:
    assert await recorded(own_store) == examples(), "python -m tests.http_examples > gateway/http/openapi/examples.json"
