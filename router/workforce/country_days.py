"""A country's days off, and the workdays that make up for some of them 调休, as exceptions of a calendar.

Days come from the package ``holidays``: public holidays, whole days alone, named in the country's own language. Most
follow from statute and are known for every year. Two kinds do not, and the package says what it expects of them, of the
first without a word: where a government moves workdays, it announces them a year at a time (in China nobody knows the
days of next year before the State Council has said them, each November), and some moons have to be seen. So days come
with the date until which they are official: the end of the last year asked for; or of the last of which the package
knows any moved workday, where there are such; or of the last before one with an estimated day.

A make-up day has the hours of the weekday that it stands for. Pure; the package is imported when first asked, since
that takes longer than a command that only explains itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from router.model.calendars import CalendarException, Hours, WeeklyHours
from router.model.errors import InvalidInput

if TYPE_CHECKING:
    from holidays import HolidayBase

_MOVED = 4
"""Places, or more, of a day off that is a moved workday: month and day of it, then of the day that makes up for it."""


@dataclass(frozen=True, slots=True)
class CountryDays:
    """Days of a country, or of a file, in some years.

    Parameters
    ----------
    exceptions
        By date, none twice.
    official_until
        The last date, as ``2026-12-31``, until which they are what the country says; it may lie before all of them.
        Empty: nobody says.
    years
        The years that were asked for.
    """

    exceptions: tuple[CalendarException, ...]
    official_until: str
    years: frozenset[int]


def country_days(
    country: str, years: Collection[int], weekly: Sequence[WeeklyHours], subdivision: str = ""
) -> CountryDays:
    """Return the days of a country in some years.

    Parameters
    ----------
    country
        ISO 3166-1 code of two letters, such as ``CN``.
    weekly
        The hours that make-up workdays are to have, by the weekday they stand for: whoever does not work then
        does not make up for it. Where the package does not know the weekday, they have those of the first workday.
    subdivision
        Whose holidays come on top, as ISO 3166-2 has it behind the hyphen, such as ``BY``; empty: none's.

    Returns
    -------
    CountryDays
        Each day has the country for its source, whatever the subdivision: who names another corrects the first.

    Raises
    ------
    InvalidInput
        If the country, the subdivision or a year is unknown.

    Examples
    --------
    >>> nine_to_six = [WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5)]
    >>> days = country_days("CN", [2026, 2027], nine_to_six)
    >>> [day.date for day in days.exceptions if day.hours]
    ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10']
    >>> days.exceptions[0].display_name, days.official_until
    ('元旦', '2026-12-31')
    """
    days, source = _days(country, years, subdivision), f"country:{country}"
    off = [CalendarException(str(day), (), name, source) for day, name in days.items()]
    worked = [
        CalendarException(str(day), hours, "调休上班" if _is_chinese(days) else "", source)
        for day, hours in _made_up(days, weekly)
        if day.year in years
    ]
    exceptions = {exception.date: exception for exception in (*off, *worked)}
    in_order = tuple(exceptions[day] for day in sorted(exceptions))
    return CountryDays(in_order, _official_until(days, years), frozenset(years))


def _days(country: str, years: Collection[int], subdivision: str) -> HolidayBase:
    import holidays  # takes an eighth of a second

    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise InvalidInput.of("country.country", f"found {country!r}; allowed is one of {', '.join(sorted(known))}")
    if subdivision and subdivision not in known[country]:
        allowed = (
            f"one of {', '.join(known[country])}" if known[country] else f"none: {country} has the same days all over"
        )
        raise InvalidInput.of("country.subdivision", f"found {subdivision!r}; allowed is {allowed}")
    kind = getattr(holidays, country)
    _check_years(years, kind.start_year, kind.end_year)
    days: HolidayBase = kind(years=years, subdiv=subdivision or None, language=kind.default_language)
    return days


def _check_years(years: Collection[int], first: int, last: int) -> None:
    unknown = next((year for year in years if not first <= year <= last), None)
    if unknown is not None or not years:
        shown = "none" if unknown is None else unknown
        raise InvalidInput.of("country.years", f"found {shown}; allowed are those from {first} to {last}, one at least")


def _is_chinese(days: HolidayBase) -> bool:
    return (days.default_language or "").startswith("zh")


def _moves(days: HolidayBase) -> Iterator[tuple[date, date]]:
    """Yield the workdays that are off, and the dates that make up for each, as far as the package knows."""
    moved: Mapping[int, Sequence[tuple[int, ...]]] = getattr(days, "special_public_holidays", {})
    for year, specials in moved.items():
        for special in specials if isinstance(specials[0], tuple) else (specials,):
            if len(special) >= _MOVED:
                month, day, *made_up = special[:4]
                yield date(year, month, day), date(special[4] if len(special) > _MOVED else year, *made_up)


def _made_up(days: HolidayBase, weekly: Sequence[WeeklyHours]) -> Iterator[tuple[date, tuple[Hours, ...]]]:
    """Yield the make-up workdays that a week has hours for."""
    by_day = {day: tuple(each.hours for each in weekly if each.day == day) for day in sorted({w.day for w in weekly})}
    stands_for = {made_up: off.weekday() for off, made_up in _moves(days)}
    for made_up in days.weekend_workdays:
        hours = by_day.get(stands_for.get(made_up, min(by_day, default=0)), ())
        if hours:
            yield made_up, hours


def _official_until(days: HolidayBase, years: Collection[int]) -> str:
    last = min(years)
    while last + 1 in years:
        last += 1
    moved = {off.year for off, _ in _moves(days)}
    estimated = (year - 1 for year in _estimated(days))
    return f"{min(last, max(moved, default=last), *estimated)}-12-31"


def _estimated(days: HolidayBase) -> set[int]:
    """Return the years with a day that is only estimated, which the package says in its name."""
    label = getattr(days, "estimated_label", None)
    mark = (days.tr(label) % "").strip() if label else ""
    return {day.year for day, name in days.items() if mark and mark in name}
