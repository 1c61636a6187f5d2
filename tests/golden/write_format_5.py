"""``python -m tests.golden.write_format_5 FOLDER``: a store of format 5, with every kind of event and state.

Run on a commit before there were processes. It does all that format 4 had, see ``write_format_4``, in tenant ``kept``,
and after it what came with format 5: activities and next dates, updates, offers to one and to many, imports, what was
reopened, and substitutes. See the package for how to run it there.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.golden import keys, questions
from tests.golden.calls import Json, ask
from tests.golden.running import Running, done, serving, working
from tests.golden.scenario import until
from tests.golden.tenants import Tenant
from tests.golden.write_format_3 import _begin_in_plain, _do_all, _known_session
from tests.golden.write_format_4 import _do_what_is_new, _kinds

TENANTS = ("kept", "rewritten")
OF_5 = ("activity.1", "updated.1", "offer.1", "fired.2", "erased.3")
OF_BEFORE = (
    *("decision.3", "credited.1", "fired.1", "presence.1"),
    *(f"{kind}.2" for kind in ("completed", "settled", "workforce", "rules", "rewritten")),
)
RULES = """
fields:
  region: {type: string}
  phone: {type: string, personal: true}
  customer: {type: string}
known_customer: {id: customer}
rules:
  - {id: solo, when: {field: region, op: eq, value: solo}, route: {pool: solo, fallback: [wait]}}
  - {id: desk, when: {field: region, op: eq, value: desk}, route: {pool: desk, on_change: region, fallback: [wait]}}
  - {id: many, when: {field: region, op: eq, value: many}, route: {pool: many, fallback: [wait]}}
