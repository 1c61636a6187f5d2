"""When work items repeat an earlier one, as written → as compiled. What is wrong goes to the report."""

from __future__ import annotations

from router.process.arrival.repeats import RaisedSeverity, Repeats
from router.process.language.field_lookups import FieldLookups
from router.process.language.forms import RaiseForm, RepeatsForm
from router.process.language.lookups import ProcessNames
from router.rules.route import RoutingRules
from rules.durations import Duration, as_duration
from rules.field_values import FieldValues
from rules.problems import shown
from rules.report import Path, Report
from rules.spelling import hint

_WITHIN = "how long it is on the wall, such as 30cd, 48h or 90m, is expected"


class RepeatCompiler:
    """Compiles when the work items of one process repeat an earlier one.

    Parameters
    ----------
    values, fields
        Know the fields, and what their values are.
    rules
        Say whose work items are; None: not looked up.
    """

    def __init__(
        self,
        values: FieldValues,
        fields: FieldLookups,
        report: Report,
        names: ProcessNames,
        rules: RoutingRules | None = None,
    ) -> None:
        self._values = values
        self._fields = fields
        self._report = report
        self._names = names
        self._rules = rules

    def compile(self, form: RepeatsForm, path: Path) -> Repeats | None:
        """Compile what stands at a path; None where something is wrong with it."""
        if self._rules is not None and self._rules.known_customer is None:
            fault = "the rules name no customer: declare known_customer in them, the field with whose work item it is"
            self._report.error(path, fault)
        self._names.once(form.same, (*path, "same"))
        known = [self._fields.compared(name, (*path, "same", place)) for place, name in enumerate(form.same)]
        within = self._within(form.within, (*path, "within"))
        raises = self._raises(form.raises, (*path, "raise")) if form.raises else None
        return Repeats(within, tuple(dict.fromkeys(form.same)), raises) if within and all(known) else None

    def _within(self, written: object, path: Path) -> Duration | None:
        within = as_duration(written)
        if within is None or within.unit == "d":
            self._report.error(path, f"found {shown(written)}; {_WITHIN}{hint(written)}")
            return None
        return within

    def _raises(self, form: RaiseForm, path: Path) -> RaisedSeverity | None:
        if not self._fields.severity(form.field, (*path, "field")):
            return None
        if len(form.order) == 1:
            self._report.error((*path, "order"), "found 1; at least two severities are expected, the least first")
        read = [self._values.compiled(each, form.field, (*path, "order", at)) for at, each in enumerate(form.order)]
        values = tuple(value for value in read if value is not None)
        for place, value in enumerate(values):
            if value in values[:place]:
                self._report.error((*path, "order", place), f"{shown(form.order[place])} stands there already")
        return RaisedSeverity(form.field, tuple(form.order), values)
