"""What a process says of a deadline: by whose hours, from what, until what, and what its steps do. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field

from router.process.definition.words import NO_WORDS, Bilingual
from rules.durations import Duration, DurationTable


class ClockOwner(StrEnum):
    """Whose working time a deadline runs by: the owner's, the pool's, or nobody's (on the wall).

    While nobody owns the work item the owner's clock is the pool's, and else the tenant's.
    """

    OWNER = "owner"
    POOL = "pool"
    WALL = "wall"


class Since(StrEnum):
    """What starts a deadline."""

    ARRIVAL = "arrival"
    """The work item came, or was reopened."""
    ASSIGNED = "assigned"
    """Its owner got it, or, where they had it before, it entered the stage: a new owner starts it anew."""
    ENTERED = "entered"
    """It entered the stage."""
    LAST_INBOUND = "last_inbound"
    """The customer wrote or called, and nobody has answered since: the oldest such. It ends when somebody does."""
    LAST_OUTBOUND = "last_outbound"
    """One of ours turned to the customer last, or, where nobody did since, it entered the stage."""
    LAST_ACTIVITY = "last_activity"
    """Anybody did anything last that is evidence, or, where nobody did since, it entered the stage."""


class Until(StrEnum):
    """What ends a deadline in time: evidence of an activity, a note, leaving the stage, or the end of the work item.

    ``ANSWER``, one of ours to the customer or a talk with them, is what ``LAST_INBOUND`` ends with, and nothing else.
    ``NOTE``, what a person wrote down or said among us, proves nothing, and ends what waits for just that.

    Whatever it is, a deadline of a stage ends with the stage, and every deadline with the work item.
    """

    ATTEMPT = "attempt"
    CONTACT = "contact"
    CUSTOMER = "customer"
    ANY = "any"
    NOTE = "note"
    ANSWER = "answer"
    STAGE = "stage"
    COMPLETION = "completion"


class Act(StrEnum):
    """What a step does."""

    REMIND = "remind"
    """Tells the owner that it falls due."""
    NOTIFY = "notify"
    """Tells whoever ``to`` names."""
    REASSIGN = "reassign"
    """Gives the work item to somebody else."""
    RAISE_PRIORITY = "raise_priority"
    """Has it go before others that wait."""
    RETURN = "return"
    """Gives it to somebody else, of a pool that the step names."""


GIVING = frozenset({Act.REASSIGN, Act.RETURN})
"""What gives a work item to somebody else."""
CHANGING = GIVING | {Act.RAISE_PRIORITY}
"""What changes a work item, and tells nobody."""


class RecipientRole(StrEnum):
    """Whom a step tells, beside reps by id."""

    OWNER = "owner"
    MANAGER = "manager"
    MANAGERS_MANAGER = "manager's manager"
    POOL_MANAGERS = "pool managers"


@dataclass(frozen=True, slots=True)
class NamedChannel:
    """A channel by id, whoever reads it, such as the bot of a group; whether it exists is not known here."""

    channel: str


Recipient = Annotated[RecipientRole | NamedChannel | str, Field(union_mode="left_to_right")]
"""A role, a channel, or a rep by id; read from what is stored as a role where it is one."""
Person = Annotated[RecipientRole | str, Field(union_mode="left_to_right")]
"""A role, or a rep by id."""


@dataclass(frozen=True, slots=True)
class BeforeDue:
    """So long before a deadline is due, by its clock."""

    before: Duration


@dataclass(frozen=True, slots=True)
class AfterDue:
    """So long after a deadline was due, by its clock."""

    after: Duration


StepTime = Fraction | Duration | BeforeDue | AfterDue
"""When a step is due: at a share of the deadline's time, e.g. 1/2 for 50 %, or so long from its start; of a deadline by
a date 1, which is when it is due; or so long before or after it is due. By the deadline's clock.
"""


@dataclass(frozen=True, slots=True)
class DeadlineStep:
    """What is done at a time of a deadline.

    Parameters
    ----------
    to
        Whom it tells: roles, channels, or ids of reps; a reminder tells the owner, a reassignment nobody.
    every, at_most
        How long after each time the next follows, by the deadline's clock, and how many times there are; None: it is
        done once.
    by
        How much it raises the priority; 0: it raises none.
    pool
        To whose members it returns the work item; empty: it returns it to none.
    ignores_quiet_hours
        Whether what it tells is sent although the channel is quiet.
    """

    at: StepTime
    act: Act
    to: tuple[Recipient, ...] = (RecipientRole.OWNER,)
    every: Duration | None = None
    at_most: int = 1
    by: int = 0
    pool: str = ""
    ignores_quiet_hours: bool = False


class OnClosed(StrEnum):
    """What becomes of what is due by a date at which nobody works."""

    BEFORE = "before"
    """It is due as the last day opens that does so before it."""
    AFTER = "after"
    """It is due as the next day opens."""
    AS_IS = "as_is"
    """It stays where it is: of a day its midnight."""


@dataclass(frozen=True, slots=True)
class DueDate:
    """A date that a deadline is due by: one that the work item has.

    Parameters
    ----------
    of
        The fields that may hold it, the first that does counts: a day, which is due as it opens, or an instant.
    before
        So long before it, on the wall: days are those of the calendar, working or not. None: at the date itself.
    on_closed
        By the deadline's clock; around the clock every day opens at midnight.
    yearly
        Whether it returns each year, from the first that lies not behind its beginning.
    """

    of: Annotated[tuple[str, ...], BeforeValidator(lambda of: (of,) if isinstance(of, str) else of)]
    before: DurationTable | None = None
    on_closed: OnClosed = OnClosed.BEFORE
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is to be done until when.

    Parameters
    ----------
    within
        How long, by its clock: a duration, or a table of them over one field of the work item.
    steps
        In the order in which they fall due.
    statutory
        It is set by law or contract: nothing ever pauses it.
    pauses
        Whether it stands still while its work item is paused; None: as those like it do, see ``pausable``.
    dated
        The date that it is due by, instead of ``within`` and ``since``: it begins as its stage is entered, or when the
        work item gets its date; None: it is due by none.
    title
        What people call it who are told of it; empty: by its id.
    """

    id: str
    within: DurationTable
    clock: ClockOwner = ClockOwner.OWNER
    since: Since = Since.ENTERED
    until: Until = Until.STAGE
    steps: tuple[DeadlineStep, ...] = ()
    statutory: bool = False
    pauses: bool | None = None
    dated: DueDate | None = None
    title: Bilingual = NO_WORDS

    @property
    def times(self) -> list[tuple[DeadlineStep, int]]:
        """Each time of each step, in the order in which they fall due: the step, and the how manyth time, from 0.

        Examples
        --------
        >>> again = DeadlineStep(Fraction(1), Act.REMIND, every=Duration(30, "m"), at_most=3)
        >>> last = DeadlineStep(Fraction(3), Act.REASSIGN)
        >>> times = Deadline("d", DurationTable(Duration(1, "h")), steps=(again, last)).times
        >>> [(str(step.act), time) for step, time in times]
        [('remind', 0), ('remind', 1), ('remind', 2), ('reassign', 0)]
        """
        return [(step, time) for step in self.steps for time in range(step.at_most)]

    @property
    def pausable(self) -> bool:
        """Say whether it stands still while its work item is paused.

        Unless it says so itself, what is to be solved or to be told of again does, and no response: whoever waits for
        the first, or for an answer, is not made to wait longer. What is statutory, or due by a date, never does.

        Examples
        --------
        >>> hour = DurationTable(Duration(1, "h"))
        >>> Deadline("resolution", hour, until=Until.COMPLETION).pausable
        True
        >>> Deadline("update", hour, since=Since.LAST_OUTBOUND, until=Until.ATTEMPT).pausable
        True
        >>> Deadline("first-response", hour, since=Since.ASSIGNED, until=Until.ATTEMPT).pausable
        False
        >>> Deadline("decision", hour, until=Until.COMPLETION, statutory=True).pausable
        False
        """
        if self.statutory or self.dated:
            return False
        if self.pauses is not None:
            return self.pauses
        return self.since is Since.LAST_OUTBOUND or self.until in (Until.STAGE, Until.COMPLETION)
