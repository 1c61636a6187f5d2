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

import functools
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from store.embedded.keeper import Keeper, Process

READY = "ready"
"""The line that a server writes on its standard output."""


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
        self._servers = [
            Keeper(f"server {number + 1}", functools.partial(_spawned, program(number)), _says_ready)
            for number in range(count)
        ]

    def start(self) -> None:
        """Start all and wait until they are ready; from then on they are kept running.

        Raises
        ------
        ServerFailed
            If one ends before it is ready; the others are ended then.
        """
        for server in self._servers:
            server.start()
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


def _spawned(program: Program) -> Process:
    return subprocess.Popen(  # noqa: S603 (the program is our own)
        program.command, env=dict(program.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _says_ready(process: Process) -> bool:
    """Wait until it says so; False: it ended."""
    assert process.stdout is not None
    return bool(process.stdout.readline().strip() == READY)


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
