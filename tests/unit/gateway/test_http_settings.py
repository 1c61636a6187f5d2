"""What an operator may say about HTTP, and what is refused, by name."""

from __future__ import annotations

import pytest

from gateway.http_settings import NO_HTTP, HttpSettings
from gateway.settings import OPEN, Security

KNOWN = Security("cert.pem", "key.pem", jwks="keys.json", issuer="i", audience="a")


def test_what_is_not_asked_for_is_not_served() -> None:
    assert HttpSettings.read({}, OPEN) == NO_HTTP == HttpSettings()


def test_what_is_asked_for_is_read() -> None:
    environ = {
        "FAIRLEAD_HTTP": "0.0.0.0:8080",
        "FAIRLEAD_HTTP_ORIGINS": "https://crm.acme.example, http://localhost:3000",
        "FAIRLEAD_TRUSTED_PROXIES": "10.2.0.0/16 127.0.0.1",
    }

    assert HttpSettings.read(environ, KNOWN) == HttpSettings(
        "0.0.0.0:8080",
        frozenset(["https://crm.acme.example", "http://localhost:3000"]),
        ("10.2.0.0/16", "127.0.0.1/32"),
    )


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"FAIRLEAD_HTTP": "8080"}, r"FAIRLEAD_HTTP=8080: must be HOST:PORT"),
        ({"FAIRLEAD_HTTP": "unix:/tmp/x"}, r"FAIRLEAD_HTTP is 'unix:/tmp/x'; allowed is HOST:PORT"),
        ({"FAIRLEAD_HTTP": "0.0.0.0:8080"}, r"FAIRLEAD_HTTP=0.0.0.0:8080 can be reached .* not encrypted"),
        (
            {"FAIRLEAD_HTTP_ORIGINS": "https://a.example"},
            r"_ORIGINS is .* allowed only with FAIRLEAD_HTTP",
        ),
        ({"FAIRLEAD_TRUSTED_PROXIES": "10.0.0.1"}, r"FAIRLEAD_TRUSTED_PROXIES is .* allowed only with FAIRLEAD_HTTP"),
        ({"FAIRLEAD_HTTP": "127.0.0.1:1", "FAIRLEAD_HTTP_ORIGINS": "*"}, r"FAIRLEAD_HTTP_ORIGINS names '\*'"),
        ({"FAIRLEAD_HTTP": "127.0.0.1:1", "FAIRLEAD_HTTP_ORIGINS": "https://a.example/"}, "names 'https://a.example/'"),
        ({"FAIRLEAD_HTTP": "127.0.0.1:1", "FAIRLEAD_HTTP_ORIGINS": "https://A.example"}, "in small letters"),
        ({"FAIRLEAD_HTTP": "127.0.0.1:1", "FAIRLEAD_HTTP_ORIGINS": "null"}, "names 'null'"),
        (
            {"FAIRLEAD_HTTP": "127.0.0.1:1", "FAIRLEAD_TRUSTED_PROXIES": "proxy"},
            "_PROXIES names 'proxy'",
        ),
        ({"FAIRLEAD_HTTP": "127.0.0.1:1", "FAIRLEAD_TRUSTED_PROXIES": "10.2.0.1/16"}, "names '10.2.0.1/16'"),
    ],
)
def test_what_cannot_be_is_refused_by_name(environ: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        HttpSettings.read(environ, OPEN)


def test_open_to_other_machines_it_is_refused_unless_by_name() -> None:
    encrypted = Security("cert.pem", "key.pem")
    with pytest.raises(ValueError, match=r"FAIRLEAD_HTTP=0.0.0.0:80 .* not asked who they are"):
        HttpSettings.read({"FAIRLEAD_HTTP": "0.0.0.0:80"}, encrypted)

    by_name = Security("cert.pem", "key.pem", insecure=frozenset(["no-auth"]))
    assert HttpSettings.read({"FAIRLEAD_HTTP": "0.0.0.0:80"}, by_name).listen == "0.0.0.0:80"
