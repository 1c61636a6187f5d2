"""The books at hand: per tenant the one that decisions are made by now, and older ones for explanations.

A server learns that its book is out of date from the store itself, which refuses to bind by an old one: so a
published rule set or a changed rep counts from the very next decision on, on every server, and no decision ever
mixes two revisions.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from weakref import WeakValueDictionary

from router.assignment.planner import Book
from router.assignment.roster import Roster
from router.model.errors import NotFound, NotPossible
from router.model.revisions import Edition
from router.model.workforce import Pool, RecordChange, Rep, Territory, WorkforceRecords
from router.rules.codec import loads
from router.rules.ports import RuleSets
from router.rules.route import RoutingRules
from router.workforce.ports import Revisions, Workforce
from rules.index import IndexEngine
from rules.ports import RuleEngine

_HISTORY = 16
"""Old books kept at hand, over all tenants."""


class Books:
    """Loads, keeps and renews books.

    Parameters
    ----------
    workforce, rule_sets, revisions
        Where they come from.
    build_engine
        Makes the matcher of a rule set; must return at once.
    """

    def __init__(
        self,
        workforce: Workforce,
        rule_sets: RuleSets,
        revisions: Revisions,
        build_engine: Callable[[RoutingRules], RuleEngine] = IndexEngine,
    ) -> None:
        self._workforce = workforce
        self._rule_sets = rule_sets
        self._revisions = revisions
        self._build_engine = build_engine
        self._current: dict[str, Book] = {}
        self._locks = WeakValueDictionary[
            str, asyncio.Lock
        ]()  # as long as somebody holds one: anybody may ask for any name
        self._history: OrderedDict[tuple[str, int, int], Book] = OrderedDict()

    async def current(self, tenant: str) -> Book:
        """Return the book at hand, loading it where there is none.

        Raises
        ------
        NotPossible
            If no rule set is published.
        """
        return self._current.get(tenant) or await self.renewed(tenant, Edition())

    async def personal(self, tenant: str) -> frozenset[str]:
        """Return the fields that the active rule set declares personal; none where there is no rule set."""
        try:
            return (await self.current(tenant)).rule_set.personal
        except NotPossible:
            return frozenset()

    async def renewed(self, tenant: str, stale: Edition) -> Book:
        """Return a book newer than the one at revisions ``stale``; callers who come at once share the loading.

        Raises
        ------
        NotPossible
            If no rule set is published.
        """
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            book = self._current.get(tenant)
            if book is None or book.revisions == stale:
                book = await self._load(tenant, book)
                self._current[tenant] = book
            return book

    async def holds(self, tenant: str, book: Book) -> bool:
        """Say whether decisions are still to be made by a book."""
        return await self._revisions.revisions(tenant) == book.revisions

    async def _load(self, tenant: str, old: Book | None) -> Book:
        now = await self._revisions.revisions(tenant)
        if old and _is_lost(old.revisions, now):
            self._forget(tenant)
            old = None
        rules, workforce = now.rules, now.workforce
        if not rules:
            raise NotPossible(f"tenants/{tenant}/ruleSets/active", "no rule set is published: publish one first")
        roster = (
            old.roster if old and old.roster.revision == workforce else roster_of(await self._workforce.read(tenant))
        )
        if old and old.rule_set_revision == rules:
            return Book(rules, old.rule_set, old.engine, roster, (now.rules_mark, now.workforce_mark))
        rule_set = await self._rule_set(tenant, rules)
        engine = self._build_engine(rule_set)
        if old:
            old.engine.close()
        return Book(rules, rule_set, engine, roster, (now.rules_mark, now.workforce_mark))

    def _forget(self, tenant: str) -> None:
        """Forget what was read from a past that the store does not have any more."""
        self._current.pop(tenant).engine.close()
        for key in [key for key in self._history if key[0] == tenant]:
            del self._history[key]

    async def at(self, tenant: str, rules: int, workforce: int) -> Book:
        """Return the book of two past revisions.

        Raises
        ------
        NotFound
            If there is no such revision of the rules.
        """
        current = self._current.get(tenant)
        if current and current.revisions[:2] == (rules, workforce):
            return current
        key = (tenant, rules, workforce)
        if key not in self._history:
            rule_set = await self._rule_set(tenant, rules)
            roster = roster_after(await self._workforce.changes(tenant, 0, workforce), workforce)
            self._history[key] = Book(rules, rule_set, IndexEngine(rule_set), roster)
            if len(self._history) > _HISTORY:
                self._history.popitem(last=False)
        self._history.move_to_end(key)
        return self._history[key]

    async def _rule_set(self, tenant: str, revision: int) -> RoutingRules:
        publication = await self._rule_sets.publication(tenant, revision)
        if publication is None:
            raise NotFound("rule set", f"tenants/{tenant}/ruleSets/{revision}")
        return loads(publication.stored)

    def close(self) -> None:
        """Give back what the engines hold."""
        for book in self._current.values():
            book.engine.close()
        self._current.clear()


def _is_lost(known: Edition, now: Edition) -> bool:
    """Say whether the store has not got a revision that was known: it counts from below, or has another one."""
    return any(
        found < number or (found == number and mark != known_mark)
        for number, known_mark, found, mark in (
            (known.rules, known.rules_mark, now.rules, now.rules_mark),
            (known.workforce, known.workforce_mark, now.workforce, now.workforce_mark),
        )
    )


def roster_of(records: WorkforceRecords) -> Roster:
    """Index the records of one revision."""
    return Roster(records.revision, records.reps, records.pools, records.territories)


def roster_after(changes: Iterable[RecordChange], revision: int) -> Roster:
    """Fold the changes of all revisions up to one into its roster."""
    found: dict[str, dict[str, Rep | Pool | Territory]] = {"rep": {}, "pool": {}, "territory": {}}
    for change in changes:
        if change.record is None:
            found[change.kind].pop(change.id, None)
        else:
            found[change.kind][change.id] = change.record
    reps = {key: record for key, record in found["rep"].items() if isinstance(record, Rep)}
    pools = {key: record for key, record in found["pool"].items() if isinstance(record, Pool)}
    territories = {key: record for key, record in found["territory"].items() if isinstance(record, Territory)}
    return Roster(revision, reps, pools, territories)
