"""What holds of where the time went, whatever happens: it adds up, and is what somebody sees minute by minute."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from router.assignment.roster import Roster
from router.model.activities import ActivityEvidence
from router.model.calendars import Absence, TenantSettings
from router.model.workforce import Pool, RecordChange, Rep, WorkforceRecords
from router.process.definition.deadlines import ClockOwner, Deadline, Since, Until
from router.process.due.clocks import DeadlineClocks
from router.process.due.standings import standings
from router.process.due.time_parts import PartKind, TimePart, parts_of, spent, time_parts, tracks
from router.process.life.lives import Life, Pause
from rules.durations import Duration, DurationTable
from tests.unit.router.process.due.test_deadline_laws import (
    ANY_DURATION,
    BEGIN,
    DURATIONS,
    MINUTE,
    MINUTES,
    PLAIN,
    calendar,
    lives,
    process,
    spells,
)
from tests.where_time_went import PlainHistory, PlainLeave, PlainPause, where

REPS = [name for name in PLAIN if name]
CALENDARS = {**PLAIN, "": PLAIN["mornings"]}
"""While nobody has it, the pool's, whose members work in the morning."""
LEAVES = st.lists(
    st.builds(
        lambda rep, start, length: PlainLeave(rep, start, start + length),
        st.sampled_from(REPS),
        MINUTES,
        st.integers(1, 3 * 1440),
    ),
    max_size=4,
)


def roster(leaves: list[PlainLeave]) -> Roster:
    """Return a rep by each calendar, called as it is, of a pool whose members work in the morning."""
    records = [
        *(RecordChange(1, "calendar", name, calendar(name, plain)) for name, plain in PLAIN.items() if plain),
        *(RecordChange(1, "rep", name, Rep(name, calendar=name if plain else "")) for name, plain in PLAIN.items()),
        RecordChange(1, "pool", "east", Pool("east", calendar="mornings")),
        RecordChange(1, "tenant", "settings", TenantSettings(time_zone="Asia/Shanghai")),
        *(
            RecordChange(1, "absence", f"{rep}/{place}", Absence(f"{rep}/{place}", since * MINUTE, until * MINUTE))
            for place, (rep, since, until) in enumerate(leaves)
        ),
    ]
    return Roster(WorkforceRecords().after(records, 1))


