"""Pools from files: how each charges and chooses, and who is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairlead.v1 import workforce_pb2 as workforce
from router.cli import dispatch_cells
from router.cli.absence_cells import ALLOWED, absence_policy
from router.cli.columns import by_name, columns_of, in_words, of_sheets
from router.cli.failing import InputFailed, refuse_rejected
from router.cli.member_cells import members_of
from router.cli.quoted import unquoted
from router.cli.workforce_files import key_problems, lines_of, read_caps, strict
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import Table, open_table
from tables.report import ReadReport
from tables.words import entries

POOL_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "pool", "pool_id", "分配池", "编号"),
    "name": ("name", "display_name", "名称"),
    "members": ("members", "reps", "成员", "销售"),
    "band": ("band", "差额带"),
    "value_weighted": ("value_weighted", "按金额"),
    "calendar": ("calendar", "日历", "工作日历"),
    "managers": ("managers", "manager", "主管", "经理"),
    "leave_buffer_hours": ("leave_buffer_hours", "请假前停派小时"),
    "absence_policy": ("absence_policy", "请假政策"),
    "dispatch": ("dispatch", "派发方式"),
    "caps": ("caps", "限额"),
}
"""Columns of a pools file by what they mean."""
_MAX_BUFFER_HOURS = 30 * 24
_KINDS = {
    "id": ColumnKind.ID,
    "name": ColumnKind.TEXT,
    "members": ColumnKind.TEXT,
    "band": ColumnKind.NUMBER,
    "value_weighted": ColumnKind.BOOL,
    "calendar": ColumnKind.TEXT,
    "managers": ColumnKind.TEXT,  # a list may be quoted as a whole
    "leave_buffer_hours": ColumnKind.NUMBER,
    "absence_policy": ColumnKind.TEXT,
    "dispatch": ColumnKind.TEXT,
    "caps": ColumnKind.TEXT,
}


@dataclass(frozen=True, slots=True)
class PoolsFile:
    """What a pools file says; ``columns`` and ``lines`` as in `WorkforceFile`, ``warnings`` name what has no effect."""

    pools: list[workforce.Pool]
    columns: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    report: ReadReport | None = None
    warnings: list[str] = field(default_factory=list)


def read_pools(file: Path, options: ReadOptions, *, mapping: str = "--mapping") -> PoolsFile:
    """Read a pools file; all of it, or none.

    Parameters
    ----------
    mapping
        The option by which the columns of the file may be named.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be.
    """
    return in_words(lambda: _read_pools(open_table(file, options), mapping))


def _read_pools(table: Table, mapping: str) -> PoolsFile:
    columns = columns_of(table, by_name(POOL_COLUMNS))
    if "id" not in columns:
        allowed = f"{', '.join(POOL_COLUMNS['id'])}; or {mapping} FILE"
        raise InputFailed(f"{table.file}:1: found no column that names the pool{of_sheets(table)}; allowed: {allowed}")
    reading = strict(table, {name: kind for name, kind in _KINDS.items() if name in columns}, columns)
    pools, records = list[workforce.Pool](), dict[str, int]()
    for record, row in reading.rows():
        pool, problems = _pool(row, columns, table.options.decimal)
        if pool.name in records:
            problems.append(f"column {columns['id']}: found {pool.name!r}; allowed: each pool once")
        if problems:
            reading.reject(record, "; ".join(problems))
        records.setdefault(pool.name, record)
        pools.append(pool)
    refuse_rejected(reading.report)
    if not pools:
        raise InputFailed(f"{table.file}: found no pools; allowed: at least one line below the header")
    warnings = [
        f"pool {pool.name}: in column {columns['dispatch']}, this has no effect: {said}"
        for pool in pools
        for said in (dispatch_cells.without_effect(pool.dispatch) if "dispatch" in columns else ())
    ]
    return PoolsFile(pools, columns, lines_of(reading, records), reading.report, warnings)


def _pool(row: Mapping[str, Any], columns: Mapping[str, str], decimal: str) -> tuple[workforce.Pool, list[str]]:
    problems, band = key_problems("id", row, columns), row.get("band", 0.0)
    if not 0 <= band <= 1000:
        problems.append(f"column {columns['band']}: found {band:,.15g}; allowed: a number from 0 to 1,000")
    pool = workforce.Pool(
        name=unquoted(row.get("id", "")),
        display_name=unquoted(row.get("name", "")),
        members=members_of(unquoted(row.get("members", "")), columns.get("members", ""), decimal, problems),
        band=band,
        value_weighted=row.get("value_weighted", False),
        calendar=unquoted(row.get("calendar", "")),
        managers=entries(unquoted(row.get("managers", ""))),
        caps=read_caps(row, columns, problems),
    )
    if buffer_hours := row.get("leave_buffer_hours", 0.0):
        _buffer(pool, buffer_hours, columns["leave_buffer_hours"], problems)
    if "absence_policy" in columns:
        _set_policy(pool, row.get("absence_policy", ""), columns["absence_policy"], problems)
    if "dispatch" in columns:
        _set_dispatch(pool, row.get("dispatch", ""), columns["dispatch"], problems)
    return pool, problems


def _buffer(pool: workforce.Pool, hours: float, column: str, problems: list[str]) -> None:
    if 0 <= hours <= _MAX_BUFFER_HOURS:
        pool.leave_buffer_duration.FromMilliseconds(round(hours * 3_600_000))
    else:
        problems.append(
            f"column {column}: found {hours:,.15g}; allowed: a number of hours from 0 to {_MAX_BUFFER_HOURS}"
        )


def _set_policy(pool: workforce.Pool, cell: str, column: str, problems: list[str]) -> None:
    try:
        pool.absence_policy.CopyFrom(absence_policy(cell))
    except ValueError:
        problems.append(f"column {column}: found {cell!r}; allowed: {ALLOWED}")


def _set_dispatch(pool: workforce.Pool, cell: str, column: str, problems: list[str]) -> None:
    try:
        pool.dispatch.CopyFrom(dispatch_cells.dispatch_of(cell))
    except ValueError:
        problems.append(f"column {column}: found {cell!r}; allowed: {dispatch_cells.ALLOWED}")
