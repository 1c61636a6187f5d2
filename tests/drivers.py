"""Both ways of sending the script that gives work items their owners: the driver's own, and straight over a channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from store.channel import ScriptChannel, Sendable, Told
from tests.simulated_redis import SimulatedRedis, simulated

DRIVERS = ("redis", "straight")


@dataclass(frozen=True, slots=True)
class _Simulated:
    source: str

    @property
    def sha1(self) -> str:
        return sha1(self.source.encode(), usedforsecurity=False).hexdigest()


class SimulatedChannel(ScriptChannel):
    """A channel whose scripts read the simulated clock."""

    def send(self, script: Sendable, keys: Sequence[str], arguments: Sequence[Any], told: Told) -> None:
        super().send(_Simulated(simulated(script.source)), keys, arguments, told)


def driven(client: Any, driver: str) -> Any:
    """Have a client send scripts one way or the other; close it by ``store.clients.close``."""
    kind = SimulatedChannel if isinstance(client, SimulatedRedis) else ScriptChannel
    client.channel = kind(client.connection_pool) if driver == "straight" else None
    return client
