"""The gRPC side of scoring: servicers between messages and use cases.

``register`` puts servicers on a server, ``status`` turns errors into ``google.rpc.Status``, ``messages`` converts, one
module per service follows. Whoever builds the server calls `add_to`.
"""

from __future__ import annotations

import grpc

from fairlead.v1 import models_pb2, scoring_pb2
from scoring.customers import CustomerScorer
from scoring.registry import Registry
from scoring.rpc.models import ModelServicer, Trainer
from scoring.rpc.register import register
from scoring.rpc.scoring import ScoringServicer

SERVICES = (
    scoring_pb2.DESCRIPTOR.services_by_name["ScoringService"].full_name,
    models_pb2.DESCRIPTOR.services_by_name["ModelService"].full_name,
)
"""Names for health and reflection."""


def add_to(server: grpc.aio.Server, scorer: CustomerScorer, registry: Registry, trainer: Trainer | None = None) -> None:
    """Serve ScoringService and ModelService.

    Parameters
    ----------
    trainer
        Carries out TrainModel; None: it is refused.
    """
    register(server, ScoringServicer(scorer), scoring_pb2.DESCRIPTOR.services_by_name["ScoringService"])
    register(server, ModelServicer(registry, trainer), models_pb2.DESCRIPTOR.services_by_name["ModelService"])
