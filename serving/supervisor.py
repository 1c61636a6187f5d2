"""Several server processes on one port, each replaced when it dies.

The kernel gives each new connection to one of them (SO_REUSEPORT). Code in C that crashes takes one process along: the
calls it was answering fail as UNAVAILABLE, clients repeat them with another process, and a new one takes its place.

A server is told to leave by SIGTERM, or by the end of its standard input: that comes even if we are killed. It says on
its standard output that it is ready.

References
----------
Linux, socket(7), SO_REUSEPORT.
"""

from __future__ import annotations

import logging
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from threading import Event, Thread

READY = "ready"
"""The line that a server writes on its standard output."""
STOP_TIMEOUT_S = 30.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 10.0
_LASTING_S = 60.0
"""A server that lived so long before it died is replaced as if it were the first time."""

_log = logging.getLogger(__name__)


class CannotShare(Exception):
    """The address cannot be had, or not by several processes."""


class ServerFailed(Exception):
    """A server ended before it was ready; it has said why."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a server process runs."""

    command: Sequence[str]
    environ: Mapping[str, str]


class Servers:
    """Processes that do the same.

    Parameters
    ----------
    program
        By number, from 0: what it runs.
    count
        How many there are.
    """

    def __init__(self, program: Callable[[int], Program], count: int) -> None:
        self._servers = [_Server(number, program(number)) for number in range(count)]

    def start(self) -> None:
        """Start all and wait until they are ready; from then on they are kept running.

        Raises
        ------
        ServerFailed
            If one ends before it is ready; the others are ended then.
        """
        for server in self._servers:
            server.spawn()
        if not all(server.is_ready() for server in self._servers):
            self.stop()
            raise ServerFailed("a server process could not start: its own line above says why")
        for server in self._servers:
            server.keep()

    def stop(self) -> None:
        """Have all leave in order, together."""
        for server in self._servers:
            server.leave()
        for server in self._servers:
            server.wait()


class _Server:
    """One process, and those that take its place."""

    def __init__(self, number: int, program: Program) -> None:
        self._name = f"server {number + 1}"
        self._program = program
        self._process: subprocess.Popen[str] | None = None
        self._keeper: Thread | None = None
        self._leaving = Event()

    def spawn(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(  # noqa: S603 (the program is our own)
            self._program.command,
            env=dict(self._program.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self._process

    def is_ready(self) -> bool:
        """Wait until it says so; False: it ended."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip() == READY

    def keep(self) -> None:
        self._keeper = Thread(target=self._replace, name=f"keep {self._name}", daemon=True)
        self._keeper.start()

    def leave(self) -> None:
        self._leaving.set()
        if self._process is not None:
            self._process.terminate()

    def wait(self) -> None:
        if self._keeper is not None:
            self._keeper.join()
        if self._process is not None:
            _end(self._process)

    def _replace(self) -> None:
        """Start another whenever it dies, later and later if it dies at once."""
        pause_s = _FIRST_PAUSE_S
        while process := self._process:
            began = time.monotonic()
            code = process.wait()
            if self._leaving.is_set():
                return
            _close(process)
            if time.monotonic() - began > _LASTING_S:
                pause_s = _FIRST_PAUSE_S
            _log.error("%s ended with %s: another takes its place", self._name, _ending(code))
            if self._leaving.wait(pause_s):
                return
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            self.spawn()
            if self.is_ready():
                _log.info("%s is back", self._name)
            if self._leaving.is_set():  # whoever said so may have seen the dead one only
                self.leave()


def _end(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _close(process)


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"


def reserve(listen: str) -> tuple[socket.socket, str]:
    """Take a port that several processes will share, and return what holds it, with its address.

    A socket that is bound and does not listen gets no connections; it keeps the port from others, and from changing
    where any free one was asked for.

    Raises
    ------
    CannotShare
        If somebody else has it, it is no address of this machine, or this system cannot share one.
    """
    host, _, port = listen.rpartition(":")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)  # alone: who is there already does not share with us
            address = probe.getsockname()
        holder = socket.socket(family, kind)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(address)
    except (OSError, ValueError, AttributeError) as error:
        raise CannotShare(f"cannot listen on {listen}: it is in use, or no address of this machine") from error
    return holder, f"{host}:{address[1]}"
