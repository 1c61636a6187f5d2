"""A store with a simulated clock, a receiver, and whoever takes turns of its subscription by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from store.clock import simulated
from store.embedded.server import EmbeddedServer
from tests.integration.notifications.by_hand import ByHand, by_hand
from tests.receivers import Receiver


@pytest.fixture
def clock() -> Iterator[None]:
    with simulated():
        yield


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def hand(clock: None, own_store: EmbeddedServer, tenant: str, receiver: Receiver) -> AsyncIterator[ByHand]:
    async with by_hand(own_store.url, tenant, receiver.url) as hand:
        yield hand
