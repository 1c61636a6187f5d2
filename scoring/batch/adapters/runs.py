"""A run of rescoring, begun or taken up again: what ``fairlead rescore`` and RescoreCustomers have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scoring.batch.adapters import shards, sources
from scoring.batch.plan import ROWS_PER_SHARD, RescorePlan, Shard, agree, missing, numbered
from scoring.errors import InvalidInput, NotPossible
from scoring.model.artefact import Artefact
from tables.options import ReadOptions
from tables.parquet import ParquetFile
from tables.reading import Table, open_table
from tables.repeats import in_words
from tables.report import ReadReport


@dataclass(frozen=True)
class RescoreRequest:
    """What is to be rescored.

    Parameters
    ----------
    data
        A table, or a folder of tables.
    out
        Folder of the results.
    id_column
        Copied to the results; empty: the schema's where every file has it, else rows are numbered.
    as_of
        The instant the features are known at; None: that of the run that is taken up, else now.
    shard_rows
        Rows in each file of results, at least.
    options
        How the tables are to be read, where they do not tell.
    reasons, locale
        How many reasons each customer gets, 0 to 50, and in which language, ``zh`` or ``en``.
    allow_missing_columns
        Whether a table may lack more than half of the columns that the model reads; they are then scored as missing.
    """

    data: Path
    out: Path
    id_column: str = ""
    as_of: datetime | None = None
    shard_rows: int = ROWS_PER_SHARD
    options: ReadOptions = field(default_factory=ReadOptions)
    reasons: int = 0
    locale: str = "en"
    allow_missing_columns: bool = False


@dataclass(frozen=True)
class Run:
    """What is to be done, by which job, what of it is left, and what was read of each table."""

    plan: RescorePlan
    job: shards.ShardContext
    left: Sequence[Shard]
    accounts: Sequence[ReadReport]

    @property
    def left_rows(self) -> int:
        """Count the customers that are not scored yet."""
        return sum(shard.n_rows for shard in self.left)

    @property
    def n_customers(self) -> int:
        """Count the customers in the results, once all of it is done; rows in error and blank ones are none."""
        return sum(sum(result.rows_of_groups()) for result in self._results)

    @property
    def n_at_risk(self) -> int:
        """Count the customers in the results who are at risk, once all of it is done."""
        return sum(shards.count_at_risk(result) for result in self._results)

    @property
    def repeated_ids(self) -> str:
        """Say which customers stand in more than one row of the results, once all of it is done; empty: none."""
        counts = shards.repeated_ids(self._results) if self.job.id_column else Counter()
        return in_words(counts)

    @property
    def _results(self) -> list[ParquetFile]:
        return [ParquetFile(Path(self.job.out, shard.name)) for shard in self.plan.shards]


def take_up(wanted: RescoreRequest, registry: str, model: str, artefact: Artefact) -> Run:
    """Begin a run, or take up the one that the output folder holds.

    Parameters
    ----------
    registry, model
        Where the version stands.
    artefact
        The version that scores.

    Raises
    ------
    InvalidInput
        If the input cannot be read, or lacks most of what the model reads, which is not allowed.
    NotPossible
        If the output folder holds another run, or what is of none.
    """
    files, version = sources.find_sources(wanted.data), artefact.manifest.version
    id_column = _id_column(
        [open_table(file, wanted.options) for file in files], wanted.id_column, artefact.schema.id_column
    )
    readings = [sources.opened(file, artefact.schema, id_column, wanted.options) for file in files]
    for reading in readings:
        if not wanted.allow_missing_columns:
            sources.check_columns(reading, artefact.schema)
        sources.check(reading)
    plan = RescorePlan(
        f"{model}/{version}",
        artefact.digest,
        wanted.as_of or datetime.now(UTC),
        id_column,
        numbered(shard for reading in readings for shard in sources.shards_of(reading, wanted.shard_rows)),
        {str(reading.table.file): reading.document() for reading in readings},
        wanted.reasons,
        wanted.locale,
    )
    plan = _written(wanted.out, plan, as_of_given=wanted.as_of is not None)
    out = str(wanted.out.absolute())
    job = shards.ShardContext(
        registry, model, version, plan.digest, out, plan.id_column, plan.as_of, plan.readings, plan.reasons, plan.locale
    )
    left = missing(plan, lambda name: (wanted.out / name).exists())
    return Run(plan, job, left, [reading.report for reading in readings])


def _written(out: Path, wanted: RescorePlan, *, as_of_given: bool) -> RescorePlan:
    out.mkdir(parents=True, exist_ok=True)
    shards.sweep(out)
    plan = agree(wanted, written := shards.read_plan(out), as_of_given=as_of_given)
    if written is None:
        if any(out.glob("*.parquet")):
            raise NotPossible("the output folder", "holds Parquet files that are not of a run: choose another")
        shards.write_plan(out, plan)
    return plan


def _id_column(tables: Sequence[Table], wanted: str, usual: str) -> str:
    """Return the column asked for, which every file must have, or else the schema's if they do."""
    name = wanted or usual
    without = [table.file for table in tables if name and name not in table.found([name])]
    if wanted and without:
        raise InvalidInput.of("the id column", f"{without[0]} has no column {wanted!r}")
    return "" if without else name
