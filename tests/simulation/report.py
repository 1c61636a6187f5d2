"""What a run found, for a reader who has not seen the harness before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.console import Console
from rich.table import Table

from tests.simulation.promise import Promise
from tests.simulation.run import Result


def report(console: Console, result: Result, title: str) -> None:
    """Print the promises with their counts, and what broke them."""
    table = Table("promise", "checked", "decided", title=title)
    for promise in Promise:
        table.add_row(promise.value, f"{result.tally.checked[promise]:,}", f"{result.tally.decided[promise]:,}")
    console.print(table)
    if result.calls:
        console.print(
            "calls of scripts: " + ", ".join(f"{name} {count:,}" for name, count in result.calls.most_common())
        )
    console.print(
        f"{result.happenings:,} happenings, {result.refused:,} of them refused; {len(result.log):,} events, log "
        f"{result.digest[:16]}: {len(result.tally.violations)} violations",
        soft_wrap=True,
    )


def faults_of(results: Sequence[Result]) -> list[str]:
    """Return all that speaks against runs: promises that were broken, or never tried, and logs that differ."""
    broken = [violation for result in results for violation in result.tally.violations]
    return [*broken, *(first_difference(*results) if len(results) > 1 else ()), *undecided(results[0])]


def first_difference(one: Result, other: Result) -> Iterator[str]:
    """Name the first event in which two logs differ; nothing where they are equal, event by event."""
    for number, (a, b) in enumerate(zip_longest(one.log, other.log), start=1):
        if a != b:
            yield f"the two logs differ from event {number} on"
            return


def undecided(result: Result) -> list[str]:
    """Return the promises that never made a difference: the run did not try them, or ended before it could."""
    if result.tally.violations:
        return []
    return [f"never tried: {promise.value}" for promise in Promise if not result.tally.decided[promise]]
