"""From health to a colour that does not flicker.

A customer at 74, 76, 74 would change colour every day and be believed by nobody. So a colour gives way only when
several evaluations in a row lie clearly beyond its border. The state is not kept anywhere: it is read off the
customer's earlier evaluations each time, so any server gives the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from scoring.health.profile import Bands, Hysteresis

TREND_SPAN = timedelta(days=28)


class Band(StrEnum):
    """A colour; UNKNOWN is grey."""

    UNKNOWN = "UNKNOWN"
    RED = "RED"
    AMBER = "AMBER"
    GREEN = "GREEN"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Health as it was; None: unknown then."""

    time: datetime
    health: int | None


_ORDER = (Band.RED, Band.AMBER, Band.GREEN)


def plain_band(health: int, bands: Bands) -> Band:
    """Return the colour of a health by itself."""
    return Band.GREEN if health >= bands.green else Band.AMBER if health >= bands.amber else Band.RED


def band_after(healths: Sequence[int | None], bands: Bands, hysteresis: Hysteresis) -> Band:
    """Return the colour after these evaluations, oldest first.

    Examples
    --------
    >>> [str(band_after(h, Bands(), Hysteresis())) for h in ([80, 74], [80, 70], [80, 70, 71], [80, 70, None])]
    ['GREEN', 'GREEN', 'AMBER', 'UNKNOWN']
    """
    band, streak, upwards = Band.UNKNOWN, 0, False
    for health in healths:
        if health is None or band is Band.UNKNOWN:
            band, streak = Band.UNKNOWN if health is None else plain_band(health, bands), 0
            continue
        direction = _beyond(health, band, bands, hysteresis.points)
        streak = 0 if direction == 0 else streak + 1 if streak and upwards == (direction > 0) else 1
        upwards = direction > 0
        if streak >= hysteresis.evaluations:
            band, streak = plain_band(health, bands), 0
    return band


def _beyond(health: int, band: Band, bands: Bands, points: int) -> int:
    """Return +1 or -1 where health is clearly above or below a colour, else 0."""
    borders = (0, bands.amber, bands.green, 101)
    place = _ORDER.index(band)
    if place < 2 and health >= min(100, borders[place + 1] + points):
        return 1
    return -1 if place > 0 and health < borders[place] - points else 0


def trend(health: int, history: Sequence[Evaluation], now: datetime) -> float | None:
    """Return health less the median of the last 28 days; None where there was none.

    Examples
    --------
    >>> now = datetime(2026, 3, 2)
    >>> trend(60, [Evaluation(now - timedelta(days=d), 70 + d) for d in (1, 2, 3, 40)], now)
    -12.0
    """
    recent = [past.health for past in history if past.health is not None and now - TREND_SPAN <= past.time < now]
    return float(health - median(recent)) if recent else None
