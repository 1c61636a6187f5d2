"""Tries a rule set, or a process, where it can do no harm: in a child process, before any server builds it.

Checking a hostile source may take long or much memory, and building an engine in C may crash or hang with the
interpreter locked. So a child (``router.adapters.rule_sandbox.child``) checks the source, runs its tests, builds the
engine that will serve and matches sample facts with it, comparing the answers with the index. It works under a
limit of memory, one of processor time for the whole and one of ``SAMPLE_CPU_S`` for each sample; however it ends, the
server gets problems in words. Only where it is not done after ``DEADLINE_S``, for the processors have other work, is
nothing said of the source: that is to be tried again.

One JSON object goes in on stdin, one comes back on stdout.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import weakref
from collections.abc import Collection, Mapping
from typing import Any

from router.adapters.durable_rules.selection import Choice, choice_from
from router.history.codec import record_text
from router.model.errors import TrialUnfinished
from router.model.workforce import KINDS, WorkforceRecords
from router.process.trials.trial import ProcessTrial
from router.rules.scenarios import TestResult
from router.rules.trial import Trial
from rules.problems import Problem, Severity

CPU_S = 30.0
"""Processor seconds for everything; 20,000 rules take about 15."""
DEADLINE_S = 120.0
"""Wall-clock seconds for the same: it says how busy the machine is, and nothing of the source."""
MEMORY_BYTES = 2 * 1024**3
"""Address space of the child."""
SAMPLE_CPU_S = 0.2
"""Processor seconds for matching one sample: it takes microseconds, an endless loop takes it all."""
AT_ONCE = 2
"""Children of one server that run at a time; each may take ``MEMORY_BYTES`` and a core. Others wait their turn."""

RULES, PROCESS = "rules", "process"
"""What a job is about."""

_turns = weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]()
"""A semaphore belongs to the event loop that waits for it."""


async def try_rule_set(
    source: str,
    pools: Collection[str] | None = None,
    workforce: WorkforceRecords | None = None,
    *,
    tests: str | None = None,
    engine: Choice | None = None,
    personal: Collection[str] = (),
    cpu_s: float = CPU_S,
    deadline_s: float = DEADLINE_S,
) -> Trial:
    """Check, test and try a rule set in a child process; never blocks the event loop.

    Parameters
    ----------
    source
        YAML or JSON.
    pools
        The pools there are; a route to another one is a warning. None: not looked up.
    workforce
        Whom the tests are about if they bring no workforce along, and whose names are looked up.
    tests
        A document of further tests; they are run instead of the source's own.
    engine
        The engine that will serve; None: what the environment says.
    personal
        Fields that an operator declared personal.
    cpu_s
        Seconds of processor time that it may take; more is a problem of the source.
    deadline_s
        Seconds, wall clock, after which the child is ended; waiting for a turn does not count.

    Raises
    ------
    TrialUnfinished
        If it is not done by the deadline.
    """
    job = {
        "language": RULES,
        "source": source,
        "tests": tests,
        "pools": None if pools is None else sorted(pools),
        "workforce": None if workforce is None else written_workforce(workforce),
        "personal": sorted(personal),
        "engine": engine or choice_from(os.environ),
        "cpu_s": cpu_s,
    }
    answer = await _answer(job, deadline_s)
    return Trial((answer,)) if isinstance(answer, Problem) else _read(answer)


async def try_process(
    source: str,
    rules: str | None = None,
    workforce: WorkforceRecords | None = None,
    *,
    personal: Collection[str] = (),
    cpu_s: float = CPU_S,
    deadline_s: float = DEADLINE_S,
) -> ProcessTrial:
    """Check a process, and run its tests, in a child process; never blocks the event loop.

    Parameters
    ----------
    source
        YAML or JSON.
    rules
        The active rules as they are stored; empty: none are published; None: fields are not looked up.
    workforce
        Whose reps it may name, and by whose hours tests run that bring no workforce along. None: not looked up.
    personal
        Fields that an operator declared personal.
    cpu_s, deadline_s
        As for ``try_rule_set``.

    Raises
    ------
    TrialUnfinished
        As ``try_rule_set``.
    """
    job = {
        "language": PROCESS,
        "source": source,
        "rules": rules,
        "workforce": None if workforce is None else written_workforce(workforce),
        "personal": sorted(personal),
        "cpu_s": cpu_s,
    }
    answer = await _answer(job, deadline_s)
    if isinstance(answer, Problem):
        return ProcessTrial((answer,))
    return ProcessTrial(_problems(answer), answer["stored_json"], _results(answer))


async def _answer(job: Mapping[str, Any], deadline_s: float) -> dict[str, Any] | Problem:
    """Return what a child makes of a job, or what kept it from an answer."""
    try:
        code, out, stderr = await _run_child(json.dumps(job).encode(), deadline_s)
    except TimeoutError as error:
        raise TrialUnfinished(deadline_s) from error
    if code == 0:
        answer: dict[str, Any] = json.loads(out)
        return answer
    return Problem(0, 0, "", _ending(code, stderr, job["cpu_s"]))


async def _run_child(job: bytes, deadline_s: float) -> tuple[int, bytes, str]:
    """Return the child's exit code, its answer and its complaints; it never outlives the call."""
    turns = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    async with turns:
        return await _run_now(job, deadline_s)


async def _run_now(job: bytes, deadline_s: float) -> tuple[int, bytes, str]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "router.adapters.rule_sandbox.child"),  # -P: nothing of where we happen to stand
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    try:
        out, err = await asyncio.wait_for(child.communicate(job), deadline_s)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode or 0, out, err.decode("utf-8", "replace")


def _ending(code: int, stderr: str, cpu_s: float = CPU_S) -> str:
    if code == -signal.SIGVTALRM:
        return f"checking and trying it took more than the {cpu_s:,.15g} s of processor time allowed; make it smaller"
    if code == -signal.SIGPROF:
        return (
            f"the engine did not answer a sample work item within {SAMPLE_CPU_S:,.15g} s; "
            "it would not serve this rule set"
        )
    if "MemoryError" in stderr or code == -signal.SIGKILL:
        return (
            f"checking and trying it took more than the {MEMORY_BYTES >> 20:,} MiB of memory allowed; make it smaller"
        )
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    last = stderr.strip().splitlines()[-1][:200] if stderr.strip() else "no message"
    return f"trying it ended with {how} ({last}); it would not be safe to serve this rule set"


def _problems(answer: Mapping[str, Any]) -> tuple[Problem, ...]:
    return tuple(Problem(**{**raw, "severity": Severity(raw["severity"])}) for raw in answer["problems"])


def _results(answer: Mapping[str, Any]) -> tuple[TestResult, ...]:
    return tuple(TestResult(**raw) for raw in answer["test_results"])


def _read(answer: Mapping[str, Any]) -> Trial:
    return Trial(
        problems=_problems(answer),
        stored_json=answer["stored_json"],
        test_results=_results(answer),
        rule_count=answer["rule_count"],
    )


def written_workforce(workforce: WorkforceRecords) -> dict[str, list[str]]:
    """Write a workforce as the job brings it; ``child.read_workforce`` reads it."""
    return {kind: [record_text(kind, record) for record in workforce.of(kind).values()] for kind in KINDS}
