"""What deliveries of changes need: the log, what is kept of each subscription, and roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from notifications.webhooks.parking import MAX_PARKED, Chain, Dead, Delivered, LoggedChange


class TracedChange(NamedTuple):
    """A change, and what its body is made of, which its feed alone understands."""

    change: LoggedChange
    content: Any


class FeedPage(NamedTuple):
    """What was read of the log: up to which event, and the changes among it, in order."""

    last: int
    changes: Sequence[TracedChange]


class ChangeFeed(Protocol):
    """The changes of a tenant's work items, as the log has them."""

    async def now_ms(self, tenant: str) -> int:
        """Return the time by the tenant's clock, in milliseconds since 1970."""

    async def last(self, tenant: str) -> int:
        """Return the number of the last event; 0: there is none."""

    async def page(self, tenant: str, after: int, count: int) -> FeedPage:
        """Read up to so many events behind a number."""

    async def again(self, tenant: str, event: int) -> TracedChange | None:
        """Return the change of a number once more; None: the log has not got it."""

    async def grown(self, tenant: str, after: int, wait_s: float) -> bool:
        """Wait until the log has an event behind a number; False where time ran out first."""

    async def body(self, tenant: str, traced: TracedChange, role: str, *, gap: bool) -> bytes:
        """Return what is sent of a change: JSON, without what a caller of a role does not see.

        Parameters
        ----------
        role
            Empty: the role from which most is hidden.
        gap
            Whether changes of the work item before it were given up.

        Raises
        ------
        DataLoss
            If what is stored of it cannot be read.
        """

    async def sample(self, tenant: str) -> bytes:
        """Return the body of a change that never was, of the work item ``test``."""


class CursorPlace(NamedTuple):
    """How far a subscription is: behind which event, how often that was written, how many changes are parked."""

    event: int
    turn: int
    parked: int

    @property
    def is_full(self) -> bool:
        """Whether nothing new is taken until there is room."""
        return self.parked >= MAX_PARKED


class KnownItems(NamedTuple):
    """What is kept of some work items: their chains, and of which changes were given up with none delivered since."""

    chains: Mapping[str, Chain]
    gaps: AbstractSet[str]


@dataclass(slots=True)
class Turned:
    """What a turn came to, to be written in one step.

    Parameters
    ----------
    event
        Up to which event the log was read.
    parked
        How many changes are parked then.
    chains
        By work item; None: nothing of it is parked any more.
    gaps
        By work item whose mark changes: whether it has one then.
    revived
        Events of what was dead and is parked again.
    """

    event: int
    parked: int
    chains: dict[str, Chain | None] = field(default_factory=dict)
    gaps: dict[str, bool] = field(default_factory=dict)
    delivered: list[Delivered] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    revived: list[int] = field(default_factory=list)


class DeliveryStore(Protocol):
    """Keeps what is known of each subscription."""

    async def begin(self, tenant: str, subscription: str, event: int) -> None:
        """Begin behind an event, with nothing parked; not where it has begun already, or was deleted."""

    async def place(self, tenant: str, subscription: str) -> CursorPlace | None:
        """Return how far it is; None: it has not begun, or was deleted."""

    async def known(self, tenant: str, subscription: str, item_ids: Sequence[str]) -> KnownItems:
        """Return what is kept of work items."""

    async def due(self, tenant: str, subscription: str, now_ms: int, count: int, skip: int) -> list[Chain]:
        """Return up to so many chains that are to be tried by an instant, the longest due first, behind so many."""

    async def next_ms(self, tenant: str, subscription: str) -> int | None:
        """Return when a chain is next tried, in milliseconds since 1970; None: nothing is parked."""

    async def write(self, tenant: str, subscription: str, turn: int, turned: Turned) -> bool:
        """Write what a turn came to; False, and nothing is written, where somebody wrote since ``CursorPlace.turn``."""


class Tenants(Protocol):
    """Knows the tenants."""

    async def tenants(self) -> Sequence[str]:
        """Return them."""
