"""Timers: the set is what follows from the log, and each fires once; on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from redis.asyncio import Redis

from router.backlog.requeuer import Requeuer
from router.backlog.wakes import Wakes
from router.erasure.ports import Erasure
from router.history.replay import Replay
from router.history.timer_check import TimerCheck
from router.model.decision import Decision
from router.model.errors import CorruptHistory
from router.model.events import WAKE, Fired
from router.model.records import FiredStep
from router.model.workforce import Rep
from router.timers.due import due_now
from router.timers.follower import TimerFollower
from router.timers.ports import Present
from router.timers.timer import BACK, COVER, DIGESTS, Position, Timer, digest, is_of_digest
from tests.contract.nothing.routing import Routing
from tests.contract.test_presence import FAR_AHEAD_MS, forward

ITEM = "crm~L-0"
"""It waits since event 3: nobody was there when it came."""
AT_ONCE, LATER = 0, 10**12
"""Milliseconds from a decision or a wake until the next one: by the store's clock it is due, or is not for 31 years."""


class Openings:
    """Says when somebody comes on duty: so long behind any instant; by the workforce's revision, where it says so."""

    def __init__(self) -> None:
        self.in_ms: int | None = AT_ONCE
        self.by_revision: dict[int, int] = {}
        self.of_all = True
        """Whether what ``by_revision`` says is of all; else it is of those alone that came after the first."""

    def __call__(self, present: Present, decision: Decision, at_ms: int, _: Sequence[str]) -> int | None:
        is_edited = self.of_all or decision.item_id != ITEM
        in_ms = self.by_revision.get(present.planner.roster.revision, self.in_ms) if is_edited else self.in_ms
        return None if in_ms is None else at_ms + in_ms


class Timed:
    """A tenant with its timers."""

    def __init__(self, world: Routing) -> None:
        self.world = world
        self.tenant = world.tenant
        self.timers = world.timers
        self.openings = Openings()

    def follower(self, *_: object) -> TimerFollower:
        """Return a follower that knows nothing yet, as one in a process that has just started."""
        planners = self.world.planners
        wakes, presences = Wakes(self.openings, lambda _: self.openings.in_ms is not None), self.world.presences
        return TimerFollower(self.tenant, self.world.store, planners, presences, self.timers, [wakes])

    async def follow(self) -> list[Timer]:
        """Follow the log to its end; return the timers there are then."""
        await self.follower().catch_up()
        return await self.all()

    async def all(self) -> list[Timer]:
        timers: list[Timer] = await self.timers.timers(self.tenant)
        return timers

    async def fired(self) -> list[Fired]:
        events = await self.world.store.events(self.tenant, count=1000)
        return [event for event in events if isinstance(event, Fired)]

    async def differences(self) -> list[str]:
        check = TimerCheck(self.world.store, self.timers, self.follower)
        replay = Replay(self.world.store, self.world.presences, self.world.planners, check)
        return [difference async for difference in replay.differences(self.tenant)]

    async def since_ms(self) -> int:
        """Return since when the item waits."""
        (decision,) = await self.world.store.decisions(self.tenant, [3])
        at_ms: int = decision.at_ms
        return at_ms


@pytest.fixture(params=["memory", "redis"])
async def timed(request: pytest.FixtureRequest, tenant: str) -> AsyncIterator[Timed]:
    """Yield a tenant with crm~L-0, which waits, and bo, who could take it and is not asked; on each store in turn."""
    if request.param == "memory":
        world = await Routing.open(None, tenant)
        yield Timed(world)
        return
    redis: Any = Redis.from_url(request.getfixturevalue("store").url)
    yield Timed(await Routing.open(redis, tenant))
    await redis.aclose()


async def test_what_waits_has_a_timer_of_the_decision_that_it_waits(timed: Timed) -> None:
    timed.openings.in_ms = LATER

    timers = await timed.follow()

    assert timers == [Timer(ITEM, WAKE, 3, 1, await timed.since_ms() + LATER)]
    assert (await timed.timers.followed(timed.tenant))[:3] == (6, 2, 2)
    assert await timed.differences() == []


