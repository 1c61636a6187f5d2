"""Whether a subscription is still as it was read: asked before each change is sent.

Once somebody was answered that it is paused, deleted, or has another address, role or secrets, nothing more is sent as
before, but for what is on its way.
"""

from __future__ import annotations

import asyncio

from background.tasks import share
from notifications.ports import KeptRecord, RecordStore
from notifications.subscriptions import Subscription


class Unchanged:
    """Asks the store; while one question is under way, those who come share the next.

    Parameters
    ----------
    records
        Where subscriptions are kept.
    kept
        As it was read.
    """

    def __init__(self, records: RecordStore[Subscription], tenant: str, kept: KeptRecord[Subscription]) -> None:
        self._records = records
        self._tenant = tenant
        self._kept = kept
        self._holds = True
        self._one_at_a_time = asyncio.Lock()
        self._next: asyncio.Task[bool] | None = None

    async def holds(self) -> bool:
        """Say whether it is as it was read, at an instant after this was asked; once it is not, it never is again.

        Raises
        ------
        StoreUnavailable
            If the store does not answer.
        """
        if self._next is None:
            self._next = asyncio.create_task(self._ask())
            share(self._next)
        return await asyncio.shield(self._next)

    async def _ask(self) -> bool:
        async with self._one_at_a_time:
            self._next = None  # whoever comes from here on may mean a later instant
            if self._holds:
                present = await self._records.get(self._tenant, self._kept.record.id)
                self._holds = present is not None and present.etag == self._kept.etag
            return self._holds
