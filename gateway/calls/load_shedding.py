"""How many calls are under way: more than can be served soon are rejected at once, and a server that leaves takes
no new ones.

A queue that grows makes everybody wait, until clients give up on answers that are still being made; a caller who is
rejected at once may ask another server, or come again. What was rejected was not begun, so that it may always be
repeated. Counted are calls from their arrival, whether they wait for the processor or for the store. Those that Python
has had no time to take from gRPC are in nobody's count: gRPC's own bounds of them do not hold for servers of
``grpc.aio``, and a bound on the streams of a connection ends calls of patient clients too, with UNAVAILABLE.

References
----------
Google, "Site Reliability Engineering", chapter 21, "Handling Overload".
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any

from gateway.calls.call import Call
from gateway.calls.pipeline import Admission
from gateway.errors import Leaving, Overloaded

QUIET_S = 0.02
"""A server that refused nobody for so long is forgotten by its clients."""
LONGEST_QUIET_S = 2.0
"""Clients that come again and again, without a pause, are not waited for any longer."""


class LoadShedder:
    """The calls that have arrived and are not answered yet: counts and bounds them, and is an admission.

    Parameters
    ----------
    most
        How many there may be.
    then
        Who decides about those that may come in; None: nobody.
    standing
        Methods that are not counted: calls that are open for long, and health, which must answer always.
    """

    def __init__(self, most: int, then: Admission | None = None, standing: Collection[str] = ()) -> None:
        self._most = most
        self._then = then
        self._standing = frozenset(standing)
        self._under_way = 0
        self._leaving = False
        self._came = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def under_way(self) -> int:
        """How many there are."""
        return self._under_way

    def arrive(self, method: str) -> Overloaded | None:
        """Count a call in until the running task, which answers it, ends; say why if there are too many already."""
        if method in self._standing:
            return None
        if self._under_way >= self._most and not self._leaving:
            return Overloaded(self._most)
        self._under_way += 1
        self._empty.clear()
        self._came.set()
        task: Any = asyncio.current_task()
        task.add_done_callback(self._left)
        return None

    def _left(self, _: object) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._empty.set()

    async def admit(self, call: Call) -> None:
        """Let a call in, unless the server takes no new ones.

        Raises
        ------
        Leaving
            If so.
        """
        if self._leaving and call.method not in self._standing:
            raise Leaving
        if self._then is not None:
            await self._then.admit(call)

    def enter(self, call: Call) -> None:
        """Let the next in line decide about the request."""
        if self._then is not None:
            self._then.enter(call)

    async def leave(self, longest_s: float) -> None:
        """Take no new calls; return when those under way are answered and no client tries any more.

        Parameters
        ----------
        longest_s
            What calls under way get, in seconds.
        """
        self._leaving = True
        await _at_most(longest_s, self._empty.wait())
        await _at_most(LONGEST_QUIET_S, self._quiet())

    async def _quiet(self) -> None:
        while True:
            self._came.clear()
            if not await _at_most(QUIET_S, self._came.wait()) and not self._under_way:
                return


async def _at_most(seconds: float, event: Coroutine[Any, Any, object]) -> bool:
    """Wait for something; False: it did not come in time."""
    try:
        await asyncio.wait_for(event, seconds)
    except TimeoutError:
        return False
    return True
