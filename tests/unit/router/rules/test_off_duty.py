"""Routes that do not say what becomes of work that comes when nobody is on duty are warned of, at their place."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from router.model.calendars import SETTINGS_ID, Calendar, TenantSettings
from router.model.workforce import Member, Pool, Record, Rep, WorkforceRecords
from router.rules.check import check
from router.rules.lookups import KnownNames
from router.rules.off_duty import timed_pools

OFFICE = {"office": Calendar("office")}
REPS = {"anna": Rep("anna"), "bo": Rep("bo", calendar="office")}


def test_a_pool_works_by_hours_where_somebody_in_it_does() -> None:
    pools = [Pool("day", calendar="office"), Pool("bo", (Member("bo"),)), Pool("anna", (Member("anna"),))]
    by_id = {pool.id: pool for pool in pools}
    by_kind: dict[str, Mapping[str, Record]] = {"rep": REPS, "pool": by_id, "calendar": OFFICE}
    everywhere = {**by_kind, "tenant": {SETTINGS_ID: TenantSettings(calendar="office")}}

    assert timed_pools(WorkforceRecords(by_kind=by_kind)) == {"day", "bo"}
    assert timed_pools(WorkforceRecords(by_kind=everywhere)) == {"day", "bo", "anna"}


SOURCE = """\
fields: {{region: {{type: string}}}}
rules:
  - id: east
    route: {{pool: east{}}}
default: {{route: {{pool: duty}}}}
"""
EAST = KnownNames(timed_pool={"east", "west"})


@pytest.mark.parametrize("said", ["", ", fallback: [{drop: [x]}, {widen: region}]", ", fallback: east"])
def test_a_route_that_says_nothing_of_when_nobody_is_on_duty_is_warned_of(said: str) -> None:
    (problem,) = check(SOURCE.format(said), known=EAST).problems

    assert (problem.line, problem.column, problem.path) == (4, 19, "rules[0].route.pool")
    assert not problem.is_error
    assert problem.message == (
        "pool east works by hours: leads that come when nobody is on duty are UNROUTED; "
        "add wait to fallback, or hours: wait, or hours: ignore"
    )


@pytest.mark.parametrize(
    "said",
    [
        *(", fallback: wait", ", hours: wait", ", hours: ignore", ", fallback: {hours: ignore}"),
        *(", fallback: west", ", fallback: {pool: duty}", ", fallback: {rep: anna}"),
    ],
)
def test_a_route_that_says_anything_of_it_is_not(said: str) -> None:
    assert check(SOURCE.format(said), known=EAST).problems == ()


def test_where_no_hours_are_known_nobody_is_warned() -> None:
    assert check(SOURCE.format(""), known=KnownNames()).problems == ()
    assert check(SOURCE.format("")).problems == ()
