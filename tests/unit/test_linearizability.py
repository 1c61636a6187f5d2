"""The judge of histories: known ones, and any small one against every order there is."""

from __future__ import annotations

from itertools import permutations
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.linearizability import Operation, Undecided, is_linearizable

Action = tuple[str, int]
History = list[Operation[Action]]


def step(value: int, action: Action) -> int | None:
    """Write a number, read it, or add to it where it is even."""
    name, operand = action
    match name:
        case "write":
            return operand
        case "read":
            return value if operand == value else None
        case _:
            return value + operand if value % 2 == 0 else None


def by_hand(history: History) -> bool:
    """Try every order of every choice of those without an end."""
    must = [operation for operation in history if operation.ended < inf]
    may = [operation for operation in history if operation.ended == inf]
    for chosen in range(2 ** len(may)):
        some = must + [operation for place, operation in enumerate(may) if chosen >> place & 1]
        if any(respects_time(order) and fits(order) for order in permutations(some)):
            return True
    return False


def respects_time(order: tuple[Operation[Action], ...]) -> bool:
    return all(later.ended >= earlier.began for place, earlier in enumerate(order) for later in order[place + 1 :])


def fits(order: tuple[Operation[Action], ...]) -> bool:
    value: int | None = 0
    for operation in order:
        if value is None:
            return False
        value = step(value, operation.action)
    return value is not None


def op(began: float, ended: float, name: str, operand: int) -> Operation[Action]:
    return Operation(began, ended, (name, operand))


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], True),
        ([op(0, 1, "write", 1), op(2, 3, "read", 1)], True),
        ([op(0, 1, "write", 1), op(2, 3, "read", 0)], False),
        ([op(0, 9, "write", 1), op(1, 2, "read", 1), op(3, 4, "read", 0)], False),
        ([op(0, 9, "write", 1), op(1, 2, "read", 0), op(3, 4, "read", 1)], True),
        ([op(0, inf, "write", 1), op(5, 6, "read", 0), op(7, 8, "read", 1)], True),
        ([op(0, inf, "write", 1), op(5, 6, "read", 0)], True),
        ([op(5, inf, "write", 1), op(1, 2, "read", 1)], False),
        ([op(0, 9, "write", 1), op(0, 9, "write", 2), op(1, 2, "read", 2), op(3, 4, "read", 1), op(5, 6, "read", 2)],
         False),
    ],
)  # fmt: skip
def test_a_known_history_is_judged_right(history: History, expected: bool) -> None:
    assert is_linearizable(history, 0, step) is expected


def test_a_search_among_too_many_orders_is_given_up_and_says_so() -> None:
    overlapping = [op(0, 9, "write", number) for number in range(20)]

    with pytest.raises(Undecided, match="21 operations overlap too much"):
        is_linearizable([*overlapping, op(0, 9, "read", -1)], 0, step, most_tried=1000)


@st.composite
def operations(draw: st.DrawFn) -> Operation[Action]:
    began = draw(st.integers(0, 6))
    ended = draw(st.one_of(st.integers(began, 8), st.just(inf)))
    name = draw(st.sampled_from(["write", "read", "add"]))
    return op(began, ended, name, draw(st.integers(0, 2)))


@given(st.lists(operations(), max_size=5))
def test_any_small_history_is_judged_as_by_hand(history: History) -> None:
    assert is_linearizable(history, 0, step) is by_hand(history)
