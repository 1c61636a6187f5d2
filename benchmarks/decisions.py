"""The price of one decision, without network and store: rule, candidates, pick, by the numbers of rules and of reps.

Run as ``python -m benchmarks.decisions``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from benchmarks import world
from router.adapters.durable_rules import selection as engines
from router.assignment.choice import choose
from router.assignment.planner import Planner
from router.assignment.roster import Roster
from router.history.projection import StateProjection
from router.model.workforce import Member, Pool, Rep, WorkforceRecords
from router.model.workitem import Kind, WorkItem
from router.rpc.fields import plain
from router.rules.check import check

SIZES = (10, 100, 1_000, 10_000)
SECONDS = 0.5


def cost_us(n_rules: int, n_reps: int, per_lead: int = 10) -> float:
    """Measure one decision in microseconds of processor time."""
    rule_set = check(world.rule_set(n_rules)).rule_set
    assert rule_set is not None
    n_regions = max(1, n_rules // len(world.INDUSTRIES))
    reps = {
        message.name.rsplit("/", 1)[1]: Rep(
            message.name.rsplit("/", 1)[1],
            attributes={name: tuple(value) for name, value in plain(message.attributes).items()},
        )
        for message in world.reps(n_reps, n_regions, per_lead)
    }
    pool = Pool("everyone", tuple(Member(rep) for rep in reps))
    engine = engines.build(rule_set)
    planner, projection, draw = (
        Planner(1, rule_set, engine, Roster(WorkforceRecords(1, {"rep": reps, "pool": {"everyone": pool}}))),
        StateProjection(),
        random.Random(3),
    )
    leads = [WorkItem(Kind.LEAD, attributes=plain(world.lead(draw, n_regions).attributes)) for _ in range(200)]

    def decide(number: int) -> None:
        plan = planner.plan(leads[number % len(leads)], 0)
        attempts = [(attempt.candidates, attempt.charge) for attempt in plan.attempts]
        choose(attempts, projection.see(attempts, Kind.LEAD, 0), number)

    spent = _spent_us(decide)
    engine.close()
    return spent


def _spent_us(work: Callable[[int], None]) -> float:
    for number in range(400):  # first each lead's candidates are found, then remembered
        work(number)
    start, count = time.process_time(), 0
    while time.process_time() - start < SECONDS:
        work(count)
        count += 1
    return (time.process_time() - start) / count * 1e6


def main() -> None:
    """Print the table."""
    table = Table(
        "", *[f"{size:,}" for size in SIZES], title="one decision, µs of processor time (10 can take each lead)"
    )
    table.add_row("rules (100 reps)", *[f"{cost_us(size, 100):.0f}" for size in SIZES])
    table.add_row("reps (100 rules)", *[f"{cost_us(100, size):.0f}" for size in SIZES])
    table.add_row("reps, all can take each", *[f"{cost_us(100, size, size):.0f}" for size in SIZES])
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
