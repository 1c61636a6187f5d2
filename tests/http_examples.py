"""Records the calls and answers that the OpenAPI document shows, of a server whose clock stands still.

``python -m tests.http_examples > gateway/http/openapi/examples.json``.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from store.clients import client_for, close
from store.clock import SimulatedClock, simulated
from store.embedded.server import EmbeddedServer
from tests.web import ask, web_serving

_AT_US = 1_793_581_200_000_000  # Monday, 2 November 2026, 9 o'clock in Shanghai
_TENANT = "tenants/default"
_RULES = """\
fields:
  region: {type: string}
  industry: {type: string}
  potential: {type: number}
rules:
  - id: large
    when: {field: potential, op: gte, value: 60}
    route: {pool: east, require: [{rep: industries, op: has, item: industry}]}
default:
  route: {pool: east}
"""
_LEAD = {
    "kind": "KIND_LEAD",
    "source": "website",
    "externalId": "form-17",
    "attributes": {"region": "上海", "industry": "汽车", "potential": 70},
}
_ITEM = f"{_TENANT}/workItems/website~form-17"
_HOURS = [
    {"day": day, "start": "09:00", "end": "18:00"} for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY")
]
STORY: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "WorkforceService/CreateCalendar",
        {
            "parent": _TENANT,
            "calendarId": "shanghai",
            "calendar": {"displayName": "上海", "timeZone": "Asia/Shanghai", "weekly": _HOURS},
        },
    ),
    (
        "WorkforceService/CreateRep",
        {
            "parent": _TENANT,
            "repId": "li-na",
            "rep": {
                "displayName": "李娜",
                "attributes": {"industries": ["制造业", "汽车"], "languages": ["zh"]},
                "capacity": {"LEAD": "40"},
                "calendar": "shanghai",
            },
        },
    ),
    (
        "WorkforceService/BatchUpsertReps",
        {
            "parent": _TENANT,
            "reps": [
                {"name": f"{_TENANT}/reps/wang-fang", "displayName": "王芳", "attributes": {"industries": ["零售"]}}
            ],
        },
    ),
    ("WorkforceService/GetRep", {"name": f"{_TENANT}/reps/li-na"}),
    ("WorkforceService/ListReps", {"parent": _TENANT, "pageSize": 1}),
    (
        "WorkforceService/UpdateRep",
        {"rep": {"name": f"{_TENANT}/reps/wang-fang", "manager": "li-na"}, "updateMask": "manager"},
    ),
    (
        "WorkforceService/CreateTerritory",
        {"parent": _TENANT, "territoryId": "华东", "territory": {"displayName": "East China"}},
    ),
    (
        "WorkforceService/CreatePool",
        {
            "parent": _TENANT,
            "poolId": "east",
            "pool": {
                "displayName": "East",
                "members": [{"rep": "li-na", "weight": 1}, {"rep": "wang-fang", "weight": 2}],
            },
        },
    ),
    ("RuleService/ValidateRuleSet", {"parent": _TENANT, "source": _RULES.replace("gte", "atleast")}),
    ("RuleService/PublishRuleSet", {"parent": _TENANT, "source": _RULES}),
    (
        "RoutingService/RouteWorkItem",
        {"parent": _TENANT, "workItem": _LEAD, "requestId": "5f2b7c1e", "view": "DECISION_VIEW_FULL"},
    ),
    (
        "RoutingService/BatchRouteWorkItems",
        {
            "parent": _TENANT,
            "requests": [
                {"workItem": {**_LEAD, "externalId": "form-18", "attributes": {"region": "苏州", "potential": 20}}},
                {"workItem": {**_LEAD, "externalId": "form-19", "attributes": {"regoin": "苏州"}}},
            ],
        },
    ),
    ("RoutingService/SubmitWorkItem", {"parent": _TENANT, "workItem": {**_LEAD, "externalId": "form-20"}}),
    ("RoutingService/GetWorkItem", {"name": _ITEM}),
    (
        "RoutingService/ListWorkItems",
        {"parent": _TENANT, "filter": f"owner = {_TENANT}/reps/li-na AND state = ASSIGNED", "pageSize": 1},
    ),
    (
        "DecisionService/GetDecision",
        {"name": f"{_TENANT}/decisions/8", "view": "DECISION_VIEW_FULL", "languageCode": "zh"},
    ),
    (
        "DecisionService/ListDecisions",
        {"parent": _TENANT, "filter": "pool = east AND outcome = ASSIGNED", "pageSize": 1},
    ),
    (
        "RoutingService/RecordActivity",
        {
            "name": _ITEM,
            "activity": {
                "kind": "KIND_CALL",
                "direction": "DIRECTION_OUTBOUND",
                "duration": "95s",
                "outcome": "interested",
                "nextTime": "2026-11-04T02:00:00Z",
                "nextStep": "send the offer",
            },
        },
    ),
    ("RoutingService/ListMyWork", {"rep": f"{_TENANT}/reps/li-na"}),
    ("RoutingService/GetTimeline", {"name": _ITEM}),
    (
        "RoutingService/UpdateWorkItem",
        {"workItem": {"name": _ITEM, "attributes": {"potential": 85}}, "updateMask": "attributes.potential"},
    ),
    ("RoutingService/ReassignWorkItem", {"name": _ITEM, "rep": f"{_TENANT}/reps/wang-fang", "note": "knows them"}),
    ("RoutingService/CompleteWorkItem", {"name": _ITEM, "resolution": "RESOLUTION_CONVERTED"}),
    ("FairnessService/GetFairnessReport", {"pool": f"{_TENANT}/pools/east"}),
    (
        "WorkforceService/SetRepPresence",
        {"name": f"{_TENANT}/reps/li-na", "presence": "PRESENCE_AWAY", "untilTime": "2026-11-02T04:00:00Z"},
    ),
    ("QueueService/GetQueue", {"name": f"{_TENANT}/queue"}),
)
"""Method by method what is asked, in this order: what is read later is made before."""


async def recorded(store: EmbeddedServer) -> dict[str, Any]:
    """Tell the story to a server on a private store, and return what was asked and answered, by method."""
    redis = client_for(store.url)
    with simulated():
        try:
            await SimulatedClock(redis).set(_AT_US, 0)
            async with web_serving(store.url, simulated_clock=True) as addresses:
                return {
                    f"fairlead.v1.{name.replace('/', '.')}": await _told(addresses.http, name, request)
                    for name, request in STORY
                }
        finally:
            await close(redis)


async def _told(address: str, name: str, request: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(request).encode()
    reply = await ask(address, "POST", f"/fairlead.v1.{name}", [("Content-Type", "application/json")], body)
    assert reply.status == 200, (name, reply)
    return {"request": request, "response": json.loads(reply.body)}


def written(found: dict[str, Any]) -> str:
    """Write it as it is kept: what has no order is sorted."""
    return json.dumps(_sorted(found), ensure_ascii=False, indent=1) + "\n"


def _sorted(value: Any, *, is_map: bool = False) -> Any:
    if isinstance(value, list):
        return [_sorted(each) for each in value]
    if not isinstance(value, dict):
        return value
    named = sorted(value.items()) if is_map or any("/" in name for name in value) else value.items()
    return {name: _sorted(each, is_map=name == "attributes") for name, each in named}


def main() -> None:
    """Print it."""
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedServer(Path(folder, "store"))
        store.start()
        try:
            print(written(asyncio.run(recorded(store))), end="")
        finally:
            store.stop()


if __name__ == "__main__":
    main()
