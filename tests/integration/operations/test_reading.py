"""Operations read tables as the commands do, by the same options, and tell what was read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from failures import InvalidInput
from fairlead.client import FairleadClient, FairleadError
from fairlead.v1 import models_pb2, scoring_pb2
from fairlead.v1.tables_pb2 import ReadOptions
from operations.tables import read_options
from scoring.services import registries
from service import main
from tests.long_work import N_ROWS, write_customers
from tests.scoring_models import NOON, write_model
from tests.served import Served

TRAINING = ("--target", "left", "--id", "customer", "--rungs", "1")
HOW = ("--encoding", "cp1252", "--delimiter", ";")
LACKING = (*HOW, "--allow-missing-columns")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a table to train on and one to rescore, as a spreadsheet in German writes them."""
    folder = tmp_path_factory.mktemp("reading")
    for name in ("training", "data/@default", "out"):
        (folder / name).mkdir(parents=True)
    write_customers(folder / "plain.csv")
    lines = (folder / "plain.csv").read_text().replace(",", ";").replace("plan 0", "für Kleine").splitlines()
    (folder / "training" / "kunden.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    logins = ["Kündigung" if place in (7, 90, 91) else f"{place % 40},5" for place in range(120)]
    rows = [f"c{place:03d};{text}" for place, text in enumerate(logins)]
    (folder / "data" / "@default" / "kunden.csv").write_bytes(
        "\n".join(["customer;logins_30d", *rows]).encode("cp1252")
    )
    cut = "customer,logins_30d\n" + "".join(f"c{place},{place % 40}\n" for place in range(119)) + "c119"
    (folder / "data" / "@default" / "cut.csv").write_text(cut)
    write_model(folder / "models", "v1")
    registries(str(folder / "models"))("").promote("churn", "v1", actor="test")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    places = {
        "FAIRLEAD_TRAINING_DATA": str(folder / "training"),
        "FAIRLEAD_RESCORING_DATA": str(folder / "data"),
        "FAIRLEAD_RESCORING_OUT": str(folder / "out"),
        "FAIRLEAD_MODELS": str(folder / "models"),
    }
    served = Served(tmp_path_factory.mktemp("store"), places)
    yield served.ready()
    served.close()


def fairlead(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.long
def test_a_training_takes_the_options_of_the_command_makes_the_same_version_and_tells_what_it_read(
    address: str, folder: Path
) -> None:
    how = (*TRAINING, "--model", "second", *HOW)
    by_hand = fairlead("train", "--data", folder / "training" / "kunden.csv", "--out", folder / "other", *how)

    asked = fairlead("operations", "train", "kunden.csv", *how, "--server", address)

    assert (by_hand.exit_code, asked.exit_code) == (0, 0), by_hand.output + asked.output
    with FairleadClient(address) as client:
        model = client.operations.result(asked.output.split()[0], models_pb2.Model)
    report = model.read_report
    assert (report.file, report.format, report.encoding, report.delimiter) == ("kunden.csv", "csv", "cp1252", ";")
    assert report.row_count == N_ROWS
    assert {column.column for column in report.columns if column.value_count == N_ROWS} == {
        *("customer", "logins", "plan", "left")
    }
    assert model.name.rpartition("/")[2] in [version.name for version in (folder / "other" / "second").iterdir()]


@pytest.mark.long
def test_what_cannot_be_read_without_an_option_says_which(address: str) -> None:
    refused = fairlead("operations", "train", "kunden.csv", *TRAINING, "--server", address)

    assert refused.exit_code == 1
    assert "--encoding" in refused.output


@pytest.mark.long
def test_a_rescoring_refuses_what_it_cannot_read_and_with_leave_tells_where_it_stood(
    address: str, folder: Path
) -> None:
    refused = fairlead("operations", "rescore", "kunden.csv", "refused", *LACKING, "--server", address)
    lacking = fairlead("operations", "rescore", "kunden.csv", "refused", *HOW, "--server", address)
    with FairleadClient(address) as client:
        allowed = ReadOptions(encoding="cp1252", delimiter=";", allow_unreadable=0.05)
        begun = client.operations.rescore(
            "kunden.csv", "scores", as_of=NOON, allow_missing_columns=True, read_options=allowed
        )
        rescored = client.operations.result(begun.name, scoring_pb2.RescoreCustomersResponse)

    assert (refused.exit_code, lacking.exit_code) == (1, 1)
    assert "has no column for 3 of the 4 that the model reads: contract, paperless, days_since_order" in lacking.output
    assert "3 of 120 values are no number" in refused.output
    (report,) = rescored.read_reports
    (logins,) = (column for column in report.columns if column.name == "logins_30d")
    assert (logins.unreadable_count, logins.value_count) == (3, 120)
    assert logins.unreadable_share == pytest.approx(3 / 120)
    assert (logins.first_unreadable.line, logins.first_unreadable.text) == (9, "Kündigung")
    assert list(report.missing_columns) == ["contract", "paperless", "days_since_order"]


@pytest.mark.long
def test_a_rescoring_writes_reasons_where_they_are_asked_for_and_counts_who_is_at_risk(
    address: str, folder: Path
) -> None:
    options = (*LACKING, "--allow-unreadable", "0.05", "--as-of", f"{NOON:%Y-%m-%dT%H:%M:%S}", "--server", address)
    asked = fairlead("operations", "rescore", "kunden.csv", "reasons", "--reasons", "2", "--language", "zh", *options)

    assert asked.exit_code == 0, asked.output
    (file,) = (folder / "out" / "@default" / "reasons").glob("*.parquet")
    rows = pq.read_table(file).to_pylist()
    at_risk = sum(row["at_risk"] for row in rows)
    assert f"; {at_risk} at risk, from 30.0% on" in asked.output
    assert {len(row["reasons"]) for row in rows} == {2}
    assert "流失概率为 " in rows[0]["reasons"][0]["text"]
    with FairleadClient(address) as client, pytest.raises(FairleadError, match="51 is not between 0 and 50"):
        client.operations.rescore("kunden.csv", "more", top=51)


@pytest.mark.long
def test_rows_in_error_are_told_and_end_the_command_with_1(address: str) -> None:
    ended = fairlead("operations", "rescore", "cut.csv", "cut", "--allow-missing-columns", "--server", address)

    assert ended.exit_code == 1
    assert "119 customers in 1 file in cut" in ended.output
    assert "row in error: line 121, 1 cells, the header has 2" in ended.output


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (ReadOptions(encoding="klingon"), "read_options.encoding"),
        (ReadOptions(encoding="undefined"), "read_options.encoding"),
        (ReadOptions(delimiter=";;"), "read_options.delimiter"),
        (ReadOptions(decimal="'"), "read_options.decimal"),
        (ReadOptions(date_format="DDD"), "read_options.date_format"),
        (ReadOptions(timezone="Europe/Atlantis"), "read_options.timezone"),
        (ReadOptions(sheet="s" * 129), "read_options.sheet"),
        (ReadOptions(allow_unreadable=1.5), "read_options.allow_unreadable"),
        (ReadOptions(columns={str(place): "x" for place in range(4097)}), "read_options.columns"),
    ],
)
def test_an_option_that_cannot_be_is_refused_by_its_field(options: ReadOptions, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_options(options)

    assert [violation.field for violation in refusal.value.violations] == [field]
