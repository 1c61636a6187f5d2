"""A connection to a mail server that can be ended from without, whatever it waits for.

``smtplib`` bounds each wait for bytes, not all of them: a server that sends one now and then holds a thread for ever.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from contextlib import suppress

TIMEOUT_S = 10.0
"""For each address to be connected to, and for each wait for bytes, in seconds."""


class Ending:
    """Ends one connection, from another thread than the one that uses it."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._held: socket.socket | None = None

    @property
    def is_over(self) -> bool:
        """Whether somebody ended it."""
        return self._over.is_set()

    def hold(self, connection: socket.socket) -> None:
        """Have this be what is ended, also where it goes over to TLS: by a handle of its own."""
        self._held = connection.dup()
        if self.is_over:  # whoever ended it may not have seen this one
            self.end()

    def end(self) -> None:
        """End it now, or as soon as there is one; may be repeated."""
        self._over.set()
        if held := self._held:
            with suppress(OSError):  # the other side may have ended it
                held.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Give the handle back, once nobody uses the connection any more."""
        if held := self._held:
            held.close()


class MailConnection(smtplib.SMTP):
    """A connection that can be ended, in the open at first."""

    def __init__(self, host: str, port: int, ending: Ending) -> None:
        self._ending = ending
        super().__init__(host, port, timeout=TIMEOUT_S)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect, as ``smtplib`` has its own subclasses do it."""
        connection = socket.create_connection((host, port), timeout)
        self._ending.hold(connection)
        return connection


class TlsMailConnection(smtplib.SMTP_SSL, MailConnection):
    """The same with TLS from the first byte."""

    def __init__(self, host: str, port: int, ending: Ending, context: ssl.SSLContext) -> None:
        self._ending = ending
        smtplib.SMTP_SSL.__init__(self, host, port, timeout=TIMEOUT_S, context=context)