async def test_what_nobody_ever_comes_for_has_none(timed: Timed) -> None:
    timed.openings.in_ms = None

    assert await timed.follow() == []


async def test_a_set_that_was_thrown_away_is_made_again(timed: Timed) -> None:
    for number in range(3):
        await timed.follow()
        await timed.timers.fire(timed.tenant)
        await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 1})})
        await timed.world.route(f"W-{number}")
    before = digest(await timed.follow())

    await timed.timers.forget_timers(timed.tenant)

    assert await timed.all() == []
    assert digest(await timed.follow()) == before
    assert len(await timed.all()) == 4


async def test_one_that_is_due_fires_once_and_the_next_step_follows_from_that(timed: Timed) -> None:
    await timed.follow()

    assert await timed.timers.fire(timed.tenant) == 1

    (fired,) = await timed.fired()
    record = await timed.world.store.item(timed.tenant, ITEM)
    assert (fired.item_id, fired.name, fired.entry, fired.step) == (ITEM, WAKE, 3, 1)
    assert fired.due_ms == await timed.since_ms()
    assert (record.fired, record.version, record.event) == ((FiredStep(WAKE, 3, 1, fired.at_ms),), 3, 3)
    assert await timed.follow() == [Timer(ITEM, WAKE, 3, 2, fired.at_ms)]
    assert await timed.differences() == []


async def test_one_that_is_not_due_by_the_store_s_clock_stays(timed: Timed) -> None:
    timed.openings.in_ms = LATER
    timers = await timed.follow()

    assert await timed.timers.fire(timed.tenant) == 0
    assert (await timed.all(), await timed.fired()) == (timers, [])


async def test_of_two_who_fire_at_once_one_does(timed: Timed) -> None:
    await timed.follow()

    removed = await asyncio.gather(*(timed.timers.fire(timed.tenant) for _ in range(4)))

    assert sum(removed) == 1
    assert len(await timed.fired()) == 1


async def test_a_follower_that_comes_late_with_what_fired_has_it_fire_no_second_time(timed: Timed) -> None:
    timers = await timed.follow()
    await timed.timers.fire(timed.tenant)
    followed = await timed.timers.followed(timed.tenant)
    await timed.timers.set_timers(timed.tenant, followed, followed, {ITEM: timers})

    assert await timed.timers.fire(timed.tenant) == 1

    assert len(await timed.fired()) == 1
    assert await timed.differences() == []


async def test_one_whose_work_item_went_on_unread_does_not_fire(timed: Timed) -> None:
    await timed.follow()
    requeuer = Requeuer(timed.tenant, timed.world.store, timed.world.planners)
    await requeuer.begin()
    assert await requeuer.wake() == 1

    assert await timed.timers.fire(timed.tenant) == 1

    assert (await timed.fired(), await timed.follow()) == ([], [])


async def test_one_of_an_earlier_decision_does_not_fire(timed: Timed) -> None:
    timers = await timed.follow()
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 1})})
    decision = await timed.world.route("L-0")

    assert await timed.timers.fire(timed.tenant) == 1

    assert await timed.fired() == []
    assert [timer.entry for timer in timers + await timed.follow()] == [3, decision.number]


async def test_whoever_follows_behind_another_writes_nothing(timed: Timed) -> None:
    timers = await timed.follow()

    assert not await timed.timers.set_timers(timed.tenant, Position(), Position(4, 2, 0), {ITEM: []})

    assert await timed.all() == timers
    assert (await timed.timers.followed(timed.tenant))[:3] == (6, 2, 2)


async def test_what_is_due_at_once_fires_in_the_order_of_due_and_then_of_age(timed: Timed) -> None:
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 0})})
    for number in range(3):
        await timed.world.route(f"W-{number}")
    await timed.follow()
    followed = await timed.timers.followed(timed.tenant)
    due = {"crm~W-2": (10, -3), "crm~W-1": (9, -2), "crm~W-0": (8, -2), ITEM: (3, -1)}
    timers = {item_id: [Timer(item_id, WAKE, entry, 1, ms)] for item_id, (entry, ms) in due.items()}
    await timed.timers.set_timers(timed.tenant, followed, followed, timers)

    await timed.timers.fire(timed.tenant)

    assert [fired.item_id for fired in await timed.fired()] == ["crm~W-2", "crm~W-0", "crm~W-1", ITEM]


