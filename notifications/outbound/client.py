"""POST to an address that a tenant gave: resolved once, connected to that very address, no redirects, no proxy.

What a name resolves to is looked at before each connection, and the connection is made to what was looked at: a name
that resolves otherwise a moment later changes nothing. A connection is used again for the same host, and closed when
nobody used it for some seconds.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping, Sequence

import h11

from notifications.outbound.addresses import Network, Target, check_addresses, target_of
from notifications.outbound.connections import MAX_ANSWER_BYTES, HttpResponse, ReceiverConnection
from notifications.outbound.names import Resolve, Resolver

__all__ = ["MAX_ANSWER_BYTES", "TIMEOUT_S", "AddressRefused", "HttpResponse", "NotAnswered", "Outbound", "Resolve"]

TIMEOUT_S = 5.0
"""From looking the name up to the end of the answer, in seconds."""
_MAX_IDLE = 64
"""Connections of one host that are kept although nobody uses them."""
_IDLE_S = 15.0
_Place = tuple[bool, str, int]


class NotAnswered(Exception):
    """A request got no whole answer; ``why`` is a constant word, with nothing of what anybody wrote."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class AddressRefused(NotAnswered):
    """Nothing may be sent there; ``hint`` says why."""

    def __init__(self, hint: str) -> None:
        super().__init__("ADDRESS_REFUSED")
        self.hint = hint


class Outbound:
    """Sends requests.

    Parameters
    ----------
    networks
        What an operator allows beside public addresses.
    resolve
        Finds the addresses of a host; None: as this machine does.
    context
        Whose certificates are trusted; None: as this machine does.
    timeout_s
        From looking the name up to the end of the answer, in seconds.
    """

    def __init__(
        self,
        networks: Sequence[Network] = (),
        resolve: Resolve | None = None,
        context: ssl.SSLContext | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._networks = networks
        self._resolver = Resolver()
        self._resolve = resolve or self._resolver
        self._context = context
        self._timeout_s = timeout_s
        self._idle: dict[_Place, list[ReceiverConnection]] = {}
        self._sweeping: asyncio.TimerHandle | None = None

    def target(self, url: str) -> Target:
        """Read an address, without looking its name up.

        Raises
        ------
        ValueError
            As ``addresses.target_of``.
        """
        return target_of(url, has_networks=bool(self._networks))

    async def check(self, url: str) -> None:
        """Look whether anything may be sent to an address, as far as can be said now.

        Raises
        ------
        ValueError
            Saying why not; a name that resolves to nothing now may later.
        """
        target = self.target(url)
        try:
            addresses = await asyncio.wait_for(self._resolve(target.host, target.port), self._timeout_s)
        except (OSError, TimeoutError):
            return
        check_addresses(target, addresses, self._networks)

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, keep_alive: bool = False
    ) -> HttpResponse:
        """Send a request and return its answer, whatever its status.

        Parameters
        ----------
        keep_alive
            Whether an earlier connection may be used: where its peer had closed it, the request is sent once more.

        Raises
        ------
        NotAnswered
            If there is no whole answer in time, or nothing may be sent there.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._exchanged(self._allowed(url), body, headers, keep_alive=keep_alive)
        except TimeoutError:
            raise NotAnswered("TIMEOUT") from None
        except ssl.SSLCertVerificationError:
            raise NotAnswered("CERTIFICATE_NOT_TRUSTED") from None
        except ssl.SSLError:
            raise NotAnswered("TLS_FAILED") from None
        except socket.gaierror:
            raise NotAnswered("NAME_NOT_FOUND") from None
        except ConnectionRefusedError:
            raise NotAnswered("CONNECTION_REFUSED") from None
        except OSError:
            raise NotAnswered("CONNECTION_LOST") from None
        except h11.RemoteProtocolError:
            raise NotAnswered("ANSWER_NOT_HTTP") from None

    async def close(self) -> None:
        """Close what is open."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()
        self._resolver.close()

    def _allowed(self, url: str) -> Target:
        try:
            return self.target(url)
        except ValueError as error:
            raise AddressRefused(str(error)) from None

    async def _exchanged(
        self, target: Target, body: bytes, headers: Mapping[str, str], *, keep_alive: bool
    ) -> HttpResponse:
        place = target.is_tls, target.host, target.port
        if keep_alive and (connection := self._unused(place)):
            try:
                return await self._used(place, connection, target, body, headers, keep_alive=True)
            except (OSError, h11.RemoteProtocolError):  # its peer may have closed it: a new one says
                pass
        return await self._used(place, await self._connected(target), target, body, headers, keep_alive=keep_alive)

    async def _used(
        self,
        place: _Place,
        connection: ReceiverConnection,
        target: Target,
        body: bytes,
        headers: Mapping[str, str],
        *,
        keep_alive: bool,
    ) -> HttpResponse:
        is_kept = False
        try:
            answer = await connection.exchange(target, body, headers, keep_alive=keep_alive)
            is_kept = keep_alive and connection.can_be_used_again
        finally:
            if not (is_kept and self._keep(place, connection)):
                connection.close()
        return answer

    def _keep(self, place: _Place, connection: ReceiverConnection) -> bool:
        """Keep a connection for the next request; say whether there is room for it."""
        idle = self._idle.setdefault(place, [])
        if len(idle) >= _MAX_IDLE:
            return False
        connection.idle_since_s = time.monotonic()
        idle.append(connection)
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(_IDLE_S, self._sweep)
        return True

    def _unused(self, place: _Place) -> ReceiverConnection | None:
        idle, now_s = self._idle.get(place, []), time.monotonic()
        while idle:
            connection = idle.pop()
            if now_s - connection.idle_since_s < _IDLE_S and not connection.is_closed:
                return connection
            connection.close()
        return None

    def _sweep(self) -> None:
        """Close what nobody used for long, and look again later while there is anything."""
        now_s = time.monotonic()
        for place, connections in list(self._idle.items()):
            old = [each for each in connections if now_s - each.idle_since_s >= _IDLE_S or each.is_closed]
            for connection in old:
                connection.close()
                connections.remove(connection)
            if not connections:
                del self._idle[place]
        later = asyncio.get_running_loop().call_later
        self._sweeping = later(_IDLE_S, self._sweep) if self._idle else None

    async def _connected(self, target: Target) -> ReceiverConnection:
        found = await self._resolve(target.host, target.port)
        try:
            addresses = check_addresses(target, found, self._networks)
        except ValueError as error:
            raise AddressRefused(str(error)) from None
        for address in addresses[:-1]:
            try:
                return await self._connected_to(address, target)
            except OSError:
                continue
        return await self._connected_to(addresses[-1], target)

    async def _connected_to(self, address: str, target: Target) -> ReceiverConnection:
        tls = self._tls() if target.is_tls else None
        name = target.host if target.is_tls else None
        return ReceiverConnection(*await asyncio.open_connection(address, target.port, ssl=tls, server_hostname=name))

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context
