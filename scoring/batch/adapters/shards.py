"""One shard from input to output: the work of a process, here or on another machine.

Also what makes an output folder safe to kill: the plan and every shard are written aside, flushed to the disk and
renamed.
"""

from __future__ import annotations

import functools
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scoring.batch.adapters.sources import Numbers, read_batches
from scoring.batch.plan import RescorePlan, Shard
from scoring.errors import HashMismatch, InvalidInput
from scoring.model import artefact
from scoring.model.columns import FLAG_KINDS, encode_columns
from scoring.model.loaded import LoadedModel, days_in_bins
from scoring.model.logistic import FloatArray
from scoring.model.reasons import reasons
from scoring.model.verification import SUMS
from scoring.registry.adapters.storage import open_storage
from tables.parquet import ParquetFile
from tables.repeats import Order, are_once, repeated

PLAN_FILE = "_plan.json"
_ASIDE = ".unfinished-"

PROBABILITY, ROW, AT_RISK, REASONS = "probability", "row", "at_risk", "reasons"
"""Columns of the results: the risk, the number of the row where customers have no name, whether rescuing a customer is
expected to pay, and why the risk is what it is.
"""
_REASON = pa.struct([("feature", pa.string()), ("contribution", pa.float64()), ("text", pa.string())])
METADATA = {name: f"fairlead.{name}" for name in ("model", "digest", "as_of")}
"""What the metadata of the results say."""
_ORDER = "fairlead.id_order"
"""Metadata of a shard whose ids stand in order: the first and the last, as JSON."""


@dataclass(frozen=True)
class ShardContext:
    """What a worker needs to score any shard of a run; small, and the same on every machine.

    Parameters
    ----------
    registry, model, version
        Where the artefact is read from.
    digest
        What it must be.
    out
        Folder of the results.
    readings
        By source: how it is read.
    reasons, locale
        How many reasons each customer gets, and in which language.
    """

    registry: str
    model: str
    version: str
    digest: str
    out: str
    id_column: str
    as_of: datetime
    readings: Mapping[str, Mapping[str, Any]]
    reasons: int = 0
    locale: str = "en"


def score_shard(job: ShardContext, shard: Shard) -> int:
    """Score one shard and put its file in place; return its number of rows."""
    model = _model(job.registry, job.model, job.version, job.digest)
    schema = output_schema(job, model)
    rows, out, order = 0, Path(job.out), Order()
    aside = out / f"{_ASIDE}{uuid4().hex}"
    try:
        with pq.ParquetWriter(aside, schema, compression="zstd") as writer:
            for batch, numbers in read_batches(shard, job.readings[shard.source]):
                scored = score_batch(job, model, schema, batch, numbers)
                if job.id_column:
                    order.see(scored.column(0).drop_null())
                writer.write_batch(scored)
                rows += batch.num_rows
            if order.is_kept:
                writer.add_key_value_metadata({_ORDER: json.dumps([order.first, order.last])})
    except pa.ArrowException as error:
        aside.unlink(missing_ok=True)
        raise InvalidInput.of(
            shard.source, f"cannot be read behind record {shard.first_row + rows}: {error}"
        ) from error
    put_in_place(aside, out / shard.name)
    return rows


def repeated_ids(results: Sequence[ParquetFile]) -> Counter[str]:
    """Count the rows of each customer who stands in more than one row of a run's results, which have names."""
    said = [result.metadata.get(_ORDER.encode()) for result in results]
    if all(said) and are_once(Order(*json.loads(ends)) for ends in said if ends):
        return Counter()
    return repeated(
        lambda: (rows.columns[result.names[0]] for result in results for rows in result.batches(result.names[:1]))
    )


