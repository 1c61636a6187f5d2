"""The API as tests use it: one tenant, its services, and short words for what every test arranges."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status
from redis.asyncio import Redis

from fairlead.v1 import (
    decisions_pb2,
    decisions_pb2_grpc,
    deliveries_pb2_grpc,
    fairness_pb2,
    fairness_pb2_grpc,
    processes_pb2,
    processes_pb2_grpc,
    queue_pb2,
    queue_pb2_grpc,
    routing_pb2,
    routing_pb2_grpc,
    rules_pb2,
    rules_pb2_grpc,
    workforce_pb2,
    workforce_pb2_grpc,
)
from router.adapters.redis.repositories import Stores
from router.adapters.redis.rulesets import RedisRuleSets
from router.assignment.planner_cache import PlannerCache
from router.history.replay import Replay
from router.history.timer_check import TimerCheck
from router.process.revisions.cache import ProcessCache
from router.rules.check import check
from router.rules.codec import dumps
from rules.revisions import Publication
from store.clients import client_for, close

FULL = decisions_pb2.DECISION_VIEW_FULL
BASIC = decisions_pb2.DECISION_VIEW_BASIC
ASSIGNED = decisions_pb2.Decision.OUTCOME_ASSIGNED
EXISTING_OWNER = decisions_pb2.Decision.OUTCOME_EXISTING_OWNER
WAITING = decisions_pb2.Decision.OUTCOME_WAITING
UNROUTED = decisions_pb2.Decision.OUTCOME_UNROUTED
_BY_ITSELF = re.compile(rb":(?:role|timers)(?::|$)")
"""Keys that change while nobody asks for anything."""
EVERYONE = {"fields": {}, "default": {"route": {"pool": "everyone"}}}
MESSAGE_LIMIT: list[tuple[str, Any]] = [
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", 64 << 20),
]

M = TypeVar("M", bound=Message)


class Api:
    """One tenant's view of a server.

    Parameters
    ----------
    channel
        To the server.
    tenant
        Its last name, e.g. ``default``.
    redis_url
        The store behind the server, for what a test arranges there directly.
    """

    def __init__(self, channel: grpc.aio.Channel, tenant: str, redis_url: str = "") -> None:
        self.channel = channel
        self.redis_url = redis_url
        self.tenant = tenant
        self.parent = f"tenants/{tenant}"
        self.routing: Any = routing_pb2_grpc.RoutingServiceStub(channel)
        self.workforce: Any = workforce_pb2_grpc.WorkforceServiceStub(channel)
        self.rules: Any = rules_pb2_grpc.RuleServiceStub(channel)
        self.processes: Any = processes_pb2_grpc.ProcessServiceStub(channel)
        self.decisions: Any = decisions_pb2_grpc.DecisionServiceStub(channel)
        self.queue: Any = queue_pb2_grpc.QueueServiceStub(channel)
        self.deliveries: Any = deliveries_pb2_grpc.DeliveryServiceStub(channel)
        self.fairness: Any = fairness_pb2_grpc.FairnessServiceStub(channel)

    def rep_name(self, rep_id: str) -> str:
        return f"{self.parent}/reps/{rep_id}"

    async def hire(
        self, rep_id: str, *, active: bool = True, capacity: Mapping[str, int] | None = None, **attributes: Any
    ) -> workforce_pb2.Rep:
        rep = workforce_pb2.Rep(attributes=struct(attributes), active=active, capacity=capacity or {})
        request = workforce_pb2.CreateRepRequest(parent=self.parent, rep_id=rep_id, rep=rep)
        return _as(workforce_pb2.Rep, await self.workforce.CreateRep(request))

    async def switch(self, rep_id: str, *, active: bool) -> workforce_pb2.Rep:
        rep = workforce_pb2.Rep(name=self.rep_name(rep_id), active=active)
        request = workforce_pb2.UpdateRepRequest(rep=rep)
        return _as(workforce_pb2.Rep, await self.workforce.UpdateRep(request))

    async def dismiss(self, rep_id: str) -> None:
        await self.workforce.DeleteRep(workforce_pb2.DeleteRepRequest(name=self.rep_name(rep_id)))

    async def pool(
        self,
        pool_id: str,
        members: Sequence[str] | Mapping[str, float],
        *,
        band: float = 0,
        value_weighted: bool = False,
    ) -> workforce_pb2.Pool:
        weights = members if isinstance(members, Mapping) else dict.fromkeys(members, 1.0)
        pool = workforce_pb2.Pool(
            members=[workforce_pb2.PoolMember(rep=rep, weight=weight) for rep, weight in weights.items()],
            band=band,
            value_weighted=value_weighted,
        )
        request = workforce_pb2.CreatePoolRequest(parent=self.parent, pool_id=pool_id, pool=pool)
        return _as(workforce_pb2.Pool, await self.workforce.CreatePool(request))

    async def pool_without(self, pool_id: str, rep_id: str) -> None:
        """Take a rep out of a pool."""
        name = f"{self.parent}/pools/{pool_id}"
        pool = await self.workforce.GetPool(workforce_pb2.GetPoolRequest(name=name))
        kept = [member for member in pool.members if last(member.rep) != rep_id]
        del pool.members[:]
        pool.members.extend(kept)
        await self.workforce.UpdatePool(workforce_pb2.UpdatePoolRequest(pool=pool))

    async def territory(self, territory_id: str, parent: str = "") -> None:
        request = workforce_pb2.CreateTerritoryRequest(
            parent=self.parent, territory_id=territory_id, territory=workforce_pb2.Territory(parent=parent)
        )
        await self.workforce.CreateTerritory(request)

    async def publish(self, rules: Mapping[str, Any] | str, **fields: Any) -> rules_pb2.RuleSet:
        source = rules if isinstance(rules, str) else json.dumps(rules, ensure_ascii=False)
        request = rules_pb2.PublishRuleSetRequest(parent=self.parent, source=source, **fields)
        return _as(rules_pb2.RuleSet, await self.rules.PublishRuleSet(request))

    async def publish_process(self, process: Mapping[str, Any] | str, **fields: Any) -> processes_pb2.Process:
        source = process if isinstance(process, str) else json.dumps(process, ensure_ascii=False)
        request = processes_pb2.PublishProcessRequest(parent=self.parent, source=source, **fields)
        return _as(processes_pb2.Process, await self.processes.PublishProcess(request))

    async def adopt(self, rules: Mapping[str, Any]) -> None:
        """Publish rules past the server, without the child process that tries them: for what a test only arranges."""
        source = json.dumps(rules, ensure_ascii=False)
        rule_set = check(source).rule_set
        assert rule_set is not None
        publication = Publication(0, source, dumps(rule_set), "", len(rule_set.rules), 0, 0)
        redis = client_for(self.redis_url)
        await RedisRuleSets(redis).publish(self.tenant, None, publication)
        await close(redis)

    def wish(
        self,
        external_id: str = "",
        *,
        request_id: str = "",
        view: decisions_pb2.DecisionView = BASIC,
        validate_only: bool = False,
        source: str = "crm",
        kind: routing_pb2.WorkItem.Kind = routing_pb2.WorkItem.KIND_LEAD,
        value: float = 0,
        **attributes: Any,
    ) -> routing_pb2.RouteWorkItemRequest:
        item = routing_pb2.WorkItem(
            kind=kind,
            source=source if external_id else "",
            external_id=external_id,
            attributes=struct(attributes),
            value=value,
        )
        return routing_pb2.RouteWorkItemRequest(
            parent=self.parent, work_item=item, request_id=request_id, validate_only=validate_only, view=view
        )

    async def route(self, external_id: str = "", **wish: Any) -> decisions_pb2.Decision:
        return _as(decisions_pb2.Decision, await self.routing.RouteWorkItem(self.wish(external_id, **wish)))

    async def route_batch(self, wishes: Sequence[routing_pb2.RouteWorkItemRequest]) -> list[routing_pb2.RouteResult]:
        request = routing_pb2.BatchRouteWorkItemsRequest(parent=self.parent, requests=wishes)
        return list((await self.routing.BatchRouteWorkItems(request)).results)

    async def submit(self, external_id: str = "", **wish: Any) -> queue_pb2.Submission:
        wished = self.wish(external_id, **wish)
        request = routing_pb2.SubmitWorkItemRequest(
            parent=self.parent,
            work_item=wished.work_item,
            request_id=wished.request_id,
            validate_only=wished.validate_only,
        )
        return _as(queue_pb2.Submission, await self.routing.SubmitWorkItem(request))

    async def submissions(self, state: queue_pb2.Submission.State) -> list[queue_pb2.Submission]:
        request = queue_pb2.ListSubmissionsRequest(parent=self.parent, state=state)
        return list((await self.queue.ListSubmissions(request)).submissions)

    async def counts(self) -> queue_pb2.Queue:
        request = queue_pb2.GetQueueRequest(name=f"{self.parent}/queue")
        return _as(queue_pb2.Queue, await self.queue.GetQueue(request))

    async def item(self, name: str) -> routing_pb2.WorkItem:
        return _as(routing_pb2.WorkItem, await self.routing.GetWorkItem(routing_pb2.GetWorkItemRequest(name=name)))

    async def complete(self, name: str, **fields: Any) -> routing_pb2.WorkItem:
        request = routing_pb2.CompleteWorkItemRequest(name=name, **fields)
        return _as(routing_pb2.WorkItem, await self.routing.CompleteWorkItem(request))

    async def update(self, name: str, *paths: str, **fields: Any) -> routing_pb2.WorkItem:
        work_item = routing_pb2.WorkItem(name=name, **fields.pop("work_item", {}))
        request = routing_pb2.UpdateWorkItemRequest(work_item=work_item, update_mask={"paths": paths}, **fields)
        return _as(routing_pb2.WorkItem, await self.routing.UpdateWorkItem(request))

    async def accept(self, name: str, **fields: Any) -> routing_pb2.WorkItem:
        request = routing_pb2.AcceptWorkItemRequest(name=name, **fields)
        return _as(routing_pb2.WorkItem, await self.routing.AcceptWorkItem(request))

    async def decline(self, name: str, **fields: Any) -> routing_pb2.WorkItem:
        request = routing_pb2.DeclineWorkItemRequest(name=name, **fields)
        return _as(routing_pb2.WorkItem, await self.routing.DeclineWorkItem(request))

    async def reassign(self, name: str, **fields: Any) -> decisions_pb2.Decision:
        request = routing_pb2.ReassignWorkItemRequest(name=name, **fields)
        return _as(decisions_pb2.Decision, await self.routing.ReassignWorkItem(request))

    async def reopen(self, name: str, **fields: Any) -> decisions_pb2.Decision:
        request = routing_pb2.ReopenWorkItemRequest(name=name, **fields)
        return _as(decisions_pb2.Decision, await self.routing.ReopenWorkItem(request))

    async def decision(self, name: str, view: decisions_pb2.DecisionView = FULL) -> decisions_pb2.Decision:
        request = decisions_pb2.GetDecisionRequest(name=name, view=view)
        return _as(decisions_pb2.Decision, await self.decisions.GetDecision(request))

    async def report(self, pool_id: str) -> fairness_pb2.FairnessReport:
        request = fairness_pb2.GetFairnessReportRequest(pool=f"{self.parent}/pools/{pool_id}")
        return _as(fairness_pb2.FairnessReport, await self.fairness.GetFairnessReport(request))


def last(name: str) -> str:
    """Return the last part of a resource name."""
    return name.rpartition("/")[2]


def struct(values: Mapping[str, Any]) -> Struct:
    message = Struct()
    message.update(dict(values))
    return message


def verdicts(decision: decisions_pb2.Decision) -> dict[str, str]:
    """Return how each candidate ended, by rep id: a verdict, or the first reason's code."""
    return {
        last(c.rep): c.reasons[0].code
        if c.reasons
        else decisions_pb2.Candidate.Verdict.Name(c.verdict).removeprefix("VERDICT_")
        for c in decision.candidates
    }


