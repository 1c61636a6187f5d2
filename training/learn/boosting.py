"""Gradient boosting as tables: fitted by scikit-learn, read out of its trees exactly [1]_.

A tree whose paths see at most three features is constant on the cells of a grid over their thresholds, so the sum of
all trees is a sum of tables over bins of one, two or three features. Reading them needs private attributes of the
estimator; that happens here only, at training time, with scikit-learn pinned, and `training.learn.parity` refuses the
result if anything differs.

Three properties of scikit-learn 1.9 are worked around here:

- it crashes on a column without a single known value: such columns stay out of the fit and get tables of zeros;
- it moves categorical columns to the front and renumbers their codes by what the fit has seen: they are in front here
  already, and the codes are read back from its encoder;
- its threads make small fits a hundred times slower on a busy machine: one thread, always.

References
----------
.. [1] Y. Lou, R. Caruana, J. Gehrke and G. Hooker, "Accurate Intelligible Models with Pairwise Interactions", KDD 2013.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from scoring.model.tables import Bins, Places, ScoreTables
from training.data.leaks import PAIR_BINS, binned
from training.data.pairs import MAX_PAIRS, n_pairs, promising
from training.data.rows import IntArray
from training.learn.triples import strongest

Mask = npt.NDArray[np.bool_]
Interactions = Literal["no_interactions", "pairwise", "triples"]
MAX_ORDER = 3
"""Features that a table is of, at most."""

N_SCOUTS = 150
"""Trees by which the strongest triples are found."""


@dataclass(frozen=True)
class Boosting:
    """Settings of a boosting candidate; ``interactions=None`` is the full model, which cannot become tables.

    Parameters
    ----------
    name
        As it stands in reports.
    interactions
        Which features may meet in a tree: none, any two, or also the strongest sets of three.
    learning_rate
        Shrinkage of each tree, in (0, 1].
    n_trees
        Boosting rounds, at least 1.
    max_leaves
        Leaves of a tree, at least 2.
    min_rows
        Rows in a leaf, at least 1.
    l2
        Penalty on the leaves' values, ≥ 0.
    feature_share
        Share of features tried at each split, in (0, 1].
    max_bins
        Bins of a number before fitting, 2 to 255: bounds the size of the tables.
    """

    name: str
    interactions: Interactions | None
    learning_rate: float = 0.04
    n_trees: int = 250
    max_leaves: int = 8
    min_rows: int = 20
    l2: float = 5.0
    feature_share: float = 0.5
    max_bins: int = 255

    def fit(self, rows: FloatArray, churned: FloatArray, features: Sequence[Feature], *, seed: int) -> FittedBoosting:
        """Fit on one thread: the same bits every time."""
        order = _fit_order(rows, features)
        columns = rows[:, order]
        model = self._estimator([features[j] for j in order], seed)
        with threadpool_limits(1):
            model.set_params(interaction_cst=self._interactions(columns, churned, model))
            model.fit(columns, churned)
        return FittedBoosting(model, order, tuple(features))

    def _estimator(self, features: Sequence[Feature], seed: int) -> HistGradientBoostingClassifier:
        return HistGradientBoostingClassifier(
            learning_rate=self.learning_rate,
            max_iter=self.n_trees,
            max_leaf_nodes=self.max_leaves,
            min_samples_leaf=self.min_rows,
            l2_regularization=self.l2,
            max_features=self.feature_share,
            max_bins=max(self.max_bins, *(feature.n_categories for feature in features)),
            early_stopping=False,
            categorical_features=[feature.type == "category" for feature in features],
            monotonic_cst=[feature.monotonic for feature in features],
            random_state=seed,
        )

    def _interactions(
        self, columns: FloatArray, churned: FloatArray, model: HistGradientBoostingClassifier
    ) -> Literal["no_interactions", "pairwise"] | list[tuple[int, ...]] | None:
        """Return which columns may meet in a tree."""
        if self.interactions == "pairwise":
            return _pairs(columns, churned) if n_pairs(columns.shape[1]) > MAX_PAIRS else "pairwise"
        if self.interactions == "triples":
            scout = clone(model).set_params(max_iter=N_SCOUTS, max_depth=MAX_ORDER).fit(columns, churned)
            most = [min(model.max_bins, len(np.unique(x[~np.isnan(x)]))) + 1 for x in columns.T]
            return [*_pairs(columns, churned), *strongest([tree for (tree,) in scout._predictors], most)]
        return self.interactions


def _pairs(columns: FloatArray, churned: FloatArray) -> list[tuple[int, ...]]:
    """Return the pairs that may meet, of very many the promising ones only, and each other column alone."""
    n_columns = columns.shape[1]
    coarse = [binned(columns[:, j], PAIR_BINS) for j in range(n_columns)]
    pairs = promising(coarse, [_evidence(bins, churned) for bins in coarse], churned)
    met = {place for pair in pairs for place in pair}
    return [*pairs, *((place,) for place in range(n_columns) if place not in met)]


def _evidence(bins: IntArray, churned: FloatArray) -> float:
    """Return Pearson's χ² of bins and outcome over its expectation by chance, ≥ 0."""
    count = np.bincount(bins)
    seen = count > 0
    expected = churned.mean() * count[seen]
    chi2 = (np.bincount(bins, churned)[seen] - expected) ** 2 / (expected * (1 - churned.mean()))
    return float(chi2.sum() / max(len(expected) - 1, 1))


