"""How a pool hands out its work, and what is known of an offer. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class DispatchMode(StrEnum):
    """How work is handed to whom the ledger chooses."""

    PUSH = "PUSH"
    """They own it at once."""
    OFFER = "OFFER"
    """They own it once they accept it."""
    BROADCAST = "BROADCAST"
    """Whoever of the eligible accepts first owns it."""


class DispatchClock(StrEnum):
    """By which clock an offer lapses: on the wall, in the working time of the rep, or of the pool."""

    WALL = "WALL"
    REP = "REP"
    POOL = "POOL"


@dataclass(frozen=True, slots=True)
class Dispatch:
    """How a pool hands out its work.

    Parameters
    ----------
    timeout_ms
        After how long an offer lapses; 0: never.
    offers_open
        How many offers a rep may have open, to be offered one more of this pool.
    lapses_until_away
        After how many lapses in a row a rep is set away; 0: never.
    broadcast_band
        How far below the largest claim a claim may be to be offered what many are, in micro-units; None: any.
    """

    mode: DispatchMode = DispatchMode.PUSH
    timeout_ms: int = 0
    clock: DispatchClock = DispatchClock.WALL
    offers_open: int = 1
    lapses_until_away: int = 0
    broadcast_band: int | None = None

    @property
    def offers(self) -> bool:
        """Whether anything of it has to be accepted."""
        return self.mode is not DispatchMode.PUSH


PUSH = Dispatch()


class OpenOffer(NamedTuple):
    """An offer that nobody answered yet, as a work item's record has it.

    Parameters
    ----------
    number
        That of the decision that made it.
    rep
        Whom it is made to; empty: many.
    pool
        Whose work it is.
    timeout_ms, clock
        Its terms, as in ``Dispatch``.
    at_ms
        When it was made, in milliseconds since 1970.
    """

    number: int
    rep: str
    pool: str
    timeout_ms: int
    clock: DispatchClock
    at_ms: int


class Answer(StrEnum):
    """What became of an offer."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    RESCINDED = "RESCINDED"
