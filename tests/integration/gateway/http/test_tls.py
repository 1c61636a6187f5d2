"""HTTP encrypted: callers known by their certificates as over gRPC, and certificates that change under way."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from fairlead.v1 import workforce_pb2 as workforce
from gateway.settings import Security
from tests.identities import authority, certificate
from tests.integration.gateway.auth.test_tls import PRINCIPALS, _spoil
from tests.web import Carried, ask, call, connection, web_serving

REPS = "fairlead.v1.WorkforceService/ListReps"


@pytest.fixture
def ca(tmp_path: Path) -> str:
    return authority("authority").write(tmp_path, "ca")[0]


def trusting(ca: str, shown: tuple[str, str] | None = None) -> ssl.SSLContext:
    """Return how a client connects that trusts an authority, and shows a certificate if it has one."""
    context = ssl.create_default_context(cafile=ca)
    context.check_hostname = False  # it connects by address
    if shown:
        context.load_cert_chain(*shown)
    return context


async def test_a_certificate_says_who_calls_and_whose_data_is_theirs(store: Any, tmp_path: Path, ca: str) -> None:
    (tmp_path / "principals.yaml").write_text(PRINCIPALS, "utf-8")
    chosen = Security(*certificate("server").write(tmp_path, "server"), ca, str(tmp_path / "principals.yaml"))
    crm = trusting(ca, certificate("crm", "spiffe://acme/crm").write(tmp_path, "crm"))
    ops = trusting(ca, certificate("ops").write(tmp_path, "ops"))
    stranger = trusting(ca, certificate("stranger", "spiffe://acme/other").write(tmp_path, "stranger"))
    forged = trusting(ca, certificate("ops", by="forgers").write(tmp_path, "forged"))

    async def code(shown: ssl.SSLContext, tenant: str, how: Carried) -> str:
        request = workforce.ListRepsRequest(parent=f"tenants/{tenant}")
        return (await call(addresses.http, REPS, request, how, encrypted=shown)).code.name

    async with web_serving(store.url, security=chosen) as addresses:
        for how in Carried:
            asked = [(crm, "acme"), (crm, "other"), (ops, "other"), (stranger, "acme")]
            codes = [await code(shown, tenant, how) for shown, tenant in asked]
            assert codes == ["OK", "PERMISSION_DENIED", "OK", "UNAUTHENTICATED"]
        for refused in (forged, trusting(ca)):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await code(refused, "acme", Carried.CONNECT_JSON)


async def test_a_renewed_certificate_serves_the_next_connection(store: Any, tmp_path: Path, ca: str) -> None:
    cert, key = certificate("first").write(tmp_path, "server")

    async def shown() -> str:
        """Return the common name that the server shows."""
        async with connection(addresses.http, trusting(ca)) as (_, writer):
            certified: Any = writer.get_extra_info("peercert")
        return str(dict(part for parts in certified["subject"] for part in parts)["commonName"])

    async with web_serving(store.url, security=Security(cert, key)) as addresses:
        before = await shown()
        certificate("second").write(tmp_path, "server")
        after = await shown()
        _spoil(cert)
        spoilt = await shown()

    assert [before, after, spoilt] == ["first", "second", "second"]


async def test_in_the_open_an_encrypted_door_answers_nothing(store: Any, tmp_path: Path, ca: str) -> None:
    async with web_serving(store.url, security=Security(*certificate("server").write(tmp_path, "server"))) as addresses:
        with pytest.raises(ConnectionError):
            await ask(addresses.http, "GET", "/readyz")
        assert (await ask(addresses.http, "GET", "/readyz", encrypted=trusting(ca))).status == 200
