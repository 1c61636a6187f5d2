"""Faults of a store that is alone, and of the line to it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from typing import Any

from redis.exceptions import RedisError

from tests.chaos.failpoints import SET_TRAP, TAKE_TRAP_AWAY
from tests.chaos.plan import Deed, Event, Fault, Patience
from tests.chaos.processes import until
from tests.chaos.stores import Lone, Store


def store_faults(store: Lone, places: Sequence[str], patience: Patience) -> dict[Fault, Deed]:
    """Return what each of them does."""
    deeds = _Deeds(store, places, patience)
    return {
        Fault.STORE_KILLED: deeds.killed,
        Fault.STORE_KILLED_IN_COMMIT: deeds.killed_in_commit,
        Fault.STORE_RESTARTED: deeds.restarted,
        Fault.STORE_FROZEN: deeds.frozen,
        Fault.STORE_FULL: deeds.with_setting("maxmemory", "1", "0"),
        Fault.STORE_TOO_ALONE: deeds.with_setting("min-replicas-to-write", "1", "0"),
        Fault.STORE_READ_ONLY: deeds.read_only,
        Fault.SCRIPTS_FLUSHED: lambda _: scripts_flushed(store),
        Fault.REPLY_CUT: deeds.reply_cut,
        Fault.LINE_CUT: deeds.line_cut,
        Fault.REPLIES_LOST: deeds.replies_lost,
    }


class _Deeds:
    def __init__(self, store: Lone, places: Sequence[str], patience: Patience) -> None:
        self._store = store
        self._places = places
        self._patience = patience

    async def killed(self, _: Event) -> bool:
        await self._store.process.kill()
        return await self._started()

    async def killed_in_commit(self, event: Event) -> bool:
        """Kill it before one of the writes of a script."""
        place = self._places[int(event.draw * len(self._places))]
        if not await caught(self._store.client, place, self._patience()):
            return False
        return await self.killed(event)

    async def restarted(self, _: Event) -> bool:
        self._store.process.send(signal.SIGTERM)
        await self._store.process.ended()
        return await self._started()

    async def _started(self) -> bool:
        self._store.process.start()
        await self._store.ready()
        return True

    async def frozen(self, event: Event) -> bool:
        self._store.process.send(signal.SIGSTOP)
        await asyncio.sleep(event.lasts_s)
        self._store.process.send(signal.SIGCONT)
        return True

    def with_setting(self, name: str, bad: str, good: str) -> Deed:
        async def set_for_a_while(event: Event) -> bool:
            await self._store.insist("CONFIG", "SET", name, bad)
            await asyncio.sleep(event.lasts_s)
            await self._store.insist("CONFIG", "SET", name, good)
            return True

        return set_for_a_while

    async def read_only(self, event: Event) -> bool:
        """Make it the replica of nobody: it keeps its data and takes no writes."""
        await self._store.insist("REPLICAOF", "127.0.0.1", 1)
        await asyncio.sleep(event.lasts_s)
        await self._store.insist("REPLICAOF", "NO", "ONE")
        return True

    async def reply_cut(self, event: Event) -> bool:
        line = self._store.line
        before = line.cuts
        line.cut_after(int(event.draw * 2000))

        async def happened() -> bool:
            return line.cuts > before

        await until(happened, "a reply to cut")
        return True

    async def line_cut(self, event: Event) -> bool:
        self._store.line.close()
        await asyncio.sleep(event.lasts_s / 4)
        self._store.line.open()
        return True

    async def replies_lost(self, event: Event) -> bool:
        """Let the store do what it is sent, and nobody hear of it before the connection is gone."""
        self._store.line.is_mute = True
        await asyncio.sleep(event.lasts_s)
        self._store.line.cut()
        return True


async def scripts_flushed(store: Store) -> bool:
    """Let it forget the scripts that were loaded."""
    await store.ask("SCRIPT", "FLUSH")
    return True


async def caught(client: Any, place: str, over: Callable[[], bool]) -> bool:
    """Set a trap at a write of a script, and wait until one is caught there; False: none was, and the trap is gone.

    True also where nobody knows: the store is to be killed, and the trap with it.
    """
    try:
        await client.execute_command("EVAL", SET_TRAP, 0, place)
        while not over():
            if await _is_busy(client):
                return True
            await asyncio.sleep(0.05)
        await client.execute_command("EVAL", TAKE_TRAP_AWAY, 0)
    except (RedisError, OSError):
        return True
    return False


async def _is_busy(client: Any) -> bool:
    try:
        await client.ping()
    except RedisError as error:  # the driver has no class for it
        return "BUSY" in str(error)
    return False
