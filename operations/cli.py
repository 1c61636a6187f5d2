"""``fairlead operations``: have a running service train and rescore, follow it, cancel it, try it again.

Exit codes: 0 done; 1 the service refuses or does not answer, the operation ended with an error or left out rows in
error; 2 an option is not as it must be.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click
import grpc
from google.longrunning.operations_pb2 import Operation
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fairlead.client import FairleadClient, FairleadError
from fairlead.commands import connected, server_option, tenant_option
from fairlead.operations import metadata_of
from fairlead.v1 import models_pb2, scoring_pb2
from fairlead.v1.tables_pb2 import ReadOptions as ReadOptionsMessage
from operations.profit import profit_options
from operations.tables import report_of
from operations.telling import asked_time, facts_told, state_told, summary
from tables.cli import say, table_options
from tables.options import ReadOptions
from tables.report import ReadReport

_owner_option = click.option("--tenant", default="", help="Whose they are [default: everybody's].")
_NOR_SHARED = ", and none of everybody's; --tenant names another"
_detach_option = click.option("--detach", is_flag=True, help="Print its name and do not follow it.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def operations() -> None:
    """Have a running service train and rescore, and see how that stands.

    A worker carries an operation out, once, whoever of them is lost meanwhile; it outlives this command, and the
    service.

    \b
      $ fairlead operations train customers.csv --target Churn
      $ fairlead operations rescore customers.parquet scores
      $ fairlead operations list                  how they stand
      $ fairlead operations follow NAME           with a bar
      $ fairlead operations cancel NAME
      $ fairlead operations redrive NAME          one that was given up
    """


@operations.command()
@click.argument("data_path")
@click.option("--target", required=True, help="Column that holds the outcome.")
@click.option("--model", default="churn", show_default=True, help="Its name.")
@click.option("--positive", default="", help="Value that means the customer left. Default: yes, true or 1.")
@click.option("--negative", default="", help="Values that mean the customer stayed, separated by commas.")
@click.option("--id", "id_column", default="", help="Column that tells customers apart. Default: every row is one.")
@click.option("--drop", default="", help="Columns not to use, separated by commas.")
@click.option("--time", "time_column", default="", help="Column with the moment of a row; the future is then the test.")
@click.option("--rungs", type=click.IntRange(1, 7), help="Candidates to try, the simplest first. Default: all.")
@click.option("--seed", type=int, help="Default: 42.")
@profit_options
@table_options
@_detach_option
@_owner_option
@server_option
def train(
    data_path: str, target: str, model: str, positive: str, negative: str, id_column: str, drop: str, time_column: str,
    rungs: int | None, seed: int | None, detach: bool, tenant: str, server: str, reading: ReadOptions,
    profit: dict[str, float],
) -> None:  # fmt: skip
    """Train a model on DATA_PATH, a file below the service's folder of training data, or below the tenant's within."""
    with connected(server, tenant) as client:
        begun = client.operations.train(
            model if tenant else f"models/{model}",
            data_path,
            target,
            positive=positive,
            negative=_listed(negative),
            id_column=id_column,
            time_column=time_column,
            dropped_columns=_listed(drop),
            seed=seed,
            rungs=rungs or 0,
            read_options=ReadOptionsMessage(**reading.document()),
            profit=models_pb2.ProfitAssumptions(**profit),
        )
        _begun(client, begun, detach=detach)


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",") if name.strip()]


@operations.command()
@click.argument("data_path")
@click.argument("out_path")
@click.option("--version", "model_version", default="", help="Full name. Default: what scores the tenant's customers.")
@click.option(
    "--id", "id_column", default="", help="Column copied to the output [default: the schema's, else row numbers]."
)
@click.option("--as-of", type=click.DateTime(), help="UTC instant the features are known at [default: now].")
@click.option("--shard-rows", type=click.IntRange(1), help="Rows per output file. Default: 250000.")
@click.option(
    "--reasons", type=click.IntRange(0, 50), default=0, help="Reasons of each customer, heaviest first. Default: none."
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="Of the reasons.")
@click.option(
    "--allow-missing-columns",
    is_flag=True,
    help="Score a table that lacks more than half of the columns that the model reads; they count as missing.",
)
@table_options
@_detach_option
@tenant_option
@server_option
def rescore(
    data_path: str, out_path: str, model_version: str, id_column: str, as_of: datetime | None, shard_rows: int | None,
    reasons: int, language: str, allow_missing_columns: bool, detach: bool, tenant: str, server: str,
    reading: ReadOptions,
) -> None:  # fmt: skip
    """Score every customer in DATA_PATH into OUT_PATH, both below the tenant's own folders of the service."""
    with connected(server, tenant) as client:
        begun = client.operations.rescore(
            data_path,
            out_path,
            model_version=model_version,
            id_column=id_column,
            as_of=as_of.replace(tzinfo=UTC) if as_of else None,
            shard_rows=shard_rows or 0,
            top=reasons,
            locale=language,
            allow_missing_columns=allow_missing_columns,
            read_options=ReadOptionsMessage(**reading.document()),
        )
        _begun(client, begun, detach=detach)


