"""Leaving an operation that a command waits for: it goes on, and how to see it is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from router.cli.labels import label
from router.wording.languages import Language


@contextmanager
def goes_on(name: str, language: Language = Language.EN) -> Iterator[None]:
    """Say where an operation is followed and cancelled if whoever waits for it interrupts that: Ctrl-C ends the command
    alone.
    """
    try:
        yield
    except KeyboardInterrupt:
        commands = {act: f"fairlead operations {act} {name}" for act in ("show", "cancel")}
        click.echo(label("goes on", language, **commands), err=True)
        raise
