"""``fairlead models``: what stands in the registry, which version serves, and changing that."""

from __future__ import annotations

import functools
import getpass
from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console
from rich.table import Table

from scoring.cli.failing import failures_in_words
from scoring.names import checked_tenant
from scoring.registry import gates
from scoring.registry.journal import AliasState
from scoring.registry.registry import Registry
from scoring.services import registries


def _filled(context: click.Context, option: click.Parameter, value: str) -> str:
    """Refuse an option that is given and empty: a shell's unset variable would switch off what it is to check."""
    if not value and context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE:
        raise click.BadParameter("is empty: leave the option out, or say which")
    return value


def _registry(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the registry that its options name; failures are told in words."""

    @click.option(
        "--registry",
        "url",
        envvar="FAIRLEAD_MODELS",
        default="fairlead-data/models",
        show_default=True,
        help="Folder or fsspec URL of the registry [env: FAIRLEAD_MODELS].",
    )
    @click.option("--tenant", default="", callback=_filled, help="Whose own models they are [default: everybody's].")
    @functools.wraps(command)
    @failures_in_words
    def opened(url: str, tenant: str, **options: Any) -> None:
        command(registries(url)(checked_tenant(tenant, "--tenant")), **options)

    return opened


_model = click.argument("model")
_actor = click.option("--actor", default=getpass.getuser, show_default="your login", help="Who answers for it.")
_etag = click.option("--etag", default="", callback=_filled, help="Fail unless the aliases are still these.")
_reason = click.option("--reason", default="", help="Why; needed with --override.")


@click.group()
def models() -> None:
    """List, compare, challenge, promote and roll back models."""


@models.command("list")
@_registry
def list_models(registry: Registry) -> None:
    """List every model, its versions and their aliases."""
    table = Table("model", "version", "alias")
    for model in registry.models():
        state = registry.state(model)
        for version in registry.versions(model):
            table.add_row(model, version, ", ".join(state.aliases_of(version)))
    Console().print(table)


@models.command()
@_registry
@_model
@click.argument("version", default="champion")
def show(registry: Registry, model: str, version: str) -> None:
    """Verify a version and show where it comes from, its figures, its gates and the model's last changes."""
    console = Console()
    artefact = registry.load(model, version)
    manifest, report = artefact.manifest, gates.read_report(artefact.report)
    console.print(f"[bold]{model} {manifest.version}[/]  trained {manifest.created_time:%Y-%m-%d %H:%M %Z}, verified")
    console.print(f"digest {artefact.digest}")
    tables = artefact.tables
    console.print(
        f"{len(tables.bins)} features, {len(tables.pairs)} pairs, {len(tables.triples)} triples, "
        f"label {manifest.label.name}"
    )
    for name, value in gates.figures(report).items():
        console.print(f"  {name:24} {value:.4f}")
    for gate in gates.gates(report):
        console.print(f"  {'[green]pass[/]' if gate.passed else '[red]fail[/]'} {gate.name} {gate.detail}")
    for entry in registry.history(model)[:10]:
        named = entry.challenger if entry.action == "challenge" else entry.champion
        console.print(f"{entry.time:%Y-%m-%d %H:%M} {entry.action} → {named} by {entry.actor} {entry.reason}")


@models.command()
@_registry
@_model
@click.argument("first", default="champion")
@click.argument("second", default="challenger")
def compare(registry: Registry, model: str, first: str, second: str) -> None:
    """Set two versions side by side; versions or aliases."""
    comparison = registry.compare(model, first, second)
    table = Table("figure", *comparison.versions, "difference")
    for name, (one, two) in comparison.figures.items():
        table.add_row(name, f"{one:.4f}", f"{two:.4f}", f"{two - one:+.4f}")
    console = Console()
    console.print(table)
    for version, names in zip(comparison.versions, (comparison.only_in_first, comparison.only_in_second), strict=True):
        if names:
            console.print(f"only {version} reads: {', '.join(names)}")


@models.command()
@_registry
@_model
@click.argument("version")
@_actor
@click.option("--reason", default="", help="Why.")
@_etag
def challenge(registry: Registry, model: str, version: str, actor: str, reason: str, etag: str) -> None:
    """Name a version the challenger: what `compare` and `promote` mean when they are not told otherwise."""
    _say(registry.challenge(model, version, actor=actor, reason=reason, etag=etag))


@models.command()
@_registry
@_model
@click.argument("version", default="challenger")
@_actor
@_reason
@click.option("--override", is_flag=True, help="Promote though gates failed.")
@_etag
def promote(registry: Registry, model: str, version: str, actor: str, reason: str, override: bool, etag: str) -> None:
    """Make a version the champion; servers follow within a second."""
    state = registry.promote(model, version, actor=actor, reason=reason, override=override, etag=etag)
    _say(state)


@models.command()
@_registry
@_model
@_actor
@_reason
@_etag
def rollback(registry: Registry, model: str, actor: str, reason: str, etag: str) -> None:
    """Make the previous version the champion again."""
    _say(registry.rollback(model, actor=actor, reason=reason, etag=etag))


@models.command()
@_registry
@_model
@click.option("--noted", metavar="ETAG", help="An etag noted earlier: the journal must still have had it.")
def audit(registry: Registry, model: str, noted: str | None) -> None:
    """Prove that the record of who promoted what was not altered; exits with 1 if it was."""
    faults = registry.breaks(model)
    number, etag = registry.state(model).number, registry.state(model).etag
    if noted is not None and noted not in registry.etags(model):
        faults.append(f"no entry has the etag {noted!r}, which was noted: this is another past")
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(f"{number} changes of {model}, none altered. To prove it later, note elsewhere: {etag}")


def _say(state: AliasState) -> None:
    aliases = (f"{alias} {state.version(alias) or '—'}" for alias in ("champion", "challenger", "previous"))
    click.echo(f"{state.model}: {', '.join(aliases)} (etag {state.etag})")
