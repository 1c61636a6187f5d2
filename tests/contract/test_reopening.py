"""What is closed and reopened: who gets it, how it enters the ledger, and until when it may be; on both stores.

The clock stands where a test sets it: it begins on a Tuesday at 08:00 in Shanghai, an hour before work.
"""

from __future__ import annotations

from typing import Any

import pytest

from router.activities.service import ActivityService, RecordRequest
from router.adapters.redis.activities import RedisActivities
from router.adapters.redis.snapshots import RedisSnapshots
from router.assignment.commands import ReassignRequest, ReopenRequest
from router.assignment.reopening import Reopening
from router.fairness.report import report
from router.history.monitor import Monitor
from router.model.activities import Activity, ActivityKind, Direction
from router.model.calendars import Absence, TenantSettings
from router.model.caps import Cap, CapMeasure, CapScope, CapWindow
from router.model.decision import Cause, Decision, Outcome, Way
from router.model.errors import NotFound, NotPossible, RequestIdReused, StaleEtag
from router.model.workforce import MICROS, Member, Pool, Rep
from router.model.workitem import Kind, State
from router.workforce.presence import PresenceService
from tests.contract.test_caps import DAY_MS, HOUR_MS, START_MS, World, world
from tests.twins.store import MemoryStore

__all__ = ["world"]  # a fixture

EAST = Pool("east", (Member("ann", 3000), Member("bo"), Member("cy")))


async def firm(world: World, *reps: Rep, pool: Pool = EAST) -> None:
    given = {rep.id: rep for rep in reps}
    await world.save(*[given.get(member.rep, Rep(member.rep)) for member in pool.members], pool=pool)


async def closed(world: World, state: State = State.CLOSED) -> Decision:
    """Route a lead, which is Ann's, and close it."""
    decision = await world.route()
    assert decision.rep == "ann"
    await world.router.complete(world.tenant, decision.item_id, state)
    return decision


async def reopen(world: World, decision: Decision, *, preview: bool = False, **given: object) -> Decision:
    reopening = Reopening(world.store, world.planners, world.queries, world.presences)
    return await reopening.reopen(world.tenant, ReopenRequest(decision.item_id, **given), preview=preview)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", [State.CLOSED, State.CONVERTED, State.DISQUALIFIED])
async def test_who_had_it_has_it_again_and_no_deficit_moves(world: World, state: State) -> None:
    await firm(world)
    before = await closed(world, state)
    ledger = await world.store.ledger(world.tenant, "east")

    decision = await reopen(world, before, reason="called again", actor="mo")

    stored = await world.queries.item(world.tenant, before.item_id)
    after = await world.store.ledger(world.tenant, "east")
    assert (decision.outcome, decision.rep, decision.pool, decision.epoch) == (Outcome.ASSIGNED, "ann", "east", 2)
    assert (decision.way, decision.head.cause, decision.freed) == (Way.APART, Cause.REOPENED, "")
    assert (decision.head.note, decision.head.actor) == ("called again", "mo")
    assert (stored.record.state, stored.record.owner, stored.record.decision) == (
        State.ASSIGNED,
        "ann",
        decision.number,
    )
    assert after.deficits == ledger.deficits
    assert (after.decisions, after.worst, after.disturbance) == (ledger.decisions, ledger.worst, 0)
    assert after.received == {"ann": 2 * MICROS}
    assert after.received_apart == {"ann": MICROS}
    assert (await world.store.loads(world.tenant))["ann", Kind.LEAD] == 1
    owned = [await world.store.owned(world.tenant, "ann", is_open=is_open) for is_open in (True, False)]
    assert [[item_id for _, item_id in each] for each in owned] == [[before.item_id], []]
    assert await world.differences() == []


async def test_what_was_reopened_is_closed_and_moved_like_any_other(world: World) -> None:
    await firm(world)
    before = await closed(world)
    await reopen(world, before)

    moved = await world.router.reassign(world.tenant, ReassignRequest(before.item_id))
    await world.close(before)
    again = await reopen(world, before)

    assert moved.rep in ("bo", "cy")
    assert (again.rep, again.epoch) == (moved.rep, 4)
    assert await world.differences() == []


