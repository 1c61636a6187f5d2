"""Processes in words: what falls due, and what is done when it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from router.process.definition.deadlines import (
    AfterDue,
    BeforeDue,
    ClockOwner,
    Deadline,
    DeadlineStep,
    DueDate,
    NamedChannel,
    Recipient,
    RecipientRole,
    StepTime,
)
from router.process.definition.tasks import Approval
from router.wording.languages import Language
from router.wording.phrases import COMPARISONS
from router.wording.process_phrases import (
    ACTS,
    APPROVALS,
    CLOCKS,
    DEADLINES,
    ON_CLOSED,
    PICTURES,
    ROLES,
    SINCE,
    TABLES,
    TELLS,
    UNITS,
    UNTIL,
)
from rules.conditions import Predicate
from rules.durations import Duration, DurationCase, DurationTable
from rules.fields import Scalar


def deadline_told(deadline: Deadline, language: Language) -> list[str]:
    """Tell a deadline in a line, and each of its steps in one.

    Examples
    --------
    >>> from router.process.definition.deadlines import Since, Until
    >>> deadline = Deadline("answer", DurationTable(Duration(4, "h")), since=Since.ASSIGNED, until=Until.ATTEMPT)
    >>> deadline_told(deadline, Language.EN)
    ["answer: turn to the customer within 4 h after its owner got it, by the owner's hours"]
    >>> deadline_told(deadline, Language.ZH)
    ['answer：自分配给归属人起 4 小时内主动联系客户（按归属人工作时间）']
    >>> waits = Deadline("next", DurationTable(Duration(2, "h")), since=Since.LAST_INBOUND, until=Until.ANSWER)
    >>> deadline_told(waits, Language.EN) + deadline_told(waits, Language.ZH)  # doctest: +NORMALIZE_WHITESPACE
    ["next: answer the customer within 2 h after a message that nobody answered, by the owner's hours",
    'next：自客户未获回复的消息起 2 小时内回复客户（按归属人工作时间）']
    """
    head = _dated_told(deadline, deadline.dated, language) if deadline.dated else _within_told(deadline, language)
    return [head, *(step_told(step, language, is_dated=deadline.dated is not None) for step in deadline.steps)]


def _called(deadline: Deadline, language: Language) -> str:
    title = getattr(deadline.title, language)
    return PICTURES["titled"].say(language, title=title, name=deadline.id) if title else deadline.id


def _within_told(deadline: Deadline, language: Language) -> str:
    return DEADLINES["table" if deadline.within.by else "deadline"].say(
        language,
        deadline=_called(deadline, language),
        until=UNTIL[deadline.until].say(language),
        within=within_told(deadline.within, language),
        since=SINCE[deadline.since].say(language),
        clock=DEADLINES["between"].say(language).join(_clock_told(deadline, language)),
    )


def _dated_told(deadline: Deadline, dated: DueDate, language: Language) -> str:
    before = on_the_wall(dated.before) if dated.before else None
    phrase = "dated table" if before and before.by else "dated before" if before else "dated"
    return DEADLINES[phrase].say(
        language,
        deadline=_called(deadline, language),
        until=UNTIL[deadline.until].say(language),
        before=within_told(before, language) if before else "",
        of=of_told(dated.of, language),
        clock=DEADLINES["between"].say(language).join(_clock_told(deadline, language)),
    )


def of_told(fields: Sequence[str], language: Language) -> str:
    """Tell the fields that may hold a date, the first of which counts."""
    first, *others = fields
    if not others:
        return first
    return DEADLINES["else of"].say(language, field=first, others=DEADLINES["or"].say(language).join(others))


def on_the_wall(before: DurationTable) -> DurationTable:
    """Return the days before a date as what they are: days of the calendar."""

    def on_the_wall(duration: Duration | None) -> Duration | None:
        return Duration(duration.amount, "cd") if duration and duration.unit == "d" else duration

    cases = tuple(DurationCase(case.value, on_the_wall(case.duration)) for case in before.cases)
    return DurationTable(on_the_wall(before.otherwise), before.by, cases)


def _clock_told(deadline: Deadline, language: Language) -> Iterator[str]:
    """Tell by whose hours a deadline runs, and what it says itself of pauses."""
    yield CLOCKS[deadline.clock].say(language)
    if deadline.dated and deadline.clock is not ClockOwner.WALL:
        yield ON_CLOSED[deadline.dated.on_closed].say(language)
    if deadline.dated and deadline.dated.yearly:
        yield DEADLINES["yearly"].say(language)
    if deadline.statutory:
        yield DEADLINES["statutory"].say(language)
    elif deadline.pauses is not None:
        yield DEADLINES["pauses" if deadline.pauses else "runs on"].say(language)


def within_told(within: DurationTable, language: Language, none: str = "none") -> str:
    """Tell how long a deadline is; ``none`` is the phrase of where a table says that there is none."""
    if not within.by:
        return duration_told(within.otherwise, language) if within.otherwise else ""
    return TABLES["table"].say(
        language, field=within.by, cases=TABLES["between"].say(language).join(_cases(within, language, none))
    )


def _cases(within: DurationTable, language: Language, none: str) -> Iterator[str]:
    for case in within.cases:
        yield _case("case" if case.duration else none, case.duration, language, _shown(case.value))
    yield _case("else" if within.otherwise else f"else {none}", within.otherwise, language)


def _case(phrase: str, duration: Duration | None, language: Language, value: str = "") -> str:
    told = duration_told(duration, language) if duration else ""
    return TABLES[phrase].say(language, value=value, duration=told)


def _shown(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,.15g}" if isinstance(value, float) else str(value)


def duration_told(duration: Duration, language: Language) -> str:
    """Tell a duration.

    Examples
    --------
    >>> duration_told(Duration(2, "d"), Language.EN), duration_told(Duration(30, "m"), Language.ZH)
    ('2 working d', '30 分钟')
    """
    return UNITS[duration.unit].say(language, n=duration.amount)


def approval_told(approval: Approval, language: Language) -> str:
    """Tell who is to approve that a stage is entered.

    Examples
    --------
    >>> approval = Approval("mo", Predicate("discount", "gt", 0.1), Duration(4, "h"), "lost")
    >>> approval_told(approval, Language.EN)
    'to be approved by mo within 4 h where discount is above 0.1; else it enters lost'
    >>> approval_told(approval, Language.ZH)
    'discount 大于 0.1 时，须 mo 在 4 小时内批准；不批准则进入 lost'
    """
    condition = _condition_told(approval.when, language) if approval.when else ""
    told = APPROVALS["where" if condition else "always"].say(
        language,
        who=_who(approval.by, language),
        within=duration_told(approval.within, language),
        condition=condition,
    )
    if not approval.on_reject:
        return told
    return APPROVALS["rejected"].say(language, approval=told, stage=approval.on_reject)


def _condition_told(condition: Predicate, language: Language) -> str:
    expected = PICTURES["between"].say(language).join(map(_shown, condition.values))
    return COMPARISONS[condition.op].say(language, field=condition.field, expected=expected)


def _who(recipient: Recipient, language: Language) -> str:
    match recipient:
        case RecipientRole():
            return ROLES[recipient].say(language)
        case NamedChannel(channel):
            return TELLS["channel"].say(language, channel=channel)
    return recipient


def people_told(recipients: Sequence[Recipient], language: Language) -> str:
    """Say who is told of something."""
    return PICTURES["between"].say(language).join(_who(each, language) for each in recipients)


def step_told(step: DeadlineStep, language: Language, *, is_dated: bool = False) -> str:
    """Tell a step: when, and what is done.

    Examples
    --------
    >>> from router.process.definition.deadlines import Act
    >>> step = DeadlineStep(Fraction(1), Act.REMIND, every=Duration(30, "m"), at_most=3)
    >>> step_told(step, Language.EN), step_told(step, Language.ZH, is_dated=True)
    ('100%, and every 30 min, 3 times in all: remind the owner', '到期时起每 30 分钟一次，共 3 次：提醒归属人')
    """
    at = DEADLINES["due"].say(language) if is_dated and step.at == Fraction(1) else _time_told(step.at, language)
    does = ACTS[step.act].say(language, who=people_told(step.to, language), by=step.by, pool=step.pool)
    if step.ignores_quiet_hours:
        does = TELLS["at any hour"].say(language, does=does)
    if step.every is None:
        return DEADLINES["step"].say(language, at=at, does=does)
    every = duration_told(step.every, language)
    return DEADLINES["again"].say(language, at=at, every=every, n=step.at_most, does=does)


def _time_told(at: StepTime, language: Language) -> str:
    match at:
        case Fraction():
            return f"{float(at * 100):g}%"
        case Duration():
            return DEADLINES["after"].say(language, duration=duration_told(at, language))
        case BeforeDue(before):
            return DEADLINES["before due"].say(language, duration=duration_told(before, language))
        case AfterDue(after):
            return DEADLINES["after due"].say(language, duration=duration_told(after, language))
