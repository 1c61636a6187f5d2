"""Rows in error, written beside the file that they stand in, with what is wrong with each."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any


class RejectedRows:
    """Writes ``FILE.rejected.csv`` as soon as there is a row in error; before that, none is made.

    Parameters
    ----------
    names
        Of the columns, as the header has them.
    """

    def __init__(self, file: Path, names: Sequence[str]) -> None:
        self.path = file.with_name(f"{file.name}.rejected.csv")
        self._names = names
        self._stream: IO[str] | None = None
        self._rows: Any = None
        self.count = 0

    def add(self, cells: Sequence[str], problem: str) -> None:
        """Write a row."""
        if self._stream is None:
            # with a byte order mark: Excel then reads Chinese
            self._stream = self.path.open("w", encoding="utf-8-sig", newline="")
            self._rows = csv.writer(self._stream)
            self._rows.writerow(["problem", *self._names])
        self._rows.writerow([problem, *cells])
        self.count += 1

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
