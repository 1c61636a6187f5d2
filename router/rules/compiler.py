"""Routes and known customers as written → as compiled: pools, requirements, preferences, value and fallback."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from router.model.workitem import MAX_VALUE
from router.rules.forms import (
    DropForm,
    FallbackRepForm,
    IgnoreHoursForm,
    KnownCustomerForm,
    OtherPoolForm,
    RequirementForm,
    RouteForm,
    WidenForm,
)
from router.rules.lookups import NearestNames
from router.rules.route import (
    HANDLERS,
    Drop,
    Fallback,
    FallbackRep,
    IgnoreHours,
    KnownCustomer,
    OtherPool,
    Preference,
    Requirement,
    Route,
    Wait,
    Widen,
)
from rules.duration_tables import DurationCompiler
from rules.durations import DurationTable
from rules.fields import FactValue, FieldType
from rules.limits import MAX_LIST, MAX_STRING
from rules.lists import NamedLists
from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import doubt, hint
from rules.values import as_number

_ITEM_TYPES: Mapping[str, tuple[FieldType, ...]] = {
    "covers": (FieldType.STRING,),
    "has": (FieldType.STRING,),
    "has_all": (FieldType.LIST,),
    "has_any": (FieldType.LIST,),
    **dict.fromkeys(("eq", "ne"), (FieldType.STRING, FieldType.NUMBER, FieldType.BOOL)),
    **dict.fromkeys(("gt", "gte", "lt", "lte"), (FieldType.NUMBER,)),
}
"""Per operator the types of field it compares with; a fixed value is of one of them too."""


_NAMING = (FieldType.STRING, FieldType.LIST)
"""The types of field whose texts may name reps."""
_OF_PROCESSES = ("owner", "approver")
"""What ``exclude`` names besides in what a process opens."""


class RouteCompiler:
    """Compiles the routes of one rule set; what is wrong goes to the report."""

    def __init__(
        self,
        fields: Mapping[str, FieldType],
        pools: Collection[str] | None,
        report: Report,
        personal: Collection[str] = (),
        *,
        lists: NamedLists,
        durations: DurationCompiler,
    ) -> None:
        self._fields = fields
        self._personal = personal
        self._pools = pools
        self._pools_there = known_names(sorted(pools or ()))
        self._meant = NearestNames()
        self._report = report
        self._lists = lists
        self._durations = durations

    def compile(self, form: RouteForm, path: Path) -> Route:
        """Compile the route at a path."""
        self._look_up(form.pool, (*path, "pool"))
        fallback = self._fallback(form.fallback, (*path, "fallback"))
        if form.hours == "ignore":
            self._warn_of_repeated(fallback, (*path, "fallback"))
        return Route(
            pool=form.pool,
            require=self._requirements(form.require, (*path, "require")),
            prefer=tuple(
                Preference(self._requirement(item, (*path, "prefer", index)), item.score)
                for index, item in enumerate(form.prefer)
            ),
            value=self._value(form.value, (*path, "value")),
            priority=form.priority,
            sla=form.sla,
            fallback=fallback,
            hours=form.hours or "",
            contact_within=self._within(form.contact_within, (*path, "contact_within")),
            exclude=self._exclude(form.exclude, (*path, "exclude")),
            on_change=self._on_change(form.on_change, (*path, "on_change")),
        )

    def _look_up(self, pool: str, path: Path) -> None:
        if self._pools is not None and pool not in self._pools:
            self._report.warn(
                path,
                f"there is no pool {shown(pool)} yet; there are {self._pools_there}{self._meant(pool, self._pools)}",
            )

    def _value(self, value: object, path: Path) -> float | str | None:
        if value is None:
            return None
        if isinstance(value, str):
            if self._fields.get(value) is not FieldType.NUMBER:
                self._report.error(path, f"found {shown(value)}; a number or the name of a number field is expected")
            elif value in self._personal:
                self._report.error(path, f"{value} is personal: as the charge it would stand in the ledger for good")
            return value
        number = as_number(value)
        if number is None or not 0 <= number <= MAX_VALUE:
            allowed = f"a number from 0 to {MAX_VALUE:,} or the name of a number field"
            self._report.error(path, f"found {shown(value)}; {allowed} is expected")
        return number

    def _within(self, form: object, path: Path) -> DurationTable | None:
        return None if form is None else self._durations.compile(form, path)

    def _exclude(self, names: Sequence[str], path: Path) -> tuple[str, ...]:
        for index, name in enumerate(names):
            if fault := self._fault_of_excluding(name):
                self._report.error((*path, index), fault)
        return tuple(dict.fromkeys(names))

    def _on_change(self, names: Sequence[str], path: Path) -> tuple[str, ...]:
        for index, name in enumerate(names):
            if name not in self._fields:
                declared = known_names(self._fields)
                self._report.error((*path, index), f"unknown field {shown(name)}; declared are {declared}{hint(name)}")
        return tuple(dict.fromkeys(names))

    def _fault_of_excluding(self, name: str) -> str:
        """Say why a name cannot stand in ``exclude``; nothing where it can."""
        kind = self._fields.get(name)
        if name == HANDLERS:
            meant = f"{HANDLERS} are all who owned the work item before, and a field is called so too"
            return f"{meant}: call the field otherwise" if kind else ""
        if kind is None:
            declared = f"declared are {known_names(self._fields)}; {HANDLERS} are all who owned the work item before"
            of_processes = f"; {name} excludes from what a process opens" if name in _OF_PROCESSES else ""
            return f"unknown field {shown(name)}; {declared}{of_processes}{hint(name)}"
        if kind not in _NAMING:
            return f"{name} is a {kind} field; exclude takes a {' or '.join(_NAMING)} field, whose texts name reps"
        if name in self._personal:
            return f"{name} is personal: it would show in the reasons of every rep whom it names"
        return ""

    def _requirements(self, forms: Sequence[RequirementForm], path: Path) -> tuple[Requirement, ...]:
        return tuple(self._requirement(form, (*path, index)) for index, form in enumerate(forms))

    def _requirement(self, form: RequirementForm, path: Path) -> Requirement:
        given = form.model_fields_set & {"item", "value"}
        self._question(form.rep, (*path, "rep"))
        if len(given) != 1:
            parts = "both item and value" if given else "neither item nor value"
            self._report.error(path, f"found {parts}; one is expected: a field of the work item, or a fixed value")
        elif "value" in given:
            return Requirement(form.rep, form.op, value=self._fixed(form, (*path, "value")))
        elif form.item is None or form.item not in self._fields:
            declared = known_names(self._fields)
            fault = f"unknown field {shown(form.item)}; declared are {declared}{hint(form.item)}"
            self._report.error((*path, "item"), fault)
        elif self._fields[form.item] not in _ITEM_TYPES[form.op]:
            expected = " or ".join(_ITEM_TYPES[form.op])
            kind = self._fields[form.item]
            self._report.error(
                (*path, "item"), f"{form.item} is a {kind} field; {form.op} compares with a {expected} field"
            )
        elif form.item in self._personal:
            self._report.error(
                (*path, "item"), f"{form.item} is personal: it would show in the reasons of every rep who lacks it"
            )
        return Requirement(form.rep, form.op, item=form.item)

    def _fixed(self, form: RequirementForm, path: Path) -> FactValue | None:
        written, path = self._lists.written_out(form.value, path)
        value = _fixed_value(form.op, written)
        if value is None and not (written is None and isinstance(form.value, dict)):
            expected = " or ".join(_ITEM_TYPES[form.op])
            bounds = f"texts up to {MAX_STRING} characters, lists of 1 to {MAX_LIST} texts"
            self._report.error(path, f"found {shown(written)}; {form.op} compares with a {expected} ({bounds})")
        elif isinstance(value, tuple):
            for index, text in enumerate(value):
                self._question(text, (*path, index))
        elif isinstance(value, str):
            self._question(value, path)
        return value

    def _question(self, text: str, path: Path) -> None:
        if odd := doubt(text):
            self._report.warn(path, odd)

    def _fallback(self, forms: Sequence[object], path: Path) -> tuple[Fallback, ...]:
        steps = tuple(self._step(form, (*path, index)) for index, form in enumerate(forms))
        for index, step in enumerate(steps[:-1]):
            if isinstance(step, Wait):
                self._report.error((*path, index), "wait stands before other steps; it has to be the last")
        return steps

    def _warn_of_repeated(self, fallback: Sequence[Fallback], path: Path) -> None:
        for index, step in enumerate(fallback):
            if isinstance(step, IgnoreHours):
                self._report.warn((*path, index), "hours do not count in this route already: the step changes nothing")

    def _step(self, form: object, path: Path) -> Fallback:
        match form:
            case "wait":
                return Wait()
            case str():
                self._look_up(form, path)
                return OtherPool(form)
            case DropForm():
                return Drop(tuple(dict.fromkeys(form.drop)))
            case WidenForm():
                if self._fields.get(form.widen) is not FieldType.STRING:
                    self._report.error(
                        (*path, "widen"), f"found {shown(form.widen)}; the name of a string field is expected"
                    )
                return Widen(form.widen)
            case IgnoreHoursForm():
                return IgnoreHours()
            case OtherPoolForm():
                self._look_up(form.pool, (*path, "pool"))
                return OtherPool(form.pool, self._requirements(form.require, (*path, "require")))
            case FallbackRepForm():
                return FallbackRep(form.rep)
        raise AssertionError(form)


def _fixed_value(op: str, value: object) -> FactValue | None:
    if isinstance(value, list):
        fits = 0 < len(value) <= MAX_LIST and all(isinstance(item, str) and len(item) <= MAX_STRING for item in value)
        return tuple(value) if fits and FieldType.LIST in _ITEM_TYPES[op] else None
    if isinstance(value, bool):
        return value if FieldType.BOOL in _ITEM_TYPES[op] else None
    if isinstance(value, str):
        return value if len(value) <= MAX_STRING and FieldType.STRING in _ITEM_TYPES[op] else None
    return as_number(value) if FieldType.NUMBER in _ITEM_TYPES[op] else None


def compile_known_customer(form: KnownCustomerForm, fields: Mapping[str, FieldType], report: Report) -> KnownCustomer:
    """Compile where a customer is named, and what is filled with what is known; what is wrong goes to the report."""
    expected = {"id": FieldType.STRING, "churn_risk": FieldType.NUMBER, "value_tier": FieldType.STRING}
    filled: dict[str, str] = form.model_dump(exclude_none=True)
    for key, name in filled.items():
        if fields.get(name) is not expected[key]:
            actual = f"the {fields[name]} field" if name in fields else "the undeclared field"
            allowed = known_names([field for field, kind in fields.items() if kind is expected[key]])
            message = f"found {actual} {shown(name)}; allowed is a {expected[key]} field: {allowed}"
            report.error(("known_customer", key), message)
    if filled.get("value_tier") == form.id:
        report.error(
            ("known_customer", "value_tier"), f"{shown(form.id)} carries the customer's id; fill another field"
        )
    return KnownCustomer(**filled)
