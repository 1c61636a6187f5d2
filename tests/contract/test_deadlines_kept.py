"""Deadlines through what happens around them: pauses, a process out of use and back, an import; on both stores."""

from __future__ import annotations

import pytest

from router.assignment.commands import ImportedItem
from router.deadlines.queries import DeadlineQueries
from router.imports.service import Imports
from router.model.decision import Cause, Decision
from router.model.errors import NotPossible
from router.model.workitem import Kind, WorkItem
from tests.contract.test_caps import HOUR_MS, MINUTE_MS, START_MS, world
from tests.contract.test_deadlines import DEADLINE, NOTIFY, REASSIGN, REMIND, RESOLUTION, SALES, Timed, firm, steps
from tests.contract.test_stages import publish, routed

__all__ = ["firm", "world"]  # fixtures

QUALIFIED = f"""
process: sales
kinds: [LEAD]
stages:
  - id: new
  - id: qualified
    deadlines: {DEADLINE}
"""


async def dates_of(firm: Timed, lead: Decision) -> list[int | None]:
    """Return when each deadline of a work item is due, in ms behind the start."""
    listed = DeadlineQueries(firm.world.store, firm.world.queries, firm.world.planners)
    found, _ = await listed.of_item(firm.world.tenant, lead.item_id, count=9)
    return [None if each.standing.due_ms is None else each.standing.due_ms - START_MS for each in found]


@pytest.mark.parametrize("is_resumed", [True, False], ids=["resumed", "paused"])
async def test_16_what_was_paused_and_is_closed_has_nothing_left_that_falls_due(firm: Timed, is_resumed: bool) -> None:
    await publish(firm.world, RESOLUTION)
    lead = await routed(firm.world)
    await firm.at(10 * MINUTE_MS)
    await firm.pause(lead, HOUR_MS)
    if is_resumed:
        await firm.at(20 * MINUTE_MS)
        await firm.pausing.resume(firm.world.tenant, lead.item_id)
    assert await firm.at(40 * MINUTE_MS - 1) == []  # what was resumed would be reminded of by now

    await firm.world.close(lead)

    assert steps(await firm.at(99 * HOUR_MS)) == []
    assert await firm.world.timers.timers(firm.world.tenant) == []
    with pytest.raises(NotPossible):
        await firm.pausing.resume(firm.world.tenant, lead.item_id)
    assert await firm.differences() == []


async def test_20_a_process_that_is_out_of_use_and_back_with_another_time_leaves_open_work_its_dates(
    firm: Timed,
) -> None:
    lead = await routed(firm.world)
    await firm.at(MINUTE_MS)

    await publish(firm.world, SALES.replace("[LEAD]", "[]"))
    without = await routed(firm.world)
    await firm.at(2 * MINUTE_MS)
    switched_off = await dates_of(firm, lead)
    await publish(firm.world, SALES.replace("within: 1h", "within: 5h"))
    later = await routed(firm.world)

    assert switched_off == [HOUR_MS]
    found = [await dates_of(firm, each) for each in (lead, without, later)]
    assert found == [[HOUR_MS], [], [5 * HOUR_MS + 2 * MINUTE_MS]]
    events = [await firm.at(at_ms) for at_ms in (REMIND - 1, REMIND, NOTIFY, REASSIGN)]
    name = f"due/{lead.number}/new/first-response"
    assert [steps(each) for each in events] == [[], [(name, 1)], [(name, 2)], []]
    assert [(each.item_id, each.freed) for each in events[-1] if isinstance(each, Decision)] == [
        (lead.item_id, lead.rep)
    ]
    assert await firm.differences() == []


async def test_what_is_imported_in_a_stage_has_its_deadlines_from_then_and_overdue_telling_steps_are_superseded(
    firm: Timed,
) -> None:
    world = firm.world
    await publish(world, QUALIFIED)
    await firm.at(1)
    firm.told()
    entry = ImportedItem(WorkItem(Kind.LEAD, "old-crm", "L-1"), "ann", START_MS - 5 * HOUR_MS, "qualified")

    (lead,) = await Imports(world.store, world.planners, world.queries, world.scores).enter(world.tenant, [entry])

    assert isinstance(lead, Decision)
    assert await dates_of(firm, lead) == [-4 * HOUR_MS]
    assert steps(await firm.at(2)) == [(f"due/{lead.number}/qualified/first-response", 2)]  # and never the first
    assert firm.told() == [("mo",)]
    assert await firm.at(15 * MINUTE_MS) == []
    (moved,) = await firm.at(2 + 15 * MINUTE_MS)
    assert isinstance(moved, Decision)
    assert (moved.rep, moved.freed, moved.head.cause) == ("bo", "ann", Cause.ESCALATED)
    assert await dates_of(firm, lead) == [-4 * HOUR_MS, 2 + 15 * MINUTE_MS + HOUR_MS]
    assert await firm.differences() == []
