"""What a call of HTTP came by, in the words of gRPC's context: headers, and the certificate that the caller showed."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from failures import InvalidInput, shown
from gateway.calls.call import Call
from gateway.errors import RequestTooLarge

Headers = Sequence[tuple[bytes, bytes]]
CERTIFICATE = "fairlead.certificate"
"""Under which name a connection's ``ssl.SSLObject`` stands in the state of its requests' scopes."""
UNKNOWN_FIELDS = "fairlead-unknown-fields"
"""The header by which a client asks that fields which this version does not know are ignored."""
_KINDS = {"URI": "peer_uri", "DNS": "peer_dns", "email": "peer_email"}


class HttpCarrier:
    """The context of one call.

    Parameters
    ----------
    scope
        ASGI's, of a request of HTTP.

    Attributes
    ----------
    call
        The call, once it has begun.
    """

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self._scope = scope
        self.call: Call | None = None

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The headers by name in lower case; of several with one name the first, so that no second one is believed."""
        found: dict[str, str] = {}
        for name, value in self._scope["headers"]:
            found.setdefault(name.decode("latin-1"), value.decode("latin-1"))
        return found

    @property
    def unknown_fields(self) -> str:
        """What is to become of fields that this version does not know, see `ignores`."""
        return self.headers.get(UNKNOWN_FIELDS, "")

    def check_size(self, most_bytes: int) -> None:
        """Refuse a body that promises to be too long, before any of it is awaited.

        Raises
        ------
        RequestTooLarge
            If it does.
        """
        promised_bytes = int(self.headers.get("content-length", "0"))  # h11 has seen that it is a number
        if promised_bytes > most_bytes:
            raise RequestTooLarge(promised_bytes, most_bytes)

    def invocation_metadata(self) -> Iterable[tuple[str, str]]:
        """Return the headers."""
        return self.headers.items()

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Return what the caller's certificate says, which was verified as the connection was made."""
        connection = self._scope.get("state", {}).get(CERTIFICATE)
        shown = connection.getpeercert(binary_form=True) if connection is not None else None
        if not shown:
            return {}
        said = dict[str, list[bytes]]()
        for kind, name in _names(connection.getpeercert()):
            said.setdefault(kind, []).append(name.encode())
        return {"x509_pem_cert": [ssl.DER_cert_to_PEM_cert(shown).encode()], **said}


def ignores(unknown_fields: str) -> bool:
    """Say whether fields that this version does not know are to be ignored, as a header says.

    Raises
    ------
    InvalidInput
        If it says something else.
    """
    if unknown_fields not in ("", "ignore"):
        raise InvalidInput.of("Fairlead-Unknown-Fields", f"found {shown(unknown_fields)}: must be ignore, or absent")
    return bool(unknown_fields)


def _names(certificate: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield whom a certificate names, in gRPC's words."""
    for kind, name in certificate.get("subjectAltName", ()):
        if kind in _KINDS:
            yield _KINDS[kind], name
    for facts in certificate.get("subject", ()):
        for kind, name in facts:
            if kind == "commonName":
                yield "x509_common_name", name
