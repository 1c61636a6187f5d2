"""What a run found, for a reader who has not seen the harness before."""

from __future__ import annotations

from collections import Counter, defaultdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.chaos.plan import Fault
from tests.chaos.rounds import Tally

_MOST_SHOWN = 20
_CHECKED = """After each round everything was healed and this held, or is listed below:
  one owner per epoch, epochs that only grow, caps at every moment of the log;
  what clients were told is what the log says, and the same for each request id;
  what was acknowledged is owned, waiting, closed or a dead letter;
  the answers about each work item fit some order that their times allow;
  each watcher was told of every change, once, in order;
  a lease was ended only by whom it was given to;
  fairlead log replay and fairlead log verify are clean;
  no process ended by itself, none logged an exception that nobody expected.
"""


def report(console: Console, tally: Tally, seed: int) -> None:
    """Print faults by kind, calls by method and outcome, what was checked, and what was violated."""
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
