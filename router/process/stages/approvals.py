"""Whether entering a stage wants an approval, and what falls due of what was asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from router.model.errors import InvalidInput
from router.process.definition.processes import Process, Stage
from router.process.definition.tasks import Approval
from router.process.due.clocks import DeadlineClocks, reached_ms
from router.process.due.standings import DeadlineStanding, End, spells_until
from router.process.life.asks import Ask, AskState, open_ask
from router.process.life.lives import Life
from rules.fields import FactValue
from rules.problems import shown
from rules.reference import holds

_CALLED: Mapping[type, str] = {str: "text", bool: "true or false", int: "a number", float: "a number", tuple: "a list"}


def wants_approval(stage: Stage, attributes: Mapping[str, Any]) -> bool:
    """Say whether somebody is to approve that a work item enters a stage, by its attributes.

    Raises
    ------
    InvalidInput
        If an attribute is of another type than what it is compared with: there is no saying then.

    Examples
    --------
    >>> from rules.conditions import Predicate
    >>> quote = Stage("quote", approve=Approval("mo", Predicate("discount", "gt", 0.1)))
    >>> [wants_approval(quote, {"discount": each}) for each in (0.1, 0.15)], wants_approval(quote, {})
    ([False, True], False)
    """
    if stage.approve is None:
        return False
    condition = stage.approve.when
    if condition is None:
        return True
    attribute = attributes.get(condition.field)
    if attribute is None or attribute == []:
        return holds(condition, {})
    value: FactValue = tuple(attribute) if isinstance(attribute, list) else attribute
    expected = {_CALLED[type(each)] for each in condition.values}
    if expected and not isinstance(value, tuple) and _CALLED.get(type(value)) not in expected:
        compared = ", ".join(shown(each) for each in condition.values)
        fault = f"{shown(attribute)}: must be {' or '.join(sorted(expected))}, for the approval of stage {stage.id} "
        raise InvalidInput.of(f"attributes.{condition.field}", f"{fault}compares it with {compared}")
    return holds(condition, {condition.field: value})


def looked_at(approval: Approval, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that an approval's condition looks at."""
    field = approval.when.field if approval.when else None
    return {name: value for name, value in attributes.items() if name == field}


def standing_ask(process: Process, asks: tuple[Ask, ...]) -> tuple[Ask, Approval, AskState] | None:
    """Return what is asked of a work item, or was answered and stands; with what became of it.

    None: nothing is asked, or what was is void.
    """
    ask = open_ask(asks)
    approval = process.by_id[ask.stage].approve if ask and ask.stage in process.by_id else None
    if ask is None or approval is None or ask.state(approval) is AskState.VOID:
        return None
    return ask, approval, ask.state(approval)


def is_approved(process: Process, asks: tuple[Ask, ...], stage: str) -> bool:
    """Say whether the entry into a stage is approved."""
    standing = standing_ask(process, asks)
    return standing is not None and standing[0].stage == stage and standing[2] is AskState.APPROVED


def approval_standings(process: Process, life: Life, clocks: DeadlineClocks) -> list[DeadlineStanding]:
    """Return how the deadlines of what was asked stand, in the order in which it was."""
    found = list[DeadlineStanding]()
    for ask in life.asks:
        stage = process.by_id.get(ask.stage)
        if stage and stage.approve:
            found.append(approval_standing(ask, stage.approve, life, clocks))
    return found


def approval_standing(ask: Ask, approval: Approval, life: Life, clocks: DeadlineClocks) -> DeadlineStanding:
    """Return how the deadline of what was asked stands: it is of the stage that is to be entered."""
    deadline, end = approval.deadline, min(_ends(ask, approval), default=None)
    spells = spells_until(end, ask.at_ms, ask.event, life.spells, clocks)
    within, at_ms, owner = approval.within, ask.at_ms, spells[-1].rep
    due_ms = reached_ms(deadline.clock, within, within, at_ms, spells, clocks)
    return DeadlineStanding(deadline, ask.stage, ask.event, at_ms, due_ms, (at_ms, due_ms), owner, within, at_ms, end)


def _ends(ask: Ask, approval: Approval) -> Iterator[End]:
    if ask.answered:
        yield End(ask.answered.at_ms, ask.answered.event, is_done=True)
    for over in (ask.over, ask.changed(approval)):
        if over:
            yield End(over.at_ms, over.event, is_done=False)


def rejected_stage(approval: Approval, process: Process, stage: str) -> Stage | None:
    """Return the stage that a work item in another enters as it is rejected; None: it stays where it is."""
    other = process.by_id.get(approval.on_reject)
    return other if other and other.id != stage and process.may_follow(stage, other.id) else None
