"""What a stage opens on a date, in a stage of its own process, with what its parent has: once, and on its day; on both
stores.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from router.adapters.redis.erasure import RedisPersonalValues
from router.adapters.redis.timers import RedisTimers
from router.erasure.service import Eraser, Subject
from router.history.stage_check import StageCheck
from router.model.calendars import Calendar, CalendarException
from router.model.decision import Cause, Decision, EnteredStage
from router.model.events import Completed
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import Kind, State
from router.rules.codec import dumps
from router.timers.due import due_now
from rules.revisions import Publication
from tests.contract.staging import process_publication
from tests.contract.test_caps import MINUTE_MS, START_MS, WORKING, World, world
from tests.contract.test_children import children, decisions, rules_of
from tests.contract.test_deadlines import Timed, steps
from tests.contract.test_sealing import EmptyQueue
from tests.contract.test_stages import advance, newest, record_of, reopened, routed

__all__ = ["world"]  # a fixture

RULES = """
fields:
  tier: {type: string}
  end: {type: date}
  new_end: {type: date}
  phone: {type: string, personal: true}
rules: []
default: {route: {pool: east}}
"""
NEXT = (
    "{id: next, kind: RENEWAL, pool: care, stage: value, of: new_end, before: {by: tier, C: none, else: 90d}, "
    "copy: {end: new_end, phone: phone, tier: tier}}"
)
RENEWAL = """
process: renewal
kinds: [RENEWAL]
deadlines: [{id: whole, within: 9h, clock: wall, steps: [{at: 100%, do: remind}]}]
stages:
  - {id: plan}
  - {id: value, deadlines: [{id: review, of: end, before: 90d, steps: [{at: 100%, do: remind}]}]}
  - {id: early, open: [{id: look, pool: care, of: [end, new_end], copy: {phone: phone}}]}
  - {id: renewed, closes: CONVERTED, open: [NEXT]}
