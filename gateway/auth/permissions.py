"""Who may call what: the one table. A method that is not in it nobody may call, once callers are asked who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from gateway.auth.principals import Role

MANAGER, SCIENTIST, OPERATOR, SERVICE = Role.MANAGER, Role.DATA_SCIENTIST, Role.OPERATOR, Role.SERVICE


class Scope(Enum):
    """What a method touches."""

    TENANT = auto()
    """One tenant's data: the request names it, and it must be the caller's."""
    TENANT_OR_NONE = auto()
    """As above, or nobody's data where the request names no tenant."""
    SHARED = auto()
    """One tenant's, or what all share where the request names no tenant, seen only: any tenant will do then."""
    SERVER = auto()
    """As above, but changed or watched: for what all share the caller needs all tenants."""
    OPEN = auto()
    """Nobody's data: callers are not asked who they are."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Who may call a method.

    Parameters
    ----------
    scope
        What it touches.
    roles
        Who may, whatever it is about.
    own
        Whether a rep may too, for what is their own; the servicer looks whose it is. Calendars and what holds for a
        tenant are everybody's.
    by_pool
        Whether a manager may too whose token names pools, for what is of those: the work item, rep or pool that the
        request names is looked at, and of what it lists the servicer leaves out the rest. So too what is everybody's.
    """

    scope: Scope
    roles: frozenset[Role]
    own: bool = False
    by_pool: bool = False


def _tenant(*roles: Role, own: bool = False, by_pool: bool = False, scope: Scope = Scope.TENANT) -> Grant:
    return Grant(scope, frozenset(roles), own, by_pool)


_ANYBODY = Grant(Scope.OPEN, frozenset())

