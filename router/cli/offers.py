"""``fairlead offers``: what is offered to whom, and answers to it.

Exit codes: 0 done; 1 the service refuses or does not answer, or nothing is offered; 2 an option is not as it must be.
"""

from __future__ import annotations

import json
import sys

import click
from google.protobuf.json_format import MessageToDict

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option, language_option, together, utc_option
from fairlead.v1 import routing_pb2 as routing
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.labels import label
from router.cli.lists import HELP, Names, enum_value, known_pool, known_rep
from router.cli.offer_cells import away_told, limits_of, offers_table
from router.cli.whom import callers, rep_called
from router.cli.words import last
from router.wording.languages import Language


@click.group(context_settings=HELP)
def offers() -> None:
    """What is offered, and answers to it."""


@offers.command("list")
@click.option("--rep", default="", help="Only what this rep may accept, by id or display name.")
@click.option("--pool", default="", help="Only work of this pool, by id or display name.")
@language_option
@json_option
@utc_option
@server_option
@tenant_option
def list_offers(rep: str, pool: str, language: str, as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """Show what is offered and not answered yet, the oldest first: to whom, until when.

    Beside each rep stands how many offers they have open, and how many they may have. What is offered to many is for
    whoever accepts it first. A rep who is away because offers lapsed is told so. With a token of their own a rep sees
    what is offered to them.

    \b
      $ fairlead offers list
      $ fairlead offers list --rep li-na --language zh
      $ fairlead offers list --pool east --json
    """
    with connected(server, tenant) as client:
        names = Names.of(client, Clock.of(client, utc=utc), language)
        limits = limits_of(client, names)
        rep_id = known_rep(rep, names, "--rep") if rep else ""
        pool_id = last(known_pool(pool, names)) if pool else ""
        mine = client.my_offers(rep_id) if rep_id else None
        found = list(mine.offers if mine else client.list_work_items(state="OFFERED"))
    shown = [item for item in found if not pool_id or last(item.pool) == pool_id]
    if as_json:
        documents = [MessageToDict(each, preserving_proto_field_name=True) for each in shown]
        more = {"more_offers_count": mine.more_offers_count} if mine and mine.more_offers_count else {}
        click.echo(json.dumps({"offers": documents, **more}, ensure_ascii=False, indent=2))
        return
    if mine and mine.HasField("away"):
        click.echo(away_told(mine.away, names.clock, names.language))
    console = console_for(sys.stdout)
    console.print(offers_table(shown, found, limits, names) if shown else label("nothing offered", names.language))
    if mine and mine.more_offers_count:
        console.print(label("more offers", names.language, count=mine.more_offers_count))


_answering = together(
    click.argument("work_item"),
    click.option(
        "--rep",
        default="",
        help="Who answers, by id or display name; a rep with a token of their own may leave it out.",
    ),
    click.option("--offer", type=click.IntRange(1), help="Its number [default: the one that is open]."),
    click.option("--dry-run", is_flag=True, help="Check, and write nothing."),
    language_option,
    server_option,
    tenant_option,
)
"""What both answers share."""


@offers.command("accept")
@_answering
def accept(work_item: str, rep: str, offer: int | None, dry_run: bool, language: str, server: str, tenant: str) -> None:
    """Accept WORK_ITEM, which is offered: its name, or its id, as source~external_id.

    The rep owns it from then on. Of two who accept what is offered to many the first has it.

    \b
      $ fairlead offers accept crm~L-017 --rep li-na
      crm~L-017: offer 12 accepted; Li Na owns it, epoch 1
    """
    told = Language(language)
    with connected(server, tenant) as client:
        number = offer or _open_offer(client, work_item, told)
        answered = client.accept_work_item(work_item, number, rep_called(client, rep, "--rep", told), preview=dry_run)
        owner = callers(client)(answered.owner)
    owned = enum_value(answered, "state")
    if answered.owner:
        owned = label("owned", told, rep=owner, epoch=answered.epoch)
    _say("accepted", told, dry_run=dry_run, item=last(answered.name), number=number, owned=owned)


@offers.command("decline")
@_answering
@click.option("--reason", default="", help="Why, for the record; up to 512 characters.")
def decline(
    work_item: str, rep: str, offer: int | None, reason: str, dry_run: bool, language: str, server: str, tenant: str
) -> None:
    """Decline WORK_ITEM, which is offered: its name, or its id, as source~external_id.

    It is as if it had never been offered to the rep: it is offered anew, to somebody who has not declined it as far as
    there is anybody.

    \b
      $ fairlead offers decline crm~L-017 --rep li-na --reason "in a meeting all day"
      crm~L-017: offer 12 declined; it is offered anew
    """
    told = Language(language)
    with connected(server, tenant) as client:
        number = offer or _open_offer(client, work_item, told)
        whose = rep_called(client, rep, "--rep", told)
        answered = client.decline_work_item(work_item, number, whose, reason, preview=dry_run)
    stays = answered.state == routing.WorkItem.STATE_OFFERED and answered.offer.number == number
    key = "declined by one" if stays else "declined"
    _say(key, told, dry_run=dry_run, item=last(answered.name), number=number)


def _open_offer(client: FairleadClient, work_item: str, language: Language) -> int:
    """Return the number of the offer that a work item stands in."""
    item = client.get_work_item(work_item)
    if not item.HasField("offer"):
        facts = {"item": last(item.name), "state": enum_value(item, "state"), "owner": callers(client)(item.owner)}
        raise click.ClickException(label("not offered but owned" if item.owner else "not offered", language, **facts))
    return int(item.offer.number)


def _say(key: str, language: Language, *, dry_run: bool, **facts: object) -> None:
    click.echo(label(key, language, **facts) + (label("nothing is written", language) if dry_run else ""))
