"""The server of HTTP/1.1, uvicorn, on its own port in the process and on the loop of the rest.

Signals are the process's matter: it stops this server as it stops gRPC's.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator

import uvicorn

from gateway.http.app import MAX_HEAD_BYTES, HttpApp
from gateway.http.deadlines import BoundedProtocol

KEEP_ALIVE_S = 75
"""How long a connection may be idle: longer than balancers keep them, which would else send into one that closes."""


class HttpServer:
    """Serves an application.

    Parameters
    ----------
    app
        What answers.
    encrypted
        What connections are encrypted with; None: they are open.
    proxies
        Networks whose word is taken for the scheme by which a request came to them.
    stop_s
        What open answers get when it stops, in seconds.
    """

    def __init__(self, app: HttpApp, encrypted: ssl.SSLContext | None, proxies: tuple[str, ...], stop_s: float) -> None:
        self._app = app
        config = uvicorn.Config(
            app, http=BoundedProtocol, ws="none", loop="none", lifespan="off", log_config=None, log_level="error",
            access_log=False,
            server_header=False, h11_max_incomplete_event_size=MAX_HEAD_BYTES, timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=stop_s,  # type: ignore[arg-type]  # it takes fractions
            proxy_headers=bool(proxies), forwarded_allow_ips=list(proxies),
        )  # fmt: skip
        config.load()
        config.ssl = encrypted
        self._server = _Quiet(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self, listen: str, *, share_port: bool) -> str:
        """Begin to serve and return the address.

        Raises
        ------
        OSError
            If the address cannot be had.
        """
        listening = _listening(listen, share_port=share_port)
        host, port = listen.rsplit(":", 1)[0], listening.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve([listening]))
        while not self._server.started and not self._serving.done():  # noqa: ASYNC110 (it has no event)
            await asyncio.sleep(0.001)
        if self._serving.done():
            await self._serving
        return f"{host}:{port}"

    def leave(self) -> None:
        """Tell those who ask that no new calls are taken."""
        self._app.is_ready = False

    async def stop(self) -> None:
        """End connections; answers under way get some time."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving


class _Quiet(uvicorn.Server):
    """Leaves signals to the process: the library would raise them again behind its end, before anything else ended."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listening(listen: str, *, share_port: bool) -> socket.socket:
    host, _, port = listen.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if share_port:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind((host.strip("[]"), int(port)))
    except OSError:
        listening.close()
        raise
    return listening
