"""Which engine matches a rule set, and what serves where the one that should is not to be had."""

from __future__ import annotations

from typing import NoReturn

import pytest

from benchmarks.rule_sets import typical
from router.adapters.durable_rules.selection import MAX_DURABLE_RULES, build, engine_for, or_index, resolve
from rules.index import IndexEngine
from rules.ruleset import RuleSet


def test_sets_of_up_to_two_hundred_rules_are_matched_by_the_engine_that_was_chosen() -> None:
    assert engine_for(typical(MAX_DURABLE_RULES), "auto") == resolve("auto")
    assert engine_for(typical(MAX_DURABLE_RULES), "index") == "index"


def test_larger_sets_are_matched_by_the_index() -> None:
    assert engine_for(typical(MAX_DURABLE_RULES + 1), "auto") == "index"
    assert build(typical(MAX_DURABLE_RULES + 1)).name == "index"


def test_a_build_that_fails_is_logged_and_the_index_serves(caplog: pytest.LogCaptureFixture) -> None:
    def fails(rule_set: RuleSet[object]) -> NoReturn:
        raise MemoryError("no room for 200 rules")

    rule_set = typical(20)
    engine = or_index(rule_set, fails)

    assert engine.match({}) == IndexEngine(rule_set).match({})
    assert "no room for 200 rules" in caplog.text
