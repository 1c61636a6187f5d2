"""What the golden tenants did: small histories that leave every kind of event, state and key behind.

acme     all that routing can do; a queue with waiting, leased, repeated and dead work; remembered scores
华贸     a name that is not ASCII, and a churn model of its own
early    a lead that came before anybody was entered
soon     a submission that waits for the first rules
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import grpc

from tests.golden import rule_sets
from tests.golden.calls import Json, ask
from tests.golden.running import done, working
from tests.golden.tenants import Tenant

SCORED = Path("scores")
_PATIENCE_S = 60.0
ODD_SOURCE, ODD_ID = "官网 表单", "张 三/№ 7"
"""A natural key that is no readable id: the work item's id is a hash of it."""


# ---------------------------------------------------------------------------------------------------------------- early


def begin_early(early: Tenant) -> None:
    """Route and keep waiting before anybody is there; then somebody comes."""
    early.publish(rule_sets.EARLY)
    assert early.route("L-1", region="east")["outcome"] == "OUTCOME_UNROUTED"
    assert early.route("L-2", region="west")["outcome"] == "OUTCOME_WAITING"
    early.hire({"id": "bo", "attributes": {}})
    early.pool("east", {"bo": 1})
    early.route("L-3", region="east")


# ----------------------------------------------------------------------------------------------------------------- acme


def staff_acme(acme: Tenant) -> None:
    """Publish the first rules and enter who works there."""
    acme.publish(rule_sets.ACME_1, note="first", request_id="rules-1")
    acme.territories(("中国", ""), ("华东", "中国"), ("上海", "华东"), ("杭州", "华东"), ("火星", ""))
    acme.route("L-1", region="上海")  # there is no pool yet
    east = {"regions": ["华东"], "languages": ["zh", "en"], "industries": ["汽车", "制造业"]}
    acme.hire(
        {"id": "wang-fang", "display_name": "王芳", "attributes": east, "capacity": {"LEAD": "4", "TICKET": "1"}},
        {
            "id": "li-na",
            "display_name": "李娜",
            "attributes": {**east, "industries": ["零售"]},
            "capacity": {"LEAD": "2"},
        },
        {"id": "陈洁", "attributes": {**east, "regions": ["上海"], "phone": "+86 139 0000 0001"}},
        {"id": "zhao", "display_name": "Zhao Min", "attributes": {"skills": ["投标"], "level": 3, "senior": True}},
        {"id": "away", "attributes": east, "active": False},
        {"id": "guest", "attributes": {}},
    )
    for pool, members in {"triage": {"zhao": 1}, "solo": {"wang-fang": 1}, "fair": {"guest": 1}}.items():
        acme.pool(pool, members)
    acme.pool("east", {"wang-fang": 2, "li-na": 1, "陈洁": 1.5, "away": 1, "guest": 1}, band=1, display_name="华东")
    acme.pool("key-accounts", {"wang-fang": 1, "zhao": 1}, value_weighted=True)
    acme.pool("rescue", {"li-na": 1})
    acme.publish(rule_sets.ACME_2, note="华东规则", request_id="rules-2")


