"""What does it cost to read a table as people have them, beside a plain read by pyarrow?

``python -m benchmarks.tables``: processor time of one thread, of a clean CSV file in UTF-8, the same with quotes, and
Parquet; both read in turn, so that a busy machine slows both.
"""

from __future__ import annotations

import resource
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

ROUNDS = 7
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


def plain(file: Path) -> None:
    """Read as pyarrow does by itself, batch by batch and in one thread."""
    if file.suffix == ".parquet":
        with pq.ParquetFile(file, memory_map=True) as table:
            for _ in table.iter_batches(32_768, use_threads=False):
                pass
        return
    for _ in pacsv.open_csv(file, pacsv.ReadOptions(use_threads=False, block_size=8 << 20)):
        pass


def ours(file: Path) -> None:
    """Read with the survey, the account, and every column in the form that it tells."""
    table = open_table(file)
    for _ in table.survey(dict.fromkeys(table.names)).batches():
        pass


def cpu_s(read: Callable[[Path], None], file: Path) -> float:
    """Return the processor time of a read in seconds."""
    before = time.process_time()
    read(file)
    return time.process_time() - before


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rows", "n_rows", default=2_000_000, show_default=True, help="Of the tables, of ten columns.")
def main(n_rows: int) -> None:
    """Compare reading tables with a plain read by pyarrow."""
    pa.set_cpu_count(1)
    console, shown = Console(width=110), Table("file", "rows", "plain, s", "ours, s", "ratio", "limit")
    with tempfile.TemporaryDirectory() as folder:
        for name, file in track(write(Path(folder), n_rows).items(), "reading", console=console, transient=True):
            pairs = [(cpu_s(plain, file), cpu_s(ours, file)) for _ in range(ROUNDS)]
            theirs, own = (median(side) for side in zip(*pairs, strict=True))
            ratio = median(own / their for their, own in pairs)
            limit = LIMITS[name]
            shown.add_row(name, f"{n_rows:,}", f"{theirs:.2f}", f"{own:.2f}", f"{ratio:.2f}", str(limit or ""))
    console.print(shown)
    console.print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
