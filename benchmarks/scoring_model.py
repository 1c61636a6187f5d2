"""A model of 30 features to measure with: 20 numbers, 10 categories, pairs as a small boosting model has them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fairlead.v1 import scoring_pb2
from scoring.model import artefact
from scoring.model.logistic import FloatArray
from scoring.model.manifest import GoldenRow, Label, Manifest, Reference, Thresholds
from scoring.model.schema import Feature, FeatureSchema
from scoring.model.tables import Bins, ScoreTables
from scoring.registry.adapters.storage import LocalStorage
from scoring.registry.registry import Registry

N_NUMBERS, N_CATEGORIES, N_TEXTS, N_EDGES, N_PAIRS = 20, 10, 4, 40, 60
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def schema() -> FeatureSchema:
    """Return its schema."""
    numbers = [
        Feature(name=f"number_{j}", type="number", typical=0.5, wording_en=f"number {j}") for j in range(N_NUMBERS)
    ]
    texts = tuple(f"text {i}" for i in range(N_TEXTS))
    categories = [Feature(name=f"category_{j}", type="category", categories=texts) for j in range(N_CATEGORIES)]
    return FeatureSchema(features=(*numbers, *categories))


def tables() -> ScoreTables:
    """Return tables with arbitrary numbers."""
    rng = np.random.default_rng(1)
    bins = [Bins(np.sort(rng.random(N_EDGES))) for _ in range(N_NUMBERS)]
    bins += [Bins(n_categories=N_TEXTS) for _ in range(N_CATEGORIES)]
    chosen = rng.permutation(np.array(list(combinations(range(len(bins)), 2))))[:N_PAIRS].tolist()
    return ScoreTables(
        -1.0,
        tuple(bins),
        tuple(rng.normal(0, 0.3, b.n_bins) for b in bins),
        {(a, b): rng.normal(0, 0.05, (bins[a].n_bins, bins[b].n_bins)) for a, b in chosen},
    )


def rows(n_rows: int, seed: int = 2) -> FloatArray:
    """Return encoded rows, column-major."""
    rng = np.random.default_rng(seed)
    numbers = rng.random((N_NUMBERS, n_rows))
    return np.vstack([numbers, rng.integers(0, N_TEXTS, (N_CATEGORIES, n_rows)).astype(float)]).T


def write_registry(folder: Path, score_tables: ScoreTables | None = None) -> None:
    """Write a registry whose champion it is, or other tables of its schema."""
    score_tables, reads = score_tables or tables(), schema()
    manifest = Manifest(
        model="benchmark",
        version="v1",
        created_time=NOW,
        label=Label(name="churn", horizon_days=30),
        feature_schema=reads,
        data_sha256="0" * 64,
        code_sha256="0" * 64,
        seed=0,
    )
    reference = Reference.of(score_tables, rows(20_000))
    golden = [GoldenRow.of(score_tables, reads, {})]
    report = {"report.json": json.dumps({"gates": [{"name": "none", "passed": True}]}).encode()}
    artefact.write(
        folder / "benchmark" / "v1",
        score_tables,
        manifest,
        Thresholds(at_risk=0.3, top_decile=0.5),
        reference,
        golden,
        report,
    )
    Registry(LocalStorage(folder), lambda: NOW).promote("benchmark", "v1", actor="benchmark")


def write_customers(file: Path, n_rows: int, rows_per_group: int = 250_000) -> None:
    """Write a table of customers: 30 features and an id, in Parquet."""
    names, texts = schema().names, pa.array([f"text {i}" for i in range(N_TEXTS)])
    writer = None
    for start in range(0, n_rows, rows_per_group):
        encoded = rows(min(rows_per_group, n_rows - start), seed=start)
        columns: dict[str, pa.Array] = {"customer": pa.array(np.arange(start, start + len(encoded)))}
        for j, name in enumerate(names):
            codes = encoded[:, j]
            columns[name] = pa.array(codes) if j < N_NUMBERS else texts.take(pa.array(codes.astype(np.int64)))
        batch = pa.table(columns)
        writer = writer or pq.ParquetWriter(file, batch.schema)
        writer.write_table(batch)
    if writer:
        writer.close()


def request(number: int, *, plain: bool = False, **wish: Any) -> scoring_pb2.ScoreCustomerRequest:
    """Return a request for one customer.

    Parameters
    ----------
    plain
        The features are in maps of numbers and texts, not in a Struct.
    wish
        What else it asks for, by field.
    """
    reads, row = schema(), rows(1, seed=number)[0].tolist()
    message = scoring_pb2.ScoreCustomerRequest(parent="tenants/default", customer={"id": f"c{number}"}, **wish)
    customer = message.customer
    customer.as_of_time.FromDatetime(NOW)
    for feature, x in zip(reads.features, row, strict=True):
        value: Any = feature.categories[int(x)] if feature.categories else x
        if not plain:
            customer.features[feature.name] = value
        elif feature.categories:
            customer.text_features[feature.name] = value
        else:
            customer.number_features[feature.name] = value
    return message