def route_acme(acme: Tenant) -> None:
    """Route leads of every outcome, move and close some."""
    leads = [
        acme.route(f"L-{n}", region="上海", industry="汽车", potential=n * 10.5, language="zh") for n in range(2, 9)
    ]
    vip: Json = {
        "vip": True,
        "language": "en",
        "phone": "+86 138 0013 8000",
        "contact": "王小明",
        "decide_by": "2026-03-01",
    }
    key = acme.route("K-1", potential=250.25, ids={"request_id": "route-1", "view": "DECISION_VIEW_FULL"}, **vip)
    acme.route("K-2", value=12.5, priority=7, **vip)
    acme.route("K-1", potential=1, ids={"request_id": "route-2"}, **vip)  # owned already: EXISTING_OWNER
    acme.route(ODD_ID, source=ODD_SOURCE, region="上海", contact="张三")
    acme.route(ids={"request_id": "只有请求号 1"}, region="上海", kind="KIND_CUSTOMER")
    acme.route(region="上海", kind="KIND_TICKET")
    unrouted = [acme.route(f"U-{n}", skills_needed=["航天", "投标"]) for n in (1, 2)]
    alone = acme.route("S-1", region="杭州", potential=5)
    waits = [acme.route(f"W-{n}", churn_risk=0.9, language="de", kind="KIND_RESCUE") for n in (1, 2, 3)]
    assert [waits[0]["outcome"], unrouted[0]["outcome"]] == ["OUTCOME_WAITING", "OUTCOME_UNROUTED"]

    moved = acme.reassign(leads[0], note="客户要求", request_id="reassign-1")
    acme.reassign(moved, rep=f"{acme.parent}/reps/zhao", note="by hand", request_id="override-1")
    acme.reassign(alone, note="nobody else can: the owner stays")
    acme.complete(leads[1], "CONVERTED", request_id="complete-1")
    acme.complete(leads[2], "DISQUALIFIED")
    acme.complete(unrouted[1], "CLOSED")
    acme.complete(waits[2], "CLOSED")
    acme.complete(key, "CONVERTED")


def fill_and_wake(acme: Tenant) -> None:
    """Let a lead wait for a capacity that is taken, and wake it by freeing that."""
    held = [acme.route(f"C-{n}", churn_risk=0.6, language="zh") for n in (1, 2, 3, 4)]
    waiting = [decision for decision in held if decision["outcome"] == "OUTCOME_WAITING"]
    assert waiting, held
    owned = next(decision for decision in held if decision["outcome"] == "OUTCOME_ASSIGNED")
    acme.complete(owned, "CLOSED")
    until(lambda: acme.call("RoutingService/GetWorkItem", name=waiting[0]["work_item"]).get("owner"))


def reorganise(acme: Tenant) -> None:
    """Change and delete workforce of every kind; pools are settled, with somebody left and with nobody."""
    fair = acme.route("F-1", industry="展会")
    acme.route("F-2", industry="展会", ids={"validate_only": True})
    acme.complete(fair, "CLOSED")
    acme.pool("fair", {})
    acme.pool("east", {"wang-fang": 2, "li-na": 1, "陈洁": 1.5, "away": 1}, band=0.5)
    for kind, name in {"Pool": "pools/fair", "Rep": "reps/guest", "Territory": "territories/火星"}.items():
        acme.call(f"WorkforceService/Delete{kind}", name=f"{acme.parent}/{name}")
    acme.call("WorkforceService/UpdateTerritory", territory={"name": f"{acme.parent}/territories/杭州", "parent": ""})
    create = {"parent": acme.parent, "rep_id": "new", "rep": {"active": False}, "request_id": "rep-1"}
    acme.call("WorkforceService/CreateRep", **create)
    acme.publish(rule_sets.ACME_3, note="stricter")
    acme.route("L-20", region="上海", industry="零售", potential=70, language="en")


def act_as_mo(acme: Tenant) -> None:
    """Change rules, workforce and work items by somebody who is known."""
    acme.call("RuleService/RollbackRuleSet", parent=acme.parent, revision="2", request_id="rollback-1")
    acme.call("WorkforceService/UpdateRep", rep={"name": f"{acme.parent}/reps/new", "active": True})
    lead = acme.route("L-21", region="上海", industry="汽车")
    acme.reassign(
        lead, rep=f"{acme.parent}/reps/陈洁" if not lead["rep"].endswith("陈洁") else f"{acme.parent}/reps/zhao"
    )
    acme.complete(acme.route("L-22", region="上海"), "CONVERTED")