default: {route: {pool: east, on_change: region, fallback: [wait]}}
"""
_CALL = {"kind": "KIND_CALL", "direction": "DIRECTION_OUTBOUND", "duration": "180s", "note": "张 3 calls back"}


def main(out: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fl-") as folder:
        data = Path(folder) / "data"
        with serving(data) as running:
            _begin_in_plain(Tenant(running.channel, "rewritten"))
            _do_all(Tenant(running.channel, "kept"))
        options = ("--tenant", "rewritten", "--data", str(data), "--yes")
        done("log", "rewrite", *options, FAIRLEAD_PERSONAL_FIELDS="phone")
        _known_session(data)
        with serving(data, FAIRLEAD_PERSONAL_FIELDS="phone") as running:
            tenant = Tenant(running.channel, "kept")
            _do_what_is_new(tenant)
            with working(data, FAIRLEAD_PERSONAL_FIELDS="phone"):
                _do_what_is_newer(tenant)
            _write_all(running, data, out)


def _do_what_is_newer(tenant: Tenant) -> None:
    tenant.publish(RULES, note="of format 5")
    tenant.hire({"id": "fay"}, {"id": "gil"}, {"id": "hua"})
    tenant.pool("desk", {"fay": 1, "gil": 1}, dispatch={"mode": "DISPATCH_OFFER"})
    tenant.pool("many", {"fay": 1, "gil": 1}, dispatch={"mode": "DISPATCH_BROADCAST"})
    tenant.pool("east", {"hua": 1})
    _offer(tenant)
    _work(tenant)
    _import(tenant)
    _stand_in(tenant)


def _offer(tenant: Tenant) -> None:
    """Accept, decline, rescind, and leave open."""
    for number, (region, answer) in enumerate((("desk", "Accept"), ("many", "Accept"), ("desk", "Decline"))):
        item = tenant.route(f"O-{number}", region=region, phone=f"135-{number}")["work_item"]
        offer = _item(tenant, item)["offer"]
        rep = offer.get("rep", f"{tenant.parent}/reps/gil")
        tenant.call(f"RoutingService/{answer}WorkItem", name=item, rep=rep, offer=offer["number"])
    for number, region in enumerate(("desk", "many", "desk")):
        tenant.route(f"P-{number}", region=region)
    tenant.call(
        "RoutingService/UpdateWorkItem",
        work_item={"name": f"{tenant.parent}/workItems/crm~P-2", "attributes": {"region": "many"}},
    )


def _work(tenant: Tenant) -> None:
    """Call, follow up, find out more, close and reopen."""
    first, second, third = (tenant.route(f"A-{number}", region="east", phone=f"134-{number}") for number in range(3))
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    later = (datetime.now(UTC) + timedelta(days=900)).isoformat()
    for made, when in ((first, soon), (second, later)):
        activity = {**_CALL, "next_time": when, "next_step": "send the offer", "external_id": "call-1"}
        tenant.call("RoutingService/RecordActivity", name=made["work_item"], activity=activity)
    tenant.call("RoutingService/UpdateWorkItem", work_item={"name": second["work_item"], "value": 7})
    tenant.call(
        "RoutingService/UpdateWorkItem",
        work_item={"name": third["work_item"], "attributes": {"phone": "133", "region": "desk"}},
        request_id="update-1",
    )
    closed = tenant.route("A-9", region="east")
    tenant.complete(closed, "CONVERTED")
    tenant.call("RoutingService/ReopenWorkItem", name=closed["work_item"], reason="张 3 is back", request_id="reopen-1")


def _import(tenant: Tenant) -> None:
    owner, since = f"{tenant.parent}/reps/hua", "2025-01-01T00:00:00Z"
    items = [
        {"work_item": {"kind": "KIND_LEAD", "source": "book", "external_id": f"B-{n}"}, "owner": owner,
         "assigned_time": since} for n in range(3)
    ]  # fmt: skip
    tenant.call("RoutingService/ImportWorkItems", parent=tenant.parent, items=items, request_id="import-1")
    until(lambda: _item(tenant, f"{tenant.parent}/workItems/book~B-2", missing=True).get("owner"))


def _stand_in(tenant: Tenant) -> None:
    """Send somebody on leave who has work open, and have another get it."""
    start = datetime.now(UTC) - timedelta(hours=1)
    absence = {
        "name": f"{tenant.parent}/reps/hua/absences/autumn",
        "start_time": start.isoformat(),
        "end_time": (start + timedelta(days=900)).isoformat(),
        "substitute": f"{tenant.parent}/reps/fay",
    }
    tenant.call("WorkforceService/UpdateAbsence", absence=absence, allow_missing=True)
    until(lambda: _item(tenant, f"{tenant.parent}/workItems/book~B-2").get("covered_rep"))


def _item(tenant: Tenant, name: str, *, missing: bool = False) -> Json:
    if missing:
        listed = tenant.call("RoutingService/ListWorkItems", parent=tenant.parent, page_size=1000)
        return next((each for each in listed["work_items"] if each["name"] == name), {})
    return tenant.call("RoutingService/GetWorkItem", name=name)


def _write_all(running: Running, data: Path, out: Path) -> None:
    url = f"unix://{data / 'valkey.sock'}"
    until(lambda: {*OF_5} <= _kinds(keys.read(url)))
    stored = keys.read(url)
    _check(stored)
    asked = [question for tenant in TENANTS for question in questions.of_routing(running.channel, f"tenants/{tenant}")]
    answers = [ask(running.channel, method, request) for method, request in asked]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    keys.write(stored, out / "store.jsonl")
    written = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in answers)
    (out / "answers.jsonl").write_text(written, "utf-8")


def _check(stored: dict[str, keys.Key]) -> None:
    """See that the store holds what it is kept for."""
    assert _kinds(stored) == {*OF_5, *OF_BEFORE}, _kinds(stored)
    text = json.dumps(stored, ensure_ascii=False)
    causes = ("REOPENED", "IMPORTED", "UPDATED", "COVERED", "OVERRIDE", "WOKEN")
    for word in (*causes, "OFFERED", "ACCEPTED", "DECLINED", "RESCINDED", "QUEUED", "CONVERTED"):
        assert word in text, word
    for key in ("dated", "offers", "offered", "presence", "counts", "timers", "loads", "waiting", "owned"):
        assert f"fairlead:{{kept}}:{key}" in stored, key
    assert {key.value["format"] for name, key in stored.items() if name.endswith("}:revisions")} == {"5"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
