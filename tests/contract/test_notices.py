"""What people are told of changes of owners, offers, approvals and steps, read off the log; on both stores.

The clock stands where a test sets it. What the follower tells, which sees what events changed, and what whoever puts it
in words reads, which sees events whole, is the same.
"""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from router.activities.service import RecordRequest
from router.assignment.commands import ReassignRequest
from router.deadlines.given import MOST_IN_RACE, GivenItem, SetAway, TakenOffer
from router.deadlines.notices import Notice, Notices, ReachedDate
from router.deadlines.reached import DecidedStage, Reached
from router.model.activities import Activity, ActivityKind, Direction
from router.model.calendars import TenantSettings
from router.model.decision import Cause, Outcome
from router.model.digests import DigestKind
from router.model.events import Digested
from router.model.workforce import Member, Pool, Rep
from router.model.workitem import State
from router.rules.check import check
from router.rules.codec import dumps
from router.wording.languages import Language
from router.wording.message_phrases import MessageType
from router.wording.messages import kind_of, message
from rules.revisions import Publication
from tests.contract.offering import BROADCAST, OFFER, THREE, Firm, firm
from tests.contract.test_approvals import RULES as APPROVAL_RULES
from tests.contract.test_approvals import Selling
from tests.contract.test_caps import DAY_MS, HOUR_MS, MINUTE_MS, START_MS, World, world
from tests.contract.test_covers import CoverDesk
from tests.contract.test_deadlines import Timed
from tests.contract.test_digests import AT_9, OFFICE, Listing
from tests.contract.test_stages import advance, publish, routed
from tests.contract.test_step_acts import RETURNED, TOLD, arranged

__all__ = ["firm", "world"]  # fixtures

UTC = ZoneInfo("UTC")
LOUD = """
          - {at: 100%, do: notify, to: [manager, {channel: east-bot}], quiet_hours: ignore}
          - {at: 150%, do: return, to: inside}
"""


EARLY = """
          - {at: 50%, do: notify, to: manager}
"""


async def noticed(world: World) -> list[Notice]:
    """Return all that anybody is told, and see that the follower would tell the same people."""
    notices = Notices(world.tenant, world.store, world.planners)
    effects = await world.store.effects(world.tenant, count=1000, whole=Outcome.WAITING)
    told = [await notices.of(effect) for effect in effects]
    whole = [await notices.at(effect.number) for effect in effects]
    assert [each and each.recipients for each in told] == [each and each.recipients for each in whole]
    return [each for each in whole if each]


async def given(world: World) -> list[tuple[Cause, str, str, tuple[str, ...]]]:
    """Return what went from one to another: why, from whom, to whom, and who is told."""
    about = [(notice, notice.about) for notice in await noticed(world)]
    return [
        (each.decision.head.cause, each.before, each.owner, notice.recipients.told)
        for notice, each in about
        if isinstance(each, GivenItem)
    ]


def titles(notice: Notice) -> list[tuple[str, MessageType, str]]:
    """Return what each who is told reads."""
    said = [(rep, message(notice, rep, Language.EN, UTC)) for rep in notice.recipients.told]
    return [(rep, each.type, each.title) for rep, each in said]


async def test_who_is_given_work_by_a_person_is_told_and_who_had_it_but_nobody_of_what_is_new(world: World) -> None:
    await world.save(Rep("ann", manager="mo"), Rep("mo"), pool=Pool("east", (Member("ann", 999), Member("mo", 1))))
    await world.publish()
    lead = await world.route()
    assert lead.rep == "ann"
    assert await noticed(world) == []

    await world.router.reassign(world.tenant, ReassignRequest(lead.item_id, "mo"))

    (notice,) = await noticed(world)
    assert await given(world) == [(Cause.OVERRIDE, "ann", "mo", ("mo", "ann"))]
    assert titles(notice) == [
        ("mo", MessageType.GIVEN, "crm~L-1 is yours now"),
        ("ann", MessageType.TAKEN, "crm~L-1 is not yours any more"),
    ]


