"""Every operator that is worked out beside a field's own value, from source to match: all engines, and a plain reading.

The plain reading is of leads and rules as people write them; it shares nothing with the code that it is compared with.
"""

from __future__ import annotations

import hashlib
import json
import operator
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from router.adapters.durable_rules import selection as engines_here
from router.model.workforce import Territories, Territory
from router.rules import codec
from router.rules.check import check
from router.rules.facts import fact_of
from rules.index import IndexEngine
from rules.ports import RuleEngine
from rules.reference import ReferenceEngine
from rules.ruleset import RuleSet
from tests.contract.test_rule_engines import EXAMPLES, durable

BUILDS: list[Callable[[RuleSet[object]], RuleEngine]] = [ReferenceEngine, IndexEngine]
if engines_here.resolve("auto") == "durable":
    BUILDS.append(durable)
FIELDS = {
    "company": {"type": "string"},
    "region": {"type": "string", "ignore": ["case", "width", "blanks"]},
    "tags": {"type": "list", "ignore": ["case", "width", "blanks"]},
}
ARRIVAL = {"field": "arrived", "timezone": "Asia/Shanghai"}
"""A zone that is eight hours ahead at all times that are tried here."""
PARENTS = {"East": "China", "Shanghai": "East", "Overseas": ""}
TERRITORIES = Territories({name: Territory(name, parent) for name, parent in PARENTS.items()})
SPELLINGS = (
    "East",
    "Ｅａｓｔ",
    " east ",
    "ea\u200bst",
    "EAST  side",
    "eastside",
    "Shanghai",
    "ＳＨＡＮＧＨＡＩ\u3000",
    "ast",
    "North",
)
TEXTS = st.sampled_from(SPELLINGS)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z")
LEADS = st.fixed_dictionaries(
    {}, optional={"company": TEXTS, "region": TEXTS, "tags": st.lists(TEXTS, min_size=1), "arrived": INSTANTS}
)


def plainly_spelt(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u200b", "").lower().split())


def plainly_holds(field: str, op: str, wanted: str, lead: dict[str, Any]) -> bool:
    """Read a comparison as its author means it."""
    if field.startswith("arrived"):
        return "arrived" in lead and plainly_came(field, op, wanted, lead["arrived"])
    spelt = str if field == "company" else plainly_spelt
    sought, entries = spelt(wanted), lead.get(field, [])
    found = [spelt(entry) for entry in (entries if isinstance(entries, list) else [entries])]
    if op == "within":
        parents = {spelt(name): spelt(parent) for name, parent in PARENTS.items()}
        return any(sought in (text, parents.get(text), parents.get(parents.get(text, ""))) for text in found)
    if op == "percent":
        return any(plain_bucket(text) < float(wanted) for text in found)
    tests = {"eq": str.__eq__, "has_any": str.__eq__, "contains": str.__contains__, "starts_with": str.startswith}
    return any(tests[op](text, sought) for text in found)


def plainly_came(field: str, op: str, wanted: str, at: str) -> bool:
    there = datetime.fromisoformat(at) + timedelta(hours=8)
    if field == "arrived.hour":
        return bool(getattr(operator, op)(there.hour, int(wanted)))
    weekday = f"{there:%a}".lower()
    texts = {"in": str.__eq__, "contains": str.__contains__, "starts_with": str.startswith, "ne": str.__ne__}
    return texts[op](weekday, wanted)


def plain_bucket(value: str) -> float:
    return int(hashlib.sha256(f"t\0{value}".encode()).hexdigest()[:16], 16) % 10_000 / 100


LOOKS = [(field, op) for field in ("company", "region") for op in ("eq", "contains", "starts_with", "within")]
TEXTUAL = st.tuples(
    st.sampled_from([*LOOKS, ("tags", "has_any")]), TEXTS | st.sampled_from(["s", "Ea", "side", "ｓＨ"]), st.booleans()
)
SHARES = st.tuples(
    st.sampled_from([("company", "percent"), ("region", "percent")]),
    st.sampled_from(["0", "0.01", "20", "50", "66.66", "100"]),
    st.booleans(),
)
WEEKDAYS = st.tuples(
    st.sampled_from([("arrived.weekday", op) for op in ("in", "ne")]),
    st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    st.booleans(),
)
PARTS_OF_WEEKDAYS = st.tuples(
    st.sampled_from([("arrived.weekday", op) for op in ("contains", "starts_with")]),
    st.sampled_from(["s", "su", "u", "mon"]),
    st.booleans(),
)
HOURS = st.tuples(
    st.sampled_from([("arrived.hour", op) for op in ("eq", "ne", "gt", "ge", "lt", "le")]),
    st.integers(0, 23).map(str),
    st.booleans(),
)
COMPARISONS = TEXTUAL | TEXTUAL | SHARES | WEEKDAYS | PARTS_OF_WEEKDAYS | HOURS


def rule_of(number: int, look: tuple[str, str], wanted: str, negated: bool) -> dict[str, Any]:
    value: Any = [wanted] if look[1] in ("has_any", "in") else int(wanted) if look[0] == "arrived.hour" else wanted
    op = {"ge": "gte", "le": "lte"}.get(look[1], look[1])
    comparison: dict[str, Any] = {"field": look[0], "op": op, "value": value}
    if look[1] == "percent":
        comparison = {"percent": float(wanted), "of": look[0], "salt": "t"}
    return {"id": f"r{number}", "when": {"not": comparison} if negated else comparison, "route": {"pool": "p"}}


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(COMPARISONS, min_size=1, max_size=12), st.lists(LEADS, min_size=1, max_size=6))
def test_every_operator_means_the_same_to_all_engines_and_to_a_plain_reading(
    drawn: list[tuple[tuple[str, str], str, bool]], leads: list[dict[str, Any]]
) -> None:
    rules = [rule_of(number, *comparison) for number, comparison in enumerate(drawn)]
    source = {"fields": FIELDS, "arrival": ARRIVAL, "rules": rules, "default": {"route": {"pool": "p"}}}
    checked = check(json.dumps(source)).rule_set
    assert checked is not None
    rule_set = codec.loads(codec.dumps(checked))
    engines = [build(rule_set) for build in BUILDS]

    for lead in leads:
        plain = tuple(
            f"r{number}"
            for number, ((field, op), wanted, negated) in enumerate(drawn)
            if plainly_holds(field, op, wanted, lead) != negated
        )
        fact = fact_of(rule_set, lead, TERRITORIES)
        assert [engine.match(fact) for engine in engines] == [plain] * len(engines)

    for engine in engines:
        engine.close()
