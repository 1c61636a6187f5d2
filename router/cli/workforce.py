"""``fairlead workforce``: reps, pools and territories from files, as a table, and back into files.

Exit codes: 0 done, or there was nothing to do; 1 the service refuses, or cannot be reached; 2 a file cannot be read as
it is, or is there already.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from rich import box
from rich.table import Table

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option
from fairlead.v1 import workforce_pb2 as workforce_messages
from router.cli.consoles import console_for
from router.cli.failing import InputFailed
from router.cli.labels import folding
from router.cli.workforce_changes import became, change_line, summary
from router.cli.workforce_export import ExportedWorkforce, Rows, listed, write
from router.cli.workforce_loading import WorkforceFiles, applied, read_files, request_of
from tables.cli import say, table_options
from tables.options import ReadOptions

FILE = click.Path(path_type=Path, dir_okay=False)
KINDS = ("reps", "pools", "territories")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def workforce() -> None:
    """Load, list and export reps, pools and territories."""


@workforce.command("load")
@click.option("--reps", type=FILE, help="Reps, one per line.")
@click.option("--pools", type=FILE, help="Pools, one per line.")
@click.option("--territories", type=FILE, help="Territories, one per line.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option(
    "--prune", is_flag=True, help="Deactivate reps, and delete pools and territories, that their file does not name."
)
@click.option(
    "--etag", default="", metavar="ETAG", help="Refuse unless the workforce is as it was when this was printed."
)
@json_option
@server_option
@tenant_option
@table_options
def load(
    reps: Path | None,
    pools: Path | None,
    territories: Path | None,
    dry_run: bool,
    prune: bool,
    etag: str,
    as_json: bool,
    server: str,
    tenant: str,
    reading: ReadOptions,
) -> None:
    """Enter reps, pools and territories from files, all of them as one revision or none.

    Rows are found by their id. A column that a file does not have leaves the field as it is, an empty cell clears it.
    What a file does not name stays, unless --prune: then reps are deactivated (they keep what they own), and pools,
    with their ledgers, and territories are deleted; of a kind without a file nothing is.

    \b
      $ fairlead workforce load --reps reps.csv --pools pools.csv --dry-run
      $ fairlead workforce load --reps reps.csv --pools pools.csv

    \b
    Columns (英文或中文; any order; lists separated by ; or |):
      reps         id 编号, name 姓名, regions 区域, industries 行业, skills 技能, languages 语言,
                   pools 分配池 (east:2;key-accounts; all pools of the rep), weight 权重, active 在职,
                   capacity_LEAD 线索上限, calendar 日历, manager 上级, channels 通知渠道 (mail;east-bot),
                   caps 限额 (daily:COUNT 20 DAY; …); attributes (a JSON object);
                   any other column becomes an attribute
      pools        id 分配池, name 名称, members 成员 (li-na:2;anna; all of them), band, value_weighted, caps 限额,
                   calendar 日历, managers 主管 (anna;bo), leave_buffer_hours (nothing new before a leave),
                   dispatch 派发方式 (push; offer 15m REP open=2 away=3; broadcast 90s band=2)
      territories  id 区域, parent 上级, name 名称

    Who is in a pool stands in the reps' file or in the pools', not in both. A text that a cell would not give
    back, such as NA, is written json:"NA". Files are CSV, Parquet or workbooks; the options below are of all of them.
    Exit codes: 0 done, or nothing to do; 1 the service refuses; 2 a file cannot be read as it is.
    """
    if not (reps or pools or territories):
        raise click.UsageError("name at least one file: --reps, --pools or --territories")
    files = read_files(reps, pools, territories, reading)
    with connected(server, tenant) as client:
        answer = applied(client, files, request_of(files, prune=prune, etag=etag), dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(MessageToDict(answer, preserving_proto_field_name=True), ensure_ascii=False, indent=2))
        return
    _say_beforehand(files)
    for change in answer.changes:
        click.echo(change_line(change))
    click.echo(_became(answer, dry_run=dry_run))


def _say_beforehand(files: WorkforceFiles) -> None:
    for report in files.reports:
        say(report)
    for remark in files.remarks():
        click.secho(remark, fg="yellow", err=True)


def _became(answer: workforce_messages.ApplyWorkforceResponse, *, dry_run: bool) -> str:
    if not answer.changes:
        return f"nothing changes: the workforce stays at revision {answer.revision}"
    if dry_run:
        return f"{summary(answer.changes)}; nothing is written (etag {answer.etag})"
    return became(answer)


@workforce.command("list")
@click.argument("kind", type=click.Choice(KINDS), required=False)
@json_option
@server_option
@tenant_option
def list_command(kind: str | None, as_json: bool, server: str, tenant: str) -> None:
    """Show reps, pools and territories, or one KIND of them.

    \b
      $ fairlead workforce list reps
    """
    kinds = (kind,) if kind else KINDS
    with connected(server, tenant) as client:
        records = _records(client)
    if as_json:
        documents: dict[str, Any] = {
            name: [MessageToDict(record, preserving_proto_field_name=True) for record in getattr(records, name)]
            for name in kinds
        }
        click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
        return
    console, shown = console_for(sys.stdout), listed(records)
    for name in kinds:
        console.print(_table(f"{len(shown[name]) - 1} {name}", shown[name]))


def _table(title: str, rows: Rows) -> Table:
    table = Table(*folding(rows[0]), title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for row in rows[1:]:
        table.add_row(*row)
    return table


def _records(client: FairleadClient) -> ExportedWorkforce:
    return ExportedWorkforce(list(client.list_reps()), list(client.list_pools()), list(client.list_territories()))


@workforce.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--force", is_flag=True, help="Write over files that are there.")
@server_option
@tenant_option
def export_command(folder: Path, force: bool, server: str, tenant: str) -> None:
    """Write reps.csv, pools.csv and territories.csv into FOLDER, as load takes them back.

    Loading them changes nothing. Of what there is none, no file is written.

    \b
      $ fairlead workforce export staff
      staff/territories.csv: 24
      staff/reps.csv: 19
      staff/pools.csv: 7
    """
    with connected(server, tenant) as client:
        tables = _records(client).tables()
    present = [str(folder / name) for name in tables if (folder / name).exists()]
    if present and not force:
        raise InputFailed(f"{', '.join(present)}: there already; --force writes over")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in tables.items():
            write(folder / name, rows)
            click.echo(f"{folder / name}: {len(rows) - 1}")
    except OSError as error:
        raise InputFailed(f"{folder}: {error.strerror}") from error
    if not tables:
        click.echo("no reps, pools or territories: no file is written")
