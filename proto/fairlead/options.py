"""Options that commands have in common which show something: in which language, on whose clocks, in which form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

language_option = click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Of all that is told, but for what the service refuses.",
)
"""In which language a command tells what it tells; what the service refuses is told in English."""
utc_option = click.option("--utc", is_flag=True, help="Show times in UTC [default: on the tenant's clocks].")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


def together(*options: Decorator) -> Decorator:
    """Add several options, in the order in which help lists them."""

    def added(command: Callable[..., Any]) -> Callable[..., Any]:
        for add in reversed(options):
            command = add(command)
        return command

    return added
