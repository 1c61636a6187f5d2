"""The gRPC side of scoring: servicers between messages and use cases.

``messages`` converts, one module per service follows. Whoever builds the server calls `add_to` with it.
"""

from __future__ import annotations

from fairlead.v1 import models_pb2, scoring_pb2
from gateway.calls.hosts import Host
from scoring.clock import Now, wall_clock
from scoring.customers import CustomerScorer
from scoring.memory import ScoreMemory
from scoring.registry.champions import Champions
from scoring.registry.registry import Registries
from scoring.rpc.models import ModelServicer, Trainer
from scoring.rpc.scoring import Rescorer, ScoringServicer

SERVICES = (
    scoring_pb2.DESCRIPTOR.services_by_name["ScoringService"].full_name,
    models_pb2.DESCRIPTOR.services_by_name["ModelService"].full_name,
)
"""Names for health and reflection."""


def add_to(
    host: Host,
    champions: Champions,
    scorer: CustomerScorer,
    memory: ScoreMemory,
    registries: Registries,
    trainer: Trainer | None = None,
    rescorer: Rescorer | None = None,
    now: Now = wall_clock,
) -> None:
    """Serve ScoringService and ModelService.

    Parameters
    ----------
    memory
        Remembers each customer's last score.
    trainer, rescorer
        Take TrainModel and RescoreCustomers in; None: it is refused.
    now
        The instant that customers are known at where none is named.
    """
    scoring = ScoringServicer(champions, scorer, memory, rescorer, now)
    host.serve(scoring, scoring_pb2.DESCRIPTOR.services_by_name["ScoringService"])
    host.serve(ModelServicer(registries, trainer), models_pb2.DESCRIPTOR.services_by_name["ModelService"])
