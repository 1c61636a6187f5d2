"""Sends what people are to be told, of every tenant, while a service runs.

Of the services on one store one does it at a time, for each tenant; each channel has its task, so that one that is slow
holds up no other.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

from failures import Failure
from notifications.messages.dispatcher import Dispatcher

LOOK_S = 1.0
"""Seconds between two looks for channels that something is due through."""
_LEAD_S = 10.0
_TENANTS_AT_ONCE = 100
_CHANNELS_AT_ONCE = 64
"""Of one tenant: others wait for the next look."""
_ROLE = "messages"

_log = logging.getLogger(__name__)


class RoleLease(Protocol):
    """Says who has a role."""

    async def lead(self, tenant: str, role: str, holder: str, for_s: float) -> bool:
        """Take or renew a role for some seconds: whether it is ours."""


class DueChannels(Protocol):
    """Knows where something is due."""

    async def due(self, tenant: str) -> tuple[int, list[str]]:
        """See ``notifications.messages.ports.Outbox``."""


class MessageRunner:
    """Looks at every tenant, again and again.

    Parameters
    ----------
    dispatcher
        Sends what is due of one.
    outbox
        Says where anything is.
    tenants
        Returns all.
    lease
        Says who has the role.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        outbox: DueChannels,
        tenants: Callable[[], Awaitable[Sequence[str]]],
        lease: RoleLease,
    ) -> None:
        self._dispatcher = dispatcher
        self._outbox = outbox
        self._tenants = tenants
        self._lease = lease
        self._name = secrets.token_hex(8)
        self._at_work: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End; what was sent, and how it ended not written yet, is sent again by whoever goes on."""
        self._stopping.set()
        tasks = [*self._at_work.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._look()
            except Failure as error:
                _log.warning("whoever sends messages could not look: %s", error)
            except Exception:  # nobody awaits it: what ended it would be told by nobody
                _log.exception("whoever sends messages failed to look; it goes on with the next look")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK_S)

    async def _look(self) -> None:
        """Begin with the channels that something is due through, and which nobody here is at."""
        self._at_work = {channel: task for channel, task in self._at_work.items() if not task.done()}
        tenants = await self._tenants()
        for start in range(0, len(tenants), _TENANTS_AT_ONCE):
            some = tenants[start : start + _TENANTS_AT_ONCE]
            found = await asyncio.gather(*map(self._outbox.due, some))
            for tenant, (now_ms, due) in zip(some, found, strict=True):
                idle = [channel for channel in due if (tenant, channel) not in self._at_work]
                room = _CHANNELS_AT_ONCE - sum(each == tenant for each, _ in self._at_work)
                if idle and room > 0 and await self._leads(tenant):
                    for channel in idle[:room]:
                        self._at_work[tenant, channel] = asyncio.create_task(self._work(tenant, channel, now_ms))

    async def _work(self, tenant: str, channel: str, now_ms: int) -> None:
        """Send what is due through a channel, for as long as this process has the role."""
        sending = asyncio.ensure_future(self._dispatcher.look(tenant, channel, now_ms))
        try:
            while not sending.done():
                done, _ = await asyncio.wait([sending], timeout=_LEAD_S / 3)
                if not done and not await self._leads(tenant):
                    return  # whoever has the role now sends it
            sending.result()
        except Failure as error:
            _log.warning("tenants/%s/channels/%s: messages are not sent for now: %s", tenant, channel, error)
        except Exception:  # nobody awaits it
            _log.exception("tenants/%s/channels/%s: sending messages failed; it begins anew", tenant, channel)
        finally:
            sending.cancel()
            await asyncio.wait([sending])

    async def _leads(self, tenant: str) -> bool:
        return await self._lease.lead(tenant, _ROLE, self._name, _LEAD_S)
