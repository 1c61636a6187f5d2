"""The doctor warns of pools that are too large for one decision."""

from __future__ import annotations

from router.model.workforce import MOST_ELIGIBLE, Member, Pool, Rep, WorkforceRecords
from serving.doctor.finding import Severity
from serving.doctor.pools import judge_pools


def workforce(active: int, inactive: int = 0) -> WorkforceRecords:
    reps = {f"r{number}": Rep(f"r{number}", active=number < active) for number in range(active + inactive)}
    return WorkforceRecords(by_kind={"rep": reps, "pool": {"all": Pool("all", tuple(map(Member, reps)))}})


def test_who_has_more_active_members_than_one_step_should_choose_among_is_named() -> None:
    (finding,) = judge_pools("acme", workforce(MOST_ELIGIBLE + 1))

    assert (finding.severity, finding.seen) == (Severity.MIND, "acme/all: 2,001 active members")
    assert "at most 2,000" in finding.advice


def test_who_is_inactive_does_not_count() -> None:
    assert not list(judge_pools("acme", workforce(MOST_ELIGIBLE, inactive=5)))
