"""Territories from files: the tree of regions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from resource_names import check_id
from router.cli.columns import by_name, columns_of
from router.cli.failing import InputFailed, refuse_rejected
from router.cli.workforce_files import ID_ALLOWED, of_workforce, strict
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import Table, open_table
from tables.report import ReadReport

TERRITORY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "territory", "region", "区域", "编号", "地区"),
    "parent": ("parent", "上级", "上级区域"),
}


@dataclass(frozen=True, slots=True)
class TerritoriesFile:
    """The parent of each territory, parents before their children; and what was read."""

    parents: dict[str, str]
    report: ReadReport | None = None


def read_territories(file: Path, options: ReadOptions) -> TerritoriesFile:
    """Read a territories file; all of it, or none.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be, or territories lie inside each other.
    """
    return of_workforce(lambda: _read_territories(open_table(file, options)))


def _read_territories(table: Table) -> TerritoriesFile:
    columns = columns_of(table, by_name(TERRITORY_COLUMNS))
    if "id" not in columns:
        names = ", ".join(TERRITORY_COLUMNS["id"])
        raise InputFailed(
            f"{table.file}:1: found no column that names the territory; allowed: {names}; or --workforce-mapping FILE"
        )
    kinds = {"id": ColumnKind.ID, "parent": ColumnKind.TEXT}  # a root has no parent: no missing id
    reading = strict(table, {field: kind for field, kind in kinds.items() if field in columns}, columns)
    parents: dict[str, str] = {}
    for record, row in reading.rows():
        territory, parent = row.get("id", ""), row.get("parent", "")
        for name, column in ((territory, columns["id"]), (parent, columns.get("parent", ""))):
            if check_id(name) and (name or column == columns["id"]):
                reading.reject(record, f"column {column}: found {name!r}; allowed: {ID_ALLOWED}")
        if territory in parents:
            reading.reject(record, f"column {columns['id']}: found {territory!r}; allowed: each territory once")
        parents[territory] = parent
    refuse_rejected(reading.report)
    everyone = dict.fromkeys(parent for parent in parents.values() if parent and parent not in parents)
    ordered = {name: parents[name] for name in _parents_first(table.file, parents)}
    return TerritoriesFile({**dict.fromkeys(everyone, ""), **ordered}, reading.report)


def _parents_first(file: Path, parents: Mapping[str, str]) -> Iterable[str]:
    ordered: dict[str, None] = {}
    for name in parents:
        path = [name]
        while (parent := parents.get(path[-1], "")) and parent not in ordered and parent in parents:
            if parent in path:
                raise InputFailed(f"{file}: {' in '.join([*path, parent])}: a territory lies inside itself")
            path.append(parent)
        ordered.update(dict.fromkeys(reversed(path)))
    return ordered
