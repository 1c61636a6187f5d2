"""What holds of deadlines whatever happens: time is what is counted minute by minute; nothing ends before it starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from operator import itemgetter
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from router.assignment.roster import Roster
from router.model.activities import Activity, ActivityEvidence, ActivityKind, Direction, NextChange
from router.model.calendars import Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.decision import Cause, Decision, DecisionInputs, Outcome
from router.model.events import ActivityRecorded, Completed, Event
from router.model.evidence import evidence_of
from router.model.workforce import RecordChange, Rep, WorkforceRecords
from router.model.workitem import Kind, State, WorkItem
from router.process.definition.deadlines import Act, Deadline, DeadlineStep, Since, Until
from router.process.definition.processes import Process, Stage
from router.process.due.clocks import DeadlineClocks, RevisionInForce
from router.process.due.standings import EVIDENCE, RENEWED, standings
from router.process.life.lives import Done, Life, Occurrence, Spell, StageEntry, lives_of
from rules.durations import Duration, DurationTable
from tests.minute_by_minute import PlainCalendar, PlainSpell, due

MINUTE = 60_000
BEGIN = int(datetime(2026, 9, 16, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()) // 60
OPEN, MADE_UP = (9 * 60, 18 * 60), date(2026, 9, 20)
PLAIN: dict[str, PlainCalendar | None] = {
    "office": PlainCalendar({day: [OPEN] for day in range(5)}, {MADE_UP: [OPEN], date(2026, 9, 25): []}, 480),
    "mornings": PlainCalendar({day: [(9 * 60, 13 * 60)] for day in range(7)}, {}, 480),
    "nights": PlainCalendar({day: [(22 * 60, 30 * 60), (12 * 60, 13 * 60)] for day in range(6)}, {}, 480),
    "always": None,
}


def calendar(name: str, plain: PlainCalendar) -> Calendar:
    """Return the product's calendar of a plain one."""

    def hours(spans: object) -> tuple[Hours, ...]:
        return tuple(Hours(start, end if end <= 1440 else end - 1440) for start, end in spans)  # type: ignore[attr-defined]

    weekly = tuple(WeeklyHours(day, each) for day, spans in plain.weekly.items() for each in hours(spans))
    exceptions = tuple(CalendarException(day.isoformat(), hours(spans)) for day, spans in plain.exceptions.items())
    return Calendar(name, "Asia/Shanghai", weekly, exceptions)


def roster() -> Roster:
    """Return a rep by each calendar, called as it is."""
    compiled = [calendar(name, plain) for name, plain in PLAIN.items() if plain]
    records = [
        *(RecordChange(1, "calendar", each.id, each) for each in compiled),
        *(RecordChange(1, "rep", name, Rep(name, calendar=name if plain else "")) for name, plain in PLAIN.items()),
        RecordChange(1, "tenant", "settings", TenantSettings(time_zone="Asia/Shanghai")),
    ]
    return Roster(WorkforceRecords().after(records, 1))


