from __future__ import annotations

import pytest

from fairlead.v1 import decisions_pb2 as decisions
from router.cli.words import decided_by, in_words, why_not

CHOSEN, ELIGIBLE, INELIGIBLE = (
    decisions.Candidate.VERDICT_CHOSEN,
    decisions.Candidate.VERDICT_ELIGIBLE,
    decisions.Candidate.VERDICT_INELIGIBLE,
)
NAMES = {f"tenants/t/reps/{rep}": rep.title() for rep in ("anna", "bo", "cy")}


def candidate(
    rep: str, verdict: decisions.Candidate.Verdict, before: float = 0.0, share: float = 0.0, score: int = 0
) -> decisions.Candidate:
    return decisions.Candidate(
        rep=f"tenants/t/reps/{rep}", verdict=verdict, deficit_before=before, entitlement=share, score=score
    )


def refused(rep: str, code: str, field: str, actual: str, required: str) -> decisions.Candidate:
    refused_one = candidate(rep, INELIGIBLE)
    refused_one.reasons.add(code=code, text="…", field=field, actual=actual, required=required)
    return refused_one


def decided(*candidates: decisions.Candidate, **facts: object) -> decisions.Decision:
    chosen = next((c.rep for c in candidates if c.verdict == CHOSEN), "")
    usual: dict[str, object] = {
        "outcome": decisions.Decision.OUTCOME_ASSIGNED if chosen else decisions.Decision.OUTCOME_UNROUTED,
        "rep": chosen,
        "pool": "tenants/t/pools/east" if chosen else "",
        "matched_rules": ["cars"],
        "steps": ["pool east"],
    }
    return decisions.Decision(candidates=candidates, **{**usual, **facts})  # type: ignore[arg-type]


ALONE = (candidate("anna", CHOSEN, 0.2, 1.0), refused("cy", "TERRITORY", "regions", "south", "east"))
LARGEST = (candidate("anna", CHOSEN, 0.3, 0.5), candidate("bo", ELIGIBLE, -0.3, 0.5))
EQUAL = (candidate("anna", CHOSEN, 0.0, 0.5), candidate("bo", ELIGIBLE, 0.0, 0.5))
WITHIN_THE_BAND = (candidate("anna", CHOSEN, 0.0, 0.5, score=5), candidate("bo", ELIGIBLE, 0.4, 0.5, score=1))


@pytest.mark.parametrize(
    ("candidates", "way", "english", "chinese"),
    [
        (ALONE, "only", "Nobody else was eligible.", "没有其他合格人选。"),
        (LARGEST, "largest", "Largest claim: 0.80 leads, before Bo with 0.20.", "应得最多：0.80 条，其次 Bo 0.20 条。"),
        (
            EQUAL,
            "equal",
            "Equal claims of 0.50 leads with Bo: the turn rotates.",
            "与 Bo 应得相同（0.50 条），轮流分配。",
        ),
        (
            WITHIN_THE_BAND,
            "band",
            "Claim 0.50 against Bo's 0.90, close enough for preferences: score 5 to 1.",
            "应得 0.50 条，Bo 0.90 条，差距在容许范围内，按偏好取胜：5 分对 1 分。",
        ),
    ],
    ids=["only", "largest", "equal", "band"],
)
def test_what_made_the_choice_is_said(
    candidates: tuple[decisions.Candidate, ...], way: str, english: str, chinese: str
) -> None:
    decision = decided(*candidates)

    assert decided_by(candidates) == way
    assert in_words(decision, NAMES)[-1] == english
    assert in_words(decision, NAMES, "zh")[-1] == chinese


def test_the_refused_members_are_counted_by_their_first_reason() -> None:
    outsider = refused("bo", "NOT_A_MEMBER", "pool", "", "east")

    sentences = in_words(decided(*ALONE, outsider), NAMES)

    assert sentences[:2] == ["Rule cars, pool east: Anna.", "1 of 2 eligible: 1 outside the territory."]


def test_steps_are_told_by_what_they_change() -> None:
    steps = ["pool east", "pool east, without industries", "pool south"]

    sentences = in_words(decided(*LARGEST, steps=steps), NAMES)
    nobody = in_words(decided(steps=steps), NAMES, "zh")

    assert sentences[1] == "Steps: pool east (nobody) → without industries (nobody) → pool south."
    assert nobody[1] == "步骤：分配池 east（无人） → 不限 industries（无人） → 分配池 south（无人）。"


def test_somebody_named_by_a_person_is_told_with_the_note() -> None:
    sentences = in_words(decided(*LARGEST, cause=decisions.Decision.CAUSE_OVERRIDE, note="knows them"), NAMES)

    assert sentences == ["A person named Anna (knows them).", "2 of 2 eligible."]


def test_somebody_named_by_the_rules_needs_no_pool() -> None:
    sentences = in_words(decided(candidate("anna", CHOSEN), pool="", steps=["rep anna"]), NAMES)

    assert sentences == ["Rule cars names Anna."]


def test_why_not_gives_each_reason_with_what_was_asked_for() -> None:
    assert why_not(decided(*ALONE), "tenants/t/reps/cy", NAMES) == [
        "Cy could not have had it:",
        "  outside the territory: regions south, asked for east  [TERRITORY]",
    ]


def test_why_not_compares_the_claims_of_those_who_could() -> None:
    assert why_not(decided(*LARGEST), "tenants/t/reps/bo", NAMES) == [
        "Bo was eligible.",
        "  Anna: deficit +0.30 + share 0.50 = claim 0.80",
        "  Bo: deficit -0.30 + share 0.50 = claim 0.20",
        "  0.60 leads short; without it Bo rises to +0.00.",
    ]


def test_who_was_not_looked_at_is_an_error() -> None:
    with pytest.raises(LookupError):
        why_not(decided(*ALONE), "tenants/t/reps/dora", NAMES)
