"""When the customer of a work item is to be asked how it went, and whether they would recommend us. Pure.

That follows from its life: once it is closed, so long behind that as its process says. How it went is asked once of a
ticket, also if that is reopened; whether they would recommend us is settled as it falls due, each time that it is
closed. What is reopened before is not asked of, nor what was answered already, a child, or what was never one.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from router.model.events import Erased, Event
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, Kind, State
from router.process.definition.processes import Process
from router.process.definition.tasks import CSAT, is_of_child
from router.process.life.lives import Life, lives_of
from router.process.stages.places import StagePlace
from rules.durations import UNIT_MS, Duration

_DAY_MS = 86_400_000


class SpareReason(StrEnum):
    """Why a customer is not asked whether they would recommend us."""

    RECENT = "RECENT"
    """They were, or answered, less than 90 days before."""
    COMPLAINT = "COMPLAINT"
    """They have a complaint open; its id follows behind a slash."""
    UNKNOWN = "UNKNOWN"
    """Nobody can say who they are."""


class PlannedSurvey(NamedTuple):
    """What a customer is to be asked, ``csat`` or ``nps``: behind which event, the end, and when, in ms since 1970."""

    name: str
    event: int
    at_ms: int


def asks(process: Process) -> bool:
    """Say whether customers are to be asked anything by a process."""
    return bool(process.surveys)


def planned_surveys(place: StagePlace | None, record: ItemRecord, events: Sequence[Event]) -> list[PlannedSurvey]:
    """Return what the customer of a work item is still to be asked.

    Parameters
    ----------
    place, record
        Where it stands.
    events
        All that happened to it, the oldest first.
    """
    if place is None or record.state not in CLOSED_STATES - {State.DISQUALIFIED} or is_of_child(place.stage.id):
        return []
    lives = lives_of(events)
    if not lives or lives[-1].closed is None or any(isinstance(event, Erased) for event in events):
        return []
    number, at_ms = lives[-1].closed
    return [
        PlannedSurvey(name, number, at_ms + length_ms(after))
        for name, after in place.process.surveys
        if (_csat_is_owed(record.kind, lives) if name == CSAT else _is_unsettled(name, lives[-1], number))
    ]


def _csat_is_owed(kind: Kind, lives: Sequence[Life]) -> bool:
    """Say whether nobody asked how it went of a ticket, nor was told, in any of its lives."""
    said = {name for life in lives for name, _ in _settled(life)}
    return kind is Kind.TICKET and CSAT not in said


def _is_unsettled(name: str, life: Life, closed: int) -> bool:
    """Say whether nothing was asked, settled or answered since the end of a life."""
    return not any(each == name and event > closed for each, event in _settled(life))


def _settled(life: Life) -> list[tuple[str, int]]:
    """Return what was asked, settled or answered in a life, and by which events."""
    return [(each.name, each.event) for each in life.answers] + [(each.name, each.event) for each in life.surveys]


def length_ms(after: Duration) -> int:
    """Return how long a duration is around the clock, in milliseconds; a day has 24 hours.

    Examples
    --------
    >>> length_ms(Duration(1, "h")), length_ms(Duration(2, "cd"))
    (3600000, 172800000)
    """
    return after.amount * UNIT_MS.get(after.unit, _DAY_MS)
