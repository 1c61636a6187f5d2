"""What an operator can choose about HTTP; absent: there is none."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from gateway.settings import Security

VARIABLES = LISTEN, ORIGINS, PROXIES = "FAIRLEAD_HTTP", "FAIRLEAD_HTTP_ORIGINS", "FAIRLEAD_TRUSTED_PROXIES"


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """What an operator can choose.

    Parameters
    ----------
    listen
        Address; empty: HTTP is not served.
    origins
        Whose pages may call beside those of this address itself.
    proxies
        Networks whose word is taken for the scheme by which a request came to them.
    """

    listen: str = ""
    origins: frozenset[str] = frozenset()
    proxies: tuple[str, ...] = ()

    @classmethod
    def read(cls, environ: Mapping[str, str], security: Security) -> Self:
        """Read the environment.

        Raises
        ------
        ValueError
            Naming the variable, the value found and the values allowed.
        """
        listen, origins, proxies = (environ.get(name, "") for name in (LISTEN, ORIGINS, PROXIES))
        for name, value in ((ORIGINS, origins), (PROXIES, proxies)):
            if value and not listen:
                raise ValueError(f"{name} is {value!r}; allowed only with {LISTEN}")
        if listen:
            if listen.startswith("unix"):
                raise ValueError(f"{LISTEN} is {listen!r}; allowed is HOST:PORT, e.g. 127.0.0.1:8080")
            security.check_listen(listen, f"{LISTEN}={listen}")
        return cls(listen, frozenset(map(_origin, _listed(origins))), tuple(map(_network, _listed(proxies))))


NO_HTTP = HttpSettings()


def _listed(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _origin(text: str) -> str:
    """Return an origin as browsers write it."""
    parts = urlsplit(text)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or text != f"{parts.scheme}://{parts.netloc}".lower()
    ):
        raise ValueError(f"{ORIGINS} names {text!r}; allowed is such as https://crm.acme.example, in small letters")
    return text


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise ValueError(f"{PROXIES} names {text!r}; allowed is such as 10.2.0.0/16 or 127.0.0.1") from None
