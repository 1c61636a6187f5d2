"""The child's half of the sandbox: one job from stdin, one answer to stdout, or an end that says enough."""

from __future__ import annotations

import gc
import json
import resource
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from router.adapters.durable_rules import selection as engines
from router.adapters.rule_sandbox.parent import MEMORY_BYTES, PROCESS, SAMPLE_CPU_S
from router.assignment.process_tests import run_tests as run_process_tests
from router.assignment.rule_tests import run_tests
from router.history.codec import record_from
from router.model.workforce import WorkforceRecords
from router.process.language.check import NO_RULES, check_process
from router.process.revisions.codec import dumps as dumps_process
from router.process.trials.trial import ProcessTrial
from router.rules import codec as stored
from router.rules.check import Checked, check, check_tests
from router.rules.lookups import KnownNames
from router.rules.trial import Trial
from rules.fields import Fact
from rules.index import IndexEngine
from rules.ports import RuleEngine
from rules.problems import Problem, in_order
from rules.ruleset import RuleSet
from rules.samples import sample_facts


def main() -> None:
    """Do the job on stdin."""
    gc.disable()  # it would take half of the time, and this process ends before it could be of use
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    job = json.load(sys.stdin)
    signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_VIRTUAL, job["cpu_s"])  # as for the samples, see ``compare``
    sys.stdout.write(json.dumps(asdict(process_trial(job) if job["language"] == PROCESS else trial(job))))


def process_trial(job: Mapping[str, Any]) -> ProcessTrial:
    """Check the job's process, and run its tests."""
    rules = stored.loads(job["rules"]) if job["rules"] else None
    known = NO_RULES if job["rules"] == "" else rules
    there = None if job["workforce"] is None else read_workforce(job["workforce"])
    reps, pools = (None, None) if there is None else (there.reps, there.pools)
    checked = check_process(job["source"], rules=known, reps=reps, personal=job["personal"], pools=pools)
    if checked.process is None:
        return ProcessTrial(checked.problems)
    workforce = checked.workforce or there or WorkforceRecords()
    results = run_process_tests(checked.process, checked.tests, workforce, rules)
    return ProcessTrial(checked.problems, dumps_process(checked.process), tuple(results))


def trial(job: Mapping[str, Any]) -> Trial:
    """Check, test and try the job's rule set in this process."""
    known = None if job["workforce"] is None else KnownNames.of(read_workforce(job["workforce"]))
    checked = check(job["source"], pools=job["pools"], known=known, personal=job["personal"])
    tests = checked if job["tests"] is None else check_tests(job["tests"])
    problems = checked.problems if tests is checked else in_order([*checked.problems, *tests.problems])
    rule_set = checked.rule_set
    if rule_set is None or any(problem.is_error for problem in problems):
        return Trial(problems)
    disagreement = _try_engine(rule_set, job["engine"])
    if disagreement is not None:
        return Trial((*problems, disagreement))
    results = run_tests(rule_set, tests.tests, _workforce(job, checked, tests))
    return Trial(problems, stored.dumps(rule_set), tuple(results), len(rule_set.rules))


def _workforce(job: Mapping[str, Any], checked: Checked, tests: Checked) -> WorkforceRecords:
    own = tests.workforce or checked.workforce
    if own is not None:
        return own
    return WorkforceRecords() if job["workforce"] is None else read_workforce(job["workforce"])


def _try_engine(rule_set: RuleSet[object], choice: engines.Choice) -> Problem | None:
    if engines.engine_for(rule_set, choice) == "index":
        return None  # pure Python: what it can do wrong it does to the tests
    samples = sample_facts(rule_set)
    engine = engines.build(rule_set, choice)
    try:
        return compare(engine, IndexEngine(rule_set), samples)
    finally:
        engine.close()


def compare(engine: RuleEngine, index: RuleEngine, samples: Iterable[Fact]) -> Problem | None:
    """Match samples with an engine, each under a deadline that ends this process, and compare with the index."""
    # The signal's own action, not a handler: a handler would wait for the interpreter, which a loop in C never
    # gives back.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    for sample in samples:
        expected = index.match(sample)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_CPU_S)
        matches = engine.match(sample)
        signal.setitimer(signal.ITIMER_PROF, 0)
        if matches != expected:
            counts = f"{len(matches)} and {len(expected)} rules match"
            message = f"{engine.name} and index disagree on a sample work item ({counts})"
            return Problem(0, 0, "", f"{message}; it is not safe to serve this rule set, please report it")
    return None


def read_workforce(raw: Mapping[str, Iterable[str]]) -> WorkforceRecords:
    """Read a workforce as the job brings it."""
    records = {kind: [record_from(kind, text.encode()) for text in texts] for kind, texts in raw.items()}
    by_kind = {kind: {record.id: record for record in of_kind} for kind, of_kind in records.items()}
    return WorkforceRecords(by_kind=by_kind)


if __name__ == "__main__":
    main()
