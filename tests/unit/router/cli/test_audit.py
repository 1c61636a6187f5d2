"""What an event is said to have changed, and by whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.cli.audit import actor_of, description
from router.model.decision import Outcome
from router.model.digests import DigestKind, MadeDigest
from router.model.dispatch import Answer
from router.model.events import (
    Completed,
    Credited,
    Digested,
    LeaveCredit,
    OfferAnswered,
    PresenceChanged,
    Settled,
    Withdrawal,
)
from router.model.workforce import Rep
from router.model.workitem import Kind, State
from tests.unit.router.assignment.test_availability import planner, pool
from tests.unit.router.assignment.test_off_duty import decided


@pytest.mark.parametrize(
    ("until_ms", "said"),
    [(0, "bo away until told otherwise"), (1_000, "bo away until 1970-01-01 00:00:01+00:00"), (None, "bo back")],
)
def test_who_left_or_came_back_is_said_with_the_instant(until_ms: int | None, said: str) -> None:
    event = PresenceChanged(3, "bo", until_ms, 0, "mo")

    assert (description(event), actor_of(event)) == (said, "mo")


def test_who_was_deleted_is_said_to_be_gone() -> None:
    event = PresenceChanged(3, "bo", None, 0, "mo", is_gone=True)

    assert description(event) == "bo gone, and what was kept of their presence and lapses"


@pytest.mark.parametrize(
    ("entry", "amount", "said"),
    [
        (0, 2_500_000, "pool east: bo got 2.5 for their leave, 1970-01-01 00:00:01+00:00 to 1970-01-01 00:00:09+00:00"),
        (117, -500_000, "pool east: bo gave back 0.5 of the credit of event 117"),
        (117, -1_234_567_000_000, "pool east: bo gave back 1,234,567 of the credit of event 117"),
        (117, 0, "pool east: bo gave back 0 of the credit of event 117"),
    ],
)
def test_what_somebody_got_for_a_leave_or_gave_back_is_said(entry: int, amount: int, said: str) -> None:
    credit = LeaveCredit("east", "bo", entry, 1_000, 9_000, 90_000, 5_000_000, 3_000_000, ())
    event = Credited(118, credit, amount, 2, 9_000)

    assert (description(event), actor_of(event)) == (said, "")


def test_which_list_was_made_is_said_and_how_much_stood_in_it() -> None:
    made = MadeDigest("bo", DigestKind.DAY, 9_000, 3, ())
    event = Digested(118, made, 2, 0, 0, 9_000)

    assert (description(event), actor_of(event)) == ("list day of bo, due 1970-01-01 00:00:09+00:00: 3", "")
    empty = replace(event, made=made._replace(total=0))
    assert description(empty).endswith(": nothing")


def test_nobody_is_said_to_have_settled_a_ledger() -> None:
    assert actor_of(Settled(3, "east", ("bo",), (), 0)) == ""


def test_of_a_child_that_is_withdrawn_it_is_said_why() -> None:
    event = Completed(9, "~1", Kind.TASK, State.CLOSED, "bo", "p", 1, 4, 5, "", Withdrawal("crm~T-1", 7))

    assert (description(event), actor_of(event)) == ("~1 closed, was bo's, for crm~T-1 was reopened", "")


OFFER = OfferAnswered(
    9, "crm~L-1", Kind.LEAD, Answer.DECLINED, 4, "bo", "p", 1, 1, None, (), 0, False, False, 0, 4, 5, "mo"
)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (OFFER, "crm~L-1 offer 4 declined: bo"),
        (
            replace(OFFER, answer=Answer.LAPSED, lapses=3, set_away=True),
            "crm~L-1 offer 4 lapsed: bo, 3 in a row: set away",
        ),
        (replace(OFFER, answer=Answer.RESCINDED, rep=""), "crm~L-1 offer 4 rescinded: nobody"),
    ],
)
def test_what_became_of_an_offer_is_said(event: OfferAnswered, said: str) -> None:
    assert (description(event), actor_of(event)) == (said, "mo")


@pytest.mark.parametrize(
    ("outcome", "rep", "said"),
    [
        (Outcome.OFFERED, "bo", "offered to bo"),
        (Outcome.OFFERED, "", "offered to many"),
        (Outcome.ASSIGNED, "bo", "bo"),
        (Outcome.WAITING, "", "waiting"),
    ],
)
def test_to_whom_something_is_offered_is_not_said_as_if_they_had_it(outcome: Outcome, rep: str, said: str) -> None:
    decision = decided(planner("pool: p", Rep("a"), pool("p", "a")), 0)

    assert description(decision._replace(outcome=outcome, rep=rep)).endswith(f" routed: {said}")