def violated_fields(error: grpc.aio.AioRpcError) -> list[str]:
    """Return the fields that an INVALID_ARGUMENT names."""
    return [violation.field for violation in _detail(error, BadRequest).field_violations]


def retry_delay_s(error: grpc.aio.AioRpcError) -> float:
    """Return the seconds after which an UNAVAILABLE asks to try again."""
    delay = _detail(error, RetryInfo).retry_delay
    return float(delay.seconds + delay.nanos / 1e9)


def _detail(error: grpc.aio.AioRpcError, kind: Any) -> Any:
    status, trailers = Status(), error.trailing_metadata()
    metadata: Any = trailers or ()
    for key, value in metadata:
        if key == "grpc-status-details-bin":
            status.ParseFromString(value)
    unpacked = kind()
    for detail in status.details:
        if detail.Unpack(unpacked):
            return unpacked
    return unpacked


def _as(kind: type[M], message: Any) -> M:
    assert isinstance(message, kind)
    return message


@asynccontextmanager
async def connected(address: str, tenant: str, redis_url: str = "") -> AsyncIterator[Api]:
    """Open a channel of its own to a server."""
    options = [*MESSAGE_LIMIT, ("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(address, options=options) as channel:
        yield Api(channel, tenant, redis_url)


async def differences(redis_url: str, tenant: str) -> list[str]:
    """Replay a tenant's log as ``fairlead log replay`` does."""
    stores = Stores.connect(redis_url)
    planners = PlannerCache(
        stores.workforce, stores.rule_sets, stores.rule_sets, processes=ProcessCache(stores.processes)
    )
    check = TimerCheck(stores.assignments, stores.timers, partial(stores.timer_follower, planners))
    replay = Replay(stores.assignments, stores.presences, planners, check, stores.processes)
    try:
        return [difference async for difference in replay.differences(tenant)]
    finally:
        planners.close()
        await stores.close()


async def dump(redis_url: str) -> dict[bytes, bytes]:
    """Return every key of a store with its content, byte for byte; roles and timers change by themselves."""
    redis: Any = Redis.from_url(redis_url)
    try:
        keys = [key async for key in redis.scan_iter(count=1000) if not _BY_ITSELF.search(key)]
        return {key: await redis.dump(key) for key in keys}
    finally:
        await redis.aclose()