async def test_as_many_fire_as_are_asked_for_whatever_is_made_among_them(timed: Timed) -> None:
    """Both stores fire in calls of the same length: what is decided between two calls has the same number in both."""
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 0})})
    for number in range(3):
        await timed.world.route(f"W-{number}")
    await timed.follow()
    followed = await timed.timers.followed(timed.tenant)
    names = {ITEM: (WAKE, 3), "crm~W-0": (COVER, 8), "crm~W-1": (WAKE, 9), "crm~W-2": (WAKE, 10)}
    timers = {item_id: [Timer(item_id, name, entry, 1, -1)] for item_id, (name, entry) in names.items()}
    await timed.timers.set_timers(timed.tenant, followed, followed, timers)

    assert await timed.timers.fire(timed.tenant, 2) == 2

    assert [fired.item_id for fired in await timed.fired()] == [ITEM, "crm~W-1"]


async def test_lists_that_are_all_due_at_once_keep_nothing_from_firing_or_being_made(timed: Timed) -> None:
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 0})})
    await timed.follow()
    followed = await timed.timers.followed(timed.tenant)
    timers = {f"{DIGESTS}/r{rep}": [Timer(f"{DIGESTS}/r{rep}", "day", 1, 1, 0)] for rep in range(2_300)}
    timers |= {"crm~W-0": [Timer("crm~W-0", COVER, 8, 1, 0)], ITEM: [Timer(ITEM, WAKE, 3, 1, 0)]}
    await timed.timers.set_timers(timed.tenant, followed, followed, timers)

    due = await due_now(timed.timers, timed.tenant)
    assert len(due.timers) == 2_302

    assert [timer.item_id for timer in due.of(lambda timer: not is_of_digest(timer))] == [ITEM, "crm~W-0"]
    assert await timed.timers.fire(timed.tenant, 2) == 1
    assert [fired.item_id for fired in await timed.fired()] == [ITEM]


async def test_18_a_changed_workforce_moves_timers_by_one_event_and_what_fired_stays_fired(timed: Timed) -> None:
    timed.openings.by_revision = {2: LATER, 3: AT_ONCE, 4: LATER}
    before = await timed.follow()
    await timed.world.write()
    moved = await timed.follow()
    await timed.timers.fire(timed.tenant)
    await timed.world.write({("rep", "di"): Rep("di")})
    after = await timed.follow()

    (fired,) = await timed.fired()
    since_ms = await timed.since_ms()
    assert before == [Timer(ITEM, WAKE, 3, 1, since_ms + LATER)]
    assert moved == [Timer(ITEM, WAKE, 3, 1, since_ms)]
    assert after == [Timer(ITEM, WAKE, 3, 2, fired.at_ms + LATER)]
    assert await timed.timers.fire(timed.tenant) == 0
    assert await timed.differences() == []


