"""``fairlead presence``: who is away, at once and whatever their calendar says."""

from __future__ import annotations

import json
import sys

import click
from google.protobuf.json_format import MessageToDict
from rich import box
from rich.table import Table

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option, language_option, utc_option
from router.cli.absences import WRITTEN, instant, shown, zone_of
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.labels import headings, label
from router.cli.lists import HELP
from router.cli.whom import rep_called
from router.cli.words import last
from router.wording.languages import Language


@click.group(context_settings=HELP)
def presence() -> None:
    """Who is away now, and gets no work."""


@presence.command("list")
@language_option
@json_option
@utc_option
@server_option
@tenant_option
def list_command(language: str, as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """Show who is away; somebody whose time is over is there again."""
    with connected(server, tenant) as client:
        away, clock = list(client.list_away()), Clock.of(client, utc=utc)
    if as_json:
        documents = [MessageToDict(each, preserving_proto_field_name=True) for each in away]
        click.echo(json.dumps({"rep_presences": documents}, ensure_ascii=False, indent=2))
        return
    told = Language(language)
    title = label("away", told, count=len(away), times=clock.told(told))
    table = Table(*headings(("rep", "away until"), told), title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for each in away:
        timed = each.HasField("until_time")
        until = clock.shown(each.until_time, "minutes") if timed else label("until back", told)
        table.add_row(last(each.name), until)
    console_for(sys.stdout).print(table)


@presence.command("away")
@click.argument("rep")
@click.option("--until", metavar="TIME", help=f"Until when: {WRITTEN} [default: until back].")
@server_option
@tenant_option
def away_command(rep: str, until: str | None, server: str, tenant: str) -> None:
    """Say that REP, an id or display name, is away: from now on they get no work."""
    with connected(server, tenant) as client:
        zone = zone_of(client)
        said = client.set_away(rep_called(client, rep), instant(until, zone, "--until") if until else None)
    timed = f" until {shown(said.until_time, zone)} ({zone.key})" if said.HasField("until_time") else ""
    click.echo(f"{last(said.name)}: away{timed}")


@presence.command("back")
@click.argument("rep")
@server_option
@tenant_option
def back_command(rep: str, server: str, tenant: str) -> None:
    """Say that REP, an id or display name, is back."""
    with connected(server, tenant) as client:
        click.echo(f"{last(client.set_available(rep_called(client, rep)).name)}: back")
