"""``fairlead models``: what stands in the registry, which version serves, and changing that."""

from __future__ import annotations

import functools
import getpass
import sys
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

import click
from click.core import ParameterSource
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fairlead.wording import counted
from scoring.cli.failing import failures_in_words
from scoring.errors import ArtefactRefused, NotFound
from scoring.model.profit import AtRisk, assumptions_of, at_risk_in_words, moved_in_words
from scoring.names import checked_tenant
from scoring.registry import gates
from scoring.registry.journal import AliasState, Entry
from scoring.registry.registry import Registry
from scoring.services import registries

FIGURES = {"ROC-AUC": "roc_auc", "PR-AUC": "pr_auc", "Brier": "brier", "ECE": "ece"}
"""Figures of the list, and what a report calls them."""
JUDGED_BY = {"test": "last block", "cv": "5-fold"}
OVERRIDDEN = "[red]OVERRIDDEN[/]"
"""Marks a version that was promoted though gates failed."""


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
    """List, compare, challenge, promote and roll back models.

    A VERSION may be an alias, or the beginning of a version's name, four characters or more, that no other has.
    """


@models.command("list")
@_registry
def list_models(registry: Registry) -> None:
    """List every model and its versions: when they were trained, how good they are, and which gates failed.

    Figures are those of the last block of time, or else of cross-validation; OVERRIDDEN marks a version that was
    promoted though gates failed.
    """
    table = _table("model", "version", "alias", "trained", "judged by", *FIGURES, "at risk from", "gates")
    for model in registry.models():
        state = registry.state(model)
        overridden = {entry.named for entry in registry.history(model) if entry.overridden}
        for version in registry.versions(model):
            mark = f" {OVERRIDDEN}" if version in overridden else ""
            about = _about(registry, model, version)
            table.add_row(model, version, ", ".join(state.aliases_of(version)), *about[:-1], about[-1] + mark)
    _console().print(table)


def _about(registry: Registry, model: str, version: str) -> list[str]:
    """Return what the list says of a version behind its aliases, the gates last."""
    try:
        artefact = registry.load(model, version)
    except ArtefactRefused as refusal:
        return [*[""] * (3 + len(FIGURES)), f"refused: {refusal}"]
    report = gates.read_report(artefact.report)
    block, figures = gates.headline(report)
    shown = [f"{figures[name]:.4f}" if name in figures else "" for name in FIGURES.values()]
    failed = [gate.name for gate in gates.gates(report) if not gate.passed]
    passed = "pass" if report.get("gates") else "none in its report"
    return [
        f"{artefact.manifest.created_time:%Y-%m-%d %H:%M}", JUDGED_BY.get(block, ""), *shown,
        f"{artefact.thresholds.at_risk:.1%}", f"fail: {', '.join(failed)}" if failed else passed,
    ]  # fmt: skip


@models.command()
@_registry
@_model
@click.argument("version", default="champion")
def show(registry: Registry, model: str, version: str) -> None:
    """Verify a version and show where it comes from, its figures, its gates and the model's last changes."""
    console = Console(highlight=False, soft_wrap=True)
    artefact = registry.load(model, registry.called(model, version))
    manifest, report = artefact.manifest, gates.read_report(artefact.report)
    console.print(f"[bold]{model} {manifest.version}[/]  trained {manifest.created_time:%Y-%m-%d %H:%M %Z}, verified")
    console.print(f"digest {artefact.digest}")
    tables = artefact.tables
    console.print(
        f"{counted(len(tables.bins), 'feature')}, {counted(len(tables.pairs), 'pair')}, "
        f"{counted(len(tables.triples), 'triple')}, "
        f"label {manifest.label.name}"
    )
    console.print(at_risk_in_words(artefact.thresholds.at_risk, assumptions_of(report)))
    for name, value in gates.figures(report).items():
        console.print(f"  {name:24} {value:.4f}")
    for group in gates.grouped(gates.gates(report)):
        passed = "[green]pass[/]" if group[0].passed else "[red]fail[/]"
        console.print(f"  {passed} {', '.join(gate.name for gate in group)}: {escape(group[0].detail)}")
    for entry in registry.history(model)[:10]:
        who, why = escape(entry.actor), escape(entry.reason)
        console.print(f"{entry.time:%Y-%m-%d %H:%M} {_change(entry)} by {who}: {why or 'no reason given'}")


def _change(entry: Entry) -> str:
    """Say what a change did, and whether it went over gates that failed."""
    what = f"{entry.action} → {entry.named}"
    return f"{what} {OVERRIDDEN} {escape('; '.join(entry.overridden))}" if entry.overridden else what


