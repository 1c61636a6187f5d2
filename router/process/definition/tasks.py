"""What a process has others do beside its deadlines: approve, do what is opened, answer for answers. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from router.model.workitem import Kind
from router.process.definition.deadlines import (
    Act,
    ClockOwner,
    Deadline,
    DeadlineStep,
    DueDate,
    Person,
    Recipient,
    RecipientRole,
)
from router.process.definition.words import NO_WORDS, Bilingual
from rules.conditions import Predicate
from rules.durations import Duration, DurationTable

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

    by: Person
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
APPROVER = "approver"
"""What it calls all who approved or rejected that the parent enters a stage, until then."""


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
        Who never gets it: ``HANDLERS``, ``OWNER`` or ``APPROVER`` of the parent, or attributes of it whose texts name
        reps.
    clock
        By whose working time ``within`` runs.
    stage
        The stage of its parent's process that it enters, of which it is a full member then; empty: it stands in one of
        its own.
    copied
        What it has of its parent: names of its attributes, each with that of the parent's.
    dated
        On which date of its parent's it is opened, by the hours of its pool; None: at once.
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
    stage: str = ""
    copied: tuple[tuple[str, str], ...] = ()
    dated: DueDate | None = None


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