CLOCKS = DeadlineClocks(roster().hours, "Asia/Shanghai")
NOBODY = Roster(
    WorkforceRecords().after(
        [
            RecordChange(2, "calendar", "never", Calendar("never", "America/New_York")),
            RecordChange(2, "tenant", "settings", TenantSettings(time_zone="America/New_York", calendar="never")),
        ],
        2,
    )
).hours
"""All have left, and what is open is of those who work at no hour."""
MINUTES = st.integers(BEGIN, BEGIN + 9 * 1440)
DURATIONS = (
    st.builds(Duration, st.integers(1, 400), st.just("m"))
    | st.builds(Duration, st.integers(1, 12), st.just("h"))
    | st.builds(Duration, st.integers(1, 2), st.just("d"))
)
SHARES = st.sampled_from([Fraction(1, 3), Fraction(1, 2), Fraction(1), Fraction(2)])


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Draw from which minute who has it, in order."""
    minutes = sorted(draw(st.sets(MINUTES, min_size=1, max_size=4)))
    return [(minute, draw(st.sampled_from([*PLAIN]))) for minute in minutes]


def spells(owners: list[tuple[int, str]]) -> tuple[Spell, ...]:
    until: list[int | None] = [*(minute * MINUTE for minute, _ in owners[1:]), None]
    return tuple(
        Spell(place * 10 + 1, rep, "", minute * MINUTE, until_ms)
        for place, ((minute, rep), until_ms) in enumerate(zip(owners, until, strict=True))
    )


def life(owners: list[tuple[int, str]]) -> Life:
    return Life(Occurrence(1, owners[0][0] * MINUTE), spells(owners))


def process(*deadlines: Deadline) -> Process:
    return Process("p", frozenset({Kind.LEAD}), (Stage("new", deadlines=deadlines), Stage("next"), Stage("new too")))


@given(changes(), DURATIONS, SHARES)
def test_time_is_what_somebody_counts_minute_by_minute(
    owners: list[tuple[int, str]], within: Duration, share: Fraction
) -> None:
    one = Deadline("one", DurationTable(within), since=Since.ARRIVAL, steps=(DeadlineStep(share, Act.REMIND),))

    (standing,) = standings(process(one), life(owners), {}, CLOCKS)

    plain = [PlainSpell(minute, PLAIN[rep]) for minute, rep in owners]
    amount, unit = (Fraction(within.amount), "d") if within.unit == "d" else (Fraction(within.amount), "m")
    amount *= 60 if within.unit == "h" else 1
    found = [standing.due_ms, standing.steps[0]]
    assert [-(-(at_ms or 0) // MINUTE) for at_ms in found] == [
        due(owners[0][0], plain, amount, unit),
        due(owners[0][0], plain, amount * share, unit),
    ]


@given(changes(), DURATIONS)
def test_a_change_of_owner_between_two_who_work_alike_changes_nothing(
    owners: list[tuple[int, str]], within: Duration
) -> None:
    one = Deadline("one", DurationTable(within), since=Since.ARRIVAL)
    alike = [(minute, owners[0][1]) for minute, _ in owners]

    handed, kept = (standings(process(one), life(each), {}, CLOCKS)[0] for each in (alike, alike[:1]))

    assert handed.due_ms == kept.due_ms


ACTIVITIES = st.tuples(
    st.sampled_from(ActivityKind), st.sets(st.sampled_from(ActivityEvidence), min_size=1), st.integers(0, 4 * 1440)
)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Draw a life with activities recorded in any order, stages entered, and an end or none."""
    owners = draw(changes())
    first = owners[0][0]
    drawn = draw(st.lists(ACTIVITIES, max_size=8))
    done = tuple(
        Done(100 + place, kind, tuple(evidence), (first - 60 + minute) * MINUTE)
        for place, (kind, evidence, minute) in enumerate(drawn)
    )
    minutes = sorted(draw(st.sets(st.integers(1, 5 * 1440), max_size=3)))
    entries = tuple(
        StageEntry(draw(st.sampled_from(["new", "next", "new too"])), 200 + place, (first + minute) * MINUTE)
        for place, minute in enumerate(minutes)
    )
    ended = draw(st.none() | st.integers(10 * 1440, 12 * 1440))
    closed = None if ended is None else Occurrence(300, (first + ended) * MINUTE)
    return life(owners)._replace(done=done, entries=entries, closed=closed)


@given(lives(), st.sampled_from(Since), st.sampled_from(Until))
def test_a_deadline_ends_behind_its_start_with_its_stage_and_by_evidence_from_its_start_on(
    a_life: Life, since: Since, until: Until
) -> None:
    one = Deadline("one", DurationTable(Duration(1, "h")), since=since, until=until)

    stands = standings(process(one), a_life, {}, CLOCKS)

    by_event = {done.event: done for done in a_life.done}
    is_here = not a_life.closed and (not a_life.entries or a_life.entries[-1].stage == "new")
    for each in stands:
        if each.end is None:
            assert is_here
            continue
        assert each.end.at_ms >= each.start_ms
        activity = by_event.get(each.end.event)
        if activity and each.end.is_done and until in EVIDENCE and since is not Since.LAST_INBOUND:
            assert EVIDENCE[until] in activity.evidence
            assert activity.occur_ms >= each.start_ms


@given(lives(), st.sampled_from(sorted(EVIDENCE)))
def test_evidence_ends_a_deadline_if_and_only_if_it_occurred_from_its_start_on(a_life: Life, until: Until) -> None:
    here = a_life._replace(entries=(), closed=None)
    one = Deadline("one", DurationTable(Duration(1, "h")), since=Since.ARRIVAL, until=until)

    (standing,) = standings(process(one), here, {}, CLOCKS)

    counts = [done for done in here.done if EVIDENCE[until] in done.evidence and done.occur_ms >= here.begun.at_ms]
    assert (standing.end is not None) == bool(counts)


