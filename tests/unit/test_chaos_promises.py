"""The table of promises: what counts as checked and as decided, and what a run owes it."""

from __future__ import annotations

import inspect
from collections import Counter
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.resources import files

import pytest

from router.adapters.redis.library import script
from store.scripts import lua
from tests.chaos.altered import is_module
from tests.chaos.facts import Facts
from tests.chaos.guards import Found, Guard, read_found
from tests.chaos.lenders import Lendings
from tests.chaos.plan import Fault, Topology
from tests.chaos.promises import PROMISES, Promise, count, promises_under, undecided
from tests.chaos.report import empty_cells
from tests.chaos.tally import Tally
from tests.unit.test_chaos_checks import SOUND

FACTS = Facts(SOUND, Counter(), Counter({"bind STALE": 2}), Lendings(refused=3), submitted=5, expired=4, told_again=1)
PROMISE = Promise("it holds", Guard("what holds it"), checked=lambda _: 7)
FOUND = {"what holds it": Found(PROMISE.guard.digest, 2.5, 300, "it did not", 1, "abc", "2026-01-01")}
TESTED = Tally(checked=Counter({"it holds": 7}), decided=Counter({"it holds": 1}))


@pytest.mark.parametrize("guard", [promise.guard for promise in PROMISES], ids=lambda guard: guard.name)
def test_every_guard_was_found_missing_as_it_is_now(guard: Guard) -> None:
    assert read_found()[guard.name].digest == guard.digest, f"python -m tests.chaos guards {guard.name!r}"


@cache
def source_of(name: str) -> str:
    """Read a script, or a module."""
    if is_module(name):
        return inspect.getsource(import_module(name))
    of_router = name in ("answer_offer", "bind", "complete", "credit", "fire", "make_digest", "note", "record_activity")
    of_notifications = name in ("add_messages", "write_turn")
    package = "notifications.adapters.redis" if of_notifications else "workqueue.adapters.redis"
    return script(name).source if of_router else lua(package, name)


def test_what_removes_a_guard_is_in_the_scripts_and_modules_of_today() -> None:
    removals = [(promise.guard.edits, name) for promise in PROMISES for name in promise.guard.edits.edits]

    for edits, name in removals:
        assert edits.applied(name, source_of(name)) != source_of(name)


def test_each_promise_has_a_text_and_a_guard_of_its_own() -> None:
    assert len({promise.text for promise in PROMISES}) == len({promise.guard.name for promise in PROMISES}) == 41


def test_a_round_counts_what_was_checked_and_what_it_decided() -> None:
    tally = Tally()

    count(tally, FACTS)

    assert tally.checked["one owner per epoch, and epochs only grow"] == 3
    assert tally.decided["one owner per epoch, and epochs only grow"] == 1  # ann's went to bob
    assert tally.decided["a decision is by the rules and reps of its place in the log"] == 2
    assert tally.decided["a job is ended only by whom it was given to last"] == 3
    assert tally.decided["a job whose worker is lost goes to another"] == 4


def test_a_promise_about_faults_counts_rounds_in_which_one_fell_only() -> None:
    promise = replace(PROMISE, faults=(Fault.STORE_EMPTIED,))
    fallen = replace(FACTS, faults=Counter({Fault.STORE_EMPTIED: 2, Fault.REPLY_CUT: 9}))

    assert [promise.counted(FACTS), promise.counted(fallen)] == [(0, 0), (7, 2)]


def test_a_promise_about_faults_is_asked_for_where_they_can_fall() -> None:
    alone, watched = (promises_under(topology.faults) for topology in Topology)

    assert {promise.text for promise in alone} ^ {promise.text for promise in watched} == {
        "a call whose connection breaks is carried out once, and answered as if it had not broken",
        "nothing is done by what a server remembers of a lost past",
        "what was acknowledged outlives the primary",
    }


def test_tallies_are_added_up() -> None:
    whole = Tally(rounds=1, violations=["a"])

    whole.add(replace(TESTED, rounds=2, violations=["b"]))

    assert (whole.rounds, whole.violations, whole.checked, whole.decided) == (
        3, ["a", "b"], TESTED.checked, TESTED.decided,
    )  # fmt: skip


def test_a_long_run_owes_each_promise_a_decision() -> None:
    idle = replace(TESTED, decided=Counter())

    assert undecided(TESTED, [PROMISE]) == empty_cells(TESTED, [PROMISE], FOUND, long=True) == []
    assert empty_cells(idle, [PROMISE], FOUND, long=True) == ["never decided: it holds"]
    assert empty_cells(idle, [PROMISE], FOUND, long=False) == []


def test_a_guard_that_was_changed_since_is_not_found() -> None:
    changed = replace(PROMISE, guard=replace(PROMISE.guard, durability="always"))

    for found in ({}, {"what holds it": replace(FOUND["what holds it"], digest="")}):
        assert empty_cells(TESTED, [PROMISE], found, long=False)[0].endswith("guards 'what holds it'")
    assert len(empty_cells(TESTED, [changed], FOUND, long=False)) == 1


def test_no_two_scripts_have_one_name_or_whoever_edits_or_counts_one_would_mean_both() -> None:
    packages = ("router.adapters.redis", "workqueue.adapters.redis", "notifications.adapters.redis")
    names = [script.name for package in packages for script in files(package).joinpath("scripts").iterdir()]

    assert [name for name, times in Counter(names).items() if times > 1] == []
