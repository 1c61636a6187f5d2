"""What clients wrote down: every try of every call, with its times and what came back. Values only."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf

UNKNOWN = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN", "INTERNAL"})
"""Statuses that leave open whether the call was carried out."""
PATIENCE_S = 600.0
"""Far more than anything takes, on a busy machine too."""
_MEANWHILE = 200
"""Calls that are answered in two seconds where there is time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call was answered.

    Parameters
    ----------
    event
        Number of the event that the answer is about; 0: it is about none.
    state
        Outcome of a decision, state of a work item.
    owner, epoch
        Of the work item, as told.
    mark
        Hash of the whole message.
    """

    event: int
    state: str
    owner: str
    epoch: int
    mark: str


@dataclass(frozen=True, slots=True)
class Try:
    """One try.

    Parameters
    ----------
    method
        ``route``, ``batch`` (which routes it among others), ``reassign``, ``accept``, ``decline``, ``complete``,
        ``get``, ``submit`` or ``watch``.
    item_id
        Of the work item it is about; empty for a watch.
    request_id
        Shared by all tries of one wish; empty where nothing is changed, or where it is tried once.
    began, ended
        In seconds, by one clock.
    status
        Name of the gRPC status.
    answer
        What came back; None: a failure.
    expected
        Number of the event that the caller insisted on, of an answer that of the offer; 0: on none.
    """

    method: str
    item_id: str
    request_id: str
    began: float
    ended: float
    status: str
    answer: Reply | None = None
    expected: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """All tries of one request: begun with the first, answered by the first that says something.

    ``ended`` is infinite while nobody knows whether it was carried out.
    """

    method: str
    item_id: str
    began: float
    ended: float
    answer: Reply | None
    expected: int


def wishes(calls: Iterable[Try]) -> list[Wish]:
    """Put tries together; what changes nothing stands alone."""
    together: dict[object, list[Try]] = defaultdict(list)
    for call in calls:
        together[call.request_id or id(call)].append(call)
    return [_wish(sorted(tries, key=lambda call: call.ended)) for tries in together.values()]


def _wish(tries: list[Try]) -> Wish:
    began, first = min(call.began for call in tries), tries[0]
    for call in tries:
        if call.answer:
            return Wish(first.method, first.item_id, began, call.ended, call.answer, first.expected)
    # An earlier try may still be under way when a later one is refused.
    open_end = any(call.status in UNKNOWN for call in tries)
    return Wish(first.method, first.item_id, began, inf if open_end else tries[-1].ended, None, first.expected)


def long_enough(history: Sequence[Try]) -> Callable[[], bool]:
    """Return what says whether so many calls were answered from now on that somebody should have come by.

    By calls and not by seconds: how long somebody takes to come by says how busy the machine is.
    """
    began, until_s = _answered(history), time.monotonic() + PATIENCE_S
    return lambda: _answered(history) - began >= _MEANWHILE or time.monotonic() > until_s


def _answered(history: Sequence[Try]) -> int:
    return sum(call.status not in UNKNOWN and call.method != "batch" for call in history)  # that is many at once
