"""Processes as written → as compiled. What is wrong goes to the report, with its line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from resource_names import check_id
from router.model.workitem import Kind, State
from router.process.definition import (
    Act,
    Bilingual,
    ChildTask,
    ClockOwner,
    Deadline,
    DeadlineStep,
    Process,
    RecipientRole,
    Since,
    Stage,
    Until,
)
from router.process.forms import DeadlineForm, OpenForm, ProcessForm, StageForm, StepForm, WordsForm
from router.process.limits import MAX_SHARE
from router.rules.lookups import nearest
from router.rules.route import RoutingRules
from rules.duration_tables import DurationCompiler
from rules.durations import DURATION_ALLOWED, UNIT_MS, Duration, DurationTable, as_duration
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import hint, hint_among

_SHARE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,2})?)%")
_ROLES = {str(role): role for role in RecipientRole}


class ProcessCompiler:
    """Compiles one process.

    Parameters
    ----------
    durations
        Compiles durations and tables of them.
    rules
        Says which fields there are; None: not looked up.
    reps
        The reps there are; None: not looked up.
    """

    def __init__(
        self,
        durations: DurationCompiler,
        report: Report,
        rules: RoutingRules | None = None,
        reps: Collection[str] | None = None,
    ) -> None:
        self._durations = durations
        self._report = report
        self._rules = rules
        self._reps = reps

    def compile(self, form: ProcessForm) -> Process:
        """Compile a process."""
        self._check_repeated([stage.id for stage in form.stages], "stage", lambda place: ("stages", place, "id"))
        ids = [stage.id for stage in form.stages]
        stages = tuple(self._stage(stage, ids, ("stages", place)) for place, stage in enumerate(form.stages))
        deadlines = self._deadlines(form.deadlines, ("deadlines",), of_process=True)
        if len(set(ids)) == len(ids):  # else nobody knows which of two is meant
            self._check_ways(form.stages)
        self._check_apart(form)
        self._warn_of_repeated(form.kinds, ("kinds",))
        kinds = frozenset(map(Kind, form.kinds))
        return Process(form.process, kinds, stages, words_of(form.title), deadlines)

    def _stage(self, form: StageForm, ids: Sequence[str], path: Path) -> Stage:
        for place, name in enumerate(form.require):
            self._look_up_field(name, (*path, "require", place))
        for place, name in enumerate(form.next or ()):
            if name not in ids:
                fault = f"there is no stage {shown(name)}; there are {known_names(ids)}{hint_among(name, ids)}"
                self._report.error((*path, "next", place), fault)
        self._warn_of_repeated(form.require, (*path, "require"))
        self._warn_of_repeated(form.next or (), (*path, "next"))
        if form.closes:
            self._check_end(form, path)
        return Stage(
            form.id,
            words_of(form.title),
            words_of(form.guide),
            tuple(dict.fromkeys(form.require)),
            None if form.next is None else tuple(dict.fromkeys(form.next)),
            State(form.closes) if form.closes else None,
            self._deadlines(form.deadlines, (*path, "deadlines"), of_process=False),
            self._opened(form.open, (*path, "open")),
        )

    def _check_end(self, form: StageForm, path: Path) -> None:
        """See that a stage that closes ends all: nothing follows it, and nothing falls due in it."""
        if form.next:
            self._report.error((*path, "next"), "nothing follows a stage that closes: leave it out")
        if form.deadlines:
            self._report.error((*path, "deadlines"), "nothing falls due in a stage that closes: leave them out")
        if form.open:
            self._report.error((*path, "open"), "a stage that closes opens nothing: leave it out")

    def _opened(self, forms: Sequence[OpenForm], path: Path) -> tuple[ChildTask, ...]:
        self._check_repeated([form.id for form in forms], "child", lambda place: (*path, place, "id"))
        return tuple(self._child(form, (*path, place)) for place, form in enumerate(forms))

    def _child(self, form: OpenForm, path: Path) -> ChildTask:
        within = None if form.within is None else as_duration(form.within)
        if form.within is not None and within is None:
            fault = f"found {shown(form.within)}; {DURATION_ALLOWED} is expected{hint(form.within)}"
            self._report.error((*path, "within"), fault)
        if form.each:
            self._look_up_field(form.each, (*path, "each"), "nothing is opened")
            if form.within is not None:
                self._report.error((*path, "within"), f"each falls due on its date, by {form.each}: leave it out")
        title = words_of(form.title)
        return ChildTask(form.id, Kind(form.kind), form.pool, title, within, form.blocks, form.each or "")

    def _look_up_field(self, name: str, path: Path, so: str = "none enters the stage") -> None:
        if self._rules is None or name in self._rules.fields:
            return
        there = f"declared are {known_names(self._rules.fields)}{hint_among(name, self._rules.fields)}"
        if self._rules.ignore_undeclared:
            self._report.warn(path, f"the rules declare no field {shown(name)}; {there}")
        else:
            never = f"no work item can have it, so that {so}"
            self._report.warn(path, f"the rules declare no field {shown(name)}: {never}; {there}")

    def _check_ways(self, stages: Sequence[StageForm]) -> None:
        """See that the first stage is open, each can be entered, and each that does not close can be left."""
        if stages[0].closes:
            self._report.error(("stages", 0, "closes"), "what is new would be closed as it comes: begin with another")
        names = [stage.id for stage in stages]
        after = [
            set[str]() if stage.closes else set(names[place + 1 :] if stage.next is None else stage.next)
            for place, stage in enumerate(stages)
        ]
        reached, new = set[str](), {names[0]}
        while new:
            reached |= new
            new = set().union(*(after[names.index(name)] for name in new if name in names)) - reached
        for place, stage in enumerate(stages):
            if stage.id not in reached:
                self._report.warn(("stages", place, "id"), f"no way leads from {names[0]} to {stage.id}")
            if not after[place] - {stage.id} and not stage.closes:
                self._report.warn(("stages", place, "id"), f"nothing may follow {stage.id}, and it does not close")

    def _check_apart(self, form: ProcessForm) -> None:
        """See that no deadline of a stage is called as one of the process: both run at once."""
        of_process = {deadline.id for deadline in form.deadlines}
        for place, stage in enumerate(form.stages):
            for position, deadline in enumerate(stage.deadlines):
                if deadline.id in of_process:
                    fault = f"a deadline of the process is called {shown(deadline.id)} too: call one otherwise"
                    self._report.error(("stages", place, "deadlines", position, "id"), fault)

    def _check_repeated(self, ids: Sequence[str], what: str, path_of: Callable[[int], Path]) -> None:
        first: dict[str, int] = {}
        for place, name in enumerate(ids):
            if first.setdefault(name, place) != place:
                line = self._report.line(path_of(first[name]))
                self._report.error(path_of(place), f"the {what} {shown(name)} is there already, in line {line}")

    def _warn_of_repeated(self, names: Sequence[str], path: Path) -> None:
        for place, name in enumerate(names):
            if name in names[:place]:
                self._report.warn((*path, place), f"{shown(name)} stands there already: once is enough")

    def _deadlines(self, forms: Sequence[DeadlineForm], path: Path, *, of_process: bool) -> tuple[Deadline, ...]:
        self._check_repeated([form.id for form in forms], "deadline", lambda place: (*path, place, "id"))
        return tuple(self._deadline(form, (*path, place), of_process) for place, form in enumerate(forms))

    def _deadline(self, form: DeadlineForm, path: Path, of_process: bool) -> Deadline:
        within = self._durations.compile(form.within, (*path, "within"))
        until = self._until(form, path, of_process)
        steps = tuple(self._steps(form.steps, within, (*path, "steps")))
        if form.statutory and form.pauses:
            self._report.error((*path, "pauses"), "what is statutory never pauses: leave one of the two out")
        since = Since(form.from_)
        return Deadline(form.id, within, ClockOwner(form.clock), since, until, steps, form.statutory, form.pauses)

    def _until(self, form: DeadlineForm, path: Path, of_process: bool) -> Until:
        """Return what ends a deadline: of the whole process no stage; an answer what waits for one, and that alone."""
        is_question = form.from_ == Since.LAST_INBOUND
        if form.until is None:
            return Until.ANSWER if is_question else Until.COMPLETION if of_process else Until.STAGE
        until = Until(form.until)
        refused = {Until.ANSWER, Until.STAGE} if of_process else {Until.ANSWER}
        instead = f"allowed are {', '.join(each for each in Until if each not in refused)}"
        if is_question and until is not Until.ANSWER:
            fault = f"a deadline from {form.from_} ends as somebody answers: write {Until.ANSWER}, or leave it out"
            self._report.error((*path, "until"), fault)
        elif not is_question and until is Until.ANSWER:
            fault = f"only what is from {Since.LAST_INBOUND} ends with an {until}; {instead}"
            self._report.error((*path, "until"), fault)
        elif of_process and until is Until.STAGE:
            self._report.error((*path, "until"), f"a deadline of the whole process ends with no stage; {instead}")
        return until

    def _steps(self, forms: Sequence[StepForm], within: DurationTable, path: Path) -> Iterator[DeadlineStep]:
        steps = [self._step(form, (*path, place)) for place, form in enumerate(forms)]
        for place, (one, next_one) in enumerate(pairwise(steps)):
            if one and next_one and _falls_before(next_one.at, one.at, within):
                fault = f"found {forms[place + 1].at} behind {forms[place].at}; steps stand in the order of their times"
                self._report.error((*path, place + 1, "at"), fault)
        return (step for step in steps if step)

    def _step(self, form: StepForm, path: Path) -> DeadlineStep | None:
        at, act = as_step_time(form.at), Act(form.do)
        if at is None:
            allowed = f"a share of the deadline's time, over 0% and up to {MAX_SHARE}%, or {DURATION_ALLOWED}"
            self._report.error((*path, "at"), f"found {shown(form.at)}; {allowed} is expected{_meant(form.at)}")
        if act is Act.NOTIFY and not form.to:
            self._report.error(path, f"to is missing: whom to tell: {', '.join(RecipientRole)}, or a rep by id")
        if act is not Act.NOTIFY and form.to:
            instead = "a reminder tells the owner" if act is Act.REMIND else "whoever gets it is told by getting it"
            self._report.error((*path, "to"), f"only notify takes to; {instead}")
        if at is None:
            return None
        if act is not Act.NOTIFY:
            return DeadlineStep(at, act, (RecipientRole.OWNER,) if act is Act.REMIND else ())
        self._warn_of_repeated(form.to, (*path, "to"))
        told = [self._recipient(name, (*path, "to", place)) for place, name in enumerate(form.to)]
        return DeadlineStep(at, act, tuple(dict.fromkeys(told)))

    def _recipient(self, name: str, path: Path) -> RecipientRole | str:
        if name in _ROLES:
            return _ROLES[name]
        if check_id(name):
            meant = hint_among(name, _ROLES)
            self._report.error(path, f"found {shown(name)}; {', '.join(_ROLES)} or the id of a rep is expected{meant}")
        elif self._reps is not None and name not in self._reps:
            meant = nearest(name, [*_ROLES, *self._reps])
            self._report.warn(path, f"there is no rep {shown(name)} yet; there are {known_names(self._reps)}{meant}")
        return name


def words_of(form: str | WordsForm) -> Bilingual:
    """Return a text in both languages."""
    if isinstance(form, str):
        return Bilingual(form, form)
    return Bilingual(form.en or form.zh, form.zh or form.en)


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


def _falls_before(one: Fraction | Duration, other: Fraction | Duration, within: DurationTable) -> bool:
    """Say whether a step falls due before another by some duration of the deadline, whoever's hours it runs by."""
    spans = [case.duration for case in within.cases] + ([within.otherwise] if within.otherwise else [])
    pairs = [(_length_ms(one, span), _length_ms(other, span)) for span in spans]
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one < other
    if isinstance(one, Duration) and isinstance(other, Duration) and one.unit == other.unit:
        return one.amount < other.amount
    return any(a is not None and b is not None and a < b for a, b in pairs)


def _length_ms(at: Fraction | Duration, within: Duration) -> Fraction | None:
    """Return how long after the start a step is due, in milliseconds; None: it depends on somebody's hours."""
    span = within if isinstance(at, Fraction) else at
    if span.unit not in UNIT_MS:
        return None
    return (at if isinstance(at, Fraction) else 1) * Fraction(span.amount * UNIT_MS[span.unit])
