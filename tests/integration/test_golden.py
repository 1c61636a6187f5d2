"""What commit fb041ba left in a store and a registry is served, explained, replayed and gone on with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from click.testing import CliRunner, Result

from fairlead.v1 import decisions_pb2, routing_pb2, workforce_pb2
from router.adapters.queue import WorkSettings
from service import main
from tests.api import ASSIGNED, EVERYONE, UNROUTED, Api, connected, differences
from tests.conftest import serving
from tests.golden import FB041BA, keys
from tests.golden.calls import Json, ask_again, other_answers
from tests.golden.contract import fields
from tests.integration.queue.arranging import is_empty, until
from tests.integration.test_waiting import watching


def kept(name: str) -> list[Json]:
    """Read one of the golden files, a line each."""
    return [json.loads(line) for line in (FB041BA / name).read_text("utf-8").splitlines()]


BEFORE_ANYBODY_CAME = {f"tenants/early/decisions/{number}" for number in (2, 3)}
"""Decisions by the empty workforce. What it answered was wrong, INTERNAL or candidates who came later: fault 1."""
WRONG = [
    made
    for made in kept("answers.jsonl")
    if made.get("error", {}).get("code") == "INTERNAL" or made["request"].get("name") in BEFORE_ANYBODY_CAME
]
ANSWERED = [made for made in kept("answers.jsonl") if made not in WRONG]


def without_sentences(answer: Json) -> Json:
    """Leave out what a score tells otherwise since: reasons in words, those that move it by next to nothing, and the
    threshold, which only a model told.
    """
    score = answer.get("response", {})
    if "churn" not in score:
        return answer
    told = [reason for reason in score.get("reasons", []) if abs(reason["delta_probability"]) >= 0.001]
    told = [{name: value for name, value in reason.items() if name != "text"} for reason in told]
    churn = {name: value for name, value in score["churn"].items() if name != "at_risk_threshold"}
    return {**answer, "response": {**score, "churn": churn, "reasons": told}}


@asynccontextmanager
async def golden_service(url: str, workers: int = 0) -> AsyncIterator[str]:
    """Serve the golden store, brought up to date by that, and models; without workers nothing in it moves by itself."""
    async with serving(url, models=str(FB041BA / "models"), work=WorkSettings(workers=workers)) as address:
        yield address


@asynccontextmanager
async def golden_tenant(url: str, tenant: str, workers: int = 0) -> AsyncIterator[Api]:
    """Serve the golden store and call as one of its tenants."""
    async with golden_service(url, workers) as address, connected(address, tenant, url) as api:
        yield api


async def asked_again(address: str, given: Sequence[Json]) -> list[Json]:
    """Make calls again as they were made."""

    def ask_all() -> list[Json]:
        with grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", 64 << 20)]) as channel:
            return [ask_again(channel, call) for call in given]

    return await asyncio.to_thread(ask_all)


@pytest.fixture
async def upgraded_store(golden_store: str) -> str:
    """Return the address of the golden store, brought up to date by a service that has ended."""
    async with golden_service(golden_store):
        return golden_store


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--redis-url", url])


def test_the_golden_store_comes_back_bit_by_bit(golden_store: str) -> None:
    before = keys.kept(FB041BA / "store.jsonl")

    restored = keys.read(golden_store)

    assert {name: key[:2] for name, key in restored.items()} == {name: key[:2] for name, key in before.items()}
    assert all(0 < restored[name].ttl_ms <= key.ttl_ms for name, key in before.items() if key.ttl_ms >= 0)


def test_the_golden_store_holds_what_it_is_kept_for() -> None:
    stored = keys.kept(FB041BA / "store.jsonl")

    logs = [event for name, key in stored.items() if name.endswith(":events") for event in key.value]
    assert {fields["type"] for _, fields in logs} == {"decision", "completed", "settled", "workforce", "rules"}
    assert len(stored["fairlead:{acme}:rulesets"].value) == 4
    for state in ("ready", "leased", "dead"):
        assert len(stored[f"fairlead:{{acme}}:queue:routing:{state}"].value) == 3
    assert len(stored["fairlead:{soon}:queue:routing:delayed"].value) == 1
    assert len(stored["fairlead:{*}:queue:train:kept"].value) == 2
    assert len(stored["fairlead:{acme}:waiting"].value) >= 2
    assert stored["fairlead:{acme}:customer:C-高"].value.endswith(" 0.8125 黄金")


async def test_every_answer_is_the_one_that_was_given_then(golden_store: str) -> None:
    new = fields() - fields(FB041BA)

    async with golden_service(golden_store) as address:
        before = keys.contents(golden_store)
        again = await asked_again(address, ANSWERED)

    pairs = zip(map(without_sentences, ANSWERED), map(without_sentences, again), strict=True)
    assert [found for made, now in pairs for found in other_answers(made, now, new)] == []
    assert without_timers(keys.contents(golden_store)) == without_timers(before)


def without_timers(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stored but for how far a server has followed the log for its timers, which it does by itself, and
    whom it would have told of what it read there.
    """
    return {name: key for name, key in stored.items() if ":timers" not in name and ":messages" not in name}


