"""From a work item to a plan: which rule applies, and who may be tried, step after step. Pure.

A *planner* is everything a decision is made from: one revision of the rules and one of the workforce. A *plan* is what
the planner says about one work item: the steps of the route, each with its candidates. The store then takes the first
step in which somebody has room.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from router.assignment.availability import overlap
from router.assignment.plan_memo import PlanMemo
from router.assignment.recusal import NOBODY, Recused, recused, recused_of_child
from router.assignment.roster import Candidates, ResolvedRequirement, Roster
from router.model.revisions import RevisionPair
from router.model.sealing import NOT_PERSONAL, Personal
from router.model.workforce import MICROS
from router.model.workitem import MAX_VALUE, Kind, WorkItem
from router.process.arrival.repeats import Repeats
from router.process.arrival.severity import SeverityTable
from router.process.revisions.cache import PublishedProcesses
from router.rules.facts import fact_of_item
from router.rules.route import (
    Drop,
    FallbackRep,
    IgnoreHours,
    OtherPool,
    Preference,
    Requirement,
    Route,
    RoutingRules,
    Wait,
    Widen,
)
from router.workforce.open_hours import Span
from rules.fields import Fact, FactValue
from rules.normal_form import NOTHING, Ignored
from rules.ports import RuleEngine
from rules.ruleset import Rule

DEFAULT_RULE = "default"
NO_EVENT_HASHES = ("", "")
_ASKED_NOTHING = Route("", fallback=(Wait(),))
"""The route of what no rule is asked of, to a pool that is still to be named."""
_ROUTED, _OPENED = "routed", "opened"
"""Stands before the pool that a process routes something to, where for others one rule alone stands."""


_POOL = "pool "
"""What the label of a step that tries a pool begins with."""


@dataclass(frozen=True, slots=True)
class Step:
    """One try of a route: a pool with what it requires now, or one named rep.

    ``widened`` counts, per field of the work item, the levels of territory let in; ``counts_hours`` says whether who is
    outside their hours is left out.
    """

    label: str
    pool: str = ""
    rep: str = ""
    require: tuple[Requirement, ...] = ()
    prefer: tuple[Preference, ...] = ()
    widened: tuple[tuple[str, int], ...] = ()
    counts_hours: bool = True

    @property
    def asked_by(self) -> tuple[str, ...]:
        """The fields of a work item that its candidates depend on."""
        requirements = (*self.require, *(preference.requirement for preference in self.prefer))
        return tuple(dict.fromkeys(requirement.item for requirement in requirements if requirement.item))

    def resolved(self, fact: Fact, ignoring: Mapping[str, Ignored]) -> tuple[ResolvedRequirement, ...]:
        """Return what the step requires of a rep for one work item; ``ignoring`` is the rule set's."""
        levels = dict(self.widened)
        return tuple(
            _resolved(requirement, fact, ignoring, levels.get(requirement.item or "", 0))
            for requirement in self.require
        )


class Attempt(NamedTuple):
    """A step with its candidates for one work item; ``charge`` in micro-units."""

    step: Step
    candidates: Candidates
    charge: int


class Plan(NamedTuple):
    """What a planner says about one work item.

    ``matched`` holds the applied rule first, nothing when the default applied; ``recused`` are candidates of no
    attempt, whoever names them. It says so at every instant of ``interval``, in milliseconds since 1970, its end not
    included; None: whenever it is.
    """

    kind: Kind
    fact: Fact
    route: Route
    matched: tuple[str, ...]
    attempts: tuple[Attempt, ...]
    waits: bool
    recused: Recused
    interval: Span | None = None

    @property
    def weight(self) -> int:
        """How many candidates there are, over all attempts."""
        return sum([len(attempt.candidates.reps) for attempt in self.attempts])


class Kept(NamedTuple):
    """What a decision keeps of its plan for when the reason is erased: the rules that matched, and the charge."""

    matched: tuple[str, ...]
    charge: int


def pools_named(labels: Iterable[str]) -> set[str]:
    """Return the pools that steps try, by their labels.

    Examples
    --------
    >>> sorted(pools_named(["pool east", "pool east, without skills", "pool west", "rep bo"]))
    ['east', 'west']
    """
    names = (label.partition(",")[0] for label in labels)
    return {name.removeprefix(_POOL) for name in names if name.startswith(_POOL)}