async def test_an_edit_moves_the_timers_that_it_concerns_and_no_others(timed: Timed) -> None:
    timed.openings.in_ms, timed.openings.of_all = LATER, False
    timed.openings.by_revision = {4: LATER // 2}
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 0})})
    await timed.world.route("W-0")
    first, second = await timed.follow()

    await timed.world.write()

    assert await timed.follow() == [second._replace(due_ms=second.due_ms - LATER // 2), first]
    assert first.item_id == ITEM
    assert await timed.differences() == []


async def test_a_follower_that_dies_anywhere_is_followed_by_one_that_makes_the_same(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("router.timers.follower.PAGE", 1)
    expected = digest(await timed.follow())
    await timed.timers.forget_timers(timed.tenant)

    while await timed.follower().follow():
        assert await timed.differences() == []

    assert digest(await timed.all()) == expected


async def test_one_of_an_erased_work_item_stays_if_it_can_be_planned(timed: Timed) -> None:
    before = await timed.follow()

    await timed.world.values.erase(timed.tenant, Erasure([ITEM], submissions=1))

    assert await timed.follow() == before
    assert await timed.differences() == []


async def test_the_status_says_what_is_to_be_read_and_what_there_is(timed: Timed) -> None:
    unread = await timed.timers.timer_status(timed.tenant)
    timed.openings.in_ms = LATER
    await timed.follow()
    followed = await timed.timers.timer_status(timed.tenant)

    assert (unread.timers, unread.due_ms, unread.followed, unread.events) == (0, None, 0, 6)
    assert unread.has_work
    assert (followed.timers, followed.due_since_ms, followed.lateness_ms, followed.has_work) == (1, None, 0, False)


async def test_what_a_new_calendar_makes_due_in_the_past_is_late_only_from_when_that_was_followed(timed: Timed) -> None:
    timed.openings.by_revision = {2: LATER, 3: -90_000, 4: -80_000}
    await timed.follow()
    statuses = []
    for _ in range(2):
        await timed.world.write()
        await timed.follow()
        statuses.append(await timed.timers.timer_status(timed.tenant))
    since_ms = statuses[0].due_since_ms or 0
    (event,) = await timed.world.store.events(timed.tenant, after=6, count=1)

    assert statuses[1].due_since_ms == since_ms  # whoever does not fire is late for all that
    assert since_ms >= event.at_ms
    assert [status.lateness_ms for status in statuses] == [status.now_ms - since_ms for status in statuses]
    assert statuses[0].has_work


async def test_once_what_was_due_has_fired_the_next_is_late_from_when_it_is_due(timed: Timed) -> None:
    timed.openings.by_revision = {2: -90_000, 3: LATER}
    await timed.follow()
    await timed.world.write()
    await timed.timers.fire(timed.tenant)

    fired = await timed.timers.timer_status(timed.tenant)

    assert (fired.timers, fired.due_since_ms) == (0, None)


async def test_a_log_of_a_tenant_in_which_nothing_can_fall_due_is_not_read(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed.openings.in_ms = None
    await timed.follow()
    for number in range(3):
        await timed.world.route(f"W-{number}")
    follower = timed.follower()
    monkeypatch.setattr(timed.world.store, "effects", None)

    assert await follower.follow() == 3
    assert (await timed.timers.followed(timed.tenant))[:3] == (9, 2, 2)


async def test_what_may_make_something_fall_due_is_read(timed: Timed) -> None:
    followed = Position(6, 2, 2)
    await timed.follow()
    timers = await timed.timers.skip(timed.tenant, followed, processes=0, may_wait=True)  # there is one
    timed.openings.in_ms = None
    await timed.timers.set_timers(timed.tenant, followed, followed, {ITEM: []})
    elsewhere = await timed.timers.skip(timed.tenant, Position(5, 2, 2), processes=0, may_wait=True)
    await timed.world.presences.set_presence(timed.tenant, "bo", 0)
    away = await timed.timers.skip(timed.tenant, followed, processes=0, may_wait=True)
    await timed.world.presences.set_presence(timed.tenant, "bo", None)
    published = await timed.timers.skip(timed.tenant, followed, processes=1, may_wait=True)
    back = await timed.timers.skip(timed.tenant, followed, processes=0, may_wait=True)
    await timed.world.write()
    changed = await timed.timers.skip(timed.tenant, followed._replace(event=8), processes=0, may_wait=True)

    assert (timers, elsewhere, away, published, back, changed) == (0, 0, 0, 0, 2, 0)
    assert (await timed.timers.followed(timed.tenant))[:3] == (8, 2, 2)


async def test_a_log_is_not_read_while_nothing_waits_and_is_once_something_does(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed.openings.in_ms = LATER
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 3})})
    await timed.world.route(ITEM.removeprefix("crm~"))
    await timed.follow()
    effects, asked = timed.world.store.effects, list[int]()

    async def noted(tenant: str, **page: Any) -> Any:
        asked.append(page["after"])
        return await effects(tenant, **page)

    monkeypatch.setattr(timed.world.store, "effects", noted)
    followed = (await timed.timers.timer_status(timed.tenant)).events
    await timed.world.route("W-1")
    unread = await timed.follower().follow()
    behind = asked.copy()
    await timed.world.route("W-2")
    timers = await timed.follow()

    assert (unread, behind) == (1, [])
    assert asked[0] == followed + 1
    assert [timer.item_id for timer in timers] == ["crm~W-2"]
    assert await timed.differences() == []


async def test_what_waits_is_read_once_with_the_events(timed: Timed, monkeypatch: pytest.MonkeyPatch) -> None:
    timed.openings.in_ms = LATER
    await timed.follow()
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 1})})
    await timed.follow()
    await timed.world.route("W-1")
    await timed.world.route("W-2")
    monkeypatch.setattr(timed.world.store, "decisions", None)

    timers = await timed.follow()

    assert "crm~W-2" in [timer.item_id for timer in timers]


