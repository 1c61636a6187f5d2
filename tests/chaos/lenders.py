"""Workers of a queue of their own, often slower than their leases: who comes late must be refused."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from failures import StoreUnavailable
from workqueue.jobs import NewJob, Settlement, SettlementKind
from workqueue.ports import Queue

QUEUE = "lent"
_JOBS = 5
_LEASE_S = 0.15
_LONGEST_S = 0.5


@dataclass(slots=True)
class Lendings:
    """Who was lent what, and whose ending was taken: job, token and time each.

    ``granted`` holds when a worker knew that it had a job, ``ended`` when one began to give it back; ``refused`` counts
    those who came late.
    """

    granted: list[tuple[str, int, float]] = field(default_factory=list)
    ended: list[tuple[str, int, float]] = field(default_factory=list)
    refused: int = 0

    def violations(self) -> Iterator[str]:
        """Yield jobs that were ended by somebody after somebody else had them."""
        later: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for job, token, at in self.granted:
            later[job].append((token, at))
        for job, token, at in self.ended:
            for newer, known in later[job]:
                if newer > token and known < at:
                    yield f"job {job}: ended with token {token} while token {newer} had it"


class Lender:
    """One of them.

    Parameters
    ----------
    queue
        Where jobs come from.
    tenant
        Whose.
    lendings
        Where it writes.
    random
        How slow it is.
    now
        A clock in seconds.
    """

    def __init__(self, queue: Queue, tenant: str, lendings: Lendings, random: Random, now: Callable[[], float]) -> None:
        self._queue = queue
        self._tenant = tenant
        self._lendings = lendings
        self._random = random
        self._now = now

    async def run(self, stopped: asyncio.Event) -> None:
        """Work until told to stop: the driver can swallow a cancellation."""
        while not stopped.is_set():
            with suppress(StoreUnavailable):
                await self._turn()
            await asyncio.sleep(0.02)

    async def _turn(self) -> None:
        await self._queue.submit(self._tenant, [NewJob(str(number), b"") for number in range(_JOBS)])
        lent = await self._queue.lease(self._tenant, 1, _LEASE_S)
        for lease in lent.leases:
            self._lendings.granted.append((lease.id, lease.token, self._now()))
            await asyncio.sleep(self._random.uniform(0, _LONGEST_S))
            began = self._now()
            verdict = self._random.choice([SettlementKind.DONE, SettlementKind.RETRY, SettlementKind.RELEASE])
            (taken,) = await self._queue.settle(self._tenant, [Settlement(lease, verdict)])
            if taken:
                self._lendings.ended.append((lease.id, lease.token, began))
            else:
                self._lendings.refused += 1
