"""What a run found, for a reader who has not seen the harness before."""

from __future__ import annotations

from itertools import zip_longest

from rich.console import Console
from rich.table import Table

from tests.simulation.promises import Promise
from tests.simulation.run import Result


def report(console: Console, result: Result, title: str) -> None:
    """Print the promises with their counts, and what broke them."""
    table = Table("promise", "checked", "decided", title=title)
    for promise in Promise:
        table.add_row(promise.value, f"{result.checks.checked[promise]:,}", f"{result.checks.decided[promise]:,}")
    console.print(table)
    for violation in result.checks.violations[:20]:
        console.print(violation, style="red", markup=False)
    console.print(
        f"{result.happenings:,} happenings, {result.refused:,} of them refused; {len(result.log):,} events, log "
        f"{result.digest[:16]}: {len(result.checks.violations)} violations"
    )


def first_difference(one: Result, other: Result) -> str:
    """Name the first event in which two logs differ; empty where they are equal, event by event."""
    for number, (a, b) in enumerate(zip_longest(one.log, other.log), start=1):
        if a != b:
            return f"the two logs differ from event {number} on"
    return ""


def undecided(result: Result) -> list[str]:
    """Return the promises that never made a difference: this run did not try them."""
    return [promise.value for promise in Promise if not result.checks.decided[promise]]
