"""What follows from the log: ledgers, open units and work items, entered event by event.

The memory store lives on it, and ``fairlead log replay`` holds the real store to it. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from router.assignment import ledger
from router.assignment.caps import ONE, Amounts, amounts_of
from router.assignment.choice import Choice, has_room
from router.assignment.roster import UNLIMITED, Candidates
from router.history.cap_counts import CapCounts
from router.model.activities import ActivityEvidence, NextChange, NextDate
from router.model.decision import Block, Blocked, Cause, Decision, ObservedState, Way
from router.model.events import (
    ActivityRecorded,
    Completed,
    Credited,
    Erased,
    Fired,
    LeaveCredit,
    PresenceChanged,
    Settled,
    Updated,
)
from router.model.records import CreditState, FiredStep, ItemRecord, LedgerState, load_places
from router.model.workforce import RECENT
from router.model.workitem import CLOSED_STATES, TRANSITIONS, Kind, State


@dataclass
class Ledger:
    """A pool's ledger, as in ``LedgerState`` but open to change."""

    deficits: dict[str, int] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    decisions: int = 0
    overrides: int = 0
    largest_charge: int = 0
    largest_band: int = 0
    worst: int = 0
    disturbance: float = 0.0
    credits: dict[str, int] = field(default_factory=dict)
    credited: dict[str, CreditState] = field(default_factory=dict)
    recent: tuple[str, ...] = ()
    counted: int = 0
    received_apart: dict[str, int] = field(default_factory=dict)
    received_by_override: dict[str, int] = field(default_factory=dict)

    def charge(self, candidates: Candidates, choice: Choice, way: Way) -> None:
        """Enter one decision; what enters apart moves nothing but what was received."""
        assert choice.picked is not None
        for received in self._received(way):
            received[choice.rep] = received.get(choice.rep, 0) + choice.charge
        if way is Way.APART:
            return
        for k, after in zip(choice.eligible, choice.picked.after, strict=True):
            self.deficits[candidates.reps[k]] = after
            self.worst = max(self.worst, abs(after))
        self.decisions += 1
        self.overrides += way is Way.OVERRIDE
        self.largest_charge = max(self.largest_charge, choice.charge)
        self.largest_band = max(self.largest_band, candidates.band)
        if candidates.share:
            self._count(choice)
        if way is Way.OVERRIDE:
            self._disturb(candidates.members)

    def _received(self, way: Way) -> tuple[dict[str, int], ...]:
        """Return what a charge adds to."""
        apart = {Way.APART: self.received_apart, Way.OVERRIDE: self.received_by_override}.get(way)
        return (self.received,) if apart is None else (self.received, apart)

    def _count(self, choice: Choice) -> None:
        """Enter a decision of a pool that credits leaves."""
        assert choice.stand is not None
        before = self.recent if self.counted == self.decisions - 1 else ()  # others came while nobody was credited
        self.recent, self.counted = (*before, choice.rep)[-RECENT:], self.decisions
        rest = self.credits.get(choice.rep, 0)
        if rest:
            self.credits[choice.rep] = max(0, rest - (choice.charge - choice.stand.entitlement))

    def has_its_share(self, rep: str, share: int) -> bool:
        """Say whether a rep with a credit has got as many of the last decisions as they may."""
        is_of_last = self.counted == self.decisions
        return bool(self.credits.get(rep)) and is_of_last and self.recent.count(rep) >= share

    def amount_of(self, credit: LeaveCredit, at_ms: int) -> int | None:
        """Return what a step of a credit moves at an instant; None: it is void, or was made before."""
        stands, rest = self.credited.get(credit.rep, CreditState()), self.credits.get(credit.rep, 0)
        if credit.entry:
            return -rest if stands.entry == credit.entry and credit.expire_ms <= at_ms else None
        if not stands.until_ms < credit.until_ms <= at_ms:
            return None
        weights = {member.rep: member.weight for member in credit.members}
        in_time = at_ms < credit.expire_ms
        return ledger.credit(credit.rep, weights, credit.charged, credit.most - rest) if in_time else 0

    def credit(self, credited: Credited) -> None:
        """Enter a step of a rep's credit."""
        credit, amount, rep = credited.credit, credited.amount, credited.credit.rep
        weights = {member.rep: member.weight for member in credit.members}
        self.deficits.update(ledger.transfer(self.deficits, rep, amount, weights))
        self.credited[rep] = credited.after(self.credited.get(rep, CreditState()))
        if credit.entry:
            self.credits.pop(rep, None)
        elif amount:
            self.credits[rep] = self.credits.get(rep, 0) + amount
        self._disturb(len(credit.members))

    def settle(self, settled: Settled) -> None:
        """Enter the leaving of reps."""
        weights = {member.rep: member.weight for member in settled.members}
        after = ledger.settle(self.deficits, settled.leavers, weights)
        for leaver in settled.leavers:
            self.deficits.pop(leaver, None)
            for of_rep in (self.received, self.received_apart, self.received_by_override, self.credits):
                of_rep.pop(leaver, None)
            if leaver in self.credited:  # should they come again, what was credited is not credited again
                self.credited[leaver] = CreditState(self.credited[leaver].until_ms)
        self.deficits.update(after)
        self._disturb(len(settled.members))

    def _disturb(self, members: int) -> None:
        deficits = [*self.deficits.values(), *[0] * (members - len(self.deficits))]
        self.disturbance = ledger.disturbance(deficits, self.largest_charge, self.largest_band)

    def state(self) -> LedgerState:
        """Return it as it stands."""
        return LedgerState(**{name: copy(value) for name, value in vars(self).items()})


