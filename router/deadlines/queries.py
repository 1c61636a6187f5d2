"""Looking up deadlines: of a work item, of a rep, of all; and what an edit of the workforce moved. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.queries import WorkItemQueries, existing
from router.deadlines.lives import ItemDeadlines, ItemLives, has_deadlines
from router.deadlines.pausing import current
from router.model.errors import InvalidInput, NotFound
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, State
from router.process.definition.processes import Process
from router.process.due.standings import DeadlineStanding, DeadlineState
from router.process.due.time_parts import TimeSpent, spent, time_parts
from router.process.life.lives import Life, Pause
from router.process.revisions.cache import PublishedProcesses

RUNNING = (DeadlineState.OPEN, DeadlineState.OVERDUE)
"""How deadlines stand that did not end."""
DONE_WITH = (DeadlineState.MET, DeadlineState.MISSED)
"""How deadlines stand that ended, and are told of where they did."""


class ListedDeadline(NamedTuple):
    """A deadline of a work item as it stands.

    Parameters
    ----------
    earlier_due_ms
        When it was due before a revision of the workforce moved it, in milliseconds since 1970; None: nobody asked, or
        beyond what the calendars knew.
    spent
        Where its time went; None: nobody asked.
    pause
        That in which it stands still; None: it does not.
    """

    item_id: str
    process: Process
    life: Life
    standing: DeadlineStanding
    state: DeadlineState
    earlier_due_ms: int | None = None
    spent: tuple[TimeSpent, ...] | None = None
    pause: Pause | None = None

    @property
    def is_approval(self) -> bool:
        """Say whether it is that of an approval, which waits for who decides and not for who has the work item."""
        stage = self.process.by_id.get(self.standing.stage)
        return stage is not None and stage.approve is not None and stage.approve.deadline == self.standing.deadline


class ItemPart(NamedTuple):
    """What is listed of a work item, which first came by an event."""

    first: int
    deadlines: list[ListedDeadline]


class DeadlinePage(NamedTuple):
    """What is listed of some work items; ``after`` is the event to go on after, None: there is no more."""

    items: list[ItemPart]
    after: int | None


class DeadlineQueries:
    """The use case.

    Parameters
    ----------
    store
        Work items and the log.
    queries
        Lists work items.
    planners
        Processes, and by whose hours clocks run.
    """

    def __init__(self, store: Assignments, queries: WorkItemQueries, planners: PlannerCache) -> None:
        self._store = store
        self._queries = queries
        self._planners = planners

    async def of_item(
        self,
        tenant: str,
        item_id: str,
        *,
        state: DeadlineState | None = None,
        after: int = 0,
        count: int,
        check_owner: Callable[[str], object] = lambda _: None,
    ) -> tuple[list[ListedDeadline], int | None]:
        """Return deadlines that a work item ever had, in the order in which they began, and where their time went.

        Parameters
        ----------
        state
            Only those that stand so; None: all.
        after, count
            How many are passed over, and how many are returned at most. Behind them stands how many are to be passed
            over for the next; None: there are no more.
        check_owner
            Told whose it is; raises where the caller may not see it.

        Raises
        ------
        NotFound
            If there is no such work item.
        """
        record = await existing(self._store, tenant, item_id)
        check_owner(record.owner)
        lives, now_ms = await self._lives(tenant, record), await self._now_ms(tenant)
        listed = [
            (life, each) for life in lives for each in _listed(record, life, now_ms) if state in (None, each.state)
        ]
        listed.sort(key=lambda each: (each[1].standing.start_ms, each[1].standing.entry))
        here = [_timed(*each, now_ms) for each in listed[after : after + count]]
        return here, after + count if len(listed) > after + count else None

    async def ended_by(
        self, tenant: str, record: ItemRecord, events: Collection[int]
    ) -> dict[int, list[ListedDeadline]]:
        """Return by event the deadlines of a work item that ended with it, met or missed, and where their time went.

        Those of approvals are not among them: how one was answered is told by what answered it.
        """
        ended = defaultdict[int, list[ListedDeadline]](list)
        if not (await self._planners.processes(tenant)).newest:
            return ended
        now_ms = await self._now_ms(tenant)
        for life in await self._lives(tenant, record):
            for each in _listed(record, life, now_ms):
                end = each.standing.end
                if end and end.event in events and each.state in DONE_WITH and not each.is_approval:
                    ended[end.event].append(_timed(life, each, now_ms))
        return ended

    async def _lives(self, tenant: str, record: ItemRecord) -> list[ItemDeadlines]:
        planner, published = await self._planners.newest(tenant), await self._planners.processes(tenant)
        return await ItemLives(tenant, self._store, self._planners).all(planner, published, record)

    async def running(
        self, tenant: str, *, rep: str = "", moved_by: int = 0, after: int = 0, count: int
    ) -> DeadlinePage:
        """Return the deadlines that run of up to ``count`` work items, the oldest first.

        Parameters
        ----------
        rep
            Who owns the work items; empty: anybody, or nobody.
        moved_by
            A revision of the workforce: only what it moved; 0: all.

        Raises
        ------
        NotFound
            If there is no such rep.
        InvalidInput
            If there is no such revision.
        """
        published = await self._planners.processes(tenant)
        if not published.newest:
            return DeadlinePage([], None)
        planner = await self._planners.newest(tenant)
        if rep and rep not in planner.roster.reps:
            raise NotFound("rep", f"tenants/{tenant}/reps/{rep}")
        if moved_by > planner.roster.revision:
            newest = f"must be a revision of the workforce, at most {planner.roster.revision}"
            raise InvalidInput.of("moved_by", f"{moved_by}: {newest}")
        if not any(map(has_deadlines, published.revisions)):
            return DeadlinePage([], None)
        state = State.ASSIGNED if rep else None
        items, place = await self._queries.items(tenant, after=after, count=count, owner=rep or None, state=state)
        records = [item.record for item in items if item.record.state not in CLOSED_STATES]
        planners = await self._pair(tenant, planner, moved_by) if moved_by else [planner]
        listed = await self._of_records(tenant, planners, published, records)
        return DeadlinePage(
            [ItemPart(record.first, listed[record.item_id]) for record in records if record.item_id in listed], place
        )

    async def running_of(self, tenant: str, records: Sequence[ItemRecord]) -> dict[str, list[ListedDeadline]]:
        """Return by work item what of some, which are not closed, runs; those that are in no process are left out."""
        published = await self._planners.processes(tenant)
        if not records or not any(map(has_deadlines, published.revisions)):
            return {}
        return await self._of_records(tenant, [await self._planners.newest(tenant)], published, records)

    async def _of_records(
        self, tenant: str, planners: Sequence[Planner], published: PublishedProcesses, records: Sequence[ItemRecord]
    ) -> dict[str, list[ListedDeadline]]:
        """Return what runs by the last planner; where there are two, what is due otherwise than by the first."""
        lives, now_ms = ItemLives(tenant, self._store, self._planners), await self._now_ms(tenant)
        listed = dict[str, list[ListedDeadline]]()
        for record in records:
            here = [await lives.last(each, published, record) for each in planners]
            if here[-1] is None:
                continue
            is_pair = len(planners) > 1
            listed[record.item_id] = list(
                _moved(record, here[0], here[-1], now_ms) if is_pair else _running(record, here[-1], now_ms)
            )
        return listed

    async def _pair(self, tenant: str, planner: Planner, moved_by: int) -> list[Planner]:
        """Return the planners by which deadlines are looked at: before a revision of the workforce, and with it."""
        rules = planner.rule_set_revision
        return [await self._planners.at(tenant, rules, revision) for revision in (moved_by - 1, moved_by)]

    async def _now_ms(self, tenant: str) -> int:
        return await self._store.now_us(tenant) // 1000


def _listed(record: ItemRecord, life: ItemDeadlines, now_ms: int) -> Iterator[ListedDeadline]:
    pause = current(life.life, now_ms)
    for standing in life.stands:
        rests = standing.deadline.pausable and standing.runs_at(now_ms)
        state = standing.state(now_ms)
        yield ListedDeadline(record.item_id, life.process, life.life, standing, state, pause=pause if rests else None)


def _timed(life: ItemDeadlines, listed: ListedDeadline, now_ms: int) -> ListedDeadline:
    """Return a deadline with where its time went."""
    parts = time_parts(listed.standing, life.life, life.clocks, life.leaves, now_ms)
    return listed._replace(spent=tuple(spent(parts)))


def _running(record: ItemRecord, life: ItemDeadlines, now_ms: int) -> Iterator[ListedDeadline]:
    return (each for each in _listed(record, life, now_ms) if each.state in RUNNING)


def _moved(
    record: ItemRecord, before: ItemDeadlines | None, after: ItemDeadlines, now_ms: int
) -> Iterator[ListedDeadline]:
    """Yield what runs and is due at another time than it was."""
    earlier = {_place(each): each.due_ms for each in before.stands} if before else {}
    for each in _running(record, after, now_ms):
        due_ms = earlier.get(_place(each.standing))
        if due_ms != each.standing.due_ms:
            yield each._replace(earlier_due_ms=due_ms)


def _place(standing: DeadlineStanding) -> tuple[str, str, int]:
    return standing.stage, standing.deadline.id, standing.entry
