"""``fairlead absences``: who is on leave, and when they are back."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp
from rich import box
from rich.table import Table

from fairlead.client import FairleadClient, FairleadError
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option, language_option, utc_option
from fairlead.v1 import calendars_pb2 as calendars
from fairlead.wording import counted
from router.cli.absence_files import AbsencesFile, read_absences
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.labels import headings, label
from router.cli.lists import HELP
from router.cli.moved_deadlines import newest_revision, print_moved
from router.cli.whom import rep_called
from router.cli.words import last
from router.wording.languages import Language
from router.wording.phrases import KEPT
from tables.cli import say, table_options
from tables.options import ReadOptions

_DATE, _TIME = "2026-10-01", "2026-10-01T09:00"
WRITTEN = f"a date {_DATE}, or a time {_TIME}"


@click.group(context_settings=HELP)
def absences() -> None:
    """Who is on leave. Times without a zone are on the tenant's clocks, see fairlead tenant."""


@absences.command("list")
@click.argument("rep", default="", metavar="[REP]")
@language_option
@json_option
@utc_option
@server_option
@tenant_option
def list_command(rep: str, language: str, as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """Show the absences of REP, by id or display name, or of all, by rep."""
    told = Language(language)
    with connected(server, tenant) as client:
        whose = "-" if rep in ("", "-") else rep_called(client, rep, "REP", told)
        listed, clock = list(client.list_absences(whose)), Clock.of(client, utc=utc)
    if as_json:
        documents = [MessageToDict(each, preserving_proto_field_name=True) for each in listed]
        click.echo(json.dumps({"absences": documents}, ensure_ascii=False, indent=2))
        return
    console_for(sys.stdout).print(_table(listed, clock, told))


def _table(listed: Sequence[calendars.Absence], clock: Clock, language: Language) -> Table:
    """Draw absences; who stands in has a column where anybody does."""
    has_substitutes = any(each.substitute for each in listed)
    title = label("absences", language, count=len(listed), times=clock.told(language))
    names = ("rep", "absence", "from", "back", *["substitute"] * has_substitutes, "reason")
    table = Table(*headings(names, language), title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.columns[2].no_wrap = table.columns[3].no_wrap = True
    for each in listed:
        times = clock.shown(each.start_time, "minutes"), clock.shown(each.end_time, "minutes")
        substitute = [last(each.substitute)] * has_substitutes
        table.add_row(each.name.split("/")[3], last(each.name), *times, *substitute, each.reason)
    return table


@absences.command("add")
@click.argument("rep")
@click.option("--from", "start", required=True, metavar="TIME", help=f"When it begins: {WRITTEN}.")
@click.option("--back", required=True, metavar="TIME", help="When they are back; a date is its midnight.")
@click.option("--substitute", default="", metavar="REP", help="Who has their open work items, by id or display name.")
@click.option("--reason", default="", help="Why; hidden from whoever may not see personal fields.")
@click.option("--id", "absence", default="", help="Its id; one that is there is replaced [default: made of --from].")
@server_option
@tenant_option
def add_command(
    rep: str, start: str, back: str, substitute: str, reason: str, absence: str, server: str, tenant: str
) -> None:  # fmt: skip
    """Enter that REP, an id or display name, is on leave.

    What they have open goes to a substitute, if one is named, and comes back after it. Deadlines that it moved, if any,
    are printed behind it.

    \b
      $ fairlead absences add li-na --from 2026-10-08 --back 2026-10-12
      li-na/2026-10-08: from 2026-10-08 00:00 to 2026-10-12 00:00 (Asia/Shanghai)
    """
    with connected(server, tenant) as client:
        zone = zone_of(client)
        times = instant(start, zone, "--from"), instant(back, zone, "--back")
        absence_id = absence or start.replace(":", "-").replace("+", "_")
        rep, substitute = rep_called(client, rep), rep_called(client, substitute, "--substitute")
        made = client.upsert_absence(rep, absence_id, *times, reason, substitute=substitute)
        until = f"{shown(made.start_time, zone)} to {shown(made.end_time, zone)}"
        covered = f"; {_standing_in(client, last(made.substitute))}" if made.substitute else ""
        click.echo(f"{made.name.split('/')[3]}/{last(made.name)}: from {until} ({zone.key}){covered}")
        print_moved(client, [made.workforce_revision])


def _standing_in(client: FairleadClient, substitute: str) -> str:
    """Say who is named as a substitute, and where they get nothing that they do not."""
    if client.get_rep(substitute).active:
        return f"{substitute} stands in"
    return f"{substitute} is named and is inactive: until they are active nothing goes to them"


@absences.command("show")
@click.argument("rep")
@click.argument("absence")
@language_option
@json_option
@server_option
@tenant_option
def show_command(rep: str, absence: str, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Show an ABSENCE of REP, and what of theirs is not with whom it would be by their leaves, and why.

    \b
      $ fairlead absences show li-na 2026-10-08
    """
    with connected(server, tenant) as client:
        rep = rep_called(client, rep, "REP", Language(language))
        found, zone = client.get_absence(rep, absence), zone_of(client)
    if as_json:
        click.echo(json.dumps(MessageToDict(found, preserving_proto_field_name=True), ensure_ascii=False, indent=2))
        return
    told, times = Language(language), (shown(found.start_time, zone), shown(found.end_time, zone))
    named, has = last(found.substitute), last(found.stand_in)
    parts = {"start": times[0], "end": times[1], "zone": zone.key, "substitute": named, "stand_in": has}
    click.echo(label(_covered(named, has), told, rep=last(rep), **parts))
    if found.kept_work_items:
        click.echo(label("kept", told, count=len(found.kept_work_items)))
    for kept in found.kept_work_items:
        why = KEPT[calendars.KeptWorkItem.Reason.Name(kept.reason).removeprefix("REASON_")].say(told)
        click.echo(f"  {label('of item', told, item=last(kept.work_item), what=why)}")


def _covered(named: str, stands_in: str) -> str:
    """Say which label tells of whoever stands in."""
    if not (named or stands_in):
        return "leave"
    if not stands_in:
        return "leave of nobody"
    return "leave passed on" if named and named != stands_in else "leave covered"


@absences.command("load")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check, and write nothing.")
@server_option
@tenant_option
@table_options
def load_command(file: Path, dry_run: bool, server: str, tenant: str, reading: ReadOptions) -> None:
    """Enter the absences of FILE; those that are there under their ids are replaced, all others stay.

    All are checked before one is written. Columns, in any order: rep 销售 (an id, or a display name that one rep has),
    or name 姓名, from 开始, back 返岗, substitute 代理人 (as rep), reason 原因, id 编号 (without it, made of from).
    Dates are read as in all tables, such as 2026-12-01, 2026年12月1日, 13.12.2026; one is its midnight. Times without a
    zone are on the tenant's clocks unless --timezone names others. Files are CSV, Parquet or workbooks.

    \b
      $ fairlead absences load leave.xlsx
    """
    with connected(server, tenant) as client:
        read = read_absences(file, on_clocks(client, reading), client.list_reps())
        say(read.report)
        _enter(client, file, read, validate_only=True)
        revisions = [] if dry_run else _enter(client, file, read)
        click.echo(f"{counted(len(read.absences), 'absence')}{'; nothing is written' if dry_run else ' written'}")
        print_moved(client, revisions)


def on_clocks(client: FairleadClient, reading: ReadOptions) -> ReadOptions:
    """Read times on the tenant's clocks where neither the caller nor a mapping says which."""
    is_said = click.get_current_context().params["timezone"] or reading.timezone != ReadOptions().timezone
    return reading if is_said else replace(reading, timezone=zone_of(client).key)


def _enter(client: FairleadClient, file: Path, read: AbsencesFile, *, validate_only: bool = False) -> list[int]:
    """Enter absences; return the revisions of the workforce that these are."""
    refused, revisions = [], list[int]()
    for each in read.absences:
        try:
            entered = client.upsert_absence(
                each.rep, each.id, each.start, each.back, each.reason,
                substitute=each.substitute, validate_only=validate_only,
            )  # fmt: skip
            revisions.append(entered.workforce_revision)
        except FairleadError as error:
            if not error.violations and error.code is not grpc.StatusCode.NOT_FOUND:
                raise
            faults = [f"{violation.field}: {violation.description}" for violation in error.violations]
            refused.append(f"{file}:{each.line}: {'; '.join(faults) or error.message}")
    if refused:
        raise click.ClickException("\n".join(refused))
    return revisions


@absences.command("delete")
@click.argument("rep")
@click.argument("absence")
@server_option
@tenant_option
def delete_command(rep: str, absence: str, server: str, tenant: str) -> None:
    """Delete an ABSENCE of REP."""
    with connected(server, tenant) as client:
        rep = rep_called(client, rep)
        client.delete_absence(rep, absence)
        click.echo(f"{last(rep)}/{absence}: deleted")
        print_moved(client, [newest_revision(client)])


def zone_of(client: FairleadClient) -> ZoneInfo:
    """Ask on which clocks the tenant reads times."""
    return ZoneInfo(client.get_tenant().time_zone)


def instant(text: str, zone: ZoneInfo, option: str, language: Language = Language.EN) -> datetime:
    """Read an instant, on the clocks of a zone where it says none.

    Raises
    ------
    click.BadParameter
        If it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        why = label("no instant", language, text=repr(text), date=_DATE, time=_TIME)
        raise click.BadParameter(why, param_hint=option) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    try:
        moment.astimezone(UTC)
    except OverflowError:
        why = label("beyond calendars", language, text=repr(text))
        raise click.BadParameter(why, param_hint=option) from None
    return moment


def shown(stamp: Timestamp, zone: ZoneInfo) -> str:
    """Write an instant on the clocks of a zone."""
    return f"{stamp.ToDatetime(ZoneInfo('UTC')).astimezone(zone):%Y-%m-%d %H:%M}"
