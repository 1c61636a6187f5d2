"""A system outside that is told of changes by webhook: it takes most at once, and refuses some the first time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

import grpc

from fairlead.v1 import deliveries_pb2 as deliveries
from router.model.events import Event
from tests.api import Api, last
from tests.receivers import Received, Receiver, response

NAME = "crm"
_REFUSED = 0.15
_DROPPED = 0.3
"""Of what is refused so much is not answered at all."""


class Taken(NamedTuple):
    """A change that was taken: its event, and whose it is."""

    event: int
    item_id: str


@dataclass(frozen=True, slots=True)
class CrmFacts:
    """What was taken, in order and again and again, and how much was refused at first; and what is wrong with it."""

    taken: int = 0
    refused: int = 0
    violations: list[str] = field(default_factory=list)


class Crm:
    """The system.

    Parameters
    ----------
    random
        What it refuses.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._refused = set[str]()
        self.receiver = Receiver(self._answer)
        self.taken: list[Taken] = []

    async def subscribe(self, api: Api) -> bool:
        """Have it be told of what happens from now on; say whether that is so."""
        subscription = deliveries.Subscription(url=self.receiver.url)
        try:
            await api.deliveries.CreateSubscription(
                deliveries.CreateSubscriptionRequest(parent=api.parent, subscription_id=NAME, subscription=subscription)
            )
        except grpc.aio.AioRpcError as error:
            if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ALREADY_EXISTS):
                raise
            return error.code() is grpc.StatusCode.ALREADY_EXISTS
        return True

    async def _answer(self, received: Received) -> bytes | None:
        if received.id not in self._refused and self._random.random() < _REFUSED:
            self._refused.add(received.id)
            return None if self._random.random() < _DROPPED else response(500)
        self.taken.append(Taken(int(received.json["id"]), last(received.json["workItem"])))
        return response(200)

    def facts(self, changes: Iterable[Event]) -> CrmFacts:
        """Hold what was taken against the log's changes."""
        return CrmFacts(len(self.taken), len(self._refused), list(told_in_order(self.taken, changes)))


def told_in_order(taken: Iterable[Taken], changes: Iterable[Event]) -> Iterator[str]:
    """Name what was not told, what never was, and what came before one that it stands behind."""
    logged, told = dict[str, list[int]](), dict[str, list[int]]()
    for change in changes:
        logged.setdefault(change.item_id, []).append(change.number)  # type: ignore[union-attr]  # each has one
    for event, item_id in taken:
        if event not in (seen := told.setdefault(item_id, [])):
            seen.append(event)
    for item_id in logged.keys() | told.keys():
        expected, came = logged.get(item_id, []), told.get(item_id, [])
        if came != expected:
            yield f"the outside was told of {item_id} by events {came}, the log has {expected}"
