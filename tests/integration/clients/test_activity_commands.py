"""``fairlead activity``, ``agenda`` and ``timeline`` against a real service, as a user runs them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from fairlead.v1.workforce_pb2 import Rep
from tests.integration.clients.arranging import Restartable, fairlead, tried

RULES = "fields: {}\nrules: []\ndefault: {route: {pool: east}}\n"


@pytest.fixture(scope="module")
def at(shared: Restartable) -> tuple[str, ...]:
    """The options that lead to a tenant where ann has a lead, and bo another."""
    with shared.client("activities") as client:
        client.update_tenant(time_zone="Asia/Shanghai")
        client.upsert_reps([Rep(name="ann", display_name="安娜"), Rep(name="bo")])
        client.upsert_pool("east", {"ann": 2.0, "bo": 1.0})
        client.publish_rules(RULES)
        for number in (1, 2):
            client.route({}, source="crm", external_id=f"L-{number}")
    return ("--server", shared.address, "--tenant", "activities")


def test_a_call_is_recorded_put_on_the_agenda_and_told(at: tuple[str, ...]) -> None:
    day = f"{datetime.now(UTC) + timedelta(days=400):%Y-%m-%d}"
    step = ("--next", f"{day}T10:00", "--step", "call again")

    said = fairlead("activity", "crm~L-1", "call", "--outcome", "no answer", "--lasted", "4m", *step, *at)
    noted = fairlead("activity", "crm~L-1", "note", "--note", "asks for prices", *at)
    agenda = fairlead("agenda", "安娜", "--date", day, *at)
    work = fairlead("agenda", "ann", "--all", "--language", "zh", *at)
    told = fairlead("timeline", "crm~L-1", "--language", "zh", *at)
    entries = json.loads(fairlead("timeline", "crm~L-1", "--json", "--count", "2", *at))["entries"]

    assert said == f"crm~L-1: ATTEMPT, CONTACT; next follow-up {day} 10:00 (Asia/Shanghai)\n"
    assert noted == "crm~L-1: recorded, no evidence\n"
    assert f"1 to follow up on {day}; times of Asia/Shanghai" in agenda
    assert "call again" in agenda
    assert f"下次跟进时间：{day} 10:00。" in work
    assert " 是 " in work
    for words in ("分配池 east：安娜。", "安娜致电客户（4 分钟）。", "no answer", "安娜写了备注。", "asks for prices"):
        assert words in told
    assert [[*entry][-1] for entry in entries] == ["activity", "activity"]


def test_a_date_that_is_over_is_overdue_and_a_dry_run_writes_nothing(at: tuple[str, ...]) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat(timespec="milliseconds")
    before = (datetime.now(UTC) - timedelta(days=3)).isoformat(timespec="seconds")

    dry = fairlead("activity", "crm~L-2", "call", "--dry-run", *at)
    fairlead("activity", "crm~L-2", "call", "--occurred", before, "--next", soon, *at)
    listed = json.loads(fairlead("agenda", "bo", "--json", *at))
    while listed["next_dates"][0]["status"] == "STATUS_DUE":
        listed = json.loads(fairlead("agenda", "bo", "--json", *at))

    assert dry == "crm~L-2: ATTEMPT; nothing is written\n"
    assert [(date["status"], date["work_item"].rpartition("/")[2]) for date in listed["next_dates"]] == [
        ("STATUS_OVERDUE", "crm~L-2")
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("activity", "crm~L-1", "call", "--lasted", "soon"), 2, "'soon'; allowed: a length such as 45s, 3m or 1h"),
        (("activity", "crm~L-1", "call", "--next", "2026-01-05"), 1, "must be later than now"),
        (("activity", "crm~L-1", "call", "--next", "9999-12-31"), 1, "must be at most three years ahead"),
        (("activity", "crm~L-1", "call", "--next", "x"), 2, "'x'; allowed: a date 2026-10-01"),
        (("activity", "crm~L-1", "call", "--step", "x"), 1, "activity.next_step"),
        (("activity", "crm~none", "call"), 1, "there is no work item"),
        (("agenda", "ann", "--date", "never"), 1, "'never': must be a date such as 2026-11-28"),
        (("agenda", "ann", "--date", "2026-11-28", "--all"), 2, "not with --all"),
        (("agenda", "nobody"), 1, "there is no rep"),
        (("timeline", "crm~none"), 1, "there is no work item"),
    ],
)
def test_what_cannot_be_is_said_with_what_is_allowed(
    at: tuple[str, ...], arguments: tuple[str, ...], status: int, says: str
) -> None:
    ended, printed = tried(*arguments, *at)

    assert (ended, says in printed) == (status, True), printed
