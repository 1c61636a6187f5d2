"""All of the router's ports in plain memory: the twin that the Redis adapters are held to, and what tests and trials
run on.

Nothing is durable here, and one event loop at a time may use it. Every method finishes without awaiting anything, so
each is atomic, as a script is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from router.assignment.choice import Choice, choose, trace_hash
from router.assignment.commands import BindCommand, Completion, Mode, Refusal
from router.erasure.ports import Compacted, Counts, Erasure
from router.history.codec import digest, publication_text, record_text, records_packed
from router.history.projection import StateProjection
from router.model.decision import Decision, DecisionInputs, ObservedState, Outcome
from router.model.errors import CorruptHistory, NotFound, NotPossible, RequestIdReused, StaleRevision
from router.model.events import Completed, Erased, Event, RulesPublished, Settled, WorkforceChanged
from router.model.records import CustomerScore, ItemRecord, LedgerState
from router.model.revisions import RevisionPair
from router.model.sealing import NO_OPENINGS, Openings, is_sealed, opened
from router.model.workforce import LedgerSettlement, Pool, RecordChange, Rep, Territory, WorkforceRecords
from router.model.workitem import TRANSITIONS, Kind
from rules.revisions import Publication


@dataclass
class _Tenant:
    rules: int = 0
    workforce: int = 0
    events: list[Event] = field(default_factory=list)
    projection: StateProjection = field(default_factory=StateProjection)
    requests: dict[str, tuple[str, object]] = field(default_factory=dict)
    records: dict[tuple[str, str], Rep | Pool | Territory] = field(default_factory=dict)
    changed: dict[tuple[str, str], int] = field(default_factory=dict)
    changes: list[RecordChange] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    standings: dict[str, tuple[int, CustomerScore]] = field(default_factory=dict)
    openings: defaultdict[str, dict[bytes, bytes]] = field(default_factory=lambda: defaultdict(dict))
    subjects: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class MemoryStore:
    """Assignments, workforce and rule sets in memory.

    Parameters
    ----------
    now_ms
        Clock, in milliseconds since the epoch.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._tenants: defaultdict[str, _Tenant] = defaultdict(_Tenant)

    def _time_of(self, state: _Tenant) -> int:
        """Return the time of the next event of a log: that of the clock, but never before the last event."""
        return max(self._now_ms(), state.events[-1].at_ms if state.events else 0)

    # ------------------------------------------------------------------------------------------------------ assignments

    async def bind(
        self, tenant: str, revisions: RevisionPair, jobs: Sequence[BindCommand], *, preview: bool = False
    ) -> list[Decision | Refusal]:
        """Do the jobs in order; see ``router.assignment.ports.Assignments``."""
        state = self._tenants[tenant]
        if jobs and revisions[:2] != (state.rules, state.workforce):
            raise StaleRevision(f"tenants/{tenant}", "rules or workforce changed")
        answers = [(job, self._bind(state, job, preview=preview)) for job in jobs]
        return [
            answer if isinstance(answer, Refusal) else _opened(state, answer, {} if answer.number else job.openings)
            for job, answer in answers
        ]

    def _bind(self, state: _Tenant, job: BindCommand, *, preview: bool) -> Decision | Refusal:
        repeated = _repeated(state, job.request_id, job.fingerprint)
        if repeated is not None:
            return repeated
        record = state.projection.items.get(job.item_id)
        if job.mode is not Mode.ROUTE and (record is None or record.version != job.expected):
            return Refusal.CONFLICT
        if job.mode is Mode.ROUTE and record is not None and record.owner:
            existing = state.events[record.decision - 1]
            assert isinstance(existing, Decision)
            answer = existing._replace(outcome=Outcome.EXISTING_OWNER)
            if not preview:
                _remember(state, job.request_id, job.fingerprint, answer)
            return answer
        if record is not None and job.outcome_if_none not in TRANSITIONS[record.state]:
            return Refusal.CLOSED
        seen = state.projection.see(job.attempts, job.kind)
        choice = choose(job.attempts, seen, job.rotation, job.named)
        if job.named and choice.rep != job.named:
            return Refusal.FULL
        if job.mode is Mode.WAKE and not choice.rep:
            return Refusal.NOBODY
        decision = self._decide(state, job, record, seen, choice)
        if preview:
            return decision._replace(number=0)
        state.events.append(decision)
        state.openings[job.item_id].update(job.openings)
        if job.openings and job.customer:
            state.subjects[job.customer].add(job.item_id)
        state.projection.enter_decision(decision, job.attempts, choice)
        _remember(state, job.request_id, job.fingerprint, decision)
        return decision

    def _decide(
        self,
        state: _Tenant,
        job: BindCommand,
        record: ItemRecord | None,
        seen: tuple[ObservedState, ...],
        choice: Choice,
    ) -> Decision:
        outcome = Outcome.ASSIGNED if choice.rep else Outcome(job.outcome_if_none)
        epoch = (record.epoch if record else 0) + bool(choice.rep)
        candidates = [candidates for candidates, _ in job.attempts]
        return Decision(
            number=len(state.events) + 1,
            item_id=job.item_id,
            kind=job.kind,
            outcome=outcome,
            rep=choice.rep,
            pool=choice.pool,
            epoch=epoch,
            charge=choice.charge,
            seen=seen,
            stand=choice.stand,
            trace_hash=trace_hash(candidates, seen, outcome, choice, epoch),
            previous=record.event if record else 0,
            at_ms=self._time_of(state),
            head=job.head,
            freed=record.owner if choice.rep and record else "",
        )

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
        if record.version != completion.expected or completion.state not in TRANSITIONS[record.state]:
            return Refusal.CONFLICT
        if preview:
            return replace(record, state=completion.state)
        completed = Completed(
            number=len(state.events) + 1,
            item_id=record.item_id,
            kind=record.kind,
            state=completion.state,
            rep=record.owner,
            pool=record.pool,
            epoch=record.epoch,
            previous=record.event,
            at_ms=self._time_of(state),
            actor=completion.actor,
        )
        state.events.append(completed)
        state.projection.enter_completed(completed)
        if completion.request_id:
            state.requests[completion.request_id] = (completion.fingerprint, completed)
        return state.projection.items[completion.item_id]

    async def item(self, tenant: str, item_id: str) -> ItemRecord | None:
        """Return where a work item stands."""
        return self._tenants[tenant].projection.items.get(item_id)

    async def items(self, tenant: str, item_ids: Sequence[str]) -> list[ItemRecord | None]:
        """Return where work items stand."""
        return [self._tenants[tenant].projection.items.get(item_id) for item_id in item_ids]

    async def waiting(self, tenant: str, *, after: int = 0, count: int = 1000) -> list[tuple[int, str]]:
        """Return the work items that wait."""
        return [found for found in self._tenants[tenant].projection.waiting() if found[0] > after][:count]

    async def owned(
        self, tenant: str, owner: str, *, is_open: bool, after: int = 0, count: int = 1000
    ) -> list[tuple[int, str]]:
        """Return the work items of an owner."""
        owned = self._tenants[tenant].projection.owned(owner, is_open=is_open)
        return [place for place in owned if place[0] > after][:count]

    async def repeated(self, tenant: str, request_id: str, fingerprint: str) -> Decision | Refusal | None:
        """Return the answer that a request id was given before, if any."""
        state = self._tenants[tenant]
        known = _repeated(state, request_id, fingerprint)
        return _opened(state, known) if isinstance(known, Decision) else known

    async def events(
        self, tenant: str, *, after: int = 0, before: int | None = None, count: int = 100, newest_first: bool = False
    ) -> list[Event]:
        """Return a slice of the log."""
        state = self._tenants[tenant]
        chosen = state.events[after : None if before is None else max(before - 1, 0)]
        page = chosen[::-1][:count] if newest_first else chosen[:count]
        return [_opened(state, event) if isinstance(event, Decision) else event for event in page]

    async def decisions(self, tenant: str, numbers: Sequence[int]) -> list[Decision]:
        """Return the decisions of these numbers."""
        state = self._tenants[tenant]
        events = state.events
        for number in numbers:
            if not 0 < number <= len(events):
                raise CorruptHistory(f"tenants/{tenant}/decisions/{number}", "the log has not got it any more")
        return [_opened(state, event) for number in numbers if isinstance(event := events[number - 1], Decision)]

    async def ledger(self, tenant: str, pool: str) -> LedgerState:
        """Return a pool's ledger."""
        return self._tenants[tenant].projection.ledgers[pool].state()

    async def loads(self, tenant: str) -> dict[tuple[str, Kind], int]:
        """Return the open units by rep and kind."""
        return {key: units for key, units in self._tenants[tenant].projection.loads.items() if units}

    # -------------------------------------------------------------------------------------------------------- workforce

    async def read(self, tenant: str) -> WorkforceRecords:
        """Return the records as they are."""
        state = self._tenants[tenant]
        reps = {record.id: record for record in state.records.values() if isinstance(record, Rep)}
        pools = {record.id: record for record in state.records.values() if isinstance(record, Pool)}
        territories = {record.id: record for record in state.records.values() if isinstance(record, Territory)}
        return WorkforceRecords(state.workforce, reps, pools, territories, dict(state.changed))

    async def changes(self, tenant: str, after: int, up_to: int | None = None) -> list[RecordChange]:
        """Return the changes of some revisions."""
        changes = self._tenants[tenant].changes
        last = self._tenants[tenant].workforce if up_to is None else up_to
        return [change for change in changes if after < change.revision <= last]

    async def write(
        self,
        tenant: str,
        expected: int,
        records: Mapping[tuple[str, str], Rep | Pool | Territory | None],
        *,
        event_hash: str = "",
        settlements: Sequence[LedgerSettlement] = (),
        idle: Sequence[str] = (),
        request_id: str = "",
        fingerprint: str = "",
        actor: str = "",
    ) -> int:
        """Write records as one new revision; see ``router.workforce.ports.Workforce``."""
        state = self._tenants[tenant]
        if request_id and request_id in state.requests:
            if state.requests[request_id][0] != fingerprint:
                raise RequestIdReused(request_id)
            revision = state.requests[request_id][1]
            assert isinstance(revision, int)
            return revision
        if (state.workforce, "") != (expected, event_hash):  # memory is never lost, so it needs no hashes of events
            raise StaleRevision(f"tenants/{tenant}", "the workforce changed")
        for rep in idle:
            if any(state.projection.loads[rep, kind] for kind in Kind):
                raise NotPossible(f"tenants/{tenant}/reps/{rep}", "owns open work")
        state.workforce += 1
        for (kind, record_id), record in records.items():
            state.changes.append(RecordChange(state.workforce, kind, record_id, record))
            if record is None:
                state.records.pop((kind, record_id), None)
                state.changed.pop((kind, record_id), None)
            else:
                state.records[kind, record_id] = record
                state.changed[kind, record_id] = state.workforce
        texts = [(f"{kind}/{record_id}", record_text(kind, rec)) for (kind, record_id), rec in records.items()]
        names = tuple(name for name, _ in texts)
        changed = digest(records_packed(texts))
        number = len(state.events) + 1
        state.events.append(WorkforceChanged(number, state.workforce, names, changed, self._time_of(state), actor))
        for settlement in settlements:
            number = len(state.events) + 1
            settled = Settled(number, settlement.pool, settlement.leavers, settlement.members, self._time_of(state))
            state.events.append(settled)
            state.projection.enter_settled(settled)
        if request_id:
            state.requests[request_id] = (fingerprint, state.workforce)
        return state.workforce

    # -------------------------------------------------------------------------------------------------------- rule sets

    async def publish(
        self,
        tenant: str,
        expected: int | None,
        publication: Publication,
        *,
        request_id: str = "",
        fingerprint: str = "",
    ) -> Publication:
        """Make it the active revision; see ``router.rules.ports.RuleSets``."""
        state = self._tenants[tenant]
        if request_id and request_id in state.requests:
            if state.requests[request_id][0] != fingerprint:
                raise RequestIdReused(request_id)
            earlier = state.requests[request_id][1]
            assert isinstance(earlier, Publication)
            return earlier
        if expected is not None and expected != state.rules:
            raise StaleRevision(f"tenants/{tenant}/ruleSets/active", f"the active revision is {state.rules}")
        state.rules += 1
        published = replace(publication, revision=state.rules, at_ms=self._time_of(state))
        state.publications.append(published)
        content = digest(publication_text(publication).encode())
        number, back = len(state.events) + 1, publication.rollback_of
        state.events.append(RulesPublished(number, state.rules, back, content, self._time_of(state), publication.actor))
        if request_id:
            state.requests[request_id] = (fingerprint, published)
        return published

    async def tenants(self) -> list[str]:
        """Return every tenant that ever published rules."""
        return sorted(tenant for tenant, state in self._tenants.items() if state.rules)

    async def publication(self, tenant: str, revision: int | None = None) -> Publication | None:
        """Return a revision, or the active one."""
        publications = self._tenants[tenant].publications
        wanted = len(publications) if revision is None else revision
        return publications[wanted - 1] if 0 < wanted <= len(publications) else None

    async def publications(self, tenant: str, *, before: int | None = None, count: int = 50) -> list[Publication]:
        """Return revisions, newest first."""
        publications = self._tenants[tenant].publications
        return [found for found in publications[::-1] if before is None or found.revision < before][:count]

    async def revisions(self, tenant: str) -> RevisionPair:
        """Return the active rule set's revision and the workforce's."""
        state = self._tenants[tenant]
        return RevisionPair(state.rules, state.workforce)

    # --------------------------------------------------------------------------------------------------------- erasing

    async def items_of(self, tenant: str, customer: str, *, after: str = "", count: int = 500) -> list[str]:
        """Return work items of a customer; see ``router.erasure.ports.PersonalValues``."""
        return sorted(item_id for item_id in self._tenants[tenant].subjects[customer] if item_id > after)[:count]

    async def stored_inputs(self, tenant: str, item_ids: Sequence[str]) -> list[DecisionInputs]:
        """Return what decisions were made from, as it is stored."""
        events = self._tenants[tenant].events
        return [event.head for event in events if isinstance(event, Decision) and event.item_id in item_ids]

    async def erased_before(self, tenant: str, request_id: str, fingerprint: str) -> Counts | None:
        """Return what a request erased before."""
        known = self._tenants[tenant].requests.get(request_id)
        if known is None:
            return None
        if known[0] != fingerprint:
            raise RequestIdReused(request_id)
        assert isinstance(known[1], Counts)
        return known[1]

    async def erase(self, tenant: str, erasure: Erasure, *, preview: bool = False) -> Counts:
        """Erase; see ``router.erasure.ports.PersonalValues``."""
        if erasure.request_id and not preview:
            known = await self.erased_before(tenant, erasure.request_id, erasure.fingerprint)
            if known is not None:
                return known
        state = self._tenants[tenant]
        sealed = tuple(item_id for item_id in erasure.item_ids if state.openings[item_id])
        values, scores = (
            sum(len(state.openings[item_id]) for item_id in sealed),
            int(erasure.customer in state.standings),
        )
        here = (len(sealed), values, erasure.submissions, scores)
        counts = Counts(*map(sum, zip(erasure.before, here, strict=True)))
        if preview:
            return counts
        for item_id in erasure.item_ids:
            state.openings.pop(item_id, None)
            state.subjects[erasure.customer].discard(item_id)
        state.standings.pop(erasure.customer, None)
        if any(here):
            erased = Erased(len(state.events) + 1, sealed, *here[1:], self._time_of(state), erasure.actor)
            state.events.append(erased)
            state.projection.enter_erased(erased)
        if erasure.request_id:
            state.requests[erasure.request_id] = (erasure.fingerprint, counts)
        return counts

    async def is_sealed(self, tenant: str) -> bool:  # noqa: ARG002 (every tenant's is)
        """Memory forgot whatever was not."""
        return True

    async def compact(self) -> Compacted:
        """Memory has no files."""
        return Compacted(self._now_ms())

    # -------------------------------------------------------------------------------------------------- known customers

    async def keep(self, tenant: str, scores: Sequence[tuple[str, float, str, int]]) -> None:
        """Keep scores; see ``RedisCustomerScores.keep``."""
        standings = self._tenants[tenant].standings
        for customer, churn_risk, value_tier, as_of_ms in scores:
            earlier, standing = standings.get(customer, (as_of_ms, CustomerScore(churn_risk)))
            if as_of_ms >= earlier:
                standings[customer] = as_of_ms, CustomerScore(churn_risk, value_tier or standing.value_tier)

    async def standings(self, tenant: str, customers: Collection[str]) -> dict[str, CustomerScore]:
        """Return what is known of customers; see ``router.assignment.ports.CustomerScores``."""
        known = self._tenants[tenant].standings
        return {customer: known[customer][1] for customer in customers if customer in known}


def _opened(state: _Tenant, decision: Decision, openings: Openings = NO_OPENINGS) -> Decision:
    """Open what is sealed in a decision, with what is kept beside the log or, for a preview, comes with the job."""
    return opened(decision, openings or state.openings[decision.item_id]) if is_sealed(decision.head) else decision


def _repeated(state: _Tenant, request_id: str, fingerprint: str) -> Decision | Refusal | None:
    known = state.requests.get(request_id) if request_id else None
    if known is None:
        return None
    answer = known[1]
    return answer if known[0] == fingerprint and isinstance(answer, Decision) else Refusal.REQUEST_ID_REUSED


def _remember(state: _Tenant, request_id: str, fingerprint: str, answer: Decision) -> None:
    if request_id:
        state.requests[request_id] = (fingerprint, answer)
