"""A service of a command's own whose time is simulated."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairlead.access import Access
from fairlead.client import FairleadClient
from fairlead.commands import connected
from router.cli.server import own_service
from router.cli.walk_clock import WalkClock, store_clock
from store.embedded.orphans import socket_path

SIMULATED = "--simulated-clock"


@contextmanager
def simulated_service(tenant: str) -> Iterator[tuple[FairleadClient, WalkClock]]:
    """Run a service with an empty store; yield a client of a tenant, and its clock."""
    with tempfile.TemporaryDirectory(prefix="fairlead-", ignore_cleanup_errors=True) as folder:
        own = Path(folder)
        with (
            own_service(data=own, options=(SIMULATED,)) as service,
            connected(service.grpc, tenant, Access()) as client,
            store_clock(f"unix://{socket_path(own)}") as clock,
        ):
            yield client, clock