def score_batch(
    job: ShardContext, model: LoadedModel, schema: pa.Schema, batch: pa.RecordBatch, numbers: Numbers
) -> pa.RecordBatch:
    """Score a batch; its rows keep their order, and the numbers that they have in their file."""
    by_name = dict(zip(batch.schema.names, batch.columns, strict=True))
    rows, flags = encode_columns(model.schema, by_name, batch.num_rows)
    log_odds = model.tables.log_odds(rows)
    probabilities = model.kernel.calibration.many(log_odds)
    columns = {
        schema.names[0]: by_name[job.id_column] if job.id_column else pa.array(numbers),
        PROBABILITY: pa.array(probabilities),
        "log_odds": pa.array(log_odds),
        "percentile": pa.array(model.percentiles(log_odds)),
        AT_RISK: pa.array(probabilities >= model.artefact.thresholds.at_risk),
        "flags": flag_texts(model.schema.names, flags),
        "valid_until": _valid_until(job.as_of, model, rows),
    }
    if job.reasons:
        columns[REASONS] = _reasons(job, model, rows)
    return pa.record_batch([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


def output_schema(job: ShardContext, model: LoadedModel) -> pa.Schema:
    """Return the columns of the results; the model and the instant stand in the file's metadata."""
    identifier = pa.field(job.id_column, pa.string()) if job.id_column else pa.field(ROW, pa.int64())
    fields = [
        identifier,
        pa.field(PROBABILITY, pa.float64(), nullable=False),
        pa.field("log_odds", pa.float64(), nullable=False),
        pa.field("percentile", pa.float64(), nullable=False),
        pa.field(AT_RISK, pa.bool_(), nullable=False),
        pa.field("flags", pa.string()),
        pa.field("valid_until", pa.timestamp("us", tz="UTC")),
        *([pa.field(REASONS, pa.list_(_REASON))] if job.reasons else []),
    ]
    header = {"model": model.name, "digest": job.digest, "as_of": job.as_of.isoformat()}
    return pa.schema(fields, metadata={METADATA[key]: value for key, value in header.items()})


def flag_texts(names: tuple[str, ...], flags: npt.NDArray[np.int8]) -> pa.Array:
    """Word each row's flags, e.g. ``contract:UNKNOWN_CATEGORY;tenure:MISSING``; null where there is none.

    Parameters
    ----------
    flags : ndarray of shape (n_rows, n_features)
        Codes of `FLAG_KINDS`.

    Examples
    --------
    >>> flag_texts(("a", "b"), np.array([[0, 0], [0, 1]], np.int8)).to_pylist()
    [None, 'b:MISSING']
    """
    flagged = np.flatnonzero(flags.any(axis=1))
    if not len(flagged):
        return pa.nulls(len(flags), pa.string())
    # A flagged row's codes as one opaque value: few differ, so each combination is worded once.
    keys = np.ascontiguousarray(flags[flagged]).view(np.dtype((np.void, flags.shape[1]))).ravel()
    distinct, places = np.unique(keys, return_inverse=True)
    combinations = distinct.view(np.int8).reshape(len(distinct), -1)
    texts = [";".join(f"{names[j]}:{FLAG_KINDS[row[j]]}" for j in np.flatnonzero(row)) for row in combinations]
    indices = np.full(len(flags), -1, np.int64)
    indices[flagged] = places
    return pa.array(texts).take(pa.array(indices, mask=indices < 0))


def count_at_risk(result: ParquetFile) -> int:
    """Count the customers at risk in a file of results."""
    return sum(pc.sum(rows.columns[AT_RISK]).as_py() or 0 for rows in result.batches([AT_RISK]))


def put_in_place(aside: Path, target: Path) -> None:
    """Flush a finished file to the disk and give it its name."""
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_plan(out: Path, plan: RescorePlan) -> None:
    """Write the plan down in the output folder."""
    aside = out / f"{_ASIDE}{uuid4().hex}"
    aside.write_text(plan.to_json(), encoding="utf-8")
    put_in_place(aside, out / PLAN_FILE)


def read_plan(out: Path) -> RescorePlan | None:
    """Read the folder's plan, None if it has none."""
    file = out / PLAN_FILE
    return RescorePlan.from_json(file.read_text(encoding="utf-8")) if file.exists() else None


def sweep(out: Path) -> None:
    """Remove what an interrupted run left unfinished."""
    for aside in unfinished(out):
        aside.unlink(missing_ok=True)


def unfinished(out: Path) -> Iterator[Path]:
    """List what is not whole."""
    return out.glob(f"{_ASIDE}*")


@functools.lru_cache(maxsize=2)
def _model(registry: str, model: str, version: str, digest: str) -> LoadedModel:
    loaded = artefact.read(open_storage(registry).folder(model, version))
    if loaded.digest != digest:
        raise HashMismatch(SUMS, f"{model} {version} is not what the run began with")
    pa.set_cpu_count(1)
    return LoadedModel(loaded)


def _reasons(job: ShardContext, model: LoadedModel, rows: FloatArray) -> pa.Array:
    """Give each row its reasons, one after the other: it takes ten times as long as the scores."""
    told = [
        [
            {"feature": reason.feature, "contribution": reason.contribution, "text": reason.text}
            for reason in reasons(model, model.scored(row, job.as_of), top=job.reasons, locale=job.locale)
        ]
        for row in rows.tolist()
    ]
    return pa.array(told, pa.list_(_REASON))


def _valid_until(as_of: datetime, model: LoadedModel, rows: FloatArray) -> pa.Array:
    days = np.full(len(rows), np.inf)
    for j, edges in model.ageing:
        np.minimum(days, days_in_bins(rows[:, j], edges), out=days)
    never = np.isinf(days)
    start = np.datetime64(as_of.replace(tzinfo=None), "us")
    instants = start + np.where(never, 0, days).astype("timedelta64[D]")
    return pa.array(instants, pa.timestamp("us", tz="UTC"), mask=never)
