"""CSV files that commands write for people, who open them in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from router.cli.failing import InputFailed

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class CsvRows:
    """Writes rows; what a spreadsheet would take for a formula is kept from being one."""

    def __init__(self, stream: Any) -> None:
        self._writer = csv.writer(stream)

    def write(self, cells: Sequence[object]) -> None:
        """Write a row."""
        self._writer.writerow([harmless(cell) for cell in cells])


@contextmanager
def csv_file(file: Path, columns: Sequence[str]) -> Iterator[CsvRows]:
    """Open a file for writing, and write its heading.

    Raises
    ------
    InputFailed
        If it cannot be written.
    """
    try:
        # with a byte order mark: Excel then reads Chinese
        with file.open("w", encoding="utf-8-sig", newline="") as stream:
            rows = CsvRows(stream)
            rows.write(columns)
            yield rows
    except OSError as error:
        raise InputFailed(f"{file}: {error.strerror}") from error


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
