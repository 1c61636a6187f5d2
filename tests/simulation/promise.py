"""The promises, in words, and how a run kept them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class Promise(Enum):
    """What a run is held to."""

    EPOCH = "an owner's epoch is the one before it and one"
    TIME = "the log's times never run back"
    HOURS = "nobody gets work outside their hours"
    LEAVE = "nobody gets work who is on leave"
    CAPACITY = "nobody has more open than their capacity"
    ACTIVE = "nobody gets work who is not active, or no member"
    SKILL = "nobody gets what the rules do not let them have"
    WAKING = "nothing waits while somebody could take it"
    ORDER = "of what is alike the oldest is woken first"
    AGAIN = "what is sent again has the owner that it had"
    BOUND = "every rep is within the bound of a fair share"
    SUM = "deficits sum to nothing"
    CAPS = "nobody, and no pool, gets more than their caps"
    AWAY = "nobody gets work who is away"
    CREDIT = "who comes back is credited what they missed on leave, once"
    MAX_UNITS = "nobody has more of a credit outstanding than they may"
    TTL = "what is left of a credit goes back in its time, and nothing else"
    SHARE = "nobody is served beyond their share for a credit"
    TIMERS = "timers that are deleted are made again, the same"
    FIRED = "a timer fires once, never early, for what still waits"
    REPLAY = "the log replays to what is stored"
    OFFERED = "what is offered is nobody's until somebody accepts it"
    OPEN = "nobody has more offers open than they may"
    ANSWERED = "an offer ends once, by whom it was made to"
    LEDGER = "a ledger is what steps, and steps that were undone, make of it"
    UNDONE = "what is not accepted leaves ledger, loads and caps as if it had never been"
    LAPSE = "an offer lapses when its time is over by its clock, and not before"
    SET_AWAY = "who lets so many offers in a row lapse is away, and nobody else"
    REFUSED = "who refused is not asked again in the same round"
    SECOND_ROUND = "the second round comes once"
    PARTS = "the bound has the parts that open offers give it, and what disturbed it"
    WAYS = "what is received is counted by the way in which it entered the ledger"
    ONE_OWNER = "what has an owner goes on from them alone"
    KEPT = "nothing is lost: the store has each lead with whom the log says, or waiting, or closed"
    COVERED = "what is open of who is on leave is with whoever stands in for them"
    RETURNED = "when nobody is stood in for any more, what is still open is theirs again"
    REOPENED = "what is closed is reopened within its days alone"
    NO_CIRCLE = "nobody stands in for who stands in for them"
    FOUND = "a filter finds all that it holds for, and nothing else"
    MANY = "of many that are moved each is moved once, stays, or is refused, and no other moves"
    STEPS = "each step of a deadline is done once, in order, as it is due, and not before"
    STOPPED = "nobody is reminded behind what stopped that"
    ESCALATED = "what nobody sees to goes to who did not have it in its stage, twice there, then to who is above"
    PAUSED = "what is paused rests, and what is statutory does not"
    STAGE = "nothing enters a stage that may not follow, or without what it requires"
    APPROVED = "nothing is entered that nobody approved, and nobody approves their own"
    CHILD = "each child is opened once, and what it blocks waits for it"
    SPENT = "where the time of a deadline went adds up, part by part"
    LISTS = "each list of what falls due is made once, in its time, and holds just that"
    TOLD = "whoever is there and a step, a list or a change of owner concerns is told of it, and nobody else"
    SEVERITY = "a complaint is as severe as follows from what it is, as it comes and as it changes"
    REPEATS = "what repeats an earlier complaint names the latest, and is one more severe"
    ASKED = "customers are asked how it went once, and for an nps not twice in 90 days, nor while they complain"
    CALLED = "a bad answer opens one call, by somebody who had nothing to do with it"
    ON_CHANGE = "what is updated is routed anew where its route asks for that, and nowhere else"


class Finding(NamedTuple):
    """A look at a promise: whether it held, of what, and whether it mattered."""

    promise: Promise
    holds: bool
    what: str
    decided: bool = True


@dataclass(slots=True)
class Tally:
    """How a run kept its promises.

    Attributes
    ----------
    checked, decided
        By promise: how often it was looked at, and how often it made a difference.
    violations
        What was broken, in words.
    """

    checked: Counter[Promise] = field(default_factory=Counter)
    decided: Counter[Promise] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def note(self, promise: Promise, holds: bool, what: str, decided: bool = True) -> None:
        """Count a look at a promise, and what broke it."""
        self.checked[promise] += 1
        self.decided[promise] += decided
        if not holds:
            self.violations.append(f"broken {promise.name}: {promise.value}: {what}")
