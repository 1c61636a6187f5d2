"""Who is to approve that a stage is entered, as written → as compiled. What is wrong goes to the report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from router.process.definition.tasks import APPROVAL, Approval
from router.process.language.forms import ApprovalForm, DeadlineForm, ProcessForm, StageForm
from router.process.language.lookups import ProcessNames
from router.rules.route import RoutingRules
from rules.compiler import OPERATORS, compile_comparison
from rules.conditions import TWINNED, Predicate
from rules.durations import DURATION_ALLOWED, as_duration
from rules.field_values import FieldValues
from rules.fields import FieldType
from rules.forms import ComparisonForm
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import hint, hint_of_field

_KINDS = (FieldType.STRING, FieldType.NUMBER, FieldType.BOOL, FieldType.LIST)
"""Of which fields are as work items have them: of a date rules compare what it means."""


class ApprovalCompiler:
    """Compiles the approvals of one process; parameters as for ``ProcessCompiler``."""

    def __init__(
        self,
        report: Report,
        names: ProcessNames,
        rules: RoutingRules | None = None,
        personal: Collection[str] = (),
    ) -> None:
        self._report = report
        self._names = names
        self._rules = rules
        self._personal = personal

    def compile(self, form: ApprovalForm, stage: str, ids: Sequence[str], path: Path) -> Approval:
        """Compile who approves that a stage is entered; ``ids`` are those of all stages."""
        by = self._names.approver(form.by, (*path, "by"))
        when = None if form.when is None else self._condition(form.when, (*path, "when"))
        approval = Approval(by, when, on_reject=self._rejected(form.on_reject, stage, ids, (*path, "on_reject")))
        if form.within is None:
            return approval
        within = as_duration(form.within)
        if within is None:
            fault = f"found {shown(form.within)}; {DURATION_ALLOWED} is expected{hint(form.within)}"
            self._report.error((*path, "within"), fault)
            return approval
        return replace(approval, within=within)

    def _rejected(self, name: str | None, stage: str, ids: Sequence[str], path: Path) -> str:
        """Return the stage that is entered instead; empty: none."""
        if name == stage:
            self._report.warn(path, f"{stage} is what was rejected: it stays where it is, as if this was left out")
            return ""
        if name:
            self._names.one_of("stage", name, ids, path)
        return name or ""

    def _condition(self, form: ComparisonForm, path: Path) -> Predicate | None:
        fields = _inferred(form) if self._rules is None else self._rules.fields
        fields = {name: kind for name, kind in fields.items() if kind in _KINDS and name not in self._personal}
        if form.field in self._personal:
            fault = f"{form.field} is personal: that somebody is asked would tell of it when it is erased"
            self._report.error((*path, "field"), fault)
        elif form.field not in fields:
            allowed = f"allowed are string, number, bool and list fields: {known_names(fields)}"
            there = self._rules.fields if self._rules else {}
            meant = hint_of_field(form.field, fields, there, _inferred(form).get(form.field, FieldType.STRING))
            self._report.error((*path, "field"), f"found {shown(form.field)}; {allowed}{meant}")
        elif form.op in TWINNED:
            operators = [op for op in OPERATORS[fields[form.field]] if op not in TWINNED]
            self._report.error((*path, "op"), f"{form.op} is for rules alone; allowed are {', '.join(operators)}")
        else:
            if self._rules and self._rules.ignoring.get(form.field):
                self._report.warn(
                    (*path, "field"), f"{form.field} is compared as it was written, whatever rules ignore"
                )
            missing = self._rules.missing if self._rules else frozenset[str]()
            return compile_comparison(form, FieldValues(fields, self._report, missing, {}, {}), self._report, path)
        return None


def check_approvals(form: ProcessForm, report: Report) -> None:
    """See that whatever is rejected can go where it is sent, and that no deadline is called as that of an approval."""
    if not any(stage.approve for stage in form.stages):
        return
    lists: list[tuple[Path, list[DeadlineForm]]] = [(("deadlines",), form.deadlines)]
    lists += [(("stages", place, "deadlines"), stage.deadlines) for place, stage in enumerate(form.stages)]
    for path, deadlines in lists:
        for place, deadline in enumerate(deadlines):
            if deadline.id == APPROVAL:
                report.error((*path, place, "id"), f"{APPROVAL} is what approvals are due by: call this one otherwise")
    if form.stages[0].approve:
        fault = f"what is new is in {form.stages[0].id} as it comes: nobody is asked before, only when it comes back"
        report.warn(("stages", 0, "approve"), fault)
    after = ways(form.stages)
    for place, stage in enumerate(form.stages):
        rejected = stage.approve.on_reject if stage.approve else None
        before = [name for name, following in after.items() if stage.id in following and name != stage.id]
        for name in before if rejected in after else ():
            if rejected not in (stage.id, name, *after[name]):
                fault = f"{rejected} may not follow {name}, from where {stage.id} is entered: add it to what may"
                report.error(("stages", place, "approve", "on_reject"), fault)
                break


def ways(stages: Sequence[StageForm]) -> Mapping[str, Collection[str]]:
    """Return which stages may follow each, itself apart where it does not say so."""
    return dict(_ways(stages))


def _ways(stages: Sequence[StageForm]) -> Iterator[tuple[str, Collection[str]]]:
    names = [stage.id for stage in stages]
    for place, stage in enumerate(stages):
        following = names[place + 1 :] if stage.next is None else stage.next
        yield stage.id, set() if stage.closes else set(following)


def _inferred(form: ComparisonForm) -> Mapping[str, FieldType]:
    """Return of which type a field is that nobody looks up: by what it is compared with."""
    if form.op in ("has_any", "has_all"):
        return {form.field: FieldType.LIST}
    value = form.value[0] if isinstance(form.value, list) and form.value else form.value
    if isinstance(value, bool):
        return {form.field: FieldType.BOOL}
    return {form.field: FieldType.NUMBER if isinstance(value, int | float) else FieldType.STRING}
