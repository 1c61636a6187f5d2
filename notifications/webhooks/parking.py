"""What is parked of one work item, when it is tried again, and when it is given up. Pure.

A chain holds the changes of one work item that were not delivered, in order. Only its first is tried; those behind it
wait for it. Each is given up three days after it was parked: at a last try, which takes with it what is as old. Then
the next one begins anew, and the first one delivered after that says that there is a gap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from notifications.attempts import Attempt

MAX_PARKED = 10_000
"""Changes of one subscription; then it takes nothing new."""
GIVEN_UP_MS = 3 * 24 * 3_600_000
LONGEST_WAIT_MS = 24 * 3_600_000
FIRST_WAIT_S = 5
_CHANCE = 0.1
"""Up to which share waits are shortened, for receivers not to be called by all at once."""
_MOST_DOUBLINGS = 30


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


class RetryWaits:
    """Says how long to wait behind a failed try.

    Parameters
    ----------
    first_s
        The first wait, in seconds; each is twice the one before, up to a day.
    draw
        Returns a number from 0 to 1, by chance.
    """

    def __init__(self, first_s: float, draw: Callable[[], float]) -> None:
        self._first_ms = first_s * 1000
        self._draw = draw

    def wait_ms(self, tries: int, retry_after_s: float | None) -> int:
        """Return the wait behind so many tries, 1 or more, in milliseconds; a day at most.

        Parameters
        ----------
        retry_after_s
            How long the receiver asked for: it waits at least that, but a day at most.

        Examples
        --------
        >>> backoff = RetryWaits(5, lambda: 0.0)
        >>> [backoff.wait_ms(tries, None) for tries in (1, 2, 3, 16)], backoff.wait_ms(1, 60)
        ([5000, 10000, 20000, 86400000], 60000)
        """
        doubled = self._first_ms * 2 ** min(tries - 1, _MOST_DOUBLINGS)
        wait = min(doubled, LONGEST_WAIT_MS) * (1 - _CHANCE * self._draw())
        return int(min(max(wait, (retry_after_s or 0) * 1000), LONGEST_WAIT_MS))


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
    chain: Chain, attempt: Attempt, now_ms: int, backoff: RetryWaits
) -> tuple[Chain | None, tuple[Dead, ...]]:
    """Return what is left of a chain whose first was tried and not taken, and what is given up with it.

    The last try comes three days after the first was parked, to the millisecond, however long the wait would be.
    """
    tries = chain.tries + 1
    old = 0
    while old < len(chain.changes) and chain.changes[old].since_ms + GIVEN_UP_MS <= now_ms:
        old += 1
    if old:
        dead = tuple(
            Dead(each.event, chain.item_id, each.type, each.at_ms, tries, now_ms, attempt.outcome)
            if index == 0
            else Dead(each.event, chain.item_id, each.type, each.at_ms, 0, 0, "")
            for index, each in enumerate(chain.changes[:old])
        )
        left = chain.changes[old:]
        return (untried(chain.item_id, left, now_ms) if left else None), dead
    next_ms = min(now_ms + backoff.wait_ms(tries, attempt.retry_after_s), chain.changes[0].since_ms + GIVEN_UP_MS)
    again = replace(chain, tries=tries, attempt_ms=now_ms, outcome=attempt.outcome, next_ms=next_ms)
    return again, ()


def revived(chain: Chain | None, item_id: str, dead: tuple[Dead, ...], now_ms: int) -> Chain:
    """Return a chain with what was dead of its work item, in order, to be tried at once; None: there was none."""
    again = [ParkedChange(each.event, each.type, each.at_ms, now_ms) for each in dead]
    changes = sorted([*(chain.changes if chain else ()), *again])
    if chain and changes[0] == chain.changes[0]:
        return replace(chain, changes=tuple(changes), next_ms=now_ms)
    return untried(item_id, tuple(changes), now_ms)
