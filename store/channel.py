"""One connection that scripts are sent over straight from the event loop: no task, no lock and no pool for a call.

What is sent goes to the server at once, behind what is under way; replies come in the order of the calls. So a caller
has to be content with that order, and with a connection that all share: a script of one waits for those before it.

The driver connects, and with that come its ways of letting us in: users, TLS, sockets, the number of a database. Then
the connection's transport gets another protocol, this module's, that reads with hiredis and asks nobody to wait.

Where the connection breaks, nobody knows which of the calls under way were carried out: all are sent again over the
next one, in their order, as the driver does with a single one. A script that must not be carried out twice has to
know what it has seen.

References
----------
https://docs.python.org/3/library/asyncio-protocol.html, on transports whose protocol is replaced.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import hiredis
from redis.asyncio.connection import DefaultParser
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, NoScriptError
from redis.exceptions import TimeoutError as RedisTimeoutError

from store.replication import MARK, WAIT_MS, TooFewReplicas

RETRIES = 3
"""How often a call is sent again over another connection."""
BACKOFF = ExponentialBackoff(cap=0.5, base=0.02)
AGAIN_S = 20.0
"""For how long after it was first sent: a script that knows what it has seen need not know it for much longer."""
_INCOMPLETE = object()


class Sendable(Protocol):
    """A script, as far as a channel knows it."""

    @property
    def source(self) -> str:
        """Its text."""

    @property
    def sha1(self) -> str:
        """The hash of its text."""


Told = Callable[[Any], None]
"""Is told a reply, or the driver's exception; must not raise."""


class _Call:
    """A script call on its way."""

    __slots__ = ("again_until", "arguments", "deadline", "is_known", "script", "told", "tries")

    def __init__(self, script: Sendable, arguments: tuple[Any, ...], told: Told) -> None:
        self.script = script
        self.arguments = arguments
        self.told = told
        self.tries = 0
        self.is_known = True
        self.deadline = self.again_until = 0.0

    def command(self) -> tuple[Any, ...]:
        """Return what to send: the script by its hash, or whole to a server that does not know it."""
        if self.is_known:
            return ("EVALSHA", self.script.sha1, *self.arguments)
        return ("EVAL", self.script.source, *self.arguments)


class ScriptChannel:
    """The connection of one client, made when it is first used, and made again when it is lost.

    Parameters
    ----------
    pool
        The client's; says where the server is and how one is let in.
    replicas
        How many must have what a script wrote before it is answered.
    """

    def __init__(self, pool: Any, replicas: int = 0) -> None:
        self._pool = pool
        self._replicas = replicas
        self._waiting: deque[_Call] = deque()
        self._link: _Link | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._is_closed = False

    def send(self, script: Sendable, keys: Sequence[str], arguments: Sequence[Any], told: Told) -> None:
        """Run a script and have somebody told its reply."""
        if self._is_closed:  # or it would connect anew, and nobody would close that
            told(_closed())
            return
        self._waiting.append(_Call(script, (len(keys), *keys, *arguments), told))
        self.flush()

    async def close(self) -> None:
        """Let go of the connection for good; whoever still waits, or comes later, is told so."""
        self._is_closed = True
        connecting, link = self._connecting, self._link
        waiting, self._waiting, self._connecting, self._link = self._waiting, deque(), None, None
        if connecting is not None:
            connecting.cancel()
            await asyncio.wait([connecting])
        if link is not None:
            await link.close()
        _tell(waiting, _closed())

    def flush(self) -> None:
        """Send what waits, or connect first."""
        if self._link is not None:
            self._link.send(self._waiting)
        elif self._connecting is None and self._waiting:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        connection = self._pool.make_connection()
        try:
            if tries := self._waiting[0].tries:
                await asyncio.sleep(BACKOFF.compute(tries))
            await connection.connect()  # tries again by itself, as often as the client's other connections
            if self._is_closed:  # the driver can swallow a cancellation that meets its answer
                await connection.disconnect(nowait=True)
                return
            self._drop_late()
            self._link = _Link(self, connection, self._replicas)
        except asyncio.CancelledError:
            await connection.disconnect(nowait=True)
            raise
        except Exception as error:
            waiting, self._waiting = self._waiting, deque()
            _tell(waiting, error)
        self._connecting = None
        self.flush()

    def _drop_late(self) -> None:
        """Give up what was first sent too long ago."""
        now = asyncio.get_running_loop().time()
        waiting, self._waiting = self._waiting, deque()
        for call in waiting:
            if call.tries and call.again_until <= now:
                call.told(RedisTimeoutError("it took too long to connect again"))
            else:
                self._waiting.append(call)

    def lost(self, link: _Link, calls: Sequence[_Call], error: Exception) -> None:
        """Send again what was under way, as far as it may be; a link says that it is no more."""
        if self._link is not link:  # it was closed
            _tell(calls, error)
            return
        self._link = None
        now = asyncio.get_running_loop().time()
        again: list[_Call] = []
        for call in calls:
            call.tries += 1
            if call.deadline <= now:
                call.told(RedisTimeoutError("Timeout reading from the server"))
            elif call.tries > RETRIES:
                call.told(error)
            else:
                again.append(call)
        self._waiting.extendleft(reversed(again))
        self.flush()

    def answered(self, call: _Call, reply: Any) -> None:
        """Hand on a reply, or send the script whole to a server that does not know it."""
        if isinstance(reply, NoScriptError) and call.is_known:
            call.is_known = False
            self._waiting.append(call)
        else:
            call.told(reply)


