"""What the auditor compares: every difference between the log and the counters is told, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from router.history.reconciliation import Movement
from router.model.activities import Activity, ActivityEvidence, ActivityKind, Direction, NextChange
from router.model.decision import Cause, Decision, DecisionInputs, Outcome
from router.model.dispatch import Answer
from router.model.events import ActivityRecorded, Completed, Event, OfferAnswered, PresenceChanged, Settled
from router.model.records import LedgerState, Snapshot
from router.model.workforce import MICROS, Member, Pool
from router.model.workitem import Kind, State, WorkItem
from tests.twins.assignments import effect_of

HEAD = DecisionInputs(WorkItem(Kind.LEAD), Cause.ROUTED, 1, 1, (), ())
ROUTED = Decision(8, "x", Kind.LEAD, Outcome.ASSIGNED, "ann", "east", 1, MICROS, (), None, "", 0, 0, HEAD)
MOVED = ROUTED._replace(number=9, rep="bob", epoch=2, previous=8, freed="ann")
AWAY, BACK = PresenceChanged(8, "bob", 50, 0), PresenceChanged(9, "ann", None, 0)
CALL = Activity(ActivityKind.CALL, Direction.OUTBOUND, "ann", 0)
TRIED = ActivityRecorded(
    9, "x", Kind.LEAD, "ann", "east", 8, CALL, (ActivityEvidence.ATTEMPT,), True, NextChange.NONE, 0
)
CLOSED = Completed(10, "x", Kind.LEAD, State.CLOSED, "bob", "east", 2, 9, 0)
EVENTS: list[Event] = [ROUTED, MOVED, CLOSED]
OFFERED = ROUTED._replace(outcome=Outcome.OFFERED, epoch=0)
SET_AWAY = PresenceChanged(9, "ann", 0, 7)
LAPSED = OfferAnswered(
    10, "x", Kind.LEAD, Answer.LAPSED, 8, "ann", "east", 0, MICROS, None, (), lapses=2, set_away=True,
    stays_open=False, workforce=0, previous=8, at_ms=7,
)  # fmt: skip
LAPSED_ONCE = replace(LAPSED, number=9, lapses=1, set_away=False)
POOLS = {"east": Pool("east", (Member("ann"), Member("bob")))}
BEFORE = Snapshot(7, {("ann", Kind.LEAD): 3}, {"east": LedgerState({"ann": 0, "bob": 0}, {"ann": 0}, decisions=4)})
GONE = replace(BEFORE, number=9, presences={"bob": 50})
LEDGER = LedgerState(
    {"ann": -MICROS, "bob": MICROS}, {"ann": MICROS, "bob": MICROS}, decisions=6, largest_charge=MICROS, worst=MICROS
)
AFTER = Snapshot(10, {("ann", Kind.LEAD): 3}, {"east": replace(LEDGER, deficits={"ann": 0, "bob": 0})})


def told(events: Sequence[Event], after: Snapshot) -> list[str]:
    movement = Movement(replace(BEFORE, presences={"ann": 0}) if BACK in events else BEFORE)
    for event in events:
        movement.follow(effect_of(event) if isinstance(event, Decision) else event)
    return list(movement.violations(after, POOLS))


WORKED = {(place, Kind.LEAD): 1 for place in ("ann", "east/ann", "east/")}
LEVEL = LedgerState({"ann": 0, "bob": 0}, {"ann": MICROS}, decisions=5, largest_charge=MICROS, worst=0)
OFFERING = Snapshot(
    8, {("ann", Kind.LEAD): 4, ("east/ann", Kind.LEAD): 1, ("east/", Kind.LEAD): 1},
    {"east": LedgerState({"ann": 0, "bob": 0}, {"ann": MICROS}, decisions=5, largest_charge=MICROS)},
    offers={"ann": 1}, standing=frozenset("x"),
)  # fmt: skip
WENT = Snapshot(
    10, {("ann", Kind.LEAD): 3}, {"east": LedgerState({"ann": 0, "bob": 0}, {"ann": 0}, decisions=4)},
    presences={"ann": 0}, lapses={"ann": -10},
)  # fmt: skip
CHARGED = Snapshot(9, {key: 4 if key[0] == "ann" else 1 for key in WORKED}, {"east": LEVEL}, worked=WORKED)


def ledger(**changes: object) -> Snapshot:
    return replace(AFTER, ledgers={"east": replace(AFTER.ledgers["east"], **changes)})  # type: ignore[arg-type]


def test_counters_that_follow_from_the_log_are_left_alone() -> None:
    assert told(EVENTS, AFTER) == []
    assert told([AWAY, BACK], GONE) == []
    assert told([ROUTED, TRIED], CHARGED) == []
    assert told([OFFERED], OFFERING) == []
    assert told([OFFERED, SET_AWAY, LAPSED], WENT) == []
    gone: list[Event] = [OFFERED, LAPSED_ONCE, replace(BACK, number=10, is_gone=True)]
    assert told(gone, replace(WENT, lapses={}, presences={})) == []


@pytest.mark.parametrize(
    ("events", "after", "what"),
    [
        (EVENTS[:2], AFTER, "events 8 to 10 are not all there"),
        ([ROUTED, CLOSED, MOVED], AFTER, "or not in order"),
        (EVENTS, replace(AFTER, loads={}), "loads ann LEAD: log says 3, store 0"),
        (EVENTS, replace(AFTER, loads={**AFTER.loads, ("bob", Kind.LEAD): -1}), "-1, which is fewer than none"),
        (
            EVENTS,
            replace(AFTER, loads={**AFTER.loads, ("east/ann", Kind.LEAD): 5}),
            "east/ann LEAD: log says 1, store 5",
        ),
        ([ROUTED], replace(AFTER, number=8), "loads east/ann LEAD: log says 1, store 0"),
        (
            EVENTS,
            replace(AFTER, loads={**AFTER.loads, ("east/ann", Kind.LEAD): 1}),
            "pool east LEAD: 0, its members have 1",
        ),
        (
            EVENTS,
            replace(AFTER, loads={**AFTER.loads, ("east/", Kind.LEAD): 1}),
            "pool east LEAD: 1, its members have 0",
        ),
        (
            [ROUTED, replace(TRIED, is_first_attempt=False)],
            CHARGED,
            "loads ann LEAD, worked on: log says at most 0, store 1",
        ),
        (
            [ROUTED, TRIED],
            replace(CHARGED, loads={("ann", Kind.LEAD): 4}),
            "loads east/ann LEAD: 1 worked on, 0 open",
        ),
        ([ROUTED, TRIED], replace(CHARGED, worked={("ann", Kind.LEAD): -1}), "ann LEAD: -1 worked on, 4 open"),
        ([AWAY, BACK], replace(GONE, presences={}), "presence bob: log says away until 50, store there"),
        ([AWAY, BACK], replace(GONE, presences={"ann": 0, "bob": 50}), "ann: log says there, store away until told"),
        ([OFFERED], replace(OFFERING, standing=frozenset()), "offer of x: log has it, store has not"),
        ([OFFERED], replace(OFFERING, standing=frozenset("xy")), "offer of y: store has it, log has not"),
        ([OFFERED], replace(OFFERING, offers={}), "open offers: log says {'ann': 1}, store {}"),
        ([OFFERED, SET_AWAY, LAPSED], replace(WENT, lapses={}), "lapses ann: log says set away by event 10, store 0"),
        ([OFFERED, SET_AWAY, LAPSED], replace(WENT, lapses={"ann": 2}), "set away by event 10, store 2"),
        (
            [OFFERED, replace(SET_AWAY, at_ms=6), LAPSED],
            WENT,
            "event 10: the event before it does not set ann away",
        ),
        (EVENTS, ledger(decisions=7), "decisions: log says 2 more, store 3 more"),
        (EVENTS, ledger(received={"ann": MICROS}), "received: log says 2000000 micro-units more, store 1000000"),
        (EVENTS, ledger(deficits={"ann": 1, "bob": 0}), "deficits add up to 1 micro-units, not to 0"),
        (EVENTS, ledger(deficits={"ann": 9 * MICROS, "bob": -9 * MICROS}, worst=9 * MICROS), "beyond the bound"),
    ],
)
def test_each_difference_is_told(events: Sequence[Event], after: Snapshot, what: str) -> None:
    assert any(what in violation for violation in told(events, after))


def test_a_ledger_that_was_settled_is_not_held_to_its_charges() -> None:
    settled = Settled(11, "east", ("bob",), (Member("ann"),), 0)
    assert told([*EVENTS, settled], replace(ledger(decisions=0, received={}), number=11)) == []
