"""Takes turns of every subscription of every tenant, while a service runs.

Of the services on one store one does it for a tenant at a time. Each subscription has a task of its own: a receiver
that hangs holds up nobody else's changes.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from failures import Failure
from notifications.ports import KeptRecord, RecordStore
from notifications.subscriptions import Subscription
from notifications.webhooks.deliverer import Deliverer
from notifications.webhooks.ports import ChangeFeed, DeliveryLease, DeliveryStore, Tenants

LOOK_S = 1.0
"""Seconds between two looks for subscriptions that were made, changed or deleted."""
_LEAD_S = 10.0
_LONGEST_REST_S = 1.0
"""How long a subscription rests that has nothing to do, in seconds, unless the log grows."""
_SHORTEST_REST_S = 0.02
_TENANTS_AT_ONCE = 100
_ROLE = "delivering"

_log = logging.getLogger(__name__)


class WebhookRunner:
    """Delivers changes.

    Parameters
    ----------
    deliverer
        Takes a turn.
    feed
        Says when there is more.
    store
        Says when something parked is due.
    records
        Who is told.
    tenants
        Knows the tenants.
    lease
        Says who has the role.
    """

    def __init__(
        self,
        deliverer: Deliverer,
        feed: ChangeFeed,
        store: DeliveryStore,
        records: RecordStore[Subscription],
        tenants: Tenants,
        lease: DeliveryLease,
    ) -> None:
        self._deliverer = deliverer
        self._feed = feed
        self._store = store
        self._records = records
        self._tenants = tenants
        self._lease = lease
        self._name = secrets.token_hex(8)
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._at_work: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End: what is on its way is sent again by whoever goes on."""
        self._stopping.set()
        tasks = [*self._at_work.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._look()
            except Failure as error:
                _log.warning("whoever delivers changes could not look: %s", error)
            except Exception:  # nobody awaits it: what ended it would be told by nobody
                _log.exception("whoever delivers changes failed to look; it goes on with the next look")
            await self._rest(LOOK_S)

    async def _look(self) -> None:
        """Begin with the tenants that have subscriptions, and whose changes nobody here delivers."""
        self._at_work = {tenant: task for tenant, task in self._at_work.items() if not task.done()}
        tenants = [tenant for tenant in await self._tenants.tenants() if tenant not in self._at_work]
        for start in range(0, len(tenants), _TENANTS_AT_ONCE):
            some = tenants[start : start + _TENANTS_AT_ONCE]
            found = await asyncio.gather(*map(self._records.all, some))
            for tenant, kept in zip(some, found, strict=True):
                if any(not each.record.paused for each in kept.values()) and await self._leads(tenant):
                    self._at_work[tenant] = asyncio.create_task(self._lead(tenant))

    async def _lead(self, tenant: str) -> None:
        """Have each subscription of a tenant have its task, for as long as this process has the role."""
        crew = _Crew(partial(self._deliver, tenant))
        try:
            while not self._stopping.is_set() and await self._leads(tenant):
                crew.match(await self._records.all(tenant))
                if not crew.is_needed:
                    return
                await self._rest(LOOK_S)
        except Failure as error:
            _log.warning("tenants/%s: changes are not delivered for now: %s", tenant, error)
        except Exception:  # nobody awaits it
            _log.exception("tenants/%s: delivering changes failed; it begins anew", tenant)
        finally:
            await crew.end()

    async def _deliver(self, tenant: str, name: str, goes_on: Callable[[], bool]) -> None:
        """Take turns of a subscription for as long as it is there, and is not paused."""
        told = ""
        while goes_on():  # beside cancelling: the driver can swallow a cancellation that meets its answer
            try:
                ended = await self._deliverer.turn(tenant, name)
                if ended is None:
                    return
                told = ""
                if ended.is_idle:
                    await self._wait(tenant, name, ended.event)
            except Failure as error:
                if str(error) != told:  # once: nothing is new about it a second later
                    told = str(error)
                    _log.warning("tenants/%s/subscriptions/%s: nothing is delivered for now: %s", tenant, name, error)
                await self._rest(_LONGEST_REST_S)
            except Exception:  # nobody awaits it
                _log.exception("tenants/%s/subscriptions/%s: a turn failed; it is taken again", tenant, name)
                await self._rest(_LONGEST_REST_S)

    async def _wait(self, tenant: str, name: str, event: int) -> None:
        """Wait until something parked is due, or the log grows where there is room for more."""
        next_ms = await self._store.next_ms(tenant, name)
        rest_s = _LONGEST_REST_S
        if next_ms is not None:
            rest_s = min(rest_s, max(_SHORTEST_REST_S, (next_ms - await self._feed.now_ms(tenant)) / 1000))
        place = await self._store.place(tenant, name)
        if place is None or place.is_full:
            await self._rest(rest_s)
        else:
            await self._feed.grown(tenant, event, rest_s)

    async def _rest(self, seconds: float) -> None:
        await asyncio.wait([waiting := asyncio.ensure_future(self._stopping.wait())], timeout=seconds)
        waiting.cancel()

    async def _leads(self, tenant: str) -> bool:
        return await self._lease.lead(tenant, _ROLE, self._name, _LEAD_S)


class _Crew:
    """A task for each subscription of a tenant.

    Parameters
    ----------
    work
        What the task of one does: until it is paused or deleted, or what it is given says that it goes on no more.
    """

    def __init__(self, work: Callable[[str, Callable[[], bool]], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._goes_on = True

    @property
    def is_needed(self) -> bool:
        """Whether any works."""
        return bool(self._tasks)

    def match(self, kept: Mapping[str, KeptRecord[Subscription]]) -> None:
        """Have those work that are there; those that are not any more, or are paused, end by themselves."""
        self._tasks = {name: task for name, task in self._tasks.items() if not task.done()}
        for name, each in kept.items():
            if not each.record.paused and name not in self._tasks:
                self._tasks[name] = asyncio.create_task(self._work(name, lambda: self._goes_on))

    async def end(self) -> None:
        """Have none work; what each has finished it writes."""
        self._goes_on = False
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
