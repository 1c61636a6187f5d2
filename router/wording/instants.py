"""Instants as people say them: by the clocks of a zone, and by the day they are told on."""

from __future__ import annotations

from datetime import datetime, tzinfo

from router.model import calendars
from router.wording.languages import Language
from router.wording.phrases import DAYS, WHEN

_WEEK = 7


def when(instant: datetime, told: datetime, zone: tzinfo, language: Language) -> str:
    """Say when something is, to somebody who is told it at an instant.

    Examples
    --------
    >>> from datetime import UTC
    >>> monday = datetime(2026, 10, 5, 8, tzinfo=UTC)
    >>> [when(monday.replace(day=day, hour=15), monday, UTC, Language.EN) for day in (5, 7, 12)]
    ['at 15:00', 'on Wednesday at 15:00', 'on 2026-10-12 at 15:00']
    """
    at, now = instant.astimezone(zone), told.astimezone(zone)
    days = (at.date() - now.date()).days
    phrase = WHEN["that day" if not days else "that week" if 0 < days < _WEEK else "later"]
    day = DAYS[calendars.DAYS[at.weekday()]].say(language)
    return phrase.say(language, time=f"{at:%H:%M}", day=day, date=at.date().isoformat())
