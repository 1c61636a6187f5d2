"""Training and rescoring in this process, connected: who takes them in, who carries them out."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from operations.carrying import BOUNDS, DELIVERIES, Kind, worker_of
from operations.desk import Desk
from router.adapters.redis.connection import RedisClient
from scoring.rpc import rescorings
from scoring.rpc.rescorings import Rescorings
from scoring.services import ScoringServices
from serving.settings import LongWorkSettings
from training.rpc import trainings
from training.rpc.trainings import Trainings
from workqueue.adapters.redis.queue import RedisQueue
from workqueue.crew import Crew

KINDS = (trainings.KIND, rescorings.KIND)


class LongWork:
    """The desk, what is handed in there, and the workers of what the settings allow.

    Any process has the desk, and tells how every operation stands; only those that have the folders take work in.

    Parameters
    ----------
    settings
        What the operator chose.
    models
        Registry, a folder or a URL.
    scoring
        Knows champions and versions.
    redis
        Where the queues are.
    lease_s
        How long a lost worker keeps an operation from others, in seconds.
    request_ttl_s
        How long a request id is remembered, in seconds.
    """

    def __init__(
        self,
        settings: LongWorkSettings,
        models: str,
        scoring: ScoringServices,
        redis: RedisClient,
        lease_s: float,
        request_ttl_s: int,
    ) -> None:
        self._queues = {
            kind: RedisQueue(redis, kind, BOUNDS, deliveries=DELIVERIES, request_ttl_s=request_ttl_s) for kind in KINDS
        }
        self._lease_s = lease_s
        self._workers = settings.workers
        self.desk = Desk(self._queues)
        self.trainer: Trainings | None = None
        self.rescorer: Rescorings | None = None
        self.kinds: dict[str, Kind] = {}
        if settings.training_data:
            data = Path(settings.training_data)
            self.trainer = Trainings(self.desk, data)
            self.kinds[trainings.KIND] = trainings.training(data, Path(models), scoring.registries)
        if settings.rescoring_data:
            data, out = Path(settings.rescoring_data), Path(settings.rescoring_out)
            self.rescorer = Rescorings(self.desk, data, out, scoring.champions, scoring.registries)
            self.kinds[rescorings.KIND] = rescorings.rescoring(data, out, models)

    def crew(self, kinds: Collection[str] = KINDS) -> Crew:
        """Return workers for those of the kinds that the settings allow, each kind with loops of its own."""
        return Crew(
            [
                worker_of(kind, self._queues[name], self._lease_s)
                for name, kind in self.kinds.items()
                if name in kinds
                for _ in range(self._workers)
            ]
        )
