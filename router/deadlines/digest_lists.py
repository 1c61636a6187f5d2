"""What stands in a list of what falls due: read from the lives of the work items that a rep has, or their people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from failures import Failure, StoreUnavailable, StoreUnsuitable
from router.assignment.planner import Planner, pools_named
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.assignment.stored_items import StoredItems
from router.deadlines.digest_times import DueDigest
from router.deadlines.lives import ItemDeadlines, ItemLives
from router.model.digests import DigestEntry, DigestKind, MadeDigest
from router.model.records import ItemRecord
from router.model.workitem import CLOSED_STATES, State
from router.process.due.standings import DeadlineState
from router.process.revisions.cache import PublishedProcesses

MOST_ENTRIES = 500
"""In one list: of more the first are told, and how many there are."""
_PAGE = 1000


class DigestLists:
    """Makes the lists of one tenant.

    Parameters
    ----------
    tenant
        Whose.
    store, planners
        Where work items are, and by whose hours their clocks run.
    items
        Reads them; one that nobody can read is left out of every list.
    """

    def __init__(self, tenant: str, store: Assignments, planners: PlannerCache, items: StoredItems) -> None:
        self._tenant = tenant
        self._store = store
        self._items = items
        self._lives = ItemLives(tenant, store, planners)
        self.skipped = 0
        """How many work items were left out, for nobody can say what falls due of them."""

    async def made(
        self, planner: Planner, published: PublishedProcesses, rep: str, kind: DigestKind, due: DueDigest, now_ms: int
    ) -> MadeDigest:
        """Make a list that is due; one whose time is over by now has nothing in it.

        Raises
        ------
        StoreUnavailable, StoreUnsuitable
            If the store does not answer.
        """
        found = list[DigestEntry]()
        if now_ms < due.end_ms:
            async for record in self._records(planner.roster, rep, kind):
                is_own = record.owner == rep and kind is not DigestKind.TOMORROW
                found += await self._entries(planner, published, record, due, with_approvals=not is_own)
        found.sort(key=lambda entry: (entry.due_ms, entry))
        return MadeDigest(rep, kind, due.due_ms, len(found), tuple(found[:MOST_ENTRIES]))

    async def _records(self, roster: Roster, rep: str, kind: DigestKind) -> AsyncIterator[ItemRecord]:
        """Yield the work items that a list is about, each once."""
        seen = set[str]()
        if kind is not DigestKind.TOMORROW:
            async for record in self._owned(rep):
                seen.add(record.item_id)
                yield record
        if kind is DigestKind.DAY:
            return
        async for record in self._of_people(roster, rep):
            if record.item_id not in seen:
                seen.add(record.item_id)
                yield record

    async def _of_people(self, roster: Roster, rep: str) -> AsyncIterator[ItemRecord]:
        """Yield what those own whose manager somebody is, and what is in pools that they lead: had by a member,
        offered, or waiting for them.
        """
        people = people_of(rep, roster)
        pools = {pool.id for pool in roster.pools.values() if rep in pool.managers}
        members = {member.rep for pool in pools for member in roster.pools[pool].members}
        for each in sorted(people | members):
            async for record in self._owned(each):
                if each in people or record.pool in pools:
                    yield record
        if pools:
            async for record in self._of_nobody(pools):
                yield record

    async def _owned(self, rep: str) -> AsyncIterator[ItemRecord]:
        after = 0
        while page := await self._store.owned(self._tenant, rep, is_open=True, after=after, count=_PAGE):
            after = page[-1][0]
            for record in await self._items.records([item_id for _, item_id in page]):
                if record.owner == rep and record.state not in CLOSED_STATES:
                    yield record

    async def _of_nobody(self, pools: set[str]) -> AsyncIterator[ItemRecord]:
        """Yield what waits for some pools, or is offered there: nobody has it yet, and it falls due all the same."""
        for read in (self._store.waiting, self._store.open_offers):
            after = 0
            while page := await read(self._tenant, after=after, count=_PAGE):
                after = page[-1][0]
                records = await self._items.records([item_id for _, item_id in page])
                for record in [each for each in records if each.offer and each.offer.pool in pools]:
                    yield record
                for record, decision in await self._items.decisions(_queued(records)):
                    if not pools.isdisjoint(pools_named(decision.head.steps)):
                        yield record

    async def _entries(
        self,
        planner: Planner,
        published: PublishedProcesses,
        record: ItemRecord,
        due: DueDigest,
        *,
        with_approvals: bool,
    ) -> Sequence[DigestEntry]:
        """Return what of a work item falls into a list; nothing where that cannot be said."""
        try:
            life = await self._lives.last(planner, published, record)
        except (Failure, ValueError, TypeError, KeyError) as error:  # nobody else's entries go for one work item
            if isinstance(error, (StoreUnavailable, StoreUnsuitable)):
                raise
            self.skipped += 1
            return []
        return list(entries_of(record, life, due, with_approvals=with_approvals))


def _queued(records: Sequence[ItemRecord]) -> list[ItemRecord]:
    return [record for record in records if record.state is State.QUEUED]


def people_of(manager: str, roster: Roster) -> set[str]:
    """Return whose manager somebody is."""
    return {rep.id for rep in roster.reps.values() if rep.manager == manager}


def managers_of(roster: Roster) -> set[str]:
    """Return who leads anybody, or a pool."""
    named = {rep.manager for rep in roster.reps.values()}
    return named.union(*(pool.managers for pool in roster.pools.values())) - {""}


def entries_of(
    record: ItemRecord, life: ItemDeadlines | None, due: DueDigest, *, with_approvals: bool
) -> Iterator[DigestEntry]:
    """Yield what of a work item falls into a list: its next date, and the deadlines that run.

    Parameters
    ----------
    life
        How its deadlines stand; None: it is in no process.
    with_approvals
        Whether those of approvals are among them, which wait for who decides and not for who has the work item.
    """
    if record.owner and record.next_date and due.holds(record.next_date.at_ms):
        yield DigestEntry(record.item_id, "", "", record.next_date.at_ms)
    for standing in life.stands if life else ():
        runs = standing.state(due.due_ms) in (DeadlineState.OPEN, DeadlineState.OVERDUE)
        if standing.due_ms is None or not runs or not due.holds(standing.due_ms):
            continue
        stage = life.process.by_id.get(standing.stage) if life else None
        is_approval = stage is not None and stage.approve is not None and stage.approve.deadline == standing.deadline
        if with_approvals or not is_approval:
            yield DigestEntry(record.item_id, standing.stage, standing.deadline.id, standing.due_ms)
