from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from store.embedded.server import EmbeddedServer


@pytest.fixture
def url(own_store: EmbeddedServer) -> str:
    """Return the address of an empty store of the test's own."""
    return own_store.url


@pytest.fixture
async def redis(url: str) -> AsyncIterator[Any]:
    """Yield a client of that store."""
    redis: Any = Redis.from_url(url)
    yield redis
    await redis.aclose()
