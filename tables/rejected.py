"""Rows that were not taken, written beside the file that they stand in as they came, with what is wrong with each:
mended, they can be read as that file is.
"""

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
    """Write rows in error beside the file that they stand in; return where."""
    target = rejected_file(file)
    write_rows(target, ("problem", "line"), names, rows)
    return target


def write_rows(
    target: Path, added: tuple[str, str], names: Sequence[str], rows: Iterable[tuple[str, int, Sequence[str]]]
) -> None:
    """Write rows: what is wrong with each, its line, its cells.

    Parameters
    ----------
    added
        How the first two columns are called.
    names
        Of the columns of the file that the rows stand in. Where it was written so itself, its own first two are left
        out.
    """
    own = len(added) if tuple(names[: len(added)]) == added else 0
    with target.open("w", encoding="utf-8-sig", newline="") as stream:  # with its mark, Excel reads Chinese
        writer = csv.writer(stream)
        writer.writerow([*added, *names[own:]])
        writer.writerows([problem, line, *cells[own:]] for problem, line, cells in rows)


def removed(target: Path) -> bool:
    """Take away what an earlier run wrote, when there is nothing to write; return whether there was such a file."""
    was_there = target.exists()
    target.unlink(missing_ok=True)
    return was_there
