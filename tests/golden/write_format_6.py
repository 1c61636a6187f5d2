"""``python -m tests.golden.write_format_6 FOLDER``: a store of format 6, with every kind of event and state.

Run on a commit before anybody had a channel. It does all that format 5 had, see ``write_format_5``, in tenant ``kept``,
and after it what came with format 6: a process that is published twice and rolled back, stages that are entered, asked
for, approved and rejected, children, one of them withdrawn, steps of deadlines, pauses, migrations, answers of
customers and whether they are asked, and lists of what falls due. See the package for how to run it there.
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
from tests.golden.write_format_5 import _do_what_is_newer, _item

TENANTS = ("kept", "rewritten")
OF_6 = ("process.1", "updated.2", "fired.3", "noted.1", "digest.1")
OF_BEFORE = (
    *("decision.3", "credited.1", "fired.1", "fired.2", "presence.1", "activity.1", "offer.1", "erased.3"),
    *("completed.2", "completed.3", "settled.2", "workforce.2", "rules.2", "rewritten.2"),
)
NOTES = ("PAUSED", "RESUMED", "ASKED", "APPROVED", "REJECTED", "MIGRATED", "CSAT", "NPS", "SURVEYED")
RULES = """
fields:
  region: {type: string}
  phone: {type: string, personal: true}
  customer: {type: string}
  discount: {type: number}
known_customer: {id: customer}
default: {route: {pool: care, hours: ignore, fallback: [wait]}}
"""
PROCESS = """
process: care
kinds: [TICKET]
stages:
  - id: new
    deadlines:
      - id: answer
        within: 4s
        clock: wall
        from: arrival
        until: attempt
        steps: [{at: 50%, do: remind}, {at: 75%, do: raise_priority}, {at: 100%, do: notify, to: manager},
                {at: 125%, do: reassign}]
  - {id: offer, approve: {by: manager, when: {field: discount, op: gt, value: 0.1}, on_reject: new}}
  - {id: work, open: [{id: check, kind: TASK, pool: care, within: 1d}]}
  - {id: solved, closes: CLOSED, open: [{id: thanks, kind: TASK, pool: care}]}
deadlines: [{id: solution, within: 8h, clock: owner, steps: [{at: 100%, do: notify, to: pool managers}]}]
satisfaction: {csat: {ask: {after: 1s}, at_most: 2, open: {id: call, pool: care}}, nps: {at_most: 6}}
"""


def main(out: Path) -> None:
    personal = {"FAIRLEAD_PERSONAL_FIELDS": "phone"}
    with tempfile.TemporaryDirectory(prefix="fl-") as folder:
        data = Path(folder) / "data"
        with serving(data) as running:
            _begin_in_plain(Tenant(running.channel, "rewritten"))
            _do_all(Tenant(running.channel, "kept"))
        options = ("--tenant", "rewritten", "--data", str(data), "--yes")
        done("log", "rewrite", *options, **personal)
        _known_session(data)
        with serving(data, **personal) as running:
            tenant = Tenant(running.channel, "kept")
            _do_what_is_new(tenant)
            with working(data, **personal):
                _do_what_is_newer(tenant)
            _do_what_is_newest(tenant, data)
            _write_all(running, data, out)


def _do_what_is_newest(tenant: Tenant, data: Path) -> None:
    tenant.publish(RULES, note="of format 6")
    _keep_hours(tenant)
    boss = {"manager": f"{tenant.parent}/reps/ida"}
    tenant.hire({"id": "ida", "display_name": "伊达"}, {"id": "jan", **boss}, {"id": "kim", **boss})
    tenant.pool("care", {"jan": 1, "kim": 1}, managers=[f"{tenant.parent}/reps/ida"])
    for source in (PROCESS, PROCESS.replace("within: 8h", "within: 6h")):
        tenant.call("ProcessService/PublishProcess", parent=tenant.parent, source=source)
    tickets = [
        tenant.route(f"T-{n}", kind="KIND_TICKET", phone=f"131-{n}", customer=f"K-{n}", discount=n / 10)["work_item"]
        for n in range(7)
    ]
    _go_through(tenant, tickets)
    _answer(tenant, tickets)
    tenant.call("ProcessService/RollbackProcess", name=f"{tenant.parent}/processes/care", revision="1")
    moved = tenant.call("ProcessService/MigrateWorkItems", name=f"{tenant.parent}/processes/care")
    assert moved["migrations"], moved
    url = f"unix://{data / 'valkey.sock'}"
    for _ in range(3):  # a list is made as hours begin, at the next whole minute but one
        try:
            until(lambda: {*OF_6, "completed.3"} <= _kinds(_read(url)) and _noted(url) >= {*NOTES})
        except AssertionError:
            continue
        return


def _keep_hours(tenant: Tenant) -> None:
    """Have everybody's hours begin in a minute or two."""
    begin = datetime.now(UTC) + timedelta(minutes=2)
    assert begin.hour < 23, "lists are made of a day that goes on: run it earlier"
    days = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
    weekly = [{"day": day, "start": f"{begin:%H:%M}", "end": "23:59"} for day in days]
    calendar = {"name": f"{tenant.parent}/calendars/late", "time_zone": "UTC", "weekly": weekly}
    tenant.call("WorkforceService/UpdateCalendar", calendar=calendar, allow_missing=True)
    settings = {"name": tenant.parent, "time_zone": "UTC", "calendar": "late"}
    tenant.call("WorkforceService/UpdateTenant", tenant=settings)


