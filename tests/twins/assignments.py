"""``router.assignment.ports.Assignments`` in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from router.assignment.commands import ANY, NEW, BindCommand, Changed, Completion, KnownAs, Mode, Moved, Refusal
from router.history.rehearsal import decided
from router.model.decision import Decision, DecisionEffect, Outcome
from router.model.dispatch import Answer, StandingOffer
from router.model.errors import CorruptHistory, NotFound, RequestIdReused, StaleRevision
from router.model.events import Completed, Content, Event, Updated, Withdrawal, previous_of
from router.model.records import Counted, ItemRecord, LedgerState
from router.model.revisions import RevisionPair
from router.model.workitem import REOPENED, TRANSITIONS, Kind, State
from tests.twins.offers import enter_answer
from tests.twins.processes import are_active
from tests.twins.tenants import Tenant, Tenants, opened_in


class MemoryAssignments(Tenants):
    """Owners, loads, ledgers and their log."""

    async def bind(
        self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], *, preview: bool = False
    ) -> list[Decision | Refusal | KnownAs | Moved]:
        """Do the jobs in order; see ``router.assignment.ports.Assignments``."""
        state = self._tenants[tenant]
        if jobs and not are_active(state, revisions):
            raise StaleRevision(f"tenants/{tenant}", "rules or workforce changed")
        answers = [(job, self._known_as(state, job, preview) or self._bind(state, job, preview)) for job in jobs]
        return [
            answer
            if isinstance(answer, Refusal | KnownAs | Moved)
            else opened_in(state, answer, {} if answer.number else job.openings)
            for job, answer in answers
        ]

    def _known_as(self, state: Tenant, job: BindCommand, preview: bool) -> KnownAs | None:
        """Return the id of the work item that a job is about where that is another one; None where it is new."""
        is_repeated = repeated_in(state, job.request_id, job.fingerprint) is not None
        if is_repeated or job.mode is not Mode.ROUTE or job.item_id in state.projection.items:
            return None
        other = state.other_ids.get(job.item_id) or state.other_ids.get(job.normal_id)
        if other is None and job.normal_id in state.projection.items:
            other = job.normal_id
        if other and not preview:
            state.other_ids[job.item_id] = other
        return KnownAs(other) if other else None

    def _bind(self, state: Tenant, job: BindCommand, preview: bool) -> Decision | Refusal | Moved:
        repeated = repeated_in(state, job.request_id, job.fingerprint)
        if repeated is not None:
            return repeated
        record = state.projection.items.get(job.item_id)
        if job.mode is Mode.ROUTE and record is not None and record.owner:
            return self._existing(state, job, record, preview)
        if job.mode is Mode.ROUTE and record is not None and record.offer:
            return self._existing(state, job, record, preview)
        refusal = _refused(job, record)
        if refusal is not None:
            return refusal
        record = state.projection.standing(job.item_id, job.head.cause)
        at_ms = self._time_of(state)
        if not _is_planned_for(job, at_ms):
            return Moved(at_ms)
        if job.processes not in (None, len(state.processes)):
            return Refusal.STALE_PROCESSES
        return self._choose(state, job, record, at_ms, preview)

    async def update(
        self, tenant: str, revisions: RevisionPair, command: BindCommand, *, preview: bool = False
    ) -> Changed | Refusal | Moved:
        """Do the job of an update; see ``router.assignment.ports.Assignments``."""
        state = self._tenants[tenant]
        if not are_active(state, revisions):
            raise StaleRevision(f"tenants/{tenant}", "rules or workforce changed")
        known = state.requests.get(command.request_id)
        if command.request_id and known is not None:
            fingerprint, event = known
            if fingerprint != command.fingerprint or not isinstance(event, Updated | None):
                return Refusal.REQUEST_ID_REUSED
            return Changed(event.number if event else 0)
        record = state.projection.items.get(command.item_id)
        refusal = _refused(command, record)
        if refusal is not None:
            return refusal
        at_ms = self._time_of(state)
        if not _is_planned_for(command, at_ms):
            return Moved(at_ms)
        assert record is not None  # else it was refused
        return self._update(state, command, record, at_ms, preview)

    def _update(
        self, state: Tenant, job: BindCommand, record: ItemRecord, at_ms: int, preview: bool
    ) -> Changed | Refusal:
        assert job.change is not None
        if record.offer and not preview:
            enter_answer(state, job.item_id, Answer.RESCINDED, record.offer.rep, at_ms, job.head.actor, "UPDATED")
            record = state.projection.items[job.item_id]
        updated = Updated(
            len(state.events) + 1, job.item_id, record.kind, record.owner, record.pool, record.epoch, record.event,
            job.head, job.change.before, job.change.changed, job.change.is_decided, at_ms, job.head.actor,
            entered=job.change.entered,
        )  # fmt: skip
        if not preview:
            state.events.append(updated)
            state.projection.enter_updated(updated)
            state.openings[job.item_id].update(job.openings)
            _enter_customer(state, job)
            if job.request_id:
                state.requests[job.request_id] = (job.fingerprint, updated)
            if job.change.closes:
                record = state.projection.items[job.item_id]
                close(state, record, State(job.change.closes), at_ms, job.head.actor)
        number = 0 if preview else updated.number
        if not job.change.is_decided:
            return Changed(number)
        decision = self._choose(state, job._replace(request_id=""), state.projection.items[job.item_id], at_ms, preview)
        assert isinstance(decision, Decision)  # nobody is named
        return Changed(number, opened_in(state, decision, job.openings))

    def _choose(
        self, state: Tenant, job: BindCommand, record: ItemRecord | None, at_ms: int, preview: bool
    ) -> Decision | Refusal:
        way = job.head.way
        with state.projection.without_offer(job.item_id):  # who else could have it is chosen as if it were not
            standing = state.projection.standing(job.item_id, job.head.cause)
            seen = state.projection.see(job.attempts, job.kind, at_ms, job.named, job.amounts, standing, way)
        decision, choice = decided(job, len(state.events) + 1, at_ms, record, seen)
        if job.named and choice.rep != job.named:
            return Refusal.FULL
        is_told = record is None or record.answered < record.decision
        if not choice.found and (job.mode is Mode.ESCALATE or (job.mode is Mode.WAKE and is_told)):
            return Refusal.NOBODY
        if record is not None and record.offer and choice.found and not preview:
            because = "OVERRIDE" if job.named else "REASSIGNED"
            enter_answer(state, job.item_id, Answer.RESCINDED, record.offer.rep, at_ms, because=because)
            record = state.projection.items[job.item_id]
            decision, choice = decided(job, len(state.events) + 1, at_ms, record, seen)
        if preview:
            return decision._replace(number=0)
        state.events.append(decision)
        state.openings[job.item_id].update(job.openings)
        state.projection.enter_decision(decision, job.attempts, choice)
        if not job.change:
            _enter_customer(state, job)
        if job.normal_id and job.normal_id not in state.projection.items:
            state.other_ids.setdefault(job.normal_id, job.item_id)
        remember_in(state, job.request_id, job.fingerprint, decision)
        return decision

    def _existing(self, state: Tenant, job: BindCommand, record: ItemRecord, preview: bool) -> Decision:
        existing = state.events[record.decision - 1]
        assert isinstance(existing, Decision)
        answer = existing._replace(is_known=True) if record.offer else _existing(existing, record)
        if not preview:
            remember_in(state, job.request_id, job.fingerprint, answer)
        return answer

    async def complete(self, tenant: str, completion: Completion, *, preview: bool = False) -> ItemRecord | Refusal:
        """Close a work item; see ``router.assignment.ports.Assignments``."""
        state = self._tenants[tenant]
        repeated = state.requests.get(completion.request_id)
        if completion.request_id and repeated is not None:
            if repeated[0] != completion.fingerprint:
                return Refusal.REQUEST_ID_REUSED
            return state.projection.items[completion.item_id]
        record = state.projection.items.get(completion.item_id)
        if record is None:
            raise NotFound("work item", f"tenants/{tenant}/workItems/{completion.item_id}")
        stands = State.QUEUED if record.offer else record.state
        if record.version != completion.expected or completion.state not in TRANSITIONS[stands]:
            return Refusal.CONFLICT
        if preview:
            return replace(record, state=completion.state, offer=None)
        if record.offer:
            at_ms, actor = self._time_of(state), completion.actor
            enter_answer(state, record.item_id, Answer.RESCINDED, record.offer.rep, at_ms, actor, "COMPLETED")
            record = state.projection.items[completion.item_id]
        at_ms, why = self._time_of(state), completion.withdrawn
        completed = close(state, record, completion.state, at_ms, completion.actor, why)
        if completion.request_id:
            state.requests[completion.request_id] = (completion.fingerprint, completed)
        return state.projection.items[completion.item_id]

    async def now_us(self, _: str) -> int:
        """Return the time."""
        return self._now_ms() * 1000

    def expected_ms(self, tenant: str) -> int:
        """Return what the time is likely to be; see ``router.assignment.ports.StoreClock``."""
        events = self._tenants[tenant].events
        if self._expected_ms is not None:
            return self._expected_ms()
        return events[-1].at_ms if events else 0

    async def item(self, tenant: str, item_id: str) -> ItemRecord | None:
        """Return where a work item stands."""
        state = self._tenants[tenant]
        return state.projection.items.get(state.other_ids.get(item_id, item_id))

    async def items(self, tenant: str, item_ids: Sequence[str]) -> list[ItemRecord | None]:
        """Return where work items stand."""
        return [self._tenants[tenant].projection.items.get(item_id) for item_id in item_ids]

    async def waiting(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items that wait."""
        state = self._tenants[tenant]
        return [found for found in state.index(state.projection.waiting) if found[0] > after][:count]

    async def dated(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items with a next date."""
        state = self._tenants[tenant]
        return [found for found in state.index(state.projection.dated) if found[0] > after][:count]

    async def asked(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items of which something was asked."""
        asked = self._tenants[tenant].asked
        return sorted((number, item_id) for item_id, number in asked.items() if number > after)[:count]

    async def surveyed(self, tenant: str, *, before: int | None = None, count: int = 1000) -> list[tuple[int, str]]:
        """Return which customers are to be asked, the newest first."""
        surveyed = self._tenants[tenant].surveyed.items()
        listed = sorted((number, each) for each, number in surveyed if before is None or number < before)
        return listed[::-1][:count]

    async def open_offers(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items that are offered."""
        standing = self._tenants[tenant].projection.offers.standing
        places = sorted((offer.number, item_id) for item_id, offer in standing.items())
        return [place for place in places if place[0] > after][:count]

    async def standing_offers(self, tenant: str) -> Mapping[str, StandingOffer | None]:
        """Return all open offers."""
        return dict(self._tenants[tenant].projection.offers.standing)

    async def owned(
        self, tenant: str, owner: str, *, is_open: bool, after: int = 0, count: int = 1000
    ) -> list[tuple[int, str]]:
        """Return the work items of an owner."""
        state = self._tenants[tenant]
        owned = state.index(state.owned).get((owner, is_open), [])
        return [place for place in owned if place[0] > after][:count]

    async def owners(self, tenant: str) -> list[str]:
        """Return who has any work item open."""
        records = self._tenants[tenant].projection.items.values()
        return sorted({record.owner for record in records if record.state is State.ASSIGNED})

    async def covered(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items whose owner stands in for somebody."""
        state = self._tenants[tenant]
        return [place for place in state.index(state.projection.covered) if place[0] > after][:count]

    async def of_customer(
        self, tenant: str, customer: str, *, after: int = 0, before: int | None = None, count: int = 1000,
        newest_first: bool = False,
    ) -> list[tuple[int, str]]:  # fmt: skip
        """Return the work items of a customer."""
        of_customer = self._tenants[tenant].projection.customers.of(customer)
        places = [place for place in of_customer if place[0] > after and (before is None or place[0] < before)]
        return (places[::-1] if newest_first else places)[:count]

    async def last_nps(self, tenant: str, customer: str) -> int:
        """Return the event of a customer's last NPS."""
        return self._tenants[tenant].projection.customers.last_nps.get(customer, 0)

    async def repeated(self, tenant: str, request_id: str, fingerprint: str) -> Decision | Refusal | None:
        """Return the answer that a request id was given before, if any."""
        state = self._tenants[tenant]
        known = repeated_in(state, request_id, fingerprint)
        return opened_in(state, known) if isinstance(known, Decision) else known

    async def has_done(self, tenant: str, request_id: str, fingerprint: str) -> bool:
        """Say whether a request was done before; see ``router.assignment.ports.Assignments``."""
        known = self._tenants[tenant].requests.get(request_id)
        if known is not None and known[0] != fingerprint:
            raise RequestIdReused(request_id)
        return known is not None

    async def keep_request(
        self, tenant: str, request_id: str, fingerprint: str, item_id: str, *, expected: int, number: int
    ) -> bool:
        """Keep that a request was answered; see ``router.assignment.ports.Assignments``."""
        if not request_id or await self.has_done(tenant, request_id, fingerprint):
            return True
        state = self._tenants[tenant]
        record = state.projection.items.get(item_id)
        if expected and (record is None or record.version != expected):
            return False
        state.requests[request_id] = (fingerprint, state.events[number - 1] if number else None)
        return True

    async def events(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, newest_first: bool = False
    ) -> list[Event]:
        """Return a slice of the log."""
        state = self._tenants[tenant]
        end = len(state.events) if before is None else min(max(before - 1, 0), len(state.events))
        if newest_first:
            return [opened_in(state, event) for event in state.events[max(after, end - count) : end][::-1]]
        return [opened_in(state, event) for event in state.events[after : min(end, after + count)]]

    async def effects(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, whole: Outcome | None = None
    ) -> list[Event | DecisionEffect]:
        """Return a slice of the log, of decisions only what they changed but for those of an outcome."""
        page = await self.events(tenant, after=after, before=before, count=count)
        return [effect_of(event) if isinstance(event, Decision) and event.outcome != whole else event for event in page]

    async def history(self, tenant: str, item_id: str, last: int, count: int = 100) -> list[Event]:
        """Return a work item's events from a number on backwards."""
        state, number, events = self._tenants[tenant], last, list[Event]()
        while number and len(events) < count:
            events.append(opened_in(state, state.events[number - 1]))
            number = previous_of(events[-1], item_id)
        return events

    async def decisions(self, tenant: str, numbers: Sequence[int]) -> list[Decision]:
        """Return the decisions of these numbers."""
        return [event for event in self._numbered(tenant, numbers) if isinstance(event, Decision)]

    async def contents(self, tenant: str, numbers: Sequence[int]) -> list[Content]:
        """Return the events of these numbers that hold what work items are."""
        return [event for event in self._numbered(tenant, numbers) if isinstance(event, Content)]

    def _numbered(self, tenant: str, numbers: Sequence[int]) -> list[Event]:
        state = self._tenants[tenant]
        events = state.events
        for number in numbers:
            if not 0 < number <= len(events):
                raise CorruptHistory(f"tenants/{tenant}/decisions/{number}", "the log has not got it any more")
        return [opened_in(state, events[number - 1]) for number in numbers]

    async def ledger(self, tenant: str, pool: str) -> LedgerState:
        """Return a pool's ledger."""
        return self._tenants[tenant].projection.ledgers[pool].state()

    async def loads(self, tenant: str) -> dict[tuple[str, Kind], int]:
        """Return the open units by place and kind."""
        return {key: units for key, units in self._tenants[tenant].projection.loads.items() if units}

    async def worked(self, tenant: str) -> dict[tuple[str, Kind], int]:
        """Return those of the open units that were worked on."""
        return {key: units for key, units in self._tenants[tenant].projection.worked.items() if units}

    async def counts(self, tenant: str) -> dict[str, Counted]:
        """Return what was counted under caps."""
        return dict(self._tenants[tenant].projection.counts.by_field)


def _enter_customer(state: Tenant, job: BindCommand) -> None:
    """Enter whose work item a job is about, and of whom something in it is sealed."""
    customers = state.projection.customers
    customers.enter(job.move, job.item_id, state.projection.items[job.item_id].first)
    if job.openings and job.customer:
        customers.keep_sealed(job.customer, job.item_id)


def _existing(existing: Decision, record: ItemRecord) -> Decision:
    if record.answered > record.decision:  # it was offered first
        existing = existing._replace(rep=record.owner, pool=record.pool, epoch=record.epoch)
    return existing._replace(outcome=Outcome.EXISTING_OWNER)


def effect_of(made: Decision) -> DecisionEffect:
    """Return what a decision changed."""
    head, met_full = made.head, any(seen.full for seen in made.seen)
    return DecisionEffect(
        made.number, made.item_id, made.kind, made.outcome, made.rep, made.pool, made.charge, met_full, made.at_ms,
        made.previous, made.freed, head.cause, head.rule_set_revision, head.workforce_revision, head.named,
        head.item.pack(),
    )  # fmt: skip


def _version(job: BindCommand, record: ItemRecord) -> int:
    return record.event if job.mode in (Mode.ESCALATE, Mode.RAISE) else record.version


def _refused(job: BindCommand, record: ItemRecord | None) -> Refusal | None:
    """Say why a job cannot be done with a work item as it stands; None: it can."""
    if job.mode is not Mode.ROUTE and (record is None or _version(job, record) != job.expected):
        return Refusal.CONFLICT
    if job.mode is Mode.REOPEN:
        return None if record and REOPENED in TRANSITIONS[record.state] else Refusal.CONFLICT
    if record is not None and job.outcome_if_none not in TRANSITIONS[record.state]:
        return Refusal.CLOSED
    if job.mode is Mode.ROUTE and job.expected not in (ANY, record.version if record else NEW):
        return Refusal.CONFLICT
    return None


def close(
    state: Tenant, record: ItemRecord, closes: State, at_ms: int, actor: str, withdrawn: Withdrawal | None = None
) -> Completed:
    """Enter that a work item is closed."""
    completed = Completed(
        number=len(state.events) + 1,
        item_id=record.item_id,
        kind=record.kind,
        state=closes,
        rep=record.owner,
        pool=record.pool,
        epoch=record.epoch,
        previous=record.event,
        at_ms=at_ms,
        actor=actor,
        withdrawn=withdrawn,
    )
    state.events.append(completed)
    state.projection.enter_completed(completed)
    return completed


def _is_planned_for(job: BindCommand, at_ms: int) -> bool:
    return job.interval is None or job.interval[0] <= at_ms < job.interval[1]


def repeated_in(state: Tenant, request_id: str, fingerprint: str) -> Decision | Refusal | None:
    known = state.requests.get(request_id) if request_id else None
    if known is None:
        return None
    answer = known[1]
    return answer if known[0] == fingerprint and isinstance(answer, Decision) else Refusal.REQUEST_ID_REUSED


def remember_in(state: Tenant, request_id: str, fingerprint: str, answer: Decision) -> None:
    if request_id:
        state.requests[request_id] = (fingerprint, answer)
