"""A server goes on by the index while, and if, the engine that should serve is not to be had."""

from __future__ import annotations

import threading
from typing import NoReturn

import pytest

from benchmarks.rule_sets import typical
from router.adapters.durable_rules.selection import WarmingEngine
from rules.index import IndexEngine
from rules.ruleset import RuleSet

RULE_SET = typical(20)


def warmed() -> None:
    """Wait until no engine is being built any more."""
    for thread in threading.enumerate():
        if thread.name == "warm rules":
            thread.join()


class Slow(IndexEngine):
    """Stands for the engine that takes long to build."""

    name = "slow"


def test_the_engine_that_was_built_takes_over() -> None:
    engine = WarmingEngine(RULE_SET, Slow)

    warmed()

    assert engine.name == "slow"
    assert engine.match({}) == IndexEngine(RULE_SET).match({})


def test_a_build_that_fails_is_logged_and_the_index_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    def fails(rule_set: RuleSet[object]) -> NoReturn:
        raise MemoryError("no room for 20,000 rules")

    engine = WarmingEngine(RULE_SET, fails)
    warmed()

    assert engine.match({}) == IndexEngine(RULE_SET).match({})
    assert "no room for 20,000 rules" in caplog.text
