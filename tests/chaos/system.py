"""The system under test: a store, two servers and a worker, each with a clock of its own that the harness sets.

Every process is a child of the harness with a log of its own in the run's folder, and is killed by its id at the end.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from tests.chaos.altered import CLOCK, Edits
from tests.chaos.failpoints import STEP
from tests.chaos.plan import Topology
from tests.chaos.processes import Process, listens, until
from tests.chaos.stores import Lone, Store, Watched
from tests.topologies import free_port

SERVERS = 2


class Program(Process):
    """A server or a worker.

    Parameters
    ----------
    name, folder, environ
        As of any process.
    arguments
        Of ``fairlead``.
    """

    def __init__(self, name: str, folder: Path, arguments: Sequence[str], environ: Mapping[str, str]) -> None:
        self._clock, self._step = folder / f"{name}.clock", folder / f"{name}.step"
        told = {**environ, CLOCK: str(self._clock), STEP: str(self._step)}
        super().__init__(name, folder, [sys.executable, "-m", "tests.chaos.altered", *arguments], told)

    def set_clock(self, off_s: float) -> None:
        """Set its wall clock off by so many seconds."""
        self._clock.write_text(str(off_s))

    async def stops_at(self, step: str, within_s: float) -> bool:
        """Have it kill itself at a step of a commit; False: it did not get there."""
        self._step.write_text(step)
        for _ in range(int(within_s / 0.02)):
            if self.died is not None:
                break
            await asyncio.sleep(0.02)
        self._step.unlink(missing_ok=True)
        return self.died == -signal.SIGKILL


class System:
    """All of it.

    Parameters
    ----------
    folder
        An empty one.
    edits
        What is to be another in the scripts.
    topology
        What the store is made of.
    durability
        What the service asks for; absent: what the store can keep.
    """

    def __init__(self, folder: Path, edits: Edits, topology: Topology = Topology.ALONE, durability: str = "") -> None:
        self.edits = edits
        self.topology = topology
        self.store: Store = Lone(folder) if topology is Topology.ALONE else Watched(folder)
        self.addresses = [f"127.0.0.1:{free_port()}" for _ in range(SERVERS)]
        environ = {
            **edits.environ(),
            "FAIRLEAD_DURABILITY": durability or self.store.durability,
            "FAIRLEAD_REDIS_URL": self.store.url,
            "FAIRLEAD_RULE_ENGINE": "index",
            "FAIRLEAD_LEASE_S": "2",
        }
        serving = {**environ, "FAIRLEAD_WORKERS": "0"}
        self.servers = [
            Program(
                f"server{n}", folder, ["serve", "--listen", address, "--data", str(folder / f"data{n}")], serving
            )
            for n, address in enumerate(self.addresses)
        ]  # fmt: skip
        self.workers = [Program("worker0", folder, ["work"], environ)]

    @property
    def programs(self) -> list[Program]:
        """Servers and workers."""
        return [*self.servers, *self.workers]

    async def start(self) -> None:
        """Start all of it, and wait until the servers listen."""
        await self.store.start()
        for program in self.programs:
            program.start()
        for address in self.addresses:
            await until(partial(listens, address), f"a server on {address}")

    def freeze(self) -> None:
        """Let servers and workers stand still."""
        for program in self.programs:
            program.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        for program in self.programs:
            program.send(signal.SIGCONT)

    def crashes(self) -> list[str]:
        """Name the exceptions that servers and workers did not expect."""
        counts = Counter((program.name, text) for program in self.programs for text in program.crashes())
        return [f"{name} logged {count} times: {text}" for (name, text), count in counts.items()]

    def unasked_deaths(self) -> list[str]:
        """Name the children that ended by themselves, and start them again."""
        found = []
        for process in (*self.store.processes, *self.programs):
            if process.died is not None:
                if not process.found_no_store:
                    found.append(f"{process.name} ended by itself with code {process.died}: {process.last_words}")
                process.start()
        return found

    async def stop(self) -> None:
        """Kill every child by its id."""
        for program in self.programs:
            await program.kill()
        await self.store.stop()
