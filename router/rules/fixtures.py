"""Tests and their workforce as written → as the scenarios run them."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.workforce import MILLIS, Member, Pool, Rep, Territories, Territory
from router.model.workitem import Kind, WorkItem
from router.rules.forms import TestForm, TestsForm, WorkforceForm
from router.rules.scenarios import Expectation, RuleTest, ScenarioWorkforce
from rules.fields import FactValue
from rules.limits import MAX_LIST, MAX_STRING
from rules.problems import shown
from rules.report import Path, Report
from rules.values import DATE_ALLOWED, NUMBER_ALLOWED, as_epoch, as_number

_ATTRIBUTE_ALLOWED = (
    f"text of up to {MAX_STRING} characters, {NUMBER_ALLOWED}, true or false, or a list of up to {MAX_LIST} texts"
)
KINDS = tuple(Kind)


def compile_tests(form: TestsForm, report: Report) -> tuple[tuple[RuleTest, ...], ScenarioWorkforce | None]:
    """Compile a document's tests; what is wrong goes to the report."""
    workforce = None if form.workforce is None else _workforce(form.workforce, report)
    return tuple(_test(test, report, ("tests", index)) for index, test in enumerate(form.tests)), workforce


def _test(form: TestForm, report: Report, path: Path) -> RuleTest:
    eligible = None if form.expect.eligible is None else frozenset(form.expect.eligible)
    expect = Expectation(form.expect.rule, form.expect.pool, eligible)
    if expect == Expectation():
        report.error((*path, "expect"), "nothing is expected; allowed are rule, pool and eligible")
    if form.arrival and as_epoch(form.arrival) is None:
        report.error((*path, "arrival"), f"found {shown(form.arrival)}; {DATE_ALLOWED} is expected")
    return RuleTest(form.name, report.line(path), _item(form.item, report, (*path, "item")), expect, form.arrival)


def _item(raw: Mapping[str, object], report: Report, path: Path) -> WorkItem:
    """Read a work item: its attributes beside its kind, or under ``attributes`` beside all else that it has."""
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


def _workforce(form: WorkforceForm, report: Report) -> ScenarioWorkforce:
    reps = {rep: _rep(rep, raw, report) for rep, raw in form.reps.items()}
    pools = {pool: _pool(pool, members, reps, report) for pool, members in form.pools.items()}
    return ScenarioWorkforce(reps, pools, _territories(form.territories, report))


def _territories(parents: Mapping[str, str | None], report: Report) -> Territories:
    for child in parents:
        if _is_cyclic(child, parents):
            report.error(("workforce", "territories", child), f"{child} lies inside itself")
            return Territories()
    everyone = dict.fromkeys([*parents, *(parent for parent in parents.values() if parent)])
    return Territories({name: Territory(name, parents.get(name) or "") for name in everyone})


def _is_cyclic(child: str, parents: Mapping[str, str | None]) -> bool:
    seen, place = {child}, parents.get(child)
    while place and place != child:
        if place in seen:
            return False  # it leads into a cycle that others are part of
        seen.add(place)
        place = parents.get(place)
    return place == child


def _rep(rep: str, raw: Mapping[str, object], report: Report) -> Rep:
    path: Path = ("workforce", "reps", rep)
    active = raw.get("active", True)
    if not isinstance(active, bool):
        report.error((*path, "active"), f"found {shown(active)}; true or false is expected")
    attributes: dict[str, FactValue] = {}
    for name, value in raw.items():
        if name == "active" or value is None:
            continue
        compiled = _attribute(value)
        if compiled is None:
            report.error((*path, name), f"found {shown(value)}; {_ATTRIBUTE_ALLOWED} is expected")
        else:
            attributes[name] = compiled
    return Rep(rep, attributes=attributes, active=active is True)


def _attribute(value: object) -> FactValue | None:
    if isinstance(value, list):
        fits = len(value) <= MAX_LIST and all(isinstance(item, str) and len(item) <= MAX_STRING for item in value)
        return tuple(value) if fits else None
    if isinstance(value, str):
        return value if len(value) <= MAX_STRING else None
    return value if isinstance(value, bool) else as_number(value)


def _pool(pool: str, members: list[str] | dict[str, float], reps: Mapping[str, Rep], report: Report) -> Pool:
    weights = members if isinstance(members, dict) else dict.fromkeys(members, 1.0)
    for position, rep in enumerate(members):
        if rep not in reps:
            step = rep if isinstance(members, dict) else position
            report.error(("workforce", "pools", pool, step), f"there is no rep {shown(rep)} among the workforce's reps")
    return Pool(pool, tuple(Member(rep, max(1, round(weight * MILLIS))) for rep, weight in weights.items()))
