"""Tenants are asked many at a time, and not all at once."""

from __future__ import annotations

import asyncio

from background.tenants import ask_each


async def test_each_is_asked_and_answered_in_their_order_a_hundred_at_a_time() -> None:
    tenants = [f"t-{n}" for n in range(250)]
    asked, most = 0, 0

    async def ask(tenant: str) -> int:
        nonlocal asked, most
        asked += 1
        most = max(most, asked)
        await asyncio.sleep(0)
        asked -= 1
        return int(tenant.removeprefix("t-"))

    answers = [(tenant, answer) async for tenant, answer in ask_each(tenants, ask)]

    assert answers == [(f"t-{n}", n) for n in range(250)]
    assert most == 100


async def test_of_no_tenants_nothing_is_asked() -> None:
    async def ask(_: str) -> int:
        raise AssertionError

    assert [answer async for answer in ask_each([], ask)] == []
