"""Durations as written → as compiled: one duration, or a table of them over one field.

Wherever a duration stands, a table may: ``{by: severity, P1: 30m, P2: 2h, else: 2d}``. What does not pass is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, JsonValue

from rules.durations import DURATION_ALLOWED, PATTERN, Duration, DurationCase, DurationTable, as_duration
from rules.field_values import FieldValues
from rules.fields import FieldType, Scalar
from rules.limits import MAX_LIST
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import hint, hint_of_field

BY, ELSE = "by", "else"
NONE = "none"
"""What a table may say instead of a duration, where nothing need be due."""
_KINDS = (FieldType.STRING, FieldType.NUMBER, FieldType.BOOL)
_DURATION_SCHEMA: dict[str, JsonValue] = {"type": "string", "pattern": f"^{PATTERN}$"}
_DURATION_OR_NONE_SCHEMA: dict[str, JsonValue] = {"type": "string", "pattern": f"^({PATTERN}|{NONE})$"}


def _schema(of_case: JsonValue) -> dict[str, JsonValue]:
    table: JsonValue = {
        "type": "object",
        "properties": {BY: {"type": "string"}, ELSE: of_case},
        "required": [BY],
        "additionalProperties": of_case,
        "maxProperties": MAX_LIST + 2,
    }
    return {"anyOf": [_DURATION_SCHEMA, table]}


DurationForm = Annotated[Any, Field(json_schema_extra=_schema(_DURATION_SCHEMA))]
"""A duration, or a table of them; ``DurationCompiler`` says what is wrong with it."""
OptionalDurationForm = Annotated[Any, Field(json_schema_extra=_schema(_DURATION_OR_NONE_SCHEMA))]
"""The same, where a table may say ``none``."""


class DurationCompiler:
    """Compiles the durations of one rule set; what is wrong goes to the report.

    Parameters
    ----------
    values
        Knows the fields, and what their values are.
    personal
        Fields that say something about a person: no table looks at one, for a duration is not erased with it.
    may_be_none
        Whether a table may say ``none`` instead of a duration.
    """

    def __init__(
        self, values: FieldValues, report: Report, personal: Collection[str] = (), *, may_be_none: bool = False
    ) -> None:
        self._values = values
        self._report = report
        self._personal = personal
        self._may_be_none = may_be_none

    def compile(self, form: object, path: Path) -> DurationTable:
        """Compile what stands at a path."""
        if not isinstance(form, dict):
            return DurationTable(self._duration(form, path))
        by = self._by(form, path)
        if len(form) > MAX_LIST + 2:
            self._report.error(path, f"{len(form) - 2} values in the table; at most {MAX_LIST} are allowed")
        elif by:
            cases = tuple(self._cases(form, by, path))
            otherwise = self._of_case(form[ELSE], (*path, ELSE)) if ELSE in form else None
            if ELSE not in form and not self._covers(by, [case.value for case in cases]):
                self._report.error(path, f"{ELSE} is missing: how long where {by} has another value, or none")
            return DurationTable(otherwise, by, cases)
        return DurationTable(None)

    def _by(self, form: Mapping[str, object], path: Path) -> str:
        """Return the field that a table looks at; empty if there is none that it could."""
        by, fields = form.get(BY), self._values.fields
        names = [name for name, kind in fields.items() if kind in _KINDS and name not in self._personal]
        if BY not in form:
            self._report.error(path, f"found {shown(form)}; {DURATION_ALLOWED} or a table {{by: FIELD, …}} is expected")
        elif not isinstance(by, str) or fields.get(by) not in _KINDS:
            allowed = f"allowed are string, number and bool fields: {known_names(names)}"
            meant = hint_of_field(by, names, fields, FieldType.STRING) if isinstance(by, str) else ""
            self._report.error((*path, BY), f"found {shown(by)}; {allowed}{meant}")
        elif by in self._personal:
            self._report.error((*path, BY), f"{by} is personal: what is due would tell of it when it is erased")
        else:
            return by
        return ""

    def _cases(self, form: Mapping[str, object], by: str, path: Path) -> Iterator[DurationCase]:
        first: dict[Scalar, str] = {}
        for key, written in form.items():
            if key in (BY, ELSE):
                continue
            duration = self._of_case(written, (*path, key))
            value = self._values.of_key(key, by, (*path, key))
            if value in first:
                same = f"{shown(key)} and {shown(first[value])}, in line {self._report.line((*path, first[value]))}"
                self._report.error((*path, key), f"{same}, are one value of {by}", of_key=True)
            elif value is not None:
                first[value] = key
                yield DurationCase(value, duration)

    def _covers(self, by: str, values: Collection[Scalar]) -> bool:
        """Say whether these are all values that a field can have."""
        is_bool = self._values.fields[by] is FieldType.BOOL
        every = [True, False] if is_bool else self._values.only.get(by)
        return every is not None and set(every) <= set(values)

    def _of_case(self, written: object, path: Path) -> Duration | None:
        """Return what a table says; None: there is no saying."""
        if self._may_be_none and written == NONE:
            return None
        return self._duration(written, path, f"{DURATION_ALLOWED}, or {NONE}," if self._may_be_none else "")

    def _duration(self, written: object, path: Path, allowed: str = "") -> Duration | None:
        duration = as_duration(written)
        if duration is None:
            self._report.error(
                path, f"found {shown(written)}; {allowed or DURATION_ALLOWED} is expected{hint(written)}"
            )
        return duration
