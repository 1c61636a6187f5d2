"""What must hold of offers, whatever goes wrong: worked out from the log alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from router.model.decision import Decision, Outcome
from router.model.dispatch import Answer, Dispatch, DispatchMode
from router.model.events import Event, OfferAnswered, PresenceChanged
from tests.chaos.terms import Terms

OFFERED, MANY = "offered", "many"
DISPATCHES: Mapping[str, Dispatch] = {
    OFFERED: Dispatch(DispatchMode.OFFER, 1_000, offers_open=2, lapses_until_away=1),
    MANY: Dispatch(DispatchMode.BROADCAST, 2_000),
}
"""By pool: how it offers its work; any other pushes."""
ROUNDS = 2


@dataclass(slots=True)
class OpenOffers:
    """What stands offered, who refused what, and who is away.

    Attributes
    ----------
    standing
        By work item, the decision that offers it.
    held
        How many offers of their own each rep has.
    refused
        By work item, who refused it since it last had an owner, once for each time; of what many are offered nobody.
    """

    terms: Terms
    standing: dict[str, Decision] = field(default_factory=dict)
    held: Counter[str] = field(default_factory=Counter)
    refused: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _away: dict[str, int] = field(default_factory=dict)
    _was_away: tuple[int, str, bool] = (0, "", False)
    _lapses: Counter[str] = field(default_factory=Counter)

    def enter(self, event: Event) -> Iterator[str]:
        """Take in an event; yield what must not be."""
        match event:
            case PresenceChanged(rep=rep, until_ms=None):
                self._away.pop(rep, None)
                if event.is_gone:
                    self._lapses[rep] = 0
            case PresenceChanged(rep=rep, until_ms=int(until_ms)):
                self._was_away = (event.number, rep, self._is_away(rep, event.at_ms))
                self._away[rep] = until_ms
            case Decision(outcome=Outcome.OFFERED):
                yield from self._offered(event)
            case Decision() if event.rep:
                if event.item_id in self.standing:
                    yield f"event {event.number}: work item {event.item_id} is given away while it is offered"
                self.refused.pop(event.item_id, None)
            case OfferAnswered():
                yield from self._answered(event)

    def takers(self, pool: str, refused: Sequence[str], free: Iterable[str], at_ms: int) -> list[str]:
        """Return who of those with room may have a work item of a pool that some have refused, as far as offers go."""
        if pool not in DISPATCHES:
            return list(free)
        may_be_asked = [rep for rep in free if refused.count(rep) <= self._most(refused, at_ms)]
        most = DISPATCHES[pool].offers_open if pool == OFFERED else inf
        return [rep for rep in may_be_asked if self.held[rep] < most]

    def _most(self, refused: Sequence[str], at_ms: int) -> int:
        """Return how often one may have refused a work item to be asked: once all who are there have."""
        there = [rep for rep in self.terms.leave if self.is_there(rep, at_ms)]
        return min(min((refused.count(rep) for rep in there), default=0), ROUNDS - 1)

    def is_there(self, rep: str, at_ms: int) -> bool:
        """Say whether a rep is neither away nor on leave."""
        return not self._is_away(rep, at_ms) and not self.terms.is_on_leave(rep, at_ms)

    def _is_away(self, rep: str, at_ms: int) -> bool:
        until_ms = self._away.get(rep)
        return until_ms is not None and (not until_ms or until_ms > at_ms)

    def _offered(self, decision: Decision) -> Iterator[str]:
        item_id, rep, said = decision.item_id, decision.rep, f"event {decision.number}"
        if item_id in self.standing:
            yield f"{said}: work item {item_id} is offered already"
        self.standing[item_id] = decision
        if decision.freed:
            self.refused.pop(item_id, None)
        if not rep:
            return
        most = DISPATCHES[OFFERED].offers_open
        if self.held[rep] >= most:
            yield f"{said}: {rep} has {self.held[rep]} offers open, of {most}"
        if self.refused[item_id].count(rep) > self._most(self.refused[item_id], decision.at_ms):
            yield f"{said}: {rep} refused {item_id} before, and others were not asked"
        self.held[rep] += 1

    def _answered(self, event: OfferAnswered) -> Iterator[str]:
        item_id, said = event.item_id, f"event {event.number}: {event.answer} {event.offer} of {event.item_id}"
        decision = self.standing.get(item_id)
        if decision is None or decision.number != event.offer or decision.rep not in ("", event.rep):
            yield f"{said}: is not open"
            return
        if event.answer is Answer.LAPSED:
            timeout_ms = DISPATCHES[event.pool].timeout_ms
            if event.at_ms < decision.at_ms + timeout_ms:
                yield f"{said}: {event.at_ms - decision.at_ms} ms old, of {timeout_ms}"
            yield from self._lapsed(event, said)
        elif event.answer is not Answer.RESCINDED:
            self._lapses[event.rep] = 0
        if event.answer in (Answer.DECLINED, Answer.LAPSED) and event.rep:
            self.refused[item_id].append(event.rep)
        if event.answer is Answer.ACCEPTED:
            self.refused.pop(item_id, None)
        if not event.stays_open:
            del self.standing[item_id]
            self.held[decision.rep] -= bool(decision.rep)

    def _lapsed(self, event: OfferAnswered, said: str) -> Iterator[str]:
        """Count what somebody lets lapse who is there: whoever is away already, but by this very lapse, stays so."""
        if not event.rep:
            return
        was_away = self._is_away(event.rep, event.at_ms)
        if event.set_away and self._was_away[:2] == (event.number - 1, event.rep):
            was_away = self._was_away[2]
        self._lapses[event.rep] += not was_away
        due = not was_away and self._lapses[event.rep] >= DISPATCHES[OFFERED].lapses_until_away
        if event.set_away is not due or (due and self._away.get(event.rep) != 0):
            yield f"{said}: the {self._lapses[event.rep]}th of {event.rep}, who is not away for it, or for nothing"
        if due:
            self._lapses[event.rep] = 0


def offers_hold(events: Iterable[Event], terms: Terms) -> Iterator[str]:
    """Yield what must not be of offers: they end once, by whom they are made to, and nobody has more than they may."""
    offers = OpenOffers(terms)
    for event in events:
        yield from offers.enter(event)
