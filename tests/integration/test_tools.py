"""The commands and the client against a real service, as a user runs them."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import redis
from click.testing import CliRunner

from fairlead.client import FairleadClient, FairleadError, work_item
from fairlead.v1 import workforce_pb2 as workforce
from service import main
from store.embedded.server import EmbeddedServer
from tests.patience import patient_client
from tests.topologies import free_port

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = (
    *("--leads", str(EXAMPLES / "leads.csv"), "--reps", str(EXAMPLES / "reps.csv")),
    *("--rules", str(EXAMPLES / "rules.yaml"), "--territories", str(EXAMPLES / "territories.csv")),
)
RULES = """
fields: {region: {type: string}}
rules:
  - id: east
    when: {field: region, op: eq, value: east}
    route: {pool: team, require: [{rep: regions, op: covers, item: region}]}
default: {route: {pool: team}}
"""


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    return {**kept, "GRPC_ENABLE_FORK_SUPPORT": "0", **changes}


def fairlead(*arguments: str) -> str:
    """Run a command that is to succeed."""
    status, output = tried(*arguments)
    assert status == 0, output
    return output


def tried(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, arguments, env={"FAIRLEAD_REDIS_URL": None})
    return done.exit_code, done.output


def fairlead_apart(*arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run a command that is to succeed, as a process of its own."""
    command = [sys.executable, "-P", "-m", "service", *arguments]
    done = subprocess.run(command, cwd=cwd, env=env or environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Served:
    """A service on a folder and a port of its own, that can be killed and started again."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-P", "-m", "service", "serve", "--listen", self.address, "--data", str(self.data)]
        with (self.data.parent / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log, env=environment())

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def client(self, tenant: str = "default") -> FairleadClient:
        return patient_client(self.address, tenant)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    served = Served(folder / "data", free_port())
    served.start()
    try:
        yield served
    finally:
        served.end()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as service:
        with service.client() as client:
            enter_team(client)
        yield service


def enter_team(client: FairleadClient) -> None:
    reps = [workforce.Rep(name=name, display_name=name.title()) for name in ("anna", "bo", "cy")]
    for rep in reps[:2]:
        rep.attributes.update({"regions": ["east"]})
    client.upsert_reps(reps)
    client.upsert_pool("team", {"anna": 2.0, "bo": 1.0, "cy": 1.0})
    client.publish_rules(RULES)


@pytest.fixture(scope="module")
def example(served: Served, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, str]]]:
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
    served: Served, example: tuple[str, list[dict[str, str]]], tmp_path: Path
) -> None:
    _, before = example
    out = tmp_path / "again.csv"

    fairlead("route", *FILES, "--server", served.address, "--tenant", "example", "--out", str(out))

    with out.open(encoding="utf-8-sig", newline="") as file:
        after = list(csv.DictReader(file))
    owners = [(row["external_id"], row["rep"]) for row in before if row["rep"]]
    assert owners == [(row["external_id"], row["rep"]) for row in after if row["rep"]]
    assert {row["outcome"] for row in after if row["rep"]} == {"EXISTING_OWNER"}


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


def test_a_service_that_is_not_there_is_named() -> None:
    status, printed = tried("explain", "1", "--server", "127.0.0.1:1")

    assert status == 1
    assert "no service answers at 127.0.0.1:1" in printed


# ---- explain


def test_explain_tells_rule_steps_and_candidates(served: Served, example: tuple[str, list[dict[str, str]]]) -> None:
    _, rows = example
    row = next(row for row in rows if row["outcome"] == "ASSIGNED" and row["pool"] == "east")

    printed = fairlead("explain", row["decision"], "--server", served.address, "--tenant", "example")

    assert f"Decision {row['decision']}: crm~{row['external_id']}" in printed
    assert f"Rule {row['rule']}" in printed
    assert row["step"] in printed
    assert "chosen" in printed


def test_explain_says_why_not_by_each_reason(served: Served, example: tuple[str, list[dict[str, str]]]) -> None:
    _, rows = example
    row = next(row for row in rows if row["pool"] == "south")

    printed = fairlead(
        "explain", f"crm~{row['external_id']}", "--rep", "王芳", "--server", served.address, "--tenant", "example"
    )

    assert "王芳 could not have had it:" in printed
    assert "[NOT_A_MEMBER]" in printed


def test_explain_compares_the_claims_of_the_eligible(served: Served) -> None:
    with served.client() as client:
        decision = client.route({"region": "east"}, source="test", external_id="claims", full=True)
        loser = next(c.rep for c in decision.candidates if c.verdict == c.VERDICT_ELIGIBLE)

    printed = fairlead("explain", decision.name, "--rep", loser.rpartition("/")[2], "--server", served.address)

    assert "was eligible." in printed
    assert printed.count("= claim") == 3


def test_explain_knows_who_was_not_there(served: Served) -> None:
    with served.client() as client:
        decision = client.route({"region": "east"}, source="test", external_id="who")

    status, printed = tried("explain", decision.name, "--rep", "dora", "--server", served.address)

    assert status == 1
    assert "'dora' was not looked at; there were: anna, bo, cy" in printed


# ---- rules


def test_rules_are_published_and_rolled_back(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    where = ("--server", served.address, "--tenant", "rules")
    file.write_text(RULES)
    assert "revision 1 is active: 1 rules" in fairlead("rules", "publish", str(file), *where)
    file.write_text("fields: {}\ndefault: {route: {pool: team}}\n")
    assert "revision 2 is active: 0 rules" in fairlead("rules", "publish", str(file), "--note", "none", *where)

    printed = fairlead("rules", "rollback", *where)

    assert "revision 3 is active: revision 1 again, 1 rules" in printed


def test_rules_with_errors_are_refused_with_their_place(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("fields: {}\ndefault: {route: {pol: team}}\n")

    status, printed = tried("rules", "publish", str(file), "--server", served.address)

    assert status == 1
    assert "line 2" in printed


# ---- verify


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
    assert "1 differences" in printed


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


# ---- client


def test_a_call_outlives_a_service_that_is_killed_and_started_again(tmp_path: Path) -> None:
    answers: list[str] = []
    with serving(tmp_path) as service, service.client() as client:
        enter_team(client)
        service.end(signal.SIGKILL)
        calling = threading.Thread(
            target=lambda: answers.append(client.route({"region": "east"}, source="crm", external_id="L-1").rep)
        )
        calling.start()
        service.start()
        calling.join()

        again = client.route({"region": "east"}, source="crm", external_id="L-1")

        assert answers == [again.rep]


def test_a_watch_outlives_a_service_that_ends_and_misses_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as service, service.client() as client:
        enter_team(client)
        changes = client.watch("start")
        before = client.route({"region": "east"}, source="crm", external_id="L-1")
        told = [next(changes).change]

        service.end(signal.SIGTERM)
        service.start()
        after = client.route({"region": "east"}, source="crm", external_id="L-2")
        told.append(next(changes).change)

        assert [change.decision.name for change in told] == [before.name, after.name]
        changes.close()  # type: ignore[attr-defined]


def test_one_request_id_is_one_decision(served: Served) -> None:
    with served.client() as client:
        first = client.route({"region": "east"}, request_id="one-intent")
        second = client.route({"region": "east"}, request_id="one-intent")

        assert (first.name, first.rep) == (second.name, second.rep)
        with pytest.raises(FairleadError) as failed:
            client.route({"region": "west"}, request_id="one-intent")
        assert failed.value.code is grpc.StatusCode.ALREADY_EXISTS
        assert failed.value.reason == "REQUEST_ID_REUSED"


def test_a_bad_field_is_named_alone_and_within_a_batch(served: Served) -> None:
    bad, good = work_item({"colour": "red"}), work_item({"region": "east"})
    with served.client() as client:
        with pytest.raises(FairleadError) as failed:
            client.route({"colour": "red"})
        refused, routed = client.route_many([bad, good])

    assert [violation.field for violation in failed.value.violations] == ["work_item.attributes.colour"]
    assert isinstance(refused, FairleadError)
    assert refused.violations == failed.value.violations
    assert not isinstance(routed, FairleadError)


def test_a_work_items_life_through_the_client(served: Served) -> None:
    with served.client("life") as client:
        enter_team(client)
        owner = client.route({"region": "east"}, source="crm", external_id="L-1").rep
        item = client.get_work_item("crm~L-1")
        moved = client.reassign("crm~L-1", note="on holiday", etag=item.etag)
        named = client.reassign("crm~L-1", "cy", note="knows them")
        with pytest.raises(FairleadError) as stale:
            client.complete("crm~L-1", "CONVERTED", etag=item.etag)
        closed = client.complete("crm~L-1", "CONVERTED")

        assert len({owner, moved.rep, named.rep}) == 3
        assert stale.value.reason == "STALE_ETAG"
        assert closed.owner == named.rep == "tenants/life/reps/cy"
        assert [found.name for found in client.list_work_items(state="CONVERTED")] == [item.name]
        assert [decision.epoch for decision in client.list_decisions(work_item="crm~L-1")] == [3, 2, 1]
        assert client.explain(named.name).note == "knows them"
        assert client.fairness("team").overrides == 1


def test_workforce_and_rules_through_the_client(served: Served) -> None:
    with served.client("office") as client:
        enter_team(client)
        client.upsert_territory("asia")
        client.upsert_territory("east", "asia")
        client.upsert_pool("team", {"anna": 1.0}, band=0.5)
        client.delete_rep("bo")
        tests = "tests: [{name: wrong, item: {region: east}, expect: {rule: default}}]"

        assert [rep.name.rpartition("/")[2] for rep in client.list_reps()] == ["anna", "cy"]
        assert [(pool.band, len(pool.members)) for pool in client.list_pools()] == [(0.5, 1)]
        assert {t.name.rpartition("/")[2] for t in client.list_territories()} == {"asia", "east"}
        assert client.validate_rules("fields: {}\n")[0].path == "default"
        assert [result.passed for result in client.test_rules(RULES, tests).results] == [False]
        assert [rules.revision for rules in client.list_rules()] == [1]
        assert client.get_rules().source == RULES


def test_unknown_names_of_kinds_and_states_are_refused_at_once(served: Served) -> None:
    with pytest.raises(ValueError, match="kind is 'DEAL'; allowed are LEAD, CUSTOMER, TICKET, RESCUE"):
        work_item({}, kind="DEAL")


# ---- demo


@pytest.mark.long
def test_the_demo_tells_ten_decisions() -> None:
    printed = fairlead_apart("demo", "--examples", str(EXAMPLES))

    assert len(re.findall(r"^L-\d{3}  .*→", printed, re.MULTILINE)) == 11
    assert "could not have had it:" in printed
    assert "Pool east: 141 decisions" in printed
    shown, _, _ = printed.partition("Try next")  # commands to copy are not broken, whatever the folder is called
    assert all(len(line) <= 100 for line in shown.splitlines())


@pytest.mark.long
def test_the_demo_without_its_files_says_which_it_wants(tmp_path: Path) -> None:
    status, printed = tried("demo", "--examples", str(tmp_path))

    assert status == 2
    assert "found no leads.csv, reps.csv, rules.yaml, territories.csv" in printed
