"""What is parked of one work item, when it is tried again, and when it is given up. Pure.

A chain holds the changes of one work item that were not delivered, in order. Only its first is tried; those behind it
wait for it. Each is given up three days after it was parked, and never untried: a receiver that cannot take one may
take the next. That one begins anew, and the first one delivered after that says that there is a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from notifications.attempts import DeliveryAttempt
from notifications.backoff import RetryWaits

MAX_PARKED = 10_000
"""Changes of one subscription; then it takes nothing new."""
GIVEN_UP_MS = 3 * 24 * 3_600_000


class LoggedChange(NamedTuple):
    """A change of a work item: the number of its event, whose, the name of its kind, and when, in ms since 1970."""

    event: int
    item_id: str
    type: str
    at_ms: int


class ParkedChange(NamedTuple):
    """A change that is parked, and since when, in milliseconds since 1970."""

    event: int
    type: str
    at_ms: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Chain:
    """What is parked of one work item.

    Parameters
    ----------
    changes
        In order, at least one.
    tries, attempt_ms, outcome
        How often the first was tried, when last, and how that ended.
    next_ms
        When it is tried again, in milliseconds since 1970.
    """

    item_id: str
    changes: tuple[ParkedChange, ...]
    tries: int = 0
    attempt_ms: int = 0
    outcome: str = ""
    next_ms: int = 0


class Dead(NamedTuple):
    """A change that was given up, how often it was tried, when last, in milliseconds since 1970, and how that ended."""

    event: int
    item_id: str
    type: str
    at_ms: int
    tries: int
    attempt_ms: int
    outcome: str


class Delivered(NamedTuple):
    """A change that its receiver took; the parts are as of ``Dead``."""

    event: int
    item_id: str
    type: str
    at_ms: int
    tries: int
    attempt_ms: int
    outcome: str


def parked(change: LoggedChange, now_ms: int) -> ParkedChange:
    """Return a change as it is parked."""
    return ParkedChange(change.event, change.type, change.at_ms, now_ms)


def untried(item_id: str, changes: tuple[ParkedChange, ...], now_ms: int) -> Chain:
    """Return a chain whose first is tried at once."""
    return Chain(item_id, changes, next_ms=now_ms)


def with_behind(chain: Chain, changes: tuple[ParkedChange, ...]) -> Chain:
    """Return a chain with more behind it."""
    return replace(chain, changes=chain.changes + changes)


def without_first(chain: Chain, now_ms: int) -> Chain | None:
    """Return what is left of a chain whose first was delivered, to be tried at once; None: nothing."""
    return untried(chain.item_id, chain.changes[1:], now_ms) if chain.changes[1:] else None


def after_failure(
    chain: Chain, attempt: DeliveryAttempt, now_ms: int, waits: RetryWaits
) -> tuple[Chain | None, tuple[Dead, ...]]:
    """Return what is left of a chain whose first was tried and not taken, and that one where it is given up.

    Its last try comes three days after it was parked, to the millisecond, however long the wait would be; the next is
    then tried at once, and given up at its first failure where it is as old.
    """
    tries, first = chain.tries + 1, chain.changes[0]
    if first.since_ms + GIVEN_UP_MS <= now_ms:
        dead = Dead(first.event, chain.item_id, first.type, first.at_ms, tries, now_ms, attempt.outcome)
        return without_first(chain, now_ms), (dead,)
    next_ms = min(now_ms + waits.wait_ms(tries, attempt.retry_after_s), first.since_ms + GIVEN_UP_MS)
    again = replace(chain, tries=tries, attempt_ms=now_ms, outcome=attempt.outcome, next_ms=next_ms)
    return again, ()


def revived(chain: Chain | None, item_id: str, dead: tuple[Dead, ...], now_ms: int) -> Chain:
    """Return a chain with what was dead of its work item, in order, to be tried at once; None: there was none."""
    again = [ParkedChange(each.event, each.type, each.at_ms, now_ms) for each in dead]
    changes = sorted([*(chain.changes if chain else ()), *again])
    if chain and changes[0] == chain.changes[0]:
        return replace(chain, changes=tuple(changes), next_ms=now_ms)
    return untried(item_id, tuple(changes), now_ms)
