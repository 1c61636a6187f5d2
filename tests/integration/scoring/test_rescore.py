"""`fairlead rescore`: equal to scoring one by one, whoever computes it and however often it is killed."""

from __future__ import annotations

import csv as csv_module
import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from scoring.cli.rescore import rescore
from scoring.model.artefact import read
from scoring.model.loaded import LoadedModel
from scoring.model.reasons import reasons
from scoring.registry.adapters.folders import LocalFolder
from tests.patience import until
from tests.scoring_models import NOON
from tests.training_data import FULL

AS_OF = NOON.strftime("%Y-%m-%dT%H:%M:%S")
KILLS = 20 if FULL else 4
SHARD_ROWS = 1_000 if FULL else 250
"""Forty shards of the customers, as their row groups are."""
TEN_SECONDS = pytest.mark.skipif(not FULL, reason="Dask is waited for ten seconds: FAIRLEAD_FULL=1")
PROGRAM = "from scoring.cli.rescore import rescore; rescore()"


def arguments(data: Path, out: Path, registry: Path, *more: str) -> list[str]:
    return [
        "--data",
        str(data),
        "--out",
        str(out),
        "--registry",
        str(registry),
        "--as-of",
        AS_OF,
        "--shard-rows",
        str(SHARD_ROWS),
        *more,
    ]


def run(data: Path, out: Path, registry: Path, *more: str) -> str:
    result = CliRunner().invoke(rescore, arguments(data, out, registry, "--processes", "1", *more))
    assert result.exit_code == 0, result.output
    return result.output


def contents(out: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(out.iterdir())}


def files(out: Path) -> list[Path]:
    return sorted(out.glob("*.parquet"))


def table(out: Path) -> pa.Table:
    return pa.concat_tables(pq.read_table(file) for file in files(out))


def test_it_equals_scoring_one_by_one_bit_for_bit(
    parquet: Path, customers: pa.Table, registry: Path, tmp_path: Path
) -> None:
    run(parquet, tmp_path / "out", registry)

    scored = table(tmp_path / "out").to_pylist()
    model = LoadedModel(read(LocalFolder(registry / "churn" / "v1")))
    for given, row in zip(customers.slice(0, 3_000).to_pylist(), scored, strict=False):
        one = model.score(given, NOON)
        assert row["customer"] == given["customer"]
        assert (row["probability"], row["log_odds"]) == (one.probability, one.log_odds)
        assert (row["percentile"], row["valid_until"]) == (one.percentile, one.valid_until)
        flags = ";".join(f"{flag.feature}:{flag.kind}" for flag in one.flags)
        assert row["flags"] == (flags or None)
    assert len(scored) == len(customers)


@pytest.mark.long
def test_reasons_are_those_of_scoring_one_by_one(
    parquet: Path, customers: pa.Table, registry: Path, tmp_path: Path
) -> None:
    run(parquet, tmp_path / "out", registry, "--reasons", "2", "--language", "zh")

    model = LoadedModel(read(LocalFolder(registry / "churn" / "v1")))
    for given, row in zip(customers.slice(0, 500).to_pylist(), table(tmp_path / "out").to_pylist(), strict=False):
        one = reasons(model, model.score(given, NOON), top=2, locale="zh")
        assert [(each["feature"], each["contribution"], each["text"]) for each in row["reasons"]] == [
            (reason.feature, reason.contribution, reason.text) for reason in one
        ]


def test_a_folder_without_reasons_is_not_gone_on_with_by_a_run_that_wants_some(
    parquet: Path, registry: Path, tmp_path: Path
) -> None:
    run(parquet, tmp_path / "out", registry)

    result = CliRunner().invoke(rescore, arguments(parquet, tmp_path / "out", registry, "--reasons", "3"))

    assert result.exit_code == 1
    assert "holds another run (with 0 reasons in en)" in result.output


def test_the_summary_counts_who_is_at_risk_and_says_from_which_risk_on(
    parquet: Path, registry: Path, tmp_path: Path
) -> None:
    said = run(parquet, tmp_path / "out", registry)

    n_at_risk = sum(table(tmp_path / "out")["at_risk"].to_pylist())
    assert f"{n_at_risk:,} of them at risk from 30.0 % on: there, contacting a customer is expected to pay" in said


