"""Is what the store holds what the log says? Replays every event with the pure code and names each difference.

Each decision is made again: candidates from the rules and the workforce of its revisions, deficits and open units
from the events before it, the pick by ``router.assignment.ledger``. Then revisions, ledgers, open units, presences,
offers and lapses, counts of caps and work items are compared with what the store keeps beside the log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from router.assignment.caps import amounts_of
from router.assignment.choice import choose, rotation_of, trace_hash
from router.assignment.customers import move_of
from router.assignment.explanation import plan_again
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.history.charges import Charges
from router.history.deadline_check import DeadlineCheck
from router.history.digest_check import digest_differences, digest_faults
from router.history.neighbours import Neighbours
from router.history.offer_book import Accepting
from router.history.offer_check import OfferCheck
from router.history.pool_ledger import Ledger
from router.history.processes import active_differences
from router.history.projection import StateProjection
from router.history.reconciliation import count_differences, presence_differences
from router.history.satisfaction_check import SatisfactionCheck
from router.history.stage_check import StageCheck
from router.history.timer_check import TimerCheck
from router.model.decision import Cause, Decision, Outcome, Way
from router.model.dispatch import Answer
from router.model.errors import CorruptHistory
from router.model.events import (
    ANSWERS,
    JOINING,
    SURVEYS,
    ActivityRecorded,
    Completed,
    Credited,
    Digested,
    Erased,
    Event,
    Fired,
    Note,
    Noted,
    OfferAnswered,
    PresenceChanged,
    ProcessPublished,
    RulesPublished,
    Settled,
    Updated,
    WorkforceChanged,
)
from router.model.evidence import ends_next_date
from router.model.records import CreditState, ItemRecord
from router.model.workforce import Member
from router.model.workitem import CLOSED_STATES, Kind, State
from router.process.revisions.cache import ProcessCache
from router.process.revisions.ports import Processes
from router.timers.credits import end_of_credit, end_of_leave
from router.timers.timer import is_of_deadline, may_fire
from router.workforce.covers import Substitutes
from router.workforce.ports import Presences

_PAGE = 1000


class Replay:
    """The use case: replay a tenant's log.

    Parameters
    ----------
    store, presences, planners
        What is verified, and what decisions were made from.
    timers
        Holds the timers to the log; None: they are not looked at.
    processes
        Which processes are published; None: they are not looked at.
    """

    def __init__(
        self,
        store: Assignments,
        presences: Presences,
        planners: PlannerCache,
        timers: TimerCheck | None = None,
        processes: Processes | None = None,
    ) -> None:
        self._timers = timers
        self._processes = processes
        self._store = store
        self._presences = presences
        self._planners = planners
        self._offers = OfferCheck(store, planners)
        self._stages: StageCheck | None = None
        self._deadlines: DeadlineCheck | None = None
        self._charges: defaultdict[str, Charges] = defaultdict(Charges)
        self._members: dict[int, tuple[int, tuple[Member, ...]]] = {}
        """By event that charged a pool: when, in ms since 1970, and its members then."""
        self._satisfaction = SatisfactionCheck(store, planners)
        self.erased = set[str]()
        """Work items that were replayed from the outcomes that they kept, for what they were made from is erased."""

    async def differences(self, tenant: str, *, on_event: Callable[[], object] = lambda: None) -> AsyncIterator[str]:
        """Yield every difference in words; nothing means that all is well.

        Nothing may be routed meanwhile, or the store will be ahead of the log that was read.

        Parameters
        ----------
        on_event
            Called once per event, for a progress bar.
        """
        projection, after, unexplained, neighbours = StateProjection(), 0, set[str](), Neighbours()
        self.erased.clear()
        self._satisfaction = SatisfactionCheck(self._store, self._planners)
        self._charges.clear()
        self._offers = OfferCheck(self._store, self._planners)
        for fault in await self._prepare_stages(tenant):
            yield fault
        self._members.clear()
        while events := await self._store.events(tenant, after=after, count=_PAGE):
            for event in events:
                after = event.number
                on_event()
                for fault in self._out_of_place(neighbours, event):
                    yield fault
                if isinstance(event, Decision | Updated):
                    unexplained.update([event.item_id] if event.erased else [])
                elif isinstance(event, Erased):
                    self.erased.update(unexplained.intersection(event.item_ids))
                    unexplained.difference_update(event.item_ids)  # of what came before: later values are not excused
                for difference in await self._enter(tenant, projection, event):
                    yield difference
        self.erased.update(unexplained)
        for fault in (*neighbours.at_end(), *map(_unexplained, sorted(unexplained))):
            yield fault
        async for difference in self._state(tenant, projection):
            yield difference
        async for difference in self._timer_differences(tenant, projection):
            yield difference

    async def _timer_differences(self, tenant: str, projection: StateProjection) -> AsyncIterator[str]:
        """Compare what falls due, and which lists of it were made last."""
        if self._timers is None:
            return
        for difference in digest_differences(projection.digests, await self._timers.digests(tenant)):
            yield difference
        async for difference in self._timers.differences(tenant, self._stages.opening if self._stages else ()):
            yield difference

    async def _prepare_stages(self, tenant: str) -> list[str]:
        """Read what holds entries into stages to the processes; say where they cannot be read: then nothing does."""
        self._stages = self._deadlines = None
        if self._processes is None:
            return []
        try:
            published = await ProcessCache(self._processes).newest(tenant)
            self._stages = StageCheck(published)
            self._deadlines = DeadlineCheck(tenant, self._store, self._planners, published)
        except CorruptHistory as error:
            return [f"{error}: entries into stages are not looked at"]
        return []

    def _out_of_place(self, neighbours: Neighbours, event: Event) -> Iterator[str]:
        """Say where an event does not stand where it may."""
        yield from neighbours.faults(event)
        if self._stages:
            yield from self._stages.follow(event)

    async def _enter(self, tenant: str, projection: StateProjection, event: Event) -> list[str]:
        """Enter an event into what follows from the log; return how it differs from what follows from it."""
        match event:
            case Decision():
                return await self._redecide(tenant, projection, event)
            case Updated():
                return await self._update_again(tenant, projection, event)
            case Fired():
                return await self._fire_again(projection, event)
            case Completed() | ActivityRecorded() | Noted():
                faults = await self._satisfaction.faults(tenant, projection, event)
                return faults + self._note_faults(projection, event) + _happened_again(projection, event)
            case OfferAnswered():
                return await self._answer_again(tenant, projection, event)
            case Settled():
                projection.enter_settled(event)
            case Credited() | Digested():
                return await self._make_again(tenant, projection, event)
            case Erased():
                self._satisfaction.forgive(event)
                projection.enter_erased(event)
            case PresenceChanged():
                self._offers.changed(projection, event)
                projection.enter_presence(event)
            case RulesPublished() | WorkforceChanged():
                self._note_revision(projection, event)
            case ProcessPublished():
                projection.enter_process(event)
        return []

    def _note_revision(self, projection: StateProjection, event: RulesPublished | WorkforceChanged) -> None:
        if isinstance(event, RulesPublished):
            projection.rules = event.revision
        else:
            projection.workforce = event.revision
        if self._deadlines:
            self._deadlines.note(event.number, projection)

    async def _fire_again(self, projection: StateProjection, event: Fired) -> list[str]:
        """Enter that a timer fired; say where it was void, or a step of a deadline not due."""
        record = projection.items.get(event.item_id)
        is_step = record is not None and (event.workforce or is_of_deadline(event.name))
        faults = await self._deadlines.fired_faults(record, event) if self._deadlines and record and is_step else []
        return _happened_again(projection, event) or faults

    def _note_faults(self, projection: StateProjection, event: Event) -> list[str]:
        """Say where something is noted, or a child withdrawn, that the processes do not allow."""
        if self._stages and isinstance(event, Completed):
            return self._stages.withdrawal_faults(event)
        record = projection.items.get(event.item_id) if isinstance(event, Noted) else None
        if self._stages is None or record is None or not isinstance(event, Noted):
            return []
        if event.note is Note.MIGRATED:
            return self._stages.migration_faults(record, event)
        return self._stages.note_faults(record, event)

    async def _update_again(self, tenant: str, projection: StateProjection, event: Updated) -> list[str]:
        """Enter an update; say where it cannot have been one of the work item as it stood."""
        record, stages = projection.items.get(event.item_id), self._stages
        if record is None:
            return [f"event {event.number}: updates work item {event.item_id}, of which no event came before"]
        faults = stages.update_faults(record, event) if stages else []
        faults += await self._deadlines.update_faults(record, event) if self._deadlines else []
        rules = await self._planners.rule_set(tenant, event.head.rule_set_revision)
        move = move_of(rules.known_customer, event.head.item, event.before)
        projection.customers.enter(move, event.item_id, record.first)
        is_closing = stages.is_closing(event) if stages else bool(event.entered)
        return faults + _updated_again(projection, record, event, is_closing=is_closing)

    async def _make_again(self, tenant: str, projection: StateProjection, event: Credited | Digested) -> list[str]:
        """Enter what was made as it fell due; say where it was not due, or does not follow."""
        if isinstance(event, Credited):
            return await self._credit_again(tenant, projection, event)
        roster = (await self._planners.at(tenant, projection.rules, event.workforce)).roster
        faults = digest_faults(projection, event, roster)
        projection.enter_digested(event)
        return faults

    async def _credit_again(self, tenant: str, projection: StateProjection, event: Credited) -> list[str]:
        """Enter a step of a credit; say where it does not follow from absences, policy and ledger."""
        credit = event.credit
        ledger = projection.ledgers[credit.pool]
        stands = ledger.credited.get(credit.rep, CreditState())
        roster = (await self._planners.at(tenant, projection.rules, event.workforce)).roster
        if credit.entry:
            follows, due_ms = end_of_credit(roster, credit.pool, credit.rep, stands), credit.expire_ms
        else:
            charged = self._charges[credit.pool].within(credit.since_ms, credit.until_ms, credit.rep)
            follows = end_of_leave(roster, credit.pool, credit.rep, stands, credit.until_ms, charged)
            due_ms = credit.until_ms
        is_right = follows == credit and event.amount == ledger.amount_of(credit, event.at_ms)
        projection.enter_credited(event)
        if is_right and event.workforce == projection.workforce and due_ms <= event.at_ms:
            return []
        return [f"event {event.number}: credit of {credit.rep} in pool {credit.pool}: does not follow from the log"]

    async def _redecide(self, tenant: str, projection: StateProjection, decision: Decision) -> list[str]:
        head, name = decision.head, f"decision {decision.number}"
        planner = await self._planners.at(tenant, head.rule_set_revision, head.workforce_revision)
        plan = plan_again(decision, planner)
        attempts = [(attempt.candidates, attempt.charge) for attempt in plan.attempts]
        amounts, way = amounts_of(head.item), decision.way
        with projection.without_offer(decision.item_id):
            record = projection.standing(decision.item_id, head.cause)
            seen = projection.see(attempts, decision.kind, decision.at_ms, head.named, amounts, record, way)
        choice = choose(attempts, seen, rotation_of(decision.item_id), head.named, way)
        epoch = (record.epoch if record else 0) + (bool(choice.rep) and not choice.offers)
        replayed = trace_hash([candidates for candidates, _ in attempts], seen, decision.outcome, choice, epoch)
        since_ms = projection.given_ms.get(decision.item_id, 0)
        stage_faults = self._stages.decision_faults(record, decision) if self._stages else []
        stage_faults += await self._deadlines.decision_faults(record, decision) if self._deadlines else []
        projection.enter_decision(decision, attempts, choice)
        if head.cause in JOINING:
            move = move_of(planner.rule_set.known_customer, head.item)
            projection.customers.enter(move, decision.item_id, projection.items[decision.item_id].first)
        self._offers.made(decision)
        if (pool := planner.roster.pools.get(decision.pool)) and way is not Way.APART:
            self._charges[pool.id].add(decision.at_ms, decision.charge, pool.members)
            self._members[decision.number] = (decision.at_ms, pool.members)
        if head.cause in _COVERS and not _covers(planner.roster.covers, record, decision, since_ms):
            return [f"{name}: no leave has it go to {decision.rep}"]
        if replayed == decision.trace_hash and choice.offers is (decision.outcome is Outcome.OFFERED):
            return stage_faults
        explained = list(_explained(name, decision, choice.rep, seen != decision.seen, epoch))
        return stage_faults + (explained or [f"{name}: trace hash: log says {decision.trace_hash}, replay {replayed}"])

    async def _answer_again(self, tenant: str, projection: StateProjection, event: OfferAnswered) -> list[str]:
        """Enter what became of an offer; say where it does not follow from the log."""
        wrong = [f"event {event.number}: offer {event.offer} of {event.item_id}: {event.answer} does not follow"]
        standing = projection.offers.standing.get(event.item_id)
        if standing is None or event.rep not in (standing.rep, *standing.holders):
            return [f"{wrong[0]}: it is not open to {event.rep or 'anybody'}"]
        accepting = None
        if event.answer is Answer.ACCEPTED and not standing.rep:
            roster = (await self._planners.at(tenant, projection.rules, event.workforce)).roster
            candidates = roster.accepting(event.rep, event.pool, event.kind, event.at_ms)
            accepting = Accepting(candidates, event.workforce, projection.offers.amounts[event.item_id])
            self._members[event.number] = (event.at_ms, roster.pools[event.pool].members if candidates.reps else ())
        follows = projection.answered(
            event.item_id, event.answer, event.rep, event.number, event.at_ms, accepting,
            is_away=self._offers.was_away(event),
        )  # fmt: skip
        if event.answer is Answer.ACCEPTED and event.workforce:
            follows = replace(follows, workforce=projection.workforce)
        is_right = follows == replace(event, actor="", because="", reason="", erased=())
        if accepting and not projection.has_room(accepting.candidates, event.kind, accepting.amounts, event.at_ms):
            return [f"{wrong[0]}: {event.rep} has no room"]
        faults = [] if is_right else wrong
        if event.answer is Answer.LAPSED:
            faults += await self._offers.lapse_faults(tenant, projection, event)
        projection.enter_answered(event, accepting)
        self._charge_again(event, is_of_many=not standing.rep)
        return faults

    def _charge_again(self, event: OfferAnswered, *, is_of_many: bool) -> None:
        """Enter what a pool is charged by an acceptance, or no more without one."""
        if event.answer is Answer.ACCEPTED and is_of_many:
            self._charges[event.pool].add(event.at_ms, event.charge, self._members[event.number][1])
        elif event.answer is not Answer.ACCEPTED and event.offer in self._members:
            charged_ms, members = self._members[event.offer]
            self._charges[event.pool].take_off(event.at_ms, charged_ms, event.charge, members)

    async def _state(self, tenant: str, projection: StateProjection) -> AsyncIterator[str]:
        """Compare what the store keeps beside the log."""
        async for difference in self._revisions(tenant, projection):
            yield difference
        async for difference in self._ledgers(tenant, projection):
            yield difference
        async for difference in self._room(tenant, projection):
            yield difference
        async for difference in self._indexes(tenant, projection):
            yield difference
        for owner in sorted({record.owner for record in projection.items.values()} - {""}):
            async for difference in self._owned(tenant, projection, owner):
                yield difference
        ids = list(projection.items)
        for start in range(0, len(ids), _PAGE):
            async for difference in self._items(tenant, projection, ids[start : start + _PAGE]):
                yield difference

    async def _indexes(self, tenant: str, projection: StateProjection) -> AsyncIterator[str]:
        """Compare what waits, is covered, has a next date, is offered, and whose it is."""
        for name, stored, logged in (
            ("waiting", await _whole(partial(self._store.waiting, tenant)), projection.waiting()),
            ("covers", await _whole(partial(self._store.covered, tenant)), projection.covered()),
            ("next dates", await _whole(partial(self._store.dated, tenant)), projection.dated()),
            ("offers", await _whole(partial(self._store.open_offers, tenant)), projection.offers.all()),
        ):
            if stored != logged:
                yield f"{name}: log says {logged[:5]} …, store {stored[:5]} …"
        pending = set(self._stages.pending(projection.items)) if self._stages else set()
        for number, item_id in sorted(pending.difference(await _whole(partial(self._store.asked, tenant)))):
            yield f"asked: log says {item_id} by event {number}, store nothing"
        for fault in self._satisfaction.index_faults(projection, await _surveyed(self._store, tenant)):
            yield fault
        async for difference in self._offers.differences(tenant, projection):
            yield difference
        for customer in projection.customers.customers():
            stored = await _whole(partial(self._store.of_customer, tenant, customer))
            last_nps = await self._store.last_nps(tenant, customer)
            for difference in projection.customers.difference(customer, stored, last_nps):
                yield difference

    async def _revisions(self, tenant: str, projection: StateProjection) -> AsyncIterator[str]:
        """Compare which revisions of rules, workforce and processes are active."""
        active = await self._planners.active(tenant)
        newest = (await self._processes.newest_process(tenant))[0] if self._processes else projection.processes
        for name, logged_as, stored_as in (
            ("rules", projection.rules, active.rules),
            ("workforce", projection.workforce, active.workforce),
            ("processes", projection.processes, newest),
        ):
            if logged_as != stored_as:
                yield f"revision of the {name}: log says {logged_as}, store {stored_as}"
        if self._processes is not None:
            async for difference in active_differences(self._processes, tenant, projection.active_processes):
                yield difference

    async def _room(self, tenant: str, projection: StateProjection) -> AsyncIterator[str]:
        """Compare who has room: what is open, what was counted under caps, who is away."""
        for stored, logged, what in (
            (await self._store.loads(tenant), projection.loads, ""),
            (await self._store.worked(tenant), projection.worked, ", worked on"),
        ):
            for key in sorted({*stored, *(key for key, units in logged.items() if units)}):
                if stored.get(key, 0) != logged[key]:
                    place, kind = key
                    yield f"loads {place} {kind}{what}: log says {logged[key]}, store {stored.get(key, 0)}"
        for difference in count_differences(projection.counts.by_field, await self._store.counts(tenant)):
            yield difference
        for difference in presence_differences(projection.presences, await self._presences.presences(tenant)):
            yield difference

    async def _ledgers(self, tenant: str, projection: StateProjection) -> AsyncIterator[str]:
        for pool in sorted(projection.pools):
            stored, logged = await self._store.ledger(tenant, pool), projection.ledgers.get(pool, Ledger()).state()
            for field in stored.__dataclass_fields__:
                if getattr(stored, field) != getattr(logged, field):
                    yield f"ledger {pool}: {field}: log says {getattr(logged, field)}, store {getattr(stored, field)}"

    async def _items(self, tenant: str, projection: StateProjection, item_ids: Sequence[str]) -> AsyncIterator[str]:
        """Compare work items; one that cannot be read is a difference like any other, and hides none beside it."""
        try:
            records = await self._store.items(tenant, item_ids)
        except CorruptHistory as error:
            if len(item_ids) == 1:
                yield str(error)
                return
            for item_id in item_ids:
                async for difference in self._items(tenant, projection, [item_id]):
                    yield difference
            return
        for item_id, record in zip(item_ids, records, strict=True):
            if record != projection.items[item_id]:
                yield f"work item {item_id}: log says {projection.items[item_id]}, store {record}"

    async def _owned(self, tenant: str, projection: StateProjection, owner: str) -> AsyncIterator[str]:
        """Compare the index of owners."""
        for is_open in (True, False):
            stored: list[tuple[int, str]] = []
            while page := await self._store.owned(
                tenant, owner, is_open=is_open, after=stored[-1][0] if stored else 0, count=_PAGE
            ):
                stored += page
            if stored != (logged := projection.owned(owner, is_open=is_open)):
                side = "open" if is_open else "closed"
                yield f"owners {owner}, {side}: log says {logged[:5]} …, store {stored[:5]} …"


def _unexplained(item_id: str) -> str:
    return f"work item {item_id}: what it was decided by is gone, and no event says that it was erased"


_COVERS = (Cause.COVERED, Cause.COVER_ENDED)


def _covers(covers: Substitutes, record: ItemRecord | None, decision: Decision, since_ms: int) -> bool:
    """Say whether a work item went to who was to have it by the leaves, at some time since its owner had it."""
    if record is None or not record.owner:
        return False
    whose, at_ms = record.whose, decision.at_ms
    instants = [since_ms, *(each for each in covers.instants(whose) if since_ms < each <= at_ms), at_ms]
    covered = "" if decision.rep == whose else whose
    is_due = any(covers.holder(whose, each).rep == decision.rep for each in instants)
    return is_due and (decision.head.covered, decision.head.cause is Cause.COVERED) == (covered, bool(covered))


async def _whole(index: Callable[..., Awaitable[list[tuple[int, str]]]]) -> list[tuple[int, str]]:
    """Return all that stands in an index, page by page."""
    places: list[tuple[int, str]] = []
    while page := await index(after=places[-1][0] if places else 0):
        places += page
    return places


async def _surveyed(store: Assignments, tenant: str) -> list[tuple[int, str]]:
    """Return all who are to be asked, page by page."""
    places: list[tuple[int, str]] = []
    while page := await store.surveyed(tenant, before=places[-1][0] if places else None):
        places += page
    return places


def _happened_again(projection: StateProjection, event: Completed | ActivityRecorded | Fired | Noted) -> list[str]:
    """Enter what happened to a work item with an owner already; say where it cannot have."""
    record, number = projection.items.get(event.item_id), event.number
    match event:
        case Completed() if record is None:
            return [f"event {number}: closes work item {event.item_id}, of which no event came before"]
        case Completed():
            projection.enter_completed(event)
        case ActivityRecorded() if record is None:
            return [f"event {number}: an activity of work item {event.item_id}, of which no event came before"]
        case ActivityRecorded():
            return _recorded_again(projection, event)
        case Noted() if record is None or not _may_be_noted(record, event):
            return [f"event {number}: a note of work item {event.item_id}, which does not stand so"]
        case Noted():
            projection.enter_noted(event)
        case Fired(name=name, entry=entry, step=step) if record is None or not may_fire(record, name, entry, step):
            return [f"event {number}: timer {name} {step} of {event.item_id} fires again, or was void"]
        case Fired():
            projection.enter_fired(event)
    return []


def _may_be_noted(record: ItemRecord, event: Noted) -> bool:
    """Say whether a note is of a work item as it stands."""
    is_open = (record.state not in CLOSED_STATES) is not (event.note in SURVEYS) or event.note in ANSWERS
    if event.note is Note.CSAT and (record.kind is not Kind.TICKET or record.satisfaction.csat):
        return False
    return is_open and _place(record) == _place(event)


def _place(of: ItemRecord | Noted) -> tuple[object, ...]:
    """Return where a work item stands, or stood as something was noted."""
    event = of.previous if isinstance(of, Noted) else of.event
    return (of.owner if isinstance(of, ItemRecord) else of.rep), of.pool, of.kind, event


def _updated_again(projection: StateProjection, record: ItemRecord, event: Updated, *, is_closing: bool) -> list[str]:
    """Enter an update; say where it cannot have been one of the work item as it stood."""
    projection.enter_updated(event)
    stood = (record.owner, record.pool, record.epoch, record.kind, record.event)
    is_right = stood == (event.rep, event.pool, event.epoch, event.kind, event.previous)
    is_open, has_owner = record.state not in CLOSED_STATES, record.state is State.ASSIGNED
    if is_right and is_open and event.changed and (has_owner or event.is_decided or is_closing):
        return []
    return [f"event {event.number}: update of {event.item_id}: it does not follow from the log"]


def _recorded_again(projection: StateProjection, event: ActivityRecorded) -> list[str]:
    """Enter an activity; say where what it did does not follow from what it was."""
    ends = ends_next_date(event.evidence, by_person=bool(event.activity.rep))
    record, is_first = projection.items[event.item_id], projection.is_first_attempt(event)
    change, previous = projection.next_change(event, ends=ends), record.event
    projection.enter_activity(event)
    is_right = (is_first, change, previous) == (event.is_first_attempt, event.next_change, event.previous)
    whose = (record.owner, record.pool, record.kind) == (event.rep, event.pool, event.kind)
    if is_right and whose and event.activity.occur_ms <= event.at_ms:
        return []
    return [f"event {event.number}: activity of {event.item_id}: what it did does not follow from the log"]


def _explained(name: str, decision: Decision, rep: str, seen_differs: bool, epoch: int) -> Iterator[str]:
    if rep != decision.rep:
        yield f"{name}: rep: log says {decision.rep or 'nobody'}, replay {rep or 'nobody'}"
    if epoch != decision.epoch:
        yield f"{name}: epoch: log says {decision.epoch}, replay {epoch}"
    if seen_differs:
        yield f"{name}: deficits, open units, presence or caps: log and replay differ"
