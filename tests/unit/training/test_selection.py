import numpy as np

from scoring.model.logistic import FloatArray
from training.learn.boosting import Boosting
from training.learn.selection import JudgedCandidate, simplest_good, standard_error


def trial(name: str, losses: FloatArray) -> JudgedCandidate:
    return JudgedCandidate(Boosting(name, "pairwise"), np.zeros(len(losses)), losses)


def test_the_simplest_within_one_standard_error_is_taken() -> None:
    draw = np.random.default_rng(0)
    hard = draw.gamma(1, 1, 5_000)
    noise = draw.normal(0, 0.2, 5_000)
    simple = trial("simple", hard + noise - noise.mean() + 0.002)  # the error of the difference is 0.0028
    best = trial("best", hard)

    assert simplest_good([simple, best], np.arange(5_000)).candidate.name == "simple"


def test_a_small_but_sure_difference_counts_though_customers_differ_much_more() -> None:
    draw = np.random.default_rng(0)
    hard = draw.gamma(1, 1, 5_000)
    simple = trial("simple", hard + 0.01 + draw.normal(0, 0.05, 5_000))
    best = trial("best", hard)

    assert hard.std() / np.sqrt(5_000) > 0.01  # an unpaired error would have taken the simple one
    assert simplest_good([simple, best], np.arange(5_000)).candidate.name == "best"


def test_rows_of_one_customer_are_one_witness() -> None:
    differences = np.repeat(np.random.default_rng(0).normal(size=200), 25)

    alone, together = standard_error(differences, np.arange(5_000)), standard_error(differences, np.arange(5_000) // 25)

    assert np.isclose(together / alone, 5.0)
