"""Secrets and addresses for commands: out of files, for what stands on a command line everybody on the machine sees."""

from __future__ import annotations

from typing import IO

import click

from fairlead.options import Decorator, together

_LONGEST = 16 * 1024
_BOM = "\ufeff"
"""What editors of Windows put before a text."""

secret_option = click.option(
    "--secret-file",
    type=click.File(encoding="utf-8"),
    help="File that holds the secret, in one line; - for standard input.",
)


def address_options(option: str, parameter: str, text: str) -> Decorator:
    """Add the option for an address, and the one for a file that holds it."""
    return together(
        click.option(option, parameter, help=text),
        click.option(
            f"{option}-file",
            f"{parameter}_file",
            type=click.File(encoding="utf-8"),
            help="File that holds it, in one line; - for standard input.",
        ),
    )


def line_of(file: IO[str] | None, option: str) -> str | None:
    """Read the one line of a file, whatever is blank behind it; None: there is no file.

    Raises
    ------
    click.BadParameter
        If it holds more than one line, or nothing; that shows nothing of it.
    """
    if file is None:
        return None
    try:
        lines = file.read(_LONGEST).removeprefix(_BOM).rstrip().splitlines()
    except UnicodeDecodeError:
        raise click.BadParameter("holds bytes that are no text in UTF-8", param_hint=option) from None
    if len(lines) != 1 or not lines[0].strip():
        raise click.BadParameter(f"holds {len(lines)} lines; allowed is one, not empty", param_hint=option)
    return lines[0].strip()


def address_of(given: str | None, file: IO[str] | None, option: str) -> str | None:
    """Return an address that was given, or stands in a file; None: neither.

    Raises
    ------
    click.UsageError
        If it is given twice.
    """
    if given is not None and file is not None:
        raise click.UsageError(f"{option} and {option}-file: allowed is one of both")
    return given if given is not None else line_of(file, f"{option}-file")