"""
PHONE = "139 0000 0000"


@pytest.fixture
async def firm(world: World) -> Timed:
    await world.save(Rep("ann", manager="mo"), Rep("mo"), pool=Pool("east", (Member("ann"),)))
    await world.save(Rep("li", manager="mo"), pool=Pool("care", (Member("li"),)))
    rule_set = rules_of(RULES)
    await world.rule_sets.publish(world.tenant, None, Publication(0, RULES, dumps(rule_set), "", 0, 0, 0))
    firm = Timed(world)
    await publish(firm, RENEWAL)
    await world.keep_hours()
    return firm


async def publish(firm: Timed, source: str) -> None:
    publication = process_publication(source.replace("NEXT", NEXT), rules_of(RULES))
    await firm.world.processes.publish_process(firm.world.tenant, None, publication)


def ms(month: int, day: int, hour: int = 9, minute: int = 0) -> int:
    """Return how long behind the start it is a time of that year in Shanghai."""
    at = datetime(2030, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))
    return int(at.timestamp() * 1000) - START_MS


async def renewed(firm: Timed, new_end: str = "2030-06-15", **attributes: Any) -> Decision:
    renewal = await routed(firm.world, Kind.RENEWAL, phone=PHONE, tier="A", **attributes)
    await advance(firm.world, renewal, "renewed", given={"new_end": new_end})
    return renewal


async def due(firm: Timed) -> list[tuple[str, int]]:
    """Return what is to be opened, and when, of all timers."""
    await firm.follower().catch_up()
    timers = await firm.world.timers.timers(firm.world.tenant)
    return [(timer.name, timer.due_ms - START_MS) for timer in timers if timer.name.startswith("open/")]


async def test_it_opens_on_its_day_in_its_stage_with_what_its_parent_had_once_whoever_is_killed(firm: Timed) -> None:
    renewal = await renewed(firm)
    assert await due(firm) == [("open/renewed~next", ms(3, 15))]  # 90 days before the 15th of June is a Sunday
    (waiting,) = await children(firm, renewal)
    assert (waiting.record, waiting.opens_ms) == (None, START_MS + ms(3, 15))
    await firm.world.timers.forget_timers(firm.world.tenant)  # and made again
    assert decisions(await firm.at(ms(3, 15) - 1)) == []
    assert await firm.differences() == []
    await firm.world.clock.set(START_MS + ms(3, 15))
    one, other = firm.follower(), firm.follower()
    await one.catch_up()
    now = await due_now(firm.world.timers, firm.world.tenant)

    assert [await each.children.make_due(now) for each in (one, other)] == [1, 0]

    (opened,) = decisions(await newest(firm.world, 1))
    assert (opened.head.cause, opened.kind, opened.rep, opened.pool) == (Cause.OPENED, Kind.RENEWAL, "li", "care")
    assert opened.head.entered == EnteredStage(1, "value")
    assert dict(opened.head.item.attributes) == {"end": "2030-06-15", "phone": PHONE, "tier": "A"}
    assert steps(await firm.at(ms(3, 15))) == [(f"due/{opened.number}/value/review", 1)]
    assert steps(await firm.at(ms(3, 15, 18))) == [(f"due/{opened.number}//whole", 1)]  # a full member
    assert await due(firm) == []
    await advance(firm.world, opened, "renewed", given={"new_end": "2031-06-16"})
    assert [name for name, _ in await due(firm)] == ["open/renewed~next"]  # and so on
    again = await reopened(firm.world, opened)
    assert again.head.entered == EnteredStage(1, "plan")
    assert await firm.differences() == []


async def test_what_was_reopened_before_the_date_opens_nothing_and_behind_it_what_is_open_is_withdrawn(
    firm: Timed,
) -> None:
    renewal, other = await renewed(firm, "2030-04-17"), await renewed(firm, "2030-04-17")
    assert len(await due(firm)) == 2
    await firm.at(ms(1, 16))
    await reopened(firm.world, renewal)
    assert len(await due(firm)) == 1
    opened = decisions(await firm.at(ms(1, 17)))
    assert [each.head.item.opened_by.parent for each in opened if each.head.item.opened_by] == [other.item_id]

    again = await reopened(firm.world, other)

    (withdrawn,) = [event for event in await firm.at(ms(1, 17)) if isinstance(event, Completed)]
    assert (withdrawn.item_id, withdrawn.withdrawn) == (opened[0].item_id, (other.item_id, again.number))
    assert withdrawn.state is State.CLOSED
    assert await firm.differences() == []


async def test_its_date_is_corrected_by_reopening_its_parent_which_ends_again_and_withdrawn_by_another_end(
    firm: Timed,
) -> None:
    renewal = await renewed(firm)
    assert await due(firm) == [("open/renewed~next", ms(3, 15))]

    await reopened(firm.world, renewal)
    assert await due(firm) == []
    await advance(firm.world, renewal, "renewed", given={"new_end": "2030-06-17"})
    assert await due(firm) == [("open/renewed~next", ms(3, 19))]
    await reopened(firm.world, renewal)
    await firm.world.close(renewal)

    assert await due(firm) == []
    assert await firm.differences() == []


async def test_a_past_date_opens_at_once_and_without_one_or_where_a_table_says_none_nothing_does(firm: Timed) -> None:
    await renewed(firm, "2030-01-05")
    (opened,) = decisions(await firm.at(MINUTE_MS))
    assert opened.head.item.attributes["end"] == "2030-01-05"
    low = await routed(firm.world, Kind.RENEWAL, tier="C")
    await advance(firm.world, low, "renewed", given={"new_end": "2030-01-05"})
    without = await routed(firm.world, Kind.RENEWAL)
    await advance(firm.world, without, "renewed")

    assert decisions(await firm.at(2 * MINUTE_MS)) == []

    assert [await children(firm, each) for each in (low, without)] == [[], []]
    assert await firm.differences() == []


async def test_a_date_that_no_calendar_reaches_is_listed_and_one_before_all_has_passed(firm: Timed) -> None:
    renewal = await renewed(firm, "9999-12-31")
    ((name, due_ms),) = await due(firm)
    (waiting,) = await children(firm, renewal)
    assert (name, due_ms + START_MS) == ("open/renewed~next", waiting.opens_ms)
    assert datetime.fromtimestamp((START_MS + due_ms) / 1000, UTC).isoformat() == "9999-10-02T00:00:00+00:00"
    await renewed(firm, "1900-01-01")
    (opened,) = decisions(await firm.at(MINUTE_MS))
    assert opened.head.item.attributes["end"] == "1900-01-01"
    assert await firm.differences() == []


async def test_another_date_is_its_date_as_long_as_it_is_not_there_and_what_is_closed_by_then_opens_none(
    firm: Timed,
) -> None:
    one, other = await routed(firm.world, Kind.RENEWAL), await routed(firm.world, Kind.RENEWAL, new_end="2030-02-05")
    for each in (one, other):
        await advance(firm.world, each, "early")
    assert await due(firm) == [("open/early~look", ms(2, 5))]
    await change(firm, one, end="2030-02-06")
    assert await due(firm) == [("open/early~look", ms(2, 5)), ("open/early~look", ms(2, 6))]
    await change(firm, one, end="2030-02-07", phone=PHONE)
    await firm.world.close(other)

    assert await due(firm) == [("open/early~look", ms(2, 7))]
    (opened,) = decisions(await firm.at(ms(2, 7)))
    assert (opened.head.entered, dict(opened.head.item.attributes)) == (
        EnteredStage(1, "early~look"), {"phone": PHONE},
    )  # fmt: skip
    assert await firm.differences() == []


async def change(firm: Timed, decision: Decision, **given: Any) -> None:
    await advance(firm.world, decision, "", given=given)


async def test_it_moves_with_the_calendar_of_its_pool_also_of_what_is_closed(firm: Timed) -> None:
    await renewed(firm)
    assert await due(firm) == [("open/renewed~next", ms(3, 15))]
    closed = Calendar("working", WORKING.time_zone, WORKING.weekly, (CalendarException("2030-03-15"),))
    present = await firm.world.workforce.read(firm.world.tenant)

    await firm.world.workforce.write(
        firm.world.tenant,
        expected=present.revision,
        event_hash=present.event_hash,
        records={("calendar", "working"): closed},
    )

    assert await due(firm) == [("open/renewed~next", ms(3, 14))]
    assert await firm.differences() == []
    assert len(decisions(await firm.at(ms(3, 14)))) == 1


async def test_it_comes_at_the_revision_that_is_active_then_if_that_has_its_stage_else_at_its_parents(
    firm: Timed,
) -> None:
    await renewed(firm, "2030-02-04")
    await publish(firm, RENEWAL)
    first = decisions(await firm.at(ms(2, 4)))
    await publish(firm, RENEWAL.replace("id: value", "id: review").replace("open: [NEXT]", "open: []"))
    await advance(firm.world, first[0], "renewed", given={"new_end": "2030-02-05"})

    second = decisions(await firm.at(ms(2, 5)))

    assert [each.head.entered for each in (*first, *second)] == [EnteredStage(2, "value"), EnteredStage(2, "value")]
    assert await firm.differences() == []


async def test_what_is_personal_of_it_is_sealed_and_erased_as_its_own_and_what_was_erased_before_it_has_not(
    firm: Timed,
) -> None:
    world = firm.world
    values = RedisPersonalValues(world.store._redis) if isinstance(world.timers, RedisTimers) else world.store
    eraser = Eraser(world.store, values, EmptyQueue(), world.planners)
    await renewed(firm)
    erased = await renewed(firm)
    await eraser.erase(world.tenant, Subject(erased.item_id))
    one, other = decisions(await firm.at(ms(3, 15)))
    assert [each.head.item.attributes.get("phone") for each in (one, other)] == [PHONE, None]

    counts = (await eraser.erase(world.tenant, Subject(one.item_id))).counts

    assert counts.values == 1
    assert "phone" not in (await world.queries.item(world.tenant, one.item_id)).item.attributes
    assert (await record_of(world, one)).owner == "li"
    assert await firm.differences() == []


async def test_the_replay_finds_that_the_timer_of_what_is_closed_and_is_to_open_something_is_lost(
    firm: Timed,
) -> None:
    renewal = await renewed(firm)
    assert len(await due(firm)) == 1
    position = await firm.world.timers.followed(firm.world.tenant)

    await firm.world.timers.set_timers(firm.world.tenant, position, position, {renewal.item_id: []})

    (said,) = await firm.differences()
    timer = f"timer open/renewed~next 1 of {renewal.item_id}, event {renewal.number + 1}, due {START_MS + ms(3, 15)}"
    assert said == f"{timer}: log has it, store has not"


async def test_what_is_declared_personal_later_is_not_copied_to_where_it_is_not_nor_what_rules_do_not_take_any_more(
    firm: Timed,
) -> None:
    await renewed(firm)
    rules = RULES.replace("tier: {type: string}", "tier: {type: number}").replace(
        "new_end: {type: date}", "new_end: {type: date, personal: true}"
    )
    await firm.world.rule_sets.publish(
        firm.world.tenant, None, Publication(0, rules, dumps(rules_of(rules)), "", 0, 0, 0)
    )

    (opened,) = decisions(await firm.at(ms(3, 15)))

    assert dict(opened.head.item.attributes) == {"phone": PHONE}
    assert await firm.differences() == []


async def test_the_replay_finds_a_member_that_enters_another_stage_than_its_parents_says(firm: Timed) -> None:
    source = RENEWAL.replace("open: [NEXT]", "open: [NEXT, {id: more, kind: RENEWAL, pool: care, stage: early}]")
    await publish(firm, source)
    await renewed(firm)
    (opened,) = decisions(await firm.at(0))
    published = await firm.world.planners.processes(firm.world.tenant)
    assert await firm.differences() == []
    stage_check = StageCheck(published)
    for event in await firm.world.store.events(firm.world.tenant):
        stage_check.follow(event)

    forged = opened._replace(head=opened.head._replace(entered=EnteredStage(2, "value")))

    assert stage_check.decision_faults(None, opened) == []
    assert stage_check.decision_faults(None, forged) == [
        f"decision {opened.number}: {opened.item_id} enters value, which does not follow"
    ]
