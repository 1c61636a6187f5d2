"""Values that rules compare a field with, or that stand for one of its own: of its type, in the form that facts have.

What does not fit is reported, and stands for None.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from missing_words import folded
from rules.arrival import PARTS_ALLOWED
from rules.fields import FieldType, Scalar
from rules.limits import MAX_STRING
from rules.normal_form import NOTHING, Ignored, normal_form
from rules.problems import shown
from rules.report import Path, Report
from rules.scalars import meaning
from rules.spelling import doubt, hint
from rules.values import DATE_ALLOWED, NUMBER_ALLOWED, as_epoch, as_number

VALUE_ALLOWED: Mapping[FieldType, str] = {
    FieldType.STRING: f"text of up to {MAX_STRING} characters",
    FieldType.NUMBER: NUMBER_ALLOWED,
    FieldType.BOOL: "true or false",
    FieldType.LIST: f"text of up to {MAX_STRING} characters",
    FieldType.DATE: DATE_ALLOWED,
}
"""What a value can be, by the type of its field, in words."""


class FieldValues:
    """Compiles values of the fields of one rule set; what is wrong goes to the report.

    Parameters
    ----------
    fields
        Those that are declared, with their types.
    missing
        Words that mean that an attribute is missing, folded: no comparison with one can hold.
    ignoring
        What does not count in which field.
    only
        All that some fields can hold, where that is few.
    """

    def __init__(
        self,
        fields: Mapping[str, FieldType],
        report: Report,
        missing: Collection[str],
        ignoring: Mapping[str, Ignored],
        only: Mapping[str, Sequence[Scalar]],
    ) -> None:
        self.fields = fields
        self.ignoring = ignoring
        self.only = only
        self._missing = missing
        self._report = report

    def compiled(self, value: object, field: str, path: Path, *, of_key: bool = False) -> Scalar | None:
        """Compile one that stands at a path, or is the key there."""
        kind = self.fields[field]
        compiled = _scalar(value, kind)
        if compiled is None:
            quotes = "; write it in quotes, with all its zeros" if _needs_quotes(value, kind) else hint(value)
            fault = f"found {shown(value)}; {VALUE_ALLOWED[kind]} is expected{quotes}"
            self._report.error(path, fault, of_key=of_key)
        elif compiled not in self.only.get(field, [compiled]):
            fault = f"found {shown(value)}; allowed in {field} are {PARTS_ALLOWED[kind]}"
            self._report.error(path, fault, of_key=of_key)
        elif isinstance(compiled, str):
            compiled = normal_form(compiled, self.ignoring.get(field, NOTHING))
            self._question(compiled, path, of_key)
        return compiled

    def of_key(self, key: str, field: str, path: Path) -> Scalar | None:
        """Compile one that is the key at a path: keys of YAML are texts, whatever the field is."""
        return self.compiled(_meant(key, self.fields[field]), field, path, of_key=True)

    def _question(self, text: str, path: Path, of_key: bool) -> None:
        if folded(text) in self._missing:
            found = f"found {shown(text)}, a word for missing: no comparison with it holds"
            message = f"{found}; ask with exists or missing, or declare other words under missing"
            self._report.warn(path, message, of_key=of_key)
        elif odd := doubt(text):
            self._report.warn(path, odd, of_key=of_key)


def _meant(key: str, kind: FieldType) -> object:
    """Return what a key means."""
    if kind is FieldType.STRING:
        return key
    try:
        return meaning(key)
    except ValueError:
        return key


def _needs_quotes(value: object, kind: FieldType) -> bool:
    """Tell whether a text stands there without quotes, and YAML takes it for something else: 01234, true, 12.50."""
    return kind in (FieldType.STRING, FieldType.LIST) and (value is None or isinstance(value, int | float))


def _scalar(value: object, kind: FieldType) -> Scalar | None:
    """Return a value as a field of this type holds it (for lists: one entry); None if it does not fit."""
    if kind is FieldType.NUMBER:
        return as_number(value)
    if kind is FieldType.DATE:
        return as_epoch(value)
    if kind is FieldType.BOOL:
        return value if isinstance(value, bool) else None
    return value if isinstance(value, str) and len(value) <= MAX_STRING else None
