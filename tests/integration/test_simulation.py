"""The simulated company, played for some days: nothing is broken, both stores write one log, every guard is missed."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from router.adapters.redis.library import script
from tests.simulation.guards import GUARDS


def played(*options: str) -> Any:
    """Play it in a process of its own."""
    command = [sys.executable, "-m", "tests.simulation", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)


def test_nothing_is_broken_in_some_days_of_a_small_firm() -> None:
    done = played("--days", "2", "--reps", "20", "--seed", "11")

    assert "0 violations" in done.stdout, done.stdout + done.stderr


def test_what_removes_a_guard_is_in_the_scripts_of_today() -> None:
    texts = [(name, text) for guard in GUARDS.values() for name, edits in guard.edits.items() for text, _ in edits]

    assert texts
    assert [text for name, text in texts if text not in script(name).source] == []


def test_what_stands_in_place_of_a_guard_is_called_as_it_is_in_the_code_of_today() -> None:
    patches = [guard.patch for guard in GUARDS.values() if guard.patch]

    assert patches
    for module, of_class, name, _ in patches:
        owner = getattr(import_module(module), of_class) if of_class else import_module(module)
        assert hasattr(owner, name), (module, of_class, name)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_two_months_try_every_promise_and_break_none_and_both_stores_write_one_log() -> None:
    done = played("--days", "60", "--reps", "30", "--store", "both")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "fire " in done.stdout


SEEDS = {
    "what is closed is not moved": "3",
    "what a credit disturbs is measured": "5",
    "a credit has an upper limit": "3",
    "what one is credited the others pay": "3",
    "a credit is used up by who is served": "5",
    "a timer fires for what it is about alone": "5",
    "who lets so many offers lapse is set away": "3",
    "nothing is given away for ever": "5",
    "who stands in is there": "3",
    "what somebody on leave was given stays": "5",
}
"""Where the two months of the first seed bring nobody far enough from a fair share, or only late."""


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_that_is_missing_is_missed_by_the_promise_that_it_keeps(guard: str) -> None:
    done = played("--days", "60", "--reps", "30", "--seed", SEEDS.get(guard, "1"), "--without", guard)

    broken = [line.split()[1].rstrip(":") for line in done.stdout.splitlines() if line.startswith("broken ")]
    assert broken, done.stdout + done.stderr
    assert broken[0] in GUARDS[guard].promises.split()
