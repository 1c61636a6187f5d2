"""In which process a work item is, and in which stage of it. Pure.

That follows from the log: a work item is in the process that was active for its kind when it came, at that revision
for good, and in its first stage, which it entered by its first event. So nothing of it is written when it is routed;
its record says only where it departs from that, by entering a stage, being reopened, or coming with a stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from missing_words import BLANKS
from router.model.decision import EnteredStage
from router.model.errors import CorruptHistory, InvalidInput, NotPossible
from router.model.records import ItemRecord
from router.model.workitem import Kind
from router.process.definition.processes import Process, Stage
from router.process.revisions.cache import PublishedProcesses
from rules.projection import says_nothing
from rules.ruleset import RuleSet


class StagePlace(NamedTuple):
    """Where a work item stands: its process, at the revision that it is in, and the stage."""

    process: Process
    stage: Stage


def place_of(published: PublishedProcesses, record: ItemRecord) -> StagePlace | None:
    """Return where a work item stands; None: it is in no process.

    Parameters
    ----------
    published
        All there is, read after the record.

    Raises
    ------
    CorruptHistory
        If the record names a revision or a stage that there is not: somebody altered it.
    """
    if record.stage is None:
        process = published.of(record.kind, before=record.first)
        return StagePlace(process, process.first) if process else None
    if not record.stage.revision:
        return None
    process = published.at(record.stage.revision)
    stage = process.standing.get(record.stage.stage)
    if stage is None:
        raise CorruptHistory(f"work item {record.item_id}", f"its process has no stage {record.stage.stage!r}")
    return StagePlace(process, stage)


def member_entry(published: PublishedProcesses, active: Process | None, entered: EnteredStage) -> EnteredStage:
    """Return the stage that is entered by what its parent's process opens as a full member of it.

    That is as what is new comes, at the revision that is active; where that is of another process, or has no such stage
    that is open, at its parent's.

    Parameters
    ----------
    active
        The process that is active for its kind; None: there is none.
    entered
        The stage, at the revision of its parent.
    """
    stage = active.by_id.get(entered.stage) if active else None
    if active is None or stage is None or stage.closes or active.id != published.at(entered.revision).id:
        return entered
    return entered._replace(revision=active.revision)


def pool_of(record: ItemRecord, planned: str, place: StagePlace | None = None) -> str:
    """Return the pool that its process routes a work item to; empty: the rules say who gets it.

    Parameters
    ----------
    planned
        The one by which the last decision was planned that counts, ``record.decision``: it holds as long as the stage
        does in which that was made.
    place
        Where it stands.
    """
    is_of_stage = record.stage is None or record.decision >= record.stage.event
    return (planned if is_of_stage else "") or (place.stage.pool if place else "")


def next_place(name: str, place: StagePlace | None, stage: str) -> StagePlace:
    """Return where a work item stands once it has entered a stage.

    Parameters
    ----------
    name
        The work item's.
    place
        Where it stands.

    Raises
    ------
    NotPossible
        If it is in no process, or the stage may not follow.
    InvalidInput
        If its process has no such stage.
    """
    if place is None:
        raise NotPossible(name, "is in no process: none was published for its kind when it came, or was reopened")
    process, stands = place
    entered = StagePlace(process, stage_of(process, stage))
    if not process.may_follow(stands.id, stage):
        following = [each.id for each in process.stages if process.may_follow(stands.id, each.id)]
        may = f"may be followed by {', '.join(following)}" if following else "is the last: none may follow"
        raise NotPossible(name, f"{stage} may not follow {stands.id}, which {may}")
    return entered


def stage_of(process: Process, stage: str) -> Stage:
    """Return a stage of a process by its id.

    Raises
    ------
    InvalidInput
        If there is none.
    """
    if stage not in process.by_id:
        stages = ", ".join(process.by_id)
        raise InvalidInput.of("stage", f"{stage!r}: process {process.id} has no such stage; its stages are {stages}")
    return process.by_id[stage]


def check_required(name: str, stage: Stage, attributes: Mapping[str, Any], rule_set: RuleSet[Any]) -> None:
    """Refuse that a work item enters a stage without what it requires, by what the rules take for nothing.

    Raises
    ------
    NotPossible
        If it lacks an attribute, or has an empty one; it names each.
    """
    lacking = [required for required in stage.required if not is_there(attributes.get(required), rule_set)]
    if lacking:
        raise NotPossible(name, f"{stage.id} requires {', '.join(lacking)}, which it has not")


def is_there(value: Any, rule_set: RuleSet[Any]) -> bool:
    """Say whether an attribute says anything: 0 and false do, blanks and the rules' words for missing do not."""
    if isinstance(value, (list, tuple)):
        return any(is_there(entry, rule_set) for entry in value)
    return not says_nothing(rule_set, value) and not (isinstance(value, str) and value.strip(BLANKS) == "")


def first_of(published: PublishedProcesses, kind: Kind) -> StagePlace | None:
    """Return where what comes now, or is reopened, stands: in the first stage of the active process of its kind."""
    process = published.of(kind)
    return StagePlace(process, process.first) if process else None
