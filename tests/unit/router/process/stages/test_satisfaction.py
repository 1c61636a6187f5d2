"""What is done about answers: as written, what is wrong with it, and as it is stored; when a customer may be asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.process.definition.deadlines import ClockOwner, RecipientRole
from router.process.language.check import check_process
from router.process.revisions.codec import dumps, loads
from router.process.revisions.differences import differences
from router.process.stages.satisfaction import follow_up, next_nps_ms
from rules.durations import Duration

CARE = """\
process: care
kinds: [TICKET]
stages: [{id: new}, {id: solved, closes: CLOSED}]
"""
CALL = "open: {id: call, pool: calls, within: 24h, clock: wall, exclude: handlers}"
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC"]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("csat: {at_most: 0}", "found 0; a csat is 1 to 5"),
        ("csat: {at_most: 6}", "found 6; a csat is 1 to 5"),
        ("nps: {at_most: 11}", "found 11; at most 10 is allowed"),
        ("csat: {at_most: 2, notify: []}", "nothing is done: say whom to notify, or what to open"),
        ("csat: {at_most: 2, open: {id: a, pool: p, each: dates}}", "an answer opens one: leave it out"),
        ("csat: {at_most: 2, open: {id: a, pool: p, blocks: true}}", "nothing is left to be blocked"),
        ("csat: {at_most: 2, open: {id: a, pool: p, clock: wall}}", "nothing runs by it without within"),
        ("csat: {ask: {after: soon}}", "found 'soon'; a duration such as 30m, 1h or 7cd"),
        ("csat: {ask: {after: 2d}}", "customers keep no working days: say 2cd"),
        ("csat: {ask: {after: 1h}, notify: [manager]}", "say of which answers, at_most"),
        ("nps: {}", "nothing is said: say when to ask, or of which answers something is done, at_most"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(said: str, problem: str) -> None:
    found = [each for each in check_process(f"{CARE}satisfaction: {{{said}}}").problems if each.line == 4]

    assert problem in found[0].message


def test_it_is_stored_and_read_back_and_a_process_without_it_is_stored_as_before() -> None:
    source = f"{CARE}complaints: true\nsatisfaction: {{csat: {{at_most: 2, {CALL}}}, nps: {{at_most: 6}}}}"
    plain, process = check_process(CARE).process, check_process(source).process
    assert plain is not None
    assert process is not None

    assert loads(dumps(process)) == process
    assert list(process.standing) == ["new", "solved", "~csat~call"]
    assert process.standing["~csat~call"].deadlines[0].clock is ClockOwner.WALL
    assert [(each.stage, each.kind.value) for each in differences(plain, process)] == [("", "CHANGED")]
    assert not {"complaints", "csat", "nps"} & set(dumps(plain).replace('"', " ").split())


def test_when_customers_are_asked_is_stored_with_or_without_what_follows() -> None:
    process = check_process(f"{CARE}satisfaction: {{csat: {{ask: {{after: 1h}}}}, nps: {{at_most: 6}}}}").process
    lead = CARE.replace("TICKET", "LEAD")
    asked_of_leads = check_process(f"{lead}satisfaction: {{csat: {{ask: {{after: 1h}}}}}}").problems
    assert process is not None

    assert loads(dumps(process)) == process
    assert (process.csat, process.surveys) == (None, [("csat", Duration(1, "h"))])
    assert [each.message for each in asked_of_leads][:1] == ["csat is asked of a TICKET alone, which this is not for"]


def test_what_follows_is_as_the_process_says() -> None:
    process = check_process(f"{CARE}satisfaction: {{csat: {{at_most: 2}}}}").process
    assert process is not None

    told = [follow_up(process, "csat", value) for value in range(1, 6)]

    assert [each.to if each else None for each in told] == [(RecipientRole.MANAGER,)] * 2 + [None] * 3
    assert follow_up(process, "nps", 0) is None


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.sampled_from(ZONES))
def test_a_customer_may_be_asked_again_on_the_ninetieth_day_at_the_same_time_of_the_wall(
    last: datetime, zone: str
) -> None:
    at = last.replace(microsecond=0, tzinfo=ZoneInfo(zone))

    again = datetime.fromtimestamp(next_nps_ms(int(at.timestamp() * 1000), zone) / 1000, ZoneInfo(zone))

    at = datetime.fromtimestamp(at.timestamp(), ZoneInfo(zone))  # of a time that there was not, the one after it
    assert abs(again.replace(tzinfo=None) - at.replace(tzinfo=None) - timedelta(days=90)) <= timedelta(hours=1)
    assert again.date() - at.date() == timedelta(days=90)
