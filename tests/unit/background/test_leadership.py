"""Of the processes on one store one has a role of a tenant; it keeps it while it is at work, or ends what it does."""

from __future__ import annotations

import asyncio

from background.leadership import Leadership


class Leases:
    """Roles in memory: until it is released, whoever came first has one; ``asked`` is what was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, float]] = []
        self.holders: dict[tuple[str, str], str] = {}

    async def lead(self, tenant: str, role: str, holder: str, for_s: float) -> bool:
        self.asked.append((tenant, role, for_s))
        return self.holders.setdefault((tenant, role), holder) == holder


async def test_of_two_one_leads_and_goes_on_leading_tenant_by_tenant() -> None:
    leases = Leases()
    first, second = Leadership(leases, "watching", 3.0), Leadership(leases, "watching", 3.0)

    assert [await first.leads("a"), await second.leads("a"), await first.leads("a")] == [True, False, True]
    assert [await second.leads("b"), await first.leads("b")] == [True, False]
    assert set(leases.asked) == {("a", "watching", 3.0), ("b", "watching", 3.0)}


async def test_who_takes_longer_than_a_lease_renews_it_meanwhile() -> None:
    leases, renewed = Leases(), asyncio.Event()

    async def work() -> str:
        await renewed.wait()
        return "made"

    class Watched(Leases):
        async def lead(self, tenant: str, role: str, holder: str, for_s: float) -> bool:
            if len(leases.asked) == 2:
                renewed.set()
            return await leases.lead(tenant, role, holder, for_s)

    assert await Leadership(Watched(), "watching", 0.003).while_leading("a", work()) == "made"
    assert len(leases.asked) >= 3


async def test_what_is_done_before_the_lease_is_to_be_renewed_asks_for_nothing() -> None:
    leases = Leases()

    async def work() -> str:
        return "made"

    assert await Leadership(leases, "watching", 60).while_leading("a", work()) == "made"
    assert leases.asked == []


async def test_who_does_not_lead_any_more_ends_what_they_do() -> None:
    leases, ended = Leases(), list[str]()
    leases.holders["a", "watching"] = "somebody else"

    async def endless() -> str:
        try:
            return await asyncio.Event().wait() and ""
        finally:
            ended.append("endless")

    assert await Leadership(leases, "watching", 0.003).while_leading("a", endless()) is None
    assert ended == ["endless"]
