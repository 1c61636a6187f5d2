"""Routes that do not say what becomes of a work item that comes when nobody is on duty.

It is routed nowhere then, at night and at weekends, which is seldom meant; so it is worth a warning.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from router.model.workforce import WorkforceRecords
from router.rules.forms import DropForm, RouteForm, RuleSetForm, WidenForm
from rules.report import Path, Report


def timed_pools(workforce: WorkforceRecords) -> frozenset[str]:
    """Return the pools of which somebody works by hours: a calendar of their own, of the pool's or of the tenant's."""
    timed = {rep.id for rep in workforce.reps.values() if rep.calendar}
    everywhere = workforce.settings.calendar
    return frozenset(
        pool.id
        for pool in workforce.pools.values()
        if everywhere or pool.calendar or any(member.rep in timed for member in pool.members)
    )


def warn_of_unsaid(form: RuleSetForm, timed: Collection[str], report: Report) -> None:
    """Warn of routes to pools that work by hours, if they neither wait, nor ignore hours, nor go on elsewhere."""
    for route, path in routes(form):
        if route.pool in timed and not route.hours and not any(_goes_on(step, route.pool) for step in route.fallback):
            unsaid = f"pool {route.pool} works by hours: leads that come when nobody is on duty are UNROUTED"
            report.warn((*path, "pool"), f"{unsaid}; add wait to fallback, or hours: wait, or hours: ignore")


def routes(form: RuleSetForm) -> Iterator[tuple[RouteForm, Path]]:
    """Yield every route, and where it stands."""
    for index, rule in enumerate(form.rules):
        yield rule.route, ("rules", index, "route")
    yield form.default.route, ("default", "route")


def _goes_on(step: object, pool: str) -> bool:
    """Say whether a step of the fallback may help when nobody of a pool is on duty."""
    return not isinstance(step, DropForm | WidenForm) and pool not in (step, getattr(step, "pool", ""))
