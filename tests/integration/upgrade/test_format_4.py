"""A store of before there were activities: nothing of it changes but the number, and all goes on with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import routing_pb2 as routing
from gateway.settings import Security
from router.adapters.queue import WorkSettings
from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import FORMAT_OF_ALL, Keys
from router.adapters.redis.repositories import Stores
from router.history.tamper_check import TamperCheck
from store.embedded.server import EmbeddedServer
from tests.api import Api, connected, differences
from tests.golden import FORMAT_4_7D2EDFD, keys
from tests.golden.calls import Json, ask_again, other_answers
from tests.golden.contract import fields
from tests.golden.write_format_4 import OF_4, OF_BEFORE, TENANTS
from tests.integration.upgrade.arranging import (
    UPGRADING,
    Killed,
    Mortal,
    Reports,
    customers_of_kept,
    served_then,
    upgrade,
)

ANSWERS = [json.loads(line) for line in (FORMAT_4_7D2EDFD / "answers.jsonl").read_text("utf-8").splitlines()]
CALL = activities.Activity(kind=activities.Activity.KIND_CALL, direction=activities.Activity.DIRECTION_OUTBOUND)


@pytest.fixture
def url(data_folder: Path) -> Iterator[str]:
    """Yield the address of an empty store that is as durable as the one of then."""
    server = EmbeddedServer(data_folder, "always")
    server.start()
    yield server.url
    server.stop()


def restored(url: str) -> None:
    keys.restore(url, keys.kept(FORMAT_4_7D2EDFD / "store.jsonl"))


def served(url: str) -> Any:
    return served_then(url, security=Security(personal=frozenset({"phone"})), work=WorkSettings(workers=0))


MORE_IS_SAID = "'The ledger was charged as for any other; what that disturbs is measured.']"
"""Of what a person decided, how it enters the ledger is said since: the one sentence that is another."""


async def asked_again(address: str) -> list[Json]:
    def ask_all() -> list[Json]:
        with grpc.insecure_channel(address) as channel:
            return [ask_again(channel, call) for call in ANSWERS]

    return await asyncio.to_thread(ask_all)


def test_it_holds_every_kind_of_event() -> None:
    stored = keys.kept(FORMAT_4_7D2EDFD / "store.jsonl")

    logs = [fields for name, key in stored.items() if name.endswith(":events") for _, fields in key.value]
    assert {fields["type"] for fields in logs} == {*OF_4, *OF_BEFORE}


async def test_nothing_but_the_number_changes(url: str, redis: Any) -> None:
    restored(url)
    before, reports = keys.contents(url), Reports()

    await upgrade(redis, reports).run()

    expected = dict(before)
    for tenant in TENANTS:
        kind, value, expires = before[Keys(tenant).revisions]
        expected[Keys(tenant).revisions] = (kind, {**value, "format": str(FORMAT)}, expires)
    expected[FORMAT_OF_ALL] = ("string", str(FORMAT), False)
    expected |= customers_of_kept()
    assert keys.contents(url) == expected
    assert {tenant: moved[-1] for tenant, moved in reports.progress.items()} == {"kept": (61, 61), "rewritten": (7, 7)}


@pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.long), 10])
async def test_cut_short_at_any_step_and_done_again_it_leaves_the_same_keys(url: str, redis: Any, stride: int) -> None:
    restored(url)
    whole = Mortal(redis)
    await upgrade(whole).run()
    expected = keys.contents(url)

    async def lease_ends(_: float) -> None:
        await redis.delete(UPGRADING)

    for calls in range(0, len(whole.calls), stride):
        await redis.flushall()
        await redis.script_flush()
        restored(url)
        with pytest.raises(Killed):
            await upgrade(Mortal(redis, calls)).run()
        await upgrade(redis, pause=lease_ends).run()

        assert keys.contents(url) == expected, f"killed after {calls} calls: {whole.calls[:calls][-3:]}"


async def test_every_answer_is_the_one_that_was_given_then_and_what_is_open_is_worked_on(url: str) -> None:
    restored(url)
    new = fields() - fields(FORMAT_4_7D2EDFD)

    async with served(url) as address, connected(address, "kept", url) as api:
        again = await asked_again(address)
        before = await work(api, "dev")
        await api.routing.RecordActivity(activities.RecordActivityRequest(name=before[0].work_item.name, activity=CALL))
        after = await work(api, "dev")
        timeline = await api.routing.GetTimeline(routing.GetTimelineRequest(name=before[0].work_item.name))

    found = [found for made, now in zip(ANSWERS, again, strict=True) for found in other_answers(made, now, new)]
    assert [each for each in found if MORE_IS_SAID not in each] == []
    assert (before[0].worked, after[0].worked) == (False, True)
    assert [entry.WhichOneof("event") for entry in timeline.entries][-2:] == ["decision", "activity"]
    for tenant in TENANTS:
        assert await differences(url, tenant) == []
        assert await faults(url, tenant) == []


async def work(api: Api, rep: str) -> list[routing.OpenWork]:
    answer = await api.routing.ListMyWork(routing.ListMyWorkRequest(rep=api.rep_name(rep)))
    return [*answer.work]


async def faults(url: str, tenant: str) -> list[str]:
    stores = Stores.connect(url)
    log, rules = stores.assignments, stores.rule_sets
    found = [fault async for fault in TamperCheck(log, log, stores.workforce, rules, rules).faults(tenant)]
    await stores.close()
    return found
