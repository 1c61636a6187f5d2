"""Encrypted connections, and certificates that are renewed while the server runs.

gRPC asks at each handshake whether the certificate has changed; the answer looks at the files, so that a renewed one
serves the next connection. Those that are open stay as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc

_log = logging.getLogger(__name__)


class CertificateFiles:
    """The files that a server shows, and checks its clients by.

    Parameters
    ----------
    certificate
        PEM, the chain with the server's own first.
    key
        PEM, its private key.
    client_authority
        PEM, who may sign clients' certificates; empty: clients need none.

    Raises
    ------
    ValueError
        If a file cannot be read.
    """

    def __init__(self, certificate: str, key: str, client_authority: str = "") -> None:
        self.certificate = certificate
        self.key = key
        self.client_authority = client_authority
        self._stamps = self.stamps()
        self._first = self._configuration()

    def credentials(self) -> grpc.ServerCredentials:
        """Return what gRPC opens a port with."""
        renewed: Any = self._renewed  # the stubs do not know that it may return None
        return grpc.dynamic_ssl_server_credentials(
            self._first, renewed, require_client_authentication=bool(self.client_authority)
        )

    def _renewed(self) -> grpc.ServerCertificateConfiguration | None:
        """Return the certificate if it has changed; called by gRPC in a thread of its own, where nothing may raise."""
        stamps = self.stamps()
        if stamps == self._stamps:
            return None
        self._stamps = stamps
        try:
            renewed = self._configuration()
        except ValueError:
            _log.warning("the renewed certificate cannot be read; the one before stays", exc_info=True)
            return None
        _log.info("the certificate %s was renewed", self.certificate)
        return renewed

    def _configuration(self) -> grpc.ServerCertificateConfiguration:
        pair = (_pem(self.key), _pem(self.certificate))
        authority = _pem(self.client_authority) if self.client_authority else None
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=authority)

    def stamps(self) -> Sequence[object]:
        """Return what changes when a file does."""
        return [_stamp(Path(name)) for name in (self.certificate, self.key, self.client_authority) if name]


def _stamp(path: Path) -> object:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def _pem(name: str) -> bytes:
    try:
        text = Path(name).read_bytes()
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}") from error
    if b"-----BEGIN" not in text:
        raise ValueError(f"{name} holds no PEM")
    return text
