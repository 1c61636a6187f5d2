"""Who is told of what falls due: the port."""

from __future__ import annotations

from typing import Protocol

from router.deadlines.notices import Notice


class Telling(Protocol):
    """Tells people. What was told may be told again, where whoever did so was killed: the event's number says which."""

    async def tell(self, tenant: str, notice: Notice) -> None:
        """Tell whom a notice is for."""
