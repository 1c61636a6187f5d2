"""Recusal: whom a route leaves out because the work item is about them, or because they had it before. Pure.

A field that ``exclude`` names holds texts of people, written by people: ids, resource names, display names. Whoever
may be meant by one is left out; so neither case, width nor blanks count, and a name that several bear means them all.
To leave out one too many costs a turn; to leave out one too few brings a complaint before who it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Protocol

from router.rules.route import HANDLERS, Route
from rules.fields import Fact, FactValue

Recused = Mapping[str, tuple[str, ...]]
"""Who is left out, by id, and what of the route's ``exclude`` means them."""
NOBODY: Recused = MappingProxyType({})


class RepNames(Protocol):
    """Knows how reps are called."""

    def meant_by(self, text: str) -> Collection[str]:
        """Return the ids of the reps whom a text may mean."""


def recused(route: Route, fact: Fact, names: RepNames, handlers: Collection[str] = ()) -> Recused:
    """Say who is left out of every step of a route.

    Parameters
    ----------
    fact
        The work item as rules see it; a field that it lacks names nobody.
    names
        How reps are called; a text that means none of them leaves nobody out.
    handlers
        Who owned the work item before.

    Examples
    --------
    >>> class Bosses:
    ...     def meant_by(self, text): return {"Ann Lee": ["ann", "ann-2"]}.get(text, [])
    >>> dict(recused(Route("p", exclude=("boss", "handlers")), {"boss": "Ann Lee"}, Bosses(), ["bo"]))
    {'ann': ('boss',), 'ann-2': ('boss',), 'bo': ('handlers',)}
    """
    if not route.exclude:
        return NOBODY
    by_rep: dict[str, tuple[str, ...]] = {}
    for name in route.exclude:
        meant = (
            handlers if name == HANDLERS else [rep for text in _texts(fact.get(name)) for rep in names.meant_by(text)]
        )
        for rep in dict.fromkeys(meant):
            by_rep[rep] = (*by_rep.get(rep, ()), name)
    return by_rep


def _texts(value: FactValue | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
