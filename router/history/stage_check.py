"""Does each entry into a stage follow from the processes that were published by then? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from router.model.decision import Cause, Decision, EnteredStage
from router.model.errors import CorruptHistory, InvalidInput
from router.model.events import Completed, Event, Note, Noted, Updated, Withdrawal
from router.model.records import ItemRecord
from router.model.workitem import OpenedBy, State
from router.process.definition.processes import Process, Stage
from router.process.definition.tasks import ChildTask, child_stage_id, is_of_child, opener_of
from router.process.due.due_steps import named_step
from router.process.life.asks import Ask, AskState, asked_after
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.approvals import is_approved, standing_ask, wants_approval
from router.process.stages.places import StagePlace, member_entry, place_of, pool_of

_AS_IT_WAS = (Cause.WOKEN, Cause.COVERED, Cause.COVER_ENDED)
"""Causes of decisions that are planned as the one that they follow."""


class Openers(NamedTuple):
    """A stage that opens full members of its process, and the revision of that."""

    revision: int
    stage: Stage


class StageCheck:
    """Holds the log of one tenant to its processes.

    Parameters
    ----------
    published
        All there is.
    """

    def __init__(self, published: PublishedProcesses) -> None:
        self._published = published
        self._closing: tuple[str, State] | None = None
        """The work item that the last update closes, and how: the next event has to be that."""
        self._asks: dict[str, tuple[Ask, ...]] = {}
        """What was asked of work items, by id."""
        self._asked: tuple[Ask, ...] = ()
        """The same of the one that the last event is of, before it."""
        self._pools: dict[int, str] = {}
        """The pools to which a process routed work items, by the decision that was planned by one."""
        self._children: dict[str, tuple[OpenedBy | None, EnteredStage | None]] = {}
        """By what children were opened, and in which stage they stand, by id."""
        self._members: dict[tuple[str, int], Openers] = {}
        """What opens full members of a process: the work item that entered a stage, and by which event."""
        self.opening: set[str] = set()
        """Work items that entered a stage that opens something on a date, which they may still be to open."""
        self._reopened: set[tuple[str, int]] = set()
        """Which work items were reopened, by which events."""

    def follow(self, event: Event) -> list[str]:
        """Take in the next event, before all else is done with it; say where it breaks off what the last one began."""
        closing, self._closing = self._closing, None
        self._follow_asks(event)
        self._follow_openings(event)
        if isinstance(event, Decision) and event.head.cause is Cause.OPENED:
            self._children[event.item_id] = event.head.item.opened_by, event.head.entered
        elif isinstance(event, Decision) and event.head.cause is Cause.REOPENED:
            self._reopened.add((event.item_id, event.number))
        if isinstance(event, Updated) and event.entered and (process := self._process(event.entered.revision)):
            stage = process.standing.get(event.entered.stage)
            self._closing = (event.item_id, stage.closes) if stage and stage.closes else None
        if closing is None or (isinstance(event, Completed) and (event.item_id, event.state) == closing):
            return []
        return [f"event {event.number}: it follows an update by which {closing[0]} is {closing[1]}"]

    def update_faults(self, record: ItemRecord, event: Updated) -> list[str]:
        """Say where an update enters a stage that the work item, as it stood, could not."""
        if event.entered is None:
            return []
        place = self._place(record)
        may = (
            place is not None
            and event.entered.revision == place.process.revision
            and event.entered.stage in place.process.by_id
            and place.process.may_follow(place.stage.id, event.entered.stage)
        )
        fault = f"event {event.number}: {event.item_id} enters {event.entered.stage}"
        if place is None or not may:
            return [f"{fault}, which may not be"]
        stage = place.process.by_id[event.entered.stage]
        is_right = not _wanted(stage, event) or is_approved(place.process, self._asked, stage.id)
        return [] if is_right else [f"{fault}, which nobody approved"]

    def withdrawal_faults(self, event: Completed) -> list[str]:
        """Say where a child is withdrawn that the end of no work item opened, or of one that was not reopened since."""
        if event.withdrawn is None or self._is_withdrawn(event.item_id, event.withdrawn):
            return []
        return [f"event {event.number}: {event.item_id} is withdrawn, which does not follow"]

    def _is_withdrawn(self, item_id: str, why: Withdrawal) -> bool:
        opened_by, entered = self._children.get(item_id, (None, None))
        opener = self._opener(opened_by, entered) if opened_by and entered else None
        return bool(
            opened_by and opener and opener.closes
            and opened_by.parent == why.parent
            and opened_by.event < why.event
            and why in self._reopened
        )  # fmt: skip

    def _opener(self, opened_by: OpenedBy, entered: EnteredStage) -> Stage | None:
        """Return the stage that opened a child; None: an answer did, or none there is."""
        if not is_of_child(entered.stage):
            opens = self._members.get((opened_by.parent, opened_by.event))
            return opens.stage if opens else None
        process = self._process(entered.revision)
        return process.by_id.get(opener_of(entered.stage)) if process else None

    def _follow_openings(self, event: Event) -> None:
        """Take note of a stage that opens something on a date, or full members of its process, as it is entered."""
        if not isinstance(event, Decision | Updated):
            return
        entered = event.entered if isinstance(event, Updated) else event.head.entered
        process, stage = self._process(entered.revision) if entered else None, entered.stage if entered else ""
        if isinstance(event, Decision) and entered is None and not event.previous:
            process = self._published.of(event.kind, before=event.number)
            stage = process.first.id if process else ""
        opening = process.by_id.get(stage) if process else None
        if process and opening and any(task.stage for task in opening.open):
            self._members[event.item_id, event.number] = Openers(process.revision, opening)
        if opening and any(task.dated for task in opening.open):
            self.opening.add(event.item_id)

    def note_faults(self, record: ItemRecord, event: Noted) -> list[str]:
        """Say where something is asked that nobody is to approve, or answered that is not asked."""
        place, fault = self._place(record), f"event {event.number}: {event.item_id}"
        if event.note is Note.ASKED:
            stage = place.process.by_id.get(event.subject) if place else None
            if place and stage and stage.approve and place.process.may_follow(place.stage.id, stage.id):
                return []
            return [f"{fault} is asked to enter {event.subject}, which nobody is to approve"]
        if event.note in (Note.APPROVED, Note.REJECTED):
            standing = standing_ask(place.process, self._asked) if place else None
            if standing and standing[2] is AskState.PENDING and standing[0].event == event.value:
                return []
            return [f"{fault} is {event.note.lower()}, and event {event.value} asks nothing"]
        return []

    def pending(self, items: Mapping[str, ItemRecord]) -> Iterator[tuple[int, str]]:
        """Yield what is asked of work items as they stand: the number of the event that asked, and the id."""
        for item_id, asks in self._asks.items():
            place = self._place(items[item_id])
            standing = standing_ask(place.process, asks) if place else None
            if standing and standing[2] is AskState.PENDING:
                yield standing[0].event, item_id

    def _follow_asks(self, event: Event) -> None:
        if isinstance(event, Decision) and event.head.cause is Cause.REOPENED:
            self._asks.pop(event.item_id, None)
        elif isinstance(event, Noted | Updated | Completed):
            self._asked = self._asks.get(event.item_id, ())
            if after := asked_after(self._asked, event):
                self._asks[event.item_id] = after

    def migration_faults(self, record: ItemRecord, event: Noted) -> list[str]:
        """Say where a work item is migrated to where it could not be: to what is no later revision of its process."""
        place, process = self._place(record), self._process(event.value)
        may = (
            place is not None
            and process is not None
            and process.id == place.process.id
            and process.revision > place.process.revision
            and process.event < event.number
            and event.subject in process.by_id
            and not process.by_id[event.subject].closes
        )
        return [] if may else [f"event {event.number}: {event.item_id} is migrated to where it may not be"]

    def is_closing(self, event: Updated) -> bool:
        """Say whether an update that was just taken in closes its work item."""
        return self._closing is not None and self._closing[0] == event.item_id

    def decision_faults(self, record: ItemRecord | None, decision: Decision) -> list[str]:
        """Say where a decision enters another stage than follows, or is of another pool; ``record`` is where its work
        item stood.
        """
        faults = self._pool_faults(record, decision)
        if decision.head.pool:
            self._pools[decision.number] = decision.head.pool
        return faults + self._entry_faults(record, decision)

    def _pool_faults(self, record: ItemRecord | None, decision: Decision) -> list[str]:
        follows, said = self._routed_to(record, decision), decision.head.pool
        if said == follows:
            return []
        whose = [f"pool {pool}" if pool else "no pool" for pool in (said, follows)]
        return [f"decision {decision.number}: its process routes {decision.item_id} to {whose[0]}, not {whose[1]}"]

    def _routed_to(self, record: ItemRecord | None, decision: Decision) -> str:
        """Return the pool by which a decision is to be planned; empty: by the rules, or, of a child, by its own."""
        cause = decision.head.cause
        entered = decision.head.entered
        if cause is Cause.IMPORTED and entered and (process := self._process(entered.revision)):
            stage = process.by_id.get(entered.stage)
            return stage.pool if stage else ""
        if record is None or cause in (Cause.ROUTED, Cause.REOPENED):
            return ""
        if pool := self._returned_to(record, decision):
            return pool
        planned = self._pools.get(record.decision, "")
        return pool_of(record, planned, None if cause in _AS_IT_WAS else self._place(record))

    def _returned_to(self, record: ItemRecord, decision: Decision) -> str:
        """Return the pool to which a decision returns a work item for a step of a deadline; empty: it does not, or a
        manager keeps it.
        """
        step, place = decision.head.escalates, self._place(record)
        if step is None or place is None or decision.head.cause is not Cause.ESCALATED or decision.head.named:
            return ""
        named = named_step(place.process, step)
        return named.step.pool if named else ""

    def _entry_faults(self, record: ItemRecord | None, decision: Decision) -> list[str]:
        entered = decision.head.entered
        if entered is None and decision.head.cause not in (Cause.REOPENED, Cause.OPENED):
            return []
        if entered in self._possible(record, decision):
            return []
        said = entered.stage or "no process" if entered else "no stage"
        return [f"decision {decision.number}: {decision.item_id} enters {said}, which does not follow"]

    def _possible(self, record: ItemRecord | None, decision: Decision) -> list[EnteredStage | None]:
        """Return what may be entered: of what is reopened the first stage, of what is imported an open one."""
        process = self._published.of(decision.kind, before=decision.number)
        opened_by, is_child = decision.head.item.opened_by, record and record.stage and is_of_child(record.stage.stage)
        if opened_by is not None and (is_child or decision.head.cause is Cause.OPENED):
            return [*self._of_child(opened_by, decision.head.entered), *self._of_member(opened_by, decision, process)]
        match decision.head.cause:
            case Cause.REOPENED if process:
                return [EnteredStage(process.revision, process.first.id)]
            case Cause.REOPENED:
                is_in_one = record is not None and self._place(record)
                return [EnteredStage(0, "") if is_in_one else None]
            case Cause.IMPORTED if process:
                return [EnteredStage(process.revision, stage.id) for stage in process.stages if not stage.closes]
        return []

    def _of_child(self, opened_by: OpenedBy, entered: EnteredStage | None) -> list[EnteredStage | None]:
        """Return what a child enters as it is opened, or reopened: its own stage of its parent's process."""
        process = self._process(entered.revision) if entered else None
        if process is None:
            return []
        names = {
            child_stage_id(opener, child.id)
            for opener, child in process.tasks
            if not child.stage and _is_of(child, opened_by)
        }
        return [EnteredStage(process.revision, name) for name in names]

    def _of_member(
        self, opened_by: OpenedBy, decision: Decision, active: Process | None
    ) -> Iterator[EnteredStage | None]:
        """Yield what a child enters as it is opened in a stage of its parent's process."""
        opens = self._members.get((opened_by.parent, opened_by.event))
        for task in opens.stage.open if opens and decision.head.cause is Cause.OPENED else ():
            if opens and task.stage and task.kind is decision.kind and _is_of(task, opened_by):
                yield member_entry(self._published, active, EnteredStage(opens.revision, task.stage))

    def _place(self, record: ItemRecord) -> StagePlace | None:
        """Return where a work item stands, by entries that may be wrong; None: in no process, or nowhere."""
        try:
            return place_of(self._published, record)
        except CorruptHistory:
            return None

    def _process(self, revision: int) -> Process | None:
        return self._published.at(revision) if 0 < revision <= self._published.newest else None


def _is_of(task: ChildTask, opened_by: OpenedBy) -> bool:
    """Say whether something that a stage opens is what a child says that opened it."""
    excluded = {name for name, _ in opened_by.excluded}
    return (task.id, task.pool) == (opened_by.entry, opened_by.pool) and excluded <= set(task.exclude)


def _wanted(stage: Stage, event: Updated) -> bool:
    """Say whether somebody had to approve an entry into a stage; what is erased says nothing any more."""
    if stage.approve and stage.approve.when and f"attributes.{stage.approve.when.field}" in event.erased:
        return False
    try:
        return wants_approval(stage, event.head.item.attributes)
    except InvalidInput:
        return True
