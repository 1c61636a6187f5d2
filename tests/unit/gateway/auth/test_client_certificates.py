"""Who calls, by what their certificate says: URI before DNS before e-mail before common name."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from failures import Unauthenticated
from gateway.auth.client_certificates import Certificates, read_principals
from gateway.auth.principals import Principal, principal_of


def principal(name: str) -> Principal:
    return principal_of(name, ["service"], ["acme"])


KNOWN = {
    "URI=spiffe://acme/crm": principal("by-uri"),
    "DNS=crm.acme": principal("by-dns"),
    "CN=crm": principal("by-cn"),
}
EVERY_NAME = {
    "x509_common_name": [b"crm"], "peer_dns": [b"other", b"crm.acme"], "peer_uri": [b"spiffe://acme/crm"],
}  # fmt: skip


def call(shown: dict[str, list[bytes]]) -> Any:
    """Return a call over a connection on which a certificate was shown."""
    return SimpleNamespace(context=SimpleNamespace(auth_context=lambda: shown))


@pytest.mark.parametrize(
    ("kinds", "name"),
    [
        (["x509_common_name"], "by-cn"),
        (["x509_common_name", "peer_dns"], "by-dns"),
        (["x509_common_name", "peer_dns", "peer_uri"], "by-uri"),
    ],
)
async def test_the_first_name_that_is_known_counts_and_is_remembered(kinds: list[str], name: str) -> None:
    certificates = Certificates(KNOWN)
    shown = {"x509_pem_cert": [b"pem"], **{kind: EVERY_NAME[kind] for kind in kinds}}

    first, again = [await certificates.identify(call(shown)) for _ in range(2)]

    assert first is again
    assert first is not None
    assert first.name == name


async def test_who_shows_no_certificate_is_nobody_and_who_is_not_known_is_refused() -> None:
    certificates = Certificates(KNOWN)

    assert await certificates.identify(call({})) is None
    with pytest.raises(Unauthenticated):
        await certificates.identify(call({"x509_pem_cert": [b"pem"], "peer_dns": [b"stranger"]}))


def test_the_file_names_the_pools_that_a_manager_sees_alone(tmp_path: Path) -> None:
    entry = "{certificate: CN=mo, name: mo, roles: [manager], tenants: [acme]%s}"
    written = tmp_path / "principals.yaml"
    found = []
    for pools in ("", ", pools: [east, west]", ", pools: []"):
        written.write_text(f"principals: [{entry % pools}]", "utf-8")
        found.append(read_principals(written)["CN=mo"].pools)

    assert found == [None, {"east", "west"}, set()]
