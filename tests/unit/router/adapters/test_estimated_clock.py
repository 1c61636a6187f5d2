"""What a store's clock shows is learned from what it says, tenant by tenant."""

from __future__ import annotations

from router.adapters.redis.estimated_clock import EstimatedClock
from router.assignment.commands import KnownAs, Moved, Refusal
from tests.unit.router.assignment.test_availability import planner
from tests.unit.router.assignment.test_off_duty import BERLIN, ON_DUTY, TEAM, decided

DECISION = decided(planner("pool: p", *TEAM, BERLIN), ON_DUTY)


def learned(own_ms: int, *answers: Moved | Refusal | KnownAs | None) -> int:
    clock = EstimatedClock(lambda: own_ms)
    clock.learn("acme", [DECISION if answer is None else answer for answer in answers])
    assert clock.expected_ms("other") == own_ms
    return clock.expected_ms("acme")


def test_a_server_s_own_clock_counts_until_something_is_known() -> None:
    assert learned(7, Refusal.FULL, KnownAs("x")) == 7


def test_a_refused_time_says_what_it_is() -> None:
    assert learned(100, Moved(7)) == 7
    assert learned(7, Moved(100)) == 100


def test_a_decision_says_what_it_is_at_least() -> None:
    assert learned(ON_DUTY - 5, None) == ON_DUTY
    assert learned(ON_DUTY + 5, None) == ON_DUTY + 5
