"""Commands that are imported only when they are called: some libraries take seconds, and help should not."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from keyword import iskeyword

import click


def commands_with(later: Mapping[str, tuple[str, str]]) -> type[click.Group]:
    """Make a group of commands that stand in other modules.

    Parameters
    ----------
    later
        By name: the module that has the command under that name, and its line of help.
    """

    class Commands(click.Group):
        """The later commands."""

        def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's)
            """List all names."""
            return sorted(later)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's)
            """Find a command, imported if need be."""
            if cmd_name not in later:
                return None
            command: click.Command = getattr(importlib.import_module(later[cmd_name][0]), _attribute(cmd_name))
            return command

        def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
            """Write what each does, importing none."""
            with formatter.section("Commands"):
                formatter.write_dl([(name, text) for name, (_, text) in sorted(later.items())])

    return Commands


def _attribute(name: str) -> str:
    """Return what a command is called in its module: with an underscore behind a word of Python, such as import."""
    return f"{name}_" if iskeyword(name) else name
