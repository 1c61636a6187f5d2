"""``fairlead models``: what stands in the registry, which version serves, and changing that."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from scoring import gates
from scoring.adapters.shelves import open_shelf
from scoring.cli.failing import failures_in_words
from scoring.journal import Standing
from scoring.registry import Registry

_registry = click.option(
    "--registry",
    "url",
    envvar="FAIRLEAD_MODELS",
    default="fairlead-data/models",
    show_default=True,
    help="Folder or fsspec URL of the registry [env: FAIRLEAD_MODELS].",
)
_model = click.argument("model")
_actor = click.option("--actor", default=getpass.getuser, show_default="your login", help="Who answers for it.")
_reason = click.option("--reason", default="", help="Why; needed with --override.")


@click.group()
def models() -> None:
    """List, compare, challenge, promote and roll back models."""


@models.command("list")
@_registry
@failures_in_words
def list_models(url: str) -> None:
    """List every model, its versions and their aliases."""
    registry = _open(url)
    table = Table("model", "version", "alias")
    for model in registry.models():
        standing = registry.standing(model)
        for version in registry.versions(model):
            table.add_row(model, version, ", ".join(standing.aliases_of(version)))
    Console().print(table)


@models.command()
@_registry
@_model
@click.argument("version", default="champion")
@failures_in_words
def show(url: str, model: str, version: str) -> None:
    """Verify a version and show where it comes from, its figures, its gates and the model's last changes."""
    registry, console = _open(url), Console()
    found = registry.load(model, version)
    manifest, report = found.manifest, gates.read_report(found.report)
    console.print(f"[bold]{model} {manifest.version}[/]  trained {manifest.created_time:%Y-%m-%d %H:%M %Z}, verified")
    console.print(f"digest {found.digest}")
    console.print(
        f"{len(found.schema.features)} features, {len(found.tables.pairs)} pairs, label {manifest.label.name}"
    )
    for name, value in gates.figures(report).items():
        console.print(f"  {name:24} {value:.4f}")
    for gate in gates.gates(report):
        console.print(f"  {'[green]open  [/]' if gate.passed else '[red]closed[/]'} {gate.name} {gate.detail}")
    for entry in registry.history(model)[:10]:
        named = entry.challenger if entry.action == "challenge" else entry.champion
        console.print(f"{entry.time:%Y-%m-%d %H:%M} {entry.action} → {named} by {entry.actor} {entry.reason}")


@models.command()
@_registry
@_model
@click.argument("first", default="champion")
@click.argument("second", default="challenger")
@failures_in_words
def compare(url: str, model: str, first: str, second: str) -> None:
    """Set two versions side by side; versions or aliases."""
    found = _open(url).compare(model, first, second)
    table = Table("figure", *found.versions, "difference")
    for name, (one, two) in found.figures.items():
        table.add_row(name, f"{one:.4f}", f"{two:.4f}", f"{two - one:+.4f}")
    console = Console()
    console.print(table)
    for version, names in zip(found.versions, (found.only_in_first, found.only_in_second), strict=True):
        if names:
            console.print(f"only {version} reads: {', '.join(names)}")


@models.command()
@_registry
@_model
@click.argument("version")
@_actor
@click.option("--reason", default="", help="Why.")
@click.option("--etag", default="", help="Fail unless the aliases are still these.")
@failures_in_words
def challenge(url: str, model: str, version: str, actor: str, reason: str, etag: str) -> None:
    """Name a version the challenger: what `compare` and `promote` mean when they are not told otherwise."""
    _say(_open(url).challenge(model, version, actor=actor, reason=reason, etag=etag))


@models.command()
@_registry
@_model
@click.argument("version", default="challenger")
@_actor
@_reason
@click.option("--override", is_flag=True, help="Promote though gates are closed.")
@click.option("--etag", default="", help="Fail unless the aliases are still these.")
@failures_in_words
def promote(url: str, model: str, version: str, actor: str, reason: str, override: bool, etag: str) -> None:
    """Make a version the champion; servers follow within a second."""
    standing = _open(url).promote(model, version, actor=actor, reason=reason, override=override, etag=etag)
    _say(standing)


@models.command()
@_registry
@_model
@_actor
@_reason
@click.option("--etag", default="", help="Fail unless the aliases are still these.")
@failures_in_words
def rollback(url: str, model: str, actor: str, reason: str, etag: str) -> None:
    """Make the previous version the champion again."""
    _say(_open(url).rollback(model, actor=actor, reason=reason, etag=etag))


@models.command()
@_registry
@_model
@click.option("--noted", default="", metavar="ETAG", help="An etag noted earlier: the journal must still have had it.")
@failures_in_words
def audit(url: str, model: str, noted: str) -> None:
    """Prove that the record of who promoted what was not altered; exits with 1 if it was."""
    registry = _open(url)
    faults = registry.breaks(model)
    number, etag = registry.standing(model).number, registry.standing(model).etag
    if noted and noted not in registry.etags(model):
        faults.append(f"no entry has the etag {noted}, which was noted: this is another past")
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(f"{number} changes of {model}, none altered. To prove it later, note elsewhere: {etag}")


def _open(url: str) -> Registry:
    return Registry(open_shelf(url), lambda: datetime.now(UTC))


def _say(standing: Standing) -> None:
    aliases = (f"{alias} {standing.version(alias) or '—'}" for alias in ("champion", "challenger", "previous"))
    click.echo(f"{standing.model}: {', '.join(aliases)} (etag {standing.etag})")
