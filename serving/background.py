"""What a process does beside answering calls: it wakes, fires, routes what was submitted, trains, imports, audits."""

from __future__ import annotations

import asyncio
from functools import partial

from router.adapters.queue import routing_workers
from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.backlog.runner import RequeueRunner
from router.history.monitor import Monitor, MonitorRunner
from router.timers.runner import TimerRunner
from serving.alarms import Alarms
from serving.deliveries import Deliveries
from serving.imports import ImportWork
from serving.operations import OperationServices
from serving.paged import paged_workers
from serving.reassigning import ReassignWork
from serving.settings import Settings
from serving.simulated_telling import SimulatedTelling
from serving.use_cases import UseCases


class Background:
    """Runners, of which one process in turn does what there is, and workers.

    Parameters
    ----------
    settings
        What the operator chose.
    stores
        Where everything is.
    planners
        Rules and workforce.
    cases
        What workers do.
    operations
        What else they do, as far as the settings allow.
    alarms
        What is told of what waits too long.
    deliveries
        What is told to whoever is outside.
    """

    def __init__(
        self,
        settings: Settings,
        stores: Stores,
        planners: PlannerCache,
        cases: UseCases,
        operations: OperationServices,
        alarms: Alarms,
        deliveries: Deliveries,
    ) -> None:
        self._webhook_runner, self._message_runner = deliveries.webhook_runner, deliveries.message_runner
        self._stores = stores
        self._planners = planners
        self._alarms = alarms
        store, rule_sets, leader_lease = stores.assignments, stores.rule_sets, stores.leader_lease
        self._requeue_runner = RequeueRunner(store, planners, rule_sets, stores.log_follower, leader_lease)
        self._simulated_telling = SimulatedTelling(store, planners, rule_sets, deliveries.outbox, deliveries.telling)
        self._is_simulated = settings.simulated_clock
        telling = None if settings.simulated_clock else deliveries.telling
        follower = partial(stores.timer_follower, planners, telling=telling)
        self._timer_runner = TimerRunner(follower, stores.timers, rule_sets, leader_lease, alarms.count_skipped)
        self._monitors = MonitorRunner(self.monitor, rule_sets, leader_lease)
        self._workers = routing_workers(cases.queue, cases.router, settings.work)
        self._operation_workers = operations.workers()
        works = (ImportWork(cases.import_pages, cases.imports), ReassignWork(cases.reassign_pages, cases.bulk))
        self._paged_workers = paged_workers(stores.redis, works, settings.work, settings.request_ttl_s)

    def monitor(self, tenant: str) -> Monitor:
        """Return what audits a tenant."""
        store, snapshots, alarms = self._stores.assignments, self._stores.snapshots, self._alarms
        return Monitor(tenant, store, snapshots, self._planners, alarms.overdue, alarms.metrics)

    def start(self) -> None:
        """Begin with all of it."""
        self._requeue_runner.start()
        self._timer_runner.start()
        self._workers.start()
        self._operation_workers.start()
        self._paged_workers.start()
        self._monitors.start()
        self._webhook_runner.start()
        self._message_runner.start()
        if self._is_simulated:
            self._simulated_telling.start()

    async def leave_operations(self) -> None:
        """Take no operation any more, and leave those under way to others: nobody waits for hours."""
        await asyncio.gather(self._operation_workers.drain(0), self._paged_workers.drain(0))

    async def drain(self, patience_s: float) -> None:
        """Route what is under way, for so long at the most, and take no submission any more."""
        await self._workers.drain(patience_s)

    async def stop(self) -> None:
        """Run no more."""
        runners = (self._requeue_runner, self._timer_runner, self._monitors, self._webhook_runner, self._message_runner)
        await self._simulated_telling.stop()
        await asyncio.gather(*(runner.stop() for runner in runners))
