"""What a published process says: its stages, and what falls due in each. Values only.

Made from YAML by ``router.process.compiler``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, NamedTuple

from pydantic import Field

from router.model.workitem import Kind, State
from router.process.repeats import Repeats
from router.process.severity import SeverityTable
from rules.conditions import Predicate
from rules.durations import Duration, DurationTable


class Bilingual(NamedTuple):
    """A text in both languages; where one is left out the other stands for both."""

    en: str = ""
    zh: str = ""


NO_WORDS = Bilingual()


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
    """What ends a deadline in time: evidence of an activity, leaving the stage, or that the work item is closed.

    ``ANSWER``, one of ours to the customer or a talk with them, is what ``LAST_INBOUND`` ends with, and nothing else.

    Whatever it is, a deadline of a stage ends with the stage, and every deadline with the work item.
    """

    ATTEMPT = "attempt"
    CONTACT = "contact"
    CUSTOMER = "customer"
    ANY = "any"
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


Recipient = Annotated[RecipientRole | str, Field(union_mode="left_to_right")]
"""A role, or a rep by id; read from what is stored as a role where it is one."""


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
        Whom it tells: roles, or ids of reps; a reminder tells the owner, a reassignment nobody.
    every, at_most
        How long after each time the next follows, by the deadline's clock, and how many times there are; None: it is
        done once.
    by
        How much it raises the priority; 0: it raises none.
    pool
        To whose members it returns the work item; empty: it returns it to none.
    """

    at: StepTime
    act: Act
    to: tuple[Recipient, ...] = (RecipientRole.OWNER,)
    every: Duration | None = None
    at_most: int = 1
    by: int = 0
    pool: str = ""


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

    of: tuple[str, ...]
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


_A_DAY = Duration(1, "d")
APPROVAL = "approval"
"""What the deadline of an approval is called: no other may be called so where a stage wants one."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Who is to approve that a work item enters a stage.

    Parameters
    ----------
    by
        Anybody of this role, or a rep by id; and whoever is above them.
    when
        What has to hold of the work item's attributes, else nobody is asked; None: always.
    within
        How long they have, by the pool's working time.
    on_reject
        The stage that is entered where they do not; empty: it stays in its own.
    """

    by: Recipient
    when: Predicate | None = None
    within: Duration = _A_DAY
    on_reject: str = ""

    @property
    def deadline(self) -> Deadline:
        """What falls due of it: they are told at once, and whoever is above them as it is due."""
        steps = tuple(DeadlineStep(Fraction(at), Act.NOTIFY, (self.by,)) for at in (0, 1))
        return Deadline(APPROVAL, DurationTable(self.within), ClockOwner.POOL, steps=steps, pauses=False)


OWNER = "owner"
"""What a child's ``exclude`` calls who owned the parent as it entered the stage, beside ``HANDLERS`` as in a route."""


@dataclass(frozen=True, slots=True)
class ChildTask:
    """What a stage opens as a work item enters it: another work item, its child.

    Parameters
    ----------
    pool
        Of which the child is to get its owner.
    within
        How long the owner has, by their own hours; None: as long as they like, or, with ``each``, until its date.
    blocks
        Whether the work item may not go on to a later stage while the child is open.
    each
        The attribute that lists dates, of which each makes one child; empty: there is one child.
    exclude
        Who never gets it: ``HANDLERS`` or ``OWNER`` of the parent, or attributes of it whose texts name reps.
    clock
        By whose working time ``within`` runs.
    """

    id: str
    kind: Kind
    pool: str
    title: Bilingual = NO_WORDS
    within: Duration | None = None
    blocks: bool = False
    each: str = ""
    exclude: tuple[str, ...] = ()
    clock: ClockOwner = ClockOwner.OWNER


CSAT, NPS = "csat", "nps"
"""What a customer may be asked: how satisfied they are with how it went, 1 to 5; how likely they would recommend us, 0
to 10.
"""


