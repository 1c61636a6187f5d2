"""``fairlead audit`` and ``fairlead log``: who changed what, and was the record of it altered?

Exit codes: 0 it was not; 1 it was, or the store does not answer; 2 the data cannot be opened.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from failures import Failure
from fairlead.commands import tenant_option
from fairlead.options import utc_option
from fairlead.wording import counted
from resource_names import check_id
from router.adapters.redis.repositories import Stores
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.labels import folding
from router.cli.stores import connected_stores, opened, store_options
from router.history.codec import read_rewritten
from router.history.tamper_check import TamperCheck
from router.model.decision import Decision, Outcome
from router.model.events import (
    ActivityRecorded,
    Completed,
    Credited,
    Digested,
    Erased,
    Event,
    Fired,
    Noted,
    OfferAnswered,
    PresenceChanged,
    ProcessPublished,
    RulesPublished,
    Settled,
    Updated,
    WorkforceChanged,
)
from router.model.workforce import MICROS

_MOST_SHOWN = 100
_PAGE = 1000


@click.group()
def audit() -> None:
    """Show who changed what, and prove that the record of it is whole."""


@audit.command("verify")
@tenant_option
@click.option("--noted", metavar="NUMBER:LINK", help="A link noted earlier: the log must still have had it.")
@store_options
def verify_log(tenant: str, noted: str | None, data: Path | None, redis_url: str | None) -> None:
    """Walk the chain of a tenant's log, and say where it breaks.

    Each event carries a hash over itself and the event before it, so that nobody can change, drop or slip in one
    without breaking what follows. Who can write to the store can also write a whole new chain: so note the last link
    elsewhere from time to time, and give it with --noted.

    \b
      $ fairlead log verify --data fairlead-data
      $ fairlead log verify --redis-url redis://… --noted 312:2eba441c…

    Exits with 0 if the chain is whole, 1 if it is not.
    """
    check_tenant(tenant)
    note = None if noted is None else _read_note(noted)
    console = console_for(sys.stdout)
    with opened(data, redis_url) as url:
        try:
            faults, last, last_link = asyncio.run(_walk(url, tenant, note))
        except (Failure, ValueError) as error:  # ValueError: not a Redis URL
            raise click.ClickException(str(error)) from error
    for fault in faults[:_MOST_SHOWN]:
        console.print(Text(fault, style="red"))
    if faults:
        console.print(f"the log of {tenant} was altered: {counted(len(faults), 'fault')}, the first at the top")
    elif last:
        console.print(
            f"{counted(last, 'event')}, none altered. To prove it later, note elsewhere:\n  {last}:{last_link}"
        )
    else:
        console.print(f"tenant {tenant} has no events: there is nothing to verify")
    sys.exit(1 if faults else 0)


async def _walk(url: str, tenant: str, note: tuple[int, str] | None) -> tuple[list[str], int, str]:
    async with connected_stores(url) as stores:
        await stores.check_format(tenant, oldest=1)
        chain = TamperCheck(
            *(stores.assignments, stores.assignments, stores.workforce, stores.rule_sets, stores.rule_sets),
            stores.processes,
        )
        faults = [fault async for fault in chain.faults(tenant)]
        if note and (fault := await _forgotten(stores, tenant, *note)):
            faults.append(fault)
        return faults, *await chain.last_link(tenant)


async def _forgotten(stores: Stores, tenant: str, number: int, link: str) -> str:
    entries = await stores.assignments.entries(tenant, after=number - 1, count=1)
    if entries and entries[0].number == number and entries[0].link == link:
        return ""
    beginning = await stores.assignments.beginning(tenant)
    if beginning is None:
        return f"event {number}: its link was {link!r} when it was noted, and is not now: this is another past"
    ends = read_rewritten(beginning.facts).ends
    if (number, link) in ends:
        return ""
    links = ", ".join(f"{last}:{last_link}" for last, last_link in ends)
    return (
        f"event {number}: {link!r} is not in this log, which was rewritten: of what was noted before, only the last "
        f"link of each older log can be proven: {links}"
    )


def _read_note(noted: str) -> tuple[int, str]:
    number, _, link = noted.partition(":")
    if not number.isdecimal() or not int(number) or not link:
        raise click.BadParameter(f"{noted!r}; allowed is what this command printed, NUMBER:LINK", param_hint="--noted")
    return int(number), link


@audit.command("show")
@tenant_option
@click.option("--last", "count", default=50, show_default=True, type=click.IntRange(1), help="How many events.")
@click.option("--actor", help="Only what this principal did.")
@utc_option
@store_options
def show_log(tenant: str, count: int, actor: str | None, utc: bool, data: Path | None, redis_url: str | None) -> None:
    """List who changed what, newest first.

    \b
      $ fairlead audit show --data fairlead-data --actor mo
    """
    check_tenant(tenant)
    with opened(data, redis_url) as url:
        try:
            zone, events = asyncio.run(_newest(url, tenant, count, actor))
        except (Failure, ValueError) as error:
            raise click.ClickException(str(error)) from error
    _print(events, Clock() if utc else Clock(zone), console_for(sys.stdout))


async def _newest(url: str, tenant: str, count: int, actor: str | None) -> tuple[str, list[Event]]:
    """Return the zone of a tenant's clocks, and what was done last."""
    events, before = list[Event](), None
    async with connected_stores(url) as stores:
        await stores.check_format(tenant, oldest=1)
        zone = (await stores.workforce.read(tenant)).settings.time_zone
        while len(events) < count:
            page = await stores.assignments.events(tenant, before=before, count=_PAGE, newest_first=True)
            if not page:
                break
            events += [event for event in page if actor is None or actor_of(event) == actor]
            before = page[-1].number
            if before == 1:
                break
    return zone, events[:count]


