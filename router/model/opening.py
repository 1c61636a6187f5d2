"""Events with the values that were sealed in them: decisions and activities alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from router.model.activities import TEXTS
from router.model.decision import Decision
from router.model.events import ActivityRecorded, OfferAnswered
from router.model.sealing import Openings, Sealed, is_sealed, opened, opened_texts

ACTIVITY = "activity"
"""What the texts of an activity are sealed as."""
OFFER = "offer"
"""What the reason of who declines one is sealed as."""


def is_closed(event: Any) -> bool:
    """Say whether anything in an event is sealed."""
    if isinstance(event, ActivityRecorded):
        return any(type(getattr(event.activity, name)) is Sealed for name in TEXTS)
    if isinstance(event, OfferAnswered):
        return type(event.reason) is Sealed
    return isinstance(event, Decision) and is_sealed(event.head)


def opened_event(
    event: Decision | ActivityRecorded | OfferAnswered, openings: Openings
) -> Decision | ActivityRecorded | OfferAnswered:
    """Return an event with the values that were sealed in it."""
    if isinstance(event, Decision):
        return opened(event, openings)
    if isinstance(event, OfferAnswered):
        said, lost = opened_texts(event.number, OFFER, {"reason": event.reason}, openings)
        return replace(event, reason=said["reason"], erased=lost)
    stored: dict[str, Any] = {name: getattr(event.activity, name) for name in TEXTS}
    texts: Any
    texts, erased = opened_texts(event.number, ACTIVITY, stored, openings)
    return replace(event, activity=event.activity._replace(**texts), erased=erased)
