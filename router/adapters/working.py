"""Settings of the queue and of those who empty it, and the parts made by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.adapters.queue import QUEUE, routing_work
from router.assignment.service import Router
from store.clients import RedisClient
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.crew import Crew
from workqueue.jobs import Bounds
from workqueue.ports import Queue
from workqueue.worker import Worker

MAX_WORKERS = 64


@dataclass(frozen=True, slots=True)
class WorkSettings:
    """What an operator can choose.

    Parameters
    ----------
    workers
        Loops in this process, of which one decides while the other's writes reach the disk; 0: it leaves the queue to
        others.
    lease_s
        How long a lost worker keeps its work items from others, in seconds.
    queue_jobs
        How many submissions a tenant's queue holds at most, dead letters included.
    """

    workers: int = 2
    lease_s: int = 15
    queue_jobs: int = Bounds().jobs

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> WorkSettings:
        """Read the environment.

        Raises
        ------
        ValueError
            Naming the variable, the value found and the values allowed.
        """
        usual = cls()
        return cls(
            whole(environ, "FAIRLEAD_WORKERS", usual.workers, 0, MAX_WORKERS),
            whole(environ, "FAIRLEAD_LEASE_S", usual.lease_s, 1, 3600),
            whole(environ, "FAIRLEAD_QUEUE_LIMIT", usual.queue_jobs, 1, 100_000_000),
        )


def whole(environ: Mapping[str, str], name: str, otherwise: int, least: int, most: int) -> int:
    """Read a whole number, both ends included.

    Raises
    ------
    ValueError
        Naming the variable, the value found and the values allowed.
    """
    found = environ.get(name, str(otherwise))
    if not (found.isascii() and found.isdecimal() and least <= int(found) <= most):
        unit = " seconds" if name.endswith("_S") else ""
        raise ValueError(f"{name} is {found!r}; allowed are {least} to {most}{unit}")
    return int(found)


def routing_queue(redis: RedisClient, settings: WorkSettings, request_ttl_s: int) -> RedisQueue:
    """Return the queue in front of routing."""
    return RedisQueue(redis, QUEUE, Bounds(jobs=settings.queue_jobs), request_ttl_s=request_ttl_s)


def routing_crew(queue: Queue, router: Router, settings: WorkSettings) -> Crew:
    """Return the workers of this process."""
    work = routing_work(router)
    return Crew([Worker(queue, work, lease_s=settings.lease_s) for _ in range(settings.workers)])
