"""What chaos holds against what people were told."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest

from notifications.deliveries import Delivery, DeliveryState
from tests.chaos.altered import Edits
from tests.chaos.told import QUICKLY, Told, told_facts, told_in

PUT = [
    Delivery("7:ann", 7, "ann", DeliveryState.DELIVERED, "reminder", "crm~D-1", "ann"),
    Delivery("8:ann", 8, "ann", DeliveryState.WAITING, "reminder", "crm~D-1", "ann"),
    Delivery("8:boss", 8, "boss", DeliveryState.DELIVERED, "approval_late", "~1f", "boss"),
]
DUE = [(7, "ann"), (8, "ann"), (8, "boss")]
ANN, BOSS = Told("ann", "reminder", "crm~D-1"), Told("boss", "approval_late", "crm~D-2")
HEARD = {ANN: 1, BOSS: 1}
TWICE = "add_messages TOLD fairlead:{desk}:messages:told 7"


def found(*, may_repeat: bool = False, **changed: Any) -> list[str]:
    facts: dict[str, Any] = {
        "due": DUE,
        "outbox": PUT,
        "heard": HEARD,
        "replies": {TWICE: 1},
        "parents": {"~1f": "crm~D-2"},
        **changed,
    }
    return told_facts(**facts, may_repeat=may_repeat).violations


@pytest.mark.parametrize("heard", [HEARD, {ANN: 2, BOSS: 1}])
def test_what_was_heard_and_what_is_sent_just_now_is_no_violation(heard: dict[Told, int]) -> None:
    assert found(heard=heard) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"due": [*DUE, (9, "ann")]}, "event 9: ann is to be told, and is not"),
        ({"replies": {TWICE: 2}}, "event 7 was put into the outbox 2 times: fairlead:{desk}:messages:told"),
        ({"heard": {BOSS: 1}}, "ann heard 'reminder' of 'crm~D-1' 0 times, of 1 that were taken"),
        ({"heard": {**HEARD, BOSS: 2}}, "boss heard 'approval_late' of 'crm~D-2' 2 times, of 1"),
        ({"heard": {**HEARD, ANN._replace(item="x"): 1}}, "ann heard 'reminder' of 'x', which was for nobody"),
    ],
)
def test_what_is_lost_or_put_again_or_heard_for_no_reason_is_one(changed: dict[str, Any], said: str) -> None:
    assert found(**changed) == [said]


def test_a_digest_may_come_again_where_its_sender_may_have_been_lost() -> None:
    assert found(heard={**HEARD, BOSS: 2}, may_repeat=True) == []


def test_what_was_put_again_and_was_known_is_counted() -> None:
    facts = told_facts(DUE, PUT, HEARD, {"add_messages KNOWN": 4}, {"~1f": "crm~D-2"}, may_repeat=False)

    assert (facts.due, facts.again) == (3, 4)


def test_messages_are_read_as_a_robot_shows_them() -> None:
    content = "### 2 messages\n\n**approval＿late crm~D-1**\n> Due today\n\n**list＿day**\n\nSent by Fairlead"

    assert list(told_in("ann", content)) == [Told("ann", "approval_late", "crm~D-1"), Told("ann", "list_day", "")]


def test_the_minute_of_a_channel_is_what_chaos_makes_shorter() -> None:
    ((name, _),) = QUICKLY.edits.items()

    edited = dict[str, object]()
    exec(QUICKLY.applied(name, inspect.getsource(import_module(name))), edited)

    assert (edited["MINUTE_MS"], edited["GATHER_MS"]) == (500, 300)


def test_edits_of_two_are_all_there() -> None:
    both = Edits({"a": [("1", "2")]}, fail_points=True).with_others(Edits({"a": [("3", "4")], "b": [("5", "6")]}))

    assert both == Edits({"a": [("1", "2"), ("3", "4")], "b": [("5", "6")]}, fail_points=True)
