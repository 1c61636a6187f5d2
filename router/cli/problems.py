"""What is wrong in a rule set or process, and how its tests ended, as lines on a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from router.rules.scenarios import TestResult
from rules.problems import Problem


def print_problems(file: Path, problems: Iterable[Problem]) -> None:
    """Print a line for each, ``FILE:LINE:COLUMN error: …``, to standard error."""
    for problem in problems:
        place = f"{file}:{problem.line}:{problem.column}" if problem.line else str(file)
        colour = "red" if problem.is_error else "yellow"
        path = f" ({problem.path})" if problem.path else ""
        click.echo(f"{place} {click.style(problem.severity, fg=colour, bold=True)}: {problem.message}{path}", err=True)


def refuse_errors(file: Path, problems: Sequence[Problem]) -> None:
    """Print what is wrong with what is to be published.

    Raises
    ------
    click.ClickException
        If anything is more than a warning: then nothing is to be published.
    """
    print_problems(file, problems)
    if any(problem.is_error for problem in problems):
        raise click.ClickException(f"nothing is published: {file} has errors, see above")


def print_results(file: Path, results: Sequence[TestResult]) -> None:
    """Print a line for each test, of failed ones why, and how many passed."""
    for result in results:
        if result.passed:
            click.echo(f"{click.style('ok', fg='green')}     {result.name}")
        else:
            click.echo(f"{click.style('FAILED', fg='red')} {result.name}\n       {file}:{result.line} {result.message}")
    passed = sum(result.passed for result in results)
    click.echo(f"{passed} passed, {len(results) - passed} failed")


def print_json(**parts: Any) -> None:
    """Print what a command found as one JSON object."""
    plain = {
        name: [item if isinstance(item, str) else asdict(item) for item in part] if isinstance(part, Sequence) else part
        for name, part in parts.items()
    }
    click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
