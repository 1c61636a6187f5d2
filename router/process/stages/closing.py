"""Which stages close a work item that is completed, and what is in the way of entering them. Pure.

Whoever completes a work item does not go round its process: it is closed only where a stage that closes it so could be
entered as it is, and would open nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from router.model.errors import NotPossible
from router.model.workitem import State
from router.process.definition.processes import Stage
from router.process.stages.places import StagePlace


def closing_stages(name: str, place: StagePlace | None, state: State) -> Sequence[Stage]:
    """Return the stages by one of which a work item is to be closed so; empty: its process says nothing of it.

    That is so in no process, of a child, where no stage closes, and of what was never one, a double or spam, where no
    stage disqualifies.

    Parameters
    ----------
    name
        The work item's.
    place
        Where it stands; None: in no process.

    Raises
    ------
    NotPossible
        If stages of its process close, and none so; it names each with how it closes.
    """
    if place is None or place.stage.id not in place.process.by_id:
        return ()
    closing = [stage for stage in place.process.stages if stage.closes]
    found = [stage for stage in closing if stage.closes is state]
    if closing and not found and state is not State.DISQUALIFIED:
        how = ", ".join(f"{stage.id} ({stage.closes})" for stage in closing)
        raise NotPossible(name, f"is not closed as {state} by process {place.process.id}; what closes it is {how}")
    return found


def check_opens_nothing(name: str, stage: Stage) -> None:
    """Refuse that a work item is closed without entering a stage that opens others.

    Raises
    ------
    NotPossible
        If it does; it names each.
    """
    if stage.open:
        opened = ", ".join(child.id for child in stage.open)
        raise NotPossible(name, f"{stage.id} opens {opened} as it is entered: have it enter {stage.id} instead")
