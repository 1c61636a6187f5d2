"""What columns cost: training on 600 customers of 100 to 2,000 columns, each in a process of its own.

Run as ``python -m benchmarks.columns [COLUMNS ...]``; one rung, as ``fairlead train --rungs 1``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from rich.console import Console
from rich.table import Table

N_CUSTOMERS = 600
COLUMNS = (100, 400, 800, 2_000)


def customers(n_columns: int) -> pa.Table:
    """Make customers who leave for two of their columns; the others are digits of chance."""
    draw = np.random.default_rng(5)
    tenure, calls = draw.integers(1, 73, N_CUSTOMERS), draw.integers(0, 9, N_CUSTOMERS)
    left = draw.random(N_CUSTOMERS) < 1 / (1 + np.exp(1.2 + 0.05 * tenure - 0.35 * calls))
    table = {"customer": [f"C{i:05d}" for i in range(N_CUSTOMERS)], "tenure": tenure, "calls": calls}
    table |= {f"f{j}": draw.integers(0, 10, N_CUSTOMERS) for j in range(n_columns - 2)}
    return pa.table({**table, "churn": np.where(left, "Yes", "No")})


def cost(n_columns: int) -> tuple[float, float, float]:
    """Train in a child; return its processor time in s, and that per column in ms, and its memory in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "customers.csv"
        pacsv.write_csv(customers(n_columns), file)
        options = ["--data", str(file), "--target", "churn", "--id", "customer", "--rungs", "1", "--out", folder]
        command = [sys.executable, "-m", "service", "train", *options]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"training ended with {child.returncode}")
    seconds = used.ru_utime + used.ru_stime
    return seconds, 1e3 * seconds / n_columns, used.ru_maxrss / 1024


def main(columns: tuple[int, ...] = COLUMNS) -> None:
    """Print what each number of columns costs."""
    title = f"fairlead train --rungs 1, {N_CUSTOMERS} customers"
    table = Table("columns", "processor time (s)", "per column (ms)", "memory (MiB)", title=title)
    for n_columns in columns:
        seconds, each, mebibytes = cost(n_columns)
        table.add_row(f"{n_columns:,}", f"{seconds:.1f}", f"{each:.1f}", f"{mebibytes:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main(tuple(int(each.replace(",", "")) for each in sys.argv[1:]) or COLUMNS)
