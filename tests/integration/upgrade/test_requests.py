"""Requests that older versions answered are known to this one, by their ids and by their content."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from fairlead.v1 import queue_pb2, routing_pb2, rules_pb2, workforce_pb2
from router.adapters.redis.keys import Keys
from tests.api import connected
from tests.conftest import serving
from tests.integration.upgrade.arranging import restored, upgrade


async def test_requests_of_before_are_known_by_their_ids_and_their_content(url: str, redis: Any) -> None:
    restored(url)
    async with serving(url) as address, connected(address, "acme", url) as api:
        dead = f"{api.parent}/workItems/web~D-2"
        purge = queue_pb2.PurgeSubmissionsRequest(
            parent=api.parent, state=queue_pb2.Submission.STATE_DEAD, work_items=[dead], request_id="purge-1"
        )
        back = rules_pb2.RollbackRuleSetRequest(parent=api.parent, revision=2, request_id="rollback-1")
        rep = workforce_pb2.CreateRepRequest(
            parent=api.parent, rep_id="new", rep=workforce_pb2.Rep(active=False), request_id="rep-1"
        )
        item = routing_pb2.WorkItem(kind=routing_pb2.WorkItem.KIND_LEAD, source="web", external_id="P-1")
        item.attributes.update({"region": "上海", "contact": "李雷", "phone": "010-6552 9988"})
        submit = routing_pb2.SubmitWorkItemRequest(parent=api.parent, work_item=item, request_id="submit-1")

        purged = await api.queue.PurgeSubmissions(purge)
        rolled = await api.rules.RollbackRuleSet(back)
        hired = await api.workforce.CreateRep(rep)
        submitted = await api.routing.SubmitWorkItem(submit)
        active = await redis.hget(Keys("acme").revisions, "rules")
        back.revision = 1
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await api.rules.RollbackRuleSet(back)

    assert (purged.purged_count, rolled.revision, hired.name) == (1, 4, api.rep_name("new"))
    assert submitted.work_item == f"{api.parent}/workItems/web~P-1"
    assert caught.value.code() is grpc.StatusCode.ALREADY_EXISTS
    assert active == b"4"


async def test_a_content_s_hash_is_kept_by_no_key(url: str, redis: Any) -> None:
    restored(url)
    kept = [content async for _, content in answers(redis, "request:", "change:")]
    hashes = {found for content in kept for found in re.findall(rb"[0-9a-f]{24,64}", content)}

    await upgrade(redis).run()

    now = b"".join([content async for _, content in answers(redis, "answered:", "changed:")])
    assert len(hashes) > 20
    assert not [found for found in hashes if found in now]


async def answers(redis: Any, *kinds: str) -> AsyncIterator[tuple[bytes, bytes]]:
    for kind in kinds:
        async for key in redis.scan_iter(match=f"fairlead:{{*}}:*{kind}*"):
            yield key, await redis.get(key)
