"""Who is asked again after declining: nobody while somebody is left, everybody once more, and then nobody."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from router.offers.rounds import ROUNDS, refusing

REPS = ("ann", "bo", "cy")


@given(
    present=st.sets(st.sampled_from(REPS), min_size=1),
    refused=st.lists(st.sampled_from(REPS), max_size=9),
)
def test_whoever_is_there_and_refused_least_is_asked_unless_everybody_did_twice(
    present: set[str], refused: list[str]
) -> None:
    times = Counter(refused)

    kept = refusing(REPS, sorted(present), refused)

    fewest = min(times[rep] for rep in present)
    asked = {rep for rep in present if rep not in kept}
    assert asked == ({rep for rep in present if times[rep] <= fewest} if fewest < ROUNDS else set())
    assert all(count == times[rep] and count > may for rep, (count, may) in kept.items())


@given(st.permutations(REPS * ROUNDS))
def test_each_is_asked_as_often_as_there_are_rounds_in_whatever_order(order: list[str]) -> None:
    refused: list[str] = []

    while asked := [rep for rep in order if rep not in refusing(REPS, REPS, refused)]:
        refused.append(asked[0])

    assert Counter(refused) == dict.fromkeys(REPS, ROUNDS)
    assert set(refused[: len(REPS)]) == set(REPS)


def test_where_nobody_is_there_whoever_refused_has_and_the_first_round_goes_on() -> None:
    assert refusing(REPS, (), ["ann", "bo", "bo"]) == {"ann": (1, 0), "bo": (2, 0)}
