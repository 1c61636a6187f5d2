"""Are pools so large that one decision may hold the store for long? Judges them by their members. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from router.model.workforce import MOST_ELIGIBLE, WorkforceRecords
from router.rules.crowds import crowded_pools
from serving.doctor.finding import Finding, mind

_ADVICE = (
    f"at most {MOST_ELIGIBLE:,} should be eligible for one work item: have routes require something, or split the pool"
)


def judge_pools(tenant: str, workforce: WorkforceRecords) -> Iterator[Finding]:
    """Judge the pools of a tenant; of those that are small enough nothing is said."""
    for pool, size in sorted(crowded_pools(workforce).items()):
        yield mind("pool", f"{tenant}/{pool}: {size:,} active members", _ADVICE)
