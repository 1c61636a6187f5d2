"""``fairlead queue``: what is submitted and not routed yet, and what to do about dead letters.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

import sys
from itertools import islice

import click
from rich import box
from rich.table import Table
from rich.text import Text

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import utc_option
from fairlead.v1 import queue_pb2
from fairlead.wording import counted
from router.cli.clocks import Clock
from router.cli.consoles import console_for

STATES = click.Choice(["ready", "delayed", "leased", "dead"], case_sensitive=False)
_PURGED = click.Choice(["ready", "delayed", "dead"], case_sensitive=False)
_KIB = 1024


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def queue() -> None:
    """Look at what is submitted and not routed yet, and mend it.

    SubmitWorkItem takes a work item in at once; a worker routes it soon. On its way it is

    \b
      ready     waits for a worker: the first come, first served, but a point of priority is worth a second
      leased    a worker has it; if that one is lost, another gets it when the lease ends
      delayed   failed by something that may pass (no rules yet, store away), and is tried again
      dead      can never be routed as it is (no such field), or failed too often: a dead letter, with the reason

    \b
      $ fairlead queue stats                  how much, and how old
      $ fairlead queue peek                   dead letters, and why
      $ fairlead queue redrive                try them again, once the rules are mended
      $ fairlead queue purge --state dead     or give them up

    \b
    Training and rescoring have queues of their own: fairlead operations list
    """


@queue.command()
@server_option
@tenant_option
def stats(server: str, tenant: str) -> None:
    """Count what the queue holds and has done.

    The wait is that of the one whose turn is next: while it stays near 0, workers keep up. Start more with `fairlead
    work` where it grows.

    \b
      $ fairlead queue stats
      ready 120, delayed 0, leased 250, dead 3; the next has waited 0.4 s
    """
    with connected(server, tenant) as client:
        held = client.queue()
    console = console_for(sys.stdout)
    wait_s = held.next_wait_duration.ToTimedelta().total_seconds()
    console.print(
        f"ready {held.ready_count:,}, delayed {held.delayed_count:,}, leased {held.leased_count:,}, "
        f"dead {held.dead_count:,}; the next has waited {wait_s:,.1f} s"
    )
    console.print(
        f"since it began: {held.submitted_total:,} submitted, {held.done_total:,} routed, {held.retried_total:,} "
        f"retried, {counted(held.expired_total, 'lease')} lost, {held.dead_total:,} given up, "
        f"{held.redriven_total:,} redriven, {held.purged_total:,} purged; {held.content_bytes / _KIB:,.0f} KiB held",
        style="dim",
    )


@queue.command()
@click.option("--state", type=STATES, default="dead", show_default=True, help="Which ones.")
@click.option("--count", type=click.IntRange(1, 100_000), default=20, show_default=True, help="How many, at most.")
@utc_option
@server_option
@tenant_option
def peek(state: str, count: int, utc: bool, server: str, tenant: str) -> None:
    """List submissions of one state, those first whose turn is next (dead: that died first); changes nothing.

    \b
      $ fairlead queue peek
      times of Asia/Shanghai
       work item   submitted                   given up                    tries   why
       crm~L-7     2026-11-02 09:14:07+08:00   2026-11-02 09:14:07+08:00       1   INVALID_INPUT: …
    """
    with connected(server, tenant) as client:
        submissions, clock = list(islice(client.list_submissions(state.upper()), count)), Clock.of(client, utc=utc)
    console = console_for(sys.stdout)
    if not submissions:
        console.print(f"nothing is {state}")
        return
    when = {"dead": "given up", "delayed": "tried again", "leased": "lease ends", "ready": ""}[state]
    table = Table(title=clock.title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("work item", "submitted", *([when] if when else []), "tries", "why"):
        table.add_column(heading, justify="right" if heading == "tries" else "left", overflow="fold")
    for submission in submissions:
        table.add_row(*_cells(submission, clock, dated=bool(when)))
    console.print(table)


def _cells(submission: queue_pb2.Submission, clock: Clock, *, dated: bool) -> list[Text]:
    moved = submission.death_time if submission.HasField("death_time") else submission.due_time
    cells = [submission.work_item.rpartition("/")[2], clock.shown(submission.submit_time)]
    cells += [clock.shown(moved)] if dated else []
    return [Text(cell) for cell in (*cells, str(submission.delivery_count), submission.fault)]


@queue.command()
@click.argument("work_items", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Count and change nothing.")
@server_option
@tenant_option
def redrive(work_items: tuple[str, ...], dry_run: bool, server: str, tenant: str) -> None:
    """Try dead letters again: those of WORK_ITEMS, or all.

    Mend first what `fairlead queue peek` names, or they die again. They keep their place in line.

    \b
      $ fairlead queue redrive crm~L-7
      1 redriven
    """
    with connected(server, tenant) as client:
        count = client.redrive(*work_items, preview=dry_run)
    click.echo(f"{count} would be redriven" if dry_run else f"{count} redriven")


@queue.command()
@click.argument("work_items", nargs=-1)
@click.option("--state", type=_PURGED, required=True, help="Remove only what is so.")
@click.option("--dry-run", is_flag=True, help="Count and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@server_option
@tenant_option
def purge(work_items: tuple[str, ...], state: str, dry_run: bool, yes: bool, server: str, tenant: str) -> None:
    """Remove submissions for good: those of WORK_ITEMS, or all that are in the state. Nobody will route them.

    \b
      $ fairlead queue purge --state dead crm~L-7
      remove 1 dead submission for good? [y/N]: y
      1 purged
    """
    with connected(server, tenant) as client:
        count = client.purge(state.upper(), *work_items, preview=True)
        if dry_run:
            click.echo(f"{count} would be purged")
            return
        if not yes and count:
            click.confirm(f"remove {counted(count, f'{state} submission')} for good?", abort=True)
        click.echo(f"{client.purge(state.upper(), *work_items)} purged")
