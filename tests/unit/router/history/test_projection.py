"""What follows from the log: ledgers, open units and work items, event by event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from router.assignment.choice import Choice, choose
from router.assignment.roster import Candidates
from router.history.pool_ledger import Ledger
from router.history.projection import StateProjection
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.decision import Block, Cause, Decision, DecisionInputs, ObservedState, Outcome, Way
from router.model.events import Completed, PresenceChanged, Settled
from router.model.records import ItemRecord, LedgerState
from router.model.workforce import MICROS, Member, Pool, Rep
from router.model.workitem import Kind, State, WorkItem
from tests.workforces import roster as roster_of

ROSTER = roster_of(
    1,
    {rep: Rep(rep, capacity=caps) for rep, caps in {"ann": {"LEAD": 2}, "bob": {}, "cy": {"LEAD": 0}}.items()},
    {"east": Pool("east", (Member("ann"), Member("bob"), Member("cy")), band=5)},
    {},
)
EAST = ROSTER.candidates("east", Kind.LEAD, (), at_ms=0)
BOB = ROSTER.alone("bob", Kind.LEAD, at_ms=0)
CY = ROSTER.alone("cy", Kind.LEAD, at_ms=0)


class History:
    """Decides and enters, as the store does."""

    def __init__(self) -> None:
        self.projection = StateProjection()
        self.number = 0

    def decide(
        self,
        item_id: str,
        *attempts: Candidates,
        cause: Cause = Cause.ROUTED,
        named: str = "",
        otherwise: Outcome = Outcome.UNROUTED,
    ) -> Decision:
        """Decide about a lead that is worth one unit."""
        tried = [(candidates, MICROS) for candidates in attempts]
        seen = self.projection.see(tried, Kind.LEAD, 0)
        choice = choose(tried, seen, 0, named)
        self.number += 1
        record = self.projection.items.get(item_id)
        decision = Decision(
            self.number, item_id, Kind.LEAD, Outcome.ASSIGNED if choice.rep else otherwise, choice.rep, choice.pool,
            (record.epoch if record else 0) + bool(choice.rep), choice.charge, seen, choice.stand, "",
            record.event if record else 0, 0, DecisionInputs(WorkItem(Kind.LEAD), cause, 1, 1, (), (), named=named),
        )  # fmt: skip
        self.projection.enter_decision(decision, tried, choice)
        return decision

    def complete(self, item_id: str) -> None:
        """Close a lead."""
        record, self.number = self.projection.items[item_id], self.number + 1
        self.projection.enter_completed(
            Completed(
                self.number, item_id, Kind.LEAD, State.CLOSED, record.owner, record.pool, record.epoch, record.event, 0
            )
        )  # fmt: skip

    @property
    def loads(self) -> dict[str, int]:
        """Return the open leads of whoever has any."""
        return {rep: units for (rep, _), units in self.projection.loads.items() if units and "/" not in rep}


def test_a_decision_gives_its_rep_a_unit_and_the_pool_a_charge() -> None:
    history = History()

    decision = history.decide("x", EAST)

    assert decision.rep == "ann"
    assert history.loads == {"ann": 1}
    assert history.projection.ledgers["east"].state() == LedgerState(
        {"ann": -500_000, "bob": 500_000}, {"ann": MICROS}, 1, 0, MICROS, 5, 500_000, 0.0
    )
    assert history.projection.items["x"] == ItemRecord("x", State.ASSIGNED, Kind.LEAD, "ann", "east", 1, 1, 1, 1, 1, 1)


def test_who_is_full_is_seen_with_what_they_hold_and_keeps_nobody_from_going_on() -> None:
    history = History()
    history.projection.loads["ann", Kind.LEAD] = 2

    seen = history.projection.see([(CY, MICROS), (EAST, MICROS), (BOB, MICROS)], Kind.LEAD, 0)

    assert seen == (ObservedState((), ((0, 0),)), ObservedState((0,), ((0, 2), (2, 0))))


def test_who_is_away_has_no_room_until_they_are_back_and_who_is_full_is_not_asked() -> None:
    history = History()
    for number, (rep, until_ms) in enumerate([("ann", 0), ("bob", 50), ("cy", 0)], 1):
        history.projection.enter_presence(PresenceChanged(number, rep, until_ms, 0))

    away = history.projection.see([(EAST, MICROS)], Kind.LEAD, 49)
    passed = history.projection.see([(EAST, MICROS)], Kind.LEAD, 50)
    named = history.projection.see([(EAST, MICROS)], Kind.LEAD, 49, "ann")
    history.projection.enter_presence(PresenceChanged(4, "ann", None, 0))
    back = history.projection.see([(EAST, MICROS)], Kind.LEAD, 49)

    ann, bob = (0, Block.AWAY, 0, 0), (1, Block.AWAY, 50, 0)
    assert away == (ObservedState((), ((2, 0),), (ann, bob)),)
    assert passed == (ObservedState((0,), ((2, 0),), (ann,)),)
    assert named == back == (ObservedState((0,), ((2, 0),), (bob,)),)


def test_what_another_log_says_is_counted_under_the_caps_of_who_should_have_had_it() -> None:
    capped = Pool("east", (Member("ann"),), caps=(Cap("daily", CapMeasure.COUNT, 1, window=CapWindow.DAY),))
    candidates = roster_of(1, {"ann": Rep("ann")}, {"east": capped}, {}).candidates("east", Kind.LEAD, (), at_ms=0)
    history, attempts = History(), [(candidates, MICROS)]
    decision = history.decide("x", EAST)._replace(rep="somebody else")

    choice = choose(attempts, history.projection.see(attempts, Kind.LEAD, 0), 0, "")
    history.projection.enter_decision(decision, attempts, choice)

    (seen,) = history.projection.see(attempts, Kind.LEAD, 0)
    assert seen.blocked == ((0, Block.REACHED_CAP, 0, 1),)


def test_a_rep_whom_a_step_names_is_charged_to_no_pool() -> None:
    history = History()

    history.decide("x", BOB)

    assert history.loads == {"bob": 1}
    assert history.projection.ledgers == {}


def test_what_finds_nobody_waits_or_is_unrouted_and_charges_nobody() -> None:
    history = History()
    history.decide("later", CY, otherwise=Outcome.WAITING)
    history.decide("never", CY)
    history.decide("too", CY, otherwise=Outcome.WAITING)

    assert history.projection.waiting() == [(1, "later"), (3, "too")]
    assert [history.projection.items[name].state for name in ("later", "never")] == [State.QUEUED, State.UNROUTED]
    assert (history.loads, dict(history.projection.ledgers)) == ({}, {})


def test_a_move_frees_the_owner_and_remembers_them() -> None:
    history = History()
    history.decide("x", EAST)
    history.decide("x", BOB, cause=Cause.REASSIGNED)

    assert history.loads == {"bob": 1}
    assert history.projection.items["x"] == ItemRecord(
        "x", State.ASSIGNED, Kind.LEAD, "bob", "", 2, 2, 2, 2, 2, 1, ("ann",)
    )


def test_a_move_that_finds_nobody_leaves_the_owner_in_place() -> None:
    history = History()
    history.decide("x", EAST)
    history.decide("x", CY, cause=Cause.REASSIGNED)

    assert history.loads == {"ann": 1}
    assert history.projection.items["x"] == ItemRecord("x", State.ASSIGNED, Kind.LEAD, "ann", "east", 1, 2, 1, 1, 1, 1)


def test_what_is_closed_frees_its_owner_and_goes_on_being_known() -> None:
    history = History()
    history.decide("x", EAST)
    history.complete("x")
    history.decide("y", CY)
    history.complete("y")

    assert history.loads == {}
    assert [(record.state, record.event) for record in history.projection.items.values()] == [
        (State.CLOSED, 2), (State.CLOSED, 4)]  # fmt: skip


def test_an_override_is_counted_and_measured_over_the_whole_pool() -> None:
    history = History()
    for name in "xyz":
        history.decide(name, EAST, cause=Cause.OVERRIDE, named="bob")

    ledger = history.projection.ledgers["east"].state()

    assert (ledger.decisions, ledger.overrides, ledger.received) == (3, 3, {"bob": 3 * MICROS})
    assert ledger.deficits == {"ann": 1_500_000, "bob": -1_500_000}
    assert ledger.disturbance == 1_500_000 - (MICROS + 5)  # (C + band) j (n − j) / 2 for j = 1 of n = 3


def test_who_leaves_hands_their_deficit_to_those_who_stay() -> None:
    history = History()
    history.decide("x", EAST)
    history.projection.enter_settled(Settled(2, "east", ("ann",), (Member("bob", 1000), Member("cy", 3000)), 0))

    ledger = history.projection.ledgers["east"].state()

    assert ledger.deficits == {"bob": 375_000, "cy": -375_000}
    assert ledger.received == {}


def test_a_pool_that_nobody_is_left_in_starts_anew() -> None:
    history = History()
    history.decide("x", EAST)
    history.projection.enter_settled(Settled(2, "east", ("ann", "bob", "cy"), (), 0))
    history.projection.enter_settled(Settled(3, "never used", ("ann",), (), 0))

    assert history.projection.ledgers["east"].state() == LedgerState()


def test_a_ledger_shows_itself_as_it_stood() -> None:
    ledger = Ledger()
    ledger.charge(EAST, _choice(EAST), Way.GREEDY)
    before = ledger.state()
    ledger.charge(EAST, _choice(EAST), Way.GREEDY)

    assert before == replace(ledger.state(), received={"ann": MICROS}, decisions=1)


def _choice(candidates: Candidates, deficits: Sequence[int] = (0, 0)) -> Choice:
    return choose([(candidates, MICROS)], [ObservedState(tuple(deficits), ((2, 0),))], 0)


def test_the_worst_distance_is_that_of_whoever_is_ahead_too() -> None:
    three = roster_of(1, {rep: Rep(rep) for rep in "abc"}, {"p": Pool("p", tuple(map(Member, "abc")))}, {})
    history = History()

    history.decide("x", three.candidates("p", Kind.LEAD, (), at_ms=0))

    ledger = history.projection.ledgers["p"].state()
    assert ledger.worst == -min(ledger.deficits.values()) == 666_666
