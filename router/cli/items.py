"""``fairlead items``: where work items stand, filtered.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import click
from google.protobuf.json_format import MessageToDict

from fairlead.client import FairleadClient
from fairlead.commands import connected
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2 as routing
from router.cli.clocks import Clock
from router.cli.filters import When, composed
from router.cli.lists import (
    HELP,
    KINDS,
    Cells,
    Listing,
    Names,
    enum_value,
    filtered_options,
    resolved,
    several,
    show,
    shown_time,
    waits_for,
    waits_until,
)
from router.cli.offer_cells import offered_to, offered_until
from router.cli.periods import period_asked
from router.cli.words import called, last

STATES = click.Choice(
    ["queued", "offered", "assigned", "unrouted", "converted", "disqualified", "closed"], case_sensitive=False
)
COLUMNS: Cells = {
    "work_item": lambda item, _: last(item.name),
    "time": lambda item, _: shown_time(item.create_time, "milliseconds"),
    "kind": lambda item, _: enum_value(item, "kind"),
    "source": lambda item, _: item.source,
    "external_id": lambda item, _: item.external_id,
    "state": lambda item, _: enum_value(item, "state"),
    "owner": lambda item, _: last(item.owner),
    "owner_name": lambda item, names: called(item.owner, names.reps),
    "offered_to": lambda item, _: last(item.offer.rep),
    "offer": lambda item, _: item.offer.number or "",
    "offer_lapses": lambda item, _: shown_time(item.offer.expire_time) if item.offer.HasField("expire_time") else "",
    "pool": lambda item, _: last(item.pool),
    "pool_name": lambda item, names: called(item.pool, names.pools),
    "epoch": lambda item, _: item.epoch,
    "value": lambda item, _: item.value,
    "priority": lambda item, _: item.priority,
    "decision": lambda item, _: last(item.decision),
    "attributes": lambda item, _: json.dumps(MessageToDict(item.attributes), ensure_ascii=False),
}
TABLE: Cells = {
    "work item": COLUMNS["work_item"],
    "first came": lambda item, names: names.clock.shown(item.create_time),
    "kind": COLUMNS["kind"],
    "source": COLUMNS["source"],
    "state": COLUMNS["state"],
    "owner": COLUMNS["owner_name"],
    "pool": COLUMNS["pool_name"],
}


def _of_waiting(client: FairleadClient, language: str) -> Cells:
    """Return the columns of what waits; the decision that has it wait is asked for once."""

    @lru_cache(1)
    def decision(name: str) -> decisions.Decision:
        return client.get_decision(name, language=language)

    def of_waiting(item: routing.WorkItem) -> decisions.Decision:
        waits = item.state == routing.WorkItem.STATE_QUEUED and item.decision
        return decision(item.decision) if waits else decisions.Decision()

    return {
        "waits for": lambda item, _: waits_for(of_waiting(item)),
        "offered to": offered_to,
        "until": lambda item, names: offered_until(item, names) or waits_until(of_waiting(item), names),
    }


@click.group(context_settings=HELP)
def items() -> None:
    """List work items as they stand."""


@items.command("list")
@several("owner", "Only what this rep owns or closed, by id or display name")
@several("pool", "Only what its owner was chosen for from this pool, by id or display name")
@several("state", "Only what is so", type=STATES)
@several("kind", "Only this kind", type=KINDS)
@several("source", "Only what comes from this system")
@filtered_options
def list_items(
    given: str, since: When | None, until: When | None, count: int | None, as_json: bool, csv_to: Path | None,
    utc: bool, language: str | None, server: str, tenant: str, **wanted: tuple[str, ...],
) -> None:  # fmt: skip
    """List work items by when they first came, oldest first.

    \b
      $ fairlead items list --owner li-na --state assigned
      $ fairlead items list --since 30d --filter 'NOT owner:*' --csv unowned.csv

    Fields of a --filter: create_time, owner, pool, state, kind, source, external_id, process, stage, parent. OR
    binds closer than AND: use brackets. Times are on the tenant's clocks, those of --since and --until too unless
    they name a zone; those of filters, CSV and JSON in UTC. What is submitted and not routed yet lists `fairlead
    queue peek`. Where something waits, the table says what for, and until when where time brings somebody; where it
    is offered, to whom, and until when.
    """
    with connected(server, tenant) as client:
        names = Names.of(client, Clock.of(client, utc=utc), language)
        period = period_asked(client, names.clock, since, until)
        text = composed(given, "create_time", *period, resolved(wanted, names, "owner"))
        listing = Listing("work items", {**TABLE, **_of_waiting(client, language or "")}, COLUMNS)
        show(client.list_work_items(filter=text), listing, names, count, as_json, csv_to)