async def goes_on_leave(world: World) -> None:
    present = await world.workforce.read(world.tenant)
    leave = Absence("ann/1", START_MS, START_MS + DAY_MS)
    await world.workforce.write(
        world.tenant,
        expected=present.revision,
        event_hash=present.event_hash,
        records={("absence", "ann/1"): leave},
    )


async def goes_away(world: World, until_ms: int = 0) -> None:
    await PresenceService(world.presences).set_presence(world.tenant, "ann", until_ms)


async def is_deactivated(world: World) -> None:
    await firm(world, Rep("ann", active=False))


@pytest.mark.parametrize("absent", [goes_on_leave, goes_away, is_deactivated])
async def test_where_its_owner_is_not_there_soon_rules_and_ledger_choose_apart(world: World, absent: object) -> None:
    await firm(world)
    before = await closed(world)
    ledger = await world.store.ledger(world.tenant, "east")
    await absent(world)  # type: ignore[operator]

    decision = await reopen(world, before)

    after = await world.store.ledger(world.tenant, "east")
    assert decision.rep in ("bo", "cy")
    assert decision.head.named == ""
    assert after.deficits == ledger.deficits
    assert after.received_apart == {decision.rep: MICROS}
    assert await world.differences() == []


@pytest.mark.parametrize(("hours", "rep"), [(2, "ann"), (3, "other")])
async def test_two_hours_are_soon_and_no_more(world: World, hours: int, rep: str) -> None:
    await firm(world)
    before = await closed(world)
    await goes_away(world, START_MS + hours * HOUR_MS)

    decision = await reopen(world, before)

    assert (decision.rep == "ann") is (rep == "ann")


async def test_neither_capacity_nor_caps_keep_it_from_who_had_it_and_none_counts_it_as_given(world: World) -> None:
    caps = (
        Cap("daily", CapMeasure.COUNT, 1, window=CapWindow.DAY),
        Cap("held", CapMeasure.OPEN, 1),
        Cap("all", CapMeasure.COUNT, 9, CapScope.POOL, window=CapWindow.DAY),
    )
    await firm(world, Rep("ann", capacity={"LEAD": 1}), pool=Pool("east", (Member("ann"),), caps=caps))
    before = await closed(world)
    counted = await world.store.counts(world.tenant)
    await world.clock.set(START_MS + DAY_MS)
    assert (await world.route()).rep == "ann"
    given = await world.store.counts(world.tenant)

    decision = await reopen(world, before)

    assert decision.rep == "ann"
    assert counted != given == await world.store.counts(world.tenant)
    assert (await world.store.loads(world.tenant))["ann", Kind.LEAD] == 2
    await world.close(decision)
    assert (await world.route()).rep == ""
    assert await world.differences() == []


async def test_where_the_rules_choose_it_is_given_and_counts(world: World) -> None:
    caps = (Cap("daily", CapMeasure.COUNT, 1, window=CapWindow.DAY),)
    await firm(world, pool=Pool("east", (Member("ann", 3000), Member("bo")), caps=caps))
    before = await closed(world)
    await goes_away(world)

    decision = await reopen(world, before)

    assert decision.rep == "bo"
    assert (await world.route()).rep == ""
    assert await world.differences() == []


async def test_where_nobody_is_there_it_waits_and_is_woken(world: World) -> None:
    await firm(world, pool=Pool("east", (Member("ann"),)))
    before = await closed(world)
    await goes_away(world)

    decision = await reopen(world, before)

    stored = await world.queries.item(world.tenant, before.item_id)
    assert (decision.outcome, stored.record.state, stored.record.owner) == (Outcome.WAITING, State.QUEUED, "")
    assert [item_id for _, item_id in await world.store.waiting(world.tenant)] == [before.item_id]
    assert await world.store.owned(world.tenant, "ann", is_open=False) == []
    assert await world.differences() == []


async def test_until_the_last_instant_it_may_be_and_then_the_answer_says_until_when(world: World) -> None:
    await firm(world)
    present = await world.workforce.read(world.tenant)
    await world.workforce.write(
        world.tenant,
        expected=present.revision,
        event_hash=present.event_hash,
        records={("tenant", "settings"): TenantSettings(reopen_days=2)},
    )
    before = await closed(world)
    await world.clock.set(START_MS + 2 * DAY_MS)
    assert (await reopen(world, before, preview=True)).rep == "ann"
    await world.clock.set(START_MS + 2 * DAY_MS + 1)

    with pytest.raises(NotPossible, match=r"closed at 2030-01-01T00:00:00Z.* until 2030-01-03T00:00:00Z, 2 days later"):
        await reopen(world, before)


