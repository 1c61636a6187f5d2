"""Client certificates: who calls, said by mutual TLS and a file that names the holders.

gRPC has verified the chain before a call arrives. The file lists what to call whom::

    principals:
      - certificate: URI=spiffe://acme/crm   # or DNS=…, EMAIL=… of the subject's alternative names, or CN=…
        name: crm
        roles: [service]
        tenants: [acme]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml

from failures import Unauthenticated
from gateway.auth.principals import Principal, principal_of
from gateway.calls.call import Call

_MOST_REMEMBERED = 1_000
_KINDS = {"URI": "peer_uri", "DNS": "peer_dns", "EMAIL": "peer_email", "CN": "x509_common_name"}
"""What gRPC calls each kind of name; in the order in which they count."""


class Certificates:
    """Tells principals by their certificates.

    Parameters
    ----------
    principals
        By what the certificate says, as the file writes it, e.g. ``DNS=crm.acme.example``.
    """

    def __init__(self, principals: Mapping[str, Principal]) -> None:
        self._principals = principals
        self._seen: dict[bytes, Principal] = {}

    async def identify(self, call: Call) -> Principal | None:
        """Return who calls; None if they show no certificate.

        Raises
        ------
        Unauthenticated
            If nobody is known by it.
        """
        shown = call.context.auth_context()
        certificate = next(iter(shown.get("x509_pem_cert", ())), None)
        if certificate is None:
            return None
        if certificate in self._seen:
            return self._seen[certificate]
        principals = [principal for name in _names(shown) if (principal := self._principals.get(name))]
        if not principals:
            raise Unauthenticated("nobody is known here by this certificate")
        if len(self._seen) >= _MOST_REMEMBERED:
            self._seen.clear()
        self._seen[certificate] = principals[0]
        return principals[0]


def _names(shown: Mapping[str, Iterable[bytes]]) -> Iterator[str]:
    for kind, fact in _KINDS.items():
        for name in shown.get(fact, ()):
            yield f"{kind}={name.decode('utf-8', 'replace')}"


def read_principals(path: Path) -> dict[str, Principal]:
    """Read the file that names the holders of certificates.

    Raises
    ------
    ValueError
        Naming the entry that is not as it must be.
    """
    try:
        entries = yaml.safe_load(path.read_text("utf-8"))["principals"]
        return {
            _checked(entry["certificate"]): principal_of(
                entry["name"], entry["roles"], entry["tenants"], entry.get("rep", ""), entry.get("pools")
            )
            for entry in entries
        }
    except (OSError, yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    except (TypeError, KeyError, AttributeError) as error:
        wanted = "a list `principals` of entries with certificate, name, roles and tenants"
        raise ValueError(f"{path}: must hold {wanted} ({type(error).__name__}: {error})") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _checked(certificate: str) -> str:
    kind, _, name = certificate.partition("=")
    if kind not in _KINDS or not name:
        raise ValueError(f"certificate is {certificate!r}: must be one of {', '.join(_KINDS)}, then = and a name")
    return certificate
