"""What a walk sets up: entered as files of it are, and what is refused is named where it stands in the walk."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import grpc
import pytest

from fairlead.client import FairleadClient, FairleadError
from fairlead.errors import Violation
from router.cli.walk_contents import load_walk
from router.cli.walk_setup import SetUpRefused, set_up

WALK = """\
walk: small
setup:
  tenant: {time_zone: Asia/Shanghai, calendar: office, reopen_days: 7}
  calendars: {office: {weekly: {mon-fri: 09:00-18:00}}}
  reps:
    ann: {name: 安, manager: bo, skills: [tax, law], level: 3}
    bo: {}
  pools:
    east: {members: {ann: 2, bo: 1.5}, managers: [bo], dispatch: offer 15m away=2, band: 1}
    west: {members: {bo: 1}, caps: "daily:COUNT 20 DAY"}
  rules: {fields: {}, default: {route: {pool: east}}}
steps:
  - {at: 2026-09-18T17:20, do: {route: {id: L-1}}}
"""


class Service:
    """Takes what is entered, and refuses one kind of it, if any."""

    def __init__(self, refused: str = "", *violations: Violation) -> None:
        self._refused = refused
        self._violations = violations
        self.entered: dict[str, Any] = {}

    def __getattr__(self, call: str) -> Any:
        def entered(*given: Any, **named: Any) -> None:
            if call == self._refused:
                raise FairleadError(grpc.StatusCode.INVALID_ARGUMENT, "", "not so", self._violations)
            self.entered[call] = given[0] if given else named

        return entered


def enter(service: Service, source: str = WALK) -> None:
    loaded = load_walk(Path("walk.yaml"), source)
    assert loaded.walk is not None, loaded.problems
    set_up(cast(FairleadClient, service), loaded, loaded.walk.setup)


def test_it_is_entered_as_files_of_it_are() -> None:
    service = Service()

    enter(service)

    assert list(service.entered) == ["upsert_calendar", "update_tenant", "apply_workforce", "publish_rules"]
    calendar, workforce = service.entered["upsert_calendar"], service.entered["apply_workforce"]
    assert (calendar.name, calendar.time_zone, len(calendar.weekly)) == ("office", "Asia/Shanghai", 5)
    assert service.entered["update_tenant"] == {"time_zone": "Asia/Shanghai", "calendar": "office", "reopen_days": 7}
    ann, bo = workforce.reps
    assert (ann.name, ann.display_name, ann.manager, dict(ann.attributes)["level"]) == ("ann", "安", "bo", 3)
    assert (list(ann.attributes["skills"]), bo.display_name) == (["tax", "law"], "")
    east, west = workforce.pools
    assert [(member.rep, member.weight) for member in east.members] == [("ann", 2), ("bo", 1.5)]
    assert (east.band, east.dispatch.timeout.seconds, list(east.managers), len(west.caps)) == (1, 900, ["bo"], 1)


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("offer 15m", "shout 15m", 9, "column dispatch: found 'shout 15m away=2'; allowed: push, offer or broadcast"),
        ("COUNT 20 DAY", "COUNT", 10, "column caps: found 'daily:COUNT'; allowed:"),
        ("name: 安", "capacity: -1", 6, "column capacity: found -1; allowed: a whole number"),
    ],
)
def test_what_no_file_of_it_may_hold_is_named_where_it_stands(before: str, after: str, line: int, says: str) -> None:
    with pytest.raises(SetUpRefused) as refused:
        enter(Service(), WALK.replace(before, after))

    (problem,) = refused.value.problems
    assert (problem.line, says in problem.message) == (line, True), problem


@pytest.mark.parametrize(
    ("call", "field", "path"),
    [
        ("upsert_calendar", "calendar.weekly[1].start", "setup.calendars.office.weekly"),
        ("update_tenant", "tenant.calendar", "setup.tenant"),
        ("apply_workforce", "reps[1].manager", "setup.reps.bo.manager"),
        ("apply_workforce", "pools[1].caps[0].limit", "setup.pools.west.caps"),
        ("apply_workforce", "rep_mask", "setup"),
        ("publish_rules", "source", "setup.rules"),
    ],
)
def test_what_the_service_refuses_is_named_where_it_stands(call: str, field: str, path: str) -> None:
    with pytest.raises(SetUpRefused) as refused:
        enter(Service(call, Violation(field, "cannot be")))

    (problem,) = refused.value.problems
    assert (problem.path, problem.message) == (path, "cannot be")
    assert problem.line > 1
