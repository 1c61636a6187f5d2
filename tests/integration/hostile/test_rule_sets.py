"""Rule sets that would blow up, or are none: refused with their place, nothing changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fairlead.v1 import rules_pb2
from tests.api import Api, dump
from tests.integration.hostile.harm import MEGABYTE, Code, assert_unharmed, outcome_of

pytestmark = pytest.mark.long

DEFAULT = "default: {route: {pool: everyone}}\n"


def laughs() -> str:
    """Return nine aliases of nine aliases of nine …: a gigabyte once unfolded."""
    lines = ['l0: &l0 ["lol"]'] + [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join(lines) + "\nfields: {}\n" + DEFAULT


def one_rule(value: str, *, op: str = "eq", field: str = "n", kind: str = "number") -> str:
    """Return a rule set whose only rule compares with a value, as YAML."""
    when = f"{{field: {field}, op: {op}, value: {value}}}"
    return f"fields: {{n: {{type: {kind}}}}}\nrules:\n  - {{id: r, when: {when}, route: {{pool: everyone}}}}\n{DEFAULT}"


def nested_not(levels: int) -> Any:
    """Return a condition inside so many negations."""
    return {"not": nested_not(levels - 1)} if levels else {"field": "n", "op": "exists"}


def many_rules(count: int) -> str:
    """Return a rule set of many small rules."""
    rules = [{"id": f"r{n}", "route": {"pool": "everyone"}} for n in range(count)]
    return json.dumps({"fields": {}, "rules": rules, "default": {"route": {"pool": "everyone"}}})


HOSTILE_RULES: dict[str, str] = {
    "empty": "",
    "no mapping": "- a\n- b\n",
    "no YAML": "{a: [",
    "an unknown key": "fields: {}\nsurprise: 1\n" + DEFAULT,
    "no default": "fields: {}\n",
    "a key twice": "fields: {}\nfields: {}\n" + DEFAULT,
    "a rule twice": "fields: {}\nrules:\n- {id: a, route: {pool: e}}\n- {id: a, route: {pool: e}}\n" + DEFAULT,
    "two documents": "fields: {}\n" + DEFAULT + "---\nfields: {}\n" + DEFAULT,
    "a tag": "fields: {}\ndefault: !!python/object/apply:os.system ['true']\n",
    "aliases of aliases": laughs(),
    "an alias of itself": "fields: &f {n: *f}\n" + DEFAULT,
    "a merge key": "a: &a {x: 1}\nfields: {<<: *a}\n" + DEFAULT,
    "brackets 1,000 deep": "fields: " + "[" * 1000 + "]" * 1000 + "\n" + DEFAULT,
    "braces 100,000 deep": "{a: " * 100_000,
    "conditions 9 deep": json.dumps(
        {
            "fields": {"n": {"type": "number"}},
            "rules": [
                {
                    "id": "r",
                    "when": nested_not(9),
                    "route": {"pool": "everyone"},
                }
            ],
            "default": {"route": {"pool": "everyone"}},
        }
    ),
    "NaN": one_rule(".nan"),
    "infinity": one_rule(".inf"),
    "minus infinity": one_rule("-.inf"),
    "10^400 as YAML": one_rule("1e+400"),
    "10^400 as JSON": '{"fields": {"n": {"type": "number"}}, "rules": [{"id": "r", "when": '
    '{"field": "n", "op": "eq", "value": 1e400}, "route": {"pool": "e"}}], "default": {"route": {"pool": "e"}}}',
    "a whole number of 10,000 digits": one_rule("9" * 10_000),
    "a sexagesimal bomb": one_rule("1" + ":59" * 5_000),
    "text for a number": one_rule('"7"'),
    "an empty list": one_rule("[]", op="in"),
    "an undeclared field": one_rule("7", field="m"),
    "an unknown operator": one_rule("7", op="matches"),
    "a lone surrogate as YAML": one_rule('"\\ud800"', kind="string"),
    "a lone surrogate as JSON": '{"fields": {"\\ud800": {"type": "string"}}, "default": {"route": {"pool": "e"}}}',
    "a zero byte": "fields: {}\0\n" + DEFAULT,
    "a bad pool": "fields: {}\ndefault: {route: {pool: a b}}\n",
    "a text of 1 MB": one_rule(f'"{MEGABYTE}"', kind="string"),
    "a field named as the engine names its own": "fields: {$s: {type: string}}\n" + DEFAULT,
    "100,000 rules": many_rules(100_000),
    "9 MB": "#" * (9 << 20) + "\nfields: {}\n" + DEFAULT,
}


@pytest.mark.parametrize("source", HOSTILE_RULES.values(), ids=HOSTILE_RULES)
async def test_a_bad_rule_set_is_refused_with_its_place(tenant_of_two: Api, source: str) -> None:
    api, before = tenant_of_two, await dump(tenant_of_two.redis_url)

    code, fields, message = await outcome_of(api.publish(source))

    assert code == Code.INVALID_ARGUMENT
    assert set(fields) == {"source"}
    assert 0 < len(message) < 3_000
    await assert_unharmed(api, before)


@pytest.mark.parametrize("name", ["aliases of aliases", "a tag"])
async def test_validating_a_bad_rule_set_answers_with_its_problems(tenant_of_two: Api, name: str) -> None:
    api = tenant_of_two

    answer = await api.rules.ValidateRuleSet(rules_pb2.ValidateRuleSetRequest(source=HOSTILE_RULES[name]))

    assert answer.problems[0].severity == rules_pb2.RuleSetProblem.SEVERITY_ERROR
    assert answer.problems[0].message


@pytest.mark.parametrize("tests", ["{", "tests: 7", laughs(), "tests: [{name: a, item: {}, expect: {rule: 7}}]"])
async def test_bad_tests_are_answered_with_their_problems(tenant_of_two: Api, tests: str) -> None:
    api = tenant_of_two

    request = rules_pb2.TestRuleSetRequest(source="fields: {}\n" + DEFAULT, tests=tests)
    answer = await api.rules.TestRuleSet(request)

    assert answer.problems
