"""Random rule sets and facts for the tests that compare engines with each other.

Few fields and few values, so that conditions meet, contradict and repeat each other; texts with everything in them
that has ever broken a parser.
"""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import strategies as st

from router.model.workforce import Territories, Territory
from rules.conditions import All, AnyOf, Condition, Not, Predicate
from rules.fields import Fact, FieldType
from rules.ruleset import Rule, RuleSet

FIELDS = {
    "区域": FieldType.STRING,
    "industry": FieldType.STRING,
    "potential": FieldType.NUMBER,
    "age": FieldType.NUMBER,
    "vip": FieldType.BOOL,
    "技能": FieldType.LIST,
    "tags": FieldType.LIST,
    "since": FieldType.DATE,
    "arrived": FieldType.DATE,
    "arrived.weekday": FieldType.STRING,
    "arrived.hour": FieldType.NUMBER,
}
TERRITORIES = Territories(
    {
        t.id: t
        for t in (Territory("中国"), Territory("华东", "中国"), Territory("上海", "华东"), Territory("浦东", "上海"))
    }
)
TEXTS = st.sampled_from(
    (
        *("华东", "上海", "浦东", "中国", "制造业", "", " ", "t0", "-", "9", "true", "é", "e\u0301", "😀", "\ufeff"),
        *("q\"uo'te", "back\\slash", "nl\n", "\t", "\u0000", "\x1f", "a" * 512, "華" * 512, "$m", "_any", "{}"),
    )
)
NUMBERS = st.sampled_from(
    [-1, 0, 1, 9, 59, 60, 61, 0.0001, 59.9999, 60.0001, -0.5, 999_999_999_999_999, -999_999_999_999_999]
)
PATTERNS = TEXTS.filter(bool) | st.sampled_from(("华", "海", "制造", "a", "nl", '"', "\\", "\u0301"))
LISTS = st.lists(TEXTS, min_size=1, max_size=5).map(tuple)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS: dict[str, st.SearchStrategy[Any]] = {
    "arrived.weekday": st.sampled_from(WEEKDAYS),
    "arrived.hour": st.integers(0, 23),
}
VALUES: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.STRING: TEXTS,
    FieldType.NUMBER: NUMBERS,
    FieldType.DATE: NUMBERS,
    FieldType.BOOL: st.booleans(),
    FieldType.LIST: LISTS,
}


def facts() -> st.SearchStrategy[Fact]:
    """Facts with any of the fields missing, without the twins that rules look up: see ``with_twins``."""
    optional = {name: PARTS.get(name, VALUES[kind]) for name, kind in FIELDS.items()}
    return st.fixed_dictionaries({}, optional=optional)


def with_twins(rule_set: RuleSet[object], fact: Fact) -> Fact:
    """Add the twins that rules look up, by what their operators mean."""
    twins: dict[str, Any] = {}
    for (name, op), values in rule_set.twins.items():
        text = str(fact.get(name, ""))
        held = {
            "within": TERRITORIES.around(text),
            "contains": tuple(value for value in values if text.find(value) >= 0),
            "starts_with": tuple(value for value in values if text[: len(value)] == value),
            "percent": tuple(value for value in values if op == "percent" and _is_in(text, value)),
        }
        if name in fact:
            twins[f"{name}^{op}"] = held[op]
    return {**fact, **twins}


def _is_in(text: str, share: str) -> bool:
    percent, salt = share.split(" % ")
    return int(hashlib.sha256(f"{salt}\0{text}".encode()).hexdigest()[:16], 16) % 10_000 < float(percent) * 100


@st.composite
def predicates(draw: st.DrawFn) -> Predicate:
    """Comparisons that fit their field."""
    name = draw(st.sampled_from(list(FIELDS)))
    kind = FIELDS[name]
    value = PARTS.get(name, VALUES[kind])
    ops: dict[str, st.SearchStrategy[Any]] = {"exists": st.none(), "missing": st.none()}
    if kind is FieldType.LIST:
        ops |= {"has_any": LISTS, "has_all": LISTS}
    else:
        ops |= {"eq": value, "ne": value}
    if kind not in (FieldType.LIST, FieldType.BOOL):
        ops |= dict.fromkeys(("in", "not_in"), st.lists(value, min_size=1, max_size=6, unique=True).map(tuple))
    if kind in (FieldType.NUMBER, FieldType.DATE):
        ops |= dict.fromkeys(("gt", "gte", "lt", "lte"), value)
        ops["between"] = st.tuples(value, value).map(lambda ends: tuple(sorted(ends)))
    if kind is FieldType.STRING:
        ops |= dict.fromkeys(("contains", "starts_with"), PATTERNS)
        ops["percent"] = st.sampled_from(["20 % a", "50 % a", "50 % b", "0 % a", "100 % b"])
    if name == "区域":
        ops["within"] = value
    op = draw(st.sampled_from(list(ops)))
    return Predicate(name, op, draw(ops[op]))


def conditions(depth: int = 4) -> st.SearchStrategy[Condition]:
    """Nested conditions; now and then none at all."""
    if depth == 0:
        return predicates()
    inner = conditions(depth - 1)
    several = st.lists(inner, min_size=1, max_size=4).map(tuple)
    groups = st.one_of(several.map(All), several.map(AnyOf), inner.map(Not))
    return st.one_of(predicates(), predicates(), groups, st.just(All(())))


def rule_sets(max_rules: int = 12) -> st.SearchStrategy[RuleSet[str]]:
    """Rule sets; some larger than one chunk of durable-rules."""
    few = st.lists(conditions(), max_size=max_rules)
    many = st.lists(predicates(), min_size=60, max_size=90)
    return st.one_of(few, few, few, many).map(
        lambda whens: RuleSet(
            FIELDS, tuple(Rule(f"规则-{i}", when, "everyone") for i, when in enumerate(whens)), "everyone"
        )
    )
