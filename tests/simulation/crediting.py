"""What leave is credited, worked out from the absences and the log alone: every charge looked at anew, every leave from
its end back to its beginning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from router.model.decision import Block, Decision, Way
from router.model.dispatch import Answer
from router.model.events import Credited, Event, OfferAnswered, Settled
from router.model.workforce import RECENT, CreditPolicy, Pool
from tests.simulation.books import way_of, weight_of
from tests.simulation.promise import Finding, Promise
from tests.simulation.truth import Truth


class Charge(NamedTuple):
    """What a pool was charged, or is no more, and who its members were; ``made_ms`` is when it was charged."""

    at_ms: int
    amount: int
    members: frozenset[str]
    made_ms: int


class Entered(NamedTuple):
    """What a decision used of a credit, of which one, who the pool's members were, and when: for when it is undone."""

    used: int
    entry: int
    members: frozenset[str]
    at_ms: int


@dataclass
class Account:
    """How a rep stands in a pool: up to when their leave is credited, and what is left of it until when."""

    until_ms: int = 0
    rest: int = 0
    expire_ms: int = 0
    entry: int = 0


@dataclass
class PoolBook:
    """A pool's charges, accounts by rep, and who got its last decisions."""

    charges: list[Charge] = field(default_factory=list)
    accounts: defaultdict[str, Account] = field(default_factory=lambda: defaultdict(Account))
    recent: list[str] = field(default_factory=list)


