"""``fairlead tenant``: what holds for a whole tenant."""

from __future__ import annotations

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.v1 import calendars_pb2 as calendars
from fairlead.wording import counted
from router.cli.lists import HELP
from router.cli.moved_deadlines import print_moved
from router.cli.words import last


@click.group(context_settings=HELP)
def tenant() -> None:
    """The zone of a tenant's clocks, the calendar of whoever has none, and how long what is closed may be reopened."""


@tenant.command("show")
@server_option
@tenant_option
def show_command(server: str, tenant: str) -> None:
    """Show zone, calendar, and how long what is closed may be reopened."""
    with connected(server, tenant) as client:
        click.echo(_line(client.get_tenant()))


@tenant.command("set")
@click.option("--time-zone", metavar="ZONE", help="As the IANA list has it, e.g. Asia/Shanghai.")
@click.option("--calendar", metavar="CALENDAR", help="Of whoever has none, nor their pool; '': they always work.")
@click.option(
    "--reopen-days",
    metavar="DAYS",
    type=click.IntRange(1, 3650),
    help="So long what is closed may be reopened: 1 to 3650.",
)
@server_option
@tenant_option
def set_command(time_zone: str | None, calendar: str | None, reopen_days: int | None, server: str, tenant: str) -> None:
    """Change zone, calendar, or how long what is closed may be reopened.

    \b
      $ fairlead tenant set --time-zone Asia/Shanghai --calendar shanghai
      default: Asia/Shanghai, calendar shanghai, reopened within 30 days
    """
    if time_zone is None and calendar is None and reopen_days is None:
        raise click.UsageError("say what is to change: --time-zone, --calendar or --reopen-days")
    with connected(server, tenant) as client:
        updated = client.update_tenant(time_zone=time_zone, calendar=calendar, reopen_days=reopen_days)
        click.echo(_line(updated))
        print_moved(client, [updated.workforce_revision])


def _line(tenant: calendars.Tenant) -> str:
    calendar = f"calendar {last(tenant.calendar)}" if tenant.calendar else "no calendar: whoever has none always works"
    days = counted(tenant.reopen_days, "day")
    return f"{last(tenant.name)}: {tenant.time_zone}, {calendar}, reopened within {days}"
