"""What every rule engine has to do, run on all of them, and a random comparison of all with the reference."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.rule_sets import facts as typical_facts
from benchmarks.rule_sets import typical
from router.adapters.durable_rules import selection as engines
from rules.conditions import All, AnyOf, Condition, Not, Predicate
from rules.fields import Fact, FieldType
from rules.index import IndexEngine
from rules.ports import RuleEngine
from rules.reference import ReferenceEngine
from rules.ruleset import Rule, RuleSet
from tests.rule_sets import facts, rule_sets, with_twins

Build = Callable[[RuleSet[object]], RuleEngine]
EXAMPLES = max(20, int(10 * float(os.environ.get("FAIRLEAD_FUZZ_SECONDS", "5"))))
needs_durable = pytest.mark.skipif(engines.resolve("auto") != "durable", reason="durable-rules cannot be imported here")


def durable(rule_set: RuleSet[object]) -> RuleEngine:
    from router.adapters.durable_rules.engine import DurableEngine  # only where it is installed

    return DurableEngine(rule_set)


FAST = [pytest.param(IndexEngine, id="index"), pytest.param(durable, id="durable", marks=needs_durable)]
EVERY = [pytest.param(ReferenceEngine, id="reference"), *FAST]


@pytest.fixture(params=EVERY)
def build(request: pytest.FixtureRequest) -> Iterator[Build]:
    engines: list[RuleEngine] = []

    def build_and_remember(rule_set: RuleSet[object]) -> RuleEngine:
        engines.append(request.param(rule_set))
        return engines[-1]

    yield build_and_remember
    for engine in engines:
        engine.close()


def rule_set_of(*conditions: Condition, **fields: FieldType) -> RuleSet[object]:
    rules = tuple(Rule(f"r{index}", when, "p") for index, when in enumerate(conditions))
    return RuleSet(fields, rules, "p")


S, N, B, L = FieldType.STRING, FieldType.NUMBER, FieldType.BOOL, FieldType.LIST

CASES: list[tuple[str, FieldType, Predicate, list[object], list[object]]] = [
    ("eq", S, Predicate("f", "eq", "华东"), ["华东"], ["华", "华东 ", ""]),
    ("ne", S, Predicate("f", "ne", "华东"), ["华", ""], ["华东"]),
    ("in", S, Predicate("f", "in", ("a", "b")), ["a", "b"], ["c", "ab"]),
    ("not_in", S, Predicate("f", "not_in", ("a", "b")), ["c", ""], ["a", "b"]),
    ("eq number", N, Predicate("f", "eq", 60), [60, 60.0], [60.0001, 59.9999]),
    ("gt", N, Predicate("f", "gt", 60), [60.0001, 10**15 - 1], [60, -61]),
    ("gte", N, Predicate("f", "gte", 0.0001), [0.0001, 1], [0, -0.0001]),
    ("lt", N, Predicate("f", "lt", 0), [-0.0001, -1], [0, 1]),
    ("lte", N, Predicate("f", "lte", -5), [-5, -5.5], [-4.9999, 9]),
    ("between", N, Predicate("f", "between", (1, 2)), [1, 1.5, 2], [0.9999, 2.0001]),
    ("in number", N, Predicate("f", "in", (1, 2.5)), [1, 2.5], [2, 1.5]),
    ("bool eq", B, Predicate("f", "eq", True), [True], [False]),
    ("bool ne", B, Predicate("f", "ne", True), [False], [True]),
    ("has_any", L, Predicate("f", "has_any", ("a", "b")), [("a",), ("x", "b")], [("x",), ("ab",)]),
    ("has_all", L, Predicate("f", "has_all", ("a", "b")), [("a", "b"), ("b", "x", "a")], [("a",), ("x", "b")]),
    ("exists", S, Predicate("f", "exists"), ["", "x"], []),
    ("exists list", L, Predicate("f", "exists"), [("x",)], []),
    ("missing", S, Predicate("f", "missing"), [], ["", "x"]),
]


@pytest.mark.parametrize(("name", "kind", "predicate", "holding", "failing"), CASES, ids=[case[0] for case in CASES])
def test_each_operator_and_its_negation_hold_exactly_where_they_should(
    build: Build, name: str, kind: FieldType, predicate: Predicate, holding: list[object], failing: list[object]
) -> None:
    engine = build(rule_set_of(predicate, Not(predicate), f=kind))

    assert [engine.match({"f": value}) for value in holding] == [("r0",)] * len(holding)  # type: ignore[dict-item]
    assert [engine.match({"f": value}) for value in failing] == [("r1",)] * len(failing)  # type: ignore[dict-item]
    assert engine.match({}) == (("r0",) if predicate.op == "missing" else ("r1",))


def test_a_territory_is_within_itself_and_all_around_it(build: Build) -> None:
    within = Predicate("区域", "within", "华东")
    engine = build(rule_set_of(within, Not(within), 区域=S))

    assert engine.match({"区域": "上海", "区域^within": ("上海", "华东", "中国")}) == ("r0",)
    assert engine.match({"区域": "中国", "区域^within": ("中国",)}) == ("r1",)
    assert engine.match({}) == ("r1",)


def test_all_matches_come_in_order_of_precedence(build: Build) -> None:
    engine = build(rule_set_of(All(()), Predicate("f", "eq", "x"), Predicate("f", "gt", "y"), All(()), f=S))

    assert build(rule_set_of(All(()), Predicate("f", "eq", "x"), All(()), f=S)).match({"f": "x"}) == ("r0", "r1", "r2")
    assert engine.name in ("reference", "index", "durable")


def test_a_rule_with_two_true_branches_matches_once(build: Build) -> None:
    both = AnyOf((Predicate("f", "eq", "x"), Predicate("g", "gte", 1), Predicate("f", "ne", "y")))
    engine = build(rule_set_of(both, f=S, g=N))

    assert engine.match({"f": "x", "g": 5}) == ("r0",)


def test_a_set_without_rules_matches_nothing(build: Build) -> None:
    assert build(rule_set_of(f=S)).match({"f": "x"}) == ()


def test_negated_groups_follow_de_morgan(build: Build) -> None:
    a, b = Predicate("f", "eq", "a"), Predicate("g", "gte", 10)
    conditions: list[Condition] = [Not(All((a, b))), AnyOf((Not(a), Not(b))), Not(AnyOf((a, b))), All((Not(a), Not(b)))]
    engine = build(rule_set_of(*conditions, f=S, g=N))

    assert engine.match({"f": "a", "g": 10}) == ()
    assert engine.match({"f": "a", "g": 9}) == ("r0", "r1")
    assert engine.match({"f": "a"}) == ("r0", "r1")
    assert engine.match({}) == ("r0", "r1", "r2", "r3")


def test_a_hundred_comparisons_in_one_rule_are_all_looked_at(build: Build) -> None:
    fields = {f"f{i}": N for i in range(100)}
    engine = build(rule_set_of(All(tuple(Predicate(name, "gte", 1) for name in fields)), **fields))
    item: dict[str, float] = dict.fromkeys(fields, 1)

    assert engine.match(item) == ("r0",)
    assert [name for name in fields if engine.match({**item, name: 0.9999})] == []


def test_the_longest_lists_are_looked_at_to_the_end(build: Build) -> None:
    values = tuple(f"值{i}" for i in range(200))
    conditions = (
        *(Predicate("f", "in", values), Predicate("f", "not_in", values)),
        *(Predicate("l", "has_any", values), Predicate("l", "has_all", values)),
    )
    engine = build(rule_set_of(*conditions, f=S, l=L))

    assert engine.match({"f": "值199", "l": ("值199",)}) == ("r0", "r2")
    assert engine.match({"f": "值200", "l": values}) == ("r1", "r2", "r3")
    assert engine.match({"f": "值0", "l": values[:-1]}) == ("r0", "r2")


@pytest.mark.parametrize("build_fast", FAST)
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(data=st.data())
def test_a_fast_engine_answers_as_the_reference_does(build_fast: Build, data: st.DataObject) -> None:
    rule_set = data.draw(rule_sets())
    items = [with_twins(rule_set, fact) for fact in data.draw(st.lists(facts(), min_size=1, max_size=8))]
    reference, engine = ReferenceEngine(rule_set), build_fast(rule_set)

    try:
        for item in items:
            assert engine.match(item) == reference.match(item)
    finally:
        engine.close()


@pytest.mark.long
@pytest.mark.parametrize("build_fast", FAST)
def test_ten_thousand_rules_are_matched_as_by_the_reference(build_fast: Build) -> None:
    rule_set = typical(10_000)
    reference, engine = ReferenceEngine(rule_set), build_fast(rule_set)

    try:
        for item in typical_facts(20):
            assert engine.match(item) == reference.match(item)
    finally:
        engine.close()


@pytest.mark.parametrize("build_fast", FAST)
def test_rules_that_all_match_at_once_are_all_found(build_fast: Build) -> None:
    rule_set = rule_set_of(*(Predicate("n", "gte", number) for number in range(2_000)), n=N)
    engine = build_fast(rule_set)

    try:
        assert len(engine.match({"n": 1_999})) == 2_000
        assert len(engine.match({"n": 99.5})) == 100
    finally:
        engine.close()


@pytest.mark.parametrize("build_fast", FAST)
def test_threads_that_share_an_engine_lose_nothing(build_fast: Build) -> None:
    rule_set, items = typical(300), typical_facts(400)
    expected = [ReferenceEngine(rule_set).match(item) for item in items]
    engine = build_fast(rule_set)

    with ThreadPoolExecutor(8) as threads:
        matches = list(threads.map(engine.match, items))

    engine.close()
    assert matches == expected


@needs_durable
def test_an_engine_that_was_closed_still_answers_whoever_holds_it_and_can_be_closed_again() -> None:
    engine, items = durable(typical(100)), list(typical_facts(200))
    before = [engine.match(item) for item in items]
    engine.close()
    engine.close()

    assert any(before)
    assert [engine.match(item) for item in items] == before


@needs_durable
def test_the_index_takes_over_when_durable_rules_fails(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from router.adapters.durable_rules import engine as durable_engine

    def fail(handle: int, text: str, places: set[int]) -> None:
        raise RuntimeError("Could not assert fact, error code: 303")

    rule_set, items = typical(50), typical_facts(20)
    engine = durable(rule_set)
    monkeypatch.setattr(durable_engine, "_collect", fail)

    with caplog.at_level(logging.ERROR):
        matches = [engine.match(item) for item in items]

    engine.close()
    assert matches == [ReferenceEngine(rule_set).match(item) for item in items]
    assert [record.message for record in caplog.records] == [
        "durable-rules failed on a fact (RuntimeError); the index serves this rule set from now on"
    ]


@needs_durable
def test_only_what_has_no_safe_form_is_left_to_the_index() -> None:
    from router.adapters.durable_rules.engine import DurableEngine

    has = Predicate("l", "has_any", ("a",))
    exploding = All(tuple(AnyOf((Predicate("n", "gt", i), Predicate("n", "lt", -i))) for i in range(7)))
    engine = DurableEngine(rule_set_of(has, Not(has), exploding, Not(Predicate("n", "between", (1, 2))), l=L, n=N))

    assert engine.left_over_count == 2
    assert engine.match({"l": ("b",), "n": 50}) == ("r1", "r2", "r3")
    engine.close()


@pytest.mark.long
@pytest.mark.parametrize("build_fast", FAST)
def test_memory_stays_flat_over_a_hundred_thousand_matches(build_fast: Build) -> None:
    engine, items = build_fast(typical(100)), typical_facts(500)
    _match_all(engine, items, 20_000)
    before = _resident_kib()

    _match_all(engine, items, 100_000)

    engine.close()
    assert _resident_kib() - before < 4_096


@pytest.mark.long
@pytest.mark.parametrize("build_fast", FAST)
def test_memory_stays_flat_over_many_reloads(build_fast: Build) -> None:
    rule_set, item = typical(200), typical_facts(1)[0]
    expected = ReferenceEngine(rule_set).match(item)

    def reload() -> None:
        engine = build_fast(rule_set)
        assert engine.match(item) == expected
        engine.close()

    for _ in range(10):
        reload()
    gc.collect()
    before = _resident_kib()
    for _ in range(30):
        reload()
    gc.collect()

    assert _resident_kib() - before < 8_192


def _match_all(engine: RuleEngine, items: list[Fact], count: int) -> None:
    for turn in range(count):
        engine.match(items[turn % len(items)])


def _resident_kib() -> int:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0])
