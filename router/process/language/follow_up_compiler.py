"""What is done about answers of customers, as written → as compiled. What is wrong goes to the report."""

from __future__ import annotations

from router.process.definition.tasks import CSAT, NPS, AnswerFollowUp, ChildTask
from router.process.language.child_compiler import ChildCompiler
from router.process.language.forms import AnswerForm, OpenForm
from router.process.language.lookups import ProcessNames
from router.process.stages.satisfaction import SCALES
from rules.report import Path, Report

_WHAT = {CSAT: "a csat", NPS: "an nps"}


class FollowUpCompiler:
    """Compiles what one process does about answers."""

    def __init__(self, report: Report, names: ProcessNames, children: ChildCompiler) -> None:
        self._report = report
        self._names = names
        self._children = children

    def compile(self, form: AnswerForm, name: str, path: Path) -> AnswerFollowUp:
        """Compile what is done about answers of one name, which stands at a path."""
        scale = SCALES[name]
        if form.at_most not in scale:
            self._report.error((*path, "at_most"), f"found {form.at_most}; {_WHAT[name]} is {scale[0]} to {scale[-1]}")
        if not form.notify and form.open is None:
            self._report.error(path, "nothing is done: say whom to notify, or what to open")
        to = self._names.recipients(form.notify, (*path, "notify"))
        return AnswerFollowUp(form.at_most, to, self._opened(form.open, (*path, "open")) if form.open else None)

    def _opened(self, form: OpenForm, path: Path) -> ChildTask:
        if form.each:
            self._report.error((*path, "each"), "an answer opens one: leave it out")
        if form.blocks:
            self._report.error((*path, "blocks"), "an answer comes behind the end: nothing is left to be blocked")
        for key, value in (("of", form.of), ("before", form.before), ("stage", form.stage)):
            if value:
                self._report.error((*path, key), "an answer opens a work item of its own, at once: leave it out")
        return self._children.child(form, path)
