"""What a work item had waited for is what the log says last before it was woken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.assignment.awaited import Awaited, awaited
from router.assignment.planner import Planner
from router.model.calendars import Absence
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.decision import Block, Decision, ObservedState
from router.model.dispatch import Answer, Dispatch, DispatchMode
from router.model.events import (
    Completed,
    Event,
    Fired,
    OfferAnswered,
    PresenceChanged,
    RulesPublished,
    WorkforceChanged,
)
from router.model.workforce import Record, Rep
from router.model.workitem import Kind, State
from tests.unit.router.assignment.test_availability import DAYS, HOUR, MONDAY, planner, pool
from tests.unit.router.assignment.test_off_duty import decided

NINE = MONDAY + 9 * HOUR
ON_DUTY = Rep("a"), pool("p", "a")
CAPPED = Rep("a", caps=(Cap("daily", CapMeasure.COUNT, 3, window=CapWindow.DAY),)), pool("p", "a")
CLOSED = Completed(5, "y", Kind.LEAD, State.CLOSED, "a", "p", 1, 3, NINE)
BACK, AWAY = PresenceChanged(5, "a", None, NINE), PresenceChanged(5, "a", 0, NINE)
DECLINED = OfferAnswered(
    5, "x", Kind.LEAD, Answer.DECLINED, 4, "b", "p", 1, 1, None, (("a", 1),), 0, False, False, 0, 4, NINE
)
LAPSED = replace(DECLINED, item_id="y", answer=Answer.LAPSED, rep="a")
STAFFED, PUBLISHED = WorkforceChanged(5, 2, (), "", NINE), RulesPublished(5, 2, 0, "", NINE)


def fired(due_ms: int = NINE, item_id: str = "x", name: str = "wake") -> Fired:
    return Fired(6, item_id, name, 1, 1, due_ms, due_ms)


def woken(by: Planner, between: list[Event], away_until_ms: int = 0) -> Awaited | None:
    """Say what a lead had waited for that somebody got on Monday at nine."""
    decision = decided(by, NINE)._replace(number=7, previous=1)
    blocked = ObservedState((), (), ((0, Block.AWAY, away_until_ms, 0), (1, Block.REACHED_CAP, NINE, 0)))
    waiting: Decision = decision._replace(number=1, rep="", seen=(blocked,))
    return awaited(decision, waiting, between, by)


@pytest.mark.parametrize(
    ("those", "expected"),
    [
        ((Rep("a", calendar="days"), pool("p", "a"), DAYS), Awaited.HOURS),
        ((*ON_DUTY, Absence("a/1", NINE - 1, NINE)), Awaited.LEAVE),
        (CAPPED, Awaited.CAP),
        (ON_DUTY, None),
    ],
)
def test_a_timer_fires_for_what_ended_for_the_owner_just_then(
    those: tuple[Record, ...], expected: Awaited | None
) -> None:
    assert woken(planner("pool: p", *those), [fired()]) is expected


def test_hours_are_those_of_the_pool_in_which_the_owner_was_found() -> None:
    nobody = Rep("b", active=False), pool("p", "b")
    those = (*nobody, Rep("a"), pool("q", "a", calendar="days"), DAYS)

    assert woken(planner("pool: p, fallback: [{pool: q}, {pool: p}]", *those), [fired()]) is Awaited.HOURS


def test_a_timer_fires_for_who_said_until_when_they_are_away() -> None:
    assert woken(planner("pool: p", *CAPPED), [fired()], away_until_ms=NINE) is Awaited.RETURN


def test_a_timer_fires_for_who_may_be_asked_again_once_another_is_on_leave() -> None:
    by = planner("pool: p", *CAPPED)
    again = decided(by, NINE)._replace(number=7, previous=1)
    waiting = again._replace(number=1, rep="", seen=(ObservedState((), (), ((0, Block.OFFER_REFUSED, 0, 1),)),))

    assert awaited(again, waiting, [fired()], by) is Awaited.ANSWER


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ([CLOSED, fired()], Awaited.ROOM),
        ([BACK, fired()], Awaited.RETURN),
        ([STAFFED, PUBLISHED], Awaited.WORKFORCE),
        ([PUBLISHED, STAFFED], Awaited.RULES),
        ([AWAY, fired(item_id="y"), fired(name="other"), CLOSED], Awaited.ROOM),
        ([fired(), DECLINED], Awaited.HOURS),
        ([DECLINED], Awaited.ANSWER),
        ([LAPSED, DECLINED], Awaited.ROOM),
        ([replace(LAPSED, answer=Answer.ACCEPTED), PUBLISHED], Awaited.ROOM),
        ([], None),
    ],
)
def test_the_last_event_that_gave_it_a_chance_is_what_counts(between: list[Event], expected: Awaited | None) -> None:
    assert woken(planner("pool: p", Rep("a", calendar="days"), pool("p", "a"), DAYS), between) is expected


def test_what_others_closed_is_not_what_the_owner_had_waited_for() -> None:
    others = Completed(5, "y", Kind.LEAD, State.CLOSED, "b", "p", 1, 3, NINE)

    assert woken(planner("pool: p", *ON_DUTY), [others]) is None


TO_MANY = Dispatch(DispatchMode.BROADCAST)
MANY = Rep("a", calendar="days"), Rep("c", calendar="days"), replace(pool("p", "a", "c"), dispatch=TO_MANY), DAYS


def moved(freed: str) -> Decision:
    """Return a decision about another work item, that somebody had before; empty: nobody had it."""
    return decided(planner("pool: p", *ON_DUTY), NINE)._replace(number=5, item_id="y", freed=freed)


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ([fired()], Awaited.HOURS),
        ([moved(freed="c"), fired()], Awaited.ROOM),
        ([moved(freed=""), CLOSED, PUBLISHED], Awaited.ROOM),
        ([moved(freed=""), replace(CLOSED, rep=""), replace(LAPSED, rep=""), PUBLISHED], Awaited.RULES),
        ([moved(freed="b"), moved(freed=""), DECLINED], Awaited.ANSWER),
        ([BACK, moved(freed="")], Awaited.RETURN),
        ([moved(freed="")], None),
    ],
)
def test_what_is_offered_to_many_had_waited_for_any_of_them_and_never_for_nobody(
    between: list[Event], expected: Awaited | None
) -> None:
    assert woken(planner("pool: p", *MANY), between) is expected


def test_what_was_woken_in_vain_had_waited_for_nothing_that_ended_for_anybody() -> None:
    nobody = Rep("a", active=False), pool("p", "a")

    assert woken(planner("pool: p", *nobody), [moved(freed=""), fired()]) is None
