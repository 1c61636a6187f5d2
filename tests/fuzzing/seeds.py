"""Requests that are understood: what a world begins with, and what mutation starts from."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from google.longrunning import operations_pb2 as operations
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from grpc_reflection.v1alpha import reflection_pb2 as reflection

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import caps_pb2 as caps
from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import deliveries_pb2 as deliveries
from fairlead.v1 import fairness_pb2 as fairness
from fairlead.v1 import intake_pb2 as intake
from fairlead.v1 import models_pb2 as models
from fairlead.v1 import operations_pb2 as ours
from fairlead.v1 import privacy_pb2 as privacy
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import queue_pb2 as queue
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import rules_pb2 as rules
from fairlead.v1 import scoring_pb2 as scoring
from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1.tables_pb2 import ReadOptions
from gateway.auth.permissions import GRANTS, Scope
from gateway.calls.call import Method
from router.intake.service import hashed
from router.intake.source import JunkRule, LeadSource, MappedAttribute, ValueType
from tests.api import struct
from tests.fuzzing.drawing import TENANT
from tests.methods import METHODS
from tests.scoring_models import CUSTOMER

PARENT = f"tenants/{TENANT}"
READ = ReadOptions(
    encoding="utf-8", delimiter=",", decimal=",", date_format="DMY", timezone="Asia/Shanghai", sheet="Sheet1",
    columns={"Kunde": "customer"}, allow_unreadable=0.05,
)  # fmt: skip
TESTS = """\
tests:
  - name: a call in time
    item: {region: west}
    life:
      - {at: 2026-10-12T09:00, do: assigned, to: ann, pool: everyone}
      - {at: 2026-10-12T09:20, do: activity, kind: CALL, direction: OUTBOUND, duration: 180s}
      - {at: 2026-10-13T09:00, do: stage, stage: won}
    expect: {met: [first], missed: [], due: {first: 2026-10-12T10:00}}
workforce:
  calendar: office
  calendars: {office: {weekly: {mon-fri: 09:00-18:00}}}
  reps: {ann: {}}
  pools: {everyone: [ann]}
"""
PROCESS = """\
process: sales
title: {en: Sales, zh: 销售}
kinds: [LEAD]
deadlines: [{id: all, within: 20cd, clock: wall, from: arrival}]
stages:
  - id: new
    require: region
    next: [won, lost]
    deadlines:
      - id: first
        within: {by: region, west: 1h, else: 4h}
        from: assigned
        until: attempt
        steps: [{at: 5m, do: remind}, {at: 50%, do: notify, to: [manager, ann]}, {at: 200%, do: reassign}]
      - id: renewal
        of: since
        before: 30d
        on_closed: after
        yearly: true
        until: contact
        steps: [{before: 2d, do: remind}, {every: 1d, at_most: 3, do: notify, to: ann}]
  - {id: won, closes: CONVERTED, approve: {by: manager, when: {field: potential, op: gt, value: 9}, on_reject: lost}}
  - id: lost
    closes: DISQUALIFIED
    open:
      - {id: again, kind: LEAD, pool: everyone, stage: new, of: since, before: {by: region, west: 1d, else: none},
         copy: {region: region, customer: customer}}
"""
RULES = """\
fields:
  region: {type: string}
  potential: {type: number}
  phone: {type: string, personal: true}
  tags: {type: list}
  since: {type: date}
  vip: {type: bool}
  customer: {type: string}
  risk: {type: number}
  tier: {type: string}
undeclared: ignore
known_customer: {id: customer, churn_risk: risk, value_tier: tier}
rules:
  - id: east
    priority: 3
    when: {all: [{field: region, op: within, value: 华东}, {not: {field: potential, op: between, value: [90, 99]}}]}
    route:
      pool: everyone
      require: [{rep: regions, op: covers, item: region}]
      prefer: [{rep: languages, op: has, value: zh, score: 3}]
      fallback: [{drop: [regions]}, {widen: region}, wait]
  - id: vip
    when: {any: [{field: vip, op: eq, value: true}, {field: risk, op: gte, value: 0.5}]}
    route: {pool: everyone, value: potential, priority: 9, sla: fast, fallback: wait}
