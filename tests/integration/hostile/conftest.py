"""A small tenant in a store of its own, which is compared byte for byte with what it was."""

from __future__ import annotations

import pytest

from tests.api import Api
from tests.integration.hostile.harm import RULES


@pytest.fixture
async def tenant_of_two(api: Api) -> Api:
    """Return a tenant with two reps, a pool, a tree of territories, rules and one work item."""
    for rep in ("ann", "bob"):
        await api.hire(rep)
    await api.pool("everyone", ["ann", "bob"])
    await api.territory("中国")
    await api.territory("华东", "中国")
    await api.adopt(RULES)
    await api.route("L-0")
    return api
