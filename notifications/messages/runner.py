"""Sends what people are to be told, of every tenant, while a service runs.

Of the services on one store one does it at a time, for each tenant; each channel has its task, so that one that is slow
holds up no other.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from background.leadership import LeaderLease, Leadership
from background.rounds import Rounds
from background.tasks import Tasks
from background.tenants import ask_each
from failures import Failure
from notifications.messages.dispatcher import Dispatcher

LOOK_S = 1.0
"""Seconds between two looks for channels that something is due through."""
_CHANNELS_AT_ONCE = 64
"""Of one tenant: others wait for the next look."""
_ROLE = "messages"

_log = logging.getLogger(__name__)


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
        lease: LeaderLease,
    ) -> None:
        self._dispatcher = dispatcher
        self._outbox = outbox
        self._tenants = tenants
        self._leadership = Leadership(lease, _ROLE)
        self._at_work = Tasks[tuple[str, str]]()
        self._rounds = Rounds(self._look, LOOK_S, "whoever sends messages")

    def start(self) -> None:
        """Begin to look."""
        self._rounds.start()

    async def stop(self) -> None:
        """End; what was sent, and how it ended not written yet, is sent again by whoever goes on."""
        await self._rounds.stop()
        await self._at_work.end()

    async def _look(self) -> None:
        """Begin with the channels that something is due through, and which nobody here is at."""
        at_work = self._at_work.running()
        async for tenant, (now_ms, due) in ask_each(await self._tenants(), self._outbox.due):
            idle = [channel for channel in due if (tenant, channel) not in at_work]
            room = _CHANNELS_AT_ONCE - sum(each == tenant for each, _ in at_work)
            if idle and room > 0 and await self._leadership.leads(tenant):
                for channel in idle[:room]:
                    self._at_work.begin((tenant, channel), self._work(tenant, channel, now_ms))

    async def _work(self, tenant: str, channel: str, now_ms: int) -> None:
        """Send what is due through a channel, for as long as this process has the role."""
        try:
            await self._leadership.while_leading(tenant, self._dispatcher.dispatch(tenant, channel, now_ms))
        except Failure as error:
            _log.warning("tenants/%s/channels/%s: messages are not sent for now: %s", tenant, channel, error)
        except Exception:  # nobody awaits it
            _log.exception("tenants/%s/channels/%s: sending messages failed; it begins anew", tenant, channel)