def steps_of(route: Route) -> tuple[Step, ...]:
    """Unfold a route and its fallbacks into the steps to be tried in order."""
    counts_hours = route.hours != "ignore"
    step = Step(f"{_POOL}{route.pool}", route.pool, "", route.require, route.prefer, counts_hours=counts_hours)
    steps = [step]
    for fallback in route.fallback:
        match fallback:
            case Drop(attributes):
                kept = tuple(requirement for requirement in step.require if requirement.rep not in attributes)
                step = replace(step, label=f"{step.label}, without {', '.join(attributes)}", require=kept)
            case Widen(item):
                levels = dict(step.widened)
                levels[item] = levels.get(item, 0) + 1
                step = replace(step, label=f"{step.label}, {item} widened", widened=tuple(levels.items()))
            case IgnoreHours():
                step = replace(step, label=f"{step.label}, hours do not count", counts_hours=False)
            case OtherPool(pool, require):
                step = Step(f"{_POOL}{pool}", pool, "", require, route.prefer, counts_hours=counts_hours)
            case FallbackRep(rep):
                step = Step(f"rep {rep}", rep=rep, counts_hours=counts_hours)
            case Wait():
                continue
        steps.append(step)
    return tuple(steps)


class _NumberedStep(NamedTuple):
    """A step, the number that it shares with its equals, and the fields that it asks by."""

    step: Step
    number: int
    asked_by: tuple[str, ...]


class _Path(NamedTuple):
    """A route with what follows from it for every work item."""

    route: Route
    steps: tuple[_NumberedStep, ...]
    waits: bool
    awaits_hours: bool


def _has_to_wait(candidates: Candidates) -> bool:
    """Say whether somebody would have passed the filter within their hours, and nobody has."""
    return bool(candidates.outside_hours) and not candidates.reps


def wanted(requirement: Requirement, fact: Fact) -> FactValue | None:
    """Return what a requirement asks for: the work item's field, or its fixed value; None asks nothing."""
    return fact.get(requirement.item) if requirement.item else requirement.value


def _resolved(
    requirement: Requirement, fact: Fact, ignoring: Mapping[str, Ignored], widened: int = 0
) -> ResolvedRequirement:
    ignored = ignoring.get(requirement.item or "", NOTHING)
    return ResolvedRequirement(requirement, wanted(requirement, fact), widened, ignored)


