"""Open work items go on by another revision of their process: what the preview says is what becomes of them."""

from __future__ import annotations

import pytest

from router.deadlines.lives import ItemLives
from router.deadlines.migrating import MigratedItem, Migrating
from router.deadlines.moved import MovedDeadline
from router.model.errors import InvalidInput, NotFound, NotPossible
from router.process.due.standings import DeadlineState
from tests.contract.test_caps import HOUR_MS, START_MS
from tests.contract.test_deadlines import NOTIFY, REASSIGN, REMIND, SALES, Timed, firm, steps, world
from tests.contract.test_listed_deadlines import timeline_entries
from tests.contract.test_stages import advance, publish, record_of, routed, stands

__all__ = ["firm", "world"]  # fixtures

LATER = SALES.replace("within: 1h", "within: 2h").replace("id: qualified", "id: checked")


@pytest.fixture
def migrating(firm: Timed) -> Migrating:
    world = firm.world
    return Migrating(world.store, world.queries, world.notes, world.planners)


async def all_of(firm: Timed, migrating: Migrating, *, preview: bool, count: int = 2) -> list[MigratedItem]:
    """Migrate everything, a few at a time."""
    items, after = list[MigratedItem](), 0
    while True:
        page = await migrating.page(
            firm.world.tenant, "sales", {"qualified": "checked"}, after=after, count=count, preview=preview
        )
        items += page.items
        if page.after is None:
            return items
        after = page.after


async def test_what_the_preview_says_is_what_becomes_of_them_and_it_writes_nothing(
    firm: Timed, migrating: Migrating
) -> None:
    leads = [await routed(firm.world) for _ in range(5)]
    await advance(firm.world, leads[1], "qualified")
    await advance(firm.world, leads[2], "won")
    await firm.at(REMIND - 1)
    revision = await publish(firm.world, LATER)
    newer = await routed(firm.world)
    await firm.at(REMIND - 1)
    before = await firm.world.store.events(firm.world.tenant, count=1, newest_first=True)

    preview = await all_of(firm, migrating, preview=True)

    assert await firm.world.store.events(firm.world.tenant, count=1, newest_first=True) == before
    assert await all_of(firm, migrating, preview=False) == preview
    assert [each.item_id for each in preview] == [leads[place].item_id for place in (0, 1, 3, 4)]
    due = MovedDeadline("first-response", START_MS + HOUR_MS, START_MS + 2 * HOUR_MS)
    assert [each.deadlines for each in preview] == [[due], [], [due], [due]]
    assert [await stands(firm.world, each) for each in (leads[0], leads[1], newer)] == [
        ("sales", revision, "new"), ("sales", revision, "checked"), ("sales", revision, "new"),
    ]  # fmt: skip
    assert await all_of(firm, migrating, preview=False) == []
    told = [
        entry
        for each, language in ((leads[0], "en"), (leads[1], "zh"))
        for entry in await timeline_entries(firm.world, each, language)
        if entry.HasField("migration")
    ]
    assert [entry.words for entry in told] == [
        f"It goes on by sales@{revision}, in stage new; it went by sales@{revision - 1}, in stage new."
        " Deadline first-response is now due at 02:00; it was at 01:00.",
        f"改用流程版本 sales@{revision}（阶段 checked），原为 sales@{revision - 1}（阶段 qualified）。",
    ]
    assert await firm.at(REMIND) == []
    assert [step for _, step in steps(await firm.at(2 * REMIND))] == [1, 1, 1]  # the newer began later
    assert await firm.differences() == []


async def test_what_was_over_stays_as_it_was_and_what_was_told_is_not_told_again(
    firm: Timed, migrating: Migrating
) -> None:
    missed, told = await routed(firm.world), await routed(firm.world)
    await firm.at(NOTIFY + 1)
    await firm.call(missed, missed.rep, NOTIFY)
    await publish(firm.world, LATER)

    await all_of(firm, migrating, preview=False)

    assert steps(await firm.at(2 * HOUR_MS - 1)) == []
    planner, published = (
        await firm.world.planners.newest(firm.world.tenant),
        await firm.world.planners.processes(firm.world.tenant),
    )
    lives = ItemLives(firm.world.tenant, firm.world.store, firm.world.planners)
    states = [
        each.state(START_MS + REASSIGN - 1)
        for item in await lives.all(planner, published, await record_of(firm.world, missed))
        for each in item.stands
    ]
    assert states == [DeadlineState.MET]  # done as it fell due
    assert steps(await firm.at(2 * HOUR_MS)) == []  # it was told to the manager, who need not hear of it again
    assert (await record_of(firm.world, told)).owner == told.rep


async def test_what_has_no_stage_to_go_on_in_stays_and_says_so(firm: Timed, migrating: Migrating) -> None:
    lead = await routed(firm.world)
    await advance(firm.world, lead, "qualified")
    revision = await publish(firm.world, LATER)
    tenant = firm.world.tenant

    (item,) = (await migrating.page(tenant, "sales", {}, count=10)).items

    assert (item.stage, item.fault) == (
        "",
        f"sales@{revision} has no open stage qualified: say in stages where it goes on",
    )
    assert await stands(firm.world, lead) == ("sales", revision - 1, "qualified")
    with pytest.raises(InvalidInput, match=rf"open stage of sales@{revision}: new, checked"):
        await migrating.page(tenant, "sales", {"qualified": "won"}, count=10)
    with pytest.raises(NotFound):
        await migrating.page(tenant, "care", {}, count=10)


async def test_a_stage_that_no_revision_has_is_refused(firm: Timed, migrating: Migrating) -> None:
    await publish(firm.world, LATER)

    with pytest.raises(InvalidInput, match=r"^stages: 'qualifed': .* any revision of sales: new, qualified, checked$"):
        await migrating.page(firm.world.tenant, "sales", {"qualifed": "checked"}, count=10)
    with pytest.raises(InvalidInput, match=r"^stages: 'won': must be an open stage of any revision"):
        await migrating.page(firm.world.tenant, "sales", {"won": "checked"}, count=10)


async def test_nothing_is_migrated_into_what_is_out_of_use_or_not_for_its_kind(
    firm: Timed, migrating: Migrating
) -> None:
    lead, tenant = await routed(firm.world), firm.world.tenant
    revision = await publish(firm.world, LATER.replace("[LEAD]", "[TICKET]"))

    (item,) = (await migrating.page(tenant, "sales", {}, count=10)).items
    await publish(firm.world, LATER.replace("[LEAD]", "[]"))

    assert (item.stage, item.fault) == ("", f"sales@{revision} is not for LEAD any more")
    with pytest.raises(NotPossible, match=r"processes/sales: is out of use, by revision 3: what is open goes on by"):
        await migrating.page(tenant, "sales", {}, count=10)
    assert await stands(firm.world, lead) == ("sales", revision - 1, "new")
