"""Keeping the timers as the log says: reads it page by page, and asks of each work item that an event touched what
falls due of it now.

What is asked is how the work item stands, and what holds of rules and workforce as of the page's last event, so that it
does not matter how far anybody had read before, or whether the timers were thrown away. A work item may have gone on
since: then an event behind the page says so, and until it is read a timer may be void, which whoever fires it sees.

Where nothing can fall due, for there are neither calendars nor caps or nothing waits, no pool lets offers lapse or
nothing is offered, nothing has a next date, no leave names a substitute, and no process has deadlines, and nobody has a
channel through which they are told who gets what, the log is not read at all; and where it is, a decision that gave a
new work item its owner is passed over, unless somebody may have to stand in for them, and of what is in a process
nothing else is read.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from functools import cache, lru_cache, partial

from failures import Failure, StoreUnavailable, StoreUnsuitable
from router.assignment.planner import Planner
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.assignment.roster import Roster
from router.assignment.stored_items import StoredItems
from router.deadlines.notices import Notices
from router.deadlines.ports import Notes
from router.deadlines.telling import Telling
from router.model.decision import Decision, DecisionEffect, Outcome
from router.model.errors import CorruptHistory, NotFound
from router.model.events import (
    ActivityRecorded,
    Completed,
    Credited,
    Erased,
    Event,
    Fired,
    Noted,
    OfferAnswered,
    PresenceChanged,
    RulesPublished,
    Updated,
    WorkforceChanged,
)
from router.model.records import ItemRecord
from router.model.workforce import Pool
from router.model.workitem import CLOSED_STATES, TRANSITIONS, Kind, State
from router.process.due.newcomers import Newcomers
from router.process.revisions.cache import PublishedProcesses
from router.process.stages.children import opens_at_end, opens_on_dates
from router.process.stages.surveys import asks
from router.timers.children import ChildKeeper, parent_of
from router.timers.covers import HandOvers
from router.timers.credits import Credits, concerned_pools
from router.timers.deadlines import DeadlineTimers, Escalations, due_of_new, is_new, stepped_kinds
from router.timers.digests import Digests, concerns_lists, has_lists, listed_reps
from router.timers.due import due_now
from router.timers.ports import Present, Schedule, Timers
from router.timers.surveys import Surveys
from router.timers.timer import Position, Timer, opens_children, return_of
from router.workforce.ports import Presences

_log = logging.getLogger(__name__)
_OPEN = frozenset(State) - CLOSED_STATES
WITHOUT = "is passed over and has no timers"
"""What is said of a work item that nobody can read, or of which nobody can say what falls due."""
_Index = Callable[..., Awaitable[list[tuple[int, str]]]]
PAGE = 200
"""Events taken in at a time; calls that are being answered wait while they are, for some milliseconds."""


class TimerFollower:
    """The follower of one tenant.

    Parameters
    ----------
    tenant
        Whose timers.
    store, planners
        As for ``router.assignment.service.Router``.
    presences
        Says who is away.
    timers
        Where they are kept.
    schedules
        Say what falls due.
    telling
        Tells people of steps of deadlines; None: nobody is told.
    notes
        Where it is noted that a customer is to be asked; None: none is.
    """

    def __init__(
        self,
        tenant: str,
        store: Assignments,
        planners: PlannerCache,
        presences: Presences,
        timers: Timers,
        schedules: Sequence[Schedule],
        telling: Telling | None = None,
        notes: Notes | None = None,
    ) -> None:
        self._telling = telling
        self._notices = Notices(tenant, store, planners)
        self._tenant = tenant
        self._store = store
        self._planners = planners
        self._presences = presences
        self._timers = timers
        self._schedules = schedules
        self.credits = Credits(tenant, store, planners, timers)
        """What falls due of ledgers."""
        self._items = StoredItems(tenant, store, WITHOUT)
        self._raised = 0
        self.hand_overs = HandOvers(tenant, store, planners, timers, self._items)
        """What falls due of the work items of who is on leave, and of who stands in for them."""
        self.deadlines = DeadlineTimers(tenant, store, planners, self._items)
        """What falls due of the work items that are in a process."""
        self.escalations = Escalations(tenant, store, planners, timers, self._items)
        """What of that gives them to somebody else."""
        self.children = ChildKeeper(tenant, store, planners, timers, self._items)
        """What opens their children, and withdraws them."""
        self.digests = Digests(tenant, store, planners, timers, self._items)
        """What lists of it people are told."""
        self.surveys = Surveys(tenant, store, planners, timers, notes)
        """What has their customers asked, once they are closed."""
        self._states = {schedule.state for schedule in schedules}
        self._position: Position | None = None
        self._newcomers = Newcomers()

    async def make_due(self) -> int:
        """Make what is due and does not fire: credits for leave, hand-overs, escalations, children, surveys, lists;
        return how many.
        """
        due = await due_now(self._timers, self._tenant)
        makers = (self.credits, self.hand_overs, self.escalations, self.children, self.surveys, self.digests)
        return sum([await maker.make_due(due) for maker in makers])

    @property
    def skipped(self) -> int:
        """How many work items, ledgers and lists were passed over, for nobody can read them, or say what falls due."""
        return self._items.unreadable + self._raised + self.credits.skipped + self.digests.skipped

    def skip(self, item_id: str, error: object) -> None:
        """Log and count a work item that is passed over."""
        self._raised += 1
        _log.error("tenants/%s: %s %s: %r", self._tenant, item_id, WITHOUT, error)

    async def follow(self) -> int:
        """Take in the next events; return how many there were: 0 once there are no more."""
        before = self._position or await self._timers.followed(self._tenant)
        if skipped := await self._skip(before):
            self._position = before._replace(event=before.event + skipped)
            return skipped
        events = await self._store.effects(self._tenant, after=before.event, count=PAGE, whole=Outcome.WAITING)
        if not events:
            return 0
        after = _moved(before, events)
        await self._tell(events)
        is_kept = (
            (not any(map(concerns_all, events)) or await self._keep_all(before, after))
            and (not concerns_lists(events) or await self._keep_lists(before, after))
            and await self._timers.set_timers(
                self._tenant, before, after,
                await self._due_behind(after, events) | await self._due_of_ledgers(after, events)
                | await self.returns(toggled_by(events)) | await self._due_of_lists(after, listed_reps(events)),
            )
        )  # fmt: skip
        self._position = after if is_kept else None  # else somebody else follows it too
        return len(events)

    async def _tell(self, events: Sequence[Event | DecisionEffect]) -> None:
        """Tell people what concerns them of some events: again, if nobody takes the events in."""
        for event in events if self._telling else ():
            try:
                notice = await self._notices.of(event)
            except (CorruptHistory, NotFound) as error:
                self.skip(getattr(event, "item_id", f"event {event.number}"), error)
                continue
            if notice and self._telling:
                await self._telling.tell(self._tenant, notice)

    async def catch_up(self) -> None:
        """Take in all that happened."""
        while await self.follow():
            pass

    async def _skip(self, position: Position) -> int:
        """Pass over what nothing can fall due of; return how many events that were: 0 where they are to be read."""
        planner = await self._active(position) if position.rules else None
        published = await self.deadlines.published()
        if published.revisions and published.revisions[-1].event > position.event:
            return 0  # people are told of what was published since
        if stepped_kinds(published) or (planner and has_lists(planner.roster, published)):
            return 0
        if self._telling and planner and _have_channels(planner.roster):
            return 0  # whoever gets a work item, or loses it, is told
        if planner is None or planner.roster.covers.reps or any(map(_credits_leave, planner.roster.pools.values())):
            return 0
        present = Present(planner, position.workforce_ms)
        due = [schedule.state for schedule in self._schedules if schedule.may_fall_due(present)]
        is_of_offers = State.OFFERED in due
        return await self._timers.skip(
            self._tenant,
            position,
            processes=published.newest,
            may_wait=len(due) == is_of_offers,
            may_be_offered=not is_of_offers,
        )

    async def _active(self, position: Position) -> Planner | None:
        """Return the planner of a position, if it is that by which decisions are made now."""
        if self._planners.at_hand(self._tenant, *position.revisions) is None:
            await self._planners.newest(self._tenant)
        return self._planners.at_hand(self._tenant, *position.revisions)

    async def _due_behind(self, position: Position, events: Sequence[Event | DecisionEffect]) -> dict[str, list[Timer]]:
        """Return what falls due of the work items that some events touched; what they left with nothing is not read."""
        covered, published = await self._covered(position), await self.deadlines.published()
        kinds = stepped_kinds(published)
        touched = touched_by(events, covered, kinds)
        new = await self._due_of_new(position, events, published) if kinds else {}
        states = self._states | _OPEN if kinds else self._states
        if any(opens_at_end(process) or asks(process) for process in published.revisions):
            states |= CLOSED_STATES
        asked = [
            item_id
            for item_id, left in touched.items()
            if item_id not in new and (left is None or not states.isdisjoint(left))
        ]
        known = {event.number: event for event in events if isinstance(event, Decision)}
        return {item_id: [] for item_id in touched} | new | await self._due(position, asked, known)

    async def _due_of_new(
        self, position: Position, events: Sequence[Event | DecisionEffect], published: PublishedProcesses
    ) -> dict[str, list[Timer]]:
        """Return what falls due of what has just come, where the one event of it tells all there is to know."""
        new, covered = dict[str, DecisionEffect](), await self._covered(position)
        for event in events:
            if isinstance(event, DecisionEffect) and is_new(event) and event.rep not in covered:
                new[event.item_id] = event
            else:
                for item_id in touched_by([event], covered, frozenset(Kind)):
                    new.pop(item_id, None)
        if not new:
            return {}
        planner = await self._planner(position)
        found = {item_id: due_of_new(self._newcomers, planner, published, effect) for item_id, effect in new.items()}
        return {item_id: timers for item_id, timers in found.items() if timers is not None}

    async def _keep_all(self, before: Position, after: Position) -> bool:
        """Ask anew of everything that waits or has a next date, in other circumstances; the position stays."""
        covered, runs_otherwise = await self._covered(before), await self._runs_otherwise(before, after)
        async for timers in self.due_of_all(after, before.event, covered, with_deadlines=runs_otherwise):
            if not await self._timers.set_timers(self._tenant, before, before, timers):
                return False
        return True

    async def _keep_lists(self, before: Position, after: Position) -> bool:
        """Ask anew of all lists, in other circumstances; the position stays."""
        async for timers in self.due_of_lists(after):
            if not await self._timers.set_timers(self._tenant, before, before, timers):
                return False
        return True

    async def _runs_otherwise(self, before: Position, after: Position) -> bool:
        """Say whether deadlines may fall due at other times: by other rules, or other working hours."""
        if not before.rules or not stepped_kinds(await self.deadlines.published()):
            return False
        planners = [await self._planner(before), await self._planner(after)]
        one, other = [(planner.rule_set_revision, _working_hours(planner.roster)) for planner in planners]
        return one != other

    async def _covered(self, position: Position) -> frozenset[str]:
        """Return whose leaves name somebody, in the circumstances of a position."""
        return (await self._planner(position)).roster.covers.reps if position.rules else frozenset()

    async def due_of_all(
        self,
        position: Position,
        last: int,
        covered_before: frozenset[str] = frozenset(),
        *,
        with_deadlines: bool = True,
    ) -> AsyncIterator[dict[str, list[Timer]]]:
        """Yield what falls due of all that waits, has a next date, is in a process, or is of who is stood in for, by an
        event up to the last, page by page.

        The circumstances are those of a position. What came later is read when its event is.

        Parameters
        ----------
        covered_before
            Who was stood in for: what is theirs may have timers by leaves that name nobody any more.
        with_deadlines
            Whether what somebody owns may have other deadlines.
        """
        covered = covered_before | await self._covered(position)
        if with_deadlines and stepped_kinds(await self.deadlines.published()):
            covered = covered.union(await self._store.owners(self._tenant))
        owned = [partial(self._store.owned, owner=rep, is_open=True) for rep in sorted(covered)]
        store = self._store
        indexes: list[_Index] = [store.waiting, store.dated, store.open_offers, store.covered, *owned]
        for index in indexes:
            first = 0
            while first <= last and (page := await index(self._tenant, after=first, count=PAGE)):
                first = page[-1][0]
                yield await self._due(position, [item_id for since, item_id in page if since <= last], {})
        if with_deadlines and any(map(opens_on_dates, (await self.deadlines.published()).revisions)):
            opening = await self._opening()
            for place in range(0, len(opening), PAGE):
                yield await self.due_of_items(position, opening[place : place + PAGE])

    async def _opening(self) -> list[str]:
        """Return what has timers of children that it is to open: it may be closed, and in no index."""
        found, start = set[str](), 0
        while page := await self._timers.timers(self._tenant, start):
            found.update(timer.item_id for timer in page if opens_children(timer.name))
            start += len(page)
        return sorted(found)

    async def due_of_ledgers(self, position: Position) -> dict[str, list[Timer]]:
        """Return what falls due of all ledgers, in the circumstances of a position."""
        roster = (await self._planner(position)).roster
        return await self.credits.due(roster, roster.pools)

    async def due_of_lists(
        self, position: Position, reps: Collection[str] | None = None
    ) -> AsyncIterator[dict[str, list[Timer]]]:
        """Yield what falls due of the lists of some reps or of all, in the circumstances of a position, by pages."""
        published = await self.deadlines.published()
        if position.rules and published.newest:
            async for timers in self.digests.due((await self._planner(position)).roster, published, reps):
                yield timers

    async def _due_of_lists(self, position: Position, reps: Collection[str]) -> dict[str, list[Timer]]:
        pages = [timers async for timers in self.due_of_lists(position, reps)] if reps else []
        return {item_id: timers for page in pages for item_id, timers in page.items()}

    async def due_of_items(self, position: Position, item_ids: Sequence[str]) -> dict[str, list[Timer]]:
        """Return what falls due of work items, which may be in no index, as what nobody could be found for."""
        return await self._due(position, item_ids, {}) if item_ids else {}

    async def due_of_closed(self, position: Position, item_ids: Sequence[str]) -> dict[str, list[Timer]]:
        """Return what falls due of work items that are closed, which open children, withdraw them, or have their
        customers asked, all the same.
        """
        records = await self._items.records(item_ids)
        closed = [record.item_id for record in records if record.state in CLOSED_STATES]
        return await self._due(position, closed, {}) if closed else {}

    async def returns(self, reps: Collection[str] | None = None) -> dict[str, list[Timer]]:
        """Return when who is away is back, of some reps or of all."""
        if reps is not None and not reps:
            return {}
        away = await self._presences.presences(self._tenant)
        timers = dict[str, list[Timer]]()
        for rep in away if reps is None else reps:
            timers |= return_of(rep, away.get(rep))
        return timers

    async def _due_of_ledgers(
        self, position: Position, events: Sequence[Event | DecisionEffect]
    ) -> dict[str, list[Timer]]:
        if not position.rules or not any(
            isinstance(event, Credited | RulesPublished | WorkforceChanged) for event in events
        ):
            return {}
        roster = (await self._planner(position)).roster
        return await self.credits.due(roster, concerned_pools(roster, events))

    async def _due(
        self, position: Position, item_ids: Sequence[str], known: dict[int, Decision]
    ) -> dict[str, list[Timer]]:
        """Return what falls due of work items; nothing of those that nobody asks of. ``known`` need not be read."""
        timers: dict[str, list[Timer]] = {item_id: [] for item_id in item_ids}
        stored = await self._items.records(item_ids)
        published = await self.deadlines.published()
        kinds = stepped_kinds(published)
        if not any(record.state in self._states or record.kind in kinds for record in stored):
            return timers
        present = Present(await self._planner(position), position.workforce_ms)
        for record in stored if kinds else ():
            timers[record.item_id] += await self._due_by_process(present, published, record)
        records = [record for record in stored if any(map(self._concern(record, present), self._schedules))]
        if not records:
            return timers
        unread = [record for record in records if record.decision not in known]
        decided = [(record, known[record.decision]) for record in records if record.decision in known]
        decided += await self._items.decisions(unread) if unread else []
        for record, decision in await self._items.current(decided):
            timers[record.item_id] += self._due_of(present, record, decision)
        return timers

    async def _due_by_process(self, present: Present, published: PublishedProcesses, record: ItemRecord) -> list[Timer]:
        """Return what falls due of a work item by its process; nothing where that cannot be said."""
        try:
            return await self.deadlines.due(present.planner, published, record)
        except (Failure, ValueError, TypeError, KeyError) as error:  # nobody else's timers stop for one work item
            if isinstance(error, (StoreUnavailable, StoreUnsuitable)):
                raise
            self.skip(record.item_id, error)
            return []

    def _due_of(self, present: Present, record: ItemRecord, decision: Decision) -> list[Timer]:
        """Return what falls due of a work item; nothing where that cannot be said."""
        try:
            concerned = filter(self._concern(record, present), self._schedules)
            asked = [schedule.due(present, record, decision) for schedule in concerned]
        except Exception as error:  # whatever it is: nobody else's timers stop for one work item
            self.skip(record.item_id, error)
            return []
        return [timer for timer in asked if timer is not None]

    def _concern(self, record: ItemRecord, present: Present) -> Callable[[Schedule], bool]:
        return lambda schedule: schedule.state is record.state and schedule.concerns(record, present)

    async def _planner(self, position: Position) -> Planner:
        planner = await self._planners.current(self._tenant)
        if planner.rule_set_revision < position.rules or planner.roster.revision < position.workforce:
            planner = await self._planners.renewed(self._tenant, planner.revisions)
        if (planner.rule_set_revision, planner.roster.revision) == position.revisions:
            return planner
        return await self._planners.at(self._tenant, position.rules, position.workforce)


@lru_cache(maxsize=16)
def _have_channels(roster: Roster) -> bool:
    """Say whether anybody can be told anything."""
    return any(rep.channels for rep in roster.reps.values())


def _credits_leave(pool: Pool) -> bool:
    return pool.absence_policy is not None


def _moved(position: Position, events: Sequence[Event | DecisionEffect]) -> Position:
    """Return the position behind some events."""
    position = position._replace(event=events[-1].number)
    for event in events:
        match event:
            case RulesPublished(revision=revision):
                position = position._replace(rules=revision)
            case WorkforceChanged(revision=revision, at_ms=at_ms):
                position = position._replace(workforce=revision, workforce_ms=at_ms)
            case _:
                pass
    return position


def _working_hours(roster: Roster) -> object:
    """Return all that working hours follow from."""
    records = roster.records
    of_reps = {rep.id: rep.calendar for rep in records.reps.values()}
    return (
        records.settings,
        records.calendars,
        records.absences,
        of_reps,
        [(pool.id, pool.calendar) for pool in records.pools.values()],
    )


def touched_by(
    events: Iterable[Event | DecisionEffect], covered: Collection[str] = (), kinds: Collection[Kind] = ()
) -> dict[str, frozenset[State] | None]:
    """Return the work items that some events are about, each with the states that the last left it in; None: any.

    A child that was opened, or withdrawn, touches its parent. What is new and somebody's is not among them, unless they
    are ``covered``, for others may stand in for them, or it is of one of the ``kinds``, for it may be in a process.
    """
    touched: dict[str, frozenset[State] | None] = {}
    for event in events:
        if parent := parent_of(event):
            touched[parent] = None
        match event:
            case DecisionEffect(outcome=Outcome.ASSIGNED, previous=0, rep=rep, kind=kind) if (
                rep not in covered and kind not in kinds
            ):
                pass  # neither it nor anything before it left a timer
            case Decision(item_id=item_id, outcome=outcome) | DecisionEffect(item_id=item_id, outcome=outcome):
                touched[item_id] = states_after(outcome)
            case Completed(item_id=item_id, state=state):
                touched[item_id] = frozenset({state})
            case (
                Fired(item_id=item_id)
                | ActivityRecorded(item_id=item_id)
                | OfferAnswered(item_id=item_id)
                | Noted(item_id=item_id)
                | Updated(item_id=item_id)
            ):
                touched[item_id] = None
            case Erased(item_ids=item_ids):
                touched.update(dict.fromkeys(item_ids))
            case _:
                pass
    return touched


def toggled_by(events: Iterable[Event | DecisionEffect]) -> set[str]:
    """Return the reps who went away, or came back."""
    return {event.rep for event in events if isinstance(event, PresenceChanged)}


@cache
def states_after(outcome: Outcome) -> frozenset[State]:
    """Return the states in which a decision of an outcome may leave a work item.

    Examples
    --------
    >>> sorted(states_after(Outcome.WAITING))
    [<State.ASSIGNED: 'ASSIGNED'>, <State.OFFERED: 'OFFERED'>, <State.QUEUED: 'QUEUED'>]
    """
    return frozenset(after[outcome] for after in TRANSITIONS.values() if outcome in after)


def concerns_all(event: Event | DecisionEffect) -> bool:
    """Say whether everything that waits may fall due at other times because of an event."""
    return isinstance(event, RulesPublished | WorkforceChanged)
