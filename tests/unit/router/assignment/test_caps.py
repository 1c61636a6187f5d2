"""Windows of caps partition time, paces grow to their limit, and rolling counts are never above theirs."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.assignment.caps import (
    ALWAYS,
    FINEST,
    SLOTS,
    AppliedCap,
    CapClock,
    amounts_of,
    applied,
    boundaries,
    pace,
    rolled,
    rolling_lifts_ms,
    span,
)
from router.model.caps import CALENDAR_WINDOWS, Cap, CapMeasure, CapPace, CapScope, CapWindow
from router.model.workforce import MICROS
from router.model.workitem import Kind, WorkItem

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ZONES = sorted({*available_timezones()} - {"localtime"})
INSTANTS = st.integers(1_136_073_600_000, 1_893_456_000_000)  # 2006 to 2030
WINDOWS = st.sampled_from(sorted(CALENDAR_WINDOWS))


class Shifts:
    """Open in the first part of each period, by no calendar."""

    def __init__(self, period_ms: int, open_ms: int) -> None:
        self.period_ms, self.open_ms = period_ms, open_ms

    def _before(self, at_ms: int) -> int:
        periods, rest = divmod(at_ms, self.period_ms)
        return periods * self.open_ms + min(rest, self.open_ms)

    def elapsed(self, start_ms: int, end_ms: int) -> int:
        return self._before(end_ms) - self._before(start_ms)

    def add(self, start_ms: int, open_ms: int) -> int:
        if not open_ms:
            return start_ms
        periods, rest = divmod(self._before(start_ms) + open_ms - 1, self.open_ms)
        return periods * self.period_ms + rest + 1


CLOCKS = st.builds(
    CapClock,
    st.sampled_from(ZONES),
    st.sampled_from([ALWAYS, Shifts(DAY_MS, 8 * HOUR_MS), Shifts(7 * DAY_MS, 5 * DAY_MS + 7), Shifts(HOUR_MS, 1)]),
)


@given(WINDOWS, st.sampled_from(ZONES), INSTANTS)
def test_windows_of_every_zone_follow_one_another_without_a_gap_and_have_names_of_their_own(
    window: CapWindow, zone: str, at_ms: int
) -> None:
    now = span(window, zone, at_ms)

    assert now.start_ms <= at_ms < now.end_ms
    assert span(window, zone, now.start_ms) == span(window, zone, now.end_ms - 1) == now
    behind = span(window, zone, now.end_ms)
    assert behind.start_ms == now.end_ms
    assert behind.name != now.name


@pytest.mark.parametrize(
    ("window", "zone", "at_ms", "name", "length_ms"),
    [
        (CapWindow.DAY, "Europe/Berlin", 1_774_746_000_000, "2026-03-29@Europe/Berlin", 23 * HOUR_MS),
        (CapWindow.DAY, "Europe/Berlin", 1_792_890_000_000, "2026-10-25@Europe/Berlin", 25 * HOUR_MS),
        (CapWindow.WEEK, "Asia/Shanghai", 1_793_500_000_000, "2026-W44@Asia/Shanghai", 7 * DAY_MS),
        (CapWindow.MONTH, "UTC", 1_793_500_000_000, "2026-11@UTC", 30 * DAY_MS),
        (CapWindow.HOUR, "Europe/Berlin", 1_792_889_000_000, "2026-10-25T02+0200@Europe/Berlin", HOUR_MS),
        (CapWindow.HOUR, "Europe/Berlin", 1_792_892_000_000, "2026-10-25T02+0100@Europe/Berlin", HOUR_MS),
        (
            CapWindow.HOUR,
            "Australia/Lord_Howe",
            1_775_315_100_000,
            "2026-04-05T01+1030@Australia/Lord_Howe",
            HOUR_MS // 2,
        ),
    ],
)
def test_windows_follow_the_clocks_of_their_zone(
    window: CapWindow, zone: str, at_ms: int, name: str, length_ms: int
) -> None:
    now = span(window, zone, at_ms)

    assert (now.name, now.end_ms - now.start_ms) == (name, length_ms)


def paced_cap(limit: int, window: CapWindow, measure: CapMeasure = CapMeasure.COUNT) -> Cap:
    return Cap("c", measure, limit, window=window, pace=CapPace.EVEN)


@given(CLOCKS, WINDOWS, st.integers(1, 1000), INSTANTS)
def test_a_pace_holds_in_its_interval_and_is_another_at_each_of_its_ends(
    clock: CapClock, window: CapWindow, limit: int, at_ms: int
) -> None:
    cap, now = paced_cap(limit, window), span(window, clock.zone, at_ms)
    paced = pace(cap, clock, now, at_ms)

    assert now.start_ms <= paced.from_ms <= at_ms < paced.until_ms <= now.end_ms
    assert pace(cap, clock, now, paced.from_ms) == pace(cap, clock, now, paced.until_ms - 1) == paced
    if paced.until_ms < now.end_ms:
        assert pace(cap, clock, now, paced.until_ms).most > paced.most
    if paced.from_ms > now.start_ms:
        assert pace(cap, clock, now, paced.from_ms - 1).most < paced.most


@given(CLOCKS, WINDOWS, st.integers(1, 1000), INSTANTS)
def test_a_pace_is_the_elapsed_share_of_the_limit_rounded_up_and_never_more(
    clock: CapClock, window: CapWindow, limit: int, at_ms: int
) -> None:
    now = span(window, clock.zone, at_ms)
    open_ms = clock.hours.elapsed(now.start_ms, now.end_ms)
    passed = clock.hours.elapsed(now.start_ms, at_ms)
    if not open_ms:
        open_ms, passed = now.end_ms - now.start_ms, at_ms - now.start_ms

    most = pace(paced_cap(limit, window), clock, now, at_ms).most

    share = -(-limit * passed // open_ms)
    assert most == share if limit <= FINEST else share - limit // FINEST - 1 <= most <= share


@given(CLOCKS, WINDOWS, st.integers(1, 1000), INSTANTS, st.integers(1, 1000))
def test_who_is_ahead_of_the_pace_may_go_on_at_the_instant_told_and_not_before(
    clock: CapClock, window: CapWindow, limit: int, at_ms: int, ahead: int
) -> None:
    cap = paced_cap(limit, window)
    now = applied(cap, clock, "", (), at_ms)
    counted = min(now.paced + ahead, limit)
    if not now.reached(counted, 1):
        return

    lifts_ms = now.lifts_ms(at_ms, counted, 1)

    window_end_ms = span(window, clock.zone, at_ms).end_ms
    assert at_ms < lifts_ms <= window_end_ms
    assert applied(cap, clock, "", (), lifts_ms - 1).reached(counted, 1)
    assert lifts_ms == window_end_ms or not applied(cap, clock, "", (), lifts_ms).reached(counted, 1)


def test_13_a_monthly_limit_of_14_is_served_all_month_by_its_pace_and_whole_without() -> None:
    november = span(CapWindow.MONTH, "UTC", 1_793_500_000_000)
    clock = CapClock("UTC", Shifts(DAY_MS, 8 * HOUR_MS))

    taken = [
        day_of(at_ms - november.start_ms)
        for at_ms in served(Paced(paced_cap(14, CapWindow.MONTH), clock), november.start_ms, november.end_ms)
    ]

    assert len(taken) == 14
    assert taken[0] == 0
    assert max(behind - before for before, behind in pairwise(taken)) <= 3
    at_any = Paced(replace(paced_cap(14, CapWindow.MONTH), pace=CapPace.ANY), clock)
    assert [day_of(at_ms - november.start_ms) for at_ms in served(at_any, november.start_ms, november.end_ms)] == [
        0
    ] * 14


def day_of(ms: int) -> int:
    return ms // DAY_MS


class Paced:
    """A calendar window with an even pace."""

    def __init__(self, cap: Cap, clock: CapClock) -> None:
        self.cap, self.clock, self.counted = cap, clock, Counter[str]()

    def takes(self, at_ms: int) -> bool:
        now = applied(self.cap, self.clock, "", (), at_ms)
        if now.reached(self.counted[now.window], 1):
            return False
        self.counted[now.window] += 1
        return True


class Exact:
    """A rolling window that counts to the millisecond."""

    def __init__(self, limit: int, length_ms: int) -> None:
        self.limit, self.length_ms, self.times = limit, length_ms, list[int]()

    def takes(self, at_ms: int) -> bool:
        if len(self.times) - bisect_right(self.times, at_ms - self.length_ms) >= self.limit:
            return False
        self.times.append(at_ms)
        return True


class Slotted:
    """The same in slots, as the store counts it."""

    def __init__(self, limit: int, length_ms: int) -> None:
        self.limit, self.slot_ms, self.slots = limit, length_ms // SLOTS, dict[int, int]()

    def takes(self, at_ms: int) -> bool:
        self.slots = rolled(self.slots, self.slot_ms, at_ms)
        if sum(self.slots.values()) >= self.limit:
            return False
        self.slots[at_ms // self.slot_ms] = self.slots.get(at_ms // self.slot_ms, 0) + 1
        return True


def served(
    count: Paced | Exact | Slotted,
    from_ms: int,
    until_ms: int,
    is_open: Callable[[int], bool] = lambda _: True,
) -> Iterator[int]:
    """Yield when one who is asked again and again takes something."""
    for at_ms in range(from_ms, until_ms, HOUR_MS):
        if is_open(at_ms) and count.takes(at_ms):
            yield at_ms


def daily(times: Sequence[int], from_ms: int) -> Counter[int]:
    return Counter(day_of(at_ms - from_ms) for at_ms in times)


JANUARY_MS = 1_767_225_600_000
CLOSED = range(7, 14)
LATER = range(14 + 60, 14 + 60 + 60)


def working(at_ms: int) -> bool:
    """Nine to five of every day, as ``Shifts`` counts from midnight."""
    return at_ms % DAY_MS < 8 * HOUR_MS


def working_but_a_week(at_ms: int) -> bool:
    return working(at_ms) and day_of(at_ms - JANUARY_MS) not in CLOSED


@pytest.mark.parametrize("window", [CapWindow.DAY, CapWindow.WEEK, CapWindow.MONTH])
def test_14_sixty_days_after_a_closed_week_an_even_pace_gives_as_if_it_had_never_been(window: CapWindow) -> None:
    cap, clock = paced_cap(30, window), CapClock("UTC", Shifts(DAY_MS, 8 * HOUR_MS))
    end_ms = JANUARY_MS + LATER.stop * DAY_MS

    plain = daily(list(served(Paced(cap, clock), JANUARY_MS, end_ms, working)), JANUARY_MS)
    after_it = daily(list(served(Paced(cap, clock), JANUARY_MS, end_ms, working_but_a_week)), JANUARY_MS)

    assert any(plain[day] != after_it[day] for day in CLOSED)
    assert [plain[day] for day in LATER] == [after_it[day] for day in LATER]


def test_14_an_exact_rolling_count_echoes_a_closed_week_for_ever() -> None:
    end_ms, length_ms = JANUARY_MS + LATER.stop * DAY_MS, 30 * DAY_MS

    plain = daily(list(served(Exact(60, length_ms), JANUARY_MS, end_ms, working)), JANUARY_MS)
    after_it = daily(list(served(Exact(60, length_ms), JANUARY_MS, end_ms, working_but_a_week)), JANUARY_MS)

    assert [plain[day] for day in LATER] != [after_it[day] for day in LATER]


@given(
    st.integers(1, 6),
    st.integers(1, 30).map(lambda minutes: minutes * 60_000),
    st.lists(st.integers(0, 400_000), min_size=1, max_size=60),
)
def test_a_rolling_count_in_slots_is_never_above_the_limit_and_free_at_most_a_slot_late(
    limit: int, length_ms: int, steps: list[int]
) -> None:
    count, at_ms, times = Slotted(limit, length_ms), JANUARY_MS, list[int]()

    for step in steps:
        at_ms += step
        if count.takes(at_ms):
            times.append(at_ms)
        else:
            young = [taken for taken in times if taken > at_ms - length_ms - length_ms // SLOTS]
            assert len(young) >= limit
            lifts_ms = rolling_lifts_ms(count.slots, count.slot_ms, limit, 1)
            assert lifts_ms > at_ms
            assert sum(rolled(count.slots, count.slot_ms, lifts_ms - 1).values()) >= limit
            assert sum(rolled(count.slots, count.slot_ms, lifts_ms).values()) < limit

    for taken in times:
        assert sum(taken - length_ms < other <= taken for other in times) <= limit


def test_what_alone_is_more_than_a_limit_never_lifts() -> None:
    daily_value = Cap("v", CapMeasure.VALUE, 5 * MICROS, window=CapWindow.DAY)

    assert applied(daily_value, CapClock(), "", (), JANUARY_MS).lifts_ms(JANUARY_MS, 0, 6 * MICROS) == 0
    assert rolling_lifts_ms({}, 1000, 5, 6) == 0


def test_caps_stand_as_they_do_until_the_first_of_them_changes() -> None:
    day = applied(Cap("d", CapMeasure.COUNT, 3, window=CapWindow.DAY), CapClock(), "", (), JANUARY_MS + 1)
    hour = applied(Cap("h", CapMeasure.COUNT, 3, window=CapWindow.HOUR), CapClock(), "", (), JANUARY_MS + 1)
    held = applied(Cap("o", CapMeasure.OPEN, 3), CapClock(), "", (), JANUARY_MS + 1)

    assert boundaries([day, hour, held]) == (JANUARY_MS, JANUARY_MS + HOUR_MS)
    assert boundaries([held]) is None


def test_a_cap_is_counted_by_its_owner_its_measure_and_for_each_rep_or_the_pool() -> None:
    cap = Cap("daily", CapMeasure.COUNT, 3, window=CapWindow.DAY)

    assert AppliedCap(cap, CapClock(), "east", ()).field("ann") == "east/daily:COUNT|ann"
    assert AppliedCap(cap, CapClock(), "", ()).field("ann") == "daily:COUNT|ann"
    whole = Cap("daily", CapMeasure.COUNT, 3, CapScope.POOL, window=CapWindow.DAY)
    assert AppliedCap(whole, CapClock(), "east", ()).field("ann") == "east/daily:COUNT|"


def test_a_work_item_counts_as_one_as_its_units_or_as_its_value() -> None:
    amounts = amounts_of(WorkItem(Kind.LEAD, value=2.5))

    assert [amounts.of(measure) for measure in CapMeasure] == [1, 1, 1, 1, 2_500_000]
    assert amounts_of(WorkItem(Kind.LEAD, value=-1)).value == 0


def test_a_cap_of_all_kinds_counts_each_and_is_told_in_digests_as_when_there_were_four() -> None:
    every = AppliedCap(Cap("held", CapMeasure.OPEN, 5), CapClock(), "east", ())
    tasks = every._replace(cap=replace(every.cap, kinds=(Kind.TASK,)))

    assert tuple(every.packed()[-1]) == tuple(Kind)  # type: ignore[arg-type]
    assert tuple(every.identified()[-1]) == (Kind.LEAD, Kind.CUSTOMER, Kind.TICKET, Kind.RESCUE)  # type: ignore[arg-type]
    assert tasks.packed() == tasks.identified()
