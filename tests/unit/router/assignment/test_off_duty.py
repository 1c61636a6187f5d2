"""Who is not there is told why, from when on they are, and from when on contact can be expected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.assignment.choice import choose, rotation_of, trace_hash
from router.assignment.contact import ContactTime
from router.assignment.expected_contact import expected_contact
from router.assignment.explanation import Explanation, Reason, Refusals, RefusedCount, explain
from router.assignment.planner import Planner
from router.history.projection import StateProjection
from router.model.calendars import Absence, Calendar, TenantSettings
from router.model.decision import Cause, Decision, DecisionInputs, Outcome
from router.model.workforce import Pool, Record, Rep
from router.model.workitem import Kind
from tests.unit.router.assignment.test_availability import DAY, DAYS, HOUR, LEAD, MONDAY, hours, planner, pool

SATURDAY = MONDAY + 5 * DAY
NEXT_MONDAY_9 = MONDAY + 7 * DAY + 9 * HOUR


def decided(by: Planner, at_ms: int, *, named: str = "", full: tuple[str, ...] = ()) -> Decision:
    """Decide at an instant, as the store does."""
    plan = by.plan(LEAD, at_ms, named=named)
    attempts = [(attempt.candidates, attempt.charge) for attempt in plan.attempts]
    projection = StateProjection()
    projection.loads.update(dict.fromkeys([(rep, Kind.LEAD) for rep in full], 1))
    seen = projection.see(attempts, Kind.LEAD, at_ms, named)
    choice = choose(attempts, seen, rotation_of("x"), named)
    outcome = choice.outcome(Outcome.WAITING if plan.waits else Outcome.UNROUTED)
    proof = trace_hash([candidates for candidates, _ in attempts], seen, outcome, choice, 1)
    head = DecisionInputs(LEAD, Cause.ROUTED, 1, 1, plan.matched, (), (), named)
    return Decision(
        1, "x", Kind.LEAD, outcome, choice.rep, choice.pool, 1, choice.charge, seen, choice.stand, proof, 0, at_ms, head
    )


def explained(at_ms: int, *those: Record, route: str = "pool: p") -> Explanation:
    by = planner(route, *those)
    return explain(decided(by, at_ms), by)


def reasons(explanation: Explanation) -> dict[str, tuple[Reason, ...]]:
    return {candidate.rep: candidate.reasons for candidate in explanation.candidates}


def test_who_is_outside_their_hours_is_told_when_they_begin_and_by_which_clocks() -> None:
    people = Rep("a", calendar="days"), Rep("b", calendar="berlin"), pool("p", "a", "b")

    explanation = explained(SATURDAY, *people, DAYS, hours("berlin", 9, 18, "Europe/Berlin"))

    assert reasons(explanation) == {
        "a": (Reason("OUTSIDE_HOURS", lift_ms=NEXT_MONDAY_9, time_zone="UTC"),),
        "b": (Reason("OUTSIDE_HOURS", lift_ms=NEXT_MONDAY_9 - HOUR, time_zone="Europe/Berlin"),),
    }
    assert explanation.refusals.counts == (RefusedCount("OUTSIDE_HOURS", "", 2, NEXT_MONDAY_9 - HOUR),)


def test_every_step_says_why_it_found_nobody_and_when_that_ends_first() -> None:
    asia = (
        Rep("a", calendar="days"),
        Rep("b", calendar="berlin"),
        Rep("c", calendar="never"),
        pool("p", "a", "b", "c"),
    )
    others = DAYS, hours("berlin", 9, 18, "Europe/Berlin"), Calendar("never"), Rep("d"), Rep("e"), pool("q", "d", "e")
    away = Absence("d/1", 0, 20 * DAY)

    explanation = explained(SATURDAY, *asia, *others, away, route="pool: p, fallback: [{pool: r}, {pool: q}, wait]")

    assert explanation.steps == (
        Refusals(0, 3, (RefusedCount("OUTSIDE_HOURS", "", 3, NEXT_MONDAY_9 - HOUR),)),
        Refusals(missing_pool="r"),
        Refusals(1, 2, (RefusedCount("ON_LEAVE", "", 1, 20 * DAY),)),
    )
    assert explanation.refusals == explanation.steps[-1]


@pytest.mark.parametrize(
    ("start", "end", "buffer_ms", "lift"),
    [
        (0, 8 * DAY, 0, MONDAY + 9 * HOUR + 4 * DAY),
        (MONDAY + 3 * HOUR, MONDAY + DAY, 9 * HOUR, MONDAY + 33 * HOUR),
        (0, MONDAY + 12 * HOUR, 0, MONDAY + 12 * HOUR),
    ],
)
def test_who_is_on_leave_is_told_when_they_work_again(start: int, end: int, buffer_ms: int, lift: int) -> None:
    people = Rep("a"), pool("p", "a", calendar="days", buffer_ms=buffer_ms), DAYS

    explanation = explained(MONDAY, *people, Absence("a/1", start, end, "secret"))

    assert reasons(explanation)["a"] == (Reason("ON_LEAVE", lift_ms=lift, time_zone="UTC"),)


def test_every_reason_is_given_in_the_order_of_the_filter_and_none_to_who_is_not_meant() -> None:
    people = Rep("a", active=False, calendar="days"), Rep("z", calendar="days"), pool("p", "a")
    route = "pool: p, require: [{rep: skills, op: has, value: ERP}]"

    told = reasons(explained(SATURDAY, *people, DAYS, route=route))

    assert [reason.code for reason in told["a"]] == ["INACTIVE", "OUTSIDE_HOURS", "SKILL"]
    assert [reason.code for reason in told["z"]] == ["NOT_A_MEMBER", "SKILL"]


def test_hours_that_do_not_count_are_no_reason() -> None:
    people = Rep("a", calendar="days"), Rep("b", calendar="days"), pool("p", "a", "b"), DAYS

    told = reasons(explained(SATURDAY, *people, Absence("b/1", 0, 20 * DAY), route="pool: p, hours: ignore"))

    assert told["a"] == ()
    assert told["b"] == (Reason("ON_LEAVE", lift_ms=20 * DAY, time_zone="UTC"),)


@pytest.mark.parametrize(("until", "told"), [("1970-01-11", "1970-01-11"), ("1970-01-12", ""), ("", "")])
def test_an_instant_behind_the_official_days_of_a_calendar_is_told_as_such(until: str, told: str) -> None:
    calendar = Calendar("days", weekly=DAYS.weekly, official_until=until)

    (reason,) = reasons(explained(SATURDAY, Rep("a", calendar="days"), pool("p", "a"), calendar))["a"]

    assert (reason.lift_ms, reason.official_until) == (NEXT_MONDAY_9, told)


def test_a_calendar_that_never_opens_lifts_at_no_known_time() -> None:
    (reason,) = reasons(explained(SATURDAY, Rep("a", calendar="never"), pool("p", "a"), Calendar("never")))["a"]

    assert (reason.code, reason.lift_ms) == ("OUTSIDE_HOURS", 0)


def contact(
    at_ms: int, *those: Record, route: str = "pool: p, fallback: [wait]", named: str = "", full: tuple[str, ...] = ()
) -> int | None:
    by = planner(route, *those)
    expected = expected_contact(decided(by, at_ms, named=named, full=full), by)
    return expected.at_ms if expected else None


@pytest.mark.parametrize("route", ["pool: p, fallback: [wait]", "pool: p, hours: ignore"])
@pytest.mark.parametrize(("until", "told"), [("1970-01-11", "1970-01-11"), ("1970-01-12", "")])
def test_contact_behind_the_official_days_of_a_calendar_is_told_as_such(route: str, until: str, told: str) -> None:
    by = planner(route, Rep("a", calendar="days"), pool("p", "a"), replace(DAYS, official_until=until))

    assert expected_contact(decided(by, SATURDAY), by) == ContactTime(NEXT_MONDAY_9, told)


ON_DUTY = MONDAY + 10 * HOUR
TEAM: tuple[Record, ...] = (Rep("a", calendar="days"), Rep("b", calendar="berlin"), pool("p", "a", "b"), DAYS)
BERLIN = hours("berlin", 11, 18, "Europe/Berlin")


def test_an_owner_is_expected_when_they_first_work() -> None:
    assert contact(ON_DUTY, *TEAM, BERLIN) == ON_DUTY
    assert contact(SATURDAY, *TEAM, BERLIN, route="pool: p, hours: ignore") in (NEXT_MONDAY_9, NEXT_MONDAY_9 + HOUR)
    assert contact(SATURDAY, *TEAM, BERLIN, named="a") == NEXT_MONDAY_9
    leave = Absence("a/1", SATURDAY, SATURDAY + 3 * DAY)
    assert contact(SATURDAY, *TEAM, BERLIN, leave, named="a") == SATURDAY + 3 * DAY + 9 * HOUR


def test_what_waits_is_expected_to_be_taken_by_the_first_who_comes_on_duty() -> None:
    leave = Absence("a/1", SATURDAY, SATURDAY + 3 * DAY)

    assert contact(SATURDAY, *TEAM, BERLIN) == NEXT_MONDAY_9
    assert contact(SATURDAY, *TEAM, BERLIN, leave) == NEXT_MONDAY_9 + HOUR


def test_nobody_is_expected_where_nobody_has_hours_or_it_is_not_time_that_is_lacking() -> None:
    busy = Rep("a", calendar="days", capacity={"LEAD": 1}), pool("p", "a"), DAYS

    assert contact(SATURDAY, Rep("a"), pool("p", "a"), TenantSettings()) is None
    assert contact(SATURDAY, *TEAM, BERLIN, route="pool: p") is None
    assert contact(ON_DUTY, *busy, full=("a",)) is None
    assert contact(SATURDAY, Rep("a", calendar="never"), pool("p", "a"), Calendar("never")) is None
    assert contact(SATURDAY, Rep("a", active=False, calendar="days"), Pool("p"), DAYS) is None
