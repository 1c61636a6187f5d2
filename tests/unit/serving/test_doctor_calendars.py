"""The doctor says of calendars whose days end soon that somebody has to look up the next."""

from __future__ import annotations

from datetime import date

import pytest

from router.model.calendars import Calendar
from serving.doctor.calendars import judge_calendars
from serving.doctor.finding import Severity


@pytest.mark.parametrize(
    ("today", "severity", "says"),
    [
        (date(2026, 10, 31), Severity.GOOD, "acme: official until 2026-12-31 at least"),
        (date(2026, 11, 1), Severity.MIND, "acme/shanghai: its days are official until 2026-12-31, 60 more days"),
        (date(2027, 1, 2), Severity.MIND, "acme/shanghai: its days were official until 2026-12-31, 2 days ago"),
    ],
)
def test_a_calendar_is_named_sixty_days_before_its_days_end(today: date, severity: Severity, says: str) -> None:
    calendars = [Calendar("shanghai", official_until="2026-12-31"), Calendar("night")]

    (finding,) = judge_calendars("acme", calendars, today)

    assert (finding.severity, finding.seen) == (severity, says)
    assert ("import shanghai --country CODE --years 2027 --tenant acme" in finding.advice) == bool(finding.advice)


def test_of_calendars_that_depend_on_nobody_nothing_is_said() -> None:
    assert not list(judge_calendars("acme", [Calendar("night")], date(2027, 1, 1)))
