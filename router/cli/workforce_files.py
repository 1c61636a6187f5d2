"""Reps from files: which columns mean what, and what their cells may hold."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from google.protobuf.struct_pb2 import ListValue, Struct

from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1.caps_pb2 import Cap
from resource_names import MAX_ID_LENGTH, check_id
from router.cli.cap_cells import ALLOWED as CAPS_ALLOWED
from router.cli.cap_cells import caps_of
from router.cli.columns import by_name, columns_of, in_words, of_sheets
from router.cli.failing import InputFailed, refuse_rejected
from router.cli.quoted import unquoted
from router.model.workitem import Kind as WorkItemKind
from tables.forms import ColumnKind
from tables.numbers import figure
from tables.options import ReadOptions
from tables.reading import Reading, Table, open_table
from tables.report import ReadReport
from tables.words import entries, is_doubtful, truth

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
    "attributes": ("attributes",),
    "calendar": ("calendar", "日历", "工作日历"),
    "manager": ("manager", "上级", "经理", "主管"),
    "channels": ("channels", "通知渠道"),
    "caps": ("caps", "限额"),
    **{
        f"capacity_{kind}": (f"capacity_{kind.lower()}", *chinese)
        for kind, chinese in {
            WorkItemKind.LEAD: ("capacity", "线索上限", "容量", "上限"),
            WorkItemKind.CUSTOMER: ("客户上限",),
            WorkItemKind.TICKET: ("工单上限",),
            WorkItemKind.RESCUE: ("挽回上限",),
            WorkItemKind.TASK: ("任务上限",),
            WorkItemKind.RENEWAL: ("续约上限",),
        }.items()
    },
}
"""Columns of a reps file by what they mean; any other becomes a free attribute of its own name, and ``attributes``
holds some as a JSON object.
"""

_LISTS = ("regions", "industries", "skills", "languages")
ID_ALLOWED = f"1 to {MAX_ID_LENGTH} letters of any script, digits, '-', '_' and '.'"
_WEIGHT_ALLOWED = "a number above 0 to 1,000"
_CAPACITY_ALLOWED = "a whole number from 0 to 1,000,000; empty: unlimited"


@dataclass(frozen=True, slots=True)
class WorkforceFile:
    """What a reps file says.

    Parameters
    ----------
    memberships
        By rep: the weight in each pool, None where the file does not say; None: the file says nothing of pools.
    columns
        The file's name of each field.
    lines
        Where each rep stands.
    """

    reps: list[workforce.Rep]
    memberships: dict[str, dict[str, float | None]] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    report: ReadReport | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def pools(self) -> dict[str, dict[str, float]]:
        """The members of each pool, with their weights."""
        pools: dict[str, dict[str, float]] = {}
        for rep, places in (self.memberships or {}).items():
            for pool, weight in places.items():
                pools.setdefault(pool, {})[rep] = 1.0 if weight is None else weight
        return pools

    def mask(self) -> list[str]:
        """Return what of reps the file says, as an update mask has it."""
        named = ("active", "calendar", "manager", "channels", "caps")
        known = {"name": "display_name", **{name: name for name in named}}
        kinds = {f"capacity_{kind}": f"capacity.{kind}" for kind in WorkItemKind}
        paths = {**known, **kinds, **{name: f"attributes.{name}" for name in (*_LISTS, *self._others())}}
        listed = {name for rep in self.reps for name in rep.attributes} if "attributes" in self.columns else set[str]()
        more = sorted(f"attributes.{name}" for name in listed)
        return list(dict.fromkeys([*(paths[field] for field in self.columns if field in paths), *more]))

    def _others(self) -> list[str]:
        return [field for field in self.columns if field not in REP_COLUMNS]

    @property
    def own_attributes(self) -> list[str]:
        """The columns that have no meaning of ours."""
        return [self.columns[field] for field in self._others()]


def read_reps(
    file: Path, pools_of_rules: Collection[str] | None, options: ReadOptions, *, mapping: str = "--workforce-mapping"
) -> WorkforceFile:
    """Read a reps file; all of it, or none.

    Parameters
    ----------
    pools_of_rules
        The pools that a rep without a ``pools`` column belongs to: those that the rules name. None: as it is.
    mapping
        The option by which the columns of the file may be named.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be.
    """
    return in_words(lambda: _read_reps(open_table(file, options), pools_of_rules, mapping))


def _read_reps(table: Table, pools_of_rules: Collection[str] | None, mapping: str) -> WorkforceFile:
    columns = columns_of(table, by_name(REP_COLUMNS))
    _check_columns(table, columns, mapping, by_id=pools_of_rules is None)
    reading = strict(table, {**_kinds_of_others(table, columns), **_kinds(columns)}, columns)
    reps, records, memberships = list[workforce.Rep](), dict[str, int](), dict[str, dict[str, float | None]]()
    for record, row in reading.rows():
        rep, pools, problems = _rep(row, reading, pools_of_rules or ())
        if rep.name in records:
            first = reading.lines([records[rep.name]])[records[rep.name]]
            problems.append(
                f"column {columns.get('id', 'name')}: found {rep.name!r}; allowed: each rep once, first in {first}"
            )
        records.setdefault(rep.name, record)
        if problems:
            reading.reject(record, "; ".join(problems))
        reps.append(rep)
        memberships[rep.name] = pools
    refuse_rejected(reading.report)
    if not reps:
        raise InputFailed(f"{table.file}: found no reps; allowed: at least one line below the header")
    told = memberships if pools_of_rules is not None or "pools" in columns else None
    warnings = list(_doubtful(reps, columns))
    return WorkforceFile(reps, told, columns, lines_of(reading, records), reading.report, warnings)


def _check_columns(table: Table, columns: Mapping[str, str], mapping: str, *, by_id: bool) -> None:
    """Check that a file names reps; ``by_id``: by their ids, and no weights without the pools that they count in."""
    keys = ["id"] if by_id else ["id", "name"]
    if not columns.keys() & keys:
        names = ", ".join(name for key in keys for name in REP_COLUMNS[key])
        raise InputFailed(
            f"{table.file}:1: found no column that names the rep{of_sheets(table)}; allowed: {names}; or {mapping} FILE"
        )
    if by_id and "weight" in columns and "pools" not in columns:
        allowed = "beside a column pools, whose weights it gives"
        raise InputFailed(f"{table.file}:1: found column {columns['weight']}; allowed: {allowed}")


def lines_of(reading: Reading, records: Mapping[str, int]) -> dict[str, int]:
    """Return the line of each key."""
    lines = reading.lines(list(records.values()))
    return {key: lines[record] for key, record in records.items()}


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
        "attributes": ColumnKind.TEXT,
        "calendar": ColumnKind.TEXT,
        "manager": ColumnKind.TEXT,
        "channels": ColumnKind.TEXT,
        "caps": ColumnKind.TEXT,
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
) -> tuple[workforce.Rep, dict[str, float | None], list[str]]:
    columns, problems = {plan.name: plan.column for plan in reading.plans}, list[str]()
    name = unquoted(row.get("name", ""))
    rep_id = unquoted(row.get("id", "")) or _id_from(name)
    problems += key_problems("id", row, columns) or ([] if "id" in columns else _id_problems("name", rep_id, columns))
    weight = row.get("weight", 1.0) if "weight" in columns else None
    if weight is not None and not 0.001 <= weight <= 1000:
        problems.append(f"column {columns['weight']}: found {weight:,.15g}; allowed: {_WEIGHT_ALLOWED}")
    rep = workforce.Rep(name=rep_id, display_name=name)
    rep.calendar, rep.manager = unquoted(row.get("calendar", "")), unquoted(row.get("manager", ""))
    rep.channels.extend(entries(unquoted(row.get("channels", ""))))
    rep.caps.extend(read_caps(row, columns, problems))
    if "active" in row:
        rep.active = row["active"]
    for kind in WorkItemKind:
        units = row.get(field := f"capacity_{kind}")
        if units is not None and (not 0 <= units <= 1_000_000 or units != int(units)):
            problems.append(f"column {columns[field]}: found {units:,.15g}; allowed: {_CAPACITY_ALLOWED}")
        elif units is not None:
            rep.capacity[kind] = int(units)
    rep.attributes.update(_attributes(row, columns, problems))
    pools = _memberships(row, reading, weight, pools_of_rules, problems)
    return rep, pools, problems


def key_problems(field: str, row: Mapping[str, Any], columns: Mapping[str, str]) -> list[str]:
    """Say what is wrong with the id of a row, where its file has a column of ids."""
    if field not in columns:
        return []
    if field not in row:
        return [f"column {columns[field]}: found nothing, or a word for it such as NA; allowed: an id in every row"]
    return _id_problems(field, unquoted(row[field]), columns)


def _id_problems(field: str, found: str, columns: Mapping[str, str]) -> list[str]:
    return [f"column {columns.get(field, field)}: found {found!r}; allowed: {ID_ALLOWED}"] if check_id(found) else []


def read_caps(row: Mapping[str, Any], columns: Mapping[str, str], problems: list[str]) -> list[Cap]:
    """Read the caps of a row; what is wrong with them goes to ``problems``."""
    try:
        return caps_of(unquoted(row.get("caps", "")))
    except ValueError as error:
        problems.append(f"column {columns['caps']}: found {error}; allowed: {CAPS_ALLOWED}")
        return []


def _attributes(row: Mapping[str, Any], columns: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    others = {field: _free(value) for field, value in row.items() if field not in REP_COLUMNS}
    told = {**{field: row[field] for field in _LISTS if field in row}, **others}
    listed = _object(row.get("attributes", ""))
    if listed is None:
        allowed = 'a JSON object, e.g. {"level": "12"}'
        problems.append(f"column {columns['attributes']}: found {row['attributes']!r}; allowed: {allowed}")
    twice = [name for name in listed or {} if name in columns and (name in _LISTS or name not in REP_COLUMNS)]
    if twice:
        problems.append(f"column {columns['attributes']}: found {twice[0]!r}, of which there is a column; allowed: one")
    return {**told, **(listed or {})}


def _object(text: str) -> dict[str, Any] | None:
    """Read a JSON object, of the text, numbers, truths and lists of texts that attributes may be; None: it is none."""
    try:
        read: dict[str, Any] = json.loads(text or "{}")
        Struct().update(read)
    except (ValueError, TypeError, AttributeError):
        return None
    return read


def _free(value: Any) -> Any:
    """Read a text whose type nobody declared: true or false, a list, or else text."""
    if not isinstance(value, str):
        return value
    if value.lower() in ("true", "false"):
        return truth(value)
    return listed if len(listed := entries(value)) > 1 else value


def _memberships(
    row: Mapping[str, Any],
    reading: Reading,
    usual: float | None,
    pools_of_rules: Collection[str],
    problems: list[str],
) -> dict[str, float | None]:
    columns = {plan.name: plan.column for plan in reading.plans}
    if "pools" not in columns:
        return dict.fromkeys(pools_of_rules, usual)
    decimal = reading.table.options.decimal
    return weighted(row.get("pools", ""), columns["pools"], "POOL", decimal, problems, usual)


def weighted(
    text: str, column: str, what: str, decimal: str, problems: list[str], usual: float | None = None
) -> dict[str, float | None]:
    """Read a cell that lists ids with weights, ``east:2;west``; what is wrong in it goes to ``problems``.

    Parameters
    ----------
    what
        Whose ids they are, e.g. ``POOL``.
    usual
        The weight where none stands beside an id.
    """
    members: dict[str, float | None] = {}
    for entry in entries(text):
        key, _, weight_text = entry.replace("：", ":").partition(":")
        weight = weight_of(weight_text, decimal) if weight_text else usual
        if check_id(key):
            problems.append(f"column {column}: found {key!r}; allowed: {ID_ALLOWED}")
        elif weight_text and weight is None:
            problems.append(f"column {column}: found {entry!r}; allowed: {what} or {what}:WEIGHT, {_WEIGHT_ALLOWED}")
        elif key in members:
            problems.append(f"column {column}: found {key!r} twice; allowed: once")
        else:
            members[key] = weight
    return members


def weight_of(text: str, decimal: str) -> float | None:
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
        for name in (name for name in _LISTS if name in columns):
            listed = rep.attributes[name] if name in rep.attributes else None  # noqa: SIM401 (no mapping)
            for entry in listed if isinstance(listed, ListValue) else ():
                if is_doubtful(str(entry)):
                    yield f"rep {rep.name}: {entry!r} in column {columns[name]} is one entry; separate entries by ;"


def _id_from(name: str) -> str:
    """Make an id of a name.

    Examples
    --------
    >>> _id_from("Darcel Schlecht"), _id_from("王芳")
    ('Darcel-Schlecht', '王芳')
    """
    return "".join(char if not check_id(char) else "-" for char in name)
