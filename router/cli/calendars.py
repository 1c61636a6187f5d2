"""``fairlead calendars``: when people work, from files, from a country's days, as a table.

Exit codes: 0 done; 1 the service refuses, or cannot be reached; 2 a file cannot be read as it is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from google.protobuf.json_format import MessageToDict
from rich import box
from rich.table import Table

from fairlead.client import FairleadClient, FairleadError
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option
from fairlead.v1.calendars_pb2 import Calendar
from fairlead.wording import counted
from router.cli.calendar_days import brought_in, days_of, officially, taken_out
from router.cli.calendar_files import CalendarsFile, read_calendars
from router.cli.consoles import console_for
from router.cli.failing import InputFailed
from router.cli.labels import folding
from router.cli.lists import HELP
from router.cli.moved_deadlines import print_moved
from router.cli.problems import print_problems
from router.cli.words import last
from router.workforce.ics_file import MAX_BYTES
from rules.problems import Problem, in_order

FILE = click.Path(path_type=Path, dir_okay=False)
_SHOWN_DAYS = 14
_dry_run = click.option("--dry-run", is_flag=True, help="Check, and write nothing.")


@click.group(context_settings=HELP)
def calendars() -> None:
    """When people work: weekly hours, holidays, make-up workdays 调休."""


@calendars.command("list")
@json_option
@server_option
@tenant_option
def list_command(as_json: bool, server: str, tenant: str) -> None:
    """Show all calendars."""
    with connected(server, tenant) as client:
        listed = list(client.list_calendars())
    if as_json:
        documents = [MessageToDict(each, preserving_proto_field_name=True) for each in listed]
        click.echo(json.dumps({"calendars": documents}, ensure_ascii=False, indent=2))
        return
    headings = ("calendar", "name", "zone", "spans a week", "exceptions", "official until")
    table = Table(*folding(headings), title=counted(len(listed), "calendar"), title_justify="left", box=box.SIMPLE_HEAD)
    for each in listed:
        numbers = str(len(each.weekly)), str(len(each.exceptions))
        table.add_row(last(each.name), each.display_name, each.time_zone, *numbers, each.official_until)
    console_for(sys.stdout).print(table)


@calendars.command("show")
@click.argument("calendar")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="The first day shown [default: today there].")
@json_option
@server_option
@tenant_option
def show_command(calendar: str, first: datetime | None, as_json: bool, server: str, tenant: str) -> None:
    """Draw two weeks of CALENDAR on the clocks of its zone, and say until when its days are official.

    \b
      $ fairlead calendars show shanghai --from 2026-10-07
    """
    with connected(server, tenant) as client:
        shown = client.get_calendar(calendar)
        start = first.date() if first else _today(client, shown.time_zone)
    if as_json:
        click.echo(json.dumps(MessageToDict(shown, preserving_proto_field_name=True), ensure_ascii=False, indent=2))
        return
    title = " ".join(filter(None, [last(shown.name), shown.display_name, f"({shown.time_zone})"]))
    table = Table(*folding(("date", "day", "hours", "")), title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for day in days_of(shown, start, _SHOWN_DAYS):
        table.add_row(day.date, day.weekday, day.hours, day.remark)
    console_for(sys.stdout).print(table)
    click.echo(officially(shown))


def _today(client: FairleadClient, zone: str) -> date:
    """Return the day that it is in a zone by the service's clock, which may be a simulated one."""
    return client.get_tenant().current_time.ToDatetime(UTC).astimezone(ZoneInfo(zone)).date()


@calendars.command("load")
@click.argument("file", type=FILE)
@_dry_run
@server_option
@tenant_option
def load_command(file: Path, dry_run: bool, server: str, tenant: str) -> None:
    """Create the calendars of FILE, YAML, or change what it says of them.

    All are checked before one is written. A key that FILE leaves out leaves the field as it is: days that were imported
    stay where there is no `exceptions`. What is wrong is a line FILE:LINE:COLUMN error: what was found and is allowed;
    of what the service refuses, the first of each calendar. Tests beside rules take the same `calendars`, below
    `workforce`: see `fairlead rules test --help`. Which deadlines it moved is printed behind it.

    \b
      calendars:
        shanghai:
          name: 上海
          time_zone: Asia/Shanghai
          weekly: {mon-fri: [09:00-12:00, 13:00-18:00], sat: 09:00-12:00}
          exceptions:
            2026-12-24: 09:00-12:00                  # other hours
            2026-12-25: {name: Christmas}            # no hours: closed
            2026-12-31: {hours: 09:00-12:00, name: New Year's Eve}
          official_until: 2026-12-31                 # holidays after it are not known yet
    """
    content = _content(file)
    if not content.strip():
        raise InputFailed(f"{file}: it is empty; allowed: calendars below a key `calendars`, see --help")
    read = read_calendars(content)
    _refuse(file, read.problems)
    with connected(server, tenant) as client:
        _refuse(file, in_order(_refusals(client, read)))
        written = [] if dry_run else [client.upsert_calendar(each.message, mask=each.mask) for each in read.calendars]
        for each in read.calendars:
            click.echo(f"{each.message.name}: {'nothing is written' if dry_run else 'written'}")
        print_moved(client, [each.workforce_revision for each in written])


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputFailed(f"{file}: {error.strerror}") from error


