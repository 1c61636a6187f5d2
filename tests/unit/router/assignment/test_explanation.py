"""A decision's trace is made again from its stored facts, and says of every rep how they stood and why."""

from __future__ import annotations

from typing import Any

import pytest

from router.assignment.choice import choose, rotation_of, trace_hash
from router.assignment.explanation import Explanation, Reason, Refusals, RefusedCount, Verdict, explain, replay
from router.assignment.planner import Planner
from router.history.projection import StateProjection
from router.model.decision import Block, Cause, Decision, DecisionInputs, ObservedState, Outcome
from router.model.errors import CorruptHistory
from router.model.workforce import MICROS, Member, Pool, Rep, Territory
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from rules.index import IndexEngine
from tests.workforces import roster as roster_of

RULES = """
fields: {region: {type: string}, n: {type: number}, skill: {type: string}}
rules:
  - id: big
    when: {field: n, op: gte, value: 10}
    route:
      pool: east
      require:
        - {rep: regions, op: covers, item: region}
        - {rep: skills, op: has, item: skill}
        - {rep: age, op: gte, value: 30}
        - {rep: grade, op: eq, value: senior}
      prefer: [{rep: skills, op: has, value: ERP, score: 3}]
      fallback: [{rep: zoe}]
  - id: gone
    when: {field: n, op: eq, value: 1}
    route: {pool: nowhere}
default: {route: {pool: east}}
"""
GOOD: dict[str, Any] = {"regions": ("华东",), "skills": ("ERP",), "age": 40, "grade": "senior"}
REPS = [
    Rep("ann", attributes=GOOD),
    Rep("bob", attributes=GOOD, capacity={"LEAD": 1}),
    Rep("cy", attributes={"regions": ("华南",), "skills": ("CRM", "HR"), "age": 29.5, "grade": "junior"}),
    Rep("di", attributes=GOOD, active=False),
    Rep("eve"),
    Rep("zoe", attributes=GOOD),
]
ITEM = WorkItem(Kind.LEAD, attributes={"region": "上海", "n": 12, "skill": "ERP"})


def planner(*reps: Rep) -> Planner:
    """Return the rules with some reps, all but zoe in the pool."""
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    people = {rep.id: rep for rep in reps or REPS}
    pool = Pool("east", tuple(Member(rep) for rep in people if rep != "zoe"))
    roster = roster_of(1, people, {"east": pool}, {"上海": Territory("上海", "华东"), "华东": Territory("华东")})
    return Planner(1, rule_set, IndexEngine(rule_set), roster)


def decided(
    by: Planner,
    item: WorkItem = ITEM,
    *,
    loads: dict[str, int] | None = None,
    away: dict[str, int] | None = None,
    tried: tuple[str, ...] = (),
    named: str = "",
) -> Decision:
    """Decide by a planner, as the store does."""
    plan = by.plan(item, 0, tried=frozenset(tried), named=named)
    attempts = [(attempt.candidates, attempt.charge) for attempt in plan.attempts]
    projection = StateProjection()
    projection.loads.update({(rep, Kind.LEAD): units for rep, units in (loads or {}).items()})
    projection.presences.update(away or {})
    seen = projection.see(attempts, Kind.LEAD, 0, named)
    choice = choose(attempts, seen, rotation_of("x"), named)
    outcome = Outcome.ASSIGNED if choice.rep else Outcome.UNROUTED
    proof = trace_hash([candidates for candidates, _ in attempts], seen, outcome, choice, 1)
    head = DecisionInputs(item, Cause.ROUTED, 1, 1, plan.matched, (), tried, named)
    return Decision(
        1, "x", Kind.LEAD, outcome, choice.rep, choice.pool, 1, choice.charge, seen, choice.stand, proof, 0, 0, head
    )


def reasons(explanation: Explanation) -> dict[str, list[str]]:
    """Return the codes against each rep."""
    return {candidate.rep: [reason.code for reason in candidate.reasons] for candidate in explanation.candidates}


def test_each_rep_is_told_how_they_stood() -> None:
    explanation = explain(decided(planner(), loads={"bob": 1}), planner())

    assert {candidate.rep: candidate.verdict for candidate in explanation.candidates} == {
        "ann": Verdict.CHOSEN,
        **dict.fromkeys(["bob", "cy", "di", "eve", "zoe"], Verdict.INELIGIBLE),
    }
    assert reasons(explanation) == {
        "ann": [],
        "bob": ["AT_CAPACITY"],
        "cy": ["TERRITORY", "SKILL", "ATTRIBUTE", "ATTRIBUTE"],
        "di": ["INACTIVE"],
        "eve": ["TERRITORY", "SKILL", "ATTRIBUTE", "ATTRIBUTE"],
        "zoe": ["NOT_A_MEMBER"],
    }
    counts = (("TERRITORY", "regions", 2), ("AT_CAPACITY", "capacity.LEAD", 1), ("INACTIVE", "active", 1))
    assert explanation.refusals == Refusals(1, 5, tuple(RefusedCount(*each) for each in counts))
    assert explanation.steps == (explanation.refusals,)