@st.composite
def handed_lives(draw: st.DrawFn) -> Life:
    """Draw a life in which nobody has it at times, with pauses."""
    a_life = draw(lives())
    minutes = [spell.since_ms // MINUTE for spell in a_life.spells]
    owners = [(minute, draw(st.sampled_from([*REPS, ""]))) for minute in minutes]
    bounds = sorted(draw(st.sets(st.integers(BEGIN, BEGIN + 12 * 1440), max_size=6)))
    pauses = tuple(
        Pause(400 + place, since * MINUTE, until * MINUTE, draw(st.sampled_from(["customer", "supplier"])))
        for place, (since, until) in enumerate(pairwise(bounds))
        if draw(st.booleans())
    )
    held = tuple(spell._replace(pool="" if spell.rep else "east") for spell in spells(owners))
    return a_life._replace(spells=held, pauses=pauses)


WITHIN = st.builds(
    lambda within, clock, since, until, pauses: Deadline(
        "one", DurationTable(within), clock, since, until, pauses=pauses
    ),
    ANY_DURATION,
    st.sampled_from(ClockOwner),
    st.sampled_from(Since),
    st.sampled_from(Until),
    st.booleans(),
)
NOW = st.integers(BEGIN, BEGIN + 20 * 1440)
NAMES = {
    PartKind.WAITING: "waiting",
    PartKind.OUTSIDE_HOURS: "outside hours",
    PartKind.ON_LEAVE: "on leave",
    PartKind.PAUSED: "paused",
    PartKind.EARLIER_OWNER: "earlier owner",
    PartKind.OWNER: "owner",
}


def seen(parts: list[TimePart]) -> Counter[tuple[str, str]]:
    """Return how many minutes went where, in the words of who sees minute by minute."""
    found = Counter[tuple[str, str]]()
    for each in spent(parts):
        found[NAMES[each.whose.kind], each.whose.reason or each.whose.rep] += each.wall_ms
    return Counter({name: ms // MINUTE for name, ms in found.items()})


@given(handed_lives(), WITHIN, LEAVES, NOW)
def test_parts_add_up_and_are_what_somebody_sees_minute_by_minute(
    a_life: Life, deadline: Deadline, leaves: list[PlainLeave], now: int
) -> None:
    known = roster(leaves)
    clocks = DeadlineClocks(known.hours, "Asia/Shanghai")
    history = PlainHistory(
        [(spell.since_ms // MINUTE, spell.rep) for spell in a_life.spells],
        CALENDARS,
        [PlainPause(each.since_ms // MINUTE, each.until_ms // MINUTE, each.reason) for each in a_life.pauses],
        leaves,
    )
    unpaused = history._replace(pauses=())
    now = max(now, a_life.spells[-1].since_ms // MINUTE + 1)

    for each in standings(process(deadline), a_life, {}, clocks):
        parts = time_parts(each, a_life, clocks, lambda _, rep: known.availability.leaves(rep), now * MINUTE)

        end_ms = each.end.at_ms if each.end else max(now * MINUTE, each.start_ms)
        assert sum(part.end_ms - part.start_ms for part in parts) == end_ms - each.first_ms
        assert sum(times.wall_ms for times in spent(parts)) == end_ms - each.first_ms
        assert all(one.end_ms == other.start_ms for one, other in pairwise(parts))
        plain = history if deadline.pausable else unpaused
        assert seen(parts) == where(plain, each.first_ms // MINUTE, each.start_ms // MINUTE, end_ms // MINUTE)


@given(handed_lives(), WITHIN, LEAVES, NOW, st.data())
def test_where_any_interval_is_lacking_the_parts_do_not_add_up(
    a_life: Life, deadline: Deadline, leaves: list[PlainLeave], now: int, data: st.DataObject
) -> None:
    known = roster(leaves)
    clocks = DeadlineClocks(known.hours, "Asia/Shanghai")
    stands = standings(process(deadline), a_life, {}, clocks)
    assume(stands)
    standing = data.draw(st.sampled_from(stands))
    whole = tracks(standing, a_life, clocks, lambda _, rep: known.availability.leaves(rep), now * MINUTE)
    end_ms = standing.end.at_ms if standing.end else max(now * MINUTE, standing.start_ms)
    assume(end_ms > standing.first_ms)

    name = data.draw(st.sampled_from(whole._fields))
    track = list(getattr(whole, name))
    dropped = track.pop(data.draw(st.integers(0, len(track) - 1)))
    parts = parts_of(whole._replace(**{name: track}), standing.owner)

    lacking_ms = end_ms - standing.first_ms - sum(part.end_ms - part.start_ms for part in parts)
    assert lacking_ms == dropped.end_ms - dropped.start_ms > 0


@given(handed_lives(), DURATIONS, st.sampled_from(ClockOwner), st.sampled_from([Since.ARRIVAL, Since.ENTERED]), LEAVES)
def test_what_counts_until_it_is_due_is_as_much_as_it_has(
    a_life: Life, within: Duration, clock: ClockOwner, since: Since, leaves: list[PlainLeave]
) -> None:
    assume(within.unit != "d")  # of which each owner has their own
    known = roster(leaves)
    clocks = DeadlineClocks(known.hours, "Asia/Shanghai")
    deadline = Deadline("one", DurationTable(within), clock, since, Until.COMPLETION)
    (standing,) = standings(process(deadline), a_life._replace(entries=(), closed=None), {}, clocks)
    assume(standing.due_ms is not None)

    parts = time_parts(standing, a_life, clocks, lambda _, rep: known.availability.leaves(rep), standing.due_ms or 0)

    length_ms = within.amount * (60 if within.unit == "h" else 1) * MINUTE
    assert sum(times.counted_ms for times in spent(parts)) == length_ms


@given(handed_lives())
def test_the_time_of_who_starts_it_anew_begins_with_the_first_in_a_row_who_did_not_do_it(a_life: Life) -> None:
    here = a_life._replace(entries=(), closed=None)
    deadline = Deadline("one", DurationTable(Duration(1, "h")), since=Since.ASSIGNED, until=Until.ATTEMPT)
    clocks = DeadlineClocks(roster([]).hours, "Asia/Shanghai")
    tried = [done.occur_ms for done in here.done if ActivityEvidence.ATTEMPT in done.evidence]

    begins, has_done_it = list[int](), True
    for spell in here.spells:
        if spell.rep:
            begins.append(spell.since_ms if has_done_it else begins[-1])
            until_ms = spell.until_ms or max([0, *tried])
            has_done_it = any(spell.since_ms <= at_ms <= until_ms for at_ms in tried)

    assert [each.first_ms for each in standings(process(deadline), here, {}, clocks)] == begins
