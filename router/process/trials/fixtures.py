"""A process's tests as written → as the scenarios run them. What is wrong goes to the report."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from router.model.activities import ActivityKind, Direction
from router.process.definition.deadlines import Act
from router.process.definition.processes import Process
from router.process.trials.scenario_forms import HappeningForm, ProcessExpectationForm, ProcessTestForm
from router.process.trials.scenarios import ExpectedStep, Happening, ProcessExpectation, ProcessTest, What
from router.rules.fixtures import item_of
from rules.durations import UNIT_MS, as_duration
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import hint_among
from rules.values import INSTANT_ALLOWED, as_instant_ms

_DURATION_ALLOWED = "a duration such as 45s, 3m or 1h"
_NOTHING = "nothing is expected; allowed are stage, due, opens, met, missed and steps_due"
_NEEDS: dict[What, tuple[str, ...]] = {
    What.ASSIGNED: ("to",),
    What.WAITING: (),
    What.ACTIVITY: ("kind", "direction"),
    What.STAGE: ("stage",),
    What.UPDATE: ("set",),
    What.CLOSED: (),
}
_TAKES: dict[What, tuple[str, ...]] = {
    What.ASSIGNED: ("to", "pool"),
    What.WAITING: ("pool",),
    What.ACTIVITY: ("kind", "direction", "duration"),
    What.STAGE: ("stage",),
    What.UPDATE: ("set",),
    What.CLOSED: (),
}
_OWN = ("to", "pool", "kind", "direction", "duration", "stage", "set")


def compile_tests(forms: Sequence[ProcessTestForm], process: Process, report: Report) -> tuple[ProcessTest, ...]:
    """Compile the tests of a process, which stand under ``tests``."""
    compiler = _TestCompiler(process, report)
    return tuple(compiler.test(form, ("tests", place)) for place, form in enumerate(forms))


class _TestCompiler:
    """Compiles tests of one process."""

    def __init__(self, process: Process, report: Report) -> None:
        self._report = report
        self._stages = [stage.id for stage in process.stages]
        parts = (process.deadlines, *(stage.deadlines for stage in process.stages))
        self._dated = [task.id for _, task in process.tasks if task.dated]
        self._deadlines = sorted({deadline.id for deadlines in parts for deadline in deadlines})

    def test(self, form: ProcessTestForm, path: Path) -> ProcessTest:
        """Compile one test."""
        if form.life[0].do not in (What.ASSIGNED, What.WAITING):
            fault = f"found {form.life[0].do}; at first it is {What.ASSIGNED} or {What.WAITING}"
            self._report.error((*path, "life", 0, "do"), fault)
        if form.at:
            self._check_instant(form.at, (*path, "at"))
        life = tuple(self._happening(each, (*path, "life", place)) for place, each in enumerate(form.life))
        expect = self._expectation(form.expect, (*path, "expect"))
        item = item_of(form.item, self._report, (*path, "item"))
        return ProcessTest(form.name, self._report.line(path), item, life, expect, form.at)

    def _happening(self, form: HappeningForm, path: Path) -> Happening:
        what = What(form.do)
        self._check_instant(form.at, (*path, "at"))
        given = [name for name in _OWN if getattr(form, name)]
        if missing := [name for name in _NEEDS[what] if name not in given]:
            self._report.error(path, f"{what} needs {', '.join(missing)}")
        for name in given:
            if name not in _TAKES[what]:
                allowed = ", ".join(_TAKES[what]) or "no other key"
                self._report.error((*path, name), f"{what} has no {name}; it takes {allowed}")
        if form.stage:
            self._look_up("stage", form.stage, self._stages, (*path, "stage"))
        return Happening(
            form.at,
            what,
            form.to,
            form.pool,
            ActivityKind(form.kind or ActivityKind.NOTE),
            Direction(form.direction or Direction.INTERNAL),
            self._duration_ms(form.duration, (*path, "duration")),
            form.stage or "",
            form.set,
        )

    def _duration_ms(self, written: object, path: Path) -> int:
        if written is None:
            return 0
        duration = as_duration(written)
        if duration is None or duration.unit not in UNIT_MS:
            self._report.error(path, f"found {shown(written)}; {_DURATION_ALLOWED} is expected")
            return 0
        return duration.amount * UNIT_MS[duration.unit]

    def _expectation(self, form: ProcessExpectationForm, path: Path) -> ProcessExpectation:
        if form == ProcessExpectationForm():
            self._report.error(path, _NOTHING)
        if form.stage:
            self._look_up("stage", form.stage, self._stages, (*path, "stage"))
        for deadline, at in form.due.items():
            self._look_up("deadline", deadline, self._deadlines, (*path, "due", deadline))
            if at is not None:
                self._check_instant(at, (*path, "due", deadline))
        for name, at in form.opens.items():
            self._look_up("child on a date", name, self._dated, (*path, "opens", name))
            if at is not None:
                self._check_instant(at, (*path, "opens", name))
        for key, names in (("met", form.met), ("missed", form.missed)):
            for place, name in enumerate(names or ()):
                self._look_up("deadline", name, self._deadlines, (*path, key, place))
        for place, step in enumerate(form.steps_due or ()):
            self._look_up("deadline", step.deadline, self._deadlines, (*path, "steps_due", place, "deadline"))
            self._check_instant(step.at, (*path, "steps_due", place, "at"))
        return ProcessExpectation(
            form.stage,
            form.due,
            None if form.met is None else frozenset(form.met),
            None if form.missed is None else frozenset(form.missed),
            None
            if form.steps_due is None
            else tuple(ExpectedStep(step.at, step.deadline, Act(step.step)) for step in form.steps_due),
            form.opens,
        )

    def _look_up(self, what: str, name: str, there: Collection[str], path: Path) -> None:
        if name not in there:
            fault = f"there is no {what} {shown(name)}; there are {known_names(there)}{hint_among(name, there)}"
            self._report.error(path, fault)

    def _check_instant(self, text: str, path: Path) -> None:
        if as_instant_ms(text, "UTC") is None:
            self._report.error(path, f"found {shown(text)}; {INSTANT_ALLOWED} is expected")
