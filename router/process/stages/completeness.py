"""What a work item should have by where it stands in its process: all that the stages up to there require. Pure.

Whoever enters a stage has what it requires; but stages may be passed over, attributes taken out, and what is imported
or migrated stands where it is said to. So it is counted.
"""

from __future__ import annotations

from collections.abc import Iterable

from router.process.definition.processes import Process


def required_up_to(process: Process, stage: str, entered: Iterable[str] = ()) -> list[str]:
    """Return the fields that a work item should have, each once, in the order of the stages.

    Parameters
    ----------
    stage
        In which it stands. One that closes asks for what it requires itself, and for what is required up to the last
        open one that was entered before.
    entered
        Which it entered since it came, or was reopened; only asked for where its stage closes.

    Examples
    --------
    >>> from router.model.workitem import State
    >>> from router.process.definition.processes import Stage
    >>> lost = Stage("lost", required=("why",), closes=State.CLOSED)
    >>> process = Process("sales", frozenset(), (Stage("new"), Stage("quote", required=("budget",)), lost))
    >>> required_up_to(process, "quote"), required_up_to(process, "lost"), required_up_to(process, "lost", ["quote"])
    (['budget'], ['why'], ['budget', 'why'])
    """
    standing = process.by_id.get(stage)
    if standing is None:
        return []
    is_end = standing.closes is not None
    reached = {each for each in entered if each in process.by_id} if is_end else {stage}
    passing = [each for each in process.stages if not each.closes]
    last = max((place for place, each in enumerate(passing) if each.id in reached), default=0)
    stages = [*passing[: last + 1], standing]
    return list(dict.fromkeys(field for each in stages for field in each.required))
