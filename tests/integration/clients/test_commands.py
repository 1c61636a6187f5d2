"""The commands against a real service, as a user runs them."""

from __future__ import annotations

import csv
import re
import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
import redis

from fairlead.client import work_item
from store.embedded.server import EmbeddedServer
from tests.integration.clients.arranging import (
    RULES,
    Restartable,
    enter_team,
    environment,
    fairlead,
    fairlead_apart,
    serving,
    tried,
)

EXAMPLES = Path(__file__).parents[3] / "examples"
FILES = (
    *("--leads", str(EXAMPLES / "leads.csv"), "--reps", str(EXAMPLES / "reps.csv")),
    *("--rules", str(EXAMPLES / "rules.yaml"), "--territories", str(EXAMPLES / "territories.csv")),
)


@pytest.fixture(scope="module")
def example(served: Restartable, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, str]]]:
    """The example routed through the running service: what was printed, and the decisions file."""
    out = tmp_path_factory.mktemp("example") / "decisions.csv"
    printed = fairlead(
        "route", *FILES, "--server", served.address, "--tenant", "example", "--band", "east=1", "--out", str(out)
    )
    with out.open(encoding="utf-8-sig", newline="") as file:
        return printed, list(csv.DictReader(file))


# ---- route


def test_route_writes_one_decision_per_lead(example: tuple[str, list[dict[str, str]]]) -> None:
    _, rows = example

    assert len(rows) == 300
    assert len({row["external_id"] for row in rows}) == 300
    assert {row["outcome"] for row in rows} == {"ASSIGNED", "WAITING", "UNROUTED"}
    assert all(bool(row["rep"]) == (row["outcome"] == "ASSIGNED") for row in rows)


