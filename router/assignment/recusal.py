"""Recusal: whom a route leaves out because the work item is about them, or because they had it before. Pure.

A field that ``exclude`` names holds texts of people, written by people: ids, resource names, display names. Whoever
may be meant by one is left out; so neither case, width nor blanks count, and a name that several bear means them all.
To leave out one too many costs a turn; to leave out one too few brings a complaint before who it is about.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from router.model.workforce import Rep
from router.process.definition.tasks import APPROVER, OWNER
from router.rules.route import HANDLERS, Route
from rules.fields import Fact, FactValue
from rules.normal_form import normal_form

Recused = Mapping[str, tuple[str, ...]]
"""Who is left out, by id, and what of the route's ``exclude`` means them."""
Excluded = tuple[tuple[str, tuple[str, ...]], ...]
"""What ``exclude`` of a child names, each with whom that means."""
OF_PARENT = "parent."
"""Stands before what of a child's parent means a rep."""
NOBODY: Recused = MappingProxyType({})
_RESOURCE_NAME = re.compile("tenants/[^/]+/reps/([^/]+)")


class RepNames:
    """How reps are called: by id, resource name or display name, however it is spelt."""

    def __init__(self, reps: Mapping[str, Rep]) -> None:
        self._meant: dict[str, tuple[str, ...]] = {}
        for rep in reps.values():
            for name in {normal_form(rep.id), normal_form(rep.display_name)} - {""}:
                self._meant[name] = (*self._meant.get(name, ()), rep.id)

    def meant_by(self, text: str) -> tuple[str, ...]:
        """Return the ids of the reps whom a text may mean."""
        name = normal_form(text)
        resource = _RESOURCE_NAME.fullmatch(name)
        return self._meant.get(resource[1] if resource else name, ())

    @property
    def shared(self) -> Mapping[str, tuple[str, ...]]:
        """The names that mean several reps, in normal form, with the ids of these."""
        return {name: reps for name, reps in self._meant.items() if len(reps) > 1}


def meant_by(excluded: Excluded, names: RepNames) -> Excluded:
    """Return whom what excludes people from a child means, by id: who had its parent, or decided on it, and whom texts
    of that name.

    Examples
    --------
    >>> names = RepNames({"ann": Rep("ann", "Ann Lee"), "bo": Rep("bo")})
    >>> meant_by((("handlers", ("bo", "gone")), ("boss", ("ANN LEE", "nobody")), ("friends", ())), names)
    (('handlers', ('bo', 'gone')), ('boss', ('ann',)))
    """
    meant = [
        (
            name,
            texts
            if name in (HANDLERS, OWNER, APPROVER)
            else tuple(rep for text in texts for rep in names.meant_by(text)),
        )
        for name, texts in excluded
    ]
    return tuple((name, tuple(dict.fromkeys(reps))) for name, reps in meant if reps)


def recused_of_child(excluded: Excluded) -> Recused:
    """Say who is left out of a child, each with what of its parent means them.

    Examples
    --------
    >>> recused_of_child((("handlers", ("bo",)), ("boss", ("ann", "bo"))))
    {'bo': ('parent.handlers', 'parent.boss'), 'ann': ('parent.boss',)}
    """
    by_rep: dict[str, tuple[str, ...]] = {}
    for name, reps in excluded:
        for rep in reps:
            by_rep[rep] = (*by_rep.get(rep, ()), f"{OF_PARENT}{name}")
    return by_rep


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
    >>> names = RepNames({"ann": Rep("ann", "Ann Lee"), "bo": Rep("bo")})
    >>> recused(Route("p", exclude=("boss", "handlers")), {"boss": "ANN LEE"}, names, ["bo"])
    {'ann': ('boss',), 'bo': ('handlers',)}
    """
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
