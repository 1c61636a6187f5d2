"""What a model is held to: the average, or the one column that ranks best where it was learnt."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.model.schema import Feature
from training.data.rows import TrainingRows
from training.data.splitting import folds_of
from training.evaluate.baselines import best_single_feature, prior
from training.measures import roc_auc

N = 600
DRAW = np.random.default_rng(5)
TELLS, NOISE = np.repeat([0.0, 1.0], N // 2), DRAW.random(N)
CHURNED = (DRAW.random(N) < 0.2 + 0.5 * TELLS).astype(float)
ROWS = TrainingRows(np.column_stack([NOISE, TELLS]), CHURNED, np.arange(N), None)
FEATURES = [Feature(name="noise", type="number"), Feature(name="tells", type="number")]
FOLDS = folds_of(ROWS)


def test_the_average_is_that_of_the_rows_learnt_from() -> None:
    said = prior(ROWS, FOLDS).p_churn

    expected = np.concatenate([np.full(len(fold.judge), CHURNED[fold.learn].mean()) for fold in FOLDS])
    assert said == pytest.approx(expected)


def test_the_column_that_ranks_best_says_the_smoothed_share_of_its_bin() -> None:
    baseline = best_single_feature(ROWS, FOLDS, FEATURES)

    assert baseline.name == "single-feature rule: tells"
    expected = []
    for fold in FOLDS:
        mean = CHURNED[fold.learn].mean()
        shares = []
        for value in (0.0, 1.0):
            alike = CHURNED[fold.learn][TELLS[fold.learn] == value]
            shares.append((alike.sum() + mean) / (len(alike) + 1))
        expected.append(np.where(TELLS[fold.judge] == 1.0, shares[1], shares[0]))
    assert baseline.p_churn == pytest.approx(np.concatenate(expected))
    assert roc_auc(np.concatenate([CHURNED[fold.judge] for fold in FOLDS]), baseline.p_churn) > 0.65


def test_days_since_something_come_first_however_little_they_tell() -> None:
    aged = [FEATURES[0].model_copy(update={"ages": True}), FEATURES[1]]

    assert best_single_feature(ROWS, FOLDS, aged).name == "recency rule: noise"
