"""The planners at hand: per tenant the one that decisions are made by now, and older ones for explanations.

A server learns that its planner is out of date from the store itself, which refuses to bind by an old one: so a
published rule set or a changed rep counts from the very next decision on, on every server, and no decision ever
mixes two revisions. Who hides or erases what is personal binds nothing, and so asks the store first.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from functools import cached_property
from typing import TypeVar
from weakref import WeakValueDictionary

from router.assignment.planner import Planner
from router.assignment.roster import Roster
from router.model.errors import NotFound, NotPossible
from router.model.revisions import RevisionPair
from router.model.sealing import NOT_PERSONAL, Personal
from router.model.workforce import WorkforceRecords
from router.process.revisions.cache import NO_PROCESSES, ProcessCache, PublishedProcesses
from router.rules.codec import loads
from router.rules.ports import RuleSets
from router.rules.route import RoutingRules
from router.workforce.past import PastRecords
from router.workforce.ports import Revisions, Workforce
from rules.fields import Fact
from rules.index import IndexEngine
from rules.ports import RuleEngine

_log = logging.getLogger(__name__)
_HISTORY = 16
"""Old planners, and old rule sets, kept at hand, over all tenants."""
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class _LateEngine:
    """An index engine that is built when it is first asked: most who look back need to know of people alone."""

    name = IndexEngine.name

    def __init__(self, rule_set: RoutingRules) -> None:
        self._rule_set = rule_set

    @cached_property
    def _engine(self) -> IndexEngine:
        return IndexEngine(self._rule_set)

    def match(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of all matching rules in order of precedence."""
        return self._engine.match(fact)

    def close(self) -> None:
        """Let go of nothing, as the engine."""


