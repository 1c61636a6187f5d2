"""Rows in error, written beside the file that they stand in, with what is wrong with each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path


def rejected_file(file: Path) -> Path:
    """Return where a file's rows in error go.

    Examples
    --------
    >>> rejected_file(Path("leads.csv")).name
    'leads.csv.rejected.csv'
    """
    return file.with_name(f"{file.name}.rejected.csv")


def write_rejected(file: Path, names: Sequence[str], rows: Iterable[tuple[str, int, Sequence[str]]]) -> Path:
    """Write rows in error: what is wrong with each, its line, its cells; return the file.

    Parameters
    ----------
    file
        Where the rows stand.
    names
        Of its columns.
    """
    target = rejected_file(file)
    with target.open("w", encoding="utf-8-sig", newline="") as stream:  # with its mark, Excel reads Chinese
        writer = csv.writer(stream)
        writer.writerow(["problem", "line", *names])
        writer.writerows([problem, line, *cells] for problem, line, cells in rows)
    return target