def test_a_column_whose_name_is_misspelt_is_named_with_what_it_was_meant_to_be(registry: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("customer,logins_30d,contarct,paperless\nc1,3,One year,Yes\n")

    said = run(tmp_path / "in.csv", tmp_path / "out", registry)

    assert "column contarct is not used: should it be called contract, which is not there?" in said


def test_csv_and_parquet_give_the_same_scores(csv: Path, parquet: Path, registry: Path, tmp_path: Path) -> None:
    run(csv, tmp_path / "csv", registry)
    run(parquet, tmp_path / "parquet", registry)

    assert table(tmp_path / "csv").equals(table(tmp_path / "parquet"))


def test_a_packed_csv_gives_the_same_files(csv: Path, registry: Path, tmp_path: Path) -> None:
    packed = tmp_path / "customers.csv.gz"
    packed.write_bytes(gzip.compress(csv.read_bytes()))
    run(csv, tmp_path / "plain", registry)

    run(packed, tmp_path / "packed", registry)

    assert table(tmp_path / "packed").equals(table(tmp_path / "plain"))
    names = [sorted(file.name for file in (tmp_path / out).glob("*.parquet")) for out in ("plain", "packed")]
    assert names[0] == names[1]


def test_a_packed_csv_that_is_cut_short_is_refused(csv: Path, registry: Path, tmp_path: Path) -> None:
    packed = tmp_path / "customers.csv.gz"
    packed.write_bytes(gzip.compress(csv.read_bytes())[:50_000])

    result = CliRunner().invoke(rescore, arguments(packed, tmp_path / "out", registry))

    assert result.exit_code == 1
    assert "customers.csv.gz: cannot be read" in result.output


@pytest.mark.long
def test_a_csv_of_several_stretches_loses_no_record(registry: Path, tmp_path: Path) -> None:
    n_rows = 120_001
    quoted = '"a ""quoted"",\nname"'
    lines = (f"{i},{i % 60},{quoted if i % 7 == 0 else 'One year'}" for i in range(n_rows))
    (tmp_path / "in.csv").write_text("customer,logins_30d,contract\n" + "\n".join(lines))

    run(tmp_path / "in.csv", tmp_path / "out", registry)

    assert table(tmp_path / "out")["customer"].to_pylist() == [str(i) for i in range(n_rows)]
    assert len(list((tmp_path / "out").glob("*.parquet"))) == 3


@pytest.mark.long
def test_processes_give_the_same_files_as_one(parquet: Path, registry: Path, tmp_path: Path) -> None:
    run(parquet, tmp_path / "one", registry)
    command = [sys.executable, "-c", PROGRAM, *arguments(parquet, tmp_path / "two", registry, "--processes", "2")]
    subprocess.run(command, check=True, capture_output=True)

    assert contents(tmp_path / "two") == contents(tmp_path / "one")


@pytest.mark.long
def test_killed_at_random_moments_it_ends_as_if_undisturbed(parquet: Path, registry: Path, tmp_path: Path) -> None:
    run(parquet, tmp_path / "calm", registry)
    calm, out, chance = contents(tmp_path / "calm"), tmp_path / "killed", random.Random(3)
    kills, cut_short = 0, 0
    command = [sys.executable, "-c", PROGRAM, *arguments(parquet, out, registry, "--processes", "2")]

    while kills < KILLS:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wanted = len(files(out)) + chance.randrange(8)
        until(lambda: process.poll() is not None or len(files(out)) >= wanted)  # noqa: B023 (ends in this turn)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
        done = contents(out) if out.exists() else {}
        whole = {name: data for name, data in done.items() if not name.startswith(".")}
        assert whole.items() <= calm.items(), "a file was put in place that is not whole"
        cut_short += len(whole) < len(calm)
        if len(whole) == len(calm):  # begin anew: all kills must hit a run at work
            for name in whole:
                (out / name).unlink()

    subprocess.run(command, check=True, capture_output=True)
    assert contents(out) == calm
    assert cut_short >= KILLS // 4


@pytest.mark.long
def test_an_orphaned_worker_dies_with_its_parent(parquet: Path, registry: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, *arguments(parquet, tmp_path / "out", registry, "--processes", "2")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (children := _children(process.pid)) and process.poll() is None:
        time.sleep(0.02)

    process.kill()
    process.wait()

    until(lambda: not any(map(_alive, children)))


@pytest.mark.long
def test_dask_gives_the_same_files(parquet: Path, registry: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="needs fairlead[dask]")
    run(parquet, tmp_path / "here", registry)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        run(parquet, tmp_path / "dask", registry, "--dask", cluster.scheduler_address)

    assert contents(tmp_path / "dask") == contents(tmp_path / "here")


def test_a_finished_run_repeated_does_nothing(
    parquet: Path, customers: pa.Table, registry: Path, tmp_path: Path
) -> None:
    run(parquet, tmp_path / "out", registry)
    times = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "out").iterdir()}

    assert f"{len(customers):,} customers in 40 files" in run(parquet, tmp_path / "out", registry)

    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "out").iterdir()} == times


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": "csv"}, "holds another run (of other input)"),
        ({"as_of": "2030-01-01"}, "holds another run (as of 2026"),
        ({"out": "foreign"}, "holds Parquet files that are not of a run"),
        ({"model": "churn/v9"}, "there is no model version"),
        ({"model": "../churn"}, "is no name"),
        ({"id": "nobody"}, "has no column 'nobody'"),
        ({"data": "broken"}, "broken.parquet: cannot be read"),
        ({"data": "empty"}, "there is no table: .csv"),
        pytest.param({"dask": "tcp://127.0.0.1:9"}, "does not answer", marks=TEN_SECONDS),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    change: dict[str, str], message: str, parquet: Path, csv: Path, registry: Path, tmp_path: Path
) -> None:
    if {"data", "as_of"} & change.keys():
        run(parquet, tmp_path / "out", registry)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "x.parquet").write_bytes(b"")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 nothing PAR1")
    (tmp_path / "empty").mkdir()
    data = {"csv": csv, "broken": tmp_path / "broken.parquet", "empty": tmp_path / "empty"}.get(
        change.get("data", ""), parquet
    )
    out = tmp_path / (change.get("out") or ("out" if {"data", "as_of"} & change.keys() else "new"))
    more = [
        part
        for key in ("model", "id", "dask", "as_of")
        if key in change
        for part in (f"--{key.replace('_', '-')}", change[key])
    ]

    result = CliRunner().invoke(rescore, [*arguments(data, out, registry), "--processes", "1", *more])

    assert result.exit_code == 1
    assert message in result.output


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("dress", ["semicolons", "tabs", "capitals", "gb18030", "workbook"])
def test_a_table_in_any_dress_gives_the_same_scores(
    dress: str, customers: pa.Table, registry: Path, tmp_path: Path
) -> None:
    some = customers.slice(0, 300)
    pq.write_table(some, tmp_path / "plain.parquet")
    run(tmp_path / "plain.parquet", tmp_path / "plain", registry)

    run(dressed(some, dress, tmp_path), tmp_path / "dressed", registry)

    assert table(tmp_path / "dressed").equals(table(tmp_path / "plain"))


