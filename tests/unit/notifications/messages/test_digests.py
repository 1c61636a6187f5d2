from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.backoff import LONGEST_WAIT_MS, RetryWaits
from notifications.deliveries import DeliveryState
from notifications.messages.digests import DEAD_AFTER_MS, MINUTE_MS, SHOWN, after, begins_to_fail, plan
from notifications.messages.outbox import WAITING_STATES, ChannelState, OutboxEntry, message_id

NOW = 1_790_000_000_000
TAKEN, LATER, NEVER = (
    DeliveryAttempt(AttemptStatus.DELIVERED, "0"),
    DeliveryAttempt(AttemptStatus.RETRY, "TIMEOUT"),
    DeliveryAttempt(AttemptStatus.REFUSED, "CODE_93000"),
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


def test_a_clock_that_is_set_back_silences_no_channel() -> None:
    planned = plan([entry(is_urgent=True)], ChannelState(sent_ms=NOW + 86_400_000), None, NOW, nowhere)

    assert planned.send == (entry(is_urgent=True),)


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

    assert then.state == ChannelState(3, NOW, 0, 0, outcome="0", attempt_ms=NOW)
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
    asked = DeliveryAttempt(AttemptStatus.RETRY, "CODE_45009", 60)
    too_much = DeliveryAttempt(AttemptStatus.RETRY, "HTTP_429", 10.0**6)

    assert after(asked, [entry()], ChannelState(), NOW, doubling, nowhere).state.next_ms == NOW + 60_000
    assert after(too_much, [entry()], ChannelState(), NOW, doubling, nowhere).state.next_ms == NOW + LONGEST_WAIT_MS


def test_what_is_refused_moves_at_once_and_is_tried_again_where_there_is_nothing_else() -> None:
    (moved,) = after(NEVER, [entry()], ChannelState(), NOW, doubling, to_mail).changed
    then = after(NEVER, [entry()], ChannelState(), NOW, doubling, nowhere)

    assert (moved.channel, moved.state) == ("mail", DeliveryState.WAITING)
    (parked,) = then.changed
    assert (parked.state, parked.outcome, parked.next_ms) == (DeliveryState.PARKED, "CODE_93000", NOW + 5_000)
    assert (then.state.failures, then.state.next_ms, then.look_ms) == (1, NOW + 5_000, NOW + 5_000)


def test_what_moves_on_names_the_channel_of_its_last_try_until_the_next_answers() -> None:
    refused = after(NEVER, [entry()], ChannelState(), NOW, doubling, to_mail)
    (moved,) = refused.changed
    (taken,) = after(TAKEN, [moved], ChannelState(), NOW, doubling, nowhere).changed

    assert (moved.channel, moved.tried_through, moved.outcome) == ("mail", "east-bot", "CODE_93000")
    assert (refused.state.outcome, refused.state.attempt_ms, refused.state.failures) == ("CODE_93000", NOW, 1)
    assert (taken.channel, taken.tried_through, taken.outcome) == ("mail", "mail", "0")


@pytest.mark.parametrize(
    ("attempt", "failures", "outcome", "begins"),
    [
        (NEVER, 0, "", True),
        (NEVER, 0, "CODE_93000", True),
        (NEVER, 1, "CODE_93000", False),
        (NEVER, 7, "TIMEOUT", True),
        (LATER, 0, "0", False),
        (LATER, 2, "TIMEOUT", True),
        (LATER, 3, "TIMEOUT", False),
        (TAKEN, 2, "TIMEOUT", False),
    ],
)
def test_that_a_channel_takes_nothing_is_said_once(
    attempt: DeliveryAttempt, failures: int, outcome: str, begins: bool
) -> None:
    assert begins_to_fail(attempt, ChannelState(failures=failures, outcome=outcome)) == begins


class Played:
    """A channel that is looked at whenever it asks for that, and what it is sent."""

    def __init__(self, *entries: OutboxEntry, answer: Callable[[list[str], int], DeliveryAttempt]) -> None:
        self.entries = {each.id: each for each in entries}
        self.answer = answer
        self.state = ChannelState()
        self.tried: list[tuple[list[str], int]] = []

    def run(self, until_ms: int, at_ms: int = NOW) -> Played:
        for _ in range(1_000):
            waiting = [each for each in self.entries.values() if each.state in WAITING_STATES]
            planned = plan(waiting, self.state, None, at_ms, nowhere)
            looks = [planned.look_ms]
            changed = list(planned.changed)
            if planned.send:
                shown = [each.id for each in planned.send[: self.state.at_most or SHOWN]]
                self.tried.append((shown, at_ms))
                attempt = replace(self.answer(shown, at_ms), shown=len(shown))
                then = after(attempt, planned.send, self.state, at_ms, doubling, nowhere)
                self.state = then.state
                changed += then.changed
                looks.append(then.look_ms)
            self.entries |= {each.id: each for each in changed}
            at_ms = min((each for each in looks if each is not None), default=until_ms)
            if at_ms >= until_ms:
                break
        return self

    def count(self, state: DeliveryState) -> int:
        return sum(each.state is state for each in self.entries.values())


def test_a_secret_that_is_corrected_within_three_days_lets_everything_arrive() -> None:
    corrected_ms = NOW + 2 * LONGEST_WAIT_MS

    played = Played(*map(entry, range(1, 31)), answer=lambda _, at_ms: NEVER if at_ms < corrected_ms else TAKEN)
    played.run(NOW + DEAD_AFTER_MS)

    assert played.count(DeliveryState.DELIVERED) == 30
    assert len(played.tried) < 60


def test_a_secret_that_nobody_corrects_kills_everything_after_three_days_and_not_before() -> None:
    played = Played(*map(entry, range(1, 31)), answer=lambda *_: NEVER).run(NOW + DEAD_AFTER_MS - 1)
    assert played.count(DeliveryState.PARKED) == 30

    assert played.run(NOW + 2 * DEAD_AFTER_MS, NOW + DEAD_AFTER_MS).count(DeliveryState.DEAD) == 30


@pytest.mark.parametrize("poison", [1, 5, 29])
def test_a_message_that_is_not_taken_for_its_words_kills_no_other(poison: int) -> None:
    bad = message_id(poison, "li-na")

    played = Played(*map(entry, range(1, 31)), answer=lambda shown, _: NEVER if bad in shown else TAKEN)
    played.run(NOW + 3_600_000)

    assert played.count(DeliveryState.DELIVERED) == 29
    assert played.entries[bad].state is DeliveryState.DEAD
    assert played.state.failures == 0


def test_what_is_refused_last_of_all_is_given_up_once_something_new_was_taken() -> None:
    bad = message_id(2, "li-na")
    played = Played(entry(1), entry(2), answer=lambda shown, _: NEVER if bad in shown else TAKEN)
    assert played.run(NOW + 3_600_000).entries[bad].state is DeliveryState.PARKED

    played.entries["3:li-na"] = entry(3)
    played.run(NOW + 3 * 3_600_000, NOW + 3_600_000)

    assert played.entries["3:li-na"].state is DeliveryState.DELIVERED
    assert played.entries[bad].state is DeliveryState.DEAD


def test_what_is_new_is_not_held_up_by_what_was_refused_and_goes_at_most_once_a_minute() -> None:
    refused = entry(1, state=DeliveryState.PARKED, failing_since_ms=NOW - 9, refused_ms=NOW - 9, attempt_ms=NOW - 9)
    state = ChannelState(failures=9, next_ms=NOW + LONGEST_WAIT_MS, at_most=1)

    early, late = (plan([refused, entry(2)], state, None, at_ms, nowhere) for at_ms in (NOW, NOW - 9 + MINUTE_MS))

    assert (early.send, early.look_ms) == ((), NOW - 9 + MINUTE_MS)
    assert [each.event for each in late.send] == [2]


def test_what_found_no_room_waits_for_the_next_minute_and_is_counted_as_told_by_nobody() -> None:
    waiting = [entry(event) for event in range(1, 11)]

    then = after(replace(TAKEN, shown=3), waiting, ChannelState(), NOW, doubling, nowhere)

    assert [(each.event, each.state) for each in then.changed] == [(n, DeliveryState.DELIVERED) for n in (1, 2, 3)]
    assert then.look_ms == NOW + MINUTE_MS


def test_what_found_no_room_beside_what_failed_fails_with_it_though_it_was_not_tried() -> None:
    then = after(replace(LATER, shown=1), [entry(1), entry(2)], ChannelState(), NOW, doubling, nowhere)

    assert [(each.state, each.tries) for each in then.changed] == [(DeliveryState.PARKED, 1), (DeliveryState.PARKED, 0)]


class Compared(str):
    """An id that counts how often it is compared."""

    times = 0
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return str.__eq__(self, other)


def test_what_goes_is_found_without_comparing_everything_with_everything() -> None:
    waiting = [entry(event, id=Compared(event)) for event in range(1000)]
    Compared.times = 0

    plan(waiting, ChannelState(), None, NOW, nowhere)

    assert Compared.times < 10_000


@pytest.mark.parametrize(("failures", "channel"), [(0, "east-bot"), (1, "east-bot"), (2, "mail")])
def test_the_third_failure_in_a_row_moves_what_has_another_channel(failures: int, channel: str) -> None:
    (then,) = after(LATER, [entry()], ChannelState(failures=failures), NOW, doubling, to_mail).changed

    assert then.channel == channel


def test_the_next_look_is_before_a_death_that_comes_before_the_next_try() -> None:
    old = entry(failing_since_ms=NOW - DEAD_AFTER_MS + 10)

    then = after(LATER, [old], ChannelState(failures=20), NOW, doubling, nowhere)

    assert then.look_ms == NOW + 10
