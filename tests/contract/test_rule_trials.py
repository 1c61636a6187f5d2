"""Trying a rule set in a child: whatever it does there, the server gets an answer in words and goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from router.adapters.durable_rules import selection as engines
from router.adapters.rule_sandbox.child import read_workforce
from router.adapters.rule_sandbox.parent import AT_ONCE, MEMORY_BYTES, try_rule_set, written_workforce
from router.model.calendars import Absence, Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.errors import TrialUnfinished
from router.model.workforce import Member, Pool, Record, Rep, Territory, WorkforceRecords
from router.rules import codec as stored
from router.rules.trial import Trial
from tests.workforces import records

SOURCE = """
fields: {region: {type: string}, n: {type: number}}
rules:
  - id: east
    when: {field: region, op: within, value: 华东}
    route: {pool: east, require: [{rep: regions, op: covers, item: region}]}
default: {route: {pool: all}}
tests:
  - {name: east, item: {region: 上海}, expect: {rule: east, eligible: [a]}}
  - {name: wrong, item: {n: 5}, expect: {rule: east}}
"""
WORKFORCE = records(
    1,
    {"a": Rep("a", attributes={"regions": ("华东",)}), "b": Rep("b")},
    {"east": Pool("east", (Member("a"), Member("b", 500)))},
    {"上海": Territory("上海", "华东"), "华东": Territory("华东")},
)


async def test_a_good_source_comes_back_stored_with_its_test_results() -> None:
    trial = await try_rule_set(SOURCE, ["all", "east"], WORKFORCE)

    assert trial.problems == ()
    assert trial.rule_count == 1
    assert [(result.name, result.passed) for result in trial.test_results] == [("east", True), ("wrong", False)]
    assert [rule.id for rule in stored.loads(trial.stored_json).rules] == ["east"]
    assert not trial.is_publishable


async def test_hours_of_a_workforce_are_known_in_the_child() -> None:
    office = Calendar(
        "office", "Asia/Shanghai", (WeeklyHours(0, Hours(540, 1080)),), (CalendarException("2026-10-10"),)
    )
    leave = Absence("a/1", 0, 1_000)
    settings = TenantSettings(time_zone="Asia/Shanghai", calendar="office")
    hours: dict[str, Mapping[str, Record]] = {
        "calendar": {"office": office},
        "absence": {leave.id: leave},
        "tenant": {settings.id: settings},
    }
    timed = WorkforceRecords(by_kind={**WORKFORCE.by_kind, **hours})

    trial = await try_rule_set(SOURCE, ["all", "east"], timed)

    assert [problem.path for problem in trial.problems] == ["rules[0].route.pool"]
    assert read_workforce(written_workforce(timed)).by_kind == timed.by_kind


async def test_other_tests_can_be_run_instead_of_its_own() -> None:
    trial = await try_rule_set(SOURCE, tests="tests: [{name: x, item: {n: 1}, expect: {rule: default}}]")

    assert [(result.name, result.passed) for result in trial.test_results] == [("x", True)]
    assert trial.is_publishable


@pytest.mark.long
async def test_no_pools_is_not_pools_that_are_not_looked_up() -> None:
    none, unknown = await try_rule_set(SOURCE, [], WORKFORCE), await try_rule_set(SOURCE, None, WORKFORCE)

    assert [problem.is_error for problem in none.problems] == [False, False]
    assert unknown.problems == ()


@pytest.mark.parametrize(("source", "tests"), [(SOURCE, ""), pytest.param("", None, marks=pytest.mark.long)])
async def test_an_empty_document_is_not_what_is_missing(source: str, tests: str | None) -> None:
    trial = await try_rule_set(source, tests=tests)

    assert trial.problems[0].is_error
    assert (trial.stored_json, trial.test_results) == ("", ())


async def test_a_bad_source_comes_back_with_its_problems_only() -> None:
    trial = await try_rule_set(SOURCE.replace("within", "gte"))

    assert [(problem.line, problem.path) for problem in trial.problems] == [(5, "rules[0].when.op")]
    assert trial.stored_json == ""
    assert trial.test_results == ()


@pytest.mark.parametrize(
    "source",
    [
        "[" * 100_000,
        *(
            pytest.param(source, marks=pytest.mark.long)
            for source in ("a: &x 1", "\ud800", "a: \x00", "9" * 5_000_000, "")
        ),
    ],
)
async def test_a_hostile_source_is_a_problem(source: str) -> None:
    trial = await try_rule_set(source)

    assert len(trial.problems) >= 1
    assert not trial.is_publishable


async def test_a_trial_beyond_its_deadline_says_nothing_of_the_source_and_may_be_tried_again() -> None:
    with pytest.raises(TrialUnfinished, match=r"not done within 0.001 s, .* are busy: .* try again later"):
        await try_rule_set(SOURCE, deadline_s=0.001)


async def test_one_that_takes_more_of_the_processor_than_it_may_is_a_problem() -> None:
    trial = await try_rule_set(SOURCE, cpu_s=0.001)

    assert "more than the 0.001 s of processor time allowed" in trial.problems[0].message


async def test_the_event_loop_goes_on_meanwhile() -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.005)
            turns += 1

    turning = asyncio.create_task(turn())
    await try_rule_set(SOURCE)
    turning.cancel()

    assert turns > 5


async def _end_of_child(body: str) -> tuple[int, str]:
    script = f"from router.adapters.rule_sandbox import child\n{body}"
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script),
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    _, err = await child.communicate()
    return child.returncode or 0, err.decode()


async def test_an_engine_that_never_answers_a_sample_ends_the_child() -> None:
    body = """
