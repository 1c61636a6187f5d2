"""A stretch of a text file that can be read alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of whole records: bytes of the file in UTF-8, and how many there are."""

    start: int
    stop: int
    n_rows: int
