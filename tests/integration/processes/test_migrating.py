"""Open work items go on by another revision, through a server: the preview lists what changes, and writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from redis.asyncio import Redis

from background.adapters.redis import role_key
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import routing_pb2 as routing
from router.adapters.redis.assignments import RedisAssignments
from router.adapters.redis.keys import Keys
from tests.api import Api, differences, last
from tests.integration.routing.arranging import everyone
from tests.integration.routing.test_imports import outcome

SALES = """
process: sales
kinds: [LEAD]
deadlines: [{id: resolution, within: 20h, clock: wall, from: arrival, until: completion}]
stages:
  - id: new
    deadlines:
      - {id: first-response, within: 10h, clock: wall, from: assigned, until: attempt, steps: [{at: 50%, do: remind}]}
  - id: qualified
    deadlines: [{id: update, within: 15h, clock: wall, from: entered, until: contact}]
  - {id: quote, deadlines: [{id: answer, within: 12h, clock: wall, from: last_inbound}]}
  - {id: contract}
  - {id: won, closes: CONVERTED}
"""
LATER = SALES.replace("within: 15h", "within: 30h").replace("id: quote", "id: offer")
STAGES = ("new", "qualified", "quote", "contract")
GOES_ON = {"quote": "offer"}
"""Of the earlier revision's stages, those that have another name in the later."""
HOUR_S = 3600


class Stands(NamedTuple):
    """Where a work item is, and what runs of it and when that is due, in seconds since 1970."""

    process: str
    stage: str
    due: dict[str, int]


def book(api: Api, count: int, owners: int, then: Timestamp) -> Iterator[routing.ImportedWorkItem]:
    """Yield so many work items in every stage in turn, of every owner."""
    for number in range(count):
        yield routing.ImportedWorkItem(
            work_item=routing.WorkItem(kind=routing.WorkItem.KIND_LEAD, source="old", external_id=f"L-{number}"),
            owner=api.rep_name(f"rep-{number // len(STAGES) % owners}"), assigned_time=then,
            stage=STAGES[number % len(STAGES)],
        )  # fmt: skip


async def pages(method: Any, request: Any) -> AsyncIterator[Any]:
    """Yield the pages of an answer."""
    while True:
        page = await method(request)
        yield page
        request.page_token = page.next_page_token
        if not request.page_token:
            return


async def stands(api: Api) -> dict[str, Stands]:
    """Return where each open work item stands, as other methods say it."""
    listed = routing.ListWorkItemsRequest(parent=api.parent, state=routing.WorkItem.STATE_ASSIGNED, page_size=1000)
    items = [item async for page in pages(api.routing.ListWorkItems, listed) for item in page.work_items]
    due = dict[str, dict[str, int]]()
    running = processes.ListDeadlinesRequest(parent=api.parent, page_size=1000)
    async for page in pages(api.processes.ListDeadlines, running):
        for each in page.deadlines:
            due.setdefault(each.work_item, {})[each.deadline] = each.due_time.seconds
    return {item.name: Stands(item.process, item.stage, due.get(item.name, {})) for item in items}


async def migrated(api: Api, *, preview: bool) -> list[processes.WorkItemMigration]:
    request = processes.MigrateWorkItemsRequest(
        name=f"{api.parent}/processes/sales", stages=GOES_ON, preview=preview, page_size=1000
    )
    return [item async for page in pages(api.processes.MigrateWorkItems, request) for item in page.migrations]


def changes(before: dict[str, Stands], after: dict[str, Stands]) -> dict[str, tuple[Any, ...]]:
    """Return what is another than it was, as the answer of a migration has it."""
    found = dict[str, tuple[Any, ...]]()
    for name, was in before.items():
        now = after[name]
        if was != now:
            moved = {each for each in was.due.keys() | now.due.keys() if was.due.get(each) != now.due.get(each)}
            due = {each: (was.due.get(each, 0), now.due.get(each, 0)) for each in moved}
            found[name] = was.process, was.stage, now.stage, due
    return found


def as_listed(items: list[processes.WorkItemMigration]) -> dict[str, tuple[Any, ...]]:
    """Return the same of what a migration says."""
    return {
        item.work_item: (
            item.earlier_process,
            item.earlier_stage,
            item.stage,
            {each.deadline: (each.earlier_due_time.seconds, each.due_time.seconds) for each in item.deadlines},
        )
        for item in items
    }


async def content(api: Api) -> dict[bytes, bytes]:
    """Return all that the store has of the tenant, byte by byte, once what follows the log has come to rest; but who of
    the processes of a server has what to do for it, which they agree on at any time.
    """
    redis: Any = Redis.from_url(api.redis_url)
    async with redis:
        (newest,) = await RedisAssignments(redis).events(api.tenant, count=1, newest_first=True)
        while not await _is_followed(redis, api.tenant, newest.number):  # noqa: ASYNC110 (another process follows)
            await asyncio.sleep(0.02)
        keys = [key async for key in redis.scan_iter(match=f"*{{{api.tenant}}}*", count=1000)]
        leads = role_key(api.tenant, "")
        return {key: await redis.dump(key) for key in keys if not key.decode().startswith(leads)}


async def _is_followed(redis: Any, tenant: str, event: int) -> bool:
    position: bytes | None = await redis.hget(Keys(tenant).timers_position, "event")
    return position is not None and int(position) == event


async def hold_the_preview(api: Api, count: int) -> None:
    """Import so many work items in every stage, and hold what the preview says to what becomes of them."""
    owners = [f"rep-{number}" for number in range(3)]
    await everyone(api, *owners)
    await api.publish_process(SALES)
    then = Timestamp()
    then.GetCurrentTime()
    then = Timestamp(seconds=then.seconds - HOUR_S)
    assert (await outcome(api, *book(api, count, len(owners), then))).imported_count == count
    closed = f"{api.parent}/workItems/old~L-0"
    await api.complete(closed, resolution=routing.CompleteWorkItemRequest.RESOLUTION_CONVERTED)
    await api.publish_process(LATER)
    newer = await api.route("L-new", source="new")
    was, before = await stands(api), await content(api)

    preview = await migrated(api, preview=True)

    assert await content(api) == before
    assert await stands(api) == was
    assert [*map(last, as_listed(preview))] == [f"old~L-{number}" for number in range(1, count)]
    assert {item.earlier_stage for item in preview} == set(STAGES)
    assert not any(item.fault for item in preview)
    assert await migrated(api, preview=False) == preview
    assert changes(was, await stands(api)) == as_listed(preview)
    assert newer.work_item not in as_listed(preview)
    assert sum(bool(item.deadlines) for item in preview) == len(range(1, count, len(STAGES)))
    assert await migrated(api, preview=True) == []
    assert await differences(api.redis_url, api.tenant) == []


@pytest.mark.long
async def test_the_migration_preview_over_1000_open_items_in_every_stage_lists_exactly_what_migrating_then_changes_and_writes_no_key(  # noqa: E501
    api: Api,
) -> None:
    await hold_the_preview(api, 1001)


@pytest.mark.long
async def test_the_migration_preview_of_some_open_items_lists_exactly_what_migrating_then_changes_and_writes_no_key(
    api: Api,
) -> None:
    await hold_the_preview(api, 13)
