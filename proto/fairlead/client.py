"""A client for programs: ``from fairlead.client import FairleadClient``.

    with FairleadClient("127.0.0.1:50051") as fairlead:
        decision = fairlead.route({"region": "华东", "potential": 80}, source="crm", external_id="L-1")
        print(decision.rep)

Names may be written in full (``tenants/default/reps/anna``) or as their last part (``anna``). Answers are the
messages of ``fairlead.v1``. Each change is sent with a fresh ``request_id``, so that repeating it after a lost
answer is the same change; what fails for good raises ``FairleadError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import grpc
from google.protobuf.empty_pb2 import Empty

from fairlead.access import Access
from fairlead.connection import Connection
from fairlead.errors import FairleadError
from fairlead.operations import Operations
from fairlead.retries import Retries
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import fairness_pb2 as fairness
from fairlead.v1 import models_pb2 as models
from fairlead.v1 import queue_pb2 as queues
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import rules_pb2 as rules
from fairlead.v1 import scoring_pb2 as scoring
from fairlead.v1 import workforce_pb2 as workforce

__all__ = ["Access", "FairleadClient", "FairleadError", "work_item"]

MAX_BATCH = 1000
_PAGE = 1000
Attributes = Mapping[str, str | float | bool | Sequence[str] | None]


class FairleadClient:
    """A connection to the service for one tenant; safe to share between threads.

    Parameters
    ----------
    address
        ``host:port``.
    tenant
        Whose work items, reps and rules.
    credentials
        For TLS: ``grpc.ssl_channel_credentials(…)``; absent: as ``access`` says.
    access
        Token and certificates; absent: an open connection, and nothing shown.
    timeout_s
        How long one try of a call may take, in seconds.
    retries
        When calls are repeated; for up to 30 seconds by default.

    Attributes
    ----------
    operations
        Operations: trains and rescores, follows and cancels.
    """

    def __init__(
        self,
        address: str = "127.0.0.1:50051",
        tenant: str = "default",
        *,
        credentials: grpc.ChannelCredentials | None = None,
        access: Access | None = None,
        timeout_s: float = 10.0,
        retries: Retries | None = None,
    ) -> None:
        self.parent = f"tenants/{tenant}"
        self._connection = Connection(address, access or Access(), credentials, timeout_s, retries or Retries())
        self.operations = Operations(self._connection, self.parent)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---------------------------------------------------------------------------------------------------------- routing

    def route(
        self,
        attributes: Attributes,
        *,
        kind: str = "LEAD",
        source: str = "",
        external_id: str = "",
        value: float = 0.0,
        priority: int = 0,
        request_id: str = "",
        preview: bool = False,
        full: bool = False,
    ) -> decisions.Decision:
        """Find a work item's owner, or make one; ``full`` brings every candidate, ``preview`` writes nothing."""
        item = work_item(attributes, kind=kind, source=source, external_id=external_id, value=value, priority=priority)
        request = self._route_request(item, full=full, preview=preview, request_id=request_id)
        request.parent = self.parent
        return self._connection.call("RoutingService/RouteWorkItem", request, decisions.Decision)

    def route_many(
        self, items: Iterable[routing.WorkItem], *, full: bool = False, batch_size: int = 500
    ) -> Iterator[decisions.Decision | FairleadError]:
        """Route as many as there are, in batches of at most 1,000; one decision or error each, in their order."""
        remaining = iter(items)
        while batch := list(islice(remaining, batch_size)):
            request = routing.BatchRouteWorkItemsRequest(
                parent=self.parent, requests=[self._route_request(item, full=full) for item in batch]
            )
            answer = self._connection.call(
                "RoutingService/BatchRouteWorkItems", request, routing.BatchRouteWorkItemsResponse
            )
            for result in answer.results:
                failed = result.WhichOneof("result") == "error"
                yield FairleadError.of_status(result.error) if failed else result.decision

    def submit(
        self,
        attributes: Attributes,
        *,
        kind: str = "LEAD",
        source: str = "",
        external_id: str = "",
        value: float = 0.0,
        priority: int = 0,
        request_id: str = "",
    ) -> queues.Submission:
        """Have a work item taken in at once and routed soon; `get_work_item` of its name follows it."""
        item = work_item(attributes, kind=kind, source=source, external_id=external_id, value=value, priority=priority)
        request = routing.SubmitWorkItemRequest(parent=self.parent, work_item=item, request_id=request_id or _new_id())
        return self._connection.call("RoutingService/SubmitWorkItem", request, queues.Submission)

    def submit_many(
        self, items: Iterable[routing.WorkItem], *, batch_size: int = 500
    ) -> Iterator[queues.Submission | FairleadError]:
        """Submit as many as there are, in batches of at most 1,000; one submission or error each, in their order.

        What a full queue refuses is an error with ``retry_delay_s``: whoever has many waits for it and submits again.
        """
        remaining = iter(items)
        while batch := list(islice(remaining, batch_size)):
            request = routing.BatchSubmitWorkItemsRequest(
                parent=self.parent,
                requests=[routing.SubmitWorkItemRequest(work_item=item, request_id=_new_id()) for item in batch],
            )
            answer = self._connection.call(
                "RoutingService/BatchSubmitWorkItems", request, routing.BatchSubmitWorkItemsResponse
            )
            for result in answer.results:
                failed = result.WhichOneof("result") == "error"
                yield FairleadError.of_status(result.error) if failed else result.submission

    def get_work_item(self, name: str) -> routing.WorkItem:
        """Get a work item; its id is ``source~external_id`` where those are plain."""
        request = routing.GetWorkItemRequest(name=self._name("workItems", name))
        return self._connection.call("RoutingService/GetWorkItem", request, routing.WorkItem)

    def list_work_items(self, *, owner: str = "", state: str = "") -> Iterator[routing.WorkItem]:
        """List work items, oldest first; ``state`` is e.g. ``ASSIGNED`` or ``QUEUED``."""
        request = routing.ListWorkItemsRequest(parent=self.parent, page_size=_PAGE)
        request.owner = self._name("reps", owner) if owner else ""
        if state:
            request.state = _number(routing.WorkItem.State, "STATE", state)
        for page in self._connection.pages("RoutingService/ListWorkItems", request, routing.ListWorkItemsResponse):
            yield from page.work_items

    def reassign(
        self, work_item: str, rep: str = "", *, note: str = "", etag: str = "", full: bool = False
    ) -> decisions.Decision:
        """Move a work item to a rep, or to whom the rules and the ledger choose among those who have not had it."""
        request = routing.ReassignWorkItemRequest(
            name=self._name("workItems", work_item),
            rep=self._name("reps", rep) if rep else "",
            note=note,
            etag=etag,
            request_id=_new_id(),
            view=_view(full),
        )
        return self._connection.call("RoutingService/ReassignWorkItem", request, decisions.Decision)

    def complete(self, work_item: str, resolution: str = "CLOSED", *, etag: str = "") -> routing.WorkItem:
        """Close a work item as CONVERTED, DISQUALIFIED or CLOSED."""
        request = routing.CompleteWorkItemRequest(
            name=self._name("workItems", work_item),
            resolution=_number(routing.CompleteWorkItemRequest.Resolution, "RESOLUTION", resolution),
            etag=etag,
            request_id=_new_id(),
        )
        return self._connection.call("RoutingService/CompleteWorkItem", request, routing.WorkItem)

    def watch(self, resume_token: str = "") -> Iterator[routing.WatchWorkItemsResponse]:
        """Yield the changes of work items as they come, for ever, each at least once and in order.

        Parameters
        ----------
        resume_token
            Behind which change to begin: the token that came with it, kept once the change was dealt with. ``start``:
            with the first one ever; absent: only what happens from now on.
        """
        request = routing.WatchWorkItemsRequest(parent=self.parent, resume_token=resume_token)
        for answer in self._connection.stream("RoutingService/WatchWorkItems", request, routing.WatchWorkItemsResponse):
            if answer.HasField("change"):
                yield answer

    # ------------------------------------------------------------------------------------------------------------ queue

    def queue(self) -> queues.Queue:
        """Count what is submitted and not routed yet, and what became of the rest."""
        request = queues.GetQueueRequest(name=f"{self.parent}/queue")
        return self._connection.call("QueueService/GetQueue", request, queues.Queue)

    def list_submissions(self, state: str = "DEAD") -> Iterator[queues.Submission]:
        """List what is READY, DELAYED, LEASED or DEAD, in the order of that state."""
        request = queues.ListSubmissionsRequest(
            parent=self.parent, page_size=_PAGE, state=_number(queues.Submission.State, "STATE", state)
        )
        for page in self._connection.pages("QueueService/ListSubmissions", request, queues.ListSubmissionsResponse):
            yield from page.submissions

    def redrive(self, *work_items: str, preview: bool = False) -> int:
        """Have dead letters tried again, all where none is named; return how many."""
        request = queues.RedriveSubmissionsRequest(
            parent=self.parent, work_items=work_items, validate_only=preview, request_id=_new_id()
        )
        answer = self._connection.call("QueueService/RedriveSubmissions", request, queues.RedriveSubmissionsResponse)
        return answer.redriven_count

    def purge(self, state: str, *work_items: str, preview: bool = False) -> int:
        """Remove what is READY, DELAYED or DEAD for good, all where none is named; return how many."""
        request = queues.PurgeSubmissionsRequest(
            parent=self.parent,
            state=_number(queues.Submission.State, "STATE", state),
            work_items=work_items,
            validate_only=preview,
            request_id=_new_id(),
        )
        return self._connection.call(
            "QueueService/PurgeSubmissions", request, queues.PurgeSubmissionsResponse
        ).purged_count

    # -------------------------------------------------------------------------------------------------------- workforce

    def upsert_reps(self, reps: Sequence[workforce.Rep]) -> list[workforce.Rep]:
        """Create or replace up to 10,000 reps, all or none; their names may be ids alone."""
        named = [workforce.Rep() for _ in reps]
        for copy, rep in zip(named, reps, strict=True):
            copy.CopyFrom(rep)
            copy.name = self._name("reps", rep.name)
        request = workforce.BatchUpsertRepsRequest(parent=self.parent, reps=named, request_id=_new_id())
        answer = self._connection.call("WorkforceService/BatchUpsertReps", request, workforce.BatchUpsertRepsResponse)
        return list(answer.reps)

    def list_reps(self) -> Iterator[workforce.Rep]:
        """List reps by id."""
        request = workforce.ListRepsRequest(parent=self.parent, page_size=_PAGE)
        for page in self._connection.pages("WorkforceService/ListReps", request, workforce.ListRepsResponse):
            yield from page.reps

    def delete_rep(self, rep: str) -> None:
        """Delete a rep who owns nothing open."""
        request = workforce.DeleteRepRequest(name=self._name("reps", rep), request_id=_new_id())
        self._connection.call("WorkforceService/DeleteRep", request, Empty)

    def upsert_pool(
        self, pool: str, members: Mapping[str, float], *, band: float | None = None, value_weighted: bool | None = None
    ) -> workforce.Pool:
        """Create a pool, or change its members (rep → weight); band and charging stay as they are unless given."""
        request = workforce.UpdatePoolRequest(allow_missing=True, request_id=_new_id())
        request.pool.name = self._name("pools", pool)
        request.pool.members.extend(workforce.PoolMember(rep=rep, weight=weight) for rep, weight in members.items())
        request.update_mask.paths.append("members")
        if band is not None:
            request.pool.band = band
            request.update_mask.paths.append("band")
        if value_weighted is not None:
            request.pool.value_weighted = value_weighted
            request.update_mask.paths.append("value_weighted")
        return self._connection.call("WorkforceService/UpdatePool", request, workforce.Pool)

    def list_pools(self) -> Iterator[workforce.Pool]:
        """List pools by id."""
        request = workforce.ListPoolsRequest(parent=self.parent, page_size=_PAGE)
        for page in self._connection.pages("WorkforceService/ListPools", request, workforce.ListPoolsResponse):
            yield from page.pools

    def upsert_territory(self, territory: str, parent: str = "") -> workforce.Territory:
        """Create a territory, or move it below another parent; no parent makes it a root."""
        request = workforce.UpdateTerritoryRequest(allow_missing=True, request_id=_new_id())
        request.territory.name = self._name("territories", territory)
        request.territory.parent = self._name("territories", parent) if parent else ""
        request.update_mask.paths.append("parent")
        return self._connection.call("WorkforceService/UpdateTerritory", request, workforce.Territory)

    def list_territories(self) -> Iterator[workforce.Territory]:
        """List territories by id."""
        request = workforce.ListTerritoriesRequest(parent=self.parent, page_size=_PAGE)
        for page in self._connection.pages(
            "WorkforceService/ListTerritories", request, workforce.ListTerritoriesResponse
        ):
            yield from page.territories

    # ------------------------------------------------------------------------------------------------------------ rules

    def publish_rules(self, source: str, *, note: str = "", etag: str = "") -> rules.RuleSet:
        """Publish a rule set as YAML or JSON text; it holds from the next decision on."""
        request = rules.PublishRuleSetRequest(
            parent=self.parent, source=source, note=note, etag=etag, request_id=_new_id()
        )
        return self._connection.call("RuleService/PublishRuleSet", request, rules.RuleSet)

    def rollback_rules(self, revision: int = 0) -> rules.RuleSet:
        """Make an earlier revision hold again; 0: the one before the active one."""
        request = rules.RollbackRuleSetRequest(parent=self.parent, revision=revision, request_id=_new_id())
        return self._connection.call("RuleService/RollbackRuleSet", request, rules.RuleSet)

    def validate_rules(self, source: str) -> list[rules.RuleSetProblem]:
        """Return what is wrong with a rule set; no ERROR among it means valid."""
        request = rules.ValidateRuleSetRequest(parent=self.parent, source=source)
        return list(
            self._connection.call("RuleService/ValidateRuleSet", request, rules.ValidateRuleSetResponse).problems
        )

    def test_rules(self, source: str, tests: str = "") -> rules.TestRuleSetResponse:
        """Run a rule set's own tests, or others, without publishing it."""
        request = rules.TestRuleSetRequest(parent=self.parent, source=source, tests=tests)
        return self._connection.call("RuleService/TestRuleSet", request, rules.TestRuleSetResponse)

    def get_rules(self, revision: int = 0) -> rules.RuleSet:
        """Get a revision with its source; 0: the active one."""
        request = rules.GetRuleSetRequest(name=f"{self.parent}/ruleSets/{revision or 'active'}")
        return self._connection.call("RuleService/GetRuleSet", request, rules.RuleSet)

    def list_rules(self) -> Iterator[rules.RuleSet]:
        """List the revisions, newest first, without their sources."""
        request = rules.ListRuleSetRevisionsRequest(parent=self.parent, page_size=_PAGE)
        for page in self._connection.pages(
            "RuleService/ListRuleSetRevisions", request, rules.ListRuleSetRevisionsResponse
        ):
            yield from page.rule_sets

    # ------------------------------------------------------------------------------------------ decisions and fairness

    def get_decision(self, decision: str | int) -> decisions.Decision:
        """Get a decision without the refused candidates."""
        return self._decision(decision, full=False)

    def explain(self, decision: str | int) -> decisions.Decision:
        """Get a decision with every candidate, all reasons, and the rule's predicates."""
        return self._decision(decision, full=True)

    def list_decisions(self, *, work_item: str = "", full: bool = False) -> Iterator[decisions.Decision]:
        """List decisions, newest first: all, or those about one work item."""
        request = decisions.ListDecisionsRequest(parent=self.parent, page_size=_PAGE, view=_view(full))
        request.work_item = self._name("workItems", work_item) if work_item else ""
        for page in self._connection.pages("DecisionService/ListDecisions", request, decisions.ListDecisionsResponse):
            yield from page.decisions

    def fairness(self, pool: str) -> fairness.FairnessReport:
        """Report how far every member of a pool is from a fair share, and the bound of that distance."""
        request = fairness.GetFairnessReportRequest(pool=self._name("pools", pool))
        return self._connection.call("FairnessService/GetFairnessReport", request, fairness.FairnessReport)

    # ---------------------------------------------------------------------------------------------------------- scoring

    def score(
        self,
        customer: str,
        features: Attributes,
        *,
        top: int = 3,
        locale: str = "en",
        as_of: datetime | None = None,
        what_if: bool = False,
    ) -> scoring.Score:
        """Say how likely a customer is to leave, and why.

        Parameters
        ----------
        top
            Reasons wanted, 0 to 50.
        locale
            Of the reasons: ``zh`` or ``en``.
        as_of
            When the features were so, with its zone; absent: now.
        what_if
            The features are a supposition: rules that look at known customers do not learn of the score.
        """
        request = scoring.ScoreCustomerRequest(parent=self.parent, explain_top_k=top, locale=locale, what_if=what_if)
        request.customer.id = customer
        request.customer.features.update({name: _plain(value) for name, value in features.items()})
        if as_of is not None:
            request.customer.as_of_time.FromDatetime(as_of)
        return self._connection.call("ScoringService/ScoreCustomer", request, scoring.Score)

    def remember_scores(self, scores: Iterable[scoring.RememberedScore]) -> int:
        """Tell the service of scores that were made elsewhere, in batches of 1,000; return how many there were."""
        remaining, count = iter(scores), 0
        while batch := list(islice(remaining, MAX_BATCH)):
            request = scoring.RememberScoresRequest(parent=self.parent, scores=batch)
            self._connection.call("ScoringService/RememberScores", request, scoring.RememberScoresResponse)
            count += len(batch)
        return count

    def list_models(self, model: str = "", *, own: bool = False) -> Iterator[models.Model]:
        """List versions by name, all or those of one model: everybody's, or the tenant's own."""
        parts = [*([self.parent] if own else []), *([f"models/{model}"] if model else [])]
        request = models.ListModelsRequest(parent="/".join(parts), page_size=_PAGE)
        for page in self._connection.pages("ModelService/ListModels", request, models.ListModelsResponse):
            yield from page.models

    def promote_model(self, version: str, actor: str, *, reason: str = "", override_reason: str = "") -> models.Model:
        """Make a version, by its whole name as `list_models` gives it, the champion; servers follow within a second."""
        request = models.PromoteModelRequest(
            name=version, actor=actor, reason=reason, override_reason=override_reason, request_id=_new_id()
        )
        return self._connection.call("ModelService/PromoteModel", request, models.Model)

    # ------------------------------------------------------------------------------------------------------------ calls

    def _decision(self, decision: str | int, *, full: bool) -> decisions.Decision:
        request = decisions.GetDecisionRequest(name=self._name("decisions", str(decision)), view=_view(full))
        return self._connection.call("DecisionService/GetDecision", request, decisions.Decision)

    def _route_request(
        self, item: routing.WorkItem, *, full: bool, preview: bool = False, request_id: str = ""
    ) -> routing.RouteWorkItemRequest:
        return routing.RouteWorkItemRequest(
            work_item=item, request_id=request_id or _new_id(), validate_only=preview, view=_view(full)
        )

    def _name(self, collection: str, name: str) -> str:
        return name if name.startswith("tenants/") else f"{self.parent}/{collection}/{name}"


def work_item(
    attributes: Attributes,
    *,
    kind: str = "LEAD",
    source: str = "",
    external_id: str = "",
    value: float = 0.0,
    priority: int = 0,
) -> routing.WorkItem:
    """Make a work item of plain values; attributes that are None are left out."""
    item = routing.WorkItem(
        kind=_number(routing.WorkItem.Kind, "KIND", kind),
        source=source,
        external_id=external_id,
        value=value,
        priority=priority,
    )
    item.attributes.update({name: _plain(given) for name, given in attributes.items() if given is not None})
    return item


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | set | frozenset) else value


def _number(enum: Any, prefix: str, name: str) -> Any:
    known = [value.removeprefix(f"{prefix}_") for value in enum.keys()[1:]]
    if name not in known:
        raise ValueError(f"{prefix.lower()} is {name!r}; allowed are {', '.join(known)}")
    return enum.Value(f"{prefix}_{name}")


def _view(full: bool) -> decisions.DecisionView:
    return decisions.DECISION_VIEW_FULL if full else decisions.DECISION_VIEW_BASIC


def _new_id() -> str:
    return str(uuid4())
