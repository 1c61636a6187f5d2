"""A store of before anybody could be away: nothing of it changes but the number, and all goes on with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeGuard

import grpc
import pytest

from gateway.settings import Security
from router.adapters.queue import WorkSettings
from router.adapters.redis.format import FORMAT
from router.adapters.redis.keys import FORMAT_OF_ALL, Keys
from router.adapters.redis.repositories import Stores
from router.assignment.planner_cache import PlannerCache
from router.history.tamper_check import TamperCheck
from router.model.calendars import Absence
from router.model.decision import Block, Decision
from router.model.events import Credited, Event
from router.model.workforce import MICROS, CreditPolicy, Record
from router.workforce.presence import PresenceService
from store.embedded.server import EmbeddedServer
from tests.api import ASSIGNED, WAITING, Api, connected, differences
from tests.conftest import serving
from tests.golden import FORMAT_3_A211184, keys
from tests.golden.calls import Json, ask_again, other_answers
from tests.golden.contract import fields
from tests.golden.write_format_3 import TENANTS
from tests.integration.upgrade.arranging import UPGRADING, Killed, Mortal, Reports, customers_of_kept, upgrade

DAY_MS = 86_400_000
MORE_IS_SAID = (
    "'It had waited, and a change made room.' → 'It had waited until ",
    "'3 of 3 eligible.', 'The ledger was charged as for any other; what that disturbs is measured.']",
)
"""What a decision had waited for is told since, and the way of one that a person made: no other sentence is another."""
ANSWERS = [json.loads(line) for line in (FORMAT_3_A211184 / "answers.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def url(data_folder: Path) -> Iterator[str]:
    """Yield the address of an empty store that is as durable as the one of then."""
    server = EmbeddedServer(data_folder, "always")
    server.start()
    yield server.url
    server.stop()


def restored(url: str) -> None:
    keys.restore(url, keys.kept(FORMAT_3_A211184 / "store.jsonl"))


def served(url: str) -> Any:
    return serving(url, security=Security(personal=frozenset({"phone"})), work=WorkSettings(workers=0))


async def asked_again(address: str) -> list[Json]:
    def ask_all() -> list[Json]:
        with grpc.insecure_channel(address) as channel:
            return [ask_again(channel, call) for call in ANSWERS]

    return await asyncio.to_thread(ask_all)


def test_it_holds_every_kind_of_event() -> None:
    stored = keys.kept(FORMAT_3_A211184 / "store.jsonl")

    logs = [fields for name, key in stored.items() if name.endswith(":events") for _, fields in key.value]
    kinds = ("decision", "completed", "settled", "workforce", "rules", "erased", "rewritten")
    assert {fields["type"] for fields in logs} == {f"{kind}.2" for kind in kinds}


async def test_nothing_but_the_number_changes_and_what_is_open_by_pool_is_counted(url: str, redis: Any) -> None:
    restored(url)
    before, reports = keys.contents(url), Reports()

    await upgrade(redis, reports).run()

    expected = dict(before)
    for tenant in TENANTS:
        kind, value, expires = before[Keys(tenant).revisions]
        expected[Keys(tenant).revisions] = (kind, {**value, "format": str(FORMAT)}, expires)
    expected[FORMAT_OF_ALL] = ("string", str(FORMAT), False)
    expected |= customers_of_kept()
    now = keys.contents(url)
    by_pool = {tenant: parted(now, Keys(tenant).loads) for tenant in TENANTS}
    assert now == expected
    assert by_pool["rewritten"] == {"east/dev|LEAD": "1", "east/陈洁|LEAD": "3", "east/|LEAD": "4"}
    assert set(reports.progress) == set(TENANTS)  # who was named by a person left: no `o:` is to be entered


def parted(contents: dict[str, Any], key: str) -> dict[str, str]:
    """Take out of a hash of loads what it holds by pool, and return that."""
    if key not in contents:
        return {}
    kind, value, expires = contents[key]
    contents[key] = (kind, {place: units for place, units in value.items() if "/" not in place}, expires)
    return {place: units for place, units in value.items() if "/" in place}


@pytest.mark.long
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


async def test_every_answer_is_the_one_that_was_given_then_and_routing_goes_on(url: str) -> None:
    restored(url)
    new = fields() - fields(FORMAT_3_A211184)

    async with served(url) as address, connected(address, "kept", url) as api:
        again = await asked_again(address)
        routed, refused = await routed_with_somebody_away(url, api)

    found = [found for made, now in zip(ANSWERS, again, strict=True) for found in other_answers(made, now, new)]
    assert [each for each in found if not any(more in each for more in MORE_IS_SAID)] == []
    assert (routed.outcome, refused.outcome) == (ASSIGNED, WAITING)
    assert [code for _, code, _, _ in await blocked(url)] == [Block.AWAY, Block.AWAY]
    for tenant in TENANTS:
        assert await differences(url, tenant) == []
        assert await faults(url, tenant) == []


async def routed_with_somebody_away(url: str, api: Api) -> tuple[Any, Any]:
    """Route a lead as ever, and one more once everybody has gone."""
    routed = await api.route("later-1", region="east")
    stores = Stores.connect(url)
    for rep in ("ann", "bo", "dev"):
        await PresenceService(stores.presences).set_presence("kept", rep, 0)
    await stores.close()
    return routed, await api.route("later-2", region="east")


async def blocked(url: str) -> Sequence[tuple[int, str, int, int]]:
    """Return who of the first pool had no room for another reason than capacity when the last lead came."""
    stores = Stores.connect(url)
    (decision,) = await stores.assignments.events("kept", count=1, newest_first=True)
    await stores.close()
    assert isinstance(decision, Decision)
    return decision.seen[0].blocked


async def test_leave_of_then_is_credited_by_what_the_pool_was_charged_then(url: str, redis: Any) -> None:
    restored(url)
    await upgrade(redis, Reports()).run()
    stores = Stores.connect(url)
    planners = PlannerCache(stores.workforce, stores.rule_sets, stores.rule_sets)
    east = [event for event in await stores.assignments.events("kept", count=1000) if _is_of_east(event)]
    begin_ms, end_ms = east[0].at_ms, east[-1].at_ms + 1

    records = await stores.workforce.read("kept")
    pool, leave = records.pools["east"], Absence("ann/1", begin_ms, end_ms)
    credits_leave = replace(pool, absence_policy=CreditPolicy(1000 * MICROS, 36_500 * DAY_MS, 100))
    changes: dict[tuple[str, str], Record] = {("pool", "east"): credits_leave, ("absence", leave.id): leave}
    await stores.workforce.write("kept", records.revision, changes, event_hash=records.event_hash)
    follower = stores.timer_follower(planners, "kept")
    await follower.catch_up()
    await follower.make_due()
    (credited,) = await stores.assignments.events("kept", count=1, newest_first=True)
    planners.close()
    await stores.close()

    assert isinstance(credited, Credited)
    assert (credited.credit.rep, credited.credit.charged) == ("ann", sum(decision.charge for decision in east))
    assert credited.amount > 0
    assert await differences(url, "kept") == []
    assert await faults(url, "kept") == []


def _is_of_east(event: Event) -> TypeGuard[Decision]:
    return isinstance(event, Decision) and event.pool == "east"


async def faults(url: str, tenant: str) -> list[str]:
    stores = Stores.connect(url)
    log, rules = stores.assignments, stores.rule_sets
    found = [fault async for fault in TamperCheck(log, log, stores.workforce, rules, rules).faults(tenant)]
    await stores.close()
    return found
