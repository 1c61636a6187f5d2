"""Tests beside a process: what happens to a work item, and how its deadlines then stand."""

from __future__ import annotations

from textwrap import dedent

import pytest

from router.assignment.process_tests import run_tests
from router.model.workforce import WorkforceRecords
from router.process.definition.processes import Process
from router.process.language.check import check_process
from router.process.trials.fixtures import compile_tests
from router.process.trials.scenario_forms import SCENARIO_PARTS, ProcessTestForm
from router.process.trials.scenarios import ProcessTest
from router.rules import fixtures, forms
from router.rules.check import check
from router.rules.route import RoutingRules
from rules.forms import Form
from rules.report import Report
from rules.shape import fit

WORKFORCE = """
workforce:
  time_zone: Asia/Shanghai
  calendar: cn-office
  calendars:
    cn-office:
      weekly: {mon-fri: "09:00-18:00"}
      exceptions: {2026-09-20: "09:00-18:00"}
  reps: {wang-fang: {}, li-na: {}}
  pools: {east: [wang-fang, li-na]}
"""
PROCESS = """
process: sales
kinds: [LEAD]
stages:
  - id: new
    deadlines:
      - id: first-response
        within: {by: severity, P1: 30m, else: 1h}
        from: assigned
        until: attempt
        steps: [{at: 50%, do: remind}, {at: 100%, do: notify, to: manager}, {at: 200%, do: reassign}]
  - {id: qualified, require: [budget]}
  - {id: won, closes: CONVERTED}
deadlines: [{id: resolution, within: 2d, from: arrival}]
"""


class Document(Form):
    """Tests with their workforce."""

    tests: list[ProcessTestForm]
    workforce: forms.WorkforceForm


def process() -> Process:
    checked = check_process(PROCESS)
    assert checked.process, checked.problems
    return checked.process


def read(tests: str, of: Process | None = None) -> tuple[tuple[ProcessTest, ...], WorkforceRecords, list[str]]:
    """Return tests with their workforce, and the problems."""
    document, form, problems = fit(dedent(tests) + WORKFORCE, Document, forms.PARTS | SCENARIO_PARTS)
    assert form, problems
    report = Report(document)
    compiled = compile_tests(form.tests, of or process(), report)
    _, workforce = fixtures.compile_tests(forms.TestsForm(workforce=form.workforce), report)
    assert workforce
    return compiled, workforce, [f"{problem.path}: {problem.message}" for problem in report.problems]


def failures(tests: str, rules: RoutingRules | None = None) -> list[str]:
    """Return what failed of tests without problems."""
    compiled, workforce, problems = read(tests)
    assert problems == []
    return [result.message for result in run_tests(process(), compiled, workforce, rules) if not result.passed]


FIRST_WALK = """
    tests:
      - name: a lead that comes before the weekend
        item: {kind: LEAD, budget: 300000}
        life:
          - {at: 2026-09-18T17:20, do: assigned, to: wang-fang, pool: east}
          - {at: 2026-09-18T17:55, do: activity, kind: NOTE, direction: INTERNAL}
          - {at: 2026-09-20T10:20, do: assigned, to: li-na, pool: east}
          - {at: 2026-09-20T10:45, do: activity, kind: CALL, direction: OUTBOUND, duration: 180s}
          - {at: 2026-09-20T11:00, do: stage, stage: qualified}
        expect:
          stage: qualified
          due: {first-response: 2026-09-20T11:20, resolution: 2026-09-21T17:20}
          met: [first-response]
          missed: [first-response]
          steps_due:
            - {at: 2026-09-18T17:50, deadline: first-response, step: remind}
            - {at: 2026-09-20T09:20, deadline: first-response, step: notify}
            - {at: 2026-09-20T10:20, deadline: first-response, step: reassign}
      - name: as it stands on Friday evening
        item: {severity: P1}
        life: [{at: 2026-09-18T17:20+08:00, do: assigned, to: wang-fang}]
        at: 2026-09-18T17:40
        expect:
          stage: new
          due: {first-response: 2026-09-18T17:50}
          met: []
          missed: []
          steps_due: [{at: 2026-09-18T17:35, deadline: first-response, step: remind}]
      - name: nobody has it, then it is closed
        life:
          - {at: 2026-09-18T17:20, do: waiting, pool: east}
          - {at: 2026-09-18T17:30, do: closed}
          - {at: 2026-09-18T17:40, do: activity, kind: EMAIL, direction: INBOUND}
        expect: {due: {first-response: null}, met: [resolution], steps_due: []}
"""


def test_the_first_walk_of_a_lead_is_a_test_that_passes() -> None:
    assert failures(FIRST_WALK) == []


