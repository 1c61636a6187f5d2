"""Tests and their workforce as written → as the scenarios run them."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.calendars import TenantSettings
from router.model.workforce import MILLIS, Member, Pool, Record, Rep, Territory, WorkforceRecords
from router.model.workitem import Kind, WorkItem
from router.rules.fixture_hours import HoursCompiler
from router.rules.forms import Members, PoolForm, TestForm, TestsForm, WorkforceForm
from router.rules.scenarios import Expectation, RuleTest
from rules.fields import FactValue
from rules.limits import MAX_LIST, MAX_STRING
from rules.problems import shown
from rules.report import Path, Report
from rules.values import (
    DATE_ALLOWED,
    INSTANT_ALLOWED,
    NUMBER_ALLOWED,
    as_epoch,
    as_instant_ms,
    as_number,
)

_ATTRIBUTE_ALLOWED = (
    f"text of up to {MAX_STRING} characters, {NUMBER_ALLOWED}, true or false, or a list of up to {MAX_LIST} texts"
)
KINDS = tuple(Kind)


def compile_tests(form: TestsForm, report: Report) -> tuple[tuple[RuleTest, ...], WorkforceRecords | None]:
    """Compile a document's tests; what is wrong goes to the report."""
    workforce = None if form.workforce is None else compile_workforce(form.workforce, report)
    return tuple(_test(test, report, ("tests", index)) for index, test in enumerate(form.tests)), workforce


def _test(form: TestForm, report: Report, path: Path) -> RuleTest:
    expected = form.expect
    eligible, conflict = (None if reps is None else frozenset(reps) for reps in (expected.eligible, expected.conflict))
    expect = Expectation(
        expected.rule, expected.pool, eligible, expected.outcome, expected.contact_due, conflict, expected.moves
    )
    if expect == Expectation():
        allowed = "rule, pool, eligible, outcome, conflict, moves and contact_due"
        report.error((*path, "expect"), f"nothing is expected; allowed are {allowed}")
    if form.arrival and as_epoch(form.arrival) is None:
        report.error((*path, "arrival"), f"found {shown(form.arrival)}; {DATE_ALLOWED} is expected")
    if expect.contact_due is not None and not (form.at or form.arrival):
        report.error((*path, "expect", "contact_due"), "nothing is due at no time: say at, when it is decided")
    for text, place in ((form.at, (*path, "at")), (expect.contact_due, (*path, "expect", "contact_due"))):
        if text and as_instant_ms(text, "UTC") is None:
            report.error(place, f"found {shown(text)}; {INSTANT_ALLOWED} is expected")
    item = item_of(form.item, report, (*path, "item"))
    if expect.moves is not None and not form.update:
        report.error((*path, "expect", "moves"), "nothing is updated: say update, what becomes of its fields")
    handlers = tuple(form.handlers)
    return RuleTest(form.name, report.line(path), item, expect, form.arrival, form.at, handlers, form.update)


def item_of(raw: Mapping[str, object], report: Report, path: Path) -> WorkItem:
    """Read a test's work item: its attributes beside its kind, or under ``attributes`` beside all else that it has."""
    attributes: object = raw.get("attributes")
    if not (isinstance(attributes, dict) and raw.keys() <= {"kind", "source", "external_id", "attributes"}):
        attributes = {name: value for name, value in raw.items() if name != "kind"}
        raw = {name: value for name, value in raw.items() if name == "kind"}
    kind = raw.get("kind", "LEAD")
    if kind not in KINDS:
        report.error((*path, "kind"), f"found {shown(kind)}; allowed are {', '.join(KINDS)}")
        kind = "LEAD"
    source, external_id = raw.get("source", ""), raw.get("external_id", "")
    for name, value in (("source", source), ("external_id", external_id)):
        if not isinstance(value, str):
            report.error((*path, name), f"found {shown(value)}; text is expected")
    return WorkItem(Kind(str(kind)), str(source), str(external_id), attributes)


def compile_workforce(form: WorkforceForm, report: Report) -> WorkforceRecords:
    """Compile the workforce that tests bring along, which stands under ``workforce``."""
    hours = HoursCompiler(form, report)
    reps = {rep: _rep(rep, raw, report, hours) for rep, raw in form.reps.items()}
    settings = TenantSettings(
        time_zone=hours.time_zone, calendar=hours.calendar_of(form.calendar, ("workforce", "calendar"))
    )
    by_kind: Mapping[str, Mapping[str, Record]] = {
        "rep": reps,
        "pool": {pool: _pool(pool, raw, reps, report, hours) for pool, raw in form.pools.items()},
        "territory": _territories(form.territories, report),
        "calendar": hours.calendars(),
        "absence": hours.absences(),
        "tenant": {settings.id: settings},
    }
    return WorkforceRecords(by_kind=by_kind)


def _territories(parents: Mapping[str, str | None], report: Report) -> Mapping[str, Territory]:
    for child in parents:
        if _is_cyclic(child, parents):
            report.error(("workforce", "territories", child), f"{child} lies inside itself")
            return {}
    everyone = dict.fromkeys([*parents, *(parent for parent in parents.values() if parent)])
    return {name: Territory(name, parents.get(name) or "") for name in everyone}


def _is_cyclic(child: str, parents: Mapping[str, str | None]) -> bool:
    seen, place = {child}, parents.get(child)
    while place and place != child:
        if place in seen:
            return False  # it leads into a cycle that others are part of
        seen.add(place)
        place = parents.get(place)
    return place == child


def _rep(rep: str, raw: Mapping[str, object], report: Report, hours: HoursCompiler) -> Rep:
    path: Path = ("workforce", "reps", rep)
    active = raw.get("active", True)
    if not isinstance(active, bool):
        report.error((*path, "active"), f"found {shown(active)}; true or false is expected")
    attributes: dict[str, FactValue] = {}
    for name, value in raw.items():
        if name in ("active", "calendar") or value is None:
            continue
        compiled = _attribute(value)
        if compiled is None:
            report.error((*path, name), f"found {shown(value)}; {_ATTRIBUTE_ALLOWED} is expected")
        else:
            attributes[name] = compiled
    calendar = hours.calendar_of(raw.get("calendar"), (*path, "calendar"))
    return Rep(rep, attributes=attributes, active=active is True, calendar=calendar)


def _attribute(value: object) -> FactValue | None:
    if isinstance(value, list):
        fits = len(value) <= MAX_LIST and all(isinstance(item, str) and len(item) <= MAX_STRING for item in value)
        return tuple(value) if fits else None
    if isinstance(value, str):
        return value if len(value) <= MAX_STRING else None
    return value if isinstance(value, bool) else as_number(value)


def _pool(
    pool: str,
    raw: PoolForm | Members,
    reps: Mapping[str, Rep],
    report: Report,
    hours: HoursCompiler,
) -> Pool:
    path: Path = ("workforce", "pools", pool)
    if not isinstance(raw, PoolForm):
        return Pool(pool, _members(raw, reps, report, path))
    calendar = hours.calendar_of(raw.calendar, (*path, "calendar"))
    return Pool(pool, _members(raw.members, reps, report, (*path, "members")), calendar=calendar)


def _members(members: Members, reps: Mapping[str, Rep], report: Report, path: Path) -> tuple[Member, ...]:
    weights = members if isinstance(members, dict) else dict.fromkeys(members, 1.0)
    for position, rep in enumerate(members):
        if rep not in reps:
            step = rep if isinstance(members, dict) else position
            report.error((*path, step), f"there is no rep {shown(rep)} among the workforce's reps")
    return tuple(Member(rep, max(1, round(weight * MILLIS))) for rep, weight in weights.items())
