"""What is wrong in a rule set, as lines on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from rules.problems import Problem


def print_problems(file: Path, problems: Iterable[Problem]) -> None:
    """Print a line for each, ``FILE:LINE:COLUMN error: …``, to standard error."""
    for problem in problems:
        place = f"{file}:{problem.line}:{problem.column}" if problem.line else str(file)
        colour = "red" if problem.is_error else "yellow"
        path = f" ({problem.path})" if problem.path else ""
        click.echo(f"{place} {click.style(problem.severity, fg=colour, bold=True)}: {problem.message}{path}", err=True)
