"""Does what belongs together stand side by side in the log, with nothing missing? A part of ``router.history.replay``.

An update after which a work item is decided anew is followed by that decision. Whatever rescinds an offer does both in
one step: a closing, an update or a reassignment comes just behind, and what a change of the workforce rescinds comes
just behind that, before the settlements of the same change.
"""

from __future__ import annotations

from collections.abc import Iterator

from router.model.decision import Cause, Decision
from router.model.dispatch import Answer
from router.model.events import Completed, Event, OfferAnswered, Settled, Updated, WorkforceChanged

_BY_CHANGE = ("SETTLED", "LEFT")


class Neighbours:
    """Looks at the events of a log in order."""

    def __init__(self) -> None:
        self._number = 0
        """Of the event before."""
        self._updated = ""
        """The work item that the update just before has decided anew."""
        self._last: OfferAnswered | None = None
        """Rescinded by the event before, for one that comes just behind."""
        self._change: WorkforceChanged | None = None
        """The change that just rescinds offers."""
        self._unsettled: dict[str, OfferAnswered] = {}
        """By pool, what was rescinded last for a settlement that comes behind."""

    def faults(self, event: Event) -> Iterator[str]:
        """Say what is wrong about where an event stands."""
        if event.number != self._number + 1:
            yield f"events: number {event.number} follows {self._number}: some are missing"
        self._number = event.number
        if _breaks_off(self._updated, event):
            yield f"event {event.number}: it follows an update after which {self._updated} is decided anew"
        self._updated = event.item_id if isinstance(event, Updated) and event.is_decided else ""
        yield from self._rescinded(event)

    def at_end(self) -> Iterator[str]:
        """Say what is missing behind the last event."""
        yield from self._rescinded(None)

    def _rescinded(self, event: Event | None) -> Iterator[str]:
        """Say which offers were rescinded for something that is not there, as an event shows; None: the log's end."""
        if self._last and not _is_for(self._last, event):
            yield _fault(self._last)
        is_rescinded = isinstance(event, OfferAnswered) and event.answer is Answer.RESCINDED
        rescinded = event if isinstance(event, OfferAnswered) and is_rescinded else None
        is_by_change = rescinded is not None and rescinded.because in _BY_CHANGE
        self._last = rescinded if not is_by_change else None
        if rescinded and is_by_change and not _is_of(rescinded, self._change):
            yield _fault(rescinded)
        if isinstance(event, Settled):
            self._unsettled.pop(event.pool, None)
        elif not is_by_change:
            yield from map(_fault, self._unsettled.values())
            self._unsettled.clear()
        if rescinded and rescinded.because == "SETTLED":
            self._unsettled[rescinded.pool] = rescinded
        if not is_by_change:
            self._change = event if isinstance(event, WorkforceChanged) else None


def _breaks_off(updated: str, event: Event) -> bool:
    """Say whether an event is not the decision that the update just before it asks for, or one that none asks for."""
    is_for_update = isinstance(event, Decision) and event.head.cause is Cause.UPDATED
    return is_for_update is not bool(updated) or (
        isinstance(event, Decision) and is_for_update and event.item_id != updated
    )


def _is_for(rescinded: OfferAnswered, event: Event | None) -> bool:
    """Say whether an offer was rescinded for the event just behind it."""
    match event:
        case Completed():
            because = "COMPLETED"
        case Updated():
            because = "UPDATED"
        case Decision():
            because = "OVERRIDE" if event.head.named else "REASSIGNED"
        case _:
            return False
    return (rescinded.because, rescinded.item_id) == (because, event.item_id)


def _is_of(rescinded: OfferAnswered, change: WorkforceChanged | None) -> bool:
    """Say whether a change of the workforce may have rescinded an offer."""
    if change is None or rescinded.because == "SETTLED":
        return change is not None
    return any(name == f"rep/{rescinded.rep}" or (not rescinded.rep and name[:4] == "rep/") for name in change.names)


def _fault(event: OfferAnswered) -> str:
    said = f"RESCINDED does not follow: nothing beside it says {event.because or 'why'}"
    return f"event {event.number}: offer {event.offer} of {event.item_id}: {said}"
