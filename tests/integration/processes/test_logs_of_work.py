"""Two logs of real work, a help desk's and a bank's leads, through the deadlines of a process.

What was met and missed is, item by item, what a few lines that import nothing of the product make of the same rows.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from router.assignment.roster import Roster
from router.model.activities import ActivityEvidence, ActivityKind
from router.model.calendars import Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.workforce import RecordChange, WorkforceRecords
from router.model.workitem import Kind
from router.process.definition.deadlines import ClockOwner, Deadline, Since, Until
from router.process.definition.processes import Process, Stage
from router.process.due.clocks import DeadlineClocks
from router.process.due.standings import standings
from router.process.life.lives import Done, Life, Occurrence, Pause, Spell
from rules.durations import Duration, DurationTable
from tests.plain_deadlines import Case, Office, Wanted, outcomes

ZONE = "Europe/Amsterdam"
FAR_MS = 4_000_000_000_000
"""When all is over: the year 2096."""
OFF = {
    "2010": "0213-0219 0403-0405 0501-0503 0614-0616 0922-0924 1001-1007",
    "2011": "0101-0103 0202-0208 0403-0405 0430-0502 0604-0606 0910-0912 1001-1007",
    "2012": "0101-0103 0122-0128 0402-0404 0429-0501 0622-0624 0930-1007",
    "2013": "0101-0103 0209-0215 0404-0406 0429-0501 0610-0612 0919-0921 1001-1007",
}
MADE_UP = {
    "2010": "0220 0221 0612 0613 0919 0925 0926 1009",
    "2011": "0130 0212 0402 1008 1009 1231",
    "2012": "0121 0129 0331 0401 0428 0929",
    "2013": "0105 0106 0216 0217 0407 0427 0428 0608 0609 0922 0929 1012",
}
"""Days off and make-up workdays 调休 as the State Council said them."""


RESTING = "resting"
LONGEST_MS = 20 * 24 * 3_600_000
"""For how long the customer is waited for at most."""


class Log(NamedTuple):
    """How a log is read: which of its rows are evidence of what, which close, and from which on the customer is waited
    for, until one of others: none are, the next of whatever sort.

    Deadlines are in hours around the clock, and in hours from nine to six. ``RESTING`` rests while it is paused.
    """

    file: str
    evidence: Mapping[str, str]
    closing: frozenset[str]
    waiting: str
    heard: frozenset[str]
    deadlines: tuple[tuple[str, tuple[int, int], Since, Until], ...]


HELPDESK = Log(
    "helpdesk_log.csv.gz",
    {"Take in charge ticket": "attempt", "Wait": "attempt", "Require upgrade": "attempt", "Resolve ticket": "contact"},
    frozenset({"Closed"}),
    "Wait",
    frozenset(),
    (
        ("first-response", (30, 18), Since.ARRIVAL, Until.ATTEMPT),
        ("update", (72, 45), Since.LAST_OUTBOUND, Until.ATTEMPT),
        ("resolution", (400, 180), Since.ARRIVAL, Until.CONTACT),
        ("closing", (800, 240), Since.ENTERED, Until.COMPLETION),
        (RESTING, (600, 190), Since.ARRIVAL, Until.COMPLETION),
    ),
)
LEADS = Log(
    "loan_leads_log.csv.gz",
    {
        "W_Afhandelen leads START": "attempt",
        "W_Completeren aanvraag START": "attempt",
        "W_Nabellen offertes START": "attempt",
        "W_Nabellen incomplete dossiers START": "attempt",
        "O_SENT COMPLETE": "contact",
    },
    frozenset({"A_DECLINED COMPLETE", "A_CANCELLED COMPLETE", "A_ACTIVATED COMPLETE"}),
    "O_SENT COMPLETE",
    frozenset({"O_SENT_BACK COMPLETE", "O_CANCELLED COMPLETE", "O_DECLINED COMPLETE"}),
    (
        ("first-response", (2, 1), Since.ARRIVAL, Until.ATTEMPT),
        ("update", (60, 27), Since.LAST_OUTBOUND, Until.ATTEMPT),
        ("resolution", (24, 9), Since.ARRIVAL, Until.CONTACT),
        ("closing", (300, 90), Since.ENTERED, Until.COMPLETION),
        (RESTING, (150, 45), Since.ARRIVAL, Until.COMPLETION),
    ),
)


def cases(folder: Path, log: Log) -> Iterator[Case]:
    """Yield what a log says, case by case."""
    with gzip.open(folder / log.file, "rt", encoding="utf-8") as file:
        by_case = defaultdict[str, list[tuple[int, str]]](list)
        for row in csv.DictReader(file):
            at_ms = int(datetime.fromisoformat(row["time:timestamp"]).timestamp() * 1000 + 0.5)
            name = row["concept:name"]
            if log is LEADS:
                name += f" {row['lifecycle:transition']}"
            by_case[row["case:concept:name"]].append((at_ms, name))
    for rows in by_case.values():
        closed_ms = next((at_ms for at_ms, name in rows if name in log.closing), None)
        done = [(at_ms, log.evidence[name]) for at_ms, name in rows if name in log.evidence]
        yield Case(rows[0][0], done, closed_ms, waited(rows, log))


def waited(rows: list[tuple[int, str]], log: Log) -> list[tuple[int, int]]:
    """Return from when until when the customer was waited for, in the order of time; no two overlap."""
    spans = list[tuple[int, int]]()
    for place, (since_ms, name) in enumerate(rows):
        if name != log.waiting or (spans and since_ms < spans[-1][1]):
            continue
        later = [
            at_ms for at_ms, other in rows[place + 1 :] if at_ms > since_ms and (other in log.heard or not log.heard)
        ]
        spans.append((since_ms, min([*later, since_ms + LONGEST_MS])))
    return spans


def days(written: Mapping[str, str]) -> Iterator[date]:
    """Yield the days of ``0213-0219 0405``, year by year."""
    for year, spans in written.items():
        for span in spans.split():
            first, last = (date(int(year), int(text[:2]), int(text[2:])) for text in (span[:4], span[-4:]))
            yield from (first + timedelta(days=more) for more in range((last - first).days + 1))


OFFICE = Office(ZoneInfo(ZONE), frozenset(days(OFF)), frozenset(days(MADE_UP)))


def clocks() -> DeadlineClocks:
    """Return a tenant whose calendar is the office's."""
    nine_to_six = Hours(9 * 60, 18 * 60)
    weekly = tuple(WeeklyHours(day, nine_to_six) for day in range(5))
    exceptions = [CalendarException(day.isoformat()) for day in days(OFF)]
    exceptions += [CalendarException(day.isoformat(), (nine_to_six,)) for day in days(MADE_UP)]
    records = [
        RecordChange(1, "calendar", "office", Calendar("office", ZONE, weekly, tuple(exceptions))),
        RecordChange(1, "tenant", "settings", TenantSettings(time_zone=ZONE, calendar="office")),
    ]
    return DeadlineClocks(Roster(WorkforceRecords().after(records, 1)).hours, ZONE)


