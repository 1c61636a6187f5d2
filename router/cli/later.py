"""Commands that are imported only when they are called: some libraries take seconds, and help should not."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click


def commands_with(later: Mapping[str, tuple[str, str]]) -> type[click.Group]:
    """Make a group that holds its commands and those of other modules.

    Parameters
    ----------
    later
        By name: the module whose ``COMMANDS`` has the command, and its line of help.
    """

    class Commands(click.Group):
        """The commands at hand and the later ones."""

        def list_commands(self, ctx: click.Context) -> list[str]:
            """List all names."""
            return sorted([*super().list_commands(ctx), *later])

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            """Find a command, imported if need be."""
            if cmd_name not in later:
                return super().get_command(ctx, cmd_name)
            found: list[click.Command] = importlib.import_module(later[cmd_name][0]).COMMANDS
            return next(command for command in found if command.name == cmd_name)

        def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
            """Write what each does, importing none."""
            lines = {name: command.get_short_help_str(limit=80) for name, command in self.commands.items()}
            with formatter.section("Commands"):
                formatter.write_dl(sorted({**lines, **{name: text for name, (_, text) in later.items()}}.items()))

    return Commands
