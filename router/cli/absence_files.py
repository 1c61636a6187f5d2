"""Absences from files: who is on leave, from when, and when they are back.

Dates are read as in all tables, by column; one alone is its midnight on the clocks on which the times are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fairlead.v1 import workforce_pb2 as workforce
from resource_names import check_id
from router.cli.columns import by_name, columns_of, in_words, of_sheets
from router.cli.failing import InputFailed, refuse_rejected
from router.cli.quoted import unquoted
from router.cli.whom import Known
from router.cli.workforce_files import ID_ALLOWED, lines_of, strict
from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import Table, open_table
from tables.report import ReadReport

ABSENCE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "rep": ("rep", "rep_id", "销售", "工号", "销售编号"),
    "name": ("name", "display_name", "姓名"),  # of the rep, where no column is of rep
    "from": ("from", "start", "start_time", "开始", "请假开始"),
    "back": ("back", "end_time", "返岗"),  # no "end", 结束: it may be the last day of the leave
    "reason": ("reason", "原因", "事由"),
    "substitute": ("substitute", "substitute_id", "cover", "代理人", "代理"),
    "id": ("id", "absence", "absence_id", "编号", "请假编号"),
}
"""Columns of a file of absences by what they mean."""
_REQUIRED = ("rep", "from", "back")
_REP_ALLOWED = "the id of a rep, or a name that one rep alone has"
_KINDS = {
    "rep": ColumnKind.ID,
    "from": ColumnKind.DATE,
    "back": ColumnKind.DATE,
    "reason": ColumnKind.TEXT,
    "substitute": ColumnKind.ID,
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
    substitute: str = ""


@dataclass(frozen=True, slots=True)
class AbsencesFile:
    """What a file of absences says."""

    absences: Sequence[AbsenceInFile]
    report: ReadReport


def read_absences(file: Path, options: ReadOptions, reps: Iterable[workforce.Rep]) -> AbsencesFile:
    """Read a file of absences; all of it, or none.

    Parameters
    ----------
    options
        Their time zone is that of the absences.
    reps
        Those there are: a row names one by its id, or by a name that nobody else has.

    Raises
    ------
    InputFailed
        If the file or a cell is not as it must be.
    """
    return in_words(
        lambda: _read_absences(
            open_table(file, options, days=options.timezone), Known({rep.name: rep.display_name for rep in reps})
        )
    )


def _read_absences(table: Table, reps: Known) -> AbsencesFile:
    columns = columns_of(table, by_name(ABSENCE_COLUMNS))
    columns.setdefault("rep", columns.get("name", ""))
    for field in _REQUIRED:
        if not columns.get(field):
            allowed = f"{', '.join(ABSENCE_COLUMNS[field])}; or --mapping FILE"
            raise InputFailed(f"{table.file}:1: found no column of {field}{of_sheets(table)}; allowed: {allowed}")
    reading = strict(table, {name: kind for name, kind in _KINDS.items() if name in columns}, columns)
    zone = ZoneInfo(table.options.timezone)
    absences, records = dict[str, AbsenceInFile](), dict[str, int]()
    for record, row in reading.rows():
        problems = _problems(row, columns, reps)
        if not problems:
            absence = _absence(row, zone, reps)
            key = f"{absence.rep}/{absence.id}"
            if key in absences:
                problems.append(f"found absence {key!r} again; allowed: each once, told apart by a column id")
            records.setdefault(key, record)
            absences[key] = absence
        if problems:
            reading.reject(record, "; ".join(problems))
    refuse_rejected(reading.report)
    if not absences:
        raise InputFailed(f"{table.file}: found no absences; allowed: at least one line below the header")
    lines = lines_of(reading, records)
    placed = [replace(absence, line=lines[key]) for key, absence in absences.items()]
    return AbsencesFile(placed, reading.report)


def _problems(row: Mapping[str, Any], columns: Mapping[str, str], reps: Known) -> list[str]:
    missing = [
        f"column {columns[field]}: found nothing; allowed: one in every row" for field in _REQUIRED if field not in row
    ]
    problems = missing or _rep_problems(unquoted(row["rep"]), columns["rep"], reps)
    if not missing and row["back"] <= row["from"]:
        found = f"found {row['back']:%Y-%m-%d %H:%M}"
        problems.append(f"column {columns['back']}: {found}; allowed: after {row['from']:%Y-%m-%d %H:%M}")
    if "substitute" in row:
        problems += _rep_problems(unquoted(row["substitute"]), columns["substitute"], reps)
    if "id" in row and check_id(unquoted(row["id"])):
        problems.append(f"column {columns['id']}: found {row['id']!r}; allowed: {ID_ALLOWED}")
    return problems


def _rep_problems(text: str, column: str, reps: Known) -> list[str]:
    called = reps.ids(text)
    if len(called) == 1:
        return []
    found = f"found {text!r}, the name of {' and '.join(called)}" if called else f"there is no rep {text!r}"
    return [f"column {column}: {found}; allowed: {_REP_ALLOWED}"]


def _absence(row: Mapping[str, Any], zone: ZoneInfo, reps: Known) -> AbsenceInFile:
    (rep,) = reps.ids(unquoted(row["rep"]))
    start, back = row["from"].astimezone(zone), row["back"].astimezone(zone)
    substitutes = reps.ids(unquoted(row["substitute"])) if "substitute" in row else [""]
    return AbsenceInFile(
        rep,
        unquoted(row.get("id", "")) or f"{start:%Y-%m-%d}",
        start,
        back,
        unquoted(row.get("reason", "")),
        substitute=substitutes[0],
    )
