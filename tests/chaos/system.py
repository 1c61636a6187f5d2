"""The system under test: a store, two servers and a worker, each with a clock of its own that the harness sets.

Every process is a child of the harness with a log of its own in the run's folder, and is killed by its id at the end.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from notifications.secrets import write_new_key
from tests.chaos.altered import CLOCK, REPLIES, Edits
from tests.chaos.failpoints import STEP, taken
from tests.chaos.plan import Topology
from tests.chaos.processes import Process, listens, until
from tests.chaos.stores import Lone, Store, Watched
from tests.chaos.told import QUICKLY
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
        self._clock, self.steps = folder / f"{name}.clock", folder / f"{name}.steps"
        self.steps.mkdir()
        self._replies, self._counted = folder / f"{name}.replies", 0
        self._replies.touch()
        told = {**environ, CLOCK: str(self._clock), STEP: str(self.steps), REPLIES: str(self._replies)}
        super().__init__(name, folder, [sys.executable, "-m", "tests.chaos.altered", *arguments], told)

    def set_clock(self, off_s: float) -> None:
        """Set its wall clock off by so many seconds."""
        self._clock.write_text(str(off_s))

    def replies(self) -> list[str]:
        """Return what scripts answered it since it was asked last: ``{script} {word}`` each."""
        written = self._replies.read_text("utf-8").splitlines()
        begin, self._counted = self._counted, len(written)
        return written[begin:]

    async def stops_at(self, step: str, over: Callable[[], bool]) -> bool:
        """Have it kill itself at a step of a commit; False: it did not get there, and goes on."""
        told = self.steps / step
        told.touch()

        async def settled() -> bool:
            return self.died is not None or not told.exists() or over()

        await until(settled, "a step")
        if not taken(told):  # it got there: it may take its time to die
            await self.ended()
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
        write_new_key(folder / "secrets")
        environ = {
            **edits.with_others(QUICKLY).environ(),
            "FAIRLEAD_DURABILITY": durability or self.store.durability,
            "FAIRLEAD_REDIS_URL": self.store.url,
            "FAIRLEAD_RULE_ENGINE": "index",
            "FAIRLEAD_LEASE_S": "2",
            "FAIRLEAD_SECRETS_KEY_FILE": str(folder / "secrets"),
            "FAIRLEAD_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "FAIRLEAD_DELIVERY_FIRST_RETRY_S": "1",
        }
        serving = {**environ, "FAIRLEAD_WORKERS": "0"}
        self.servers = [
            Program(
                f"server{n}", folder, ["serve", "--listen", address, "--data", str(folder / f"data{n}")], serving
            )
            for n, address in enumerate(self.addresses)
        ]  # fmt: skip
        self.workers = [Program("worker0", folder, ["work"], environ)]
        self._deaths: list[str] = []

    @property
    def programs(self) -> list[Program]:
        """Servers and workers."""
        return [*self.servers, *self.workers]

    async def start(self) -> None:
        """Start all of it, and wait until the servers listen."""
        await self.store.start()
        for program in self.programs:
            program.start()
        await self.ready()

    async def ready(self) -> None:
        """Wait until every server listens."""

        async def listening() -> bool:
            self.revive()
            return all([await listens(address) for address in self.addresses])

        await until(listening, "servers that listen")

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

    def replies(self) -> Counter[str]:
        """Count what scripts answered servers and workers since it was asked last, as ``{script} {word}``."""
        return Counter(reply for program in self.programs for reply in program.replies())

    def revive(self) -> None:
        """Start every child again that ended, as whoever runs it would, and remember those that had no reason to."""
        for process in (*self.store.processes, *self.programs):
            if process.died is not None:
                if not process.found_no_store:
                    self._deaths.append(f"{process.name} ended with code {process.died}: {process.last_words}")
                process.start()

    def unasked_deaths(self) -> list[str]:
        """Name the children that ended by themselves since it was asked last."""
        self.revive()
        found, self._deaths = self._deaths, []
        return found

    async def stop(self) -> None:
        """Kill every child by its id."""
        for program in self.programs:
            await program.kill()
        await self.store.stop()
