"""The index against the plain meaning of requirements, and steps that unfold as declared."""

from __future__ import annotations

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.assignment.planner import Planner, steps_of, wanted
from router.assignment.roster import ResolvedRequirement
from router.model.caps import Cap, CapMeasure
from router.model.workforce import MICROS, CreditPolicy, Member, Pool, Rep, Territories, Territory
from router.model.workitem import Kind, WorkItem
from router.rules.check import check
from router.rules.requirements import meets
from router.rules.route import Drop, FallbackRep, IgnoreHours, OtherPool, Requirement, Route, RoutingRules, Wait, Widen
from rules.fields import FactValue
from rules.index import IndexEngine
from rules.normal_form import Ignorable, Ignored
from tests.workforces import roster as roster_of

TREE = {
    territory.id: territory
    for territory in (
        Territory("中国"),
        Territory("华东", "中国"),
        Territory("上海", "华东"),
        Territory("浦东", "上海"),
        Territory("杭州", "华东"),
        Territory("华南", "中国"),
        Territory("East", "中国"),
        Territory("ＥＡＳＴ", "East"),
    )
}
words = st.sampled_from(
    ["上海", "华东", "中国", "浦东", "杭州", "华南", "火星", "ERP", "erp", "East", " east", "ＥＡＳＴ"]
)
ignored_parts = st.frozensets(st.sampled_from(Ignorable))
values: st.SearchStrategy[FactValue] = st.one_of(
    words, st.lists(words, max_size=3).map(tuple), st.sampled_from([0.0, 1.0, 1, 2.5, True, False])
)
reps = st.dictionaries(
    st.sampled_from("abcdefghij"),
    st.tuples(st.dictionaries(st.sampled_from(["regions", "skills", "level"]), values), st.booleans()),
    min_size=1,
)
requirements = st.builds(
    Requirement,
    st.sampled_from(["regions", "skills", "level"]),
    st.sampled_from(["covers", "has", "has_all", "has_any", "eq", "ne", "gt", "gte", "lt", "lte"]),
    st.sampled_from(["x", "y", None]),
    values,
)


@settings(max_examples=4 * settings().max_examples, deadline=None)
@given(
    *(reps, st.lists(requirements, max_size=3), st.dictionaries(st.sampled_from("xy"), values), st.integers(0, 3)),
    ignored_parts,
)
def test_the_index_finds_whom_the_plain_test_finds(
    people: dict[str, tuple[dict[str, FactValue], bool]],
    wishes: list[Requirement],
    fact: dict[str, FactValue],
    widened: int,
    ignored: Ignored,
) -> None:
    records = {rep: Rep(rep, attributes=attributes, active=active) for rep, (attributes, active) in people.items()}
    pool = Pool("p", tuple(Member(rep) for rep in records))
    roster = roster_of(1, records, {"p": pool}, TREE)

    candidates = roster.candidates(
        "p", Kind.LEAD, [ResolvedRequirement(r, wanted(r, fact), widened, ignored) for r in wishes], at_ms=0
    ).reps

    tree = Territories(TREE)
    plain = [
        rep
        for rep, record in sorted(records.items())
        if record.active and all(meets(wish, record, fact, tree, widened, ignored) for wish in wishes)
    ]
    assert list(candidates) == plain


def test_a_rep_of_a_parent_region_serves_its_children_but_not_the_other_way_round() -> None:
    records = {rep: Rep(rep, attributes={"regions": (region,)}) for rep, region in [("a", "华东"), ("b", "上海")]}
    roster = roster_of(1, records, {"p": Pool("p", (Member("a"), Member("b")))}, TREE)
    covers = Requirement("regions", "covers", "region")

    assert roster.candidates("p", Kind.LEAD, [ResolvedRequirement(covers, "上海")], at_ms=0).reps == ("a", "b")
    assert roster.candidates("p", Kind.LEAD, [ResolvedRequirement(covers, "华东")], at_ms=0).reps == ("a",)


def test_what_nobody_has_is_met_by_nobody() -> None:
    roster = roster_of(1, {"a": Rep("a", attributes={"skills": ("tea",)})}, {"p": Pool("p", (Member("a"),))}, {})

    for op in ("has", "has_any", "has_all"):
        skills = Requirement("skills", op, "skill")
        assert roster.candidates("p", Kind.LEAD, [ResolvedRequirement(skills, "cup")], at_ms=0).reps == ()


