"""Takes turns of every subscription of every tenant, while a service runs.

Of the services on one store one does it for a tenant at a time. Each subscription has a task of its own: a receiver
that hangs holds up nobody else's changes.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from background.leadership import LeaderLease, Leadership
from background.rounds import Rounds
from background.tasks import Tasks
from background.tenants import ask_each
from failures import Failure
from notifications.ports import KeptRecord, RecordStore
from notifications.subscriptions import Subscription
from notifications.webhooks.deliverer import Deliverer
from notifications.webhooks.ports import ChangeFeed, DeliveryStore, Tenants

LOOK_S = 1.0
"""Seconds between two looks for subscriptions that were made, changed or deleted."""
_LONGEST_REST_S = 1.0
"""How long a subscription rests that has nothing to do, in seconds, unless the log grows."""
_SHORTEST_REST_S = 0.02
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
        lease: LeaderLease,
    ) -> None:
        self._deliverer = deliverer
        self._feed = feed
        self._store = store
        self._records = records
        self._tenants = tenants
        self._leadership = Leadership(lease, _ROLE)
        self._at_work = Tasks[str]()
        self._rounds = Rounds(self._look, LOOK_S, "whoever delivers changes")

    def start(self) -> None:
        """Begin to look."""
        self._rounds.start()

    async def stop(self) -> None:
        """End: what is on its way is sent again by whoever goes on."""
        await self._rounds.stop()
        await self._at_work.end()

    async def _look(self) -> None:
        """Begin with the tenants that have subscriptions, and whose changes nobody here delivers."""
        at_work = self._at_work.running()
        idle = [tenant for tenant in await self._tenants.tenants() if tenant not in at_work]
        async for tenant, kept in ask_each(idle, self._records.all):
            if _unpaused(kept) and await self._leadership.leads(tenant):
                self._at_work.begin(tenant, self._lead(tenant))

    async def _lead(self, tenant: str) -> None:
        """Have each subscription of a tenant have its task, for as long as this process has the role."""
        turns = Tasks[str]()
        try:
            while not self._rounds.stopping and await self._leadership.leads(tenant):
                active = _unpaused(await self._records.all(tenant))
                delivered = turns.running()
                for name in active:
                    if name not in delivered:
                        turns.begin(name, self._deliver(tenant, name, turns))
                if not turns.running():
                    return
                await self._rounds.rest(LOOK_S)
        except Failure as error:
            _log.warning("tenants/%s: changes are not delivered for now: %s", tenant, error)
        except Exception:  # nobody awaits it
            _log.exception("tenants/%s: delivering changes failed; it begins anew", tenant)
        finally:
            await turns.end()

    async def _deliver(self, tenant: str, name: str, turns: Tasks[str]) -> None:
        """Take turns of a subscription for as long as it is there, and is not paused."""
        told = ""
        while not turns.stopping:
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
                await self._rounds.rest(_LONGEST_REST_S)
            except Exception:  # nobody awaits it
                _log.exception("tenants/%s/subscriptions/%s: a turn failed; it is taken again", tenant, name)
                await self._rounds.rest(_LONGEST_REST_S)

    async def _wait(self, tenant: str, name: str, event: int) -> None:
        """Wait until something parked is due, or the log grows where there is room for more."""
        next_ms = await self._store.next_ms(tenant, name)
        rest_s = _LONGEST_REST_S
        if next_ms is not None:
            rest_s = min(rest_s, max(_SHORTEST_REST_S, (next_ms - await self._feed.now_ms(tenant)) / 1000))
        place = await self._store.place(tenant, name)
        if place is None or place.is_full:
            await self._rounds.rest(rest_s)
        else:
            await self._feed.grown(tenant, event, rest_s)


def _unpaused(kept: Mapping[str, KeptRecord[Subscription]]) -> list[str]:
    """Return those that are delivered."""
    return [name for name, each in kept.items() if not each.record.paused]
