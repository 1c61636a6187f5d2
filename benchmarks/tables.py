"""What does it cost to read a table as people have them, beside a plain read by pyarrow?

``python -m benchmarks.tables``: processor time of one thread, of a clean CSV file in UTF-8, the same with quotes, and
Parquet; all read in turn, so that a busy machine slows all. What is held to a limit is the ratio to a plain read, with
the types that pyarrow finds. Beside it stands a plain read with the types that this reader gives: numbers as float64,
Parquet's texts of which few differ as dictionaries. Such a read still lets pass what ours looks for in every value:
infinite numbers, blanks around texts, words for missing, errors of a sheet.

Exit code 1: a limit is not held.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import click
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tables.reading import open_table

ROUNDS, ROWS = 7, 2_000_000
LIMITS = {"CSV": 1.5, "CSV, quoted": None, "Parquet": 1.05}
"""Times the processor time of a plain read."""


def write(folder: Path, n_rows: int) -> dict[str, Path]:
    """Write the same customers in every format."""
    draw = np.random.default_rng(1)
    customers = pa.table(
        {
            "customer": [f"C{place:08d}" for place in range(n_rows)],
            "tenure": draw.integers(1, 72, n_rows),
            "calls": draw.integers(0, 9, n_rows),
            "bytes": draw.integers(0, 10**9, n_rows),
            **{f"amount_{place}": draw.uniform(0, 500, n_rows).round(2) for place in range(4)},
            "plan": draw.choice(["Basic", "Plus", "Pro"], n_rows),
            "region": draw.choice(["华东", "华南", "North", "South"], n_rows),
        }
    )
    files = {"CSV": folder / "plain.csv", "CSV, quoted": folder / "quoted.csv", "Parquet": folder / "customers.parquet"}
    pacsv.write_csv(customers, files["CSV"], pacsv.WriteOptions(quoting_style="none", quoting_header="none"))
    pacsv.write_csv(customers, files["CSV, quoted"], pacsv.WriteOptions(quoting_style="all_valid"))
    pq.write_table(customers, files["Parquet"])
    return files


_POOLS: list[pa.MemoryPool] = []
"""All that were ever read into: what a reader's own threads hold goes back to them later."""


def plain(file: Path, types: pa.Schema | None = None) -> None:
    """Read as pyarrow does by itself, batch by batch and in one thread; with given types, or those that it finds."""
    if file.suffix == ".parquet":
        dictionaries = [field.name for field in types or () if pa.types.is_dictionary(field.type)]
        with pq.ParquetFile(file, memory_map=True, read_dictionary=dictionaries) as table:
            for rows in table.iter_batches(use_threads=False):
                if types is not None:
                    rows.cast(types)
        return
    convert = pacsv.ConvertOptions(column_types=types)
    with pacsv.open_csv(file, pacsv.ReadOptions(use_threads=False, block_size=8 << 20), None, convert) as reader:
        for _ in reader:
            pass


def ours(file: Path) -> None:
    """Read with the survey, the account, and every column in the form that it tells."""
    table = open_table(file)
    for _ in table.survey(dict.fromkeys(table.names)).batches():
        pass


def types_of(file: Path) -> pa.Schema:
    """Return the types that our read gives."""
    table = open_table(file)
    return table.survey(dict.fromkeys(table.names)).schema


def cpu_s(read: Callable[[], None]) -> float:
    """Return the processor time of a read in seconds."""
    before = time.process_time()
    read()
    return time.process_time() - before


def peak_mib(read: Callable[[], None]) -> float:
    """Return the most memory that Arrow holds while it reads."""
    usual, pool = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    _POOLS.append(pool)
    pa.set_memory_pool(pool)
    read()
    pa.set_memory_pool(usual)
    return float(pool.max_memory()) / (1 << 20)


def reads_of(file: Path) -> tuple[Callable[[], None], ...]:
    """Return what is compared: a plain read, a plain one with our types, ours."""
    types = types_of(file)
    return lambda: plain(file), lambda: plain(file, types), lambda: ours(file)


def held(n_rows: int = ROWS) -> bool:
    """Compare, print, and return whether every limit is held."""
    pa.set_cpu_count(1)
    console, all_held = Console(width=130), True
    shown = Table(
        "file", "plain, s", "plain, our types", "ours", "to our types", "to plain", "limit", "", "plain, MiB", "ours"
    )
    shown.title = f"reading {n_rows:,} rows of 10 columns, processor time in one thread, medians of {ROUNDS} in turn"
    with tempfile.TemporaryDirectory() as folder:
        for name, file in track(write(Path(folder), n_rows).items(), "reading", console=console, transient=True):
            reads, limit = reads_of(file), LIMITS[name]
            peaks = [f"{peak_mib(read):.0f}" for read in reads]
            rounds = [[cpu_s(read) for read in reads] for _ in range(ROUNDS)]
            to_plain, to_types = (median(one[2] / one[place] for one in rounds) for place in (0, 1))
            is_held = limit is None or to_plain <= limit
            took = [f"{median(side):.3f}" for side in zip(*rounds, strict=True)]
            verdict = ("", "") if limit is None else (f"{limit}", "held" if is_held else "NOT HELD")
            shown.add_row(name, *took, f"{to_types:.2f}", f"{to_plain:.2f}", *verdict, peaks[0], peaks[2])
            all_held = all_held and is_held
    console.print(shown)
    return all_held


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rows", "n_rows", default=ROWS, show_default=True, help="Of the tables, of ten columns.")
def main(n_rows: int) -> None:
    """Compare reading tables with a plain read by pyarrow."""
    sys.exit(0 if held(n_rows) else 1)


if __name__ == "__main__":
    main()
