"""A pool's report says in leads what its ledger holds in micro-units, and knows members who had nothing yet."""

from __future__ import annotations

from router.fairness.report import report
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


def test_a_pool_that_nobody_is_in_is_as_far_from_fair_as_nobody() -> None:
    assert report(Pool("empty", ()), LedgerState()).worst == 0.0