def test_fallbacks_add_up_until_another_pool_begins_anew() -> None:
    regions, skills = Requirement("regions", "covers", "region"), Requirement("skills", "has", "skill")
    route = Route(
        "east",
        (regions, skills),
        fallback=(Drop(("skills",)), Widen("region"), Widen("region"), OtherPool("all"), FallbackRep("boss"), Wait()),
    )

    steps = steps_of(route)

    assert [step.pool or step.rep for step in steps] == ["east", "east", "east", "east", "all", "boss"]
    assert [step.require for step in steps[:2]] == [(regions, skills), (regions,)]
    assert [step.widened for step in steps] == [(), (), (("region", 1),), (("region", 2),), (), ()]


def test_a_fallback_that_ignores_hours_is_a_step_with_all_that_the_one_before_requires() -> None:
    skills = Requirement("skills", "has", "skill")

    steps = steps_of(Route("east", (skills,), fallback=(IgnoreHours(), Wait())))

    assert [step.label for step in steps] == ["pool east", "pool east, hours do not count"]
    assert [step.require for step in steps] == [(skills,), (skills,)]


def planner(source: str, pool: Pool) -> Planner:
    rule_set: RoutingRules | None = check(source).rule_set
    assert rule_set is not None
    records = {rep: Rep(rep) for rep in "ab"}
    return Planner(1, rule_set, IndexEngine(rule_set), roster_of(1, records, {pool.id: pool}, {}))


SOURCE = "fields: {amount: {type: number}}\nrules: []\ndefault: {route: {pool: p, value: amount}}\n"


def test_value_is_charged_only_where_the_pool_counts_value() -> None:
    members = (Member("a"), Member("b"))
    by_value, by_count = Pool("p", members, value_weighted=True), Pool("p", members)
    lead = WorkItem(Kind.LEAD, attributes={"amount": 2.5})

    assert planner(SOURCE, by_value).plan(lead, 0).attempts[0].charge == 2_500_000
    assert planner(SOURCE, by_count).plan(lead, 0).attempts[0].charge == MICROS


def test_a_missing_or_absurd_value_is_charged_within_bounds() -> None:
    by_value = planner(SOURCE, Pool("p", (Member("a"),), value_weighted=True))

    assert by_value.plan(WorkItem(Kind.LEAD), 0).attempts[0].charge == MICROS
    assert by_value.plan(WorkItem(Kind.LEAD, value=3), 0).attempts[0].charge == 3 * MICROS
    assert by_value.plan(WorkItem(Kind.LEAD, attributes={"amount": 9e14}), 0).attempts[0].charge == 10**13
    assert by_value.plan(WorkItem(Kind.LEAD, attributes={"amount": -5.0}), 0).attempts[0].charge == MICROS


def test_a_named_rep_is_the_only_attempt_and_belongs_to_the_first_pool_they_are_in() -> None:
    source = "fields: {}\nrules: []\ndefault: {route: {pool: p, fallback: wait}}\n"
    plan = planner(source, Pool("p", (Member("a"),))).plan(WorkItem(Kind.LEAD), 0, named="b")

    (attempt,) = plan.attempts
    assert (attempt.candidates.pool, attempt.candidates.reps) == ("", ("b",))


OPEN = Cap("open", CapMeasure.OPEN, 3)
CREDIT = CreditPolicy(MICROS, 1000, 25)


def _measures(caps: bytes) -> list[str]:
    return [cap[3] for cap in msgpack.unpackb(caps)] if caps else []


@pytest.mark.parametrize(
    ("caps", "policy", "behind"),
    [
        ((), None, []),  # as it was before there were any
        ((OPEN,), None, [["OPEN"]]),
        ((), CREDIT, [[], 25]),
        ((OPEN,), CREDIT, [["OPEN"], 25]),
    ],
)
def test_a_set_ends_with_its_caps_and_behind_them_the_share_of_who_has_a_credit(
    caps: tuple[Cap, ...], policy: CreditPolicy | None, behind: list[object]
) -> None:
    pool = Pool("p", (Member("a"),), caps=caps, absence_policy=policy)
    candidates = roster_of(1, {"a": Rep("a")}, {"p": pool}, {}).candidates("p", Kind.LEAD, (), at_ms=0)

    places = msgpack.unpackb(candidates.packed, raw=True)

    assert places[7].decode() == candidates.digest
    assert [_measures(place) if isinstance(place, bytes) else place for place in places[8:]] == behind