def _print(events: list[Event], clock: Clock, console: Console) -> None:
    headings = ("event", "time", "by", "what")
    table = Table(*folding(headings), title=clock.title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for event in events:
        at, by = clock.at_ms(event.at_ms), Text(actor_of(event) or "-")
        table.add_row(str(event.number), at, by, Text(description(event, clock)))
    console.print(table)


def actor_of(event: Event) -> str:
    """Return who caused an event; empty where nobody had to say, or the service itself did."""
    if isinstance(event, Decision):
        return event.head.actor
    return "" if isinstance(event, Settled | Credited | Digested | Fired) else event.actor


def description(event: Event, clock: Clock = Clock()) -> str:  # noqa: B008 (it does not change)
    """Say what an event changed, its instants by a clock."""
    match event:
        case Decision():
            return f"{event.item_id} {event.head.cause.lower()}: {_whose(event)}"
        case Completed() | Updated() | ActivityRecorded() | OfferAnswered() | Noted():
            return _done(event)
        case WorkforceChanged():
            return f"workforce {event.revision}: {', '.join(event.names[:5])}{' …' if len(event.names) > 5 else ''}"
        case RulesPublished() | ProcessPublished():
            return _published(event)
        case Erased():
            return _erased(event)
        case Fired():
            return f"{event.item_id} {event.name} {event.step}, which event {event.entry} started"
        case PresenceChanged(until_ms=None):
            return (
                f"{event.rep} gone, and what was kept of their presence and lapses"
                if event.is_gone
                else f"{event.rep} back"
            )
        case PresenceChanged():
            return f"{event.rep} away until {clock.at_ms(event.until_ms) if event.until_ms else 'told otherwise'}"
        case Credited(credit=credit) if credit.entry:
            back = f"{-event.amount / MICROS:,.15g} of the credit of event {credit.entry}"
            return f"pool {credit.pool}: {credit.rep} gave back {back}"
        case Credited(credit=credit):
            leave = f"{clock.at_ms(credit.since_ms)} to {clock.at_ms(credit.until_ms)}"
            return f"pool {credit.pool}: {credit.rep} got {event.amount / MICROS:,.15g} for their leave, {leave}"
        case Digested(made=made):
            return f"list {made.kind} of {made.rep}, due {clock.at_ms(made.due_ms)}: {made.total or 'nothing'}"
    return f"pool {event.pool}: {', '.join(event.leavers)} left"


def _whose(decision: Decision) -> str:
    if decision.outcome is Outcome.OFFERED:
        return f"offered to {decision.rep or 'many'}"
    return decision.rep or decision.outcome.lower()


def _done(event: Completed | Updated | ActivityRecorded | OfferAnswered | Noted) -> str:
    """Say what somebody did to a work item, or about it."""
    if isinstance(event, Noted):
        return f"{event.item_id} {' '.join(filter(None, (event.note.lower(), event.subject)))}"
    if isinstance(event, OfferAnswered):
        away = f", {event.lapses} in a row: set away" if event.set_away else ""
        return f"{event.item_id} offer {event.offer} {event.answer.lower()}: {event.rep or 'nobody'}{away}"
    if isinstance(event, Completed):
        why = f", for {event.withdrawn.parent} was reopened" if event.withdrawn else ""
        return f"{event.item_id} {event.state.lower()}, was {event.rep}'s{why}"
    if isinstance(event, Updated):
        what = f"entered stage {event.entered.stage}" if event.entered else "updated"
        return f"{event.item_id} {what}: {', '.join(event.changed[:5])}{' …' if len(event.changed) > 5 else ''}"
    activity = event.activity
    return f"{event.item_id} {activity.kind.lower()}, {activity.direction.lower()}, by {activity.rep or 'nobody'}"


def _published(event: RulesPublished | ProcessPublished) -> str:
    back = f", as {event.rollback_of} was" if event.rollback_of else ""
    if isinstance(event, RulesPublished):
        return f"rules {event.revision} published{back}"
    return f"process {event.process} {event.revision} published for {', '.join(event.kinds) or 'nothing'}{back}"


def _erased(event: Erased) -> str:
    count = len(event.item_ids)
    items = f"{counted(count, 'work item')}{_names(event.item_ids)}" if count else "no work item"
    submissions, scores = counted(event.submissions, "submission"), counted(event.scores, "score")
    return f"erased {counted(event.values, 'value')} of {items}, {submissions}, {scores}"


def _names(item_ids: tuple[str, ...]) -> str:
    return f" ({', '.join(item_ids[:5])}{' …' if len(item_ids) > 5 else ''})"


def check_tenant(tenant: str) -> None:
    """Refuse what cannot be a tenant's id."""
    if wrong := check_id(tenant):
        raise click.BadParameter(wrong, param_hint="--tenant")
