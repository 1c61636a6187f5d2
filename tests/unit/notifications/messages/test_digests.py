from __future__ import annotations

from dataclasses import replace

import pytest

from notifications.attempts import Attempt, Ended
from notifications.backoff import LONGEST_WAIT_MS, RetryWaits
from notifications.deliveries import DeliveryState
from notifications.messages.digests import DEAD_AFTER_MS, MINUTE_MS, after, plan
from notifications.messages.outbox import ChannelState, OutboxEntry, message_id

NOW = 1_790_000_000_000
TAKEN, LATER, NEVER = (
    Attempt(Ended.DELIVERED, "0"),
    Attempt(Ended.RETRY, "TIMEOUT"),
    Attempt(Ended.REFUSED, "CODE_93000"),
)


def entry(event: int = 1, rep: str = "li-na", **other: object) -> OutboxEntry:
    made = OutboxEntry(message_id(event, rep), event, NOW, "east-bot", "remind", rep)
    return replace(made, **other)  # type: ignore[arg-type]


def nowhere(_: OutboxEntry) -> str:
    return ""


def to_mail(_: OutboxEntry) -> str:
    return "mail"


doubling = RetryWaits(5, lambda: 0.0).wait_ms


def test_everything_that_waits_goes_at_once_where_nothing_went_within_a_minute() -> None:
    waiting = [entry(event) for event in range(1, 51)]

    planned = plan(waiting, ChannelState(sent_ms=NOW - MINUTE_MS), None, NOW, nowhere)

    assert planned.send == tuple(waiting)
    assert planned.look_ms is None


def test_what_comes_within_a_minute_waits_until_it_is_over() -> None:
    planned = plan([entry()], ChannelState(sent_ms=NOW - 20_000), None, NOW, nowhere)

    assert not planned.send
    assert planned.look_ms == NOW + 40_000


def test_a_channel_that_failed_is_not_tried_before_its_instant() -> None:
    planned = plan([entry()], ChannelState(failures=1, next_ms=NOW + 5_000), None, NOW, nowhere)

    assert not planned.send
    assert planned.look_ms == NOW + 5_000


def test_in_quiet_hours_only_what_is_urgent_goes_and_first_of_all_otherwise() -> None:
    usual, urgent = entry(1), entry(2, is_urgent=True)

    quiet = plan([usual, urgent], ChannelState(), NOW + 3_600_000, NOW, nowhere)
    loud = plan([usual, urgent], ChannelState(), None, NOW, nowhere)

    assert quiet.send == (urgent,)
    assert quiet.look_ms == NOW + 3_600_000
    assert loud.send == (urgent, usual)


def test_a_quiet_channel_with_nothing_urgent_is_looked_at_as_it_opens() -> None:
    planned = plan([entry()], ChannelState(sent_ms=NOW - 1), NOW + 3_600_000, NOW, nowhere)

    assert (planned.send, planned.look_ms) == ((), NOW + 3_600_000)


def test_what_failed_three_days_ago_is_dead_and_the_rest_lives() -> None:
    old = entry(1, failing_since_ms=NOW - DEAD_AFTER_MS, state=DeliveryState.PARKED)
    young = entry(2, failing_since_ms=NOW - DEAD_AFTER_MS + 1, state=DeliveryState.PARKED)

    planned = plan([old, young], ChannelState(failures=9, next_ms=NOW + LONGEST_WAIT_MS), None, NOW, nowhere)

    assert [(each.id, each.state) for each in planned.changed] == [(old.id, DeliveryState.DEAD)]
    assert planned.look_ms == NOW + 1  # as the other dies, long before the next try


def test_what_has_another_channel_leaves_one_that_failed_three_times() -> None:
    planned = plan([entry()], ChannelState(failures=3, next_ms=NOW + 5_000), None, NOW, to_mail)

    (moved,) = planned.changed
    assert (moved.channel, moved.left, moved.state) == ("mail", ("east-bot",), DeliveryState.WAITING)


def test_a_try_that_was_taken_ends_what_was_sent_and_begins_a_minute() -> None:
    then = after(TAKEN, [entry(failing_since_ms=NOW - 9)], ChannelState(3, 0, 2, NOW), NOW, doubling, nowhere)

    assert then.state == ChannelState(3, NOW, 0, 0)
    assert [(each.state, each.tries, each.outcome) for each in then.changed] == [(DeliveryState.DELIVERED, 1, "0")]


def test_waits_double_from_the_first_to_a_day() -> None:
    waits, state, at_ms = [], ChannelState(), NOW
    parked = [entry()]
    for _ in range(17):
        then = after(LATER, parked, state, at_ms, doubling, nowhere)
        waits.append(then.state.next_ms - at_ms)
        state, parked, at_ms = then.state, list(then.changed), then.state.next_ms

    assert waits[:4] == [5_000, 10_000, 20_000, 40_000]
    assert waits[-2:] == [LONGEST_WAIT_MS, LONGEST_WAIT_MS]
    assert parked[0].failing_since_ms == NOW
    assert parked[0].tries == 17


def test_what_a_channel_asks_for_is_waited_for_up_to_a_day() -> None:
    asked = Attempt(Ended.RETRY, "CODE_45009", 60)
    too_much = Attempt(Ended.RETRY, "HTTP_429", 10.0**6)

    assert after(asked, [entry()], ChannelState(), NOW, doubling, nowhere).state.next_ms == NOW + 60_000
    assert after(too_much, [entry()], ChannelState(), NOW, doubling, nowhere).state.next_ms == NOW + LONGEST_WAIT_MS


def test_what_is_refused_for_good_moves_at_once_and_is_dead_where_there_is_nothing_else() -> None:
    (moved,) = after(NEVER, [entry()], ChannelState(), NOW, doubling, to_mail).changed
    (dead,) = after(NEVER, [entry()], ChannelState(), NOW, doubling, nowhere).changed

    assert (moved.channel, moved.state) == ("mail", DeliveryState.WAITING)
    assert (dead.state, dead.outcome, dead.next_ms) == (DeliveryState.DEAD, "CODE_93000", 0)


@pytest.mark.parametrize(("failures", "channel"), [(0, "east-bot"), (1, "east-bot"), (2, "mail")])
def test_the_third_failure_in_a_row_moves_what_has_another_channel(failures: int, channel: str) -> None:
    (then,) = after(LATER, [entry()], ChannelState(failures=failures), NOW, doubling, to_mail).changed

    assert then.channel == channel


def test_the_next_look_is_before_a_death_that_comes_before_the_next_try() -> None:
    old = entry(failing_since_ms=NOW - DEAD_AFTER_MS + 10)

    then = after(LATER, [old], ChannelState(failures=20), NOW, doubling, nowhere)

    assert then.look_ms == NOW + 10
