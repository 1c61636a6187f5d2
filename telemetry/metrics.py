"""Figures for Prometheus, on a port of their own that only this machine reaches unless another address is named.

Calls and scripts are counted as they happen. What was decided is read from the log (see ``decided`` and those after
it), so that it is counted once, whichever server or worker did it. Figures name every tenant, so they are for operators
alone; and nobody can make more of them than there is room for: tenants and pools beyond the first are counted together.

References
----------
https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from telemetry.calls import ObservedCall
from telemetry.metrics_address import VARIABLE, CannotServeMetrics

MOST_TENANTS, MOST_POOLS = 1_000, 10_000
"""Of how many each has figures of its own."""
OTHERS = "(others)"
"""Counts what came later; no tenant is called so. What cannot be added up, like a distance, is not shown of them."""
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class LabelLimit:
    """The first so many that are met, which have figures of their own."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._met: set[Hashable] = set()

    def __contains__(self, name: Hashable) -> bool:
        if name not in self._met and len(self._met) < self._most:
            self._met.add(name)
        return name in self._met


class Metrics:
    """The figures of one process, and an observer of its calls."""

    def __init__(self, most_tenants: int = MOST_TENANTS, most_pools: int = MOST_POOLS) -> None:
        self.registry = CollectorRegistry()
        self._tenants, self._pools = LabelLimit(most_tenants), LabelLimit(most_pools)
        self._calls = self._histogram("fairlead_call_seconds", "How long calls took.", "method", "code")
        self._scripts = self._histogram("fairlead_script_seconds", "How long scripts in the store took.", "script")
        self._decisions = self._counter("fairlead_decisions", "Decisions.", "tenant", "outcome", "cause")
        self._caps = self._counter("fairlead_cap_hits", "Decisions that a rep at capacity could not have.", "tenant")
        self._distance = self._gauge(
            "fairlead_fairness_distance", "Largest entitled − received, in leads.", "tenant", "pool"
        )
        self._bound = self._gauge("fairlead_fairness_bound", "What it can never exceed, in leads.", "tenant", "pool")
        self._violations = self._counter("fairlead_invariant_violations", "Must be 0.", "tenant")
        self._jobs = self._gauge("fairlead_queue_jobs", "Submissions in the queue.", "tenant", "state")
        self._wait = self._gauge("fairlead_queue_wait_seconds", "How long the next submission has waited.", "tenant")
        self._queue = self._gauge(
            "fairlead_queue_events", "Since it began: submitted, done, retried, expired leases, dead.", "tenant", "what"
        )
        self._timers = self._gauge("fairlead_timers", "Timers that have not fired yet.", "tenant")
        self._skipped = self._counter(
            "fairlead_timers_skipped", "Work items and ledgers that timers passed over: they cannot be read.", "tenant"
        )
        self._lateness = self._gauge("fairlead_timer_lateness_seconds", "How late the earliest timer is.", "tenant")
        self._answers = self._counter(
            "fairlead_offer_answers",
            "What became of offers: accepted, declined, lapsed, rescinded.",
            "tenant",
            "answer",
        )
        self._steps = self._counter(
            "fairlead_deadline_steps",
            "Steps of deadlines that reminded or told somebody.",
            "tenant",
        )
        self._offers = self._gauge("fairlead_offers_open", "Offers that a rep is to answer.", "tenant")
        self._attempts = self._counter(
            "fairlead_delivery_attempts", "Tries to tell somebody outside.", "tenant", "receivers", "outcome"
        )
        self._undelivered = self._gauge(
            "fairlead_deliveries", "What waits or is parked, and what was given up.", "tenant", "receivers", "state"
        )
        self._undelivered_age = self._gauge(
            "fairlead_delivery_oldest_seconds", "How long ago the oldest of it happened.", "tenant", "receivers"
        )
        self._audited = self._gauge("fairlead_audited_events", "Events of the log that were audited.", "tenant")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(name, text, labels, registry=self.registry, buckets=_SECONDS)

    def watch(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Show a figure that is read when somebody looks."""
        Gauge(name, text, registry=self.registry).set_function(read)

    def began(self, call: ObservedCall) -> None:
        """Nothing is known yet."""

    def ended(self, call: ObservedCall) -> None:
        """Count a call."""
        self._calls.labels(call.method, call.code.name).observe(time.perf_counter() - call.started)

    @contextmanager
    def script(self, name: str) -> Iterator[None]:
        """Time a script in the store."""
        with self._scripts.labels(name).time():
            yield

    def decided(self, tenant: str, outcome: str, cause: str, at_capacity: bool, times: int) -> None:
        """Count decisions of the log."""
        tenant = tenant if tenant in self._tenants else OTHERS
        self._decisions.labels(tenant, outcome, cause).inc(times)
        if at_capacity:
            self._caps.labels(tenant).inc(times)

    def answered(self, tenant: str, answer: str, times: int) -> None:
        """Count what became of offers, in the log."""
        self._answers.labels(tenant if tenant in self._tenants else OTHERS, answer).inc(times)

    def stepped(self, tenant: str, times: int) -> None:
        """Count steps of deadlines that fired."""
        self._steps.labels(tenant if tenant in self._tenants else OTHERS).inc(times)

    def offered(self, tenant: str, offers: int) -> None:
        """Show how many offers reps are to answer; of what is offered to many none."""
        if tenant in self._tenants:
            self._offers.labels(tenant).set(offers)

    def stands(self, tenant: str, pool: str, distance: float, bound: float) -> None:
        """Show how a pool's fairness stands, in leads."""
        if tenant in self._tenants and (tenant, pool) in self._pools:
            self._distance.labels(tenant, pool).set(distance)
            self._bound.labels(tenant, pool).set(bound)

    def queued(self, tenant: str, counts: Mapping[str, int], totals: Mapping[str, int], next_wait_s: float) -> None:
        """Show how a tenant's queue stands; ``totals`` are since it began."""
        if tenant not in self._tenants:
            return
        for state, jobs in counts.items():
            self._jobs.labels(tenant, str(state).lower()).set(jobs)
        for what, total in totals.items():
            self._queue.labels(tenant, what).set(total)
        self._wait.labels(tenant).set(next_wait_s)

    def timed(self, tenant: str, timers: int, lateness_s: float) -> None:
        """Show how a tenant's timers stand."""
        if tenant in self._tenants:
            self._timers.labels(tenant).set(timers)
            self._lateness.labels(tenant).set(lateness_s)

    def attempted(self, tenant: str, receivers: str, outcome: str) -> None:
        """Count a try to tell somebody outside, as this process makes it."""
        self._attempts.labels(tenant if tenant in self._tenants else OTHERS, receivers, outcome).inc()

    def undelivered(self, tenant: str, receivers: str, waiting: int, dead: int, oldest_s: float) -> None:
        """Show how a kind of receivers of a tenant stands."""
        if tenant in self._tenants:
            self._undelivered.labels(tenant, receivers, "waiting").set(waiting)
            self._undelivered.labels(tenant, receivers, "dead").set(dead)
            self._undelivered_age.labels(tenant, receivers).set(oldest_s)

    def skipped(self, tenant: str, times: int) -> None:
        """Count what was passed over when timers were made or fired."""
        self._skipped.labels(tenant if tenant in self._tenants else OTHERS).inc(times)

    def audited(self, tenant: str, events: int, violations: int) -> None:
        """Show how far a tenant's log was audited, and count what was found wrong."""
        if tenant in self._tenants:
            self._audited.labels(tenant).set(events)
        self._violations.labels(tenant if tenant in self._tenants else OTHERS).inc(violations)

    def serve(self, address: str) -> Callable[[], None]:
        """Answer Prometheus in a thread; return what ends it.

        Raises
        ------
        CannotServeMetrics
            If the address cannot be had.
        """
        host, _, port = address.rpartition(":")
        try:
            server, thread = start_http_server(int(port), host, self.registry)
        except OSError as error:
            raise CannotServeMetrics(f"{VARIABLE} is {address}: {error.strerror}") from error

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return end
