"""What follows from the log: ledgers, open units and work items, entered event by event.

The memory store lives on it, and ``fairlead log replay`` holds the real store to it. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from router.assignment.caps import ONE, Amounts, amounts_of
from router.assignment.choice import Choice
from router.assignment.roster import Candidates
from router.history.cap_counts import CapCounts
from router.history.customer_index import CustomerIndex
from router.history.offer_book import Accepting, OfferBook, after_answer
from router.history.pool_ledger import Entered, Ledger
from router.history.room import RoomView
from router.history.standing import after_decision
from router.model.activities import ActivityEvidence, NextChange, NextDate
from router.model.decision import Cause, Decision, ObservedState, Way
from router.model.digests import ALL_REPS, DigestBook
from router.model.dispatch import Answer
from router.model.events import (
    ANSWERS,
    ActivityRecorded,
    Completed,
    Credited,
    Digested,
    Erased,
    Fired,
    Note,
    Noted,
    OfferAnswered,
    PresenceChanged,
    ProcessPublished,
    Settled,
    Updated,
)
from router.model.records import FiredStep, ItemRecord, ItemStage, load_places
from router.model.workitem import CLOSED_STATES, Kind, State
from router.process.revisions.publication import Active


class StateProjection:
    """Ledgers by pool, open units by place and kind, work items by id; every pool that was named, newest revisions.

    ``worked`` are those of the open units that were worked on. ``counts`` holds what was counted under caps.
    ``presences`` holds who said that they are away, and until when, in milliseconds since the epoch; 0: until told
    otherwise. Those of whom that is over stay in it until a timer fires.
    """

    def __init__(self) -> None:
        self.rules = self.workforce = self.processes = 0
        self.active_processes: dict[str, Active] = {}
        """By process, its newest revision."""
        self.pools = set[str]()
        self.ledgers: defaultdict[str, Ledger] = defaultdict(Ledger)
        self.loads: defaultdict[tuple[str, Kind], int] = defaultdict(int)
        self.worked: defaultdict[tuple[str, Kind], int] = defaultdict(int)
        self.items: dict[str, ItemRecord] = {}
        self.given_ms: dict[str, int] = {}
        """By work item: when its owner got it, in milliseconds since 1970."""
        self.assigned_ms: dict[str, int] = {}
        """By work item that came with its owner: since when they have had it, in milliseconds since 1970."""
        self.presences: dict[str, int] = {}
        self.counts = CapCounts(self.loads, worked=self.worked)
        self.digests = DigestBook({}, {})
        self.offers = OfferBook(self.ledgers, self.loads, self.counts)
        self.customers = CustomerIndex()

    def standing(self, item_id: str, cause: Cause) -> ItemRecord | None:
        """Return where a work item stands for a decision; None: it is new."""
        record = self.items.get(item_id)
        if record is not None and cause is Cause.REOPENED and record.state in CLOSED_STATES:
            return record.reopened()
        return record

    def enter_process(self, event: ProcessPublished) -> None:
        """Enter a publication of a process."""
        self.processes = event.revision
        self.active_processes[event.process] = Active(event.revision, event.kinds)

    def waiting(self) -> list[tuple[int, str]]:
        """Return the work items that wait, oldest first: number of the first event and id."""
        return sorted((record.first, record.item_id) for record in self.items.values() if record.state is State.QUEUED)

    def owned(self, owner: str, *, is_open: bool) -> list[tuple[int, str]]:
        """Return the work items of an owner, open or closed, oldest first: number of the first event and id."""
        return sorted(
            (record.first, record.item_id)
            for record in self.items.values()
            if record.owner and record.owner == owner and is_open is (record.state is State.ASSIGNED)
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
        way: Way = Way.GREEDY,
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
        way
            In which way it is to enter the ledger.
        """
        return self._room.seen(attempts, kind, at_ms, named, amounts, record, way)

    def has_room(self, candidates: Candidates, kind: Kind, amounts: Amounts, at_ms: int) -> bool:
        """Say whether the only candidate, away or not, is below capacity and at no cap; False: there is none."""
        return self._room.is_left(candidates, kind, amounts, at_ms)

    def is_away(self, rep: str, at_ms: int) -> bool:
        """Say whether a rep is away at an instant."""
        return self._room.is_away(rep, at_ms)

    @property
    def _room(self) -> RoomView:
        """What room everybody has as it stands."""
        return RoomView(self.ledgers, self.loads, self.counts, self.presences, self.offers.held)

    def enter_decision(self, decision: Decision, attempts: Sequence[tuple[Candidates, int]], choice: Choice) -> None:
        """Enter a decision; ``choice`` is how it came about."""
        record, entered = self.standing(decision.item_id, decision.head.cause), Entered()
        candidates = attempts[choice.step - 1][0] if choice.found else None
        if candidates and record and record.owner:
            self._let_go(record)
        if candidates and choice.rep:
            _shift(self.loads, choice.rep, choice.pool, decision.kind, 1)
            self._give(decision.item_id, decision.at_ms, decision.head.assigned_ms)
            self._count(choice.rep, decision, candidates)
        if candidates and choice.pool:
            entered = self.ledgers[choice.pool].charge(candidates, choice, decision.way)
            self.pools.add(choice.pool)
        if candidates and choice.offers:
            self.offers.open(decision, candidates, choice, amounts_of(decision.head.item), entered)
        self.items[decision.item_id] = after_decision(record, decision, candidates)

    def answered(
        self,
        item_id: str,
        answer: Answer,
        rep: str,
        number: int,
        at_ms: int,
        accepting: Accepting | None = None,
        *,
        is_away: bool | None = None,
    ) -> OfferAnswered:
        """Return what an answer to a work item's open offer is, as an event of nobody and without a reason.

        ``is_away`` says whether the rep was away just before; None: whether they are.
        """
        was_away = self.is_away(rep, at_ms) if is_away is None else is_away
        return self.offers.answered(
            self.items[item_id], answer, rep, number, at_ms, accepting=accepting, is_away=was_away
        )

    def enter_answered(self, event: OfferAnswered, accepting: Accepting | None = None) -> None:
        """Enter what became of an offer."""
        item_id = event.item_id
        holders = self.offers.standing[item_id].holders
        self.offers.enter(event, accepting)
        self.items[item_id] = after_answer(self.items[item_id], event, holders)
        self.pools.add(event.pool)
        if event.answer is Answer.ACCEPTED:
            self._give(item_id, event.at_ms)

    def _give(self, item_id: str, at_ms: int, assigned_ms: int = 0) -> None:
        self.given_ms[item_id] = at_ms
        if assigned_ms:
            self.assigned_ms[item_id] = assigned_ms
        else:
            self.assigned_ms.pop(item_id, None)

    @contextmanager
    def without_offer(self, item_id: str) -> Iterator[None]:
        """Have a work item's offer, if it is open, be rescinded meanwhile, and be as it was afterwards."""
        if item_id not in self.offers.standing:
            yield
            return
        offer, record = self.offers.standing[item_id], self.items[item_id]
        amounts = self.offers.amounts.get(item_id, ONE)
        kept = Ledger.of(self.ledgers[offer.pool]), dict(self.loads), dict(self.counts.by_field), dict(self.offers.held)
        self.enter_answered(self.answered(item_id, Answer.RESCINDED, offer.rep, record.event, 0))
        yield
        self.ledgers[offer.pool], self.counts.by_field = kept[0], kept[2]
        self.loads.clear()
        self.loads.update(kept[1])
        self.offers.held.clear()
        self.offers.held.update(kept[3])
        self.items[item_id], self.offers.standing[item_id] = record, offer
        self.offers.amounts[item_id] = amounts

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
        number, before = updated.number, self.items[updated.item_id]
        record = replace(before, event=number, version=number, content=number)
        if updated.entered:
            begun = before.stage.begun if before.stage else 0
            record = replace(record, stage=ItemStage(*updated.entered, number, begun))
        self.items[updated.item_id] = record

    def is_first_attempt(self, recorded: ActivityRecorded) -> bool:
        """Say whether an activity is the first attempt since the owner has the work item."""
        record = self.items[recorded.item_id]
        is_attempt = (
            ActivityEvidence.ATTEMPT in recorded.evidence and record.state is State.ASSIGNED and not record.worked
        )
        if not is_attempt:
            return False
        since_ms = self.assigned_ms.get(recorded.item_id) or self.given_ms[recorded.item_id]
        return recorded.activity.occur_ms >= since_ms

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
        self.customers.erased.update(erased.item_ids)
        for item_id in self.items.keys() & erased.item_ids:
            event = erased.number if erased.previous else self.items[item_id].event
            self.items[item_id] = replace(self.items[item_id], version=erased.number, event=event)

    def enter_noted(self, noted: Noted) -> None:
        """Enter a note: the work item stands as before, but what is migrated by another revision."""
        record = replace(self.items[noted.item_id], event=noted.number)
        if noted.note is Note.MIGRATED:
            stands = record.stage or ItemStage(0, "", record.first)
            stage = stands._replace(revision=noted.value, stage=noted.subject)
            record = replace(record, stage=stage, version=noted.number)
        elif noted.note in ANSWERS:
            satisfaction = record.satisfaction.with_answer(noted.note.lower(), noted.value, noted.at_ms)
            record = replace(record, satisfaction=satisfaction)
        self.items[noted.item_id] = record

    def enter_fired(self, fired: Fired) -> None:
        """Enter that a timer fired: the work item stands as before, and that step fires no more, which of a step of a
        deadline follows from the event.
        """
        record = self.items[fired.item_id]
        if not fired.workforce:
            record = record.with_fired(FiredStep(fired.name, fired.entry, fired.step, fired.at_ms))
        self.items[fired.item_id] = replace(record, event=fired.number) if fired.previous else record

    def enter_presence(self, changed: PresenceChanged) -> None:
        """Enter that a rep is away, back, or gone."""
        if changed.is_gone:
            self.offers.drop(changed.rep)
        self.offers.forgive(changed.rep)
        if changed.until_ms is None:
            self.presences.pop(changed.rep, None)
        else:
            self.presences[changed.rep] = changed.until_ms

    def enter_credited(self, credited: Credited) -> None:
        """Enter that a rep was credited for a leave, or that what was left of it was taken back."""
        self.pools.add(credited.credit.pool)
        self.ledgers[credited.credit.pool].credit(credited)

    def enter_digested(self, digested: Digested) -> None:
        """Enter that a list of what falls due was made."""
        made = digested.made
        self.digests.due_ms[made.rep, made.kind] = made.due_ms
        self.digests.last.update({made.rep: digested.number, ALL_REPS: digested.number})

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
