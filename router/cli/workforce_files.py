"""Reps from files: which columns mean what, and what their cells may hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from google.protobuf.struct_pb2 import ListValue

from fairlead.v1 import workforce_pb2 as workforce
from resource_names import MAX_ID_LENGTH, check_id
from router.cli.columns import Read, by_name, columns_of, in_words
from router.cli.failing import InputFailed, refuse_rejected
from router.model.workitem import Kind as WorkItemKind
from tables.forms import ColumnKind
from tables.numbers import figure
from tables.options import ReadOptions
from tables.reading import Reading, Table, open_table
from tables.report import ReadReport
from tables.words import DOUBTFUL, entries, truth

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
            WorkItemKind.LEAD: ("capacity", "线索上限", "容量", "上限"),
            WorkItemKind.CUSTOMER: ("客户上限",),
            WorkItemKind.TICKET: ("工单上限",),
            WorkItemKind.RESCUE: ("挽回上限",),
        }.items()
    },
}
"""Columns of a reps file by what they mean; any other column becomes a free attribute of its own name."""

_LISTS = ("regions", "industries", "skills", "languages")
HOW_TO_SAY = " (of reps and territories: in a file, --workforce-mapping FILE)"
ID_ALLOWED = f"1 to {MAX_ID_LENGTH} letters of any script, digits, '-', '_' and '.'"
_WEIGHT_ALLOWED = "a number above 0 to 1000"
_CAPACITY_ALLOWED = "a whole number from 0 to 1000000; empty: unlimited"


@dataclass(frozen=True, slots=True)
class WorkforceFile:
    """The reps of a file, the pools it puts them in (rep → weight), what was read of it, and what is doubtful in it."""

    reps: list[workforce.Rep]
    pools: dict[str, dict[str, float]] = field(default_factory=dict)
    report: ReadReport | None = None
    warnings: list[str] = field(default_factory=list)


def read_reps(file: Path, pools_of_rules: Collection[str], options: ReadOptions) -> WorkforceFile:
    """Read a reps file; all of it, or none.

    Parameters
    ----------
    pools_of_rules
        The pools that a rep without a ``pools`` column belongs to: those that the rules name.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be.
    """
    return of_workforce(lambda: _read_reps(open_table(file, options), pools_of_rules))


def of_workforce(read: Callable[[], Read]) -> Read:
    """Say how options are given for these files, where a refusal asks for one."""
    try:
        return in_words(read)
    except InputFailed as failed:
        if "say --" not in failed.message:
            raise
        raise InputFailed(f"{failed.message}{HOW_TO_SAY}") from failed


def _read_reps(table: Table, pools_of_rules: Collection[str]) -> WorkforceFile:
    columns = columns_of(table, by_name(REP_COLUMNS))
    if not {"id", "name"} & columns.keys():
        names = ", ".join((*REP_COLUMNS["id"], *REP_COLUMNS["name"]))
        raise InputFailed(
            f"{table.file}:1: found no column that names the rep; allowed: {names}; or --workforce-mapping FILE"
        )
    reading = strict(table, {**_kinds_of_others(table, columns), **_kinds(columns)}, columns)
    found, records = WorkforceFile([], report=reading.report), dict[str, int]()
    for record, row in reading.rows():
        rep, pools, problems = _rep(row, reading, pools_of_rules)
        if rep.name in records:
            first = reading.lines([records[rep.name]])[records[rep.name]]
            problems.append(
                f"column {columns.get('id', 'name')}: found {rep.name!r}; allowed: each rep once, first in {first}"
            )
        records.setdefault(rep.name, record)
        if problems:
            reading.reject(record, "; ".join(problems))
        found.reps.append(rep)
        for pool, weight in pools.items():
            found.pools.setdefault(pool, {})[rep.name] = weight
    refuse_rejected(reading.report)
    if not found.reps:
        raise InputFailed(f"{table.file}: found no reps; allowed: at least one line below the header")
    found.warnings.extend(_doubtful(found.reps, columns))
    return found


def strict(table: Table, kinds: Mapping[str, ColumnKind | None], columns: Mapping[str, str]) -> Reading:
    """Survey a file of which every row counts: `refuse_rejected` names all that are in error, and not a share."""
    table.options = replace(table.options, allow_unreadable=1.0)
    reading = table.survey(kinds, columns, whole=True)
    reading.rejects_rows = True
    return reading


def _kinds(columns: Mapping[str, str]) -> dict[str, ColumnKind | None]:
    kinds = {
        "id": ColumnKind.ID,
        "name": ColumnKind.TEXT,
        "weight": ColumnKind.NUMBER,
        "active": ColumnKind.BOOL,
        "pools": ColumnKind.TEXT,
    }
    kinds |= dict.fromkeys(_LISTS, ColumnKind.LIST) | {f"capacity_{kind}": ColumnKind.NUMBER for kind in WorkItemKind}
    return {field: kind for field, kind in kinds.items() if field in columns}


def _kinds_of_others(table: Table, columns: Mapping[str, str]) -> dict[str, ColumnKind | None]:
    """Tell what a column holds that has no meaning of ours: numbers, or texts."""
    others = [field for field in columns if field not in REP_COLUMNS]
    guessed = table.survey(dict.fromkeys(others), columns, whole=True)
    return {
        plan.name: ColumnKind.NUMBER if plan.form.kind is ColumnKind.NUMBER else ColumnKind.TEXT
        for plan in guessed.plans
    }


def _rep(
    row: Mapping[str, Any], reading: Reading, pools_of_rules: Collection[str]
) -> tuple[workforce.Rep, dict[str, float], list[str]]:
    columns, problems = {plan.name: plan.column for plan in reading.plans}, list[str]()
    name = row.get("name", "")
    rep_id = row.get("id") or _id_from(name)
    if "id" in columns and "id" not in row:
        problems.append(
            f"column {columns['id']}: found nothing, or a word for it such as NA; allowed: an id in every row"
        )
    elif check_id(rep_id):
        problems.append(f"column {columns.get('id', 'name')}: found {rep_id!r}; allowed: {ID_ALLOWED}")
    weight = row.get("weight", 1.0)
    if not 0.001 <= weight <= 1000:
        problems.append(f"column {columns['weight']}: found {weight:g}; allowed: {_WEIGHT_ALLOWED}")
    rep = workforce.Rep(name=rep_id, display_name=name, active=row.get("active", True))
    for kind in WorkItemKind:
        units = row.get(field := f"capacity_{kind}")
        if units is not None and (not 0 <= units <= 1_000_000 or units != int(units)):
            problems.append(f"column {columns[field]}: found {units:g}; allowed: {_CAPACITY_ALLOWED}")
        elif units is not None:
            rep.capacity[kind] = int(units)
    others = {field: _free(value) for field, value in row.items() if field not in REP_COLUMNS}
    rep.attributes.update({**{field: row[field] for field in _LISTS if field in row}, **others})
    pools = _memberships(row, reading, weight, pools_of_rules, problems)
    return rep, pools, problems


def _free(value: Any) -> Any:
    """Read a text whose type nobody declared: true or false, a list, or else text."""
    if not isinstance(value, str):
        return value
    if value.lower() in ("true", "false"):
        return truth(value)
    return listed if len(listed := entries(value)) > 1 else value


def _memberships(
    row: Mapping[str, Any], reading: Reading, usual: float, pools_of_rules: Collection[str], problems: list[str]
) -> dict[str, float]:
    columns = {plan.name: plan.column for plan in reading.plans}
    if "pools" not in columns:
        return dict.fromkeys(pools_of_rules, usual)
    members: dict[str, float] = {}
    for entry in entries(row.get("pools", "")):
        pool, _, text = entry.replace("：", ":").partition(":")
        if check_id(pool):
            problems.append(f"column {columns['pools']}: found {pool!r}; allowed: {ID_ALLOWED}")
        weight = _weight(text, reading.table.options.decimal) if text else usual
        if weight is None:
            problems.append(
                f"column {columns['pools']}: found {entry!r}; allowed: POOL or POOL:WEIGHT, {_WEIGHT_ALLOWED}"
            )
        else:
            members[pool] = weight
    return members


def _weight(text: str, decimal: str) -> float | None:
    """Read a weight; None if it is none, or one in two ways."""
    read = figure(text)
    if read is None:
        return None
    values = {read.value(decimal)} if decimal else {read.by_point, read.by_comma} - {None}
    weight = values.pop() if len(values) == 1 else None
    return weight if weight is not None and 0.001 <= weight <= 1000 else None


def _doubtful(reps: Iterable[workforce.Rep], columns: Mapping[str, str]) -> Iterator[str]:
    """Name entries of lists that may be two."""
    for rep in reps:
        for name in _LISTS:
            listed = rep.attributes[name] if name in rep.attributes else None  # noqa: SIM401 (no mapping)
            for entry in listed if isinstance(listed, ListValue) else ():
                if any(char in str(entry) for char in DOUBTFUL):
                    yield f"rep {rep.name}: {entry!r} in column {columns[name]} is one entry; separate entries by ;"


def _id_from(name: str) -> str:
    """Make an id of a name.

    Examples
    --------
    >>> _id_from("Darcel Schlecht"), _id_from("王芳")
    ('Darcel-Schlecht', '王芳')
    """
    return "".join(char if not check_id(char) else "-" for char in name)
