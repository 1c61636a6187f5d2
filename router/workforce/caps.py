"""Which caps mean something, and what is wrong with the others. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resource_names import check_id
from router.model.caps import CALENDAR_WINDOWS, HELD, Cap, CapMeasure, CapPace, CapScope, CapWindow
from router.model.errors import Violation
from router.model.workforce import MICROS

MAX_CAPS = 16
MAX_LIMIT = 1_000_000
MAX_VALUE_LIMIT = 1_000_000_000
"""In micro-units below 2^53: what the store counts stays exact."""
MINUTE_MS = 60_000
MAX_ROLLING_MS = 366 * 24 * 60 * MINUTE_MS


def meaning_fault(cap: Cap, *, of_pool: bool) -> tuple[str, str] | None:
    """Return the field that makes a cap mean nothing, and why; None: it means something.

    Examples
    --------
    >>> meaning_fault(Cap("c", CapMeasure.COUNT, 20), of_pool=True)
    ('window', 'NONE: COUNT needs one, or what was reached would never lift; allowed: HOUR, DAY, WEEK, MONTH, ROLLING')
    """
    if cap.scope is CapScope.POOL and not of_pool:
        return "scope", "POOL: a rep's cap counts this rep alone; set it on the pool"
    if cap.measure in HELD and cap.window is not CapWindow.NONE:
        return "window", f"{cap.window}: {cap.measure} counts what is open now, whenever it was given; allowed: none"
    if cap.measure not in HELD and cap.window is CapWindow.NONE:
        allowed = ", ".join(window for window in CapWindow if window is not CapWindow.NONE)
        return "window", f"NONE: {cap.measure} needs one, or what was reached would never lift; allowed: {allowed}"
    if cap.pace is CapPace.EVEN and cap.window not in CALENDAR_WINDOWS:
        why = (
            "what is open now has no course"
            if cap.measure in HELD
            else "a rolling window has no beginning to pace from"
        )
        return "pace", f"EVEN: {why}; allowed: ANY, or a window of HOUR, DAY, WEEK or MONTH"
    return None


def cap_faults(caps: Sequence[Cap], at: str, *, of_pool: bool) -> Iterator[Violation]:
    """Yield what is wrong with the caps of a rep or pool."""
    if len(caps) > MAX_CAPS:
        yield Violation(at, f"{len(caps)} caps: at most {MAX_CAPS}")
    seen: set[str] = set()
    for place, cap in enumerate(caps):
        if fault := check_id(cap.id):
            yield Violation(f"{at}[{place}].id", fault)
        if cap.id in seen:
            yield Violation(f"{at}[{place}].id", f"{cap.id!r} stands here twice: give each its own")
        seen.add(cap.id)
        for field, fault in _faults(cap, of_pool=of_pool):
            yield Violation(f"{at}[{place}].{field}", fault)


def _faults(cap: Cap, *, of_pool: bool) -> Iterator[tuple[str, str]]:
    unit, most = (MICROS, MAX_VALUE_LIMIT) if cap.measure is CapMeasure.VALUE else (1, MAX_LIMIT)
    if not 0 <= cap.limit <= most * unit:
        yield "limit", f"{cap.limit / unit:,.15g}: must be 0 to {most:,}"
    is_length = MINUTE_MS <= cap.rolling_ms <= MAX_ROLLING_MS and cap.rolling_ms % MINUTE_MS == 0
    if cap.window is CapWindow.ROLLING and not is_length:
        yield "rolling_duration", f"{cap.rolling_ms / 1000:,.15g}s: must be whole minutes, 1 minute to 366 days"
    if cap.window is not CapWindow.ROLLING and cap.rolling_ms:
        yield "rolling_duration", f"{cap.rolling_ms / 1000:,.15g}s: only a ROLLING window has a length of its own"
    if fault := meaning_fault(cap, of_pool=of_pool):
        yield fault
