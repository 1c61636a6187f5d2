"""Who is there at an instant: whose hours, which leave, what weight; and the interval in which a plan is constant."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.assignment.planner import Plan, Planner
from router.assignment.roster import Roster
from router.model.calendars import Absence, Calendar, Hours, TenantSettings, WeeklyHours
from router.model.workforce import Member, Pool, Record, Rep, WeightStep, WorkforceRecords
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from rules.index import IndexEngine

HOUR = 3_600_000
DAY = 24 * HOUR
MONDAY = 4 * DAY
"""1970 began on a Thursday: this is the first Monday's midnight in UTC."""
FOREVER = (0, 253_402_300_800_000)


def hours(calendar_id: str, start: int, end: int, zone: str = "UTC") -> Calendar:
    """Return hours of Monday to Friday."""
    return Calendar(calendar_id, zone, tuple(WeeklyHours(day, Hours(start * 60, end * 60)) for day in range(5)))


DAYS, NIGHTS = hours("days", 9, 18), hours("nights", 22, 6)
LEAD = WorkItem(Kind.LEAD)


def records(*those: Record) -> WorkforceRecords:
    by_kind: dict[str, dict[str, Record]] = {}
    kinds = {Rep: "rep", Pool: "pool", Calendar: "calendar", Absence: "absence", TenantSettings: "tenant"}
    for record in those:
        by_kind.setdefault(kinds[type(record)], {})[record.id] = record
    return WorkforceRecords(1, by_kind)


def pool(pool_id: str = "p", *members: str, calendar: str = "", buffer_ms: int = 0) -> Pool:
    return Pool(pool_id, tuple(map(Member, members)), calendar=calendar, leave_buffer_ms=buffer_ms)


def planner(route: str, *those: Record) -> Planner:
    """Return a planner of one route."""
    rule_set = check(f"fields: {{}}\nrules: []\ndefault:\n  route: {{{route}}}\n").rule_set
    assert rule_set is not None
    return Planner(1, rule_set, IndexEngine(rule_set), Roster(records(*those)))


def there(plan: Plan) -> list[tuple[str, ...]]:
    return [attempt.candidates.reps for attempt in plan.attempts]


@pytest.mark.parametrize(
    ("rep", "of_pool", "of_tenant", "expected"),
    [
        ("", "", "", FOREVER),
        ("nights", "days", "days", (MONDAY + 22 * HOUR, MONDAY + 30 * HOUR)),
        ("", "days", "nights", (MONDAY + 9 * HOUR, MONDAY + 18 * HOUR)),
        ("", "", "nights", (MONDAY + 22 * HOUR, MONDAY + 30 * HOUR)),
    ],
)
def test_a_rep_works_by_their_own_hours_else_the_pools_else_the_tenants_else_always(
    rep: str, of_pool: str, of_tenant: str, expected: tuple[int, int]
) -> None:
    by = planner(
        "pool: p",
        Rep("a", calendar=rep),
        pool("p", "a", calendar=of_pool),
        TenantSettings(calendar=of_tenant),
        DAYS,
        NIGHTS,
    )
    start, end = expected

    plans = {at_ms: there(by.plan(LEAD, at_ms)) for at_ms in (start, end - 1, end)}

    if expected == FOREVER:
        assert plans == {start: [("a",)], end - 1: [("a",)], end: [("a",)]}
        assert by.plan(LEAD, MONDAY).interval is None
    else:
        assert plans == {start: [("a",)], end - 1: [("a",)], end: [()]}
        assert by.plan(LEAD, start).interval == expected


def test_the_interval_is_that_of_those_who_fit_and_of_nobody_else() -> None:
    by = planner(
        "pool: p, require: [{rep: skills, op: has, value: ERP}]",
        Rep("a", attributes={"skills": ("ERP",)}, calendar="days"),
        Rep("b", calendar="nights"),
        Rep("c", attributes={"skills": ("ERP",)}, active=False, calendar="nights"),
        pool("p", "a", "b", "c"),
        DAYS,
        NIGHTS,
    )

    assert by.plan(LEAD, MONDAY + 10 * HOUR).interval == (MONDAY + 9 * HOUR, MONDAY + 18 * HOUR)