GRANTS: Mapping[str, Grant] = {
    "fairlead.v1.RoutingService/RouteWorkItem": _tenant(MANAGER, SERVICE),
    "fairlead.v1.RoutingService/BatchRouteWorkItems": _tenant(MANAGER, SERVICE),
    "fairlead.v1.RoutingService/SubmitWorkItem": _tenant(MANAGER, SERVICE),
    "fairlead.v1.RoutingService/BatchSubmitWorkItems": _tenant(MANAGER, SERVICE),
    "fairlead.v1.RoutingService/GetWorkItem": _tenant(MANAGER, SERVICE, OPERATOR, own=True, by_pool=True),
    "fairlead.v1.RoutingService/ListWorkItems": _tenant(MANAGER, SERVICE, OPERATOR, own=True, by_pool=True),
    "fairlead.v1.RoutingService/ReassignWorkItem": _tenant(MANAGER, SERVICE, by_pool=True),
    "fairlead.v1.RoutingService/BatchReassignWorkItems": _tenant(MANAGER, SERVICE),
    "fairlead.v1.RoutingService/UpdateWorkItem": _tenant(MANAGER, SERVICE, by_pool=True),
    "fairlead.v1.RoutingService/AdvanceWorkItem": _tenant(MANAGER, SERVICE, own=True, by_pool=True),
    "fairlead.v1.RoutingService/PauseWorkItem": _tenant(MANAGER, SERVICE, own=True, by_pool=True),
    "fairlead.v1.RoutingService/ResumeWorkItem": _tenant(MANAGER, SERVICE, own=True, by_pool=True),
    "fairlead.v1.RoutingService/ApproveWorkItem": _tenant(MANAGER, SERVICE, own=True, by_pool=True),
    "fairlead.v1.RoutingService/RejectWorkItem": _tenant(MANAGER, SERVICE, own=True, by_pool=True),
    "fairlead.v1.RoutingService/RecordSatisfaction": _tenant(MANAGER, SERVICE, by_pool=True),
    "fairlead.v1.RoutingService/CompleteWorkItem": _tenant(MANAGER, SERVICE, own=True, by_pool=True),
    "fairlead.v1.RoutingService/ImportWorkItems": _tenant(MANAGER, SERVICE),
    "fairlead.v1.RoutingService/AcceptWorkItem": _tenant(MANAGER, SERVICE, own=True, by_pool=True),
    "fairlead.v1.RoutingService/DeclineWorkItem": _tenant(MANAGER, SERVICE, own=True, by_pool=True),
    "fairlead.v1.RoutingService/ReopenWorkItem": _tenant(MANAGER, SERVICE, by_pool=True),
    "fairlead.v1.RoutingService/WatchWorkItems": _tenant(MANAGER, SERVICE, OPERATOR),
    "fairlead.v1.RoutingService/RecordActivity": _tenant(MANAGER, SERVICE, own=True, by_pool=True),
    "fairlead.v1.RoutingService/ListMyWork": _tenant(MANAGER, SERVICE, OPERATOR, own=True),
    "fairlead.v1.RoutingService/ListAgenda": _tenant(MANAGER, SERVICE, OPERATOR, own=True),
    "fairlead.v1.RoutingService/GetTimeline": _tenant(MANAGER, SERVICE, OPERATOR, own=True, by_pool=True),
    "fairlead.v1.QueueService/GetQueue": _tenant(MANAGER, SERVICE, OPERATOR),
    "fairlead.v1.QueueService/ListSubmissions": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.QueueService/RedriveSubmissions": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.QueueService/PurgeSubmissions": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.WorkforceService/CreateRep": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/GetRep": _tenant(MANAGER, SERVICE, OPERATOR, own=True, by_pool=True),
    "fairlead.v1.WorkforceService/ListReps": _tenant(MANAGER, SERVICE, OPERATOR, by_pool=True),
    "fairlead.v1.WorkforceService/UpdateRep": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/DeleteRep": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/BatchUpsertReps": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/CreatePool": _tenant(MANAGER),
    "fairlead.v1.WorkforceService/GetPool": _tenant(MANAGER, SERVICE, OPERATOR, by_pool=True),
    "fairlead.v1.WorkforceService/ListPools": _tenant(MANAGER, SERVICE, OPERATOR, by_pool=True),
    "fairlead.v1.WorkforceService/UpdatePool": _tenant(MANAGER),
    "fairlead.v1.WorkforceService/DeletePool": _tenant(MANAGER),
    "fairlead.v1.WorkforceService/CreateTerritory": _tenant(MANAGER),
    "fairlead.v1.WorkforceService/GetTerritory": _tenant(MANAGER, SERVICE, OPERATOR),
    "fairlead.v1.WorkforceService/ListTerritories": _tenant(MANAGER, SERVICE, OPERATOR),
    "fairlead.v1.WorkforceService/UpdateTerritory": _tenant(MANAGER),
    "fairlead.v1.WorkforceService/DeleteTerritory": _tenant(MANAGER),
    "fairlead.v1.WorkforceService/ApplyWorkforce": _tenant(MANAGER),
    "fairlead.v1.WorkforceService/CreateCalendar": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/GetCalendar": _tenant(MANAGER, SERVICE, OPERATOR, own=True, by_pool=True),
    "fairlead.v1.WorkforceService/ListCalendars": _tenant(MANAGER, SERVICE, OPERATOR, own=True, by_pool=True),
    "fairlead.v1.WorkforceService/UpdateCalendar": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/DeleteCalendar": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/ImportCalendar": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/CreateAbsence": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/GetAbsence": _tenant(MANAGER, SERVICE, OPERATOR, own=True),
    "fairlead.v1.WorkforceService/ListAbsences": _tenant(MANAGER, SERVICE, OPERATOR, own=True),
    "fairlead.v1.WorkforceService/UpdateAbsence": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/DeleteAbsence": _tenant(MANAGER, SERVICE),
    "fairlead.v1.WorkforceService/GetTenant": _tenant(MANAGER, SERVICE, OPERATOR, own=True, by_pool=True),
    "fairlead.v1.WorkforceService/UpdateTenant": _tenant(MANAGER),
    "fairlead.v1.WorkforceService/SetRepPresence": _tenant(MANAGER, SERVICE, own=True),
    "fairlead.v1.WorkforceService/ListRepPresences": _tenant(MANAGER, SERVICE, OPERATOR),
    "fairlead.v1.WorkforceService/ListCapUses": _tenant(MANAGER, SERVICE, OPERATOR),
    "fairlead.v1.RuleService/ValidateRuleSet": _tenant(MANAGER, OPERATOR, scope=Scope.TENANT_OR_NONE),
    "fairlead.v1.RuleService/TestRuleSet": _tenant(MANAGER, OPERATOR, scope=Scope.TENANT_OR_NONE),
    "fairlead.v1.RuleService/PublishRuleSet": _tenant(MANAGER),
    "fairlead.v1.RuleService/RollbackRuleSet": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.RuleService/ListRuleSetRevisions": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.RuleService/GetRuleSet": _tenant(MANAGER, SERVICE, OPERATOR, by_pool=True),
    "fairlead.v1.ProcessService/ValidateProcess": _tenant(MANAGER, OPERATOR, scope=Scope.TENANT_OR_NONE),
    "fairlead.v1.ProcessService/TestProcess": _tenant(MANAGER, OPERATOR, scope=Scope.TENANT_OR_NONE),
    "fairlead.v1.ProcessService/PublishProcess": _tenant(MANAGER),
    "fairlead.v1.ProcessService/RollbackProcess": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.ProcessService/ListProcessRevisions": _tenant(MANAGER, OPERATOR, by_pool=True),
    "fairlead.v1.ProcessService/GetProcess": _tenant(MANAGER, OPERATOR, by_pool=True),
    "fairlead.v1.ProcessService/DrawProcess": _tenant(MANAGER, OPERATOR, scope=Scope.TENANT_OR_NONE),
    "fairlead.v1.ProcessService/MigrateWorkItems": _tenant(MANAGER),
    "fairlead.v1.ProcessService/ListDeadlines": _tenant(MANAGER, SERVICE, OPERATOR, own=True, by_pool=True),
    "fairlead.v1.ProcessService/ListApprovals": _tenant(MANAGER, SERVICE, OPERATOR, own=True, by_pool=True),
    "fairlead.v1.ProcessService/ListDigests": _tenant(MANAGER, SERVICE, OPERATOR, own=True),
    "fairlead.v1.ProcessService/GetProcessFigures": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.ProcessService/ListSurveys": _tenant(MANAGER, SERVICE, OPERATOR, by_pool=True),
    "fairlead.v1.DeliveryService/CreateSubscription": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/GetSubscription": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/ListSubscriptions": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/UpdateSubscription": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/DeleteSubscription": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/TestSubscription": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/PauseSubscription": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/ResumeSubscription": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/CreateChannel": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/GetChannel": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/ListChannels": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/UpdateChannel": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/DeleteChannel": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/TestChannel": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/GetTemplates": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/UpdateTemplates": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/ListDeliveries": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DeliveryService/RedriveDeliveries": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.IntakeService/CreateSource": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.IntakeService/GetSource": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.IntakeService/ListSources": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.IntakeService/UpdateSource": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.IntakeService/DeleteSource": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.IntakeService/TestSource": _tenant(MANAGER, SERVICE),
    "fairlead.v1.IntakeService/IntakeLeads": _ANYBODY,  # who shows the source's token: the servicer looks
    "fairlead.v1.IntakeService/ListIntakeFailures": _tenant(MANAGER, SERVICE),
    "fairlead.v1.IntakeService/RedriveIntakeFailures": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.IntakeService/PurgeIntakeFailures": _tenant(MANAGER, OPERATOR),
    "fairlead.v1.DecisionService/GetDecision": _tenant(MANAGER, SERVICE, OPERATOR, by_pool=True),
    "fairlead.v1.DecisionService/ListDecisions": _tenant(MANAGER, SERVICE, OPERATOR, by_pool=True),
    "fairlead.v1.PrivacyService/EraseSubject": _tenant(MANAGER),
    "fairlead.v1.FairnessService/GetFairnessReport": _tenant(MANAGER, OPERATOR, by_pool=True),
    "fairlead.v1.ScoringService/ScoreCustomer": _tenant(MANAGER, SCIENTIST, SERVICE),
    "fairlead.v1.ScoringService/ScoreCustomers": _tenant(MANAGER, SCIENTIST, SERVICE),
    "fairlead.v1.ScoringService/RememberScores": _tenant(SCIENTIST, SERVICE),
    "fairlead.v1.ScoringService/BatchScoreCustomers": _tenant(MANAGER, SCIENTIST, SERVICE),
    "fairlead.v1.ScoringService/FindBestAction": _tenant(MANAGER, SCIENTIST, SERVICE),
    "fairlead.v1.ScoringService/RescoreCustomers": _tenant(SCIENTIST),
    "fairlead.v1.ModelService/ListModels": _tenant(SCIENTIST, OPERATOR, MANAGER, scope=Scope.SHARED),
    "fairlead.v1.ModelService/GetModel": _tenant(SCIENTIST, OPERATOR, MANAGER, scope=Scope.SHARED),
    "fairlead.v1.ModelService/CompareModels": _tenant(SCIENTIST, OPERATOR, MANAGER, scope=Scope.SHARED),
    "fairlead.v1.ModelService/PromoteModel": _tenant(SCIENTIST, scope=Scope.SERVER),
    "fairlead.v1.ModelService/ChallengeModel": _tenant(SCIENTIST, scope=Scope.SERVER),
    "fairlead.v1.ModelService/RollbackModel": _tenant(SCIENTIST, OPERATOR, scope=Scope.SERVER),
    "fairlead.v1.ModelService/TrainModel": _tenant(SCIENTIST, scope=Scope.SERVER),
    "fairlead.v1.OperationService/RedriveOperation": _tenant(SCIENTIST, OPERATOR, scope=Scope.SERVER),
    "google.longrunning.Operations/ListOperations": _tenant(SCIENTIST, OPERATOR, MANAGER, SERVICE, scope=Scope.SERVER),
    "google.longrunning.Operations/GetOperation": _tenant(SCIENTIST, OPERATOR, MANAGER, SERVICE, scope=Scope.SERVER),
    "google.longrunning.Operations/DeleteOperation": _tenant(SCIENTIST, OPERATOR, scope=Scope.SERVER),
    "google.longrunning.Operations/CancelOperation": _tenant(SCIENTIST, OPERATOR, MANAGER, scope=Scope.SERVER),
    "google.longrunning.Operations/WaitOperation": _tenant(SCIENTIST, OPERATOR, MANAGER, SERVICE, scope=Scope.SERVER),
    "grpc.health.v1.Health/Check": _ANYBODY,
    "grpc.health.v1.Health/Watch": _ANYBODY,
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": _tenant(*Role, by_pool=True, scope=Scope.SHARED),
}
"""By service and method."""
