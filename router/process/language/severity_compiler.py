"""From which fields severity follows, as written → as compiled. What is wrong goes to the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from router.process.arrival.severity import SeverityCase, SeverityTable
from router.process.definition.limits import MAX_SEVERITIES
from router.process.language.field_lookups import FieldLookups
from router.process.language.forms import SeverityForm
from router.process.language.lookups import ProcessNames
from rules.field_values import FieldValues
from rules.fields import Scalar
from rules.problems import shown
from rules.report import Path, Report


class SeverityCompiler:
    """Compiles from what the severity of one process's work items follows.

    Parameters
    ----------
    values, fields
        Know the fields, and what their values are.
    """

    def __init__(self, values: FieldValues, fields: FieldLookups, report: Report, names: ProcessNames) -> None:
        self._values = values
        self._fields = fields
        self._report = report
        self._names = names

    def compile(self, form: SeverityForm, path: Path) -> SeverityTable | None:
        """Compile what stands at a path; None where some field is none that it could look at."""
        self._names.once(form.by, (*path, "by"))
        known = [self._fields.severity(form.field, (*path, "field"))]
        known += [self._fields.compared(name, (*path, "by", place)) for place, name in enumerate(form.by)]
        if form.field in form.by:
            self._report.error((*path, "by", form.by.index(form.field)), f"{form.field} cannot follow from itself")
            return None
        if not all(known):
            return None
        cases = tuple(self._cases(form.table, form, (), (*path, "table")))
        if len(cases) > MAX_SEVERITIES:
            fault = f"{len(cases)} severities in the table; at most {MAX_SEVERITIES} are allowed"
            self._report.error((*path, "table"), fault)
        otherwise = "" if form.otherwise is None else self._severity(form.otherwise, form.field, (*path, "else"))
        return SeverityTable(form.field, tuple(form.by), cases, otherwise)

    def _cases(
        self, table: Mapping[str, object], form: SeverityForm, before: tuple[Scalar, ...], path: Path
    ) -> Iterator[SeverityCase]:
        """Yield what a table says behind the values that lead to it."""
        by, is_last = form.by[len(before)], len(before) + 1 == len(form.by)
        first: dict[Scalar, str] = {}
        for key, written in table.items():
            value, here = self._values.of_key(key, by, (*path, key)), (*path, key)
            if value is None:
                continue
            if value in first:
                line = self._report.line((*path, first[value]))
                same = f"{shown(key)} and {shown(first[value])}, in line {line}, are one value of {by}"
                self._report.error(here, same, of_key=True)
                continue
            first[value] = key
            values = (*before, value)
            if is_last:
                yield SeverityCase(values, self._severity(written, form.field, here))
            elif isinstance(written, dict):
                yield from self._cases(written, form, values, here)
            else:
                expected = f"a table by {form.by[len(values)]} is expected"
                self._report.error(here, f"found {shown(written)}; {expected}")

    def _severity(self, written: object, field: str, path: Path) -> str:
        """Return a severity as it is written; it is stored so, and read as if it had been sent."""
        compiled = self._values.compiled(written, field, path)
        if compiled is not None and not (isinstance(written, str) and written.strip()):
            self._report.error(path, f"found {shown(written)}; a severity such as P1 is expected")
        return written if isinstance(written, str) else ""
