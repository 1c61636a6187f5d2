"""Scoring a whole table of customers, however large, however often interrupted.

The input is cut into shards once, by a plan that is written down before the first is scored. A shard's file appears
under its final name whole or not at all, and its content depends on the plan alone. So whoever comes after a crash
computes what is absent and nothing else, and the end is the same as if nothing had happened.

The plan names every shard after the identity of its input and its range of rows; the same folder with other input,
another model or another instant is refused rather than mixed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from scoring.errors import InvalidInput, NotPossible
from tables.pieces import Piece

ROWS_PER_SHARD = 250_000


@dataclass(frozen=True, slots=True)
class Shard:
    """A range of one input file.

    Parameters
    ----------
    source
        Path of the file.
    identity
        Hash of what the file holds.
    format
        How it is read.
    start, stop
        Row groups of a Parquet file, bytes of a text file in UTF-8; the end does not count.
    first_row, n_rows
        Records it covers, counted from 0 in its file.
    index
        Place among all shards.
    """

    source: str
    identity: str
    format: Literal["parquet", "csv", "workbook"]
    start: int
    stop: int
    first_row: int
    n_rows: int
    index: int = 0

    @property
    def name(self) -> str:
        """The file name of its result."""
        last = self.first_row + self.n_rows
        return f"part-{self.index:06d}-{self.identity[:12]}-{self.first_row:012d}-{last:012d}.parquet"


@dataclass(frozen=True)
class RescorePlan:
    """What a run does.

    Parameters
    ----------
    model
        Name of the version.
    digest
        Its content.
    as_of
        The instant the features are known at; expiries count from it.
    id_column
        Copied to the output; empty: rows are numbered.
    shards
        In the order of the input.
    readings
        By source: how it is read, see ``tables.reading.taken_up``.
    reasons, locale
        How many reasons each customer gets, and in which language.
    """

    model: str
    digest: str
    as_of: datetime
    id_column: str
    shards: tuple[Shard, ...]
    readings: dict[str, dict[str, Any]] = field(default_factory=dict)
    reasons: int = 0
    locale: str = "en"

    @property
    def n_rows(self) -> int:
        """Records of all shards."""
        return sum(shard.n_rows for shard in self.shards)

    @property
    def identity(self) -> str:
        """Hash of everything the output depends on."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps({**asdict(self), "as_of": self.as_of.isoformat()}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> RescorePlan:
        """Read what `to_json` wrote."""
        document: dict[str, Any] = json.loads(text)
        shards = tuple(Shard(**shard) for shard in document.pop("shards"))
        return cls(**{**document, "as_of": datetime.fromisoformat(document["as_of"]), "shards": shards})


def cut(
    source: str, identity: str, kind: Literal["parquet", "csv"], pieces: Iterable[Piece], rows: int = ROWS_PER_SHARD
) -> Iterator[Shard]:
    """Join neighbouring pieces to shards of at least ``rows`` records, the last one less.

    Examples
    --------
    >>> pieces = [Piece(0, 1, 60), Piece(1, 2, 60), Piece(2, 3, 10)]
    >>> [(s.start, s.stop, s.first_row, s.n_rows) for s in cut("a", "0", "parquet", pieces, rows=100)]
    [(0, 2, 0, 120), (2, 3, 120, 10)]
    """
    start, stop, first, n_rows = None, 0, 0, 0
    for piece in pieces:
        start = piece.start if start is None else start
        stop, n_rows = piece.stop, n_rows + piece.n_rows
        if n_rows >= rows:
            yield Shard(source, identity, kind, start, stop, first, n_rows)
            start, first, n_rows = None, first + n_rows, 0
    if start is not None and n_rows:
        yield Shard(source, identity, kind, start, stop, first, n_rows)


def numbered(shards: Iterable[Shard]) -> tuple[Shard, ...]:
    """Give every shard its place."""
    return tuple(replace(shard, index=index) for index, shard in enumerate(shards))


def agree(wanted: RescorePlan, written: RescorePlan | None, *, as_of_given: bool) -> RescorePlan:
    """Return the plan to carry out in a folder where another may have been started.

    Parameters
    ----------
    wanted
        What this run was asked for.
    written
        What the folder says; None: it is new.
    as_of_given
        Whether the instant was asked for; if not, a run that is taken up again keeps its own.

    Raises
    ------
    NotPossible
        If the folder holds another run.
    """
    if written is None:
        return wanted
    if not as_of_given:
        wanted = replace(wanted, as_of=written.as_of)
    if wanted.identity != written.identity:
        raise NotPossible("the output folder", f"holds another run ({_difference(wanted, written)}): choose another")
    return written


def _difference(wanted: RescorePlan, written: RescorePlan) -> str:
    if wanted.digest != written.digest:
        return f"of {written.model}, not {wanted.model}"
    if wanted.as_of != written.as_of:
        return f"as of {written.as_of.isoformat()}"
    if (wanted.reasons, wanted.locale) != (written.reasons, written.locale):
        return f"with {written.reasons} reasons in {written.locale}"
    return "of other input"


def check_sources(sources: Sequence[str], where: str) -> None:
    """Refuse an empty input."""
    if not sources:
        raise InvalidInput.of(
            "the data", f"{where}: there is no table: .csv, .csv.gz, .tsv, .txt, .parquet or a workbook"
        )


def missing(plan: RescorePlan, exists: Callable[[str], bool]) -> list[Shard]:
    """List the shards whose result is absent."""
    return [shard for shard in plan.shards if not exists(shard.name)]
