"""The routing commands of ``fairlead``."""

from __future__ import annotations

import click

from router.cli.rules import rules

COMMANDS: tuple[click.Command, ...] = (rules,)
