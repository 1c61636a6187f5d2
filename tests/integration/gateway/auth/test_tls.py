"""Encrypted calls, callers known by their certificates, and certificates that change under a running server."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.client import Access, FairleadClient, FairleadError
from fairlead.retries import Retries
from gateway.settings import Security
from tests.conftest import serving
from tests.identities import authority, certificate, security, token
from tests.patience import FOREVER_S

ONCE = Retries(patience_s=0)
PRINCIPALS = """
principals:
  - {certificate: URI=spiffe://acme/crm, name: crm, roles: [service], tenants: [acme]}
  - {certificate: CN=ops, name: ops, roles: [operator], tenants: ["*"]}
"""


@pytest.fixture
def ca(tmp_path: Path) -> str:
    return authority("authority").write(tmp_path, "ca")[0]


@pytest.fixture
async def mutual(store: Any, tmp_path: Path, ca: str) -> AsyncIterator[str]:
    """Yield the address of a server that knows its callers by their certificates."""
    (tmp_path / "principals.yaml").write_text(PRINCIPALS, "utf-8")
    chosen = Security(*certificate("server").write(tmp_path, "server"), ca, str(tmp_path / "principals.yaml"))
    async with serving(store.url, security=chosen) as address:
        yield address.replace("127.0.0.1", "localhost")


def access(folder: Path, ca: str, name: str, *uris: str, by: str = "authority") -> Access:
    chain, key = certificate(name, *uris, by=by).write(folder, name)
    return Access(tls_ca=ca, certificate=chain, key=key)


def outcome(address: str, tenant: str, shown: Access) -> str:
    """Ask for a tenant's reps, and return how that ended."""
    with FairleadClient(address, tenant, access=shown, timeout_s=FOREVER_S, retries=ONCE) as client:
        try:
            list(client.list_reps())
        except FairleadError as error:
            return error.code.name
        return "OK"


async def test_a_certificate_says_who_calls_and_whose_data_is_theirs(mutual: str, ca: str, tmp_path: Path) -> None:
    crm = access(tmp_path, ca, "crm", "spiffe://acme/crm")
    ops = access(tmp_path, ca, "ops")
    stranger = access(tmp_path, ca, "stranger", "spiffe://acme/other")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    forged = access(elsewhere, ca, "ops", by="forgers")

    outcomes = [
        await asyncio.to_thread(outcome, mutual, tenant, shown)
        for tenant, shown in [
            ("acme", crm), ("other", crm), ("other", ops), ("acme", stranger), ("acme", forged),
            ("acme", Access(tls_ca=ca)), ("acme", Access()),
        ]
    ]  # fmt: skip

    assert outcomes[:4] == ["OK", "PERMISSION_DENIED", "OK", "UNAUTHENTICATED"]
    assert set(outcomes[4:]) == {"UNAVAILABLE"}


async def test_the_client_shows_its_token_over_tls(store: Any, tmp_path: Path, ca: str) -> None:
    cert, key = certificate("server").write(tmp_path, "server")
    chosen = security(tmp_path, tls_cert=cert, tls_key=key)
    async with serving(store.url, security=chosen) as address:
        address = address.replace("127.0.0.1", "localhost")
        manager = Access(token=lambda: token("mo", ["manager"], ["acme"]), tls_ca=ca)
        outcomes = [await asyncio.to_thread(outcome, address, "acme", shown) for shown in (manager, Access(tls_ca=ca))]

    assert outcomes == ["OK", "UNAUTHENTICATED"]


async def test_a_renewed_certificate_serves_the_next_connection(store: Any, tmp_path: Path, ca: str) -> None:
    cert, key = certificate("first").write(tmp_path, "server")
    async with serving(store.url, security=Security(cert, key)) as address:
        port = int(address.rpartition(":")[2])
        before = await asyncio.to_thread(_shown_name, port, ca)
        certificate("second").write(tmp_path, "server")
        after = await asyncio.to_thread(_shown_name, port, ca)
        _spoil(cert)
        spoilt = await asyncio.to_thread(_shown_name, port, ca)

    assert [before, after, spoilt] == ["first", "second", "second"]


def _spoil(name: str) -> None:
    Path(name).write_text("half a certif", "ascii")


def _shown_name(port: int, ca: str) -> str:
    """Shake hands and return the common name that the server shows."""
    context = ssl.create_default_context(cafile=ca)
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", port), 30) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as encrypted,
    ):
        shown: Any = encrypted.getpeercert()
    return str(dict(part for parts in shown["subject"] for part in parts)["commonName"])


def test_a_token_is_not_sent_in_the_open_to_another_machine() -> None:
    with pytest.raises(ValueError, match="open connection"):
        FairleadClient("fairlead.example:50051", access=Access(token="secret"))
    FairleadClient("127.0.0.1:50051", access=Access(token="secret")).close()
    FairleadClient("fairlead.example:50051", access=Access(token="secret", tls_ca="system")).close()
    FairleadClient(
        "fairlead.example:50051", access=Access(token="secret"), credentials=grpc.ssl_channel_credentials()
    ).close()


def test_access_does_not_print_its_token() -> None:
    assert "secret" not in repr(Access(token="secret"))
