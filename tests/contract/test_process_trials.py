"""A process is tried in a child process: what it says of one, and that a hostile one ends the child alone."""

from __future__ import annotations

import pytest

from router.adapters.rule_sandbox.parent import try_process
from router.model.calendars import Calendar, Hours, WeeklyHours
from router.model.workforce import Rep, WorkforceRecords
from router.process.revisions.codec import loads
from router.rules.check import check
from router.rules.codec import dumps
from tests.unit.router.process.language.test_check import PLAIN

TABLE = """process: care
kinds: [TICKET]
stages:
  - id: new
    require: [cause]
    deadlines:
      - id: answer
        within: {by: severity, 1: 30m, else: 2d}
        steps: [{at: 100%, do: notify, to: mo}]
  - {id: done, closes: CLOSED}
"""


@pytest.mark.long
async def test_an_empty_document_no_rules_and_nobody_are_not_what_is_not_looked_up() -> None:
    nothing = await try_process("")
    alone = await try_process(TABLE)
    nobodys = await try_process(TABLE, "", WorkforceRecords())

    assert [(each.message, each.is_error) for each in nothing.problems] == [
        ("it is empty; a mapping is expected", True)
    ]
    assert alone.problems == ()
    assert [(each.line, each.is_error) for each in nobodys.problems] == [(5, False), (8, True), (9, False)]
    assert (nothing.stored_json, nobodys.stored_json) == ("", "")


@pytest.mark.long
async def test_what_it_says_is_read_by_the_active_rules_and_the_workforce() -> None:
    rules = check("fields: {severity: {type: number}, cause: {type: string}}\ndefault: {route: {pool: p}}").rule_set
    assert rules is not None
    workforce = WorkforceRecords(by_kind={"rep": {"mo": Rep("mo")}})

    trial = await try_process(TABLE, dumps(rules), workforce)

    assert trial.problems == ()
    table = loads(trial.stored_json).first.deadlines[0].within
    assert [(case.value, str(case.duration)) for case in table.cases] == [(1, "30m")]
    hidden = await try_process(TABLE, dumps(rules), workforce, personal=["severity"])
    assert [each.path for each in hidden.problems] == ["stages[0].deadlines[0].within.by"]


@pytest.mark.long
async def test_its_tests_run_by_the_hours_that_they_bring_or_by_those_of_the_workforce() -> None:
    life = "[{at: 2026-10-12T09:00, do: assigned, to: mo, pool: p}]"
    test = f"tests: [{{name: t, life: {life}, expect: {{due: {{answer: 2026-10-14T09:00}}}}}}]"
    office = Calendar("office", weekly=tuple(WeeklyHours(day, Hours(540, 1080)) for day in range(5)))
    workforce = WorkforceRecords(by_kind={"rep": {"mo": Rep("mo", calendar="office")}, "calendar": {"office": office}})

    own = await try_process(PLAIN)
    theirs = await try_process(TABLE + test, None, workforce)
    nobodys = await try_process(TABLE + test)

    assert [(each.passed, each.line) for each in own.test_results] == [(True, 41), (True, 52), (True, 64)]
    assert [each.message for each in theirs.test_results] == [
        "expected answer due 2026-10-14T09:00, came 2026-10-13T18:00:00+00:00"
    ]
    assert [each.passed for each in nobodys.test_results] == [True]


async def test_one_that_takes_too_long_is_refused() -> None:
    trial = await try_process(TABLE, cpu_s=0.001)

    assert [each.message for each in trial.problems] == [
        "checking and trying it took more than the 0.001 s of processor time allowed; make it smaller"
    ]
