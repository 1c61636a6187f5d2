"""``fairlead agenda``: what a rep is to follow up.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich import box
from rich.table import Table
from rich.text import Text

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option, language_option
from fairlead.v1 import routing_pb2 as routing
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.deadline_cells import due_told, now_of
from router.cli.labels import headings, label
from router.cli.lists import Names
from router.cli.offer_cells import away_told, limits_of, offers_table
from router.cli.whom import rep_called
from router.cli.words import last
from router.wording.languages import Language


@click.command()
@click.argument("rep")
@click.option("--date", default="", metavar="DATE", help="The day, such as 2026-11-30 [default: today].")
@click.option("--all", "has_all", is_flag=True, help="All that REP has open, with a date or not.")
@language_option
@json_option
@server_option
@tenant_option
def agenda(rep: str, date: str, has_all: bool, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Show what REP, an id or display name, is to follow up on a day: what falls due then, and what is overdue.

    The day is one on the clocks of the rep's calendar, or else the tenant's. A date is set by `fairlead activity
    --next`; the next activity by which somebody turns to the customer replaces or ends it. Deadlines are those of the
    processes that REP's work is in. What is offered to REP stands above it, and that they are away where offers have
    lapsed.

    \b
      $ fairlead agenda li-na
      $ fairlead agenda li-na --date 2026-11-30 --language zh
      $ fairlead agenda li-na --all
    """
    told = Language(language)
    if has_all and date:
        raise click.UsageError(label("not with all", told, date="--date", every="--all"))
    with connected(server, tenant) as client:
        rep = rep_called(client, rep, "REP", told)
        if has_all:
            _show_work(client, rep, told, as_json)
        else:
            _show_day(client, rep, date, told, as_json)


def _show_day(client: FairleadClient, rep: str, date: str, language: Language, as_json: bool) -> None:
    pages = list(client.list_agenda(rep, date, language=language))
    dates = [each for page in pages for each in page.next_dates]
    due = [each for page in pages for each in page.deadlines]
    mine = client.my_offers(rep)
    if as_json:
        of_day = {"date": pages[0].date, "time_zone": pages[0].time_zone} | _of_offers(mine)
        _print_json(of_day | {"deadlines": [_document(each) for each in due]}, "next_dates", dates)
        return
    _show_offers(client, mine, language)
    names, now = Names({}, {}, Clock(pages[0].time_zone), language), now_of(client) if due else None
    times = names.clock.told(language)
    title = label("to follow up", language, count=len(dates) + len(due), date=pages[0].date, times=times)
    table = _table(title, ("work item", "when", "what"), language)
    rows = [(each.next_time.ToNanoseconds(), each.work_item, each.words, each.next_step) for each in dates]
    for each in due:
        what = label("of a deadline", language, deadline=each.deadline)
        rows.append((each.due_time.ToNanoseconds(), each.work_item, due_told(each, now, names), what))
    for _, item, when, what in sorted(rows):
        table.add_row(last(item), Text(when), Text(what))
    console_for(sys.stdout).print(table)


def _show_work(client: FairleadClient, rep: str, language: Language, as_json: bool) -> None:
    work, mine = list(client.list_my_work(rep, language=language)), client.my_offers(rep)
    if as_json:
        _print_json(_of_offers(mine), "work", work)
        return
    _show_offers(client, mine, language)
    clock, now = Clock.of(client, utc=False), now_of(client) if any(each.deadlines for each in work) else None
    names = Names({}, {}, clock, language)
    title = label("open work", language, count=len(work), times=clock.told(language))
    table = _table(title, ("work item", "stage", "first came", "worked", "when", "what"), language)
    for each in work:
        came, worked = clock.shown(each.work_item.create_time, "minutes"), "yes" if each.worked else "no"
        worked = label(worked, language)
        date = each.next_date
        running = [
            label("deadline due", language, deadline=one.deadline, due=due_told(one, now, names))
            for one in each.deadlines
        ]
        what = "\n".join([*filter(None, [date.next_step]), *running])
        item, stage = Text(_called(each.work_item, language)), Text(_stage_of(each))
        table.add_row(item, stage, came, worked, Text(date.words), Text(what))
    console_for(sys.stdout).print(table)
    for (_, called), guide in _guides(work).items():
        console_for(sys.stdout).print(Text(label("stage guide", language, stage=called, guide=guide)))


def _called(item: routing.WorkItem, language: Language) -> str:
    """Return the id of a work item, and below it whose child it is."""
    parent = label("child of", language, parent=last(item.parent)) if item.parent else ""
    return "\n".join(filter(None, [last(item.name), parent]))


def _stage_of(work: routing.OpenWork) -> str:
    """Return what the stage is called that some work stands in, else its id; empty: it stands in none."""
    return work.stage_title or work.work_item.stage


def _guides(work: Sequence[routing.OpenWork]) -> dict[tuple[str, str], str]:
    """Return what is to be done in the stages that some work stands in, by their ids and what they are called."""
    return {
        (each.work_item.stage, _stage_of(each)): " ".join(each.stage_guide.split()) for each in work if each.stage_guide
    }


def _show_offers(client: FairleadClient, mine: routing.ListMyWorkResponse, language: Language) -> None:
    """Print what is offered, and that somebody is away for letting offers lapse; nothing where neither is so."""
    if not mine.offers and not mine.HasField("away"):
        return
    names, console = Names.of(client, Clock.of(client, utc=False), language), console_for(sys.stdout)
    if mine.HasField("away"):
        console.print(Text(away_told(mine.away, names.clock, names.language), "bold"))
    if mine.offers:
        console.print(offers_table(mine.offers, mine.offers, limits_of(client, names), names))
    if mine.more_offers_count:
        console.print(label("more offers", language, count=mine.more_offers_count))


def _of_offers(mine: routing.ListMyWorkResponse) -> dict[str, Any]:
    away = {"away": _document(mine.away)} if mine.HasField("away") else {}
    more = {"more_offers_count": mine.more_offers_count} if mine.more_offers_count else {}
    return {**away, "offers": [_document(offer) for offer in mine.offers], **more} if mine.offers or away else {}


def _table(title: str, columns: Sequence[str], language: Language) -> Table:
    return Table(*headings(columns, language), title=title, title_justify="left", box=box.SIMPLE_HEAD)


def _print_json(facts: dict[str, Any], name: str, messages: list[Any]) -> None:
    documents = [_document(message) for message in messages]
    click.echo(json.dumps({**facts, name: documents}, ensure_ascii=False, indent=2))


def _document(message: Message) -> dict[str, Any]:
    document: dict[str, Any] = MessageToDict(message, preserving_proto_field_name=True)
    return document
