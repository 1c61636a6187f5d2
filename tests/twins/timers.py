"""``router.timers.ports.Timers`` in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from router.model.digests import ALL_REPS, DigestBook, MadeDigest
from router.model.dispatch import Answer
from router.model.errors import StaleRevision
from router.model.events import LAPSE, WAKE, Credited, Digested, Fired, LeaveCredit
from router.model.records import ItemRecord
from router.model.revisions import RevisionPair
from router.model.workitem import State
from router.timers.ports import MAX_TIMERS
from router.timers.timer import Position, Timer, TimerStatus, gives, is_made, is_of_deadline, is_of_presence, may_fire
from tests.twins.kept_timers import KeptTimers
from tests.twins.offers import enter, enter_answer
from tests.twins.presence import enter_presence
from tests.twins.tenants import Tenant, Tenants


class MemoryTimers(Tenants):
    """What falls due, by work item."""

    async def followed(self, tenant: str) -> Position:
        """Return how far the log was followed."""
        return self._tenants[tenant].followed

    async def set_timers(
        self, tenant: str, before: Position, after: Position, timers: Mapping[str, Sequence[Timer]]
    ) -> bool:
        """Have work items have these timers and no others; see ``router.timers.ports.Timers``."""
        state = self._tenants[tenant]
        if state.followed.event != before.event:
            return False
        for item_id, of_item in timers.items():
            state.timers.set(item_id, of_item)
        if state.followed_since is None:
            state.followed_since = len(state.events)
        state.followed = after
        self._note_what_is_due(state)
        return True

    async def skip(
        self, tenant: str, before: Position, *, processes: int, may_wait: bool, may_be_offered: bool = False
    ) -> int:
        """Have the log be followed to its end unread."""
        state = self._tenants[tenant]
        after = before._replace(event=len(state.events))
        changed = (*before.revisions, processes) != (state.rules, state.workforce, len(state.processes))
        may_fall_due = changed or state.timers or state.projection.presences or state.projection.dated()
        is_offered = bool(state.projection.offers.standing)
        if state.followed[:3] != before[:3] or may_fall_due or (not may_wait and _waits(state)):
            return 0
        if is_offered and not may_be_offered:
            return 0
        state.followed = after
        return after.event - before.event

    async def fire(
        self, tenant: str, count: int = MAX_TIMERS, *, skip: Callable[[str, object], object] = lambda *_: None
    ) -> int:
        """Fire what is due; every record can be read here."""
        del skip
        state = self._tenants[tenant]
        fires = [timer for timer in state.timers.due(self._time_of(state)) if not is_made(timer)]
        return self._fire(state, fires[:count])

    async def leave(
        self, tenant: str, timers: Sequence[Timer], *, skip: Callable[[str, object], object] = lambda *_: None
    ) -> int:
        """Fire steps that would give work items to somebody else."""
        del skip
        state = self._tenants[tenant]
        return self._fire(state, [timer for timer in timers if timer in state.timers])

    def _fire(self, state: Tenant, timers: Sequence[Timer]) -> int:
        now_ms = self._time_of(state)
        due = [timer for timer in timers if timer.due_ms <= now_ms]
        for timer in due:
            rep = timer.item_id.partition("/")[2]
            if is_of_presence(timer) and state.projection.presences.get(rep) == timer.due_ms:
                enter_presence(state, rep, None, now_ms, "")
            record = state.projection.items.get(timer.item_id)
            if record is not None and may_fire(record, timer.name, timer.entry, timer.step):
                _fire_one(state, record, timer, now_ms)
        state.timers.discard(due)
        self._note_what_is_due(state)
        return len(due)

    async def credit(self, tenant: str, planned: RevisionPair, timer: Timer, step: LeaveCredit) -> bool:
        """Make a step of a credit."""
        state = self._tenants[tenant]
        if planned.workforce != state.workforce:
            raise StaleRevision(f"tenants/{tenant}", "the workforce changed")
        now_ms = self._time_of(state)
        amount = state.projection.ledgers[step.pool].amount_of(step, now_ms)
        if timer not in state.timers or timer.due_ms > now_ms or amount is None:
            return False
        credited = Credited(len(state.events) + 1, step, amount, state.workforce, now_ms)
        state.events.append(credited)
        state.projection.enter_credited(credited)
        state.timers.discard([timer])
        self._note_what_is_due(state)
        return True

    async def make_digest(self, tenant: str, planned: RevisionPair, timer: Timer, made: MadeDigest) -> bool:
        """Write a list of what falls due."""
        state = self._tenants[tenant]
        if planned.workforce != state.workforce:
            raise StaleRevision(f"tenants/{tenant}", "the workforce changed")
        now_ms, book = self._time_of(state), state.projection.digests
        last_ms = book.due_ms.get((made.rep, made.kind), -1)
        if timer not in state.timers or timer.due_ms > now_ms or not last_ms < made.due_ms <= now_ms:
            return False
        previous, before = book.last.get(made.rep, 0), book.last.get(ALL_REPS, 0)
        digested = Digested(len(state.events) + 1, made, state.workforce, previous, before, now_ms)
        state.events.append(digested)
        state.projection.enter_digested(digested)
        state.timers.discard([timer])
        self._note_what_is_due(state)
        return True

    async def digests(self, tenant: str, reps: Collection[str] | None = None) -> DigestBook:
        """Return which lists were made last."""
        book = self._tenants[tenant].projection.digests
        asked = book.last if reps is None else {ALL_REPS, *reps}
        due_ms = {(rep, kind): at_ms for (rep, kind), at_ms in book.due_ms.items() if rep in asked}
        return DigestBook(due_ms, {rep: number for rep, number in book.last.items() if rep in asked})

    async def timer_status(self, tenant: str) -> TimerStatus:
        """Return how the timers stand."""
        state = self._tenants[tenant]
        since = len(state.events) if state.followed_since is None else state.followed_since
        unread = state.events[max(state.followed.event, since) :]
        unread_ms = unread[0].at_ms if unread else None
        followed, events, now_ms = state.followed.event, len(state.events), self._time_of(state)
        timers = state.timers
        return TimerStatus(len(timers), timers.first_ms, followed, events, unread_ms, now_ms, state.due_since_ms)

    def _note_what_is_due(self, state: Tenant) -> None:
        now_ms = self._now_ms()
        first_ms = state.timers.first_ms
        is_due = first_ms is not None and first_ms <= now_ms
        state.due_since_ms = (now_ms if state.due_since_ms is None else state.due_since_ms) if is_due else None

    async def timers(self, tenant: str, start: int = 0, count: int = 1000) -> list[Timer]:
        """Return timers in the order of due."""
        return self._tenants[tenant].timers.in_order(start, count)

    async def forget_timers(self, tenant: str) -> None:
        """Throw all away."""
        state = self._tenants[tenant]
        state.timers, state.followed = KeptTimers(), Position()
        state.followed_since = state.due_since_ms = None


def _waits(state: Tenant) -> bool:
    return any(record.state is State.QUEUED for record in state.projection.items.values())


def _fire_one(state: Tenant, record: ItemRecord, timer: Timer, now_ms: int) -> None:
    if timer.name == LAPSE:
        _lapse(state, record, now_ms)
        return
    if any(
        later[:3] == timer[:3] and later.step == timer.step + 1 and later.due_ms <= now_ms and not gives(later.name)
        for later in state.timers.of(timer.item_id)
        if is_of_deadline(timer.name)
    ):
        return  # of what is told late the last is told alone
    previous = 0 if timer.name == WAKE else record.event
    workforce = state.workforce if is_of_deadline(timer.name) else 0
    fired = Fired(len(state.events) + 1, *timer, now_ms, previous, workforce)
    state.events.append(fired)
    state.projection.enter_fired(fired)


def _lapse(state: Tenant, record: ItemRecord, now_ms: int) -> None:
    """Have an offer lapse; whoever is set away for it is so before."""
    assert record.offer is not None
    rep = record.offer.rep
    if rep and state.projection.answered(record.item_id, Answer.LAPSED, rep, 0, now_ms).set_away:
        number = len(state.events) + 2
        answered = state.projection.answered(record.item_id, Answer.LAPSED, rep, number, now_ms)
        enter_presence(state, rep, 0, now_ms, "")
        enter(state, answered)
    else:
        enter_answer(state, record.item_id, Answer.LAPSED, rep, now_ms)
