"""Random and mutated input for ``FAIRLEAD_FUZZ_SECONDS`` (5 by default; CI takes longer): nothing but a stated
problem may come.

The seed is printed when something is found.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from router.assignment.rule_tests import run_tests
from router.model.errors import InvalidInput
from router.model.workforce import Territories, WorkforceRecords
from router.rules import codec as stored
from router.rules.check import check
from router.rules.facts import fact_of
from router.rules.route import RoutingRules
from rules.index import IndexEngine
from rules.reference import ReferenceEngine

SECONDS = float(os.environ.get("FAIRLEAD_FUZZ_SECONDS", "5"))
SOURCE = """\
fields:
  region: {type: string, ignore: [case, width, blanks]}
  n: {type: number}
  b: {type: bool}
  标签: {type: list}
  d: {type: date}
undeclared: ignore
lists: {few: [x, "y"]}
arrival: {field: came, timezone: Europe/Berlin}
rules:
  - id: a
    priority: 3
    when: {all: [{field: region, op: within, value: 华东}, {not: {field: n, op: between, value: [1, 2.5]}}]}
    route: {pool: p, require: [{rep: x, op: covers, item: region}], hours: wait,
      fallback: [{drop: [x]}, {widen: region}, {hours: ignore}, wait]}
  - id: b
    when: {any: [{field: 标签, op: has_any, value: [x, "y"]}, {field: d, op: gt, value: 2024-05-01}]}
    route: {pool: q, prefer: [{rep: x, op: gte, value: 3, score: 7}], value: n, priority: 9, sla: fast,
      contact_within: {by: region, 上海: 30m, else: 2d}}
  - {id: g, when: {field: b, op: eq, value: true}, route: {pool: q, exclude: [标签, region, handlers]}}
  - {id: d, when: {all: [{field: region, op: contains, value: 海}, {percent: 20.5, of: n, salt: s}]}, route: {pool: p}}
  - {id: e, when: {not: {field: 标签, op: has_all, value: {list: few}}}, route: {pool: p}}
  - {id: f, when: {all: [{field: came.weekday, op: in, value: [sat]}, {field: came.hour, op: gte, value: 9}]},
     route: {pool: p}}
  - {id: c, when: {field: b, op: missing}, route: {pool: p, fallback: everyone}}
default: {route: {pool: everyone}}
tests:
  - {name: t, item: {region: 上海}, arrival: 2026-03-06T09:00:00Z, expect: {rule: a, eligible: [r]}}
  - {name: v, item: {b: true, 标签: [r]}, handlers: [r], expect: {conflict: [r]}}
  - {name: u, item: {n: 5}, at: 2026-10-10T10:00, expect: {outcome: WAITING, contact_due: 2026-10-12T11:00+08:00}}
workforce:
  time_zone: Asia/Shanghai
  calendar: c
  calendars:
    c: {time_zone: Europe/Berlin, weekly: {mon-fri: 09:00-18:00, sat: [22:00-06:00]}, exceptions: {2026-10-10: []}}
  absences: {r: [{start: 2026-10-14, end: 2026-10-15T12:00}]}
  territories: {上海: 华东}
  reps: {r: {x: [华东], calendar: c}}
  pools: {p: [r], q: {r: 2}, everyone: {members: [r], calendar: c}}
"""
HOSTILE: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1e15,
        10**400,
        float("nan"),
        float("inf"),
        -0.0,
        1e-300,
        "",
        "x" * 1_000,
        "\ud800",
        "\x00",
    ),
    *(
        [],
        {},
        [[]],
        [None],
        ["\udfff"],
        {"a": 1},
        "2024-05-01",
        "2024-02-30T99:99:99Z",
        "😀",
        ["x"] * 300,
        b"x",
        object(),
    ),
]
TOKENS = "{}[]:,-?&*!|>'\"%@`#~\n\t 0.eE+xo<\\u00e9é华\ufeff\u2028\x85"


def _mutated(text: str, random_: random.Random) -> str:
    for _ in range(random_.randint(1, 4)):
        start = random_.randrange(len(text) + 1)
        end = min(len(text), start + random_.choice((0, 1, 1, 5, 30)))
        middle = random_.choice(
            (
                "".join(random_.choices(TOKENS, k=random_.randint(0, 6))),
                text[start:end] * random_.randint(0, 3),
                text[(at := random_.randrange(len(text) + 1)) : at + 20],
                random_.choice(("null", "1e999", "[]", "{}", "&a", "*a", "!!x", ".nan", "<<: {}", "9" * 50, "\\ud800")),
            )
        )
        text = text[:start] + middle + text[end:]
    return text


def _mutated_tree(tree: Any, random_: random.Random) -> Any:
    if random_.random() < 0.05:
        return random_.choice(
            [value for value in HOSTILE if not isinstance(value, bytes) and type(value) is not object]
        )
    if isinstance(tree, dict):
        return {key: _mutated_tree(value, random_) for key, value in tree.items() if random_.random() > 0.01}
    return [_mutated_tree(value, random_) for value in tree] if isinstance(tree, list) else tree


def _check(source: str | bytes) -> RoutingRules | None:
    checked = check(source, pools=["p"])
    for problem in checked.problems:
        problem.message.encode()
        problem.path.encode()
        assert len(problem.message) < 600
    assert (checked.rule_set is None) == any(problem.is_error for problem in checked.problems)
    return checked.rule_set


def _bytes(random_: random.Random) -> None:
    _check(random_.randbytes(random_.randint(0, 200)))


def _text(random_: random.Random) -> None:
    source = _mutated(SOURCE, random_)
    rule_set = _check(source)
    if rule_set is not None:
        again = stored.loads(stored.dumps(rule_set))
        assert again == rule_set
        _facts(again, random_)
        checked = check(source)
        assert len(run_tests(again, checked.tests, checked.workforce or WorkforceRecords())) == len(checked.tests)


def _tree(random_: random.Random) -> None:
    import yaml

    tree = _mutated_tree(yaml.load(SOURCE, Loader=yaml.BaseLoader), random_)
    _check(json.dumps(tree, ensure_ascii=random_.random() < 0.5))


def _facts(rule_set: RoutingRules, random_: random.Random) -> None:
    index, reference = IndexEngine(rule_set), ReferenceEngine(rule_set)
    names = [*rule_set.fields, "unknown"]
    for _ in range(10):
        attributes = {random_.choice(names): random_.choice(HOSTILE) for _ in range(4)}
        try:
            fact = fact_of(rule_set, attributes, Territories())
        except InvalidInput as error:
            _ = [violation.description.encode() + violation.field.encode() for violation in error.violations]
        else:
            assert index.match(fact) == reference.match(fact)


@pytest.mark.parametrize("attack", [_bytes, _text, _tree])
@pytest.mark.timeout(60 + SECONDS)
def test_nothing_but_stated_problems_comes_of_random_input(attack: Callable[[random.Random], None]) -> None:
    end = time.monotonic() + SECONDS / 3
    seed = random.randrange(10**9)
    while time.monotonic() < end:
        seed += 1
        try:
            attack(random.Random(seed))
        except Exception as error:
            raise AssertionError(f"{attack.__name__} with seed {seed}: {error!r}") from error
