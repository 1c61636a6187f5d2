"""How a client shows who it is, and by whom it lets the service show the same: tokens and certificates.

    with FairleadClient("fairlead.acme.example:443", access=Access(tls_ca="system", token=token)) as fairlead: …

A token goes with every call, so it is never sent over an open connection to another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import grpc

SYSTEM = "system"
_LOOPBACK = ("127.", "localhost:", "[::1]:", "unix:")


@dataclass(frozen=True, slots=True)
class Access:
    """What a client knows and shows; absent: an open connection, and nothing shown.

    Parameters
    ----------
    token
        Bearer token, or what returns the current one; it is asked before each call, so that tokens may be renewed.
    tls_ca
        File, PEM: who may sign the service's certificate; ``system``: whom this machine trusts. Empty: no TLS.
    certificate, key
        Files, PEM: the client's own, for mutual TLS.
    """

    token: str | Callable[[], str] = field(default="", repr=False)
    tls_ca: str = ""
    certificate: str = ""
    key: str = ""

    def credentials(self) -> grpc.ChannelCredentials | None:
        """Return what a channel is opened with; None: an open connection.

        Raises
        ------
        ValueError
            If certificate and key are not both there, or stand without TLS.
        OSError
            If a file cannot be read.
        """
        if bool(self.certificate) != bool(self.key) or (self.certificate and not self.tls_ca):
            raise ValueError("certificate and key go together, and with tls_ca")
        if not self.tls_ca:
            return None
        roots = None if self.tls_ca == SYSTEM else Path(self.tls_ca).read_bytes()
        key, chain = (Path(name).read_bytes() if name else None for name in (self.key, self.certificate))
        return grpc.ssl_channel_credentials(roots, key, chain)

    def check(self, address: str, *, encrypted: bool) -> None:
        """Refuse to show a token to whoever listens on the way.

        Raises
        ------
        ValueError
            If the connection is open and leaves the machine.
        """
        if self.token and not encrypted and not address.startswith(_LOOPBACK):
            raise ValueError(f"a token is not sent to {address} over an open connection: name tls_ca")

    def metadata(self) -> Sequence[tuple[str, str]]:
        """Return what goes with a call."""
        token = self.token if isinstance(self.token, str) else self.token()
        return (("authorization", f"Bearer {token}"),) if token else ()