@given(lives())
def test_a_customer_waits_from_the_oldest_message_behind_every_answer(a_life: Life) -> None:
    here = a_life._replace(entries=(), closed=None)
    one = Deadline("one", DurationTable(Duration(1, "h")), since=Since.LAST_INBOUND, until=Until.ATTEMPT)
    talks = {ActivityKind.CALL, ActivityKind.VISIT, ActivityKind.MEETING, ActivityKind.NOTE}
    answers, asks = list[tuple[int, int]](), list[tuple[int, int]]()
    for done in here.done:
        talked = ActivityEvidence.CONTACT in done.evidence and done.kind in talks
        if talked or ActivityEvidence.ATTEMPT in done.evidence:
            answers.append((done.occur_ms, done.event))
        elif ActivityEvidence.CUSTOMER in done.evidence:
            asks.append((done.occur_ms, done.event))

    stands = standings(process(one), here, {}, CLOCKS)

    def place(ask: tuple[int, int]) -> tuple[int, int]:  # what was before it came waits from then on
        return max(ask, (here.begun.at_ms, here.begun.event))

    waits = [ask for ask in asks if all(answer < ask for answer in answers)]
    assert [(each.start_ms, each.entry) for each in stands if each.end is None] == [
        place(ask) for ask in sorted(waits)[:1]
    ]
    assert all(each.end is None or each.end.is_done for each in stands)
    first_behind = {min((ask for ask in asks if ask > answer), default=None) for answer in [(0, 0), *answers]} - {None}
    until = {ask: min((answer for answer in answers if answer > ask), default=None) for ask in first_behind if ask}
    answered = {
        place(ask) for ask, answer in until.items() if answer and answer[0] > here.begun.at_ms
    }  # what was before is not its
    assert {(each.start_ms, each.entry) for each in stands if each.end} == answered


@given(lives(), st.sampled_from(sorted(RENEWED)))
def test_the_last_of_ours_or_else_the_entry_starts_what_is_due_again_and_again(a_life: Life, since: Since) -> None:
    here = a_life._replace(entries=(), closed=None)
    one = Deadline("one", DurationTable(Duration(1, "h")), since=since, until=Until.COMPLETION)

    started = [(each.start_ms, each.entry) for each in standings(process(one), here, {}, CLOCKS) if each.end is None]

    counts = [(done.occur_ms, -done.event) for done in here.done if RENEWED[since] in done.evidence]
    last_ms, event = max([(here.begun.at_ms, 0), *counts])
    assert started == [(last_ms, -event or here.begun.event)]


@st.composite
def behind(draw: st.DrawFn, a_life: Life) -> tuple[int, Life]:
    """Draw an instant, and the life as it was until then."""
    at_ms = draw(MINUTES) * MINUTE
    earliest, *others = a_life.spells
    kept = (earliest, *(spell for spell in others if spell.since_ms <= at_ms))
    return at_ms, a_life._replace(
        spells=(*kept[:-1], kept[-1]._replace(until_ms=None)),
        entries=tuple(entry for entry in a_life.entries if entry.at_ms <= at_ms),
        done=tuple(done for done in a_life.done if done.occur_ms <= at_ms),
        closed=a_life.closed if a_life.closed and a_life.closed.at_ms <= at_ms else None,
    )


ANY_DURATION = DURATIONS | st.builds(Duration, st.integers(1, 3), st.just("cd"))


@given(st.data(), lives(), st.sampled_from(Since), st.sampled_from(Until), ANY_DURATION)
def test_what_happens_behind_the_end_of_a_deadline_changes_nothing_of_its_standing(
    data: st.DataObject, a_life: Life, since: Since, until: Until, within: Duration
) -> None:
    step = DeadlineStep(Fraction(1, 2), Act.REMIND)
    one = process(Deadline("one", DurationTable(within), since=since, until=until, steps=(step,)))
    at_ms, until_then = data.draw(behind(a_life))

    changed = [
        spell._replace(workforce=0 if spell.until_ms is None else 1 if spell.until_ms <= at_ms else 2)
        for spell in a_life.spells
    ]
    edited = CLOCKS._replace(
        present=NOBODY, past={1: CLOCKS.present, 2: NOBODY}, changes=(RevisionInForce(0, 1), RevisionInForce(at_ms, 2))
    )

    before = standings(one, until_then, {}, CLOCKS)
    now = standings(one, a_life._replace(spells=tuple(changed)), {}, edited)

    ended = [each for each in before if each.end and each.end.at_ms < at_ms]
    assert [each for each in ended if each not in now] == []