def remember_scores(acme: Tenant, address: str, folder: Path, models: Path) -> None:
    """Let rules know what a rescoring found, and two more; a lead of a known customer is routed by it."""
    found = ("--data", str(folder / "customers.csv"), "--out", str(folder / SCORED), "--as-of", "2025-06-01")
    done("rescore", *found, "--registry", str(models), "--model", "churn/champion", "--id", "customer")
    done("remember", str(folder / SCORED), "--server", address, "--tenant", "acme")
    instant = "2025-07-01T00:00:00Z"
    scores = [
        {"customer": "C-高", "churn_probability": 0.8125, "value_tier": "黄金", "as_of_time": instant},
        {"customer": "C low", "churn_probability": 0.03, "as_of_time": instant},
    ]
    acme.call("ScoringService/RememberScores", parent=acme.parent, scores=scores)
    rescued = acme.route("R-1", customer="C-高", language="zh")
    assert rescued["matched_rules"][0] == "rescue", rescued


# ---------------------------------------------------------------------------------------------------------------- queue


def submit_all(acme: Tenant, soon: Tenant, data: Path) -> None:
    """Leave submissions of every state behind: routed, dead, redriven, purged, delayed, leased twice, ready."""
    soon.submit("S-1", priority=5, region="上海")
    for n in (1, 2, 3):
        acme.submit(f"Q-{n}", region="上海", priority=n)
    for n in range(1, 5):
        acme.submit(f"D-{n}", colour="red")
    with working(data):
        until(lambda: acme.counts()["dead_count"] == 4 and soon.counts()["retried_total"] >= 2)
        redrive = {"work_items": [f"{acme.parent}/workItems/web~D-1"], "request_id": "redrive-1"}
        acme.call("QueueService/RedriveSubmissions", parent=acme.parent, **redrive)
        until(lambda: acme.counts()["dead_total"] == 5)
    purge = {"state": "STATE_DEAD", "work_items": [f"{acme.parent}/workItems/web~D-2"], "request_id": "purge-1"}
    acme.call("QueueService/PurgeSubmissions", parent=acme.parent, **purge)
    for n in (1, 2, 3):
        acme.submit(f"P-{n}", region="上海", contact="李雷", phone="010-6552 9988", ids={"request_id": f"submit-{n}"})
    for expired in (0, 3):
        lose_worker(acme, data, expired)
    for n in (4, 5, 6):
        acme.submit(f"P-{n}", region="上海", ids={"request_id": f"submit-{n}"})
    acme.submit("P-6", region="上海", ids={"request_id": "submit-6"})


def lose_worker(acme: Tenant, data: Path, expired: int) -> None:
    """Kill a worker as soon as it has three submissions, which it can route only once it has read the rules."""
    with working(data, FAIRLEAD_LEASE_S="1"):
        until(lambda: (c := acme.counts())["leased_count"] == 3 and c["expired_total"] == expired)
    assert acme.counts()["leased_count"] == 3, "it was faster than we are: run this again"


def until(holds: Callable[[], object]) -> None:
    """Ask until something holds: at once again, for some of it does not hold for long."""
    ends = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < ends, "it did not come about"


# --------------------------------------------------------------------------------------------------------------- huamao


def begin_huamao(huamao: Tenant) -> None:
    """Route a few leads of another tenant, whose words are all Chinese."""
    huamao.hire({"id": "韩梅梅", "display_name": "韩梅梅"}, {"id": "李雷", "active": False})
    huamao.pool("北方", {"李雷": 1})
    huamao.pool("南方", {"韩梅梅": 1})
    huamao.publish(rule_sets.HUAMAO)
    for number, city in enumerate(("北京", "天津", "广州", "深圳")):
        huamao.route(f"客户-{number}", source="展会", 城市=city, 联系人="赵六")


def followed(channel: grpc.Channel, begun: Iterable[Json]) -> None:
    """Wait until operations are over."""
    for operation in begun:
        made = ask(channel, "Operations/WaitOperation", {"name": operation["name"]})
        assert made["response"]["done"], made