CLOCKS = clocks()


def life_of(case: Case) -> Life:
    """Return a case as the product knows it."""
    evidence = {"attempt": ActivityEvidence.ATTEMPT, "contact": ActivityEvidence.CONTACT}
    done = tuple(
        Done(place, ActivityKind.CALL, (evidence[what],), at_ms) for place, (at_ms, what) in enumerate(case.done, 2)
    )
    closed = None if case.closed_ms is None else Occurrence(len(done) + 2, case.closed_ms)
    pauses = tuple(Pause(0, *span, "waiting-for-customer") for span in case.waited)
    begun = Occurrence(1, case.begun_ms)
    return Life(begun, (Spell(1, "", "", case.begun_ms),), (), done, closed, pauses=pauses)


def compared(folder: Path, log: Log, clock: ClockOwner, most: int | None) -> Counter[tuple[str, str]]:
    """Compare case by case; return how often each deadline was met and missed."""
    deadlines = tuple(
        Deadline(
            name,
            DurationTable(Duration(within[clock is not ClockOwner.WALL], "h")),
            clock,
            since,
            until,
            pauses=name == RESTING,
        )
        for name, within, since, until in log.deadlines
    )
    process = Process("p", frozenset({Kind.LEAD}), (Stage("open", deadlines=deadlines),))
    wanted = {
        name: Wanted(
            within[clock is not ClockOwner.WALL],
            "closed" if until is Until.COMPLETION else str(until),
            since is Since.LAST_OUTBOUND,
            name == RESTING,
        )
        for name, within, since, until in log.deadlines
    }
    office = None if clock is ClockOwner.WALL else OFFICE
    counts = Counter[tuple[str, str]]()
    for case in islice(cases(folder, log), most):
        stands = standings(process, life_of(case), {}, CLOCKS)
        found = [(each.deadline.id, each.start_ms, str(each.state(FAR_MS))) for each in stands]
        found = [(name, start_ms, "MISSED" if state == "OVERDUE" else state) for name, start_ms, state in found]
        assert sorted(found) == sorted(outcomes(case, wanted, office)), case
        counts.update((name, state) for name, _, state in found)
        unpaused = [each for each in outcomes(case._replace(waited=()), wanted, office) if each not in found]
        counts.update((name, "OTHERWISE") for name, _, _ in unpaused)
    return counts


def report(log: Log, clock: ClockOwner, counts: Counter[tuple[str, str]]) -> None:
    """Print what was met and missed, and insist on both."""
    print(f"\n{log.file}, {'around the clock' if clock is ClockOwner.WALL else 'nine to six with 调休'}:")
    for name, *_ in log.deadlines:
        met, missed, ended = (counts[name, state] for state in ("MET", "MISSED", "ENDED"))
        print(f"  {name}: {met} met, {missed} missed, {ended} ended before")
        assert met > 0
        assert missed > 0
    otherwise = {name: count for (name, state), count in counts.items() if state == "OTHERWISE"}
    print(f"  {otherwise[RESTING]} of {RESTING} would have ended otherwise without a pause")
    assert set(otherwise) == {RESTING}


@pytest.mark.parametrize("clock", [ClockOwner.WALL, ClockOwner.POOL])
@pytest.mark.parametrize("log", [HELPDESK, LEADS], ids=["helpdesk", "leads"])
@pytest.mark.long
def test_all_that_was_met_and_missed_is_what_plain_lines_make_of_the_log(
    shared_data: Path, log: Log, clock: ClockOwner
) -> None:
    report(log, clock, compared(shared_data, log, clock, None))


@pytest.mark.parametrize("clock", [ClockOwner.WALL, ClockOwner.POOL])
def test_what_was_met_and_missed_of_some_is_what_plain_lines_make_of_the_log(
    shared_data: Path, clock: ClockOwner
) -> None:
    report(HELPDESK, clock, compared(shared_data, HELPDESK, clock, 200))