def _fit_order(rows: FloatArray, features: Sequence[Feature]) -> IntArray:
    """Return the places of the columns that have a known value, categories first."""
    places = [j for j in range(len(features)) if not np.isnan(rows[:, j]).all()]
    return np.array(sorted(places, key=lambda j: features[j].type != "category"), np.int64)


@dataclass(frozen=True, eq=False)
class FittedBoosting:
    """A fitted estimator and the columns it saw, in its order."""

    model: HistGradientBoostingClassifier
    order: IntArray
    features: tuple[Feature, ...]

    def log_odds(self, rows: FloatArray) -> FloatArray:
        """Return what scikit-learn answers, shape (n_rows,)."""
        with threadpool_limits(1):
            scores: FloatArray = self.model.decision_function(rows[:, self.order])
        return scores

    def tables(self) -> ScoreTables:
        """Read the trees out into tables.

        Raises
        ------
        ValueError
            If a tree sees more than three features.
        """
        edges = _thresholds(self.model, len(self.order))
        columns = [_Column.of(self, place, edges[place]) for place in range(len(self.order))]
        reader = _Reader(columns, self.order, {(): self.model._baseline_prediction.reshape(()).copy()})
        for (tree,) in self.model._predictors:
            reader.add(tree)
        return reader.tables(self.features)


@dataclass(frozen=True, eq=False)
class _Column:
    """One column of the estimator: its bins, and a value that stands for each known bin."""

    bins: Bins
    values: FloatArray
    raw_codes: IntArray | None

    @classmethod
    def of(cls, fitted: FittedBoosting, place: int, edges: FloatArray) -> _Column:
        feature = fitted.features[int(fitted.order[place])]
        if feature.n_categories:
            bins = Bins(n_categories=feature.n_categories)
            codes = _encoder_codes(fitted.model, place) if feature.type == "category" else None
            return cls(bins, np.arange(feature.n_categories, dtype=float), codes)
        return cls(Bins(edges=edges), np.append(edges, np.inf), None)

    def goes_left(self, tree: Any, node: Any) -> Mask:
        """Tell for each bin whether it goes left at this node."""
        left = np.full(self.bins.n_bins, bool(node["missing_go_to_left"]))
        if self.raw_codes is None:
            left[:-1] = self.values <= node["num_threshold"]
            return left
        bits = tree.raw_left_cat_bitsets[node["bitset_idx"]]
        for code, raw in enumerate(self.raw_codes):
            left[raw] = bool(int(bits[code >> 5]) >> (code & 31) & 1)
        return left


def _encoder_codes(model: Any, place: int) -> IntArray:
    """Return, for each code inside the estimator, the code outside."""
    categories = model._preprocessor.named_transformers_["encoder"].categories_[place]
    return np.array([code for code in categories if code == code], np.int64)


def _thresholds(model: Any, n_columns: int) -> list[FloatArray]:
    """Return the finite thresholds of each column, rising, in one walk through the trees."""
    nodes = np.concatenate([tree.nodes for (tree,) in model._predictors])
    splits = nodes[(nodes["is_leaf"] == 0) & np.isfinite(nodes["num_threshold"])]
    order = np.argsort(splits["feature_idx"], kind="stable")
    ends = np.searchsorted(splits["feature_idx"][order], np.arange(1, n_columns))
    return [np.unique(each) for each in np.split(splits["num_threshold"][order], ends)]


@dataclass(eq=False)
class _Reader:
    """Adds leaves to tables, which are named by the places of their features; the bias by none."""

    columns: Sequence[_Column]
    order: IntArray
    parts: dict[Places, FloatArray]

    def add(self, tree: Any) -> None:
        """Add the value of every leaf to the cells that reach it."""
        open_nodes: list[tuple[int, dict[int, Mask]]] = [(0, {})]
        while open_nodes:
            place, reached = open_nodes.pop()
            node = tree.nodes[place]
            if node["is_leaf"]:
                self._add_leaf(float(node["value"]), reached)
                continue
            column = int(node["feature_idx"])
            left = self.columns[column].goes_left(tree, node)
            for child, goes in ((node["left"], left), (node["right"], ~left)):
                narrowed = reached[column] & goes if column in reached else goes
                open_nodes.append((int(child), {**reached, column: narrowed}))

    def _add_leaf(self, value: float, reached: Mapping[int, Mask]) -> None:
        if len(reached) > MAX_ORDER:
            raise ValueError(f"a tree sees {len(reached)} features: only models of at most {MAX_ORDER} become tables")
        by_feature = sorted((int(self.order[column]), mask) for column, mask in reached.items())
        places, masks = tuple(place for place, _ in by_feature), [mask for _, mask in by_feature]
        part = self.parts.setdefault(places, np.zeros([mask.size for mask in masks]))
        part[np.ix_(*masks)] += value

    def tables(self, features: Sequence[Feature]) -> ScoreTables:
        """Put the tables into the features' order; a column that was not seen gets zeros."""
        bins = [Bins(n_categories=feature.n_categories) for feature in features]
        for column, place in zip(self.columns, self.order, strict=True):
            bins[int(place)] = column.bins
        return ScoreTables.of(self.parts, bins)
