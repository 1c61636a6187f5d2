"""Routes that choose among more reps than one decision should.

A decision changes what each eligible rep is due, and the log keeps all of it: with thousands of them each work item
holds the store for milliseconds, for everybody. So it is worth a warning where a route asks nothing of a large pool.
"""

from __future__ import annotations

from collections.abc import Mapping

from router.model.workforce import MOST_ELIGIBLE, WorkforceRecords
from router.rules.forms import OtherPoolForm, RuleSetForm
from router.rules.off_duty import routes
from rules.report import Report


def crowded_pools(workforce: WorkforceRecords) -> dict[str, int]:
    """Return the pools with more active members than one step should choose among, and how many they have."""
    active = {rep.id for rep in workforce.reps.values() if rep.active}
    sizes = {pool.id: sum(member.rep in active for member in pool.members) for pool in workforce.pools.values()}
    return {pool: size for pool, size in sizes.items() if size > MOST_ELIGIBLE}


def warn_of_crowds(form: RuleSetForm, crowded: Mapping[str, int], report: Report) -> None:
    """Warn of routes that ask nothing of the members of such a pool."""
    for route, path in routes(form):
        steps = [(route.pool, route.require, (*path, "pool"))]
        for index, step in enumerate(route.fallback):
            if isinstance(step, OtherPoolForm):
                steps.append((step.pool, step.require, (*path, "fallback", index)))
            elif isinstance(step, str):
                steps.append((step, [], (*path, "fallback", index)))
        for pool, required, at in steps:
            if pool in crowded and not required:
                eligible = f"all {crowded[pool]:,} active members of pool {pool} may be eligible at once"
                report.warn(
                    at, f"{eligible}; at most {MOST_ELIGIBLE:,} should be: require something of them, or split the pool"
                )
