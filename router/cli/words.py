"""Decisions in words, in English and Chinese: who, by which rule, and why not somebody else.

Everything is told from the full view of a decision; nothing here knows how a decision is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from fairlead.v1 import decisions_pb2 as decisions

Language = Literal["en", "zh"]
_EQUAL = 1e-6
"""Lead units: the ledger counts in whole ones of this size."""

_REFUSED: Mapping[str, tuple[str, str]] = {
    "NOT_A_MEMBER": ("not in the pool", "不在分配池内"),
    "INACTIVE": ("inactive", "已停用"),
    "TERRITORY": ("outside the territory", "不负责该区域"),
    "INDUSTRY": ("without the industry", "不负责该行业"),
    "SKILL": ("without the skill", "缺少所需技能"),
    "LANGUAGE": ("without the language", "不会该语言"),
    "ATTRIBUTE": ("not as required", "不符合要求"),
    "ALREADY_TRIED": ("had it before", "此前已负责过"),
    "AT_CAPACITY": ("at capacity", "已达容量上限"),
}

_PHRASES: Mapping[str, tuple[str, str]] = {
    "owner": ("Rule {rule}, pool {pool}: {rep}.", "规则 {rule}，分配池 {pool}：{rep}。"),
    "owner alone": ("Rule {rule} names {rep}.", "规则 {rule} 指定 {rep}。"),
    "override": ("A person named {rep}{note}.", "由人工指定 {rep}{note}。"),
    "existing": ("It has an owner already, by decision {number}.", "此线索已有归属人（决策 {number}）。"),
    "WAITING": ("Rule {rule}: nobody can take it now, so it waits.", "规则 {rule}：目前无人可接，进入等待。"),
    "UNROUTED": (
        "Rule {rule}: nobody can take it, and nothing further is declared.",
        "规则 {rule}：无人可接，也没有其他安排。",
    ),
    "steps": ("Steps: {steps}.", "步骤：{steps}。"),
    "nobody": (" (nobody)", "（无人）"),
    "refused": ("{eligible} of {members} eligible{reasons}.", "{members} 人中 {eligible} 人合格{reasons}。"),
    "only": ("Nobody else was eligible.", "没有其他合格人选。"),
    "largest": (
        "Largest claim: {claim:.2f} leads, before {next} with {next_claim:.2f}.",
        "应得最多：{claim:.2f} 条，其次 {next} {next_claim:.2f} 条。",
    ),
    "equal": (
        "Equal claims of {claim:.2f} leads with {next}: the turn rotates.",
        "与 {next} 应得相同（{claim:.2f} 条），轮流分配。",
    ),
    "band": (
        "Claim {claim:.2f} against {next}'s {next_claim:.2f}, close enough for preferences: score {score} to {other}.",
        "应得 {claim:.2f} 条，{next} {next_claim:.2f} 条，差距在容许范围内，按偏好取胜：{score} 分对 {other} 分。",
    ),
}


def phrase(key: str, language: Language, **facts: object) -> str:
    """Say a phrase."""
    return _PHRASES[key][language == "zh"].format(**facts)


def refusal(code: str, language: Language) -> str:
    """Say why somebody was refused, in general.

    Examples
    --------
    >>> refusal("TERRITORY", "en"), refusal("TERRITORY", "zh")
    ('outside the territory', '不负责该区域')
    """
    return _REFUSED.get(code, (code, code))[language == "zh"]


def called(name: str, names: Mapping[str, str]) -> str:
    """Return how to call a rep, by resource name."""
    return names.get(name, _last(name))


def claim_of(candidate: decisions.Candidate) -> float:
    """Return what the ledger compares: the deficit with this work item's entitlement, in lead units."""
    return candidate.deficit_before + candidate.entitlement


def rule_of(decision: decisions.Decision) -> str:
    """Return the id of the applied rule; ``default`` where none matched."""
    return decision.matched_rules[0] if decision.matched_rules else "default"


