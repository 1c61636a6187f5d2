"""Rules as written → rules as compiled: fields declared, operators that fit the type, values of that type.

What does not pass is reported and leaves a placeholder behind; the rule set is not used then. What a rule leads to
is compiled by the user of the language.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from rules.arrival import ArrivalField, zone
from rules.conditions import ALWAYS, All, AnyOf, Condition, Not, Predicate
from rules.dead_rules import warn_of_dead_rules
from rules.field_values import VALUE_ALLOWED, FieldValues
from rules.fields import EXTERNAL_ID, FieldType, Scalar
from rules.forms import (
    AllForm,
    AnyForm,
    ArrivalForm,
    BareRuleForm,
    ComparisonForm,
    ConditionForm,
    FieldForm,
    NotForm,
    PercentForm,
)
from rules.limits import MAX_CONDITIONS, MAX_LIST, MAX_NESTING, MAX_STRING
from rules.lists import NamedLists
from rules.normal_form import NOTHING, Ignored, normal_form
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.ruleset import Rule, RuleSet
from rules.shares import DECIMALS as SHARE_DECIMALS
from rules.shares import share_text
from rules.spelling import doubt, hint, hint_among

_NAMES_ALLOWED = "a field begins with neither $ nor _, holds no ^ and is not called id or sid"
DEFAULT = "default"
"""What tests call the default; no rule may have this id."""

RuleForm = TypeVar("RuleForm", bound=BareRuleForm)
Target = TypeVar("Target")

_PRESENCE = ("exists", "missing")
_ORDER = ("gt", "gte", "lt", "lte", "between")
_EQUALITY = ("eq", "ne", "in", "not_in")
_PATTERNS = ("contains", "starts_with")
OPERATORS: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.STRING: (*_EQUALITY, *_PATTERNS, "within", *_PRESENCE),
    FieldType.NUMBER: (*_EQUALITY, *_ORDER, *_PRESENCE),
    FieldType.BOOL: ("eq", "ne", *_PRESENCE),
    FieldType.LIST: ("has_any", "has_all", *_PRESENCE),
    FieldType.DATE: (*_EQUALITY, *_ORDER, *_PRESENCE),
}


def compile_fields(forms: Mapping[str, FieldForm], report: Report) -> dict[str, FieldType]:
    """Compile the declarations of fields; names that the engines need for themselves go to the report."""
    for name in forms:
        if _is_kept(name):
            report.error(("fields", name), f"found {shown(name)}; {_NAMES_ALLOWED}", of_key=True)
        elif odd := doubt(name):
            report.warn(("fields", name), odd, of_key=True)
    return {name: form.type for name, form in forms.items()}


def _is_kept(name: str) -> bool:
    return name.startswith(("$", "_")) or "^" in name or name in ("id", "sid")


def compile_arrival(
    form: ArrivalForm | None, fields: Collection[str], personal: Collection[str], report: Report
) -> ArrivalField | None:
    """Compile where the instant of arrival stands; what is wrong goes to the report.

    Parameters
    ----------
    fields
        Those that are declared: none of them is one that it makes.
    personal
        Those that an operator declared personal.
    """
    if form is None:
        return None
    arrival = ArrivalField(form.field, form.timezone or "")
    if _is_kept(form.field):
        report.error(("arrival", "field"), f"found {shown(form.field)}; {_NAMES_ALLOWED}")
    for name in arrival.types:
        if name in fields:
            report.error(("fields", name), f"{shown(name)} is what arrival makes: it is not declared here", of_key=True)
        if name in personal:
            report.error(("arrival", "field"), f"{name} is declared personal; an instant of the server's is not")
    try:
        zone(arrival.timezone or "UTC")
    except ValueError as error:
        report.error(("arrival", "timezone"), str(error))
    return arrival


def compile_ignored(forms: Mapping[str, FieldForm], report: Report) -> dict[str, Ignored]:
    """Compile what does not count in which field; what is wrong goes to the report."""
    for name, form in forms.items():
        if form.ignore and form.type not in (FieldType.STRING, FieldType.LIST):
            fault = f"ignore does not fit the {form.type} field {name}; it is for string and list fields"
            report.error(("fields", name, "ignore"), fault)
    return {name: frozenset(form.ignore) for name, form in forms.items() if form.ignore}


def compile_rules(
    forms: Sequence[RuleForm],
    fields: Mapping[str, FieldType],
    report: Report,
    compile_target: Callable[[RuleForm, Path], Target],
    missing: Collection[str] = (),
    ignoring: Mapping[str, Ignored] = MappingProxyType({}),
    lists: NamedLists | None = None,
    arrival: ArrivalField | None = None,
) -> tuple[Rule[Target], ...]:
    """Compile rules into the order in which the first match wins; what is wrong goes to the report.

    Parameters
    ----------
    compile_target
        Makes what a rule leads to from its form and its path in the document.
    missing
        Words that mean that an attribute is missing, folded: no comparison with one can hold.
    ignoring
        What does not count in which field.
    lists
        Those that conditions may name; None: there are none.
    arrival
        Which of the fields say when a work item came; None: none does.
    """
    values = FieldValues(fields, report, missing, ignoring, arrival.values if arrival else {})
    compiler = _Compiler(values, report, lists or NamedLists({}, report))
    rules = []
    for index, form in enumerate(forms):
        path: Path = ("rules", index)
        when = ALWAYS if form.when is None else compiler.whole(form.when, (*path, "when"))
        rules.append((index, Rule(form.id, when, compile_target(form, path), form.priority)))
    _check_ids(forms, report)
    rules.sort(key=lambda numbered: -numbered[1].priority)
    if not report.has_errors:  # what did not compile looks like something else
        rule_set = RuleSet(fields, tuple(rule for _, rule in rules), None, missing=frozenset(missing), arrival=arrival)
        warn_of_dead_rules(rule_set, [index for index, _ in rules], report)
    return tuple(rule for _, rule in rules)


def compile_comparison(form: ComparisonForm, values: FieldValues, report: Report, path: Path) -> Predicate:
    """Compile one comparison outside rules, where there are no named lists; what is wrong goes to the report."""
    return _Compiler(values, report, NamedLists({}, report)).comparison(form, path)


def _check_ids(forms: Sequence[BareRuleForm], report: Report) -> None:
    first: dict[str, int] = {}
    for index, form in enumerate(forms):
        if form.id == DEFAULT:
            report.error(("rules", index, "id"), f"{DEFAULT} is what tests call the default; choose another id")
        elif form.id in first:
            line = report.line(("rules", first[form.id], "id"))
            report.error(("rules", index, "id"), f"rule {form.id} stands here twice, first in line {line}")
        else:
            first[form.id] = index


class _Compiler:
    def __init__(self, values: FieldValues, report: Report, lists: NamedLists) -> None:
        self._fields = values.fields
        self._values = values
        self._lists = lists
        self._report = report
        self._comparisons = 0

    def whole(self, form: object, path: Path) -> Condition:
        """Compile the condition of one rule."""
        self._comparisons = 0
        condition = self._compile(form, path, 1)
        if self._comparisons > MAX_CONDITIONS:
            fault = f"{self._comparisons} comparisons in one rule; at most {MAX_CONDITIONS} are allowed"
            self._report.error(path, fault)
        return condition

    def _compile(self, form: object, path: Path, level: int) -> Condition:
        if isinstance(form, ComparisonForm):
            self._comparisons += 1
            return self.comparison(form, path)
        if isinstance(form, PercentForm):
            self._comparisons += 1
            return self._share(form, path)
        if level > MAX_NESTING:
            self._report.error(path, f"all, any and not nested deeper than the {MAX_NESTING} levels allowed")
            return ALWAYS
        match form:
            case AllForm():
                return All(self._members(form.all, (*path, "all"), level))
            case AnyForm():
                return AnyOf(self._members(form.any, (*path, "any"), level))
            case NotForm():
                return Not(self._compile(form.not_, (*path, "not"), level + 1))
        raise AssertionError(form)

    def _members(self, forms: list[ConditionForm], path: Path, level: int) -> tuple[Condition, ...]:
        return tuple(self._compile(form, (*path, index), level + 1) for index, form in enumerate(forms))

    def _share(self, form: PercentForm, path: Path) -> Predicate:
        kind = self._fields.get(form.of)
        if form.of == EXTERNAL_ID and kind is not None:
            self._report.error((*path, "of"), f"a field is called {EXTERNAL_ID}; it means source and external id here")
        elif form.of != EXTERNAL_ID and kind not in (FieldType.STRING, FieldType.NUMBER):
            names = [name for name, each in self._fields.items() if each in (FieldType.STRING, FieldType.NUMBER)]
            allowed = f"allowed are {EXTERNAL_ID} and string and number fields: {known_names(names)}"
            self._report.error((*path, "of"), f"found {shown(form.of)}; {allowed}{hint_among(form.of, names)}")
        if form.percent != round(form.percent, SHARE_DECIMALS):
            fault = f"found {shown(form.percent)}; a share has at most {SHARE_DECIMALS} decimals"
            self._report.error((*path, "percent"), fault)
        return Predicate(form.of, "percent", share_text(form.percent, form.salt))

    def comparison(self, form: ComparisonForm, path: Path) -> Predicate:
        """Compile a field compared with a value."""
        kind = self._fields.get(form.field)
        if kind is None:
            self._report.error(
                (*path, "field"),
                f"unknown field {shown(form.field)}; declared are {known_names(self._fields)}{hint(form.field)}",
            )
        elif form.op not in OPERATORS[kind]:
            allowed = ", ".join(OPERATORS[kind])
            self._report.error(
                (*path, "op"), f"{form.op} does not fit the {kind} field {form.field}; allowed are {allowed}"
            )
        elif form.op in _PRESENCE:
            if "value" in form.model_fields_set:
                self._report.error((*path, "value"), f"{form.op} takes no value, found {shown(form.value)}")
            return Predicate(form.field, form.op)
        elif "value" not in form.model_fields_set:
            self._report.error(path, f"value is missing; {form.op} compares with one")
        else:
            return Predicate(form.field, form.op, self._value(form, (*path, "value")))
        return Predicate(form.field, "missing")

    def _value(self, form: ComparisonForm, path: Path) -> Scalar | tuple[Scalar, ...] | None:
        if form.op in ("in", "not_in", "has_any", "has_all"):
            value, at = self._lists.written_out(form.value, path)
            return () if value is None else self._list(value, form.field, at)
        if isinstance(form.value, dict) and "list" in form.value:
            self._report.error(path, f"found a list; {form.op} compares with none: in, not_in, has_any and has_all do")
            return None
        if form.op == "between":
            return self._range(form.value, form.field, path)
        if form.op in _PATTERNS:
            return self._pattern(form.value, form.field, path)
        return self._values.compiled(form.value, form.field, path)

    def _pattern(self, value: object, field: str, path: Path) -> str | None:
        text = value if isinstance(value, str) else ""
        pattern = normal_form(text, self._values.ignoring.get(field, NOTHING))
        if not pattern or len(text) > MAX_STRING:
            allowed = f"text of 1 to {MAX_STRING} characters"
            said = " beside what the field ignores" if text and not pattern else ""
            self._report.error(path, f"found {shown(value)}; {allowed} is expected{said}")
        elif odd := doubt(pattern.strip()):
            self._report.warn(path, odd)
        return pattern

    def _list(self, value: object, field: str, path: Path) -> tuple[Scalar, ...]:
        if not isinstance(value, list):
            allowed = VALUE_ALLOWED[self._fields[field]]
            self._report.error(path, f"found {shown(value)}; a list is expected, each {allowed}")
        elif not value:
            self._report.error(path, "the list is empty; at least one value is expected")
        elif len(value) > MAX_LIST:
            self._report.error(path, f"{len(value)} values in the list; at most {MAX_LIST} are allowed")
        else:
            items = (self._values.compiled(item, field, (*path, index)) for index, item in enumerate(value))
            return tuple(dict.fromkeys(item for item in items if item is not None))
        return ()

    def _range(self, value: object, field: str, path: Path) -> tuple[Scalar, ...]:
        if not isinstance(value, list) or len(value) != 2:
            self._report.error(path, f"found {shown(value)}; a list [low, high] is expected, both ends included")
            return ()
        low, high = (self._values.compiled(item, field, (*path, index)) for index, item in enumerate(value))
        if low is None or high is None:
            return ()
        if not isinstance(low, str) and not isinstance(high, str) and low > high:
            self._report.error(path, f"found {shown(value)}: the low end lies above the high end")
        return (low, high)