def test_the_interval_ends_with_the_first_change_for_any_of_them() -> None:
    absence = Absence("c/1", MONDAY + 13 * HOUR, MONDAY + 15 * HOUR)
    people = Rep("a", calendar="days"), Rep("b", calendar="berlin"), Rep("c"), pool("p", "a", "b", "c")
    by = planner("pool: p", *people, DAYS, hours("berlin", 11, 17, "Europe/Berlin"), absence)

    intervals = [by.plan(LEAD, MONDAY + hour * HOUR).interval for hour in (9, 10, 13, 15, 16)]

    assert intervals == [
        (MONDAY + start * HOUR, MONDAY + end * HOUR) for start, end in ((9, 10), (10, 13), (13, 15), (15, 16), (16, 18))
    ]


def test_leave_beats_hours_and_begins_a_buffer_earlier() -> None:
    absence = Absence("a/1", MONDAY + 12 * HOUR, MONDAY + 14 * HOUR)
    by = planner("pool: p", Rep("a"), Rep("b"), pool("p", "a", "b", calendar="days", buffer_ms=HOUR), DAYS, absence)

    seen = {hour: by.plan(LEAD, MONDAY + hour * HOUR).attempts[0].candidates for hour in (10, 11, 13, 14, 20)}

    assert {hour: candidates.reps for hour, candidates in seen.items()} == {
        10: ("a", "b"), 11: ("b",), 13: ("b",), 14: ("a", "b"), 20: (),
    }  # fmt: skip
    assert (seen[11].on_leave, seen[11].outside_hours) == (("a",), ())
    assert (seen[20].on_leave, seen[20].outside_hours) == ((), ("a", "b"))
    assert seen[13].interval == (MONDAY + 11 * HOUR, MONDAY + 14 * HOUR)


def test_leaves_that_meet_or_overlap_are_one() -> None:
    spans = [(10, 20), (20, 30), (15, 25), (40, 50)]
    absences = [Absence(f"a/{place}", *span) for place, span in enumerate(spans)]
    by = planner("pool: p", Rep("a"), pool("p", "a"), *absences)

    assert [by.plan(LEAD, at_ms).interval for at_ms in (9, 10, 29, 30, 49, 50)] == [
        (0, 10), (10, 30), (10, 30), (30, 40), (40, 50), (50, FOREVER[1]),
    ]  # fmt: skip


def test_a_weight_follows_its_ramp() -> None:
    ramp = (WeightStep(100, 250), WeightStep(200, 500))
    members = (Member("a", 100, ramp), Member("b", 1000), Member("c", 100, ramp))
    by = planner("pool: p", Rep("a"), Rep("b"), Rep("c", active=False), Pool("p", members))

    weights = {at_ms: by.plan(LEAD, at_ms).attempts[0].candidates.weights for at_ms in (99, 100, 199, 200, 9999)}

    assert weights == {99: (100, 1000), 100: (250, 1000), 199: (250, 1000), 200: (500, 1000), 9999: (500, 1000)}
    assert by.plan(LEAD, 150).interval == (100, 200)


WEEKEND = MONDAY + 5 * DAY


def test_hours_may_be_ignored_by_a_route_or_by_a_step_and_leave_may_not() -> None:
    people = (Rep("a", calendar="days"), Rep("b"), pool("p", "a", "b"), DAYS, Absence("b/1", 0, 10 * DAY))

    whole = planner("pool: p, hours: ignore, fallback: [{rep: b}]", *people).plan(LEAD, WEEKEND)
    step = planner("pool: p, fallback: [{hours: ignore}, {pool: p}]", *people).plan(LEAD, WEEKEND)

    assert there(whole) == [("a",), ()]
    assert there(step) == [(), ("a",), ()]
    assert whole.interval == (0, 10 * DAY)


