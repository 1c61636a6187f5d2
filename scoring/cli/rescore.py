"""``fairlead rescore``: score a table of customers, of any size, to Parquet; interrupt and repeat it at will."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fairlead.wording import counted
from scoring.batch.adapters import executors as crews
from scoring.batch.adapters import runs
from scoring.batch.plan import ROWS_PER_SHARD
from scoring.cli.failing import failures_in_words
from scoring.customers import MAX_REASONS
from scoring.errors import NotFound, NotPossible
from scoring.model.profit import assumptions_of, at_risk_in_words
from scoring.names import checked_tenant, registry_of
from scoring.registry import gates
from scoring.registry.adapters.storage import open_storage
from scoring.registry.registry import Registry
from tables.cli import say, table_options
from tables.options import ReadOptions


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="A table (CSV, .csv.gz, Parquet, workbook), or a folder of them.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the results.")
@click.option("--model", "named", default="champion", show_default=True, help="ALIAS, VERSION, MODEL or MODEL/ALIAS.")
@click.option(
    "--registry",
    "url",
    envvar="FAIRLEAD_MODELS",
    default="fairlead-data/models",
    show_default=True,
    help="Folder or fsspec URL.",
)
@click.option("--tenant", default="", help="By whose own models [default: everybody's].")
@click.option(
    "--id", "id_column", default="", help="Column copied to the output [default: the schema's, else row numbers]."
)
@click.option(
    "--as-of", type=click.DateTime(), default=None, help="UTC instant the features are known at [default: now]."
)
@click.option(
    "--processes", type=click.IntRange(1, 256), default=lambda: os.cpu_count() or 1, show_default="one per core"
)
@click.option(
    "--shard-rows", type=click.IntRange(1), default=ROWS_PER_SHARD, show_default=True, help="Rows per output file."
)
@click.option(
    "--reasons",
    type=click.IntRange(0, MAX_REASONS),
    default=0,
    show_default=True,
    help="Write a column with at most so many reasons of each customer, the heaviest first.",
)
@click.option("--language", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="Of the reasons.")
@click.option(
    "--allow-missing-columns",
    is_flag=True,
    help="Score a table that lacks more than half of the columns that the model reads; they count as missing.",
)
@click.option(
    "--dask", "address", default="", help="Score on the Dask cluster at this address instead of in processes here."
)
@table_options
@failures_in_words
def rescore(
    data: Path,
    out: Path,
    named: str,
    url: str,
    tenant: str,
    id_column: str,
    as_of: datetime | None,
    processes: int,
    shard_rows: int,
    reasons: int,
    language: str,
    allow_missing_columns: bool,
    address: str,
    reading: ReadOptions,
) -> None:
    """Score every customer in a table; results are Parquet, one file per shard, in the input's order.

    Killed or failed, the same command takes up where it was. Equal input, model and instant give equal files, whoever
    computes them.
    """
    url = registry_of(url, checked_tenant(tenant, "--tenant"))
    model, version = split_name(named, url)
    models = Registry(open_storage(url), lambda: datetime.now(UTC))
    artefact = models.load(model, models.called(model, version))
    instant = as_of.replace(tzinfo=UTC) if as_of else None
    registry = url if "://" in url else str(Path(url).absolute())
    wanted = runs.RescoreRequest(
        data, out, id_column, instant, shard_rows, reading, reasons, language, allow_missing_columns
    )
    run = runs.take_up(wanted, registry, model, artefact)
    for account in run.accounts:
        say(account)
    done = crews.run_on_dask(run.job, run.left, address) if address else crews.run_here(run.job, run.left, processes)
    _follow(done, run)
    files = counted(len(run.plan.shards), "file")
    click.echo(f"{counted(run.n_customers, 'customer')} in {files} in {out}, by {run.plan.model}")
    assumptions = assumptions_of(gates.read_report(artefact.report))
    click.echo(f"{run.n_at_risk:,} of them {at_risk_in_words(artefact.thresholds.at_risk, assumptions)}")
    if repeated := run.repeated_ids:
        click.echo(f"  {repeated}; each row was scored", err=True)
    if any(account.n_rejected for account in run.accounts):
        raise SystemExit(1)


def split_name(named: str, url: str) -> tuple[str, str]:
    """Read ``--model``: a model, a version or alias, or both with a slash; the only model may be left out.

    Raises
    ------
    NotPossible
        If the model is left out and there are several.
    """
    model, _, version = named.partition("/")
    models = list(open_storage(url).models())
    if version or model in models:
        return model, version or "champion"
    if not models:
        raise NotFound("registry with models", url)
    if len(models) > 1:
        raise NotPossible("--model", f"name one of {', '.join(models)}, e.g. {models[0]}/{named}")
    return models[0], named


def _follow(done: Iterator[int], run: runs.Run) -> None:
    columns = TextColumn("rescoring"), BarColumn(), MofNCompleteColumn(), TextColumn("customers"), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=run.plan.n_rows, completed=run.plan.n_rows - run.left_rows)
        for rows in done:
            bar.advance(task, rows)
