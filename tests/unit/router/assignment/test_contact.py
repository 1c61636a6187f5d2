"""By when contact is to be made is read from a decision: by its route, its work item, and its owner's hours then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest

from router.assignment.contact import contact_due
from router.assignment.planner import Planner
from router.assignment.roster import Roster
from router.model.calendars import Calendar, Hours, TenantSettings, WeeklyHours
from router.model.decision import Cause, Decision, DecisionInputs, Outcome
from router.model.workforce import Member, Pool, Record, Rep, WorkforceRecords
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from rules.index import IndexEngine

RULES = """
fields: {severity: {type: string, ignore: [case]}}
rules:
  - id: urgent
    when: {field: severity, op: exists}
    route: {pool: east, contact_within: {by: severity, P1: 30m, P2: 2h, else: 2d}}
  - id: never
    route: {pool: east}
default: {route: {pool: east}}
"""
NINE_TO_SIX = tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5))
CALENDARS = {
    "office": Calendar("office", "Asia/Shanghai", NINE_TO_SIX),
    "munich": Calendar("munich", "Europe/Berlin", NINE_TO_SIX),
    "never": Calendar("never"),
}
FRIDAY = "2026-10-16T17:00+08:00"


def planner(
    rep: Rep, pool: str = "", settings: TenantSettings | None = None, calendars: Mapping[str, Calendar] = CALENDARS
) -> Planner:
    by_kind: dict[str, Mapping[str, Record]] = {
        "rep": {rep.id: rep},
        "pool": {"east": Pool("east", (Member(rep.id),), calendar=pool)},
        "calendar": calendars,
        "tenant": {"settings": settings or TenantSettings()},
    }
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    return Planner(1, rule_set, IndexEngine(rule_set), Roster(WorkforceRecords(1, by_kind)))


def decided(severity: str = "P2", *, rule: str = "urgent", rep: str = "ann", erased: tuple[str, ...] = ()) -> Decision:
    at_ms = int(datetime.fromisoformat(FRIDAY).timestamp() * 1000)
    item = WorkItem(Kind.LEAD, attributes={"severity": severity})
    head = DecisionInputs(item, Cause.ROUTED, 1, 1, (rule,), ())
    outcome, pool = (Outcome.ASSIGNED, "east") if rep else (Outcome.WAITING, "")
    return Decision(1, "x", Kind.LEAD, outcome, rep, pool, 1, 0, (), None, "", 0, at_ms, head, erased=erased)


def due(decision: Decision, by: Planner) -> str | None:
    due_time = contact_due(decision, by)
    at_ms = due_time.at_ms if due_time else None
    zone = datetime.fromisoformat(FRIDAY).tzinfo
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, zone).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("severity", "at"),
    [("p1", "2026-10-16T17:30+08:00"), ("P2", "2026-10-19T10:00+08:00"), ("P9", "2026-10-20T17:00+08:00")],
)
def test_it_is_so_long_after_the_decision_in_the_hours_of_the_owner(severity: str, at: str) -> None:
    assert due(decided(severity), planner(Rep("ann", calendar="office"))) == at


def test_the_owner_s_calendar_goes_before_the_pool_s_and_that_before_the_tenant_s() -> None:
    munich, firm = Rep("ann", calendar="munich"), TenantSettings(calendar="office")

    assert due(decided(), planner(munich, "office", firm)) == "2026-10-16T19:00+08:00"
    assert due(decided(), planner(Rep("ann"), "munich", firm)) == "2026-10-16T19:00+08:00"
    assert due(decided(), planner(Rep("ann"), "", firm)) == "2026-10-19T10:00+08:00"
    assert due(decided(), planner(Rep("ann"))) == "2026-10-16T19:00+08:00"


def test_it_is_absent_where_there_is_no_saying() -> None:
    ann = planner(Rep("ann", calendar="office"))

    assert due(decided(rule="never"), ann) is None
    assert due(decided(rep=""), ann) is None
    assert due(decided(erased=("attributes.severity",)), ann) is None
    assert due(decided(), planner(Rep("ann", calendar="never"))) is None


@pytest.mark.parametrize(("until", "told"), [("2026-10-16", "2026-10-16"), ("2026-12-31", "")])
def test_what_falls_due_behind_the_official_days_of_a_calendar_is_told_as_such(until: str, told: str) -> None:
    office = Calendar("office", "Asia/Shanghai", NINE_TO_SIX, official_until=until)
    by = planner(Rep("ann", calendar="office"), calendars={"office": office})

    due_time = contact_due(decided("P9"), by)

    assert due_time is not None
    assert due_time.official_until == told
