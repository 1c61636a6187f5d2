"""What a published process says: its stages, and what falls due in each. Values only.

Made from YAML by ``router.process.language.compiler``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from router.model.workitem import Kind, State
from router.process.arrival.repeats import Repeats
from router.process.arrival.severity import SeverityTable
from router.process.definition.deadlines import (
    Act,
    AfterDue,
    ClockOwner,
    Deadline,
    DeadlineStep,
    DueDate,
    RecipientRole,
    Until,
)
from router.process.definition.tasks import (
    CHILD_DEADLINE,
    CHILD_DUE,
    CSAT,
    NPS,
    AnswerFollowUp,
    Approval,
    ChildTask,
    answer_id,
    child_stage_id,
)
from router.process.definition.words import NO_WORDS, Bilingual
from rules.durations import Duration, DurationTable

_HALF, _ALL = Fraction(1, 2), Fraction(1)
_A_DAY = Duration(1, "d")


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


def _child_stage(opener: str, child: ChildTask) -> Stage:
    """Return the stage in which a child stands until it is closed: nothing follows it.

    Its owner is reminded at half of the time, and their manager told at the end of it; where it has a date, on
    that date, and a working day behind it.
    """
    deadlines: tuple[Deadline, ...] = ()
    told = (RecipientRole.MANAGER,)
    if child.each:
        steps = DeadlineStep(_ALL, Act.REMIND), DeadlineStep(AfterDue(_A_DAY), Act.NOTIFY, told)
        deadlines = (_child_deadline(child, steps, dated=DueDate((CHILD_DUE,))),)
    elif child.within:
        steps = DeadlineStep(_HALF, Act.REMIND), DeadlineStep(_ALL, Act.NOTIFY, told)
        deadlines = (_child_deadline(child, steps, child.within, clock=child.clock),)
    return Stage(child_stage_id(opener, child.id), child.title, following=(), deadlines=deadlines)


def _child_deadline(
    child: ChildTask,
    steps: tuple[DeadlineStep, ...],
    within: Duration | None = None,
    dated: DueDate | None = None,
    clock: ClockOwner = ClockOwner.OWNER,
) -> Deadline:
    """Return when a child is to be done, called as what is to be done is."""
    title = child.title if any(child.title) else Bilingual(child.id, child.id)
    return Deadline(
        CHILD_DEADLINE, DurationTable(within), clock, until=Until.COMPLETION, steps=steps, dated=dated, title=title
    )


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
    ask_csat, ask_nps
        How long behind the end of a work item its customer is to be asked, around the clock; None: others know that.
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
    ask_csat: Duration | None = None
    ask_nps: Duration | None = None
    revision: int = 0
    event: int = 0
    severity: SeverityTable | None = None
    repeats: Repeats | None = None
    by_id: Mapping[str, Stage] = field(init=False, repr=False, compare=False)
    standing: Mapping[str, Stage] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id = {stage.id: stage for stage in self.stages}
        children = [_child_stage(opener, child) for opener, child in self.tasks if not child.stage]
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

    @property
    def surveys(self) -> list[tuple[str, Duration]]:
        """What customers are to be asked, and how long behind the end of their work items."""
        return [(name, after) for name, after in ((CSAT, self.ask_csat), (NPS, self.ask_nps)) if after]

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
