from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.clients.arranging import Restartable, enter_team, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    """Yield a service with a team, which a module may end."""
    with _with_team(tmp_path_factory) as service:
        yield service


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    """Yield a service with a team that nobody ends, for modules that change tenants of their own alone."""
    with _with_team(tmp_path_factory) as service:
        yield service


@contextmanager
def _with_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restartable]:
    with serving(tmp_path_factory.mktemp("served")) as service:
        with service.client() as client:
            enter_team(client)
        yield service
