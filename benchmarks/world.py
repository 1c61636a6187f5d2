"""A tenant to measure with: reps, pools and rules of a given size, and leads that fit them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import grpc
from google.protobuf.struct_pb2 import Struct

from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import rules_pb2 as rules
from fairlead.v1 import rules_pb2_grpc, workforce_pb2_grpc
from fairlead.v1 import workforce_pb2 as workforce

PARENT = "tenants/default"
INDUSTRIES = ("制造业", "汽车", "医疗", "金融", "零售")


def region(number: int) -> str:
    """Name a region."""
    return f"region-{number}"


def rule_set(n_rules: int) -> str:
    """Write a rule set: a rule per region and industry, with a threshold, until there are enough."""
    lines = [
        "fields:",
        "  region: {type: string}",
        "  industry: {type: string}",
        "  potential: {type: number}",
        "rules:",
    ]
    for number in range(n_rules):
        where, industry = region(number // len(INDUSTRIES)), INDUSTRIES[number % len(INDUSTRIES)]
        lines += [
            f"  - id: rule-{number}",
            "    when:",
            "      all:",
            f"        - {{field: region, op: eq, value: {where}}}",
            f"        - {{field: industry, op: eq, value: {industry}}}",
            f"        - {{field: potential, op: gte, value: {number % 50}}}",
            "    route:",
            "      pool: everyone",
            "      require:",
            "        - {rep: regions, op: covers, item: region}",
            "        - {rep: industries, op: has, item: industry}",
        ]
    return "\n".join([*lines, "default:", "  route: {pool: everyone}", ""])


def struct(values: dict[str, Any]) -> Struct:
    """Turn plain values into a Struct."""
    message = Struct()
    message.update(values)
    return message


def reps(n_reps: int, n_regions: int, per_lead: int = 10) -> list[workforce.Rep]:
    """Make reps such that about ``per_lead`` of them can take any lead."""
    draw = random.Random(7)
    share = min(1.0, per_lead / n_reps)
    return [
        workforce.Rep(
            name=f"{PARENT}/reps/rep-{number}",
            active=True,
            attributes=struct(
                {
                    "regions": [region(r) for r in range(n_regions) if draw.random() < share],
                    "industries": list(INDUSTRIES),
                }
            ),
            capacity={"LEAD": 1_000_000},
        )
        for number in range(n_reps)
    ]


def lead(draw: random.Random, n_regions: int) -> routing.WorkItem:
    """Draw a lead."""
    return routing.WorkItem(
        kind=routing.WorkItem.KIND_LEAD,
        attributes=struct(
            {
                "region": region(draw.randrange(n_regions)),
                "industry": draw.choice(INDUSTRIES),
                "potential": draw.randrange(50, 100),
            }
        ),
    )


def build(
    address: str, *, n_rules: int = 100, n_reps: int = 100, per_lead: int = 10, shown: Sequence[tuple[str, str]] = ()
) -> int:
    """Enter a tenant on a server and return the number of its regions; ``shown`` metadata says who does it."""
    n_regions = max(1, n_rules // len(INDUSTRIES))
    with grpc.insecure_channel(address) as channel:
        staff = workforce_pb2_grpc.WorkforceServiceStub(channel)
        everyone = reps(n_reps, n_regions, per_lead)
        staff.BatchUpsertReps(workforce.BatchUpsertRepsRequest(parent=PARENT, reps=everyone), metadata=shown)
        members = [workforce.PoolMember(rep=rep.name, weight=1 + place % 3) for place, rep in enumerate(everyone)]
        pool = workforce.Pool(name=f"{PARENT}/pools/everyone", members=members)
        staff.UpdatePool(workforce.UpdatePoolRequest(pool=pool, allow_missing=True), metadata=shown)
        publish = rules.PublishRuleSetRequest(parent=PARENT, source=rule_set(n_rules))
        rules_pb2_grpc.RuleServiceStub(channel).PublishRuleSet(publish, metadata=shown)
    return n_regions
