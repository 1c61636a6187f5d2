"""The simulated company's check of who is woken first: what is passed over, and what only looks like it."""

from __future__ import annotations

from typing import Any

import pytest

from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.decision import Cause, Decision, DecisionInputs, Outcome
from router.model.workforce import MICROS, Member, Pool
from router.model.workitem import Kind, WorkItem
from tests.simulation.order import passed_over

BY_VALUE = Cap("value", CapMeasure.VALUE, 110 * MICROS, window=CapWindow.MONTH)
PLAIN = {"large": Pool("large", (Member("ann"),)), "other": Pool("other", (Member("bo"),), caps=(BY_VALUE,))}
CAPPED = {**PLAIN, "large": Pool("large", (Member("ann"),), caps=(BY_VALUE,))}


def waits(skill: str = "ERP", value: float = 1.0, priority: int = 0) -> Decision:
    item = WorkItem(Kind.LEAD, "crm", "L", {"skill": skill}, value)
    steps = ("pool large, drop skills", "wait")
    head = DecisionInputs(item, Cause.ROUTED, 1, 1, ("large",), steps, priority=priority)
    return Decision(1, "x", Kind.LEAD, Outcome.WAITING, "", "", 0, 0, (), None, "", 0, 0, head)


def older_than_woken(older: Decision, woken: Decision, pools: dict[str, Pool], refused: tuple[str, ...] = ()) -> bool:
    waiting = {"older": (1, older), "woken": (2, woken), "younger": (3, woken)}
    return passed_over("woken", waiting, pools, refused) == ["older"]


def test_what_is_alike_and_came_before_is_passed_over() -> None:
    assert older_than_woken(waits(), waits(), CAPPED)


@pytest.mark.parametrize("other", [{"skill": "CRM"}, {"priority": -1}])
def test_what_asks_for_something_else_or_less_urgently_is_not(other: dict[str, Any]) -> None:
    assert not older_than_woken(waits(**other), waits(), CAPPED)


def test_what_is_more_urgent_is_passed_over() -> None:
    assert older_than_woken(waits(priority=1), waits(), CAPPED)


def test_what_is_worth_something_else_is_another_where_a_cap_of_its_pool_counts_values_and_only_there() -> None:
    assert older_than_woken(waits(value=5.0), waits(value=2.0), PLAIN)
    assert not older_than_woken(waits(value=5.0), waits(value=2.0), CAPPED)


@pytest.mark.parametrize("refused", ["older", "woken"])
def test_what_somebody_refused_asks_others(refused: str) -> None:
    assert not older_than_woken(waits(), waits(), CAPPED, (refused,))
