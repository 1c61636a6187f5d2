"""Whether a customer may be asked how it went, and what an answer leads to. Pure.

Whoever is asked too often answers no more: how it went is asked once of a ticket, also if that is reopened; whether
they would recommend us is asked of the customer, at most once in 90 days, and of nobody who has a complaint open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from router.process.definition.processes import Process
from router.process.definition.tasks import CSAT, NPS, AnswerFollowUp

SCALES: Mapping[str, range] = {CSAT: range(1, 6), NPS: range(11)}
"""What may be answered."""
APART_DAYS = 90
"""Calendar days between two times that a customer is asked whether they would recommend us."""


def next_nps_ms(last_ms: int, time_zone: str) -> int:
    """Return from when on a customer may be asked again: at the same time of the day, 90 days behind their last answer.

    Times are in milliseconds since 1970; the days are those of the wall of a zone.

    Examples
    --------
    >>> last = datetime(2026, 3, 1, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    >>> again = next_nps_ms(int(last.timestamp() * 1000), "Europe/Berlin")
    >>> datetime.fromtimestamp(again / 1000, ZoneInfo("Europe/Berlin")).isoformat()
    '2026-05-30T10:00:00+02:00'
    """
    last = datetime.fromtimestamp(last_ms / 1000, ZoneInfo(time_zone))
    again = (last + timedelta(days=APART_DAYS)).astimezone(UTC)
    return int(again.timestamp() * 1000)


def follow_up(process: Process, name: str, value: int) -> AnswerFollowUp | None:
    """Return what a process says is done about an answer; None: nothing."""
    said = process.csat if name == CSAT else process.nps
    return said if said and value <= said.at_most else None
