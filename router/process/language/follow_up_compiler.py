"""When customers are asked, and what is done about their answers, as written → as compiled. What is wrong goes to the
report.
"""

from __future__ import annotations

from router.process.definition.tasks import CSAT, NPS, AnswerFollowUp, ChildTask
from router.process.language.child_compiler import ChildCompiler
from router.process.language.forms import AnswerForm, OpenForm
from router.process.language.lookups import ProcessNames
from router.process.stages.satisfaction import SCALES
from rules.durations import Duration, as_duration
from rules.problems import shown
from rules.report import Path, Report
from rules.spelling import hint

_ALLOWED = "a duration such as 30m, 1h or 7cd (of 24 h each), up to 2000h or 366cd,"
_WHAT = {CSAT: "a csat", NPS: "an nps"}


class FollowUpCompiler:
    """Compiles what one process does about answers."""

    def __init__(self, report: Report, names: ProcessNames, children: ChildCompiler) -> None:
        self._report = report
        self._names = names
        self._children = children

    def ask(self, form: AnswerForm, path: Path) -> Duration | None:
        """Compile how long behind the end of a work item its customer is asked; None: it does not say."""
        if form.ask is None:
            return None
        after = as_duration(form.ask.after)
        if after is None:
            fault = f"found {shown(form.ask.after)}; {_ALLOWED} is expected{hint(form.ask.after)}"
            self._report.error((*path, "after"), fault)
        elif after.unit == "d":
            self._report.error((*path, "after"), f"customers keep no working days: say {after.amount}cd")
        return after

    def compile(self, form: AnswerForm, name: str, path: Path) -> AnswerFollowUp | None:
        """Compile what is done about answers of one name, which stands at a path; None: nothing is."""
        scale = SCALES[name]
        if form.at_most is None:
            if form.ask is None:
                self._report.error(
                    path, "nothing is said: say when to ask, or of which answers something is done, at_most"
                )
            for key in sorted(form.model_fields_set & {"notify", "open"}):
                self._report.error((*path, key), "say of which answers, at_most")
            return None
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
