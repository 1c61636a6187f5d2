"""What is parked, when it is tried again, when it is given up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.backoff import LONGEST_WAIT_MS, RetryWaits
from notifications.webhooks.parking import (
    Chain,
    Dead,
    LoggedChange,
    ParkedChange,
    after_failure,
    parked,
    revived,
    untried,
    with_behind,
    without_first,
)

NOW_MS = 1_796_000_000_000
DAY_MS = 24 * 3_600_000
PLAIN = RetryWaits(5, lambda: 0.0)
FAILED = DeliveryAttempt(AttemptStatus.RETRY, "500")


def chain_of(*events: int, since_ms: int = NOW_MS) -> Chain:
    return untried("crm~1", tuple(ParkedChange(event, "decision", since_ms, since_ms) for event in events), NOW_MS)


def test_waits_double_from_the_first_to_a_day() -> None:
    waits = [PLAIN.wait_ms(tries, None) for tries in range(1, 20)]

    assert waits[:4] == [5_000, 10_000, 20_000, 40_000]
    assert waits[14:] == [81_920_000, DAY_MS, DAY_MS, DAY_MS, DAY_MS]


@given(st.integers(1, 10_000), st.floats(0, 1), st.none() | st.floats(0, 1e12), st.floats(0.001, 3600))
def test_a_wait_is_at_most_a_day_and_at_most_a_tenth_shorter(
    tries: int, drawn: float, retry_after_s: float | None, first_s: float
) -> None:
    wait_ms = RetryWaits(first_s, lambda: drawn).wait_ms(tries, retry_after_s)
    undrawn = RetryWaits(first_s, lambda: 0.0).wait_ms(tries, None)

    assert 0.9 * undrawn - 1 <= wait_ms <= LONGEST_WAIT_MS
    assert wait_ms >= int(min((retry_after_s or 0) * 1000, LONGEST_WAIT_MS))


def test_a_receiver_that_asks_to_wait_is_left_alone_as_long_up_to_a_day() -> None:
    asked = DeliveryAttempt(AttemptStatus.RETRY, "503", 3600.0)
    for_ever = DeliveryAttempt(AttemptStatus.RETRY, "503", 1e9)

    waiting, _ = after_failure(chain_of(1), asked, NOW_MS, PLAIN)
    at_most, _ = after_failure(chain_of(1), for_ever, NOW_MS, PLAIN)

    assert waiting
    assert waiting.next_ms == NOW_MS + 3_600_000
    assert at_most
    assert at_most.next_ms == NOW_MS + DAY_MS


def test_only_the_first_is_tried_and_those_behind_it_wait() -> None:
    chain, dead = after_failure(with_behind(chain_of(7), chain_of(9).changes), FAILED, NOW_MS, PLAIN)

    assert chain
    assert (chain.tries, chain.outcome, chain.next_ms) == (1, "500", NOW_MS + 5_000)
    assert ([each.event for each in chain.changes], dead) == ([7, 9], ())


def test_what_is_behind_one_that_was_delivered_begins_anew_at_once() -> None:
    chain, _ = after_failure(chain_of(7, 9), FAILED, NOW_MS, PLAIN)
    assert chain

    left = without_first(chain, NOW_MS + 1)

    assert left
    assert (left.tries, left.next_ms, [each.event for each in left.changes]) == (0, NOW_MS + 1, [9])
    assert without_first(left, NOW_MS + 1) is None


def test_after_three_days_the_first_is_tried_once_more_and_given_up_and_the_next_has_a_try_of_its_own() -> None:
    chain: Chain | None = with_behind(chain_of(7, 8), (ParkedChange(9, "closed", NOW_MS, NOW_MS + DAY_MS),))
    now_ms, waits = NOW_MS, list[int]()
    dead: tuple[Dead, ...] = ()
    while chain and not dead:
        chain, dead = after_failure(chain, FAILED, now_ms, PLAIN)
        if chain and not dead:
            waits.append(chain.next_ms - now_ms)
            now_ms = chain.next_ms

    assert now_ms == NOW_MS + 3 * DAY_MS
    assert [(each.event, each.tries > 1, each.outcome) for each in dead] == [(7, True, "500")]
    assert chain
    assert ([each.event for each in chain.changes], chain.tries, chain.next_ms) == ([8, 9], 0, now_ms)
    chain, dead = after_failure(chain, FAILED, now_ms, PLAIN)
    assert [(each.event, each.tries) for each in dead] == [(8, 1)]
    assert chain
    assert ([each.event for each in chain.changes], chain.tries, chain.next_ms) == ([9], 0, now_ms)
    assert waits[0] == 5_000
    assert max(waits) <= DAY_MS


@given(st.lists(st.integers(0, 5 * DAY_MS), min_size=1, max_size=20), st.integers(0, 8 * DAY_MS))
def test_nothing_is_lost_and_order_is_kept_whatever_fails(since: list[int], later_ms: int) -> None:
    changes = tuple(
        parked(LoggedChange(event, "crm~1", "update", NOW_MS), NOW_MS + each)
        for event, each in enumerate(sorted(since), 1)
    )

    left, dead = after_failure(untried("crm~1", changes, NOW_MS), FAILED, NOW_MS + later_ms, PLAIN)

    events = [each.event for each in dead] + [each.event for each in (left.changes if left else ())]
    assert events == list(range(1, len(since) + 1))
    old = [each.event for each in changes[:1] if each.since_ms + 3 * DAY_MS <= NOW_MS + later_ms]
    assert [each.event for each in dead] == old


@given(st.sets(st.integers(1, 50), min_size=1), st.data())
def test_what_was_dead_comes_back_in_order(events: set[int], data: st.DataObject) -> None:
    dead = sorted(data.draw(st.sets(st.sampled_from(sorted(events)), min_size=1)))
    given_up = tuple(Dead(event, "crm~1", "update", NOW_MS, 1, NOW_MS, "500") for event in dead)
    rest = sorted(events - set(dead))

    chain = revived(chain_of(*rest) if rest else None, "crm~1", given_up, NOW_MS)

    assert [each.event for each in chain.changes] == sorted(events)
    assert chain.next_ms == NOW_MS
