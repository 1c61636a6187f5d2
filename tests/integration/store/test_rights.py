"""A store whose user may do little, that others use, or that has no such database: said before anybody is served."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from fairlead.client import FairleadError, work_item
from fairlead.v1.workforce_pb2 import Rep
from serving.doctor.command import findings
from serving.doctor.finding import Severity
from tests.patience import patient_client
from tests.served import Served, refusal
from tests.topologies import Server

PASSWORD = "p4ss"
DOCS = Path(__file__).parents[3] / "docs" / "serving.md"
RULES = """\
fields: {region: {type: string}, phone: {type: string, personal: true}, customer: {type: string, personal: true}}
known_customer: {id: customer}
rules: []
default: {route: {pool: all}}
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Yield a server of four databases and append-only files."""
    folder = tmp_path_factory.mktemp("store") / "data"
    with Server(folder, "--databases", "4", "--appendonly", "yes") as server:
        yield server


def url(store: Server, user: str = "default", database: str = "") -> str:
    return f"redis://{user}:{PASSWORD}@{store.address}/{database}"


def user_with(store: Server, *rights: str) -> str:
    """Make a user with some rights and return its name."""
    name = f"u{abs(hash(rights))}"
    store.ask("ACL", "SETUSER", name, "reset", "on", f">{PASSWORD}", *rights)
    return name


def at(address: str) -> dict[str, str]:
    return {"FAIRLEAD_REDIS_URL": address}


def doctor(address: str, data: Path) -> tuple[bool, str]:
    """Return whether all is well, and what is said of the store."""
    found = list(findings(at(address), "127.0.0.1:0", data))
    of_store = [finding for finding in found if finding.subject in ("store", "rights", "format", "on disk")]
    return not any(finding.severity is Severity.BAD for finding in of_store), "; ".join(map(str, of_store))


@pytest.mark.parametrize(
    ("rights", "said"),
    [
        (("~*", "&*", "+@all", "-@scripting"), "its user may not run EVAL"),
        (("~*", "&*", "+@all", "-set"), "its user may not run"),
        (("~other:*", "&*", "+@all"), "its user may not use keys of fairlead:*"),
        (("~fairlead:*", "&*", "+@read"), "its user may not run EVAL"),
    ],
)
def test_a_user_who_may_not_do_what_is_needed_is_refused_with_the_command(
    store: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture, rights: tuple[str, ...], said: str
) -> None:
    caplog.set_level("INFO")
    address = url(store, user_with(store, *rights))

    told, (is_well, seen) = refusal(tmp_path, at(address)), doctor(address, tmp_path)

    assert said in told
    assert "docs/serving.md" in told
    assert not is_well
    assert said in seen
    assert "Traceback" not in caplog.text
    assert PASSWORD not in told + seen + caplog.text


@pytest.mark.parametrize(
    ("database", "said"), [("9", "no database of this number"), ("zero", "no number of a database")]
)
def test_a_database_that_is_not_there_is_named_as_such(store: Server, tmp_path: Path, database: str, said: str) -> None:
    address = url(store, user_with(store, "~*", "&*", "+@all"), database)

    told, (is_well, seen) = refusal(tmp_path, at(address)), doctor(address, tmp_path)

    assert said in told
    assert said in seen
    assert not is_well


def test_what_the_store_does_not_tell_is_not_known_and_all_else_is_looked_at(store: Server, tmp_path: Path) -> None:
    address = url(store, user_with(store, "~fairlead:*", "&*", "+@all", "-info", "-config"))

    is_well, seen = doctor(address, tmp_path)

    assert is_well
    assert "its user may not run INFO" in seen
    assert "scripts run, and write under fairlead:*" in seen


def test_a_replica_takes_no_writes(store: Server, tmp_path: Path) -> None:
    with Server(tmp_path / "replica", "--replicaof", f"127.0.0.1 {store.port}", "--masterauth", "") as replica:
        address = f"redis://{replica.address}"
        told, (is_well, seen) = refusal(tmp_path, at(address)), doctor(address, tmp_path)

    assert "takes no writes now" in told
    assert "takes no writes now" in seen
    assert not is_well


@pytest.mark.long
def test_a_key_of_another_application_is_named_as_such(store: Server, tmp_path: Path) -> None:
    served = Served(tmp_path, at(url(store, user_with(store, "~*", "&*", "+@all"), "2")))
    try:
        with patient_client(served.ready(), "theirs") as client:
            store.ask(
                "EVAL",
                "redis.call('SELECT', 2) return redis.call('SET', KEYS[1], 'x')",
                1,
                "fairlead:{theirs}:revisions",
            )
            with pytest.raises(FairleadError) as refused:
                client.publish_rules(RULES)
    finally:
        served.close()

    assert refused.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert "another application wrote a key of ours" in str(refused.value)


def test_the_rights_that_are_listed_are_enough_for_everything(store: Server, tmp_path: Path) -> None:
    listed = re.search(r"^user fairlead on >\S+ (.*)$", DOCS.read_text(), re.MULTILINE)
    assert listed is not None
    address = url(store, user_with(store, *listed[1].split()), "3")
    served = Served(tmp_path, at(address))
    try:
        with patient_client(served.ready(), "rights") as client:
            client.publish_rules(RULES)
            client.upsert_reps([Rep(name="ann"), Rep(name="bob")])
            client.upsert_pool("all", {"ann": 1.0, "bob": 2.0})
            first = client.route({"region": "east", "phone": "1", "customer": "C-1"}, source="crm", external_id="1")
            more = list(client.route_many([work_item({"region": "west"}) for _ in range(3)]))
            client.reassign(first.work_item, note="on leave")
            client.complete(first.work_item)
            receipt = client.submit({"region": "west", "customer": "C-1"}, source="crm", external_id="9")
            erased = client.erase("tenants/rights/customers/C-1")
    finally:
        served.close()
    _, seen = doctor(address, tmp_path)

    assert first.rep
    assert receipt.work_item
    assert not [answer for answer in more if isinstance(answer, FairleadError)]
    assert erased.HasField("clean_time"), erased.hindrance
    assert "may not" not in seen
    assert not [line for line in served.log if "ERROR" in line]