def _go_through(tenant: Tenant, tickets: list[str]) -> None:
    """Enter stages, ask for them, approve, reject, pause and go on."""
    ida = f"{tenant.parent}/reps/ida"
    for ticket in tickets[:2]:
        tenant.call("RoutingService/AdvanceWorkItem", name=ticket, stage="work")
    for ticket, answer in ((tickets[3], "Approve"), (tickets[4], "Reject")):
        tenant.call("RoutingService/AdvanceWorkItem", name=ticket, stage="offer", note="张 3 asks")
        tenant.call(f"RoutingService/{answer}WorkItem", name=ticket, rep=ida, reason="for 张 3")
    tenant.call("RoutingService/AdvanceWorkItem", name=tickets[5], stage="offer")
    tenant.call("RoutingService/PauseWorkItem", name=tickets[0], reason="waiting")
    tenant.call("RoutingService/ResumeWorkItem", name=tickets[0])
    tenant.call("RoutingService/PauseWorkItem", name=tickets[1], reason="waiting")


def _answer(tenant: Tenant, tickets: list[str]) -> None:
    """Close two, and have their customers be asked, and answer."""
    for ticket, said in ((tickets[2], {"csat": 1}), (tickets[3], {"nps": 3})):
        tenant.call("RoutingService/AdvanceWorkItem", name=ticket, stage="solved")
        tenant.call("RoutingService/RecordSatisfaction", name=ticket, comment="张 3 is sad", **said)
    closed = tenant.route("T-9", kind="KIND_TICKET", customer="K-9")["work_item"]
    tenant.call("RoutingService/AdvanceWorkItem", name=closed, stage="solved")
    until(lambda: _children(tenant, closed) == ["STATE_QUEUED"])  # for it is outside hours
    tenant.call("RoutingService/ReopenWorkItem", name=closed)  # what its end opened is withdrawn


def _children(tenant: Tenant, name: str) -> list[str]:
    """Return how what a work item opened stands."""
    return [child["state"] for child in _item(tenant, name).get("children", ())]


def _read(url: str) -> dict[str, keys.Key]:
    """Read the store, whose leases come and go."""
    while True:
        try:
            return keys.read(url)
        except KeyError:
            continue


def _noted(url: str) -> set[str]:
    """Return which notes there are."""
    text = json.dumps(_read(url), ensure_ascii=False)
    return {note for note in NOTES if note in text}


def _write_all(running: Running, data: Path, out: Path) -> None:
    stored = _read(f"unix://{data / 'valkey.sock'}")
    _check(stored)
    assert _item(Tenant(running.channel, "kept"), "tenants/kept/workItems/crm~T-5")["stage"] == "new"
    asked = [question for tenant in TENANTS for question in questions.of_routing(running.channel, f"tenants/{tenant}")]
    answers: list[Json] = [ask(running.channel, method, request) for method, request in asked]
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    keys.write(stored, out / "store.jsonl")
    written = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in answers)
    (out / "answers.jsonl").write_text(written, "utf-8")


def _check(stored: dict[str, keys.Key]) -> None:
    """See that the store holds what it is kept for."""
    assert _kinds(stored) == {*OF_6, *OF_BEFORE}, _kinds(stored) ^ {*OF_6, *OF_BEFORE}
    text = json.dumps(stored, ensure_ascii=False)
    for word in (*NOTES, "REOPENED", "IMPORTED", "UPDATED", "COVERED", "OVERRIDE", "WOKEN", "ESCALATED", "OPENED"):
        assert word in text, word
    for key in ("processes", "dated", "offers", "offered", "presence", "counts", "timers", "loads", "digests", "owned"):
        assert f"fairlead:{{kept}}:{key}" in stored, key
    assert {key.value["format"] for name, key in stored.items() if name.endswith("}:revisions")} == {"6"}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