@dataclass(frozen=True, slots=True)
class AnswerFollowUp:
    """What is done about an answer of a customer that is no better than it says.

    Parameters
    ----------
    at_most
        The best answer of which it is done.
    to
        Who is told at once.
    open
        What is opened; None: nothing is.
    """

    at_most: int
    to: tuple[Recipient, ...] = (RecipientRole.MANAGER,)
    open: ChildTask | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage.

    Parameters
    ----------
    required
        The attributes that a work item must have to enter it.
    following
        The stages that may follow; None: every one behind it.
    closes
        The state in which the work item is closed by entering it; None: it stays open.
    open
        What is opened as a work item enters it.
    approve
        Who is to approve that it is entered; None: nobody.
    pool
        Of which a work item is while it stands in it, whatever the rules say; empty: its owner stays.
    """

    id: str
    title: Bilingual = NO_WORDS
    guide: Bilingual = NO_WORDS
    required: tuple[str, ...] = ()
    following: tuple[str, ...] | None = None
    closes: State | None = None
    deadlines: tuple[Deadline, ...] = ()
    open: tuple[ChildTask, ...] = ()
    approve: Approval | None = None
    pool: str = ""

    @property
    def falling_due(self) -> tuple[Deadline, ...]:
        """All that may fall due of it, the approval of its entry too."""
        return (*self.deadlines, self.approve.deadline) if self.approve else self.deadlines


_HALF, _ALL = Fraction(1, 2), Fraction(1)
CHILD_DEADLINE = "done"
"""The id of the deadline of a child."""
CHILD_DUE = "~due"
"""As what a child has its date, beside its attributes, of which none is called so."""


def child_stage_id(stage: str, child: str) -> str:
    """Return the id of the stage in which a child stands: that of no other stage, for ids hold no such mark."""
    return f"{stage}~{child}"


def is_of_child(stage: str) -> bool:
    """Say whether a stage is one in which a child stands."""
    return "~" in stage


def opener_of(stage: str) -> str:
    """Return the id of the stage that opens what stands in a child's; of an answer's see ``answer_id``."""
    return stage.rpartition("~")[0]


def answer_id(name: str) -> str:
    """Return what stands in the place of a stage where an answer, ``csat`` or ``nps``, opens a child: no stage is
    called so.

    Examples
    --------
    >>> child_stage_id(answer_id("csat"), "call"), opener_of("~csat~call")
    ('~csat~call', '~csat')
    """
    return f"~{name}"


def _child_stage(opener: str, child: ChildTask) -> Stage:
    """Return the stage in which a child stands until it is closed: nothing follows it.

    Its owner is reminded at half of the time, and their manager told at the end of it; where it has a date, on
    that date, and a working day behind it.
    """
    deadlines: tuple[Deadline, ...] = ()
    told = (RecipientRole.MANAGER,)
    if child.each:
        steps = DeadlineStep(_ALL, Act.REMIND), DeadlineStep(AfterDue(_A_DAY), Act.NOTIFY, told)
        deadlines = (_child_deadline(steps, dated=DueDate((CHILD_DUE,))),)
    elif child.within:
        steps = DeadlineStep(_HALF, Act.REMIND), DeadlineStep(_ALL, Act.NOTIFY, told)
        deadlines = (_child_deadline(steps, child.within, clock=child.clock),)
    return Stage(child_stage_id(opener, child.id), child.title, following=(), deadlines=deadlines)


def _child_deadline(
    steps: tuple[DeadlineStep, ...],
    within: Duration | None = None,
    dated: DueDate | None = None,
    clock: ClockOwner = ClockOwner.OWNER,
) -> Deadline:
    return Deadline(CHILD_DEADLINE, DurationTable(within), clock, until=Until.COMPLETION, steps=steps, dated=dated)


@dataclass(frozen=True, slots=True)
class Process:
    """A process, as one revision of it says.

    Parameters
    ----------
    revision
        Counts the publications of all processes of the tenant; 0: it is not published.
    event
        The event that published it: what came before is not in it; 0: it is not published.
    kinds
        What enters it.
    deadlines
        Those of the whole process: they run through all stages, and ``ENTERED`` is the entry into the first.
    complaints
        Whether what is in it is a complaint: while one is open its customer is not asked whether they would recommend
        us.
    csat, nps
        What is done about answers of customers; None: nothing.
    severity
        From what the severity of its work items follows where nobody says it; None: it does not.
    repeats
        When a work item repeats an earlier one of its customer; None: nobody looks.
    by_id
        Its stages.
    standing
        All in which a work item may stand: its stages, and those of the children that these open.
    """

    id: str
    kinds: frozenset[Kind]
    stages: tuple[Stage, ...]
    title: Bilingual = NO_WORDS
    deadlines: tuple[Deadline, ...] = ()
    complaints: bool = False
    csat: AnswerFollowUp | None = None
    nps: AnswerFollowUp | None = None
    revision: int = 0
    event: int = 0
    severity: SeverityTable | None = None
    repeats: Repeats | None = None
    by_id: Mapping[str, Stage] = field(init=False, repr=False, compare=False)
    standing: Mapping[str, Stage] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id = {stage.id: stage for stage in self.stages}
        children = [_child_stage(opener, child) for opener, child in self.tasks]
        object.__setattr__(self, "by_id", by_id)
        object.__setattr__(self, "standing", by_id | {stage.id: stage for stage in children})

    @property
    def first(self) -> Stage:
        """The stage that what is new enters."""
        return self.stages[0]

    @property
    def tasks(self) -> list[tuple[str, ChildTask]]:
        """All that is opened: by which stage, or what stands in its place, see ``answer_id``, and what."""
        by_stages = [(stage.id, child) for stage in self.stages for child in stage.open]
        answers = ((CSAT, self.csat), (NPS, self.nps))
        return by_stages + [(answer_id(name), each.open) for name, each in answers if each and each.open]

    def may_follow(self, stage: str, other: str) -> bool:
        """Say whether a stage may be followed by another.

        Examples
        --------
        >>> process = Process("p", frozenset(), (Stage("new"), Stage("lost", following=("new",)), Stage("won")))
        >>> process.may_follow("new", "won"), process.may_follow("won", "new"), process.may_follow("lost", "new")
        (True, False, True)
        """
        following = self.standing[stage].following
        if following is not None:
            return other in following
        names = [each.id for each in self.stages]
        return other in names[names.index(stage) + 1 :]
