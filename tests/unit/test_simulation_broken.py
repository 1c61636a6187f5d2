"""The simulated company beside a product that is broken: it says what is broken, and does not trip over it."""

from __future__ import annotations

import asyncio

import pytest

from router.model.decision import Cause, ChosenDeficit, Decision, DecisionInputs, ObservedState, Outcome
from router.model.dispatch import Answer, Dispatch, DispatchMode
from router.model.events import Completed, Event, OfferAnswered
from router.model.workforce import MICROS, CreditPolicy, Member, Pool, Rep, WorkforceRecords
from router.model.workitem import Kind, State, WorkItem
from tests.simulation.agenda import Happening
from tests.simulation.promise import Promise, Tally
from tests.simulation.promises import Checks
from tests.simulation.run import Run
from tests.simulation.system import Stores, System
from tests.simulation.truth import Truth

ITEM = WorkItem(Kind.LEAD, "crm", "L", {"skill": "ERP", "potential": 1.0, "region": "us"}, 1.0)


def found_of(event: Event, pool: Pool) -> set[str]:
    """Return the promises that an event breaks in a firm whose only rep is not active."""
    truth, tally = Truth(), Tally()
    truth.learn(WorkforceRecords(1, {"rep": {"ann": Rep("ann", active=False)}, "pool": {pool.id: pool}}), 1)
    Checks(truth, tally).enter(event)
    return {violation.split(":")[0].removeprefix("broken ") for violation in tally.violations}


def decided(outcome: Outcome, rep: str, deficits: tuple[int, ...], stand: ChosenDeficit | None = None) -> Decision:
    head = DecisionInputs(ITEM, Cause.ROUTED, 1, 1, ("us",), ("pool us", "wait"))
    seen = (ObservedState(deficits),)
    return Decision(2, "crm~L", Kind.LEAD, outcome, rep, "us", 0, MICROS, seen, stand, "", 0, 1, head)


@pytest.mark.parametrize("deficits", [(), (0,)])
def test_what_is_offered_to_many_of_whom_nobody_could_have_it_breaks_the_ledger(deficits: tuple[int, ...]) -> None:
    pool = Pool("us", (Member("ann"),), dispatch=Dispatch(mode=DispatchMode.BROADCAST))

    assert Promise.LEDGER.name in found_of(decided(Outcome.OFFERED, "", deficits), pool)


@pytest.mark.parametrize("policy", [None, CreditPolicy(MICROS, 1, 1)])
def test_a_decision_that_does_not_say_how_its_rep_stood_breaks_the_ledger(policy: CreditPolicy | None) -> None:
    pool = Pool("us", (Member("ann"),), absence_policy=policy)

    assert Promise.LEDGER.name in found_of(decided(Outcome.ASSIGNED, "ann", (0,)), pool)


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.LAPSED])
def test_an_answer_to_what_was_never_offered_is_found(answer: Answer) -> None:
    told = 0, MICROS, None, (), 0, False, False, 1, 1, 1
    event = OfferAnswered(2, "crm~L", Kind.LEAD, answer, 1, "ann", "us", *told)

    assert {Promise.ANSWERED.name, Promise.OFFERED.name} <= found_of(event, Pool("us", (Member("ann"),)))


def test_what_is_closed_and_was_not_open_is_found() -> None:
    event = Completed(2, "crm~L", Kind.LEAD, State.CLOSED, "", "", 0, 1, 1)

    assert found_of(event, Pool("us", (Member("ann"),))) == {Promise.KEPT.name}


class Trips(Run):
    """Breaks a promise or none, and trips over what comes of it."""

    is_broken = True

    async def _happen(self, happening: Happening) -> None:
        self.result.tally.note(Promise.EPOCH, not self.is_broken, str(happening.number))
        raise ZeroDivisionError


class TripsOverNothing(Trips):
    """Trips, and nothing is broken."""

    is_broken = False


@pytest.mark.long
def test_a_run_that_trips_behind_a_broken_promise_says_which_that_is() -> None:
    result = asyncio.run(Trips(System(Stores(None)), 1, 1, 20).play())

    assert [violation.split(":")[0] for violation in result.tally.violations] == ["broken EPOCH"]


@pytest.mark.long
def test_a_run_that_trips_while_nothing_is_broken_is_at_fault_itself() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(TripsOverNothing(System(Stores(None)), 1, 1, 20).play())