@models.command()
@_registry
@_model
@click.argument("first", default="champion")
@click.argument("second", default="challenger")
def compare(registry: Registry, model: str, first: str, second: str) -> None:
    """Set two versions side by side; versions or aliases."""
    comparison = registry.compare(model, registry.called(model, first), registry.called(model, second))
    table = Table("figure", *comparison.versions, "difference")
    for row in _compared_risks(*comparison.at_risk):
        table.add_row(*row)
    for name, (one, two) in comparison.figures.items():
        table.add_row(name, f"{one:.4f}", f"{two:.4f}", f"{two - one:+.4f}")
    console = Console()
    console.print(table)
    for version, names in zip(comparison.versions, (comparison.only_in_first, comparison.only_in_second), strict=True):
        if names:
            console.print(f"only {version} reads: {', '.join(names)}")


def _compared_risks(first: AtRisk, second: AtRisk) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the thresholds, and of the assumptions in which they differ."""
    shares = first.threshold, second.threshold
    yield "at risk from", *(f"{share:.1%}" for share in shares), f"{100 * (shares[1] - shares[0]):+.1f} points"
    for name, (one, two) in second.changed_from(first).items():
        yield f"  {name.replace('_', ' ')}", f"{one:g}", f"{two:g}", f"{two - one:+g}"


@models.command()
@_registry
@_model
@click.argument("version")
@_actor
@click.option("--reason", default="", help="Why.")
@_etag
def challenge(registry: Registry, model: str, version: str, actor: str, reason: str, etag: str) -> None:
    """Name a version the challenger: what `compare` and `promote` mean when they are not told otherwise.

    A line says so where it would take others for at risk than the champion does, and by which assumptions.
    """
    _say(registry.challenge(model, registry.called(model, version), actor=actor, reason=reason, etag=etag))
    _say_moved(_at_risk(registry, model, "challenger"), _at_risk(registry, model, "champion"), "as champion: ")


@models.command()
@_registry
@_model
@click.argument("version", default="challenger")
@_actor
@_reason
@click.option("--override", is_flag=True, help="Promote though gates failed.")
@_etag
def promote(registry: Registry, model: str, version: str, actor: str, reason: str, override: bool, etag: str) -> None:
    """Make a version the champion; servers follow within a second.

    A line says so where it takes others for at risk than the champion before, and by which assumptions.
    """
    meant, before = registry.called(model, version), _at_risk(registry, model, "champion")
    _say(registry.promote(model, meant, actor=actor, reason=reason, override=override, etag=etag))
    _say_moved(_at_risk(registry, model, "champion"), before)


@models.command()
@_registry
@_model
@_actor
@_reason
@_etag
def rollback(registry: Registry, model: str, actor: str, reason: str, etag: str) -> None:
    """Make the previous version the champion again."""
    before = _at_risk(registry, model, "champion")
    _say(registry.rollback(model, actor=actor, reason=reason, etag=etag))
    _say_moved(_at_risk(registry, model, "champion"), before)


@models.command()
@_registry
@_model
@click.option("--noted", metavar="ETAG", help="An etag noted earlier: the journal must still have had it.")
def audit(registry: Registry, model: str, noted: str | None) -> None:
    """List who changed what, when and why, and prove that the record was not altered; exits with 1 if it was."""
    faults = registry.breaks(model)
    number, etag = registry.state(model).number, registry.state(model).etag
    if noted is not None and noted not in registry.etags(model):
        faults.append(f"no entry has the etag {noted!r}, which was noted: this is another past")
    for fault in faults:
        click.echo(fault)
    if faults:
        raise click.exceptions.Exit(1)
    table = _table("", "when (UTC)", "who", "what", "why")
    for entry in reversed(registry.history(model)):
        table.add_row(
            str(entry.number), f"{entry.time.astimezone(UTC):%Y-%m-%d %H:%M}", escape(entry.actor), _change(entry),
            escape(entry.reason),
        )  # fmt: skip
    _console().print(table)
    click.echo(
        f"{number} change{'s' * (number != 1)} of {model}, none altered. To prove it later, note elsewhere: {etag}"
    )


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _console() -> Console:
    """Return one that does not wrap what another program reads."""
    return Console(width=None if sys.stdout.isatty() else 240, highlight=False)


def _say(state: AliasState) -> None:
    aliases = (f"{alias} {state.version(alias) or '—'}" for alias in ("champion", "challenger", "previous"))
    click.echo(f"{state.model}: {', '.join(aliases)} (etag {state.etag})")


def _at_risk(registry: Registry, model: str, alias: str) -> AtRisk | None:
    """Return from which risk on customers are at risk; None: no version has the alias, or it is refused."""
    try:
        return gates.at_risk(registry.load(model, alias))
    except (NotFound, ArtefactRefused):
        return None


def _say_moved(now: AtRisk | None, before: AtRisk | None, prefix: str = "") -> None:
    """Say where a version takes others for at risk than the one before."""
    if now and before and (moved := moved_in_words(now, before)):
        click.echo(f"{prefix}{moved}")
