"""What open offers did to ledgers, loads and caps, and what becomes of that when they are answered. Pure.

A part of ``router.history.projection``: what it is given there it changes. ``scripts/offers.lua`` does the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from router.assignment.caps import ONE, Amounts
from router.assignment.choice import Choice
from router.assignment.ledger import claims_of, pick
from router.assignment.roster import Candidates
from router.history.cap_counts import CapCounts, counted_of
from router.history.pool_ledger import Entered, Entitled, Ledger
from router.model.decision import ChosenDeficit, Decision, Way
from router.model.dispatch import Answer, StandingOffer
from router.model.events import OfferAnswered
from router.model.records import ItemRecord, load_places
from router.model.workitem import Kind, State

Loads = defaultdict[tuple[str, Kind], int]


@dataclass(frozen=True, slots=True)
class Accepting:
    """Who accepts what many were offered: alone, with their room and caps, by a revision of the workforce."""

    candidates: Candidates
    workforce: int = 0
    amounts: Amounts = ONE


class OfferBook:
    """The open offers of a tenant, and how many in a row each rep has let lapse.

    ``lapses`` holds of who was set away for that the number of the event that told so, negative, until they are back:
    no lapses are counted of who is away. ``amounts`` are what the work items that are offered count under caps.
    """

    def __init__(self, ledgers: defaultdict[str, Ledger], loads: Loads, counts: CapCounts) -> None:
        self._ledgers = ledgers
        self._loads = loads
        self._counts = counts
        self.standing: dict[str, StandingOffer] = {}
        self.amounts: dict[str, Amounts] = {}
        self.held: defaultdict[str, int] = defaultdict(int)
        self.lapses: dict[str, int] = {}

    def open(
        self, decision: Decision, candidates: Candidates, choice: Choice, amounts: Amounts, entered: Entered
    ) -> None:
        """Enter an offer, once whoever it is made to was charged for it as for an assignment."""
        terms = candidates.dispatch
        audience = tuple((candidates.reps[k], candidates.weights[k]) for k in choice.audience)
        counted = counted_of(candidates, choice.rep, amounts, decision.at_ms) if choice.rep else ()
        self.standing[decision.item_id] = StandingOffer(
            decision.number, choice.rep, candidates.pool, decision.kind, choice.charge, entered.entitled, counted,
            entered.credited, entered.entry, terms.lapses_until_away, terms.broadcast_band, audience,
        )  # fmt: skip
        self.amounts[decision.item_id] = amounts
        if choice.rep:
            self._ledgers[choice.pool].hold(choice.rep, choice.charge, entered.entitled)
            self.held[choice.rep] += 1

    def all(self) -> list[tuple[int, str]]:
        """Return all that are open, the oldest first: number and work item."""
        return sorted((each.number, item_id) for item_id, each in self.standing.items())

    def offered(self, rep: str) -> list[tuple[int, str]]:
        """Return what a rep may answer, the oldest offer first: its number and the work item."""
        return sorted((each.number, item_id) for item_id, each in self.standing.items() if rep in each.holders)

    def answered(
        self,
        record: ItemRecord,
        answer: Answer,
        rep: str,
        number: int,
        at_ms: int,
        *,
        accepting: Accepting | None = None,
        is_away: bool = False,
    ) -> OfferAnswered:
        """Return what an answer is, as an event.

        Parameters
        ----------
        rep
            Who answers; empty: nobody.
        accepting
            Of who accepts what many were offered.
        is_away
            Whether who let it lapse was away then: that is not counted, and they stay so as they said.
        """
        offer = self.standing[record.item_id]
        is_accepted = answer is Answer.ACCEPTED
        entitled, way = self._entitling(offer, rep) if is_accepted and not offer.rep else (offer.entitled, None)
        charge = offer.charge if offer.rep or is_accepted else 0
        counts = answer is Answer.LAPSED and rep and not is_away
        lapses = max(0, self.lapses.get(rep, 0)) + 1 if counts else 0
        return OfferAnswered(
            number=number,
            item_id=record.item_id,
            kind=record.kind,
            answer=answer,
            offer=offer.number,
            rep=rep,
            pool=offer.pool,
            epoch=record.epoch + is_accepted,
            charge=charge,
            way=(way or Way.GREEDY) if is_accepted else None,
            entitled=() if is_accepted and offer.rep else entitled,
            lapses=lapses,
            set_away=0 < offer.lapses_until_away <= lapses,
            stays_open=answer is Answer.DECLINED and not offer.rep and len(offer.audience) > 1,
            workforce=accepting.workforce if accepting else 0,
            previous=record.event,
            at_ms=at_ms,
        )

    def _entitling(self, offer: StandingOffer, rep: str) -> tuple[Entitled, Way]:
        """Return whom the acceptance of what many were offered entitles, and in which way it enters the ledger."""
        deficits = [self._ledgers[offer.pool].deficits.get(other, 0) for other, _ in offer.audience]
        weights = [weight for _, weight in offer.audience]
        place, band = offer.holders.index(rep), offer.band
        claims = claims_of(deficits, weights, offer.charge)
        is_within = band is not None and claims[place] >= max(claims) - band
        picked = pick(deficits, weights, offer.charge, named=place)
        return tuple(zip(offer.holders, picked.entitlements, strict=True)), Way.GREEDY if is_within else Way.OVERRIDE

    def enter(self, event: OfferAnswered, accepting: Accepting | None = None) -> None:
        """Enter an answer."""
        offer = self.standing[event.item_id]
        if event.stays_open:
            audience = tuple(pair for pair in offer.audience if pair[0] != event.rep)
            self.standing[event.item_id] = offer._replace(audience=audience)
            self._count_lapses(event)
            return
        del self.standing[event.item_id]
        self.amounts.pop(event.item_id, None)
        if offer.rep:
            self.held[offer.rep] -= 1
            self._ledgers[offer.pool].release(offer.rep, offer.charge, offer.entitled)
        if event.answer is not Answer.ACCEPTED:
            self._undo(offer)
        elif not offer.rep:
            self._enter_accepted(offer, event, accepting)
        self._count_lapses(event)

    def _undo(self, offer: StandingOffer) -> None:
        if not offer.rep:
            return
        entered = Entered(offer.entitled, offer.credited, offer.credit)
        self._ledgers[offer.pool].undo(offer.rep, offer.charge, entered)
        self.shift(offer.rep, offer.pool, Kind(offer.kind), -1)
        for field, at, amount in offer.counted:
            self._counts.uncount(field, at, amount)

    def _enter_accepted(self, offer: StandingOffer, event: OfferAnswered, accepting: Accepting | None) -> None:
        assert accepting is not None
        assert event.way is not None
        ledger, members = self._ledgers[offer.pool], accepting.candidates.members
        deficits = [ledger.deficits.get(rep, 0) for rep in offer.holders]
        place = offer.holders.index(event.rep)
        picked = pick(deficits, [weight for _, weight in offer.audience], offer.charge, named=place)
        stand = ChosenDeficit(picked.entitlements[place], deficits[place], picked.after[place], 0)
        band = offer.band if event.way is Way.GREEDY else 0
        everybody = replace(
            accepting.candidates, band=band or 0, members=members, reps=offer.holders, share=accepting.candidates.share
        )
        positions = tuple(range(len(offer.holders)))
        choice = Choice(0, event.rep, offer.pool, offer.charge, picked, positions, stand)
        ledger.charge(everybody, choice, event.way)
        self.shift(event.rep, offer.pool, Kind(offer.kind), 1)
        for cap in accepting.candidates.caps:
            self._counts.add(cap, event.rep, accepting.amounts, event.at_ms)

    def _count_lapses(self, event: OfferAnswered) -> None:
        if event.set_away:
            self.lapses[event.rep] = -event.number
        elif event.lapses:
            self.lapses[event.rep] = event.lapses
        elif event.answer in (Answer.ACCEPTED, Answer.DECLINED) and self.lapses.get(event.rep, 0) > 0:
            del self.lapses[event.rep]

    def forgive(self, rep: str) -> None:
        """Forget why a rep was set away, once they are back, or say so themselves."""
        if self.lapses.get(rep, 0) < 0:
            del self.lapses[rep]

    def drop(self, rep: str) -> None:
        """Forget the lapses of a rep who was deleted: whoever is called so later begins anew."""
        self.lapses.pop(rep, None)

    def shift(self, rep: str, pool: str, kind: Kind, by: int) -> None:
        """Have a rep have more units open, or fewer."""
        for place in load_places(rep, pool):
            self._loads[place, kind] += by


def after_answer(record: ItemRecord, event: OfferAnswered, holders: Sequence[str]) -> ItemRecord:
    """Return where a work item stands behind an answer to its offer; ``holders`` had it until then."""
    number = event.number
    if event.stays_open:
        return replace(record, event=number, refused=(*record.refused, event.rep))
    answered = replace(record, event=number, version=number, answered=number, offer=None)
    if event.answer is Answer.ACCEPTED:
        return replace(answered, state=State.ASSIGNED, owner=event.rep, pool=event.pool, epoch=event.epoch, refused=())
    refusing = {Answer.DECLINED: (event.rep,), Answer.LAPSED: tuple(holders)}.get(event.answer, ())
    return replace(answered, state=State.QUEUED, refused=(*record.refused, *refusing))
