"""``router.workforce.ports.Workforce`` in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from router.history.codec import digest, record_text, records_packed
from router.model.dispatch import Answer, StandingOffer
from router.model.errors import NotPossible, RequestIdReused, StaleRevision
from router.model.events import Settled, WorkforceChanged
from router.model.revisions import RevisionPair
from router.model.workforce import LedgerSettlement, Member, Record, RecordChange, WorkforceRecords
from router.model.workitem import Kind
from tests.twins.offers import enter_answer
from tests.twins.presence import enter_presence
from tests.twins.tenants import Tenant, Tenants


class MemoryWorkforce(Tenants):
    """The records of the workforce, and their changes."""

    async def read(self, tenant: str) -> WorkforceRecords:
        """Return the records as they are."""
        state = self._tenants[tenant]
        made = ((kind, record_id, record) for (kind, record_id), record in state.records.items())
        return replace(WorkforceRecords().with_changes(state.workforce, made), changed=dict(state.changed))

    async def changes(self, tenant: str, after: int, up_to: int | None = None) -> list[RecordChange]:
        """Return the changes of some revisions."""
        changes = self._tenants[tenant].changes
        last = self._tenants[tenant].workforce if up_to is None else up_to
        return [change for change in changes if after < change.revision <= last]

    async def kept_records(self, tenant: str, revision: int) -> WorkforceRecords:
        """Return the newest records that are kept whole."""
        kept = self._tenants[tenant].kept
        return kept[max(at)] if (at := [number for number in kept if number <= revision]) else WorkforceRecords()

    async def keep_records(self, tenant: str, records: WorkforceRecords, active: RevisionPair) -> None:
        """Keep records whole."""
        state = self._tenants[tenant]
        if active.workforce == state.workforce:
            state.kept[records.revision] = records

    async def write(
        self,
        tenant: str,
        expected: int,
        records: Mapping[tuple[str, str], Record | None],
        *,
        event_hash: str = "",
        settlements: Sequence[LedgerSettlement] = (),
        idle: Sequence[str] = (),
        leaving: Sequence[str] = (),
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
            if sum(state.projection.loads[rep, kind] for kind in Kind) > state.projection.offers.held[rep]:
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
        self._rescind(state, [settlement.pool for settlement in settlements], leaving, actor)
        for settlement in settlements:
            number = len(state.events) + 1
            at_ms = self._time_of(state)
            members = tuple(Member(member.rep, _weight_at(member, at_ms)) for member in settlement.members)
            settled = Settled(number, settlement.pool, settlement.leavers, members, at_ms)
            state.events.append(settled)
            state.projection.enter_settled(settled)
        for (kind, record_id), record in records.items():
            told_of = state.projection.presences.keys() | state.projection.offers.lapses.keys()
            if kind == "rep" and record is None and record_id in told_of:
                enter_presence(state, record_id, None, self._time_of(state), actor, is_gone=True)
        if request_id:
            state.requests[request_id] = (fingerprint, state.workforce)
        return state.workforce

    def _rescind(self, state: Tenant, pools: Sequence[str], leaving: Sequence[str], actor: str) -> None:
        """Rescind what is offered of some pools, then to some reps, the oldest offer of each first."""
        standing = state.projection.offers.standing
        settled, left = [(_of_pool(pool), "SETTLED") for pool in pools], [(_to_rep(rep), "LEFT") for rep in leaving]
        for is_meant, because in (*settled, *left):
            meant = sorted((each.number, item_id, each.rep) for item_id, each in standing.items() if is_meant(each))
            for _, item_id, rep in meant:
                enter_answer(state, item_id, Answer.RESCINDED, rep, self._time_of(state), actor, because)


def _of_pool(pool: str) -> Callable[[StandingOffer], bool]:
    return lambda offer: offer.pool == pool


def _to_rep(rep: str) -> Callable[[StandingOffer], bool]:
    return lambda offer: rep in offer.holders


def _weight_at(member: Member, at_ms: int) -> int:
    return next((step.weight for step in reversed(member.ramp) if step.from_ms <= at_ms), member.weight)
