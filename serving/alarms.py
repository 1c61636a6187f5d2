"""What waits too long in the stores of a process, or outside: said to its monitors, counted by its metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from failures import StoreUnavailable
from notifications.service.deliveries import DeliveryQueries
from router.adapters.redis.repositories import Stores
from serving.settings import Settings
from workqueue.adapters.redis.queue import RedisQueue

if TYPE_CHECKING:
    from telemetry.metrics import Metrics


class Alarms:
    """Looks at submissions, timers and deliveries.

    Parameters
    ----------
    settings
        From when on something is late.
    stores
        Where timers are.
    queue
        Where submissions are.
    deliveries
        What became of what systems and people outside were to be told.
    metrics
        What counts; None: nobody asked for it.
    """

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        queue: RedisQueue,
        deliveries: DeliveryQueries,
        metrics: Metrics | None,
    ) -> None:
        self._settings = settings
        self._stores = stores
        self._queue = queue
        self._deliveries = deliveries
        self.metrics = metrics

    async def overdue(self, tenant: str) -> list[str]:
        """Say what waits for workers too long, what should have fired, and what should have been told."""
        try:
            alarms = [await self._waits_for_workers(tenant), await self._late_timers(tenant)]
            alarms += await self._undelivered(tenant)
        except StoreUnavailable:
            return []
        return [alarm for alarm in alarms if alarm]

    async def _late_timers(self, tenant: str) -> str:
        """Say whether timers are late; tell the metrics how they stand."""
        status = await self._stores.timers.timer_status(tenant)
        late_s = status.lateness_ms / 1000
        if self.metrics is not None:
            self.metrics.timed(tenant, status.timers, late_s)
        if late_s <= self._settings.timers_late_s:
            return ""
        unread = status.events - status.followed
        return f"timers are late by {late_s:.0f} s, with {unread} events to take in: nobody fires them, or too slowly"

    async def _waits_for_workers(self, tenant: str) -> str:
        """Say whether submissions wait for workers; tell the metrics how the queue stands."""
        stats = await self._queue.stats(tenant)
        if self.metrics is not None:
            counts = {str(state): jobs for state, jobs in stats.counts.items()}
            self.metrics.queued(tenant, counts, stats.totals, stats.next_wait_s)
        if stats.next_wait_s <= self._settings.overdue_s:
            return ""
        return f"the next submission has waited {stats.next_wait_s:.0f} s: no worker takes it, or there are too few"

    async def _undelivered(self, tenant: str) -> list[str]:
        """Say since when something is not told, by kind of receiver; tell the metrics how that stands."""
        alarms = []
        now_ms = await self._stores.assignments.now_us(tenant) // 1000
        for kind, status in (await self._deliveries.undelivered(tenant)).items():
            age_s = max(now_ms - status.oldest_ms, 0) / 1000 if status.oldest_ms is not None else 0.0
            if self.metrics is not None:
                self.metrics.undelivered(tenant, kind, status.waiting, status.dead, age_s)
            if age_s > self._settings.deliveries.late_s:
                todo = f"see `fairlead {kind} list` and `fairlead deliveries list`"
                alarms.append(f"{kind} are not told what happened {age_s:.0f} s ago, {status.waiting:,} wait: {todo}")
        return alarms

    def count_skipped(self, tenant: str, times: int) -> None:
        """Tell the metrics of what has no timers, for it cannot be read."""
        if self.metrics is not None:
            self.metrics.skipped(tenant, times)
