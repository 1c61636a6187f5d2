"""The servicers of routing, on the use cases: by which the server finds who answers a call."""

from __future__ import annotations

from types import ModuleType
from typing import NamedTuple

from fairlead.v1 import (
    decisions_pb2,
    deliveries_pb2,
    fairness_pb2,
    intake_pb2,
    privacy_pb2,
    processes_pb2,
    queue_pb2,
    routing_pb2,
    rules_pb2,
    workforce_pb2,
)
from gateway.calls.masking import Masking
from notifications.rpc.deliveries import DeliveryServicer
from operations.service import OperationService
from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.rpc.activities import ActivityAnswers
from router.rpc.changes import WatchAnswers
from router.rpc.decisions import DecisionServicer
from router.rpc.fairness import FairnessServicer
from router.rpc.intake import IntakeServicer
from router.rpc.pool_scope import PoolScope
from router.rpc.presenter import DecisionPresenter
from router.rpc.privacy import PrivacyServicer
from router.rpc.process_answers import ProcessAnswers
from router.rpc.processes import ProcessServicer
from router.rpc.queue import QueueServicer
from router.rpc.routing import RoutingServicer
from router.rpc.rules import RuleServicer
from router.rpc.workforce import WorkforceServicer
from serving.imports import ImportOperations
from serving.reassigning import ReassignOperations
from serving.use_cases import UseCases
from store.durability import DurabilityStatus


class Serviced(NamedTuple):
    """A servicer, and the module and name of its service in the contract."""

    servicer: object
    contract: ModuleType
    name: str


def servicers(
    stores: Stores,
    planners: PlannerCache,
    cases: UseCases,
    operations: OperationService,
    durability: DurabilityStatus,
    masking: Masking | None,
    scope: PoolScope,
    deliveries: DeliveryServicer,
) -> tuple[Serviced, ...]:
    """Connect them; ``masking`` hides what a caller may not see, None: everybody sees all; ``scope`` holds managers to
    the pools that they see alone; ``deliveries`` is connected already.
    """
    mask = masking.apply if masking else None
    presenter = DecisionPresenter(cases.queries, durability, mask)
    activities = ActivityAnswers.over(
        stores.assignments, stores.activities, cases.queries, planners, presenter, cases.offers, mask
    )
    routing = RoutingServicer(
        cases.router,
        cases.reopening,
        cases.updating,
        cases.queries,
        cases.submissions,
        WatchAnswers(cases.watches),
        presenter,
        ImportOperations(operations, cases.import_pages, cases.imports),
        ReassignOperations(operations, cases.reassign_pages, cases.bulk, cases.rehearsal),
        activities,
        cases.offers,
        ProcessAnswers(cases.pausing, cases.approving, cases.satisfied, cases.updated_deadlines, cases.closing),
        scope,
    )
    workforce = WorkforceServicer(
        cases.workforce, cases.presences, cases.cap_uses, stores.assignments, cases.kept_items
    )
    return (
        Serviced(routing, routing_pb2, "RoutingService"),
        Serviced(QueueServicer(cases.intake), queue_pb2, "QueueService"),
        Serviced(IntakeServicer(cases.sources, cases.lead_intake), intake_pb2, "IntakeService"),
        Serviced(PrivacyServicer(cases.eraser), privacy_pb2, "PrivacyService"),
        Serviced(workforce, workforce_pb2, "WorkforceService"),
        Serviced(RuleServicer(cases.publishing), rules_pb2, "RuleService"),
        Serviced(
            ProcessServicer(
                cases.process_publishing,
                cases.deadlines,
                cases.migrating,
                cases.approvals,
                cases.digests,
                cases.surveys,
                cases.figures,
                scope,
            ),
            processes_pb2,
            "ProcessService",
        ),
        Serviced(DecisionServicer(cases.queries, presenter, scope), decisions_pb2, "DecisionService"),
        Serviced(FairnessServicer(cases.fairness), fairness_pb2, "FairnessService"),
        Serviced(deliveries, deliveries_pb2, "DeliveryService"),
    )
