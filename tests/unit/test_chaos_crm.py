"""What chaos holds against what is told outside."""

from __future__ import annotations

import pytest

from router.model.events import Event
from tests.chaos.crm import Taken, told_in_order
from tests.unit.test_chaos_checks import CLOSED, MOVED, ROUTED

LOG: list[Event] = [ROUTED, MOVED, CLOSED]


@pytest.mark.parametrize("events", [[1, 2, 3], [1, 1, 2, 1, 3, 2], [1, 2, 3, 3]])
def test_what_is_told_in_order_however_often_is_no_violation(events: list[int]) -> None:
    assert list(told_in_order([Taken(event, "x") for event in events], LOG)) == []


@pytest.mark.parametrize("events", [[1, 3], [1, 3, 2], [2, 1, 3], [], [1, 2, 3, 4]])
def test_what_is_lost_or_before_its_turn_or_never_was_is_one(events: list[int]) -> None:
    (said,) = told_in_order([Taken(event, "x") for event in events], LOG)

    assert "of x by events" in said
