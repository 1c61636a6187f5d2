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


class StandingOffer(NamedTuple):
    """An open offer, with all that undoes it.

    Parameters
    ----------
    rep
        Whom it is made to; empty: the ``audience``.
    kind
        Of the work item.
    charge
        In micro-units.
    entitled
        Whom it entitled in the pool's ledger, in micro-units; nobody, where many have it.
    counted
        What it counts under caps: the field of the store's counts, the calendar window or the slot, and the amount.
    credited, credit
        How much of a credit its charge used, and the event of that credit; 0 for none.
    lapses_until_away, band
        Its terms, as in ``Dispatch``.
    audience
        Who has it and has not declined, with their weights.
    """

    number: int
    rep: str
    pool: str
    kind: str
    charge: int
    entitled: tuple[tuple[str, int], ...] = ()
    counted: tuple[tuple[str, str | int, int], ...] = ()
    credited: int = 0
    credit: int = 0
    lapses_until_away: int = 0
    band: int | None = None
    audience: tuple[tuple[str, int], ...] = ()

    @property
    def holders(self) -> tuple[str, ...]:
        """Who may answer it."""
        return (self.rep,) if self.rep else tuple(rep for rep, _ in self.audience)


class Answer(StrEnum):
    """What became of an offer."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    RESCINDED = "RESCINDED"
