"""Rule sets and facts of the usual shape, as large as wanted: for measuring, and for tests of size."""

from __future__ import annotations

import random

from router.rules.route import Route, RoutingRules
from rules.conditions import All, Predicate
from rules.fields import Fact, FieldType
from rules.ruleset import Rule

REGIONS = ("华东", "华南", "华北", "西南", "西北", "东北", "华中", "海外")
INDUSTRIES = tuple(f"行业{number}" for number in range(20))
SOURCES = ("官网", "展会", "转介绍", "广告", "电话")


def typical(rules: int, seed: int = 1) -> RoutingRules:
    """Make rules such as people write: a region, some industries, a threshold; now and then a source as well."""
    random_ = random.Random(seed)
    fields = {
        "region": FieldType.STRING,
        "industry": FieldType.STRING,
        "potential": FieldType.NUMBER,
        "source": FieldType.STRING,
        "skills": FieldType.LIST,
    }
    return RoutingRules(fields, tuple(_rule(number, random_) for number in range(rules)), Route("everyone"))


def _rule(number: int, random_: random.Random) -> Rule[Route]:
    conditions = [
        Predicate("region", "eq", random_.choice(REGIONS)),
        Predicate("industry", "in", tuple(random_.sample(INDUSTRIES, 2))),
        Predicate("potential", "gte", random_.randrange(0, 100, 5)),
    ]
    if random_.random() < 0.3:
        conditions.append(Predicate("source", "eq", random_.choice(SOURCES)))
    return Rule(f"rule-{number}", All(tuple(conditions)), Route(f"pool-{number % 50}"))


def facts(count: int, seed: int = 2) -> list[Fact]:
    """Make work items for them."""
    random_ = random.Random(seed)
    return [
        {
            "region": random_.choice(REGIONS),
            "industry": random_.choice(INDUSTRIES),
            "potential": random_.randrange(100),
            "source": random_.choice(SOURCES),
            "skills": ("ERP",),
        }
        for _ in range(count)
    ]