class Crediting:
    """Follows the log beside the code that credits.

    Parameters
    ----------
    truth
        Says who is on leave.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._books: defaultdict[str, PoolBook] = defaultdict(PoolBook)
        self._offers: dict[int, Entered] = {}

    def enter(self, event: Event) -> Iterator[Finding]:
        """Take in an event; yield what it shows."""
        match event:
            case Decision(pool=pool_id) if pool_id and event.rep and way_of(event) is not Way.APART:
                yield from self._decided(event, self._truth.records.pools[pool_id])
            case OfferAnswered():
                self._answered(event)
            case Credited() if event.credit.entry:
                yield self._given_back(event)
            case Credited():
                yield from self._granted(event, self._truth.records.pools[event.credit.pool])
            case Settled():
                for rep in event.leavers:
                    account = self._books[event.pool].accounts[rep]
                    account.rest = account.entry = 0

    def undone(self, now_ms: int) -> Iterator[Finding]:
        """Yield, of every pool that credits leave, whether all is done that is due."""
        for pool_id, pool in self._truth.records.pools.items():
            for rep, account in self._books[pool_id].accounts.items():
                due_ms = account.expire_ms if pool.absence_policy else account.until_ms
                late = bool(account.entry) and due_ms <= now_ms
                yield Finding(Promise.TTL, not late, f"{rep} still has one in {pool_id}", False)
            for member in pool.members if pool.absence_policy else ():
                end_ms = self._truth.last_end_of_leave(member.rep, now_ms)
                done = end_ms <= self._books[pool_id].accounts[member.rep].until_ms
                yield Finding(Promise.CREDIT, done, f"{member.rep} was not in {pool_id}", False)

    def outstanding(self, pool_id: str, stored: Mapping[str, int]) -> Finding:
        """Say whether what a ledger has left of credits is what is left of them."""
        left = {rep: account.rest for rep, account in self._books[pool_id].accounts.items() if account.rest}
        holds = left == {rep: rest for rep, rest in stored.items() if rest}
        return Finding(Promise.TTL, holds, f"{pool_id}: {dict(stored)} are left of {left}", bool(left))

    def _decided(self, decision: Decision, pool: Pool) -> Iterator[Finding]:
        book, rep, stand = self._books[pool.id], decision.rep, decision.stand
        if stand is None:
            yield Finding(Promise.LEDGER, False, f"decision {decision.number} says nothing of how {rep} stood")
            return
        at_ms, members = decision.at_ms, frozenset(one.rep for one in pool.members)
        book.charges.append(Charge(at_ms, decision.charge, members, at_ms))
        self._offers[decision.number] = Entered(0, 0, members, at_ms)
        if pool.absence_policy is None:
            book.recent.clear()
            return
        served = [one.rep for one in pool.members if _is_served(book, one.rep, pool.absence_policy)]
        if not decision.head.named:
            nobody_else = len(decision.seen[-1].deficits) <= len(served)
            blocked = any(code == Block.CREDIT_SHARE for _, code, *_ in decision.seen[-1].blocked)
            yield Finding(Promise.SHARE, rep not in served or nobody_else, f"decision {decision.number}", blocked)
        book.recent = [*book.recent, rep][-RECENT:]
        account = book.accounts[rep]
        used = min(account.rest, max(0, decision.charge - stand.entitlement))
        account.rest -= used
        self._offers[decision.number] = Entered(used, account.entry, members, at_ms)

    def _answered(self, event: OfferAnswered) -> None:
        """Enter what became of an offer: of one that is not accepted what it used of a credit is there again."""
        book, account = self._books[event.pool], self._books[event.pool].accounts[event.rep]
        pool = self._truth.records.pools[event.pool]
        if event.answer is Answer.ACCEPTED and event.entitled:  # many had it
            members = frozenset(one.rep for one in pool.members)
            book.charges.append(Charge(event.at_ms, event.charge, members, event.at_ms))
            if pool.absence_policy:
                account.rest -= min(account.rest, max(0, event.charge - dict(event.entitled).get(event.rep, 0)))
                book.recent = [*book.recent, event.rep][-RECENT:]
        elif event.answer is not Answer.ACCEPTED and event.offer in self._offers:
            entered = self._offers.pop(event.offer)
            account.rest += entered.used if entered.entry == account.entry else 0
            book.charges.append(Charge(event.at_ms, -event.charge, entered.members, entered.at_ms))
            if event.rep in book.recent:
                del book.recent[len(book.recent) - 1 - book.recent[::-1].index(event.rep)]

    def _granted(self, event: Credited, pool: Pool) -> Iterator[Finding]:
        book, credit, policy = self._books[pool.id], event.credit, pool.absence_policy
        account, name = book.accounts[credit.rep], f"event {event.number}: {credit.rep} in {pool.id}"
        if policy is None:
            yield Finding(Promise.CREDIT, False, f"{name}: no leave is credited there")
            return
        since_ms = max(self._truth.begin_of_leave(credit.rep, credit.until_ms), account.until_ms)
        missed = _missed(book, pool, credit.rep, since_ms, credit.until_ms)
        due = max(0, min(missed, policy.max_units - account.rest))
        amount = due if event.at_ms < credit.until_ms + policy.ttl_ms else 0
        is_new = account.until_ms < credit.until_ms <= event.at_ms
        rest = account.rest + event.amount
        yield Finding(Promise.MAX_UNITS, rest <= max(policy.max_units, account.rest), name, amount < missed)
        yield Finding(
            Promise.CREDIT, is_new and amount == event.amount, f"{name}: {event.amount} of {amount}", amount > 0
        )
        account.rest, account.until_ms = rest, credit.until_ms
        if event.amount:
            account.expire_ms, account.entry = credit.until_ms + policy.ttl_ms, event.number

    def _given_back(self, event: Credited) -> Finding:
        credit = event.credit
        account, pool = self._books[credit.pool].accounts[credit.rep], self._truth.records.pools[credit.pool]
        due_ms = account.expire_ms if pool.absence_policy else account.until_ms
        holds = credit.entry == account.entry and event.amount == -account.rest and due_ms <= event.at_ms
        name = f"event {event.number}: {credit.rep} in {pool.id}: {-event.amount} of {account.rest}"
        account.rest = account.entry = 0
        return Finding(Promise.TTL, holds, name, event.amount < 0)


def _is_served(book: PoolBook, rep: str, policy: CreditPolicy) -> bool:
    """Say whether somebody with a credit has got their share of the last decisions."""
    return book.accounts[rep].rest > 0 and book.recent.count(rep) >= policy.share


def _missed(book: PoolBook, pool: Pool, rep: str, since_ms: int, until_ms: int) -> int:
    """Return a rep's part, by weight, of what was charged within a leave while they were a member."""
    within = [one for one in book.charges if since_ms <= one.made_ms and since_ms <= one.at_ms < until_ms]
    charged = sum(one.amount for one in within if rep in one.members)
    weights = {member.rep: weight_of(member, until_ms) for member in pool.members}
    return charged * weights.get(rep, 0) // sum(weights.values()) if len(weights) > 1 else 0
