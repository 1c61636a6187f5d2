"""Operations in tests: customers to train on, worker processes to kill, queues that nobody had before."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from redis.asyncio import Redis

N_ROWS = 400


def write_customers(file: Path) -> None:
    """Write a table of customers who leave for reasons."""
    rng = np.random.default_rng(4)
    logins, plan = rng.poisson(10, N_ROWS), rng.integers(0, 3, N_ROWS)
    left = rng.random(N_ROWS) < 1 / (1 + np.exp(0.4 * logins - 2.5 - 0.5 * plan))
    lines = [
        f"{i},{n},plan {p},{'yes' if gone else 'no'}"
        for i, (n, p, gone) in enumerate(zip(logins, plan, left, strict=True))
    ]
    file.write_text("customer,logins,plan,left\n" + "\n".join(lines) + "\n")


async def forget_all(redis_url: str) -> None:
    """Empty the queues of long work that belong to everybody, so that no test has them for itself."""
    redis: Any = Redis.from_url(redis_url)
    keys = [key async for key in redis.scan_iter("fairlead:{[*]}:*")]
    if keys:
        await redis.delete(*keys)
    await redis.aclose()


@contextmanager
def working(data: Path, environ: Mapping[str, str], *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a ``fairlead work`` beside a service with this data folder; end it at last."""
    command = [str(Path(sys.executable).parent / "fairlead"), "work", "--data", str(data), *options]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    with subprocess.Popen(command, env={**inherited, **environ}) as process:
        yield process
        process.terminate()


def descendants(pid: int) -> set[int]:
    """Return the processes that one started, and those that these did."""
    children = {
        int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()
    }
    return children.union(*map(descendants, children))
