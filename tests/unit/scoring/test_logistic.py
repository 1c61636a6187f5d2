"""One exponential for one number and for a million."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.model.logistic import log_odds, probabilities, probability


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=40))
def test_one_and_many_give_the_same_bits(values: list[float]) -> None:
    together = probabilities(np.array(values))

    assert [p.hex() for p in together.tolist()] == [probability(z).hex() for z in values]


def test_a_strided_view_gives_the_same_bits_as_a_contiguous_array() -> None:
    values = np.random.default_rng(1).normal(0, 9, (1_001, 3))

    assert (probabilities(values[:, 1]) == probabilities(values[:, 1].copy())).all()


def test_it_is_the_logistic_function_to_a_few_units_in_the_last_place() -> None:
    values = np.random.default_rng(2).normal(0, 12, 50_000)
    truth = 1 / (1 + np.exp(-values.astype(np.longdouble)))

    assert float(np.max(np.abs(probabilities(values) - truth) / truth)) < 5e-16


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_more_log_odds_never_mean_less_probability(a: float, b: float) -> None:
    low, high = sorted((a, b))

    assert probability(low) <= probability(high) or high - low < 1e-12


@pytest.mark.parametrize("p", [1e-9, 0.25, 0.5, 0.999])
def test_log_odds_undo_it(p: float) -> None:
    assert probability(log_odds(p)) == pytest.approx(p, rel=1e-12)
