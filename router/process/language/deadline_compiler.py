"""Deadlines as written → as compiled. What is wrong goes to the report."""

from __future__ import annotations

from collections.abc import Sequence

from router.process.definition.deadlines import ClockOwner, Deadline, DueDate, OnClosed, Since, Until
from router.process.language.forms import DeadlineForm, words_of
from router.process.language.lookups import ProcessNames
from router.process.language.step_compiler import StepCompiler
from rules.duration_tables import DurationCompiler
from rules.durations import DurationTable
from rules.report import Path, Report

_NO_DURATION = DurationTable(None)
_EVIDENCE = (Until.ATTEMPT, Until.CONTACT, Until.CUSTOMER, Until.ANY, Until.NOTE)
_OF_DATED = ("before", "on_closed", "yearly")


class DeadlineCompiler:
    """Compiles the deadlines of one process.

    Parameters
    ----------
    durations
        Compiles durations and tables of them.
    """

    def __init__(self, durations: DurationCompiler, report: Report, names: ProcessNames) -> None:
        self._durations = durations
        self._report = report
        self._names = names
        self._steps = StepCompiler(report, names)

    def compile(self, forms: Sequence[DeadlineForm], path: Path, *, of_process: bool) -> tuple[Deadline, ...]:
        """Compile the deadlines of a stage, or of the process, which stand at a path."""
        self._names.apart([form.id for form in forms], "deadline", lambda place: (*path, place, "id"))
        return tuple(self._deadline(form, (*path, place), of_process) for place, form in enumerate(forms))

    def _deadline(self, form: DeadlineForm, path: Path, of_process: bool) -> Deadline:
        dated = self._dated(form, path)
        within = _NO_DURATION if dated else self._within(form, path)
        since = Since(form.from_ or Since.ENTERED)
        until = self._until(form, since, path, of_process)
        if dated and dated.yearly and until not in _EVIDENCE:
            fault = f"what returns each year ends with an activity: write one of {', '.join(_EVIDENCE)}"
            self._report.error((*path, "until") if form.until else path, fault)
        steps = self._steps.compile(form.steps, None if dated else within, (*path, "steps"))
        if form.pauses and (form.statutory or dated):
            what = "statutory" if form.statutory else "due by a date"
            self._report.error((*path, "pauses"), f"what is {what} never pauses: leave one of the two out")
        return Deadline(
            form.id, within, ClockOwner(form.clock), since, until, steps, form.statutory, form.pauses, dated,
            words_of(form.title),
        )  # fmt: skip

    def _within(self, form: DeadlineForm, path: Path) -> DurationTable:
        """Return how long a deadline is that is due by no date."""
        for key in _OF_DATED:
            if getattr(form, key) is not None:
                self._report.error(
                    (*path, key), "only what is due by a date takes it: of is missing, the field with it"
                )
        if form.within is None:
            if form.before is None:
                self._report.error(path, "within is missing, or of: the field with the date that it is due by")
            return _NO_DURATION
        return self._durations.compile(form.within, (*path, "within"))

    def _dated(self, form: DeadlineForm, path: Path) -> DueDate | None:
        """Return the date that a deadline is due by; None: by none."""
        if not form.of:
            return None
        for key, value in (("within", form.within), ("from", form.from_)):
            if value is not None:
                fault = f"what is due by a date has no {key}: it is due so long before it as before says"
                self._report.error((*path, key), fault)
        self._names.once(form.of, (*path, "of"))
        for place, name in enumerate(form.of):
            self._names.dated(name, (*path, "of", place) if len(form.of) > 1 else (*path, "of"))
        before = None if form.before is None else self._durations.compile(form.before, (*path, "before"))
        return DueDate(
            tuple(dict.fromkeys(form.of)), before, OnClosed(form.on_closed or OnClosed.BEFORE), bool(form.yearly)
        )

    def _until(self, form: DeadlineForm, since: Since, path: Path, of_process: bool) -> Until:
        """Return what ends a deadline: of the whole process no stage; an answer what waits for one, and that alone."""
        is_question = since is Since.LAST_INBOUND
        if form.until is None:
            return Until.ANSWER if is_question else Until.COMPLETION if of_process else Until.STAGE
        until = Until(form.until)
        refused = {Until.ANSWER, Until.STAGE} if of_process else {Until.ANSWER}
        instead = f"allowed are {', '.join(each for each in Until if each not in refused)}"
        if is_question and until is not Until.ANSWER:
            fault = f"a deadline from {since} ends as somebody answers: write {Until.ANSWER}, or leave it out"
            self._report.error((*path, "until"), fault)
        elif not is_question and until is Until.ANSWER:
            fault = f"only what is from {Since.LAST_INBOUND} ends with an {until}; {instead}"
            self._report.error((*path, "until"), fault)
        elif of_process and until is Until.STAGE:
            self._report.error((*path, "until"), f"a deadline of the whole process ends with no stage; {instead}")
        return until