@operations.command(name="list")
@click.option("--tenant", default="", help="Only theirs [default: those of tenant default, and everybody's].")
@server_option
def list_all(tenant: str, server: str) -> None:
    """List operations, newest first: trainings, rescorings, imports and bulk reassignments; times in UTC.

    Everybody's are those about models of all tenants; who may not see them is shown the tenant's alone.
    """
    with connected(server, tenant or "default") as client:
        listed = _listed_operations(client, is_shared=not tenant)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("operation", "asked", "by", "about", "state", "tries", "how far, or why"):
        table.add_column(heading, overflow="fold")
    for operation in listed:
        about = metadata_of(operation)
        since, tries = asked_time(about), str(about.delivery_count)
        table.add_row(operation.name, since, about.actor, about.target, state_told(about), tries, summary(operation))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200, highlight=False, markup=False)
    console.print(table if listed else f"there are none of tenant {tenant or 'default'}{'' if tenant else _NOR_SHARED}")


def _listed_operations(client: FairleadClient, *, is_shared: bool) -> list[Operation]:
    """List a tenant's operations, and everybody's where wanted and allowed, newest first."""
    listed = list(client.operations.list())
    if is_shared:
        try:
            listed += client.operations.list(everybody=True)
        except FairleadError as error:
            if error.code is not grpc.StatusCode.PERMISSION_DENIED:
                raise
    return sorted(listed, key=lambda each: metadata_of(each).create_time.ToNanoseconds(), reverse=True)


def _on_one(text: str, act: Callable[[FairleadClient, str], None], name: str) -> None:
    """Add a command about one operation."""

    @operations.command(name=name, help=text)
    @click.argument("name")
    @server_option
    def command(name: str, server: str) -> None:
        with connected(server, "") as client:
            act(client, name)


def _show(client: FairleadClient, name: str) -> None:
    operation = client.operations.get(name)
    click.echo("\n".join(facts_told(operation)))


def _follow(client: FairleadClient, name: str) -> None:
    columns = TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        for operation in client.operations.follow(name):
            about = metadata_of(operation)
            done, total = (1, 1) if operation.done else (about.done_count, about.total_count or None)
            bar.update(task, description=about.stage or state_told(about), completed=done, total=total)
    if operation.WhichOneof("result") == "error":
        raise click.ClickException(f"{name}: {summary(operation)}")
    accounts = _accounts(operation)
    for account in accounts:
        say(account)
    click.echo(summary(operation))
    if any(account.n_rejected for account in accounts):
        raise SystemExit(1)


def _cancel(client: FairleadClient, name: str) -> None:
    client.operations.cancel(name)
    _show(client, name)


def _redrive(client: FairleadClient, name: str) -> None:
    client.operations.redrive(name)
    _show(client, name)


_on_one("Show how one stands.", _show, "show")
_on_one("Follow one until it is over; Ctrl-C leaves it running.", _follow, "follow")
_on_one("End one that is not over.", _cancel, "cancel")
_on_one("Try one again that was given up.", _redrive, "redrive")


def _begun(client: FairleadClient, begun: Operation, *, detach: bool) -> None:
    click.echo(begun.name)
    if not detach:
        _follow(client, begun.name)


def _accounts(operation: Operation) -> list[ReadReport]:
    """Return the accounts of the tables that an operation has read; one of an older server tells none."""
    model, rescored = models_pb2.Model(), scoring_pb2.RescoreCustomersResponse()
    if operation.response.Unpack(model):
        return [report_of(model.read_report)] if model.HasField("read_report") else []
    return list(map(report_of, rescored.read_reports)) if operation.response.Unpack(rescored) else []
