"""What was received by override: a store of format 4 does not say it, and its log does."""

from __future__ import annotations

from typing import Any

import pytest

from router.adapters.redis.keys import FORMAT_OF_ALL, Keys
from router.assignment.commands import ReassignRequest
from router.model.workforce import MICROS, Member, Pool, Rep
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from tests.contract.nothing.routing import Routing
from tests.golden import keys
from tests.integration.upgrade.arranging import UPGRADING, Killed, Mortal, Reports, upgrade

TENANT = "acme"


async def arrange(redis: Any) -> None:
    """Have two reps be named by a person, of whom one leaves the pool and comes again."""
    world = await Routing.open(redis, TENANT)
    staff = {("rep", rep): Rep(rep) for rep in ("cy", "di", "ed")}
    await world.write({**staff, ("pool", "east"): Pool("east", (Member("bo"), *map(Member, ("cy", "di", "ed"))))})
    for number in range(2, 8):
        await world.route(f"L-{number}")
    for number, rep in enumerate(("cy", "di", "di", "ed"), 2):
        stored = await world.store.item(TENANT, f"crm~L-{number}")
        if stored.owner != rep:
            await world.router.reassign(TENANT, ReassignRequest(f"crm~L-{number}", rep))
    workforce_service = WorkforceService(world.workforce, world.rule_sets)
    for members in (("bo", "cy", "ed"), ("bo", "cy", "ed", "di")):
        pool = Pool("east", tuple(map(Member, members)))
        await workforce_service.save(TENANT, [Edit("pool", "east", lambda _, pool=pool: pool, create=True)])  # type: ignore[misc]


async def as_of_format_4(redis: Any) -> dict[str, int]:
    """Take away what format 5 added to the ledger; return it."""
    ledger = Keys(TENANT).ledger("east")
    entered = {name: int(value) for name, value in (await redis.hgetall(ledger)).items() if name[:2] == b"o:"}
    if entered:
        await redis.hdel(ledger, *entered)
    await redis.hset(Keys(TENANT).revisions, "format", 4)
    await redis.delete(FORMAT_OF_ALL, UPGRADING)
    return {name.decode(): value for name, value in entered.items()}


async def test_it_is_entered_from_the_log_killed_at_any_step_and_done_again(url: str, redis: Any) -> None:
    await arrange(redis)
    ledger = Keys(TENANT).ledger("east")
    expected = await redis.hgetall(ledger)
    entered = await as_of_format_4(redis)
    older = keys.contents(url)
    assert entered
    assert all(amount >= MICROS for amount in entered.values())
    assert "o:di" not in entered  # they left, and began anew
    whole, reports = Mortal(redis), Reports()

    await upgrade(whole, reports).run()

    assert await redis.hgetall(ledger) == expected
    assert {name for name, value in keys.contents(url).items() if value != older.get(name)} == {
        ledger, Keys(TENANT).revisions, FORMAT_OF_ALL,
    }  # fmt: skip
    assert reports.progress[TENANT]

    async def lease_ends(_: float) -> None:
        await redis.delete(UPGRADING)

    for calls in range(len(whole.calls)):
        await as_of_format_4(redis)
        await redis.script_flush()
        with pytest.raises(Killed):
            await upgrade(Mortal(redis, calls)).run()
        await upgrade(redis, pause=lease_ends).run()

        assert await redis.hgetall(ledger) == expected, f"killed after {calls} calls: {whole.calls[:calls][-3:]}"
