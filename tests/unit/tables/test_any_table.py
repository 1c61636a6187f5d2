"""Whatever dialect a table is written in, the same values are read back, or a refusal names the option."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from tables.errors import UnreadableTable
from tables.reading import open_table
from tests.unit.tables.any_table import Value, Written, write_any

N_TABLES = int(os.environ.get("FAIRLEAD_TABLES", "400"))
_BLOCKS = 20


@pytest.mark.parametrize("block", range(_BLOCKS))
def test_what_was_written_is_read_or_refused_with_the_place(block: int, tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for number in range(block * N_TABLES // _BLOCKS, (block + 1) * N_TABLES // _BLOCKS):
        written = write_any(tmp_path, random.Random(number))
        outcomes[_outcome(written, number)] += 1
    print(dict(sorted(outcomes.items())))
    assert outcomes["read"] > sum(outcomes.values()) / 2


def _outcome(written: Written, number: int) -> str:
    refusal, read = "", None
    try:
        reading = open_table(written.file, written.options).survey(
            {column.name.upper(): column.kind for column in written.columns}
        )
        read = reading.read()
    except UnreadableTable as refused:
        refusal = str(refused)
    if read is None:
        assert not written.must_be_read, f"table {number}, {written.dialect}: {refusal}"
        (option,) = [option for option in ("--decimal", "--date-format") if f"say {option}" in refusal]
        return f"refused: {option}"
    for column, values in zip(written.columns, read.columns, strict=True):
        expected = [_plain(value) for value in column.values]
        assert values.to_pylist() == expected, f"table {number}, {written.dialect}, {column}"
    assert len(reading.report.footers) == written.n_footers, f"table {number}: {reading.report.footers}"
    assert written.must_be_read, f"table {number} has two readings: {written}"
    return "read"


def _plain(value: Value) -> object:
    return float(value) if isinstance(value, float | int) and not isinstance(value, bool) else value
