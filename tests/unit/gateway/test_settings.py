"""To be open off the machine is refused, and every other mistake is named at start-up."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.auth.exposure import check_metrics, check_store, is_loopback
from gateway.settings import VARIABLES, Security
from tests.identities import certificate, write_jwks

TLS = {"FAIRLEAD_TLS_CERT": "cert.pem", "FAIRLEAD_TLS_KEY": "key.pem"}
TOKENS = {"FAIRLEAD_JWKS": "jwks.json", "FAIRLEAD_TOKEN_ISSUER": "i", "FAIRLEAD_TOKEN_AUDIENCE": "a"}
CERTIFICATES = {"FAIRLEAD_TLS_CLIENT_CA": "ca.pem", "FAIRLEAD_PRINCIPALS": "principals.yaml"}


@pytest.mark.parametrize("listen", ["0.0.0.0:50051", "[::]:50051", "10.1.2.3:50051", "fairlead.example:1", "*:1", ":1"])
@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, "FAIRLEAD_TLS_CERT"),
        (TOKENS, "FAIRLEAD_TLS_CERT"),
        (TLS, "FAIRLEAD_JWKS"),
        ({"FAIRLEAD_INSECURE": "no-tls"}, "FAIRLEAD_JWKS"),
        ({"FAIRLEAD_INSECURE": "no-auth"}, "FAIRLEAD_TLS_CERT"),
    ],
)
def test_other_machines_do_not_reach_an_open_door(listen: str, environ: dict[str, str], missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        Security.read(environ).check_listen(listen)


@pytest.mark.parametrize(
    "environ",
    [
        {**TLS, **TOKENS},
        {**TLS, **CERTIFICATES},
        {**TOKENS, "FAIRLEAD_INSECURE": "no-tls"},
        {"FAIRLEAD_INSECURE": "no-tls, no-auth"},
    ],
)
def test_other_machines_reach_a_guarded_door_or_one_that_was_opened_by_name(environ: dict[str, str]) -> None:
    Security.read(environ).check_listen("0.0.0.0:50051")


@pytest.mark.parametrize(
    "listen", ["127.0.0.1:0", "127.8.9.1:1", "localhost:50051", "[::1]:1", "unix:/run/x", "unix:x"]
)
def test_this_machine_reaches_an_open_door(listen: str) -> None:
    assert is_loopback(listen)
    Security.read({}).check_listen(listen)


@pytest.mark.parametrize(
    "listen", ["localhost", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1", "http://127.0.0.1:50051", "50051"]
)
def test_what_is_no_address_is_refused_with_what_is(listen: str) -> None:
    with pytest.raises(ValueError, match=r"must be HOST:PORT, e.g. 127\.0\.0\.1:50051"):
        Security.read({}).check_listen(listen)


@pytest.mark.parametrize("address", ["0.0.0.0:9100", "[::]:9100", "10.0.0.1:9100", "figures.example:9100"])
def test_other_machines_see_figures_of_tenants_only_where_that_is_asked_for_by_name(address: str) -> None:
    with pytest.raises(ValueError, match="FAIRLEAD_INSECURE=open-metrics"):
        check_metrics(address, {"no-tls", "no-auth", "open-store"})

    check_metrics(address, {"open-metrics"})
    for here in ("", "127.0.0.1:9100", "[::1]:9100"):
        check_metrics(here, set())


@pytest.mark.parametrize("server", ["store:6379", "10.0.0.1:6379", "[fd00::1]:6379", "127.0.0.1.example:6379"])
def test_an_open_store_on_another_machine_is_refused_unless_asked_for_by_name(server: str) -> None:
    with pytest.raises(ValueError, match=r"rediss://.*FAIRLEAD_INSECURE=open-store"):
        check_store(["127.0.0.1:6379", server], {"no-tls", "no-auth", "open-metrics"})

    check_store([server], {"open-store"})
    check_store(["127.0.0.1:6379", "localhost:6379", "[::1]:6379"], set())


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"FAIRLEAD_TLS_CERT": "cert.pem"}, "FAIRLEAD_TLS_KEY"),
        ({"FAIRLEAD_TLS_KEY": "key.pem"}, "FAIRLEAD_TLS_CERT"),
        (CERTIFICATES, "FAIRLEAD_TLS_CERT"),
        ({**TLS, "FAIRLEAD_TLS_CLIENT_CA": "ca.pem"}, "FAIRLEAD_PRINCIPALS"),
        ({**TLS, "FAIRLEAD_PRINCIPALS": "principals.yaml"}, "FAIRLEAD_TLS_CLIENT_CA"),
        ({"FAIRLEAD_JWKS": "jwks.json"}, "FAIRLEAD_TOKEN_ISSUER and FAIRLEAD_TOKEN_AUDIENCE"),
        ({"FAIRLEAD_TOKEN_ISSUER": "i"}, "FAIRLEAD_JWKS"),
        ({**TOKENS, "FAIRLEAD_JWKS": "http://issuer.example/keys"}, "https://"),
        ({**TOKENS, "FAIRLEAD_JWKS": "ftp://issuer.example/keys"}, "https://"),
        ({"FAIRLEAD_INSECURE": "yes"}, "no-tls, no-auth"),
        ({"FAIRLEAD_TENANT_CALLS_PER_S": "many"}, "FAIRLEAD_TENANT_CALLS_PER_S is 'many'"),
        ({"FAIRLEAD_PRINCIPAL_CALLS_PER_S": "-1"}, "FAIRLEAD_PRINCIPAL_CALLS_PER_S is '-1'"),
        ({"FAIRLEAD_PRINCIPAL_CALLS_PER_S": "nan"}, "FAIRLEAD_PRINCIPAL_CALLS_PER_S is 'nan'"),
    ],
)
def test_what_makes_no_sense_is_named(environ: dict[str, str], named: str) -> None:
    assert set(environ) <= set(VARIABLES)
    with pytest.raises(ValueError, match=named):
        Security.read(environ)


def test_files_are_read_when_the_service_starts(tmp_path: Path) -> None:
    cert, key = certificate("server").write(tmp_path, "server")
    principals = tmp_path / "principals.yaml"
    principals.write_text("principals: [{certificate: crm, name: crm, roles: [service], tenants: [acme]}]")
    missing = str(tmp_path / "missing")

    for wrong in (
        Security(jwks=missing, issuer="i", audience="a"),
        Security(cert, key, cert, principals=missing),
        Security(cert, key, cert, principals=str(principals)),
    ):
        with pytest.raises(ValueError, match=r"missing|must be one of URI, DNS, EMAIL, CN"):
            wrong.authorizer()
    for tls in (Security(missing, key), Security(cert, write_jwks(tmp_path / "jwks.json"))):
        with pytest.raises(ValueError, match=r"cannot be read|holds no PEM"):
            tls.credentials()
