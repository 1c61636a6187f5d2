"""How many work items a second each engine matches, and how long it takes to build: all matches, not just the first.

Times are processor time of one core, so that a busy machine does not blur them.

Run as ``python -m benchmarks.rules``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.rule_sets import facts, typical
from router.adapters.durable_rules import selection as engines
from rules.fields import Fact
from rules.index import IndexEngine
from rules.ports import RuleEngine
from rules.reference import ReferenceEngine
from rules.ruleset import RuleSet

SIZES = (10, 100, 1_000, 10_000)
SECONDS = 0.5
"""Time spent on each figure, at least."""


@dataclass(frozen=True, slots=True)
class EngineSpeed:
    """One engine at one size."""

    engine: str
    rules: int
    build_ms: float
    matches_per_s: float


def run(sizes: Sequence[int] = SIZES, seconds: float = SECONDS) -> list[EngineSpeed]:
    """Measure every engine there is at every size."""
    return [_measure(name, build, typical(size), seconds) for name, build in _engines() for size in sizes]


def _engines() -> Iterator[tuple[str, Callable[[RuleSet[object]], RuleEngine]]]:
    yield "reference", ReferenceEngine
    yield "index", IndexEngine
    if engines.resolve("auto") == "durable":
        from router.adapters.durable_rules.engine import DurableEngine  # only where it is installed

        yield "durable", DurableEngine


def _measure(
    name: str, build: Callable[[RuleSet[object]], RuleEngine], rule_set: RuleSet[object], seconds: float
) -> EngineSpeed:
    begin = time.process_time()
    engine = build(rule_set)
    built = time.process_time() - begin
    rate = _rate(engine, facts(1_000), seconds)
    engine.close()
    return EngineSpeed(name, len(rule_set.rules), built * 1e3, rate)


def _rate(engine: RuleEngine, items: Sequence[Fact], seconds: float) -> float:
    match, count, begin = engine.match, 0, time.process_time()
    while True:
        for item in items[:50]:
            match(item)
        count += 50
        items = [*items[50:], *items[:50]]
        elapsed = time.process_time() - begin
        if elapsed >= seconds:
            return count / elapsed


def main() -> None:
    """Print the table."""
    print(f"{'engine':<10} {'rules':>7} {'build ms':>10} {'matches/s':>12}")
    for row in run():
        print(f"{row.engine:<10} {row.rules:>7,} {row.build_ms:>10.1f} {row.matches_per_s:>12,.0f}")


if __name__ == "__main__":
    main()
