"""Services with a door for HTTP, and tenants on them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from serving.settings import OperationSettings
from tests.api import EVERYONE, Api, connected
from tests.identities import security
from tests.web import Addresses, web_serving


class Door(NamedTuple):
    """A service, and a tenant on it by gRPC."""

    addresses: Addresses
    api: Api


@pytest.fixture
async def guarded(store: Any, tmp_path: Path) -> AsyncIterator[Door]:
    """Yield a service that asks who calls."""
    for folder in (models := tmp_path / "models", data := tmp_path / "data"):
        folder.mkdir()
    operations = OperationSettings(training_data=str(data))
    async with (
        web_serving(store.url, security=security(tmp_path), models=str(models), operations=operations) as addresses,
        connected(addresses.grpc, "mine", store.url) as api,
    ):
        yield Door(addresses, api)


@pytest.fixture
async def door(store: Any, tenant: str) -> AsyncIterator[Door]:
    """Yield a service that asks nobody, and a tenant in which there is somebody for every lead."""
    async with web_serving(store.url) as addresses, connected(addresses.grpc, tenant, store.url) as api:
        await api.hire("ann")
        await api.pool("everyone", ["ann"])
        await api.adopt(EVERYONE)
        yield Door(addresses, api)
