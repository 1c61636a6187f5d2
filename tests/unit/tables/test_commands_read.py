"""Every command hands the options of tables on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from scoring.registry.adapters.storage import LocalStorage
from scoring.registry.registry import Registry
from service import main
from tables.errors import UnreadableTable
from tables.options import ReadOptions
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
    route: list[str | Path] = ["route", "--rules", folder / "rules.yaml", "--out", folder / "decisions.csv"]
    plain = folder / "plain.csv"
    return {
        "inspect": ["inspect", file],
        "leads": [*route, "--reps", plain, "--leads", file],
        "reps": [*route, "--reps", file, "--leads", plain],
        "territories": [*route, "--reps", plain, "--leads", plain, "--territories", file],
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
    values = {"--encoding": "ascii", "--sheet": "Nowhere", "--mapping": str(folder / "mapping.yaml")}
    options = ReadOptions(encoding="ascii") if option == "--encoding" else ReadOptions(sheet="Nowhere")
    file = _text(folder) if option == "--encoding" else _workbook(folder)
    (folder / "plain.csv").write_text("id,name\nanna,Anna\n")
    with pytest.raises(UnreadableTable) as direct:
        open_table(file, options)

    if command in ("reps", "territories"):  # which have a mapping of their own, and no other option
        (folder / "own.yaml").write_text(options.to_yaml())
        option, values = "--workforce-mapping", {"--workforce-mapping": str(folder / "own.yaml")}
    refused = fairlead(*commands(folder, file)[command], option, values[option])

    assert refused.exit_code == (1 if command in ("remember", "train", "rescore", "dataset") else 2)
    assert str(direct.value) in refused.output


def _text(folder: Path) -> Path:
    file = folder / "table.csv"
    file.write_text("customer,region,left,date\nc1,Köln,yes,2024-05-01\n", encoding="utf-8")
    return file


def _workbook(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("One")
    sheet.append(["customer", "region", "left", "date"])
    sheet.append(["c1", "Berlin", "yes", "2024-05-01"])
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"
