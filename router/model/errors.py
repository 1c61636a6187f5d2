"""What can go wrong in routing, beside what every package may fail of.

::

    AlreadyExists
    └── ActivityExists          another system's id stands for another activity
    Conflict                    somebody else changed it first
    └── StaleRevision           decided by rules or reps that no longer hold: decide again
    NotPossible                 its state forbids it
    ├── BeyondHorizon           no calendar is worked out so far ahead
    ├── OfferNotOpen            an offer was answered, or is somebody else's
    ├── TooManySources          a tenant has as many sources of leads as it may have
    └── FormatMismatch          another version of Fairlead wrote the store
    Exhausted
    ├── QueueFull               nothing more is taken in now                try again later
    ├── TooManyFailures         too much waits for a source to be mended    try again later
    └── TrialUnfinished         the processors have other work              try again later
    Unavailable
    ├── Stopping                the service ends: another one goes on       try again at once
    └── FellBehind              who watches reads too slowly                try again at once
    DataLoss
    └── CorruptHistory          a record contradicts the code that made it

Nobody eligible is not among them: that is an outcome. What rules alone have stands in ``router.rules.errors``.
"""

from __future__ import annotations

from failures import (
    AlreadyExists,
    Conflict,
    DataLoss,
    Exhausted,
    Failure,
    InvalidInput,
    MemoryShort,
    NotFound,
    NotPossible,
    RequestIdReused,
    StaleEtag,
    StoreUnavailable,
    Unavailable,
    Violation,
)

__all__ = [
    "ActivityExists",
    "AlreadyExists",
    "BeyondHorizon",
    "Conflict",
    "CorruptHistory",
    "Failure",
    "FormatMismatch",
    "InvalidInput",
    "MemoryShort",
    "NotFound",
    "NotPossible",
    "OfferNotOpen",
    "QueueFull",
    "RequestIdReused",
    "StaleEtag",
    "StaleRevision",
    "Stopping",
    "StoreUnavailable",
    "TooManyFailures",
    "TooManySources",
    "TrialUnfinished",
    "Violation",
]  # fmt: skip


class ActivityExists(AlreadyExists):
    """An external id stands for an activity that was recorded with other content."""

    reason = "ACTIVITY_EXISTS"

    def __init__(self, name: str) -> None:
        super().__init__("activity", name)
        self.args = (f"activity.external_id: that of {name}, which says otherwise: another activity needs another id",)


class StaleRevision(Conflict):
    """The rules or the workforce changed since they were read."""

    reason = "STALE_REVISION"


class QueueFull(Exhausted):
    """The queue holds as much as it may."""

    reason = "QUEUE_FULL"

    def __init__(self, name: str, n_submissions: int, retry_after_s: float = 1.0) -> None:
        description = f"{name} holds {n_submissions} submissions, dead letters included, as much as it may"
        super().__init__(name, description, retry_after_s)


class TooManySources(NotPossible):
    """A tenant has as many sources of leads as it may have."""

    reason = "TOO_MANY_SOURCES"

    def __init__(self, name: str, most: int) -> None:
        super().__init__(name, f"it has {most} sources, and may have no more: delete one that nobody needs")


class TooManyFailures(Exhausted):
    """So many leads of a source wait to be mapped that none more are kept."""

    reason = "TOO_MANY_FAILURES"

    def __init__(self, name: str, waiting: int, most: int, retry_after_s: float = 60.0) -> None:
        description = f"{waiting:,} leads of {name} wait for it to be mended, and at most {most:,} may: send them again"
        super().__init__(name, description, retry_after_s)


class TrialUnfinished(Exhausted):
    """A rule set, or a process, was not checked in time, for the machine is busy: that says nothing of it."""

    reason = "TRIAL_UNFINISHED"

    def __init__(self, deadline_s: float) -> None:
        done = f"checking and trying it was not done within {deadline_s:,.15g} s, for the server's processors are busy"
        super().__init__(None, f"{done}: nothing was published or found; try again later", 30.0)


class Stopping(Unavailable):
    """The service ends, and with it what would never have ended by itself."""

    reason = "STOPPING"

    def __init__(self) -> None:
        super().__init__("the service stops: call again, with the last token you have", retry_after_s=None)


class FellBehind(Unavailable):
    """Whoever watches reads so slowly that what happened meanwhile is not kept for them.

    Parameters
    ----------
    after
        Number of the last event that they were told of, or that nothing was told of.
    """

    reason = "FELL_BEHIND"

    def __init__(self, after: int) -> None:
        self.after = after
        super().__init__("more changes came meanwhile than are kept: call again, with the last token you have", None)


class BeyondHorizon(NotPossible):
    """An instant lies further ahead than calendars are worked out."""

    reason = "BEYOND_HORIZON"

    def __init__(self, name: str, wanted: str) -> None:
        super().__init__(name, f"{wanted}: not within the three years ahead that calendars are worked out for")


class OfferNotOpen(NotPossible):
    """An offer was answered by now, or is made to somebody else; its words say what became of it."""

    reason = "OFFER_NOT_OPEN"


class FormatMismatch(NotPossible):
    """The store was written by another version of Fairlead, which this one does not understand."""

    reason = "FORMAT_MISMATCH"

    def __init__(self, name: str, stored: int, expected: int) -> None:
        fault = f"its store has format {stored}, this version of Fairlead reads and writes {expected}: " + (
            "start a newer version" if stored > expected else "stop every server, then start one of this version"
        )
        super().__init__(name, fault)


class CorruptHistory(DataLoss):
    """A stored decision does not follow from its own facts: the log was altered, or the code that decides was."""

    reason = "CORRUPT_HISTORY"
