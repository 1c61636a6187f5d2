"""From source to a rule set, or to what is wrong with it: the one way in for publishing, testing and the command line.

Pure. A hostile source can make it slow at worst; servers therefore call it in a child process
(``router.adapters.rule_sandbox.parent``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from router.rules.conditions import ALWAYS, compile_condition, known
from router.rules.fixtures import compile_tests
from router.rules.problems import Problem, in_order, shown
from router.rules.report import Report
from router.rules.routes import RouteCompiler
from router.rules.ruleset import Condition, FieldType, KnownCustomer, Rule, RuleSet
from router.rules.scenarios import RuleTest, Workforce
from router.rules.shape import fit
from router.rules.source import KnownCustomerForm, RuleForm, RuleSetForm, TestsForm

DEFAULT = "default"
"""What tests call the default; no rule may have this id."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a source turned out to be.

    Parameters
    ----------
    rule_set
        Ready for the engines; None if some problem is an error.
    problems
        In the order of the source, warnings included.
    tests
        The document's own tests.
    workforce
        The reps, pools and territories that the tests bring along; None if they bring none.

    """

    rule_set: RuleSet | None
    problems: tuple[Problem, ...]
    tests: tuple[RuleTest, ...] = ()
    workforce: Workforce | None = None


def check(source: str | bytes, *, pools: Collection[str] | None = None, personal: Collection[str] = ()) -> Checked:
    r"""Check a rule set.

    Parameters
    ----------
    source
        YAML or JSON, up to 8 MiB.
    pools
        The pools there are; a route to another one is a warning. None: not looked up.
    personal
        Fields that an operator declared personal, beside those that the source does.

    Examples
    --------
    >>> checked = check("fields: {}\ndefault: {route: {pool: everyone}}")
    >>> checked.rule_set.default.pool, checked.problems
    ('everyone', ())
    >>> check("fields: {}\ndefault: {route: {pol: everyone}}").problems[0].message
    'pool is missing'

    """
    document, form, problems = fit(source, RuleSetForm)
    if form is None:
        return Checked(None, in_order(problems))
    report = Report(document)
    rule_set = _compile(form, pools, personal, report)
    tests, workforce = compile_tests(form, report)
    valid = not any(problem.is_error for problem in report.problems)
    return Checked(rule_set if valid else None, in_order(report.problems), tests, workforce)


def check_tests(source: str | bytes) -> Checked:
    """Check a document of tests alone: the keys ``tests`` and ``workforce`` of a rule set."""
    document, form, problems = fit(source, TestsForm)
    if form is None:
        return Checked(None, in_order(problems))
    report = Report(document)
    tests, workforce = compile_tests(form, report)
    return Checked(None, in_order(report.problems), tests, workforce)


def _compile(
    form: RuleSetForm, pools: Collection[str] | None, also_personal: Collection[str], report: Report
) -> RuleSet:
    fields = _fields(form, report)
    personal = frozenset(name for name, field in form.fields.items() if field.personal)
    routes = RouteCompiler(fields, pools, report, personal.union(also_personal))
    rules = [
        (
            index,
            Rule(
                id=rule.id,
                when=_condition(rule, fields, report, index),
                route=routes.compile(rule.route, ("rules", index, "route")),
                priority=rule.priority,
            ),
        )
        for index, rule in enumerate(form.rules)
    ]
    _check_ids(form.rules, report)
    rules.sort(key=lambda numbered: -numbered[1].priority)
    if not any(problem.is_error for problem in report.problems):  # what did not compile looks like something else
        _warn_of_the_unreachable(rules, report)
    default = routes.compile(form.default.route, ("default", "route"))
    customer = _known_customer(form.known_customer, fields, report) if form.known_customer else None
    return RuleSet(fields, tuple(rule for _, rule in rules), default, form.undeclared == "ignore", customer, personal)


def _fields(form: RuleSetForm, report: Report) -> dict[str, FieldType]:
    for name in form.fields:
        if name.startswith(("$", "_")) or "^" in name or name in ("id", "sid"):
            allowed = "a field begins with neither $ nor _, holds no ^ and is not called id or sid"
            report.error(("fields", name), f"found {shown(name)}; {allowed}", of_key=True)
    return {name: field.type for name, field in form.fields.items()}


def _known_customer(form: KnownCustomerForm, fields: dict[str, FieldType], report: Report) -> KnownCustomer:
    expected = {"id": FieldType.STRING, "churn_risk": FieldType.NUMBER, "value_tier": FieldType.STRING}
    asked: dict[str, str] = form.model_dump(exclude_none=True)
    for key, name in asked.items():
        if fields.get(name) is not expected[key]:
            found = f"the {fields[name]} field" if name in fields else "the undeclared field"
            allowed = {field: kind for field, kind in fields.items() if kind is expected[key]}
            message = f"found {found} {shown(name)}; allowed is a {expected[key]} field: {known(allowed)}"
            report.error(("known_customer", key), message)
    if len(asked) == 1:
        report.error(("known_customer",), "nothing is asked for; allowed are churn_risk, value_tier or both")
    elif asked.get("value_tier") == form.id:
        report.error(
            ("known_customer", "value_tier"), f"{shown(form.id)} carries the customer's id; fill another field"
        )
    return KnownCustomer(**asked)


def _condition(rule: RuleForm, fields: dict[str, FieldType], report: Report, index: int) -> Condition:
    return ALWAYS if rule.when is None else compile_condition(rule.when, fields, report, ("rules", index, "when"))


def _check_ids(rules: Sequence[RuleForm], report: Report) -> None:
    first: dict[str, int] = {}
    for index, rule in enumerate(rules):
        if rule.id == DEFAULT:
            report.error(("rules", index, "id"), f"{DEFAULT} is what tests call the default; choose another id")
        elif rule.id in first:
            line = report.line(("rules", first[rule.id], "id"))
            report.error(("rules", index, "id"), f"rule {rule.id} stands here twice, first in line {line}")
        else:
            first[rule.id] = index


def _warn_of_the_unreachable(rules: Sequence[tuple[int, Rule]], report: Report) -> None:
    seen: dict[Condition, str] = {}
    for index, rule in rules:
        shadow = seen.get(ALWAYS) or seen.get(rule.when)
        if shadow is not None:
            report.warn(
                ("rules", index), f"rule {rule.id} can never be first: {shadow} precedes it and always matches too"
            )
        else:
            seen[rule.when] = rule.id
