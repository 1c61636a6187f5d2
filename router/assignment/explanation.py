"""Why, and why not: a decision's full trace, recomputed from its stored facts by the code that decided. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

from router.assignment.availability import OffDuty
from router.assignment.caps import AppliedCap, amounts_of, in_units
from router.assignment.choice import Choice, choose, rotation_of, trace_hash
from router.assignment.planner import Attempt, Kept, Plan, Planner, Step
from router.assignment.recusal import OF_PARENT
from router.assignment.roster import Candidates
from router.model.caps import CapWindow
from router.model.decision import Block, Blocked, Decision, ObservedState, Outcome, Way
from router.model.errors import CorruptHistory
from router.model.sealing import erased_attributes
from router.model.workforce import Rep
from router.model.workitem import EXTERNAL_ID
from router.rules.requirements import meets
from router.rules.route import HANDLERS, Requirement
from rules.fields import FactValue, FieldType, as_written
from rules.reference import PredicateTrace, trace
from rules.values import from_epoch


class Verdict(StrEnum):
    """How it ended for a rep."""

    CHOSEN = "CHOSEN"
    ELIGIBLE = "ELIGIBLE"
    INELIGIBLE = "INELIGIBLE"


Shown = str | tuple[str, ...]
"""A value in words, or several, which each language joins as it does."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rep could not become the owner; ``item_field`` is the work item's field that ``required`` comes from.

    ``lift_ms`` is when time alone ends it; 0: it does not, or nobody knows. ``time_zone`` is that of the rep's clocks,
    and ``official_until`` the last official date of their calendar, where the instant lies behind it. ``window`` is
    that of a cap, if it has one.
    """

    code: str
    field: str = ""
    actual: Shown = ""
    required: Shown = ""
    op: str = ""
    item_field: str = ""
    lift_ms: int = 0
    time_zone: str = ""
    official_until: str = ""
    window: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """How one rep stood; amounts in micro-units."""

    rep: str
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    entitlement: int = 0
    before: int = 0
    after: int = 0
    score: int = 0


class RefusedCount(NamedTuple):
    """How many one reason refused, by its code and field; ``lift_ms`` is when time alone first ends it for one of them,
    0: for nobody.
    """

    code: str
    field: str
    reps: int
    lift_ms: int = 0


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many of those who were looked at could have had it, and what refused the others.

    Parameters
    ----------
    counts
        How many each first reason refused, the most frequent first.
    missing_pool
        The pool that was to be looked in and is not there; empty where it is.
    names_nobody
        Whether there was no step at all.
    """

    eligible: int = 0
    looked_at: int = 0
    counts: tuple[RefusedCount, ...] = ()
    missing_pool: str = ""
    names_nobody: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision's full trace; dates in it are as rules write them, and ``erased`` names attributes that were.

    ``candidates`` and ``refusals`` are of the step that led to the outcome; ``steps`` sums up each that was tried,
    that one last.
    """

    candidates: tuple[Candidate, ...]
    refusals: Refusals
    predicates: tuple[PredicateTrace, ...]
    erased: frozenset[str] = frozenset()
    steps: tuple[Refusals, ...] = ()


_CODES = {"regions": "TERRITORY", "industries": "INDUSTRY", "skills": "SKILL", "languages": "LANGUAGE"}
_CODES_BY_OP = {"covers": "TERRITORY"}
REASON_CODES = (
    *("NOT_A_MEMBER", "INACTIVE", "CONFLICT", *OffDuty),
    *(*_CODES.values(), "ATTRIBUTE", "ALREADY_TRIED", "AT_CAPACITY", *Block),
)
"""Every code that a reason may have, in the order of the filter."""


def explain(decision: Decision, planner: Planner) -> Explanation:
    """Recompute who was looked at and how each stood.

    Parameters
    ----------
    planner
        At the revisions the decision names.

    Raises
    ------
    CorruptHistory
        If the stored facts do not lead to the stored outcome.
    """
    plan = plan_again(decision, planner)
    choice = replay(decision, plan)
    predicates = _dated(_as_they_were(decision, predicates_of(planner, plan)), planner.rule_set.fields)
    erased = erased_attributes(decision).union({EXTERNAL_ID}.intersection(decision.erased))
    decisive = len(decision.seen) - 1
    if decisive < 0:
        return Explanation((), Refusals(names_nobody=True), predicates, erased)
    attempt, seen = plan.attempts[decisive], decision.seen[decisive]
    is_takers = decision.way is Way.APART and decision.head.named  # nobody else was looked at
    candidates = tuple(
        _stand(rep, planner, plan, attempt, seen, choice, decision)
        for rep in planner.roster.reps.values()
        if not is_takers or rep.id == decision.rep
    )
    ordered = tuple(sorted(candidates, key=lambda candidate: candidate.rep))
    refusals = summarise(ordered, attempt, planner)
    before = tuple(_refusals(place, planner, plan, choice, decision) for place in range(decisive))
    return Explanation(ordered, refusals, predicates, erased, (*before, refusals))


def _refusals(place: int, planner: Planner, plan: Plan, choice: Choice, decision: Decision) -> Refusals:
    """Sum up why nobody was found in a step."""
    attempt, seen = plan.attempts[place], decision.seen[place]
    looked_at = [rep for rep in planner.roster.reps.values() if _is_looked_at(rep.id, attempt.step, planner)]
    stands = tuple(_stand(rep, planner, plan, attempt, seen, choice, decision) for rep in looked_at)
    return summarise(stands, attempt, planner)


def plan_again(decision: Decision, planner: Planner) -> Plan:
    """Plan what a decision was made from, with what it kept for itself where some of that is erased."""
    head = decision.head
    kept = Kept(head.matched_rules, decision.charge) if decision.erased else None
    apart = decision.way is Way.APART
    return planner.plan(
        head.item,
        decision.at_ms,
        tried=frozenset(head.tried),
        handlers=head.tried,
        named=head.named,
        apart=apart,
        kept=kept,
        pool=head.pool,
    )


def outcomes_again(decision: Decision, planner: Planner, sealed: AbstractSet[str]) -> tuple[bool, ...]:
    """Return how each comparison of the applied rule with a sealed attribute went, in order."""
    predicates = _as_they_were(decision, predicates_of(planner, plan_again(decision, planner)))
    return tuple(predicate.holds for predicate in predicates if predicate.field in sealed)


def _as_they_were(decision: Decision, predicates: tuple[PredicateTrace, ...]) -> tuple[PredicateTrace, ...]:
    """Put kept outcomes in the place of those that follow from sealed attributes, of which some are erased."""
    outcomes = iter(decision.head.outcomes)
    return tuple(
        replace(predicate, holds=next(outcomes, predicate.holds)) if predicate.field in decision.sealed else predicate
        for predicate in predicates
    )


def _dated(predicates: tuple[PredicateTrace, ...], fields: Mapping[str, FieldType]) -> tuple[PredicateTrace, ...]:
    """Write dates as rules write them."""
    return tuple(
        replace(predicate, expected=_date_of(predicate.expected), actual=_date_of(predicate.actual))
        if fields.get(predicate.field) is FieldType.DATE
        else predicate
        for predicate in predicates
    )


def _date_of(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_date_of, value))
    return value if value is None else from_epoch(value)


def replay(decision: Decision, plan: Plan) -> Choice:
    """Choose again from a decision's facts and hold the result to its hash.

    Raises
    ------
    CorruptHistory
        If they differ.
    """
    attempts = [(attempt.candidates, attempt.charge) for attempt in plan.attempts]
    choice = choose(attempts, decision.seen, rotation_of(decision.item_id), decision.head.named, decision.way)
    outcome, epoch = decision.outcome, decision.epoch
    if outcome is Outcome.EXISTING_OWNER:  # who accepted an offer has had it since the epoch after
        outcome, epoch = choice.outcome(outcome), epoch - choice.offers
    replayed = trace_hash([candidates for candidates, _ in attempts], decision.seen, outcome, choice, epoch)
    if replayed != decision.trace_hash:
        raise CorruptHistory(
            f"decision {decision.number}", f"its facts give {replayed}, stored is {decision.trace_hash}"
        )
    return choice


def predicates_of(planner: Planner, plan: Plan) -> tuple[PredicateTrace, ...]:
    """Show each predicate of the applied rule beside the value it met."""
    return tuple(trace(planner.rule(plan.matched[0]), plan.fact)) if plan.matched else ()


def _stand(
    rep: Rep,
    planner: Planner,
    plan: Plan,
    attempt: Attempt,
    seen: ObservedState,
    choice: Choice,
    decision: Decision,
) -> Candidate:
    candidates = attempt.candidates
    if rep.id not in candidates.reps:
        return Candidate(rep.id, Verdict.INELIGIBLE, tuple(_reasons(rep, planner, plan, attempt, decision)))
    k = candidates.reps.index(rep.id)
    if reason := _without_room(k, plan, candidates, seen, decision):
        return Candidate(rep.id, Verdict.INELIGIBLE, (reason,))
    place = choice.eligible.index(k)
    if choice.picked is None:  # it is offered to many, and nothing is charged
        before = seen.deficits[place]
        return Candidate(rep.id, Verdict.ELIGIBLE, (), 0, before, before, candidates.scores[k])
    return Candidate(
        rep.id,
        Verdict.CHOSEN if rep.id == choice.rep else Verdict.ELIGIBLE,
        (),
        choice.picked.entitlements[place],
        seen.deficits[place],
        choice.picked.after[place],
        candidates.scores[k],
    )


def _without_room(k: int, plan: Plan, candidates: Candidates, seen: ObservedState, decision: Decision) -> Reason | None:
    """Return why the store saw no room for a candidate, if so."""
    if open_units := [units for position, units in seen.full if position == k]:
        return Reason("AT_CAPACITY", f"capacity.{plan.kind}", str(open_units[0]), str(candidates.limits[k]))
    block = next((block for block in seen.blocked if block[0] == k), None)
    if block is None:
        return None
    if block[1] == Block.REACHED_CAP:
        return _reached_cap(candidates.caps[block[2]], block, decision)
    if block[1] in (Block.CREDIT_SHARE, Block.OFFERS_OPEN, Block.OFFER_REFUSED):
        return Reason(block[1], actual=str(block[3]), required=str(block[2]))
    return Reason(block[1], lift_ms=block[2])


def reached_caps(decision: Decision, plan: Plan) -> dict[str, int]:
    """Return the caps that kept somebody from a work item, by name, and when time alone first lifts each for one of
    them, if nobody gets more; those that it does not lift are left out.
    """
    lifts: dict[str, int] = {}
    for attempt, seen in zip(plan.attempts, decision.seen, strict=False):
        for block in seen.blocked:
            if block[1] == Block.REACHED_CAP:
                cap = attempt.candidates.caps[block[2]]
                lift_ms = _reached_cap(cap, block, decision).lift_ms
                lifts[cap.name] = min(lift_ms, lifts.get(cap.name, lift_ms))
    return {name: lift_ms for name, lift_ms in lifts.items() if lift_ms}


def _reached_cap(cap: AppliedCap, block: Blocked, decision: Decision) -> Reason:
    """Say which cap was reached, by how much, and when time alone lets somebody have this work item again."""
    _, code, _, counted, *lifts = block
    amount = amounts_of(decision.head.item).of(cap.cap.measure)
    lift_ms = lifts[0] if lifts else cap.lifts_ms(decision.at_ms, counted, amount)
    window = "" if cap.cap.window is CapWindow.NONE else str(cap.cap.window)
    used, limit = in_units(cap.cap.measure, counted), in_units(cap.cap.measure, cap.cap.limit)
    return Reason(code, f"caps.{cap.cap.id}", used, limit, lift_ms=lift_ms, window=window)


def _reasons(rep: Rep, planner: Planner, plan: Plan, attempt: Attempt, decision: Decision) -> Iterator[Reason]:
    """Yield every reason against a rep, in the order of the filter."""
    step = attempt.step
    if step.rep and rep.id != step.rep:
        yield Reason("NOT_A_MEMBER", "rep", rep.id, step.rep)
    if step.pool and not planner.roster.is_member(rep.id, step.pool):
        yield Reason("NOT_A_MEMBER", "pool", "", step.pool)
    if not rep.active:
        yield Reason("INACTIVE", "active", "false", "true")
    recused = plan.recused.get(rep.id, ())
    for name in recused:
        is_field = name != HANDLERS and not name.startswith(OF_PARENT)
        wanted = _shown(as_written(plan.fact, name)) if is_field else ""
        yield Reason("CONFLICT", name, rep.id, wanted, item_field=name if is_field else "")
    yield from _off_duty(rep, planner, step, decision.at_ms)
    for demand in step.resolved(plan.fact, planner.rule_set.ignoring):
        requirement, tree = demand.requirement, planner.roster.territories
        if not meets(requirement, rep, plan.fact, tree, demand.widened, demand.ignored):
            item = requirement.item
            yield _unmet(requirement, rep, as_written(plan.fact, item) if item else demand.wanted)
    if rep.id in decision.head.tried and HANDLERS not in recused:
        yield Reason("ALREADY_TRIED", "tried", rep.id)


def _off_duty(rep: Rep, planner: Planner, step: Step, at_ms: int) -> Iterator[Reason]:
    """Yield why a rep who could be meant by a step is not there, and from when on they are."""
    roster, availability = planner.roster, planner.roster.availability
    if rep.id != step.rep and not roster.is_member(rep.id, step.pool):
        return
    pool = roster.pools.get(step.pool)
    code = availability.off_duty(rep.id, pool, at_ms, counts_hours=step.counts_hours)
    if code is not None:
        buffer_ms = pool.leave_buffer_ms if pool else 0
        lift_ms = availability.first_there(rep.id, pool, at_ms, counts_hours=step.counts_hours, buffer_ms=buffer_ms)
        hours = availability.hours_of(rep.id, pool)
        zone = hours.calendar.time_zone if hours else roster.records.settings.time_zone
        until = availability.official_until(rep.id, pool, lift_ms) if lift_ms else ""
        yield Reason(code, lift_ms=lift_ms or 0, time_zone=zone, official_until=until)


def _unmet(requirement: Requirement, rep: Rep, wanted: FactValue | None) -> Reason:
    code = _CODES_BY_OP.get(requirement.op) or _CODES.get(requirement.rep, "ATTRIBUTE")
    actual, required = _shown(rep.attributes.get(requirement.rep)), _shown(wanted)
    return Reason(code, requirement.rep, actual, required, requirement.op, requirement.item or "")


def _shown(value: FactValue | None) -> Shown:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return value
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def summarise(candidates: tuple[Candidate, ...], attempt: Attempt, planner: Planner) -> Refusals:
    """Count who was looked at in an attempt; each who was refused counts under their first reason."""
    step = attempt.step
    if step.pool and step.pool not in planner.roster.pools:
        return Refusals(missing_pool=step.pool)
    looked_at = [c for c in candidates if _is_looked_at(c.rep, step, planner)]
    eligible = sum(candidate.verdict is not Verdict.INELIGIBLE for candidate in looked_at)
    return Refusals(eligible, len(looked_at), tuple(_counted([c.reasons[0] for c in looked_at if c.reasons])))


def _counted(reasons: Sequence[Reason]) -> Iterator[RefusedCount]:
    lifts: dict[tuple[str, str], int] = {}
    for reason in reasons:
        key = reason.code, reason.field
        lifts[key] = min(filter(None, (lifts.get(key, 0), reason.lift_ms)), default=0)
    for (code, field), count in Counter((reason.code, reason.field) for reason in reasons).most_common():
        yield RefusedCount(code, field, count, lifts[code, field])


def _is_looked_at(rep: str, step: Step, planner: Planner) -> bool:
    return rep == step.rep if step.rep else planner.roster.is_member(rep, step.pool)
