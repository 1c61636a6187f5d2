"""Routes that choose among a whole large pool are warned of, at their place; those that require something are not."""

from __future__ import annotations

import pytest

from router.model.workforce import MOST_ELIGIBLE, Member, Pool, Rep, WorkforceRecords
from router.rules.check import check
from router.rules.crowds import crowded_pools
from router.rules.lookups import KnownNames

ALL = KnownNames(attribute={"skills"}, crowded_pool={"all": 3_000})


def test_only_active_members_count() -> None:
    reps = {f"r{number}": Rep(f"r{number}", active=number > 0) for number in range(MOST_ELIGIBLE + 2)}
    everybody = tuple(map(Member, reps))
    pools = {"all": Pool("all", everybody), "less": Pool("less", everybody[:-1])}

    assert crowded_pools(WorkforceRecords(by_kind={"rep": reps, "pool": pools})) == {"all": MOST_ELIGIBLE + 1}


@pytest.mark.parametrize(
    ("route", "at"),
    [
        ("{pool: all}", "default.route.pool"),
        ("{pool: few, fallback: [all]}", "default.route.fallback[0]"),
        ("{pool: few, fallback: [wait, {pool: all}]}", "default.route.fallback[1]"),
        ("{pool: all, require: [{rep: skills, op: has, value: x}]}", None),
        ("{pool: few}", None),
    ],
)
def test_a_route_that_asks_nothing_of_a_large_pool_is_warned_of(route: str, at: str | None) -> None:
    problems = check(f"fields: {{}}\nrules: []\ndefault: {{route: {route}}}", pools={"all", "few"}, known=ALL).problems

    told = [(problem.path, problem.message) for problem in problems if "eligible" in problem.message]

    assert [path for path, _ in told] == ([at] if at else [])
    assert all("all 3,000 active members of pool all" in message for _, message in told)
