from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.clients.arranging import Restartable, enter_team, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    with serving(tmp_path_factory.mktemp("served")) as service:
        with service.client() as client:
            enter_team(client)
        yield service


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    """Yield a service that nobody ends, for modules whose tenants are their own."""
    with serving(tmp_path_factory.mktemp("shared")) as service:
        yield service
