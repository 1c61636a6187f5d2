"""Operations while real processes are killed: it is done once, and whoever asks is told, before and after."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from google.longrunning.operations_pb2 import Operation

from fairlead.client import FairleadClient
from fairlead.operations import metadata_of
from fairlead.v1 import models_pb2, scoring_pb2
from fairlead.v1.operations_pb2 import OperationMetadata
from scoring.cli.rescore import rescore
from scoring.services import registries
from service import main
from tests.long_work import descendants, working, write_customers
from tests.patience import patient_client, until
from tests.scoring_models import NOON, write_model
from tests.served import Served
from tests.topologies import free_port

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc"), pytest.mark.long]
N_GROUPS, ROWS_PER_GROUP = 120, 50


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """Return the settings of folders with customers, whom to train on and whom to rescore, and a champion."""
    training, rescoring, results, models = (tmp_path / name for name in ("training", "data", "out", "models"))
    for folder in (training, rescoring / "@default", results):
        folder.mkdir(parents=True)
    write_customers(training / "customers.csv")
    rng = np.random.default_rng(11)
    customers = pa.table({"customer": [f"c{i}" for i in range(N_GROUPS * ROWS_PER_GROUP)]})
    customers = customers.append_column("logins_30d", pa.array(rng.normal(20, 15, len(customers)).round(3)))
    customers = customers.append_column("contract", pa.array(["One year"] * len(customers)))
    pq.write_table(customers, rescoring / "@default" / "customers.parquet", row_group_size=ROWS_PER_GROUP)
    write_model(models, "v1")
    registries(str(models))("").promote("churn", "v1", actor="test")
    return {
        "FAIRLEAD_TRAINING_DATA": str(training),
        "FAIRLEAD_RESCORING_DATA": str(rescoring),
        "FAIRLEAD_RESCORING_OUT": str(results),
        "FAIRLEAD_MODELS": str(models),
        "FAIRLEAD_DURABILITY": "everysec",
        "FAIRLEAD_LEASE_S": "2",
    }


@pytest.fixture
def starts() -> Iterator[list[Served]]:
    """Yield a list for the services of a test; what still runs is ended."""
    services: list[Served] = []
    yield services
    for service in services:
        service.close()


def reach(client: FairleadClient, name: str, holds: Callable[[OperationMetadata], bool]) -> Operation:
    """Ask until an operation stands as it should."""
    until(lambda: holds(metadata_of(client.operations.get(name))))
    return client.operations.get(name)


def fairlead(*arguments: str) -> str:
    """Run a command and return what it prints."""
    done = CliRunner().invoke(main, ["operations", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_training_whose_worker_and_server_are_killed_is_done_once_and_any_server_tells(
    starts: list[Served], data_folder: Path, places: dict[str, str]
) -> None:
    only_takes_in = {**places, "FAIRLEAD_OPERATION_WORKERS": "0"}
    starts.append(Served(data_folder, only_takes_in))
    with (
        patient_client(starts[0].ready()) as client,
        working(data_folder, places, "--kind", "train") as worker,
    ):
        begun = client.operations.train("models/second", "customers.csv", "left", id_column="customer", rungs=1)
        reach(client, begun.name, lambda metadata: bool(metadata.stage))
        processes = descendants(worker.pid)
        worker.kill()
        starts[0].kill()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in processes))

    starts.append(Served(data_folder, places, options=("--processes", "2"), listen=f"127.0.0.1:{free_port()}"))

    address = starts[1].ready()
    printed = fairlead("follow", begun.name, "--server", address)
    with patient_client(address) as client:
        ended = client.operations.get(begun.name)
        model = client.operations.result(begun.name, models_pb2.Model)
    assert processes
    assert printed.endswith(f"made {model.name}\n")
    assert metadata_of(ended).delivery_count >= 2  # a busy machine may take another worker for lost
    assert [folder.name for folder in Path(places["FAIRLEAD_MODELS"], "second").glob("[!.]*")] == [
        model.name.rpartition("/")[2]
    ]
    assert f"made {model.name}" in fairlead("list", "--server", address)


def test_a_rescoring_whose_worker_is_killed_goes_on_where_it_was_with_the_same_bits(
    starts: list[Served], data_folder: Path, places: dict[str, str], tmp_path: Path
) -> None:
    results = Path(places["FAIRLEAD_RESCORING_OUT"], "@default", "scores")
    starts.append(Served(data_folder, {**places, "FAIRLEAD_OPERATION_WORKERS": "0"}))
    with patient_client(starts[0].ready()) as client:
        with working(data_folder, places, "--kind", "rescore") as worker:
            begun = client.operations.rescore("customers.parquet", "scores", as_of=NOON, shard_rows=1)
            until(lambda: any(results.glob("*.parquet")))
            worker.kill()
        left_over = {file.name: file.stat().st_ino for file in results.glob("*.parquet")}
        with working(data_folder, places):
            rescored = client.operations.result(begun.name, scoring_pb2.RescoreCustomersResponse)

    alone = CliRunner().invoke(rescore, _arguments(places, tmp_path / "alone"))
    assert alone.exit_code == 0, alone.output
    assert contents(results) == contents(tmp_path / "alone")
    assert 0 < len(left_over) < N_GROUPS
    assert left_over.items() <= {file.name: file.stat().st_ino for file in results.glob("*.parquet")}.items()
    assert (rescored.customer_count, rescored.file_count) == (N_GROUPS * ROWS_PER_GROUP, N_GROUPS)
    assert (rescored.out_path, rescored.model_version) == ("scores", "models/churn/versions/v1")


def _arguments(places: dict[str, str], out: Path) -> list[str]:
    data, instant = Path(places["FAIRLEAD_RESCORING_DATA"], "@default"), NOON.strftime("%Y-%m-%dT%H:%M:%S")
    where = ["--data", str(data / "customers.parquet"), "--out", str(out), "--registry", places["FAIRLEAD_MODELS"]]
    return [*where, "--as-of", instant, "--shard-rows", "1", "--processes", "1"]


def contents(out: Path) -> dict[str, bytes]:
    """Return the results, of which nothing may be unfinished."""
    assert not list(out.glob(".unfinished*"))
    return {file.name: file.read_bytes() for file in out.glob("*.parquet")}


def test_a_worker_takes_no_kind_that_it_has_no_folders_for(data_folder: Path, places: dict[str, str]) -> None:
    command = ["work", "--data", str(data_folder), "--kind", "rescore"]

    done = CliRunner().invoke(main, command, env=dict.fromkeys(places))

    assert done.exit_code == 2
    assert "--kind rescore: needs FAIRLEAD_RESCORING_DATA and FAIRLEAD_RESCORING_OUT" in done.output
