"""Could these overlapping operations have happened one after another? Knows nothing of what they do.

An operation takes effect at one instant between its call and its answer. The search puts first whatever no other
operation has to precede, and remembers what it has tried: the operations done so far and the state they led to.

References
----------
J. M. Wing and C. Gong, "Testing and Verifying Concurrent Objects", J. Parallel and Distributed Computing 17, 1993.
G. Lowe, "Testing for linearizability", Concurrency and Computation 29, 2017 (the memory of what was tried).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)
Action = TypeVar("Action")


class Undecided(Exception):
    """The search was given up: too many orders are possible."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[Action]):
    """What was done, and when. An operation without an end (``inf``) may have happened late, or never."""

    began: float
    ended: float
    action: Action


def is_linearizable(
    operations: Sequence[Operation[Action]],
    initial: State,
    step: Callable[[State, Action], State | None],
    most_tried: int = 200_000,
) -> bool:
    """Search for an order.

    Parameters
    ----------
    operations
        In any order.
    initial
        The state before all.
    step
        Returns the state after an action, or None where it cannot have been answered so in this state.
    most_tried
        How many situations are looked at before the search is given up.

    Raises
    ------
    Undecided
        If it was given up.

    Examples
    --------
    A read that overlaps a write may see the old value or the new one; a later read must see the new one.

    >>> def step(value, action):
    ...     name, operand = action
    ...     return operand if name == "write" or operand == value else None
    >>> write, early, late = Operation(0, 2, ("write", 1)), Operation(1, 3, ("read", 0)), Operation(4, 5, ("read", 0))
    >>> is_linearizable([write, early], 0, step), is_linearizable([write, late], 0, step)
    (True, False)
    """
    ordered = sorted(operations, key=lambda operation: operation.began)
    needed = sum(1 << place for place, operation in enumerate(ordered) if operation.ended < inf)
    tried = {(0, initial)}
    pending = [(0, initial)]
    while pending:
        done, state = pending.pop()
        if done & needed == needed:
            return True
        for place in _may_be_next(ordered, done):
            after = step(state, ordered[place].action)
            if after is not None and (situation := (done | 1 << place, after)) not in tried:
                tried.add(situation)
                pending.append(situation)
        if len(tried) > most_tried:
            raise Undecided(f"{len(ordered)} operations overlap too much")
    return False


def _may_be_next(ordered: Sequence[Operation[Action]], done: int) -> Iterator[int]:
    """Yield the places of what began before anything undone ended."""
    first_end = inf
    possible = []
    for place, operation in enumerate(ordered):
        if operation.began > first_end:
            break
        if not done >> place & 1:
            possible.append(place)
            first_end = min(first_end, operation.ended)
    return (place for place in possible if ordered[place].began <= first_end)
