"""The gRPC side of scoring: servicers between messages and use cases.

``status`` says which failure becomes which code, ``messages`` converts, one module per service follows. Whoever builds
the server calls `add_to` with the door that they are to stand behind.
"""

from __future__ import annotations

from fairlead.v1 import models_pb2, scoring_pb2
from gate.door import Door
from scoring.customers import CustomerScorer
from scoring.ports import ScoreMemory
from scoring.registry import Registry
from scoring.rpc.models import ModelServicer, Trainer
from scoring.rpc.scoring import ScoringServicer
from scoring.rpc.status import STATUSES

SERVICES = (
    scoring_pb2.DESCRIPTOR.services_by_name["ScoringService"].full_name,
    models_pb2.DESCRIPTOR.services_by_name["ModelService"].full_name,
)
"""Names for health and reflection."""


def add_to(
    door: Door, scorer: CustomerScorer, memory: ScoreMemory, registry: Registry, trainer: Trainer | None = None
) -> None:
    """Serve ScoringService and ModelService.

    Parameters
    ----------
    memory
        Remembers each customer's last score.
    trainer
        Carries out TrainModel; None: it is refused.
    """
    door.serve(ScoringServicer(scorer, memory), scoring_pb2.DESCRIPTOR.services_by_name["ScoringService"], STATUSES)
    door.serve(ModelServicer(registry, trainer), models_pb2.DESCRIPTOR.services_by_name["ModelService"], STATUSES)
