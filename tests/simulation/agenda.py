"""What happens to the firm, drawn from the seed alone: a heap of happenings, each of which may lead to others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from router.model.workitem import Kind
from tests.simulation.firm import BULK, INDUSTRIES, OFFICES, SKILLS, Office

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


class What(StrEnum):
    """Kinds of happenings."""

    LEAD = "a lead arrives"
    AGAIN = "a lead is sent again"
    CLOSE = "a lead is closed"
    REASSIGN = "a lead is reassigned"
    NAMED = "a person names the owner"
    MANY = "a manager moves many leads"
    CALL = "somebody calls the customer of a lead"
    HEARD = "the customer of a lead is heard from"
    ADVANCE = "a lead is to enter another stage"
    DECIDE = "somebody answers whether a lead may enter a stage"
    PAUSE = "the deadlines of a lead are paused, or go on"
    ANSWER = "an offer is accepted or declined"
    REOPEN = "a closed lead is reopened"
    ACTIVITY = "somebody does something about a lead"
    UPDATE = "a lead is worth something else, or found to be of another region or industry"
    TERMS = "a pool hands out its work on other terms"
    LEAVE = "a rep files leave"
    LEAVE_EDITED = "a leave is cancelled, or ends on another day"
    POLICY = "a pool's absence policy changes"
    MEMBER = "a rep leaves a pool, or joins it"
    COMPLAINT = "a customer complains"
    COMPLAINT_CHANGED = "a complaint is worse than it seemed, or not so bad"
    COMPLAINT_BACK = "a complaint that was solved comes back"
    SOLVE = "a complaint is to be solved"
    RATE = "a customer says how it went, or whether they would recommend the firm"
    CALLED_BACK = "a customer who was not satisfied is called"
    AWAY = "a rep goes away"
    BACK = "a rep comes back"
    CALENDAR = "a calendar is edited"
    CAPACITY = "a rep's capacity changes"
    HIRE = "a rep is hired"
    QUIT = "a rep is deactivated"
    RULES = "the rules are published anew"
    RESTART = "a server is restarted"
    FORGET = "the timers are deleted and made again"
    STALL = "the log is not followed for its timers for some hours"
    SKEW = "the store's clock is set back for a moment"
    COUNT = "the ledgers are added up"
    AUDIT = "the log is replayed"


class Happening(NamedTuple):
    """Something at an instant; ``number`` orders what happens at once, and ``about`` says what it is about."""

    at_ms: int
    number: int
    what: What
    about: str = ""


_PER_DAY = {
    What.LEAVE: 1.5, What.AWAY: 12.0, What.CALENDAR: 0.08, What.CAPACITY: 0.5, What.HIRE: 0.06, What.QUIT: 0.04,
    What.RULES: 0.05, What.RESTART: 0.3, What.FORGET: 0.1, What.SKEW: 0.5, What.STALL: 0.6, What.REASSIGN: 1.5,
    What.NAMED: 4.0, What.LEAVE_EDITED: 0.5, What.POLICY: 0.05, What.MEMBER: 0.2,
    What.REOPEN: 1.0, What.ACTIVITY: 12.0, What.UPDATE: 5.0, What.TERMS: 0.05,
    What.MANY: 0.7, What.HEARD: 8.0, What.PAUSE: 8.0,
}  # fmt: skip
"""How often things happen on a day of a firm of 100 reps."""
_COMPLAINTS = 10.0
"""Likewise, how many complaints come."""
_OF_SERVICE = {
    What.COMPLAINT, What.COMPLAINT_CHANGED, What.COMPLAINT_BACK, What.SOLVE, What.RATE, What.CALLED_BACK,
}  # fmt: skip
_BESIDE = 10**9
"""Behind all other numbers: what is drawn for complaints changes nothing beside them."""
_LEADS = 0.2
"""Which share of what comes are leads."""
_FAULTS = {What.RESTART, What.FORGET, What.SKEW, What.STALL}
"""Of these, what happens as often in a firm of any size."""


class Agenda:
    """The happenings to come.

    Parameters
    ----------
    seed, start_ms, days
        Make it all.
    reps
        How many the firm has.
    """

    def __init__(self, seed: int, start_ms: int, days: int, reps: int) -> None:
        self.random = Random(seed)
        self.of_service = Random(f"{seed}/service")
        """Draws all about complaints."""
        self._number, self._number_of_service = 0, _BESIDE
        self._heap: list[Happening] = []
        for day in range(days):
            for at_ms, what, about in self._of_day(start_ms + day * DAY_MS, reps):
                self.add(at_ms, what, about)
            for _ in range(_some(_COMPLAINTS * reps / 100, self.of_service)):
                customer = f"C{self.of_service.randrange(max(8, reps // 3))}"
                self.add(start_ms + day * DAY_MS + self.of_service.randrange(DAY_MS), What.COMPLAINT, customer)
            self.add(start_ms + (day + 1) * DAY_MS, What.COUNT)
        for week in range(2, days // 7, 4):
            self.add(start_ms + week * 7 * DAY_MS, What.AUDIT)

    def add(self, at_ms: int, what: What, about: str = "") -> None:
        """Have something happen."""
        if what in _OF_SERVICE:
            self._number_of_service += 1
        else:
            self._number += 1
        number = self._number_of_service if what in _OF_SERVICE else self._number
        heappush(self._heap, Happening(at_ms, number, what, about))

    def __iter__(self) -> Iterator[Happening]:
        while self._heap:
            yield heappop(self._heap)

    def _of_day(self, from_ms: int, reps: int) -> Iterator[tuple[int, What, str]]:
        for office in OFFICES:
            expected = office.leads_per_rep * office.share * reps
            for _ in range(_some(expected * (0.3 if _is_weekend(office, from_ms) else 1.0), self.random)):
                yield self._arrival(office, from_ms), What.LEAD, self._lead(office)
        for what, per_day in _PER_DAY.items():
            for _ in range(_some(per_day if what in _FAULTS else per_day * reps / 100, self.random)):
                yield from_ms + self.random.randrange(DAY_MS), what, ""

    def _arrival(self, office: Office, from_ms: int) -> int:
        """Draw an instant: most come by day where the office is, some at any hour."""
        if self.random.random() < 0.25:
            return from_ms + self.random.randrange(DAY_MS)
        midnight = datetime.fromtimestamp(from_ms / 1000, UTC).replace(tzinfo=ZoneInfo(office.time_zone))
        return round((midnight + timedelta(hours=self.random.triangular(7, 21, 10))).timestamp() * 1000)

    def _lead(self, office: Office) -> str:
        value = 10.0 if self.random.random() < 0.08 else float(self.random.randrange(1, 6))
        kind = Kind.LEAD if self.random.random() < _LEADS else BULK
        return f"{office.region}|{self.random.choice(SKILLS)}|{value}|{self.random.choice(INDUSTRIES)}|{kind}"


def _some(expected: float, random: Random) -> int:
    """Draw how many, by a normal approximation that is never negative."""
    return max(0, round(random.gauss(expected, expected**0.5)))


def _is_weekend(office: Office, at_ms: int) -> bool:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(office.time_zone)).weekday() >= 5
