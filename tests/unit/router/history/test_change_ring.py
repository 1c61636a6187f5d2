"""The newest changes of a tenant: whoever is not behind them is told all of them, once, in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.history.change_ring import ChangeRing
from router.model.errors import FellBehind

EVENTS = st.lists(st.sampled_from(["change", "other", "erased"]), max_size=60)


@given(EVENTS, st.integers(1, 8), st.integers(1, 5), st.lists(st.booleans(), min_size=60, max_size=60))
def test_a_reader_is_told_every_change_once_or_that_it_fell_behind(
    events: list[str], kept: int, at_once: int, looks: list[bool]
) -> None:
    ring, after, told, expected = ChangeRing[int](10, kept), 10, list[int](), list[int]()
    for number, (kind, looks_now) in enumerate(zip(events, looks, strict=False), 11):
        {"change": lambda n: ring.add(n, n), "other": ring.pass_by, "erased": ring.clear}[kind](number)
        expected += [number] if kind == "change" else []
        if looks_now:
            try:
                found, after = ring.behind(after, at_once)
            except FellBehind:
                behind = [each for each in expected if each > after]
                assert len(behind) > kept or "erased" in events[: number - 10]
                return
            told += found

    assert told == expected[: len(told)]
    assert told == [each for each in expected if each <= after]


@pytest.mark.parametrize("n_changes", [999, 1000, 1099, 1100, 5000])
def test_at_least_as_many_changes_as_are_promised_are_kept_and_not_many_more(n_changes: int) -> None:
    ring = ChangeRing[int](0, 1000)
    for number in range(1, n_changes + 1):
        ring.add(number, number)

    oldest = max(n_changes - 1000, 0)
    found, _ = ring.behind(oldest, 10_000)
    assert found == list(range(oldest + 1, n_changes + 1))
    assert n_changes - ring.first < 1100


def test_who_was_told_all_before_an_erasure_goes_on_and_who_was_not_is_cut() -> None:
    ring = ChangeRing[str](0)
    ring.add(1, "ann")
    ring.add(2, "bo")
    ring.clear(3)
    ring.add(4, "cy")

    assert ring.behind(2, 10) == (["cy"], 4)
    with pytest.raises(FellBehind):
        ring.behind(1, 10)


def test_it_says_where_to_go_on() -> None:
    ring = ChangeRing[str](0)
    ring.add(1, "ann")
    ring.add(2, "bo")
    ring.pass_by(7)

    assert [ring.behind(after, 1) for after in (0, 1, 2, 7, 9)] == [
        (["ann"], 1), (["bo"], 7), ([], 7), ([], 7), ([], 9),
    ]  # fmt: skip