def in_words(decision: decisions.Decision, names: Mapping[str, str], language: Language = "en") -> list[str]:
    """Tell a decision: what came of it, how far the route went, who was refused, why this rep.

    Parameters
    ----------
    decision
        In its full view.
    names
        How to call each rep, by resource name.
    """
    sentences = [_outcome(decision, names, language)]
    if decision.outcome == decisions.Decision.OUTCOME_EXISTING_OWNER:
        sentences.append(phrase("existing", language, number=_last(decision.name)))
    if len(decision.steps) > 1:
        sentences.append(phrase("steps", language, steps=_steps(decision, language)))
    if decision.pool or not decision.rep:
        sentences.append(_refused(decision.candidates, language))
    if decision.rep and decision.pool and decision.cause != decisions.Decision.CAUSE_OVERRIDE:
        sentences.append(_why(decision.candidates, names, language))
    return [sentence for sentence in sentences if sentence]


def _steps(decision: decisions.Decision, language: Language) -> str:
    """Tell the steps tried, each by what it changed; the last one found somebody, or nobody either."""
    nobody = phrase("nobody", language)
    steps = changes(decision.steps, language)
    return " → ".join([*(step + nobody for step in steps[:-1]), steps[-1] + ("" if decision.rep else nobody)])


def changes(steps: Sequence[str], language: Language) -> list[str]:
    """Say each step of a route by what it changes in the one before.

    Examples
    --------
    >>> changes(["pool east", "pool east, without industries", "pool south"], "en")
    ['pool east', 'without industries', 'pool south']
    >>> changes(["pool east", "pool east, region widened"], "zh")
    ['分配池 east', '放宽 region']
    """
    before, changed = "", []
    for step in steps:
        change = step.removeprefix(f"{before}, ") if before else step
        before = step
        changed.append(change if language == "en" else _in_chinese(change))
    return changed


def _in_chinese(change: str) -> str:
    if change.startswith("without "):
        return f"不限 {change.removeprefix('without ')}"
    if change.endswith(" widened"):
        return f"放宽 {change.removesuffix(' widened')}"
    kind, _, name = change.partition(" ")
    return f"{'分配池' if kind == 'pool' else '指定'} {name}"


def signed(amount: float) -> str:
    """Write a deficit with its sign; what rounds to nothing has a plus.

    Examples
    --------
    >>> signed(-0.001), signed(-0.5)
    ('+0.00', '-0.50')
    """
    return f"{round(amount, 2) + 0.0:+.2f}"


def _outcome(decision: decisions.Decision, names: Mapping[str, str], language: Language) -> str:
    facts = {"rep": called(decision.rep, names), "rule": rule_of(decision), "pool": _last(decision.pool)}
    if not decision.rep:
        outcome = decisions.Decision.Outcome.Name(decision.outcome).removeprefix("OUTCOME_")
        return phrase(outcome, language, **facts)
    if decision.cause == decisions.Decision.CAUSE_OVERRIDE:
        note = f" ({decision.note})" if decision.note else ""
        return phrase("override", language, note=note, **facts)
    return phrase("owner" if decision.pool else "owner alone", language, **facts)


def _refused(candidates: Sequence[decisions.Candidate], language: Language) -> str:
    """Count the members of the pool by their first reason."""
    members = [c for c in candidates if not c.reasons or c.reasons[0].code != "NOT_A_MEMBER"]
    if not members:
        return ""
    eligible = sum(not candidate.reasons for candidate in members)
    counts = Counter(candidate.reasons[0].code for candidate in members if candidate.reasons)
    if language == "zh":
        reasons = "，".join(f"{count} 人{refusal(code, 'zh')}" for code, count in counts.most_common())
    else:
        reasons = ", ".join(f"{count} {refusal(code, 'en')}" for code, count in counts.most_common())
    opening = "：" if language == "zh" else ": "
    listed = opening + reasons if reasons else ""
    return phrase("refused", language, eligible=eligible, members=len(members), reasons=listed)


