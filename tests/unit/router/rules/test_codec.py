"""Storing rule sets: what comes back is what went in, soon enough for a server that waits for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.rule_sets import typical
from router.rules import codec as stored
from router.rules.route import (
    Drop,
    FallbackRep,
    IgnoreHours,
    KnownCustomer,
    OtherPool,
    Preference,
    Requirement,
    Route,
    RoutingRules,
    Wait,
    Widen,
)
from rules.arrival import ArrivalField
from rules.conditions import ALWAYS, Predicate
from rules.durations import Duration, DurationCase, DurationTable
from rules.fields import FieldType
from rules.normal_form import Ignorable
from rules.ruleset import Rule
from tests.rule_sets import FIELDS, LISTS, NUMBERS, TEXTS, conditions

VALUES = st.none() | TEXTS | NUMBERS | st.booleans() | LISTS
REQUIREMENTS = st.builds(
    Requirement,
    TEXTS,
    st.sampled_from(["covers", "has", "has_all", "eq", "gt"]),
    st.none() | TEXTS,
    VALUES,
)
SEVERAL = st.lists(REQUIREMENTS, max_size=3).map(tuple)
STEPS = st.one_of(
    st.builds(Drop, LISTS),
    st.builds(Widen, TEXTS),
    st.just(IgnoreHours()),
    st.builds(OtherPool, TEXTS, SEVERAL),
    st.builds(FallbackRep, TEXTS),
    st.just(Wait()),
)
DURATIONS = st.builds(Duration, st.integers(1, 366), st.sampled_from(["s", "m", "h", "d", "cd"]))
CASES = st.builds(DurationCase, TEXTS | NUMBERS | st.booleans(), DURATIONS)
TABLES = st.builds(DurationTable, st.none() | DURATIONS, TEXTS, st.lists(CASES, max_size=3).map(tuple))
ROUTES = st.builds(
    Route,
    pool=TEXTS,
    require=SEVERAL,
    prefer=st.lists(st.builds(Preference, REQUIREMENTS, st.integers(1, 1_000)), max_size=2).map(tuple),
    value=st.none() | NUMBERS | TEXTS,
    priority=st.integers(0, 1_000),
    sla=TEXTS,
    fallback=st.lists(STEPS, max_size=3).map(tuple),
    hours=st.sampled_from(["", "ignore", "wait"]),
    contact_within=st.none() | TABLES,
    exclude=LISTS,
    on_change=LISTS,
)
RULES = st.builds(Rule, TEXTS, conditions(3), ROUTES, st.integers(-5, 5))
CUSTOMERS = st.none() | st.builds(KnownCustomer, TEXTS, TEXTS, TEXTS)
RULE_SETS = st.builds(
    RoutingRules,
    st.just(FIELDS),
    st.lists(RULES, max_size=5).map(tuple),
    ROUTES,
    st.booleans(),
    st.just(frozenset({"区域"})),
    CUSTOMERS,
    ignoring=st.dictionaries(st.sampled_from(["区域", "技能"]), st.frozensets(st.sampled_from(Ignorable), min_size=1)),
    arrival=st.none() | st.builds(ArrivalField, TEXTS, TEXTS),
)

STORED = (
    '{"format":1,'
    '"fields":{"region":"string","n":"number","标签":"list","phone":"string"},'
    '"ignore_undeclared":true,'
    '"conditions":[["&",[["region","within","华东"],["!",[["|",[["n","between",[1,2.5]],["n","missing",'
    'null]]]]]]],["标签","has_all",["x"]]],'
    '"routes":[["p",[["x","has_any",null,["u","v"]]],[],null,0,"",[["drop",["x"]],["widen","region"],'
    '["pool","q",[["y","has_all","标签",null]]],["rep","boss"],["wait"]]],["q",[],[[["x","gte",null,3],7]],'
    '"n",9,"fast",[]],["everyone",[],[],1.5,0,"",[]]],'
    '"rules":[["a",0,0,3],["b",1,1,0]],'
    '"default":2,'
    '"personal":["phone"],"known_customer":{"id":"phone","churn_risk":"n","value_tier":""}}'
)
"""As the first release wrote it: every kind of condition, requirement and step."""


@given(RULE_SETS)
def test_what_is_read_back_is_what_was_written(rule_set: RoutingRules) -> None:
    again = stored.loads(stored.dumps(rule_set))

    # by its text, because to Python True is 1 and 1.0
    assert repr((again.rules, again.default)) == repr((rule_set.rules, rule_set.default))
    assert again == rule_set
    assert again.twins == rule_set.twins


def test_a_route_that_asks_for_a_number_is_not_taken_for_one_that_asks_for_the_truth_value_that_equals_it() -> None:
    number, truth = (Route("p", (Requirement("level", "eq", value=value),)) for value in (1, True))

    again = stored.loads(stored.dumps(RoutingRules({}, (Rule("r", ALWAYS, number),), truth)))

    assert [again.rules[0].target.require[0].value is value for value in (1, True)] == [True, False]
    assert again.default.require[0].value is True


@pytest.mark.long
def test_ten_thousand_rules_come_back_as_they_were() -> None:
    rule_set = typical(10_000)

    assert stored.loads(stored.dumps(rule_set)) == rule_set


def test_an_unknown_format_is_refused_rather_than_misread() -> None:
    with pytest.raises(ValueError, match="has format 99; this version reads 1 to 7"):
        stored.loads('{"format": 99}')


def test_what_the_first_release_stored_is_read_and_written_alike() -> None:
    rule_set = stored.loads(STORED)

    assert stored.dumps(rule_set) == STORED
    assert rule_set.known_customer == KnownCustomer("phone", churn_risk="n")
    assert rule_set.rules[0].target.fallback == (
        *(Drop(("x",)), Widen("region"), OtherPool("q", (Requirement("y", "has_all", "标签"),))),
        *(FallbackRep("boss"), Wait()),
    )


def test_a_route_that_was_stored_before_it_had_all_its_fields_has_their_defaults() -> None:
    rule_set = stored.loads(STORED.replace('["everyone",[],[],1.5,0,"",[]]', '["everyone",[],[],1.5]'))

    assert rule_set.default == Route("everyone", value=1.5)


def test_words_for_missing_are_stored_and_rules_of_before_there_were_any_have_none() -> None:
    rule_set = RoutingRules({}, (), Route("p"), missing=frozenset({"", "n/a"}))

    assert stored.loads(stored.dumps(rule_set)).missing == {"", "n/a"}
    assert stored.loads(STORED).missing == frozenset()


def test_a_rule_set_is_written_in_the_first_format_that_has_all_of_it() -> None:
    s = {"s": FieldType.STRING}

    def format_of(rule_set: RoutingRules) -> int:
        return int(json.loads(stored.dumps(rule_set))["format"])

    contains = Rule("r", Predicate("s", "contains", "x"), Route("p"))
    assert format_of(RoutingRules(s, (), Route("p"))) == 1
    assert format_of(RoutingRules(s, (), Route("p"), missing=frozenset({""}))) == 2
    assert format_of(RoutingRules(s, (contains,), Route("p"), missing=frozenset({""}))) == 3
    assert format_of(RoutingRules(s, (), Route("p"), ignoring={"s": frozenset({Ignorable.CASE})})) == 3
    assert format_of(RoutingRules(s, (contains,), Route("p"), arrival=ArrivalField("arrived", "UTC"))) == 4
    assert format_of(RoutingRules(s, (contains,), Route("p"), arrival=ArrivalField("arrived"))) == 5
    assert format_of(RoutingRules(s, (contains,), Route("p", hours="wait"))) == 5
    assert format_of(RoutingRules(s, (), Route("p", contact_within=DurationTable(Duration(4, "h"))))) == 5
    assert format_of(RoutingRules(s, (Rule("r", ALWAYS, Route("p", fallback=(IgnoreHours(),))),), Route("p"))) == 5
    assert format_of(RoutingRules(s, (), Route("p", hours="wait", exclude=("s",)))) == 6
    assert format_of(RoutingRules(s, (), Route("p", on_change=("s",)))) == 7


def test_a_route_that_says_nothing_of_hours_or_recusal_is_written_as_before_there_were_any() -> None:
    without = RoutingRules({}, (), Route("p", fallback=(Wait(),)))
    within = RoutingRules({}, (), Route("p", fallback=(IgnoreHours(), Wait()), hours="wait"))
    timed = RoutingRules({}, (), Route("p", contact_within=DurationTable(Duration(4, "h"))))
    excluding = RoutingRules({}, (), Route("p", exclude=("about", "handlers")))

    assert json.loads(stored.dumps(excluding))["routes"] == [
        ["p", [], [], None, 0, "", [], "", None, ["about", "handlers"]]
    ]
    assert json.loads(stored.dumps(without))["routes"] == [["p", [], [], None, 0, "", [["wait"]]]]
    assert json.loads(stored.dumps(within))["routes"] == [["p", [], [], None, 0, "", [["hours"], ["wait"]], "wait"]]
    assert json.loads(stored.dumps(timed))["routes"] == [["p", [], [], None, 0, "", [], "", [[4, "h"], "", []]]]