@pytest.mark.parametrize("until_ms", [0, 90])
def test_who_is_away_is_told_until_when(until_ms: int) -> None:
    explanation = explain(decided(planner(), away={"ann": until_ms, "cy": 90}), planner())
    by_rep = {candidate.rep: candidate for candidate in explanation.candidates}

    assert by_rep["ann"].reasons == (Reason("AWAY", lift_ms=until_ms),)
    assert by_rep["bob"].verdict is Verdict.CHOSEN
    assert [reason.code for reason in by_rep["cy"].reasons] == ["TERRITORY", "SKILL", "ATTRIBUTE", "ATTRIBUTE"]
    assert RefusedCount("AWAY", "", 1, until_ms) in explanation.refusals.counts


def test_a_decision_that_says_who_was_away_otherwise_than_it_was_is_found() -> None:
    decision = decided(planner(), away={"bob": 90})
    altered = ObservedState(decision.seen[0].deficits, (), ((1, Block.AWAY, 91, 0),))

    with pytest.raises(CorruptHistory):
        replay(decision._replace(seen=(altered,)), planner().plan(ITEM, 0))


def test_who_could_have_had_it_is_told_with_amounts() -> None:
    explanation = explain(decided(planner(), loads={"bob": 0}), planner())

    chosen, eligible = sorted(explanation.candidates[:2], key=lambda candidate: candidate.verdict)
    assert (chosen.verdict, eligible.verdict) == (Verdict.CHOSEN, Verdict.ELIGIBLE)
    assert (chosen.entitlement, chosen.before, chosen.after, chosen.score) == (MICROS // 2, 0, -MICROS // 2, 3)
    assert (eligible.entitlement, eligible.before, eligible.after, eligible.score) == (MICROS // 2, 0, MICROS // 2, 3)


def test_reasons_show_what_was_found_beside_what_was_wanted() -> None:
    explanation = explain(decided(planner(), loads={"bob": 1}), planner())
    by_rep = {candidate.rep: candidate.reasons for candidate in explanation.candidates}

    assert by_rep["bob"] == (Reason("AT_CAPACITY", "capacity.LEAD", "1", "1"),)
    assert by_rep["cy"] == (
        Reason("TERRITORY", "regions", ("华南",), "上海", "covers", "region"),
        Reason("SKILL", "skills", ("CRM", "HR"), "ERP", "has", "skill"),
        Reason("ATTRIBUTE", "age", "29.5", "30", "gte"),
        Reason("ATTRIBUTE", "grade", "junior", "senior", "eq"),
    )
    assert by_rep["eve"][0].actual == ""
    assert by_rep["zoe"] == (Reason("NOT_A_MEMBER", "pool", "", "east"),)


def test_who_had_it_before_is_told_so() -> None:
    explanation = explain(decided(planner(), tried=("ann",)), planner())

    assert reasons(explanation)["ann"] == ["ALREADY_TRIED"]


def test_a_step_that_names_a_rep_looks_at_no_other() -> None:
    those = [rep for rep in REPS if rep.id in ("cy", "zoe")]
    explanation = explain(decided(planner(*those)), planner(*those))

    assert reasons(explanation) == {"cy": ["NOT_A_MEMBER"], "zoe": []}
    assert explanation.candidates[0].reasons[0] == Reason("NOT_A_MEMBER", "rep", "cy", "zoe")
    assert explanation.refusals == Refusals(1, 1)


def test_a_rep_whom_a_person_named_is_chosen_whatever_is_required() -> None:
    explanation = explain(decided(planner(), named="cy"), planner())

    assert [candidate.rep for candidate in explanation.candidates if candidate.verdict is Verdict.CHOSEN] == ["cy"]


def test_a_pool_that_is_not_there_is_named() -> None:
    item = WorkItem(Kind.LEAD, attributes={"n": 1})

    assert explain(decided(planner(), item), planner()).refusals == Refusals(missing_pool="nowhere")


def test_comparisons_of_the_rule_are_shown_and_none_for_the_default() -> None:
    (predicate,) = explain(decided(planner()), planner()).predicates
    default = WorkItem(Kind.LEAD, attributes={"n": 5})

    assert (predicate.field, predicate.op, predicate.expected, predicate.actual, predicate.holds) == (
        "n", "gte", 10, 12, True)  # fmt: skip
    assert explain(decided(planner(), default), planner()).predicates == ()


DATED = """
fields: {since: {type: date}, until: {type: date}}
rules:
  - id: lately
    when:
      all:
        - {field: since, op: between, value: [2024-05-01, "2024-05-02T08:30:00+08:00"]}
        - {field: until, op: missing}
    route: {pool: east}
default: {route: {pool: east}}
"""


def test_dates_are_shown_as_rules_write_them() -> None:
    rule_set = check(DATED).rule_set
    assert rule_set is not None
    by = Planner(1, rule_set, IndexEngine(rule_set), planner().roster)
    item = WorkItem(Kind.LEAD, attributes={"since": "2024-05-01T00:00:00.25Z"})

    since, until = explain(decided(by, item), by).predicates

    assert since.expected == ("2024-05-01", "2024-05-02T00:30:00Z")
    assert since.actual == "2024-05-01T00:00:00.250000Z"
    assert (until.expected, until.actual) == (None, None)


def test_what_was_decided_before_anybody_was_entered_is_explained_by_nobody() -> None:
    rule_set = check(RULES).rule_set
    assert rule_set is not None
    empty = Planner(1, rule_set, IndexEngine(rule_set), roster_of(0, {}, {}, {}))

    explanation = explain(decided(empty), empty)

    assert (explanation.candidates, explanation.refusals) == ((), Refusals())


@pytest.mark.parametrize(
    "altered",
    [
        {"outcome": Outcome.UNROUTED},
        {"epoch": 2},
        {"item_id": "other"},
        {"trace_hash": "0" * 40},
    ],
)
def test_facts_that_do_not_lead_to_the_outcome_are_refused(altered: dict[str, Any]) -> None:
    by = planner()
    decision = decided(by)
    plan = by.plan(decision.head.item, 0)
    assert replay(decision, plan).rep == decision.rep

    with pytest.raises(CorruptHistory, match="decision 1"):
        replay(decision._replace(**altered), plan)


def test_an_answer_that_there_is_an_owner_replays_as_the_decision_that_made_them() -> None:
    by = planner()
    decision = decided(by)._replace(outcome=Outcome.EXISTING_OWNER)

    assert replay(decision, by.plan(ITEM, 0)).rep == decision.rep


def test_equals_take_turns_by_the_work_item_s_own_number() -> None:
    assert len({rotation_of(f"crm~L-{n}") % 7 for n in range(50)}) == 7


SPELT = """
fields: {region: {type: string, ignore: [case, width, blanks]}, company: {type: string}}
rules:
  - id: eastern
    when: {all: [{field: region, op: within, value: EAST}, {field: company, op: contains, value: 科技}]}
    route: {pool: east, require: [{rep: regions, op: covers, item: region}]}
default: {route: {pool: east}}
"""


def test_what_a_lead_had_is_shown_as_it_was_written_and_matched_in_normal_form() -> None:
    rule_set = check(SPELT).rule_set
    assert rule_set is not None
    people = {
        "ann": Rep("ann", attributes={"regions": ("east ",)}),
        "bob": Rep("bob", attributes={"regions": ("West",)}),
    }
    pool = Pool("east", tuple(map(Member, people)))
    by = Planner(1, rule_set, IndexEngine(rule_set), roster_of(1, people, {"east": pool}, {"East": Territory("East")}))

    explanation = explain(decided(by, WorkItem(Kind.LEAD, attributes={"region": "Ｅａｓｔ", "company": "云科技"})), by)

    assert [(p.field, p.op, p.expected, p.actual, p.holds) for p in explanation.predicates] == [
        ("region", "within", "east", "Ｅａｓｔ", True),
        ("company", "contains", "科技", "云科技", True),
    ]
    assert [candidate.verdict for candidate in explanation.candidates] == [Verdict.CHOSEN, Verdict.INELIGIBLE]
    assert explanation.candidates[1].reasons == (
        Reason("TERRITORY", "regions", ("West",), "Ｅａｓｔ", "covers", "region"),
    )


TRIAL = """
fields: {phone: {type: string, personal: true}}
rules:
  - id: trial
    when: {all: [{percent: 30, salt: trial-7}, {percent: 90, of: phone, salt: x}]}
    route: {pool: east}
default: {route: {pool: east}}
"""


def on_trial() -> Planner:
    rule_set = check(TRIAL).rule_set
    assert rule_set is not None
    people = {"ann": Rep("ann")}
    roster = roster_of(1, people, {"east": Pool("east", (Member("ann"),))}, {})
    return Planner(1, rule_set, IndexEngine(rule_set), roster)


def test_of_a_share_the_bucket_is_shown() -> None:
    by, item = on_trial(), WorkItem(Kind.LEAD, "crm", "L-1", {"phone": "139"})

    shown = [(p.field, p.op, p.expected, p.actual, p.holds) for p in explain(decided(by, item), by).predicates]

    assert shown == [
        ("external_id", "percent", "30 % trial-7", 29.12, True),
        ("phone", "percent", "90 % x", 44.84, True),
    ]


def test_a_share_of_what_is_erased_is_shown_as_it_was_decided() -> None:
    by, item = on_trial(), WorkItem(Kind.LEAD, "crm", "L-1", {"phone": "139"})
    decision = decided(by, item)
    erased = decision._replace(
        head=decision.head._replace(item=WorkItem(Kind.LEAD, "crm"), outcomes=(True, True)),
        erased=("external_id", "attributes.phone"),
        sealed=frozenset({"external_id", "phone"}),
    )

    explanation = explain(erased, by)

    assert [(p.field, p.actual, p.holds) for p in explanation.predicates] == [
        ("external_id", None, True),
        ("phone", None, True),
    ]
    assert explanation.erased == {"external_id", "phone"}
