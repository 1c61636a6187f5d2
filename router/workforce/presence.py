"""Who is away, as they or their manager say it themselves: beside calendars and leave, and at once."""

from __future__ import annotations

from collections.abc import Mapping

from router.model.errors import InvalidInput
from router.model.instants import written
from router.model.workitem import fingerprint_of
from router.workforce.ports import Presences


class PresenceService:
    """The use cases on who is there.

    Parameters
    ----------
    presences
        Where it is kept.
    """

    def __init__(self, presences: Presences) -> None:
        self._presences = presences

    async def set_presence(
        self, tenant: str, rep: str, until_ms: int | None, *, request_id: str = "", actor: str = ""
    ) -> int:
        """Write down that a rep is away, or back; return the event's number.

        Parameters
        ----------
        until_ms
            Until when they are away, in milliseconds since the epoch, 0: until told otherwise; None: they are back.

        Raises
        ------
        NotFound
            If there is no such rep.
        InvalidInput
            If the instant is not ahead by the store's clock.
        RequestIdReused
            If the request id was used for other content.
        """
        fingerprint = fingerprint_of(request_id, "presence", rep, until_ms)
        return await self._presences.set_presence(
            tenant, rep, until_ms, request_id=request_id, fingerprint=fingerprint, actor=actor
        )

    async def presences(self, tenant: str) -> Mapping[str, int]:
        """Return until when whoever said so is away, by rep; 0: until told otherwise, and it may be over."""
        return await self._presences.presences(tenant)


def has_passed(until_ms: int, now_ms: int) -> InvalidInput:
    """Return what to say to who wants to be away until an instant that is not ahead."""
    return InvalidInput.of("until_time", f"{written(until_ms)}: must be after now, {written(now_ms)}")