async def test_what_waits_may_be_skipped_only_if_nothing_falls_due_of_it(timed: Timed) -> None:
    timed.openings.in_ms = None
    await timed.follow()
    await timed.world.route("W-1")

    read = await timed.timers.skip(timed.tenant, Position(6, 2, 2), processes=0, may_wait=False)
    skipped = await timed.timers.skip(timed.tenant, Position(6, 2, 2), processes=0, may_wait=True)

    assert (read, skipped) == (0, 1)


async def test_of_new_work_items_that_got_an_owner_at_once_nothing_is_read_and_no_timer_is_lost(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed.openings.in_ms = LATER
    before = await timed.follow()
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 2})})
    await timed.follow()
    given, set_timers = list[str](), timed.timers.set_timers

    async def noted(*positions: Any) -> Any:
        given.extend(positions[-1])
        return await set_timers(*positions)

    monkeypatch.setattr(timed.timers, "set_timers", noted)
    await timed.world.route("W-1")
    await timed.world.route("W-2")
    owners = [event.rep for event in (await timed.world.store.events(timed.tenant, count=1000))[-2:]]
    timers = await timed.follow()

    assert owners == ["bo", ""]
    assert given == ["crm~W-2"]
    assert timers[: len(before)] == before
    assert await timed.differences() == []


async def test_work_items_that_were_left_with_nothing_to_wait_for_are_not_read_again(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await timed.follow()
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 9})})
    for number in range(3):
        await timed.world.route(f"W-{number}")
    await timed.world.route("L-0")
    follower, asked = timed.follower(), list[str]()
    items = timed.world.store.items

    async def noted(tenant: str, item_ids: Sequence[str]) -> Any:
        asked.extend(item_ids)
        return await items(tenant, item_ids)

    monkeypatch.setattr(timed.world.store, "items", noted)
    await follower.catch_up()

    assert asked == []
    assert await timed.all() == []


