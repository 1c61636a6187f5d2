"""The system under test: a store that writes everything down, the line to it, two servers, a worker whose clock jumps.

Every process is a child of the harness with a log of its own in the run's folder, and is killed by its id at the end.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from router.adapters.redis.embedded import find_binary
from tests.chaos.altered import JUMPING, Edits
from tests.chaos.line import Line
from tests.topologies import free_port

SERVERS = 2
PATIENCE_S = 60.0
_ROOT = Path(__file__).parent.parent.parent


class Process:
    """A child.

    Parameters
    ----------
    name
        Of its log, in ``folder``.
    command
        Program and arguments.
    environ
        Variables beside the inherited ones.
    """

    def __init__(self, name: str, folder: Path, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = name
        self._log = folder / f"{name}.log"
        self._command = [*command]
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")},
            **environ,
        }
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it."""
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command, cwd=_ROOT, env=self._environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,  # Ctrl-C is for the harness, which then ends the others
            )  # fmt: skip

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it lives."""
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)

    async def ended(self) -> None:
        """Wait for its end."""
        if self._child is not None:
            await asyncio.to_thread(self._child.wait)

    async def kill(self) -> None:
        """End it without a warning."""
        self.send(signal.SIGKILL)
        await self.ended()

    @property
    def died(self) -> int | None:
        """Its exit code, if it ended."""
        return self._child.poll() if self._child else None

    @property
    def last_words(self) -> str:
        """The last line of its log."""
        return self._log.read_text("utf-8", "replace").strip().rpartition("\n")[2]

    @property
    def found_no_store(self) -> bool:
        """Whether it was started while no store answered, and said so: whoever keeps it running starts it again."""
        return self.died == 1 and self.last_words.startswith("Error: ") and "Redis" in self.last_words


class Store(Process):
    """Redis or Valkey on a Unix socket, with every answer on disk before it is given."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "store.sock"
        self.data = folder / "store"
        self.data.mkdir()
        options = ("--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.data), "--save", "")
        kept = ("--appendonly", "yes", "--appendfsync", "always", "--lua-time-limit", "20")
        super().__init__("store", folder, [str(find_binary()), *options, *kept], {})
        self.client: Any = Redis(unix_socket_path=str(self.socket), socket_timeout=5.0, decode_responses=True)

    @property
    def url(self) -> str:
        """Straight to it, past the line."""
        return f"unix://{self.socket}"

    async def ready(self) -> None:
        """Wait until it has read its data."""
        await until(self._answers, "the store")

    async def _answers(self) -> bool:
        try:
            return bool(await self.client.ping())
        except (RedisError, OSError):
            return False

    async def ask(self, *command: str | int) -> Any:
        """Ask it; a fault may just have taken it away: then None."""
        try:
            return await self.client.execute_command(*command)
        except (RedisError, OSError):
            return None


class System:
    """All of it.

    Parameters
    ----------
    folder
        An empty one, with a short name.
    edits
        What is to be another in the scripts.
    """

    def __init__(self, folder: Path, edits: Edits) -> None:
        self.edits = edits
        self.store = Store(folder)
        self.line = Line(folder / "line.sock", self.store.socket)
        self.addresses = [f"127.0.0.1:{free_port()}" for _ in range(SERVERS)]
        environ = {
            **edits.environ(),
            "FAIRLEAD_REDIS_URL": self.line.url,
            "FAIRLEAD_RULE_ENGINE": "index",
            "FAIRLEAD_LEASE_S": "2",
        }
        program = (sys.executable, "-m", "tests.chaos.altered")
        self.servers = [
            Process(
                f"server{n}", folder, [*program, "serve", "--listen", address, "--data", str(folder / f"data{n}")],
                {**environ, "FAIRLEAD_WORKERS": "0"},
            )
            for n, address in enumerate(self.addresses)
        ]  # fmt: skip
        self.workers = [Process("worker0", folder, [*program, "work"], {**environ, JUMPING: "yes"})]

    @property
    def processes(self) -> list[Process]:
        """Every child."""
        return [self.store, *self.servers, *self.workers]

    async def start(self) -> None:
        """Start all of it."""
        self.store.start()
        await self.store.ready()
        await self.line.start()
        for process in (*self.servers, *self.workers):
            process.start()

    def freeze(self) -> None:
        """Let servers and workers stand still."""
        for process in (*self.servers, *self.workers):
            process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        for process in (*self.servers, *self.workers):
            process.send(signal.SIGCONT)

    def unasked_deaths(self) -> list[str]:
        """Name the children that ended by themselves, and start them again."""
        found = []
        for process in self.processes:
            if process.died is not None:
                if not process.found_no_store:
                    found.append(f"{process.name} ended by itself with code {process.died}: {process.last_words}")
                process.start()
        return found

    async def stop(self) -> None:
        """Kill every child by its id."""
        for process in self.processes:
            await process.kill()
        await self.line.stop()
        await self.store.client.aclose()


async def listens(address: str) -> bool:
    """Say whether somebody listens there."""
    host, _, port = address.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    return True


async def until(holds: Any, what: str, patience_s: float = PATIENCE_S) -> None:
    """Ask again and again; other processes tell nobody when they are ready.

    Raises
    ------
    TimeoutError
        If it does not come true.
    """
    deadline = time.monotonic() + patience_s
    while not await holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {patience_s:g} s for {what}")
        await asyncio.sleep(0.05)
