"""What a run found, for a reader who has not seen the harness before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.chaos.guards import Found, Guard
from tests.chaos.plan import Fault
from tests.chaos.promises import Promise, undecided
from tests.chaos.tally import Tally

_MOST_SHOWN = 20
_CHECKED = """After each round everything was healed, and this held beside the promises below, or is listed:
  the answers about each work item fit some order that their times allow, and are what the log says;
  what was acknowledged is owned, waiting, closed or a dead letter;
  fairlead log replay and fairlead log verify are clean;
  no process ended by itself, none logged an exception that nobody expected.
"""


def report(console: Console, tally: Tally, seed: int) -> None:
    """Print faults by kind, calls by method and outcome, what else was checked, and what was violated."""
    console.print(_faults(tally, seed), _calls(tally), _CHECKED, markup=False, highlight=False)
    if tally.unjudged:
        console.print(
            f"{tally.unjudged} of the calls had no log to be held against, because the store was restarted without its "
            "data: only their answers were compared.",
            highlight=False,
        )
    for text in tally.violations[:_MOST_SHOWN]:
        console.print(Text(text, style="red"))
    if hidden := len(tally.violations[_MOST_SHOWN:]):
        console.print(f"and {hidden} more")
    console.print(
        f"{tally.rounds} rounds, {tally.faults.total()} faults, {tally.calls.total()} calls about {tally.items} work "
        f"items, {tally.events} events in the logs: {len(tally.violations)} violations",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def _faults(tally: Tally, seed: int) -> Table:
    table = Table("fault", "injected", "found nobody", title=f"seed {seed}: faults")
    for fault in Fault:
        if tally.faults[fault] or tally.missed[fault]:
            table.add_row(fault, str(tally.faults[fault]), str(tally.missed[fault] or ""))
    table.add_row("all", str(tally.faults.total()), str(tally.missed.total() or ""), style="bold")
    return table


def _calls(tally: Tally) -> Table:
    by_method: dict[str, Counter[str]] = defaultdict(Counter)
    for (method, status), count in tally.calls.items():
        by_method[method][status] += count
    table = Table("call", "tries", "answered", "refused, not carried through, or broken off", title="calls")
    for method, statuses in sorted(by_method.items()):
        failed = ", ".join(f"{count} {status}" for status, count in statuses.most_common() if status != "OK")
        answered = "streams" if method == "watch" else str(statuses["OK"])
        table.add_row(method, str(statuses.total()), answered, failed)
    total = sum(statuses["OK"] for statuses in by_method.values())
    table.add_row("all", str(tally.calls.total()), str(total), "", style="bold")
    return table


def promises_table(tally: Tally, promises: Sequence[Promise], found: Mapping[str, Found], *, long: bool) -> Table:
    """Return how often each promise was tested, and the guard whose removal was found."""
    runs = {f"seed {each.seed}, commit {each.commit}, {each.date}" for each in found.values()}
    caption = f"guards: {'; '.join(sorted(runs))}" + ("" if long else "; a run as short as this may leave a 0")
    columns = ("promise", "checked", "decided", "guard whose removal was found", "after, s")
    table = Table(*columns, title="promises", caption=caption)
    for promise in promises:
        text, guard = promise.text, promise.guard
        soon = f"{found[guard.name].after_s:g}" if _is_found(guard, found) else ""
        table.add_row(text, str(tally.checked[text]), str(tally.decided[text]), guard.name if soon else "", soon)
    return table


def empty_cells(tally: Tally, promises: Sequence[Promise], found: Mapping[str, Found], *, long: bool) -> list[str]:
    """Name the guards that were never missed, and, if the run was long, the promises that decided nothing."""
    guards = [promise.guard for promise in promises]
    missing = [f"python -m tests.chaos guards {guard.name!r}" for guard in guards if not _is_found(guard, found)]
    never = undecided(tally, promises) if long else []
    return [f"guard not found as it is now: {command}" for command in missing] + [f"never decided: {p}" for p in never]


def _is_found(guard: Guard, found: Mapping[str, Found]) -> bool:
    return guard.name in found and found[guard.name].digest == guard.digest


def guards_table(guards: Iterable[Guard], found: Mapping[str, Found]) -> Table:
    """Return how soon each guard was missed, and by what."""
    table = Table("guard removed", "missed after, s", "calls", "by", title="guards")
    for guard in guards:
        if missed := found.get(guard.name):
            table.add_row(guard.name, f"{missed.after_s:g}", str(missed.calls), Text(missed.by))
        else:
            table.add_row(guard.name, "", "", "NOT FOUND")
    return table
