"""What the model has learnt, drawn: the table of every feature, and the pairs that matter most; triples by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
from markupsafe import Markup

from scoring.model.logistic import FloatArray
from scoring.model.schema import Feature
from scoring.model.tables import Bins, Places, ScoreTables
from scoring.model.wording import UNITS
from training.report.svg import Plot
from training.report.words import ReportWords

N_STRONGEST = 6
"""Pairs, and triples, that are shown."""
_MAX_CELLS = 40
"""Rows and columns of a pair that are drawn."""

AnyPlaces = TypeVar("AnyPlaces", bound=Places)


def importance_of(tables: ScoreTables, features: Sequence[Feature], rows: FloatArray) -> dict[str, float]:
    """Return the mean absolute contribution of each feature over the rows, in log-odds, most important first."""
    importance = np.abs(tables.contributions(rows)).mean(0)
    return {features[j].name: float(importance[j]) for j in np.argsort(-importance, kind="stable")}


def shape_charts(
    tables: ScoreTables,
    features: Sequence[Feature],
    rows: FloatArray,
    importance: Mapping[str, float],
    words: ReportWords,
) -> Iterator[tuple[float, Markup]]:
    """Yield importance and plot of each feature, in the order of ``importance``."""
    places = {feature.name: j for j, feature in enumerate(features)}
    for name, share in importance.items():
        j = places[name]
        draw = _categories if features[j].n_categories else _number
        yield share, draw(features[j], tables.bins[j], tables.main[j], rows[:, j], words)


def _number(feature: Feature, bins: Bins, table: FloatArray, x: FloatArray, words: ReportWords) -> Markup:
    values = x[~np.isnan(x)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    edges = np.concatenate([[min(low, *bins.edges, low)], bins.edges, [max(high, *bins.edges, high)]])
    unit = UNITS.get(feature.unit, ("", feature.unit))[1] if words.language == "zh" else feature.unit
    label = words("{name} ({unit})", name=feature.name, unit=unit) if unit else feature.name
    plot = Plot(feature.name, label, words("log-odds"), (edges[0], edges[-1]), _span(table))
    _histogram(plot, values)
    plot.line(np.array(plot.x_range), np.zeros(2), "chance")
    plot.stairs(edges, table[:-1])
    if np.isnan(x).any():
        unknown = words("not known: {effect:+.2f}", effect=table[-1])
        plot.note(sum(plot.x_range) / 2, plot.y_range[1], unknown)
    plot.legend("model", words("this model"))
    plot.legend("chance", words("no effect"))
    plot.legend("count", words("customers"))
    return plot.render()


def _histogram(plot: Plot, values: FloatArray) -> None:
    counts, edges = np.histogram(values, bins=20, range=plot.x_range)
    low, high = plot.y_range
    for i, count in enumerate(counts):
        plot.bar(edges[i], edges[i + 1], low, low + 0.25 * (high - low) * count / max(counts.max(), 1), "count")


def _categories(feature: Feature, bins: Bins, table: FloatArray, x: FloatArray, words: ReportWords) -> Markup:
    chinese = feature.categories_zh if words.language == "zh" else ()
    names = [*(chinese or feature.categories or (words("no"), words("yes"))), words("not known")]
    order = np.argsort(-table[: bins.n_bins - 1], kind="stable")[:_MAX_CELLS]
    order = np.append(order, bins.n_bins - 1) if np.isnan(x).any() else order
    plot = Plot(feature.name, "", words("log-odds"), (0.0, float(len(order))), _span(table))
    for place, code in enumerate(order):
        plot.bar(place + 0.15, place + 0.85, 0.0, float(table[code]))
    plot.line(np.array(plot.x_range), np.zeros(2), "chance")
    plot.legend("bar", words("this model"))
    plot.legend("chance", words("no effect"))
    room = max(4, 44 // len(order))
    return plot.render([(place + 0.5, _short(names[code], room)) for place, code in enumerate(order)])


def _short(name: str, room: int) -> str:
    return name if len(name) <= room else name[: room - 1] + "…"


def _span(table: FloatArray) -> tuple[float, float]:
    low, high = min(float(table.min()), 0.0), max(float(table.max()), 0.0)
    room = 0.08 * (high - low) or 0.1
    return low - room, high + room


def pair_charts(
    tables: ScoreTables, features: Sequence[Feature], rows: FloatArray, words: ReportWords
) -> Iterator[tuple[str, float, Markup]]:
    """Yield name, strength and plot of the strongest pairs; strength is the mean absolute entry over the rows."""
    for (a, b), strength in _strongest(tables, tables.pairs, rows):
        name = _named((a, b), features)
        yield name, strength, _heat(name, (features[a], features[b]), tables.pairs[a, b], words)


def strongest_triples(
    tables: ScoreTables, features: Sequence[Feature], rows: FloatArray
) -> Iterator[tuple[str, float]]:
    """Yield name and strength of the strongest triples, which no flat picture shows."""
    for places, strength in _strongest(tables, tables.triples, rows):
        yield _named(places, features), strength


def _strongest(
    tables: ScoreTables, interactions: Mapping[AnyPlaces, FloatArray], rows: FloatArray
) -> Sequence[tuple[AnyPlaces, float]]:
    binned = tables.binned(rows)
    strength = {
        places: float(np.abs(table[tuple(binned[:, place] for place in places)]).mean())
        for places, table in interactions.items()
    }
    return sorted(strength.items(), key=lambda each: -each[1])[:N_STRONGEST]


def _named(places: Places, features: Sequence[Feature]) -> str:
    return " × ".join(features[place].name for place in places)


def _heat(name: str, pair: tuple[Feature, Feature], table: FloatArray, words: ReportWords) -> Markup:
    """Draw bin against bin, the last one, for what is not known, left out."""
    inner = table[:-1, :-1]
    rows, columns = (
        np.unique(np.linspace(0, size - 1, min(size, _MAX_CELLS)).astype(np.int64)) for size in inner.shape
    )
    shown = inner[np.ix_(rows, columns)]
    most = float(np.abs(shown).max()) or 1.0
    x_label, y_label = (words("{name}, by bin", name=feature.name) for feature in pair)
    plot = Plot(name, x_label, y_label, (0.0, len(rows)), (0.0, len(columns)))
    for i, j in np.ndindex(shown.shape):
        plot.cell((i, i + 1, j, j + 1), float(shown[i, j]) / most)
    plot.note(len(rows) / 2, len(columns), words("darkest: ±{most:.2f} log-odds", most=most))
    return plot.render()
