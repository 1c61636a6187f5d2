"""A page of large messages ends early: clients take 4 MiB by default, whatever page size they ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fairlead.v1 import decisions_pb2, routing_pb2, workforce_pb2
from tests.api import FULL, Api

pytestmark = pytest.mark.long
TAKEN_BY_DEFAULT = 4 << 20
N_RECORDS = 90
LARGE = [f"{number:03}" + "x" * 280 for number in range(200)]
"""Some 57 KB: 90 of them are 5 MB."""
RULES: dict[str, Any] = {
    "fields": {"tags": {"type": "list"}},
    "rules": [
        {"id": "all", "when": {"field": "tags", "op": "has_any", "value": LARGE[:1]}, "route": {"pool": "everyone"}}
    ],
    "default": {"route": {"pool": "everyone"}},
}


@pytest.fixture
async def full_of(api: Api) -> Api:
    for number in range(N_RECORDS):
        await api.hire(f"rep-{number:02}", tags=LARGE)
    await api.pool("everyone", ["rep-00"])
    await api.adopt(RULES)
    for number in range(N_RECORDS):
        await api.route(f"L-{number}", tags=LARGE)
    return api


def decisions(api: Api, token: str) -> Awaitable[Any]:
    request = decisions_pb2.ListDecisionsRequest(parent=api.parent, page_size=1000, page_token=token, view=FULL)
    return api.decisions.ListDecisions(request)  # type: ignore[no-any-return]


def work_items(api: Api, token: str) -> Awaitable[Any]:
    request = routing_pb2.ListWorkItemsRequest(parent=api.parent, page_size=1000, page_token=token)
    return api.routing.ListWorkItems(request)  # type: ignore[no-any-return]


def of_one_owner(api: Api, token: str) -> Awaitable[Any]:
    owner = api.rep_name("rep-00")
    request = routing_pb2.ListWorkItemsRequest(parent=api.parent, page_size=1000, page_token=token, owner=owner)
    return api.routing.ListWorkItems(request)  # type: ignore[no-any-return]


def reps(api: Api, token: str) -> Awaitable[Any]:
    request = workforce_pb2.ListRepsRequest(parent=api.parent, page_size=1000, page_token=token)
    return api.workforce.ListReps(request)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("listing", "of"),
    [(decisions, "decisions"), (work_items, "work_items"), (of_one_owner, "work_items"), (reps, "reps")],
)
async def test_pages_of_large_messages_are_what_clients_take_and_hold_everything_once(
    full_of: Api, listing: Callable[[Api, str], Awaitable[Any]], of: str
) -> None:
    names = [record.name for page in await pages_of(full_of, listing) for record in getattr(page, of)]

    assert len(names) == len(set(names)) == N_RECORDS


async def pages_of(api: Api, listing: Callable[[Api, str], Awaitable[Any]]) -> list[Any]:
    """List page by page; none is more than clients take."""
    pages = [await listing(api, "")]
    while pages[-1].next_page_token:
        pages.append(await listing(api, pages[-1].next_page_token))
    assert len(pages) > 1
    assert max(page.ByteSize() for page in pages) < TAKEN_BY_DEFAULT
    return pages
