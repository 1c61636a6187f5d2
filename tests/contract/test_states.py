"""Every standing of a work item with everything that may happen there, allowed or refused, asked through gRPC.

The table (``tests.contract.states.rows``) is held to the states, the methods and the causes that there are: what is
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
from router.model.decision import Cause, Outcome, Way
from router.model.dispatch import PUSH, Answer, DispatchMode
from router.model.workitem import CLOSED_STATES, REOPENED, TRANSITIONS, State
from store.embedded.server import EmbeddedServer
from tests.contract.over_grpc import Service, in_memory, on_redis, served
from tests.contract.states.events import EVENTS, OK, PRESENT, ToldDecision, answer
from tests.contract.states.firm import START_MS, OneItemFirm, StandingPlace
from tests.contract.states.rows import WAYS_AT, WAYS_OF
from tests.contract.states.standings import STANDINGS
from tests.contract.states.table import ExpectedState, Pair, pairs, rows, way_of
from tests.contract.test_caps import Clock
from tests.simulated_redis import SimulatedRedis

ROWS = dict(rows())
READS = ("Get", "List", "Watch")
LEAVES = "ann_leaves_the_pool"
MANY = "(many)"
HAS = (Outcome.ASSIGNED, Outcome.EXISTING_OWNER, Outcome.OFFERED)
RESCINDING = {"ann_is_inactive", "ann_leaves_the_pool"}


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
        if became := _became(pair, expected):
            before = TRANSITIONS[State.OFFERED].get(became, State.CLOSED)  # closed: no such answer, and it is seen
            yield State.OFFERED, became, before
        if before is State.OFFERED and expected.answer == Outcome.OFFERED:
            continue  # it is sent again, and stays offered
        if expected.answer in (Outcome.ASSIGNED, Outcome.OFFERED, Outcome.WAITING, Outcome.UNROUTED):
            yield before, expected.answer, after
        elif expected.answer == OK and after in CLOSED_STATES - {before}:
            yield before, after, after


def _became(pair: Pair, expected: ExpectedState) -> Answer | None:
    """Return what became of an offer; None: it is open, or there was none."""
    standing = STANDINGS[pair.standing]
    if standing.state is not State.OFFERED or expected.answer not in (OK, "WOKEN", *Outcome):
        return None
    is_otherwise = (expected.state, expected.owner) != (standing.state, standing.owner)
    answers = {"accept": Answer.ACCEPTED, "decline": Answer.DECLINED, "quarter": Answer.LAPSED}
    answered = answers.get(pair.event.partition("_")[0])
    return answered or Answer.RESCINDED if is_otherwise or pair.event in RESCINDING else None


def test_every_way_of_handing_out_is_in_the_table() -> None:
    assert {(standing.dispatch or PUSH).mode for standing in STANDINGS.values()} == set(DispatchMode)


def test_every_method_that_changes_something_is_in_the_table() -> None:
    service = routing_pb2.DESCRIPTOR.services_by_name["RoutingService"]

    assert {event.method for event in EVENTS.values()} - {""} == {
        method.name for method in service.methods if not method.name.startswith(READS)
    }


def test_every_cause_and_every_path_to_another_owner_is_in_the_table() -> None:
    paths = {pair.event for pair, expected in ROWS.items() if expected.grows}

    of_children = {Cause.OPENED}  # each is a work item of its own, see test_children.py
    assert {cause for event in EVENTS.values() if (cause := event.cause)} == set(Cause) - of_children
    assert paths == WAYS_OF.keys()
    assert set(WAYS_AT) <= {(pair.standing, pair.event) for pair, expected in ROWS.items() if expected.grows}


ALIKE = (
    "converted", "disqualified", "accepted_closed", "absent_broadcasting", "unrouted_offering", "offered_hurried",
    "reopened_waiting", "hurried", "imported", "named", "erased_closed", "closed_waiting", "offered_anew",
    "broadcast_in_band", "queued_offering", "accepted_of_many", "reopened", "erased", "covered",
)  # fmt: skip
"""They differ little from others, which stay in `make test`."""
IN_TURN = [pytest.param(name, marks=pytest.mark.long if name in ALIKE else ()) for name in STANDINGS]


@pytest.mark.parametrize("standing", IN_TURN)
async def test_the_twin_answers_by_the_table(standing: str, short_path: Path) -> None:
    clock = Clock(START_MS)
    service = Service(in_memory(clock.now_ms))

    assert await _faults(service, clock, short_path, [pair for pair in ROWS if pair.standing == standing]) == []


async def test_a_store_answers_by_the_first_row_of_each_event_and_way_and_of_what_ends_an_offer(
    store: EmbeddedServer, short_path: Path
) -> None:
    async with _on(store) as (service, clock):
        assert await _faults(service, clock, short_path, list(_sample())) == []


def _sample() -> set[Pair]:
    """Return rows of every event, in each way that it brings an owner, and by which what is offered is so no more."""
    first = {pair.event: pair for pair in reversed(ROWS) if pair.standing in ("queued", "routed")}
    ways = {(pair.event, way_of(pair)): pair for pair, expected in reversed(ROWS.items()) if expected.grows}
    ends = {pair.event: pair for pair, expected in reversed(ROWS.items()) if _became(pair, expected)}
    brought = {event for event, _ in ways}
    return {*ways.values(), *ends.values(), *(pair for event, pair in first.items() if event not in brought)}


@pytest.mark.long
@pytest.mark.parametrize("standing", STANDINGS)
async def test_a_store_answers_by_the_table(standing: str, store: EmbeddedServer, short_path: Path) -> None:
    async with _on(store) as (service, clock):
        assert await _faults(service, clock, short_path, [pair for pair in ROWS if pair.standing == standing]) == []


@asynccontextmanager
async def _on(store: EmbeddedServer) -> AsyncIterator[tuple[Service, Clock]]:
    redis: Any = SimulatedRedis.from_url(store.url)
    clock = Clock(START_MS, redis)
    await clock.set(START_MS)
    yield Service(on_redis(redis)), clock
    await redis.aclose()


async def _faults(service: Service, clock: Clock, folder: Path, chosen: list[Pair]) -> list[str]:
    """Return what is otherwise than the table says; each pair has a tenant of its own."""
    faults, places = [], dict[str, StandingPlace]()
    async with served(service, folder) as channel:
        for number, pair in enumerate(chosen):
            standing = STANDINGS[pair.standing]
            firm = await OneItemFirm.arrange(service, channel, f"t-{number}", clock, standing.dispatch)
            await standing.come(firm)
            if pair.standing not in places:
                places[pair.standing] = await firm.place()
            await firm.be(PRESENT[pair.present])
            found = await _found(firm, pair, places[pair.standing], ROWS[pair])
            faults += [f"{' | '.join(pair)}: {fault}" for fault in found]
    return faults


async def _found(firm: OneItemFirm, pair: Pair, before: StandingPlace, expected: ExpectedState) -> list[str]:
    standing, event = STANDINGS[pair.standing], EVENTS[pair.event]
    events = await firm.events()
    said = await answer(event, firm)
    answered = said.outcome if isinstance(said, ToldDecision) else said
    is_logged = await firm.events() != events
    after = await firm.place() if is_logged else before  # all follows from the log, as the replay below sees

    state = expected.state.replace(State.RECEIVED, "NONE")
    faults = [
        f"{what} {was}, not {should}"
        for what, was, should in (
            ("before", before[:4], (standing.state.replace(State.RECEIVED, "NONE"), *standing[2:5])),
            ("answer", answered, expected.answer),
            ("after", after[:4], (state, expected.owner, standing.epoch + expected.grows, expected.deficits)),
            ("received", after.received, _received(pair, before, expected)),
        )
        if was != should
    ]
    if isinstance(said, ToldDecision) and answered in HAS and said[1:] != (holder(after.owner), after.epoch):
        faults.append(f"it is answered {said}, and stands as {after}")
    if expected.grows and not pair.event.startswith("accept"):
        faults += await _decided_otherwise(firm, after.decision, pair)
    elif is_logged and answered.isupper() and answered not in (OK, "WOKEN", *Outcome):
        faults.append("it was refused, and the log grew")
    return faults + await firm.service.differences(firm.api.tenant)


def holder(owner: str) -> str:
    """Return who owns it, or whom alone it is offered to."""
    return "" if owner == MANY else owner.strip("()")


def _received(pair: Pair, before: StandingPlace, expected: ExpectedState) -> dict[tuple[str, Way], int]:
    """Return what each has received then, by way: what is offered counts at once, until it comes to nothing."""
    received, was = Counter(before.received), before.owner
    is_accepted = pair.event.startswith("accept") and expected.owner == was.strip("()")
    if was.startswith("(") and was not in (MANY, expected.owner) and not is_accepted:
        received[was.strip("()"), Way.GREEDY] -= 1
    if expected.owner.startswith("(") and expected.owner not in (MANY, was):
        received[expected.owner.strip("()"), Way.GREEDY] += 1
    if expected.grows and not is_accepted:
        received[expected.owner, way_of(pair)] += 1
    gone = "ann" if pair.event == LEAVES else ""  # who is no member is not in the report any more
    return {key: count for key, count in received.items() if count and key[0] != gone}


async def _decided_otherwise(firm: OneItemFirm, name: str, pair: Pair) -> list[str]:
    """Return what is otherwise in a decision that changed the owner."""
    decision = await firm.api.decision(name, decisions.DECISION_VIEW_BASIC)
    way = decisions.Decision.Way.Name(decision.way).removeprefix("WAY_")
    cause = decisions.Decision.Cause.Name(decision.cause).removeprefix("CAUSE_")
    because = EVENTS[pair.event].cause or Cause.WOKEN
    return [f"{was}, not {should}" for was, should in ((way, way_of(pair)), (cause, because)) if was != should]
