"""What anybody would do without a model: say the average, or sort by one column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from training.data.leaks import binned
from training.data.rows import TrainingRows
from training.data.splitting import Fold
from training.measures import roc_auc
from training.sentences import Sentence


@dataclass(frozen=True, eq=False)
class Baseline:
    """A rule and its probabilities for the judged rows, shape (n_judged,)."""

    name: str
    p_churn: FloatArray


def prior(rows: TrainingRows, folds: Sequence[Fold]) -> Baseline:
    """Say the average of what was learnt from."""
    return Baseline(
        Sentence("prior"), np.concatenate([np.full(len(f.judge), rows.churned[f.learn].mean()) for f in folds])
    )


def best_single_feature(rows: TrainingRows, folds: Sequence[Fold], features: Sequence[Feature]) -> Baseline:
    """Sort by the one feature that ranks best where it was learnt; chosen anew in every fold.

    Features that are days since something (`Feature.ages`) come first: where there is one, the rule is a recency rule.
    """
    recency = [j for j, feature in enumerate(features) if feature.ages]
    places = recency or range(len(features))
    answers, names = [], []
    for fold in folds:
        learn = rows.take(fold.learn)
        rules = {j: _shares(rows.encoded[:, j], learn, fold) for j in places}
        best = max(rules, key=lambda j: roc_auc(learn.churned, rules[j][fold.learn]))
        answers.append(rules[best][fold.judge])
        names.append(features[best].name)
    rule = "recency rule: {feature}" if recency else "single-feature rule: {feature}"
    return Baseline(Sentence(rule, feature=max(set(names), key=names.count)), np.concatenate(answers))


def _shares(x: FloatArray, learn: TrainingRows, fold: Fold) -> FloatArray:
    """Return, for every row, the share that left in its bin among the rows learnt from, shape (n_rows,)."""
    bins = binned(x)
    n_bins = int(bins.max()) + 1
    count = np.bincount(bins[fold.learn], minlength=n_bins)
    left = np.bincount(bins[fold.learn], learn.churned, n_bins)
    shares: FloatArray = ((left + learn.churned.mean()) / (count + 1.0))[bins]
    return shares
