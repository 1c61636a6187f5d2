"""``fairlead train`` and ``fairlead dataset``: options in, tables and figures out."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from failures import Failure, InvalidInput
from fairlead.wording import counted
from operations.profit import profit_options
from scoring.model.profit import AtRisk, ProfitAssumptions, at_risk_in_words, moved_in_words
from scoring.model.schema import FeatureSchema
from scoring.names import checked_tenant, registry_of
from scoring.registry.gates import at_risk, gates, grouped
from tables.cli import say, table_options
from tables.options import ReadOptions
from training import pipeline
from training.data.preparing import Prepared
from training.learn.candidates import LADDER
from training.pipeline import Published
from training.report.page import page_name
from training.report.words import Language
from training.request import TrainRequest
from training.seed import DEFAULT_SEED
from training.snapshots.build import AS_OF, Dataset, build, moments_of
from training.snapshots.certificate import Certificate, certify
from training.snapshots.definition import Definition
from training.snapshots.definition_file import read_definition
from training.snapshots.event_file import read_event_file
from training.snapshots.events import read_events
from training.snapshots.writing import write_dataset

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class BarsOnConsole:
    """Shows training's stages as bars; matches `training.progress.ProgressListenerListenerListener`."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bars = Bars(*columns, console=console)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def stage(self, name: str, n_steps: int) -> None:
        """Begin a bar."""
        self._task = self._bars.add_task(name, total=n_steps)

    def advance(self) -> None:
        """Fill the bar by a step."""
        if self._task is not None:
            self._bars.advance(self._task)


@click.command()
@click.option("--data", type=FILE, required=True, help="Table of customers: CSV, .csv.gz, Parquet or a workbook.")
@click.option("--target", required=True, help="Column that holds the outcome.")
@click.option("--positive", default="", help="Value that means the customer left. Default: yes, true or 1.")
@click.option(
    "--negative",
    default="",
    help="Values that mean the customer stayed, separated by commas; rows with others are then left out. "
    "Default: no, false or 0, or the one value beside --positive.",
)
@click.option("--id", "id_column", default="", help="Column that tells customers apart. Default: every row is one.")
@click.option("--drop", default="", help="Columns not to use, separated by commas.")
@click.option("--time", "time_column", default="", help="Column with the moment of a row; the future is then the test.")
@click.option(
    "--schema", "schema_file", type=FILE, help="Feature schema (JSON). Default: guessed and written beside the model."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="FAIRLEAD_MODELS",
    default=Path("fairlead-data/models"),
    show_default=True,
    help="Registry.",
)
@click.option("--tenant", default="", help="Whose own model it is [default: everybody's].")
@click.option("--model", default="churn", show_default=True, help="The model's name in the registry.")
@click.option(
    "--horizon-days",
    type=click.IntRange(min=0),
    help="Days until a row's outcome is known. Default: as the file says, else 0.",
)
@click.option(
    "--rungs",
    type=click.IntRange(1, len(LADDER)),
    default=len(LADDER),
    show_default=True,
    help="Candidates to try, the simplest first.",
)
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True)
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Of the report that is named at the end; both are written.",
)
@profit_options
@table_options
def train(
    data: Path, target: str, positive: str, negative: str, id_column: str, drop: str, time_column: str,
    schema_file: Path | None, out: Path, tenant: str, model: str, horizon_days: int | None, rungs: int, seed: int,
    language: Language, reading: ReadOptions, profit: dict[str, float],
) -> None:  # fmt: skip
    """Train a churn model on a table of customers and write it into a registry.

    All spellings of an outcome are one; a value that is neither yes nor no is named and refused. A column is what
    nearly all of it is: up to 1 % of other values are shown and taken as missing. Dates are left out: put the days
    since them into columns. Rows that are alike stay, in one fold.
    """
    console = Console()
    try:
        request = TrainRequest(
            tenant, model, str(data), target, positive, id_column, time_column, _listed(drop), seed, rungs,
            _listed(negative), reading, _assumptions(profit),
        )  # fmt: skip
        registry = Path(registry_of(str(out), checked_tenant(tenant, "--tenant")))
        schema = FeatureSchema.from_json(schema_file.read_bytes()) if schema_file else None
        ready = pipeline.read(request, data, schema=schema, horizon_days=horizon_days)
        say(ready.report)
        show_dropped(console, ready.prepared)
        with BarsOnConsole(console) as bars:
            published = pipeline.train_and_publish(ready, registry, bars)
    except Failure as error:
        raise click.ClickException(str(error)) from error
    show_figures(console, published, language)
    if ready.report.n_rejected:
        raise SystemExit(1)


def _assumptions(given: dict[str, float]) -> ProfitAssumptions:
    try:
        return ProfitAssumptions(**given)
    except InvalidInput as error:
        wrong = error.violations[0]
        option = wrong.field.rpartition(".")[2].replace("_", "-")
        raise click.UsageError(f"--{option}: {wrong.description}") from error


def _listed(drop: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in drop.split(",") if name.strip())


