"""Which process has a role: what only one needs to do at a time, tenant by tenant."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

LEAD_S = 10.0
"""For how long a role is somebody's who does not renew it, in seconds: so long nobody does what a killed one did."""

Made = TypeVar("Made")


class LeaderLease(Protocol):
    """Agrees on who does what only one process needs to do."""

    async def lead(self, tenant: str, role: str, holder: str, for_s: float) -> bool:
        """Take or renew a role for some time; False while somebody else has it.

        It spares double work and guards nothing: whoever acts late, having lost it, is still refused by the store.
        """


class Leadership:
    """A role, which this process has of some tenants, and others of others.

    Parameters
    ----------
    lease
        Says who has it.
    role
        What it is called; not empty.
    for_s
        For how long it is ours unless it is renewed, in seconds.
    """

    def __init__(self, lease: LeaderLease, role: str, for_s: float = LEAD_S) -> None:
        self._lease = lease
        self._role = role
        self._for_s = for_s
        self._holder = secrets.token_hex(8)

    async def leads(self, tenant: str) -> bool:
        """Take or renew the role of a tenant: whether it is ours."""
        return await self._lease.lead(tenant, self._role, self._holder, self._for_s)

    async def while_leading(self, tenant: str, work: Coroutine[Any, Any, Made]) -> Made | None:
        """Return what work comes to that may take longer than the lease, which is renewed meanwhile.

        None: somebody else has the role by now, so the work was ended where it was.
        """
        at_work = asyncio.ensure_future(work)
        try:
            while not at_work.done():
                done, _ = await asyncio.wait([at_work], timeout=self._for_s / 3)
                if not done and not await self.leads(tenant):
                    return None
            return at_work.result()
        finally:
            at_work.cancel()
            await asyncio.wait([at_work])
