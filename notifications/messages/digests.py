"""When a channel sends, what, and what follows from how that ended. Pure: no clock, no chance, no store.

A robot takes 20 messages a minute, and people fewer: what comes within a minute of the last goes as one, when that
minute is over. Outside its hours a channel is quiet, but for what is urgent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from notifications.attempts import Attempt, Ended
from notifications.deliveries import DeliveryState
from notifications.messages.outbox import ChannelState, OutboxEntry

MINUTE_MS = 60_000
GATHER_MS = 2_000
"""How long what comes first waits for others, in milliseconds."""
DEAD_AFTER_MS = 3 * 86_400_000
"""From the first failure on, in milliseconds."""
FAILURES_TO_LEAVE = 3
"""Tries in a row that go wrong before whoever has another channel is told through that."""

Elsewhere = Callable[[OutboxEntry], str]
"""Returns the next channel for an entry; empty: there is none."""


class ChannelPlan(NamedTuple):
    """What to do with a channel: what goes now, what is dead or moves, and when to look again; None: not by itself."""

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
    ready_ms = max(state.next_ms, state.sent_ms + MINUTE_MS if state.sent_ms else 0)
    is_ready = bool(may_go) and ready_ms <= now_ms
    stay = [each for each in left if each not in may_go] if is_ready else left
    looks = [each.failing_since_ms + DEAD_AFTER_MS for each in stay if each.failing_since_ms]
    if opens_ms is not None and len(may_go) < len(left):
        looks.append(opens_ms)
    if may_go and not is_ready:
        looks.append(ready_ms)
    send = sorted(may_go, key=lambda each: (not each.is_urgent, each.event)) if is_ready else ()
    return ChannelPlan(tuple(send), (*dead, *moved), min(looks, default=None))


class After(NamedTuple):
    """What follows from a try: how the channel stands, what became of what was sent, and when to look again."""

    state: ChannelState
    changed: tuple[OutboxEntry, ...]
    look_ms: int | None = None


def after(
    attempt: Attempt,
    sent: Sequence[OutboxEntry],
    state: ChannelState,
    now_ms: int,
    wait: Callable[[int, float | None], int],
    elsewhere: Elsewhere,
) -> After:
    """Return what follows from a try that ended at an instant.

    Parameters
    ----------
    wait
        Returns the wait behind a number of failures in a row, in milliseconds, given what the channel asked for.
    """
    tried = [replace(each, tries=each.tries + 1, attempt_ms=now_ms, outcome=attempt.outcome) for each in sent]
    if attempt.ended is Ended.DELIVERED:
        taken = (replace(each, state=DeliveryState.DELIVERED, next_ms=0) for each in tried)
        return After(state._replace(sent_ms=now_ms, failures=0, next_ms=0), tuple(taken))
    if attempt.ended is Ended.REFUSED:
        refused = (_elsewhere(each, elsewhere) or replace(each, state=DeliveryState.DEAD, next_ms=0) for each in tried)
        return After(state._replace(next_ms=now_ms + MINUTE_MS), tuple(refused))
    failures = state.failures + 1
    next_ms = now_ms + wait(failures, attempt.retry_after_s)
    changed = [_parked(each, now_ms, next_ms) for each in tried]
    if failures >= FAILURES_TO_LEAVE:
        changed = [_elsewhere(each, elsewhere) or each for each in changed]
    deaths = [each.failing_since_ms + DEAD_AFTER_MS for each in changed if each.state is DeliveryState.PARKED]
    look_ms = min(next_ms, *deaths) if deaths else None
    return After(state._replace(failures=failures, next_ms=next_ms), tuple(changed), look_ms)


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
    return replace(
        entry, channel=channel, left=left, state=DeliveryState.WAITING, failing_since_ms=0, next_ms=0
    )  # fmt: skip


def redriven(entry: OutboxEntry) -> OutboxEntry:
    """Return an entry that is tried again though it was dead, as if it were new."""
    return replace(entry, state=DeliveryState.WAITING, failing_since_ms=0, next_ms=0, left=())


def unreachable(entry: OutboxEntry) -> OutboxEntry:
    """Return an entry that there is no channel for."""
    return replace(entry, state=DeliveryState.UNREACHABLE, channel="", next_ms=0)
