"""Steps of deadlines as written → as compiled. What is wrong goes to the report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from router.process.definition.deadlines import (
    CHANGING,
    Act,
    AfterDue,
    BeforeDue,
    DeadlineStep,
    Recipient,
    RecipientRole,
    StepTime,
)
from router.process.definition.limits import MAX_SHARE
from router.process.language.forms import StepForm
from router.process.language.lookups import ProcessNames
from rules.durations import DURATION_ALLOWED, UNIT_MS, Duration, DurationTable, as_duration
from rules.problems import shown
from rules.report import Path, Report
from rules.spelling import hint

_SHARE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,2})?)%")
_DUE = Fraction(1)
_WHEN = ("at", "before", "after")
_INSTEAD = {
    Act.REMIND: "a reminder tells the owner",
    Act.REASSIGN: "whoever gets it is told by getting it",
    Act.RAISE_PRIORITY: "nobody is told of that",
}
_Place = tuple[Fraction, Fraction, Fraction]
"""How long after the start, in milliseconds, working days and calendar days: how these compare depends on hours."""


class StepCompiler:
    """Compiles the steps of deadlines of one process."""

    def __init__(self, report: Report, names: ProcessNames) -> None:
        self._report = report
        self._names = names

    def compile(self, forms: Sequence[StepForm], within: DurationTable | None, path: Path) -> tuple[DeadlineStep, ...]:
        """Compile the steps of a deadline, which stand at a path.

        Parameters
        ----------
        within
            How long the deadline is; None: it is due by a date.
        """
        steps = [self._step(form, within is None, (*path, place)) for place, form in enumerate(forms)]
        for place, (one, next_one) in enumerate(pairwise(steps)):
            if one and next_one and _falls_before(next_one, one, within):
                fault = f"found {_written(forms[place + 1])} behind {_written(forms[place])}"
                key = _key(forms[place + 1])
                self._report.error(
                    (*path, place + 1, *([key] if key else [])),
                    f"{fault}; steps stand in the order of their times",
                )
        return tuple(step for step in steps if step)

    def _step(self, form: StepForm, is_dated: bool, path: Path) -> DeadlineStep | None:
        at, act = self._at(form, is_dated, path), Act(form.do)
        every, at_most = self._repeated(form, act, path)
        if form.by is not None and act is not Act.RAISE_PRIORITY:
            self._report.error((*path, "by"), f"only {Act.RAISE_PRIORITY} takes by")
        pool = self._pool(form, path) if act is Act.RETURN else ""
        to = () if act is Act.RETURN else self._told(form, act, path)
        by = (form.by or 1) if act is Act.RAISE_PRIORITY else 0
        if form.quiet_hours and act is Act.RAISE_PRIORITY:
            self._report.error((*path, "quiet_hours"), f"{act} tells nobody: leave it out")
        is_loud = form.quiet_hours is not None
        return None if at is None else DeadlineStep(at, act, to, every, at_most, by, pool, is_loud)

    def _told(self, form: StepForm, act: Act, path: Path) -> tuple[Recipient, ...]:
        """Return whom a step tells."""
        if act is Act.NOTIFY:
            if not form.to:
                self._report.error(
                    path, f"to is missing: whom to tell: {', '.join(RecipientRole)}, a rep by id, or {{channel: an id}}"
                )
            return self._names.recipients(form.to, (*path, "to"))
        if form.to:
            self._report.error((*path, "to"), f"only {Act.NOTIFY} and {Act.RETURN} take to; {_INSTEAD[act]}")
        return (RecipientRole.OWNER,) if act is Act.REMIND else ()

    def _pool(self, form: StepForm, path: Path) -> str:
        """Return the pool to which a step returns a work item."""
        named = form.to[0] if len(form.to) == 1 else None
        if not isinstance(named, str):
            self._report.error((*path, "to") if form.to else path, "to names the pool that it is returned to: one")
            return ""
        return self._names.pool(named, (*path, "to", 0))

    def _at(self, form: StepForm, is_dated: bool, path: Path) -> StepTime | None:
        """Return when a step is due, the first time; None: there is no saying."""
        given = [key for key in _WHEN if getattr(form, key) is not None]
        if not given:
            if form.every is None:
                self._report.error(path, "at is missing: when it is due; or before or after: so long from when that is")
            return _DUE
        for key in given[1:]:
            self._report.error((*path, key), f"{given[0]} says when it is due: leave one of the two out")
        if given[0] != "at":
            duration = self._duration(getattr(form, given[0]), (*path, given[0]))
            return duration and (BeforeDue(duration) if given[0] == "before" else AfterDue(duration))
        at = as_step_time(form.at)
        if at is None:
            allowed = f"a share of the deadline's time, over 0% and up to {MAX_SHARE}%, or {DURATION_ALLOWED}"
            self._report.error((*path, "at"), f"found {shown(form.at)}; {allowed} is expected{_meant(form.at)}")
        elif is_dated and at != _DUE:
            allowed = "at: 100%, or before or after: so long from when it is due"
            self._report.error((*path, "at"), f"found {form.at}; what is due by a date has no length: {allowed}")
        return at

    def _repeated(self, form: StepForm, act: Act, path: Path) -> tuple[Duration | None, int]:
        """Return how long after each time the next follows, and how many there are; None and 1: it is done once."""
        if form.every is None:
            if form.at_most is not None:
                self._report.error((*path, "at_most"), "every is missing: how long after each time the next follows")
            return None, 1
        every = self._duration(form.every, (*path, "every"))
        if form.at_most is None:
            self._report.error(path, "at_most is missing: how many times")
        elif act in CHANGING:
            self._report.error((*path, "every"), "only what tells somebody is done again")
        elif every:
            return every, form.at_most
        return None, 1

    def _duration(self, written: object, path: Path) -> Duration | None:
        duration = as_duration(written)
        if duration is None:
            self._report.error(path, f"found {shown(written)}; {DURATION_ALLOWED} is expected{hint(written)}")
        return duration


def as_step_time(written: object) -> Fraction | Duration | None:
    """Read when a step is due; None if it is nothing that is allowed.

    Examples
    --------
    >>> as_step_time("50%"), str(as_step_time("5m")), as_step_time("0%"), as_step_time(50)
    (Fraction(1, 2), '5m', None, None)
    """
    match = _SHARE.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        return as_duration(written)
    share = Fraction(match[1]) / 100
    return share if 0 < share <= Fraction(MAX_SHARE, 100) else None


def _meant(written: object) -> str:
    """Say what was probably meant by what is no time of a step.

    Examples
    --------
    >>> _meant(50), _meant("50"), _meant("50％"), _meant(True), _meant(-1)
    ("; '50%' was probably meant", "; '50%' was probably meant", "; '50%' was probably meant", '', '')
    """
    share = "" if isinstance(written, bool) else f"{written}%"
    return f"; {shown(share)} was probably meant" if as_step_time(share) else hint(written)


def _key(form: StepForm) -> str:
    return next((key for key in _WHEN if getattr(form, key) is not None), "")


def _written(form: StepForm) -> str:
    """Return when a step is due, as it was written."""
    key = _key(form)
    first = f"{'' if key == 'at' else key + ' '}{getattr(form, key)}" if key else "100%"
    return f"{first}, {form.at_most} times every {form.every}" if form.every else first


def _falls_before(one: DeadlineStep, other: DeadlineStep, within: DurationTable | None) -> bool:
    """Say whether a step falls due before the last time of another, by some length of the deadline and any hours."""
    if isinstance(one.at, Fraction) and isinstance(other.at, Fraction) and other.every is None:
        return one.at < other.at
    spans = list(_spans(within)) if within else [None]
    return any(_is_before(_place(one.at, span), _last(other, span)) for span in spans)


def _spans(within: DurationTable) -> Iterator[Duration]:
    yield from filter(None, (*(case.duration for case in within.cases), within.otherwise))


def _is_before(one: _Place, other: _Place) -> bool:
    """Say whether a place is before another, however long a working day is."""
    apart = [a - b for a, b in zip(one, other, strict=True)]
    return all(each <= 0 for each in apart) and any(each < 0 for each in apart)


def _last(step: DeadlineStep, within: Duration | None) -> _Place:
    """Return where the last time of a step is."""
    place = _place(step.at, within)
    return _moved(place, step.every, step.at_most - 1) if step.every else place


def _place(at: StepTime, within: Duration | None) -> _Place:
    """Return where the first time of a step is; of a deadline by a date, within None, after that."""
    nowhere = (Fraction(0), Fraction(0), Fraction(0))
    if isinstance(at, Duration):
        return _moved(nowhere, at, 1)
    share = at if isinstance(at, Fraction) else _DUE
    due = _moved(nowhere, within, share) if within else nowhere
    if isinstance(at, BeforeDue):
        return _moved(due, at.before, -1)
    return _moved(due, at.after, 1) if isinstance(at, AfterDue) else due


def _moved(place: _Place, duration: Duration, times: Fraction | int) -> _Place:
    by = duration.amount * times
    milliseconds, days, calendar_days = place
    if duration.unit in UNIT_MS:
        return milliseconds + by * UNIT_MS[duration.unit], days, calendar_days
    return (
        (milliseconds, days + by, calendar_days) if duration.unit == "d" else (milliseconds, days, calendar_days + by)
    )
