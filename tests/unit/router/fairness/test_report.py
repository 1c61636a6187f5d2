"""A pool's report says in leads what its ledger holds in micro-units, and knows members who had nothing yet."""

from __future__ import annotations

from router.fairness.report import report
from router.model.decision import Way
from router.model.records import LedgerState
from router.model.workforce import MICROS, MILLIS, Member, Pool

POOL = Pool("east", (Member("ann", 2 * MILLIS), Member("bo"), Member("late")))


def test_who_had_nothing_yet_stands_at_nothing_and_nobody_who_left_is_reported() -> None:
    state = LedgerState(
        deficits={"ann": -MICROS // 2, "bo": MICROS // 2, "gone": 7 * MICROS},
        received={"ann": 3 * MICROS, "bo": MICROS, "gone": 9 * MICROS},
        decisions=4,
        overrides=1,
        largest_charge=MICROS,
        worst=2 * MICROS,
    )

    told = report(POOL, state)

    assert told.received == {"ann": 3.0, "bo": 1.0, "late": 0.0}
    assert told.deficits == {"ann": -0.5, "bo": 0.5, "late": 0.0}
    assert told.entitled == {"ann": 2.5, "bo": 1.5, "late": 0.0}
    assert told.weights == {"ann": 2.0, "bo": 1.0, "late": 1.0}
    assert (told.worst, told.worst_ever, told.decisions, told.overrides) == (0.5, 2.0, 4, 1)


def test_what_was_received_is_split_among_the_ways_into_the_ledger() -> None:
    state = LedgerState(
        received={"ann": 7 * MICROS, "bo": 2 * MICROS},
        received_apart={"ann": 4 * MICROS},
        received_by_override={"ann": MICROS, "bo": 2 * MICROS},
    )

    told = report(POOL, state).received_by

    assert told["ann"] == {Way.GREEDY: 2.0, Way.APART: 4.0, Way.OVERRIDE: 1.0}
    assert told["bo"] == {Way.GREEDY: 0.0, Way.APART: 0.0, Way.OVERRIDE: 2.0}
    assert told["late"] == {Way.GREEDY: 0.0, Way.APART: 0.0, Way.OVERRIDE: 0.0}


def test_a_pool_that_nobody_is_in_is_as_far_from_fair_as_nobody() -> None:
    assert report(Pool("empty", ()), LedgerState()).worst == 0.0
