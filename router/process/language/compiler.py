"""Processes as written → as compiled. What is wrong goes to the report, with its line and column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from router.model.workitem import Kind, State
from router.process.definition.processes import Process, Stage
from router.process.definition.tasks import CSAT, NPS
from router.process.language.approval_compiler import ApprovalCompiler, check_approvals, ways
from router.process.language.child_compiler import ChildCompiler
from router.process.language.deadline_compiler import DeadlineCompiler
from router.process.language.field_lookups import FieldLookups
from router.process.language.follow_up_compiler import FollowUpCompiler
from router.process.language.forms import ProcessForm, SatisfactionForm, StageForm, words_of
from router.process.language.lookups import ProcessNames
from router.process.language.repeat_compiler import RepeatCompiler
from router.process.language.severity_compiler import SeverityCompiler
from router.rules.route import RoutingRules
from rules.duration_tables import DurationCompiler
from rules.field_values import FieldValues
from rules.problems import shown
from rules.report import Path, Report


class ProcessCompiler:
    """Compiles one process.

    Parameters
    ----------
    durations
        Compiles durations and tables of them.
    values
        Knows the fields, and what their values are.
    rules
        Says which fields there are; None: not looked up.
    reps
        The reps there are; None: not looked up.
    personal
        Fields that say something about a person: nothing is due by one.
    pools
        The pools there are; None: not looked up.
    """

    def __init__(
        self,
        durations: DurationCompiler,
        values: FieldValues,
        report: Report,
        rules: RoutingRules | None = None,
        reps: Collection[str] | None = None,
        personal: Collection[str] = (),
        pools: Collection[str] | None = None,
    ) -> None:
        self._report = report
        self._names = ProcessNames(report, rules, reps, personal, pools)
        self._deadlines = DeadlineCompiler(durations, report, self._names)
        self._children = ChildCompiler(durations, report, self._names)
        self._answers = FollowUpCompiler(report, self._names, self._children)
        self._approvals = ApprovalCompiler(report, self._names, rules, personal)
        fields = FieldLookups(values, report, personal)
        self._severity = SeverityCompiler(values, fields, report, self._names)
        self._repeats = RepeatCompiler(values, fields, report, self._names, rules)

    def compile(self, form: ProcessForm) -> Process:
        """Compile a process."""
        self._names.apart([stage.id for stage in form.stages], "stage", lambda place: ("stages", place, "id"))
        ids = [stage.id for stage in form.stages]
        stages = tuple(self._stage(stage, ids, ("stages", place)) for place, stage in enumerate(form.stages))
        deadlines = self._deadlines.compile(form.deadlines, ("deadlines",), of_process=True)
        if len(set(ids)) == len(ids):  # else nobody knows which of two is meant
            self._check_ways(form.stages)
            check_approvals(form, self._report)
        self._check_apart(form)
        self._children.check_stages(form)
        self._names.once(form.kinds, ("kinds",))
        kinds = frozenset(map(Kind, form.kinds))
        severity = self._severity.compile(form.severity, ("severity",)) if form.severity else None
        compiled = Process(
            form.process,
            kinds,
            stages,
            words_of(form.title),
            deadlines,
            severity=severity,
            repeats=self._repeats.compile(form.repeats, ("repeats",)) if form.repeats else None,
            complaints=form.complaints,
        )
        return self._with_answers(compiled, form.satisfaction) if form.satisfaction else compiled

    def _with_answers(self, process: Process, form: SatisfactionForm) -> Process:
        """Return a process with when customers are asked, and what it does about answers."""
        path: Path = ("satisfaction",)
        csat = self._answers.compile(form.csat, CSAT, (*path, CSAT)) if form.csat else None
        nps = self._answers.compile(form.nps, NPS, (*path, NPS)) if form.nps else None
        if form.csat and form.csat.ask and process.kinds and Kind.TICKET not in process.kinds:
            self._report.error((*path, CSAT, "ask"), f"csat is asked of a {Kind.TICKET} alone, which this is not for")
        ask_csat = self._answers.ask(form.csat, (*path, CSAT, "ask")) if form.csat else None
        ask_nps = self._answers.ask(form.nps, (*path, NPS, "ask")) if form.nps else None
        return replace(process, csat=csat, nps=nps, ask_csat=ask_csat, ask_nps=ask_nps)

    def _stage(self, form: StageForm, ids: Sequence[str], path: Path) -> Stage:
        for place, name in enumerate(form.require):
            self._names.required(name, (*path, "require", place))
        for place, name in enumerate(form.next or ()):
            self._names.one_of("stage", name, ids, (*path, "next", place))
        self._names.once(form.require, (*path, "require"))
        self._names.once(form.next or (), (*path, "next"))
        if form.closes:
            self._check_end(form, path)
        return Stage(
            form.id,
            words_of(form.title),
            words_of(form.guide),
            tuple(dict.fromkeys(form.require)),
            None if form.next is None else tuple(dict.fromkeys(form.next)),
            State(form.closes) if form.closes else None,
            self._deadlines.compile(form.deadlines, (*path, "deadlines"), of_process=False),
            open=self._children.compile(form.open, (*path, "open")),
            approve=self._approvals.compile(form.approve, form.id, ids, (*path, "approve")) if form.approve else None,
            pool=self._names.pool(form.pool, (*path, "pool")) if form.pool else "",
        )

    def _check_end(self, form: StageForm, path: Path) -> None:
        """See that a stage that closes ends all: nothing follows it, and nothing falls due in it."""
        if form.next:
            self._report.error((*path, "next"), "nothing follows a stage that closes: leave it out")
        if form.deadlines:
            self._report.error((*path, "deadlines"), "nothing falls due in a stage that closes: leave them out")
        for place, child in enumerate(form.open):
            if child.blocks:
                self._report.error(
                    (*path, "open", place, "blocks"), "nothing follows a stage that closes: leave it out"
                )
        if form.pool:
            self._report.error((*path, "pool"), "a stage that closes goes to nobody: leave it out")

    def _check_ways(self, stages: Sequence[StageForm]) -> None:
        """See that the first stage is open, each can be entered, and each that does not close can be left."""
        if stages[0].closes:
            self._report.error(("stages", 0, "closes"), "what is new would be closed as it comes: begin with another")
        if stages[0].pool:
            fault = "what is new goes where the rules say: name the pool there, or begin with another stage"
            self._report.error(("stages", 0, "pool"), fault)
        names, after = [stage.id for stage in stages], ways(stages)
        reached, new = set[str](), {names[0]}
        while new:
            reached |= new
            new = {name for each in new for name in after.get(each, ())} - reached
        for place, stage in enumerate(stages):
            if stage.id not in reached:
                self._report.warn(("stages", place, "id"), f"no way leads from {names[0]} to {stage.id}")
            if not set(after[stage.id]) - {stage.id} and not stage.closes:
                self._report.warn(("stages", place, "id"), f"nothing may follow {stage.id}, and it does not close")

    def _check_apart(self, form: ProcessForm) -> None:
        """See that no deadline of a stage is called as one of the process: both run at once."""
        of_process = {deadline.id for deadline in form.deadlines}
        for place, stage in enumerate(form.stages):
            for position, deadline in enumerate(stage.deadlines):
                if deadline.id in of_process:
                    fault = f"a deadline of the process is called {shown(deadline.id)} too: call one otherwise"
                    self._report.error(("stages", place, "deadlines", position, "id"), fault)
