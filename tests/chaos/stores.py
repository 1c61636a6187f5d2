"""The store under test in two forms, which the rest of the harness need not tell apart.

``Lone``     one server that has every answer on disk before it is given, behind a line that can be cut
``Watched``  a primary and its replica, and three sentinels of whom two replace the one by the other; an answer waits
             for the replica (``replicas:1``), so what was answered survives the loss of either
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from store.embedded.server import find_binary
from tests.chaos.line import Line
from tests.chaos.processes import Process, until
from tests.topologies import PRIMARY, binary, free_port

_SENTINELS, _AGREEING = 3, 2
_DOWN_MS, _FAILOVER_MS = 800, 3000
_ASKED_S = 5.0


class Lone:
    """Redis or Valkey on a Unix socket; the service reaches it over a line.

    Parameters
    ----------
    folder
        An empty one.
    """

    durability, replicas = "always", 0
    """What the service asks for."""

    def __init__(self, folder: Path) -> None:
        socket, self._data = folder / "store.sock", folder / "store"
        options = ("--port", "0", "--unixsocket", str(socket), "--dir", str(self._data), "--save", "")
        kept = ("--appendonly", "yes", "--appendfsync", "always", "--lua-time-limit", "20")
        self.process = Process("store", folder, [str(find_binary()), *options, *kept], {})
        self.line = Line(folder / "line.sock", socket)
        self.url = self.line.url
        self.direct_url = f"unix://{socket}"
        self.client: Any = Redis(unix_socket_path=str(socket), socket_timeout=_ASKED_S, decode_responses=True)

    @property
    def processes(self) -> list[Process]:
        """Every child of it."""
        return [self.process]

    async def start(self) -> None:
        """Run it, and the line to it."""
        self._data.mkdir()
        self.process.start()
        await self.ready()
        await self.line.start()

    async def ready(self) -> None:
        """Wait until it has read its data."""
        await until(self._answers, "the store")

    async def emptied(self) -> None:
        """Kill it, remove what it kept, and start it again."""
        await self.process.kill()
        shutil.rmtree(self._data)
        self._data.mkdir()
        self.process.start()
        await self.ready()

    async def _answers(self) -> bool:
        return bool(await self.ask("PING"))

    async def ask(self, *command: str | int) -> Any:
        """Ask it; a fault may just have taken it away: then None."""
        return await ask(self.client, *command)

    async def insist(self, *command: str | int) -> None:
        """Ask until it says yes: on a busy machine it may be BUSY with a script, and what heals must not be lost."""

        async def done() -> bool:
            return await self.ask(*command) is not None

        await until(done, f"the store's {command[0]}")

    async def stop(self) -> None:
        """End it and the line."""
        await self.process.kill()
        await self.line.stop()
        await self.client.aclose()


class Node:
    """A primary or a replica, whichever it is just now.

    Parameters
    ----------
    name, folder
        Of its log and of its data.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.port = free_port()
        self._data = folder / name
        self._data.mkdir()
        here = ("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._data), "--save", "")
        kept = (
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--lua-time-limit",
            "20",
            "--repl-diskless-sync",
            "no",
        )
        self._command = [str(binary()), *here, *kept]
        self.process = Process(name, folder, self._command, {})
        self.client: Any = Redis(port=self.port, socket_timeout=_ASKED_S, decode_responses=True)

    def follow(self, primary: Node) -> None:
        """Start it as a replica."""
        self.process.command = [*self._command, "--replicaof", f"127.0.0.1 {primary.port}"]
        self.process.start()

    async def tells(self, field: str) -> str:
        """Return what it says of replication; empty while it does not answer."""
        told = await ask(self.client, "INFO", "replication")
        return str(told.get(field, "")) if told else ""


class Watched:
    """Two nodes and their sentinels.

    Parameters
    ----------
    folder
        An empty one.
    """

    durability, replicas = "replicas:1", 1

    def __init__(self, folder: Path) -> None:
        self.nodes = [Node("node0", folder), Node("node1", folder)]
        ports = [free_port() for _ in range(_SENTINELS)]
        self._sentinels = [self._sentinel(folder, number, port) for number, port in enumerate(ports)]
        self._asked: Any = Redis(port=ports[0], socket_timeout=_ASKED_S, decode_responses=True)
        self.url = "redis+sentinel://" + ",".join(f"127.0.0.1:{port}" for port in ports) + f"/{PRIMARY}"
        self.direct_url = self.url

    def _sentinel(self, folder: Path, number: int, port: int) -> Process:
        settings = folder / f"sentinel{number}.conf"
        settings.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\n"
            f"sentinel monitor {PRIMARY} 127.0.0.1 {self.nodes[0].port} {_AGREEING}\n"
            f"sentinel down-after-milliseconds {PRIMARY} {_DOWN_MS}\n"
            f"sentinel failover-timeout {PRIMARY} {_FAILOVER_MS}\n"
        )
        return Process(f"sentinel{number}", folder, [str(binary()), str(settings), "--sentinel"], {})

    @property
    def processes(self) -> list[Process]:
        """Every child of it."""
        return [*(node.process for node in self.nodes), *self._sentinels]

    async def start(self) -> None:
        """Run all of it."""
        first, second = self.nodes
        first.process.start()
        second.follow(first)
        for sentinel in self._sentinels:
            sentinel.start()
        await self.ready()

    async def ready(self) -> None:
        """Wait until both nodes agree on who is who, hold the same, and all sentinels know both."""
        await until(self._is_whole, "a primary with its replica")

    async def _is_whole(self) -> bool:
        primary, replica = await self.roles()
        told = await self._told()
        return (
            await primary.tells("role") == "master"
            and await replica.tells("master_link_status") == "up"
            and await replica.tells("master_port") == str(primary.port)
            and (told.get("flags"), told.get("num-slaves")) == ("master", "1")
            and told.get("num-other-sentinels") == str(_SENTINELS - 1)
        )

    async def roles(self) -> tuple[Node, Node]:
        """Return the primary, as a sentinel says, and the other."""
        port = (await self._told()).get("port", "")
        first, second = self.nodes
        return (second, first) if port == str(second.port) else (first, second)

    async def _told(self) -> dict[str, str]:
        told = await ask(self._asked, "SENTINEL", "MASTER", PRIMARY)
        return told if isinstance(told, dict) else {}

    async def fails_over_from(self, node: Node, *, on_request: bool = False) -> None:
        """Wait until the sentinels have made the other one the primary."""

        async def done() -> bool:
            primary, _ = await self.roles()
            if on_request and primary is node:  # they decline while they doubt the replica
                await ask(self._asked, "SENTINEL", "FAILOVER", PRIMARY)
            return primary is not node and await primary.tells("role") == "master"

        await until(done, "the fail-over")

    async def ask(self, *command: str | int) -> Any:
        """Ask the primary; None: it did not answer."""
        primary, _ = await self.roles()
        return await ask(primary.client, *command)

    async def stop(self) -> None:
        """End all of it, the sentinels first: they would see to a new primary."""
        for process in reversed(self.processes):
            await process.kill()
        for client in (self._asked, *(node.client for node in self.nodes)):
            await client.aclose()


Store = Lone | Watched


async def ask(client: Any, *command: str | int) -> Any:
    """Ask a server; None: it did not answer, or said no."""
    try:
        return await client.execute_command(*command)
    except (RedisError, OSError):
        return None
