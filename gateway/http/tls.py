"""Encrypted connections of HTTP, by certificates that are renewed while the server runs.

The files are looked at as each connection begins, so that a renewed certificate serves that one already.
"""

from __future__ import annotations

import logging
import ssl
from typing import Any

from gateway.auth.tls import CertificateFiles

_log = logging.getLogger(__name__)


def server_context(files: CertificateFiles) -> ssl.SSLContext:
    """Return what connections are made with.

    Raises
    ------
    ValueError
        If the files are no certificate with its key.
    """
    return _Renewing(files).context


class _Renewing:
    """The context of the newest certificate that could be read."""

    def __init__(self, files: CertificateFiles) -> None:
        self._files = files
        self._stamps = files.stamps()
        self.context = self._loaded()

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._files.certificate, self._files.key)
            if self._files.client_authority:
                context.load_verify_locations(self._files.client_authority)
                context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"{self._files.certificate} and its key cannot be used: {error}") from error
        context.sni_callback = self._renew
        return context

    def _renew(self, connection: Any, _name: str | None, _context: ssl.SSLContext) -> None:
        """Have a connection that begins use the newest certificate; called before it is shown."""
        stamps = self._files.stamps()
        if stamps != self._stamps:
            self._stamps = stamps
            try:
                self.context = self._loaded()
            except ValueError:
                _log.warning("the renewed certificate cannot be read; the one before stays", exc_info=True)
            else:
                _log.info("the certificate %s was renewed", self._files.certificate)
        connection.context = self.context
