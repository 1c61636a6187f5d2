"""From source to a process, or to what is wrong with it: the one way in for publishing and the command line.

Pure. A hostile source can make it slow at worst; servers therefore call it in a child process
(``router.adapters.rule_sandbox.parent``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from router.model.workforce import WorkforceRecords
from router.process.definition.processes import Process
from router.process.language.compiler import ProcessCompiler
from router.process.language.forms import PARTS, ProcessForm
from router.process.language.size import all_deadlines, check_size
from router.process.trials.fixtures import compile_tests
from router.process.trials.scenarios import ProcessTest
from router.rules.fixtures import compile_workforce
from router.rules.route import Route, RoutingRules
from rules.duration_tables import BY, DurationCompiler
from rules.field_values import FieldValues
from rules.fields import FieldType
from rules.problems import Problem, in_order
from rules.report import Report
from rules.shape import fit

NO_RULES = RoutingRules({}, (), Route(""))
"""Stands for the rules of a tenant who has published none: no field is declared."""


@dataclass(frozen=True, slots=True)
class CheckedProcess:
    """What a source turned out to be.

    Parameters
    ----------
    process
        None if some problem is an error.
    problems
        In the order of the source, warnings included.
    tests
        The document's own tests.
    workforce
        The reps, pools and calendars that the tests bring along; None if they bring none.
    """

    process: Process | None
    problems: tuple[Problem, ...]
    tests: tuple[ProcessTest, ...] = ()
    workforce: WorkforceRecords | None = None


def check_process(
    source: str | bytes,
    *,
    rules: RoutingRules | None = None,
    reps: Collection[str] | None = None,
    personal: Collection[str] = (),
    pools: Collection[str] | None = None,
) -> CheckedProcess:
    r"""Check a process.

    Parameters
    ----------
    source
        YAML or JSON, up to 8 MiB.
    rules
        The active rules, whose fields it speaks of; one that they do not declare is a warning, and an error where
        a duration depends on it. None: not looked up.
    reps
        The reps there are; another one is a warning. None: not looked up.
    personal
        Fields that an operator declared personal, beside those that the rules do.
    pools
        The pools there are; another one is a warning. None: not looked up.

    Examples
    --------
    >>> checked = check_process("process: sales\nkinds: [LEAD]\nstages: [{id: new}, {id: won, closes: CONVERTED}]")
    >>> checked.process.first.id, checked.problems
    ('new', ())
    >>> check_process("process: sales\nkinds: [LEAD]\nstages: [{di: new}]").problems[0].message
    'id is missing'
    """
    document, form, problems = fit(source, ProcessForm, PARTS)
    if form is None:
        return CheckedProcess(None, in_order(problems))
    report = Report(document)
    check_size(form, report)
    every_personal = frozenset(personal) | (rules.personal if rules else frozenset())
    values = _values(form, rules, report)
    durations = DurationCompiler(values, report, every_personal, may_be_none=True)
    process = ProcessCompiler(durations, values, report, rules, reps, every_personal, pools).compile(form)
    tests = compile_tests(form.tests, process, report)
    workforce = None if form.workforce is None else compile_workforce(form.workforce, report)
    return CheckedProcess(None if report.has_errors else process, in_order(report.problems), tests, workforce)


def _values(form: ProcessForm, rules: RoutingRules | None, report: Report) -> FieldValues:
    if rules is None:
        # what is not looked up is taken for text, which its values are as they stand there
        fields = dict.fromkeys(_table_fields(form), FieldType.STRING)
        return FieldValues(fields, report, frozenset(), {}, {})
    only = rules.arrival.values if rules.arrival else {}
    return FieldValues(rules.fields, report, rules.missing, rules.ignoring, only)


def _fields_of(durations: Iterable[object]) -> Iterator[str]:
    for table in durations:
        if isinstance(table, Mapping) and isinstance(table.get(BY), str):
            yield table[BY]


def _table_fields(form: ProcessForm) -> Iterator[str]:
    for deadline in all_deadlines(form):
        yield from _fields_of((deadline.within, deadline.before))
    yield from _fields_of(opened.before for stage in form.stages for opened in stage.open)
    if form.severity:
        yield from (form.severity.field, *form.severity.by)
    if form.repeats:
        yield from (*form.repeats.same, *([form.repeats.raises.field] if form.repeats.raises else []))
