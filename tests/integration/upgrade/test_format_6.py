"""A store of before anybody had a channel: nothing of it changes but the number; reps may have channels then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import processes_pb2_grpc
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import workforce_pb2 as workforce
from gateway.settings import Security
from router.adapters.queue import WorkSettings
from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import FORMAT_OF_ALL, Keys
from store.embedded.server import EmbeddedServer
from tests.api import connected, differences
from tests.golden import FORMAT_6_3E590064, keys
from tests.golden.calls import Json, ask_again, other_answers
from tests.golden.contract import fields
from tests.golden.write_format_6 import NOTES, OF_6, OF_BEFORE, PROCESS, TENANTS
from tests.integration.upgrade.arranging import UPGRADING, Killed, Mortal, Reports, served_then, upgrade
from tests.integration.upgrade.test_format_5 import faults

ANSWERS = [json.loads(line) for line in (FORMAT_6_3E590064 / "answers.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def url(data_folder: Path) -> Iterator[str]:
    """Yield the address of an empty store that is as durable as the one of then."""
    server = EmbeddedServer(data_folder, "always")
    server.start()
    yield server.url
    server.stop()


def restored(url: str) -> None:
    keys.restore(url, keys.kept(FORMAT_6_3E590064 / "store.jsonl"))


def served(url: str) -> Any:
    return served_then(url, security=Security(personal=frozenset({"phone"})), work=WorkSettings(workers=0))


async def asked_again(address: str) -> list[Json]:
    def ask_all() -> list[Json]:
        with grpc.insecure_channel(address) as channel:
            return [ask_again(channel, call) for call in ANSWERS]

    return await asyncio.to_thread(ask_all)


def test_it_holds_every_kind_of_event_and_of_note() -> None:
    stored = keys.kept(FORMAT_6_3E590064 / "store.jsonl")

    logs = [fields for name, key in stored.items() if name.endswith(":events") for _, fields in key.value]
    assert {fields["type"] for fields in logs} == {*OF_6, *OF_BEFORE}
    text = json.dumps(stored, ensure_ascii=False)
    assert [note for note in NOTES if note not in text] == []


async def test_nothing_but_the_number_changes(url: str, redis: Any) -> None:
    restored(url)
    before = keys.contents(url)

    await upgrade(redis, Reports()).run()

    expected = dict(before)
    for tenant in TENANTS:
        kind, value, expires = before[Keys(tenant).revisions]
        expected[Keys(tenant).revisions] = (kind, {**value, "format": str(FORMAT)}, expires)
    expected[FORMAT_OF_ALL] = ("string", str(FORMAT), False)
    assert keys.contents(url) == expected


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


@pytest.mark.long
async def test_every_answer_is_the_one_of_then_and_reps_may_have_channels(url: str) -> None:
    restored(url)
    new = fields() - fields(FORMAT_6_3E590064)
    source = PROCESS.replace("do: notify, to: manager}", "do: notify, to: {channel: east-bot}}")

    async with served(url) as address, connected(address, "kept", url) as api:
        again = await asked_again(address)
        jan = workforce.Rep(name=f"{api.parent}/reps/jan", channels=["mail"])
        changed = await api.workforce.UpdateRep(workforce.UpdateRepRequest(rep=jan))
        stub: Any = processes_pb2_grpc.ProcessServiceStub(api.channel)
        await stub.PublishProcess(processes.PublishProcessRequest(parent=api.parent, source=source))
        timeline = await api.routing.GetTimeline(routing.GetTimelineRequest(name=f"{api.parent}/workItems/crm~T-6"))

    found = [found for made, now in zip(ANSWERS, again, strict=True) for found in other_answers(made, now, new)]
    assert found == []
    assert list(changed.channels) == [f"{api.parent}/channels/mail"]
    assert "reached_step" in [entry.WhichOneof("event") for entry in timeline.entries]
    for tenant in TENANTS:
        assert await differences(url, tenant) == []
        assert await faults(url, tenant) == []
