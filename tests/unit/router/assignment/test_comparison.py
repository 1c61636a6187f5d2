"""A work item that is sent again is compared as the rules read it, and nothing else about it changes."""

from __future__ import annotations

from typing import Any

import pytest

from router.assignment.comparison import Difference, KnownItem, known_item
from router.assignment.planner import Planner
from router.model.decision import Cause, Decision, DecisionInputs, Outcome
from router.model.records import ItemRecord
from router.model.workforce import Rep
from router.model.workitem import Kind, State, WorkItem
from router.rules.check import check
from rules.index import IndexEngine
from tests.workforces import roster as roster_of

RULES = """
undeclared: ignore
fields: {
  region: {type: string}, name: {type: string, ignore: [case, width, blanks]}, n: {type: number}, tags: {type: list},
  since: {type: date}, risk: {type: number}
}
known_customer: {id: customer, churn_risk: risk}
arrival: {field: arrived}
default: {route: {pool: everyone}}
"""


def compared(
    stored: dict[str, Any],
    sent: dict[str, Any],
    *,
    erased: tuple[str, ...] = (),
    state: State = State.ASSIGNED,
    owner: str = "ann",
    **others: Any,
) -> KnownItem:
    """Compare what is sent with what is stored of a work item that ann owns, who is active; di is not."""
    rule_set = check(RULES.replace("fields: {", "fields: {customer: {type: string}, ")).rule_set
    assert rule_set is not None
    roster = roster_of(1, {"ann": Rep("ann"), "di": Rep("di", active=False)}, {}, {})
    planner = Planner(1, rule_set, IndexEngine(rule_set), roster)
    head = DecisionInputs(WorkItem(Kind.LEAD, "crm", "L-1", stored), Cause.ROUTED, 1, 1, (), ())
    decision = Decision(
        1, "crm~L-1", Kind.LEAD, Outcome.EXISTING_OWNER, owner, "", 1, 0, (), None, "", 0, 0, head, erased=erased
    )
    record = ItemRecord("crm~L-1", state, Kind.LEAD, owner, "", 1, 1, 1, 1, 1, 1)
    return known_item(planner, WorkItem(others.pop("kind", Kind.LEAD), "CRM ", "l-1", sent, **others), decision, record)


def test_what_is_sent_as_it_is_stored_does_not_differ() -> None:
    known = compared({"region": "east", "note": "x"}, {"note": "x", "region": "east"})

    assert known == KnownItem(State.ASSIGNED, True, True, (), ())


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        ({"region": "east"}, {"region": "east", "n": "N/A"}),
        ({"region": " n/a "}, {}),
        ({"n": 3}, {"n": 3.0}),
        ({"tags": []}, {"tags": None}),
        ({"tags": ["a", ""]}, {"tags": ["a"]}),
        ({"name": "Ｅａｓｔ"}, {"name": "east "}),
        ({"since": "2024-05-01"}, {"since": "2024-05-01T00:00:00Z"}),
    ],
    ids=[
        "a word for missing",
        "left out",
        "a number's form",
        "an empty list",
        "an empty entry",
        "what is ignored",
        "a date's form",
    ],
)
def test_what_the_rules_read_alike_does_not_differ(stored: dict[str, Any], sent: dict[str, Any]) -> None:
    assert compared(stored, sent).differences == ()


def test_what_differs_is_named_with_both_values_the_item_s_own_first() -> None:
    known = compared({"region": "east", "n": 1}, {"n": 2, "tags": ["a"]}, kind=Kind.TICKET, value=2.0, priority=5)

    assert known.differences == (
        Difference("kind", Kind.LEAD, Kind.TICKET),
        Difference("value", 0.0, 2.0),
        Difference("priority", 0, 5),
        Difference("attributes.n", 1, 2),
        Difference("attributes.region", "east", None),
        Difference("attributes.tags", None, ["a"]),
    )


def test_what_the_rules_do_not_know_is_compared_as_it_is() -> None:
    assert [each.field for each in compared({"note": "N/A", "x": 1}, {"x": 1.0}).differences] == ["attributes.note"]


def test_what_the_rules_cannot_read_any_more_is_compared_as_it_is() -> None:
    assert compared({"n": "three"}, {"n": 3}).differences == (Difference("attributes.n", "three", 3),)
    assert compared({"n": "three"}, {"n": "three"}).differences == ()


def test_what_the_service_filled_in_is_no_difference_as_long_as_nobody_sends_another() -> None:
    stored = {"customer": "C-1", "risk": 0.8}

    assert compared(stored, {"customer": "C-1"}).differences == ()
    assert compared(stored, {"customer": "C-1", "risk": 0.5}).differences == (Difference("attributes.risk", 0.8, 0.5),)


def test_of_what_is_erased_no_difference_is_named() -> None:
    known = compared({"n": 1}, {"n": 1, "region": "east"}, erased=("attributes.region",))

    assert (known.differences, known.erased) == ((), ("attributes.region",))


@pytest.mark.parametrize(("owner", "is_active"), [("ann", True), ("di", False), ("who left", False)])
def test_whether_the_owner_is_active_is_said(owner: str, is_active: bool) -> None:
    assert compared({}, {}, owner=owner).is_owner_active is is_active


@pytest.mark.parametrize("state", [State.CONVERTED, State.DISQUALIFIED, State.CLOSED])
def test_what_is_closed_is_not_open(state: State) -> None:
    known = compared({}, {}, state=state)

    assert (known.state, known.is_open) == (state, False)


def test_when_it_came_is_the_service_s_and_not_what_was_sent() -> None:
    stored = {"n": 3, "arrived": "2026-03-06T10:30:00Z"}

    assert compared(stored, {"n": 3}).differences == ()
    assert compared(stored, {"n": 3, "arrived": "N/A"}).differences == ()
