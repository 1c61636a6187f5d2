"""A store of before there were processes: nothing of it changes but the number; what is reopened enters one then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import processes_pb2_grpc
from fairlead.v1 import routing_pb2 as routing
from gateway.settings import Security
from router.adapters.queue import WorkSettings
from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import FORMAT_OF_ALL, Keys
from router.adapters.redis.repositories import Stores
from router.history.tamper_check import TamperCheck
from store.embedded.server import EmbeddedServer
from tests.api import Api, connected, differences
from tests.golden import FORMAT_5_0FE08943, keys
from tests.golden.calls import Json, ask_again, other_answers
from tests.golden.contract import fields
from tests.golden.write_format_5 import OF_5, OF_BEFORE, TENANTS
from tests.integration.upgrade.arranging import (
    UPGRADING,
    Killed,
    Mortal,
    Reports,
    customers_of_kept,
    served_then,
    upgrade,
)

ANSWERS = [json.loads(line) for line in (FORMAT_5_0FE08943 / "answers.jsonl").read_text("utf-8").splitlines()]
PROCESS = "process: sales\nkinds: [LEAD]\nstages: [{id: new}, {id: talks}, {id: won, closes: CONVERTED}]"

WORDED_SINCE = (
    "lapse or be rescinded, it never was.'",  # what becomes of an offer is called rescinded everywhere
    "nobody else can take it, so it stays where it is.'",  # of what stays offered though it is decided anew
    "GetDecision.response.awaited: 'AWAITED_ROOM' → None",  # of decision 77, woken in vain: room that nobody had freed
)
"""How differences end of what is worded otherwise since, or was told wrongly then, where nothing else of an answer is
another.
"""


@pytest.fixture
def url(data_folder: Path) -> Iterator[str]:
    """Yield the address of an empty store that is as durable as the one of then."""
    server = EmbeddedServer(data_folder, "always")
    server.start()
    yield server.url
    server.stop()


def restored(url: str) -> None:
    keys.restore(url, keys.kept(FORMAT_5_0FE08943 / "store.jsonl"))


def served(url: str) -> Any:
    return served_then(url, security=Security(personal=frozenset({"phone"})), work=WorkSettings(workers=0))


async def asked_again(address: str) -> list[Json]:
    def ask_all() -> list[Json]:
        with grpc.insecure_channel(address) as channel:
            return [ask_again(channel, call) for call in ANSWERS]

    return await asyncio.to_thread(ask_all)


def test_it_holds_every_kind_of_event() -> None:
    stored = keys.kept(FORMAT_5_0FE08943 / "store.jsonl")

    logs = [fields for name, key in stored.items() if name.endswith(":events") for _, fields in key.value]
    assert {fields["type"] for fields in logs} == {*OF_5, *OF_BEFORE}


async def test_nothing_but_the_number_changes(url: str, redis: Any) -> None:
    restored(url)
    before = keys.contents(url)

    await upgrade(redis, Reports()).run()

    expected = dict(before)
    for tenant in TENANTS:
        kind, value, expires = before[Keys(tenant).revisions]
        expected[Keys(tenant).revisions] = (kind, {**value, "format": str(FORMAT)}, expires)
    expected[FORMAT_OF_ALL] = ("string", str(FORMAT), False)
    expected |= customers_of_kept()
    assert keys.contents(url) == expected


@pytest.mark.long  # as of format 6
async def test_cut_short_at_any_step_and_done_again_it_leaves_the_same_keys(url: str, redis: Any) -> None:
    restored(url)
    whole = Mortal(redis)
    await upgrade(whole).run()
    expected = keys.contents(url)

    async def lease_ends(_: float) -> None:
        await redis.delete(UPGRADING)

    for calls in range(len(whole.calls)):
        await redis.flushall()
        await redis.script_flush()
        restored(url)
        with pytest.raises(Killed):
            await upgrade(Mortal(redis, calls)).run()
        await upgrade(redis, pause=lease_ends).run()

        assert keys.contents(url) == expected, f"killed after {calls} calls: {whole.calls[:calls][-3:]}"


@pytest.mark.long  # as of format 6
async def test_every_answer_is_the_one_of_then_and_what_is_reopened_goes_through_stages(url: str) -> None:
    restored(url)
    new = fields() - fields(FORMAT_5_0FE08943)

    async with served(url) as address, connected(address, "kept", url) as api:
        again = await asked_again(address)
        stub: Any = processes_pb2_grpc.ProcessServiceStub(api.channel)
        await stub.PublishProcess(processes.PublishProcessRequest(parent=api.parent, source=PROCESS))
        before = await item(api, "crm~A-9")
        await api.complete(before.name)
        reopened: decisions.Decision = await api.reopen(before.name)
        wish = routing.AdvanceWorkItemRequest(name=before.name, stage="talks")
        advanced = await api.routing.AdvanceWorkItem(wish)
        timeline = await api.routing.GetTimeline(routing.GetTimelineRequest(name=before.name))

    found = [found for made, now in zip(ANSWERS, again, strict=True) for found in other_answers(made, now, new)]
    assert [each for each in found if not each.endswith(WORDED_SINCE)] == []
    assert (before.process, before.stage, reopened.stage) == ("", "", "new")
    assert (advanced.process, advanced.stage) == (f"{api.parent}/processes/sales@1", "talks")
    assert [entry.WhichOneof("event") for entry in timeline.entries][-3:] == ["closed", "decision", "update"]
    for tenant in TENANTS:
        assert await differences(url, tenant) == []
        assert await faults(url, tenant) == []


async def item(api: Api, item_id: str) -> routing.WorkItem:
    return await api.item(f"{api.parent}/workItems/{item_id}")


async def faults(url: str, tenant: str) -> list[str]:
    stores = Stores.connect(url)
    log, rules = stores.assignments, stores.rule_sets
    found = [
        fault async for fault in TamperCheck(log, log, stores.workforce, rules, rules, stores.processes).faults(tenant)
    ]
    await stores.close()
    return found