def show_dropped(console: Console, prepared: Prepared) -> None:
    """Print how the outcome and odd values were read, what was left out and why, and every suspicion."""
    for note in prepared.notes:
        console.print(f"[bold]{escape(note.about)}[/]: {escape(note.text)}", highlight=False)
    for dropped in prepared.dropped:
        what = dropped.column or counted(dropped.n_rows, "row")
        why = dropped.why.value.lower().replace("_", " ")
        console.print(f"left out [bold]{escape(what)}[/]: {why}, {escape(dropped.evidence)}", highlight=False)
    for feature in prepared.schema.features:
        if feature.total_of:
            console.print(f"added [bold]{feature.name}[/]: the sum of {', '.join(feature.total_of)}", highlight=False)
    for leak in prepared.leaks_inside:
        console.print(
            f"[yellow]suspected leak, kept by the given schema[/]: {' + '.join(leak.columns)}, {leak.evidence}",
            highlight=False,
        )


def show_figures(console: Console, published: Published, language: Language) -> None:
    """Print the figures beside those of simple rules, the benchmark and the champion."""
    report = published.report
    block = "test" if "test" in report else "cv"
    lines = {f"[bold]{report['candidate']} (exported)[/]": report[block]} | report["baselines"]
    lines |= {
        name: report[key]
        for name, key in (("full boosting, benchmark", "referee"), ("champion", "champion"))
        if "roc_auc" in (report[key] or {})
    }
    table = Table(
        *("", "ROC-AUC", "PR-AUC", "log-loss", "Brier", "ECE", "lift 10 %"),
        title="last block of time" if block == "test" else "5-fold",
    )
    for name, figures in lines.items():
        values = [figures[key] for key in ("roc_auc", "pr_auc", "log_loss", "brier", "ece", "lift_10")]
        table.add_row(name, *(f"{value:.4f}" for value in values))
    console.print(table)
    for group in grouped(gates(report)):
        names, passed = ", ".join(gate.name for gate in group), "[green]pass[/]" if group[0].passed else "[red]fail[/]"
        console.print(f"{passed} {names}: {escape(group[0].detail)}", highlight=False)
    console.print(at_risk_in_words(published.artefact.thresholds.at_risk, published.request.profit), highlight=False)
    if published.champion:
        show_moved(console, at_risk(published.artefact), at_risk(published.champion))
    console.print(
        f"version [bold]{published.artefact.manifest.version}[/]\nreport  {published.folder / page_name(language)}",
        highlight=False,
        soft_wrap=True,
    )


def show_moved(console: Console, now: AtRisk, champion: AtRisk) -> None:
    """Print by which assumptions others are at risk than by the champion, and the options that keep to its own."""
    if changed := now.changed_from(champion):
        options = " ".join(f"--{name.replace('_', '-')} {was:g}" for name, (was, _) in changed.items())
        console.print(
            f"other assumptions than the champion's: {moved_in_words(now, champion)}\n  to keep its own: {options}",
            highlight=False,
            soft_wrap=True,
        )


@click.command()
@click.option("--events", type=FILE, required=True, help="Table of events: CSV, .csv.gz, Parquet or a workbook.")
@click.option("--definition", "definition_file", type=FILE, required=True, help="Definition of the data set (YAML).")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Parquet file. Default: NAME.parquet.")
@click.option("--seed", type=int, default=DEFAULT_SEED, show_default=True, help="Of the leak certificate's changes.")
@table_options
def dataset(events: Path, definition_file: Path, out: Path | None, seed: int, reading: ReadOptions) -> None:
    """Build a table of customers from their events, as they were known at each moment, and prove that it knows no
    more.
    """
    console = Console()
    try:
        definition = read_definition(definition_file.read_bytes())
        table, account = read_event_file(events, definition, reading)
        say(account)
        log = read_events(table, definition)
        built = build(log, definition)
        certificate = certify(log, definition, moments_of(definition), seed=seed)
    except Failure as error:
        raise click.ClickException(str(error)) from error
    target = out or Path(f"{definition.name}.parquet")
    schema_file = write_dataset(built, definition, certificate, target)
    show_dataset(console, built, definition, certificate)
    train_it = f"--target {definition.label.name} --id customer --time as_of --schema {schema_file}"
    console.print(
        f"written {target}\ntrain   fairlead train --data {target} {train_it}", highlight=False, soft_wrap=True
    )
    if not certificate.is_green:
        raise click.ClickException("the leak certificate is red")
    if account.n_rejected:
        raise SystemExit(1)


def show_dataset(console: Console, built: Dataset, definition: Definition, certificate: Certificate) -> None:
    """Print what was built and the certificate."""
    lost = built.table[definition.label.name].to_numpy().mean()
    n_moments = len(built.table[AS_OF].unique())
    console.print(
        f"{counted(len(built.table), 'row')} of {counted(n_moments, 'moment')}, {lost:.1%} lost", highlight=False
    )
    if built.immature:
        console.print(
            f"{counted(len(built.immature), 'moment')} left out: their outcome is not known yet", highlight=False
        )
    colour = "[green]green[/]" if certificate.is_green else "[red]red[/]"
    changed = (
        f"{counted(certificate.n_changed, 'later event')} changed at {counted(len(certificate.moments), 'moment')}"
    )
    console.print(f"leak certificate {colour}: {changed}", highlight=False)
    for difference in certificate.differences:
        console.print(f"  {difference}", highlight=False)
