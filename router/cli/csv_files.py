"""CSV files that commands write for people, who open them in a spreadsheet."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from router.cli.consoles import console_for
from router.cli.failing import InputFailed
from router.cli.labels import label
from router.wording.languages import Language

CSV_FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
"""An option's file to be written; ``-`` is standard output."""

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class CsvRows:
    """Writes rows; what a spreadsheet would take for a formula is kept from being one."""

    def __init__(self, stream: Any, line_end: str = "\r\n") -> None:
        self._writer = csv.writer(stream, lineterminator=line_end)

    def write(self, cells: Sequence[object]) -> None:
        """Write a row."""
        self._writer.writerow([harmless(cell) for cell in cells])


@contextmanager
def csv_file(file: Path, columns: Sequence[str]) -> Iterator[CsvRows]:
    """Open a file for writing, and write its heading; ``-`` is standard output, where another program reads on.

    Raises
    ------
    InputFailed
        If it cannot be written.
    """
    if is_stdout(file):
        rows = CsvRows(sys.stdout, "\n")
        rows.write(columns)
        yield rows
        return
    try:
        # with a byte order mark: Excel then reads Chinese
        with file.open("w", encoding="utf-8-sig", newline="") as stream:
            rows = CsvRows(stream)
            rows.write(columns)
            yield rows
    except OSError as error:
        raise InputFailed(f"{file}: {error.strerror}") from error


def is_stdout(file: Path | None) -> bool:
    """Tell whether a file that is to be written means standard output."""
    return file is not None and str(file) == "-"


def console_beside(file: Path | None) -> Console:
    """Return where a command tells what it does: standard error, where the file has standard output."""
    return console_for(sys.stderr if is_stdout(file) else sys.stdout)


def told_of(file: Path, what: str, language: Language = Language.EN) -> str:
    """Say what was written into a file.

    Examples
    --------
    >>> told_of(Path("i.csv"), "3 work items"), told_of(Path("-"), "3 work items")
    ('3 work items in i.csv', '3 work items written')
    >>> told_of(Path("i.csv"), "工作项 3 条", Language.ZH)
    '已写入 i.csv：工作项 3 条'
    """
    return label("written" if is_stdout(file) else "written into", language, what=what, file=file)


def harmless(cell: object) -> object:
    """Put a quote before a text that a spreadsheet would calculate [1]_; numbers with a sign stay what they are.

    References
    ----------
    .. [1] OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection

    Examples
    --------
    >>> harmless("=HYPERLINK(1)"), harmless("-12.5"), harmless(-12.5), harmless("li-na")
    ("'=HYPERLINK(1)", '-12.5', -12.5, 'li-na')
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) and not _is_number(cell) else cell


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text == text.strip()
