"""When a work item repeats an earlier one, as processes write it; and the laws of what it is by that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.model.decision import Cause, DecisionInputs
from router.model.sealing import Personal, seal
from router.model.workitem import Kind, OpenedBy, Repetition, WorkItem
from router.process.arrival.repeats import RaisedSeverity, Repeats
from router.process.language.check import check_process
from router.process.revisions.codec import dumps, loads
from router.rules.check import check
from rules.durations import Duration

FIELDS = {
    "severity": {"type": "string"},
    "class": {"type": "string"},
    "customer": {"type": "string", "personal": True},
    "since": {"type": "date"},
}
REPEATS = {"same": "class", "within": "30cd", "raise": {"field": "severity", "order": ["P3", "P2", "P1"]}}
RAISED = RaisedSeverity("severity", ("P3", "P2", "P1"), ("P3", "P2", "P1"))


def checked(repeats: object, *, known_customer: bool = True) -> tuple[Repeats | None, list[str]]:
    """Return what a process says by that, and what is wrong with it."""
    rules = {"fields": FIELDS, "rules": [], "default": {"route": {"pool": "p"}}}
    rule_set = check(json.dumps(rules | ({"known_customer": {"id": "customer"}} if known_customer else {}))).rule_set
    stages = [{"id": "new"}, {"id": "done", "closes": "CLOSED"}]
    source = json.dumps({"process": "c", "kinds": ["TICKET"], "stages": stages, "repeats": repeats})
    found = check_process(source, rules=rule_set)
    if found.process:
        assert loads(dumps(found.process)) == found.process
    told = [f"{each.path}: {each.message}" for each in found.problems if each.is_error]
    return found.process.repeats if found.process else None, told


def test_a_process_says_what_repeats_and_what_that_raises() -> None:
    assert checked(REPEATS) == (Repeats(Duration(30, "cd"), ("class",), RAISED), [])
    assert checked({"within": "48h"}) == (Repeats(Duration(48, "h")), [])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"within": "30d"}, "repeats.within: found '30d'; how long it is on the wall"),
        ({"within": 30}, "repeats.within: found 30; how long it is on the wall"),
        ({"same": "clas"}, "repeats.same: found 'clas'; allowed are string, number, bool fields: "),
        ({"same": ["customer"]}, "repeats.same[0]: customer is personal"),
        ({"raise": {"field": "since", "order": ["a", "b"]}}, "repeats.raise.field: found 'since'; allowed are string"),
        ({"raise": {"field": "severity", "order": ["P1"]}}, "repeats.raise.order: found 1; at least two severities"),
        ({"raise": {"field": "severity", "order": ["P1", "P1"]}}, "repeats.raise.order[1]: 'P1' stands there already"),
        ({"raise": {"field": "severity"}}, "repeats.raise.order: order is missing"),
        ({"raises": {}}, "repeats.raises: unknown key 'raises'; allowed are within, same, raise"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change: Mapping[str, object], problem: str) -> None:
    _, told = checked({**REPEATS, **change})

    assert [line for line in told if line.startswith(problem)], told


def test_rules_that_name_no_customer_are_told_so() -> None:
    assert checked(REPEATS, known_customer=False)[1][0].startswith("repeats: the rules name no customer: declare")


@given(st.lists(st.sampled_from(["P1", "P2", "P3", "P9", None]), max_size=6))
def test_each_that_repeats_is_one_more_severe_and_none_is_less(severities: list[str | None]) -> None:
    order = [None, "P9", "P3", "P2", "P1"]

    for severity in severities:
        above = RAISED.above({"severity": severity} if severity else {})
        expected = "" if severity in (None, "P9", "P1") else order[order.index(severity) + 1]
        assert above == expected


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(1, 366))
def test_calendar_days_are_those_on_the_wall(local: datetime, days: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    at_ms = int(local.replace(tzinfo=zone).timestamp() * 1000)

    since = Repeats(Duration(days, "cd")).since_ms(at_ms, "Asia/Shanghai")

    back = datetime.fromtimestamp(since / 1000, UTC).astimezone(zone).replace(tzinfo=None)
    assert abs(back - (local - timedelta(days=days))) < timedelta(milliseconds=1)
    assert Repeats(Duration(days, "h")).since_ms(at_ms, "UTC") == at_ms - days * 3_600_000


@pytest.mark.parametrize("opened_by", [None, OpenedBy("crm~1", 2, "check", 1, "p")])
@pytest.mark.parametrize("repeats", [None, Repetition("crm~1"), Repetition("crm~1", "P3", "P2", "severity")])
def test_a_work_item_is_read_as_it_was_written(opened_by: OpenedBy | None, repeats: Repetition | None) -> None:
    item = WorkItem(Kind.TICKET, "crm", "T-2", {"class": "x"}, opened_by=opened_by, repeats=repeats)

    assert WorkItem.unpack(item.pack()) == item


@pytest.mark.parametrize("severity", [{}, {"severity": "P1"}])
def test_how_severe_it_became_is_not_kept_once_that_is_personal(severity: dict[str, str]) -> None:
    item = WorkItem(Kind.TICKET, attributes=severity, repeats=Repetition("crm~1", "P3", "P2", "severity"))
    head = DecisionInputs(item, Cause.REASSIGNED, 1, 1, (), ())

    stored, _ = seal(head, Personal(frozenset({"severity"})))

    assert stored.item.repeats == Repetition("crm~1")
    assert seal(head, Personal(frozenset({"class"})))[0] is head
