"""``python -m tests.golden.write_format_4 FOLDER``: a store of format 4, with every kind of event and state.

Run on a commit before there were activities. It does all that format 3 had, see ``write_format_3``, in tenant
``kept``, and after it what came with format 4: people away and back, leave that is credited, timers that fired and
one that waits, caps of every measure. See the package for how to run it there.
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
from tests.golden.running import Running, done, serving
from tests.golden.scenario import until
from tests.golden.tenants import Tenant
from tests.golden.write_format_3 import RULES, _begin_in_plain, _do_all, _known_session

TENANTS = ("kept", "rewritten")
OF_4 = ("decision.3", "credited.1", "fired.1", "presence.1")
OF_BEFORE = tuple(f"{kind}.2" for kind in ("completed", "settled", "workforce", "rules", "erased", "rewritten"))
CAPS: list[Json] = [
    {"id": "open", "measure": "MEASURE_OPEN", "limit": 40, "scope": "SCOPE_POOL"},
    {"id": "in-hand", "measure": "MEASURE_UNWORKED", "limit": 20},
    {"id": "monthly", "measure": "MEASURE_COUNT", "limit": 90, "window": "WINDOW_MONTH", "pace": "PACE_ANY"},
    {"id": "value", "measure": "MEASURE_VALUE", "limit": 900, "window": "WINDOW_ROLLING", "rolling_duration": "3600s"},
]


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
            _do_what_is_new(Tenant(running.channel, "kept"))
            _write_all(running, data, out)


def _do_what_is_new(tenant: Tenant) -> None:
    tenant.publish(RULES, note="of format 4")
    credit = {"max_units": 1000, "ttl_duration": "86400s", "share": 0.5}
    tenant.pool("east", {"ann": 2, "bo": 1}, band=1, caps=CAPS[:-1], absence_policy={"credit": credit})
    tenant.hire({"id": "eva"})
    tenant.pool("solo", {"dev": 1, "eva": 1}, caps=[CAPS[-1]])
    now = datetime.now(UTC)
    _leave(tenant, "ann", now - timedelta(days=1), now + timedelta(seconds=8))
    _leave(tenant, "eva", now - timedelta(days=1), now + timedelta(seconds=8))
    for number in range(4):
        tenant.route(f"F-{number}", region="east", phone=f"136-{number}", value=2.5)
    assert tenant.route("F-9", region="solo")["outcome"] == "OUTCOME_WAITING"
    until(lambda: tenant.call("RoutingService/GetWorkItem", name=f"{tenant.parent}/workItems/crm~F-9").get("owner"))
    _away(tenant, "bo", "PRESENCE_AWAY")
    _away(tenant, "bo", "PRESENCE_AVAILABLE")
    _away(tenant, "ann", "PRESENCE_AWAY")
    _leave(tenant, "eva", now - timedelta(hours=1), now + timedelta(days=900))
    assert tenant.route("F-10", region="solo")["outcome"] == "OUTCOME_WAITING"
    tenant.route("F-11", region="east", phone="136-11")


def _leave(tenant: Tenant, rep: str, start: datetime, end: datetime) -> None:
    name = f"{tenant.parent}/reps/{rep}/absences/spring"
    absence = {"name": name, "start_time": start.isoformat(), "end_time": end.isoformat()}
    tenant.call("WorkforceService/UpdateAbsence", absence=absence, allow_missing=True)


def _away(tenant: Tenant, rep: str, presence: str) -> None:
    tenant.call("WorkforceService/SetRepPresence", name=f"{tenant.parent}/reps/{rep}", presence=presence)


def _write_all(running: Running, data: Path, out: Path) -> None:
    url = f"unix://{data / 'valkey.sock'}"
    until(lambda: {*OF_4} <= _kinds(keys.read(url)))
    stored = keys.read(url)
    _check(stored)
    asked = [question for tenant in TENANTS for question in questions.of_routing(running.channel, f"tenants/{tenant}")]
    answers = [ask(running.channel, method, request) for method, request in asked]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    keys.write(stored, out / "store.jsonl")
    written = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in answers)
    (out / "answers.jsonl").write_text(written, "utf-8")


def _kinds(stored: dict[str, keys.Key]) -> set[str]:
    """Return the types of all events."""
    logs = (key for name, key in stored.items() if name.endswith(":events"))
    return {fields["type"] for key in logs for _, fields in key.value}


def _check(stored: dict[str, keys.Key]) -> None:
    """See that the store holds what it is kept for."""
    assert _kinds(stored) == {*OF_4, *OF_BEFORE}, _kinds(stored)
    text = json.dumps(stored, ensure_ascii=False)
    words = ("ROUTED", "REASSIGNED", "OVERRIDE", "WOKEN", "WAITING", "UNROUTED", "EXISTING_OWNER", "mo@acme")
    for word in (*words, "ASSIGNED", "QUEUED", "CONVERTED", "DISQUALIFIED", "CLOSED"):
        assert word in text, word
    for key in ("presence", "counts", "headroom", "timers", "timers:position", "loads", "waiting", "owned"):
        assert f"fairlead:{{kept}}:{key}" in stored, key
    assert {key.value["format"] for name, key in stored.items() if name.endswith("}:revisions")} == {"4"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