default: {route: {pool: everyone, fallback: wait}}
tests: [{name: t, item: {region: 上海}, expect: {rule: east}}]
"""


def _item(external_id: str, **attributes: Any) -> routing.WorkItem:
    return routing.WorkItem(
        kind=routing.WorkItem.KIND_LEAD, source="crm", external_id=external_id, attributes=struct(attributes)
    )


def _rep(name: str, **attributes: Any) -> workforce.Rep:
    return workforce.Rep(
        name=f"{PARENT}/reps/{name}", active=True, attributes=struct(attributes), capacity={"LEAD": 50}
    )


def _customer(**features: Any) -> scoring.Customer:
    return scoring.Customer(id="C-1", features=struct({**CUSTOMER, **features}))


def _plain_customer() -> scoring.Customer:
    numbers = {name: value for name, value in CUSTOMER.items() if isinstance(value, int | float)}
    texts = {name: value for name, value in CUSTOMER.items() if isinstance(value, str)}
    return scoring.Customer(id="C-1", number_features=numbers, text_features=texts)


_ROUTE = routing.RouteWorkItemRequest(
    parent=PARENT, work_item=_item("L-1", region="上海", potential=60, phone="139", customer="C-1"),
    view=decisions.DECISION_VIEW_FULL,
)  # fmt: skip
_SUBMIT = routing.SubmitWorkItemRequest(parent=PARENT, work_item=_item("L-2", vip=True, tags=["a"]), request_id="r-2")
_SCORE = scoring.ScoreCustomerRequest(parent=PARENT, customer=_customer(logins_30d=3))
_REMEMBERED = scoring.RememberedScore(
    customer="C-1", churn_probability=0.7, as_of_time=Timestamp(seconds=1_700_000_000)
)
_EVERYONE = workforce.Pool(
    name=f"{PARENT}/pools/everyone", band=1,
    members=[workforce.PoolMember(rep="ann", weight=1), workforce.PoolMember(rep="bo", weight=2.5)],
)  # fmt: skip
_HOURS = calendars.HoursOfDay(start="10:00", end="24:00")
_CALENDAR = calendars.Calendar(
    name=f"{PARENT}/calendars/shanghai", time_zone="Asia/Shanghai", official_until="2026-12-31",
    weekly=[calendars.WeeklyHours(day=1, start="09:00", end="18:00")],
    exceptions=[
        calendars.CalendarException(date="2026-10-10", hours=[_HOURS], display_name="调休", source="country:CN")
    ],
)  # fmt: skip
_ABSENCE = calendars.Absence(
    name=f"{PARENT}/reps/ann/absences/spring", reason="away",
    start_time=Timestamp(seconds=1_600_000_000), end_time=Timestamp(seconds=1_600_086_400),
)  # fmt: skip
_SECRET = f"whsec_{'A' * 32}"
_SUBSCRIPTION = deliveries.Subscription(
    name=f"{PARENT}/subscriptions/crm", url="https://crm.example.com/hook?key=1", event_types=["decision", "closed"],
    role="manager", secret=_SECRET,
)  # fmt: skip
_CHANNEL = deliveries.Channel(
    name=f"{PARENT}/channels/east-bot", kind=deliveries.Channel.KIND_FEISHU, secret="s3cret",
    address="https://open.feishu.cn/open-apis/bot/v2/hook/1", language_code="zh-CN", calendar="shanghai",
)  # fmt: skip

FORMS = LeadSource(
    "forms",
    attributes=(MappedAttribute("region", "city"), MappedAttribute("potential", "budget", ValueType.NUMBER)),
    external_id_field="id",
    junk=(JunkRule("trap"),),
    token_field="token",
    token_hash=hashed("open"),
)
"""A source whose token everybody knows."""
_FORM = intake.Payload(content_type="application/x-www-form-urlencoded", data=b"token=open&id=f-1&city=west&budget=5")
_SENT = intake.Payload(
    content_type="application/json",
    data=b'[{"token": "open", "id": 7, "a": [{"name": "b", "values": ["c"]}]}, {"token": "open", "budget": "x"}]',
)
_SOURCE = intake.LeadSource(
    name=f"{PARENT}/sources/website",
    display_name="site",
    kind=routing.WorkItem.KIND_LEAD,
    attributes=[
        intake.MappedAttribute(attribute="phone", field="tel", required=True),
        intake.MappedAttribute(attribute="tags", type=intake.MappedAttribute.TYPE_TEXTS, default="a, b"),
    ],
    external_id_field="form_id",
    junk=[intake.JunkRule(field="name", contains=["test"])],
    token_field="token",
)
BEGINNING: Sequence[tuple[str, Message]] = (
    (
        "fairlead.v1.WorkforceService/CreateTerritory",
        workforce.CreateTerritoryRequest(parent=PARENT, territory_id="华东"),
    ),
    (
        "fairlead.v1.WorkforceService/CreateTerritory",
        workforce.CreateTerritoryRequest(
            parent=PARENT, territory_id="上海", territory=workforce.Territory(parent="华东")
        ),
    ),
    (
        "fairlead.v1.WorkforceService/BatchUpsertReps",
        workforce.BatchUpsertRepsRequest(
            parent=PARENT, reps=[_rep("ann", regions=["华东"], languages=["zh"]), _rep("bo", languages=["en"])]
        ),
    ),
    (
        "fairlead.v1.WorkforceService/CreatePool",
        workforce.CreatePoolRequest(parent=PARENT, pool_id="everyone", pool=_EVERYONE),
    ),
    ("fairlead.v1.RuleService/PublishRuleSet", rules.PublishRuleSetRequest(parent=PARENT, source=RULES, note="first")),
    (
        "fairlead.v1.IntakeService/CreateSource",
        intake.CreateSourceRequest(parent=PARENT, source_id="website", source=_SOURCE),
    ),
    ("fairlead.v1.IntakeService/IntakeLeads", intake.IntakeLeadsRequest(name=f"{PARENT}/sources/forms", payload=_SENT)),
    ("fairlead.v1.RoutingService/RouteWorkItem", _ROUTE),
    ("fairlead.v1.RoutingService/SubmitWorkItem", _SUBMIT),
    (
        "fairlead.v1.WorkforceService/CreateCalendar",
        calendars.CreateCalendarRequest(parent=PARENT, calendar_id="shanghai", calendar=_CALENDAR),
    ),
    (
        "fairlead.v1.WorkforceService/CreateCalendar",
        calendars.CreateCalendarRequest(parent=PARENT, calendar_id="night", calendar=_CALENDAR),
    ),
    (
        "fairlead.v1.WorkforceService/CreateAbsence",
        calendars.CreateAbsenceRequest(parent=f"{PARENT}/reps/ann", absence_id="spring", absence=_ABSENCE),
    ),
    (
        "fairlead.v1.ProcessService/PublishProcess",
        processes.PublishProcessRequest(parent=PARENT, source=PROCESS, note="first"),
    ),
    (
        "fairlead.v1.DeliveryService/CreateSubscription",
        deliveries.CreateSubscriptionRequest(parent=PARENT, subscription_id="crm", subscription=_SUBSCRIPTION),
    ),
    (
        "fairlead.v1.DeliveryService/CreateChannel",
        deliveries.CreateChannelRequest(parent=PARENT, channel_id="east-bot", channel=_CHANNEL),
    ),
)
"""What is there before anybody attacks, in this order."""
_OTHERS: Mapping[str, Sequence[Message]] = {
    "fairlead.v1.RoutingService/BatchRouteWorkItems": [
        routing.BatchRouteWorkItemsRequest(parent=PARENT, requests=[_ROUTE, _ROUTE])
    ],
    "fairlead.v1.RoutingService/BatchSubmitWorkItems": [
        routing.BatchSubmitWorkItemsRequest(parent=PARENT, requests=[_SUBMIT, _SUBMIT])
    ],
    "fairlead.v1.RoutingService/ReassignWorkItem": [
        routing.ReassignWorkItemRequest(name=f"{PARENT}/workItems/crm~L-1", rep="bo", note="holiday")
    ],
    "fairlead.v1.RoutingService/CompleteWorkItem": [
        routing.CompleteWorkItemRequest(
            name=f"{PARENT}/workItems/crm~L-1", resolution=routing.CompleteWorkItemRequest.RESOLUTION_CONVERTED
        )
    ],
    "fairlead.v1.RoutingService/ImportWorkItems": [
        routing.ImportWorkItemsRequest(
            parent=PARENT,
            items=[
                routing.ImportedWorkItem(
                    work_item=_ROUTE.work_item,
                    owner=f"{PARENT}/reps/ann",
                    assigned_time=Timestamp(seconds=1_700_000_000),
                )
            ],
        )
    ],
    "fairlead.v1.RoutingService/BatchReassignWorkItems": [
        routing.BatchReassignWorkItemsRequest(
            parent=PARENT, filter="owner = ann", rep=f"{PARENT}/reps/bo", note="left"
        ),
        routing.BatchReassignWorkItemsRequest(parent=PARENT, filter="source = crm", note="left", validate_only=True),
    ],
    "fairlead.v1.RoutingService/UpdateWorkItem": [
        routing.UpdateWorkItemRequest(
            work_item=routing.WorkItem(
                name=f"{PARENT}/workItems/crm~L-1", attributes=struct({"region": "east"}), value=3, priority=7
            ),
            update_mask={"paths": ["attributes.region", "value", "priority"]},
        ),
        routing.UpdateWorkItemRequest(
            work_item=routing.WorkItem(name=f"{PARENT}/workItems/crm~L-1", attributes=struct({"region": "west"}))
        ),
    ],
    "fairlead.v1.RoutingService/AdvanceWorkItem": [
        routing.AdvanceWorkItemRequest(
            name=f"{PARENT}/workItems/crm~L-1", stage="qualified", attributes=struct({"region": "east"}), note="signed"
        )
    ],
    "fairlead.v1.RoutingService/PauseWorkItem": [
        routing.PauseWorkItemRequest(name=f"{PARENT}/workItems/crm~L-1", reason="waiting-for-customer")
    ],
    "fairlead.v1.RoutingService/ResumeWorkItem": [routing.ResumeWorkItemRequest(name=f"{PARENT}/workItems/crm~L-1")],
    "fairlead.v1.RoutingService/RecordSatisfaction": [
        routing.RecordSatisfactionRequest(name=f"{PARENT}/workItems/crm~L-1", csat=2, comment="it still leaks"),
        routing.RecordSatisfactionRequest(name=f"{PARENT}/workItems/crm~L-1", nps=0, request_id="r"),
    ],
    "fairlead.v1.RoutingService/ApproveWorkItem": [
        routing.ApproveWorkItemRequest(name=f"{PARENT}/workItems/crm~L-1", rep=f"{PARENT}/reps/ann", reason="fine")
    ],
    "fairlead.v1.RoutingService/RejectWorkItem": [
        routing.RejectWorkItemRequest(name=f"{PARENT}/workItems/crm~L-1", rep=f"{PARENT}/reps/ann", validate_only=True)
    ],
    "fairlead.v1.RoutingService/AcceptWorkItem": [
        routing.AcceptWorkItemRequest(name=f"{PARENT}/workItems/crm~L-1", rep="ann", offer=1)
    ],
    "fairlead.v1.RoutingService/DeclineWorkItem": [
        routing.DeclineWorkItemRequest(name=f"{PARENT}/workItems/crm~L-1", rep="ann", offer=1, reason="on the road")
    ],
    "fairlead.v1.RoutingService/ReopenWorkItem": [
        routing.ReopenWorkItemRequest(name=f"{PARENT}/workItems/crm~L-1", reason="called again")
    ],
    "fairlead.v1.RoutingService/GetWorkItem": [
        routing.GetWorkItemRequest(name=f"{PARENT}/workItems/crm~L-1"),
        routing.GetWorkItemRequest(parent=PARENT, source="crm", external_id="L-1"),
    ],
    "fairlead.v1.RoutingService/WatchWorkItems": [routing.WatchWorkItemsRequest(parent=PARENT, resume_token="start")],
    "fairlead.v1.RoutingService/RecordActivity": [
        activities.RecordActivityRequest(
            name=f"{PARENT}/workItems/crm~L-1",
            activity=activities.Activity(
                rep="ann",
                kind=activities.Activity.KIND_CALL,
                direction=activities.Activity.DIRECTION_OUTBOUND,
                outcome="no answer",
                note="busy\nagain later",
                next_step="call",
                external_id="call-1",
                occur_time=Timestamp(seconds=1_700_000_000),
                next_time=Timestamp(seconds=int(time.time()) + 86_400),
            ),
        )
    ],
    "fairlead.v1.RoutingService/ListMyWork": [routing.ListMyWorkRequest(rep=f"{PARENT}/reps/ann", page_size=1)],
    "fairlead.v1.RoutingService/ListAgenda": [
        activities.ListAgendaRequest(rep=f"{PARENT}/reps/ann", date="2096-10-02", language_code="zh")
    ],
    "fairlead.v1.RoutingService/GetTimeline": [
        routing.GetTimelineRequest(name=f"{PARENT}/workItems/crm~L-1", page_size=2, language_code="zh")
    ],
    "fairlead.v1.QueueService/GetQueue": [queue.GetQueueRequest(name=f"{PARENT}/queue")],
    "fairlead.v1.QueueService/ListSubmissions": [
        queue.ListSubmissionsRequest(parent=PARENT, state=queue.Submission.STATE_READY, page_size=1)
    ],
    "fairlead.v1.QueueService/PurgeSubmissions": [
        queue.PurgeSubmissionsRequest(parent=PARENT, state=queue.Submission.STATE_DEAD)
    ],
    "fairlead.v1.PrivacyService/EraseSubject": [
        privacy.EraseSubjectRequest(parent=PARENT, subject=f"{PARENT}/workItems/crm~L-1"),
        privacy.EraseSubjectRequest(parent=PARENT, subject="C-1", request_id="e-1"),
    ],
    "fairlead.v1.WorkforceService/CreateRep": [
        workforce.CreateRepRequest(parent=PARENT, rep_id="cy", rep=_rep("cy", vip=True), request_id="r-1")
    ],
    "fairlead.v1.WorkforceService/UpdateRep": [workforce.UpdateRepRequest(rep=_rep("ann", regions=["上海"]))],
    "fairlead.v1.WorkforceService/UpdatePool": [workforce.UpdatePoolRequest(pool=_EVERYONE)],
    "fairlead.v1.WorkforceService/ApplyWorkforce": [
        workforce.ApplyWorkforceRequest(
            parent=PARENT,
            reps=[_rep("ann", regions=["上海"]), _rep("dee", vip=True)],
            rep_mask={"paths": ["attributes.regions", "capacity.LEAD", "active"]},
            pools=[workforce.Pool(name=f"{PARENT}/pools/east", band=2)],
            territories=[workforce.Territory(name="苏州", parent="华东")],
            memberships=[
                workforce.RepMemberships(rep="ann", pools=[workforce.RepMembership(pool="everyone", weight=2)])
            ],
        )
    ],
    "fairlead.v1.WorkforceService/UpdateTerritory": [
        workforce.UpdateTerritoryRequest(territory=workforce.Territory(name=f"{PARENT}/territories/上海"))
    ],
    "fairlead.v1.WorkforceService/UpdateCalendar": [calendars.UpdateCalendarRequest(calendar=_CALENDAR)],
    "fairlead.v1.WorkforceService/ImportCalendar": [
        calendars.ImportCalendarRequest(
            name=_CALENDAR.name, country=calendars.CountryDays(country="DE", subdivision="BY", years=[2026])
        ),
        calendars.ImportCalendarRequest(
            name=_CALENDAR.name,
            ics=calendars.IcsDays(
                content=b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261001\nSUMMARY:day off\n"
                b"END:VEVENT\nEND:VCALENDAR",
                years=[2026],
            ),
        ),
    ],
    "fairlead.v1.WorkforceService/UpdateAbsence": [calendars.UpdateAbsenceRequest(absence=_ABSENCE)],
    "fairlead.v1.WorkforceService/ListCapUses": [caps.ListCapUsesRequest(parent=PARENT, page_size=1)],
    "fairlead.v1.WorkforceService/ListAbsences": [calendars.ListAbsencesRequest(parent=f"{PARENT}/reps/ann")],
    "fairlead.v1.WorkforceService/UpdateTenant": [
        calendars.UpdateTenantRequest(
            tenant=calendars.Tenant(name=PARENT, time_zone="Asia/Shanghai", calendar="shanghai")
        )
    ],
    "fairlead.v1.WorkforceService/GetTenant": [calendars.GetTenantRequest(name=PARENT)],
    "fairlead.v1.WorkforceService/SetRepPresence": [
        calendars.SetRepPresenceRequest(
            name=f"{PARENT}/reps/ann", presence=calendars.PRESENCE_AWAY, until_time=Timestamp(seconds=4_000_000_000)
        ),
        calendars.SetRepPresenceRequest(name=f"{PARENT}/reps/bo", presence=calendars.PRESENCE_AVAILABLE),
    ],
    "fairlead.v1.RuleService/ValidateRuleSet": [rules.ValidateRuleSetRequest(parent=PARENT, source=RULES)],
    "fairlead.v1.RuleService/TestRuleSet": [rules.TestRuleSetRequest(parent=PARENT, source=RULES, tests="tests: []")],
    "fairlead.v1.RuleService/GetRuleSet": [rules.GetRuleSetRequest(name=f"{PARENT}/ruleSets/active")],
    "fairlead.v1.ProcessService/ValidateProcess": [processes.ValidateProcessRequest(parent=PARENT, source=PROCESS)],
    "fairlead.v1.ProcessService/TestProcess": [processes.TestProcessRequest(parent=PARENT, source=PROCESS + TESTS)],
    "fairlead.v1.ProcessService/PublishProcess": [
        processes.PublishProcessRequest(parent=PARENT, source=PROCESS, note="again", etag="1", validate_only=True)
    ],
    "fairlead.v1.ProcessService/GetProcess": [processes.GetProcessRequest(name=f"{PARENT}/processes/sales@1")],
    "fairlead.v1.ProcessService/ListProcessRevisions": [
        processes.ListProcessRevisionsRequest(parent=PARENT, page_size=1)
    ],
    "fairlead.v1.ProcessService/DrawProcess": [
        processes.DrawProcessRequest(
            name=f"{PARENT}/processes/sales", format=processes.DrawProcessRequest.FORMAT_SVG, language_code="zh"
        ),
        processes.DrawProcessRequest(source=PROCESS, format=processes.DrawProcessRequest.FORMAT_MERMAID),
    ],
    "fairlead.v1.ProcessService/MigrateWorkItems": [
        processes.MigrateWorkItemsRequest(name=f"{PARENT}/processes/sales", preview=True, page_size=3)
    ],
    "fairlead.v1.ProcessService/ListDeadlines": [
        processes.ListDeadlinesRequest(parent=PARENT, rep=f"{PARENT}/reps/ann", page_size=1),
        processes.ListDeadlinesRequest(parent=f"{PARENT}/workItems/crm~L-1", state=deadlines.Deadline.STATE_OPEN),
        processes.ListDeadlinesRequest(parent=PARENT, moved_by=1),
    ],
    "fairlead.v1.ProcessService/ListApprovals": [
        processes.ListApprovalsRequest(parent=PARENT, rep=f"{PARENT}/reps/ann", page_size=1)
    ],
    "fairlead.v1.ProcessService/GetProcessFigures": [
        processes.GetProcessFiguresRequest(
            parent=PARENT, start_time=Timestamp(seconds=1_600_000_000), end_time=Timestamp(seconds=1_900_000_000)
        )
    ],
    "fairlead.v1.ProcessService/ListSurveys": [
        processes.ListSurveysRequest(parent=PARENT, start_time=Timestamp(seconds=1_800_000_000), page_size=1)
    ],
    "fairlead.v1.ProcessService/ListDigests": [
        processes.ListDigestsRequest(parent=PARENT, rep=f"{PARENT}/reps/ann", page_size=1)
    ],
    "fairlead.v1.ProcessService/RollbackProcess": [
        processes.RollbackProcessRequest(name=f"{PARENT}/processes/sales", revision=1, request_id="back")
    ],
    "fairlead.v1.DecisionService/GetDecision": [
        decisions.GetDecisionRequest(name=f"{PARENT}/decisions/6", view=decisions.DECISION_VIEW_FULL)
    ],
    "fairlead.v1.RoutingService/ListWorkItems": [
        routing.ListWorkItemsRequest(parent=PARENT, filter="owner = ann OR -external_id = L-1", page_size=1)
    ],
    "fairlead.v1.DecisionService/ListDecisions": [
        decisions.ListDecisionsRequest(parent=PARENT, filter="decide_time > 2020-01-01T00:00:00Z AND rule = east")
    ],
    "fairlead.v1.DeliveryService/UpdateSubscription": [
        deliveries.UpdateSubscriptionRequest(subscription=_SUBSCRIPTION, update_mask={"paths": ["url", "secret"]}),
        deliveries.UpdateSubscriptionRequest(
            subscription=deliveries.Subscription(name=_SUBSCRIPTION.name, role="operator"), retire_secrets=True
        ),
    ],
    "fairlead.v1.DeliveryService/UpdateChannel": [deliveries.UpdateChannelRequest(channel=_CHANNEL)],
    "fairlead.v1.DeliveryService/UpdateTemplates": [
        deliveries.UpdateTemplatesRequest(
            templates=deliveries.Templates(
                name=f"{PARENT}/templates/zh",
                texts={"reminder": "$item：$deadline，$$5", "footer": "", "one": "${title}"},
            )
        )
    ],
    "fairlead.v1.DeliveryService/GetTemplates": [deliveries.GetTemplatesRequest(name=f"{PARENT}/templates/en")],
    "fairlead.v1.DeliveryService/ListDeliveries": [
        deliveries.ListDeliveriesRequest(
            parent=PARENT,
            subscription=_SUBSCRIPTION.name,
            state=deliveries.Delivery.STATE_PARKED,
            work_item=f"{PARENT}/workItems/crm~L-1",
            page_size=1,
        ),
        deliveries.ListDeliveriesRequest(parent=PARENT, channel="east-bot"),
    ],
    "fairlead.v1.DeliveryService/RedriveDeliveries": [
        deliveries.RedriveDeliveriesRequest(parent=PARENT, subscription="crm", work_item="crm~L-1")
    ],
    "fairlead.v1.IntakeService/UpdateSource": [
        intake.UpdateSourceRequest(source=_SOURCE, update_mask={"paths": ["attributes", "token"]})
    ],
    "fairlead.v1.IntakeService/GetSource": [intake.GetSourceRequest(name=_SOURCE.name)],
    "fairlead.v1.IntakeService/DeleteSource": [intake.DeleteSourceRequest(name=_SOURCE.name)],
    "fairlead.v1.IntakeService/ListIntakeFailures": [
        intake.ListIntakeFailuresRequest(parent=f"{PARENT}/sources/forms", page_size=1)
    ],
    "fairlead.v1.IntakeService/TestSource": [
        intake.TestSourceRequest(name=f"{PARENT}/sources/forms", payload=_FORM),
        intake.TestSourceRequest(name=_SOURCE.name, payload=_SENT),
    ],
    "fairlead.v1.IntakeService/IntakeLeads": [intake.IntakeLeadsRequest(name=f"{PARENT}/sources/forms", payload=_FORM)],
    "fairlead.v1.IntakeService/RedriveIntakeFailures": [
        intake.RedriveIntakeFailuresRequest(parent=f"{PARENT}/sources/forms", failures=["a" * 32])
    ],
    "fairlead.v1.IntakeService/PurgeIntakeFailures": [
        intake.PurgeIntakeFailuresRequest(parent=f"{PARENT}/sources/forms", failures=["a" * 32])
    ],
    "fairlead.v1.FairnessService/GetFairnessReport": [
        fairness.GetFairnessReportRequest(pool=f"{PARENT}/pools/everyone", start_time=Timestamp(seconds=1_700_000_000))
    ],
    "fairlead.v1.ScoringService/ScoreCustomer": [
        _SCORE,
        scoring.ScoreCustomerRequest(parent=PARENT, customer=_plain_customer()),
    ],
    "fairlead.v1.ScoringService/ScoreCustomers": [
        scoring.ScoreCustomersRequest(parent=PARENT, requests=[_SCORE, _SCORE])
    ],
    "fairlead.v1.ScoringService/BatchScoreCustomers": [scoring.BatchScoreCustomersRequest(request=_SCORE)],
    "fairlead.v1.ScoringService/FindBestAction": [
        scoring.FindBestActionRequest(parent=PARENT, customer=_customer(), threshold=0.2)
    ],
    "fairlead.v1.ScoringService/RememberScores": [scoring.RememberScoresRequest(parent=PARENT, scores=[_REMEMBERED])],
    "fairlead.v1.ModelService/GetModel": [models.GetModelRequest(name="models/churn/versions/v1")],
    "fairlead.v1.ModelService/CompareModels": [
        models.CompareModelsRequest(first="models/churn/versions/v1", second="models/churn/versions/v2")
    ],
    "fairlead.v1.ModelService/PromoteModel": [models.PromoteModelRequest(name="models/churn/versions/v2", actor="ann")],
    "fairlead.v1.ModelService/ChallengeModel": [models.ChallengeModelRequest(name="models/churn/versions/v1")],
    "fairlead.v1.ModelService/RollbackModel": [models.RollbackModelRequest(name="models/churn")],
    "fairlead.v1.ModelService/TrainModel": [
        models.TrainModelRequest(
            parent="models/churn", data_path="customers.csv", target="churned", validate_only=True, read_options=READ
        )
    ],
    "fairlead.v1.ScoringService/RescoreCustomers": [
        scoring.RescoreCustomersRequest(
            parent=PARENT, data_path="customers.csv", out_path="scores", validate_only=True, read_options=READ
        )
    ],
    "fairlead.v1.OperationService/RedriveOperation": [ours.RedriveOperationRequest(name="operations/train-1")],
    "google.longrunning.Operations/ListOperations": [operations.ListOperationsRequest(name=PARENT)],
    "google.longrunning.Operations/WaitOperation": [operations.WaitOperationRequest(name="operations/train-1")],
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": [
        reflection.ServerReflectionRequest(list_services="")
    ],
}


_THINGS = {
    "Rep": "reps/ann",
    "Pool": "pools/everyone",
    "Territory": "territories/上海",
    "Calendar": "calendars/night",
    "Absence": "reps/ann/absences/spring",
    "Subscription": "subscriptions/crm",
    "Channel": "channels/east-bot",
}
_VERBS = ("Delete", "Get", "Test", "Pause", "Resume")


def seeds_of(name: str) -> Sequence[bytes]:
    """Return requests of a method; where none is written here, one that names what it must and nothing else."""
    messages = [message for method, message in BEGINNING if method == name] + list(_OTHERS.get(name, ()))
    return [message.SerializeToString() for message in messages] or [_naming(METHODS[name])]


def _naming(method: MethodDescriptor) -> bytes:
    message: Any = GetMessageClass(method.input_type)()
    *way, last = Method.of(method).resource or ("",)
    target = message
    for field in way:
        target = getattr(target, field)
    if last and GRANTS[f"{method.containing_service.full_name}/{method.name}"].scope is not Scope.SHARED:
        thing = _THINGS.get(reduce(str.removeprefix, _VERBS, method.name), "queue")
        setattr(target, last, PARENT if last == "parent" else f"{PARENT}/{thing}")
    data: bytes = message.SerializeToString()
    return data
