"""A consumer of the changes: keeps a token behind what it has dealt with, and now and then loses some of its progress.

It deals with each change once: what it knows already by its id, it drops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

import grpc

from fairlead.v1 import routing_pb2 as routing
from tests.api import Api, last
from tests.chaos.checks import Seen
from tests.chaos.history import Try

_TOKEN_KEPT = 0.3
_FALLS = 0.01


class Watcher:
    """One consumer.

    Parameters
    ----------
    apis
        The servers; it changes between them.
    random
        When it falls.
    history, now
        Where it writes how it was cut off, and a clock in seconds.
    drops_known
        Whether it drops what it knows already.
    """

    def __init__(
        self,
        apis: list[Api],
        random: Random,
        history: list[Try],
        now: Callable[[], float],
        *,
        drops_known: bool = True,
    ) -> None:
        self._apis = apis
        self._history = history
        self._now = now
        self._random = random
        self._drops_known = drops_known
        self._token = "start"
        self._known: set[str] = set()
        self.seen: list[Seen] = []
        self.reached = 0
        self.told_again = 0

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                await self._follow(self._random.choice(self._apis))
            except grpc.aio.AioRpcError as error:
                began = self._now()
                self._history.append(Try("watch", "", "", began, began, error.code().name))
            await asyncio.sleep(0.05)

    async def _follow(self, api: Api) -> None:
        stream = api.routing.WatchWorkItems(routing.WatchWorkItemsRequest(parent=api.parent, resume_token=self._token))
        try:
            async for answer in stream:
                if answer.HasField("change"):
                    self._deal_with(answer.change)
                if self._random.random() < _TOKEN_KEPT:
                    self._token = answer.resume_token
                if self._random.random() < _FALLS:
                    return
        finally:
            stream.cancel()

    def _deal_with(self, change: routing.WorkItemChange) -> None:
        self.reached = max(self.reached, int(change.id))
        if change.id in self._known:
            self.told_again += 1
            if self._drops_known:
                return
        self._known.add(change.id)
        self.seen.append(Seen(change.id, last(change.work_item), change.epoch))
