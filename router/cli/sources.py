"""What people write and publish, rule sets and processes, as commands read, compare and judge it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

import click
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1.processes_pb2 import TestProcessResponse
from fairlead.v1.rules_pb2 import RuleSetProblem, RuleTestResult, TestRuleSetResponse
from router.cli.failing import InputFailed
from router.rules.scenarios import TestResult, failures_of
from rules.document import read
from rules.limits import MAX_SOURCE_BYTES
from rules.problems import Problem, Severity

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_SEVERITIES = {RuleSetProblem.SEVERITY_ERROR: Severity.ERROR}


Trial = TestProcessResponse | TestRuleSetResponse
"""How a service says that a source was tried."""


class Named(NamedTuple):
    """A source under a name that tells it from another."""

    name: str
    source: str


def content_of(file: Path) -> bytes:
    """Read a file, as far as it may be long.

    Raises
    ------
    InputFailed
        If it cannot be read.
    """
    try:
        with click.open_file(str(file), "rb") as stream:
            # one byte more than is allowed is enough to be refused
            content: bytes = stream.read(MAX_SOURCE_BYTES + 1)
            return content
    except OSError as error:
        raise InputFailed(f"{file}: {error.strerror}") from error


def source_of(file: Path) -> str:
    """Read a file's text.

    Raises
    ------
    InputFailed
        If it cannot be read, or is no UTF-8.
    """
    content = content_of(file)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = read(content).problem
        assert problem is not None
        raise InputFailed(f"{file}:{problem.line}:{problem.column}: {problem.message}") from error


def problems_in(found: Iterable[RuleSetProblem]) -> list[Problem]:
    """Read the problems that a service names."""
    return [
        Problem(each.line, each.column, each.path, each.message, _SEVERITIES.get(each.severity, Severity.WARNING))
        for each in found
    ]


def trial_problems(trial: Trial) -> list[Problem]:
    """Return what keeps a source that a service tried from being published, failed tests too, and what it warns of."""
    results = [TestResult(each.name, each.passed, each.message, each.line) for each in trial.results]
    return [*problems_in(trial.problems), *failures_of(results)]


def results_in(problems: Iterable[RuleSetProblem], results: Iterable[RuleTestResult]) -> list[TestResult]:
    """Read how a service says that tests ended.

    Raises
    ------
    click.ClickException
        If it finds errors that are none here: it may be another version.
    """
    if errors := [each for each in problems if each.severity == RuleSetProblem.SEVERITY_ERROR]:
        raise click.ClickException("\n".join(f"line {each.line}: {each.message} ({each.path})" for each in errors))
    return [TestResult(each.name, each.passed, each.message, each.line) for each in results]


def print_difference(before: Named, after: Named) -> None:
    """Print what changes from one source to another, as a unified diff."""
    lines = list(_difference(before, after))
    for line in lines:
        click.secho(line, fg=_COLOURS.get(line[:1]))
    if not lines:
        click.echo("no difference", err=True)


def _difference(before: Named, after: Named) -> Iterator[str]:
    texts = before.source.splitlines(), after.source.splitlines()
    return unified_diff(*texts, before.name, after.name, lineterm="")


def print_source(source: str) -> None:
    """Print a source as it was published."""
    click.echo(source, nl=not source.endswith("\n"))


def in_utc(time: Timestamp) -> str:
    """Write when something was published."""
    return f"{time.ToDatetime():%Y-%m-%d %H:%M:%S} UTC"
