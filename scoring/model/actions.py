"""The smallest change that would keep a customer: which one or two things to do, and how far.

Because the model is a sum of tables, every change of one or two features can be looked at, not searched for: the
answer is the best there is. What "small" means is how far the change goes against the other customers [1]_:

- a number costs the share of reference customers it moves past;
- a category or bool costs the share of reference customers who are not where it moves to;
- one feature is always smaller than two.

A proposal says what the model would think, not what a change would cause: features are marked ``actionable`` by people.

References
----------
.. [1] B. Ustun, A. Spangher and Y. Liu, "Actionable Recourse in Linear Classification", FAT* 2019 (percentile shift).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from scoring.model.loaded import ChurnScore, LoadedModel
from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature, FeatureValue


@dataclass(frozen=True, slots=True)
class FeatureChange:
    """One feature's move; ``before`` is None where it was not known."""

    feature: str
    before: FeatureValue
    after: FeatureValue


@dataclass(frozen=True, slots=True)
class BestAction:
    """What to change.

    Parameters
    ----------
    changes
        One or two; none if the customer is under the threshold already, or nothing actionable lowers the risk.
    before, after
        Probability now, and after the changes.
    reaches
        Whether ``after`` is below the threshold. If not, the changes are those that lower the risk most.
    effort
        The cost of the changes, each in [0, 1], added up.
    """

    changes: tuple[FeatureChange, ...]
    before: float
    after: float
    reaches: bool
    effort: float


@dataclass(frozen=True, eq=False)
class _Moves:
    """Where one feature can go: target bins, the value in each, its cost."""

    place: int
    bins: npt.NDArray[np.intp]
    values: tuple[float, ...]
    costs: FloatArray


@dataclass(frozen=True)
class _Option:
    moves: tuple[tuple[_Moves, int], ...]
    probability: float
    effort: float


def find_best_action(model: LoadedModel, score: ChurnScore, threshold: float) -> BestAction:
    """Find the smallest change of one or two actionable features that brings the risk under the threshold.

    Parameters
    ----------
    threshold
        Probability in (0, 1) to get below.
    """
    before = score.probability
    if before < threshold:
        return BestAction((), before, before, True, 0.0)
    moves = [_moves(model, score, j) for j, feature in enumerate(model.schema.features) if feature.actionable]
    best = _Option((), before, 0.0)
    for size in (1, 2):
        tried = [_best_of(model, score, chosen, threshold) for chosen in combinations(moves, size)]
        reached = [option for option in tried if option and option.probability < threshold]
        if reached:
            return _answer(model, score, min(reached, key=lambda option: (option.effort, option.probability)), True)
        best = min([best, *filter(None, tried)], key=lambda option: (option.probability, len(option.moves)))
    return _answer(model, score, best, False)


def _answer(model: LoadedModel, score: ChurnScore, option: _Option, reaches: bool) -> BestAction:
    changes = tuple(_change(model.schema.features[m.place], score.row[m.place], m.values[i]) for m, i in option.moves)
    return BestAction(changes, score.probability, option.probability, reaches, option.effort)


def _change(feature: Feature, before: float, after: float) -> FeatureChange:
    return FeatureChange(
        feature.name, None if math.isnan(before) else _decoded(feature, before), _decoded(feature, after)
    )


def _decoded(feature: Feature, x: float) -> FeatureValue:
    if feature.type == "number":
        return x
    return bool(x) if feature.type == "bool" else feature.categories[int(x)]


def _best_of(model: LoadedModel, score: ChurnScore, chosen: tuple[_Moves, ...], threshold: float) -> _Option | None:
    """Return the cheapest moves of these features that get under the threshold, else those that lower the risk most."""
    if not all(moves.bins.size for moves in chosen):
        return None
    log_odds = _log_odds_after(model, score, chosen)
    costs = chosen[0].costs if len(chosen) == 1 else chosen[0].costs[:, None] + chosen[1].costs[None, :]
    probabilities = model.kernel.calibration.many(log_odds)
    under = probabilities < threshold
    ranked = np.where(under, costs, np.inf) if under.any() else probabilities
    for flat in np.argsort(ranked, axis=None, kind="stable")[:8]:
        places = np.unravel_index(flat, ranked.shape)
        exact = _exact(model, score, chosen, [int(i) for i in places])
        if exact < threshold or not under.any():
            return _Option(tuple(zip(chosen, map(int, places), strict=True)), exact, float(costs[places]))
    return None