async def test_a_step_that_gives_a_lead_away_tells_who_has_it_who_had_it_and_the_manager(world: World) -> None:
    timed = await arranged(world)
    await routed(world)
    await timed.at(TOLD)
    timed.told()

    await timed.at(RETURNED)

    assert timed.told() == [("li", "ann", "mo")]
    notice = (await noticed(world))[-1]
    assert isinstance(notice.about, GivenItem)
    assert notice.about.giving
    assert (notice.about.giving.process.id, notice.about.giving.step.deadline.id) == ("sales", "call")
    assert titles(notice)[-1] == ("mo", MessageType.MOVED, "crm~L-1 went from ann to li")


async def test_a_step_tells_a_channel_at_any_hour_and_says_when_its_deadline_is_due(world: World) -> None:
    timed = await arranged(world, LOUD)
    await routed(world)

    await timed.at(HOUR_MS)

    _, notice = await noticed(world)  # the first is of the process
    assert timed.notices[-1].recipients == notice.recipients
    assert (notice.recipients.told, notice.recipients.channels) == (("mo",), ("east-bot",))
    assert isinstance(notice.about, Reached)
    assert (notice.due_ms, notice.about.owner) == (START_MS + HOUR_MS, "ann")
    said = message(notice, "", Language.EN, UTC)
    assert (said.title, said.ignores_quiet_hours) == ("Overdue: call, crm~L-1, ann, was due at 01:00 UTC", True)


async def test_who_stands_in_during_leave_is_told_and_both_when_it_ends(world: World) -> None:
    await world.save(Rep("ann"), Rep("bo"), pool=Pool("east", (Member("ann", 999), Member("bo", 1))))
    await world.publish()
    desk = CoverDesk(world)
    await world.route()

    await desk.leave("ann", START_MS + DAY_MS, START_MS + 2 * DAY_MS, "bo")
    await desk.at(START_MS + DAY_MS)
    await desk.at(START_MS + 2 * DAY_MS)

    assert await given(world) == [
        (Cause.COVERED, "ann", "bo", ("bo",)),  # ann is on leave
        (Cause.COVER_ENDED, "bo", "ann", ("ann", "bo")),
    ]


async def test_who_is_set_away_for_lapses_is_told(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=1)))
    offer = await firm.world.route()

    await firm.pass_ms(15 * MINUTE_MS)

    (notice,) = await noticed(firm.world)
    assert (notice.about, notice.recipients.told) == (SetAway(offer.item_id, "ann", 1), ("ann",))
    assert message(notice, "ann", Language.ZH, UTC).title == "您已被设为暂离"


async def test_who_was_slower_to_accept_is_told_who_was_faster_and_who_declined_is_not(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE, dispatch=BROADCAST))
    offer = await firm.world.route()
    await firm.decline(offer, "ann")

    await firm.accept(offer, "cy")

    (notice,) = await noticed(firm.world)
    assert (notice.about, notice.recipients.told) == (TakenOffer(offer.item_id, "cy"), ("bo",))


@pytest.mark.parametrize(("many", "told"), [(MOST_IN_RACE, 1), (MOST_IN_RACE + 1, 0)])
async def test_of_what_very_many_were_offered_nobody_is_told_who_was_faster(firm: Firm, many: int, told: int) -> None:
    members = tuple(Member(f"r{place}") for place in range(many))
    await firm.begin(Pool("east", members, dispatch=BROADCAST))

    await firm.accept(await firm.world.route(), "r0")

    assert len(await noticed(firm.world)) == told


async def selling_by_approval(world: World) -> Selling:
    """Return a firm in which mo approves what ann quotes."""
    reps = (Rep("ann", manager="mo"), Rep("mo"))
    await world.save(*reps, pool=Pool("east", (Member("ann"),), managers=("mo",)))
    rule_set = check(APPROVAL_RULES).rule_set
    assert rule_set is not None
    await world.rule_sets.publish(world.tenant, None, Publication(0, APPROVAL_RULES, dumps(rule_set), "", 0, 0, 0))
    selling = Selling(world)
    await selling.publish()
    return selling