async def test_a_log_that_was_there_before_it_was_followed_is_not_late(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("router.timers.follower.PAGE", 2)
    follower, statuses = timed.follower(), [await timed.timers.timer_status(timed.tenant)]

    await follower.follow()
    statuses.append(await timed.timers.timer_status(timed.tenant))
    await timed.world.write()
    statuses.append(await timed.timers.timer_status(timed.tenant))
    (event,) = await timed.world.store.events(timed.tenant, after=6)
    await follower.catch_up()
    statuses.append(await timed.timers.timer_status(timed.tenant))

    assert [status.followed for status in statuses] == [0, 2, 2, 7]
    assert [status.unread_ms for status in statuses] == [None, None, event.at_ms, None]


async def test_a_fired_wake_gives_what_waits_its_chance(timed: Timed) -> None:
    await timed.follow()
    requeuer = Requeuer(timed.tenant, timed.world.store, timed.world.planners)
    requeuer.position = 6  # what happened before is no news: nobody gets a chance for it
    nobody = await requeuer.wake()
    await timed.timers.fire(timed.tenant)
    await requeuer.catch_up()

    assert (nobody, await requeuer.wake()) == (0, 1)


async def test_what_fired_together_is_planned_together_and_each_has_its_chance(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await timed.world.write({("rep", "bo"): Rep("bo", capacity={"LEAD": 0})})
    for number in range(3):
        await timed.world.route(f"W-{number}")
    await timed.follow()
    requeuer, asked = Requeuer(timed.tenant, timed.world.store, timed.world.planners), list[int]()
    await requeuer.begin()
    await requeuer.wake()
    await timed.timers.fire(timed.tenant)
    items = timed.world.store.items

    async def noted(tenant: str, item_ids: Sequence[str]) -> Any:
        asked.append(len(item_ids))
        return await items(tenant, item_ids)

    monkeypatch.setattr(timed.world.store, "items", noted)
    await requeuer.catch_up()

    assert asked == [4]
    assert len(requeuer._room.due(9)) == 4


async def test_who_is_away_is_back_when_they_said_by_one_timer_and_nothing_that_waits_is_asked_for_it(
    timed: Timed, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed.openings.in_ms = LATER
    before, follower, asked = await timed.follow(), timed.follower(), list[str]()
    items, until_ms = timed.world.store.items, await timed.since_ms() + LATER

    async def noted(tenant: str, item_ids: Sequence[str]) -> Any:
        asked.extend(item_ids)
        return await items(tenant, item_ids)

    monkeypatch.setattr(timed.world.store, "items", noted)
    presences: list[int | None] = [0, until_ms, None, until_ms]
    for until in presences:
        await timed.world.presences.set_presence(timed.tenant, "bo", until)
        await follower.catch_up()
    after = await timed.all()

    assert asked == []
    assert sorted(after) == sorted([*before, Timer("presences/bo", BACK, 0, 1, until_ms)])
    assert await timed.differences() == []


async def test_who_is_back_by_a_timer_is_so_once_and_what_waits_has_its_chance(timed: Timed) -> None:
    timed.openings.in_ms = None
    await timed.world.presences.set_presence(timed.tenant, "bo", FAR_AHEAD_MS)
    timers = await timed.follow()
    requeuer = Requeuer(timed.tenant, timed.world.store, timed.world.planners)
    await requeuer.begin()
    nobody = await requeuer.wake()
    await forward(timed.world)

    removed = [await timed.timers.fire(timed.tenant) for _ in range(2)]

    event = await timed.world.event()
    assert timers == [Timer("presences/bo", BACK, 0, 1, FAR_AHEAD_MS)]
    assert (removed, event.rep, event.until_ms) == ([1, 0], "bo", None)
    assert await timed.world.presences.presences(timed.tenant) == {}
    await requeuer.catch_up()
    assert (nobody, await requeuer.wake()) == (0, 1)
    assert await timed.follow() == []


async def test_who_went_away_again_is_not_back_by_the_earlier_timer(timed: Timed) -> None:
    timed.openings.in_ms = None
    await timed.world.presences.set_presence(timed.tenant, "bo", FAR_AHEAD_MS)
    await timed.follow()
    await timed.world.presences.set_presence(timed.tenant, "bo", 0)
    await forward(timed.world)

    assert await timed.timers.fire(timed.tenant) == 1

    assert await timed.world.presences.presences(timed.tenant) == {"bo": 0}


async def test_a_timer_that_somebody_altered_is_named(timed: Timed) -> None:
    (timer,) = await timed.follow()
    followed = await timed.timers.followed(timed.tenant)
    altered = timer._replace(step=7)
    await timed.timers.set_timers(timed.tenant, followed, followed, {ITEM: [altered]})

    assert [difference.rpartition(": ")[2] for difference in await timed.differences()] == [
        "log has it, store has not",
        "store has it, log has not",
    ]


async def test_a_record_with_more_than_what_fired_cannot_be_read(store: Any, tenant: str) -> None:
    redis: Any = Redis.from_url(store.url)
    world = await Routing.open(redis, tenant)
    key = f"fairlead:{{{tenant}}}:item:{ITEM}"
    await redis.set(key, (await redis.get(key)).replace(b"\x9b", b"\x9d", 1) + b"\xc0\xc0")

    with pytest.raises(CorruptHistory):
        await world.store.item(tenant, ITEM)
    await redis.aclose()
