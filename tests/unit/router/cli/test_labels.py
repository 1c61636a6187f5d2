"""Tables whose texts are longer than their columns are wide."""

from __future__ import annotations

import io

from rich import box
from rich.console import Console
from rich.table import Table

from router.cli.labels import headings
from router.wording.languages import Language


def test_a_table_loses_nothing_of_chinese_that_does_not_fit_in_its_column() -> None:
    told = "2026-12-08 11:00:00+08:00（还有1小时0分钟），无人可接手，或已转派两次，仍由归属人负责"
    table = Table(*headings(("rep", "reason"), Language.ZH), box=box.SIMPLE_HEAD)
    table.add_row("li-na", told)
    shown = io.StringIO()

    Console(file=shown, width=40).print(table)

    lines = [line[9:].strip() for line in shown.getvalue().splitlines()[3:]]
    assert "".join(lines) == told.replace(" ", "")
