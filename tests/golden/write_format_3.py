"""``python -m tests.golden.write_format_3 FOLDER``: a store of format 3, with every kind of event and state.

Run on a commit before anybody could be away. Serves three times: tenant ``kept`` does all that routing can, with what
is personal sealed; tenant ``rewritten`` begins in plain, and its log is written anew. See the package for how to run
it there.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.golden import keys, questions
from tests.golden.calls import ask
from tests.golden.running import Running, done, serving
from tests.golden.scenario import until
from tests.golden.tenants import Tenant

TENANTS = ("kept", "rewritten")
RULES = """
fields:
  region: {type: string}
  phone: {type: string, personal: true}
  customer: {type: string}
known_customer: {id: customer}
rules:
  - {id: solo, when: {field: region, op: eq, value: solo}, route: {pool: solo, fallback: [wait]}}
  - {id: far, when: {field: region, op: eq, value: far}, route: {pool: gone}}
  - id: reachable
    when: {field: phone, op: exists}
    route: {pool: east, prefer: [{rep: languages, op: has, value: zh, score: 3}], fallback: [{rep: dev}, wait]}
default: {route: {pool: east, fallback: [{pool: solo}, wait]}}
"""


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
            _write_all(running, data, out)


def _begin_in_plain(tenant: Tenant) -> None:
    tenant.publish(RULES.replace(", personal: true", ""))
    tenant.hire({"id": "dev"}, {"id": "陈洁"})
    tenant.pool("east", {"dev": 1, "陈洁": 2})
    for number in range(4):
        tenant.route(f"L-{number}", region="east", phone=f"139-{number}")


def _do_all(tenant: Tenant) -> None:
    tenant.publish(RULES, note="first", request_id="rules-1")
    assert tenant.route("N-1", region="solo")["outcome"] == "OUTCOME_WAITING"  # there is nobody yet
    tenant.territories(("中国", ""), ("华东", "中国"))
    tenant.hire(
        {"id": "ann", "display_name": "Ann", "attributes": {"languages": ["zh"]}, "capacity": {"LEAD": "4"}},
        {"id": "bo", "capacity": {"LEAD": "6"}},
        {"id": "dev", "active": True, "capacity": {"LEAD": "1"}},
        {"id": "guest"},
        {"id": "gone"},
    )
    tenant.pool("east", {"ann": 2, "bo": 1, "guest": 0.5}, band=1)
    tenant.pool("solo", {"dev": 1})
    tenant.pool("fair", {"gone": 1})
    until(lambda: tenant.call("RoutingService/GetWorkItem", name=f"{tenant.parent}/workItems/crm~N-1").get("owner"))
    leads = [tenant.route(f"L-{n}", region="east", phone=f"138-{n}", customer=f"C-{n % 3}") for n in range(6)]
    tenant.route("L-1", source=" CRM", region="east", ids={"request_id": "route-1"})  # owned already, spelt otherwise
    assert tenant.route("W-1", region="solo")["outcome"] == "OUTCOME_WAITING"
    unrouted = tenant.route("U-1", region="far")
    assert unrouted["outcome"] == "OUTCOME_UNROUTED"
    waits = tenant.route("W-2", region="solo", phone="137")
    tenant.reassign(leads[0], note="客户要求", request_id="reassign-1")
    tenant.reassign(leads[1], rep=f"{tenant.parent}/reps/guest", note="by hand", request_id="override-1")
    tenant.complete(leads[1], "CLOSED")
    tenant.complete(leads[2], "CONVERTED", request_id="complete-1")
    tenant.complete(leads[3], "DISQUALIFIED")
    tenant.complete(unrouted, "CLOSED")
    tenant.complete(waits, "CLOSED")
    tenant.pool("fair", {})
    tenant.pool("east", {"ann": 2, "bo": 1}, band=1)
    for kind, name in {"Pool": "pools/fair", "Rep": "reps/gone", "Territory": "territories/华东"}.items():
        tenant.call(f"WorkforceService/Delete{kind}", name=f"{tenant.parent}/{name}")
    tenant.publish(RULES, note="again")
    for subject in ("C-2", leads[3]["work_item"]):
        tenant.call("PrivacyService/EraseSubject", parent=tenant.parent, subject=subject, request_id=f"erase-{subject}")
    tenant.submit("S-1", region="east")


def _known_session(data: Path) -> None:
    """Act as somebody whose name the log keeps."""
    folder = data.parent / "tokens"
    done("token", "keys", str(folder))
    token = done("token", "mint", str(folder), "--name", "mo@acme", "--role", "manager", "--tenant", "kept").strip()
    known = {"JWKS": str(folder / "jwks.json"), "TOKEN_ISSUER": "fairlead-token", "TOKEN_AUDIENCE": "fairlead"}
    with serving(data, **{f"FAIRLEAD_{name}": value for name, value in known.items()}) as running:
        tenant = Tenant(running.channel, "kept", token)
        tenant.call("RuleService/RollbackRuleSet", parent=tenant.parent, revision="1", request_id="rollback-1")
        tenant.hire({"id": "new", "active": False})
        tenant.complete(tenant.route("M-1", region="east"), "CONVERTED")


def _write_all(running: Running, data: Path, out: Path) -> None:
    url = f"unix://{data / 'valkey.sock'}"
    stored = keys.read(url)
    _check(stored)
    asked = [question for tenant in TENANTS for question in questions.of_routing(running.channel, f"tenants/{tenant}")]
    answers = [ask(running.channel, method, request) for method, request in asked]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    keys.write(stored, out / "store.jsonl")
    (out / "answers.jsonl").write_text(
        "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in answers), "utf-8"
    )


def _check(stored: dict[str, keys.Key]) -> None:
    """See that the store holds what it is kept for."""
    logs = [fields for name, key in stored.items() if name.endswith(":events") for _, fields in key.value]
    kinds = {f"{kind}.2" for kind in ("decision", "completed", "settled", "workforce", "rules", "erased", "rewritten")}
    assert {fields["type"] for fields in logs} == kinds, kinds
    text = json.dumps(stored, ensure_ascii=False)
    words = ("ROUTED", "REASSIGNED", "OVERRIDE", "WOKEN", "WAITING", "UNROUTED", "EXISTING_OWNER", "mo@acme")
    for word in (*words, "ASSIGNED", "QUEUED", "CONVERTED", "DISQUALIFIED", "CLOSED"):
        assert word in text, word
    assert {key.value["format"] for name, key in stored.items() if name.endswith("}:revisions")} == {"3"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
