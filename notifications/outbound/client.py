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
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import h11

from notifications.outbound.addresses import Network, Target, check_addresses, target_of

TIMEOUT_S = 5.0
"""From looking the name up to the end of the answer, in seconds."""
MAX_ANSWER_BYTES = 64 * 1024
"""What is read of an answer; the rest is left unread."""
_MAX_IDLE = 64
_IDLE_S = 15.0
_READ_BYTES = 16 * 1024

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns all addresses of a host; raises OSError."""


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


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``body`` up to 64 KiB of it, ``retry_after`` as the header says."""

    status: int
    body: bytes
    retry_after: str = ""


class Outbound:
    """Sends requests.

    Parameters
    ----------
    networks
        What an operator allows beside public addresses.
    resolve
        Finds the addresses of a host.
    context
        Whose certificates are trusted; None: as this machine does.
    """

    def __init__(
        self,
        networks: Sequence[Network] = (),
        resolve: Resolve | None = None,
        context: ssl.SSLContext | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._networks = networks
        self._resolve = resolve or _resolved
        self._context = context
        self._timeout_s = timeout_s
        self._idle: defaultdict[tuple[bool, str, int], list[_Connection]] = defaultdict(list)

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

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, keep_alive: bool = False) -> Answer:
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
            target = self.target(url)
            async with asyncio.timeout(self._timeout_s):
                return await self._exchanged(target, body, headers, keep_alive=keep_alive)
        except ValueError as error:
            raise AddressRefused(str(error)) from None
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
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    async def _exchanged(self, target: Target, body: bytes, headers: Mapping[str, str], *, keep_alive: bool) -> Answer:
        place = target.is_tls, target.host, target.port
        if keep_alive and (connection := self._unused(place)):
            try:
                return await self._used(connection, target, body, headers, keep_alive=True)
            except (OSError, h11.RemoteProtocolError):  # its peer may have closed it: a new one says
                pass
        return await self._used(await self._connected(target), target, body, headers, keep_alive=keep_alive)

    async def _used(
        self, connection: _Connection, target: Target, body: bytes, headers: Mapping[str, str], *, keep_alive: bool
    ) -> Answer:
        is_kept = False
        try:
            answer = await connection.exchange(target, body, headers, keep_alive=keep_alive)
            is_kept = keep_alive and connection.can_be_used_again
        finally:
            idle = self._idle[target.is_tls, target.host, target.port]
            if is_kept and len(idle) < _MAX_IDLE:
                connection.idle_since_s = time.monotonic()
                idle.append(connection)
            else:
                connection.close()
        return answer

    def _unused(self, place: tuple[bool, str, int]) -> _Connection | None:
        idle, now_s = self._idle[place], time.monotonic()
        while idle:
            connection = idle.pop()
            if now_s - connection.idle_since_s < _IDLE_S and not connection.is_closed:
                return connection
            connection.close()
        return None

    async def _connected(self, target: Target) -> _Connection:
        addresses = check_addresses(target, await self._resolve(target.host, target.port), self._networks)
        tls = self._tls() if target.is_tls else None
        name = target.host if target.is_tls else None
        for address in addresses[:-1]:
            try:
                return _Connection(*await asyncio.open_connection(address, target.port, ssl=tls, server_hostname=name))
            except OSError:
                continue
        return _Connection(*await asyncio.open_connection(addresses[-1], target.port, ssl=tls, server_hostname=name))

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context


class _Connection:
    """A connection, and how far HTTP is on it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)
        self.idle_since_s = 0.0

    @property
    def is_closed(self) -> bool:
        """Whether its peer has closed it, as far as is known."""
        return self._reader.at_eof() or self._writer.is_closing()

    @property
    def can_be_used_again(self) -> bool:
        """Whether the answer was read to its end, and the peer goes on."""
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def close(self) -> None:
        """Close it."""
        self._writer.close()

    async def exchange(self, target: Target, body: bytes, headers: Mapping[str, str], *, keep_alive: bool) -> Answer:
        """Send a request and return its answer."""
        if self._http.our_state is h11.DONE:
            self._http.start_next_cycle()
        sent = {"Host": target.authority, "Content-Length": str(len(body)), **headers}
        if not keep_alive:
            sent["Connection"] = "close"
        request = h11.Request(method="POST", target=target.path, headers=list(sent.items()))
        pieces = [self._http.send(each) for each in (request, h11.Data(data=body), h11.EndOfMessage())]
        self._writer.write(b"".join(piece for piece in pieces if piece))
        await self._writer.drain()
        return await self._answer()

    async def _answer(self) -> Answer:
        answer: h11.Response | None = None
        content = bytearray()
        while len(content) < MAX_ANSWER_BYTES:
            match self._http.next_event():
                case h11.NEED_DATA:
                    self._http.receive_data(await self._reader.read(_READ_BYTES))
                case h11.Response() as response:
                    answer = response
                case h11.Data(data=data):
                    content += data
                case h11.EndOfMessage() | h11.PAUSED:
                    break
                case h11.ConnectionClosed():
                    raise ConnectionResetError
        assert answer is not None  # nothing of a body comes before it
        retry_after = next((value for name, value in answer.headers if name == b"retry-after"), b"")
        return Answer(answer.status_code, bytes(content[:MAX_ANSWER_BYTES]), retry_after.decode("latin-1"))


async def _resolved(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))
