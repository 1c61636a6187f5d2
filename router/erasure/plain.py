"""What of a subject stands in events as it came, though it is personal by now: nobody can erase it there.

Most of it can be sealed when the log is written anew. What the rules of an event compared reps with cannot: who may be
chosen follows from it, so without it the decision could not be made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from router.assignment.planner_cache import PlannerCache
from router.erasure.ports import PersonalValues
from router.model.errors import NotPossible
from router.model.sealing import plain_fields


class InPlain(NamedTuple):
    """Fields that stand in events as they came: which can still be sealed, and which reps were compared with."""

    sealable: frozenset[str] = frozenset()
    compared: frozenset[str] = frozenset()


async def in_plain(
    values: PersonalValues, planners: PlannerCache, tenant: str, pages: Iterable[Sequence[str]]
) -> InPlain:
    """Look through the events of work items, given page by page."""
    try:
        declared = (await planners.newest(tenant)).declared
    except NotPossible:  # no rules yet, so no events of work items
        return InPlain()
    by_revision: dict[int, frozenset[str]] = {}
    for page in pages:
        for inputs in await values.stored_inputs(tenant, page):
            if plain := plain_fields(inputs, declared):
                revision = inputs.rule_set_revision
                by_revision[revision] = plain | by_revision.get(revision, frozenset())
    sealable, compared = set[str](), set[str]()
    for revision, plain in by_revision.items():
        kept = plain & (await planners.rule_set(tenant, revision)).compared_fields
        sealable |= plain - kept
        compared |= kept
    return InPlain(frozenset(sealable), frozenset(compared))