def _log_odds_after(model: LoadedModel, score: ChurnScore, chosen: tuple[_Moves, ...]) -> FloatArray:
    """Return the log-odds after every move of one feature, or every two moves of two; near enough to choose by."""
    tables, bins = model.tables, score.bins
    changed = {moves.place: moves.bins for moves in chosen}
    shape = tuple(moves.bins.size for moves in chosen)
    axes = {
        place: tuple(slice(None) if i == axis else None for i in range(len(shape)))
        for axis, place in enumerate(changed)
    }
    total = np.full(shape, score.log_odds)
    for place, targets in changed.items():
        total += (tables.main[place][targets] - tables.main[place][bins[place]])[axes[place]]
    for places, table in tables.interactions.items():
        if not changed.keys().isdisjoint(places):
            after = tuple(changed[place][axes[place]] if place in changed else bins[place] for place in places)
            total += table[after] - table[tuple(bins[place] for place in places)]
    return total


def _exact(model: LoadedModel, score: ChurnScore, chosen: tuple[_Moves, ...], places: list[int]) -> float:
    row = list(score.row)
    for moves, i in zip(chosen, places, strict=True):
        row[moves.place] = moves.values[i]
    return model.kernel.probability(row)


def _moves(model: LoadedModel, score: ChurnScore, place: int) -> _Moves:
    feature, counts = model.schema.features[place], model.artefact.reference.counts[place]
    edges = model.tables.bins[place].edges
    shares = counts[:-1] / max(1, int(counts[:-1].sum()))
    if model.tables.bins[place].n_categories or feature.type == "bool":
        by_target = _category_moves(model, place, score.bins[place], shares)
    else:
        by_target = _number_moves(feature, score.row[place], edges.tolist(), shares)
    targets = sorted(by_target)
    values, costs = tuple(by_target[i][0] for i in targets), [by_target[i][1] for i in targets]
    return _Moves(place, np.array(targets, np.intp), values, np.array(costs, float))


def _category_moves(model: LoadedModel, place: int, now: int, shares: FloatArray) -> dict[int, tuple[float, float]]:
    bins = model.tables.bins[place]
    targets = ((bins.one(float(code)), float(code)) for code in range(model.schema.features[place].n_categories))
    return {target: (code, 1.0 - float(shares[target])) for target, code in targets if target != now}


def _number_moves(feature: Feature, x: float, edges: list[float], shares: FloatArray) -> dict[int, tuple[float, float]]:
    """Return, by target bin, the value in it that is nearest to x and easy to say, and the share moved past."""
    if math.isnan(x):
        return {}
    limits = -math.inf if feature.low is None else feature.low, math.inf if feature.high is None else feature.high
    passed = np.cumsum(shares)
    now = int(np.searchsorted(edges, x, side="left"))
    return {
        target: (value, abs(float(passed[target] - passed[now])))
        for target, low, high in _intervals(edges)
        if target != now and (value := nearest_plain(low, high, x)) is not None and limits[0] <= value <= limits[1]
    }


def _intervals(edges: list[float]) -> Iterator[tuple[int, float, float]]:
    bounds = [-math.inf, *edges, math.inf]
    return ((i, low, high) for i, (low, high) in enumerate(pairwise(bounds)))


def nearest_plain(low: float, high: float, x: float) -> float | None:
    """Return the number in (low, high] that has the fewest decimals, and of those the one nearest to x outside.

    Examples
    --------
    >>> nearest_plain(12.5, 24.5, 3.0), nearest_plain(-math.inf, 64.37, 70.0), nearest_plain(0.031, 0.038, 1.0)
    (13.0, 64.0, 0.038)
    """
    upwards = x <= low
    for decimals in range(18):
        scale = 10.0**decimals
        plain = (math.floor(low * scale) + 1) / scale if upwards else math.floor(high * scale) / scale
        if low < plain <= high:
            return plain
    return None
