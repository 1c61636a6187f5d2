"""``fairlead health check``: what is wrong with health profiles, before a server reads them."""

from __future__ import annotations

from pathlib import Path

import click

from fairlead.wording import counted
from scoring.errors import InvalidProfile
from scoring.health.profile import read_profiles


@click.group()
def health() -> None:
    """Check health profiles."""


@health.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Check FILE as a server would when it starts, and name everything that is wrong.

    Exit codes: 0 it can be served; 1 it cannot.
    """
    try:
        profiles = read_profiles(file.read_bytes())
    except InvalidProfile as error:
        for violation in error.violations:
            click.echo(f"{file}: {violation.field or 'document'}: {violation.description}")
        raise click.exceptions.Exit(1) from error
    for profile in profiles.profiles:
        signals = sum(len(dimension.signals) for dimension in profile.dimensions)
        click.echo(f"{profile.name}: {counted(len(profile.dimensions), 'dimension')}, {counted(signals, 'signal')}")
    beside = {"lifecycle": profiles.lifecycle, "value_tier": profiles.value_tier}
    click.echo(
        f"version {profiles.digest}; beside health: {', '.join(n for n, has in beside.items() if has) or 'none'}"
    )
