"""A step of a deadline that was not due is found in the log; on both stores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from router.history.replay import Replay
from router.model.calendars import Calendar, Hours, TenantSettings, WeeklyHours
from router.model.decision import Cause, Decision, StepOfDeadline
from router.model.events import Event, Fired
from tests.contract.test_caps import World, world
from tests.contract.test_deadlines import NOTIFY, REASSIGN, REMIND, SALES, Timed, firm
from tests.contract.test_stages import Edited, publish, routed

__all__ = ["firm", "world"]  # fixtures

Forge = Callable[[Any], Event]


async def told(world: World, number: int, forge: Forge) -> list[str]:
    """Return what a replay says of the events themselves, where one was forged."""

    def edit(event: Event) -> Event:
        return forge(event) if event.number == number else event

    replay = Replay(Edited(world.store, edit), world.presences, world.planners, processes=world.processes)
    return [each async for each in replay.differences(world.tenant) if each.startswith(("event", "decision"))]


async def test_the_replay_names_each_step_that_was_not_due(firm: Timed) -> None:
    lead = await routed(firm.world)
    name = f"{lead.number}/new/first-response"
    (reminded,) = await firm.at(REMIND)
    await firm.at(NOTIFY)
    (moved,) = await firm.at(REASSIGN)
    assert isinstance(reminded, Fired)
    assert isinstance(moved, Decision)

    not_due: dict[str, Forge] = {
        f"due/{name} 2": lambda event: replace(event, step=2),
        f"due/{name} 1": lambda event: replace(event, due_ms=event.due_ms - 1),
        f"due/{name}x 1": lambda event: replace(event, name=f"{event.name}x"),
        "due/9/new/first-response 1": lambda event: replace(event, name="due/9/new/first-response"),
        f"act/{name} 1": lambda event: replace(event, name=f"act/{name}"),
    }
    for step, forge in not_due.items():
        assert await told(firm.world, reminded.number, forge) == [
            f"event {reminded.number}: timer {step} of {lead.item_id} fires, which was not due"
        ]
    of_another = await told(firm.world, reminded.number, lambda event: replace(event, workforce=event.workforce + 1))
    assert [each.partition(" by ")[2] for each in of_another] == ["workforce 2, in force is 1"]

    def escalates(step: StepOfDeadline | None, cause: Cause = Cause.ESCALATED) -> Forge:
        return lambda event: event._replace(head=event.head._replace(escalates=step, cause=cause))

    right = StepOfDeadline(f"act/{name}", 1)
    assert await told(firm.world, moved.number, escalates(right)) == []
    for wrong in (StepOfDeadline(f"act/{name}", 2), StepOfDeadline(f"due/{name}", 2)):
        (fault,) = await told(firm.world, moved.number, escalates(wrong))
        assert fault == f"decision {moved.number}: step {wrong.name} {wrong.step} of {lead.item_id} was not due"
    for forged in (escalates(None), escalates(right, Cause.REASSIGNED)):
        (fault,) = await told(firm.world, moved.number, forged)
        assert "and nowhere else" in fault


async def test_a_step_that_fires_before_anybody_read_of_an_edit_is_right(firm: Timed) -> None:
    world = firm.world
    await publish(world, SALES.replace("clock: wall", "clock: owner"))
    await routed(world)
    await firm.follower().catch_up()
    await world.clock.set(world.clock.at_ms + REMIND)
    present = await world.workforce.read(world.tenant)
    closed = Calendar("late", "Asia/Shanghai", (WeeklyHours(5, Hours(540, 1080)),))
    records = {("calendar", closed.id): closed, ("tenant", "settings"): TenantSettings(calendar=closed.id)}
    await world.workforce.write(world.tenant, expected=present.revision, event_hash=present.event_hash, records=records)

    assert await world.timers.fire(world.tenant) == 1

    assert await told(world, 0, lambda event: event) == []


@pytest.mark.parametrize("world", ["memory"], indirect=True)
async def test_who_was_given_away_often_enough_is_given_away_no_more(firm: Timed) -> None:
    lead = await routed(firm.world)
    for at_ms in (NOTIFY, REASSIGN, REASSIGN + NOTIFY):
        await firm.at(at_ms)
    (kept,) = await firm.at(2 * REASSIGN)

    forged = await told(firm.world, kept.number, lambda event: replace(event, step=2))

    assert forged == [
        f"event {kept.number}: timer {kept.name} 2 of {lead.item_id} fires, which was not due"  # type: ignore[union-attr]
    ]
