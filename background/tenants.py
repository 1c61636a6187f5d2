"""Asking each tenant whether there is anything to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

_AT_ONCE = 100
"""Tenants that are asked at the same time: a store with thousands answers calls in between."""

Answer = TypeVar("Answer")


async def ask_each(
    tenants: Sequence[str], ask: Callable[[str], Awaitable[Answer]]
) -> AsyncIterator[tuple[str, Answer]]:
    """Yield each tenant with what is answered of it, in their order."""
    for start in range(0, len(tenants), _AT_ONCE):
        some = tenants[start : start + _AT_ONCE]
        for tenant, answer in zip(some, await asyncio.gather(*map(ask, some)), strict=True):
            yield tenant, answer
