"""Workforces for tests, put together from what a test is about."""

from __future__ import annotations

from collections.abc import Mapping

from router.assignment.roster import Roster
from router.model.workforce import Pool, Rep, Territory, WorkforceRecords


def records(
    revision: int, reps: Mapping[str, Rep], pools: Mapping[str, Pool], territories: Mapping[str, Territory]
) -> WorkforceRecords:
    """Return the records of one revision, by id."""
    return WorkforceRecords(revision, {"rep": reps, "pool": pools, "territory": territories})


def roster(
    revision: int, reps: Mapping[str, Rep], pools: Mapping[str, Pool], territories: Mapping[str, Territory]
) -> Roster:
    """Return the roster of such records."""
    return Roster(records(revision, reps, pools, territories))
