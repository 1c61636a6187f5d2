"""Where offers are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from router.assignment.caps import ONE, Amounts
from router.assignment.commands import KnownAs, Moved
from router.assignment.roster import Candidates
from router.model.decision import Decision
from router.model.dispatch import Answer
from router.model.records import ItemRecord
from router.model.revisions import RevisionPair
from router.model.sealing import NO_OPENINGS, Openings
from router.model.workitem import Kind


class Entering(NamedTuple):
    """How what many were offered is entered for who accepts it: as of whom they are by the workforce now.

    Parameters
    ----------
    candidates
        The rep alone, with their capacity and the caps under which they and the pool count.
    planned
        The revisions that say so; by others it is not done.
    """

    candidates: Candidates
    planned: RevisionPair
    amounts: Amounts = ONE


class AnswerCommand(NamedTuple):
    """An answer to an open offer, on its way through the store.

    Parameters
    ----------
    answer
        ACCEPTED or DECLINED.
    rep, offer
        Who answers, and which offer: its number.
    request_id, fingerprint
        As in ``router.assignment.commands.BindCommand``.
    head
        The packed reason, sealed; empty: none is given.
    openings, customer
        As in ``router.assignment.commands.BindCommand``.
    entering
        Of an acceptance of what many were offered; None of any other answer, and as long as nobody knows.
    """

    item_id: str
    answer: Answer
    rep: str
    offer: int
    request_id: str = ""
    fingerprint: str = ""
    actor: str = ""
    head: bytes = b""
    openings: Openings = NO_OPENINGS
    customer: str = ""
    entering: Entering | None = None


class Answered(NamedTuple):
    """Where a work item stands behind an answer, with the decisions that say what it is, by number, and the newest
    revision of the processes, as of ``router.process.revisions.ports.Processes.newest_process``.
    """

    record: ItemRecord
    decisions: Mapping[int, Decision]
    processes: tuple[int, str]


class OfMany(NamedTuple):
    """Says that many have the offer that is accepted, and how it is to be entered was not said; nothing was written.

    ``content`` is the event with the work item's attributes.
    """

    kind: Kind
    pool: str
    content: int


class AnswerRefusal(StrEnum):
    """Why an offer was not answered; nothing was written."""

    NOT_OPEN = "NOT_OPEN"
    """It was answered, or is somebody else's."""
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    FULL = "FULL"
    """Whoever accepts what many were offered has no room: capacity, a cap."""
    STALE = "STALE"
    """It is planned by rules or a workforce that hold no more."""


class Offers(Protocol):
    """Answers offers, one atomic step each."""

    async def answer(
        self, tenant: str, command: AnswerCommand, *, preview: bool = False
    ) -> Answered | AnswerRefusal | KnownAs | OfMany | Moved:
        """Answer an offer. Accepting again what one has by it changes nothing.

        Raises
        ------
        NotFound
            If there is no such work item.
        """

    async def offered(self, tenant: str, rep: str, count: int) -> Sequence[tuple[int, str]]:
        """Return what is offered to a rep, the oldest offer first: its number and the work item's id."""

    async def how_many(self, tenant: str, rep: str) -> int:
        """Return how many open offers a rep may answer."""

    async def holds(self, tenant: str, rep: str, offer: int, item_id: str) -> bool:
        """Say whether a rep may answer an open offer, by its number, of a work item."""

    async def lapses_of(self, tenant: str, rep: str) -> int:
        """Return how many offers in a row a rep has let lapse; of who was set away for it, the number of the event that
        told so, negative. Of who is away none are counted.
        """
