"""The command and the operation are one use case: the same request makes the same version."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as paparquet
import pytest
from click.testing import CliRunner

from operations.child import Lines
from tests.training_data import customers, with_column
from training import pipeline
from training.cli import train
from training.progress import Silent
from training.request import TrainRequest
from training.rpc.child import carry_out


@pytest.mark.long
def test_the_command_and_the_operation_make_the_same_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = customers(700)
    words = ["Pending" if i % 9 == 0 else word for i, word in enumerate(table["Churn"].to_pylist())]
    pacsv.write_csv(table.set_column(5, "Churn", pa.array(words)), tmp_path / "customers.csv")
    options = ["--data", tmp_path / "customers.csv", "--target", "Churn", "--drop", "vip, calls", "--rungs", 1,
               "--negative", "no"]  # fmt: skip
    arguments = {"tenant": "", "model": "churn", "data": "customers.csv", "target": "Churn", "rungs": 1}

    command = CliRunner().invoke(train, [str(option) for option in (*options, "--out", tmp_path / "models")])
    result = carry_out(
        {**arguments, "dropped": ["vip", "calls"], "negative": ["no"]}, Lines(), tmp_path, tmp_path / "models"
    )

    assert command.exit_code == 0, command.output
    assert [folder.name for folder in (tmp_path / "models" / "churn").iterdir()] == [result["version"]]
    assert '"stage": "publish"' in capsys.readouterr().out


@pytest.mark.long
def test_another_horizon_is_another_version(tmp_path: Path) -> None:
    taken = np.datetime64("2024-01-01") + np.arange(1_500) // 150 * 30
    table = with_column(customers(1_500), "as_of", taken.astype("datetime64[us]"))
    paparquet.write_table(table, file := tmp_path / "customers.parquet")
    request = TrainRequest("", "churn", file.name, "Churn", time_column="as_of", rungs=1)

    versions = {
        pipeline.train_and_publish(
            pipeline.read(request, file, horizon_days=days), tmp_path / "models", Silent()
        ).artefact.manifest.version
        for days in (0, 30)
    }

    assert len(versions) == 2
