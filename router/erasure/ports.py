"""What erasing needs: the store that holds personal values beside the log, and what is on its way into it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from router.model.events import Content


class Counts(NamedTuple):
    """What was personal and is erased, or would be.

    Parameters
    ----------
    items
        Work items in which something was, and, of a customer, all others that are theirs and changed since they were
        erased last.
    values
        Sealed values, one for each time that an event needed them.
    submissions
        Work items that were not routed yet, and now never will be.
    scores
        Remembered scores of the customer.
    """

    items: int = 0
    values: int = 0
    submissions: int = 0
    scores: int = 0


NOTHING = Counts()


@dataclass(frozen=True, slots=True)
class Erasure:
    """A wish to erase, as the store is asked, page by page.

    Parameters
    ----------
    item_ids
        Whose sealed values.
    customer
        Whose scores; empty: nobody's.
    submissions
        How many were removed from the queue before.
    before
        What the pages before this one have erased.
    request_id, fingerprint
        Identify a request that is carried out with this page; no id, no repetition.
    """

    item_ids: Sequence[str]
    customer: str = ""
    submissions: int = 0
    before: Counts = NOTHING
    request_id: str = ""
    fingerprint: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Compacted:
    """What came of having the store rewrite its files.

    Parameters
    ----------
    clean_ms
        From when on no file of the store holds what was erased before, in milliseconds since 1970; 0: not known.
    hindrance
        Why it is not known; empty: it is.
    """

    clean_ms: int = 0
    hindrance: str = ""

    def in_spite_of(self, left: str) -> Compacted:
        """Add why something of the subject may be left; nothing if it cannot."""
        return Compacted(0, "; ".join(filter(None, (left, self.hindrance)))) if left else self


class LogPage(NamedTuple):
    """Decisions and updates of a slice of the log, as they were made.

    What cannot be read is left out, and told by its number.
    """

    contents: list[Content]
    unreadable: list[int]
    last: int


class PersonalValues(Protocol):
    """Holds what opens sealed values."""

    async def items_of(self, tenant: str, customer: str) -> list[str]:
        """Return all work items in which something of a customer is sealed, and theirs, in the order of their ids."""

    async def erased_before(self, tenant: str, request_id: str, fingerprint: str) -> Counts | None:
        """Return what a request erased that was carried out before; None if there was none.

        Raises
        ------
        RequestIdReused
            If its id was used for other content.
        """

    async def erase(self, tenant: str, erasure: Erasure, *, preview: bool = False) -> Counts:
        """Erase, and write down that it was done; return what there was, with what was erased before.

        Where there was nothing, nothing is written down.
        """

    async def stored_contents(self, tenant: str, item_ids: Sequence[str]) -> list[Content]:
        """Return decisions about some work items, and their updates, as they are stored: what is sealed stays so."""

    async def log_page(self, tenant: str, *, after: int = 0, count: int = 500) -> LogPage | None:
        """Return decisions and updates among the next events of the log, behind a number; None if there are none."""

    async def is_sealed(self, tenant: str) -> bool:
        """Say whether the log was sealed from its first event on, or rewritten since."""

    async def compact(self) -> Compacted:
        """Have the store rewrite its files, so that what was erased is in none of them."""


class Pending(NamedTuple):
    """Submissions that are not routed yet: those of a subject, and those of which nobody can say whose they are."""

    item_ids: list[str]
    unreadable: list[str]


class Submitted(Protocol):
    """Holds work items that are not routed yet, their content in full."""

    async def of_customer(self, tenant: str, fields: Collection[str], customer: str) -> Pending:
        """Return those of a customer, who is named in one of the fields, and those that cannot be read."""

    async def waiting(self, tenant: str, item_ids: Sequence[str]) -> int:
        """Count those of the named that are there."""

    async def remove(self, tenant: str, item_ids: Sequence[str]) -> int:
        """Remove them for good; return how many there were.

        Raises
        ------
        Conflict
            If a worker has one of them: nothing is removed, or what was before the worker took it.
        """
