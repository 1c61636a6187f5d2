"""Every table of the field cases is read alike by whatever it gets in through, with each option."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tables.options import ReadOptions
from tables.reading import open_table
from tests.conftest import ROOT
from tests.unit.tables.every_way import WAYS
from tests.unit.tables.outcomes import FieldCase, directly, field_case

FOLDER = Path(os.environ.get("FAIRLEAD_DATA", ROOT.parent / "shared" / "data")).parent / "cases"
OPTIONS: dict[str, dict[str, Any]] = {
    "none": {},
    "cp1252": {"encoding": "cp1252"},
    "gb18030": {"encoding": "gb18030"},
    "delimiter": {"delimiter": ";"},
    "decimal": {"decimal": ","},
    "date_format": {"date_format": "DMY"},
    "timezone": {"timezone": "Asia/Shanghai"},
    "sheet": {"sheet": "Two"},
    "mapping": {"columns": {"region": "area", "spend": "outlay", "amount": "sum"}},
    "allow_unreadable": {"allow_unreadable": 0.9},
}
FEW = {
    *("events_currency_head", "koeln_cp1252", "numbers", "p_ts", "reps_lists", "sep_line", "taipei_big5", "truncated"),
    *("workbook", "zones"),
}


DECLARED = ("rescore", "dataset")
"""Ways whose columns a document names, in up to 256 characters: not all of a header that is taken for one column."""


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return the tables: those that lie there, those that its programs write, and two of an own for what these lack."""
    if not FOLDER.is_dir():
        pytest.skip("the folder of field cases is not here; FAIRLEAD_DATA says where to look")
    folder = tmp_path_factory.mktemp("tables")
    for program in ("make_tables.py", "make_parquet.py"):
        subprocess.run([sys.executable, FOLDER / "train" / program], cwd=folder, check=True)
    written = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".parquet"))
    lying = [*sorted((FOLDER / "route").glob("*.csv")), FOLDER / "train" / "events_currency_head.csv"]
    return [*lying, *written, _workbook(folder, FOLDER / "route"), _zones(folder)]


def _workbook(folder: Path, cases: Path) -> Path:
    """Write a workbook of two sheets, of which an option names the second."""
    book = openpyxl.Workbook(write_only=True)
    for sheet, name in (("One", "reps.csv"), ("Two", "sf_footer.csv")):
        table = open_table(cases / name)
        rows, target = table.survey(dict.fromkeys(table.names)).read(), book.create_sheet(sheet)
        target.append(rows.schema.names)
        for row in rows.to_pylist():
            target.append(list(row.values()))
    book.save(folder / "workbook.xlsx")
    return folder / "workbook.xlsx"


def _zones(folder: Path) -> Path:
    """Write times without a zone, and dates and numbers that only an option tells how to read."""
    rows = [f"z{place},2024-05-{place + 1:02d} 08:30:00,0{place + 1}.02.2024,{place + 1}.000" for place in range(9)]
    (folder / "zones.csv").write_text("\n".join(["customer,seen,signed,spend", *rows]) + "\n")
    return folder / "zones.csv"


def _otherwise(way: str, options: ReadOptions, files: list[Path], folder: Path) -> dict[str, list[str]]:
    cases = [field_case(file, options) for file in files]
    told = {case.file.name: WAYS[way](case, folder) for case in cases if way not in DECLARED or _can_declare(case)}
    return {name: problems for name, problems in told.items() if problems}


def _can_declare(case: FieldCase) -> bool:
    return all(len(name) <= 256 for name in case.names)


@pytest.mark.parametrize(
    "option", ["none", *(pytest.param(name, marks=pytest.mark.long) for name in ("delimiter", "mapping"))]
)
@pytest.mark.parametrize("way", WAYS)
def test_some_tables_are_read_alike_in_every_way(way: str, option: str, tables: list[Path], tmp_path: Path) -> None:
    some = [file for file in tables if file.stem in FEW]

    assert not _otherwise(way, ReadOptions(**OPTIONS[option]), some, tmp_path)


@pytest.mark.long
@pytest.mark.skipif("FAIRLEAD_FULL" not in os.environ, reason="a quarter of an hour is waited for: FAIRLEAD_FULL=1")
@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("way", WAYS)
def test_every_table_is_read_alike_in_every_way(way: str, option: str, tables: list[Path], tmp_path: Path) -> None:
    assert not _otherwise(way, ReadOptions(**OPTIONS[option]), tables, tmp_path)


@pytest.mark.parametrize(
    "option",
    [
        pytest.param(name, marks=() if name in ("delimiter", "decimal", "date_format") else pytest.mark.long)
        for name in sorted(OPTIONS.keys() - {"none"})
    ],
)
def test_each_option_changes_what_is_read_of_some_table(option: str, tables: list[Path]) -> None:
    options = ReadOptions(**OPTIONS[option])
    changed = []
    for file in tables:
        if file.stem not in FEW | {"inf", "sf_footer"}:
            continue
        case, plain = field_case(file, options), field_case(file, ReadOptions())
        with_it = directly(file, options, dict.fromkeys(case.kinds))
        if (case.kinds, with_it) != (plain.kinds, directly(file, ReadOptions(), dict.fromkeys(plain.kinds))):
            changed.append(file.name)

    assert changed