def _refuse(file: Path, problems: Sequence[Problem]) -> None:
    if problems:
        print_problems(file, problems)
        sys.exit(2)


def _refusals(client: FairleadClient, read: CalendarsFile) -> list[Problem]:
    """Ask what a service would refuse."""
    problems: list[Problem] = []
    for each in read.calendars:
        try:
            client.upsert_calendar(each.message, mask=each.mask, validate_only=True)
        except FairleadError as error:
            if not error.violations:
                raise
            problems += read.refused(each, error.violations)
    return problems


@calendars.command("import")
@click.argument("calendar")
@click.argument("file", type=FILE, required=False)
@click.option("--country", default="", metavar="CODE", help="Whose days, e.g. CN, instead of FILE's.")
@click.option("--subdivision", default="", metavar="CODE", help="Whose days come on top, e.g. BY for Bavaria.")
@click.option("--years", required=True, metavar="YEARS", help="Of which years: 2026, or 2026-2027.")
@_dry_run
@server_option
@tenant_option
def import_command(
    calendar: str,
    file: Path | None,
    country: str,
    subdivision: str,
    years: str,
    dry_run: bool,
    server: str,
    tenant: str,
) -> None:
    """Bring days off and make-up workdays 调休 into CALENDAR: a country's, or those of FILE, an .ics file.

    They take the place of the exceptions of their dates. Import a country again, or a later state of a file, which is
    known by its calendar's name: days of YEARS that came from it before, and that it has no more, go. All others stay,
    such as those entered by hand. Each day that changes is printed, with + or -: with --dry-run, look at what an .ics
    file would bring before it counts. One that brings no day of YEARS is refused.

    \b
      $ fairlead calendars import shanghai --country CN --years 2026-2027
      + 2026-01-01 Thu closed: 元旦
      …
      shanghai: 47 exceptions, 47 new or changed; its days are official until 2026-12-31
      $ fairlead calendars import munich company.ics --years 2026
    """
    if bool(file) == bool(country):
        raise click.UsageError("name one source: --country CODE, or FILE")
    wanted = _years(years)
    with connected(server, tenant) as client:
        before = client.get_calendar(calendar)
        if file:
            imported = client.import_ics(calendar, _ics(file), wanted, validate_only=dry_run)
        else:
            imported = client.import_country(calendar, country, wanted, subdivision, validate_only=dry_run)
        _tell(before, imported, "; nothing is written" if dry_run else "")
        print_moved(client, [imported.workforce_revision])


def _ics(file: Path) -> bytes:
    content = _content(file)
    if not content.strip():
        raise InputFailed(f"{file}: it is empty; expected: an .ics file of one calendar")
    if len(content) > MAX_BYTES:
        raise InputFailed(f"{file}: {len(content):,} bytes; at most {MAX_BYTES:,}")
    return content


def _tell(before: Calendar, after: Calendar, written: str) -> None:
    """Print which days an import changed, so that nobody has to trust the titles of a file."""
    changed, gone = brought_in(before, after), taken_out(before, after)
    for mark, days in (("+", changed), ("-", gone)):
        for day in days:
            click.echo(f"{mark} {day.date} {day.weekday} {day.hours}{day.remark and f': {day.remark}'}")
    for note in after.import_notes:
        click.echo(note, err=True)
    exceptions = counted(len(after.exceptions), "exception")
    count = f"{exceptions}, {len(changed)} new or changed{f', {len(gone)} gone' if gone else ''}"
    click.echo(f"{last(after.name)}: {count}; {officially(after)}{written}")


def _years(text: str) -> list[int]:
    first, _, end = text.partition("-")
    if not (first.isdecimal() and (end or first).isdecimal()) or not 0 <= int(end or first) - int(first) < 20:
        raise click.BadParameter(
            f"{text!r}; allowed: a year such as 2026, or up to 20 as 2026-2027", param_hint="--years"
        )
    return list(range(int(first), int(end or first) + 1))


@calendars.command("delete")
@click.argument("calendar")
@server_option
@tenant_option
def delete_command(calendar: str, server: str, tenant: str) -> None:
    """Delete CALENDAR, which nobody may work by any more."""
    with connected(server, tenant) as client:
        client.delete_calendar(calendar)
    click.echo(f"{calendar}: deleted")
