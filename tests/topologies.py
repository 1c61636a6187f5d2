"""Redis or Valkey as several servers: a primary with its replica and sentinel, and a cluster of three nodes."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Self

import pytest
import redis
from redis.exceptions import RedisError

from store.embedded.server import EmbeddedServerError, find_binary
from tests.patience import until

PRIMARY = "leads"
SLOTS = 16384
_NEVER_MS = 24 * 3_600_000


class Server:
    """One server process on a port of the loopback.

    Parameters
    ----------
    folder
        Where it keeps its data.
    options
        As on its command line; the port is chosen.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        folder.mkdir(parents=True)
        with (folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(binary()), *options, "--port", str(self.port), "--dir", str(folder), "--bind", "127.0.0.1"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def __enter__(self) -> Self:
        until(self.answers)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def answers(self) -> bool:
        assert self.process.poll() is None, f"the server on port {self.port} ended"
        try:
            return bool(self.ask("PING"))
        except RedisError:
            return False

    def ask(self, *command: str | int) -> object:
        with redis.Redis(port=self.port, decode_responses=True) as client:
            return client.execute_command(*command)

    def tells(self, section: str, field: str) -> Any:
        with redis.Redis(port=self.port) as client:
            info: dict[str, Any] = client.info(section)
        return info[field]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


class Watched:
    """A primary, a replica of it, and a sentinel that replaces the one by the other when the primary is lost.

    Not before: on a busy machine even one that is well may keep a sentinel waiting for half a second.
    """

    def __init__(self, folder: Path, servers: ExitStack) -> None:
        kept = ("--appendonly", "yes", "--save", "")
        self.primary = servers.enter_context(Server(folder / "primary", *kept))
        following = ("--replicaof", f"127.0.0.1 {self.primary.port}")
        self.replica = servers.enter_context(Server(folder / "replica", *kept, *following))
        until(lambda: self.replica.tells("replication", "master_link_status") == "up")
        settings = folder / "sentinel.conf"
        settings.write_text(
            f"sentinel monitor {PRIMARY} 127.0.0.1 {self.primary.port} 1\n"
            f"sentinel down-after-milliseconds {PRIMARY} {_NEVER_MS}\n"
            f"sentinel failover-timeout {PRIMARY} 3000\n"
        )
        self.sentinel = servers.enter_context(Server(folder / "sentinel", str(settings), "--sentinel"))
        until(lambda: self.sentinel.tells("sentinel", "master0")["slaves"] == 1)

    def lose_primary(self) -> None:
        """Kill the primary, and let the sentinel notice soon."""
        self.primary.stop()
        self.sentinel.ask("SENTINEL", "SET", PRIMARY, "down-after-milliseconds", 500)

    @property
    def url(self) -> str:
        return f"redis+sentinel://{self.sentinel.address}/{PRIMARY}"

    def has_failed_over(self) -> bool:
        named = self.sentinel.tells("sentinel", "master0")
        return bool(named["address"] == self.replica.address and named["status"] == "ok")


class Cluster:
    """Three primaries that share the slots."""

    def __init__(self, folder: Path, servers: ExitStack) -> None:
        buses = [free_port() for _ in range(3)]
        self.nodes = [
            servers.enter_context(
                Server(folder / f"node{n}", "--cluster-enabled", "yes", "--cluster-port", str(bus), "--save", "")
            )
            for n, bus in enumerate(buses)
        ]
        for n, node in enumerate(self.nodes):
            node.ask("CLUSTER", "ADDSLOTSRANGE", -(-n * SLOTS // 3), -(-(n + 1) * SLOTS // 3) - 1)
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", n + 1)
        for node in self.nodes[1:]:
            node.ask("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port, buses[0])
        until(lambda: all(map(_is_whole, self.nodes)))

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(node.address for node in self.nodes)

    def keys(self) -> list[list[str]]:
        """Return the keys of each node."""
        keys = []
        for node in self.nodes:
            with redis.Redis(port=node.port, decode_responses=True) as client:
                keys.append(list(client.scan_iter()))
        return keys


def _is_whole(node: Server) -> bool:
    state = str(node.ask("CLUSTER", "INFO"))
    return "cluster_state:ok" in state and "cluster_known_nodes:3" in state


def binary() -> Path:
    """Return a server to run in these forms."""
    path = shutil.which("redis-server")
    try:
        return Path(path) if path else find_binary()
    except EmbeddedServerError as error:
        pytest.skip(str(error))


def free_port(successive: int = 1) -> int:
    """Return the first of some free ports, outside the range from which the system hands them out meanwhile."""
    while True:
        first = random.randrange(20_000, 30_000)
        if all(map(_is_free, range(first, first + successive))):
            return first


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
