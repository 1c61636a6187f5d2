"""What people do about a work item: activities, and which evidence they are. Values only."""

from __future__ import annotations

from collections.abc import Collection
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


WRITTEN = frozenset({ActivityKind.MESSAGE, ActivityKind.EMAIL})


class Occurrence(NamedTuple):
    """An activity that counts: its event, and when it occurred, in milliseconds since 1970; 0 and 0: there is none."""

    event: int = 0
    at_ms: int = 0


class ItemEvidence(NamedTuple):
    """What a work item's activities prove, as far as deadlines ask.

    Parameters
    ----------
    attempt, contact, customer, any
        The latest of each evidence, by when it occurred; of one instant that recorded first. An attempt is the last of
        ours that went out.
    unanswered
        The oldest message of the customer's that nobody answered. Where an answer to it is recorded when later messages
        are known already, the last of those takes its place.
    answered
        The latest by which the customer was answered: one of ours went out, or two talked.
    """

    attempt: Occurrence = Occurrence()
    contact: Occurrence = Occurrence()
    customer: Occurrence = Occurrence()
    any: Occurrence = Occurrence()
    unanswered: Occurrence = Occurrence()
    answered: Occurrence = Occurrence()

    def after(
        self, number: int, kind: ActivityKind, evidence: Collection[ActivityEvidence], occur_ms: int
    ) -> ItemEvidence:
        """Return the evidence with one more activity, by the event that records it."""
        new, is_answer = Occurrence(number, occur_ms), answers(kind, evidence)
        latest = [
            new if what in evidence and occur_ms > old.at_ms else old
            for what, old in zip(ActivityEvidence, self[:4], strict=True)
        ]
        customer, unanswered, answered = latest[2], self.unanswered, self.answered
        if is_answer and occur_ms > answered.at_ms:
            answered = new
            if unanswered.at_ms <= occur_ms:
                unanswered = customer if unanswered.event and customer.at_ms > occur_ms else Occurrence()
        elif ActivityEvidence.CUSTOMER in evidence and not is_answer and occur_ms > answered.at_ms:
            unanswered = new if not unanswered.event or occur_ms < unanswered.at_ms else unanswered
        return ItemEvidence(*latest)._replace(unanswered=unanswered, answered=answered)


NO_EVIDENCE = ItemEvidence()


def answers(kind: ActivityKind, evidence: Collection[ActivityEvidence]) -> bool:
    """Say whether an activity answers the customer: one of ours went out, or two talked."""
    talked = ActivityEvidence.CONTACT in evidence and kind not in WRITTEN
    return talked or ActivityEvidence.ATTEMPT in evidence
