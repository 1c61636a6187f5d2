"""The price of one decision, without network and store: rule, candidates, pick, by the numbers of rules and of reps;
and that of its plan alone, by how much there is to remember.

Run as ``python -m benchmarks.decisions``.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks import world
from router.adapters.durable_rules import selection as engines
from router.assignment.choice import choose
from router.assignment.planner import Planner
from router.assignment.roster import Roster
from router.history.projection import StateProjection
from router.model.calendars import Absence, Calendar, Hours, WeeklyHours
from router.model.caps import Cap, CapMeasure, CapWindow
from router.model.workforce import Member, Pool, Rep, WorkforceRecords
from router.model.workitem import Kind, WorkItem
from router.rpc.fields import plain
from router.rules.check import check

SIZES = (10, 100, 1_000, 10_000)
SECONDS = 0.5
CHUNKS, CALLS = 150, 1_000
WORKING_MS = 1_792_983_600_000
"""A Monday morning in Shanghai."""
LATER_MS = WORKING_MS + 10 * 86_400_000
CAPS = (
    Cap("daily", CapMeasure.COUNT, 1_000, window=CapWindow.DAY),
    Cap("open", CapMeasure.OPEN, 1_000),
    Cap("rolling", CapMeasure.COUNT, 1_000, window=CapWindow.ROLLING, rolling_ms=86_400_000),
)


def cost_us(n_rules: int, n_reps: int, per_lead: int = 10) -> float:
    """Measure one decision in microseconds of processor time."""
    n_regions = max(1, n_rules // len(world.INDUSTRIES))
    planner, projection, draw = planner_of(n_rules, n_reps, per_lead), StateProjection(), random.Random(3)
    leads = [WorkItem(Kind.LEAD, attributes=plain(world.lead(draw, n_regions).attributes)) for _ in range(200)]

    def decide(number: int) -> None:
        plan = planner.plan(leads[number % len(leads)], 0)
        attempts = [(attempt.candidates, attempt.charge) for attempt in plan.attempts]
        choose(attempts, projection.see(attempts, Kind.LEAD, 0), number)

    spent = _spent_us(decide)
    planner.engine.close()
    return spent


def planner_of(n_rules: int, n_reps: int, per_lead: int = 10, *, is_timed: bool = False) -> Planner:
    """Make a planner; ``is_timed``: with hours and leave for everybody, and three caps."""
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
    records = WorkforceRecords(1, {"rep": reps, "pool": {"everyone": pool}})
    return Planner(1, rule_set, engines.build(rule_set), Roster(_timed(records) if is_timed else records))


def _timed(records: WorkforceRecords) -> WorkforceRecords:
    week = tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5))
    pool = replace(records.pools["everyone"], calendar="office", caps=CAPS)
    leave = {f"{rep}/1": Absence(f"{rep}/1", LATER_MS, LATER_MS + 1) for rep in records.reps}
    calendars = {"office": Calendar("office", "Asia/Shanghai", week)}
    return WorkforceRecords(
        1, {"rep": records.reps, "pool": {"everyone": pool}, "calendar": calendars, "absence": leave}
    )


class PlanCost(NamedTuple):
    """What one plan takes, in microseconds of processor time, and the share of what it asked for that was remembered.

    ``afresh`` by a planner that has nothing remembered, ``again`` once it has.
    """

    classes: int
    afresh_us: float
    again_us: float
    hit_rate: float


def plan_cost(n_classes: int, *, is_timed: bool = False) -> PlanCost:
    """Measure plans of so many classes of leads, 100 at least, of 100 rules and 100 reps; each class as often."""
    planner = planner_of(100, 100, is_timed=is_timed)
    cells = [step / 2 for step in range(n_classes // 100)]  # on a threshold, and between two
    attributes = itertools.product(map(world.region, range(20)), world.INDUSTRIES, cells)
    leads = [
        WorkItem(Kind.LEAD, attributes={"region": region, "industry": industry, "potential": potential})
        for region, industry, potential in attributes
    ]
    random.Random(3).shuffle(leads)
    start = time.thread_time()
    for lead in leads:
        planner.plan(lead, WORKING_MS)
    afresh_us = (time.thread_time() - start) / len(leads) * 1e6
    again_us = _least_us(lambda number: planner.plan(leads[number % len(leads)], WORKING_MS))
    hit_rate = 1 - planner.memo.missed / planner.memo.asked
    planner.engine.close()
    return PlanCost(len(leads), afresh_us, again_us, hit_rate)


def _least_us(work: Callable[[int], object]) -> float:
    """Return what a call takes in the best of many chunks: on a busy machine the others measure the machine."""
    least = float("inf")
    for chunk in range(CHUNKS):
        start = time.thread_time()
        for number in range(chunk * CALLS, (chunk + 1) * CALLS):
            work(number)
        least = min(least, time.thread_time() - start)
    return least / CALLS * 1e6


def _spent_us(work: Callable[[int], None]) -> float:
    for number in range(400):  # first each lead's candidates are found, then remembered
        work(number)
    start, count = time.process_time(), 0
    while time.process_time() - start < SECONDS:
        work(count)
        count += 1
    return (time.process_time() - start) / count * 1e6


def main() -> None:
    """Print the tables."""
    table = Table(
        "", *[f"{size:,}" for size in SIZES], title="one decision, µs of processor time (10 can take each lead)"
    )
    table.add_row("rules (100 reps)", *[f"{cost_us(size, 100):.0f}" for size in SIZES])
    table.add_row("reps (100 rules)", *[f"{cost_us(100, size):.0f}" for size in SIZES])
    table.add_row("reps, all can take each", *[f"{cost_us(100, size, size):.0f}" for size in SIZES])
    Console(width=110).print(table)
    rows = {
        "100 rules, 100 reps": (plan_cost(100), plan_cost(10_000)),
        "with hours, leave and three caps": (plan_cost(100, is_timed=True), plan_cost(10_000, is_timed=True)),
    }
    Console(width=110).print(_plans([(name, cost) for name, costs in rows.items() for cost in costs]))


def _plans(rows: Sequence[tuple[str, PlanCost]]) -> Table:
    table = Table("", "classes of leads", "afresh", "again", "hit rate", title="one plan, µs of processor time")
    for name, cost in rows:
        table.add_row(
            name, f"{cost.classes:,}", f"{cost.afresh_us:.1f}", f"{cost.again_us:.1f}", f"{cost.hit_rate:.1%}"
        )
    return table


if __name__ == "__main__":
    main()
