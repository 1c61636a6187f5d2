"""Every operator that is worked out beside a field's own value, from source to match: all engines, and a plain reading.

The plain reading is of leads and rules as people write them; it shares nothing with the code that it is compared with.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable
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
LEADS = st.fixed_dictionaries({}, optional={"company": TEXTS, "region": TEXTS, "tags": st.lists(TEXTS, min_size=1)})


def plainly_spelt(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u200b", "").lower().split())


def plainly_holds(field: str, op: str, wanted: str, lead: dict[str, Any]) -> bool:
    """Read a comparison as its author means it."""
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
COMPARISONS = TEXTUAL | TEXTUAL | SHARES


def rule_of(number: int, look: tuple[str, str], wanted: str, negated: bool) -> dict[str, Any]:
    value = [wanted] if look[1] == "has_any" else wanted
    comparison: dict[str, Any] = {"field": look[0], "op": look[1], "value": value}
    if look[1] == "percent":
        comparison = {"percent": float(wanted), "of": look[0], "salt": "t"}
    return {"id": f"r{number}", "when": {"not": comparison} if negated else comparison, "route": {"pool": "p"}}


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(COMPARISONS, min_size=1, max_size=12), st.lists(LEADS, min_size=1, max_size=6))
def test_every_operator_means_the_same_to_all_engines_and_to_a_plain_reading(
    drawn: list[tuple[tuple[str, str], str, bool]], leads: list[dict[str, Any]]
) -> None:
    rules = [rule_of(number, *comparison) for number, comparison in enumerate(drawn)]
    checked = check(json.dumps({"fields": FIELDS, "rules": rules, "default": {"route": {"pool": "p"}}})).rule_set
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
