"""What the commands show of offers."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import fairness_pb2 as fairness
from fairlead.v1 import routing_pb2 as routing
from router.cli.clocks import Clock
from router.cli.fairness_tables import bound_told, fairness_table
from router.cli.lists import Names
from router.cli.offer_cells import away_told, offered_to, offered_until, offers_table
from router.cli.words import owner_of
from router.wording.languages import Language

REPS = {"tenants/t/reps/li": "李娜"}
EAST = "tenants/t/pools/east"
ENGLISH = Names(REPS, {EAST: "华东"}, Clock("Asia/Shanghai"))
CHINESE = Names(REPS, {EAST: "华东"}, Clock("Asia/Shanghai"), Language.ZH)


def offered(rep: str = "tenants/t/reps/li", *, lapses: bool = True, number: int = 12) -> routing.WorkItem:
    item = routing.WorkItem(
        name=f"tenants/t/workItems/crm~L-{number}",
        kind=routing.WorkItem.KIND_LEAD,
        state=routing.WorkItem.STATE_OFFERED,
        value=2.5,
        pool=EAST,
        offer=routing.WorkItem.Offer(rep=rep, number=number),
    )
    if lapses:
        item.offer.expire_time.FromDatetime(datetime(2031, 4, 28, 1, tzinfo=UTC))
    return item


@pytest.mark.parametrize(
    ("item", "english", "chinese"),
    [
        (offered(), ("李娜", "2031-04-28 09:00:00+08:00"), ("李娜", "2031-04-28 09:00:00+08:00")),
        (offered("", lapses=False), ("whoever is first", "never"), ("抢单，先接先得", "不限时")),
        (routing.WorkItem(state=routing.WorkItem.STATE_ASSIGNED), ("", ""), ("", "")),
    ],
)
def test_what_is_offered_is_shown_with_to_whom_and_until_when(
    item: routing.WorkItem, english: tuple[str, str], chinese: tuple[str, str]
) -> None:
    assert (offered_to(item, ENGLISH), offered_until(item, ENGLISH)) == english
    assert (offered_to(item, CHINESE), offered_until(item, CHINESE)) == chinese


def drawn(table: object) -> list[list[str]]:
    printed = StringIO()
    Console(file=printed, width=140).print(table)
    return [line.split() for line in printed.getvalue().splitlines()]


def test_a_rep_is_told_how_many_offers_they_have_open_and_may_have() -> None:
    items = [offered(), offered(number=13), offered("", number=14)]

    rows = drawn(offers_table(items[:1] + items[2:], items, {EAST: 3}, ENGLISH))

    assert rows[0] == ["offers", "to", "answer:", "2;", "times", "of", "Asia/Shanghai"]
    assert rows[4] == ["crm~L-12", "LEAD", "2.5", "华东", "李娜", "12", "2031-04-28", "09:00:00+08:00", "2/3"]
    assert rows[5][3:8] == ["华东", "whoever", "is", "first", "14"]
    assert drawn(offers_table([], [], {}, CHINESE))[0][0] == "待接派单"


def test_who_is_away_because_offers_lapsed_is_told_since_when_and_of_which() -> None:
    away = routing.AwayByLapses(lapses=3, work_item="tenants/t/workItems/crm~L-7")
    away.away_time.FromDatetime(datetime(2031, 4, 28, 1, tzinfo=UTC))

    assert away_told(away, ENGLISH.clock, Language.EN) == (
        "away since 2031-04-28 09:00:00+08:00: 3 offers in a row have lapsed, the last of crm~L-7"
    )
    assert away_told(away, ENGLISH.clock, Language.ZH).endswith("起暂离：连续 3 次超时未接单，最近一条是 crm~L-7")


@pytest.mark.parametrize(
    ("rep", "language", "said"),
    [
        ("李娜", Language.EN, "李娜, to be accepted"),
        ("李娜", Language.ZH, "李娜（待接单）"),
        ("", Language.EN, "whoever is first, to be accepted"),
        ("", Language.ZH, "抢单，先接先得（待接单）"),
    ],
)
def test_whom_a_decision_offers_its_work_item_to_is_no_owner_yet(rep: str, language: Language, said: str) -> None:
    decision = decisions.Decision(outcome=decisions.Decision.OUTCOME_OFFERED, rep_display_name=rep)

    assert owner_of(decision, language) == said


def test_numbers_stand_whole_beside_every_column_and_names_fold() -> None:
    reps = {f"tenants/t/reps/{rep}": rep * 6 for rep in ("anna", "boris", "cyrus")}
    report = fairness.FairnessReport(pool=EAST, bound=3.5, largest_charge=1, weights=dict.fromkeys(reps, 1.25))
    for rep in reps:
        report.entitled[rep], report.received[rep] = 12345.67, 12345
        report.received_by[rep].apart, report.received_by[rep].override = 4321, 1234.5
        report.observed.per_rep[rep] = -1234.56
    printed = StringIO()

    Console(file=printed, width=100).print(fairness_table(report, (), reps))

    shown = printed.getvalue()
    assert "…" not in shown
    for number in ("1.25", "12345.67", "12,345", "4,321", "1,234.5", "-1234.56"):
        assert shown.count(number) == len(reps), number
    assert shown.count("anna") == 6


def test_the_bound_is_printed_with_its_parts_where_a_service_is_asked_for_it() -> None:
    report = fairness.FairnessReport(
        pool=EAST, bound=3.5, largest_charge=1, largest_offered=1, largest_entitled=0.5, disturbance=1,
        weights={f"tenants/t/reps/{rep}": 1.0 for rep in ("a", "b", "c")},
    )  # fmt: skip

    assert bound_told(report) == "3.50 = (C 1 + Δ 0 + ρ 1 + φ 0.5)(n 3 − 1)/2 + disturbance 1.00"
    assert "ρ" in str(drawn(fairness_table(report, None, {})))
    assert "ρ" not in str(drawn(fairness_table(report, (), {})))
