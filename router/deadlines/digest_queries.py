"""Looking up lists of what falls due that were made: of a rep, or of all. Writes nothing.

Each names the one before it, of its rep and of any: so a page costs as much as it holds.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol

from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.deadlines.recipients import Recipients, recipients_of_rep
from router.model.digests import ALL_REPS, DigestBook
from router.model.errors import CorruptHistory, InvalidInput, NotFound
from router.model.events import Digested

NOBODY = Recipients(())


class MadeDigests(Protocol):
    """Knows which lists were made last."""

    async def digests(self, tenant: str, reps: Collection[str] | None = None) -> DigestBook:
        """Return which, of some reps or of all; the last of all is among them."""


class ToldDigest(NamedTuple):
    """A list, and who was told of it."""

    digested: Digested
    recipients: Recipients


class DigestPage(NamedTuple):
    """Lists, the newest first; ``before`` is the event to go on before, None: there is no more."""

    digests: list[ToldDigest]
    before: int | None


class DigestQueries:
    """The use case.

    Parameters
    ----------
    store, planners
        The log, and the workforce.
    made
        Knows where to begin.
    """

    def __init__(self, store: Assignments, made: MadeDigests, planners: PlannerCache) -> None:
        self._store = store
        self._made = made
        self._planners = planners

    async def made(self, tenant: str, *, rep: str = "", before: int | None = None, count: int) -> DigestPage:
        """Return up to ``count`` lists that were made before an event, None: of all.

        Parameters
        ----------
        rep
            For whom; empty: anybody.

        Raises
        ------
        NotFound
            If there is no such rep.
        InvalidInput
            If ``before`` follows no list, or one of another rep.
        CorruptHistory
            If somebody altered what is to be read.
        """
        planner = await self._planners.newest(tenant)
        if rep and rep not in planner.roster.reps:
            raise NotFound("rep", f"tenants/{tenant}/reps/{rep}")
        book = await self._made.digests(tenant, [rep] if rep else [])
        number = book.last.get(rep or ALL_REPS, 0) if before is None else before - 1
        found = list[ToldDigest]()
        while number and len(found) < count:
            is_given = before is not None and not found
            digested = await self._digested(tenant, number, is_given=is_given)
            if is_given and rep not in ("", digested.made.rep):
                raise InvalidInput.of("page_token", "is of the lists of another rep")
            then = await self._planners.at(tenant, planner.rule_set_revision, digested.workforce)
            made = digested.made
            told = recipients_of_rep(made.rep, then.roster, digested.at_ms) if made.total else NOBODY
            found.append(ToldDigest(digested, told))
            number = digested.previous if rep else digested.before
        return DigestPage(found, number + 1 if number else None)

    async def _digested(self, tenant: str, number: int, *, is_given: bool) -> Digested:
        """Read a list; ``is_given`` says that a client named it."""
        events = await self._store.events(tenant, after=number - 1, count=1)
        if not events or not isinstance(events[0], Digested) or events[0].number != number:
            if is_given:
                raise InvalidInput.of("page_token", "names no list")
            raise CorruptHistory(f"event {number}", "the log has not got the list that it should be")
        return events[0]
