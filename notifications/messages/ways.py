"""Through which channels messages can go, by what their reps name and what is there now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from notifications.messages.outbox import OutboxEntry
from notifications.messages.ports import Channels, Directory


class Ways:
    """Knows the ways of messages.

    Parameters
    ----------
    directory, channels
        See the ports.
    """

    def __init__(self, directory: Directory, channels: Channels) -> None:
        self._directory = directory
        self._channels = channels

    async def of(self, tenant: str, entries: Sequence[OutboxEntry]) -> Callable[[OutboxEntry], str]:
        """Return what finds the next channel of each of some messages: the first of its rep, or the one that it is
        addressed to, that is there and that it did not go through; empty: there is none.
        """
        reps = sorted({each.rep for each in entries if each.rep})
        of_reps = await asyncio.gather(*(self._directory.channels(tenant, rep) for rep in reps))
        named = dict(zip(reps, of_reps, strict=True))
        wanted = {*(each.addressed for each in entries if each.addressed), *(each for some in of_reps for each in some)}
        there = await self._channels.known(tenant, wanted)

        def following(entry: OutboxEntry) -> str:
            ways = named.get(entry.rep, ()) if entry.rep else (entry.addressed,)
            tried = {*entry.left, entry.channel}
            return next((each for each in ways if each in there and each not in tried), "")

        return following

    async def reached(self, tenant: str, entries: Sequence[OutboxEntry]) -> Collection[str]:
        """Return the ids of those of some messages that a channel is there for."""
        following = await self.of(tenant, entries)
        return frozenset(each.id for each in entries if following(each))
