"""Why, and why not: a decision's full trace, recomputed from its stored facts by the code that decided. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from router.assignment.choice import Choice, choose, rotation_of, trace_hash
from router.assignment.planner import Attempt, Kept, Plan, Planner
from router.model.decision import Decision, ObservedState, Outcome
from router.model.errors import CorruptHistory
from router.model.sealing import erased_attributes
from router.model.workforce import Rep
from router.model.workitem import EXTERNAL_ID
from router.rules.requirements import meets
from router.rules.route import Requirement
from rules.fields import FactValue, FieldType, as_written
from rules.reference import PredicateTrace, trace
from rules.values import from_epoch


class Verdict(StrEnum):
    """How it ended for a rep."""

    CHOSEN = "CHOSEN"
    ELIGIBLE = "ELIGIBLE"
    INELIGIBLE = "INELIGIBLE"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rep could not become the owner; ``short`` is how a summary counts it."""

    code: str
    text: str
    short: str
    field: str = ""
    actual: str = ""
    required: str = ""


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


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision's full trace; dates in it are as rules write them, and ``erased`` names attributes that were."""

    candidates: tuple[Candidate, ...]
    refusal_summary: str
    predicates: tuple[PredicateTrace, ...]
    erased: frozenset[str] = frozenset()


_REQUIREMENT_CODES = {
    "regions": ("TERRITORY", "outside the territory"),
    "industries": ("INDUSTRY", "lack the industry"),
    "skills": ("SKILL", "lack the skill"),
    "languages": ("LANGUAGE", "lack the language"),
}
_CODES_BY_OP = {"covers": _REQUIREMENT_CODES["regions"]}


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
    head, plan = decision.head, plan_again(decision, planner)
    choice = replay(decision, plan)
    predicates = _dated(_as_they_were(decision, predicates_of(planner, plan)), planner.rule_set.fields)
    erased = erased_attributes(decision).union({EXTERNAL_ID}.intersection(decision.erased))
    decisive = len(decision.seen) - 1
    if decisive < 0:
        return Explanation((), "the route names nobody", predicates, erased)
    attempt, seen = plan.attempts[decisive], decision.seen[decisive]
    candidates = tuple(
        _stand(rep, planner, plan, attempt, seen, choice, head.tried) for rep in planner.roster.reps.values()
    )
    ordered = tuple(sorted(candidates, key=lambda candidate: candidate.rep))
    return Explanation(ordered, summarise(ordered, attempt, planner), predicates, erased)


def plan_again(decision: Decision, planner: Planner) -> Plan:
    """Plan what a decision was made from, with what it kept for itself where some of that is erased."""
    head = decision.head
    kept = Kept(head.matched_rules, decision.charge) if decision.erased else None
    return planner.plan(head.item, tried=frozenset(head.tried), named=head.named, kept=kept)


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
    choice = choose(attempts, decision.seen, rotation_of(decision.item_id), decision.head.named)
    outcome = decision.outcome if decision.outcome is not Outcome.EXISTING_OWNER else Outcome.ASSIGNED
    replayed = trace_hash([candidates for candidates, _ in attempts], decision.seen, outcome, choice, decision.epoch)
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
    tried: tuple[str, ...],
) -> Candidate:
    candidates = attempt.candidates
    if rep.id not in candidates.reps:
        return Candidate(rep.id, Verdict.INELIGIBLE, tuple(_reasons(rep, planner, plan, attempt, tried)))
    k = candidates.reps.index(rep.id)
    full = dict(seen.full)
    if k in full:
        kind = f"capacity.{plan.kind}"
        open_units, limit = full[k], candidates.limits[k]
        text = f"holds {open_units} open, {limit} at most"
        reason = Reason("AT_CAPACITY", text, "at capacity", kind, str(open_units), str(limit))
        return Candidate(rep.id, Verdict.INELIGIBLE, (reason,))
    assert choice.picked is not None
    place = choice.eligible.index(k)
    return Candidate(
        rep.id,
        Verdict.CHOSEN if rep.id == choice.rep else Verdict.ELIGIBLE,
        (),
        choice.picked.entitlements[place],
        seen.deficits[place],
        choice.picked.after[place],
        candidates.scores[k],
    )


def _reasons(rep: Rep, planner: Planner, plan: Plan, attempt: Attempt, tried: tuple[str, ...]) -> Iterator[Reason]:
    """Yield every reason against a rep, in the order of the filter."""
    step = attempt.step
    if step.rep and rep.id != step.rep:
        yield Reason("NOT_A_MEMBER", f"the step names {step.rep}", "not named", "rep", rep.id, step.rep)
    if step.pool and not planner.roster.is_member(rep.id, step.pool):
        yield Reason("NOT_A_MEMBER", f"not a member of pool {step.pool}", "not members", "pool", "", step.pool)
    if not rep.active:
        yield Reason("INACTIVE", "inactive", "inactive", "active", "false", "true")
    for demand in step.resolved(plan.fact, planner.rule_set.ignoring):
        requirement, tree = demand.requirement, planner.roster.territories
        if not meets(requirement, rep, plan.fact, tree, demand.widened, demand.ignored):
            item = requirement.item
            yield _unmet(requirement, rep, as_written(plan.fact, item) if item else demand.wanted)
    if rep.id in tried:
        yield Reason("ALREADY_TRIED", "had it before", "had it before", "tried", rep.id, "")


def _unmet(requirement: Requirement, rep: Rep, wanted: FactValue | None) -> Reason:
    code, short = _CODES_BY_OP.get(requirement.op) or _REQUIREMENT_CODES.get(
        requirement.rep, ("ATTRIBUTE", f"lack {requirement.rep}")
    )
    actual, required = _shown(rep.attributes.get(requirement.rep)), _shown(wanted)
    text = f"{requirement.rep} {actual or '(none)'}: must {_IN_WORDS[requirement.op]} {required}"
    return Reason(code, text, short, requirement.rep, actual, required)


_IN_WORDS = {
    "covers": "cover",
    "has": "have",
    "has_all": "have all of",
    "has_any": "have one of",
    "eq": "be",
    "ne": "not be",
    "gt": "be above",
    "gte": "be at least",
    "lt": "be below",
    "lte": "be at most",
}


def _shown(value: FactValue | None) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def summarise(candidates: tuple[Candidate, ...], attempt: Attempt, planner: Planner) -> str:
    """Sum up an attempt, e.g.

    ``0/14 reps: 6 outside the territory, 5 at capacity``; each rep counts under their first reason.
    """
    step = attempt.step
    if step.pool and step.pool not in planner.roster.pools:
        return f"0/0 reps: there is no pool {step.pool}"
    looked_at = [
        c for c in candidates if (c.rep == step.rep if step.rep else planner.roster.is_member(c.rep, step.pool))
    ]
    eligible = sum(candidate.verdict is not Verdict.INELIGIBLE for candidate in looked_at)
    first_reasons = Counter(candidate.reasons[0].short for candidate in looked_at if candidate.reasons)
    refused = ", ".join(f"{count} {short}" for short, count in first_reasons.most_common())
    return f"{eligible}/{len(looked_at)} reps" + (f": {refused}" if refused else "")
