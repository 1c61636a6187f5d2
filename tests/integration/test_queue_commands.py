"""``fairlead queue`` and the client's methods for the queue, against a running service."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from click.testing import CliRunner

from fairlead.client import FairleadError, work_item
from fairlead.v1 import queue_pb2, queue_pb2_grpc
from service import main
from tests.api import EVERYONE, Api, last
from tests.patience import patient_client


async def fairlead(api: Api, address: str, *arguments: str) -> str:
    """Run a command and return what it prints."""
    command = ["queue", *arguments, "--server", address, "--tenant", api.tenant]
    done: Any = await asyncio.to_thread(CliRunner().invoke, main, command)
    assert done.exit_code == 0, done.output
    return str(done.output)


async def settled(api: Api) -> queue_pb2.Queue:
    """Wait until nothing is on its way."""
    while True:
        counts = await api.counts()
        if not counts.ready_count + counts.delayed_count + counts.leased_count:
            return counts
        await asyncio.sleep(0.005)


async def dead_letters(api: Api, *external_ids: str) -> None:
    """Arrange submissions that the rules cannot read."""
    await api.hire("ann")
    await api.pool("everyone", ["ann"])
    await api.adopt(EVERYONE)
    for external_id in external_ids:
        await api.submit(external_id, region="east")
    assert (await settled(api)).dead_count == len(external_ids)


async def test_stats_count_what_there_is(api: Api, address: str) -> None:
    await dead_letters(api, "L-1", "L-2")

    printed = await fairlead(api, address, "stats")

    assert "ready 0, delayed 0, leased 0, dead 2" in printed
    assert "2 submitted, 0 routed" in printed


async def test_peek_says_why(api: Api, address: str) -> None:
    await dead_letters(api, "L-1")

    printed = await fairlead(api, address, "peek")

    assert "crm~L-1" in printed
    assert "INVALID_INPUT" in printed
    assert await fairlead(api, address, "peek", "--state", "ready") == "nothing is ready\n"


async def test_redrive_tries_again_what_is_mended(api: Api, address: str) -> None:
    await dead_letters(api, "L-1", "L-2")
    await api.adopt({"fields": {"region": {"type": "string"}}, "default": EVERYONE["default"]})

    counted = await fairlead(api, address, "redrive", "--dry-run")
    named = await fairlead(api, address, "redrive", "crm~L-1")
    rest = await fairlead(api, address, "redrive")

    assert [counted, named, rest] == ["2 would be redriven\n", "1 redriven\n", "1 redriven\n"]
    assert (await settled(api)).done_total == 2


async def test_purge_removes_what_is_confirmed(api: Api, address: str) -> None:
    await dead_letters(api, "L-1", "L-2")

    counted = await fairlead(api, address, "purge", "--state", "dead", "--dry-run")
    purged = await fairlead(api, address, "purge", "--state", "dead", "--yes", "crm~L-1")

    assert [counted, purged] == ["2 would be purged\n", "1 purged\n"]
    assert [last(dead.work_item) for dead in await api.submissions(queue_pb2.Submission.STATE_DEAD)] == ["crm~L-2"]


async def test_a_request_to_redrive_or_purge_is_carried_out_once_and_answered_alike(api: Api) -> None:
    await dead_letters(api, "L-1", "L-2")
    stub: Any = queue_pb2_grpc.QueueServiceStub(api.channel)
    redrive = queue_pb2.RedriveSubmissionsRequest(parent=api.parent, request_id="once")
    purge = queue_pb2.PurgeSubmissionsRequest(
        parent=api.parent, request_id="gone", state=queue_pb2.Submission.STATE_DEAD
    )

    redriven = [(await stub.RedriveSubmissions(redrive)).redriven_count]
    assert (await settled(api)).dead_count == 2  # they died again: nothing was mended
    redriven.append((await stub.RedriveSubmissions(redrive)).redriven_count)
    purged = [(await stub.PurgeSubmissions(purge)).purged_count for _ in range(2)]
    redrive.work_items.append(f"{api.parent}/workItems/crm~L-1")
    with pytest.raises(grpc.aio.AioRpcError) as reused:
        await stub.RedriveSubmissions(redrive)

    assert (redriven, purged) == ([2, 2], [2, 2])
    assert reused.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert (await settled(api)).redriven_total == 2


async def test_a_program_submits_many_and_mends_what_died(api: Api, address: str) -> None:
    await dead_letters(api)

    def program() -> tuple[list[Any], list[Any], int]:
        with patient_client(address, api.tenant) as client:
            one = client.submit({}, source="crm", external_id="L-0")
            many = list(client.submit_many([work_item({}, source="crm", external_id=f"L-{n}") for n in range(3)]))
            counts = client.queue()
            dead = list(client.list_submissions("DEAD"))
            assert counts.submitted_total >= 3
            return [one, *many], dead, client.redrive() + client.purge("DEAD")

    submissions, dead, changed = await asyncio.to_thread(program)

    assert not any(isinstance(submission, FairleadError) for submission in submissions)
    assert [last(submission.work_item) for submission in submissions] == ["crm~L-0", "crm~L-0", "crm~L-1", "crm~L-2"]
    assert (dead, changed) == ([], 0)
