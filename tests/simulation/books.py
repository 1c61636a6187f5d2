"""The ledgers, worked out from the log alone: who was entitled to what of each step, and what is left where an offer is
not accepted. Who was eligible is worked out from the clocks on the wall, see ``truth``, and is no news of the code's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from router.assignment.ledger import settle, transfer
from router.fairness.report import FairnessReport
from router.model.decision import Cause, Decision, Outcome, Way
from router.model.dispatch import Answer
from router.model.events import Credited, Event, OfferAnswered, Settled
from router.model.records import LedgerState
from router.model.workforce import MICROS, Member, Pool
from tests.simulation.promise import Finding, Promise
from tests.simulation.truth import Truth

ASK_FOR_SKILL = {"large": "pool large", "cn": "pool shanghai", "us": "pool new-york"}
"""By rule: the step that requires the skill that a lead asks for."""


WAYS = {
    Cause.ROUTED: Way.GREEDY, Cause.WOKEN: Way.GREEDY, Cause.REASSIGNED: Way.GREEDY, Cause.UPDATED: Way.GREEDY,
    Cause.ESCALATED: Way.GREEDY, Cause.OPENED: Way.GREEDY,
    Cause.OVERRIDE: Way.OVERRIDE,
    Cause.REOPENED: Way.APART, Cause.COVERED: Way.APART, Cause.COVER_ENDED: Way.APART,
}  # fmt: skip
"""By why there is a decision: how it enters the ledger, see ``docs/fairness.md``."""


def way_of(decision: Decision) -> Way:
    """Return how a decision enters the ledger: whom a deadline names, a manager, has it apart."""
    is_kept = decision.head.cause is Cause.ESCALATED and decision.head.named
    return Way.APART if is_kept else WAYS[decision.head.cause]


class Offer(NamedTuple):
    """An open offer: whose, what it is charged, what it entitled everybody to who was eligible, in micro-units.

    ``rep`` is empty where many have it; ``entitled`` then holds the weights of those who have not declined it.
    """

    number: int
    rep: str
    pool: str
    charge: int
    entitled: Mapping[str, int]


@dataclass
class Book:
    """A pool's ledger in micro-units: deficits, and the largest that there ever were of the parts of its bound."""

    deficits: dict[str, int] = field(default_factory=dict)
    received: dict[Way, Counter[str]] = field(default_factory=lambda: {way: Counter() for way in Way})
    disturbance: float = 0.0
    charge: int = 0
    band: int = 0
    offered: int = 0
    entitled: int = 0
    undone: int = 0

    @property
    def step(self) -> int:
        """The parts of the bound together."""
        return self.charge + self.band + self.offered + self.entitled