def test_steps_of_a_stage_fall_due_at_the_earliest_as_it_is_entered() -> None:
    late = PROCESS.replace(
        "{id: qualified, require: [budget]}",
        "{id: qualified, deadlines: [{id: quote, within: 2h, from: arrival, steps: [{at: 50%, do: remind}]}]}",
    )
    test = """
    tests:
      - name: qualified after the hour
        life:
          - {at: 2026-09-18T09:00, do: assigned, to: wang-fang}
          - {at: 2026-09-18T10:30, do: stage, stage: qualified}
        expect: {steps_due: [{at: 2026-09-18T10:30, deadline: quote, step: remind},
          {at: 2026-09-18T09:30, deadline: first-response, step: remind},
          {at: 2026-09-18T10:00, deadline: first-response, step: notify}]}
    """
    checked = check_process(late)
    assert checked.process

    compiled, workforce, problems = read(test, checked.process)

    assert problems == []
    assert [result.message for result in run_tests(checked.process, compiled, workforce, None)] == [""]


RENEWALS = """
process: renewal
kinds: [LEAD]
stages:
  - id: open
    deadlines:
      - {id: plan, of: end, before: 90d, until: contact, steps: [{before: 1d, do: remind}, {at: 100%, do: reassign}]}
      - {id: update, within: {by: tier, A: 1d, else: 5d}, until: any}
  - {id: signing, require: [end]}
  - {id: won, closes: CONVERTED}
"""


def test_what_is_updated_moves_dates_and_tables_and_may_be_required() -> None:
    renewals = check_process(RENEWALS).process
    assert renewals
    compiled, workforce, problems = read(
        """
        tests:
          - name: a customer of tier B with no end, then A with one
            item: {tier: B}
            life:
              - {at: 2026-09-01T10:00, do: assigned, to: li-na}
              - {at: 2026-09-10T10:00, do: update, set: {end: '2026-12-15'}}
              - {at: 2026-09-11T10:00, do: update, set: {tier: A, end: '2026-12-23'}}
              - {at: 2026-09-24T12:00, do: stage, stage: signing}
            expect:
              due: {plan: 2026-09-24T09:00, update: 2026-09-02T10:00}
              missed: [plan, update]
              steps_due:
                - {at: 2026-09-23T09:00, deadline: plan, step: remind}
                - {at: 2026-09-24T09:00, deadline: plan, step: reassign}
        """,
        renewals,
    )

    assert problems == []
    assert [result.message for result in run_tests(renewals, compiled, workforce, None)] == [""]


@pytest.mark.parametrize(
    ("expected", "came"),
    [
        ("stage: qualified", "expected stage qualified, came new"),
        (
            "due: {first-response: 2026-09-18T18:00}",
            "expected first-response due 2026-09-18T18:00, came 2026-09-20T09:20:00+08:00",
        ),
        ("due: {resolution: null}", "expected resolution due none, came 2026-09-21T17:20:00+08:00"),
        ("met: [resolution]", "expected met ['resolution'], came ['first-response']"),
        ("missed: [resolution]", "expected missed ['resolution'], came []"),
        ("steps_due: []", "expected other steps_due; came 2026-09-18T17:50:00+08:00 remind of first-response"),
    ],
)
def test_a_test_that_fails_says_what_came_instead(expected: str, came: str) -> None:
    test = f"""
    tests:
      - name: one
        life:
          - {{at: 2026-09-18T17:20, do: assigned, to: wang-fang}}
          - {{at: 2026-09-18T17:55, do: activity, kind: VISIT, direction: OUTBOUND}}
        expect: {{{expected}}}
    """

    (message,) = failures(test)

    assert message == came


@pytest.mark.parametrize(
    ("life", "message"),
    [
        (
            "[{at: 2026-09-18T17:20, do: waiting}, {at: 2026-09-18T17:10, do: closed}]",
            "life is in the order of time, and 2026-09-18T17:10 stands behind 2026-09-18T17:20",
        ),
        (
            "[{at: 2026-09-18T17:20, do: waiting}, {at: 2026-09-18T17:30, do: stage, stage: qualified}]",
            "qualified requires budget, which the item has not",
        ),
        (
            "[{at: 2026-09-18T17:20, do: waiting}, {at: 2026-09-18T17:30, do: stage, stage: won}, "
            "{at: 2026-09-18T17:40, do: waiting}]",
            "it is closed before 2026-09-18T17:40",
        ),
        (
            "[{at: 2026-09-18T17:20, do: waiting}, {at: 2026-09-18T17:30, do: stage, stage: new}]",
            "new may not follow new",
        ),
    ],
)
def test_what_cannot_happen_fails_a_test(life: str, message: str) -> None:
    assert failures(f"tests: [{{name: one, life: {life}, expect: {{met: []}}}}]") == [message]