async def test_days_that_were_added_meanwhile_count_whatever_the_planner_at_hand_says(world: World) -> None:
    await firm(world)
    before = await closed(world)
    present = await world.workforce.read(world.tenant)
    await world.clock.set(START_MS + 31 * DAY_MS)
    await world.workforce.write(
        world.tenant,
        expected=present.revision,
        event_hash=present.event_hash,
        records={("tenant", "settings"): TenantSettings(reopen_days=31)},
    )

    assert (await reopen(world, before)).rep == "ann"


async def test_it_counts_from_the_closing_whatever_is_noted_meanwhile(world: World) -> None:
    await firm(world)
    before = await closed(world)
    activities = world.store if isinstance(world.store, MemoryStore) else RedisActivities(world.store._redis)
    service = ActivityService(activities, world.queries, world.planners)
    for day in (10, 20, 30):
        await world.clock.set(START_MS + day * DAY_MS)
        note = Activity(ActivityKind.NOTE, Direction.INTERNAL, "", 0, note="called again")
        await service.record(world.tenant, RecordRequest(before.item_id, note))
    assert (await reopen(world, before, preview=True)).rep == "ann"
    await world.clock.set(START_MS + 30 * DAY_MS + 1)

    with pytest.raises(NotPossible, match=r"closed at 2030-01-01T00:00:00Z.* until 2030-01-31T00:00:00Z, 30 days"):
        await reopen(world, before)


async def test_thirty_days_are_the_usual(world: World) -> None:
    await firm(world)
    before = await closed(world)
    await world.clock.set(START_MS + 30 * DAY_MS + 1)

    with pytest.raises(NotPossible, match="30 days later"):
        await reopen(world, before)


async def test_what_is_open_or_unknown_or_was_changed_meanwhile_is_refused(world: World) -> None:
    await firm(world)
    decision = await world.route()

    with pytest.raises(NotPossible, match="is ASSIGNED; only what is closed"):
        await reopen(world, decision)
    with pytest.raises(NotFound):
        await reopen(world, decision._replace(item_id="crm~nothing"))
    await world.close(decision)
    with pytest.raises(StaleEtag):
        await reopen(world, decision, expected=decision.number)


async def test_a_repeated_request_is_answered_as_before_and_other_content_refused(world: World) -> None:
    await firm(world)
    before = await closed(world)
    first = await reopen(world, before, request_id="r-1", reason="why")

    assert await reopen(world, before, request_id="r-1", reason="why") == first
    with pytest.raises(RequestIdReused):
        await reopen(world, before, request_id="r-1", reason="other")


async def test_a_preview_writes_nothing(world: World) -> None:
    await firm(world)
    before = await closed(world)

    decision = await reopen(world, before, preview=True)

    assert (decision.number, decision.rep) == (0, "ann")
    assert (await world.queries.item(world.tenant, before.item_id)).record.state is State.CLOSED
    assert await world.differences() == []


async def test_the_monitor_and_the_report_agree_with_the_log(world: World) -> None:
    caps = (Cap("daily", CapMeasure.COUNT, 5, window=CapWindow.DAY), Cap("held", CapMeasure.OPEN, 5))
    pool = Pool("east", (Member("ann", 3000), Member("bo")), caps=caps)
    await firm(world, pool=pool)
    before = await closed(world)
    is_watched = not isinstance(world.store, MemoryStore)  # which has no snapshots
    snapshots: Any = RedisSnapshots(world.store._redis) if is_watched else None
    monitor = Monitor(world.tenant, world.store, snapshots, world.planners, nothing_overdue)
    assert not is_watched or await monitor.look() == []
    await reopen(world, before)
    moved = await world.router.reassign(world.tenant, ReassignRequest(before.item_id, "bo"))

    assert not is_watched or await monitor.look() == []
    told = report(pool, await world.store.ledger(world.tenant, "east")).received_by
    assert (told["ann"][Way.APART], told[moved.rep][Way.OVERRIDE], told["ann"][Way.GREEDY]) == (1.0, 1.0, 1.0)


async def nothing_overdue(_: str) -> list[str]:
    return []
