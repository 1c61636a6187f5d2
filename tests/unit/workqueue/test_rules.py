"""Laws of the queue's rules: nobody is overtaken for ever, and failures wait longer and longer, but not for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workqueue.backoff import Backoff
from workqueue.order import POINT_US, turn

instants = st.integers(0, 2**50)
priorities = st.integers(0, 1000)
draws = st.floats(0, 1, exclude_max=True)


@given(instants, priorities, instants, priorities)
def test_the_order_of_two_jobs_never_changes_and_is_decided_by_age_and_priority(
    a_us: int, a: int, b_us: int, b: int
) -> None:
    a_goes_first = turn(a_us, a) < turn(b_us, b)

    assert a_goes_first == (b_us - a_us + (a - b) * POINT_US > 0)


@given(instants, priorities)
def test_whoever_waited_long_enough_goes_before_any_priority(since_us: int, priority: int) -> None:
    much_later = since_us + priority * POINT_US + 1

    assert turn(since_us, 0) < turn(much_later, priority)


@given(st.floats(0.001, 10), st.floats(10, 1000), st.integers(1, 200), draws)
def test_a_delay_stays_within_its_doubling_and_its_longest(
    first_s: float, longest_s: float, delivery: int, draw: float
) -> None:
    backoff = Backoff(first_s, longest_s, deliveries=1000)

    delay_s = backoff.delay_s(delivery, draw)

    assert delay_s is not None
    assert 0 <= delay_s <= min(longest_s, first_s * 2.0 ** (delivery - 1))


@given(st.integers(1, 100), draws)
def test_a_job_is_given_up_exactly_at_its_last_delivery(deliveries: int, draw: float) -> None:
    backoff = Backoff(deliveries=deliveries)

    assert [backoff.delay_s(n, draw) is None for n in range(1, deliveries + 1)] == [False] * (deliveries - 1) + [True]
