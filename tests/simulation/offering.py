"""What offers promise beside the ledger, worked out from the log and the clocks on the wall: who holds how many, who
refused what, when each lapses, and who is set away for it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from router.model.decision import Block, Decision, Outcome
from router.model.dispatch import Answer, Dispatch, DispatchClock
from router.model.events import Event, OfferAnswered, PresenceChanged, WorkforceChanged
from tests.simulation.books import Books
from tests.simulation.promise import Finding, Promise
from tests.simulation.truth import Truth, worked_until

ROUNDS = 2


class Standing(NamedTuple):
    """An open offer: its number, whom it is made to (empty: ``audience``), its terms, and when it was made."""

    number: int
    rep: str
    pool: str
    terms: Dispatch
    at_ms: int
    audience: frozenset[str]


class Offering:
    """Follows the log beside the code that offers.

    Parameters
    ----------
    truth
        Says who works when.
    books
        Say who could have got what.
    """

    def __init__(self, truth: Truth, books: Books) -> None:
        self._truth = truth
        self._books = books
        self.standing: dict[str, Standing] = {}
        """Open offers, by work item."""
        self.refused: defaultdict[str, list[str]] = defaultdict(list)
        """Who refused a work item since it last had an owner, once for each time."""
        self._held: Counter[str] = Counter()
        """Open offers to one rep, by rep."""
        self._lapses: Counter[str] = Counter()
        """Offers in a row that a rep let lapse while they were not away, since they answered one or were set away."""
        self._due: dict[str, int] = {}
        self._set_away = (0, "", False)
        """The last event by which somebody is away until they say otherwise, who that is, and if they were before."""

    def enter(self, event: Event) -> Iterator[Finding]:
        """Take in an event; yield what it shows. Books are to take it in first."""
        match event:
            case Decision():
                yield from self._decided(event)
            case OfferAnswered():
                yield from self._answered(event)
            case PresenceChanged(number=number, rep=rep, until_ms=0, at_ms=at_ms):
                self._set_away = (number, rep, self._truth.is_away(rep, at_ms))
            case WorkforceChanged():
                self._due.clear()

    def overdue(self, now_ms: int) -> Iterator[Finding]:
        """Yield, of each open offer, whether its time is not over."""
        for item_id, offer in self.standing.items():
            due_ms = self.due_ms(item_id)
            what = f"offer {offer.number} of {item_id} was due at {due_ms}, it is {now_ms}"
            yield Finding(Promise.LAPSE, not due_ms or due_ms > now_ms, what, False)

    def has_room(self, rep: str, pool: str) -> bool:
        """Say whether a rep may be offered one more work item of a pool."""
        terms = self._truth.records.pools[pool].handing_out
        return not terms.offers or terms.mode == "BROADCAST" or self._held[rep] < terms.offers_open

    def most_refusals(self, item_id: str, there: Collection[str]) -> int:
        """Return how often one may have refused a work item to be asked once more, of those who are there."""
        return min(min((self.refused[item_id].count(rep) for rep in there), default=0), ROUNDS - 1)

    def due_ms(self, item_id: str) -> int:
        """Return when an open offer lapses; 0: never."""
        if item_id not in self._due:
            self._due[item_id] = self._reckoned(self.standing[item_id])
        return self._due[item_id]

    def _reckoned(self, offer: Standing) -> int:
        terms = offer.terms
        if not terms.timeout_ms:
            return 0
        of_pool = terms.clock is DispatchClock.POOL or not offer.rep
        calendar = None
        if terms.clock is not DispatchClock.WALL:
            calendar = self._truth.calendar("" if of_pool else offer.rep, offer.pool)
        return worked_until(calendar, offer.at_ms, terms.timeout_ms)

    def _decided(self, decision: Decision) -> Iterator[Finding]:
        item_id, name = decision.item_id, f"decision {decision.number} of {decision.item_id}"
        is_offer = decision.outcome is Outcome.OFFERED
        if not is_offer and not decision.rep:
            return
        free = item_id not in self.standing
        yield Finding(Promise.ANSWERED, free, f"{name}: offered already", is_offer)
        if not is_offer:
            self.refused.pop(item_id, None)
            return
        offer = self._books.open.get(item_id)
        if offer is None:
            yield Finding(Promise.OFFERED, False, f"{name}: no pool offers it")
            return
        pool = self._truth.records.pools[offer.pool]
        if decision.freed:
            self.refused.pop(item_id, None)
        audience = [decision.rep] if decision.rep else [*offer.entitled]
        yield from self._may_be_asked(decision, audience)
        if decision.rep:
            blocked = any(block[1] == Block.OFFERS_OPEN for seen in decision.seen for block in seen.blocked)
            held, most = self._held[decision.rep], pool.handing_out.offers_open
            yield Finding(Promise.OPEN, held < most, f"{name}: {decision.rep} has {held} of {most}", blocked)
            self._held[decision.rep] += 1
        self.standing[item_id] = Standing(
            decision.number, decision.rep, pool.id, pool.handing_out, decision.at_ms, frozenset(audience)
        )

    def _may_be_asked(self, decision: Decision, audience: Collection[str]) -> Iterator[Finding]:
        item_id, refused = decision.item_id, self.refused[decision.item_id]
        there = [rep for rep in self._books.candidates(decision) if not self._truth.is_away(rep, decision.at_ms)]
        most = self.most_refusals(item_id, there)
        for rep in audience:
            what = f"decision {decision.number}: {rep} refused {item_id} {refused.count(rep)} times of {most}"
            yield Finding(Promise.REFUSED, refused.count(rep) <= most, what, bool(refused))
            if refused.count(rep):
                yield Finding(Promise.SECOND_ROUND, refused.count(rep) < ROUNDS, what)

    def _answered(self, event: OfferAnswered) -> Iterator[Finding]:
        item_id, offer = event.item_id, self.standing.get(event.item_id)
        fits = offer is not None and offer.number == event.offer and event.rep in (offer.rep, *offer.audience)
        if offer is not None and not offer.rep and event.answer in (Answer.LAPSED, Answer.RESCINDED):
            fits = offer.number == event.offer and not event.rep
        yield Finding(Promise.ANSWERED, fits, f"event {event.number}: {event.answer} {event.offer} of {item_id}")
        if offer is None or not fits:
            return
        if event.answer in (Answer.DECLINED, Answer.LAPSED):
            self.refused[item_id] += [event.rep] if event.answer is Answer.DECLINED or offer.rep else offer.audience
        if event.answer is Answer.LAPSED:
            due_ms = self.due_ms(item_id)
            what = f"event {event.number}: offer {offer.number} lapsed at {event.at_ms}, it was due at {due_ms}"
            yield Finding(Promise.LAPSE, 0 < due_ms <= event.at_ms, what)
        yield from self._in_a_row(event, offer)
        if event.stays_open:
            self.standing[item_id] = offer._replace(audience=offer.audience - {event.rep})
            return
        del self.standing[item_id]
        self._due.pop(item_id, None)
        self._held[offer.rep] -= bool(offer.rep)
        if event.answer is Answer.ACCEPTED:
            self.refused.pop(item_id, None)

    def _in_a_row(self, event: OfferAnswered, offer: Standing) -> Iterator[Finding]:
        """Count what a rep lets lapse who is there, until they answer something: after so many they are away."""
        if event.answer in (Answer.ACCEPTED, Answer.DECLINED):
            self._lapses[event.rep] = 0
        if event.answer is not Answer.LAPSED or not offer.rep:
            return
        was_away = self._truth.is_away(event.rep, event.at_ms)
        if event.set_away and self._set_away[:2] == (event.number - 1, event.rep):
            was_away = self._set_away[2]
        self._lapses[event.rep] += not was_away
        lapses, most = 0 if was_away else self._lapses[event.rep], offer.terms.lapses_until_away
        due = 0 < most <= lapses
        same = event.set_away is due and event.lapses == lapses
        is_away = not due or self._truth.is_away(event.rep, event.at_ms)
        what = f"event {event.number}: {event.rep} let {event.lapses} of {lapses} lapse, of {most}"
        yield Finding(Promise.SET_AWAY, same and is_away, what, due)
        if due:
            self._lapses[event.rep] = 0
