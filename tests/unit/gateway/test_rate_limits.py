"""Rates: so many calls a second, for each on their own."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import RateLimited
from gateway.rate_limits import Limit
from tests.unit.gateway.auth.test_tokens import Clock


def taken(limit: Limit, subject: str, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            limit.take(subject)
        except RateLimited:
            return count
        count += 1
    return count


def test_a_second_s_worth_may_be_spent_at_once_and_then_the_rate_holds() -> None:
    clock = Clock(100.0)
    limit = Limit(10, "tenant", clock)

    at_once = taken(limit, "acme", 50)
    clock.at += 0.5
    later = taken(limit, "acme", 50)

    assert (at_once, later) == (10, 5)


def test_one_s_calls_do_not_count_against_another() -> None:
    limit = Limit(10, "tenant", Clock(0.0))
    taken(limit, "acme", 50)

    assert taken(limit, "beta", 50) == 10


def test_a_batch_may_overdraw_and_is_paid_for_afterwards() -> None:
    clock = Clock(0.0)
    limit = Limit(10, "tenant", clock)

    limit.take("acme", 100)
    with pytest.raises(RateLimited) as refusal:
        limit.take("acme")
    clock.at += refusal.value.retry_after_s

    assert taken(limit, "acme", 50) == 1


def test_a_rate_below_one_a_second_lets_one_in() -> None:
    assert taken(Limit(0.01, "tenant", Clock(0.0)), "acme", 5) == 1


@given(st.floats(0.5, 1000), st.lists(st.tuples(st.floats(0, 2), st.integers(1, 20)), min_size=1, max_size=60))
def test_over_any_time_no_more_passes_than_burst_and_rate_and_one_batch(
    per_s: float, calls: list[tuple[float, int]]
) -> None:
    clock = Clock(0.0)
    limit = Limit(per_s, "tenant", clock)
    passed = 0
    for pause, size in calls:
        clock.at += pause
        with contextlib.suppress(RateLimited):
            limit.take("acme", size)
            passed += size

    assert passed <= max(per_s, 1) + per_s * clock.at + 20 + 1e-6


def test_buckets_that_are_full_again_are_forgotten() -> None:
    clock = Clock(0.0)
    limit = Limit(10, "tenant", clock)
    for number in range(30_000):
        limit.take(f"t{number}")
        clock.at += 0.001

    assert len(limit) <= 10_001
