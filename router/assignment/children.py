"""How the children of a work item stand: those that it opened by entering stages, or is about to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from router.assignment.planner import Planner
from router.assignment.ports import Assignments
from router.assignment.stored_items import events_of
from router.model.errors import InvalidInput, NotPossible
from router.model.events import Content, Event
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, WorkItem
from router.process.due.clocks import DeadlineClocks
from router.process.life.lives import lives_of
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.children import PlannedChild, opens, planned_children
from router.process.stages.eras import eras_of
from router.process.stages.places import StagePlace, place_of
from rules.fields import Fact


class ChildStanding(NamedTuple):
    """A child, and where it stands; None: it is about to be opened. ``opens_ms`` says of what waits for its date when
    that is, in milliseconds since 1970.
    """

    planned: PlannedChild
    record: ItemRecord | None
    opens_ms: int | None = None

    @property
    def waits(self) -> bool:
        """Whether it is to be opened on a date."""
        return self.record is None and self.planned.parent is not None

    @property
    def is_open(self) -> bool:
        """Whether it is not closed yet."""
        return self.record is None or self.record.state not in CLOSED_STATES


async def children_of(
    store: Assignments, tenant: str, published: PublishedProcesses, record: ItemRecord
) -> list[ChildStanding]:
    """Return the children of the life that a work item has now, or had last, the earliest first.

    Parameters
    ----------
    published
        All processes there are, read after the record.

    Raises
    ------
    CorruptHistory
        If somebody altered what is to be read.
    """
    place = place_of(published, record)
    if place is None or not any(opens(process) for process in published.revisions if process.id == place.process.id):
        return []
    planned = planned_by(published, record, await events_of(store, tenant, record.item_id, record.event))
    opened = planned.opened
    records = await store.items(tenant, [child.item_id for child in opened]) if opened else []
    is_open = record.state not in CLOSED_STATES
    standing = [ChildStanding(*pair) for pair in zip(opened, records, strict=True)]
    return [child for child in standing if child.record or is_open or child.planned.is_behind_end]


class PlannedChildren(NamedTuple):
    """What a work item opens.

    Parameters
    ----------
    opened
        In its last life, the earliest first, behind what answers opened before that; what is not there as it is closed
        is opened by its end, or an answer, alone.
    before
        In those before that, but for what answers opened; what their ends opened is withdrawn.
    begun_ms
        When the last life began, in milliseconds since 1970.
    """

    opened: Sequence[PlannedChild] = ()
    before: Sequence[PlannedChild] = ()
    begun_ms: int = 0

    @property
    def left(self) -> list[PlannedChild]:
        """What is to be withdrawn."""
        return [child for child in self.before if child.is_of_end]

    def to_open(self, record: ItemRecord) -> list[PlannedChild]:
        """Return what is to be there of a work item as it stands."""
        is_open = record.state not in CLOSED_STATES
        return [child for child in self.opened if is_open or child.is_behind_end]


Openings = Callable[[PlannedChild], int | None]
"""When a child is opened, in milliseconds since 1970; None: never."""


def openings_by(planner: Planner) -> Openings:
    """Return when children are opened by the hours and rules of a planner."""
    clocks = DeadlineClocks(planner.roster.hours, planner.roster.records.settings.time_zone)

    def opens_ms(child: PlannedChild) -> int | None:
        return child.opens_ms(_fact_of(planner, child.parent) if child.parent else {}, clocks)

    return opens_ms


def _fact_of(planner: Planner, item: WorkItem) -> Fact:
    """Return what a work item is; nothing where the rules cannot read it."""
    try:
        return planner.fact_of(item)
    except InvalidInput:
        return {}


def planned_by(published: PublishedProcesses, record: ItemRecord, events: Sequence[Event]) -> PlannedChildren:
    """Return what a work item opens, of all its events, the oldest first."""
    lives, items = lives_of(events), _items_by_event(events)
    in_lives = list[list[PlannedChild]]()
    for place in range(len(lives)):
        eras = eras_of(published, record.kind, record.first, lives, place)
        in_lives.append(list(planned_children(eras, record.item_id, items, lives[:place])))
    *before, last = in_lives or [[]]
    earlier = list(chain.from_iterable(before))
    opened = [*(child for child in earlier if child.is_of_answer), *last]
    others = [child for child in earlier if not child.is_of_answer]
    return PlannedChildren(opened, others, lives[-1].begun.at_ms if lives else 0)


def _items_by_event(events: Iterable[Event]) -> dict[int, WorkItem]:
    """Return what a work item was by each event that says so."""
    return {event.number: event.head.item for event in events if isinstance(event, Content)}


def check_unblocked(name: str, place: StagePlace, stage: str, children: Iterable[ChildStanding]) -> None:
    """Refuse that a work item goes on to a stage behind the one that opened a child, while that blocks and is open.

    Parameters
    ----------
    place
        Where it stands.
    stage
        The one that it is to enter.

    Raises
    ------
    NotPossible
        If one is; it names each.
    """
    places = {name: number for number, name in enumerate(place.process.by_id)}
    if places[stage] <= places.get(place.stage.id, len(places)):
        return
    blocking = [child.planned for child in children if child.planned.task.blocks and child.is_open]
    open_ones = [child for child in blocking if places[stage] > places.get(child.opener, -1)]
    if open_ones:
        listed = ", ".join(f"{child.item_id} ({child.entered.stage})" for child in open_ones)
        raise NotPossible(name, f"may not go on to {stage} before its children are closed: {listed}")
