"""Every standing of a work item with everything that may happen there, allowed or refused, asked through gRPC.

The table (``tests.contract.states.table``) is held to the states, the methods and the causes that there are: what is
added to them is asked for here. The twin is held to all of it, Valkey to what changes something, and to all where time
does not matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import routing_pb2
from router.model.decision import Cause, Outcome
from router.model.workitem import CLOSED_STATES, REOPENED, TRANSITIONS, State
from store.clock import SimulatedClock
from store.embedded.server import EmbeddedServer
from tests.contract.over_grpc import Service, in_memory, on_redis, served
from tests.contract.states.events import EVENTS, OK, PRESENT, answer
from tests.contract.states.firm import START_MS, Firm, Place
from tests.contract.states.standings import STANDINGS
from tests.contract.states.table import WAYS_OF, Expected, Pair, pairs, rows
from tests.simulated_redis import SimulatedRedis

ROWS = dict(rows())
READS = ("Get", "List", "Watch")
LEAVES = "ann_leaves_the_pool"


def test_everything_has_one_row_wherever_it_happens() -> None:
    counted = Counter(pair for pair, _ in rows())

    assert {pair for pair, number in counted.items() if number > 1} == set()
    assert set(pairs()) ^ counted.keys() == set()


def test_every_state_and_every_transition_is_in_the_table() -> None:
    assert {standing.state for standing in STANDINGS.values()} == set(State)
    assert set(_transitions()) == {
        (state, what, after) for state, of_state in TRANSITIONS.items() for what, after in of_state.items()
    }


def _transitions() -> Iterator[tuple[State, str, State]]:
    """Yield what the table says of states alone."""
    for pair, expected in ROWS.items():
        before, after = STANDINGS[pair.standing].state, State(expected.state)
        if pair.event == "reopen" and expected.answer in set(Outcome):
            yield before, REOPENED, State.RECEIVED
            before = State.RECEIVED
        if expected.answer in (Outcome.ASSIGNED, Outcome.WAITING, Outcome.UNROUTED):
            yield before, expected.answer, after
        elif expected.answer == OK and after in CLOSED_STATES - {before}:
            yield before, after, after


def test_every_method_that_changes_something_is_in_the_table() -> None:
    service = routing_pb2.DESCRIPTOR.services_by_name["RoutingService"]

    assert {event.method for event in EVENTS.values()} - {""} == {
        method.name for method in service.methods if not method.name.startswith(READS)
    }


def test_every_cause_and_every_path_to_another_owner_is_in_the_table() -> None:
    paths = {pair.event for pair, expected in ROWS.items() if expected.grows}

    assert {cause for event in EVENTS.values() if (cause := event.cause)} == set(Cause)
    assert paths == WAYS_OF.keys()


@pytest.mark.parametrize("standing", STANDINGS)
async def test_the_twin_answers_by_the_table(standing: str, short_path: Path) -> None:
    service = Service(in_memory(lambda: START_MS))

    assert await _faults(service, short_path, [pair for pair in ROWS if pair.standing == standing]) == []


async def test_a_store_answers_by_what_the_table_says_first_of_each_event(
    store: EmbeddedServer, short_path: Path
) -> None:
    changing = {pair.event: pair for pair, expected in reversed(ROWS.items()) if expected.grows}
    first = {pair.event: pair for pair in reversed(ROWS) if pair.standing in ("queued", "routed")}

    async with _on(store) as service:
        assert await _faults(service, short_path, [*(first | changing).values()]) == []


@pytest.mark.long
@pytest.mark.parametrize("standing", STANDINGS)
async def test_a_store_answers_by_the_table(standing: str, store: EmbeddedServer, short_path: Path) -> None:
    async with _on(store) as service:
        assert await _faults(service, short_path, [pair for pair in ROWS if pair.standing == standing]) == []


@asynccontextmanager
async def _on(store: EmbeddedServer) -> AsyncIterator[Service]:
    redis: Any = SimulatedRedis.from_url(store.url)
    await SimulatedClock(redis).set(START_MS * 1000, rate=0)
    yield Service(on_redis(redis))
    await redis.aclose()


async def _faults(service: Service, folder: Path, chosen: list[Pair]) -> list[str]:
    """Return what is otherwise than the table says; each pair has a tenant of its own."""
    faults, places = [], dict[str, Place]()
    async with served(service, folder) as channel:
        for number, pair in enumerate(chosen):
            firm = await Firm.arrange(service, channel, f"t-{number}")
            await STANDINGS[pair.standing].come(firm)
            if pair.standing not in places:
                places[pair.standing] = await firm.place()
            await firm.be(PRESENT[pair.present])
            found = await _found(firm, pair, places[pair.standing], ROWS[pair])
            faults += [f"{' | '.join(pair)}: {fault}" for fault in found]
    return faults


async def _found(firm: Firm, pair: Pair, before: Place, expected: Expected) -> list[str]:
    standing, event = STANDINGS[pair.standing], EVENTS[pair.event]
    events = await firm.events()
    answered = await answer(event, firm)
    after = await firm.place()

    grows = expected.grows
    state = expected.state.replace(State.RECEIVED, "NONE")
    received = Counter(before.received)
    if grows:
        received[expected.owner, WAYS_OF[pair.event]] += 1
    if pair.event == LEAVES:  # who is no member is not in the report any more
        received = Counter({key: count for key, count in received.items() if key[0] != "ann"})
    faults = [
        f"{what} {was}, not {should}"
        for what, was, should in (
            ("before", before[:4], (standing.state.replace(State.RECEIVED, "NONE"), *standing[2:])),
            ("answer", answered, expected.answer),
            ("after", after[:4], (state, expected.owner, standing.epoch + grows, expected.deficits)),
            ("received", after.received, dict(received)),
        )
        if was != should
    ]
    if grows:
        faults += await _decided_otherwise(firm, after.decision, pair.event)
    elif answered.isupper() and answered not in (OK, *Outcome) and await firm.events() != events:
        faults.append("it was refused, and the log grew")
    return faults + await firm.service.differences(firm.api.tenant)


async def _decided_otherwise(firm: Firm, name: str, event: str) -> list[str]:
    """Return what is otherwise in a decision that changed the owner."""
    decision = await firm.api.decision(name, decisions.DECISION_VIEW_BASIC)
    way = decisions.Decision.Way.Name(decision.way).removeprefix("WAY_")
    cause = decisions.Decision.Cause.Name(decision.cause).removeprefix("CAUSE_")
    because = EVENTS[event].cause or Cause.WOKEN
    return [f"{was}, not {should}" for was, should in ((way, WAYS_OF[event]), (cause, because)) if was != should]