class Planner:
    """One revision of the rules and one of the workforce; immutable but for what it remembers.

    Parameters
    ----------
    rule_set_revision
        From 1.
    rule_set, engine
        The rules, and whatever matches them fast.
    roster
        The workforce.
    event_hashes
        What tells the two revisions from others of the same numbers.
    personal
        What an operator declared personal; what the rules declare comes on top.
    processes
        What work items may be in; None: nobody asks.

    Attributes
    ----------
    severities
        By kind, from what the severity of what comes follows; those that it does not are left out.
    repeats
        By kind, when what comes repeats an earlier work item; likewise.
    declared
        All that is personal.
    personal
        What of it is sealed: not what the rules compare reps with.
    memo
        What it remembers.
    """

    def __init__(
        self,
        rule_set_revision: int,
        rule_set: RoutingRules,
        engine: RuleEngine,
        roster: Roster,
        event_hashes: tuple[str, str] = NO_EVENT_HASHES,
        personal: Personal = NOT_PERSONAL,
        processes: PublishedProcesses | None = None,
    ) -> None:
        self.rule_set_revision = rule_set_revision
        self.rule_set = rule_set
        self.engine = engine
        self.roster = roster
        self.revisions = RevisionPair(rule_set_revision, roster.revision, *event_hashes)
        self.severities: Mapping[Kind, SeverityTable] = {}
        self.repeats: Mapping[Kind, Repeats] = {}
        if processes is not None:
            self.revisions = self.revisions._replace(
                processes=processes.newest, processes_event_hash=processes.event_hash
            )
            self.severities = processes.severities
            self.repeats = processes.repeats
        self.declared = personal.with_fields(rule_set.personal)
        sealed = self.declared.without(rule_set.compared_fields)
        self.personal = NOT_PERSONAL if sealed == NOT_PERSONAL else sealed
        self._rules = {rule.id: rule for rule in rule_set.rules}
        self.memo = PlanMemo(rule_set, engine)
        self._charged_by_value = {pool.id for pool in roster.pools.values() if pool.value_weighted}
        self._paths: dict[tuple[str, ...], _Path] = {}
        self._numbers: dict[str, int] = {}

    def rule(self, rule_id: str) -> Rule[Route]:
        """Return a rule by its id."""
        return self._rules[rule_id]

    def route_of(self, matched: Sequence[str]) -> Route:
        """Return the route of the first of the matching rules, the default where none matched."""
        return self._rules[matched[0]].target if matched else self.rule_set.default

    def fact_of(self, item: WorkItem) -> Fact:
        """Return a work item as rules see it.

        Raises
        ------
        InvalidInput
            If an attribute is not what the rule set declares; one violation per attribute.
        """
        return fact_of_item(self.rule_set, item, self.roster.territories, self.roster.records.settings.time_zone)

    def plan(
        self,
        item: WorkItem,
        at_ms: int,
        *,
        tried: frozenset[str] = frozenset(),
        handlers: Collection[str] = (),
        named: str = "",
        apart: bool = False,
        kept: Kept | None = None,
        pool: str = "",
    ) -> Plan:
        """Say who may be tried for a work item.

        Parameters
        ----------
        at_ms
            When, in milliseconds since 1970: who is not there then is left out.
        tried
            Reps who had it before and are left out.
        handlers
            Reps who had it before and are left out where the route excludes them.
        named
            The rep a person named: the plan is then one attempt, in the first pool of the route they belong to,
            where they count as a candidate whatever it requires, there or not; outside any pool if they belong to none.
            Who is recused is none: the attempt has no candidate then.
        apart
            Whether it enters the ledger apart: who is named is then the only candidate, see ``Roster.apart``.
        kept
            What was planned before, where the work item has lost attributes since.
        pool
            The one that its process routes it to, whatever the rules say: of its route count whom it excludes, how
            urgent it is, and what it is charged. Empty: none, but, of what was opened, its own.

        Raises
        ------
        InvalidInput
            If an attribute is not what the rule set declares; one violation per attribute.
        """
        fact = self.fact_of(item)
        opened_by = item.opened_by
        matched = kept.matched if kept else self.memo.matching(fact) if opened_by is None else ()
        path = self._paths.get(matched[:1]) or self._path_of(matched)
        if opened_by is not None:
            path = self._path_to(pool or opened_by.pool, _ASKED_NOTHING, ())
            left_out = recused_of_child(opened_by.excluded) if opened_by.excluded else NOBODY
        else:
            path = self._path_to(pool, path.route, matched) if pool else path
            left_out = recused(path.route, fact, self.roster.names, handlers) if path.route.exclude else NOBODY
        without = tried.union(left_out) if left_out else tried
        if named and apart and named not in left_out:
            attempt = self._apart(path, item, fact, at_ms, named)
            charge = kept.charge if kept else attempt.charge
            return Plan(item.kind, fact, path.route, matched, (attempt._replace(charge=charge),), path.waits, left_out)
        tries = []
        for number, step in enumerate(path.steps):
            candidates = self._candidates_of(step, item.kind, fact, at_ms, without, named)
            charge = kept.charge if kept else self._charge(path.route, item, fact, candidates)
            tries.append(Attempt(step.step, candidates, charge))
            if number == 0 and path.awaits_hours and _has_to_wait(candidates) and not named:
                return Plan(item.kind, fact, path.route, matched, tuple(tries), True, left_out, candidates.interval)
        attempts = (self._attempt_of(named, item.kind, at_ms, tries, without),) if named else tuple(tries)
        interval = None
        for attempt in attempts:
            if attempt.candidates.interval is not None:
                interval = overlap(interval, attempt.candidates.interval)
        return Plan(item.kind, fact, path.route, matched, attempts, path.waits, left_out, interval)

    def _path_to(self, pool: str, route: Route, matched: tuple[str, ...]) -> _Path:
        """Return the path of what a process routes to a pool: to whoever of it is there, and else it waits."""
        key = (_OPENED, pool) if route is _ASKED_NOTHING else (_ROUTED, pool, *matched[:1])
        if known := self._paths.get(key):
            return known
        kept = replace(_ASKED_NOTHING, exclude=route.exclude, value=route.value, priority=route.priority, sla=route.sla)
        return self._keep_path(key, replace(kept, pool=pool))

    def _path_of(self, matched: tuple[str, ...]) -> _Path:
        return self._keep_path(matched[:1], self.route_of(matched))

    def _keep_path(self, key: tuple[str, ...], route: Route) -> _Path:
        steps = tuple(
            _NumberedStep(step, self._numbers.setdefault(repr(step), len(self._numbers)), step.asked_by)
            for step in steps_of(route)  # known by its text, because True == 1
        )
        waits = any(isinstance(fallback, Wait) for fallback in route.fallback)
        path = self._paths[key] = _Path(route, steps, waits, route.hours == "wait")
        return path

    def _attempt_of(
        self, named: str, kind: Kind, at_ms: int, attempts: Sequence[Attempt], without: frozenset[str]
    ) -> Attempt:
        for attempt in attempts:
            if named in attempt.candidates.reps:
                return attempt
        candidates = self.roster.alone(named, kind, at_ms=at_ms, needs_them_there=False, without=without)
        return Attempt(Step(f"rep {named}", rep=named), candidates, MICROS)

    def _apart(self, path: _Path, item: WorkItem, fact: Fact, at_ms: int, named: str) -> Attempt:
        """Return the attempt of who takes a work item apart: of the first pool of the route that they belong to."""
        steps = (numbered.step for numbered in path.steps)
        alone = Step(f"rep {named}", rep=named)
        step = next((step for step in steps if step.pool and self.roster.is_member(named, step.pool)), alone)
        key = ("apart", named, step.pool, item.kind)
        candidates = self.memo.candidates(key, at_ms)
        if candidates is None:
            candidates = self.memo.keep(key, self.roster.apart(named, step.pool, item.kind, at_ms))
        return Attempt(step, candidates, self._charge(path.route, item, fact, candidates))

    def _candidates_of(
        self, numbered: _NumberedStep, kind: Kind, fact: Fact, at_ms: int, without: frozenset[str], named: str
    ) -> Candidates:
        """Find a step's candidates, or remember them: leads that ask the same of the same pool share them."""
        step, number, asked_by = numbered
        key = (number, kind, without, named, *map(fact.get, asked_by))
        candidates = self.memo.candidates(key, at_ms)
        if candidates is None:
            candidates = self.memo.keep(key, self._find(step, kind, fact, at_ms, without, named))
        return candidates

    def _find(self, step: Step, kind: Kind, fact: Fact, at_ms: int, without: frozenset[str], named: str) -> Candidates:
        if step.rep:
            return self.roster.alone(
                step.rep,
                kind,
                at_ms=at_ms,
                counts_hours=step.counts_hours,
                needs_them_there=step.rep != named,
                without=without,
            )
        preferences = [
            (_resolved(preference.requirement, fact, self.rule_set.ignoring), preference.score)
            for preference in step.prefer
            if wanted(preference.requirement, fact) is not None
        ]
        return self.roster.candidates(
            step.pool,
            kind,
            step.resolved(fact, self.rule_set.ignoring),
            preferences,
            at_ms=at_ms,
            counts_hours=step.counts_hours,
            without=without,
            including=named,
        )

    def _charge(self, route: Route, item: WorkItem, fact: Fact, candidates: Candidates) -> int:
        """Return what the work item counts in the ledger, in micro-units.

        1 lead unit, or its value where that is above 0.
        """
        if candidates.pool not in self._charged_by_value:
            return MICROS
        value = fact.get(route.value) if isinstance(route.value, str) else route.value
        amount = value if isinstance(value, int | float) and value > 0 else item.value
        return round(min(amount, MAX_VALUE) * MICROS) or MICROS
