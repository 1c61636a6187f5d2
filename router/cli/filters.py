"""Options that say which decisions or work items a command lists, made into the filter that the service takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import click

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FARTHEST = timedelta(hours=16)
"""No clocks ever differed more from UTC."""
_AGO = re.compile(r"([0-9]{1,4})([mhdw])")
WRITTEN = "--since 7d (or 30m, 12h, 2w), a date 2026-11-28, or an instant 2026-11-28T09:00:00Z"


When = datetime | timedelta
"""An instant, or so long before now, which is the service's."""


def when_of(text: str) -> When:
    """Read when: so long ago, a date's midnight, or what ISO 8601 writes.

    Returns
    -------
    datetime or timedelta
        In UTC; without a zone where the text says none: then it is of the clocks that the command shows times on.
        Or how long ago.

    Raises
    ------
    ValueError, OverflowError
        If it is none of these, or so early or late that some clocks cannot show it.

    Examples
    --------
    >>> [str(when_of(text)) for text in ("7d", "2026-11-28", "2026-11-28T17:00:00+08:00")]
    ['7 days, 0:00:00', '2026-11-28 00:00:00', '2026-11-28 09:00:00+00:00']
    """
    if ago := _AGO.fullmatch(text):
        return timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    moment = datetime.fromisoformat(text)
    if moment.tzinfo:
        return moment.astimezone(UTC)
    for distance in (-_FARTHEST, _FARTHEST):
        moment + distance  # overflows where some clocks have no such time
    return moment


def _when(_context: click.Context, option: click.Parameter, text: str | None) -> When | None:
    if text is None:
        return None
    try:
        return when_of(text)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r}; allowed: {WRITTEN.removeprefix('--since ')}", param=option) from None


def period_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which time: ``since`` and ``until``, the latter not included."""
    command = click.option("--until", callback=_when, metavar="WHEN", help="Only before this; as --since.")(command)
    return since_option(command)


def since_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that says since when."""
    return click.option(
        "--since",
        callback=_when,
        metavar="WHEN",
        help="Only from then on: 7d (m, h, d, w ago), a date, an instant; without a zone on the clocks of times shown.",
    )(command)


def written(moment: datetime) -> str:
    """Write an instant as filters do."""
    return moment.isoformat().replace("+00:00", "Z")


def composed(
    given: str, time_field: str, since: datetime | None, until: datetime | None, wanted: Mapping[str, Iterable[str]]
) -> str:
    r"""Make one filter of all options.

    Parameters
    ----------
    given
        A filter as it was typed; it stands first, so that what is said of its characters is true.
    wanted
        By field, what it may be; of none, anything.

    Examples
    --------
    >>> composed("rep = a OR rep = b", "decide_time", None, None, {"pool": ["east", "w\"st"], "kind": []})
    'rep = a OR rep = b AND (pool = "east" OR pool = "w\\"st")'
    """
    clauses = [given.strip()]  # AND parts what follows from it: OR binds closer
    clauses += [f"{time_field} >= {written(since)}"] if since else []
    clauses += [f"{time_field} < {written(until)}"] if until else []
    for field, values in wanted.items():
        alternatives = [f"{field} = {_quoted(value)}" for value in values]
        clauses.append(f"({' OR '.join(alternatives)})" if len(alternatives) > 1 else "".join(alternatives))
    return " AND ".join(filter(None, clauses))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
