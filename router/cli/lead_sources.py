"""``fairlead sources``: from where leads come, what their fields become, and what could not be mapped.

Exit codes: 0 done; 1 the service refuses or does not answer, or of a test a lead could not be mapped; 2 a file or an
option is not as it must be.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from rich import box
from rich.table import Table
from rich.text import Text

from failures import InvalidInput
from fairlead.client.intake import FORM, JSON
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option, language_option, together, utc_option
from fairlead.v1 import intake_pb2 as intake
from gateway.http.json_messages import read_json
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.labels import headings, label
from router.cli.lists import HELP
from router.cli.words import last
from router.wording.languages import Language
from rules.document import read

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_SHORT = {"kind": "KIND_", "type": "TYPE_"}
"""Words of the contract that a file may write short: ``lead`` for ``KIND_LEAD``."""
_etag_option = click.option(
    "--etag", default="", metavar="ETAG", help="Refuse unless this is its current etag: see show --json."
)
_dry_run_option = click.option("--dry-run", is_flag=True, help="Check, and write nothing.")
_acting_options = together(language_option, json_option, server_option, tenant_option)


@click.group(context_settings=HELP)
def sources() -> None:
    """From where leads come: forms of websites, advertising platforms, spreadsheets.

    Each source has a token, and a file that says what its fields become. What cannot be mapped is kept until the file
    is mended. docs/intake.md says what a sender must do; examples/sources has files to begin with.

    \b
      $ fairlead sources create website examples/sources/website.yaml   shows its token, this once
      $ fairlead sources test website sent.json                         what would become of a payload
      $ fairlead sources list                                           how many were taken, junk, not mapped
      $ fairlead sources failures website                               what could not be mapped, and why
      $ fairlead sources redrive website                                again, once the file is mended
    """


@sources.command()
@click.argument("source")
@click.argument("file", type=_FILE)
@_dry_run_option
@_acting_options
def create(source: str, file: Path, dry_run: bool, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Declare SOURCE as FILE says, YAML or JSON. Its token is shown this once: give it to the sender.

    \b
      $ fairlead sources create website examples/sources/website.yaml
    """
    source_message = declared(file)
    with connected(server, tenant) as client:
        made = client.create_source(source, source_message, preview=dry_run)
    _show(made, language, as_json=as_json, dry_run=dry_run)


@sources.command()
@click.argument("source")
@click.argument("file", type=_FILE)
@_etag_option
@_dry_run_option
@_acting_options
def update(
    source: str, file: Path, etag: str, dry_run: bool, language: str, as_json: bool, server: str, tenant: str
) -> None:
    """Declare SOURCE anew, as FILE says; its token stays.

    \b
      $ fairlead sources update website website.yaml && fairlead sources redrive website
    """
    source_message = declared(file)
    with connected(server, tenant) as client:
        made = client.update_source(source, source_message, etag=etag, preview=dry_run)
    _show(made, language, as_json=as_json, dry_run=dry_run)


