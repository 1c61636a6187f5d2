"""The door for HTTP, where an operator asks for one, and what is said where its packages are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.auth.exposure import is_loopback
from gateway.calls.hosts import Host
from gateway.calls.pipeline import Pipeline
from gateway.http_settings import LISTEN, HttpSettings
from gateway.settings import Security
from serving.errors import CannotListen

if TYPE_CHECKING:
    from gateway.http.server import HttpServer

STREAMS_S = 0.5
"""What open streams get as it stops."""


class HttpDoor:
    """Serves HTTP beside gRPC, or nothing.

    Parameters
    ----------
    settings
        Where, and for whose pages.
    most_bytes
        How long a request may be.

    Raises
    ------
    ValueError
        If it is asked for and its packages are not installed, or a certificate cannot be read.
    """

    def __init__(self, settings: HttpSettings, security: Security, pipeline: Pipeline, most_bytes: int) -> None:
        self._settings = settings
        self._server: HttpServer | None = None
        self.hosts: tuple[Host, ...] = ()
        if not settings.listen:
            return
        try:
            from gateway.http.app import HttpApp
            from gateway.http.connect import ConnectHost
            from gateway.http.openapi.host import OpenApiHost
            from gateway.http.rest import RestHost
            from gateway.http.server import HttpServer
            from gateway.http.tls import server_context
        except ModuleNotFoundError as error:
            what = f"{LISTEN} is {settings.listen!r}, and {error.name} is not installed"
            raise ValueError(f"{what}: pip install 'fairlead[web]'") from error
        connect, rest, openapi = ConnectHost(pipeline, most_bytes), RestHost(pipeline, most_bytes), OpenApiHost()
        is_open = not security.knows_callers and is_loopback(settings.listen)
        app = HttpApp(connect, rest, openapi.resources, settings.origins, is_open=is_open)
        files = security.certificate_files()
        self._server = HttpServer(app, server_context(files) if files else None, settings.proxies, STREAMS_S)
        self.hosts = (connect, rest, openapi)

    async def start(self, *, share_port: bool) -> str:
        """Begin to serve and return the address; empty: nothing is served.

        Raises
        ------
        CannotListen
            If the address cannot be had.
        """
        if self._server is None:
            return ""
        try:
            return await self._server.start(self._settings.listen, share_port=share_port)
        except OSError as error:
            raise CannotListen(f"{LISTEN}: cannot listen on {self._settings.listen}: {error.strerror}") from error

    def leave(self) -> None:
        """Tell whoever asks that no new calls are taken."""
        if self._server is not None:
            self._server.leave()

    async def stop(self) -> None:
        """End connections."""
        if self._server is not None:
            await self._server.stop()
