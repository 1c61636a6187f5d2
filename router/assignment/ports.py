"""Owners, loads, ledgers, and the log of every change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from router.assignment.commands import BindCommand, Changed, Completion, KnownAs, Moved, Refusal
from router.model.decision import Decision, DecisionEffect, Outcome
from router.model.dispatch import StandingOffer
from router.model.events import Content, Event
from router.model.records import Counted, CustomerScore, ItemRecord, LedgerState
from router.model.revisions import RevisionPair
from router.model.workitem import Kind

MAX_JOBS = 64
"""Jobs of one call of ``Assignments.bind``: enough to make the round trip cheap, few enough to keep nobody waiting."""


class StoreClock(Protocol):
    """Knows the time by the one clock."""

    async def now_us(self, tenant: str) -> int:
        """Return the time of a tenant's store, in microseconds since 1970."""

    def expected_ms(self, tenant: str) -> int:
        """Return what it is likely to be, in milliseconds, without asking: by all that the store has said of it."""


class Assignments(StoreClock, Protocol):
    """Owners, loads, ledgers and the log of every change of them: one atomic step per change, by one clock."""

    async def bind(
        self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], *, preview: bool = False
    ) -> list[Decision | Refusal | KnownAs | Moved]:
        """Do up to ``MAX_JOBS`` jobs in order, all by the same revisions; one answer each.

        A job that is planned for other instants than now is left out, and says so.

        Raises
        ------
        StaleRevision
            If rules or workforce are no longer at ``revisions``; nothing was written.
        """

    async def update(
        self, tenant: str, revisions: RevisionPair, command: BindCommand, *, preview: bool = False
    ) -> Changed | Refusal | Moved:
        """Do the job of an update, or answer a repeated request with the event that it made.

        Raises
        ------
        StaleRevision
            As ``bind``.
        """

    async def complete(self, tenant: str, completion: Completion, *, preview: bool = False) -> ItemRecord | Refusal:
        """Close a work item.

        Raises
        ------
        NotFound
            If there is no such work item.
        """

    async def item(self, tenant: str, item_id: str) -> ItemRecord | None:
        """Return where a work item stands, by its id or by another one that leads to it."""

    async def items(self, tenant: str, item_ids: Sequence[str]) -> list[ItemRecord | None]:
        """Return where work items stand, in order."""

    async def waiting(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items that wait and first came after an event, oldest first: event number and id."""

    async def dated(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items with a next date, in the order in which these were set: number of the event and id."""

    async def asked(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items of which something was asked that nobody answered, in that order: number and id.

        Some may be among them of which nothing is asked any more, by another stage or their end.
        """

    async def surveyed(self, tenant: str, *, before: int | None = None, count: int = 1000) -> list[tuple[int, str]]:
        """Return which customers are to be asked, and have not answered, by an event before another, the newest first:
        its number, and what they are asked, ``csat/`` or ``nps/``, with the id of their work item.
        """

    async def open_offers(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items that are offered by an event behind another, the oldest offer first: number and id."""

    async def standing_offers(self, tenant: str) -> Mapping[str, StandingOffer | None]:
        """Return all open offers, by work item; None: it cannot be read."""

    async def lapses(self, tenant: str) -> Mapping[str, int]:
        """Return how many offers in a row reps have let lapse, see ``router.offers.ports.Offers``."""

    async def owned(
        self, tenant: str, owner: str, *, is_open: bool, after: int = 0, count: int = 1000
    ) -> list[tuple[int, str]]:
        """Return the work items that an owner has open, or had when they were closed, and that first came after an
        event, oldest first: event number and id.
        """

    async def owners(self, tenant: str) -> list[str]:
        """Return who has any work item open, in order."""

    async def covered(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the open work items whose owner stands in for somebody, and that first came after an event, oldest
        first: event number and id.
        """

    async def of_customer(
        self, tenant: str, customer: str, *, after: int = 0, before: int | None = None, count: int = 1000,
        newest_first: bool = False,
    ) -> list[tuple[int, str]]:  # fmt: skip
        """Return the work items of a customer that first came after an event and, if it is given, before another,
        oldest first or newest first: the event's number and id.

        They named the customer by the rules of when they came, or became theirs: who needs to know looks at what
        they say now, see ``router.assignment.customers.customer_of``.
        """

    async def last_nps(self, tenant: str, customer: str) -> int:
        """Return the event by which a customer said last how likely they would recommend us, or that they are to be
        asked for it; 0: there is none.
        """

    async def repeated(self, tenant: str, request_id: str, fingerprint: str) -> Decision | Refusal | None:
        """Return the answer that a request id was given before, if any."""

    async def has_done(self, tenant: str, request_id: str, fingerprint: str) -> bool:
        """Say whether a request that is answered with a work item was done before.

        Raises
        ------
        RequestIdReused
            If its id was used for other content.
        """

    async def keep_request(
        self, tenant: str, request_id: str, fingerprint: str, item_id: str, *, expected: int, number: int
    ) -> bool:
        """Keep that a request was answered, which changed nothing: sent again it has been done.

        Parameters
        ----------
        request_id
            Empty: there is nothing to keep.
        expected
            The version of the work item that it was answered from; 0: any.
        number
            The event that it was answered with; 0: none.

        Returns
        -------
        bool
            Whether it is kept; False: the work item is another by now.

        Raises
        ------
        RequestIdReused
            If its id was used for other content.
        """

    async def events(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, newest_first: bool = False
    ) -> list[Event]:
        """Return events with ``after < number`` and, if it is given, ``number < before``."""

    async def effects(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, whole: Outcome | None = None
    ) -> list[Event | DecisionEffect]:
        """Return the same, oldest first, of decisions only what they changed; those of the outcome ``whole`` whole."""

    async def history(self, tenant: str, item_id: str, last: int, count: int = 100) -> list[Event]:
        """Return a work item's events from a number on backwards, newest first."""

    async def decisions(self, tenant: str, numbers: Sequence[int]) -> list[Decision]:
        """Return the decisions of these numbers, in order.

        Raises
        ------
        CorruptHistory
            If the log has not got one of them.
        """

    async def contents(self, tenant: str, numbers: Sequence[int]) -> list[Content]:
        """Return the events of these numbers that hold what work items are, in order.

        Raises
        ------
        CorruptHistory
            As ``decisions``.
        """

    async def ledger(self, tenant: str, pool: str) -> LedgerState:
        """Return a pool's ledger; an empty one where nothing was ever charged."""

    async def loads(self, tenant: str) -> dict[tuple[str, Kind], int]:
        """Return the open units by place and kind, see ``load_places``; where there are none they are left out."""

    async def worked(self, tenant: str) -> dict[tuple[str, Kind], int]:
        """Return those of the open units that were worked on since their owners have them, likewise."""

    async def counts(self, tenant: str) -> dict[str, Counted]:
        """Return what was counted under caps, by field, see ``router.assignment.caps.AppliedCap``."""


class CustomerScores(Protocol):
    """Knows what was scored last."""

    async def last_scores(self, tenant: str, customers: Collection[str]) -> Mapping[str, CustomerScore]:
        """Return what is known, by the customer's id; who is not known is left out."""


class LogFollower(Protocol):
    """Says when there is more in the log."""

    async def grown(self, tenant: str, after: int, wait_s: float) -> bool:
        """Wait until the log has an event behind a number; False where time ran out first."""
