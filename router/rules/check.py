"""From source to a rule set, or to what is wrong with it: the one way in for publishing, testing and the command line.

Pure. A hostile source can make it slow at worst; servers therefore call it in a child process
(``router.adapters.rule_sandbox.parent``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from missing_words import folded
from router.model.workforce import WorkforceRecords
from router.rules.compiler import RouteCompiler, compile_known_customer
from router.rules.fixtures import compile_tests
from router.rules.forms import PARTS, RuleSetForm, TestsForm
from router.rules.lookups import KnownNames, look_up
from router.rules.route import RoutingRules
from router.rules.scenarios import RuleTest
from rules.compiler import compile_arrival, compile_fields, compile_ignored, compile_rules
from rules.duration_tables import DurationCompiler
from rules.field_values import FieldValues
from rules.lists import NamedLists
from rules.problems import Problem, in_order
from rules.report import Report
from rules.shape import fit


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
        The reps, pools, territories and calendars that the tests bring along; None if they bring none.

    """

    rule_set: RoutingRules | None
    problems: tuple[Problem, ...]
    tests: tuple[RuleTest, ...] = ()
    workforce: WorkforceRecords | None = None


def check(
    source: str | bytes,
    *,
    pools: Collection[str] | None = None,
    known: KnownNames | None = None,
    personal: Collection[str] = (),
) -> Checked:
    r"""Check a rule set.

    Parameters
    ----------
    source
        YAML or JSON, up to 8 MiB.
    pools
        The pools there are; a route to another one is a warning. None: not looked up.
    known
        The territories, reps and attributes of reps there are; another one is a warning. None: not looked up.
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
    document, form, problems = fit(source, RuleSetForm, PARTS)
    if form is None:
        return Checked(None, in_order(problems))
    report = Report(document)
    rule_set = _compile(form, pools, personal, report)
    if known is not None:
        look_up(form, known, report)
    tests, workforce = compile_tests(form, report)
    return Checked(None if report.has_errors else rule_set, in_order(report.problems), tests, workforce)


def check_tests(source: str | bytes) -> Checked:
    """Check a document of tests alone: the keys ``tests`` and ``workforce`` of a rule set."""
    document, form, problems = fit(source, TestsForm, PARTS)
    if form is None:
        return Checked(None, in_order(problems))
    report = Report(document)
    tests, workforce = compile_tests(form, report)
    return Checked(None, in_order(report.problems), tests, workforce)


def _compile(
    form: RuleSetForm, pools: Collection[str] | None, also_personal: Collection[str], report: Report
) -> RoutingRules:
    declared = compile_fields(form.fields, report)
    arrival = compile_arrival(form.arrival, declared, also_personal, report)
    fields = {**declared, **(arrival.types if arrival else {})}
    ignoring = compile_ignored(form.fields, report)
    personal = frozenset(name for name, field in form.fields.items() if field.personal)
    lists = NamedLists(form.lists, report)
    missing = frozenset(["", *map(folded, form.missing)])
    values = FieldValues(fields, report, missing, ignoring, arrival.values if arrival else {})
    personal_here = personal.union(also_personal)
    durations = DurationCompiler(values, report, personal_here)
    routes = RouteCompiler(fields, pools, report, personal_here, lists=lists, durations=durations)
    rules = compile_rules(
        *(form.rules, fields, report, lambda rule, path: routes.compile(rule.route, (*path, "route"))),
        *(missing, ignoring, lists, arrival),
    )
    default = routes.compile(form.default.route, ("default", "route"))
    lists.warn_of_unused()
    customer = compile_known_customer(form.known_customer, fields, report) if form.known_customer else None
    return RoutingRules(
        *(fields, rules, default, form.undeclared == "ignore", personal, customer),
        missing=missing,
        ignoring=ignoring,
        arrival=arrival,
    )
