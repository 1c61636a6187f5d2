"""The options that say what rescuing a customer costs and brings: for who trains here, and who has it done."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

_OPTIONS = {
    "value": ("MONEY", "What a customer who is kept is worth [default: 200]."),
    "incentive": ("MONEY", "What the offer costs for each who accepts it [default: 10]."),
    "contact_cost": ("MONEY", "What contacting one customer costs [default: 1]."),
    "acceptance": ("SHARE", "Of those about to leave, who accept and stay, 0 to 1 [default: 0.3]."),
}


def profit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options; the command is given those that were given as ``profit``, a mapping by name."""

    @wraps(command)
    def with_profit(**given: Any) -> Any:
        profit = {name: value for name in _OPTIONS if (value := given.pop(name)) is not None}
        return command(**given, profit=profit)

    for name, (unit, text) in reversed(_OPTIONS.items()):
        with_profit = click.option(f"--{name.replace('_', '-')}", type=float, metavar=unit, help=text)(with_profit)
    return with_profit
