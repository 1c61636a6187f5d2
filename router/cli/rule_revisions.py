"""``fairlead rules list``, ``show`` and ``diff``: what was published, when and by whom, and what changed.

Exit codes: 0 done, whether there is a difference or not; 1 there is no such revision, or the service cannot be reached;
2 a file cannot be read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from google.protobuf.json_format import MessageToDict
from rich import box
from rich.markup import escape
from rich.table import Table

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option, utc_option
from fairlead.v1 import rules_pb2
from fairlead.wording import counted
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.labels import folding
from router.cli.sources import Named, in_utc, print_difference, print_source, source_of

ACTIVE = "active"


class Revision(click.ParamType[int]):
    """A revision's number, or ``active``, which is 0."""

    name = "revision"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read what stands on the command line."""
        number = _number(str(value))
        if number is None:
            self.fail(f"{value!r}: must be the number of a revision, or {ACTIVE}", param, ctx)
        return number


def _number(text: str) -> int | None:
    if text == ACTIVE:
        return 0
    return int(text) if text.isascii() and text.isdigit() and int(text) else None


@click.command("list")
@json_option
@utc_option
@server_option
@tenant_option
def list_command(as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """List the published revisions, newest first: when, by whom, how many rules, why.

    \b
      $ fairlead rules list
    """
    with connected(server, tenant) as client:
        revisions, clock = list(client.list_rules()), Clock.of(client, utc=utc)
    if as_json:
        documents = [MessageToDict(revision, preserving_proto_field_name=True) for revision in revisions]
        click.echo(json.dumps({"rule_sets": documents}, ensure_ascii=False, indent=2))
        return
    headings = ("revision", "", "published", "by", "rules", "note")
    table = Table(*folding(headings), title=clock.title, title_justify="left", box=box.SIMPLE_HEAD)
    for revision in revisions:
        table.add_row(*map(escape, _row(revision, clock)))
    console_for(sys.stdout).print(table if revisions else "nothing is published yet")


def _row(revision: rules_pb2.RuleSet, clock: Clock) -> list[str]:
    again = f"revision {revision.rollback_of} again" if revision.rollback_of else ""
    return [
        str(revision.revision),
        ACTIVE if revision.active else "",
        clock.shown(revision.create_time),
        revision.actor or "-",
        str(revision.rule_count),
        "; ".join(filter(None, (again, revision.note))),
    ]


@click.command("show")
@click.argument("revision", type=Revision(), default=ACTIVE)
@server_option
@tenant_option
def show_command(revision: int, server: str, tenant: str) -> None:
    """Print the source of REVISION as it was published; absent: of the active one.

    Which it is, and its etag, goes to standard error.

    \b
      $ fairlead rules show > rules.yaml
      revision 4, active, published 2026-03-02 09:14:07 UTC by li.na: 12 rules; etag 4
    """
    with connected(server, tenant) as client:
        found = client.get_rules(revision)
    active = f", {ACTIVE}" if found.active else ""
    by = f" by {found.actor}" if found.actor else ""
    published = f"published {in_utc(found.create_time)}{by}: {counted(found.rule_count, 'rule')}; etag {found.etag}"
    click.echo(f"revision {found.revision}{active}, {published}", err=True)
    print_source(found.source)


@click.command("diff")
@click.argument("before")
@click.argument("after", required=False)
@server_option
@tenant_option
def diff_command(before: str, after: str | None, server: str, tenant: str) -> None:
    """Show what changes from BEFORE to AFTER: each a revision's number, active, or a file.

    One alone is compared with the active revision: a file as what would follow it, a revision as what went before. The
    exit code is 0 whether they differ or not.

    \b
      $ fairlead rules diff rules.yaml        # what publishing it would change
      $ fairlead rules diff 3                 # what changed since revision 3
      $ fairlead rules diff 3 4
    """
    if after is None:
        before, after = (before, ACTIVE) if _number(before) is not None else (ACTIVE, before)
    with connected(server, tenant) as client:
        sources = _named(client, before), _named(client, after)
    print_difference(*sources)


def _named(client: FairleadClient, name: str) -> Named:
    """Return a source under a name that tells it from the other."""
    number = _number(name)
    if number is None:
        return Named(name, source_of(Path(name)))
    found = client.get_rules(number)
    return Named(f"revision {found.revision}", found.source)
