"""What stages open, as written → as compiled. What is wrong goes to the report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from router.model.workitem import Kind
from router.process.definition.deadlines import ClockOwner, DueDate
from router.process.definition.tasks import ChildTask
from router.process.language.forms import OpenForm, ProcessForm, words_of
from router.process.language.lookups import ProcessNames
from rules.duration_tables import DurationCompiler
from rules.durations import DURATION_ALLOWED, Duration, as_duration
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import hint


class ChildCompiler:
    """Compiles what the stages of one process open.

    Parameters
    ----------
    durations
        Compiles how long before a date something is opened.
    """

    def __init__(self, durations: DurationCompiler, report: Report, names: ProcessNames) -> None:
        self._durations = durations
        self._report = report
        self._names = names

    def compile(self, forms: Sequence[OpenForm], path: Path) -> tuple[ChildTask, ...]:
        """Compile what a stage opens, which stands at a path."""
        self._names.apart([form.id for form in forms], "child", lambda place: (*path, place, "id"))
        return tuple(self.child(form, (*path, place)) for place, form in enumerate(forms))

    def child(self, form: OpenForm, path: Path) -> ChildTask:
        """Compile one thing that is opened."""
        within = self._within(form, path)
        if form.each:
            self._names.listed(form.each, (*path, "each"))
        for place, name in enumerate(form.exclude):
            self._names.people(name, (*path, "exclude", place))
        self._names.once(form.exclude, (*path, "exclude"))
        for name, field in form.copy_.items():
            self._names.copied(name, field, (*path, "copy", name))
        title, exclude = words_of(form.title), tuple(dict.fromkeys(form.exclude))
        pool = self._names.pool(form.pool, (*path, "pool"))
        return ChildTask(
            form.id, Kind(form.kind), pool, title, within, form.blocks, form.each or "", exclude,
            ClockOwner(form.clock), form.stage or "", tuple(form.copy_.items()), self._dated(form, path),
        )  # fmt: skip

    def _within(self, form: OpenForm, path: Path) -> Duration | None:
        """Return how long the owner has; None: as long as they like, or until a date."""
        within = None if form.within is None else as_duration(form.within)
        if form.within is not None and within is None:
            fault = f"found {shown(form.within)}; {DURATION_ALLOWED} is expected{hint(form.within)}"
            self._report.error((*path, "within"), fault)
        if form.each and form.within is not None:
            self._report.error((*path, "within"), f"each falls due on its date, by {form.each}: leave it out")
        if form.within is None and form.clock != ClockOwner.OWNER:
            self._report.error((*path, "clock"), "nothing runs by it without within: leave it out")
        return within

    def _dated(self, form: OpenForm, path: Path) -> DueDate | None:
        """Return the date on which something is opened; None: at once."""
        if not form.of:
            if form.before is not None:
                self._report.error((*path, "before"), "it is before a date: of is missing, the field with it")
            return None
        self._names.once(form.of, (*path, "of"))
        for place, name in enumerate(form.of):
            self._names.dated(name, (*path, "of", place) if len(form.of) > 1 else (*path, "of"))
        if form.each:
            self._report.error((*path, "each"), "what is opened on a date is one: leave it out, or of")
        if form.blocks:
            self._report.error((*path, "blocks"), "what is opened on a date blocks nothing until then: leave it out")
        before = None if form.before is None else self._durations.compile(form.before, (*path, "before"))
        return DueDate(tuple(dict.fromkeys(form.of)), before)

    def check_stages(self, process: ProcessForm) -> None:
        """See that what enters a stage of the process may be in it, has nothing that the stage says, and comes to an
        end: what is opened in a stage may not lead to one that is opened in it again.
        """
        stages = {stage.id: stage for stage in process.stages}
        follow: dict[str, set[str]] = {
            name: {form.stage for form in stages[name].open if form.stage} for name in stages
        }
        for number, stage in enumerate(process.stages):
            for place, form in enumerate(stage.open):
                if form.stage is None:
                    continue
                path: Path = ("stages", number, "open", place)
                self._check_member(form, path, process)
                if stage.id in _reached(form.stage, follow):
                    fault = f"what enters {form.stage} opens what enters it again, without end: name another"
                    self._report.error((*path, "stage"), fault)

    def _check_member(self, form: OpenForm, path: Path, process: ProcessForm) -> None:
        stages = {stage.id: stage for stage in process.stages}
        assert form.stage is not None
        self._names.one_of("stage", form.stage, stages, (*path, "stage"))
        if form.stage in stages and stages[form.stage].closes:
            self._report.error((*path, "stage"), f"{form.stage} closes: name a stage that stays open")
        if process.kinds and form.kind not in process.kinds:
            fault = f"found {form.kind}; what enters a stage is of a kind of its process: {known_names(process.kinds)}"
            self._report.error((*path, "kind") if "kind" in form.model_fields_set else path, fault)
        for key in ("within", "clock", "each"):
            if key in form.model_fields_set:
                self._report.error((*path, key), f"{form.stage} says what is due in it: leave it out")


def _reached(stage: str, follow: Mapping[str, Collection[str]]) -> set[str]:
    """Return the stages that are entered by what enters one, by what that opens, and so on."""
    reached, new = set[str](), {stage}
    while new:
        reached |= new
        new = {name for each in new for name in follow.get(each, ())} - reached
    return reached
