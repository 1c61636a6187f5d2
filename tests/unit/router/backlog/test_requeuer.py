"""Waking many at a time: in calls that hold the store briefly, each work item once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from router.assignment import commands
from router.assignment.commands import BindCommand, RouteRequest
from router.backlog.requeuer import Requeuer
from router.model.errors import StaleRevision
from router.model.revisions import RevisionPair
from router.model.workforce import Rep
from router.model.workitem import Kind, WorkItem
from tests.contract.nothing.routing import Routing

WAITING = 50


class CountingStore:
    """The twin, which keeps how many jobs each call had; the call of a number is refused as stale."""

    def __init__(self, world: Routing, stale: int) -> None:
        self._store = world.store
        self._stale = stale
        self.calls: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def bind(self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], **given: Any) -> Any:
        self.calls.append(len(jobs))
        if len(self.calls) == self._stale:
            raise StaleRevision("tenants/t", "rules changed")
        return await self._store.bind(tenant, revisions, jobs, **given)


@pytest.mark.parametrize(("stale", "calls"), [(0, [20, 20, 11]), (2, [20, 20, 20, 11])])
async def test_many_candidates_are_woken_in_several_calls(
    monkeypatch: pytest.MonkeyPatch, stale: int, calls: list[int]
) -> None:
    monkeypatch.setattr(commands, "MOST_CANDIDATES", 20)  # each of these has one
    world = await Routing.open(None, "t")
    await world.write({("rep", "bo"): Rep("bo", active=False)})
    leads = [RouteRequest(WorkItem(Kind.LEAD, "crm", f"W-{n}")) for n in range(WAITING)]
    await world.router.route_many("t", leads)
    waiting = len(await world.store.waiting("t"))
    await world.write({("rep", "bo"): Rep("bo")})
    store = CountingStore(world, stale)
    requeuer = Requeuer("t", store, world.planners)
    await requeuer.begin()

    woken = await requeuer.wake()

    assert (woken, await world.store.waiting("t")) == (waiting, [])
    assert store.calls == calls
