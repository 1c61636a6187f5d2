"""Commands that are imported only when they are called: some libraries take seconds, and help should not."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from keyword import iskeyword

import click

_HELP_WIDTH = 60
"""Characters of a line of help."""


def commands_with(later: Mapping[str, tuple[str, str]]) -> type[click.Group]:
    """Make a group of commands that stand in other modules.

    Parameters
    ----------
    later
        By name: the module that has the command under that name, and its line of help.
    """

    class Commands(click.Group):
        """The later commands, beside those that are added to the group."""

        def list_commands(self, ctx: click.Context) -> list[str]:
            """List all names."""
            return sorted([*later, *super().list_commands(ctx)])

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            """Find a command, imported if need be."""
            if cmd_name not in later:
                return super().get_command(ctx, cmd_name)
            command: click.Command = getattr(importlib.import_module(later[cmd_name][0]), _attribute(cmd_name))
            return command

        def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
            """Write what each does, importing none."""
            added = {name: command.get_short_help_str(limit=_HELP_WIDTH) for name, command in self.commands.items()}
            texts = added | {name: text for name, (_, text) in later.items()}
            with formatter.section("Commands"):
                formatter.write_dl(sorted(texts.items()))

    return Commands


def _attribute(name: str) -> str:
    """Return what a command is called in its module: with an underscore behind a word of Python, such as import."""
    return f"{name}_" if iskeyword(name) else name
