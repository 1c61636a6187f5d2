"""A service gives no work to whom it is not the time for, and says when it will be; by the real clock of its store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from fairlead.v1 import decisions_pb2 as decisions
from router.adapters.redis.workforce import RedisWorkforce
from router.model.calendars import Calendar, Hours, TenantSettings, WeeklyHours
from router.model.workforce import Record
from tests.api import ASSIGNED, WAITING, Api, differences, last


def in_three_days() -> datetime:
    """Return the midnight in UTC that begins the third day from now: nobody works before."""
    return (datetime.now(UTC) + timedelta(days=3)).replace(hour=0, minute=0, second=0, microsecond=0)


async def give_hours(api: Api, day: datetime) -> None:
    """Have everybody of the tenant work on the weekday of a day alone, from midnight to midnight."""
    redis = Redis.from_url(api.redis_url)
    workforce = RedisWorkforce(redis)
    before = await workforce.read(api.tenant)
    weekly = (WeeklyHours(day.weekday(), Hours(0, 0)),)
    records: Mapping[tuple[str, str], Record | None] = {
        ("calendar", "one"): Calendar("one", weekly=weekly),
        ("tenant", "settings"): TenantSettings(calendar="one"),
    }
    await workforce.write(api.tenant, before.revision, records, event_hash=before.event_hash)
    await redis.aclose()


def contact(decision: decisions.Decision) -> datetime:
    return decision.expected_contact_time.ToDatetime(UTC)


@pytest.mark.parametrize(
    ("route", "outcome"),
    [({"pool": "east", "fallback": ["wait"]}, WAITING), ({"pool": "east", "hours": "ignore"}, ASSIGNED)],
)
async def test_a_lead_that_comes_outside_of_hours_is_told_when_somebody_is_there(
    api: Api, route: dict[str, object], outcome: decisions.Decision.Outcome
) -> None:
    await api.adopt({"fields": {}, "default": {"route": route}})
    await api.hire("ann")
    await api.pool("east", ["ann"])
    without = await api.route("1")
    expected = in_three_days()
    await give_hours(api, expected)

    answered = await api.route("2")
    in_full = await api.decision(answered.name)
    await give_hours(api, expected + timedelta(days=1))
    later = await api.route("3")
    in_basic = await api.decision(answered.name, decisions.DECISION_VIEW_BASIC)

    assert (contact(later), contact(in_basic)) == (expected + timedelta(days=1), expected)
    assert not without.HasField("expected_contact_time")
    assert (answered.outcome, contact(answered), contact(in_full)) == (outcome, expected, expected)
    assert f"on {expected:%A} at 00:00" in in_full.explanation
    if outcome == WAITING:
        (ann,) = in_full.candidates
        assert (last(ann.rep), ann.reasons[0].code) == ("ann", "OUTSIDE_HOURS")
        assert ann.reasons[0].lift_time.ToDatetime(UTC) == expected
        assert answered.refusal_summary == "0/1 reps: 1 outside working hours"
    assert await differences(api.redis_url, api.tenant) == []