def test_a_route_that_waits_for_hours_goes_on_only_where_no_hours_help() -> None:
    route = "pool: p, hours: wait, fallback: [{pool: q}]"
    people = (Rep("a", calendar="days"), Rep("z"), pool("p", "a"), pool("q", "z"), DAYS)

    at_weekend, at_work = (planner(route, *people).plan(LEAD, at_ms) for at_ms in (WEEKEND, MONDAY + 10 * HOUR))
    on_leave = planner(route, *people, Absence("a/1", 0, 10 * DAY)).plan(LEAD, WEEKEND)

    assert (there(at_weekend), at_weekend.waits) == ([()], True)
    assert (there(at_work), at_work.waits) == ([("a",), ("z",)], False)
    assert (there(on_leave), on_leave.waits) == ([(), ("z",)], False)
    assert at_weekend.interval == (MONDAY + 4 * DAY + 18 * HOUR, MONDAY + 7 * DAY + 9 * HOUR)


def test_a_rep_whom_a_rule_names_has_hours_and_one_whom_a_person_names_has_none() -> None:
    people = (Rep("a", calendar="days"), Rep("z", calendar="days"), pool("p", "z"), DAYS, Absence("a/1", 0, 10 * DAY))
    by = planner("pool: p, hours: wait, fallback: [{rep: a}]", *people)

    assert there(planner("pool: none, fallback: [{rep: z}]", *people).plan(LEAD, WEEKEND)) == [(), ()]
    for named in ("a", "z"):
        plan = by.plan(LEAD, WEEKEND, named=named)
        assert (there(plan), plan.interval) == ([(named,)], None)


def test_a_rep_named_by_a_person_competes_with_those_who_are_there() -> None:
    by = planner("pool: p", Rep("a", calendar="days"), Rep("b"), Rep("c"), pool("p", "a", "b", "c"), DAYS)

    plan = by.plan(LEAD, WEEKEND, named="a")

    assert there(plan) == [("a", "b", "c")]


def test_what_is_remembered_is_not_used_for_another_instant() -> None:
    by = planner("pool: p", Rep("a", calendar="days"), pool("p", "a"), DAYS)

    order = [MONDAY + hour * HOUR for hour in (10, 20, 10, 20, 34, 10)]

    assert [there(by.plan(LEAD, at_ms)) for at_ms in order] == [[("a",)], [()], [("a",)], [()], [("a",)], [("a",)]]


def test_without_hours_leave_and_ramps_a_plan_holds_at_every_time() -> None:
    by = planner("pool: p, fallback: [{rep: z}]", Rep("a"), Rep("z"), pool("p", "a"), DAYS)

    assert by.plan(LEAD, 0).interval is None
    assert by.plan(LEAD, 0).attempts[0].candidates is by.plan(LEAD, WEEKEND).attempts[0].candidates


def test_who_is_named_is_given_work_in_the_same_step_of_a_route_whether_they_are_there_or_not() -> None:
    people = Rep("a"), Rep("b", calendar="days"), pool("p", "a"), pool("q", "b"), DAYS
    by = planner("pool: p, fallback: [{rep: b}, {pool: q}]", *people)

    at_night, by_day = (by.plan(LEAD, MONDAY + hour * HOUR, named="b") for hour in (3, 12))

    assert (at_night.attempts, at_night.interval) == (by_day.attempts, by_day.interval)


