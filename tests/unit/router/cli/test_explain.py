"""What ``fairlead explain`` draws."""

from __future__ import annotations

from io import StringIO
from zoneinfo import ZoneInfo

from rich.console import Console

from fairlead.v1 import decisions_pb2 as decisions
from router.cli.explain import show
from router.wording.decisions import tell
from router.wording.languages import Language
from tests.unit.router.wording.deciding import ALONE, decided, refused, told


def test_the_zone_of_a_rep_elsewhere_is_told_whole_however_narrow_the_table() -> None:
    decision = decided(refused("cy", "OUTSIDE_HOURS", "", "", ""))
    decision.decide_time.FromJsonString("2026-10-05T01:00:00Z")
    reason = decision.candidates[0].reasons[0]
    reason.time_zone = "America/New_York"
    reason.lift_time.FromJsonString("2026-10-05T13:00:00Z")
    tell(decision, Language.ZH, ZoneInfo("Asia/Shanghai"), full=True)
    printed = StringIO()

    show(decision, Console(file=printed, width=72), Language.ZH)

    assert "当地时间（America/New_York）周一09:00上班" in "".join(printed.getvalue().split())


def test_every_step_is_drawn_with_why_it_found_nobody() -> None:
    summaries = [decisions.StepSummary(members=2, refused=[decisions.Refused(code="ON_LEAVE", count=2)])]
    summaries.append(decisions.StepSummary(eligible=1, members=1))
    decision = told(decided(*ALONE, steps=["pool asia", "pool east"], step_summaries=summaries))
    printed = StringIO()

    show(decision, Console(file=printed, width=72), Language.EN)

    assert "1. pool asia: 0/2 reps: 2 on leave\n  2. pool east: 1/1 reps\n" in printed.getvalue()
