"""What was asked whether a work item may enter a stage, and what became of that. Pure.

What was asked stands until the work item enters a stage, is closed or migrated, or something else is asked. An answer
is of what it was as it was asked: where an attribute that the stage's condition looks at has changed since, there is
none.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from router.model.events import Completed, Event, Note, Noted, Updated
from router.process.definition.tasks import Approval
from router.process.life.occurrences import Occurrence

_ATTRIBUTE = "attributes."


class AskState(StrEnum):
    """What became of what was asked."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    VOID = "VOID"
    """It is asked no more, for what it was about has changed."""


class AskAnswer(NamedTuple):
    """An answer: by which event and when, in milliseconds since 1970, whether it is approved, and by which rep."""

    event: int
    at_ms: int
    is_approved: bool
    rep: str


class Ask(NamedTuple):
    """What was asked: whether a work item may enter a stage.

    Parameters
    ----------
    event, at_ms
        By which event, and when, in milliseconds since 1970.
    rep, pool
        Whose the work item was.
    actor
        Who asked, as events name them; empty: nobody was asked who they are.
    answered
        None: it is not.
    over
        What took it away: an entry into a stage, its end, being migrated, or another that was asked; None: nothing has.
    changes
        Attributes that changed since, each with the first time that it did.
    """

    event: int
    at_ms: int
    stage: str
    rep: str
    pool: str
    actor: str
    answered: AskAnswer | None = None
    over: Occurrence | None = None
    changes: tuple[tuple[str, Occurrence], ...] = ()

    def changed(self, approval: Approval) -> Occurrence | None:
        """Return what changed an attribute that a stage's approval looks at; None: nothing has."""
        field = approval.when.field if approval.when else ""
        return next((change for name, change in self.changes if name == field), None)

    def state(self, approval: Approval) -> AskState:
        """Say what became of it, as long as nothing took it away.

        Parameters
        ----------
        approval
            The one of its stage.
        """
        if self.changed(approval):
            return AskState.VOID
        if self.answered is None:
            return AskState.PENDING
        return AskState.APPROVED if self.answered.is_approved else AskState.REJECTED


def asked_after(asks: tuple[Ask, ...], event: Event) -> tuple[Ask, ...]:
    """Return what was asked of a work item behind an event of it."""
    match event:
        case Noted(note=Note.ASKED):
            ask = Ask(event.number, event.at_ms, event.subject, event.rep, event.pool, event.actor)
            return (*_over(asks, event), ask)
        case Noted(note=Note.APPROVED | Note.REJECTED) if asks and asks[-1].event == event.value:
            answered = AskAnswer(event.number, event.at_ms, event.note is Note.APPROVED, event.subject)
            return (*asks[:-1], asks[-1]._replace(answered=answered))
        case Completed() | Noted(note=Note.MIGRATED):
            return _over(asks, event)
        case Updated(entered=entered):
            return _over(asks, event) if entered else _changed(asks, event)
    return asks


def open_ask(asks: tuple[Ask, ...]) -> Ask | None:
    """Return what was asked last, answered or not; None: nothing, or something took it away."""
    return asks[-1] if asks and asks[-1].over is None else None


def _over(asks: tuple[Ask, ...], event: Noted | Completed | Updated) -> tuple[Ask, ...]:
    if open_ask(asks) is None:
        return asks
    return (*asks[:-1], asks[-1]._replace(over=Occurrence(event.number, event.at_ms)))


def _changed(asks: tuple[Ask, ...], event: Updated) -> tuple[Ask, ...]:
    last = open_ask(asks)
    if last is None:
        return asks
    known = {name for name, _ in last.changes}
    names = [each.removeprefix(_ATTRIBUTE) for each in event.changed if each.startswith(_ATTRIBUTE)]
    here = Occurrence(event.number, event.at_ms)
    return (*asks[:-1], last._replace(changes=(*last.changes, *((name, here) for name in names if name not in known))))