def dressed(customers: pa.Table, dress: str, folder: Path) -> Path:
    """Write customers as exports and spreadsheets leave them."""
    rows = [["" if value is None else value for value in row.values()] for row in customers.to_pylist()]
    names = customers.column_names
    if dress == "workbook":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in [names, *rows]:
            sheet.append(row)
        book.save(folder / "dressed.xlsx")
        return folder / "dressed.xlsx"
    delimiter = {"semicolons": ";", "tabs": "\t"}.get(dress, ",")
    names = [f" {name.upper()} " for name in names] if dress == "capitals" else names
    if dress == "semicolons":
        rows = [[str(cell).replace(".", ",") if isinstance(cell, float) else cell for cell in row] for row in rows]
    if dress == "gb18030":
        names, rows = [*names, "备注"], [[*row, "老客户，来自上海"] for row in rows]
    file = folder / "dressed.csv"
    with file.open("w", encoding="gb18030" if dress == "gb18030" else "utf-8", newline="") as stream:
        csv_module.writer(stream, delimiter=delimiter).writerows([names, *rows])
    return file


def test_a_table_without_any_column_of_the_model_is_refused(registry: Path, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("customer,colour\nA,red\nB,blue\n")

    result = CliRunner().invoke(rescore, arguments(tmp_path / "other.csv", tmp_path / "out", registry))

    assert result.exit_code == 1
    assert "has none of the model's columns" in result.output
    assert not (tmp_path / "out").exists()


def test_a_table_that_lacks_most_of_what_the_model_reads_is_refused_unless_that_is_allowed(
    registry: Path, tmp_path: Path
) -> None:
    (tmp_path / "little.csv").write_text("customer,logins_30d,contarct\nA,3,7\nB,4,8\n")
    (tmp_path / "half.csv").write_text("customer,logins_30d,contract\nA,3,One year\nB,4,Two year\n")

    refused = CliRunner().invoke(rescore, arguments(tmp_path / "little.csv", tmp_path / "out", registry))

    assert refused.exit_code == 1
    lacking = "has no column for 3 of the 4 that the model reads: contract, paperless, days_since_order; found are"
    assert f"{lacking} customer, logins_30d, contarct (contract?). " in refused.output
    assert "--allow-missing-columns" in refused.output
    assert not (tmp_path / "out").exists()
    assert "2 customers" in run(tmp_path / "little.csv", tmp_path / "out", registry, "--allow-missing-columns")
    assert "2 customers" in run(tmp_path / "half.csv", tmp_path / "half", registry)


def test_columns_that_are_not_there_are_named(customers: pa.Table, registry: Path, tmp_path: Path) -> None:
    pq.write_table(customers.slice(0, 50).drop_columns(["contract"]), tmp_path / "in.parquet")

    said = run(tmp_path / "in.parquet", tmp_path / "out", registry)

    assert "columns not there: contract" in said


def test_rows_are_counted_where_no_text_has_to_be_looked_at(
    customers: pa.Table, registry: Path, tmp_path: Path
) -> None:
    pq.write_table(customers.slice(0, 50).drop_columns(["customer"]), tmp_path / "in.parquet", row_group_size=20)

    assert "in.parquet: parquet; 50 rows" in run(tmp_path / "in.parquet", tmp_path / "out", registry)


def test_customers_without_an_id_are_counted(customers: pa.Table, registry: Path, tmp_path: Path) -> None:
    some = customers.slice(0, 50)
    place = some.schema.get_field_index("customer")
    ids = ["" if row == 6 else str(name) for row, name in enumerate(some["customer"].to_pylist())]
    pq.write_table(some.set_column(place, "customer", pa.array(ids)), tmp_path / "in.parquet")

    said = run(tmp_path / "in.parquet", tmp_path / "out", registry)

    assert "column customer: 1 of 50 rows have no id; first line 7" in said


def test_customers_in_more_than_one_row_are_named_and_each_row_scored(
    customers: pa.Table, registry: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    pq.write_table(customers.slice(0, 50), tmp_path / "in" / "a.parquet", row_group_size=20)
    pq.write_table(customers.slice(40, 60), tmp_path / "in" / "b.parquet", row_group_size=20)
    again = customers["customer"][40].as_py()

    said = run(tmp_path / "in", tmp_path / "out", registry, "--shard-rows", "20")
    alone = run(tmp_path / "in" / "b.parquet", tmp_path / "alone", registry)

    assert "10 customers stand in more than one row each, 20 in all" in said
    assert repr(again) in said
    assert len(table(tmp_path / "out")) == 110
    assert "in more than one row" not in alone


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_row_without_an_id_has_the_number_it_has_in_its_file(
    registry: Path, customers: pa.Table, tmp_path: Path, ending: str
) -> None:
    rows = customers.slice(0, 6).drop_columns(["customer"]).to_pylist()
    rows[2] = dict.fromkeys(rows[2])
    file, given = tmp_path / f"in.{ending}", pa.Table.from_pylist(rows, customers.drop_columns(["customer"]).schema)
    if ending == "parquet":
        pq.write_table(given, file)
    else:
        csv.write_csv(given, file)
    kept = [0, 1, 2, 3, 4, 5] if ending == "parquet" else [0, 1, 3, 4, 5]
    run(tmp_path / file.name, tmp_path / "out", registry)
    alone = tmp_path / "alone.parquet"
    pq.write_table(given.slice(5), alone)
    run(alone, tmp_path / "alone", registry)

    assert table(tmp_path / "out")["row"].to_pylist() == kept
    assert table(tmp_path / "out")["log_odds"].to_pylist()[-1] == table(tmp_path / "alone")["log_odds"][0].as_py()


def test_a_row_that_is_cut_off_is_left_out_named_and_no_success(registry: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("customer,logins_30d,contract\nA,3,One year\nB,4,Two year\nC,5")

    result = CliRunner().invoke(rescore, arguments(tmp_path / "in.csv", tmp_path / "out", registry, "--processes", "1"))

    assert result.exit_code == 1
    assert "row in error: line 4, 2 cells, the header has 3" in result.output
    assert table(tmp_path / "out")["customer"].to_pylist() == ["A", "B"]
