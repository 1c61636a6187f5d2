"""``fairlead process migrate``: open work items go on by the active revision of their process.

Exit codes: 0 all were migrated, or would be; 1 some cannot be, the service refuses or does not answer; 2 an option is
not as it must be.
"""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1.deadlines_pb2 import MovedDeadline
from fairlead.wording import counted
from router.cli.words import last


@click.command("migrate")
@click.argument("process")
@click.option("--stage", "pairs", multiple=True, metavar="OLD=NEW", help="Where what is in OLD goes on; repeatable.")
@click.option("--preview", is_flag=True, help="Say what would change; write nothing.")
@server_option
@tenant_option
def migrate_command(process: str, pairs: tuple[str, ...], preview: bool, server: str, tenant: str) -> None:
    """Have open work items go on by the active revision of PROCESS; look at what --preview says first.

    What runs is then due as that revision says, from when it was started; what is over stays as it was. The exit code
    is 1 where a work item cannot be migrated, for its stage is no more: say where it goes on by --stage.

    \b
      $ fairlead process migrate sales --preview
      crm~L-1: sales@3 new → new; first-response due 2026-09-20 09:20 → 10:20
      1 work item would be migrated.
    """
    stages = dict(_pair(written) for written in pairs)
    with connected(server, tenant) as client:
        zone = ZoneInfo(client.get_tenant().time_zone)
        migrated = faults = 0
        for each in client.migrate_work_items(process, stages, preview=preview):
            click.echo(_told(each, zone))
            migrated, faults = migrated + (not each.fault), faults + bool(each.fault)
    done = "would be" if preview else "were" if migrated != 1 else "was"
    click.echo(f"{counted(migrated, 'work item')} {done} migrated.")
    if faults:
        raise click.ClickException(f"{faults:,} cannot be migrated, see above")


def _pair(written: str) -> tuple[str, str]:
    old, equals, new = written.partition("=")
    if not (old and equals and new):
        raise click.BadParameter(f"{written!r}: must be OLD=NEW, two stages", param_hint="--stage")
    return old, new


def _told(migration: processes.WorkItemMigration, zone: ZoneInfo) -> str:
    """Say on a line what becomes of a work item."""
    item, before = last(migration.work_item), last(migration.earlier_process)
    if migration.fault:
        return f"{item}: stays in {before} {migration.earlier_stage}: {migration.fault}"
    moved = [
        f"{each.deadline} due {_due(each, 'earlier_due_time', zone)} → {_due(each, 'due_time', zone)}"
        for each in migration.deadlines
    ]
    return "; ".join([f"{item}: {before} {migration.earlier_stage} → {migration.stage}", *moved])


def _due(moved: MovedDeadline, field: str, zone: ZoneInfo) -> str:
    if not moved.HasField(field):
        return "-"
    return f"{getattr(moved, field).ToDatetime(UTC).astimezone(zone):%Y-%m-%d %H:%M}"
