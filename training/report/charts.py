"""What the report draws of a model's figures: ranking, precision, calibration, gain and profit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from markupsafe import Markup

from scoring.model.logistic import FloatArray
from training.evaluate.evaluation import Judged
from training.evaluate.profit import Campaign, profit_curve
from training.measures import reliability
from training.report.svg import Plot

_DIAGONAL = np.array([0.0, 1.0])


def figure_charts(judged: Judged, rule: Judged, campaign: Campaign) -> Iterator[Markup]:
    """Yield the plots of the shipped model, beside the simple rule where that helps."""
    yield _roc(judged, rule)
    yield _precision(judged, rule)
    yield _reliability(judged)
    yield _gain(judged, rule)
    yield _profit(judged, campaign)


def _left_and_stayed(judged: Judged) -> tuple[FloatArray, FloatArray]:
    """Return how many left and how many stayed among the riskiest k, k = 0 … n, ties kept together."""
    order = np.argsort(-judged.p_churn, kind="stable")
    p, left = judged.p_churn[order], judged.churned[order]
    ends = np.flatnonzero(np.r_[p[1:] != p[:-1], True])
    return np.r_[0.0, np.cumsum(left)[ends]], np.r_[0.0, np.cumsum(1 - left)[ends]]


def _roc(judged: Judged, rule: Judged) -> Markup:
    plot = Plot("ROC", "stayed, contacted in vain", "left, found")
    plot.line(_DIAGONAL, _DIAGONAL, "chance")
    for each, kind in ((rule, "other"), (judged, "model")):
        left, stayed = _left_and_stayed(each)
        plot.line(stayed / stayed[-1], left / left[-1], kind)
    return plot.render()


def _precision(judged: Judged, rule: Judged) -> Markup:
    plot = Plot("Precision and recall", "left, found", "share that left among contacted")
    share = float(judged.churned.mean())
    plot.line(_DIAGONAL, np.full(2, share), "chance")
    for each, kind in ((rule, "other"), (judged, "model")):
        left, stayed = (counts[1:] for counts in _left_and_stayed(each))
        plot.line(left / left[-1], left / (left + stayed), kind)
    return plot.render()


def _reliability(judged: Judged) -> Markup:
    predicted, observed, _ = reliability(judged.churned, judged.p_churn)
    top = float(np.ceil(max(predicted.max(), observed.max()) * 10) / 10)
    plot = Plot("Reliability", "probability said", "share that left", (0.0, top), (0.0, top))
    plot.line(_DIAGONAL * top, _DIAGONAL * top, "chance")
    plot.line(predicted, observed)
    plot.dots(predicted, observed)
    return plot.render()


def _gain(judged: Judged, rule: Judged) -> Markup:
    plot = Plot("Gain", "share of customers contacted", "left, found")
    plot.line(_DIAGONAL, _DIAGONAL, "chance")
    for each, kind in ((rule, "other"), (judged, "model")):
        left, stayed = _left_and_stayed(each)
        plot.line((left + stayed) / len(each.churned), left / left[-1], kind)
    return plot.render()


def _profit(judged: Judged, campaign: Campaign) -> Markup:
    share, profit = profit_curve(judged.churned, judged.p_churn, campaign)
    best = int(profit.argmax())
    plot = Plot("Profit per customer", "share of customers contacted", "profit", (0.0, 1.0), _span(profit))
    plot.line(share, profit)
    plot.dots(share[[best]], profit[[best]])
    return plot.render()


def _span(values: FloatArray) -> tuple[float, float]:
    return min(float(values.min()), 0.0), max(float(values.max()), 1e-9) * 1.05
