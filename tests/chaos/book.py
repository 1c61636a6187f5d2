"""Somebody who imports work items with their owners into a desk's tenant, one book after the other: what it promises.

A book is a page, which is done again whenever its worker is lost. The books alone use their pool, so that its ledger
stands still; they are no leads, so that the desk's process leaves them alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import grpc
from google.longrunning import operations_pb2 as longrunning
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import operations_pb2 as operations
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1.fairness_pb2 import FairnessReport
from router.model.decision import Decision
from router.model.events import Event
from tests.api import Api

POOL = "book"
RULE = {"id": POOL, "when": {"field": "shelf", "op": "eq", "value": POOL}, "route": {"pool": POOL}}
FIELDS = {"shelf": {"type": "string"}}
_SIZE = 12
_THEN = Timestamp(seconds=1_700_000_000)
_TIMEOUT_S = 2.0
_PAUSE_S = 0.05


class Books:
    """Whoever imports them.

    Parameters
    ----------
    apis
        The servers, with the desk's tenant.
    owners
        Whose the work items are, one after the other.
    random
        Chooses whom to ask.
    """

    def __init__(self, apis: Sequence[Api], owners: Sequence[str], random: Random) -> None:
        self._apis = apis
        self._owners = owners
        self._random = random
        self._made = 0
        self.told: dict[str, longrunning.Operation] = {}
        """How the import of each work item ended, by its id."""
        self.report = FairnessReport()
        """On their pool, behind the last of them."""

    async def run(self, stopped: asyncio.Event) -> None:
        """Import until told to stop."""
        while not stopped.is_set():
            self._made += 1
            numbers = range(self._made * _SIZE, (self._made + 1) * _SIZE)
            begun = await self._answered(partial(self._import, numbers=numbers), stopped)
            while begun and not begun.done:
                begun = await self._answered(partial(_operation, name=begun.name), stopped)
                await asyncio.sleep(_PAUSE_S)
            if begun:
                self.told |= {f"old~B-{number}": begun for number in numbers}
                self.report = await self._answered(_report, stopped) or self.report

    def _import(self, api: Api, numbers: Sequence[int]) -> Any:
        shelf = Struct()
        shelf.update({"shelf": POOL})
        items = [
            routing.ImportedWorkItem(
                work_item=routing.WorkItem(
                    kind=routing.WorkItem.KIND_TICKET, source="old", external_id=f"B-{number}", attributes=shelf
                ),
                owner=api.rep_name(self._owners[number % len(self._owners)]),
                assigned_time=_THEN,
            )
            for number in numbers
        ]
        request_id = f"book-{self._made}"
        return api.routing.ImportWorkItems(
            routing.ImportWorkItemsRequest(parent=api.parent, items=items, request_id=request_id)
        )

    async def _answered(self, wish: Callable[[Api], Any], stopped: asyncio.Event) -> Any:
        """Ask until there is an answer; None: whoever asks was told to stop."""
        while not stopped.is_set():
            with suppress(grpc.aio.AioRpcError, TimeoutError):
                answer: longrunning.Operation = await asyncio.wait_for(
                    wish(self._random.choice(self._apis)), _TIMEOUT_S
                )
                return answer
            await asyncio.sleep(_PAUSE_S)
        return None


def _report(api: Api) -> Any:
    return api.report(POOL)


def _operation(api: Api, name: str) -> Any:
    ask = api.channel.unary_unary(
        "/google.longrunning.Operations/GetOperation",
        request_serializer=longrunning.GetOperationRequest.SerializeToString,
        response_deserializer=longrunning.Operation.FromString,
    )
    return ask(longrunning.GetOperationRequest(name=name))


@dataclass(slots=True)
class BookFacts:
    """What answers and log show of imports.

    Attributes
    ----------
    entered
        Work items that the log has of them.
    again
        Those whose worker was lost, or had to leave them, so that another did them again.
    violations
        What must not be, in words.
    """

    entered: int = 0
    again: int = 0
    violations: list[str] = field(default_factory=list)


def book_facts(books: Books, events: Iterable[Event]) -> BookFacts:
    """Hold what was told of imports against the log."""
    decisions = [event for event in events if isinstance(event, Decision) and event.pool == POOL]
    again = sum(_deliveries(operation) > 1 for operation in books.told.values())
    found = [
        *_entered_once(decisions),
        *_as_told(books.told, {decision.item_id for decision in decisions}),
        *_apart(books.report),
    ]
    return BookFacts(len(decisions), again, found)


def _entered_once(decisions: Iterable[Decision]) -> Iterator[str]:
    entered = set[str]()
    for decision in decisions:
        said = f"event {decision.number}: {decision.item_id}"
        if decision.item_id in entered:
            yield f"{said} is imported again"
        entered.add(decision.item_id)
        if any(deficit for state in decision.seen for deficit in state.deficits):
            yield f"{said} is imported where others moved a deficit"


def _as_told(told: Mapping[str, longrunning.Operation], entered: Container[str]) -> Iterator[str]:
    for item_id, operation in told.items():
        response = routing.ImportWorkItemsResponse()
        if not operation.response.Unpack(response):
            continue
        if (response.imported_count, len(response.refused)) != (_SIZE, 0):
            yield f"{item_id}: imported {response.imported_count} of {_SIZE}, {len(response.refused)} refused"
        if item_id not in entered:
            yield f"{item_id}: imported, and nowhere"


def _apart(report: FairnessReport) -> Iterator[str]:
    if report.decisions or report.observed.worst_ever:
        yield f"the ledger of imports has {report.decisions} decisions, and was off by {report.observed.worst_ever}"
    if any(received.greedy or received.override for received in report.received_by.values()):
        yield "what is imported was not received apart"


def _deliveries(operation: longrunning.Operation) -> int:
    metadata = operations.OperationMetadata()
    operation.metadata.Unpack(metadata)
    return metadata.delivery_count
