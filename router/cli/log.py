"""``fairlead log``: replay a tenant's log, prove that nobody altered it, write an older one anew.

Exit codes: 0 all is well; 1 it is not, or the store does not answer; 2 the data cannot be opened.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import click

from failures import Failure
from fairlead.commands import tenant_option
from fairlead.wording import counted
from gateway.settings import personal_from
from router.adapters.redis.repositories import Stores
from router.adapters.redis.rewriting import LogRewriter, RewriteReport
from router.assignment.planner_cache import PlannerCache
from router.cli.audit import check_tenant, show_log, verify_log
from router.cli.consoles import console_for, progress_bar
from router.cli.stores import connected_stores, opened, store_options
from router.cli.verify import verify
from router.erasure.ports import Compacted
from router.history.monitor import ROLE
from router.model.errors import NotPossible
from router.model.sealing import Personal
from router.process.revisions.cache import ProcessCache
from store.files import rewritten

_HELD_S = 10.0
"""How long others are kept out, in seconds, after a command that was killed; renewed at every page of the log."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def log() -> None:
    """Replay the log of all changes, prove that it is whole, write an older one anew."""


@log.command("rewrite")
@tenant_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_options
def rewrite(tenant: str, yes: bool, data: Path | None, redis_url: str | None) -> None:
    """Write a tenant's log anew, once, with what is personal sealed; every server has to be stopped.

    Logs of older versions hold personal values as they came, which nobody can erase; afterwards `fairlead erase` can.
    Numbers of events and decisions stay; the chain is a new one that begins with the last link of the old. Personal is
    what the rules declare and what FAIRLEAD_PERSONAL_FIELDS names. Whatever ends the command, there is the old log or
    the new one. Ids of work items stay too, with the external ids in them.

    \b
      $ fairlead log rewrite --data fairlead-data
      312 events written anew: 88 values of 40 work items sealed
    """
    check_tenant(tenant)
    if not yes:
        click.confirm(f"write the log of {tenant} anew? Links noted of it before will not be found in it", abort=True)
    is_shared = redis_url is not None and data is None  # a private store has a lock
    with opened(data, redis_url) as url:
        try:
            report, compacted = asyncio.run(_rewrite(url, tenant, is_shared))
        except (Failure, ValueError) as error:  # ValueError: not a Redis URL
            raise click.ClickException(str(error)) from error
    _tell(report, compacted)


def _tell(report: RewriteReport, compacted: Compacted) -> None:
    if not report.events:
        click.echo("there are no events: there is nothing to rewrite")
        return
    events, values, items = (
        counted(count, noun)
        for count, noun in ((report.events, "event"), (report.values, "value"), (report.items, "work item"))
    )
    click.echo(f"{events} written anew: {values} of {items} sealed")
    click.echo(f"the last link was\n  {report.events}:{report.link_before}\nand is\n  {report.events}:{report.link}")
    if compacted.hindrance:
        click.echo(f"the old log may still be in the store's files: {compacted.hindrance}")


async def _rewrite(url: str, tenant: str, is_shared: bool) -> tuple[RewriteReport, Compacted]:
    console = console_for(sys.stdout)
    async with connected_stores(url) as stores, _planners(stores) as planners, _held(stores, tenant, is_shared) as hold:
        newest = await stores.assignments.events(tenant, count=1, newest_first=True)
        rewriter = LogRewriter(stores.redis, planners, Personal.of(personal_from(os.environ)), hold)
        with progress_bar(console) as progress:
            task = progress.add_task("rewriting", total=newest[0].number if newest else 0)
            report = await rewriter.rewrite(tenant, on_event=lambda: progress.advance(task))
        return report, Compacted(*await rewritten(stores.redis)) if report.events else Compacted()


@contextlib.asynccontextmanager
async def _held(stores: Stores, tenant: str, is_shared: bool) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Have the role that a service's monitor has, so that none of them is there, and no second command.

    Raises
    ------
    NotPossible
        If somebody has it.
    """
    name = secrets.token_hex(8)

    async def hold() -> bool:
        return not is_shared or await stores.leader_lease.lead(tenant, ROLE, name, _HELD_S)

    if not await hold():
        why = "a service uses the store, or did seconds ago, or another command rewrites it: stop every server"
        raise NotPossible(f"tenants/{tenant}", why)
    try:
        yield hold
    finally:
        if is_shared and await hold():
            await stores.leader_lease.lead(tenant, ROLE, name, 0)


@contextlib.asynccontextmanager
async def _planners(stores: Stores) -> AsyncIterator[PlannerCache]:
    planners = PlannerCache(
        stores.workforce, stores.rule_sets, stores.rule_sets, processes=ProcessCache(stores.processes)
    )
    try:
        yield planners
    finally:
        planners.close()


log.add_command(verify, "replay")
log.add_command(verify_log, "verify")
log.add_command(show_log, "show")