class PlannerCache:
    """Loads, keeps and renews planners.

    Parameters
    ----------
    workforce, rule_sets, revisions
        Where they come from.
    build_engine
        Makes the matcher of a rule set; must return at once.
    personal
        What the operator declared personal, beside the rule sets.
    processes
        The processes that work items are in; None: they are in none.
    """

    def __init__(
        self,
        workforce: Workforce,
        rule_sets: RuleSets,
        revisions: Revisions,
        build_engine: Callable[[RoutingRules], RuleEngine] = IndexEngine,
        personal: Personal = NOT_PERSONAL,
        processes: ProcessCache | None = None,
    ) -> None:
        self._processes = processes
        self._workforce = workforce
        self._rule_sets = rule_sets
        self._revisions = revisions
        self._past = PastRecords(workforce, revisions)
        self._build_engine = build_engine
        self._personal = personal
        self._current: dict[str, Planner] = {}
        self._locks = WeakValueDictionary[
            str, asyncio.Lock
        ]()  # as long as somebody holds one: anybody may ask for any name
        self._history: OrderedDict[tuple[str, int, int], Planner] = OrderedDict()
        self._old_rules: OrderedDict[tuple[str, int], RoutingRules] = OrderedDict()

    async def current(self, tenant: str) -> Planner:
        """Return the planner at hand, loading it where there is none.

        Raises
        ------
        NotPossible
            If no rule set is published.
        """
        return self._current.get(tenant) or await self.renewed(tenant, RevisionPair())

    async def newest(self, tenant: str) -> Planner:
        """Return the planner of the revisions that are active now, whoever published them.

        Raises
        ------
        NotPossible
            If no rule set is published.
        """
        planner = await self.current(tenant)
        return planner if await self.holds(tenant, planner) else await self.renewed(tenant, planner.revisions)

    async def roster(self, tenant: str) -> Roster:
        """Return the workforce as it is now, whether or not there are rules."""
        try:
            return (await self.newest(tenant)).roster
        except NotPossible:
            return Roster(await self._workforce.read(tenant))

    async def personal(self, tenant: str) -> frozenset[str]:
        """Return the fields that the active rule set declares personal; none where there is no rule set.

        The store is asked which is active: who only reads hears of new rules from nobody else.
        """
        try:
            return (await self.newest(tenant)).rule_set.personal
        except NotPossible:
            return frozenset()

    async def renewed(self, tenant: str, stale: RevisionPair) -> Planner:
        """Return a planner newer than the one at revisions ``stale``; callers who come at once share the loading.

        Raises
        ------
        NotPossible
            If no rule set is published.
        """
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            planner = self._current.get(tenant)
            if planner is None or planner.revisions == stale:
                planner = await self._load(tenant, planner)
                self._current[tenant] = planner
            return planner

    async def processes(self, tenant: str, told: tuple[int, str] | None = None) -> PublishedProcesses:
        """Return all processes that are published; whoever routes does not ask. ``told`` as of ``ProcessCache``."""
        return await self._processes.newest(tenant, told) if self._processes else NO_PROCESSES

    @property
    def hit_rate(self) -> float:
        """The share that was remembered of what the planners that decisions are made by asked for; 0 before they do."""
        memos = [planner.memo for planner in self._current.values()]
        asked = sum(memo.asked for memo in memos)
        return 1 - sum(memo.missed for memo in memos) / asked if asked else 0.0

    async def holds(self, tenant: str, planner: Planner) -> bool:
        """Say whether decisions are still to be made by a planner."""
        return await self.active(tenant) == planner.revisions

    async def active(self, tenant: str) -> RevisionPair:
        """Return the revisions that decisions are to be made by."""
        revisions = await self._revisions.revisions(tenant)
        return revisions if self._processes else revisions._replace(processes=None, processes_event_hash="")

    async def _load(self, tenant: str, old: Planner | None) -> Planner:
        now = await self.active(tenant)
        try:
            return await self._planner(tenant, old, now)
        except NotFound:
            if await self.active(tenant) == now:
                raise
        return await self._load(tenant, self._current.get(tenant))  # the store lost all it had meanwhile

    async def _planner(self, tenant: str, old: Planner | None, now: RevisionPair) -> Planner:
        if old and _is_lost(old.revisions, now):
            self._forget(tenant)
            old = None
        rules, workforce = now.rules, now.workforce
        if not rules:
            raise NotPossible(f"tenants/{tenant}/ruleSets/active", "no rule set is published: publish one first")
        roster = old.roster if old and old.roster.revision == workforce else Roster(await self._workforce.read(tenant))
        event_hashes = (now.rules_event_hash, now.workforce_event_hash)
        processes = None
        if now.processes is not None:
            processes = await self.processes(tenant, (now.processes, now.processes_event_hash))
        if old and old.rule_set_revision == rules:
            return Planner(rules, old.rule_set, old.engine, roster, event_hashes, self._personal, processes)
        rule_set = await self.rule_set(tenant, rules)
        self._warn_of_the_unsealed(tenant, rules, rule_set)
        engine = self._build_engine(rule_set)
        if old:
            old.engine.close()
        return Planner(rules, rule_set, engine, roster, event_hashes, self._personal, processes)

    def _warn_of_the_unsealed(self, tenant: str, revision: int, rule_set: RoutingRules) -> None:
        """Tell an operator whose wish cannot be met: what reps are compared with stands in reasons, and is replayed."""
        if unsealed := self._personal.fields & rule_set.compared_fields:
            names = ", ".join(sorted(unsealed))
            _log.warning(
                "tenants/%s: rules %d compare reps with %s: not sealed though personal", tenant, revision, names
            )

    def _forget(self, tenant: str) -> None:
        """Forget what was read from a past that the store does not have any more."""
        self._current.pop(tenant).engine.close()
        for key in [key for key in self._history if key[0] == tenant]:
            del self._history[key]
        for number in [number for number in self._old_rules if number[0] == tenant]:
            del self._old_rules[number]

    def at_hand(self, tenant: str, rules: int, workforce: int) -> Planner | None:
        """Return the planner that decisions are made by, if it is that of two revisions."""
        current = self._current.get(tenant)
        return current if current and current.revisions[:2] == (rules, workforce) else None

    async def at(self, tenant: str, rules: int, workforce: int) -> Planner:
        """Return the planner of two past revisions.

        Raises
        ------
        NotFound
            If there is no such revision of the rules.
        """
        if current := self.at_hand(tenant, rules, workforce):
            return current
        key = (tenant, rules, workforce)
        if key not in self._history:
            rule_set = await self.rule_set(tenant, rules)
            records = await self._past.at(tenant, workforce, self._known(tenant, workforce))
            _keep(self._history, key, Planner(rules, rule_set, _LateEngine(rule_set), Roster(records)))
        self._history.move_to_end(key)
        return self._history[key]

    def _known(self, tenant: str, workforce: int) -> WorkforceRecords:
        """Return the records of the newest revision at hand that is not above one."""
        made = [
            planner.roster.records for (of, _, at), planner in self._history.items() if of == tenant and at <= workforce
        ]
        return max(made, key=lambda records: records.revision, default=WorkforceRecords())

    async def revisions(self, tenant: str) -> AsyncIterator[tuple[int, RoutingRules]]:
        """Yield all revisions of the rules, newest first."""
        before: int | None = None
        while page := await self._rule_sets.publications(tenant, before=before):
            for publication in page:
                yield publication.revision, loads(publication.stored)
                await asyncio.sleep(0)  # others get their turn: large ones take milliseconds to read
            before = page[-1].revision

    async def rule_set(self, tenant: str, revision: int) -> RoutingRules:
        """Return a revision of the rules, one at hand if it is there.

        Raises
        ------
        NotFound
            If there is none of the number.
        """
        current, key = self._current.get(tenant), (tenant, revision)
        if current and current.rule_set_revision == revision:
            return current.rule_set
        if key not in self._old_rules:
            _keep(self._old_rules, key, await self._read(tenant, revision))
        self._old_rules.move_to_end(key)
        return self._old_rules[key]

    async def _read(self, tenant: str, revision: int) -> RoutingRules:
        publication = await self._rule_sets.publication(tenant, revision)
        if publication is None:
            raise NotFound("rule set", f"tenants/{tenant}/ruleSets/{revision}")
        return loads(publication.stored)

    def close(self) -> None:
        """Give back what the engines hold."""
        for planner in self._current.values():
            planner.engine.close()
        self._current.clear()


def _keep(kept: OrderedDict[_Key, _Kept], key: _Key, value: _Kept) -> None:
    """Keep what was made from the past, and no more than ``_HISTORY`` of it."""
    kept[key] = value
    if len(kept) > _HISTORY:
        kept.popitem(last=False)


def _is_lost(loaded: RevisionPair, now: RevisionPair) -> bool:
    """Say whether the store has not got a revision that was known: it counts from below, or has another one."""
    return any(
        current < number or (current == number and event_hash != known_hash)
        for number, known_hash, current, event_hash in (
            (loaded.rules, loaded.rules_event_hash, now.rules, now.rules_event_hash),
            (loaded.workforce, loaded.workforce_event_hash, now.workforce, now.workforce_event_hash),
        )
    )
