"""What a command says when a file, a column or a cell is not as it must be."""

from __future__ import annotations

import click

from tables.report import ReadReport

_MOST_FAULTS = 20


class InputFailed(click.ClickException):
    """A file, a column or a cell is not as it must be; exit code 2."""

    exit_code = 2


def refuse_rejected(report: ReadReport) -> None:
    """Refuse a file with any row in error, where the rest is worth nothing without it.

    Raises
    ------
    InputFailed
        Naming file, line, column, value and what is allowed, for the first rows.
    """
    if not report.n_rejected:
        return
    lines = [f"{report.file}:{place.line}: {place.value}" for place in report.rejected[:_MOST_FAULTS]]
    more = report.n_rejected - len(lines)
    raise InputFailed("\n".join(lines + ([f"… and {more} more"] if more > 0 else [])))
