"""Customers to train on, and queues of long work without any, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from redis.asyncio import Redis

N_ROWS = 900


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
    found = [key async for key in redis.scan_iter("fairlead:{[*]}:*")]
    if found:
        await redis.delete(*found)
    await redis.aclose()