async def test_an_approval_is_asked_for_and_asked_for_again_as_it_is_due(world: World) -> None:
    selling = await selling_by_approval(world)
    await selling.quote(await routed(world))

    await selling.at(0)
    await selling.at(4 * HOUR_MS)

    asked = [notice for notice in await noticed(world) if isinstance(notice.about, Reached)]
    assert [(kind_of(each, "mo").type, each.recipients.told, each.due_ms) for each in asked] == [
        (MessageType.APPROVAL_ASKED, ("mo",), START_MS + 4 * HOUR_MS),
        (MessageType.APPROVAL_LATE, ("mo",), START_MS + 4 * HOUR_MS),
    ]
    assert message(asked[0], "mo", Language.ZH, UTC).lines == (
        "申请人：ann。",
        "到期时间：04:00 UTC。",
        "请批准，或写明原因后驳回。",
    )


async def test_whose_approval_was_decided_is_told_and_not_who_decided(world: World) -> None:
    selling = await selling_by_approval(world)
    lead = await routed(world)
    await selling.quote(lead)

    await selling.decide(lead, "mo")

    decided = [notice for notice in await noticed(world) if isinstance(notice.about, DecidedStage)]
    assert [(each.about.stage.id, each.recipients.told) for each in decided] == [("quote", ("ann",))]  # type: ignore[union-attr]
    assert kind_of(decided[0], "ann").type is MessageType.APPROVED


async def test_a_next_date_tells_the_owner_and_a_working_day_later_the_manager_whose_it_is(world: World) -> None:
    await world.save(Rep("ann", manager="mo"), Rep("mo"), pool=Pool("east", (Member("ann"),)))
    await world.publish()
    timed, lead = Timed(world), await world.route()
    call = Activity(ActivityKind.CALL, Direction.OUTBOUND, "ann", START_MS, next_ms=START_MS + HOUR_MS)
    await timed.activities.record(world.tenant, RecordRequest(lead.item_id, call, by_owner=True))

    await timed.at(HOUR_MS)
    await timed.at(3 * DAY_MS)

    told = await noticed(world)
    assert [(each.about, each.recipients.told) for each in told] == [
        (ReachedDate(lead.item_id, 1, "ann"), ("ann",)),
        (ReachedDate(lead.item_id, 2, "ann"), ("mo",)),
    ]
    assert message(told[1], "mo", Language.EN, UTC).title == "ann has not followed up crm~L-1"


async def left(world: World, notice: Notice, rep: str) -> Notice | None:
    """Return what is left of a notice to tell a rep."""
    return await Notices(world.tenant, world.store, world.planners).left_to_tell(notice, rep)


