"""What people do about a work item: activities, and which evidence they are. Values only."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class ActivityKind(StrEnum):
    """What was done."""

    CALL = "CALL"
    VISIT = "VISIT"
    MEETING = "MEETING"
    MESSAGE = "MESSAGE"
    EMAIL = "EMAIL"
    NOTE = "NOTE"


class Direction(StrEnum):
    """From whom it came: from us, from the customer, or among ourselves."""

    OUTBOUND = "OUTBOUND"
    INBOUND = "INBOUND"
    INTERNAL = "INTERNAL"


class ActivityEvidence(StrEnum):
    """What an activity is evidence of: that somebody tried, that two talked, that the customer came, any of these."""

    ATTEMPT = "ATTEMPT"
    CONTACT = "CONTACT"
    CUSTOMER = "CUSTOMER"
    ANY = "ANY"


class NextChange(StrEnum):
    """What an activity did to its work item's next date."""

    NONE = "NONE"
    SET = "SET"
    ENDED = "ENDED"


class Activity(NamedTuple):
    """What was done; durations in milliseconds, instants in milliseconds since 1970.

    Parameters
    ----------
    rep
        Who acted; empty: nobody of ours.
    next_ms
        The next date; 0: none.
    next_step
        What is to be done then.
    external_id
        What another system calls it; empty: nothing.
    """

    kind: ActivityKind
    direction: Direction
    rep: str
    occur_ms: int
    duration_ms: int = 0
    outcome: str = ""
    note: str = ""
    next_ms: int = 0
    next_step: str = ""
    external_id: str = ""


TEXTS = ("outcome", "note", "next_step", "external_id")
"""Fields of an activity that somebody writes: always personal, for they may say anything."""


class NextDate(NamedTuple):
    """When somebody is to turn to a work item again.

    Parameters
    ----------
    event
        The activity that set it.
    at_ms
        When it is, in milliseconds since 1970.
    since_ms
        When that activity occurred: an older one that is recorded later changes nothing.
    """

    event: int
    at_ms: int
    since_ms: int