@pytest.mark.parametrize("tenant", ["acme", "华贸", "soon", "early"])
def test_its_log_is_replayed_without_a_difference(upgraded_store: str, tenant: str) -> None:
    replayed = run(upgraded_store, "verify", "--tenant", tenant)

    assert replayed.exit_code == 0, replayed.output


def test_its_chains_are_whole_and_end_in_the_same_links(golden_store: str) -> None:
    commands = [command for command in kept("commands.jsonl") if command["command"][0] == "audit"]

    walked = [run(golden_store, *command["command"]) for command in commands]

    assert [walk.exit_code for walk in walked] == [0] * len(commands)
    assert [walk.output.split()[-1] for walk in walked] == [command["output"][-1].split()[-1] for command in commands]


async def test_what_came_before_anybody_was_there_is_explained(golden_store: str) -> None:
    assert WRONG

    async with golden_service(golden_store) as address, connected(address, "early") as api:
        again = await asked_again(address, WRONG)
        first, second = [await api.decision(f"{api.parent}/decisions/{number}") for number in (2, 3)]

    assert (first.outcome, second.outcome) == (UNROUTED, decisions_pb2.Decision.OUTCOME_WAITING)
    assert (first.workforce_revision, second.workforce_revision) == (0, 0)
    assert (list(first.candidates), list(second.candidates)) == ([], [])
    assert [call for call in again if "error" in call] == []


async def test_what_waited_then_is_woken_by_who_can_take_it(golden_store: str) -> None:
    async with golden_tenant(golden_store, "acme") as api, watching(api) as watch:
        waiting = await queued(api)
        await api.hire("anna", languages=["de", "zh"])
        await join(api, "rescue", "anna")
        woken = [(await watch.woken()).work_item for _ in waiting]
        states = {(await api.item(name)).state for name in waiting}

    assert sorted(woken) == sorted(waiting)
    assert states == {routing_pb2.WorkItem.STATE_ASSIGNED}
    assert await differences(golden_store, "acme") == []


async def queued(api: Api) -> list[str]:
    """List the work items that wait."""
    request = routing_pb2.ListWorkItemsRequest(parent=api.parent, state=routing_pb2.WorkItem.STATE_QUEUED)
    return [item.name for item in (await api.routing.ListWorkItems(request)).work_items]


async def join(api: Api, pool_id: str, rep_id: str) -> None:
    """Put a rep into a pool beside those who are in it."""
    name = f"{api.parent}/pools/{pool_id}"
    pool = await api.workforce.GetPool(workforce_pb2.GetPoolRequest(name=name))
    pool.members.add(rep=api.rep_name(rep_id))
    await api.workforce.UpdatePool(workforce_pb2.UpdatePoolRequest(pool=pool))


async def test_what_was_ready_or_lent_to_lost_workers_then_is_routed_now(golden_store: str) -> None:
    async with golden_tenant(golden_store, "acme", workers=1) as api:
        counts = await until(api, is_empty)
        items = [await api.item(f"{api.parent}/workItems/web~P-{number}") for number in range(1, 7)]

    assert all(item.decision for item in items)
    assert (counts.dead_count, counts.expired_total) == (3, 6)
    assert await differences(golden_store, "acme") == []


async def test_what_was_put_off_until_there_are_rules_is_routed_by_the_first_ones(golden_store: str) -> None:
    async with golden_tenant(golden_store, "soon", workers=1) as api:
        await api.adopt({**EVERYONE, "fields": {"region": {"type": "string"}}})
        await api.hire("bo")
        await api.pool("everyone", ["bo"])
        await until(api, is_empty)
        item = await api.item(f"{api.parent}/workItems/web~S-1")

    assert item.decision
    assert await differences(golden_store, "soon") == []


async def test_routing_goes_on_with_the_ledgers_of_then(golden_store: str) -> None:
    async with golden_tenant(golden_store, "acme") as api:
        before = await api.report("east")
        decision = await api.route("new", region="上海", industry="汽车", potential=40)
        after = await api.report("east")

    assert decision.outcome == ASSIGNED
    assert after.decisions == before.decisions + 1
    assert await differences(golden_store, "acme") == []