async def test_of_a_deadline_that_still_runs_everything_is_left_to_tell_and_it_is_overdue_by_then(world: World) -> None:
    timed = await arranged(world, EARLY)
    await routed(world)
    await timed.at(HOUR_MS // 2)
    notice = (await noticed(world))[-1]

    still = await left(world, notice, "mo")

    assert still == notice
    early, late = (
        message(notice, "mo", Language.EN, UTC, now_ms=START_MS + at_ms).title for at_ms in (HOUR_MS // 2, HOUR_MS)
    )
    assert (early.startswith("Overdue"), late.startswith("Overdue")) == (False, True)


@pytest.mark.parametrize("ends", ["met", "closed", "left its stage"])
async def test_of_a_deadline_that_is_over_nothing_is_left_to_tell(world: World, ends: str) -> None:
    timed = await arranged(world, LOUD)
    lead = await routed(world)
    await timed.at(HOUR_MS)
    notice = (await noticed(world))[-1]

    if ends == "met":
        call = Activity(ActivityKind.CALL, Direction.OUTBOUND, "ann", START_MS + HOUR_MS)
        await timed.activities.record(world.tenant, RecordRequest(lead.item_id, call, by_owner=True))
    elif ends == "closed":
        await world.router.complete(world.tenant, lead.item_id, State.DISQUALIFIED)
    else:
        await advance(world, lead, "talk")

    assert await left(world, notice, "mo") is None


async def test_who_has_a_work_item_no_more_is_reminded_of_nothing_and_whoever_leads_them_is(world: World) -> None:
    timed = await arranged(world, LOUD)
    lead = await routed(world)
    await timed.at(HOUR_MS)
    notice = (await noticed(world))[-1]

    await world.router.reassign(world.tenant, ReassignRequest(lead.item_id, "bo"))

    assert await left(world, notice, "ann") is None
    assert await left(world, notice, "mo")


async def test_of_a_next_date_that_was_set_anew_nothing_is_left_to_tell(world: World) -> None:
    await world.save(Rep("ann", manager="mo"), Rep("mo"), pool=Pool("east", (Member("ann"),)))
    await world.publish()
    timed, lead = Timed(world), await world.route()
    call = Activity(ActivityKind.CALL, Direction.OUTBOUND, "ann", START_MS, next_ms=START_MS + HOUR_MS)
    await timed.activities.record(world.tenant, RecordRequest(lead.item_id, call, by_owner=True))
    await timed.at(HOUR_MS)
    (notice,) = await noticed(world)
    assert await left(world, notice, "ann") == notice

    again = call._replace(occur_ms=START_MS + HOUR_MS, next_ms=START_MS + DAY_MS)
    await timed.activities.record(world.tenant, RecordRequest(lead.item_id, again, by_owner=True))

    assert isinstance(notice.about, ReachedDate)
    assert await left(world, notice, "ann") is None


async def test_a_list_says_what_stages_and_deadlines_are_called(world: World) -> None:
    source = """
process: sales
kinds: [LEAD]
stages:
  - id: new
    title: {zh: 新线索, en: new leads}
    deadlines: [{id: answer, title: {zh: 首次响应, en: first response}, within: 2h, clock: wall, from: assigned}]
"""
    await world.save(Rep("ann"), pool=Pool("east", (Member("ann"),)))
    await world.publish()
    listing = Listing(world)
    await listing.write(OFFICE, TenantSettings(calendar="office"))
    await publish(world, source)
    await routed(world)

    await listing.all_at(AT_9)

    lists = [notice for notice in await noticed(world) if isinstance(notice.about, Digested)]
    assert [each.about.made.kind for each in lists] == [DigestKind.DAY]  # type: ignore[union-attr]
    said = message(lists[0], "ann", Language.ZH, ZoneInfo(OFFICE.time_zone))
    assert (said.title, said.lines) == ("今日待办 1 项", ("crm~L-1：首次响应（阶段新线索），10:00",))


async def test_the_log_is_read_for_what_people_are_told_once_anybody_has_a_channel(world: World) -> None:
    await world.save(Rep("ann"), Rep("bo"), pool=Pool("east", (Member("ann", 999), Member("bo", 1))))
    await world.publish()
    timed = Timed(world)
    lead = await world.route()
    await timed.follower().catch_up()

    await world.router.reassign(world.tenant, ReassignRequest(lead.item_id, "bo"))
    await timed.follower().catch_up()
    unheard = timed.told()
    await world.save(Rep("cy", channels=("mail",)), pool=Pool("east", (Member("ann", 999), Member("bo", 1))))
    await timed.follower().catch_up()
    await world.router.reassign(world.tenant, ReassignRequest(lead.item_id, "ann"))
    await timed.follower().catch_up()

    assert (unheard, timed.told()) == ([], [("ann", "bo")])


async def test_of_what_nobody_is_told_there_is_nothing_to_put_in_words(world: World) -> None:
    await world.save(Rep("ann"), pool=Pool("east", (Member("ann"),)))
    await world.publish()
    await publish(world)
    lead = await world.route()
    notices = Notices(world.tenant, world.store, world.planners)

    assert await notices.at(lead.number) is None
    assert await notices.at(lead.number + 100) is None
