"""``router.workforce.ports.Presences`` in memory."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.errors import NotFound, RequestIdReused
from router.model.events import PresenceChanged
from router.workforce.presence import has_passed
from tests.twins.tenants import Tenant, Tenants


class MemoryPresences(Tenants):
    """Who is away."""

    async def set_presence(
        self,
        tenant: str,
        rep: str,
        until_ms: int | None,
        *,
        request_id: str = "",
        fingerprint: str = "",
        actor: str = "",
    ) -> int:
        """Write down that a rep is away, or back; see ``router.workforce.ports.Presences``."""
        state = self._tenants[tenant]
        if request_id and request_id in state.requests:
            known, number = state.requests[request_id]
            if known != fingerprint or not isinstance(number, int):
                raise RequestIdReused(request_id)
            return number
        if ("rep", rep) not in state.records:
            raise NotFound("rep", f"tenants/{tenant}/reps/{rep}")
        now_ms = self._time_of(state)
        if until_ms and until_ms <= now_ms:
            raise has_passed(until_ms, now_ms)
        number = enter_presence(state, rep, until_ms, now_ms, actor)
        if request_id:
            state.requests[request_id] = (fingerprint, number)
        return number

    async def presences(self, tenant: str) -> Mapping[str, int]:
        """Return until when whoever said so is away."""
        return dict(self._tenants[tenant].projection.presences)


def enter_presence(
    state: Tenant, rep: str, until_ms: int | None, at_ms: int, actor: str, *, is_gone: bool = False
) -> int:
    """Enter an event, and return its number."""
    changed = PresenceChanged(len(state.events) + 1, rep, until_ms, at_ms, actor, is_gone)
    state.events.append(changed)
    state.projection.enter_presence(changed)
    return changed.number
