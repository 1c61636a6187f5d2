"""Instants that no calendar holds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tables.forms import ColumnKind
from tables.options import ReadOptions
from tables.reading import open_table
from tables.report import RowPlace


@pytest.mark.parametrize(
    ("text", "zone"),
    [("0001-01-01 00:00:00", "Asia/Shanghai"), ("9999-12-31 23:59:59", "America/New_York")],
)
def test_an_instant_that_its_zone_moves_off_the_calendar_is_unreadable(tmp_path: Path, text: str, zone: str) -> None:
    usual = datetime(2024, 5, 1, 10)
    (tmp_path / "any.csv").write_text(f"id,day\nA,{text}\nB,{usual}\n")
    days = pa.array([datetime.fromisoformat(text), usual], pa.timestamp("us"))
    pq.write_table(pa.table({"id": ["A", "B"], "day": days}), tmp_path / "any.parquet")

    for name, line, found in (("any.csv", 2, text), ("any.parquet", 1, "an instant that no calendar holds")):
        reading = open_table(tmp_path / name, ReadOptions(timezone=zone)).survey({"day": ColumnKind.DATE})

        assert [set(row) for _, row in reading.rows()] == [set(), {"day"}]
        assert reading.report.columns[0].first == RowPlace(line, found)
