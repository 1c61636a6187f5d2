"""How long tests wait: for as long as it takes. Whatever hangs is ended by pytest's own timeout, and by nothing else.

So no test depends on how fast the machine is, or on what else it does.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

from fairlead.client import FairleadClient
from fairlead.retries import Retries

FOREVER_S = 24 * 3600.0


def until(holds: Callable[[], object]) -> None:
    """Ask again and again; other processes tell nobody when they are ready."""
    pause = Event()
    while not holds():
        pause.wait(0.02)


def patient_client(address: str, tenant: str = "default", **chosen: Any) -> FairleadClient:
    """Return a client for a service that may be starting: on a busy machine a client's usual 30 s are too few."""
    return FairleadClient(address, tenant, timeout_s=FOREVER_S, retries=Retries(patience_s=FOREVER_S), **chosen)


def patient(redis_url: str) -> str:
    """Have a driver wait for a private store for as long as it takes."""
    is_private = redis_url.startswith("unix:") and "?" not in redis_url
    return f"{redis_url}?socket_timeout={FOREVER_S}" if is_private else redis_url
