"""Calendars, absences and what holds for a tenant are revisions of the workforce; on both stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from router.adapters.redis.repositories import Stores
from router.model.calendars import SETTINGS_ID, Absence, Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.errors import NotFound, NotPossible
from router.model.workforce import Member, Pool, Record, Rep, WeightStep
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from store.clients import close
from store.embedded.server import EmbeddedServer
from tests.twins.store import MemoryStore

OFFICE = Calendar(
    "office",
    "Asia/Shanghai",
    (WeeklyHours(0, Hours(540, 1440)),),
    (CalendarException("2026-10-10", (Hours(540, 1080),), "调休"), CalendarException("2026-10-01")),
    "上海",
    "2026-12-31",
)
ANN = Rep("ann", calendar="office")
BO = Rep("bo", manager="ann")
EAST = Pool(
    "east", (Member("ann", ramp=(WeightStep(1, 500),)),), calendar="office", leave_buffer_ms=3_600_000, managers=("bo",)
)


@pytest.fixture(params=["memory", "redis"])
async def stores(request: pytest.FixtureRequest, store: EmbeddedServer) -> AsyncIterator[Any]:
    """Yield each store in turn: what keeps the workforce, and what keeps revisions."""
    if request.param == "memory":
        memory = MemoryStore(lambda: 1)
        yield memory, memory
        return
    opened = Stores.connect(store.url)
    yield opened.workforce, opened.rule_sets
    await close(opened.redis)


async def save(service: WorkforceService, tenant: str, *records: tuple[str, Record], **given: Any) -> None:
    edits = [Edit(kind, record.id, lambda _, record=record: record, create=True) for kind, record in records]  # type: ignore[misc]
    await service.save(tenant, edits, **given)


async def test_every_record_comes_back_as_it_was_and_goes_with_whoever_had_it(stores: Any, tenant: str) -> None:
    service = WorkforceService(*stores)
    leave, others = Absence("ann/a", 1, 2, "探亲"), Absence("bo/a", 1, 2)
    people: list[tuple[str, Record]] = [("calendar", OFFICE), ("rep", ANN), ("rep", BO), ("pool", EAST)]
    records = [*people, ("absence", leave), ("absence", others)]
    settings = TenantSettings(SETTINGS_ID, "Asia/Shanghai", "office")

    await save(service, tenant, *people)
    await save(service, tenant, *records[len(people) :], ("tenant", settings))
    kept = await WorkforceService(*stores).records(tenant)
    await save(service, tenant, ("rep", Rep("bo")))
    await service.delete(tenant, "rep", "ann")
    after = await WorkforceService(*stores).records(tenant)

    assert [kept.of(kind)[record.id] for kind, record in records] == [record for _, record in records]
    assert (await service.settings(tenant)).record == kept.settings == settings
    assert (set(after.absences), after.pools["east"].members) == ({"bo/a"}, ())
    assert {(change.kind, change.id) for change in await stores[0].changes(tenant, 3)} == {
        ("rep", "ann"),
        ("absence", "ann/a"),
        ("pool", "east"),
    }


async def by_night(_tenant: str, calendar: str) -> list[str]:
    """Name what else is quiet by a calendar."""
    return ["channel night"] if calendar == "spare" else []


async def test_what_is_in_use_stays_and_what_nobody_uses_goes_once(stores: Any, tenant: str) -> None:
    service = WorkforceService(*stores)
    await save(service, tenant, ("calendar", OFFICE), ("calendar", Calendar("spare")), ("rep", ANN), ("rep", BO))

    with pytest.raises(NotPossible, match="is the calendar of rep ann"):
        await service.delete(tenant, "calendar", "office")
    with pytest.raises(NotPossible, match="is the manager of rep bo"):
        await service.delete(tenant, "rep", "ann")
    with pytest.raises(NotPossible, match="calendars/spare: is the calendar of channel night: give them another first"):
        await WorkforceService(stores[0], stores[1], by_night).delete(tenant, "calendar", "spare")
    for _ in range(2):
        await service.delete(tenant, "calendar", "spare", request_id="d")
    with pytest.raises(NotFound):
        await service.delete(tenant, "calendar", "spare")

    assert set((await service.records(tenant)).calendars) == {"office"}