def test_nothing_is_looked_at_before_it_happened() -> None:
    test = """
    tests:
      - {name: one, life: [{at: 2026-09-18T17:20, do: waiting}], at: 2026-09-18T17:00, expect: {met: []}}
    """

    assert failures(test) == ["it is looked at 2026-09-18T17:00, before the last happens, 2026-09-18T17:20"]


def test_fields_of_a_work_item_are_read_as_the_rules_declare_them() -> None:
    checked = check("fields: {severity: {type: string}}\nrules: []\ndefault: {route: {pool: east}}")
    assert checked.rule_set
    test = """
    tests:
      - name: one
        item: {severity: %s}
        life: [{at: 2026-09-18T17:20, do: assigned, to: wang-fang}]
        expect: {due: {first-response: 2026-09-18T17:50}}
    """

    assert failures(test % "P1", checked.rule_set) == []
    (message,) = failures(test % "3", checked.rule_set)
    assert message.startswith("the item is not one that the rules can read: ")


@pytest.mark.parametrize(
    ("life", "expect", "problem"),
    [
        ("{at: soon, do: waiting}", "met: []", "tests[0].life[0].at: found 'soon'"),
        (
            "{at: 2026-09-18, do: closed}",
            "met: []",
            "tests[0].life[0].do: found closed; at first it is assigned or waiting",
        ),
        ("{at: 2026-09-18, do: assigned}", "met: []", "tests[0].life[0]: assigned needs to"),
        (
            "{at: 2026-09-18, do: waiting}, {at: 2026-09-18, do: update}",
            "met: []",
            "tests[0].life[1]: update needs set",
        ),
        (
            "{at: 2026-09-18, do: waiting, to: li-na}",
            "met: []",
            "tests[0].life[0].to: waiting has no to; it takes pool",
        ),
        ("{at: 2026-09-18, do: waiting}", "", "tests[0].expect: nothing is expected"),
        ("{at: 2026-09-18, do: waiting}", "met: [frist-response]", "tests[0].expect.met[0]: there is no deadline"),
        ("{at: 2026-09-18, do: waiting}", "stage: newest", "tests[0].expect.stage: there is no stage"),
        ("{at: 2026-09-18, do: waiting}", "due: {resolution: later}", "tests[0].expect.due.resolution: found 'later'"),
        (
            "{at: 2026-09-18, do: waiting}, {at: 2026-09-19, do: activity, kind: CALL, direction: INBOUND, "
            "duration: 1d}",
            "met: []",
            "tests[0].life[1].duration: found '1d'",
        ),
        (
            "{at: 2026-09-18, do: waiting}, {at: 2026-09-19, do: stage, stage: lost}",
            "met: []",
            "tests[0].life[1].stage: there is no stage 'lost'; there are new, qualified, won",
        ),
    ],
)
def test_what_is_wrong_with_a_test_is_told_with_its_place(life: str, expect: str, problem: str) -> None:
    _, _, problems = read(f"tests: [{{name: one, life: [{life}], expect: {{{expect}}}}}]")

    assert [each[: len(problem)] for each in problems] == [problem]


def test_a_key_that_a_test_has_not_is_told_with_those_it_has() -> None:
    source = "tests: [{name: one, life: [{at: 2026-09-18, do: waiting}], expect: {meet: []}}]" + WORKFORCE

    _, form, (problem,) = fit(source, Document, forms.PARTS | SCENARIO_PARTS)

    assert form is None
    assert "met" in problem.message


def test_what_the_customer_writes_is_contact_behind_ours_alone() -> None:
    checked = check_process(PROCESS.replace("until: attempt", "until: contact")).process
    assert checked is not None
    life = (
        "{at: 2026-09-18T10:00, do: assigned, to: wang-fang, pool: east},"
        " {at: 2026-09-18T10:05, do: activity, kind: MESSAGE, direction: INBOUND}"
    )
    answer = (
        ", {at: 2026-09-18T10:10, do: activity, kind: EMAIL, direction: OUTBOUND},"
        " {at: 2026-09-18T10:15, do: activity, kind: EMAIL, direction: INBOUND}"
    )
    tests = f"""
    tests:
      - {{name: alone, item: {{severity: P2}}, life: [{life}], expect: {{met: []}}}}
      - {{name: behind, item: {{severity: P2}}, life: [{life}{answer}], expect: {{met: [first-response]}}}}
    """

    compiled, workforce, problems = read(tests, checked)

    assert problems == []
    assert [result.message for result in run_tests(checked, compiled, workforce, None)] == ["", ""]
