"""Who is to come before whom of what waits: worked out from what is asked for alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from router.model.caps import CapMeasure
from router.model.decision import Decision
from router.model.workforce import Pool

Waiting = Mapping[str, tuple[int, Decision]]
"""Work items that wait: number of their first event, and the decision by which they do."""


def passed_over(item_id: str, waiting: Waiting, pools: Mapping[str, Pool], refused: Collection[str]) -> list[str]:
    """Return what waited longer than a work item that is woken, and could have had whatever that finds.

    Parameters
    ----------
    pools
        Those of the firm: what counts more under a cap of value may find nobody where what counts less finds somebody.
    refused
        Work items that somebody refused: they ask others.
    """
    first, woken = waiting[item_id]
    if item_id in refused:
        return []
    return [
        other
        for other, (its_first, its) in waiting.items()
        if its_first < first and other not in refused and _is_alike(its, woken, pools)
    ]


def _is_alike(its: Decision, woken: Decision, pools: Mapping[str, Pool]) -> bool:
    """Say whether one asks for the same as another, at no lower a priority, and counts the same where that matters."""
    asks_the_same = (its.kind, its.head.item.attributes) == (woken.kind, woken.head.item.attributes)
    is_in_turn = its.head.priority >= woken.head.priority
    counts_the_same = its.head.item.value == woken.head.item.value or not _has_cap_of_value(its, pools)
    return asks_the_same and is_in_turn and counts_the_same


def _has_cap_of_value(decision: Decision, pools: Mapping[str, Pool]) -> bool:
    names = {step.partition(",")[0].removeprefix("pool ") for step in decision.head.steps}
    caps = [cap for name in names & pools.keys() for cap in pools[name].caps]
    return any(cap.measure is CapMeasure.VALUE for cap in caps)
