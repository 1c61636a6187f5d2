"""``fairlead timeline``: everything that happened to a work item.

Exit codes: 0 done; 1 the service refuses or does not answer; 2 an option is not as it must be.
"""

from __future__ import annotations

import json
import sys
from itertools import islice

import click
from google.protobuf.json_format import MessageToDict
from rich import box
from rich.table import Table
from rich.text import Text

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option, language_option, utc_option
from fairlead.v1 import routing_pb2 as routing
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.labels import headings, label
from router.cli.words import last
from router.wording.languages import Language


@click.command()
@click.argument("work_item")
@click.option("--count", default=100, show_default=True, type=click.IntRange(1), help="The latest so many.")
@language_option
@utc_option
@json_option
@server_option
@tenant_option
def timeline(work_item: str, count: int, language: str, utc: bool, as_json: bool, server: str, tenant: str) -> None:
    """Tell what happened to WORK_ITEM, the latest last: decisions, activities, reminders, its end.

    \b
      $ fairlead timeline crm~L-017
      $ fairlead timeline crm~L-017 --language zh --count 10
    """
    with connected(server, tenant) as client:
        entries = list(islice(client.timeline(work_item, language=language), count))[::-1]
        clock = Clock.of(client, utc=utc)
    if as_json:
        documents = [MessageToDict(each, preserving_proto_field_name=True) for each in entries]
        click.echo(json.dumps({"entries": documents}, ensure_ascii=False, indent=2))
        return
    told = Language(language)
    title = label("timeline", told, item=last(work_item), times=clock.told(told))
    columns = headings(("event", "time", "by", "what"), told)
    table = Table(*columns, title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for each in entries:
        table.add_row(each.id, clock.shown(each.time), each.actor or "-", Text(_told(each)))
    console_for(sys.stdout).print(table)


def _told(entry: routing.TimelineEntry) -> str:
    """Return the words of an entry, and beneath them what somebody wrote."""
    activity = entry.activity
    written = [text for text in (activity.outcome, activity.note, activity.next_step) if text]
    return "\n".join([entry.words, *written])