from rules.reference import ReferenceEngine
from rules.ruleset import RuleSet
class Stuck(ReferenceEngine):
    def match(self, fact):
        sum(range(10**11))  # an hour in C, with the interpreter locked
index = ReferenceEngine(RuleSet({}, (), "p"))
child.compare(Stuck(RuleSet({}, (), "p")), index, [{}])
"""
    code, _ = await _end_of_child(body)

    assert code == -signal.SIGPROF


async def test_a_child_that_takes_too_much_memory_is_ended() -> None:
    body = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_BYTES},) * 2); bytearray({MEMORY_BYTES})"

    code, stderr = await _end_of_child(body)

    assert code == 1
    assert "MemoryError" in stderr


@pytest.mark.parametrize(
    ("code", "stderr", "expected"),
    [
        (-signal.SIGPROF, "", "did not answer a sample work item within 0.2 s"),
        (-signal.SIGSEGV, "", "trying it ended with SIGSEGV (no message)"),
        (1, "Traceback\nMemoryError", "more than the 2,048 MiB of memory allowed"),
        (1, "Traceback\nValueError: x", "trying it ended with exit code 1 (ValueError: x)"),
    ],
)
def test_each_end_of_a_child_is_put_into_words(code: int, stderr: str, expected: str) -> None:
    from router.adapters.rule_sandbox.parent import _ending

    assert expected in _ending(code, stderr)


def test_a_disagreement_of_the_engines_is_a_problem() -> None:
    from router.adapters.rule_sandbox.child import compare
    from rules.conditions import All
    from rules.reference import ReferenceEngine
    from rules.ruleset import Rule, RuleSet

    empty = ReferenceEngine(RuleSet({}, (), "p"))
    one = ReferenceEngine(RuleSet({}, (Rule("r", All(()), "p"),), "p"))

    problem = compare(empty, one, [{}])

    assert problem is not None
    assert "disagree on a sample work item (0 and 1 rules match)" in problem.message
    assert compare(one, one, [{}]) is None


def test_the_engine_setting_names_what_was_found_and_what_is_allowed() -> None:
    assert engines.choice_from({}) == "auto"
    assert engines.choice_from({"FAIRLEAD_RULE_ENGINE": "index"}) == "index"
    with pytest.raises(ValueError, match="FAIRLEAD_RULE_ENGINE is 'rete'; allowed are auto, durable, index"):
        engines.choice_from({"FAIRLEAD_RULE_ENGINE": "rete"})


def test_without_durable_rules_auto_is_the_index_and_durable_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_why_not_durable", lambda: "durable-rules is not installed")

    assert engines.resolve("auto") == "index"
    with pytest.raises(
        engines.EngineUnavailable, match="'durable', but durable-rules is not installed; install fairlead"
    ):
        engines.resolve("durable")


def test_a_trial_with_a_failed_test_is_not_publishable() -> None:
    assert not Trial((), "").is_publishable
    assert Trial((), "{}").is_publishable


def children() -> int:
    """Count the processes that this one started and that still run."""
    return len(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc")
async def test_only_so_many_are_tried_at_once_and_the_others_wait_their_turn() -> None:
    before, most = children(), 0
    trials = [asyncio.create_task(try_rule_set(SOURCE)) for _ in range(3 * AT_ONCE)]

    while not all(trial.done() for trial in trials):
        await asyncio.wait(trials, timeout=0.01, return_when=asyncio.ALL_COMPLETED)
        most = max(most, children() - before)

    assert [trial.result().rule_count for trial in trials] == [1] * len(trials)
    assert most == AT_ONCE
