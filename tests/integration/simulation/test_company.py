"""The simulated company, played for some days: nothing is broken, and both stores write one log."""

from __future__ import annotations

from importlib import import_module

import pytest

from router.adapters.redis.library import script
from tests.integration.simulation.playing import played
from tests.simulation.guards import GUARDS


@pytest.mark.long
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
