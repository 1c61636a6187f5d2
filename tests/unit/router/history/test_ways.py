"""In which way a choice enters the ledger: what moves, and what does not."""

from __future__ import annotations

import pytest

from router.assignment.choice import choose
from router.history.pool_ledger import Ledger
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.decision import WAYS, Cause, ObservedState, Way, way_of
from router.model.records import LedgerState
from router.model.workforce import MICROS, Member, Pool, Rep
from router.model.workitem import Kind
from tests.workforces import roster as roster_of

DAILY = Cap("daily", CapMeasure.COUNT, 1, window=CapWindow.DAY)
HELD = Cap("held", CapMeasure.OPEN, 1)
ROSTER = roster_of(
    1,
    {"ann": Rep("ann", capacity={"LEAD": 1}), "bob": Rep("bob"), "gone": Rep("gone", active=False)},
    {"east": Pool("east", (Member("ann", 3000), Member("bob")), caps=(DAILY, HELD))},
    {},
)
EAST = ROSTER.candidates("east", Kind.LEAD, (), at_ms=0)
DEFICITS = (-250_000, 250_000)


def entered(way: Way, charge: int = MICROS) -> LedgerState:
    """Enter a choice between Ann and Bob in a ledger that somebody was charged in before."""
    ledger = Ledger(dict(zip(("ann", "bob"), DEFICITS, strict=True)), largest_charge=1)
    choice = choose([(EAST, charge)], [ObservedState(DEFICITS)], 0, "bob", way)
    ledger.charge(EAST, choice, way)
    return ledger.state()


def test_every_cause_has_a_way() -> None:
    assert set(WAYS) == set(Cause)
    assert {WAYS[cause] for cause in (Cause.ROUTED, Cause.REASSIGNED, Cause.WOKEN)} == {Way.GREEDY}
    assert WAYS[Cause.OVERRIDE] is Way.OVERRIDE
    assert {WAYS[cause] for cause in (Cause.REOPENED, Cause.IMPORTED)} == {Way.APART}
    assert (way_of(Cause.ESCALATED, ""), way_of(Cause.ESCALATED, "ann")) == (Way.GREEDY, Way.APART)
    assert {way_of(cause, "ann") is WAYS[cause] for cause in Cause if cause is not Cause.ESCALATED} == {True}


def test_what_enters_apart_moves_nothing_but_what_its_taker_received() -> None:
    state = entered(Way.APART, 9 * MICROS)

    assert state == LedgerState(
        {"ann": DEFICITS[0], "bob": DEFICITS[1]},
        {"bob": 9 * MICROS},
        largest_charge=1,
        received_apart={"bob": 9 * MICROS},
    )


@pytest.mark.parametrize(("way", "overrides"), [(Way.GREEDY, 0), (Way.OVERRIDE, 1)])
def test_any_other_way_moves_deficits_and_says_by_which(way: Way, overrides: int) -> None:
    state = entered(way)

    assert state.deficits == {"ann": 500_000, "bob": -500_000}
    assert (state.decisions, state.overrides, state.largest_charge) == (1, overrides, MICROS)
    assert state.received_by_override == ({"bob": MICROS} if overrides else {})
    assert state.received_apart == {}


def test_a_taker_apart_is_alone_and_limited_by_nothing_and_counted_under_what_is_held_alone() -> None:
    taker = ROSTER.apart("ann", "east", Kind.LEAD, 0)

    assert (taker.pool, taker.reps, taker.limits, taker.members) == ("east", ("ann",), (-1,), 2)
    assert [cap.cap.id for cap in taker.caps] == ["held"]
    assert taker.interval is None


@pytest.mark.parametrize("rep", ["gone", "nobody"])
def test_nobody_who_is_inactive_or_unknown_takes_anything_apart(rep: str) -> None:
    assert ROSTER.apart(rep, "", Kind.LEAD, 0).reps == ()
