"""A change goes round until it was decided by what holds, and no longer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from router.assignment.replanning import MOST_ROUNDS, OUTDATED, Again, until_it_holds
from router.model.errors import NotPossible, StaleRevision

REFUSED, STALE = NotPossible("tenants/t/reps/ann", "is inactive"), StaleRevision("tenants/t", "changed")


class NumberedPlanner:
    """One of many, told apart by their number."""

    def __init__(self, number: int) -> None:
        self.revisions = number


class PlannersInOrder:
    """They are renewed in order; those below ``holding`` hold no more."""

    def __init__(self, holding: int) -> None:
        self._holding = holding

    async def current(self, tenant: str) -> Any:
        assert tenant == "t"
        return NumberedPlanner(1)

    async def renewed(self, tenant: str, stale: int) -> Any:
        assert tenant == "t"
        return NumberedPlanner(stale + 1)

    async def holds(self, tenant: str, planner: NumberedPlanner) -> bool:
        assert tenant == "t"
        return planner.revisions >= self._holding


def gone_round(*answers: Any, holding: int = 1) -> tuple[Any, list[tuple[int, int]]]:
    """Return what a change came to whose rounds say or raise these, and the planner and instant of each round."""
    said, rounds = iter(answers), list[tuple[int, int]]()

    async def go_round(planner: Any, at_ms: int) -> Any:
        rounds.append((planner.revisions, at_ms))
        answer = next(said)
        if answer is STALE:
            raise answer
        return answer

    planners: Any = PlannersInOrder(holding)
    try:
        return asyncio.run(until_it_holds(planners, 100, "t", go_round)), rounds
    except NotPossible as error:
        return error, rounds


@pytest.mark.parametrize(
    ("answers", "holding", "came_to", "rounds"),
    [
        (["done"], 1, "done", [(1, 100)]),
        ([{}], 1, {}, [(1, 100)]),
        ([Again(), "done"], 1, "done", [(1, 100), (1, 100)]),
        ([Again(130), Again(), "done"], 1, "done", [(1, 100), (1, 130), (1, 130)]),
        ([STALE, OUTDATED, Again(130, is_outdated=True), "done"], 1, "done", [(1, 100), (2, 100), (3, 100), (4, 130)]),
        ([REFUSED], 1, REFUSED, [(1, 100)]),
        ([REFUSED, "done"], 2, "done", [(1, 100), (2, 100)]),
        ([REFUSED, REFUSED], 2, REFUSED, [(1, 100), (2, 100)]),
        ([STALE] * (MOST_ROUNDS - 1) + ["done"], 1, "done", [(n + 1, 100) for n in range(MOST_ROUNDS)]),
        ([Again()] * (MOST_ROUNDS + 1), 1, None, [(1, 100)] * MOST_ROUNDS),
    ],
)
def test_a_change_goes_round_until_it_was_decided_by_what_holds(
    answers: list[Any], holding: int, came_to: Any, rounds: list[tuple[int, int]]
) -> None:
    assert gone_round(*answers, holding=holding) == (came_to, rounds)
