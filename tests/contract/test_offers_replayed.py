"""A replay tells of open offers, lapses and their times wherever the store or the log says something else; on both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import msgpack

from router.adapters.redis.keys import Keys
from router.assignment.commands import ReassignRequest, UpdateRequest
from router.assignment.updating import Updating
from router.history.replay import Replay
from router.model.calendars import Hours, WeeklyHours
from router.model.dispatch import DispatchClock, StandingOffer
from router.model.events import Event, OfferAnswered, PresenceChanged
from router.model.workforce import CreditPolicy, Pool, Rep
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from tests.contract.offering import BROADCAST, CAPS, OFFER, THREE, Firm, firm
from tests.contract.test_caps import DAY_MS, HOUR_MS, MINUTE_MS, WORKING, world

__all__ = ["firm", "world"]  # fixtures

Says = Callable[[Any], Event]


class Rewritten:
    """A store whose log says something else."""

    def __init__(self, store: Any, edit: Says) -> None:
        self._store = store
        self._edit = edit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def events(self, *args: Any, **given: Any) -> list[Event]:
        """Return what it says."""
        return [self._edit(event) for event in await self._store.events(*args, **given)]


async def told(firm: Firm, edit: Says = lambda event: event) -> list[str]:
    """Return what a replay tells."""
    world = firm.world
    replay = Replay(Rewritten(world.store, edit), world.presences, world.planners)
    return [difference async for difference in replay.differences(firm.tenant)]


async def keep(firm: Firm, item_id: str, offer: StandingOffer | None) -> None:
    """Have the store keep another offer of a work item."""
    if not firm.is_redis:
        standing = firm.world.store._tenants[firm.tenant].projection.offers.standing
        standing.pop(item_id)
        standing |= {item_id: offer} if offer else {}
        return
    redis, key = firm.world.store._redis, Keys(firm.tenant).offers
    await redis.hdel(key, item_id)
    if offer:
        lists: list[Any] = [offer.entitled, offer.counted, offer.audience]
        entitled, counted, audience = ([part for each in parts for part in each] for parts in lists)
        band = -1 if offer.band is None else offer.band
        entry = [*offer[:5], entitled, counted, offer[7:9], offer.lapses_until_away, audience, band]
        await redis.hset(key, item_id, msgpack.packb(entry))


async def count_lapses(firm: Firm, rep: str, count: int) -> None:
    """Have the store keep another count of lapses."""
    if firm.is_redis:
        await firm.world.store._redis.hset(Keys(firm.tenant).lapses, rep, count)
    else:
        firm.world.store._tenants[firm.tenant].projection.offers.lapses[rep] = count


async def test_whatever_of_an_open_offer_the_store_keeps_otherwise_is_told(firm: Firm) -> None:
    policy = CreditPolicy(5_000_000, 30 * DAY_MS, 50)
    await firm.begin(Pool("east", THREE, dispatch=OFFER, caps=CAPS[:2], absence_policy=policy))
    ones = await firm.world.route(value=2.5)
    await firm.change(Pool("east", THREE, dispatch=replace(BROADCAST, broadcast_band=7)))
    of_many = await firm.world.route()
    assert await told(firm) == []
    changes = {
        "number": 99, "rep": "eve", "pool": "west", "kind": "TICKET", "charge": 3, "entitled": (("ann", 1),),
        "counted": (("daily|ann", "other", 1),), "credited": 4, "credit": 5, "lapses_until_away": 6, "band": 8,
        "audience": (("ann", 2),),
    }  # fmt: skip
    assert set(changes) == set(StandingOffer._fields)

    for decision in (ones, of_many):
        kept = (await firm.world.store.standing_offers(firm.tenant))[decision.item_id]
        assert kept is not None
        for field, other in changes.items():
            await keep(firm, decision.item_id, kept._replace(**{field: other}))
            assert any(f"offer of {decision.item_id}: log says" in each for each in await told(firm)), field
        await keep(firm, decision.item_id, None)
        assert any("store none" in each for each in await told(firm))
        await keep_again(firm, decision.item_id, kept)
        assert await told(firm) == []


async def keep_again(firm: Firm, item_id: str, offer: StandingOffer) -> None:
    """Have the store keep an offer that it does not, and see that one that cannot be read is told too."""
    if not firm.is_redis:
        firm.world.store._tenants[firm.tenant].projection.offers.standing[item_id] = offer
        return
    await firm.world.store._redis.hset(Keys(firm.tenant).offers, item_id, b"\x91")
    assert any("store one that cannot be read" in each for each in await told(firm))
    await keep(firm, item_id, offer)


async def test_lapses_that_the_store_counts_otherwise_are_told(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:2], dispatch=replace(OFFER, lapses_until_away=2)))
    for _ in range(2):
        await firm.world.route()
        await firm.pass_ms(15 * MINUTE_MS)
        await firm.wake()
    lapses = dict(await firm.world.store.lapses(firm.tenant))
    assert await told(firm) == []
    assert sorted(count > 0 for count in lapses.values()) == [False, True]

    for rep, count in (*((rep, 0) for rep in lapses), *((rep, 9) for rep in lapses), ("eve", 1)):
        await count_lapses(firm, rep, count)
        assert [each[: len(rep) + 8] for each in await told(firm)] == [f"lapses {rep}:"]
        await count_lapses(firm, rep, lapses.get(rep, 0))


def _said(number: int, because: str, event: Any) -> Event:
    """Have an event say another reason."""
    return replace(event, because=because) if event.number == number else event  # type: ignore[no-any-return]


async def test_an_offer_that_was_rescinded_for_what_does_not_stand_beside_it_is_told(firm: Firm) -> None:
    pool, world = Pool("east", THREE, dispatch=replace(OFFER, offers_open=9)), firm.world
    await firm.begin(pool)
    await world.close(await world.route())
    updating = Updating(world.store, world.planners, world.queries, world.scores)
    change = UpdateRequest((await world.route()).item_id, {}, 7.0, 0, frozenset({"value"}))
    await updating.update(firm.tenant, change)
    await world.router.reassign(firm.tenant, ReassignRequest((await world.route()).item_id))
    await world.router.reassign(firm.tenant, ReassignRequest((await world.route()).item_id, "bo"))
    await firm.change(replace(pool, members=THREE[:2]))
    while (await world.route()).rep != "ann":
        pass
    await firm.change(Rep("ann", active=False))
    assert await told(firm) == []
    events = await world.store.events(firm.tenant, count=100)
    rescinded = {event.because: event.number for event in events if isinstance(event, OfferAnswered)}
    reasons = ["COMPLETED", "UPDATED", "REASSIGNED", "OVERRIDE", "SETTLED", "LEFT"]
    assert rescinded.keys() == set(reasons)

    for because, other in zip(reasons, [*reasons[1:], ""], strict=True):
        wrong = await told(firm, partial(_said, rescinded[because], other))
        assert [each for each in wrong if "RESCINDED does not follow" in each][:1] == wrong[:1] != [], because


async def test_a_lapse_before_its_time_or_without_what_sets_its_rep_away_is_told(firm: Firm) -> None:
    await firm.begin(Pool("east", THREE[:1], dispatch=replace(OFFER, lapses_until_away=1)))
    await firm.world.route()
    await firm.pass_ms(15 * MINUTE_MS)
    assert await told(firm) == []
    early = "LAPSED does not follow: it was not due"
    alone = "LAPSED does not follow: the event before it does not set ann away"

    def of(*kinds: type[Any], **changes: Any) -> Says:
        return lambda event: replace(event, **changes) if isinstance(event, kinds) else event

    lapse_ms = firm.world.clock.at_ms
    for edit, fault in (
        (of(OfferAnswered, PresenceChanged, at_ms=lapse_ms - 1), early),
        (of(PresenceChanged, at_ms=lapse_ms - 1), alone),
        (of(PresenceChanged, until_ms=lapse_ms + HOUR_MS), alone),
        (of(PresenceChanged, rep="eve"), alone),
        (of(PresenceChanged, actor="eve"), alone),
        (of(OfferAnswered, set_away=False), "LAPSED does not follow"),
        (of(OfferAnswered, lapses=3), "LAPSED does not follow"),
    ):
        assert any(fault in each for each in await told(firm, edit)), fault


async def test_a_lapse_in_working_time_is_due_by_the_calendars_since_it_was_made(firm: Firm) -> None:
    dispatch = replace(OFFER, timeout_ms=2 * HOUR_MS, clock=DispatchClock.POOL)
    await firm.world.keep_hours()
    await firm.begin(Pool("east", THREE[:1], dispatch=dispatch))
    offer = await firm.world.route()  # at 08:00, an hour before work
    await firm.follower().catch_up()
    later = replace(WORKING, weekly=(WeeklyHours(6, Hours(0, 60)),))
    edit = Edit("calendar", WORKING.id, lambda _: later)
    await WorkforceService(firm.world.workforce, firm.world.rule_sets).save(firm.tenant, [edit])  # the timer is late
    await firm.world.clock.set(offer.at_ms + 3 * HOUR_MS)
    await firm.timers.fire(firm.tenant)

    assert (await firm.item(offer)).record.offer is None
    assert await told(firm) == []

    def earlier(event: Any) -> Event:
        at_ms = offer.at_ms + 3 * HOUR_MS - 1
        return replace(event, at_ms=at_ms) if isinstance(event, OfferAnswered) else event

    assert any("it was not due" in each for each in await told(firm, earlier))
