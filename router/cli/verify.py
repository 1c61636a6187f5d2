"""``fairlead log replay``, ``fairlead verify`` as it was called before: is what the store holds what its log says?

Exit codes: 0 it is; 1 it is not, or the store does not answer; 2 the data cannot be opened.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from failures import Failure
from fairlead.commands import tenant_option
from fairlead.wording import counted
from resource_names import check_id
from router.assignment.planner_cache import PlannerCache
from router.cli.consoles import console_for, progress_bar
from router.cli.stores import connected_stores, opened, store_options
from router.history.replay import Replay
from router.history.timer_check import TimerCheck
from router.process.revisions.cache import ProcessCache

_MOST_SHOWN = 100


@click.command()
@tenant_option
@store_options
def verify(tenant: str, data: Path | None, redis_url: str | None) -> None:
    """Rebuild everything from the log and compare it with what the store holds.

    Makes every decision again, from the rules and reps of its revision and the events before it, then compares
    revisions, ledgers, open units, offers, presences and work items. Names every difference; changes nothing.

    \b
      $ fairlead log replay --data fairlead-data      the service that uses the folder is stopped
      $ fairlead log replay --redis-url redis://…     nothing is routed meanwhile

    Exits with 0 if the state matches the log, 1 if it does not.
    """
    if wrong := check_id(tenant):
        raise click.BadParameter(wrong, param_hint="--tenant")
    console = console_for(sys.stdout)
    with opened(data, redis_url) as url:
        try:
            events, differences, erased = asyncio.run(_verify(url, tenant, console))
        except (Failure, ValueError) as error:  # ValueError: not a Redis URL
            raise click.ClickException(str(error)) from error
    if not events and not differences:
        console.print(f"tenant {tenant} has no events: there is nothing to verify")
        return
    console.print(
        f"{counted(events, 'event')} replayed: "
        + (f"[red]{counted(differences, 'difference')}[/]" if differences else "state matches the log")
    )
    if erased:
        console.print(f"{counted(erased, 'erased item')}: replayed from the kept outcomes")
    sys.exit(1 if differences else 0)


async def _verify(url: str, tenant: str, console: Console) -> tuple[int, int, int]:
    """Print each difference; return how many events, differences and erased items there are."""
    async with connected_stores(url) as stores:
        planners = PlannerCache(
            stores.workforce, stores.rule_sets, stores.rule_sets, processes=ProcessCache(stores.processes)
        )
        await stores.check_format(tenant)
        newest = await stores.assignments.events(tenant, count=1, newest_first=True)
        events, n_differences = newest[0].number if newest else 0, 0
        check = TimerCheck(stores.assignments, stores.timers, partial(stores.timer_follower, planners))
        verification = Replay(stores.assignments, stores.presences, planners, check, stores.processes)
        with contextlib.closing(planners), progress_bar(console) as progress:
            task = progress.add_task("verifying", total=events)
            async for difference in verification.differences(tenant, on_event=lambda: progress.advance(task)):
                n_differences += 1
                if n_differences <= _MOST_SHOWN:
                    console.print(Text(difference, style="red"))
    return events, n_differences, len(verification.erased)