class StateProjection:
    """Ledgers by pool, open units by place and kind, work items by id; every pool that was named, newest revisions.

    ``worked`` are those of the open units that were worked on. ``counts`` holds what was counted under caps.
    ``presences`` holds who said that they are away, and until when, in milliseconds since the epoch; 0: until told
    otherwise. Those of whom that is over stay in it until a timer fires.
    """

    def __init__(self) -> None:
        self.rules = self.workforce = 0
        self.pools = set[str]()
        self.ledgers: defaultdict[str, Ledger] = defaultdict(Ledger)
        self.loads: defaultdict[tuple[str, Kind], int] = defaultdict(int)
        self.worked: defaultdict[tuple[str, Kind], int] = defaultdict(int)
        self.items: dict[str, ItemRecord] = {}
        self.given_ms: dict[str, int] = {}
        """By work item: since when its owner has it, in milliseconds since 1970."""
        self.presences: dict[str, int] = {}
        self.counts = CapCounts(self.loads, worked=self.worked)

    def standing(self, item_id: str, cause: Cause) -> ItemRecord | None:
        """Return where a work item stands for a decision; None: it is new."""
        record = self.items.get(item_id)
        if record is not None and cause is Cause.REOPENED and record.state in CLOSED_STATES:
            return record.reopened()
        return record

    def waiting(self) -> list[tuple[int, str]]:
        """Return the work items that wait, oldest first: number of the first event and id."""
        return sorted((record.first, record.item_id) for record in self.items.values() if record.state is State.QUEUED)

    def owned(self, owner: str, *, is_open: bool) -> list[tuple[int, str]]:
        """Return the work items of an owner, open or closed, oldest first: number of the first event and id."""
        return sorted(
            (record.first, record.item_id)
            for record in self.items.values()
            if record.owner and record.owner == owner and is_open is (record.state not in CLOSED_STATES)
        )

    def covered(self) -> list[tuple[int, str]]:
        """Return the work items whose owner stands in for somebody, oldest first: number of the first event and id."""
        return sorted((record.first, record.item_id) for record in self.items.values() if record.covered)

    def see(
        self,
        attempts: Sequence[tuple[Candidates, int]],
        kind: Kind,
        at_ms: int,
        named: str = "",
        amounts: Amounts = ONE,
        record: ItemRecord | None = None,
    ) -> tuple[ObservedState, ...]:
        """Read loads, presence, counts and deficits, attempt by attempt, until somebody has room.

        Parameters
        ----------
        at_ms
            The time of the decision.
        named
            The rep a person named: theirs it is, away or not, whatever their caps.
        amounts
            What the work item counts under caps.
        record
            Where it stands; None: it is new.
        """
        seen: list[ObservedState] = []
        for candidates, _ in attempts:
            full = self._full(candidates, kind)
            blocked = self._blocked(candidates, full, amounts, at_ms, named, record)
            without = {*full, *(k for k, *_ in blocked)}
            deficits = self.ledgers[candidates.pool].deficits if candidates.pool else {}
            free = tuple(deficits.get(rep, 0) for k, rep in enumerate(candidates.reps) if k not in without)
            seen.append(ObservedState(free, tuple(full.items()), blocked))
            if free:
                break
        return tuple(seen)

    def _blocked(
        self, candidates: Candidates, full: Collection[int], amounts: Amounts, at_ms: int, named: str,
        record: ItemRecord | None,
    ) -> tuple[Blocked, ...]:  # fmt: skip
        """Return who has no room for another reason than capacity; of credits only where somebody else has."""
        asked = [k for k, rep in enumerate(candidates.reps) if k not in full and rep != named]
        blocks = {k: block for k in asked if (block := self._block(candidates, k, amounts, at_ms, record))}
        served = self._served(candidates, [k for k in asked if k not in blocks]) if candidates.share else {}
        if len(full) + len(blocks) + len(served) < len(candidates.reps):  # else rather they than nobody
            blocks |= {k: (k, Block.CREDIT_SHARE, candidates.share, received) for k, received in served.items()}
        return tuple(block for _, block in sorted(blocks.items()))

    def _served(self, candidates: Candidates, asked: Iterable[int]) -> dict[int, int]:
        """Return, of those with a credit, how many of the last decisions whoever may have no more of them got."""
        ledger = self.ledgers[candidates.pool]
        return {
            k: ledger.recent.count(candidates.reps[k])
            for k in asked
            if ledger.has_its_share(candidates.reps[k], candidates.share)
        }

    def _full(self, candidates: Candidates, kind: Kind) -> dict[int, int]:
        """Return the open units of those at capacity, by position."""
        units = [
            self.loads[rep, kind] if limit != UNLIMITED else 0
            for rep, limit in zip(candidates.reps, candidates.limits, strict=True)
        ]
        return {k: open_units for k, open_units in enumerate(units) if not has_room(candidates, k, open_units)}

    def _block(
        self, candidates: Candidates, k: int, amounts: Amounts, at_ms: int, record: ItemRecord | None
    ) -> Blocked | None:
        """Return why a candidate who is not at capacity has no room, if so."""
        rep = candidates.reps[k]
        if self.is_away(rep, at_ms):
            return k, Block.AWAY, self.presences[rep], 0
        for index, cap in enumerate(candidates.caps):
            if not cap.is_of(k) or (record and cap.counts_already(record.pool, worked=record.worked)):
                continue
            use = self.counts.use(cap, rep, amounts, at_ms)
            if cap.reached(use.counted, amounts.of(cap.cap.measure)):
                lifts = (use.lifts_ms,) if cap.slot_ms else ()
                return (k, Block.REACHED_CAP, index, use.counted, *lifts)
        return None

    def is_away(self, rep: str, at_ms: int) -> bool:
        """Say whether a rep is away at an instant."""
        until_ms = self.presences.get(rep)
        return until_ms is not None and (not until_ms or until_ms > at_ms)

    def enter_decision(self, decision: Decision, attempts: Sequence[tuple[Candidates, int]], choice: Choice) -> None:
        """Enter a decision; ``choice`` is how it came about."""
        record = self.standing(decision.item_id, decision.head.cause)
        if choice.rep:
            if record and record.owner:
                self._let_go(record)
            _shift(self.loads, choice.rep, choice.pool, decision.kind, 1)
            self.given_ms[decision.item_id] = decision.at_ms
            self._count(choice.rep, decision, attempts[choice.step - 1][0])
        if choice.pool:
            self.ledgers[choice.pool].charge(attempts[choice.step - 1][0], choice, decision.way)
            self.pools.add(choice.pool)
        self.items[decision.item_id] = _after(record, decision)

    def _let_go(self, record: ItemRecord) -> None:
        """Free what a work item takes of its owner."""
        _shift(self.loads, record.owner, record.pool, record.kind, -1)
        if record.worked:
            _shift(self.worked, record.owner, record.pool, record.kind, -1)

    def _count(self, rep: str, decision: Decision, candidates: Candidates) -> None:
        """Count what a rep was given under their caps."""
        if not candidates.caps:
            return
        k, amounts = candidates.reps.index(rep), amounts_of(decision.head.item)
        for cap in candidates.caps:
            if cap.is_of(k):
                self.counts.add(cap, rep, amounts, decision.at_ms)

    def enter_completed(self, completed: Completed) -> None:
        """Enter the closing of a work item."""
        record, number = self.items[completed.item_id], completed.number
        if completed.rep:
            self._let_go(record)
        self.items[completed.item_id] = replace(
            record, state=completed.state, event=number, version=number, worked=False, next_date=None, covered=""
        )

    def enter_updated(self, updated: Updated) -> None:
        """Enter that a work item was changed: its owner, and what is open, charged and counted, stay as they are."""
        number = updated.number
        record = replace(self.items[updated.item_id], event=number, version=number, content=number)
        self.items[updated.item_id] = record

    def is_first_attempt(self, recorded: ActivityRecorded) -> bool:
        """Say whether an activity is the first attempt since the owner has the work item."""
        record = self.items[recorded.item_id]
        is_attempt = (
            ActivityEvidence.ATTEMPT in recorded.evidence and record.state is State.ASSIGNED and not record.worked
        )
        return is_attempt and recorded.activity.occur_ms >= self.given_ms[recorded.item_id]

    def next_change(self, recorded: ActivityRecorded, *, ends: bool) -> NextChange:
        """Say what becomes of the next date; ``ends``: an activity of its kind leaves none that it does not set."""
        date = self.items[recorded.item_id].next_date
        if date and recorded.activity.occur_ms < date.since_ms:
            return NextChange.NONE
        if recorded.activity.next_ms:
            return NextChange.SET
        return NextChange.ENDED if ends and date else NextChange.NONE

    def enter_activity(self, recorded: ActivityRecorded) -> None:
        """Enter what somebody did: owner, state and attributes stay as they are."""
        record, activity = self.items[recorded.item_id], recorded.activity
        if recorded.is_first_attempt:
            _shift(self.worked, record.owner, record.pool, record.kind, 1)
        dates = {
            NextChange.NONE: record.next_date,
            NextChange.SET: NextDate(recorded.number, activity.next_ms, activity.occur_ms),
            NextChange.ENDED: None,
        }
        self.items[recorded.item_id] = replace(
            record,
            event=recorded.number,
            worked=record.worked or recorded.is_first_attempt,
            next_date=dates[recorded.next_change],
        )

    def dated(self) -> list[tuple[int, str]]:
        """Return the work items with a next date: number of the event that set it, and id."""
        return sorted((record.next_date.event, record.item_id) for record in self.items.values() if record.next_date)

    def enter_erased(self, erased: Erased) -> None:
        """Enter the erasing of work items: whatever was made from one as it was is out of date."""
        for item_id in self.items.keys() & erased.item_ids:
            event = erased.number if erased.previous else self.items[item_id].event
            self.items[item_id] = replace(self.items[item_id], version=erased.number, event=event)

    def enter_fired(self, fired: Fired) -> None:
        """Enter that a timer fired: the work item stands as before, and that step fires no more."""
        step = FiredStep(fired.name, fired.entry, fired.step, fired.at_ms)
        record = self.items[fired.item_id].with_fired(step)
        self.items[fired.item_id] = replace(record, event=fired.number) if fired.previous else record

    def enter_presence(self, changed: PresenceChanged) -> None:
        """Enter that a rep is away, or back."""
        if changed.until_ms is None:
            self.presences.pop(changed.rep, None)
        else:
            self.presences[changed.rep] = changed.until_ms

    def enter_credited(self, credited: Credited) -> None:
        """Enter that a rep was credited for a leave, or that what was left of it was taken back."""
        self.pools.add(credited.credit.pool)
        self.ledgers[credited.credit.pool].credit(credited)

    def enter_settled(self, settled: Settled) -> None:
        """Enter the leaving of reps; a pool that nobody is left in starts anew."""
        self.pools.add(settled.pool)
        if settled.members:
            self.ledgers[settled.pool].settle(settled)
        else:
            self.ledgers.pop(settled.pool, None)


def _shift(loads: dict[tuple[str, Kind], int], rep: str, pool: str, kind: Kind, by: int) -> None:
    for place in load_places(rep, pool):
        loads[place, kind] += by


def _after(record: ItemRecord | None, decision: Decision) -> ItemRecord:
    """Return where a work item stands after a decision; one that found nobody leaves an owner in place."""
    if not decision.rep and record and record.owner:
        return replace(record, event=decision.number)
    tried = record.tried if record else ()
    return ItemRecord(
        item_id=decision.item_id,
        state=TRANSITIONS[record.state if record else State.RECEIVED][decision.outcome],
        kind=decision.kind,
        owner=decision.rep,
        pool=decision.pool,
        epoch=decision.epoch,
        event=decision.number,
        version=decision.number,
        content=decision.number,
        decision=decision.number,
        first=record.first if record else decision.number,
        tried=(*tried, record.owner) if record and record.owner else tried,
        fired=record.fired if record else (),
        next_date=record.next_date if record else None,
        covered=decision.head.covered,
    )
