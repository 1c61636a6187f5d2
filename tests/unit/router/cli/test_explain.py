"""What ``fairlead explain`` draws."""

from __future__ import annotations

from io import StringIO
from zoneinfo import ZoneInfo

from rich.console import Console

from router.cli.explain import show
from router.wording.decisions import tell
from router.wording.languages import Language
from tests.unit.router.wording.deciding import decided, refused


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