class Books:
    """Follows the log beside the code that keeps the ledgers.

    Parameters
    ----------
    truth
        Says who could have got what.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._books: defaultdict[str, Book] = defaultdict(Book)
        self.open: dict[str, Offer] = {}
        """Open offers, by work item."""

    def enter(self, event: Event) -> Iterator[Finding]:
        """Take in an event; yield what it shows."""
        match event:
            case Decision() if event.rep or event.outcome is Outcome.OFFERED:
                yield from self._decided(event)
            case OfferAnswered():
                yield from self._answered(event)
            case Settled():
                yield self._settled(event)
            case Credited(credit=credit, amount=amount):
                weights = {member.rep: member.weight for member in credit.members}
                deficits = self._books[credit.pool].deficits
                deficits.update(transfer(deficits, credit.rep, amount, weights))
                self._disturb(credit.pool, len(weights))

    def stored(self, pool_id: str, state: LedgerState, fair: FairnessReport) -> Iterator[Finding]:
        """Yield whether a ledger is what was worked out, and its bound has the parts that offers give it."""
        book, members = self._books[pool_id], len(self._truth.records.pools[pool_id].members)
        mine = _without_nothing(book.deficits)
        same = mine == _without_nothing(state.deficits)
        yield Finding(Promise.LEDGER, same, f"{pool_id}: {dict(state.deficits)} and not {mine}", book.undone > 0)
        offered, entitled = self._held(pool_id)
        parts = (offered, entitled, book.offered, book.entitled)
        told = (dict(state.offered), dict(state.entitled), state.largest_offered, state.largest_entitled)
        step = book.step - book.band + max(book.band, self._truth.records.pools[pool_id].band)
        bound = (step * max(members - 1, 0) / 2 + book.disturbance) / MICROS
        holds = parts == told and abs(fair.bound - bound) <= 1e-9
        yield Finding(
            Promise.PARTS, holds, f"{pool_id}: {told} and not {parts}; {fair.bound}, {bound}", book.offered > 0
        )
        ways = {way: _without_nothing(of_it) for way, of_it in book.received.items()}
        stored = {Way.APART: state.received_apart, Way.OVERRIDE: state.received_by_override}
        greedy = Counter(state.received)
        for of_it in stored.values():
            greedy.subtract(of_it)
        same = ways == {way: _without_nothing(of_it) for way, of_it in {Way.GREEDY: greedy, **stored}.items()}
        yield Finding(Promise.WAYS, same, f"{pool_id}: {ways} are not {greedy}, {stored}", all(ways.values()))

    def eligible(self, decision: Decision) -> Mapping[str, int]:
        """Return by rep the weights of those who could have got a work item, in the order of their names."""
        seen = decision.seen[-1]
        without = {place for place, *_ in (*seen.full, *seen.blocked)}
        return {
            rep: weight for place, (rep, weight) in enumerate(self.candidates(decision).items()) if place not in without
        }

    def candidates(self, decision: Decision) -> Mapping[str, int]:
        """Return by rep the weights of those who qualified, with room or without."""
        label = decision.head.steps[len(decision.seen) - 1]
        pool, at_ms, named = self._pool_of(decision), decision.at_ms, decision.head.named
        if pool is None:
            return {decision.rep: 1}
        asks = label == ASK_FOR_SKILL.get((*decision.head.matched_rules, "")[0])
        skill = str(decision.head.item.attributes["skill"]) if asks else ""
        recused = recused_of(decision)
        those = [
            member
            for member in pool.members
            if member.rep not in recused
            if member.rep == named
            or (member.rep not in decision.head.tried and self._truth.qualifies(member.rep, pool.id, skill, at_ms))
        ]
        return {member.rep: weight_of(member, at_ms) for member in sorted(those, key=lambda member: member.rep)}

    def _pool_of(self, decision: Decision) -> Pool | None:
        label = decision.head.steps[len(decision.seen) - 1]
        return self._truth.records.pools.get(label.partition(",")[0].removeprefix("pool "))

    def _decided(self, decision: Decision) -> Iterator[Finding]:
        pool, way = self._pool_of(decision), way_of(decision)
        yield Finding(Promise.WAYS, decision.way is way, f"decision {decision.number}: {decision.way} and not {way}")
        if pool is None:
            return
        if way is Way.APART:
            self._books[pool.id].received[way][decision.rep] += decision.charge
            return
        book, weights = self._books[pool.id], self.eligible(decision)
        mine = tuple(book.deficits.get(rep, 0) for rep in weights)
        what = f"decision {decision.number}: of {list(weights)} it saw {decision.seen[-1].deficits} and not {mine}"
        yield Finding(Promise.LEDGER, mine == decision.seen[-1].deficits, what, book.undone > 0)
        if not decision.rep:
            audience = _within(pool, book, weights)
            yield Finding(Promise.LEDGER, bool(audience), f"decision {decision.number}: nobody could have it", False)
            self.open[decision.item_id] = Offer(decision.number, "", pool.id, 0, audience)
            return
        entitled = shares_of(weights, decision.charge, decision.rep)
        self._charge(book, entitled, decision.rep, decision.charge, way)
        book.band = max(book.band, pool.band)
        if decision.outcome is Outcome.OFFERED:
            self.open[decision.item_id] = Offer(decision.number, decision.rep, pool.id, decision.charge, entitled)
            self._mark(pool.id)
        if way is Way.OVERRIDE:
            self._disturb(pool.id, len(pool.members))

    def _answered(self, event: OfferAnswered) -> Iterator[Finding]:
        offer = self.open.get(event.item_id)
        if offer is None or offer.number != event.offer:
            return  # the promise that an offer is answered once says so
        if event.stays_open:
            left = {rep: weight for rep, weight in offer.entitled.items() if rep != event.rep}
            self.open[event.item_id] = offer._replace(entitled=left)
            return
        del self.open[event.item_id]
        book, entitled, charge = self._books[event.pool], dict(offer.entitled), offer.charge
        if not offer.rep and event.answer is Answer.ACCEPTED:
            charge = event.charge
            entitled = shares_of(offer.entitled, charge, event.rep)
            way = event.way or Way.GREEDY
            self._charge(book, entitled, event.rep, charge, way)
            if way is Way.OVERRIDE:
                self._disturb(event.pool, len(self._truth.records.pools[event.pool].members))
            if event.way is Way.GREEDY:
                book.band = max(book.band, self._truth.records.pools[event.pool].handing_out.broadcast_band or 0)
        elif event.answer is not Answer.ACCEPTED and offer.rep:
            self._charge(book, {rep: -share for rep, share in entitled.items()}, offer.rep, -charge, Way.GREEDY)
            book.undone += 1
        if offer.rep or event.answer is Answer.ACCEPTED:
            same = (charge, _without_nothing(entitled)) == (event.charge, _without_nothing(dict(event.entitled)))
            told = event.answer is Answer.ACCEPTED and not event.entitled
            what = f"event {event.number}: {event.charge}, {event.entitled} and not {charge}, {entitled}"
            yield Finding(Promise.UNDONE, same or told, what, event.answer is not Answer.ACCEPTED)

    def _charge(self, book: Book, entitled: Mapping[str, int], rep: str, charge: int, way: Way) -> None:
        for other, share in entitled.items():
            book.deficits[other] = book.deficits.get(other, 0) + share
        book.deficits[rep] = book.deficits.get(rep, 0) - charge
        book.received[way][rep] += charge
        book.charge = max(book.charge, charge)

    def _disturb(self, pool_id: str, members: int) -> None:
        """Measure how far the worst of all sets of members is beyond what routing reaches, were all offers declined."""
        book = self._books[pool_id]
        offered, _ = self._held(pool_id)
        stands = sorted((book.deficits.get(rep, 0) + offered.get(rep, 0) for rep in book.deficits), reverse=True)
        place = sum(stand >= 0 for stand in stands)  # who never was entitled to anything stands at nothing
        stands[place:place] = [0] * (members - len(stands))
        sums = [sum(stands[:size]) - book.step * size * (len(stands) - size) / 2 for size in range(1, len(stands))]
        book.disturbance = max([0.0, *sums])

    def _held(self, pool_id: str) -> tuple[dict[str, int], dict[str, int]]:
        """Return by rep what a pool's open offers charge and entitle them to."""
        offered, entitled = Counter[str](), Counter[str]()
        for offer in self.open.values():
            if offer.pool == pool_id and offer.rep:
                offered[offer.rep] += offer.charge
                entitled.update(offer.entitled)
        return _without_nothing(offered), _without_nothing(entitled)

    def _mark(self, pool_id: str) -> None:
        book = self._books[pool_id]
        offered, entitled = self._held(pool_id)
        book.offered = max(book.offered, *offered.values())
        book.entitled = max(book.entitled, *entitled.values())

    def _settled(self, event: Settled) -> Finding:
        book = self._books[event.pool]
        weights = {member.rep: member.weight for member in event.members}
        after = settle(book.deficits, event.leavers, weights)
        for rep in event.leavers:
            book.deficits.pop(rep, None)
            for received in book.received.values():
                received.pop(rep, None)
        book.deficits.update(after)
        self._disturb(event.pool, len(weights))
        left = [
            item_id
            for item_id, offer in self.open.items()
            if offer.pool == event.pool and offer.rep and not offer.entitled.keys().isdisjoint(event.leavers)
        ]
        what = f"event {event.number}: {event.leavers} left with {left[:3]} open"
        return Finding(Promise.UNDONE, not left, what, False)


