"""``fairlead process list``, ``show`` and ``diff``: what was published, when and by whom, and what changed.

Exit codes as of ``fairlead rules list``.
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
from fairlead.v1 import processes_pb2
from fairlead.v1.routing_pb2 import WorkItem
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.failing import InputFailed
from router.cli.labels import folding
from router.cli.problems import print_problems
from router.cli.rule_revisions import ACTIVE
from router.cli.sources import Named, in_utc, print_difference, print_source, source_of
from router.process.language.check import check_process

RETIRED = "retired"


@click.command("list")
@json_option
@utc_option
@server_option
@tenant_option
def list_command(as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """List the published revisions of all processes, newest first: for which kinds, when, by whom, which stages, why.

    One that is for no kind is retired: it was taken out of use.

    \b
      $ fairlead process list
    """
    with connected(server, tenant) as client:
        revisions, clock = list(client.list_processes()), Clock.of(client, utc=utc)
    if as_json:
        documents = [MessageToDict(revision, preserving_proto_field_name=True) for revision in revisions]
        click.echo(json.dumps({"processes": documents}, ensure_ascii=False, indent=2))
        return
    headings = ("revision", "process", "", "kinds", "published", "by", "stages", "note")
    table = Table(*folding(headings), title=clock.title, title_justify="left", box=box.SIMPLE_HEAD)
    for revision in revisions:
        table.add_row(*map(escape, _row(revision, clock)))
    console_for(sys.stdout).print(table if revisions else "nothing is published yet")


def _row(revision: processes_pb2.Process, clock: Clock) -> list[str]:
    again = f"revision {revision.rollback_of} again" if revision.rollback_of else ""
    return [
        str(revision.revision),
        revision.process,
        ACTIVE if revision.active else "",
        _kinds(revision),
        clock.shown(revision.create_time),
        revision.actor or "-",
        ", ".join(revision.stages),
        "; ".join(filter(None, (again, revision.note))),
    ]


def _kinds(revision: processes_pb2.Process) -> str:
    """Tell what a revision is for."""
    names = [WorkItem.Kind.Name(kind).removeprefix("KIND_") for kind in revision.kinds]
    return ", ".join(names) or RETIRED


@click.command("show")
@click.argument("name", metavar="PROCESS[@REVISION]")
@server_option
@tenant_option
def show_command(name: str, server: str, tenant: str) -> None:
    """Print the source of a process as it was published: of the active revision, or of the one named.

    Which it is, and its etag, goes to standard error.

    \b
      $ fairlead process show sales > sales.yaml
      process sales, revision 4, active, published 2026-03-02 09:14:07 UTC by li.na; etag 4
    """
    with connected(server, tenant) as client:
        found = client.get_process(name)
    active = f", {ACTIVE}" if found.active else ""
    active += "" if found.kinds else f", {RETIRED}"
    by = f" by {found.actor}" if found.actor else ""
    published = f"published {in_utc(found.create_time)}{by}; etag {found.etag}"
    click.echo(f"process {found.process}, revision {found.revision}{active}, {published}", err=True)
    print_source(found.source)


@click.command("diff")
@click.argument("before")
@click.argument("after", required=False)
@server_option
@tenant_option
def diff_command(before: str, after: str | None, server: str, tenant: str) -> None:
    """Show what changes from BEFORE to AFTER: each PROCESS, PROCESS@REVISION, or a file.

    One alone is compared with the active revision of its process: a file as what would follow it, a revision as what
    went before. The exit code is 0 whether they differ or not.

    \b
      $ fairlead process diff sales.yaml      # what publishing it would change
      $ fairlead process diff sales@3         # what changed since revision 3
      $ fairlead process diff sales@3 sales@4
    """
    if after is None:
        before, after = (_process_of(before), before) if is_file(before) else (before, before.partition("@")[0])
    with connected(server, tenant) as client:
        sources = _named(client, before), _named(client, after)
    print_difference(*sources)


def is_file(name: str) -> bool:
    """Say whether a name is that of a file, not of a process."""
    return Path(name).exists() or "/" in name or name.endswith((".yaml", ".yml", ".json"))


def _process_of(file: str) -> str:
    """Return the id of the process in a file.

    Raises
    ------
    InputFailed
        If the file cannot be read, or has errors.
    """
    checked = check_process(source_of(Path(file)))
    if checked.process is None:
        print_problems(Path(file), checked.problems)
        raise InputFailed(f"{file} has errors, so that nobody knows which process it is")
    return checked.process.id


def _named(client: FairleadClient, name: str) -> Named:
    """Return a source under a name that tells it from the other."""
    if is_file(name):
        return Named(name, source_of(Path(name)))
    found = client.get_process(name)
    return Named(f"{found.process}@{found.revision}", found.source)
