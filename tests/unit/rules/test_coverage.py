"""Warnings of what can never decide, held to brute force: whatever is warned of is so, whatever else may be silent."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from rules.arrival import ArrivalField
from rules.conditions import All, AnyOf, Condition, Not, Predicate, predicates
from rules.coverage import Contradiction, Covered, findings
from rules.fields import Fact, FieldType
from rules.reference import holds
from rules.ruleset import Rule, RuleSet
from tests.rule_sets import with_twins

S, N, B, L, D = FieldType.STRING, FieldType.NUMBER, FieldType.BOOL, FieldType.LIST, FieldType.DATE
CAME = ArrivalField("came")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FIELDS = {"area": S, "name": S, "n": N, "vip": B, "tags": L, "since": D, "came.weekday": S, "came.hour": N}
UNIVERSE: dict[str, list[Any]] = {
    "area": ["华东", "上海", "火星"],
    "name": ["ab", "abc", "b", "x"],
    "n": [0, 1, 1.0001, 2],
    "vip": [True, False],
    "tags": [("x",), ("y",), ("x", "y"), ("z",)],
    "since": [-1, 0, 1],
    "came.weekday": WEEKDAYS,
    "came.hour": list(range(24)),
}
"""All values of a work item; what rules mention of them leaves at least one of every kind that they do not."""
TEXTS = ("in", "not_in", "eq", "ne")
ORDER = ("gt", "gte", "lt", "lte", "between", *TEXTS)
ASKED: dict[str, tuple[tuple[str, ...], list[Any]]] = {
    "area": ((*TEXTS, "within", "percent"), ["华东", "上海"]),
    "name": ((*TEXTS, "contains", "starts_with"), ["ab", "b", "bc"]),
    "n": (ORDER, [1, 1.0001]),
    "vip": (("eq", "ne"), [True, False]),
    "tags": (("has_any", "has_all"), ["x", "y"]),
    "since": (ORDER, [0]),
    "came.weekday": ((*TEXTS, "contains", "starts_with"), ["mon", "sat", "sun"]),
    "came.hour": (ORDER, [0, 1, 22, 23]),
}
OPERATORS = {op for ops, _ in ASKED.values() for op in ops} | {"exists", "missing"}


def a_comparison(random_: random.Random, names: list[str]) -> Predicate:
    name = random_.choice(names)
    ops, values = ASKED[name]
    op = random_.choice([*ops, "exists", "missing"])
    if op in ("exists", "missing"):
        return Predicate(name, op)
    if op in ("in", "not_in", "has_any", "has_all"):
        return Predicate(name, op, tuple(random_.sample(values, random_.randint(1, len(values)))))
    if op == "between":
        return Predicate(name, op, tuple(sorted(random_.choices(values, k=2))))
    return Predicate(name, op, random_.choice(["20 % a", "50 % a", "50 % b"] if op == "percent" else values))


def a_condition(random_: random.Random, names: list[str], depth: int = 2) -> Condition:
    if depth == 0 or random_.random() < 0.4:
        return a_comparison(random_, names)
    parts = tuple(a_condition(random_, names, depth - 1) for _ in range(random_.randint(1, 3)))
    groups: list[Condition] = [All(parts), All(parts), AnyOf(parts), Not(parts[0])]
    return random_.choice(groups)


def a_rule_set(random_: random.Random) -> RuleSet[object]:
    names = random_.sample(list(FIELDS), random_.randint(1, 3))
    whens = [a_condition(random_, names) for _ in range(random_.randint(1, 8))]
    return RuleSet(FIELDS, tuple(Rule(f"r{place}", when, "p") for place, when in enumerate(whens)), "p", arrival=CAME)


def all_facts(rule_set: RuleSet[object]) -> list[Fact]:
    """Make every fact that there is of the fields that rules speak of."""
    names = sorted({predicate.field for rule in rule_set.rules for predicate in predicates(rule.when)})
    choices = product(*([None, *UNIVERSE[name]] for name in names))
    plain = (
        {name: value for name, value in zip(names, values, strict=True) if value is not None} for values in choices
    )
    return [with_twins(rule_set, fact) for fact in plain]


def kind_of_death(place: int, matching: list[set[int]]) -> str:
    """Say by brute force why a rule is never first; empty where it is. ``matching``: the rules of each fact."""
    where = [matches for matches in matching if place in matches]
    if any(min(matches) == place for matches in where):
        return ""
    if not where:
        return "contradicts itself"
    return (
        "behind one"
        if any(all(earlier in matches for matches in where) for earlier in range(place))
        else "behind several"
    )


def without(condition: Condition, path: tuple[str | int, ...]) -> Condition:
    """Take the alternative at a path out of a condition."""
    if not path:
        return AnyOf(())
    assert isinstance(condition, All | AnyOf)
    parts = [without(part, path[2:]) if number == path[1] else part for number, part in enumerate(condition.conditions)]
    return type(condition)(tuple(parts))


def judged(seed: int) -> Iterator[tuple[str, set[str], bool]]:
    """Hold what is said of a rule set to brute force; yield of each dead rule kind, operators, and if it was found."""
    rule_set = a_rule_set(random.Random(seed))
    facts = all_facts(rule_set)
    matching = [{place for place, rule in enumerate(rule_set.rules) if holds(rule.when, fact)} for fact in facts]
    warned = set()
    for finding in findings(rule_set):
        rule = rule_set.rules[finding.rule]
        if isinstance(finding, Contradiction) and not finding.whole:
            rest = without(rule.when, finding.path[1:])
            assert all(holds(rest, fact) == holds(rule.when, fact) for fact in facts), (seed, finding)
            continue
        warned.add(finding.rule)
        kind = kind_of_death(finding.rule, matching)
        assert kind, (seed, finding)
        if isinstance(finding, Contradiction):
            assert kind == "contradicts itself", (seed, finding)
        else:
            named = {int(rule_id[1:]) for rule_id in finding.by}
            assert all(named & matches for matches in matching if finding.rule in matches), (seed, finding)
    for place, rule in enumerate(rule_set.rules):
        if kind := kind_of_death(place, matching):
            yield kind, {predicate.op for predicate in predicates(rule.when)}, place in warned


def held_to_brute_force(rule_sets: int) -> None:
    dead, seen = Counter[str](), Counter[str]()
    for seed in range(rule_sets):
        for kind, ops, was_found in judged(seed):
            dead.update([kind, *ops])
            seen.update([kind, *ops] if was_found else [])
    for name in ("contradicts itself", "behind one", "behind several", *sorted(OPERATORS)):
        print(f"{name:20} {seen[name]:6,} of {dead[name]:6,} dead rules found: {seen[name] / dead[name]:6.1%}")
        assert seen[name] > 0


def test_no_rule_that_can_fire_is_warned_of_and_dead_ones_of_each_kind_are_found() -> None:
    held_to_brute_force(400)


@pytest.mark.long
def test_no_rule_of_very_many_that_can_fire_is_warned_of() -> None:
    held_to_brute_force(5_000)


def n(op: str, value: Any) -> Predicate:
    return Predicate("n", op, value)


def s(op: str, value: Any) -> Predicate:
    return Predicate("name", op, value)


def tags(op: str, *values: str) -> Predicate:
    return Predicate("tags", op, values)


def day(op: str, *values: str) -> Predicate:
    return Predicate("came.weekday", op, values if op in ("in", "not_in") else values[0])


def hour(op: str, value: Any) -> Predicate:
    return Predicate("came.hour", op, value)


def share(text: str) -> Predicate:
    return Predicate("area", "percent", text)


IMPOSSIBLE = {
    "a number above and below": All((n("gt", 60), n("lt", 50))),
    "no number of four decimals between": All((n("gt", 1), n("lt", 1.0001))),
    "missing and compared": All((Predicate("n", "missing"), n("gte", 0))),
    "in and not in": All((s("in", ("a", "b")), s("not_in", ("b", "a", "c")))),
    "twice a text": All((s("eq", "a"), s("eq", "b"))),
    "not what it is": All((s("eq", "a"), Not(s("in", ("a", "b"))))),
    "between beside": All((n("between", (1, 2)), Not(n("between", (0, 3))))),
    "a list with and without": All((tags("has_all", "x", "y"), Not(tags("has_any", "y", "z")))),
    "a text without what it begins with": All((s("starts_with", "ab"), Not(s("contains", "b")))),
    "two beginnings": All((s("starts_with", "ab"), s("starts_with", "b"))),
    "a text that lacks it": All((s("eq", "abc"), s("contains", "x"))),
    "a region outside itself": All((Predicate("area", "eq", "x"), Not(Predicate("area", "within", "x")))),
    "every alternative": All((n("lt", 5), AnyOf((n("gt", 5), All((n("eq", 5), n("ne", 5))))))),
    "a word for missing": s("eq", "n/a"),
    "a share out of a larger one": All((share("20 % a"), Not(share("50 % a")))),
    "a share of nothing": share("0 % a"),
    "all, but not there": All((Not(share("100 % a")), Predicate("area", "exists"))),
    "no hour between": All((hour("gt", 22), hour("lt", 23))),
    "no hour after the last": hour("gt", 23),
    "no day left": All((Predicate("came.weekday", "exists"), day("not_in", *WEEKDAYS))),
    "no day like it": day("starts_with", "x"),
    "two days that begin alike": All((day("starts_with", "s"), day("not_in", "sat", "sun"))),
    "all that is and is not": Not(AnyOf((Predicate("n", "exists"), Predicate("n", "missing")))),
}
POSSIBLE = {
    "a number between": All((n("gt", 1), n("lt", 1.0002))),
    "a region within another": All((Predicate("area", "eq", "上海"), Predicate("area", "within", "华东"))),
    "two beginnings of which one is longer": All((s("starts_with", "ab"), s("starts_with", "abc"))),
    "a share and another": All((share("20 % a"), Not(share("50 % b")))),
    "a larger share": All((Not(share("20 % a")), share("50 % a"))),
    "an hour between": All((hour("gt", 21), hour("lt", 23))),
    "a day with a letter": All((day("contains", "u"), day("ne", "sun"))),
    "a list of both": All((tags("has_any", "x"), tags("has_any", "y"))),
    "not above, or missing": All((Not(n("gt", 60)), Not(n("lt", 50)), Predicate("n", "missing"))),
}


def said_of(*whens: Condition) -> list[Contradiction | Covered]:
    rules = tuple(Rule(f"r{place}", when, "p") for place, when in enumerate(whens))
    return list(findings(RuleSet(FIELDS, rules, "p", missing=frozenset(["", "n/a"]), arrival=CAME)))


@pytest.mark.parametrize("when", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_contradicts_itself_is_found(when: Condition) -> None:
    (finding,) = said_of(when)

    assert isinstance(finding, Contradiction)
    assert finding.whole


@pytest.mark.parametrize("when", POSSIBLE.values(), ids=POSSIBLE)
def test_what_can_hold_is_not_doubted(when: Condition) -> None:
    assert said_of(when) == []


@pytest.mark.parametrize(
    ("whens", "by"),
    [
        ((n("gte", 10), n("gte", 50)), ("r0",)),
        ((n("lt", 5), n("lt", 20), n("lt", 10)), ("r1",)),
        ((n("lt", 5), n("gte", 5), Predicate("n", "exists")), ("r0", "r1")),
        ((n("lt", 5), n("gte", 5), Predicate("n", "missing"), s("eq", "x")), ("r0", "r1", "r2")),
        ((s("in", ("a", "b", "c")), s("in", ("a", "c"))), ("r0",)),
        ((s("contains", "b"), s("starts_with", "ab")), ("r0",)),
        ((s("contains", "b"), s("eq", "abc")), ("r0",)),
        ((share("50 % a"), All((share("20 % a"), n("gt", 5)))), ("r0",)),
        ((share("20 % a"), Not(share("20 % a")), n("gt", 5)), ("r0", "r1")),
        ((tags("has_any", "x", "y"), tags("has_all", "x", "z")), ("r0",)),
        ((Predicate("vip", "eq", True), Predicate("vip", "ne", True), Predicate("vip", "exists")), ("r0", "r1")),
        ((day("in", *WEEKDAYS[:5]), day("starts_with", "s"), Predicate("came.weekday", "exists")), ("r0", "r1")),
        (
            (hour("lte", 8), hour("gt", 17), hour("between", (9, 17)), Predicate("came.hour", "exists")),
            ("r0", "r1", "r2"),
        ),
        ((hour("lt", 9), hour("between", (0, 8))), ("r0",)),
        ((Not(n("gt", 5)), AnyOf((n("lte", 5), Predicate("n", "missing")))), ("r0",)),
        ((n("gte", 10), s("eq", "a"), All((s("eq", "a"), n("gte", 50)))), ("r0",)),
    ],
)
def test_a_rule_behind_others_names_them(whens: tuple[Condition, ...], by: tuple[str, ...]) -> None:
    assert said_of(*whens) == [Covered(len(whens) - 1, by)]


def test_a_rule_with_more_to_it_than_those_before_is_not_doubted() -> None:
    assert said_of(n("gte", 50), n("gte", 10)) == []
    assert said_of(n("lt", 5), n("gt", 5), Predicate("n", "exists")) == []
    assert said_of(s("starts_with", "ab"), s("contains", "b")) == []


def test_the_second_of_two_that_contradict_each_other_is_told_with_the_first() -> None:
    (finding,) = said_of(All((s("eq", "a"), All((n("gt", 60), n("lt", 99))), n("lt", 50))))

    assert finding == Contradiction(
        0, ("when", "all", 2), n("lt", 50), (("when", "all", 1, "all", 0), n("gt", 60)), alone=False, whole=True
    )


def test_an_alternative_that_what_stands_around_it_rules_out_is_told() -> None:
    dead, alive = n("lt", 50), s("eq", "a")

    assert said_of(All((n("gt", 60), AnyOf((alive, dead))))) == [
        Contradiction(0, ("when", "all", 1, "any", 1), dead, None, alone=False, whole=False)
    ]


@pytest.mark.long
def test_four_thousand_rules_of_every_shape_stay_within_the_steps_allowed() -> None:
    shapes: list[list[Condition]] = [
        [n("gte", place) for place in range(4_096)],
        [s("contains", f"x{place}y") for place in range(4_096)],
        [All(tuple(AnyOf((s("eq", f"{place}{k}"), n("eq", k))) for k in range(9))) for place in range(4_096)],
        [tags("has_all", *(f"t{k}" for k in range(place % 200 + 1))) for place in range(4_096)],
    ]

    for whens in shapes:
        assert len(said_of(*whens)) <= 4_096


def pairs(one: str, other: str) -> Condition:
    equal = (All((Predicate(one, "eq", f"{k}"), Predicate(other, "eq", f"{k}"))) for k in range(16))
    return AnyOf(tuple(equal))


CONTAINED = [s("contains", f"a{k}") for k in range(49)]
NOT_LISTED = [Not(tags("has_any", *(f"t{k}.{place}" for place in range(200)))) for k in range(49)]
LONG = {
    "texts that contain, beside lists without": [All((*CONTAINED, *NOT_LISTED, n("gt", bound))) for bound in range(2)],
    "many boxes before": [
        *(All((pairs("name", "area"), pairs("city", "street"), n("eq", k))) for k in range(110)),
        All(
            (*(Predicate(name, "eq", "15") for name in ("name", "area", "city", "street")), n("in", tuple(range(110))))
        ),
    ],
}
"""Rules of which something is certain that takes seconds to find out."""


@pytest.mark.parametrize("whens", LONG.values(), ids=LONG.keys())
def test_what_would_take_long_to_find_out_is_not_said(whens: list[Condition]) -> None:
    rules = tuple(Rule(f"r{place}", when, "p") for place, when in enumerate(whens))

    assert list(findings(RuleSet(FIELDS | {"city": S, "street": S}, rules, "p"))) == []
