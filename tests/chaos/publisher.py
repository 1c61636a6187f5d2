"""Publishes rules while clients call, so that what was planned by those before is stale when it comes to the store."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any

from failures import StoreUnavailable
from tests.api import Api

_PAUSE_S = (0.3, 0.8)
"""Before each: what a server remembers of a lost past is asked before the first."""


class Publisher:
    """Somebody who is never content.

    Parameters
    ----------
    api
        Of the tenant.
    rules
        What is published, always the same: only its revision is another.
    random
        When.
    """

    def __init__(self, api: Api, rules: Mapping[str, Any], random: Random) -> None:
        self._api = api
        self._rules = rules
        self._random = random

    async def run(self, stopped: asyncio.Event) -> None:
        """Publish until told to stop: the driver can swallow a cancellation."""
        while not stopped.is_set():
            await asyncio.sleep(self._random.uniform(*_PAUSE_S))
            with suppress(StoreUnavailable):
                await self._api.adopt(self._rules)
