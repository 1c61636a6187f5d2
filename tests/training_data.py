"""Small made-up customers, and where the real data lie, for the tests of training."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature

SHARED = Path(os.environ.get("FAIRLEAD_DATA", Path(__file__).parents[2] / "shared" / "data"))

FULL = bool(os.environ.get("FAIRLEAD_FULL"))
"""Whether to test at full size: all rungs of the ladder, as many kills as the proof wants."""

FEATURES = (
    Feature(name="tenure", type="number", unit="months"),
    Feature(name="plan", type="category", categories=("basic", "gold", "pro", "rare")),
    Feature(name="vip", type="bool"),
    Feature(name="calls", type="number", monotonic=1),
)


def real(name: str) -> Path:
    """Return a real data file, or skip."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not here; FAIRLEAD_DATA says where to look")
    return path


def encoded(n_rows: int = 600, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return rows of FEATURES, with gaps, and outcomes that depend on them, also in pairs."""
    draw = np.random.default_rng(seed)
    tenure = np.round(draw.exponential(20, n_rows))
    plan = draw.integers(0, 3, n_rows).astype(float)
    vip = draw.integers(0, 2, n_rows).astype(float)
    calls = draw.poisson(2, n_rows).astype(float)
    z = 0.8 - 0.08 * tenure + 0.6 * (plan == 0) + 0.4 * calls - 0.9 * vip * (plan == 2)
    churned = (draw.random(n_rows) < 1 / (1 + np.exp(-z))).astype(float)
    rows = np.column_stack([tenure, plan, vip, calls])
    rows[draw.random(rows.shape) < 0.04] = np.nan
    return rows, churned


def customers(n_rows: int = 600, seed: int = 0) -> pa.Table:
    """Return the same as a table of texts, as a CSV would be read."""
    rows, churned = encoded(n_rows, seed)
    plans = FEATURES[1].categories

    def text(x: float, names: tuple[str, ...] = ()) -> str:
        return "" if np.isnan(x) else names[int(x)] if names else f"{x:g}"

    return pa.table(
        {
            "tenure": [text(x) for x in rows[:, 0]],
            "plan": [text(x, plans) for x in rows[:, 1]],
            "vip": [text(x, ("No", "Yes")) for x in rows[:, 2]],
            "calls": [text(x) for x in rows[:, 3]],
            "balance": [f"{x:.4f}" for x in np.random.default_rng(seed + 1).normal(100, 30, n_rows)],
            "Churn": ["Yes" if y else "No" for y in churned],
        }
    )


def with_column(table: pa.Table, name: str, values: object) -> pa.Table:
    """Return the table with one more column."""
    return table.append_column(name, pa.array(values))
