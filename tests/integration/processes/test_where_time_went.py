"""Where the time of deadlines went in two logs of real work: the parts add up to the millisecond on every item.

Who had a case is whose row it is; leaves and hours are made up, by the names of people. Some cases are looked at minute
by minute too, by lines that import nothing of the product.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby, islice, pairwise
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from router.assignment.roster import Roster
from router.model.activities import ActivityEvidence, ActivityKind
from router.model.calendars import Absence, Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.workforce import RecordChange, Rep, WorkforceRecords
from router.model.workitem import Kind
from router.process.definition.deadlines import ClockOwner, Deadline, Since, Until
from router.process.definition.processes import Process, Stage
from router.process.due.clocks import DeadlineClocks
from router.process.due.standings import DeadlineStanding, standings
from router.process.due.time_parts import spent, time_parts
from router.process.life.lives import Done, Life, Occurrence, Pause, Spell
from rules.durations import Duration, DurationTable
from tests.integration.processes.test_logs_of_work import HELPDESK, LEADS, MADE_UP, OFF, Log, days
from tests.minute_by_minute import PlainCalendar
from tests.unit.router.process.due.test_time_part_laws import seen
from tests.where_time_went import PlainHistory, PlainLeave, PlainPause, where

MINUTE_MS = 60_000
ZONE = ZoneInfo("Asia/Shanghai")
OPEN, LATE = (9 * 60, 18 * 60), (13 * 60, 22 * 60)
DATES: Mapping[date, Sequence[tuple[int, int]]] = {day: [] for day in days(OFF)} | {
    day: [OPEN] for day in days(MADE_UP)
}
OFFICE = PlainCalendar({day: [OPEN] for day in range(5)}, DATES, 480)
SHIFTS = PlainCalendar({day: [LATE] for day in range(7)}, {}, 480)
PAUSES = {HELPDESK.file: ("Wait", ""), LEADS.file: ("O_SENT COMPLETE", "O_SENT_BACK COMPLETE")}
"""By log: what begins a pause, and what ends it; empty: whatever comes next."""


class Row(NamedTuple):
    at_ms: int
    what: str
    rep: str


def rows(folder: Path, log: Log, unit_ms: int) -> Iterator[list[Row]]:
    """Yield the rows of each case, in order, at whole units of time."""
    by_case = defaultdict[str, list[Row]](list)
    with gzip.open(folder / log.file, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at_ms = int(datetime.fromisoformat(row["time:timestamp"]).timestamp() * 1000 + 0.5) // unit_ms * unit_ms
            transition = f" {row['lifecycle:transition']}" if log is LEADS else ""
            by_case[row["case:concept:name"]].append(Row(at_ms, row["concept:name"] + transition, row["org:resource"]))
    yield from by_case.values()


def plain_leaves(reps: Sequence[str]) -> list[PlainLeave]:
    """Return a leave of two weeks a year for each, from a day and hour that follow from the name."""
    leaves = list[PlainLeave]()
    for rep in reps:
        number = sum(map(ord, rep))
        for year in range(2010, 2015):
            first = datetime(year, 1, 1, number % 24, tzinfo=ZONE) + timedelta(days=number * 13 % 350)
            start = int(first.timestamp()) // 60
            leaves.append(PlainLeave(rep, start, start + 14 * 1440))
    return leaves


def plain_calendar(rep: str) -> PlainCalendar:
    return SHIFTS if sum(map(ord, rep)) % 2 else OFFICE


def roster(reps: Sequence[str]) -> Roster:
    def calendar(name: str, weekdays: int, span: tuple[int, int], dates: Sequence[CalendarException]) -> Calendar:
        weekly = tuple(WeeklyHours(day, Hours(*span)) for day in range(weekdays))
        return Calendar(name, "Asia/Shanghai", weekly, tuple(dates))

    exceptions = [
        CalendarException(day.isoformat(), tuple(Hours(*span) for span in spans)) for day, spans in DATES.items()
    ]
    records = [
        RecordChange(1, "calendar", "office", calendar("office", 5, OPEN, exceptions)),
        RecordChange(1, "calendar", "shifts", calendar("shifts", 7, LATE, ())),
        RecordChange(1, "tenant", "settings", TenantSettings(time_zone="Asia/Shanghai", calendar="office")),
        *(
            RecordChange(1, "rep", rep, Rep(rep, calendar="shifts" if plain_calendar(rep) is SHIFTS else ""))
            for rep in reps
        ),
        *(
            RecordChange(
                1, "absence", f"{rep}/{since}", Absence(f"{rep}/{since}", since * MINUTE_MS, until * MINUTE_MS)
            )
            for rep, since, until in plain_leaves(reps)
        ),
    ]
    return Roster(WorkforceRecords().after(records, 1))


def life_of(case: Sequence[Row], log: Log) -> Life:
    """Return a case as the product knows it: each run of rows of one rep is a spell of theirs."""
    owners = [next(run) for _, run in groupby(case, itemgetter(2))]
    spells = tuple(
        Spell(place, row.rep, "", row.at_ms, following.at_ms if following else None)
        for place, (row, following) in enumerate(pairwise([*owners, None]), 1)
        if row
    )
    kinds = {"attempt": ActivityEvidence.ATTEMPT, "contact": ActivityEvidence.CONTACT}
    done = tuple(
        Done(1000 + place, ActivityKind.CALL, (kinds[log.evidence[row.what]],), row.at_ms)
        for place, row in enumerate(case)
        if row.what in log.evidence
    )
    closed_ms = next((row.at_ms for row in case if row.what in log.closing), None)
    closed = None if closed_ms is None else Occurrence(2000, closed_ms)
    return Life(Occurrence(1, case[0].at_ms), spells, (), done, closed, pauses=tuple(pauses(case, log)))


def pauses(case: Sequence[Row], log: Log) -> Iterator[Pause]:
    begins, ends = PAUSES[log.file]
    until_ms = 0
    for place, row in enumerate(case):
        if row.what == begins and row.at_ms >= until_ms:
            end = next((other.at_ms for other in case[place + 1 :] if ends in ("", other.what)), row.at_ms)
            until_ms = max(end, row.at_ms)
            if until_ms > row.at_ms:
                yield Pause(3000 + place, row.at_ms, until_ms, "customer")


def process(log: Log) -> Process:
    deadlines = [
        Deadline(name, DurationTable(Duration(hours[1], "h")), ClockOwner.OWNER, since, until)
        for name, hours, since, until in log.deadlines
    ]
    deadlines.append(
        Deadline("by-owner", DurationTable(Duration(2, "h")), ClockOwner.WALL, Since.ASSIGNED, Until.CONTACT)
    )
    return Process("p", frozenset({Kind.LEAD}), (Stage("open", deadlines=tuple(deadlines)),))


class Tried:
    """A log with its people, looked at as it ends."""

    def __init__(self, folder: Path, log: Log, unit_ms: int, most: int | None, step: int = 1) -> None:
        self.log = log
        self.cases = list(islice(rows(folder, log, unit_ms), 0, most, step))
        self.reps = sorted({row.rep for case in self.cases for row in case} - {""})
        self.now_ms = max(row.at_ms for case in self.cases for row in case)
        self.roster = roster(self.reps)
        self.clocks = DeadlineClocks(self.roster.hours, "Asia/Shanghai")
        self.process = process(log)

    def stands(self, life: Life) -> list[DeadlineStanding]:
        return standings(self.process, life, {}, self.clocks)

    def end_ms(self, standing: DeadlineStanding) -> int:
        return standing.end.at_ms if standing.end else self.now_ms

    def add_up(self) -> Counter[str]:
        """Have the parts of every deadline add up; return how much time of each kind there is."""
        kinds = Counter[str]()
        for case in self.cases:
            life = life_of(case, self.log)
            for each in self.stands(life):
                parts = time_parts(each, life, self.clocks, self.leaves, self.now_ms)
                assert sum(part.end_ms - part.start_ms for part in parts) == self.end_ms(each) - each.first_ms, case
                for times in spent(parts):
                    kinds[times.whose.kind] += times.wall_ms
        return kinds

    def leaves(self, _: int, rep: str) -> list[tuple[int, int]]:
        return self.roster.availability.leaves(rep)

    def compare(self, *names: str) -> int:
        """Compare deadlines of each case with what is seen minute by minute; return how many."""
        leaves, calendars = plain_leaves(self.reps), {rep: plain_calendar(rep) for rep in self.reps} | {"": OFFICE}
        compared = 0
        for case in self.cases:
            life = life_of(case, self.log)
            history = PlainHistory(
                [(spell.since_ms // MINUTE_MS, spell.rep) for spell in life.spells],
                calendars,
                [
                    PlainPause(each.since_ms // MINUTE_MS, each.until_ms // MINUTE_MS, each.reason)
                    for each in life.pauses
                ],
                [leave for leave in leaves if any(spell.rep == leave.rep for spell in life.spells)],
            )
            for each in self.stands(life):
                if each.deadline.id not in names:
                    continue
                parts = time_parts(each, life, self.clocks, self.leaves, self.now_ms)
                plain = history if each.deadline.pausable else history._replace(pauses=())
                minutes = [ms // MINUTE_MS for ms in (each.first_ms, each.start_ms, self.end_ms(each))]
                assert seen(parts) == where(plain, *minutes), case
                compared += 1
        return compared


@pytest.mark.parametrize("log", [HELPDESK, LEADS], ids=["helpdesk", "leads"])
@pytest.mark.long
def test_the_parts_of_every_deadline_of_the_log_add_up_to_the_millisecond(shared_data: Path, log: Log) -> None:
    kinds = Tried(shared_data, log, 1, None).add_up()

    print(f"\n{log.file}, in days: { ({kind: ms // 86_400_000 for kind, ms in sorted(kinds.items())}) }")
    assert len(kinds) == (6 if log is LEADS else 5)  # nobody waits for an owner at the help desk


@pytest.mark.parametrize("log", [HELPDESK, LEADS], ids=["helpdesk", "leads"])
@pytest.mark.long
def test_the_parts_of_some_are_what_is_seen_minute_by_minute(shared_data: Path, log: Log) -> None:
    tried = Tried(shared_data, log, MINUTE_MS, None, 90)

    assert tried.compare("resolution", "closing", "by-owner") > 100


@pytest.mark.long
def test_the_parts_of_a_few_add_up_and_are_what_is_seen_minute_by_minute(shared_data: Path) -> None:
    assert sum(Tried(shared_data, HELPDESK, 1, 40).add_up().values()) > 0
    assert Tried(shared_data, HELPDESK, MINUTE_MS, 40, 20).compare("resolution", "by-owner") > 2
