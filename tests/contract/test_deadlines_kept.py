"""Deadlines through what happens around them: pauses, and a process out of use and back; on both stores."""

from __future__ import annotations

import pytest

from router.deadlines.queries import DeadlineQueries
from router.model.decision import Decision
from router.model.errors import NotPossible
from tests.contract.test_caps import HOUR_MS, MINUTE_MS, START_MS, world
from tests.contract.test_deadlines import NOTIFY, REASSIGN, REMIND, RESOLUTION, SALES, Timed, firm, steps
from tests.contract.test_stages import publish, routed

__all__ = ["firm", "world"]  # fixtures


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
