"""What must hold after each event of the log: how often it was looked at, and how often it mattered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from router.deadlines.notices import Notice
from router.fairness.report import report
from router.model.caps import Cap
from router.model.decision import Block, Cause, Decision, Outcome, Way
from router.model.dispatch import Answer
from router.model.events import ActivityRecorded, Completed, Event, Fired, OfferAnswered, PresenceChanged
from router.model.records import Counted, ItemRecord, LedgerState
from router.model.workforce import MICROS, Pool
from router.model.workitem import CLOSED_STATES, Kind, State
from tests.simulation.agenda import DAY_MS
from tests.simulation.books import ASK_FOR_SKILL, Books, recused_of
from tests.simulation.covering import Covering
from tests.simulation.crediting import Crediting
from tests.simulation.lives import is_of_deadline
from tests.simulation.moving import Moving
from tests.simulation.offering import Offering
from tests.simulation.order import passed_over
from tests.simulation.processing import Processing
from tests.simulation.promise import Finding, Promise, Tally
from tests.simulation.truth import Truth
from tests.simulation.usage import Given, Usage


class Checks:
    """Holds each event against the promises.

    Parameters
    ----------
    truth
        What is so.
    tally
        Takes down what holds.
    """

    def __init__(self, truth: Truth, tally: Tally) -> None:
        self.truth = truth
        self.note = tally.note
        self._decided = tally.decided
        self.is_stalled = False
        """Whether nobody follows the log for its timers: what waits is not woken in time then, nor in order."""
        self.owners: dict[str, tuple[str, int]] = {}
        """Open work items: owner and epoch."""
        self.waiting: dict[str, tuple[int, Decision]] = {}
        """Work items that wait: number of their first event, and the decision by which they do."""
        self._first: dict[str, int] = {}
        self._epochs: dict[str, int] = {}
        self._kinds: dict[str, Kind] = {}
        self._open: defaultdict[tuple[str, Kind], int] = defaultdict(int)
        self._offers: dict[str, Decision] = {}
        self._last_ms = 0
        self._usage = Usage()
        self._fired: set[tuple[str, str, int, int]] = set()
        self._crediting = Crediting(truth)
        self._books = Books(truth)
        self.offering = Offering(truth, self._books)
        self.covering = Covering(truth)
        self.moving = Moving()
        self.processing = Processing(truth)
        self.closed: dict[str, int] = {}
        """Work items that are closed, and since when; but those that were asked for again."""
        self._closed_ms: dict[str, int] = {}

    def enter(self, event: Event) -> None:
        """Take in an event of the log."""
        self.note(
            Promise.TIME, event.at_ms >= self._last_ms, f"event {event.number}", decided=event.at_ms > self._last_ms
        )
        self._last_ms = event.at_ms
        for finding in self.processing.enter(event, is_stalled=self.is_stalled):
            self.note(*finding)
        for follows in (self._crediting, self._books, self.offering, self.covering, self.moving):
            for finding in follows.enter(event):
                self.note(*finding)
        match event:
            case OfferAnswered():
                self._enter_answer(event)
            case ActivityRecorded(is_first_attempt=True):
                self._usage.work(event.item_id)
            case Decision():
                self._enter_decision(event)
            case Fired(name=name) if not is_of_deadline(name):
                self._enter_fired(event)
            case PresenceChanged(rep=rep, until_ms=until_ms):
                self.truth.away.pop(rep, None)
                if until_ms is not None:
                    self.truth.away[rep] = until_ms
            case Completed():
                self._leave(event.item_id)
                self.closed[event.item_id] = self._closed_ms[event.item_id] = event.at_ms

    def take(self, findings: list[Finding]) -> None:
        """Note findings, and leave none."""
        for finding in findings:
            self.note(*finding)
        findings.clear()

    def is_over(self, item_id: str, at_ms: int) -> bool:
        """Say whether the days are over within which what was closed may be reopened."""
        return at_ms - self._closed_ms.get(item_id, 0) > self.truth.records.settings.reopening_days * DAY_MS

    def check_ledger(self, pool_id: str, state: LedgerState) -> None:
        """Hold a ledger to what holds of it behind each event."""
        total, is_used = sum(state.deficits.values()), any(state.deficits.values())
        self.note(Promise.SUM, total == 0, f"{pool_id}: {total} micro-units", decided=is_used)
        fair = report(self.truth.records.pools[pool_id], state)
        holds = fair.worst <= fair.bound + 1e-9  # the binary fractions of a lead
        self.note(Promise.BOUND, holds, f"{pool_id}: {fair.worst} of {fair.bound}", decided=is_used)
        self.note(*self._crediting.outstanding(pool_id, state.credits))
        for finding in self._books.stored(pool_id, state, fair):
            self.note(*finding)

    def check_offers(self, now_ms: int) -> None:
        """See that no offer stands whose time is over, and nobody is there who let too many lapse."""
        for finding in () if self.is_stalled else self.offering.overdue(max(now_ms, self._last_ms)):
            self.note(*finding)

    def check_moves(self, now_ms: int) -> None:
        """See that what was to move did, once the log was read: of many, for an update, and to who stands in."""
        for finding in (*self.moving.verdicts(), *self.moving.undecided()):
            self.note(*finding)
        for finding in () if self.is_stalled else self.covering.look(max(now_ms, self._last_ms)):
            self.note(*finding)

    def check_processes(self, now_ms: int, notices: Sequence[Notice]) -> None:
        """See that every step that is due was done, every child opened, and everybody told who is to be."""
        for finding in () if self.is_stalled else self.processing.undone(max(now_ms, self._last_ms)):
            self.note(*finding)
        for finding in self.processing.heard(notices, is_stalled=self.is_stalled):
            self.note(*finding)

    def check_kept(self, records: Sequence[ItemRecord | None]) -> None:
        """Hold what the store has of each lead that there ever was to what the log made of it."""
        there = [record for record in records if record]
        self.note(Promise.KEPT, len(there) == len(records), f"{len(records) - len(there)} are gone")
        for record in there:
            place = self.moving.places.get(record.item_id)
            same = place.state == record.state if place else record.state in CLOSED_STATES
            self.note(Promise.KEPT, same, f"{record.item_id} is {record.state} and not {place}")
        owned = [record for record in there if record.state is State.ASSIGNED]
        for finding in self.covering.stored(owned):
            self.note(*finding)

    def check_credits(self, now_ms: int) -> None:
        """See that nothing that is due of a credit was left undone."""
        for finding in () if self.is_stalled else self._crediting.undone(max(now_ms, self._last_ms)):
            self.note(*finding)

    def _enter_decision(self, decision: Decision) -> None:
        item_id, name = decision.item_id, f"decision {decision.number}"
        self._first.setdefault(item_id, decision.number)
        self._kinds[item_id] = decision.kind
        if decision.head.cause is Cause.REOPENED:
            self.note(Promise.REOPENED, not self.is_over(item_id, decision.at_ms), name, decided=False)
        is_offer = decision.outcome is Outcome.OFFERED
        if is_offer:
            self._offers[item_id] = decision
        before = self._epochs.get(item_id, 0)
        grows = bool(decision.rep) and not is_offer
        promise = Promise.OFFERED if is_offer else Promise.EPOCH
        self.note(promise, decision.epoch == before + grows, name, decided=is_offer or before > 0)
        self._epochs[item_id] = decision.epoch
        if decision.rep or is_offer:
            if item_id in self.waiting and decision.head.cause is Cause.WOKEN:
                self._decided[Promise.WAKING] += 1
                self._check_order(decision)
            if decision.rep:
                self._check_owner(decision)  # what is moved within a pool is nothing new: it has not left it yet
            self._leave(item_id)
            if decision.rep:
                self._give(decision)
            if not is_offer:
                self.owners[item_id] = decision.rep, decision.epoch
        elif decision.outcome is Outcome.WAITING and item_id not in (self.owners.keys() | self.offering.standing):
            self.waiting[item_id] = self._first[item_id], decision

    def _give(self, decision: Decision) -> None:
        """Count what a rep gets, or is offered: both take room."""
        is_theirs_again = decision.way is Way.APART and decision.head.named != ""
        self._usage.give(decision.pool, _given_by(decision), is_new=not is_theirs_again)
        self._open[decision.rep, decision.kind] += 1

    def _enter_answer(self, event: OfferAnswered) -> None:
        """Enter what became of an offer: who accepts is the owner, and what nobody accepts waits."""
        item_id, name, before = event.item_id, f"event {event.number}", self._epochs.get(event.item_id, 0)
        accepted = event.answer is Answer.ACCEPTED
        self.note(Promise.OFFERED, event.epoch == before + accepted, f"{name}: epoch {event.epoch} after {before}")
        self._epochs[item_id] = event.epoch
        decision = self._offers.get(item_id)
        if decision is None:
            self.note(Promise.OFFERED, False, f"{name}: {item_id} was never offered")
        elif accepted:
            self.note(Promise.OFFERED, item_id not in self.owners, f"{name}: {item_id} has an owner")
            if not decision.rep:
                self._accept_of_many(decision._replace(rep=event.rep, pool=event.pool, at_ms=event.at_ms))
            self.owners[item_id] = event.rep, event.epoch
        elif not event.stays_open:
            if decision.rep:
                was_given = self._usage.take_back(item_id, decision.pool)
                self.note(Promise.UNDONE, was_given, f"{name}: {item_id} was given to nobody", decided=False)
                self._open[decision.rep, decision.kind] -= 1
            self.waiting[item_id] = self._first[item_id], decision

    def _accept_of_many(self, decision: Decision) -> None:
        """Enter who accepts what many have: they need not be there, but must have room."""
        rep, name = decision.rep, f"{decision.item_id}: {decision.rep}"
        record = self.truth.records.reps.get(rep)
        self.note(Promise.ACTIVE, record is not None and record.active, name)
        limit, count = record.capacity.get(decision.kind) if record else None, self._open[rep, decision.kind]
        fits = limit is None or count < limit
        self.note(Promise.CAPACITY, fits, f"{name} has {count} of {limit}", decided=False)
        above = next(self._reached(decision.pool, _given_by(decision)), None)
        self.note(Promise.CAPS, above is None, f"{name}: {above}", decided=False)
        self._give(decision)

    def _enter_fired(self, fired: Fired) -> None:
        once = fired.item_id, fired.name, fired.entry, fired.step
        waits = fired.item_id in self.waiting and self.waiting[fired.item_id][1].number == fired.entry
        holds = waits and once not in self._fired and fired.due_ms <= fired.at_ms
        self.note(Promise.FIRED, holds, f"event {fired.number}: {once}")
        self._fired.add(once)

    def check_room(self, loads: Mapping[tuple[str, Kind], int], counts: Mapping[str, Counted], now_ms: int) -> None:
        """Hold what is open, and what was counted under caps in the present windows, to what was given and kept."""
        self.note(Promise.UNDONE, *self._usage.same_open(loads), decided=False)
        for pool in self.truth.records.pools.values():
            for difference in self._usage.differences(pool, self._zone(pool), counts, max(now_ms, self._last_ms)):
                self.note(Promise.UNDONE, False, difference)

    def _zone(self, pool: Pool | None) -> str:
        records = self.truth.records
        calendar = records.calendars.get(pool.calendar or records.settings.calendar) if pool else None
        return calendar.time_zone if calendar else records.settings.time_zone

    def _leave(self, item_id: str) -> None:
        self.waiting.pop(item_id, None)
        self._usage.close(item_id)
        if item_id in self.owners:
            self._open[self.owners.pop(item_id)[0], self._kinds[item_id]] -= 1

    def _check_owner(self, decision: Decision) -> None:
        """Hold an owner against all that may have spoken against them."""
        rep, at_ms, truth = decision.rep, decision.at_ms, self.truth
        name = f"decision {decision.number}: {rep}"
        record = truth.records.reps.get(rep)
        pool = truth.records.pools.get(decision.pool)
        is_member = pool is None or any(member.rep == rep for member in pool.members)
        self.note(Promise.ACTIVE, record is not None and record.active and is_member, name)
        if decision.head.named:
            return
        rule = (*decision.head.matched_rules, "")[0]
        if decision.head.steps[len(decision.seen) - 1] == ASK_FOR_SKILL.get(rule):
            skill = decision.head.item.attributes["skill"]
            has_it = record is not None and skill in record.attributes.get("skills", ())  # type: ignore[operator]
            self.note(Promise.SKILL, has_it, f"{name} lacks {skill}")
        off_duty = pool is not None and any(not truth.works(member.rep, pool.id, at_ms) for member in pool.members)
        self.note(Promise.HOURS, truth.works(rep, decision.pool, at_ms), name, decided=off_duty)
        on_leave = pool is not None and any(truth.is_on_leave(member.rep, at_ms) for member in pool.members)
        self.note(Promise.LEAVE, not truth.is_on_leave(rep, at_ms), name, decided=on_leave)
        capped = any(block[1] == Block.REACHED_CAP for seen in decision.seen for block in seen.blocked)
        above = next(self._reached(decision.pool, _given_by(decision)), None)
        self.note(Promise.CAPS, above is None, f"{name}: {above}", decided=capped)
        away = pool is not None and any(truth.is_away(member.rep, at_ms) for member in pool.members)
        self.note(Promise.AWAY, not truth.is_away(rep, at_ms), name, decided=away)
        limit, count = record.capacity.get(decision.kind) if record else None, self._open[rep, decision.kind]
        fits = limit is None or count < limit
        self.note(Promise.CAPACITY, fits, f"{name} has {count} of {limit}", decided=bool(decision.seen[-1].full))

    def _reached(self, pool_id: str, given: Given) -> Iterator[Cap]:
        """Yield the caps of a pool that one work item more would be above."""
        pool = self.truth.records.pools.get(pool_id)
        zone = self._zone(pool)
        for cap in pool.caps if pool else ():
            if self._usage.reached(cap, given, pool_id, zone):
                yield cap

    def _check_order(self, decision: Decision) -> None:
        """See that nothing older that asks the same of the same pool was passed over."""
        if self.is_stalled:
            return
        refused = {item_id for item_id in self.waiting if self.offering.refused.get(item_id)}
        older = passed_over(decision.item_id, self.waiting, self.truth.records.pools, refused)
        self.note(
            Promise.ORDER, not older, f"decision {decision.number} before {older[:3]}", decided=len(self.waiting) > 1
        )

    def check_waiting(self, now_ms: int) -> None:
        """See that nobody could take what waits: the oldest of each sort is looked at."""
        if self.is_stalled:
            return
        at_ms, oldest = max(now_ms, self._last_ms), dict[tuple[object, ...], str]()
        for item_id, (_, decision) in sorted(self.waiting.items(), key=lambda pair: pair[1][0]):
            skill = decision.head.item.attributes.get("skill")
            oldest.setdefault((decision.head.steps, skill, decision.kind), item_id)
        for item_id in oldest.values():
            taker = self._taker(self.waiting[item_id][1], at_ms)
            self.note(Promise.WAKING, not taker, f"{item_id} at {at_ms}: {taker} could take it", decided=False)

    def _taker(self, decision: Decision, at_ms: int) -> str:
        """Return somebody of the route's first pool who could take a work item; empty for nobody."""
        pool_id = decision.head.steps[0].removeprefix("pool ")
        pool = self.truth.records.pools.get(pool_id)
        if pool is None or pool_id == "large":  # its pace is not reckoned here
            return ""
        skill = "" if pool_id == "munich" else str(decision.head.item.attributes.get("skill", ""))
        recused = recused_of(decision)
        there = [
            member.rep
            for member in pool.members
            if member.rep not in recused
            if self.truth.qualifies(member.rep, pool_id, skill, at_ms) and not self.truth.is_away(member.rep, at_ms)
        ]
        refused = self.offering.refused[decision.item_id]
        most = self.offering.most_refusals(decision.item_id, there)
        may_be_asked = [rep for rep in there if refused.count(rep) <= most or not pool.handing_out.offers]
        return next((rep for rep in may_be_asked if self._has_room(rep, pool_id, decision.kind, at_ms)), "")

    def _has_room(self, rep: str, pool: str, kind: Kind, at_ms: int) -> bool:
        """Say whether neither caps nor capacity nor open offers speak against a rep."""
        limit = self.truth.records.reps[rep].capacity.get(kind)
        fits = limit is None or self._open[rep, kind] < limit
        given = Given("", at_ms, rep, 0, kind)
        return fits and self.offering.has_room(rep, pool) and not any(self._reached(pool, given))


def _given_by(decision: Decision) -> Given:
    value = round(decision.head.item.value * MICROS)
    return Given(decision.item_id, decision.at_ms, decision.rep, value, decision.kind)
