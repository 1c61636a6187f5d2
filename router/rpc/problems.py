"""What is wrong in what people write, rule sets or processes, and how its tests ended, as messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fairlead.v1 import rules_pb2 as rules
from resource_names import tenant_of
from router.rules.scenarios import TestResult
from rules.problems import Problem


def optional_tenant(parent: str) -> str:
    """Read whose names are looked up; empty: nobody's.

    Raises
    ------
    InvalidInput
        If it is no tenant's name.
    """
    return tenant_of(parent) if parent else ""


def problems_of(problems: Iterable[Problem]) -> list[rules.RuleSetProblem]:
    """Write problems, in order."""
    severities: dict[bool, Any] = {
        True: rules.RuleSetProblem.SEVERITY_ERROR,
        False: rules.RuleSetProblem.SEVERITY_WARNING,
    }
    return [
        rules.RuleSetProblem(
            line=problem.line,
            column=problem.column,
            path=problem.path,
            message=problem.message,
            severity=severities[problem.is_error],
        )
        for problem in problems
    ]


def results_of(results: Iterable[TestResult]) -> list[rules.RuleTestResult]:
    """Write how tests ended, in order."""
    return [
        rules.RuleTestResult(name=result.name, passed=result.passed, message=result.message, line=result.line)
        for result in results
    ]
