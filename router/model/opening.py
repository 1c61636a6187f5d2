"""Events with the values that were sealed in them: decisions, updates and activities alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from router.model.activities import TEXTS
from router.model.decision import Decision
from router.model.events import ActivityRecorded, Noted, OfferAnswered, Updated
from router.model.sealing import Openings, Sealed, is_sealed, opened, opened_head, opened_texts

ACTIVITY = "activity"
"""What the texts of an activity are sealed as."""
OFFER = "offer"
"""What the reason of who declines one is sealed as."""
NOTE = "note"
"""What the text of a note is sealed as."""
_Sealing = Decision | Updated | ActivityRecorded | OfferAnswered | Noted
_Event = TypeVar("_Event", Decision | Updated, Decision | Updated | ActivityRecorded | OfferAnswered | Noted)


def may_seal(event: Any) -> bool:
    """Say whether an event is one in which something may be sealed."""
    return isinstance(event, _Sealing)


def is_closed(event: Any) -> bool:
    """Say whether anything in an event is sealed."""
    match event:
        case ActivityRecorded(activity=activity):
            return any(type(getattr(activity, name)) is Sealed for name in TEXTS)
        case OfferAnswered(reason=reason):
            return type(reason) is Sealed
        case Noted(text=text):
            return type(text) is Sealed
        case Updated(head=head, before=before):
            return is_sealed(head) or is_sealed(head._replace(item=before))
    return isinstance(event, Decision) and is_sealed(event.head)


def opened_event(event: _Event, openings: Openings) -> _Event:
    """Return an event with the values that were sealed in it."""
    match event:
        case Decision():
            return opened(event, openings)
        case Updated():
            return _opened_update(event, openings)
        case OfferAnswered():
            said, lost = opened_texts(event.number, OFFER, {"reason": event.reason}, openings)
            return replace(event, reason=said["reason"], erased=lost)
        case Noted():
            said, lost = opened_texts(event.number, NOTE, {"text": event.text}, openings)
            return replace(event, text=said["text"], erased=lost)
    stored: dict[str, Any] = {name: getattr(event.activity, name) for name in TEXTS}
    texts: Any
    texts, erased = opened_texts(event.number, ACTIVITY, stored, openings)
    return replace(event, activity=event.activity._replace(**texts), erased=erased)


def _opened_update(event: Updated, openings: Openings) -> Updated:
    what = f"event {event.number}"
    head, erased = opened_head(what, event.head, openings)
    before, erased_before = opened_head(what, event.head._replace(item=event.before, note=""), openings)
    return replace(event, head=head, before=before.item, erased=tuple(dict.fromkeys((*erased, *erased_before))))
