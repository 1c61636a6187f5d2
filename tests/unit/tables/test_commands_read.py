"""Every command hands the options of tables on; and a mapping that was written once serves next month's files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from router.cli.lead_files import read_leads
from rules.fields import FieldType
from scoring.registry.adapters.storage import LocalStorage
from scoring.registry.registry import Registry
from service import main
from tables.errors import UnreadableTable
from tables.options import ReadOptions, read_mapping
from tables.reading import open_table
from tests.scoring_models import NOON, write_model

RULES = "fields: {region: {type: string}}\nrules: []\ndefault: {route: {pool: p}}\n"
DATASET = """
version: 1
name: small
events: {customer: customer, occurred: date}
moments: {at: [2024-06-01]}
windows: {prediction_days: 30}
label: {name: gone, kind: transactional}
features: [{name: n, aggregation: count}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with what commands want beside the table: rules, reps, a definition, a registry."""
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "reps.csv").write_text("id,name\nanna,Anna\n")
    (tmp_path / "small.yaml").write_text(DATASET)
    write_model(tmp_path / "models", "v1")
    Registry(LocalStorage(tmp_path / "models"), lambda: NOON).promote("churn", "v1", actor="test")
    return tmp_path


def commands(folder: Path, file: Path) -> Mapping[str, list[str | Path]]:
    route = ["route", "--rules", folder / "rules.yaml", "--out", folder / "decisions.csv"]
    return {
        "inspect": ["inspect", file],
        "leads": [*route, "--reps", folder / "plain.csv", "--leads", file],
        "reps": [*route, "--reps", file, "--leads", file],
        "territories": [*route, "--reps", folder / "plain.csv", "--leads", file, "--territories", file],
        "remember": ["remember", file, "--as-of", "2024-06-01"],
        "train": ["train", "--data", file, "--target", "left", "--out", folder / "models"],
        "rescore": ["rescore", "--data", file, "--out", folder / "scores", "--registry", folder / "models"],
        "dataset": ["dataset", "--events", file, "--definition", folder / "small.yaml", "--out", folder / "d.parquet"],
    }


def fairlead(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


COMMANDS = ("inspect", "leads", "reps", "territories", "remember", "train", "rescore", "dataset")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--encoding", "--sheet", "--mapping"])
def test_a_command_refuses_as_a_direct_reading_does_by_the_option_that_it_was_given(
    command: str, option: str, folder: Path
) -> None:
    (folder / "mapping.yaml").write_text("sheet: Nowhere\n")
    value = {"--encoding": "ascii", "--sheet": "Nowhere", "--mapping": folder / "mapping.yaml"}[option]
    options = ReadOptions(encoding="ascii") if option == "--encoding" else ReadOptions(sheet="Nowhere")
    file = _text(folder) if option == "--encoding" else _workbook(folder)
    (folder / "plain.csv").write_text("id,name\nanna,Anna\n")
    with pytest.raises(UnreadableTable) as direct:
        open_table(file, options)

    refused = fairlead(*commands(folder, file)[command], option, value)

    assert refused.exit_code == (1 if command in ("remember", "train", "rescore", "dataset") else 2)
    assert str(direct.value) in refused.output.replace(f"{folder / 'plain.csv'}", str(file))


def _text(folder: Path) -> Path:
    file = folder / "table.csv"
    file.write_text("customer,region,left,date\nc1,Köln,yes,2024-05-01\n", encoding="utf-8")
    return file


def _workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["customer", "region", "left", "date"])
    book.active.append(["c1", "Berlin", "yes", "2024-05-01"])
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"


def test_a_mapping_that_inspect_saved_reads_next_months_file_in_route_and_rescore(folder: Path) -> None:
    may, june = folder / "mai.csv", folder / "juni.csv"
    may.write_bytes("Kundennummer;Gebiet;logins\nc1;Köln;3,5\n".encode("cp1252"))
    june.write_bytes("Kundennummer;Gebiet;logins\nc2;Düsseldorf;1.004,5\nc3;Köln;2,5\n".encode("cp1252"))
    saved = folder / "mapping.yaml"

    looked = fairlead("inspect", may, "--encoding", "cp1252", "--decimal", ",", "--save-mapping", saved)
    saved.write_text(saved.read_text() + "columns: {Kundennummer: customer, Gebiet: region, logins: logins_30d}\n")
    again = fairlead("inspect", june, "--mapping", saved)
    scored = fairlead(
        *commands(folder, june)["rescore"], "--mapping", saved, "--as-of", "2026-03-02", "--processes", "1"
    )

    assert (looked.exit_code, again.exit_code, scored.exit_code) == (0, 0, 0), scored.output
    assert "Kundennummer: texts, 0 missing" in again.output
    (results,) = (folder / "scores").glob("*.parquet")
    assert pq.read_table(results)["customer"].to_pylist() == ["c2", "c3"]
    options = read_mapping(saved)
    assert (options.encoding, options.delimiter, options.decimal) == ("cp1252", ";", ",")
    leads = read_leads(
        june,
        {"region": FieldType.STRING, "logins_30d": FieldType.NUMBER},
        "csv",
        options.over(ReadOptions(columns={"Kundennummer": "external_id"})),
    )
    assert [dict(item.attributes) for item in leads.items] == [
        {"region": "Düsseldorf", "logins_30d": 1004.5},
        {"region": "Köln", "logins_30d": 2.5},
    ]