@given(lives(), st.sampled_from(Since), st.sampled_from(Until))
def test_no_two_standings_have_stage_deadline_and_entry_in_common(a_life: Life, since: Since, until: Until) -> None:
    deadlines = [Deadline(name, DurationTable(Duration(1, "h")), since=since, until=until) for name in ("one", "two")]
    here = process(deadlines[0])
    here = replace(here, stages=tuple(replace(stage, deadlines=here.first.deadlines) for stage in here.stages))

    stands = standings(replace(here, deadlines=(deadlines[1],)), a_life, {}, CLOCKS)

    keys = [(each.stage, each.deadline.id, each.entry) for each in stands]
    assert len(keys) == len(set(keys))


Recorded = tuple[int, bool, int]
"""When it occurred, whether it is an answer, and behind which event of the work item it is recorded."""


def log(recorded: list[Recorded], is_at_once: bool) -> list[Event]:
    """Return a work item that came at 100, was closed at 200 and 400, and reopened at 300 and 500."""
    happened: list[tuple[int, Cause | Activity | None]] = [
        (100, Cause.ROUTED), (200, None), (300, Cause.REOPENED), (400, None), (500, Cause.REOPENED)
    ]  # fmt: skip
    for occur_ms, is_answer, later_ms in recorded:
        direction = Direction.OUTBOUND if is_answer else Direction.INBOUND
        at_ms = max(occur_ms, 100) + (0 if is_at_once else later_ms)
        happened.append((at_ms, Activity(ActivityKind.EMAIL, direction, "always", occur_ms)))
    happened.sort(key=itemgetter(0))
    return [event_of(number, at_ms, what) for number, (at_ms, what) in enumerate(happened, 1)]


def event_of(number: int, at_ms: int, what: Cause | Activity | None) -> Event:
    """Return that a work item got to its owner, that something was done, or, None, that it was closed."""
    if isinstance(what, Cause):
        head = DecisionInputs(WorkItem(Kind.LEAD), what, 1, 1, (), ())
        return Decision(number, "w", Kind.LEAD, Outcome.ASSIGNED, "always", "", 1, 0, (), None, "", 0, at_ms, head)
    if what is None:
        return Completed(number, "w", Kind.LEAD, State.CLOSED, "always", "", 1, 0, at_ms)
    evidence = evidence_of(what.kind, what.direction, by_person=True, duration_ms=0)
    return ActivityRecorded(number, "w", Kind.LEAD, "always", "", 0, what, evidence, False, NextChange.NONE, at_ms)


@given(
    st.lists(
        st.tuples(st.integers(51, 599), st.booleans(), st.integers(0, 500)), max_size=8, unique_by=lambda each: each[0]
    )
)
def test_when_activities_are_recorded_changes_no_life_and_what_waits_does_so_in_the_last(
    recorded: list[Recorded],
) -> None:
    one = process(Deadline("one", DurationTable(Duration(1, "h")), since=Since.LAST_INBOUND))

    at_once, late = (lives_of(log(recorded, is_at_once)) for is_at_once in (True, False))

    stands = [
        [
            [(each.start_ms, each.due_ms, each.end and each.end[::2]) for each in standings(one, each_life, {}, CLOCKS)]
            for each_life in lives
        ]
        for lives in (at_once, late)
    ]
    assert stands[0] == stands[1]
    answered_ms = max((occur_ms for occur_ms, is_answer, _ in recorded if is_answer), default=0)
    waits = [
        max(occur_ms, 500) for occur_ms, is_answer, _ in sorted(recorded) if not is_answer and occur_ms > answered_ms
    ]
    assert [start_ms for start_ms, _, end in stands[0][-1] if end is None] == waits[:1]
    assert all(
        start_ms >= each.begun.at_ms for each, of_it in zip(at_once, stands[0], strict=True) for start_ms, *_ in of_it
    )


@given(lives(), st.sampled_from(Since), st.sampled_from(Until), ANY_DURATION)
def test_no_step_is_due_before_its_stage_was_entered_and_those_of_shares_keep_their_order(
    a_life: Life, since: Since, until: Until, within: Duration
) -> None:
    steps = tuple(DeadlineStep(share, Act.REMIND) for share in (Fraction(1, 100), Fraction(1, 2), Fraction(2)))
    one = Deadline("one", DurationTable(within), since=since, until=until, steps=steps)
    entered = {entry.event: entry.at_ms for entry in a_life.entries} | {a_life.begun.event: a_life.begun.at_ms}

    for each in standings(process(one), a_life, {}, CLOCKS):
        due = [step or 0 for step in each.steps]
        assert due == sorted(due)
        # it is in a stage that was entered before its own entry, or by it
        assert due[0] >= max((at_ms for event, at_ms in entered.items() if event == each.entry), default=each.start_ms)
