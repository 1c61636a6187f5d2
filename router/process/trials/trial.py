"""How the trial of a process went, before it is published. Values only."""

from __future__ import annotations

from dataclasses import dataclass

from router.rules.scenarios import TestResult
from rules.problems import Problem


@dataclass(frozen=True, slots=True)
class ProcessTrial:
    """How it went.

    Parameters
    ----------
    problems
        In the order of the source; an error among them means that it cannot be published.
    stored_json
        The process as ``router.process.revisions.codec`` writes it; empty if there is an error.
    test_results
        One per test, in order; failed ones are no problems.
    """

    problems: tuple[Problem, ...]
    stored_json: str = ""
    test_results: tuple[TestResult, ...] = ()
