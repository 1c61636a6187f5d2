"""What must hold between two snapshots and the log between them, whatever happened. Pure.

The counters are a cache of the log: each moves by exactly what the events say. It takes no replay, so that it can be
asked all the time; that each decision followed from what was seen, ``router.history.replay`` proves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from router.fairness.report import report
from router.model.decision import DecisionEffect, Outcome, Way
from router.model.dispatch import Answer
from router.model.events import (
    ActivityRecorded,
    Completed,
    Credited,
    Event,
    OfferAnswered,
    PresenceChanged,
    Settled,
)
from router.model.records import Counted, CreditState, LedgerState, Snapshot, load_places
from router.model.workforce import Pool
from router.model.workitem import Kind


class Movement:
    """How the log says that the counters moved since a snapshot: sums, however many events there are.

    Parameters
    ----------
    before
        The counters at the beginning.
    """

    def __init__(self, before: Snapshot) -> None:
        self._before = before
        self._number = before.number
        self._is_whole = True
        self._shifts: Counter[tuple[str, str, Kind]] = Counter()
        self._worked: Counter[tuple[str, Kind]] = Counter(before.worked)
        self._decisions: Counter[str] = Counter()
        self._received: Counter[str] = Counter()
        self._by_way: Counter[tuple[str, Way]] = Counter()
        self._settled: set[str] = set()
        self._moved: set[Kind] = set()
        """Kinds of which something was moved: events do not say from which pool, so that theirs may have fewer."""
        self._credited = {pool: dict(state.credited) for pool, state in before.ledgers.items()}
        self._presences: dict[str, int | None] = dict(before.presences)
        self._offers: Counter[str] = Counter(before.offers)
        self._lapses: dict[str, int] = dict(before.lapses)
        self._standing: set[str] = set(before.standing)
        self._last: Event | DecisionEffect | None = None
        self._alone: list[str] = []
        """What lapsed and set somebody away, without an event before it that says so."""

    def follow(self, event: Event | DecisionEffect) -> None:
        """Take in the next event."""
        self._number += 1
        self._is_whole = self._is_whole and event.number == self._number
        if isinstance(event, OfferAnswered) and event.set_away and not comes_with(self._last, event):
            self._alone.append(f"event {event.number}: the event before it does not set {event.rep or 'anybody'} away")
        self._last = event
        match event:
            case DecisionEffect():
                self._decide(event)
            case ActivityRecorded(rep=rep, pool=pool, kind=kind, is_first_attempt=True):
                for place in load_places(rep, pool):
                    self._worked[place, kind] += 1
            case Completed(rep=rep, pool=pool, kind=kind) if rep:
                self._shifts[rep, pool, kind] -= 1
            case PresenceChanged(rep=rep, until_ms=until_ms):
                self._presences[rep] = until_ms
                if event.is_gone or self._lapses.get(rep, 0) < 0:
                    self._lapses.pop(rep, None)
            case OfferAnswered():
                self._answer(event)
            case Settled():
                self._settled.add(event.pool)
            case Credited(credit=credit):
                credited = self._credited.setdefault(credit.pool, {})
                credited[credit.rep] = event.after(credited.get(credit.rep, CreditState()))

    def _answer(self, event: OfferAnswered) -> None:
        """Enter what became of an offer: what entered the ledger at once leaves it, unless it is accepted."""
        is_accepted, is_of_many = event.answer is Answer.ACCEPTED, not event.charge or event.enters_ledger
        if not is_of_many:
            self._offers[event.rep] -= 1
        by = (1 if is_of_many else 0) if is_accepted else (0 if is_of_many else -1)
        self._shifts[event.rep, event.pool, event.kind] += by
        self._decisions[event.pool] += by
        self._received[event.pool] += by * event.charge
        if is_accepted and is_of_many and event.way:
            self._by_way[event.pool, event.way] += event.charge
        if not event.stays_open:
            self._standing.discard(event.item_id)
        if event.lapses:
            self._lapses[event.rep] = -event.number if event.set_away else event.lapses
        elif event.answer in (Answer.ACCEPTED, Answer.DECLINED) and self._lapses.get(event.rep, 0) > 0:
            del self._lapses[event.rep]

    def _decide(self, made: DecisionEffect) -> None:
        rep, pool, kind = made.rep, made.pool, made.kind
        if rep:
            self._shifts[rep, pool, kind] += 1
        if made.outcome is Outcome.OFFERED:
            self._standing.add(made.item_id)
        if rep and made.outcome is Outcome.OFFERED:
            self._offers[rep] += 1
        if made.freed:
            self._shifts[made.freed, "", kind] -= 1
            self._moved.add(kind)
        self._decisions[pool] += made.way is not Way.APART
        self._received[pool] += made.charge
        self._by_way[pool, made.way] += made.charge

    def _loads(self) -> Counter[tuple[str, Kind]]:
        loads = Counter(self._before.loads)
        for (rep, pool, kind), by in self._shifts.items():
            for place in load_places(rep, pool):
                loads[place, kind] += by
        return loads

    def violations(self, after: Snapshot, pools: Mapping[str, Pool]) -> Iterator[str]:
        """Yield in words whatever does not hold.

        Parameters
        ----------
        after
            The counters at the end.
        pools
            As they are now, for their members.
        """
        if not self._is_whole or self._number != after.number:
            yield f"log: events {self._before.number + 1} to {after.number} are not all there, or not in order"
            return
        yield from self._open_units(after)
        yield from self._worked_units(after)
        yield from _pools(after)
        yield from presence_differences(self._presences, after.presences)
        yield from _index(after)
        yield from self._open_offers(after)
        for pool, state in after.ledgers.items():
            yield from _beyond_bound(pool, state, pools)
            if pool in self._before.ledgers and pool not in self._settled:
                yield from self._charges(pool, self._before.ledgers[pool], state)

    def _open_units(self, after: Snapshot) -> Iterator[str]:
        loads = self._loads()
        for rep, kind in sorted({*loads, *after.loads}):
            logged, is_there = loads[rep, kind], after.loads.get((rep, kind), 0)
            may_be_fewer = "/" in rep and kind in self._moved
            if is_there > logged or (is_there < logged and not may_be_fewer):
                yield f"loads {rep} {kind}: log says {logged}, store {is_there}"
            if is_there < 0:
                yield f"loads {rep} {kind}: {is_there}, which is fewer than none"

    def _open_offers(self, after: Snapshot) -> Iterator[str]:
        """Yield where open offers, or lapses in a row, are others than the log says."""
        yield from self._alone
        for item_id in sorted(self._standing ^ after.standing):
            says = "log has it, store has not" if item_id in self._standing else "store has it, log has not"
            yield f"offer of {item_id}: {says}"
        logged = {rep: count for rep, count in self._offers.items() if count}
        if logged != after.offers:
            yield f"open offers: log says {logged}, store {dict(after.offers)}"
        yield from lapse_differences(self._lapses, after.lapses)

    def _worked_units(self, after: Snapshot) -> Iterator[str]:
        """Yield where more was worked on than the log says, or is open: how much was let go, events do not say."""
        for (rep, kind), units in sorted(after.worked.items()):
            if units > self._worked[rep, kind]:
                yield f"loads {rep} {kind}, worked on: log says at most {self._worked[rep, kind]}, store {units}"
            if not 0 <= units <= after.loads.get((rep, kind), 0):
                yield f"loads {rep} {kind}: {units} worked on, {after.loads.get((rep, kind), 0)} open"

    def _charges(self, pool: str, before: LedgerState, after: LedgerState) -> Iterator[str]:
        logged, decisions = self._decisions[pool], after.decisions - before.decisions
        if logged != decisions:
            yield f"ledger {pool}: decisions: log says {logged} more, store {decisions} more"
        if self._credited[pool] != after.credited:
            yield f"ledger {pool}: leaves credited: log says {self._credited[pool]}, store {dict(after.credited)}"
        charged, received = self._received[pool], sum(after.received.values()) - sum(before.received.values())
        if charged != received:
            yield f"ledger {pool}: received: log says {charged} micro-units more, store {received}"
        for way, field in (Way.APART, "received_apart"), (Way.OVERRIDE, "received_by_override"):
            logged = self._by_way[pool, way]
            stored = sum(getattr(after, field).values()) - sum(getattr(before, field).values())
            if logged != stored:
                yield f"ledger {pool}: {field}: log says {logged} micro-units more, store {stored}"


def _pools(after: Snapshot) -> Iterator[str]:
    """Yield where a pool has another number of open units than its members have of it."""
    of_members: Counter[tuple[str, Kind]] = Counter()
    for (place, kind), units in after.loads.items():
        pool, _, rep = place.rpartition("/")
        if pool and rep:
            of_members[pool, kind] += units
    pools = {place.removesuffix("/") for place, _ in after.loads if place.endswith("/")}
    for pool, kind in sorted({*of_members, *((pool, kind) for pool in pools for kind in Kind)}):
        open_units = after.loads.get((f"{pool}/", kind), 0)
        if open_units != of_members[pool, kind]:
            yield f"loads of pool {pool} {kind}: {open_units}, its members have {of_members[pool, kind]}"


def count_differences(logged: Mapping[str, Counted], stored: Mapping[str, Counted]) -> Iterator[str]:
    """Yield in words where the log and the store differ in what was counted under caps."""
    for field in sorted({*logged, *stored}):
        if logged.get(field) != stored.get(field):
            yield f"caps {field}: log says {logged.get(field, 'nothing')}, store {stored.get(field, 'nothing')}"


def presence_differences(logged: Mapping[str, int | None], stored: Mapping[str, int]) -> Iterator[str]:
    """Yield in words where the log and the store differ in who is away; None: they are back."""
    for rep in sorted({*logged, *stored}):
        until_ms, stored_ms = logged.get(rep), stored.get(rep)
        if until_ms != stored_ms:
            yield f"presence {rep}: log says {_presence(until_ms)}, store {_presence(stored_ms)}"


def _presence(until_ms: int | None) -> str:
    return "there" if until_ms is None else f"away until {until_ms or 'told otherwise'}"


def lapse_differences(logged: Mapping[str, int], stored: Mapping[str, int]) -> Iterator[str]:
    """Yield in words where the log and the store differ in how many offers in a row reps have let lapse."""
    for rep in sorted({*logged, *stored}):
        count, kept = logged.get(rep, 0), stored.get(rep, 0)
        if count != kept:
            yield f"lapses {rep}: log says {_lapses(count)}, store {_lapses(kept)}"


def comes_with(changed: object, event: OfferAnswered) -> bool:
    """Say whether an event is the change of presence that comes with another, by which a rep is set away."""
    return event.set_away and changed == PresenceChanged(event.number - 1, event.rep, 0, event.at_ms)


def _lapses(count: int) -> str:
    return f"set away by event {-count}" if count < 0 else str(count)


def _index(after: Snapshot) -> Iterator[str]:
    open_units: Counter[str] = Counter()
    for (rep, _), units in after.loads.items():
        open_units[rep] += units
    for rep, items in after.owned.items():
        if items != open_units[rep] - after.offers.get(rep, 0):
            yield f"owners {rep}: {open_units[rep]} open units, {items} open work items in the index"


def _beyond_bound(pool: str, state: LedgerState, pools: Mapping[str, Pool]) -> Iterator[str]:
    if sum(state.deficits.values()):
        yield f"ledger {pool}: deficits add up to {sum(state.deficits.values())} micro-units, not to 0"
    if pool in pools:
        share = report(pools[pool], state)
        if share.worst > share.bound:
            yield f"ledger {pool}: {share.worst:.3f} leads from a fair share, beyond the bound of {share.bound:.3f}"