instants = st.integers(0, 21 * DAY // HOUR).map(lambda hour: hour * HOUR)


@st.composite
def workforces(draw: st.DrawFn) -> tuple[Record, ...]:
    """Draw reps with hours, leave and ramps, in two pools."""
    calendar = st.sampled_from(["", "", "days", "nights", "berlin"])
    reps = [Rep(rep, calendar=draw(calendar), active=draw(st.sampled_from([True, True, False]))) for rep in "abcd"]
    absences = []
    for place, (rep, start_ms, length) in enumerate(
        draw(st.lists(st.tuples(st.sampled_from("abcd"), instants, st.integers(1, 60)), max_size=6))
    ):
        absences.append(Absence(f"{rep}/{place}", start_ms, start_ms + length * HOUR))
    ramp = st.lists(instants, max_size=2, unique=True).map(
        lambda starts: tuple(WeightStep(at, 100 + place) for place, at in enumerate(sorted(starts)))
    )
    pools = [
        Pool(
            pool_id,
            tuple(Member(rep, 1000, draw(ramp)) for rep in draw(st.sets(st.sampled_from("abcd"), min_size=1))),
            calendar=draw(calendar),
            leave_buffer_ms=draw(st.sampled_from([0, 0, HOUR, 7 * HOUR])),
        )
        for pool_id in "pq"
    ]
    settings_ = TenantSettings(calendar=draw(calendar))
    return (*reps, *absences, *pools, settings_, DAYS, NIGHTS, hours("berlin", 8, 17, "Europe/Berlin"))


ROUTES = st.sampled_from(
    [
        "pool: p, fallback: [{hours: ignore}, {pool: q}, {rep: d}]",
        "pool: p, hours: wait, fallback: [{pool: q}, wait]",
        "pool: q, hours: ignore",
        "pool: p, fallback: [{rep: d}, {pool: q}]",
    ]
)


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(
    people=workforces(),
    route=ROUTES,
    named=st.sampled_from(["", "", "a", "d"]),
    at_ms=instants,
    others=st.lists(st.integers(-20, 20), min_size=8, max_size=16),
)
def test_a_plan_is_constant_within_its_interval(
    people: tuple[Record, ...], route: str, named: str, at_ms: int, others: list[int]
) -> None:
    plan = planner(route, *people).plan(LEAD, at_ms, named=named)

    near = [max(at_ms + hour * HOUR, 0) for hour in others]
    for other in [at_ms, *near, *(edge for bound in plan.interval or () for edge in (bound - 1, bound))]:
        again = planner(route, *people).plan(LEAD, other, named=named)
        if plan.interval is None or plan.interval[0] <= other < plan.interval[1]:
            assert digests(again) == digests(plan)
            assert again.waits == plan.waits
    assert plan.interval is None or plan.interval[0] <= at_ms < plan.interval[1]


def digests(plan: Plan) -> list[tuple[object, ...]]:
    those = [attempt.candidates for attempt in plan.attempts]
    return [(each.digest, each.outside_hours, each.on_leave) for each in those]


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(people=workforces(), at_ms=instants)
def test_who_is_there_is_whom_calendar_and_leave_say_one_by_one(people: tuple[Record, ...], at_ms: int) -> None:
    by = planner("pool: p", *people)
    roster = by.roster
    of_pool = roster.pools["p"]

    reps = by.plan(LEAD, at_ms).attempts[0].candidates.reps

    plain = [
        member.rep
        for member in sorted(of_pool.members, key=lambda member: member.rep)
        if roster.reps[member.rep].active and roster.availability.off_duty(member.rep, of_pool, at_ms) is None
    ]
    assert list(reps) == plain
    for rep in plain:
        assert not any(
            absence.start_ms - of_pool.leave_buffer_ms <= at_ms < absence.end_ms
            for absence in roster.records.absences.values()
            if absence.rep == rep
        )


@settings(max_examples=settings().max_examples // 2, deadline=None)
@given(people=workforces(), at_ms=instants, counts_hours=st.booleans())
def test_somebody_is_first_there_at_the_first_instant_at_which_nothing_keeps_them(
    people: tuple[Record, ...], at_ms: int, counts_hours: bool
) -> None:
    roster = planner("pool: p", *people).roster
    of_pool = replace(roster.pools["p"], leave_buffer_ms=0)

    for rep in "abcd":
        first = roster.availability.first_there(rep, of_pool, at_ms, counts_hours=counts_hours)

        assert first is not None
        kept = [
            roster.availability.off_duty(rep, of_pool, instant, counts_hours=counts_hours)
            for instant in [*range(at_ms, first, HOUR), first]
        ]
        assert kept[-1] is None
        assert None not in kept[:-1]
