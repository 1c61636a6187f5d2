"""What was told, to whom, and how it stands. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class DeliveryState(StrEnum):
    """How a delivery stands; the words are those of the contract."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    PARKED = "PARKED"
    DEAD = "DEAD"
    UNREACHABLE = "UNREACHABLE"
    OBSOLETE = "OBSOLETE"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing told to one receiver; instants in milliseconds since 1970, 0: never.

    Parameters
    ----------
    id
        Identifies it at its receiver.
    event
        Number of the event that it tells of.
    receiver
        Id of the subscription or channel; empty: there was none.
    item_id, rep
        What it is about, and whom it is for; empty: nothing, nobody.
    type
        What it tells: the name of a field of ``WorkItemChange.event``, or of a template.
    outcome
        How the last try ended, see `notifications.attempts.DeliveryAttempt`; empty: there was none.
    tried_through
        Id of the channel of the last try; empty: it was the receiver's, or there was none.
    """

    id: str
    event: int
    receiver: str
    state: DeliveryState
    type: str
    item_id: str = ""
    rep: str = ""
    attempts: int = 0
    outcome: str = ""
    event_ms: int = 0
    attempt_ms: int = 0
    next_ms: int = 0
    tried_through: str = ""


class ReceiverStatus(NamedTuple):
    """How a receiver stands: what waits or is parked, what was given up, when the oldest happened of what should have
    been told by now, in milliseconds since 1970, None: there is nothing; and whether nothing new is taken for it. Of a
    channel how many tries in a row went wrong, how the last one ended, and when, 0: never.
    """

    waiting: int = 0
    dead: int = 0
    oldest_ms: int | None = None
    is_stalled: bool = False
    failures: int = 0
    outcome: str = ""
    attempt_ms: int = 0


class Redriven(NamedTuple):
    """What is tried again at once: what was dead, what was parked, and what had no channel."""

    dead: int = 0
    parked: int = 0
    unreachable: int = 0

    def plus(self, other: Redriven) -> Redriven:
        """Return both together."""
        return Redriven(self.dead + other.dead, self.parked + other.parked, self.unreachable + other.unreachable)
