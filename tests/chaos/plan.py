"""A seed → what happens when. The same seed gives the same plan; how the processes take it is up to them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Part(StrEnum):
    """What faults befall; those that befall one part wait for each other."""

    SERVER = "server"
    WORKER = "worker"
    STORE = "store"
    LINE = "connection"


class Fault(StrEnum):
    """What can go wrong."""

    SERVER_KILLED = "server killed"
    SERVER_KILLED_AT_STEP = "server killed at a step of a commit"
    ROLES_TWICE = "server given a role that another has"
    SERVER_CLOCK = "server's clock jumps by hours"
    WORKER_KILLED = "worker killed"
    WORKER_KILLED_AT_STEP = "worker killed at a step of a commit"
    WORKER_FROZEN = "worker frozen beyond its lease"
    WORKER_CLOCK = "worker's clock jumps by hours"
    WORK_TWICE = "worker given what another has"
    WORK_REORDERED = "worker given its work in another order"
    STORE_KILLED = "store killed, restarted from its file"
    STORE_KILLED_IN_COMMIT = "store killed inside a commit"
    STORE_RESTARTED = "store stopped and restarted"
    STORE_FROZEN = "store frozen"
    STORE_FULL = "store out of memory"
    STORE_READ_ONLY = "store read-only (a replica)"
    STORE_TOO_ALONE = "store without its replicas"
    STORE_EMPTIED = "store restarted without its data"
    SCRIPTS_FLUSHED = "store's scripts flushed"
    REPLY_CUT = "connection cut in mid-reply"
    LINE_CUT = "connections cut, all"
    REPLIES_LOST = "connections cut behind replies that were lost"
    PRIMARY_KILLED = "primary killed, replica takes over"
    PRIMARY_KILLED_IN_COMMIT = "primary killed inside a commit, likewise"
    PRIMARY_KILLED_AHEAD = "primary killed while its replica lags"
    PRIMARY_FROZEN = "primary frozen, wakes up replaced"
    PRIMARY_REPLACED = "primary replaced on request"
    REPLICA_KILLED = "replica killed"
    REPLICA_FROZEN = "replica frozen"

    @property
    def part(self) -> Part:
        """What it befalls: its first word."""
        first = self.partition(" ")[0].removesuffix("'s").rstrip("s")
        return Part.STORE if first in ("primary", "replica") else Part(first)


class Topology(StrEnum):
    """What the store is made of; ``stores`` has the classes."""

    ALONE = "alone"
    SENTINEL = "sentinel"

    @property
    def faults(self) -> list[Fault]:
        """What can befall it."""
        other = Topology.SENTINEL if self is Topology.ALONE else Topology.ALONE
        return [fault for fault in Fault if fault not in _ONLY[other]]

    @property
    def pause_s(self) -> tuple[float, float]:
        """How long nothing new happens between two faults, in seconds: a fail-over takes its time."""
        return (0.1, 1.0) if self is Topology.ALONE else (0.3, 2.0)


_OF_PRIMARIES = frozenset(fault for fault in Fault if fault.startswith(("primary", "replica")))
_ONLY = {
    Topology.ALONE: frozenset(fault for fault in Fault if fault.startswith(("store ", "connection"))),
    Topology.SENTINEL: _OF_PRIMARIES,
}


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


Deed = Callable[[Event], Awaitable[bool]]
"""Lets a fault happen and heals it; False: it found nobody."""
Patience = Callable[[], Callable[[], bool]]
"""Begins to wait for somebody to come by: returns what says whether that was long enough."""
_LASTS_S = (0.05, 0.8)
_MOST = 100
"""More than fall in one round."""


def plan(seed: int, number: int, faults: Sequence[Fault], pause_s: tuple[float, float]) -> list[Event]:
    """Return what falls in one round: each fault once in every row of all of them, in an order of its own.

    Examples
    --------
    >>> faults, pause_s = Topology.ALONE.faults, Topology.ALONE.pause_s
    >>> plan(1, 1, faults, pause_s) == plan(1, 1, faults, pause_s) != plan(1, 2, faults, pause_s)
    True
    """
    random = Random(f"{seed}/{number}")
    events: list[Event] = []
    while faults and len(events) < _MOST:
        row = list(faults)
        random.shuffle(row)
        events += [Event(fault, random.uniform(*pause_s), random.uniform(*_LASTS_S), random.random()) for fault in row]
    return events