def test_the_decisions_file_has_names_times_and_what_the_lead_held(
    example: tuple[str, list[dict[str, str]]],
) -> None:
    _, rows = example
    with (EXAMPLES / "leads.csv").open(encoding="utf-8-sig", newline="") as file:
        leads = {lead["external_id"]: lead for lead in csv.DictReader(file)}
    with (EXAMPLES / "reps.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {rep["id"]: rep["name"] for rep in csv.DictReader(file)}

    for row in rows:
        assert row["rep_name"] == names.get(row["rep"], "")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", row["time"])
        assert row["kind"] == "LEAD"
        assert row["region"] == leads[row["external_id"]]["region"]


def test_a_lead_that_looks_like_a_formula_is_none_in_the_decisions_file(served: Restartable, tmp_path: Path) -> None:
    reps, leads, rules = tmp_path / "reps.csv", tmp_path / "leads.csv", tmp_path / "rules.yaml"
    reps.write_text("id,name,regions\nanna,@anna,east\n")
    leads.write_text("id,region\n=1+1,east\n+49 170,-7\n")
    rules.write_text(RULES)
    files = ("--leads", str(leads), "--reps", str(reps), "--rules", str(rules), "--out", str(tmp_path / "d.csv"))

    fairlead("route", *files, "--server", served.address, "--tenant", "formulas")

    with (tmp_path / "d.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["external_id"], row["rep_name"], row["region"]) for row in rows] == [
        ("'=1+1", "'@anna", "east"), ("'+49 170", "'@anna", "-7"),
    ]  # fmt: skip


def test_route_prints_fairness_within_the_bound_and_below_the_round_robins(
    example: tuple[str, list[dict[str, str]]],
) -> None:
    printed, _ = example
    (east,) = re.findall(r"Pool east: 141 decisions.*?worst ever +(.*?)\n.*?never beyond ([0-9.]+)", printed, re.DOTALL)

    ours, *others = map(float, east[0].split())

    assert ours <= float(east[1])
    assert len(others) == 4
    assert all(ours < other for other in others)


def test_routing_the_same_file_again_changes_no_owner(
    served: Restartable, example: tuple[str, list[dict[str, str]]], tmp_path: Path
) -> None:
    _, before = example
    out = tmp_path / "again.csv"

    fairlead("route", *FILES, "--server", served.address, "--tenant", "example", "--out", str(out))

    with out.open(encoding="utf-8-sig", newline="") as file:
        after = list(csv.DictReader(file))
    owners = [(row["external_id"], row["rep"]) for row in before if row["rep"]]
    assert owners == [(row["external_id"], row["rep"]) for row in after if row["rep"]]
    assert {row["outcome"] for row in after if row["rep"]} == {"EXISTING_OWNER"}


def test_route_leaves_alone_what_its_files_do_not_say_and_tells_what_it_changed(
    served: Restartable, tmp_path: Path
) -> None:
    at = ("--server", served.address, "--tenant", "kept")
    names = ("staff.csv", "reps.csv", "leads.csv", "rules.yaml", "territories.csv")
    staff, reps, leads, rules, territories = (tmp_path / name for name in names)
    staff.write_text("id,pools,capacity_LEAD,level\nanna,team:2,7,3\nbo,team:3;other,,\n")
    reps.write_text("id,regions\nanna,east\ncy,east\n")
    territories.write_text("id,parent\nnorth-east,east\n")
    leads.write_text("id,region\nL-1,east\n")
    rules.write_text(RULES)
    fairlead("workforce", "load", "--reps", str(staff), *at)
    files = ("--leads", str(leads), "--reps", str(reps), "--rules", str(rules), "--territories", str(territories))

    first = fairlead("route", *files, "--band", "team=1", "--out", str(tmp_path / "d.csv"), *at)
    again = fairlead("route", *files, "--out", str(tmp_path / "d.csv"), *at)

    with served.client("kept") as client:
        anna, bo, _ = client.list_reps()
        other, team = client.list_pools()
    line = "reps: 1 changed, 1 created; pools: 1 changed; territories: 2 created; the workforce is at revision 2\n"
    assert line in first
    assert "revision" not in again
    assert (dict(anna.capacity), {*anna.attributes}, bo.active) == ({"LEAD": 7}, {"level", "regions"}, True)
    weights = {member.rep.rpartition("/")[2]: member.weight for member in team.members}
    assert (weights, team.band, len(other.members)) == ({"anna": 2.0, "bo": 3.0, "cy": 1.0}, 1.0, 1)


def test_a_band_of_a_pool_that_nothing_names_is_refused(served: Restartable, tmp_path: Path) -> None:
    at = ("--server", served.address, "--tenant", "bands", "--out", str(tmp_path / "d.csv"))

    status, printed = tried("route", *FILES, "--band", "eats=1", *at)

    assert (status, "--band eats=1: there is no pool 'eats'; allowed: east, " in printed) == (2, True)


@pytest.mark.long
def test_route_starts_a_service_of_its_own_and_leaves_nothing(tmp_path: Path) -> None:
    reps, leads, rules = tmp_path / "reps.csv", tmp_path / "leads.csv", tmp_path / "rules.yaml"
    reps.write_text("id,regions\nanna,east\nbo,east\n")
    leads.write_text("id,region\n" + "".join(f"L-{number},east\n" for number in range(6)))
    rules.write_text(RULES)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    # an operator's store must never be touched by what is only tried out
    env = environment(TMPDIR=str(temporary), FAIRLEAD_REDIS_URL="redis://127.0.0.1:1/")

    printed = fairlead_apart(
        "route", "--leads", str(leads), "--reps", str(reps), "--rules", str(rules), cwd=tmp_path, env=env
    )

    assert "6 assigned" in printed
    assert (tmp_path / "decisions.csv").is_file()
    assert not list(temporary.iterdir())


def test_a_bad_cell_ends_route_before_anything_is_sent(tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text("id,potential\nL-1,high\n")

    status, printed = tried("route", "--leads", str(leads), *FILES[2:], "--server", "127.0.0.1:1")

    assert status == 2
    assert f"{leads}:2: column potential: found 'high'; allowed: a number" in printed


def test_leads_are_routed_by_the_reps_and_rules_that_a_service_has(
    served: Restartable, example: tuple[str, list[dict[str, str]]], tmp_path: Path
) -> None:
    leads = tmp_path / "more.csv"
    leads.write_text("external_id,region,industry\nM-1,上海,汽车\n", encoding="utf-8")
    known = ("--server", served.address, "--tenant", "example", "--out", str(tmp_path / "out.csv"))

    printed = fairlead("route", "--leads", str(leads), *known)

    assert "1 assigned" in printed
    status, printed = tried("route", "--leads", str(leads), "--server", served.address, "--tenant", "nobody")
    assert (status, "no rule set is published" in printed) == (1, True)
    for given, missing in (((), "--rules"), (("--rules", str(EXAMPLES / "rules.yaml")), "--reps")):
        status, printed = tried("route", "--leads", str(leads), *given)
        assert (status, f"Missing option '{missing}'" in printed) == (2, True)


def test_a_service_that_is_not_there_is_named() -> None:
    status, printed = tried("explain", "1", "--server", "127.0.0.1:1")

    assert status == 1
    assert "no service answers at 127.0.0.1:1" in printed


def test_a_wrong_port_is_not_waited_for() -> None:
    connections = 0

    class SomethingElse(StreamRequestHandler):
        def handle(self) -> None:
            nonlocal connections
            connections += 1
            self.wfile.write(b"-ERR unknown command\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), SomethingElse) as other:
        threading.Thread(target=other.serve_forever).start()
        status, printed = tried("explain", "1", "--server", f"127.0.0.1:{other.server_address[1]}")
        other.shutdown()

    assert (status, connections) == (1, 1)
    assert "Failed parsing HTTP/2): start one with `fairlead serve`, or name another with --server" in printed


def test_where_the_service_is_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRLEAD_SERVER", "http://127.0.0.1:9")

    status, printed = tried("explain", "1")

    assert status == 1
    assert "'http://127.0.0.1:9' is no address of a service: write HOST:PORT, such as 127.0.0.1:9" in printed


# ---- explain


def test_explain_tells_rule_steps_and_candidates(
    served: Restartable, example: tuple[str, list[dict[str, str]]]
) -> None:
    _, rows = example
    row = next(row for row in rows if row["outcome"] == "ASSIGNED" and row["pool"] == "east")

    printed = fairlead("explain", row["decision"], "--server", served.address, "--tenant", "example")

    assert f"Decision {row['decision']}: crm~{row['external_id']}" in printed
    assert f"Rule {row['rule']}" in printed
    assert row["step"] in printed
    assert "chosen" in printed


def test_explain_says_why_not_by_each_reason(served: Restartable, example: tuple[str, list[dict[str, str]]]) -> None:
    _, rows = example
    row = next(row for row in rows if row["pool"] == "south")

    printed = fairlead(
        "explain", f"crm~{row['external_id']}", "--rep", "王芳", "--server", served.address, "--tenant", "example"
    )

    assert "王芳 could not have had it:" in printed
    assert "[NOT_A_MEMBER]" in printed


def test_explain_compares_the_claims_of_the_eligible(served: Restartable) -> None:
    with served.client() as client:
        decision = client.route({"region": "east"}, source="test", external_id="claims", full=True)
        loser = next(c.rep for c in decision.candidates if c.verdict == c.VERDICT_ELIGIBLE)

    printed = fairlead("explain", decision.name, "--rep", loser.rpartition("/")[2], "--server", served.address)

    assert "was eligible." in printed
    assert printed.count("= claim") == 3


def test_explain_knows_who_was_not_there(served: Restartable) -> None:
    with served.client() as client:
        decision = client.route({"region": "east"}, source="test", external_id="who")

    status, printed = tried("explain", decision.name, "--rep", "dora", "--server", served.address)

    assert status == 1
    assert "'dora' was not looked at; there were: anna, bo, cy" in printed
    _, in_chinese = tried("explain", decision.name, "--rep", "dora", "--language", "zh", "--server", served.address)
    assert "候选人中没有 'dora'；当时有：anna, bo, cy" in in_chinese


# ---- rules


@pytest.mark.long
def test_rules_are_published_and_rolled_back(served: Restartable, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    where = ("--server", served.address, "--tenant", "rules")
    file.write_text(RULES)
    assert "revision 1 is active: 1 rule" in fairlead("rules", "publish", str(file), *where)
    file.write_text("fields: {}\ndefault: {route: {pool: team}}\n")
    assert "revision 2 is active: 0 rules" in fairlead("rules", "publish", str(file), "--note", "none", *where)

    printed = fairlead("rules", "rollback", *where)

    assert "revision 3 is active: revision 1 again, 1 rule" in printed


def test_rules_with_errors_are_refused_with_their_place(served: Restartable, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("fields: {}\ndefault: {route: {pol: team}}\n")

    status, printed = tried("rules", "publish", str(file), "--server", served.address)

    assert status == 1
    assert printed.count("rules.yaml:2:18 error: pool is missing") == 1


# ---- verify


@pytest.mark.long
def test_verify_is_clean_after_routing_and_names_what_was_tampered_with(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        with service.client() as client:
            enter_team(client)
            assert len([*client.route_many(work_item({"region": "east"}) for _ in range(50))]) == 50
        status, printed = tried("verify", "--data", str(service.data))
        assert status == 2
        assert "in use by process" in printed
    assert "53 events replayed: state matches the log" in fairlead("verify", "--data", str(service.data))

    tamper(service.data)

    status, printed = tried("verify", "--data", str(service.data))
    assert status == 1
    assert "ledger team: deficits: log says" in printed
    assert "1 difference\n" in printed


def tamper(data: Path) -> None:
    """Take one lead unit from somebody's deficit."""
    server = EmbeddedServer(data)
    server.start()
    try:
        with redis.Redis.from_url(server.url) as store:
            store.hincrby("fairlead:{default}:ledger:team", "d:anna", -1_000_000)
    finally:
        server.stop()


def test_verify_refuses_a_folder_without_data(tmp_path: Path) -> None:
    status, printed = tried("verify", "--data", str(tmp_path))

    assert status == 2
    assert "holds no data of a service" in printed


# ---- demo

LIVE = (
    "2026-09-18 17:50+08:00 Deadline first-response: 王芳 to be reminded. 时限 first-response：应提醒王芳。",
    "2026-09-20 09:20+08:00 Deadline first-response: 陈洁 to be told. 时限 first-response：应通知陈洁。",
    "2026-09-20 10:20+08:00 It was not attended to in time. Rule default, pool east: 李娜 has it now.",
    "2026-09-20 10:45+08:00 李娜 called the customer (3 min). Deadline first-response met after 41 h 25 min:",
    "All of it came as its walk expects. fairlead process walk",
)
"""What happens to a lead in a process, from reminder to escalation to another owner, who answers it."""


@pytest.mark.long
def test_the_demo_tells_ten_decisions() -> None:
    taken = environment(FAIRLEAD_HTTP="127.0.0.1:1")  # the door of another service
    printed = fairlead_apart("demo", "--examples", str(EXAMPLES), env=taken)

    assert len(re.findall(r"^L-\d{3}  .*→", printed, re.MULTILINE)) == 11
    assert "could not have had it:" in printed
    assert "Pool east: 141 decisions" in printed
    over_http = re.search(r"^curl '(http://127.*)'$(.*?)^  }", printed, re.MULTILINE | re.DOTALL)
    assert over_http
    assert '"explanation": "规则 east' in over_http[2]
    shown, _, _ = printed.partition("Try next")  # commands to copy are not broken, whatever the folder is called
    assert all(len(line) <= 100 for line in shown.splitlines())
    _, _, process = " ".join(shown.split()).partition("A lead that nobody answers")
    for said in LIVE:
        assert said in process
    assert [*LIVE] == sorted(LIVE, key=process.index)  # as it happened


@pytest.mark.long
def test_the_demo_without_its_files_says_which_it_wants(tmp_path: Path) -> None:
    status, printed = tried("demo", "--examples", str(tmp_path))

    assert status == 2
    assert "found no leads.csv, reps.csv, rules.yaml, territories.csv" in printed
