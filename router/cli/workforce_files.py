"""Reps and territories from CSV: which columns mean what, and what their cells may hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fairlead.v1 import workforce_pb2 as workforce
from resource_names import MAX_ID_LENGTH, check_id
from router.cli.tables import Faults, InputFailed, Row, Table, free, listed, number, read_cell, read_table, truth
from router.model.workitem import Kind

REP_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "rep", "rep_id", "编号", "工号", "销售编号"),
    "name": ("name", "display_name", "姓名", "销售"),
    "regions": ("regions", "region", "territories", "territory", "区域", "地区", "负责区域"),
    "industries": ("industries", "industry", "行业", "负责行业"),
    "skills": ("skills", "skill", "技能"),
    "languages": ("languages", "language", "语言"),
    "weight": ("weight", "权重"),
    "pools": ("pools", "pool", "分配池"),
    "active": ("active", "在职", "启用"),
    **{
        f"capacity_{kind}": (f"capacity_{kind.lower()}", *chinese)
        for kind, chinese in {
            Kind.LEAD: ("capacity", "线索上限", "容量", "上限"),
            Kind.CUSTOMER: ("客户上限",),
            Kind.TICKET: ("工单上限",),
            Kind.RESCUE: ("挽回上限",),
        }.items()
    },
}
"""Columns of a reps file by what they mean; any other column becomes a free attribute of its own name."""

TERRITORY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "territory", "region", "区域", "编号", "地区"),
    "parent": ("parent", "上级", "上级区域"),
}
_LISTS = ("regions", "industries", "skills", "languages")
_ID_ALLOWED = f"1 to {MAX_ID_LENGTH} letters of any script, digits, '-', '_' and '.'"
_WEIGHT_ALLOWED = "a number above 0 to 1000"
_CAPACITY_ALLOWED = "a whole number from 0 to 1000000; empty: unlimited"


@dataclass(frozen=True, slots=True)
class WorkforceFile:
    """The reps of a file, and the pools it puts them in: rep → weight."""

    reps: list[workforce.Rep]
    pools: dict[str, dict[str, float]] = field(default_factory=dict)


def by_name(columns: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Turn field → names into name → field."""
    return {name: field for field, names in columns.items() for name in names}


def read_reps(file: Path, mapped: Mapping[str, str], pools_of_rules: Collection[str]) -> WorkforceFile:
    """Read a reps file.

    Parameters
    ----------
    mapped
        Field by column name, as the user says.
    pools_of_rules
        The pools that a rep without a ``pools`` column belongs to: those that the rules name.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be.
    """
    table, faults = read_table(file, by_name(REP_COLUMNS), mapped), Faults(file)
    if not {"id", "name"} & table.columns.keys():
        names = ", ".join((*REP_COLUMNS["id"], *REP_COLUMNS["name"]))
        raise InputFailed(f"{file}:1: found no column that names the rep; allowed: {names}; or --map COLUMN=id")
    found, lines = WorkforceFile([]), dict[str, int]()
    for row in table.rows:
        rep = _rep(row, table, faults)
        if rep.name in lines:
            faults.add(
                row.line, table.columns.get("id", "name"), rep.name, f"each rep once, first in {lines[rep.name]}"
            )
        lines[rep.name] = row.line
        found.reps.append(rep)
        for pool, weight in _memberships(row, table, pools_of_rules, faults).items():
            found.pools.setdefault(pool, {})[rep.name] = weight
    if not found.reps:
        raise InputFailed(f"{file}: found no reps; allowed: at least one line below the header")
    faults.end()
    return found


def _rep(row: Row, table: Table, faults: Faults) -> workforce.Rep:
    name = row.cells.get("name", "")
    rep_id = row.cells.get("id") or _id_from(name)
    if check_id(rep_id):
        faults.add(row.line, table.columns.get("id", "name"), rep_id, _ID_ALLOWED)
    active = read_cell(row, "active", table.columns.get("active", ""), truth, True, "true or false, 是 or 否", faults)
    rep = workforce.Rep(name=rep_id, display_name=name, active=active)
    for kind in Kind:
        column = f"capacity_{kind}"
        if column in row.cells:
            units = read_cell(row, column, table.columns[column], _capacity, 0, _CAPACITY_ALLOWED, faults)
            rep.capacity[kind] = units
    attributes = {column: listed(row.cells[column]) for column in _LISTS if column in row.cells}
    others = {column: free(cell) for column, cell in row.cells.items() if column not in REP_COLUMNS}
    rep.attributes.update({**attributes, **others})
    return rep


def _id_from(name: str) -> str:
    """Make an id of a name.

    Examples
    --------
    >>> _id_from("Darcel Schlecht"), _id_from("王芳")
    ('Darcel-Schlecht', '王芳')
    """
    return "".join(char if not check_id(char) else "-" for char in name)


def _capacity(cell: str) -> int:
    units = number(cell)
    if not 0 <= units <= 1_000_000 or units != int(units):
        raise ValueError(cell)
    return int(units)


def _weight(cell: str) -> float:
    weight = number(cell)
    if not 0.001 <= weight <= 1000:
        raise ValueError(cell)
    return weight


def _memberships(row: Row, table: Table, pools_of_rules: Collection[str], faults: Faults) -> dict[str, float]:
    usual = read_cell(row, "weight", table.columns.get("weight", ""), _weight, 1.0, _WEIGHT_ALLOWED, faults)
    if "pools" not in table.columns:
        return dict.fromkeys(pools_of_rules, usual)
    members: dict[str, float] = {}
    for entry in listed(row.cells.get("pools", "")):
        pool, _, weight = entry.replace("：", ":").partition(":")
        if check_id(pool):
            faults.add(row.line, table.columns["pools"], pool, _ID_ALLOWED)
        try:
            members[pool] = _weight(weight) if weight else usual
        except ValueError:
            faults.add(row.line, table.columns["pools"], entry, f"POOL or POOL:WEIGHT, {_WEIGHT_ALLOWED}")
    return members


def read_territories(file: Path, mapped: Mapping[str, str]) -> dict[str, str]:
    """Read a territories file: parent by territory, parents before their children.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be, or territories lie inside each other.
    """
    table, faults = read_table(file, by_name(TERRITORY_COLUMNS), mapped), Faults(file)
    if "id" not in table.columns:
        names = ", ".join(TERRITORY_COLUMNS["id"])
        raise InputFailed(f"{file}:1: found no column that names the territory; allowed: {names}")
    parents: dict[str, str] = {}
    for row in table.rows:
        territory, parent = row.cells.get("id", ""), row.cells.get("parent", "")
        for column, name in (("id", territory), ("parent", parent)):
            if check_id(name) and (name or column == "id"):
                faults.add(row.line, table.columns[column], name, _ID_ALLOWED)
        if territory in parents:
            faults.add(row.line, table.columns["id"], territory, "each territory once")
        parents[territory] = parent
    faults.end()
    everyone = dict.fromkeys(parent for parent in parents.values() if parent and parent not in parents)
    return {**dict.fromkeys(everyone, ""), **{name: parents[name] for name in _parents_first(file, parents)}}


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
