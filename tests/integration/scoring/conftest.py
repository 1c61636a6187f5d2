"""A registry with a champion, and a table of customers in both formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from scoring.registry.adapters.storage import LocalStorage
from scoring.registry.registry import Registry
from tests.scoring_models import NOON, triple_tables, write_model
from tests.training_data import FULL

N_CUSTOMERS = 40_000 if FULL else 10_000
ROWS_PER_GROUP = N_CUSTOMERS // 40


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("registry")
    write_model(folder, "v1", tables=triple_tables())
    Registry(LocalStorage(folder), lambda: NOON).promote("churn", "v1", actor="test")
    return folder


@pytest.fixture(scope="session")
def customers() -> pa.Table:
    rng = np.random.default_rng(11)
    contracts = np.array(["Month-to-month", "One year", "Two year", 'Weekly, "new"\nterms', ""])
    return pa.table(
        {
            "customer": [f"c{i}" for i in range(N_CUSTOMERS)],
            "logins_30d": pa.array(rng.normal(20, 15, N_CUSTOMERS).round(3), mask=rng.random(N_CUSTOMERS) < 0.05),
            "contract": contracts[rng.integers(0, 5, N_CUSTOMERS)],
            "paperless": np.array(["Yes", "No"])[rng.integers(0, 2, N_CUSTOMERS)],
            "days_since_order": rng.integers(0, 200, N_CUSTOMERS),
            "unused": rng.random(N_CUSTOMERS),
        }
    )


@pytest.fixture(scope="session")
def parquet(tmp_path_factory: pytest.TempPathFactory, customers: pa.Table) -> Path:
    file = tmp_path_factory.mktemp("data") / "customers.parquet"
    pq.write_table(customers, file, row_group_size=ROWS_PER_GROUP)
    return file


@pytest.fixture(scope="session")
def csv(tmp_path_factory: pytest.TempPathFactory, customers: pa.Table) -> Path:
    file = tmp_path_factory.mktemp("data") / "customers.csv"
    pa_csv.write_csv(customers, file)
    return file
