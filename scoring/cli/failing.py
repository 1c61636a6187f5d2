"""Named failures as one line on the terminal, not as a traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import click

from failures import Failure

_P = ParamSpec("_P")


def failures_in_words(command: Callable[_P, None]) -> Callable[_P, None]:
    """Turn every `Failure` of a command into its message and exit code 1."""

    @functools.wraps(command)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except Failure as error:
            raise click.ClickException(f"{error} [{error.reason}]") from error

    return wrapped
