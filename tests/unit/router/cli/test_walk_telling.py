"""Who was told, compared with who is to be: exactly these, in any order."""

from __future__ import annotations

import pytest

from router.cli.walk_expect_forms import ToldForm
from router.cli.walk_telling import Tellings, Told

ANN = Told("ann", "L-1", "remind")
CHEF = Told("chef", "L-1", "notify")
LAPSED = Told("bo", "L-2", "")
GIVEN = Told("bo", "L-1", "reassign")


def form(told: Told) -> ToldForm:
    return ToldForm(who=told.who, about=told.about, step=told.step or None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], []),
        ([ANN, CHEF, LAPSED], [LAPSED, CHEF, ANN]),
        ([ANN, ANN], [ANN, ANN]),
        ([ANN], [Told("ann", "L-1", "")]),  # by whichever step
        ([ANN], [ANN, GIVEN]),  # whom a step gave it may be named
    ],
)
def test_exactly_these_are_as_expected_in_any_order(told: list[Told], expected: list[Told]) -> None:
    should, found = Tellings(told, [GIVEN]).compared(list(map(form, expected)))

    assert should == found


@pytest.mark.parametrize(
    ("told", "expected", "found"),
    [
        ([ANN], [], ["ann of L-1 (remind)"]),
        ([], [ANN], []),
        ([ANN, ANN], [ANN], ["ann of L-1 (remind)", "ann of L-1 (remind)"]),
        ([ANN], [CHEF], ["ann of L-1 (remind)"]),
        ([ANN], [ANN, ANN], ["ann of L-1 (remind)"]),
        ([LAPSED], [Told("bo", "L-2", "remind")], ["bo of L-2"]),
        ([], [GIVEN, GIVEN], ["bo of L-1 (reassign)"]),
    ],
)
def test_one_too_many_or_missing_is_shown(told: list[Told], expected: list[Told], found: list[str]) -> None:
    should, is_found = Tellings(told, [GIVEN]).compared(list(map(form, expected)))

    assert should != is_found
    assert (should, is_found) == (sorted(map(str, expected)), found)


def test_a_channel_is_no_rep_of_the_same_name() -> None:
    bot = ToldForm(channel="bo", about="L-1", step="notify")
    telling = Told("channel bo", "L-1", "notify")

    assert [*Tellings([telling]).compared([bot])] == [["channel bo of L-1 (notify)"]] * 2
    should, found = Tellings([telling]).compared([ToldForm(who="bo", about="L-1", step="notify")])
    assert (should, found) == (["bo of L-1 (notify)"], ["channel bo of L-1 (notify)"])
