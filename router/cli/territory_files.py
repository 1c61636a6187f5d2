"""Territories from files: the tree of regions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resource_names import check_id
from router.cli.columns import by_name, columns_of, in_words, of_sheets
from router.cli.failing import InputFailed, refuse_rejected
from router.cli.quoted import unquoted
from router.cli.workforce_files import ID_ALLOWED, key_problems, lines_of, strict
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import Table, open_table
from tables.report import ReadReport

TERRITORY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "territory", "region", "区域", "编号", "地区"),
    "parent": ("parent", "上级", "上级区域"),
    "name": ("name", "display_name", "名称", "区域名称"),
}


@dataclass(frozen=True, slots=True)
class TerritoriesFile:
    """What a territories file says.

    Parameters
    ----------
    parents
        The parent of each territory, parents before their children; those that are named as parents alone, too.
    names
        How to call those that the file gives a name.
    columns
        The file's name of each field.
    lines
        Where each territory stands.
    """

    parents: dict[str, str]
    report: ReadReport | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


def read_territories(file: Path, options: ReadOptions, *, mapping: str = "--workforce-mapping") -> TerritoriesFile:
    """Read a territories file; all of it, or none.

    Parameters
    ----------
    mapping
        The option by which the columns of the file may be named.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be, or territories lie inside each other.
    """
    return in_words(lambda: _read_territories(open_table(file, options), mapping))


def _read_territories(table: Table, mapping: str) -> TerritoriesFile:
    columns = columns_of(table, by_name(TERRITORY_COLUMNS))
    if "id" not in columns:
        allowed = f"{', '.join(TERRITORY_COLUMNS['id'])}; or {mapping} FILE"
        raise InputFailed(
            f"{table.file}:1: found no column that names the territory{of_sheets(table)}; allowed: {allowed}"
        )
    kinds = {"id": ColumnKind.ID, "parent": ColumnKind.TEXT, "name": ColumnKind.TEXT}  # a root has no parent
    reading = strict(table, {field: kind for field, kind in kinds.items() if field in columns}, columns)
    parents, names, records = dict[str, str](), dict[str, str](), dict[str, int]()
    for record, row in reading.rows():
        territory, parent = unquoted(row.get("id", "")), unquoted(row.get("parent", ""))
        if problems := _problems(row, territory, parent, records, columns):
            reading.reject(record, "; ".join(problems))
        records.setdefault(territory, record)
        parents[territory], names[territory] = parent, unquoted(row.get("name", ""))
    refuse_rejected(reading.report)
    if not parents:
        raise InputFailed(f"{table.file}: found no territories; allowed: at least one line below the header")
    everyone = dict.fromkeys(parent for parent in parents.values() if parent and parent not in parents)
    ordered = {name: parents[name] for name in _parents_first(table.file, parents)}
    lines = lines_of(reading, records)
    return TerritoriesFile({**dict.fromkeys(everyone, ""), **ordered}, reading.report, names, columns, lines)


def _problems(
    row: Mapping[str, Any], territory: str, parent: str, seen: Collection[str], columns: Mapping[str, str]
) -> list[str]:
    problems = key_problems("id", row, columns)
    if parent and check_id(parent):
        problems.append(f"column {columns['parent']}: found {parent!r}; allowed: {ID_ALLOWED}")
    if territory in seen:
        problems.append(f"column {columns['id']}: found {territory!r}; allowed: each territory once")
    return problems


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