def _closed() -> Exception:
    return RedisConnectionError("the connection was closed")


def _tell(calls: Sequence[_Call] | deque[_Call], error: Exception) -> None:
    for call in calls:
        call.told(error)


class _Round:
    """What is sent together, and the replies to it so far: a call, or calls and what has replicas confirm them."""

    __slots__ = ("calls", "replies", "wanted")

    def __init__(self, calls: Sequence[_Call], extra: int) -> None:
        self.calls = calls
        self.wanted = len(calls) + extra
        self.replies: list[Any] = []


class _Link(asyncio.Protocol):
    """A connection while it lasts.

    Without replicas each call is a round of its own. WAIT holds up all that comes behind it on its connection: so with
    them a round has all that came while the one before was under way.
    """

    def __init__(self, channel: ScriptChannel, connection: Any, replicas: int) -> None:
        self._channel = channel
        self._replicas = replicas
        self._timeout_s: float = connection.socket_timeout
        self._rounds: deque[_Round] = deque()
        self._reader = hiredis.Reader(
            protocolError=InvalidResponse, replyError=DefaultParser.parse_error, notEnoughData=_INCOMPLETE
        )
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None
        self._error: Exception = RedisConnectionError("Connection closed by server.")
        self._closed: asyncio.Future[None] = self._loop.create_future()
        # The driver's connection lets go of its streams; while the writer is kept, nobody closes the transport.
        self._writer, connection._reader, connection._writer = connection._writer, None, None
        self._transport: asyncio.Transport = self._writer.transport
        self._transport.set_protocol(self)
        if self._transport.is_closing():
            self._loop.call_soon(self.connection_lost, None)

    def send(self, waiting: deque[_Call]) -> None:
        """Send what waits, unless replicas have to confirm something first."""
        while waiting and not (self._replicas and self._rounds):
            calls = list(waiting) if self._replicas else [waiting[0]]
            for _ in calls:
                waiting.popleft()
            self._write(calls)

    def _write(self, calls: Sequence[_Call]) -> None:
        deadline = self._loop.time() + self._timeout_s
        for call in calls:
            call.deadline = deadline
            call.again_until = call.again_until or deadline - self._timeout_s + AGAIN_S
        commands = [call.command() for call in calls]
        if self._replicas:
            commands += [("SET", MARK, 1), ("WAIT", self._replicas, WAIT_MS)]
        self._rounds.append(_Round(calls, len(commands) - len(calls)))
        if self._alarm is None:
            self._alarm = self._loop.call_at(deadline, self._look)
        self._transport.write(b"".join(map(hiredis.pack_command, commands)))

    def _look(self) -> None:
        """End a connection over which nothing has come for too long."""
        self._alarm = None
        if not self._rounds:
            return
        deadline = self._rounds[0].calls[0].deadline
        if deadline <= self._loop.time():
            self._transport.abort()
        else:
            self._alarm = self._loop.call_at(deadline, self._look)

    def data_received(self, data: bytes) -> None:
        """Take replies in; see ``asyncio.Protocol``."""
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not _INCOMPLETE:
                if not isinstance(reply, hiredis.PushNotification):
                    self._take(reply)
        except (RedisConnectionError, InvalidResponse) as error:
            self._error = error
            self._transport.abort()
        else:
            self._channel.flush()

    def _take(self, reply: Any) -> None:
        """Take one reply in.

        Raises
        ------
        RedisConnectionError
            If the server does not serve this connection.
        """
        if isinstance(reply, RedisConnectionError):
            raise reply
        current = self._rounds[0]
        current.replies.append(reply)
        if len(current.replies) == current.wanted:
            self._rounds.popleft()
            self._end(current)

    def _end(self, ended: _Round) -> None:
        failure = _unconfirmed(ended.replies[len(ended.calls) :], self._replicas)
        for call, reply in zip(ended.calls, ended.replies, strict=False):
            self._channel.answered(call, reply if failure is None or isinstance(reply, Exception) else failure)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give back what is under way; see ``asyncio.Protocol``."""
        if self._closed.done():
            return
        self._closed.set_result(None)
        if self._alarm is not None:
            self._alarm.cancel()
        if exc is not None:
            self._error = RedisConnectionError(str(exc))
        calls = [call for each in self._rounds for call in each.calls]
        self._rounds.clear()
        self._channel.lost(self, calls, self._error)

    async def close(self) -> None:
        """End it, and wait until it is no more."""
        self._transport.abort()
        await self._closed


def _unconfirmed(replies: Sequence[Any], replicas: int) -> Exception | None:
    """Return why calls are not as lasting as they should be, by what the server said behind them; None if they are."""
    for reply in replies:
        if isinstance(reply, Exception):
            return reply
    if replies and replies[-1] < replicas:
        return TooFewReplicas(f"{replies[-1]} of {replicas} replicas have the change after {WAIT_MS} ms")
    return None
