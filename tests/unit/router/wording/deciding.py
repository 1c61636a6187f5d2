"""Decisions as a service answers with them, made up for what tests look at in their words."""

from __future__ import annotations

from typing import Any

from fairlead.v1 import decisions_pb2 as decisions
from router.model.decision import WAYS, Cause
from router.wording.decisions import tell
from router.wording.languages import Language

CHOSEN, ELIGIBLE, INELIGIBLE = (
    decisions.Candidate.VERDICT_CHOSEN,
    decisions.Candidate.VERDICT_ELIGIBLE,
    decisions.Candidate.VERDICT_INELIGIBLE,
)


def candidate(
    rep: str, verdict: decisions.Candidate.Verdict, before: float = 0.0, share: float = 0.0, score: int = 0
) -> decisions.Candidate:
    return decisions.Candidate(
        rep=f"tenants/t/reps/{rep}",
        verdict=verdict,
        deficit_before=before,
        entitlement=share,
        deficit_after=before + share,
        score=score,
        rep_display_name=rep.title(),
    )


def refused(rep: str, code: str, field: str, actual: str, required: str, op: str = "") -> decisions.Candidate:
    one = candidate(rep, INELIGIBLE)
    one.reasons.add(code=code, field=field, actual=actual, required=required, operator=op)
    return one


def decided(*candidates: decisions.Candidate, **facts: object) -> decisions.Decision:
    chosen = next((c for c in candidates if c.verdict == CHOSEN), None)
    usual: dict[str, object] = {
        "name": "tenants/t/decisions/7",
        "outcome": decisions.Decision.OUTCOME_ASSIGNED if chosen else decisions.Decision.OUTCOME_UNROUTED,
        "rep": chosen.rep if chosen else "",
        "rep_display_name": chosen.rep_display_name if chosen else "",
        "pool": "tenants/t/pools/east" if chosen else "",
        "matched_rules": ["cars"],
        "steps": ["pool east"],
    }
    decision = decisions.Decision(candidates=candidates, **{**usual, **facts})  # type: ignore[arg-type]
    if decision.rep:
        cause = decisions.Decision.Cause.Name(decision.cause or decisions.Decision.CAUSE_ROUTED)
        way: Any = decisions.Decision.Way.Value(f"WAY_{WAYS[Cause(cause.removeprefix('CAUSE_'))]}")
        decision.way = way
    return decision


def told(
    decision: decisions.Decision, language: Language = Language.EN, *, is_owned: bool = False
) -> decisions.Decision:
    """Return it with its words; itself it stays as it is."""
    copy = decisions.Decision()
    copy.CopyFrom(decision)
    tell(copy, language, full=True, is_owned=is_owned)
    return copy


ALONE = (candidate("anna", CHOSEN, 0.2, 1.0), refused("cy", "TERRITORY", "regions", "south", "east", "covers"))
LARGEST = (candidate("anna", CHOSEN, 0.3, 0.5), candidate("bo", ELIGIBLE, -0.3, 0.5))
EQUAL = (candidate("anna", CHOSEN, 0.0, 0.5), candidate("bo", ELIGIBLE, 0.0, 0.5))
WITHIN_THE_BAND = (candidate("anna", CHOSEN, 0.0, 0.5, score=5), candidate("bo", ELIGIBLE, 0.4, 0.5, score=1))
