"""From which fields severity follows, as written → as compiled. What is wrong goes to the report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from router.process.forms import SeverityForm
from router.process.limits import MAX_SEVERITIES
from router.process.lookups import ProcessNames
from router.process.severity import SeverityCase, SeverityTable
from rules.field_values import FieldValues
from rules.fields import FieldType, Scalar
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import hint_among

_KINDS = (FieldType.STRING, FieldType.NUMBER, FieldType.BOOL)
"""The types of the fields that severity may follow from."""


class SeverityCompiler:
    """Compiles from what the severity of one process's work items follows.

    Parameters
    ----------
    values
        Knows the fields, and what their values are.
    personal
        Fields that say something about a person: severity neither is one nor follows from one, for it is not erased
        with them.
    """

    def __init__(
        self, values: FieldValues, report: Report, names: ProcessNames, personal: Collection[str] = ()
    ) -> None:
        self._values = values
        self._report = report
        self._names = names
        self._personal = personal

    def compile(self, form: SeverityForm, path: Path) -> SeverityTable | None:
        """Compile what stands at a path; None where some field is none that it could look at."""
        self._names.once(form.by, (*path, "by"))
        known = [self._is_known(form.field, (FieldType.STRING,), (*path, "field"))]
        known += [self._is_known(name, _KINDS, (*path, "by", place)) for place, name in enumerate(form.by)]
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

    def _is_known(self, name: str, kinds: Collection[FieldType], path: Path) -> bool:
        """Say whether a field is there and of one of some types, and nobody's secret; report it where it is not."""
        fields = self._values.fields
        names = [
            each
            for each, kind in fields.items()
            if kind in kinds and each not in self._personal and each not in self._values.only
        ]
        if name in names:
            return True
        if name in self._personal:
            self._report.error(path, f"{name} is personal: severity would tell of it when it is erased")
        else:
            allowed = f"allowed are {', '.join(kind.value for kind in kinds)} fields"
            self._report.error(path, f"found {shown(name)}; {allowed}: {known_names(names)}{hint_among(name, names)}")
        return False

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
