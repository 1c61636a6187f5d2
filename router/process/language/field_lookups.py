"""The fields that a process compares, or says how severe a work item is by. What is not one goes to the report."""

from __future__ import annotations

from collections.abc import Collection

from rules.field_values import FieldValues
from rules.fields import FieldType
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import hint_of_field

_COMPARED = (FieldType.STRING, FieldType.NUMBER, FieldType.BOOL)


class FieldLookups:
    """Looks up fields of the rules.

    Parameters
    ----------
    values
        Knows the fields.
    personal
        Fields that say something about a person: what would follow from one is not erased with them.
    """

    def __init__(self, values: FieldValues, report: Report, personal: Collection[str] = ()) -> None:
        self._values = values
        self._report = report
        self._personal = personal

    def compared(self, name: str, path: Path) -> bool:
        """Say whether a field is there that severity may follow from; report it where it is not."""
        return self._is_known(name, _COMPARED, path)

    def severity(self, name: str, path: Path) -> bool:
        """Say whether a field is there that may say how severe a work item is; report it where it is not."""
        return self._is_known(name, (FieldType.STRING,), path)

    def _is_known(self, name: str, kinds: Collection[FieldType], path: Path) -> bool:
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
            meant = hint_of_field(name, names, fields, FieldType.STRING)
            self._report.error(path, f"found {shown(name)}; {allowed}: {known_names(names)}{meant}")
        return False
