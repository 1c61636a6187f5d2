"""Training and rescoring in this process, connected: who takes them in, who carries them out."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from operations.executor import OperationKind, worker_of
from operations.service import OperationService
from scoring.clock import Now, wall_clock
from scoring.rpc import rescorings
from scoring.rpc.rescorings import Rescorings
from scoring.services import ScoringServices
from serving import imports, paged, reassigning
from serving.settings import OperationSettings
from store.clients import RedisClient
from training.rpc import trainings
from training.rpc.trainings import Trainings
from workqueue.worker_pool import WorkerPool

KINDS = (trainings.KIND, rescorings.KIND)


class OperationServices:
    """The service that takes operations in, what is asked for there, and the workers of what the settings allow.

    Any process has the service, and tells how every operation stands; only those that have the folders take work in.

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
    now
        The instant that customers are rescored at where none is named.
    """

    def __init__(
        self,
        settings: OperationSettings,
        models: str,
        scoring: ScoringServices,
        redis: RedisClient,
        lease_s: float,
        request_ttl_s: int,
        now: Now = wall_clock,
    ) -> None:
        self._queues = {
            kind: paged.operation_queue(redis, kind, request_ttl_s) for kind in (*KINDS, imports.KIND, reassigning.KIND)
        }
        self._lease_s = lease_s
        self._workers = settings.workers
        self.service = OperationService(self._queues)
        self.trainer: Trainings | None = None
        self.rescorer: Rescorings | None = None
        self.kinds: dict[str, OperationKind] = {}
        if settings.training_data:
            data = Path(settings.training_data)
            self.trainer = Trainings(self.service, data)
            self.kinds[trainings.KIND] = trainings.training(data, Path(models), scoring.registries)
        if settings.rescoring_data:
            data, out = Path(settings.rescoring_data), Path(settings.rescoring_out)
            self.rescorer = Rescorings(self.service, data, out, scoring.champions, scoring.registries, now)
            self.kinds[rescorings.KIND] = rescorings.rescoring(data, out, models)

    def workers(self, kinds: Collection[str] = KINDS) -> WorkerPool:
        """Return workers for those of the kinds that the settings allow, each kind with loops of its own."""
        return WorkerPool(
            [
                worker_of(kind, self._queues[name], self._lease_s)
                for name, kind in self.kinds.items()
                if name in kinds
                for _ in range(self._workers)
            ]
        )
