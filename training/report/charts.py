"""What the report draws of a model's figures: ranking, precision, calibration, gain and profit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from markupsafe import Markup

from scoring.model.logistic import FloatArray
from training.evaluate.baselines import Baseline
from training.evaluate.evaluation import Judged
from training.evaluate.profit import Campaign, profit_curve
from training.measures import reliability
from training.report.svg import Plot
from training.report.words import ReportWords

_DIAGONAL = np.array([0.0, 1.0])


def figure_charts(judged: Judged, rule: Baseline, campaign: Campaign, words: ReportWords) -> Iterator[Markup]:
    """Yield the plots of the shipped model, beside the simple rule where that helps."""
    for axes, curve in ((_ROC, _roc), (_PRECISION, _precision), (_GAIN, _gain)):
        yield _beside(judged, rule, words, axes, curve)
    yield _reliability(judged, words)
    yield _profit(judged, campaign, words)


def _beside(judged: Judged, rule: Baseline, words: ReportWords, axes: _Axes, curve: _Curve) -> Markup:
    """Draw a curve of the model, of the rule and of chance."""
    title, x_label, y_label = map(words, axes)
    plot = Plot(title, x_label, y_label)
    plot.line(*_by_chance(judged, curve), "chance")
    for each, kind in ((judged.with_predictions(rule.p_churn), "other"), (judged, "model")):
        plot.line(*curve(*_left_and_stayed(each)), kind)
    for kind, text in (("model", words("this model")), ("other", words.say(rule.name)), ("chance", words("chance"))):
        plot.legend(kind, text)
    return plot.render()


_Axes = tuple[str, str, str]
_Curve = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
_ROC = "ROC", "false positive rate", "recall"
_PRECISION = "Precision and recall", "recall", "precision"
_GAIN = "Gain", "share of customers contacted", "recall"
"""Title and axes, in English."""


def _by_chance(judged: Judged, curve: _Curve) -> tuple[FloatArray, FloatArray]:
    share = np.full(2, float(judged.churned.mean()))
    return (_DIAGONAL, share) if curve is _precision else (_DIAGONAL, _DIAGONAL)


def _left_and_stayed(judged: Judged) -> tuple[FloatArray, FloatArray]:
    """Return how many left and how many stayed among the riskiest k, k = 0 … n, ties kept together."""
    order = np.argsort(-judged.p_churn, kind="stable")
    p, left = judged.p_churn[order], judged.churned[order]
    ends = np.flatnonzero(np.r_[p[1:] != p[:-1], True])
    return np.r_[0.0, np.cumsum(left)[ends]], np.r_[0.0, np.cumsum(1 - left)[ends]]


def _roc(left: FloatArray, stayed: FloatArray) -> tuple[FloatArray, FloatArray]:
    return stayed / stayed[-1], left / left[-1]


def _precision(left: FloatArray, stayed: FloatArray) -> tuple[FloatArray, FloatArray]:
    return left[1:] / left[-1], left[1:] / (left[1:] + stayed[1:])


def _gain(left: FloatArray, stayed: FloatArray) -> tuple[FloatArray, FloatArray]:
    return (left + stayed) / (left[-1] + stayed[-1]), left / left[-1]


def _reliability(judged: Judged, words: ReportWords) -> Markup:
    predicted, observed, _ = reliability(judged.churned, judged.p_churn)
    top = float(np.ceil(max(predicted.max(), observed.max()) * 10) / 10)
    texts = words("Reliability"), words("predicted probability"), words("observed share that left")
    plot = Plot(*texts, (0.0, top), (0.0, top))
    plot.line(_DIAGONAL * top, _DIAGONAL * top, "chance")
    plot.line(predicted, observed)
    plot.dots(predicted, observed)
    plot.legend("model", words("this model"))
    plot.legend("chance", words("perfect"))
    return plot.render()


def _profit(judged: Judged, campaign: Campaign, words: ReportWords) -> Markup:
    share, profit = profit_curve(judged.churned, judged.p_churn, campaign)
    best = int(profit.argmax())
    texts = words("Profit per customer"), words("share of customers contacted"), words("profit per customer")
    plot = Plot(*texts, (0.0, 1.0), _span(profit))
    plot.line(share, profit)
    plot.dots(share[[best]], profit[[best]])
    plot.legend("model", words("this model"))
    plot.legend("dot", words("most profit"))
    return plot.render()


def _span(values: FloatArray) -> tuple[float, float]:
    return min(float(values.min()), 0.0), max(float(values.max()), 1e-9) * 1.05
