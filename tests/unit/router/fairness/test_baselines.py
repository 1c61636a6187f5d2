from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.assignment.ledger import pick
from router.fairness.baselines import BASELINES, Arrival, SmoothWeightedRoundRobin, compare, distances

REPS = [f"r{number}" for number in range(5)]
UNWEIGHTED = dict.fromkeys(REPS, 1.0)


@pytest.mark.parametrize("name", BASELINES)
def test_everyone_gets_the_same_when_all_are_always_eligible(name: str) -> None:
    chooser = BASELINES[name](UNWEIGHTED)

    counts = Counter(chooser.choose(REPS) for _ in range(40))

    assert set(counts.values()) == {8}


@pytest.mark.parametrize("name", BASELINES)
@given(eligible=st.lists(st.sets(st.sampled_from(REPS), min_size=1), max_size=60))
def test_only_the_eligible_are_chosen(name: str, eligible: list[set[str]]) -> None:
    chooser = BASELINES[name](UNWEIGHTED)

    assert all(chooser.choose(sorted(reps)) in reps for reps in eligible)


@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_smooth_weighted_round_robin_gives_each_their_weight_in_every_cycle(weights: list[int]) -> None:
    by_rep = {f"r{number}": float(weight) for number, weight in enumerate(weights)}
    chooser = SmoothWeightedRoundRobin(by_rep)

    counts = Counter(chooser.choose(list(by_rep)) for _ in range(sum(weights)))

    assert counts == by_rep


@given(weights=st.lists(st.integers(1, 9), min_size=2, max_size=6), rounds=st.integers(1, 40))
def test_lowest_count_stays_within_one_turn_of_the_weights(weights: list[int], rounds: int) -> None:
    by_rep = {f"r{number}": float(weight) for number, weight in enumerate(weights)}
    chooser = BASELINES["lowest count"](by_rep)

    counts = Counter(chooser.choose(list(by_rep)) for _ in range(rounds))

    least = min(counts[rep] / weight for rep, weight in by_rep.items())
    assert all((counts[rep] - 1) / weight <= least for rep, weight in by_rep.items())


@given(eligible=st.lists(st.sets(st.sampled_from(REPS), min_size=1), min_size=1, max_size=60))
def test_distances_add_up_to_nothing(eligible: list[set[str]]) -> None:
    arrivals = [Arrival(dict.fromkeys(sorted(reps), 1 / len(reps))) for reps in eligible]

    for measured in compare(UNWEIGHTED, arrivals).values():
        assert sum(measured.by_rep.values()) == pytest.approx(0)
        assert measured.worst >= max(map(abs, measured.by_rep.values())) - 1e-9


def test_overlapping_territories_let_the_round_robins_drift_and_not_the_ledger() -> None:
    # a and b share one territory, b and c another: by pointer b gets half of each
    sets = [["a", "b"], ["b", "c"], ["c"]] * 100
    weights = {"a": 1.0, "b": 1.0, "c": 1.0}
    arrivals = [Arrival(dict.fromkeys(reps, 1 / len(reps))) for reps in sets]

    drift = compare(weights, arrivals)
    ours = distances(_Ledger(weights), weights, arrivals)

    assert ours.worst <= 1
    assert drift["pointer round robin"].worst > 40
    assert drift["least recently used"].worst > 40
    assert drift["lowest count"].worst > 40


class _Ledger:
    """The ledger in the place of a baseline."""

    def __init__(self, weights: dict[str, float]) -> None:
        self._deficits = dict.fromkeys(weights, 0)

    def choose(self, eligible: Sequence[str]) -> str:
        picked = pick([self._deficits[rep] for rep in eligible], [1000] * len(eligible), 1_000_000)
        self._deficits.update(zip(eligible, picked.after, strict=True))
        return eligible[picked.chosen]
