import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from training.data.preparing import DAY
from training.data.rows import TrainingRows
from training.data.splitting import blocks_of, folds_of, rolling_origins
from training.errors import NotEnoughData


def examples(n: int, times: np.ndarray | None = None, per_customer: int = 1) -> TrainingRows:
    churned = (np.random.default_rng(0).random(n) < 0.3).astype(float)
    return TrainingRows(np.zeros((n, 1)), churned, np.arange(n) // per_customer, times)


def test_customers_of_one_row_get_the_plain_folds_everybody_quotes() -> None:
    rows = examples(500)

    folds = folds_of(rows)

    plain = StratifiedKFold(5, shuffle=True, random_state=42).split(rows.encoded, rows.churned)
    for fold, (learn, judge) in zip(folds, plain, strict=True):
        assert fold.learn.tolist() == learn.tolist()
        assert fold.judge.tolist() == judge.tolist()


def test_blocks_lie_in_time_order_with_the_outcome_known_in_between() -> None:
    times = np.repeat(np.arange(12) * 30 * DAY, 200)
    rows = examples(len(times), times)

    blocks = blocks_of(rows, gap=60 * DAY)

    assert set(times[blocks.test]) == {11 * 30 * DAY}
    assert times[blocks.calibrate].max() + 60 * DAY <= times[blocks.test].min()
    assert times[blocks.learn].max() + 60 * DAY <= times[blocks.calibrate].min()


def test_moments_of_their_own_are_cut_by_share() -> None:
    rows = examples(1_000, np.arange(1_000))

    blocks = blocks_of(rows)

    assert len(blocks.test) == 200
    assert blocks.calibrate.max() < blocks.test.min()
    assert len(blocks.learn) + len(blocks.calibrate) + len(blocks.test) == 1_000


def test_rolling_origins_never_learn_from_what_was_not_known_yet() -> None:
    times = np.repeat(np.arange(20) * 7 * DAY, 100)
    rows = examples(len(times), times)

    folds = rolling_origins(rows, gap=28 * DAY)

    assert len(folds) == 3
    for fold in folds:
        assert times[fold.learn].max() + 28 * DAY <= times[fold.judge].min()


def test_a_horizon_longer_than_the_data_is_refused() -> None:
    times = np.repeat(np.arange(4) * 30 * DAY, 200)

    with pytest.raises(NotEnoughData, match="moments whose outcome is known in time"):
        blocks_of(examples(len(times), times), gap=365 * DAY)


def test_which_kind_is_too_few_is_said_to_the_row() -> None:
    def refusal(left: int, stayed: int) -> str:
        churned = np.repeat([1.0, 0.0], [left, stayed])
        with pytest.raises(NotEnoughData) as refused:
            folds_of(TrainingRows(np.zeros((len(churned), 1)), churned, np.arange(len(churned)), None))
        return str(refused.value)

    assert refusal(30, 29).startswith("customers in all who stayed: 29, at least 30")
    assert refusal(29, 30).startswith("customers in all who left: 29, at least 30")
