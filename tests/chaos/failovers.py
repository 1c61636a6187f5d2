"""Faults of a primary and its replica. Each is healed before the next: a node that was lost comes back as a replica.

One may be lost at a time: that is what an acknowledgement under ``replicas:1`` promises to survive.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence

from tests.chaos.plan import Deed, Event, Fault, Patience
from tests.chaos.store_faults import caught, scripts_flushed
from tests.chaos.stores import Node, Watched, ask


def failovers(store: Watched, places: Sequence[str], patience: Patience) -> dict[Fault, Deed]:
    """Return what each of them does."""
    deeds = _Deeds(store, places, patience)
    return {
        Fault.PRIMARY_KILLED: deeds.primary_killed,
        Fault.PRIMARY_KILLED_IN_COMMIT: deeds.killed_in_commit,
        Fault.PRIMARY_KILLED_AHEAD: deeds.killed_ahead,
        Fault.PRIMARY_FROZEN: deeds.primary_frozen,
        Fault.PRIMARY_REPLACED: deeds.primary_replaced,
        Fault.REPLICA_KILLED: deeds.replica_killed,
        Fault.REPLICA_FROZEN: deeds.replica_frozen,
        Fault.SCRIPTS_FLUSHED: lambda _: scripts_flushed(store),
    }


class _Deeds:
    def __init__(self, store: Watched, places: Sequence[str], patience: Patience) -> None:
        self._store = store
        self._places = places
        self._patience = patience

    async def primary_killed(self, _: Event) -> bool:
        primary, replica = await self._store.roles()
        await primary.process.kill()
        return await self._replaced(primary, replica)

    async def killed_in_commit(self, event: Event) -> bool:
        primary, replica = await self._store.roles()
        if not await caught(primary.client, self._places[int(event.draw * len(self._places))], self._patience()):
            return False
        await primary.process.kill()
        return await self._replaced(primary, replica)

    async def killed_ahead(self, event: Event) -> bool:
        """Kill it with changes that the replica, which stands still meanwhile, is never sent."""
        primary, replica = await self._store.roles()
        replica.process.send(signal.SIGSTOP)
        try:
            await ask(primary.client, "CLIENT", "KILL", "TYPE", "REPLICA")
            await asyncio.sleep(event.lasts_s / 2)
            await primary.process.kill()
        finally:
            replica.process.send(signal.SIGCONT)
        return await self._replaced(primary, replica)

    async def primary_frozen(self, event: Event) -> bool:
        """Freeze it until it is replaced; for a while there are two who take themselves for the primary."""
        primary, replica = await self._store.roles()
        primary.process.send(signal.SIGSTOP)
        try:
            await self._store.fails_over_from(primary)
        finally:
            primary.process.send(signal.SIGCONT)
        await asyncio.sleep(1.0 + event.lasts_s)
        await primary.process.kill()
        return await self._replaced(primary, replica)

    async def primary_replaced(self, event: Event) -> bool:
        """Let the sentinels swap the two; the old primary hears of it late, and is then not asked to stay."""
        primary, replica = await self._store.roles()
        await self._store.fails_over_from(primary, on_request=True)
        await asyncio.sleep(event.lasts_s)
        await primary.process.kill()
        return await self._replaced(primary, replica)

    async def _replaced(self, lost: Node, other: Node) -> bool:
        await self._store.fails_over_from(lost)
        lost.follow(other)
        await self._store.ready()
        return True

    async def replica_killed(self, event: Event) -> bool:
        primary, replica = await self._store.roles()
        await replica.process.kill()
        await asyncio.sleep(event.lasts_s)
        replica.follow(primary)
        await self._store.ready()
        return True

    async def replica_frozen(self, event: Event) -> bool:
        _, replica = await self._store.roles()
        replica.process.send(signal.SIGSTOP)
        await asyncio.sleep(2 * event.lasts_s)
        replica.process.send(signal.SIGCONT)
        await self._store.ready()
        return True
