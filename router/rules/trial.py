"""How the trial of a rule set went, before it is published. Values only."""

from __future__ import annotations

from dataclasses import dataclass

from router.rules import scenarios
from rules.problems import Problem


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went.

    Parameters
    ----------
    problems
        In the order of the source; an error among them means that it cannot be published.
    stored_json
        The rule set as ``router.rules.codec`` writes it; empty if there is an error.
    test_results
        One per test, in order; failed ones are no problems.
    rule_count
        Rules in the set.
    """

    problems: tuple[Problem, ...]
    stored_json: str = ""
    test_results: tuple[scenarios.TestResult, ...] = ()
    rule_count: int = 0

    @property
    def is_publishable(self) -> bool:
        """Whether there is neither an error nor a failed test."""
        return bool(self.stored_json) and all(result.passed for result in self.test_results)
