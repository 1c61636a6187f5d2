"""What routing needs from the world. Adapters match these without inheriting; ``router.adapters`` holds them."""

from router.assignment.commands import Completion, Job, Mode, Refusal
from router.assignment.ports import MAX_JOBS, Assignments, CustomerStandings, Log, Signals
from router.history.ports import Snapshots
from router.model.records import ItemRecord, LedgerState, Snapshot, Standing
from router.model.revisions import Edition, Publication
from router.model.workforce import Change, Settlement, WorkforceRecords
from router.rules.ports import RuleEngine, RuleSets, RuleSetTrial
from router.rules.trial import Trial
from router.workforce.ports import Revisions, Workforce

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
