"""What lists say of what waits, and how much they say was decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import fairness_pb2 as fairness
from router.cli.clocks import Clock
from router.cli.fairness_tables import alone, period_table
from router.cli.lists import Listing, Names, known_pool, show, waits_for, waits_until
from router.wording.languages import Language

NAMES = Names({}, {}, Clock("Asia/Shanghai"))
SUMMARY = "0/1 reps: 1 outside working hours"


def decided(outcome: decisions.Decision.Outcome, *, lifts: bool) -> decisions.Decision:
    decision = decisions.Decision(outcome=outcome, refusal_summary=SUMMARY)
    if lifts:
        decision.expected_contact_time.FromDatetime(datetime(2031, 4, 28, 1, tzinfo=UTC))
    return decision


@pytest.mark.parametrize(
    ("outcome", "lifts", "said"),
    [
        (decisions.Decision.OUTCOME_WAITING, True, (SUMMARY, "2031-04-28 09:00:00+08:00")),
        (decisions.Decision.OUTCOME_WAITING, False, (SUMMARY, "")),
        (decisions.Decision.OUTCOME_UNROUTED, True, ("", "")),
    ],
)
def test_what_waits_is_said_to_wait_and_until_when(
    outcome: decisions.Decision.Outcome, lifts: bool, said: tuple[str, str]
) -> None:
    decision = decided(outcome, lifts=lifts)

    assert (waits_for(decision), waits_until(decision, NAMES)) == said


def test_a_name_that_nobody_has_is_said_to_be_nobodys(capsys: pytest.CaptureFixture[str]) -> None:
    names = replace(NAMES, pools={"tenants/t/pools/east": "华东", "tenants/t/pools/west": "west"})

    assert [known_pool(text, names) for text in ("华东", "west", "wset")] == ["east", "west", "wset"]
    assert known_pool("any", NAMES) == "any"  # who may not list pools is shown ids

    assert capsys.readouterr().err == "there is no pool wset now; the nearest is west\n"


@pytest.mark.parametrize(("count", "said"), [(1, "1 decision"), (2, "2 decisions"), (12_500, "12,500 decisions")])
def test_decisions_are_counted_in_the_right_number(count: int, said: str) -> None:
    report = fairness.FairnessReport(pool="tenants/t/pools/east", decisions=count)
    period = fairness.PeriodFairness(decisions=count)

    assert f"{said}, all of them" in str(alone(report, {}))
    assert f": {said}, 0 charged" in str(period_table(period, {}, "today", 1.0).renderables[0])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("language", "what", "said"),
    [
        (Language.EN, "work items", "1 work item in {}\n"),
        (Language.ZH, "work items", "已写入 {}：工作项 1 条\n"),
        (Language.ZH, "decisions", "已写入 {}：决策 1 条\n"),
    ],
)
def test_what_was_written_into_a_file_is_told_in_the_language(
    language: Language, what: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "i.csv"
    listing = Listing(what, {}, {"pool": lambda message, _: message.pool})

    show([decisions.Decision(pool="east")], listing, replace(NAMES, language=language), None, False, file)

    assert capsys.readouterr().out == said.format(file)
