"""Absences from files: who is on leave, from when, and when they are back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from resource_names import check_id
from router.cli.columns import by_name, columns_of, in_words, of_sheets
from router.cli.failing import InputFailed, refuse_rejected
from router.cli.quoted import unquoted
from router.cli.workforce_files import ID_ALLOWED, key_problems, lines_of, strict
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import Table, open_table
from tables.report import ReadReport

ABSENCE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "rep": ("rep", "rep_id", "销售", "工号", "销售编号"),
    "from": ("from", "start", "start_time", "开始", "请假开始"),
    "back": ("back", "end_time", "返岗"),  # no "end", 结束: it may be the last day of the leave
    "reason": ("reason", "原因", "事由"),
    "id": ("id", "absence", "absence_id", "编号", "请假编号"),
}
"""Columns of a file of absences by what they mean."""
_REQUIRED = ("rep", "from", "back")
_WRITTEN = "year first, such as 2026-10-08, 2026/10/8 or 2026-10-08 09:30"
_INSTANT = re.compile(
    r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?(Z|[+-]\d{2}:?\d{2})?\s*",
    re.ASCII,
)
_KINDS = {
    "rep": ColumnKind.ID,
    "from": ColumnKind.TEXT,  # as a date, one alone would be its midnight in UTC
    "back": ColumnKind.TEXT,
    "reason": ColumnKind.TEXT,
    "id": ColumnKind.ID,
}


@dataclass(frozen=True, slots=True)
class AbsenceInFile:
    """One row; ``line`` is where it stands."""

    rep: str
    id: str
    start: datetime
    back: datetime
    reason: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class AbsencesFile:
    """What a file of absences says."""

    absences: Sequence[AbsenceInFile]
    report: ReadReport


def read_absences(file: Path, options: ReadOptions) -> AbsencesFile:
    """Read a file of absences; all of it, or none.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be.
    """
    return in_words(lambda: _read_absences(open_table(file, options)))


def _read_absences(table: Table) -> AbsencesFile:
    columns = columns_of(table, by_name(ABSENCE_COLUMNS))
    for field in _REQUIRED:
        if field not in columns:
            allowed = f"{', '.join(ABSENCE_COLUMNS[field])}; or --mapping FILE"
            raise InputFailed(f"{table.file}:1: found no column of {field}{of_sheets(table)}; allowed: {allowed}")
    reading = strict(table, {name: kind for name, kind in _KINDS.items() if name in columns}, columns)
    zone = ZoneInfo(table.options.timezone)
    absences, records = dict[str, AbsenceInFile](), dict[str, int]()
    for record, row in reading.rows():
        problems = _problems(row, columns, zone)
        if not problems:
            absence = _absence(row, zone)
            key = f"{absence.rep}/{absence.id}"
            if key in absences:
                problems.append(f"found absence {key!r} again; allowed: each once, told apart by a column id")
            records.setdefault(key, record)
            absences[key] = absence
        if problems:
            reading.reject(record, "; ".join(problems))
    refuse_rejected(reading.report)
    lines = lines_of(reading, records)
    placed = [AbsenceInFile(a.rep, a.id, a.start, a.back, a.reason, lines[key]) for key, a in absences.items()]
    return AbsencesFile(placed, reading.report)


def _problems(row: Mapping[str, Any], columns: Mapping[str, str], zone: ZoneInfo) -> list[str]:
    problems = key_problems("rep", row, columns)
    start, back = (_instant(row.get(field, ""), zone) for field in ("from", "back"))
    for field, read in (("from", start), ("back", back)):
        if read is None:
            problems.append(f"column {columns[field]}: found {row.get(field, '')!r}; allowed: {_WRITTEN}")
    if start and back and back <= start:
        problems.append(f"column {columns['back']}: found {row['back']!r}; allowed: after {row['from']!r}")
    if "id" in row and check_id(unquoted(row["id"])):
        problems.append(f"column {columns['id']}: found {row['id']!r}; allowed: {ID_ALLOWED}")
    return problems


def _absence(row: Mapping[str, Any], zone: ZoneInfo) -> AbsenceInFile:
    start, back = _instant(row["from"], zone), _instant(row["back"], zone)
    assert start is not None
    assert back is not None
    absence_id = unquoted(row.get("id", "")) or f"{start:%Y-%m-%d}"
    return AbsenceInFile(unquoted(row["rep"]), absence_id, start, back, unquoted(row.get("reason", "")))


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    """Read an instant on the clocks of a zone, where it names none; None: it is none.

    Examples
    --------
    >>> [str(_instant(text, ZoneInfo("Asia/Shanghai"))) for text in ("2026/10/8", "2026-10-08T09:30Z", "8.10.2026")]
    ['2026-10-08 00:00:00+08:00', '2026-10-08 09:30:00+00:00', 'None']
    """
    found = _INSTANT.fullmatch(text)
    if not found:
        return None
    try:
        moment = datetime(*(int(part or 0) for part in found.groups()[:6]))  # type: ignore[arg-type]  # no zone yet
    except ValueError:
        return None
    return datetime.fromisoformat(f"{moment.isoformat()}{found[7]}") if found[7] else moment.replace(tzinfo=zone)
