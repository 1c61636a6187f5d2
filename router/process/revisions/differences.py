"""What is otherwise in one revision of a process than in another. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from router.process.definition.deadlines import Deadline
from router.process.definition.processes import Process


class DifferenceKind(StrEnum):
    """What became of a stage, or of a deadline."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


class ProcessDifference(NamedTuple):
    """What became of a stage, or where it is named of a deadline of it, or, with no stage, of the whole process."""

    kind: DifferenceKind
    stage: str
    deadline: str = ""


def differences(before: Process | None, after: Process) -> list[ProcessDifference]:
    """Return what is otherwise, in the order of the process: what is no more last.

    Examples
    --------
    >>> from router.process.definition.processes import Stage
    >>> paths = ("new", "lost"), ("new", "won")
    >>> one, other = (Process("p", frozenset(), tuple(map(Stage, stages))) for stages in paths)
    >>> [(each.kind.value, each.stage) for each in differences(one, other)]
    [('ADDED', 'won'), ('REMOVED', 'lost')]
    """
    if before is None:
        return [ProcessDifference(DifferenceKind.ADDED, stage.id) for stage in after.stages]
    found = list(_of_deadlines("", before.deadlines, after.deadlines))
    if _whole(before) != _whole(after):
        found.append(ProcessDifference(DifferenceKind.CHANGED, ""))
    for stage in after.stages:
        earlier = before.by_id.get(stage.id)
        if earlier is None:
            found.append(ProcessDifference(DifferenceKind.ADDED, stage.id))
            continue
        if replace(earlier, deadlines=()) != replace(stage, deadlines=()):
            found.append(ProcessDifference(DifferenceKind.CHANGED, stage.id))
        found += _of_deadlines(stage.id, earlier.deadlines, stage.deadlines)
    return found + [
        ProcessDifference(DifferenceKind.REMOVED, stage.id) for stage in before.stages if stage.id not in after.by_id
    ]


def _whole(process: Process) -> Process:
    """Return what it says beside its stages and deadlines, whichever revision it is."""
    return replace(process, stages=(), deadlines=(), revision=0, event=0)


def _of_deadlines(stage: str, before: Sequence[Deadline], after: Sequence[Deadline]) -> Iterator[ProcessDifference]:
    earlier, later = ({each.id: each for each in deadlines} for deadlines in (before, after))
    for name, deadline in later.items():
        if name not in earlier:
            yield ProcessDifference(DifferenceKind.ADDED, stage, name)
        elif earlier[name] != deadline:
            yield ProcessDifference(DifferenceKind.CHANGED, stage, name)
    for name in earlier.keys() - later.keys():
        yield ProcessDifference(DifferenceKind.REMOVED, stage, name)
