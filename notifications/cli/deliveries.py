"""``fairlead deliveries``: who was told what, when, through what, and how it ended.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, wraps
from itertools import islice
from types import MappingProxyType
from typing import Any

import click
from click.core import ParameterSource

from fairlead.commands import connected
from fairlead.v1 import deliveries_pb2
from notifications.cli.folding import FoldedDeliveries, folded
from notifications.cli.kinds import TOLD, called
from notifications.cli.outcomes import outcome_text
from notifications.cli.telling import HELP, Shown, acting_options, last, print_json, reading_options, say, tell_all

_ALONE: Mapping[str, int] = MappingProxyType({})
"""Each row stands for one rep."""
STATES = click.Choice(["waiting", "delivered", "parked", "dead", "unreachable", "obsolete"], case_sensitive=False)


def _given(context: click.Context, option: click.Parameter, value: str) -> str:
    """Refuse a text that was given empty: whose variable is empty does not mean all."""
    source = context.get_parameter_source(str(option.name))
    if not value and source not in (None, ParameterSource.DEFAULT):
        raise click.BadParameter("is empty: leave it out for all")
    return value


def _receiver(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say whose deliveries are meant, of one receiver at most."""

    @wraps(command)
    def checked(subscription: str, channel: str, **others: Any) -> Any:
        if subscription and channel:
            raise click.UsageError("--subscription and --channel: allowed is one of both, or none")
        return command(subscription=subscription, channel=channel, **others)

    optioned: Callable[..., Any] = checked
    for option, text in (
        ("--work-item", "Only what is about this work item."),
        ("--channel", "Only what was told through this channel, also one that was deleted."),
        ("--subscription", "Only what this subscription was told."),
    ):
        optioned = click.option(option, default="", callback=_given, help=text)(optioned)
    return optioned


@click.group(context_settings=HELP)
def deliveries() -> None:
    """Who was told what, when, through what, and how it ended.

    \b
      waiting      is sent next: with the digest of the minute, or as the channel opens
      delivered    the receiver took it
      parked       failed, and is tried again, or stands behind one of its work item that does
      dead         was given up after 3 days, or refused alone
      unreachable  the rep whom it is for has no channel, or a process names one that is not there
      obsolete     was over as it was to be sent, or had nothing left to say

    \b
      $ fairlead deliveries list --state dead
      $ fairlead deliveries list --work-item crm~L-7
      $ fairlead deliveries redrive --subscription crm     once its receiver is mended
    """


@deliveries.command("list")
@_receiver
@click.option("--state", type=STATES, help="Only what stands so.")
@click.option("--count", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many, at most.")
@reading_options
def list_all(
    subscription: str, channel: str, work_item: str, state: str | None, count: int, language: str, as_json: bool,
    utc: bool, server: str, tenant: str,
) -> None:  # fmt: skip
    """List what was told, the newest first; of what was delivered the last 10,000 of each receiver.

    Reps who could not be told, for they have no channel, are counted in one line for each type; --state unreachable,
    --work-item and --json list each.

    \b
      $ fairlead deliveries list --state parked
       when                        type       about     through   state    tries   outcome        next try
       2026-11-02 09:14:07+08:00   decision   crm~L-7   crm       parked       3   answered 503   2026-11-02 09:14:27…
    """
    with connected(server, tenant) as client:
        told = client.list_deliveries(
            subscription=subscription, channel=channel, state=(state or "").upper(), work_item=work_item
        )
        lists_each = as_json or state == "unreachable" or bool(work_item)
        found, reps = FoldedDeliveries(list(islice(told, count)), {}) if lists_each else folded(told, count)
        shown = Shown.of(client, language, utc=utc)
    tell_all("deliveries", found, partial(_table, reps=reps), shown, as_json=as_json)


@deliveries.command()
@_receiver
@acting_options
def redrive(
    subscription: str, channel: str, work_item: str, language: str, as_json: bool, server: str, tenant: str
) -> None:
    """Try again, at once, what is parked, dead or unreachable: of one receiver, about one work item, or all.

    What is unreachable, or died on a channel that was deleted, is tried, and counted, where its rep has a channel by
    now, or the one that a process names is there.

    \b
      $ fairlead deliveries redrive --subscription crm
      tried again at once: 12 parked, 3 dead, 0 unreachable
    """
    with connected(server, tenant) as client:
        redriven = client.redrive_deliveries(subscription=subscription, channel=channel, work_item=work_item)
    if as_json:
        print_json(redriven=redriven)
        return
    states = ("parked", "dead", "unreachable")
    counts = {state: f"{getattr(redriven, f'{state}_count'):,}" for state in states}
    click.echo(say("redriven", language, **counts))


def _table(found: list[deliveries_pb2.Delivery], shown: Shown, reps: Mapping[str, int] = _ALONE) -> None:
    shown.table(
        found,
        {
            "when": lambda each: shown.at(each, "event_time"),
            "type": lambda each: called(each.type, TOLD, shown.language),
            "about": lambda each: last(each.work_item),
            "for": lambda each: shown.word("reps", count=f"{reps[each.id]:,}") if each.id in reps else last(each.rep),
            "through": lambda each: last(each.receiver),
            "state": lambda each: shown.word(each.State.Name(each.state).removeprefix("STATE_").lower()),
            "tries": lambda each: str(each.attempt_count),
            "outcome": lambda each: _outcome(each, shown),
            "next": lambda each: shown.at(each, "next_attempt_time"),
        },
        right=("tries",),
    )
    if reps:
        click.echo(shown.word("folded", option="--state unreachable"))


def _outcome(delivery: deliveries_pb2.Delivery, shown: Shown) -> str:
    """Say how the last try ended, and of which channel, where it waits for the next."""
    outcome = outcome_text(delivery.outcome, shown.language)
    if not outcome or delivery.attempt_receiver in ("", delivery.receiver):
        return outcome
    return shown.word("by another", name=last(delivery.attempt_receiver), outcome=outcome)
