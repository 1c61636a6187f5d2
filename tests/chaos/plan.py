"""A seed → what happens when. The same seed gives the same plan; how the processes take it is up to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Part(StrEnum):
    """What faults befall."""

    SERVER = "server"
    WORKER = "worker"
    STORE = "store"
    LINE = "connection"


class Fault(StrEnum):
    """What can go wrong."""

    SERVER_KILLED = "server killed"
    WORKER_KILLED = "worker killed"
    WORKER_FROZEN = "worker frozen beyond its lease"
    STORE_KILLED = "store killed, restarted from its file"
    STORE_KILLED_IN_COMMIT = "store killed inside a commit"
    STORE_RESTARTED = "store stopped and restarted"
    STORE_FROZEN = "store frozen"
    STORE_FULL = "store out of memory"
    STORE_READ_ONLY = "store read-only (a replica)"
    STORE_TOO_ALONE = "store without its replicas"
    SCRIPTS_FLUSHED = "scripts flushed"
    REPLY_CUT = "connection cut in mid-reply"
    LINE_CUT = "connections cut, all"

    @property
    def part(self) -> Part:
        """What it befalls: the first word, or what ``scripts`` are kept in."""
        first = self.partition(" ")[0].rstrip("s")
        return Part.STORE if first == "script" else Part(first)


@dataclass(frozen=True, slots=True)
class Event:
    """One fault.

    Parameters
    ----------
    after_s
        Seconds after the end of the one before it.
    lasts_s
        How long it lasts, where it lasts.
    draw
        In [0, 1): which of several, or where.
    """

    fault: Fault
    after_s: float
    lasts_s: float
    draw: float


_PAUSE_S = (0.1, 1.0)
_LASTS_S = (0.05, 0.8)
_MUCH = 10_000


def plan(seed: int, number: int, faults: Sequence[Fault] = tuple(Fault)) -> list[Event]:
    """Return what falls in one round: each fault once in every row of all of them, in an order of its own.

    Examples
    --------
    >>> plan(1, 1) == plan(1, 1) != plan(1, 2)
    True
    """
    random = Random(f"{seed}/{number}")
    events: list[Event] = []
    while len(events) < _MUCH // 100:
        row = list(faults)
        random.shuffle(row)
        events += [Event(fault, random.uniform(*_PAUSE_S), random.uniform(*_LASTS_S), random.random()) for fault in row]
    return events
