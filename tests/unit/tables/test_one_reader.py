"""Tables are read in one place: nothing else opens a CSV file, a Parquet file or a workbook."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

PACKAGES = (
    *("background", "fairlead", "gateway", "operations", "router", "rules", "scoring"),
    *("serving", "store", "telemetry", "training", "workqueue", "service.py"),
)
READERS = {
    *("reader", "DictReader", "read_csv", "open_csv", "read_table", "read_schema", "read_metadata", "ParquetFile"),
    *("ParquetDataset", "dataset", "CalamineWorkbook", "load_workbook", "read_excel", "read_parquet"),
}
LIBRARIES = {"csv", "pyarrow.csv", "pyarrow.parquet", "pyarrow.dataset", "python_calamine", "openpyxl", "pandas"}


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        place = ROOT / ("proto/fairlead" if package == "fairlead" else package)
        yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def test_no_other_module_reads_tables() -> None:
    places = list(modules())

    assert len(places) > 600
    assert {str(place.relative_to(ROOT)): read for place in places if (read := reads(place.read_text("utf-8")))} == {}


def test_what_reads_a_table_is_found() -> None:
    assert reads("import csv as c\nrows = c.reader(file)\n") == ["csv.reader"]
    assert reads("from pyarrow.csv import read_csv\n") == ["pyarrow.csv"]
    assert reads("import csv\nrows = csv.writer(file)\n") == []


def reads(text: str) -> list[str]:
    """Return what a module's text calls or imports to read tables."""
    if not any(library in text for library in LIBRARIES):
        return []
    tree = ast.parse(text)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name in LIBRARIES
    }
    calls = [
        f"{names[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
    ]
    taken = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module in LIBRARIES]
    return [call for call in calls if call.rpartition(".")[2] in READERS] + [name for name in taken if name]
