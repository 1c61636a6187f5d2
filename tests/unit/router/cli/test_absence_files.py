"""Absences from files as people write them: any date that tables read, reps by id or by name, and never nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from fairlead.v1 import workforce_pb2 as workforce
from router.cli.absence_files import read_absences
from router.cli.absences import _standing_in
from router.cli.failing import InputFailed
from tables.options import ReadOptions

CLOCKS = ReadOptions(timezone="Asia/Shanghai")
REPS = [
    workforce.Rep(name="tenants/t/reps/ann", display_name="Ann Lee"),
    workforce.Rep(name="tenants/t/reps/wang-fang", display_name="王芳"),
    workforce.Rep(name="tenants/t/reps/bo", display_name="Bo"),
    workforce.Rep(name="tenants/t/reps/bo-2", display_name="Bo"),
    workforce.Rep(name="tenants/t/reps/Bo", display_name=""),
]


def read(file: Path, options: ReadOptions = CLOCKS) -> list[tuple[str, str, str]]:
    found = read_absences(file, options, REPS).absences
    return [(each.rep, f"{each.start:%F %H:%M %z}", f"{each.back:%F %H:%M %z}") for each in found]


def csv(folder: Path, *lines: str) -> Path:
    file = folder / "leave.csv"
    file.write_text("\n".join(lines), "utf-8")
    return file


@pytest.mark.parametrize(
    ("start", "back"),
    [
        ("2026年12月1日", "2026年12月14日 9:30"),
        ("01.12.2026", "14.12.2026 09:30"),
        ("12/01/2026", "12/14/2026 09:30"),
        ("1 Dec 2026", "2026-12-14T01:30Z"),
        ("20261201", "2026-12-14 09:30+08:00"),
    ],
)
def test_dates_are_read_as_in_all_tables_on_the_clocks_of_the_zone(start: str, back: str, tmp_path: Path) -> None:
    file = csv(tmp_path, "rep,from,back", f"ann,{start},{back}")
    order = {"01.": "DMY", "12/": "MDY"}.get(start[:3], "")

    assert read(file, replace(CLOCKS, date_format=order))[0] == (
        "ann",
        "2026-12-01 00:00 +0800",
        "2026-12-14 09:30 +0800",
    )


def test_a_column_is_decided_as_a_whole_and_refused_where_two_readings_are_left(tmp_path: Path) -> None:
    told = csv(tmp_path, "rep,from,back", "ann,01.12.2026,02.12.2026", "ann,15.12.2026,16.12.2026")
    decided = read(told)
    untold = csv(tmp_path, "rep,from,back", "ann,01.12.2026,02.12.2026")

    with pytest.raises(InputFailed, match=r"column from: found '01.12.2026', which is 2026-12-01 if .* --date-format"):
        read(untold)

    assert [start for _, start, _ in decided] == ["2026-12-01 00:00 +0800", "2026-12-15 00:00 +0800"]


@pytest.mark.parametrize(
    "days", [[date(2026, 10, 8), date(2026, 10, 12)], [datetime(2026, 10, 8), datetime(2026, 10, 12)]]
)
def test_the_days_of_a_sheet_and_of_parquet_are_midnights_on_the_clocks_of_the_zone(
    days: Sequence[date], tmp_path: Path
) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["rep", "from", "back"])
    book.active.append(["ann", *days])
    book.save(tmp_path / "leave.xlsx")
    pq.write_table(pa.table({"rep": ["ann"], "from": [days[0]], "back": [days[1]]}), tmp_path / "leave.parquet")

    for name in ("leave.xlsx", "leave.parquet"):
        assert read(tmp_path / name) == [("ann", "2026-10-08 00:00 +0800", "2026-10-12 00:00 +0800")]


@pytest.mark.parametrize(
    ("heading", "text", "rep"),
    [("rep", "王芳", "wang-fang"), ("姓名", "Ann Lee", "ann"), ("rep", "Bo", "Bo"), ("rep", "bo", "bo")],
)
def test_a_row_names_a_rep_by_id_or_by_a_name_that_nobody_else_has(
    heading: str, text: str, rep: str, tmp_path: Path
) -> None:
    assert read(csv(tmp_path, f"{heading},from,back", f"{text},2026-10-08,2026-10-12"))[0][0] == rep


def test_a_name_of_two_reps_is_refused_with_both_and_that_of_nobody_too(tmp_path: Path) -> None:
    reps = [rep for rep in REPS if rep.name != "tenants/t/reps/Bo"]
    file = csv(
        tmp_path, "rep,from,back", "Bo,2026-10-08,2026-10-12", "Zoe,2026-10-08,2026-10-12", ",2026-10-08,2026-10-12"
    )

    with pytest.raises(InputFailed) as refused:
        read_absences(file, CLOCKS, reps)

    allowed = "allowed: the id of a rep, or a name that one rep alone has"
    assert refused.value.message.splitlines() == [
        f"{file}:2: column rep: found 'Bo', the name of bo and bo-2; {allowed}",
        f"{file}:3: column rep: there is no rep 'Zoe'; {allowed}",
        f"{file}:4: column rep: found nothing; allowed: one in every row",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "found no header line: it is empty; allowed: names of columns"),
        (b"rep,from,back\n", "found no absences; allowed: at least one line below the header"),
        (b"rep,from,back\n,,\n", "found no absences; allowed: at least one line below the header"),
    ],
)
def test_a_file_without_absences_is_refused_and_says_what_is_expected(
    content: bytes, says: str, tmp_path: Path
) -> None:
    file = tmp_path / "leave.csv"
    file.write_bytes(content)

    with pytest.raises(InputFailed) as refused:
        read(file)

    assert (says in refused.value.message, refused.value.exit_code) == (True, 2), refused.value.message


@pytest.mark.parametrize(
    ("active", "said"),
    [(True, "bo stands in"), (False, "bo is named and is inactive: until they are active nothing goes to them")],
)
def test_a_substitute_who_is_inactive_is_said_to_be(active: bool, said: str) -> None:
    client: Any = SimpleNamespace(get_rep=lambda rep: workforce.Rep(name=rep, active=active))

    assert _standing_in(client, "bo") == said
