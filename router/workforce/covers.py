"""Who stands in for whom: the substitutes that leaves name, of one revision of the workforce. Pure.

While a rep is on leave, a substitute whom the leave names has what they had open; when the leave is over they have it
back. Absences that overlap or touch are one leave. Of several that name somebody the one that began last holds; where
none of these lasts any more, the one that ended last does, so that nothing moves on the way from one to the next.
Whoever is on leave too is stood in for by their own substitute, and so on; where that leads to nobody who is there,
everything stays where it is. Instants are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from router.model.calendars import Absence
from router.model.workforce import Rep, WorkforceRecords
from router.workforce.open_hours import Span


class Hindrance(StrEnum):
    """Why a work item stays with somebody on leave, or does not come back from whoever stands in."""

    INACTIVE = "INACTIVE"
    """Whoever is to get it is inactive, or is no more."""
    ON_LEAVE = "ON_LEAVE"
    """The substitute is on leave, and nobody stands in for them."""
    CIRCLE = "CIRCLE"
    """The substitutes stand in for one another."""
    CONFLICT = "CONFLICT"
    """The route recuses whoever is to get it."""
    UNREADABLE = "UNREADABLE"
    """Today's rules cannot read it."""
    GIVEN = "GIVEN"
    """They got it, or accepted it, while they were known to be on leave."""


class Responsible(NamedTuple):
    """Who is to have what is a rep's: they, or whoever stands in; ``rep`` is empty where nobody can, for a reason."""

    rep: str
    hindrance: Hindrance | None = None


class Substitutes:
    """Who stands in for whom.

    Parameters
    ----------
    records
        Of that revision.
    """

    def __init__(self, records: WorkforceRecords) -> None:
        self._reps: Mapping[str, Rep] = records.reps
        self._records = records.absences
        self.reps = frozenset(absence.rep for absence in records.absences.values() if absence.substitute)
        """Whose leaves name somebody."""
        self._changed = {one.id: records.changed.get(("absence", one.id), 0) for one in records.absences.values()}
        self._instants: dict[str, list[int]] = {}

    @cached_property
    def _absences(self) -> Mapping[str, Sequence[Absence]]:
        """Those of each rep, in the order of their starts."""
        absences: dict[str, list[Absence]] = {}
        for absence in sorted(self._records.values(), key=lambda one: (one.start_ms, one.id)):
            absences.setdefault(absence.rep, []).append(absence)
        return absences

    @cached_property
    def _leaves(self) -> Mapping[str, Sequence[Span]]:
        return {rep: _leaves(absences) for rep, absences in self._absences.items()}

    def holder(self, rep: str, at_ms: int) -> Responsible:
        """Say who is to have what is a rep's at an instant."""
        path = [rep]
        while name := self.named(path[-1], at_ms):
            if name in path:
                return Responsible("", Hindrance.CIRCLE)
            substitute = self._reps.get(name)
            if substitute is None or not substitute.active:
                return Responsible("", Hindrance.INACTIVE)
            path.append(name)
        if path[-1] != rep and self.leave(path[-1], at_ms):
            return Responsible("", Hindrance.ON_LEAVE)
        holder = self._reps.get(path[-1])
        if holder is None or not holder.active:
            return Responsible("", Hindrance.INACTIVE)
        return Responsible(path[-1])

    def stand_in(self, absence: Absence, now_ms: int) -> str:
        """Return who has what is a rep's because of an absence: now, or at its nearest end; empty: nobody, or they."""
        at_ms = min(max(now_ms, absence.start_ms), absence.end_ms - 1)
        return self.holder(absence.rep, at_ms).rep if self.named(absence.rep, at_ms) else ""

    def named(self, rep: str, at_ms: int) -> str:
        """Return whom a rep's leave at an instant names; empty: nobody, or they are not on leave."""
        leave = self.leave(rep, at_ms)
        if leave is None:
            return ""
        naming = [
            absence
            for absence in self._absences[rep]
            if absence.substitute and leave[0] <= absence.start_ms <= at_ms and absence.end_ms <= leave[1]
        ]
        return max(naming, key=lambda one: _turn(one, at_ms)).substitute if naming else ""

    def leave(self, rep: str, at_ms: int) -> Span | None:
        """Return the leave on which a rep is at an instant; None: they are not."""
        return next((leave for leave in self._leaves.get(rep, ()) if leave[0] <= at_ms < leave[1]), None)

    def known_leave(self, rep: str, at_ms: int, revision: int) -> Span | None:
        """Return the leave on which a rep is at an instant, if the workforce of a revision says so just as today's."""
        absences = (one for one in self._absences.get(rep, ()) if one.start_ms <= at_ms < one.end_ms)
        return self.leave(rep, at_ms) if any(self._changed[one.id] <= revision for one in absences) else None

    def instants(self, rep: str) -> Sequence[int]:
        """Return the instants at which another may be to have what is a rep's, in order."""
        if rep not in self._instants:
            reached = [rep]
            for other in reached:
                names = {absence.substitute for absence in self._absences.get(other, ())} - {""}
                reached += sorted(names.difference(reached))
            absences = [absence for other in reached for absence in self._absences.get(other, ())]
            self._instants[rep] = sorted({at for one in absences for at in (one.start_ms, one.end_ms)})
        return self._instants[rep]

    def changes(self, rep: str, owner: str, since_ms: int) -> Iterator[tuple[int, str]]:
        """Yield when, from an instant on, somebody other than the owner is to have what is a rep's, and who."""
        for at_ms in [since_ms, *(at for at in self.instants(rep) if at > since_ms)]:
            holder = self.holder(rep, at_ms).rep
            if holder and holder != owner:
                yield at_ms, holder

    def circle(self, rep: str) -> list[str]:
        """Return who would stand in for one another because of a rep's leaves, the first once more at the end."""
        for at_ms in self.instants(rep):
            path = [rep]
            while name := self.named(path[-1], at_ms):
                path.append(name)
                if name in path[:-1]:
                    return path[path.index(name) :]
        return []


def _leaves(absences: Sequence[Absence]) -> list[Span]:
    """Return when somebody is on leave, in order; ``absences`` are in the order of their starts."""
    leaves = list[Span]()
    for absence in absences:
        if leaves and absence.start_ms <= leaves[-1][1]:
            leaves[-1] = leaves[-1][0], max(leaves[-1][1], absence.end_ms)
        else:
            leaves.append((absence.start_ms, absence.end_ms))
    return leaves


def _turn(absence: Absence, at_ms: int) -> tuple[bool, int, str]:
    """Order absences of one leave: those that last behind those that ended, then by start, or by end."""
    lasts = absence.end_ms > at_ms
    return lasts, absence.start_ms if lasts else absence.end_ms, absence.id
