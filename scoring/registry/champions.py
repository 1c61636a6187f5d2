"""Which model scores whose customers: a tenant's own champion, or else the one that all tenants share.

A tenant is met when the first of its customers is scored: its registry is looked at aside, and the call waits for it.
From then on a thread looks for new entries of the journals of all known tenants, one after the other, a few times a
second. A tenant whose own champion is refused is told so; it is never scored by a model that it did not choose.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from background.tasks import share
from scoring.errors import NotPossible
from scoring.registry.active_model import ActiveModel
from scoring.registry.registry import Registries

if TYPE_CHECKING:
    from scoring.model.loaded import LoadedModel

POLL_SECONDS = 0.25
MOST = 1_000
"""Tenants known at a time; beyond, the one known for longest is forgotten, and met again when it comes back."""


class Champions:
    """Holds the champions of one model's name: everybody's, and each tenant's own.

    Parameters
    ----------
    registries
        Whose is where.
    model
        The name.
    most
        How many tenants are known at a time.
    """

    def __init__(self, registries: Registries, model: str, most: int = MOST) -> None:
        self._registries = registries
        self._model = model
        self._most = most
        self._shared = ActiveModel(registries(""), model)
        self._own: dict[str, ActiveModel] = {}
        self._meeting: dict[str, asyncio.Task[ActiveModel]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"models/{model}", daemon=True)

    async def of(self, tenant: str) -> LoadedModel:
        """Return what scores a tenant's customers.

        Raises
        ------
        NotPossible
            If neither has a champion, or the tenant's own could not be verified yet.
        RegistryUnavailable
            If the tenant is not known yet, and the registry does not answer.
        """
        own = self._own.get(tenant) or await self._meet(tenant)
        return (own if own.is_chosen else self._shared).current

    async def personal(self, tenant: str) -> frozenset[str]:
        """Return the features that the schema of what scores a tenant's customers declares personal.

        Raises
        ------
        RegistryUnavailable
            As `of` does.
        """
        try:
            return (await self.of(tenant)).schema.personal
        except NotPossible:
            return frozenset()

    def start(self) -> None:
        """Look now, and from then on `POLL_SECONDS` after each look, until `stop`."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; the models stay."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Look once at the journals of all that are known."""
        for holder in (self._shared, *self._own.values()):
            holder.look()

    def _watch(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            self.look()

    async def _meet(self, tenant: str) -> ActiveModel:
        """Look at a tenant's registry for the first time, once for all who wait for it."""
        if tenant not in self._meeting:
            self._meeting[tenant] = asyncio.create_task(self._first_look(tenant))
            share(self._meeting[tenant])
        return await asyncio.shield(self._meeting[tenant])

    async def _first_look(self, tenant: str) -> ActiveModel:
        try:
            holder = ActiveModel(self._registries(tenant), self._model)
            await asyncio.to_thread(holder.refresh)
            self._own[tenant] = holder
            if len(self._own) > self._most:
                del self._own[next(iter(self._own))]
            return holder
        finally:
            del self._meeting[tenant]
