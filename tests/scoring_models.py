"""Models made by hand or by chance, for the tests of scoring; no training involved."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import numpy as np

from scoring.memory import LastScore
from scoring.model import artefact
from scoring.model.artefact import Artefact
from scoring.model.calibration import Calibration, Identity
from scoring.model.logistic import FloatArray
from scoring.model.manifest import GoldenRow, Label, Manifest, Reference, Thresholds
from scoring.model.schema import Feature, FeatureSchema
from scoring.model.tables import Bins, Places, ScoreTables

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SCHEMA = FeatureSchema(
    id_column="customer",
    features=(
        Feature(
            name="logins_30d",
            type="number",
            actionable=True,
            low=0,
            high=60,
            typical=21,
            wording_zh="近30天登录{value}次",
            wording_en="{value} logins in 30 days",
        ),
        Feature(
            name="contract",
            type="category",
            categories=("Month-to-month", "One year", "Two year"),
            categories_zh=("按月", "一年", "两年"),
            actionable=True,
            typical="Month-to-month",
            wording_zh="合约",
            wording_en="contract",
        ),
        Feature(
            name="paperless",
            type="bool",
            categories=("No", "Yes"),
            wording_zh="电子账单",
            wording_en="paperless billing",
        ),
        Feature(name="days_since_order", type="number", unit="days", ages=True, low=0, typical=10),
    ),
)


class ScoreBook:
    """A memory of scores that tests can read."""

    def __init__(self) -> None:
        self.scores: dict[tuple[str, str], LastScore] = {}

    def note(self, tenant: str, score: LastScore) -> None:
        self.scores[tenant, score.customer] = score

    async def keep(self, tenant: str, scores: Sequence[LastScore]) -> None:
        for score in scores:
            self.note(tenant, score)


CUSTOMER: dict[str, float | str | bool | None] = {
    "logins_30d": 3,
    "contract": "Month-to-month",
    "paperless": "Yes",
    "days_since_order": 29,
}


def small_tables(calibration: Calibration | None = None) -> ScoreTables:
    """Return tables for SCHEMA whose every cell can be checked by eye."""
    return ScoreTables(
        bias=-1.25,
        bins=(
            Bins(np.array([5.0, 15.0, 30.0])),
            Bins(n_categories=3),
            Bins(n_categories=2),
            Bins(np.array([30.0, 60.0, 90.5])),
        ),
        main=(
            np.array([0.75, 0.25, -0.25, -0.5, 0.0]),
            np.array([0.5, -0.5, -1.0, 0.0]),
            np.array([-0.125, 0.125, 0.0]),
            np.array([-0.5, 0.25, 0.5, 1.0, 0.1]),
        ),
        pairs={(0, 1): np.arange(20.0).reshape(5, 4) / 64 - 0.15, (1, 3): np.linspace(-0.2, 0.2, 20).reshape(4, 5)},
        calibration=calibration or Identity(),
    )


def triple_tables(calibration: Calibration | None = None) -> ScoreTables:
    """Return the same with a triple: many logins and a recent order, but no long contract."""
    triple = np.linspace(-2.0, 2.0, 100).reshape(5, 4, 5)
    return replace(small_tables(calibration), triples={(0, 1, 3): triple[:, ::-1]})


def random_tables(
    rng: np.random.Generator,
    n_features: int,
    n_edges: int = 12,
    share_of_pairs: float = 0.3,
    share_of_triples: float = 0.1,
) -> ScoreTables:
    """Return tables with numbers of no pattern at all: every third feature a category."""
    bins = tuple(
        Bins(n_categories=int(rng.integers(2, 7))) if j % 3 == 2 else Bins(np.unique(rng.normal(0, 3, n_edges)))
        for j in range(n_features)
    )
    sets: list[Places] = [pair for pair in combinations(range(n_features), 2) if rng.random() < share_of_pairs]
    sets += [triple for triple in combinations(range(n_features), 3) if rng.random() < share_of_triples]
    parts: dict[Places, FloatArray] = {(): np.array(rng.normal())}
    for places in [*((j,) for j in range(n_features)), *sets]:
        parts[places] = rng.normal(0, 0.5 if len(places) == 1 else 0.1, [bins[place].n_bins for place in places])
    return ScoreTables.of(parts, bins)


def random_rows(rng: np.random.Generator, tables: ScoreTables, n_rows: int) -> FloatArray:
    """Return encoded rows for them: values on and off the edges, unknown codes, a tenth missing."""
    columns = []
    for bins in tables.bins:
        if bins.n_categories:
            column = rng.integers(-1, bins.n_categories + 2, n_rows).astype(float)
        else:
            column = np.where(rng.random(n_rows) < 0.3, rng.choice(bins.edges, n_rows), rng.normal(0, 4, n_rows))
        column[rng.random(n_rows) < 0.1] = np.nan
        columns.append(column)
    return np.column_stack(columns)


def small_rows(rng: np.random.Generator, n_rows: int) -> FloatArray:
    """Return encoded rows for SCHEMA."""
    return np.column_stack(
        [
            rng.integers(0, 61, n_rows).astype(float),
            rng.integers(0, 3, n_rows).astype(float),
            rng.integers(0, 2, n_rows).astype(float),
            rng.integers(0, 200, n_rows).astype(float),
        ]
    )


def manifest(version: str = "v1", model: str = "churn", schema: FeatureSchema = SCHEMA) -> Manifest:
    """Return a manifest for SCHEMA, or another of its features."""
    return Manifest(
        model=model,
        version=version,
        created_time=NOON,
        label=Label(name="churn", horizon_days=30),
        feature_schema=schema,
        data_sha256="0" * 64,
        code_sha256="1" * 64,
        seed=7,
    )


def write_model(
    folder: Path,
    version: str = "v1",
    *,
    tables: ScoreTables | None = None,
    failed_gates: tuple[str, ...] = (),
    thresholds: Thresholds | None = None,
    schema: FeatureSchema = SCHEMA,
    report: Mapping[str, object] | None = None,
) -> Artefact:
    """Write a complete artefact for SCHEMA to ``folder/churn/version``; without a report of its own, of two gates."""
    tables = tables or small_tables()
    gates = [{"name": name, "passed": name not in failed_gates, "detail": "measured"} for name in ("leaks", "log_loss")]
    golden = [GoldenRow.of(tables, SCHEMA, customer) for customer in (CUSTOMER, {}, {**CUSTOMER, "logins_30d": 30})]
    return artefact.write(
        folder / "churn" / version,
        tables,
        manifest(version, schema=schema),
        thresholds or Thresholds(at_risk=0.3, top_decile=0.5),
        Reference.of(tables, small_rows(np.random.default_rng(5), 2_000)),
        golden,
        {"report.json": json.dumps(report or {"gates": gates}).encode(), "card.en.md": b"# A model\n"},
    )