def recused_of(decision: Decision) -> set[str]:
    """Return who is not to have what a work item opened."""
    opened_by = decision.head.item.opened_by
    return {rep for _, reps in (opened_by.excluded if opened_by else ()) for rep in reps}


def shares_of(weights: Mapping[str, int], charge: int, chosen: str) -> dict[str, int]:
    """Split a charge by weight; whoever is chosen gets what the division leaves over, so that it adds up."""
    total = sum(weights.values())
    shares = {rep: charge * weight // total for rep, weight in weights.items()}
    shares[chosen] = shares.get(chosen, 0) + charge - sum(shares.values())
    return shares


def weight_of(member: Member, at_ms: int) -> int:
    """Return a member's weight at an instant."""
    return ([member.weight] + [step.weight for step in member.ramp if step.from_ms <= at_ms])[-1]


def _within(pool: Pool, book: Book, weights: Mapping[str, int]) -> dict[str, int]:
    """Return those whose claim is within the band of what is offered to many; of nobody, nobody."""
    if not weights:
        return {}
    band, total = pool.handing_out.broadcast_band, sum(weights.values())
    claims = {rep: book.deficits.get(rep, 0) + MICROS * weight // total for rep, weight in weights.items()}
    least = max(claims.values()) - band if band is not None else min(claims.values())
    return {rep: weight for rep, weight in weights.items() if claims[rep] >= least}


def _without_nothing(amounts: Mapping[str, int]) -> dict[str, int]:
    return {rep: amount for rep, amount in amounts.items() if amount}