@sources.command()
@click.argument("source")
@_acting_options
def token(source: str, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Give SOURCE another token; the one before is good for nothing from then on."""
    with connected(server, tenant) as client:
        made = client.renew_token(source)
    _show(made, language, as_json=as_json)


@sources.command()
@click.argument("source")
@_acting_options
def show(source: str, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Show what the fields of SOURCE become, and how many leads came."""
    with connected(server, tenant) as client:
        found = client.get_source(source)
    _show(found, language, as_json=as_json)


@sources.command("list")
@_acting_options
def list_all(language: str, as_json: bool, server: str, tenant: str) -> None:
    """List sources by id, and how many leads came of each."""
    with connected(server, tenant) as client:
        found = list(client.list_sources())
    if as_json:
        _print_json(sources=found)
    elif found:
        _counted(found, language)
    else:
        click.echo(label("no sources", Language(language)))


@sources.command()
@click.argument("source")
@_etag_option
@_dry_run_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@language_option
@server_option
@tenant_option
def delete(source: str, etag: str, dry_run: bool, yes: bool, language: str, server: str, tenant: str) -> None:
    """Delete SOURCE, with what could not be mapped of it; its leads stay, and its token is good for nothing."""
    said = Language(language)
    with connected(server, tenant) as client:
        waiting = client.get_source(source).waiting_count
        if waiting and not (yes or dry_run):
            click.confirm(label("delete source", said, source=source, count=waiting), abort=True)
        client.delete_source(source, etag=etag, preview=dry_run)
    click.echo(label("would be deleted" if dry_run else "source deleted", said, source=source))


@sources.command()
@click.argument("source")
@click.argument("file", type=_FILE)
@click.option(
    "--type", "kind", type=click.Choice(["form", "json"]), help="What FILE is [default: json, of *.form a form]."
)
@_acting_options
def test(source: str, file: Path, kind: str | None, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Say what would become of FILE, a payload as SOURCE sends it; nothing is taken in. Ends with 1 where a lead could
    not be mapped.

    \b
      $ fairlead sources test website examples/sources/payloads/website.form
    """
    content_type = FORM if kind == "form" or (kind is None and file.suffix == ".form") else JSON
    with connected(server, tenant) as client:
        tried = client.test_source(source, file.read_bytes(), content_type=content_type)
    if as_json:
        _print_json(test=tried)
    else:
        _tell_trial(tried, Language(language))
    if any(result.HasField("failure") for result in tried.results):
        raise SystemExit(1)


@sources.command()
@click.argument("source")
@language_option
@json_option
@utc_option
@server_option
@tenant_option
def failures(source: str, language: str, as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """List what could not be mapped of SOURCE, the oldest first: why, and what was sent."""
    with connected(server, tenant) as client:
        found, clock = list(client.list_intake_failures(source)), Clock.of(client, utc=utc)
    if as_json:
        _print_json(failures=found)
        return
    if not found:
        click.echo(label("no failures", Language(language)))
        return
    table = Table(
        *headings(("id", "when", "reason", "sent"), Language(language)),
        title=clock.title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for each in found:
        sent = each.unreadable or json.dumps(MessageToDict(each.fields), ensure_ascii=False)
        cells = (last(each.name), clock.shown(each.receive_time), "\n".join(each.faults), sent)
        table.add_row(*map(Text, cells))
    console_for(sys.stdout).print(table)


@sources.command()
@click.argument("source")
@click.argument("ids", nargs=-1)
@_dry_run_option
@language_option
@server_option
@tenant_option
def redrive(source: str, ids: tuple[str, ...], dry_run: bool, language: str, server: str, tenant: str) -> None:
    """Map anew what could not be mapped of SOURCE, the named IDS or all. Ends with 1 where some still cannot be.

    \b
      $ fairlead sources update website website.yaml && fairlead sources redrive website
    """
    with connected(server, tenant) as client:
        done = client.redrive_intake_failures(source, *ids, preview=dry_run)
    key = "leads would be redriven" if dry_run else "leads redriven"
    click.echo(label(key, Language(language), taken=done.taken_count, junk=done.junk_count, failed=done.failed_count))
    if done.failed_count:
        raise SystemExit(1)


@sources.command()
@click.argument("source")
@click.argument("ids", nargs=-1)
@_dry_run_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@language_option
@server_option
@tenant_option
def purge(source: str, ids: tuple[str, ...], dry_run: bool, yes: bool, language: str, server: str, tenant: str) -> None:
    """Remove for good what could not be mapped of SOURCE, the named IDS or all."""
    said = Language(language)
    with connected(server, tenant) as client:
        count = client.purge_intake_failures(source, *ids, preview=True)
        if not dry_run:
            if count and not yes:
                click.confirm(label("purge leads", said, count=count), abort=True)
            count = client.purge_intake_failures(source, *ids)
    click.echo(label("leads would be purged" if dry_run else "leads purged", said, count=count))


def declared(file: Path) -> intake.LeadSource:
    """Read a source's file.

    Raises
    ------
    UsageError
        Saying where the file is not as it must be.
    """
    document = read(file.read_bytes())
    if document.problem:
        raise click.UsageError(f"{file}: {document.problem}")
    try:
        message = read_json(json.dumps(_written_out(document.tree)).encode(), intake.LeadSource)
    except InvalidInput as error:
        raise click.UsageError("\n".join(f"{file}: {each}" for each in error.violations)) from None
    assert isinstance(message, intake.LeadSource)
    return message


def _written_out(tree: Any) -> Any:
    """Write words of the contract out that the file has short."""
    if isinstance(tree, list):
        return [_written_out(each) for each in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        key: f"{_SHORT[key]}{value.upper().removeprefix(_SHORT[key])}"
        if key in _SHORT and isinstance(value, str)
        else _written_out(value)
        for key, value in tree.items()
    }


def _show(source: intake.LeadSource, language: str, *, as_json: bool, dry_run: bool = False) -> None:
    if as_json:
        _print_json(source=source)
        return
    said = Language(language)
    if dry_run:
        click.echo(label("source would be", said))
    _counted([source], language)
    table = Table(*headings(("attribute", "field", "type", "default"), said), box=box.SIMPLE_HEAD)
    for each in source.attributes:
        kind = intake.MappedAttribute.Type.Name(each.type).removeprefix("TYPE_").lower()
        required = label("required", said) if each.required else each.default
        table.add_row(*map(Text, (each.attribute, each.field, kind, required)))
    console_for(sys.stdout).print(table)
    for rule in source.junk:
        key = "junk if it contains" if rule.contains else "junk if it is there"
        click.echo(label(key, said, field=rule.field, texts=" / ".join(rule.contains)))
    if source.token:
        click.echo(label("token once", said, token=source.token))


def _counted(found: Iterable[intake.LeadSource], language: str) -> None:
    names = ("id", "called", "external id", "taken", "junk", "not mapped", "waiting")
    table = Table(*headings(names, Language(language)), box=box.SIMPLE_HEAD)
    for each in found:
        counts = (each.taken_count, each.junk_count, each.failed_count, each.waiting_count)
        cells = (last(each.name), each.display_name, each.external_id_field, *(f"{count:,}" for count in counts))
        table.add_row(*map(Text, cells))
    console_for(sys.stdout).print(table)


def _tell_trial(tried: intake.TestSourceResponse, language: Language) -> None:
    for result in tried.results:
        match result.WhichOneof("result"):
            case "junk":
                click.echo(label("would be junk", language, field=result.junk))
            case "failure":
                for fault in result.failure.faults:
                    click.echo(label("cannot be mapped", language, fault=fault))
            case _:
                attributes = json.dumps(MessageToDict(result.attributes), ensure_ascii=False)
                click.echo(f"{last(result.work_item)}: {attributes}")
    if tried.unused_fields:
        click.echo(label("nothing takes", language, fields=", ".join(tried.unused_fields)))


def _print_json(**parts: Message | list[intake.LeadSource] | list[intake.IntakeFailure]) -> None:
    written = {
        name: MessageToDict(part, preserving_proto_field_name=True)
        if isinstance(part, Message)
        else [MessageToDict(each, preserving_proto_field_name=True) for each in part]
        for name, part in parts.items()
    }
    click.echo(json.dumps(written, ensure_ascii=False, indent=2))
