"""What stages open, as written → as compiled. What is wrong goes to the report."""

from __future__ import annotations

from collections.abc import Sequence

from router.model.workitem import Kind
from router.process.definition.deadlines import ClockOwner
from router.process.definition.tasks import ChildTask
from router.process.definition.words import Bilingual
from router.process.language.forms import OpenForm, WordsForm
from router.process.language.lookups import ProcessNames
from rules.durations import DURATION_ALLOWED, as_duration
from rules.problems import shown
from rules.report import Path, Report
from rules.spelling import hint


class ChildCompiler:
    """Compiles what the stages of one process open."""

    def __init__(self, report: Report, names: ProcessNames) -> None:
        self._report = report
        self._names = names

    def compile(self, forms: Sequence[OpenForm], path: Path) -> tuple[ChildTask, ...]:
        """Compile what a stage opens, which stands at a path."""
        self._names.apart([form.id for form in forms], "child", lambda place: (*path, place, "id"))
        return tuple(self.child(form, (*path, place)) for place, form in enumerate(forms))

    def child(self, form: OpenForm, path: Path) -> ChildTask:
        """Compile one thing that is opened."""
        within = None if form.within is None else as_duration(form.within)
        if form.within is not None and within is None:
            fault = f"found {shown(form.within)}; {DURATION_ALLOWED} is expected{hint(form.within)}"
            self._report.error((*path, "within"), fault)
        if form.each:
            self._names.listed(form.each, (*path, "each"))
            if form.within is not None:
                self._report.error((*path, "within"), f"each falls due on its date, by {form.each}: leave it out")
        for place, name in enumerate(form.exclude):
            self._names.people(name, (*path, "exclude", place))
        self._names.once(form.exclude, (*path, "exclude"))
        title, exclude = words_of(form.title), tuple(dict.fromkeys(form.exclude))
        clock = ClockOwner(form.clock)
        if form.within is None and clock is not ClockOwner.OWNER:
            self._report.error((*path, "clock"), "nothing runs by it without within: leave it out")
        pool = self._names.pool(form.pool, (*path, "pool"))
        return ChildTask(form.id, Kind(form.kind), pool, title, within, form.blocks, form.each or "", exclude, clock)


def words_of(form: str | WordsForm) -> Bilingual:
    """Return a text in both languages."""
    if isinstance(form, str):
        return Bilingual(form, form)
    return Bilingual(form.en or form.zh, form.zh or form.en)
