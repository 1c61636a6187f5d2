"""Who stands in for whom, worked out from the absences and the log alone: whose each open work item is, who is to have
it while they are on leave, and that it is theirs again afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from router.model.decision import Cause, Decision, Outcome
from router.model.dispatch import Answer
from router.model.events import Completed, Event, OfferAnswered, WorkforceChanged
from router.model.records import ItemRecord
from tests.simulation.promise import Finding, Promise
from tests.simulation.truth import Truth

_GIVEN = {Cause.OVERRIDE, Cause.REOPENED}
"""By which somebody gets what is to stay with them although they are known to be on leave; so does what they accept."""


class Covering:
    """Follows the log beside the code that hands over.

    Parameters
    ----------
    truth
        Says who is on leave, and who stands in then.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self.whose: dict[str, str] = {}
        """Work items that somebody has: whose they are when nobody is on leave."""
        self._owners: dict[str, str] = {}
        self._of: defaultdict[str, set[str]] = defaultdict(set)
        self._given: dict[str, tuple[int, Mapping[str, int]]] = {}
        self._covered: set[str] = set()
        self._closers: dict[str, str] = {}
        self._touched: set[str] = set()
        self._is_all_to_be_looked_at = False
        self._looked_ms = 0

    @property
    def covered(self) -> set[str]:
        """The work items whose owners stand in for somebody."""
        return {item_id for item_id, owner in self._owners.items() if self.whose[item_id] != owner}

    def enter(self, event: Event) -> Iterator[Finding]:
        """Take in an event; yield what it shows."""
        match event:
            case Decision(outcome=Outcome.ASSIGNED):
                yield from self._decided(event)
            case Decision(outcome=Outcome.OFFERED):
                self._leave(event.item_id)
            case OfferAnswered(answer=Answer.ACCEPTED):
                self._give(event.item_id, event.rep, event.rep)
                self._have_stay(event.item_id, event.rep, event.at_ms)
            case Completed():
                self._closers[event.item_id] = event.rep
                self._leave(event.item_id)
            case WorkforceChanged():
                self._is_all_to_be_looked_at = True
                yield from self._edited()
            case _:
                pass

    def look(self, now_ms: int) -> Iterator[Finding]:
        """Yield of what may have changed since the last look whether it is with whom it is to be."""
        reaches_edge = any(self._truth.edges_of_leave(self._looked_ms, now_ms))
        is_all = self._is_all_to_be_looked_at or reaches_edge
        reps = [*self._of] if is_all else {self.whose[item_id] for item_id in self._touched if item_id in self.whose}
        for rep in reps:
            holder = self._truth.who_has(rep, now_ms)
            for item_id in self._of[rep] if holder else ():
                if is_all or item_id in self._touched:
                    yield from self._looked_at(item_id, holder, now_ms)
        self._touched.clear()
        self._is_all_to_be_looked_at, self._looked_ms = False, now_ms

    def stored(self, records: Iterable[ItemRecord]) -> Iterator[Finding]:
        """Yield whether the store has of each who has it, and whom they stand in for."""
        for record in records:
            owner, whose = self._owners.get(record.item_id, ""), self.whose.get(record.item_id, "")
            same = (record.owner, record.covered) == (owner, whose if whose != owner else "")
            what = f"{record.item_id}: {record.owner} for {record.covered or 'nobody'} and not {owner} for {whose}"
            yield Finding(Promise.KEPT, same, what)

    def _looked_at(self, item_id: str, holder: str, now_ms: int) -> Iterator[Finding]:
        owner, whose = self._owners[item_id], self.whose[item_id]
        if owner != holder and self._stays(item_id, owner, now_ms):
            return
        what = f"{item_id} of {whose} is with {owner} and not {holder} at {now_ms}"
        if holder != whose:
            yield Finding(Promise.COVERED, owner == holder, what)
        else:
            yield Finding(Promise.RETURNED, owner == holder, what, item_id in self._covered)

    def _stays(self, item_id: str, owner: str, now_ms: int) -> bool:
        """Say whether somebody got it when they were known to be on leave, which is not over, nor edited."""
        if item_id not in self._given or owner != self.whose[item_id]:
            return False
        at_ms, known = self._given[item_id]
        is_as_known = not self._truth.absences_at(owner, at_ms).items().isdisjoint(known.items())
        is_on_leave = self._truth.is_on_leave(owner, now_ms)
        return is_as_known and is_on_leave and self._truth.begin_of_leave(owner, now_ms + 1) <= at_ms

    def _decided(self, decision: Decision) -> Iterator[Finding]:
        item_id, rep, cause = decision.item_id, decision.rep, decision.head.cause
        name = f"decision {decision.number}: {item_id} goes to {rep}"
        if cause in (Cause.COVERED, Cause.COVER_ENDED):
            yield self._handed_over(decision, name)
            self._give(item_id, rep, self.whose.get(item_id, rep))
            self._covered.add(item_id)
            return
        if cause is Cause.REOPENED and decision.head.named:
            closer = self._closers.get(item_id, "")
            yield Finding(Promise.RETURNED, rep == closer, f"{name}, and {closer} closed it", item_id in self._covered)
        self._covered.discard(item_id)
        self._give(item_id, rep, rep)
        if cause in _GIVEN:
            self._have_stay(item_id, rep, decision.at_ms)

    def _handed_over(self, decision: Decision, name: str) -> Finding:
        """Hold a hand-over to who is to have it: at that instant, or at one since the last look, if it comes late."""
        item_id, whose = decision.item_id, self.whose.get(decision.item_id, "")
        since_ms = min(self._looked_ms, decision.at_ms)
        edges = {since_ms, decision.at_ms, *self._truth.edges_of_leave(since_ms, decision.at_ms)}
        is_due = any(self._truth.who_has(whose, at_ms) == decision.rep for at_ms in edges) and bool(whose)
        owner = self._owners.get(item_id, "")
        moves = decision.rep != owner and not self._stays(item_id, owner, decision.at_ms)
        stands_in = decision.head.cause is Cause.COVERED
        told = decision.head.covered == (whose if stands_in else "") and (decision.rep == whose) is not stands_in
        return Finding(
            Promise.COVERED if stands_in else Promise.RETURNED, is_due and moves and told, f"{name}, {whose}'s"
        )

    def _edited(self) -> Iterator[Finding]:
        for absence in self._truth.edited:
            if absence.substitute:
                circle = self._truth.circle_of(absence)
                yield Finding(Promise.NO_CIRCLE, not circle, f"{absence.id}: {' → '.join(circle)}", False)

    def _give(self, item_id: str, owner: str, whose: str) -> None:
        self._leave(item_id)
        self._owners[item_id], self.whose[item_id] = owner, whose
        self._of[whose].add(item_id)
        self._touched.add(item_id)

    def _have_stay(self, item_id: str, rep: str, at_ms: int) -> None:
        """Note of what somebody gets by which absences they are known to be on leave then, if they are."""
        if known := self._truth.absences_at(rep, at_ms):
            self._given[item_id] = at_ms, known

    def _leave(self, item_id: str) -> None:
        self._given.pop(item_id, None)
        if item_id in self.whose:
            self._of[self.whose.pop(item_id)].discard(item_id)
            del self._owners[item_id]
