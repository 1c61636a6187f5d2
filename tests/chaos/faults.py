"""What each fault does to the system, and how it is healed. A fault that has ended leaves everything working."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from tests.chaos.altered import TRAP
from tests.chaos.plan import Event, Fault, Part
from tests.chaos.system import Process, System, listens, until

_CAUGHT_S = 2.0
"""How long a trap waits for somebody."""


class Faults:
    """Injects faults into a system.

    Parameters
    ----------
    system
        What they befall.
    places
        The fail points there are.
    """

    def __init__(self, system: System, places: list[str]) -> None:
        self._system = system
        self._places = places
        self._parts = {part: asyncio.Lock() for part in Part}
        self._do: dict[Fault, Callable[[Event], Awaitable[bool]]] = {
            Fault.SERVER_KILLED: self._server_killed,
            Fault.WORKER_KILLED: lambda event: self._killed(system.workers[int(event.draw * len(system.workers))]),
            Fault.WORKER_FROZEN: lambda event: self._frozen(system.workers[0], 2.2 + event.lasts_s),
            Fault.STORE_KILLED: self._store_killed,
            Fault.STORE_KILLED_IN_COMMIT: self._killed_in_commit,
            Fault.STORE_RESTARTED: self._store_restarted,
            Fault.STORE_FROZEN: lambda event: self._frozen(system.store, event.lasts_s),
            Fault.STORE_FULL: self._setting("maxmemory", "1", "0"),
            Fault.STORE_TOO_ALONE: self._setting("min-replicas-to-write", "1", "0"),
            Fault.STORE_READ_ONLY: self._read_only,
            Fault.SCRIPTS_FLUSHED: self._scripts_flushed,
            Fault.REPLY_CUT: self._reply_cut,
            Fault.LINE_CUT: self._line_cut,
        }

    async def inject(self, event: Event) -> bool:
        """Let one fault happen and end; False: it found nobody.

        Those that befall one part wait for each other; others overlap.
        """
        async with self._parts[event.fault.part]:
            return await self._do[event.fault](event)

    async def _killed(self, process: Process) -> bool:
        await process.kill()
        process.start()
        return True

    async def _server_killed(self, event: Event) -> bool:
        """Kill a server that serves; one that still starts is left to start."""
        place = int(event.draw * len(self._system.servers))
        return await listens(self._system.addresses[place]) and await self._killed(self._system.servers[place])

    async def _frozen(self, process: Process, for_s: float) -> bool:
        process.send(signal.SIGSTOP)
        try:
            await asyncio.sleep(for_s)
        finally:
            process.send(signal.SIGCONT)
        return True

    async def _store_killed(self, _: Event) -> bool:
        await self._killed(self._system.store)
        await self._system.store.ready()
        return True

    async def _store_restarted(self, _: Event) -> bool:
        self._system.store.send(signal.SIGTERM)
        await self._system.store.ended()
        self._system.store.start()
        await self._system.store.ready()
        return True

    async def _killed_in_commit(self, event: Event) -> bool:
        """Set a trap at a write of a script, wait until one is caught there, and kill the store."""
        store, line = self._system.store, self._system.line
        await store.ask("SET", TRAP, self._places[int(event.draw * len(self._places))])
        caught = await self._caught()
        if caught:
            line.close()  # nobody else runs into the trap before it is taken away
            await self._killed(store)
            await store.ready()
        await store.ask("DEL", TRAP)
        if caught:
            line.open()
        return caught

    async def _caught(self) -> bool:
        for _ in range(int(_CAUGHT_S / 0.05)):
            try:
                await self._system.store.client.ping()
            except Exception as error:  # the driver has no class for it
                if "BUSY" in str(error):
                    return True
            await asyncio.sleep(0.05)
        return False

    def _setting(self, name: str, bad: str, good: str) -> Callable[[Event], Awaitable[bool]]:
        async def set_for_a_while(event: Event) -> bool:
            await self._system.store.ask("CONFIG", "SET", name, bad)
            await asyncio.sleep(event.lasts_s)
            await self._system.store.ask("CONFIG", "SET", name, good)
            return True

        return set_for_a_while

    async def _read_only(self, event: Event) -> bool:
        """Make it the replica of nobody: it keeps its data and takes no writes."""
        await self._system.store.ask("REPLICAOF", "127.0.0.1", 1)
        await asyncio.sleep(event.lasts_s)
        await self._system.store.ask("REPLICAOF", "NO", "ONE")
        return True

    async def _scripts_flushed(self, _: Event) -> bool:
        await self._system.store.ask("SCRIPT", "FLUSH")
        return True

    async def _reply_cut(self, event: Event) -> bool:
        line = self._system.line
        before = line.cuts
        line.cut_after(int(event.draw * 2000))

        async def happened() -> bool:
            return line.cuts > before

        await until(happened, "a reply to cut")
        return True

    async def _line_cut(self, event: Event) -> bool:
        self._system.line.close()
        await asyncio.sleep(event.lasts_s / 4)
        self._system.line.open()
        return True
