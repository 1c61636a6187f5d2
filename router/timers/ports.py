"""Where timers are kept, and who says which there are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from router.assignment.planner import Planner
from router.model.decision import Decision
from router.model.digests import DigestBook, MadeDigest
from router.model.events import LeaveCredit
from router.model.records import ItemRecord
from router.model.revisions import RevisionPair
from router.model.workitem import State
from router.timers.timer import Position, Timer, TimerStatus

MAX_TIMERS = 200
"""Timers fired by one call: enough to make the round trip cheap, few enough to keep nobody waiting."""


class Present(NamedTuple):
    """What what falls due depends on beside the work item.

    Parameters
    ----------
    planner
        At the revisions that are active.
    workforce_ms
        Since when the workforce is so, in milliseconds since 1970.
    """

    planner: Planner
    workforce_ms: int = 0


class Schedule(Protocol):
    """Says when something of a work item falls due. A pure function of what it is given."""

    @property
    def state(self) -> State:
        """The state of the work items that it is about."""

    def concerns(self, record: ItemRecord, present: Present) -> bool:
        """Say whether anything may fall due of a work item in that state, before its attributes are read."""

    def may_fall_due(self, present: Present) -> bool:
        """Say whether anything may fall due of any work item in that state that has no next date."""

    def due(self, present: Present, record: ItemRecord, decision: Decision) -> Timer | None:
        """Return what falls due next; None for nothing.

        Parameters
        ----------
        present
            As of the last event that was taken in.
        record
            Where the work item stands.
        decision
            The one that gave it its owner, or that it waits, with the attributes that it has by now.
        """


class Timers(Protocol):
    """Keeps timers in the order in which they fall due."""

    async def followed(self, tenant: str) -> Position:
        """Return how far the log was followed; the beginning where it never was."""

    async def set_timers(
        self, tenant: str, before: Position, after: Position, timers: Mapping[str, Sequence[Timer]]
    ) -> bool:
        """Have work items have these timers and no others, and the log be followed so far, in one step.

        False, and nothing is written, where it is not at ``before`` any more: somebody else follows it.
        """

    async def skip(
        self, tenant: str, before: Position, *, processes: int, may_wait: bool, may_be_offered: bool = False
    ) -> int:
        """Have the log be followed to its end unread: nothing falls due by the rules and workforce of ``before``.

        Return how many events that were. 0, and nothing is written, where the log is not followed to ``before``, rules,
        workforce or processes changed since, somebody is away, a work item has a next date, or there is a timer: then
        it is to be read.

        Parameters
        ----------
        processes
            The newest revision of the processes, by which nothing falls due, and of which everybody was told.
        may_wait
            Whether nothing falls due of what waits either; else it is 0 where anything does.
        may_be_offered
            The same of what is offered.
        """

    async def fire(
        self, tenant: str, count: int = MAX_TIMERS, *, skip: Callable[[str, object], object] = lambda *_: None
    ) -> int:
        """Fire what is due by the store's clock, in the order of due, equals in that of their entries.

        Who is away until then is back. What is void by now is removed and does not fire; what does not fire
        stays, see ``router.timers.timer.is_made``. Return how many were removed, fired or not.

        Parameters
        ----------
        skip
            Told of each work item whose record cannot be read, and why: its timer is removed and does not fire either.
        """

    async def leave(
        self, tenant: str, timers: Sequence[Timer], *, skip: Callable[[str, object], object] = lambda *_: None
    ) -> int:
        """Fire steps that would give work items to somebody else, and leave these where they are; see ``fire``."""

    async def credit(self, tenant: str, planned: RevisionPair, timer: Timer, step: LeaveCredit) -> bool:
        """Make a step of a credit, and remove its timer; False, and nothing is done, where it is void or not due.

        Parameters
        ----------
        planned
            By which revisions the step is.

        Raises
        ------
        StaleRevision
            If the workforce changed.
        """

    async def make_digest(self, tenant: str, planned: RevisionPair, timer: Timer, made: MadeDigest) -> bool:
        """Write a list of what falls due, and remove its timer; False, and nothing is done, where it is not due, or the
        last one of its rep and kind fell due then or later.

        Parameters
        ----------
        planned
            By which revisions it is due.

        Raises
        ------
        StaleRevision
            If the workforce changed.
        """

    async def digests(self, tenant: str, reps: Collection[str] | None = None) -> DigestBook:
        """Return which lists were made last, of some reps or of all; the last of all is among them."""

    async def timer_status(self, tenant: str) -> TimerStatus:
        """Return how the timers stand."""

    async def timers(self, tenant: str, start: int = 0, count: int = 1000) -> list[Timer]:
        """Return timers in the order of due, from a place in it on."""

    async def forget_timers(self, tenant: str) -> None:
        """Throw all timers away, and how far the log was followed: they are then made again."""
