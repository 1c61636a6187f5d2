"""What each fault does to the system, and how it is healed. A fault that has ended leaves everything working.

Here are those that befall servers and workers; ``store_faults`` has those of a store alone, ``failovers`` those of a
primary and its replica.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Mapping, Sequence

from background.adapters.redis import role_key
from router.adapters.queue import QUEUE
from tests.chaos.desk import desk_of
from tests.chaos.failovers import failovers
from tests.chaos.failpoints import STEPS_OF_SERVERS, STEPS_OF_WORKERS
from tests.chaos.plan import Deed, Event, Fault, Part, Patience
from tests.chaos.processes import Process, listens
from tests.chaos.store_faults import store_faults
from tests.chaos.stores import Lone, Store
from tests.chaos.system import Program, System
from workqueue.adapters.redis.keys import QueueKeys
from workqueue.jobs import JobState

_HOURS = 3600.0
_ROLES = ("delivering", "messages", "timing", "waking")
_ROLES_S = 2.0
"""Longer than anybody waits until they ask for a role again, in seconds."""

_LENT_TWICE = """local lent = redis.call('ZRANGE', KEYS[1], 0, -1)
for _, id in ipairs(lent) do redis.call('ZADD', KEYS[1], 0, id) end
return #lent"""
_REVERSED = """local ready = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #ready, 2 do redis.call('ZADD', KEYS[1], ready[#ready - i + 1], ready[i]) end
return #ready / 2"""


class Faults:
    """Injects faults into a system.

    Parameters
    ----------
    system
        What they befall.
    places
        The places inside scripts at which the store can be stopped.
    tenant
        Whose work is given twice, or in another order.
    patience
        Begins to wait: returns what says whether somebody should have come by.
    """

    def __init__(self, system: System, places: Sequence[str], tenant: str, patience: Patience) -> None:
        self._system = system
        self._keys = QueueKeys(QUEUE, tenant)
        self._roles = [role_key(each, role) for each in (tenant, desk_of(tenant)) for role in _ROLES]
        self._patience = patience
        self._parts = {part: asyncio.Lock() for part in Part}
        store = system.store
        of_the_store = _of_the_store(store, places, patience)
        self._do: Mapping[Fault, Deed] = {**self._of_servers(), **self._of_workers(), **of_the_store}

    async def inject(self, event: Event) -> bool:
        """Let one fault happen and end; False: it found nobody.

        Those that befall one part wait for each other; others overlap.
        """
        async with self._parts[event.fault.part]:
            return await self._do[event.fault](event)

    def _of_servers(self) -> dict[Fault, Deed]:
        return {
            Fault.SERVER_KILLED: self._server_killed,
            Fault.SERVER_KILLED_AT_STEP: self._server_killed_at_step,
            Fault.ROLES_TWICE: self._roles_given_twice,
            Fault.SERVER_CLOCK: lambda event: clock_jumps(self._server(event), event.draw),
        }

    def _of_workers(self) -> dict[Fault, Deed]:
        (worker,) = self._system.workers
        return {
            Fault.WORKER_KILLED: lambda _: killed(worker),
            Fault.WORKER_KILLED_AT_STEP: lambda event: self._killed_at_step(worker, STEPS_OF_WORKERS, event.draw),
            Fault.WORKER_FROZEN: lambda event: frozen(worker, 2.2 + event.lasts_s),
            Fault.WORKER_CLOCK: lambda event: clock_jumps(worker, event.draw),
            Fault.WORK_TWICE: self._lent_twice,
            Fault.WORK_REORDERED: self._reordered,
        }

    def _server(self, event: Event) -> Program:
        return self._system.servers[int(event.draw * 10_000) % len(self._system.servers)]

    async def _server_killed(self, event: Event) -> bool:
        """Kill a server that serves; one that still starts is left to start."""
        return await self._serves(event) and await killed(self._server(event))

    async def _server_killed_at_step(self, event: Event) -> bool:
        return await self._serves(event) and await self._killed_at_step(
            self._server(event), STEPS_OF_SERVERS, event.draw
        )

    async def _killed_at_step(self, program: Program, steps: Sequence[str], draw: float) -> bool:
        """Have a process kill itself at a step of a commit, and start it again."""
        stopped = await program.stops_at(steps[int(draw * len(steps))], self._patience())
        if stopped:
            program.start()
        return stopped

    async def _serves(self, event: Event) -> bool:
        return await listens(self._system.addresses[self._system.servers.index(self._server(event))])

    async def _lent_twice(self, _: Event) -> bool:
        """End the leases of all that is being worked on, so that others are given it too."""
        return await self._changed(_LENT_TWICE, JobState.LEASED, enough=1)

    async def _roles_given_twice(self, event: Event) -> bool:
        """End the leases of all roles again and again, until others have taken them too: as if who has one stood still.

        Whoever had a role goes on for as long as they believe in it.
        """
        taken, until_s = 0, time.monotonic() + _ROLES_S + event.lasts_s
        await self._system.store.ask("DEL", *self._roles)
        while time.monotonic() < until_s:
            await asyncio.sleep(_ROLES_S / 20)
            taken += await self._system.store.ask("DEL", *self._roles) or 0
        return taken > 0

    async def _reordered(self, _: Event) -> bool:
        """Turn the order of what waits around, while nobody takes it."""
        (worker,) = self._system.workers
        worker.send(signal.SIGSTOP)
        try:
            return await self._changed(_REVERSED, JobState.READY, enough=2)
        finally:
            worker.send(signal.SIGCONT)

    async def _changed(self, script: str, state: JobState, enough: int) -> bool:
        """Run a script on a state of the queue until so many jobs were in it; False: they never were."""
        over = self._patience()
        while not over():
            if (await self._system.store.ask("EVAL", script, 1, self._keys.state(state)) or 0) >= enough:
                return True
            await asyncio.sleep(0.002)
        return False


async def killed(process: Process) -> bool:
    """Kill a process, and start it again."""
    await process.kill()
    process.start()
    return True


def _of_the_store(store: Store, places: Sequence[str], patience: Patience) -> Mapping[Fault, Deed]:
    return store_faults(store, places, patience) if isinstance(store, Lone) else failovers(store, places, patience)


async def frozen(process: Process, for_s: float) -> bool:
    """Let a process stand still for a while."""
    process.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(for_s)
    finally:
        process.send(signal.SIGCONT)
    return True


async def clock_jumps(program: Program, draw: float) -> bool:
    """Set a process's clock off by up to six hours, either way; it stays so until the next jump."""
    program.set_clock((draw * 12 - 6) * _HOURS)
    return True
