"""A pool's ledger as it follows from the log. Pure.

A part of ``router.history.projection``; of the scripts ``ledger``, ``credits``, ``disturbance`` and ``offers`` do the
same.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from router.assignment import ledger
from router.assignment.choice import Choice
from router.assignment.roster import Candidates
from router.model.decision import Way
from router.model.events import Credited, LeaveCredit, Settled
from router.model.records import CreditState, LedgerState
from router.model.workforce import RECENT

Entitled = tuple[tuple[str, int], ...]
"""By rep, in micro-units."""


class Entered(NamedTuple):
    """What a charge did beside charging: whom it entitled, and how much of a credit it used, of which event."""

    entitled: Entitled = ()
    credited: int = 0
    entry: int = 0


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
    offered: dict[str, int] = field(default_factory=dict)
    entitled: dict[str, int] = field(default_factory=dict)
    largest_offered: int = 0
    largest_entitled: int = 0

    @classmethod
    def of(cls, state: LedgerState | Ledger) -> Ledger:
        """Return one that stands as another does, and changes apart from it."""
        return cls(**{each.name: copy(getattr(state, each.name)) for each in fields(cls)})

    def charge(self, candidates: Candidates, choice: Choice, way: Way) -> Entered:
        """Enter one decision; what enters apart moves nothing but what was received."""
        assert choice.picked is not None
        for received in self._received(way):
            received[choice.rep] = received.get(choice.rep, 0) + choice.charge
        if way is Way.APART:
            return Entered()
        reps = [candidates.reps[k] for k in choice.eligible]
        for rep, after in zip(reps, choice.picked.after, strict=True):
            self.deficits[rep] = after
            self.worst = max(self.worst, abs(after))
        self.decisions += 1
        self.overrides += way is Way.OVERRIDE
        self.largest_charge = max(self.largest_charge, choice.charge)
        self.largest_band = max(self.largest_band, candidates.band)
        credited = self._count(choice) if candidates.share else 0
        if way is Way.OVERRIDE:
            self._disturb(candidates.members)
        entry = self.credited.get(choice.rep, CreditState()).entry if credited else 0
        return Entered(tuple(zip(reps, choice.picked.entitlements, strict=True)), credited, entry)

    def hold(self, rep: str, charge: int, entitled: Entitled) -> None:
        """Note that a charge is of an offer that is open."""
        self._add(self.offered, rep, charge)
        self.largest_offered = max(self.largest_offered, self.offered.get(rep, 0))
        for other, amount in entitled:
            self._add(self.entitled, other, amount)
            self.largest_entitled = max(self.largest_entitled, self.entitled.get(other, 0))

    def release(self, rep: str, charge: int, entitled: Entitled) -> None:
        """Note that an offer is open no more."""
        self._add(self.offered, rep, -charge)
        for other, amount in entitled:
            self._add(self.entitled, other, -amount)

    def undo(self, rep: str, charge: int, entered: Entered) -> None:
        """Take back the charge of an offer, whatever came behind it."""
        self.received[rep] = self.received.get(rep, 0) - charge
        reps = [other for other, _ in entered.entitled]
        deficits = [self.deficits.get(other, 0) for other in reps]
        after = ledger.undo(deficits, reps.index(rep), [amount for _, amount in entered.entitled])
        for other, deficit in zip(reps, after, strict=True):
            self.deficits[other] = deficit
            self.worst = max(self.worst, abs(deficit))
        self._uncount(rep)
        if entered.credited and self.credited.get(rep, CreditState()).entry == entered.entry:
            self.credits[rep] = self.credits.get(rep, 0) + entered.credited

    def _uncount(self, rep: str) -> None:
        """Have a decision be none, of the last too where those are known."""
        if self.counted:
            recent = list(self.recent) if self.counted == self.decisions else []
            if rep in recent:
                del recent[len(recent) - 1 - recent[::-1].index(rep)]
            self.recent, self.counted = tuple(recent), self.decisions - 1
        self.decisions -= 1

    @staticmethod
    def _add(amounts: dict[str, int], rep: str, amount: int) -> None:
        amounts[rep] = amounts.get(rep, 0) + amount
        if not amounts[rep]:
            del amounts[rep]

    def _received(self, way: Way) -> tuple[dict[str, int], ...]:
        """Return what a charge adds to."""
        apart = {Way.APART: self.received_apart, Way.OVERRIDE: self.received_by_override}.get(way)
        return (self.received,) if apart is None else (self.received, apart)

    def _count(self, choice: Choice) -> int:
        """Enter a decision of a pool that credits leaves; return how much of a credit it uses."""
        assert choice.stand is not None
        before = self.recent if self.counted == self.decisions - 1 else ()  # others came while nobody was credited
        self.recent, self.counted = (*before, choice.rep)[-RECENT:], self.decisions
        rest = self.credits.get(choice.rep, 0)
        if not rest:
            return 0
        self.credits[choice.rep] = max(0, rest - (choice.charge - choice.stand.entitlement))
        return rest - self.credits[choice.rep]

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
            amounts = self.received, self.received_apart, self.received_by_override
            for of_rep in (*amounts, self.credits, self.offered, self.entitled):
                of_rep.pop(leaver, None)
            if leaver in self.credited:  # should they come again, what was credited is not credited again
                self.credited[leaver] = CreditState(self.credited[leaver].until_ms)
        self.deficits.update(after)
        self._disturb(len(settled.members))

    def _disturb(self, members: int) -> None:
        deficits = [deficit + self.offered.get(rep, 0) for rep, deficit in self.deficits.items()]
        step = self.largest_charge + self.largest_band + self.largest_offered + self.largest_entitled
        self.disturbance = ledger.disturbance([*deficits, *[0] * (members - len(deficits))], step)

    def state(self) -> LedgerState:
        """Return it as it stands."""
        return LedgerState(**{name: copy(value) for name, value in vars(self).items()})