def decided_by(candidates: Sequence[decisions.Candidate]) -> str:
    """Say what made the choice: ``only``, ``largest``, ``equal`` or ``band``; empty if nobody was chosen in a pool."""
    chosen, rival = _first_two(candidates)
    if chosen is None:
        return ""
    return "only" if rival is None else _relation(chosen, rival)


def _first_two(
    candidates: Sequence[decisions.Candidate],
) -> tuple[decisions.Candidate | None, decisions.Candidate | None]:
    """Return the chosen one, and whoever had the largest claim of the others."""
    chosen = next((c for c in candidates if c.verdict == decisions.Candidate.VERDICT_CHOSEN), None)
    others = [c for c in candidates if c.verdict == decisions.Candidate.VERDICT_ELIGIBLE]
    return chosen, max(others, key=claim_of, default=None)


def _why(candidates: Sequence[decisions.Candidate], names: Mapping[str, str], language: Language) -> str:
    chosen, rival = _first_two(candidates)
    if chosen is None or rival is None:
        return phrase("only", language) if chosen else ""
    facts = {
        "claim": claim_of(chosen),
        "next": called(rival.rep, names),
        "next_claim": claim_of(rival),
        "score": chosen.score,
        "other": rival.score,
    }
    return phrase(_relation(chosen, rival), language, **facts)


def _relation(chosen: decisions.Candidate, rival: decisions.Candidate) -> str:
    lead = claim_of(chosen) - claim_of(rival)
    if lead > _EQUAL:
        return "largest"
    return "equal" if lead >= -_EQUAL and chosen.score == rival.score else "band"


def why_not(decision: decisions.Decision, rep: str, names: Mapping[str, str]) -> list[str]:
    """Say why a rep did not get it: each reason with what they have and what was asked for, or the claims compared.

    Parameters
    ----------
    decision
        In its full view.
    rep
        Resource name.

    Raises
    ------
    LookupError
        If the rep was not looked at: there was nobody of that name then.
    """
    stood = next((c for c in decision.candidates if c.rep == rep), None)
    if stood is None:
        raise LookupError(rep)
    name = called(rep, names)
    if stood.verdict == decisions.Candidate.VERDICT_CHOSEN:
        return [f"{name} did get it."]
    if stood.reasons:
        return [f"{name} could not have had it:", *(_reason(reason) for reason in stood.reasons)]
    chosen = next(c for c in decision.candidates if c.verdict == decisions.Candidate.VERDICT_CHOSEN)
    return [f"{name} was eligible.", *_compared(chosen, stood, called(chosen.rep, names), name)]


def _reason(reason: decisions.Reason) -> str:
    has = f"{reason.field} {reason.actual or '(none)'}" if reason.field else reason.actual
    required = f", asked for {reason.required}" if reason.required else ""
    return f"  {refusal(reason.code, 'en')}: {has}{required}  [{reason.code}]"


def _compared(chosen: decisions.Candidate, stood: decisions.Candidate, owner: str, name: str) -> list[str]:
    theirs, best = claim_of(stood), claim_of(chosen)
    lines = [
        f"  {owner}: deficit {signed(chosen.deficit_before)} + share {chosen.entitlement:.2f} = claim {best:.2f}",
        f"  {name}: deficit {signed(stood.deficit_before)} + share {stood.entitlement:.2f} = claim {theirs:.2f}",
    ]
    match _relation(chosen, stood):
        case "largest":
            lines.append(
                f"  {best - theirs:.2f} leads short; without it {name} rises to {signed(stood.deficit_after)}."
            )
        case "equal":
            lines.append("  Equal claims: among equals the turn rotates from lead to lead.")
        case _:
            lines.append(
                f"  Close enough for the pool's band: preferences decided, score {chosen.score} to {stood.score}."
            )
    return lines


def _last(name: str) -> str:
    return name.rpartition("/")[2]
