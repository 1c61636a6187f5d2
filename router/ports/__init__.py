"""What routing needs from the world. Adapters match these without inheriting; ``router.adapters`` holds them."""

from router.ports.assignments import (
    MAX_JOBS,
    Assignments,
    Completion,
    ItemRecord,
    Job,
    LedgerState,
    Log,
    Mode,
    Refusal,
)
from router.ports.customers import CustomerStandings, Standing
from router.ports.following import Signals
from router.ports.rules import Edition, Publication, Revisions, RuleEngine, RuleSets, RuleSetTrial, Trial
from router.ports.snapshots import Snapshot, Snapshots
from router.ports.workforce import Change, Settlement, Workforce, WorkforceRecords

__all__ = [
    "MAX_JOBS",
    "Assignments",
    "Change",
    "Completion",
    "CustomerStandings",
    "Edition",
    "ItemRecord",
    "Job",
    "LedgerState",
    "Log",
    "Mode",
    "Publication",
    "Refusal",
    "Revisions",
    "RuleEngine",
    "RuleSetTrial",
    "RuleSets",
    "Settlement",
    "Signals",
    "Snapshot",
    "Snapshots",
    "Standing",
    "Trial",
    "Workforce",
    "WorkforceRecords",
]
