"""What people are to be told: what waits for each channel, and what became of it. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from notifications.deliveries import Delivery, DeliveryState

WAITING_STATES = frozenset({DeliveryState.WAITING, DeliveryState.PARKED})


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One thing for one rep, or for whoever reads a channel; instants in milliseconds since 1970, 0: never.

    What it says is not kept: it is read off the event when it is sent.

    Parameters
    ----------
    id
        Tells it from all others of its tenant, whatever channel it goes through, see ``message_id``.
    event, since_ms
        Number of the event that it tells of, and when that happened.
    channel
        Through what it goes; empty: there is nothing.
    type
        Name of its template.
    rep, item_id
        Whom it is for, and what it is about; empty: nobody by name, nothing or several.
    is_urgent
        Whether it goes though its channel is quiet.
    tries, failing_since_ms
        How often it was tried in all, and when that went wrong first on its channel.
    refused_ms
        When it was refused last on its channel with nothing else beside it.
    left
        The channels that it went through before, in vain.
    tried_through
        The channel of the last try, which ``outcome`` is of.
    """

    id: str
    event: int
    since_ms: int
    channel: str
    type: str
    rep: str = ""
    item_id: str = ""
    is_urgent: bool = False
    state: DeliveryState = DeliveryState.WAITING
    tries: int = 0
    failing_since_ms: int = 0
    refused_ms: int = 0
    attempt_ms: int = 0
    next_ms: int = 0
    outcome: str = ""
    left: tuple[str, ...] = ()
    tried_through: str = ""

    @property
    def addressed(self) -> str:
        """The channel that its event names in place of a rep, whether or not it is there; empty: it is for a rep."""
        return "" if self.rep else self.id.partition("::")[2]

    @property
    def delivery(self) -> Delivery:
        """It, as whoever looks after deliveries sees it."""
        receiver = self.channel or self.addressed
        return Delivery(
            self.id, self.event, receiver, self.state, self.type, self.item_id, self.rep, self.tries, self.outcome,
            self.since_ms, self.attempt_ms, self.next_ms, self.tried_through,
        )  # fmt: skip


def message_id(event: int, rep: str, channel: str = "") -> str:
    """Return the id of what an event tells a rep, or, where it names none, whoever reads a channel.

    Examples
    --------
    >>> message_id(7, "li-na"), message_id(7, "", "east-bot")
    ('7:li-na', '7::east-bot')
    """
    return f"{event}:{rep}" if rep else f"{event}::{channel}"


class ChannelState(NamedTuple):
    """How a channel stands; instants in milliseconds since 1970, 0: never.

    Parameters
    ----------
    turn
        Counts what was written of it: whoever writes must have seen the last.
    sent_ms
        When something was taken last.
    failures
        Tries in a row that went wrong.
    next_ms
        Before that nothing is tried that was tried before.
    at_most
        How many messages the next digest holds at most, since one was refused; 0: as many as there is room for.
    redrives
        Counts how often somebody had all of it be tried at once.
    outcome, attempt_ms
        How the last try ended, and when.
    """

    turn: int = 0
    sent_ms: int = 0
    failures: int = 0
    next_ms: int = 0
    at_most: int = 0
    redrives: int = 0
    outcome: str = ""
    attempt_ms: int = 0


class WaitingMessages(NamedTuple):
    """How a channel stands, and what waits for it, the oldest event first."""

    state: ChannelState
    entries: Sequence[OutboxEntry]
