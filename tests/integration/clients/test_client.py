"""The client against a real service, as a program uses it."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import grpc
import pytest

from fairlead.client import FairleadError, work_item
from router.cli.absence_cells import absence_policy
from tests.integration.clients.arranging import (
    RULES,
    Restartable,
    enter_team,
    serving,
)

CREDIT = absence_policy("credit:5:2592000s:0.25")
TENANT = "client"


@pytest.fixture(scope="module")
def service(shared: Restartable) -> Restartable:
    """Return the service that nobody ends, with a team in a tenant of its own."""
    with shared.client(TENANT) as client:
        enter_team(client)
    return shared


@pytest.mark.long
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


@pytest.mark.long
def test_a_watch_outlives_a_service_that_ends_and_misses_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as service, service.client() as client:
        enter_team(client)
        changes = client.watch("start")
        before = client.route({"region": "east"}, source="crm", external_id="L-1")
        received = [next(changes).change]

        service.end(signal.SIGTERM)
        service.start()
        after = client.route({"region": "east"}, source="crm", external_id="L-2")
        received.append(next(changes).change)

        assert [change.decision.name for change in received] == [before.name, after.name]
        changes.close()  # type: ignore[attr-defined]


def test_one_request_id_is_one_decision(service: Restartable) -> None:
    with service.client(TENANT) as client:
        first = client.route({"region": "east"}, request_id="one-intent")
        second = client.route({"region": "east"}, request_id="one-intent")

        assert (first.name, first.rep) == (second.name, second.rep)
        with pytest.raises(FairleadError) as failed:
            client.route({"region": "west"}, request_id="one-intent")
        assert failed.value.code is grpc.StatusCode.ALREADY_EXISTS
        assert failed.value.reason == "REQUEST_ID_REUSED"


def test_a_bad_field_is_named_alone_and_within_a_batch(service: Restartable) -> None:
    bad, good = work_item({"colour": "red"}), work_item({"region": "east"})
    with service.client(TENANT) as client:
        with pytest.raises(FairleadError) as failed:
            client.route({"colour": "red"})
        refused, routed = client.route_many([bad, good])

    assert [violation.field for violation in failed.value.violations] == ["work_item.attributes.colour"]
    assert isinstance(refused, FairleadError)
    assert refused.violations == failed.value.violations
    assert not isinstance(routed, FairleadError)


def test_a_work_items_life_through_the_client(service: Restartable) -> None:
    with service.client("life") as client:
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
        assert [listed.name for listed in client.list_work_items(state="CONVERTED")] == [item.name]
        assert [decision.epoch for decision in client.list_decisions(work_item="crm~L-1")] == [3, 2, 1]
        assert client.explain(named.name).note == "knows them"
        assert client.fairness("team").overrides == 1


def test_workforce_and_rules_through_the_client(service: Restartable) -> None:
    with service.client("office") as client:
        enter_team(client)
        client.upsert_territory("asia")
        client.upsert_territory("east", "asia")
        client.upsert_pool("team", {"anna": 1.0}, band=0.5)
        client.upsert_pool("team", {"anna": 1.0}, absence_policy=CREDIT)
        client.delete_rep("bo")
        tests = "tests: [{name: wrong, item: {region: east}, expect: {rule: default}}]"

        assert [rep.name.rpartition("/")[2] for rep in client.list_reps()] == ["anna", "cy"]
        assert [(pool.band, len(pool.members)) for pool in client.list_pools()] == [(0.5, 1)]
        assert [pool.absence_policy for pool in client.list_pools()] == [CREDIT]
        assert {t.name.rpartition("/")[2] for t in client.list_territories()} == {"asia", "east"}
        assert client.validate_rules("fields: {}\n")[0].path == "default"
        assert [result.passed for result in client.test_rules(RULES, tests).results] == [False]
        assert [rules.revision for rules in client.list_rules()] == [1]
        assert client.get_rules().source == RULES


def test_unknown_names_of_kinds_and_states_are_refused_at_once(service: Restartable) -> None:
    with pytest.raises(ValueError, match="kind is 'DEAL'; allowed are LEAD, CUSTOMER, TICKET, RESCUE"):
        work_item({}, kind="DEAL")


def test_a_decision_is_told_in_the_language_asked_for(service: Restartable) -> None:
    with service.client(TENANT) as client:
        routed = client.route({"region": "east"}, source="crm", external_id="told", full=True, language="zh")
        (batched,) = client.route_many([work_item({"region": "east"})], language="zh")
        moved = client.reassign(routed.work_item, language="zh")
        listed = list(client.list_decisions(work_item=routed.work_item, language="zh"))

        assert not isinstance(batched, FairleadError)
        for decision in (routed, batched, moved, *listed, client.get_decision(routed.name, language="zh")):
            assert decision.explanation.startswith("规则 east")
        assert client.explain(routed.name).explanation.startswith("Rule east")
        assert client.get_decision(routed.name).explanation == ""


def test_a_work_item_is_found_by_where_it_comes_from(service: Restartable) -> None:
    with service.client(TENANT) as client:
        routed = client.route({"region": "east"}, source="my crm", external_id="L 17/b")

        assert client.get_work_item(source="My CRM", external_id="l 17/b").name == routed.work_item
        assert client.get_work_item(routed.work_item).external_id == "L 17/b"
