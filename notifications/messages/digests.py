"""When a channel sends, what, and what follows from how that ended. Pure: no clock, no chance, no store.

A robot takes 20 messages a minute, and people fewer: what comes within a minute of the last goes as one, when that
minute is over. Outside its hours a channel is quiet, but for what is urgent.
What finds no room in one message waits for the next minute.

What is refused may be refused for the channel (its key, its signature) or for one message (its words). Nobody says
which, so a digest that was refused is tried in halves, down to one message. What was refused alone waits behind all
others; it is given up at once only where something else was taken since, and it is refused alone again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.deliveries import DeliveryState
from notifications.messages.outbox import ChannelState, OutboxEntry

MINUTE_MS = 60_000
GATHER_MS = 2_000
"""How long what comes first waits for others, in milliseconds."""
DEAD_AFTER_MS = 3 * 86_400_000
"""From the first failure on, in milliseconds."""
FAILURES_TO_LEAVE = 3
"""Tries in a row that go wrong before whoever has another channel is told through that."""

SHOWN = 100
"""Messages that a digest shows at most."""

Elsewhere = Callable[[OutboxEntry], str]
"""Returns the next channel for an entry; empty: there is none."""


class ChannelPlan(NamedTuple):
    """What to do with a channel: what goes now, as far as there is room for it, the most urgent first; what is dead or
    moves; and when to look again; None: not by itself.
    """

    send: tuple[OutboxEntry, ...] = ()
    changed: tuple[OutboxEntry, ...] = ()
    look_ms: int | None = None


def plan(
    entries: Sequence[OutboxEntry], state: ChannelState, opens_ms: int | None, now_ms: int, elsewhere: Elsewhere
) -> ChannelPlan:
    """Return what to do with what waits for a channel.

    Parameters
    ----------
    opens_ms
        When its quiet hours end; None: it is not quiet.
    """
    dead = [replace(each, state=DeliveryState.DEAD, next_ms=0) for each in entries if _is_dead(each, now_ms)]
    living = [each for each in entries if not _is_dead(each, now_ms)]
    is_failing = state.failures >= FAILURES_TO_LEAVE and state.next_ms > now_ms
    moved = [there for each in living if is_failing and (there := _elsewhere(each, elsewhere))]
    gone = {each.id for each in moved}
    left = [each for each in living if each.id not in gone]
    may_go = [each for each in left if each.is_urgent or opens_ms is None]
    send, looks = _ready(may_go, state, now_ms)
    sent = {each.id for each in send}
    stay = [each for each in left if each.id not in sent]
    looks += [each.failing_since_ms + DEAD_AFTER_MS for each in stay if each.failing_since_ms]
    if opens_ms is not None and len(may_go) < len(left):
        looks.append(opens_ms)
    return ChannelPlan(send, (*dead, *moved), min(looks, default=None))


def _ready(
    may_go: Sequence[OutboxEntry], state: ChannelState, now_ms: int
) -> tuple[tuple[OutboxEntry, ...], list[int]]:
    """Return what of what may go goes now, and when others could."""
    minute_over_ms = state.sent_ms + MINUTE_MS if 0 < state.sent_ms <= now_ms else 0  # later: the clock was set back
    ready_ms = max(state.next_ms, minute_over_ms)
    if ready_ms <= now_ms:
        send = _together(may_go)
        return send, [now_ms + MINUTE_MS] if len(send) < len(may_go) else []
    looks = [ready_ms] if may_go else []
    fresh = [each for each in may_go if not each.failing_since_ms]
    if not fresh or not state.at_most:
        return (), looks
    # what was refused may be its own fault: what is new is not held up by it
    fresh_ms = max(minute_over_ms, *(each.attempt_ms + MINUTE_MS for each in may_go))
    return (_together(fresh), looks) if fresh_ms <= now_ms else ((), [*looks, fresh_ms])


def _together(entries: Sequence[OutboxEntry]) -> tuple[OutboxEntry, ...]:
    """Return what may stand in one digest, in order; what was refused alone goes alone, once there is nothing else."""
    unsuspected = [each for each in entries if not each.refused_ms]
    if unsuspected or not entries:
        return tuple(sorted(unsuspected, key=lambda each: (not each.is_urgent, each.event)))
    return (min(entries, key=lambda each: (each.attempt_ms, each.event)),)


class After(NamedTuple):
    """What follows from a try: how the channel stands, what became of what was sent, and when to look again."""

    state: ChannelState
    changed: tuple[OutboxEntry, ...]
    look_ms: int | None = None


def after(
    attempt: DeliveryAttempt,
    due: Sequence[OutboxEntry],
    state: ChannelState,
    now_ms: int,
    wait: Callable[[int, float | None], int],
    elsewhere: Elsewhere,
) -> After:
    """Return what follows from a try that ended at an instant.

    Parameters
    ----------
    due
        What was to be sent; how many of them found room, the attempt says.
    wait
        Returns the wait behind a number of failures in a row, in milliseconds, given what the channel asked for.
    """
    shown = len(due) if attempt.shown is None else attempt.shown
    state = state._replace(outcome=attempt.outcome, attempt_ms=now_ms)
    tried = [_tried(each, attempt, now_ms) for each in due[:shown]]
    behind = due[shown:]
    if attempt.status is AttemptStatus.DELIVERED:
        return _taken(tried, behind, state, now_ms)
    is_refused = attempt.status is AttemptStatus.REFUSED
    if is_refused and len(tried) == 1:
        if tried[0].refused_ms and state.sent_ms > tried[0].refused_ms and not elsewhere(tried[0]):
            dead = replace(tried[0], state=DeliveryState.DEAD, next_ms=0)
            return After(state._replace(next_ms=now_ms + MINUTE_MS), (dead,), now_ms + MINUTE_MS)
        tried = [replace(tried[0], refused_ms=now_ms)]
    failures = state.failures + 1
    next_ms = now_ms + wait(failures, attempt.retry_after_s)
    changed = [_parked(each, now_ms, next_ms) for each in (*tried, *behind)]
    if is_refused or failures >= FAILURES_TO_LEAVE:
        changed = [_elsewhere(each, elsewhere) or each for each in changed]
    deaths = [each.failing_since_ms + DEAD_AFTER_MS for each in changed if each.state is DeliveryState.PARKED]
    look_ms = min(next_ms, *deaths) if deaths else None
    at_most = max(1, shown // 2) if is_refused else 0
    return After(state._replace(failures=failures, next_ms=next_ms, at_most=at_most), tuple(changed), look_ms)


def _tried(entry: OutboxEntry, attempt: DeliveryAttempt, now_ms: int) -> OutboxEntry:
    return replace(
        entry, tries=entry.tries + 1, attempt_ms=now_ms, outcome=attempt.outcome, tried_through=entry.channel
    )


def begins_to_fail(attempt: DeliveryAttempt, before: ChannelState) -> bool:
    """Say whether a try is the first to show that a channel takes nothing: it refuses, or failed so often in a row that
    people are told through others.
    """
    if attempt.status is AttemptStatus.REFUSED:
        return not before.failures or before.outcome != attempt.outcome
    return attempt.status is AttemptStatus.RETRY and before.failures + 1 == FAILURES_TO_LEAVE


def _taken(tried: Sequence[OutboxEntry], behind: Sequence[OutboxEntry], state: ChannelState, now_ms: int) -> After:
    """Return what follows where a digest was taken: what found no room goes when the minute is over."""
    taken = (replace(each, state=DeliveryState.DELIVERED, next_ms=0) for each in tried)
    well = (
        replace(each, state=DeliveryState.WAITING, failing_since_ms=0, next_ms=0)
        for each in behind
        if each.failing_since_ms
    )
    at_most = 2 * state.at_most if 2 * state.at_most < SHOWN else 0
    then = state._replace(sent_ms=now_ms, failures=0, next_ms=0, at_most=at_most)
    return After(then, (*taken, *well), now_ms + MINUTE_MS if behind else None)


def _parked(entry: OutboxEntry, now_ms: int, next_ms: int) -> OutboxEntry:
    since_ms = entry.failing_since_ms or now_ms
    return replace(entry, state=DeliveryState.PARKED, failing_since_ms=since_ms, next_ms=next_ms)


def _is_dead(entry: OutboxEntry, now_ms: int) -> bool:
    return bool(entry.failing_since_ms) and entry.failing_since_ms + DEAD_AFTER_MS <= now_ms


def _elsewhere(entry: OutboxEntry, elsewhere: Elsewhere) -> OutboxEntry | None:
    """Return an entry as it waits for its next channel, as if it were new there; None: there is none."""
    channel = elsewhere(entry)
    if not channel:
        return None
    left = (*entry.left, entry.channel)
    return replace(_anew(entry), channel=channel, left=left)


def redriven(entry: OutboxEntry, channel: str) -> OutboxEntry:
    """Return an entry that is tried again though it was given up, as if it were new.

    Parameters
    ----------
    channel
        Where it is; empty: it has none any more, and may have any, also one of the name of that which it had.
    """
    return replace(_anew(entry), channel=channel, left=())


def unreachable(entry: OutboxEntry) -> OutboxEntry:
    """Return an entry that there is no channel for."""
    return replace(entry, state=DeliveryState.UNREACHABLE, channel="", next_ms=0)


def moved(entry: OutboxEntry, channel: str) -> OutboxEntry:
    """Return an entry whose channel is gone, as it waits for another, or is reached by none."""
    if not channel:
        return unreachable(entry)
    return replace(_anew(entry), channel=channel, left=(*entry.left, entry.channel))


def obsolete(entry: OutboxEntry) -> OutboxEntry:
    """Return an entry that there is nothing left to say of."""
    return replace(entry, state=DeliveryState.OBSOLETE, outcome="", next_ms=0)


def _anew(entry: OutboxEntry) -> OutboxEntry:
    return replace(entry, state=DeliveryState.WAITING, failing_since_ms=0, refused_ms=0, next_ms=0)
